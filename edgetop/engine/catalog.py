"""What can be picked: the models of the zoo, the frameworks and whether they run here, the inputs."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Union

from edgetop.backends.base import Backend
from edgetop.backends.registry import backend, names
from edgetop.backends.serving import Server
from edgetop.backends.variants import precisions
from edgetop.config import default_threads
from edgetop.inputs.source import NOISE, SHIPPED
from edgetop.networks import zoo
from edgetop.networks.cards import ModelCard
from edgetop.plan import PRECISIONS, file_precision
from edgetop.protocol import Catalog, FrameworkEntry, ModelEntry, VariantEntry
from edgetop.readings import Missing

LOOKING = Missing("looking …")


def models() -> tuple[ModelEntry, ...]:
    """The models of the zoo; builds none."""
    return tuple(
        ModelEntry(c.name, c.title, c.task, c.parameters, c.macs, c.weights, card_precisions(c)) for c in zoo.cards()
    )


def card_precisions(card: ModelCard) -> tuple[str, ...]:
    """Those it is written in, and those a framework makes of one of them."""
    return tuple(name for name in PRECISIONS if file_precision(name) in card.precisions)


def frameworks(versions: Mapping[str, Union[str, Missing]], served: Mapping[str, Server]) -> tuple[FrameworkEntry, ...]:
    """The frameworks edgetop knows and who serves them; ``versions`` holds what is known so far."""
    titles = {name: server.title for name, server in served.items()}
    return tuple(_entry(backend(name), versions.get(name, LOOKING), titles.get(name, "")) for name in names())


def _entry(backend: Backend, version: Union[str, Missing], python: str) -> FrameworkEntry:
    variants = tuple(VariantEntry(v.name, v.title, v.precisions) for v in backend.variants)
    return FrameworkEntry(
        backend.name, backend.title, version, precisions(backend), variants, python, backend.takes_delegate
    )


def catalog(versions: Mapping[str, Union[str, Missing]], served: Mapping[str, Server]) -> Catalog:
    """All of it."""
    return Catalog(
        models=models(),
        frameworks=frameworks(versions, served),
        inputs=(*SHIPPED, NOISE),
        default_threads=default_threads(),
        max_threads=os.cpu_count() or 1,
    )
