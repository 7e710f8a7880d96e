"""What timm calls the modules of our networks, where it is not what torchvision does."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Callable

from edgetop.networks import efficientnet, mobilenet
from edgetop.networks.imports.layout import Layout, Rules

Rule = Callable[[re.Match[str]], str]


def _numbered(repeats: Sequence[int]) -> Rules:
    """Our blocks are numbered throughout, timm's by stage and repeat; the first does not expand."""
    places = [f"blocks.{stage}.{repeat}" for stage, count in enumerate(repeats) for repeat in range(count)]

    def part(name: str) -> Rule:
        return lambda match: f"{places[int(match[1])]}.{name}"

    return (
        *(("stem", "conv_stem"), ("head", "conv_head")),
        *((r"block(0)_project", part("conv_pw")), (r"block(\d+)_expand", part("conv_pw"))),
        *((r"block(\d+)_depthwise", part("conv_dw")), (r"block(\d+)_project", part("conv_pwl"))),
    )


def _staged(first: int, part: str) -> Rule:
    """Torchvision's stages begin at ``first`` in its list, timm's at 0."""
    return lambda match: f"blocks.{int(match[1]) - first}.{match[2]}.{part}"


MOBILENET_V1: Rules = ((r"blocks_(\d+)_(\d+)_(\w+)", r"blocks.\1.\2.\3"), (".*", r"\g<0>"))
EFFICIENTNET_B0: Rules = (
    *(("features_0_0", "conv_stem"), ("features_8_0", "conv_head"), ("classifier_1", "classifier")),
    *(
        (r"features_(1)_(\d+)_block_0_0", _staged(1, "conv_dw")),
        (r"features_(1)_(\d+)_block_2_0", _staged(1, "conv_pw")),
    ),
    (r"features_(\d+)_(\d+)_block_\d_fc1", _staged(1, "se.conv_reduce")),
    (r"features_(\d+)_(\d+)_block_\d_fc2", _staged(1, "se.conv_expand")),
    (r"features_(\d+)_(\d+)_block_0_0", _staged(1, "conv_pw")),
    (r"features_(\d+)_(\d+)_block_1_0", _staged(1, "conv_dw")),
    (r"features_(\d+)_(\d+)_block_3_0", _staged(1, "conv_pwl")),
)
MNASNET: Rules = (
    *(("layers_0", "conv_stem"), ("layers_14", "conv_head"), ("classifier_1", "classifier")),
    *(("layers_3", "blocks.0.0.conv_dw"), ("layers_6", "blocks.0.0.conv_pw")),
    (r"layers_(\d+)_(\d+)_layers_0", _staged(7, "conv_pw")),
    (r"layers_(\d+)_(\d+)_layers_3", _staged(7, "conv_dw")),
    (r"layers_(\d+)_(\d+)_layers_6", _staged(7, "conv_pwl")),
)
SEPARABLE_NORMS: Rules = ((r"(blocks.*)\.conv_dw", r"\1.bn1"), (r"(blocks.*)\.conv_pw", r"\1.bn2"))
"""Norms are numbered by their place in a block: here one that does not expand."""
NORMS: Rules = (
    *(("conv_stem", "bn1"), ("conv_head", "bn2")),
    *((r"(blocks\.0\..*)\.conv_dw", r"\1.bn1"), (r"(blocks\.0\..*)\.conv_pw", r"\1.bn2")),
    *((r"(.*)\.conv_pw", r"\1.bn1"), (r"(.*)\.conv_dw", r"\1.bn2"), (r"(.*)\.conv_pwl", r"\1.bn3")),
)
"""Blocks of stage 0 do not expand, all others do."""
XCEPTION_NORMS: Rules = (
    *((r"conv([12])", r"bn\1"), (r"conv([34])\.pointwise", r"bn\1"), (r"(.*)\.skip", r"\1.skipbn")),
    (r"(.*\.rep\.)(\d+)\.pointwise", lambda match: f"{match[1]}{int(match[2]) + 1}"),
)

_OF_TENSORFLOW = {"efficientnet_b0": False, "efficientnet_lite0": True}
"""Networks that timm has twice, with the same tensors, and whether ours is the one it calls ``tf_``.

That one has TensorFlow's padding, and another epsilon in its norms.
"""


def other_of_two(network: str, path: str) -> str:
    """What timm calls the network whose weights a file has by its path, where it is not quite ours; else empty."""
    ours = _OF_TENSORFLOW.get(network)
    if ours is None or network not in path or (f"tf_{network}" in path) is ours:
        return ""
    return network if ours else f"tf_{network}"


LAYOUTS = {
    "mobilenet_v1": Layout("timm", MOBILENET_V1, (("conv_stem", "bn1"), *SEPARABLE_NORMS)),
    "mobilenet_v2": Layout("timm", _numbered([repeats for _, _, repeats, _ in mobilenet.BLOCKS]), NORMS),
    "efficientnet_lite0": Layout("timm", _numbered([row[-1] for row in efficientnet.BLOCKS]), NORMS, epsilon=1e-3),
    "efficientnet_b0": Layout("timm", EFFICIENTNET_B0, NORMS),
    "mnasnet1_0": Layout("timm", MNASNET, NORMS),
    "xception": Layout("timm", norms=XCEPTION_NORMS, biased=False),
}
