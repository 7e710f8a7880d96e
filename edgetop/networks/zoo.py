"""The models that edgetop can build, by name."""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches
from importlib import import_module
from typing import Any

from edgetop.errors import BadModelFile, UnknownName
from edgetop.networks import imported
from edgetop.networks.cards import ModelCard
from edgetop.networks.graph import Graph

NETWORKS = {
    "efficientnet_lite0": "edgetop.networks.efficientnet:efficientnet_lite0",
    "mobilenet_v2": "edgetop.networks.mobilenet:mobilenet_v2",
    "mobilenet_v1": "edgetop.networks.mobilenet_v1:mobilenet_v1",
    "squeezenet1_0": "edgetop.networks.squeezenet:squeezenet1_0",
    "squeezenet1_1": "edgetop.networks.squeezenet:squeezenet1_1",
    "mnasnet1_0": "edgetop.networks.mnasnet:mnasnet1_0",
    "shufflenet_v2_x1_0": "edgetop.networks.shufflenet:shufflenet_v2_x1_0",
    "efficientnet_b0": "edgetop.networks.efficientnet:efficientnet_b0",
    "resnet50": "edgetop.networks.resnet:resnet50",
    "inception_v3": "edgetop.networks.inception:inception_v3",
    "densenet121": "edgetop.networks.densenet:densenet121",
    "xception": "edgetop.networks.xception:xception",
    "ssd_mobilenet_v1": "edgetop.networks.ssd:ssd_mobilenet_v1",
    "efficientdet_lite0": "edgetop.networks.efficientdet:efficientdet_lite0",
    "efficientdet_d0": "edgetop.networks.efficientdet:efficientdet_d0",
    "yolov5n": "edgetop.networks.yolo:yolov5n",
    "yolov5n_640": "edgetop.networks.yolo:yolov5n_640",
    "yolov5s": "edgetop.networks.yolo:yolov5s",
    "yolov5s_640": "edgetop.networks.yolo:yolov5s_640",
    "spaghettinet_s": "edgetop.networks.spaghettinet:spaghettinet_s",
    "gemm_256": "edgetop.networks.gemm:gemm_256",
    "gemm_512": "edgetop.networks.gemm:gemm_512",
    "gemm_1024": "edgetop.networks.gemm:gemm_1024",
    "gemm_2048": "edgetop.networks.gemm:gemm_2048",
    "tiny": "edgetop.networks.tiny:tiny",
}
"""Name to the function that builds it; its module's ``CARDS`` holds its card."""

UNLISTED = frozenset({"tiny"})
"""Built for edgetop's own use, of no interest to measure."""


def names() -> tuple[str, ...]:
    """The models to choose from, in the order to show them."""
    return tuple(name for name in NETWORKS if name not in UNLISTED)


def card(name: str) -> ModelCard:
    """What the model is, with the user's own weights where some were imported; builds nothing.

    Raises UnknownName, and BadModelFile where imported weights are damaged.
    """
    return imported.overlaid(shipped_card(name))


def cards() -> tuple[ModelCard, ...]:
    """Those of all models to choose from; of damaged weights the card says so."""
    return tuple(_readable(name) for name in names())


def shipped_card(name: str) -> ModelCard:
    """What the model is as it comes with edgetop; raises UnknownName."""
    module, _ = _find(name)
    found: ModelCard = module.CARDS[name]
    return found


def build(name: str) -> Graph:
    """The model with its weights; raises UnknownName, and BadModelFile where imported ones are damaged."""
    return imported.weighted(build_shipped(name))


def build_shipped(name: str) -> Graph:
    """The model with the weights that come with edgetop; raises UnknownName."""
    module, function = _find(name)
    graph: Graph = getattr(module, function)()
    return graph


def _readable(name: str) -> ModelCard:
    try:
        return card(name)
    except BadModelFile:
        return replace(shipped_card(name), weights=imported.DAMAGED)


def _find(name: str) -> tuple[Any, str]:
    if name not in NETWORKS:
        close = get_close_matches(name, names(), n=3)
        hint = f"Did you mean {' or '.join(close)}?" if close else f"Models: {', '.join(names())}"
        raise UnknownName(f"no model named {name!r}", hint)
    module, function = NETWORKS[name].split(":")
    return import_module(module), function
