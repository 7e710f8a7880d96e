"""What can be picked: the models of the zoo, the frameworks and whether they run here, the inputs."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Union

from edgetop.backends.registry import backend, names
from edgetop.config import default_threads
from edgetop.inputs.source import NOISE, SHIPPED
from edgetop.networks import zoo
from edgetop.protocol import Catalog, FrameworkEntry, ModelEntry
from edgetop.readings import Missing

LOOKING = Missing("looking …")


def models() -> tuple[ModelEntry, ...]:
    """The models of the zoo; builds none."""
    return tuple(
        ModelEntry(c.name, c.title, c.task, c.parameters, c.macs, c.weights, c.precisions) for c in zoo.cards()
    )


def frameworks(versions: Mapping[str, Union[str, Missing]]) -> tuple[FrameworkEntry, ...]:
    """The frameworks edgetop knows; ``versions`` holds what is known so far."""
    chosen = [backend(name) for name in names()]
    return tuple(FrameworkEntry(b.name, b.title, versions.get(b.name, LOOKING), b.precisions) for b in chosen)


def catalog(versions: Mapping[str, Union[str, Missing]]) -> Catalog:
    """All of it."""
    return Catalog(
        models=models(),
        frameworks=frameworks(versions),
        inputs=(*SHIPPED, NOISE),
        default_threads=default_threads(),
        max_threads=os.cpu_count() or 1,
    )
