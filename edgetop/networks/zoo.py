"""The models that edgetop can build, by name."""

from __future__ import annotations

from difflib import get_close_matches
from importlib import import_module
from typing import Any

from edgetop.errors import UnknownName
from edgetop.networks.cards import ModelCard
from edgetop.networks.graph import Graph

NETWORKS = {
    "efficientnet_lite0": "edgetop.networks.efficientnet:efficientnet_lite0",
    "mobilenet_v2": "edgetop.networks.mobilenet:mobilenet_v2",
    "tiny": "edgetop.networks.tiny:tiny",
}
"""Name to the function that builds it; its module's ``CARDS`` holds its card."""

UNLISTED = frozenset({"tiny"})
"""Built for edgetop's own use, of no interest to measure."""


def names() -> tuple[str, ...]:
    """The models to choose from, in the order to show them."""
    return tuple(name for name in NETWORKS if name not in UNLISTED)


def card(name: str) -> ModelCard:
    """What the model is; raises UnknownName. Builds nothing."""
    module, _ = _find(name)
    found: ModelCard = module.CARDS[name]
    return found


def build(name: str) -> Graph:
    """The model with its weights; raises UnknownName."""
    module, function = _find(name)
    graph: Graph = getattr(module, function)()
    return graph


def _find(name: str) -> tuple[Any, str]:
    if name not in NETWORKS:
        close = get_close_matches(name, names(), n=3)
        hint = f"Did you mean {' or '.join(close)}?" if close else f"Models: {', '.join(names())}"
        raise UnknownName(f"no model named {name!r}", hint)
    module, function = NETWORKS[name].split(":")
    return import_module(module), function
