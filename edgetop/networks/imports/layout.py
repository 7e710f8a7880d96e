"""How a library names the modules of a network.

Our nodes are named as a library's modules wherever they can be, with underscores for dots. Where a name needs
more than that, a rule says what becomes of it: a pattern that the whole name fits, and its replacement.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Callable, Union

Rules = tuple[tuple[str, Union[str, Callable[[re.Match[str]], str]]], ...]
"""The first that fits is the one that counts."""


@dataclass(frozen=True)
class Layout:
    """What one library calls the modules of one network, and where it has batch norms."""

    library: str
    modules: Rules = ()
    """From a node to its module; where no rule fits, underscores become dots."""
    norms: Rules = ()
    """From the module of a convolution to that of the batch norm after it; where no rule fits, there is none."""
    epsilon: float = 1e-5
    """Of the batch norms, added to the variance."""
    biased: bool = True
    """Whether convolutions without a batch norm have a bias."""
    folded: bool = False
    """Whether batch norms are folded already, and a scale is a weight and a bias."""
    renamed: Rules = ()
    """From what a tensor was called in older files to its name of today."""
    unused: str = ""
    """The pattern of tensors that only training needs."""

    def module(self, node: str) -> str:
        """The module of a node."""
        return _apply(self.modules, node, node.replace("_", "."))

    def norm(self, module: str) -> str:
        """The batch norm after a convolution, empty where there is none."""
        return _apply(self.norms, module, "")

    def tensor(self, name: str) -> str:
        """The name of today of a tensor."""
        return _apply(self.renamed, name, name)

    def needs(self, name: str) -> bool:
        """Whether inference needs a tensor."""
        return not name.endswith(".num_batches_tracked") and not re.fullmatch(self.unused, name)


def _apply(rules: Rules, name: str, otherwise: str) -> str:
    for pattern, becomes in rules:
        match = re.fullmatch(pattern, name)
        if match:
            return match.expand(becomes) if isinstance(becomes, str) else becomes(match)
    return otherwise


OWN = Layout("edgetop", modules=((".*", r"\g<0>"),), folded=True)
"""As edgetop writes files itself: tensors are named as the nodes."""
NEXT: Rules = ((r"(.*\.|)(\d+)", lambda m: f"{m[1]}{int(m[2]) + 1}"),)
"""The norm comes after the convolution in a list of modules."""
BN: Rules = ((r"(.*\.|)conv(\d*)", r"\1bn\2"),)
"""The norm has the convolution's number."""
