"""``edgetop models import`` and ``forget``: weights of the user's own for a model of the zoo, and back again."""

from __future__ import annotations

import argparse
import sys

from edgetop.backends.serving import serving
from edgetop.config import load_settings
from edgetop.networks import imported, zoo
from edgetop.networks.imports import timm
from edgetop.networks.imports.importing import import_weights
from edgetop.units import printable


def take(arguments: argparse.Namespace) -> int:
    """Carry out ``edgetop models import``."""
    server = serving(load_settings(arguments.config).python, arguments.python).get("torch")
    found = import_weights(arguments.model, arguments.file, server.python if server else "")
    print(f"{found.network} has the weights of {printable(found.file)} ({found.kind}) now, in every framework.")
    other = timm.other_of_two(found.network, arguments.file)
    if other:
        print(
            f"edgetop: by its name the file has timm's {other}, whose padding and norms are not those of edgetop's"
            f" {found.network}, though its tensors are: it will recognise less. See docs/models.md",
            file=sys.stderr,
        )
    print(f"To go back to those it came with: edgetop models forget {found.network}")
    return 0


def forget(arguments: argparse.Namespace) -> int:
    """Carry out ``edgetop models forget``."""
    card = zoo.shipped_card(arguments.model)
    had = imported.forget(card.name)
    print(f"{card.name} has the weights it came with ({card.weights}){'' if had else ' already'}.")
    return 0
