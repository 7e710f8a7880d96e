"""The neutral graph's name of a framework's operator, so that the same one can be set beside it in another framework.

The writers give a node that becomes several operators in a format its own name at the first or at the last of
them; where a framework names an operator by what it gives, the first is called by one of these parts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

_FIRST_PART = re.compile(r"_(?:linear|picture|product|product_mul|groups|exact)$")


def node_names(names: Iterable[str], added: str = "") -> dict[str, str]:
    """Each name without what a framework has ``added`` to its end, a pattern, and without what part of a node it is.

    Those that would become the same keep their own.
    """
    names = tuple(names)
    pattern = re.compile(f"(?:{added})+$")
    short = {name: _FIRST_PART.sub("", pattern.sub("", name)) or name for name in names}
    often = Counter(short.values())
    return {name: node if often[node] == 1 else name for name, node in short.items()}
