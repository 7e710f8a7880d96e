"""What torchvision calls the modules of our networks."""

from __future__ import annotations

import re

from edgetop.networks.imports.layout import BN, NEXT, Layout, Rules

# Blocks of MobileNetV2 come after the stem in one list; the first does not expand.
_PLACES = {"expand": "0.0", "depthwise": "1.0", "project": "2"}


def _block(match: re.Match[str]) -> str:
    return f"features.{int(match[1]) + 1}.conv.{_PLACES[match[2]]}"


MOBILENET_V2: Rules = (
    ("stem", "features.0.0"),
    ("block0_depthwise", "features.1.conv.0.0"),
    ("block0_project", "features.1.conv.1"),
    (r"block(\d+)_(\w+)", _block),
    ("head", "features.18.0"),
    ("classifier", "classifier.1"),
)
INCEPTION_V3: Rules = ((r"(Mixed_\w\w)_(\w+)_conv", r"\1.\2.conv"), (r"(\w+)_conv", r"\1.conv"))
DENSENET_NORMS: Rules = ((r"features\.conv0", "features.norm0"), (r"(.*\.denselayer\d+)\.conv1", r"\1.norm2"))
DENSENET_RENAMED: Rules = ((r"(.*\.denselayer\d+\.(?:norm|conv))\.(\d\..*)", r"\1\2"),)
"""Trained DenseNets still have names from before modules could not have dots in theirs."""

LAYOUTS = {
    "mobilenet_v2": Layout("torchvision", modules=MOBILENET_V2, norms=NEXT),
    "squeezenet1_0": Layout("torchvision"),
    "squeezenet1_1": Layout("torchvision"),
    "mnasnet1_0": Layout("torchvision", norms=NEXT),
    "shufflenet_v2_x1_0": Layout("torchvision", norms=NEXT),
    "efficientnet_b0": Layout("torchvision", norms=NEXT),
    "resnet50": Layout("torchvision", norms=(*BN, *NEXT)),
    "inception_v3": Layout("torchvision", INCEPTION_V3, norms=BN, epsilon=1e-3, unused=r"AuxLogits\..*"),
    "densenet121": Layout("torchvision", norms=DENSENET_NORMS, biased=False, renamed=DENSENET_RENAMED),
}
