"""Where a run's input comes from: a shipped picture, noise, or the path of a picture."""

from __future__ import annotations

import math
import os
from difflib import get_close_matches

import numpy as np

from edgetop.config import asset
from edgetop.errors import BadInput
from edgetop.inputs.pictures import Pixels, check_picture, read_picture
from edgetop.inputs.prepare import Card, Input, normalise, prepare

SHIPPED = ("cat", "coffee")
NOISE = "noise"
NOISE_SEED = 3


def is_picture(source: str) -> bool:
    """Whether the source shows something, so that labels of it mean something."""
    return source != NOISE


def check_source(source: str) -> None:
    """Raises BadInput for a source that cannot be had, before any work is begun for it."""
    if source == NOISE:
        return
    path = _path(source)
    if not os.path.exists(path) and os.sep not in source and "." not in source:
        known = (*SHIPPED, NOISE)
        close = get_close_matches(source, known, n=1)
        hint = f"Did you mean {close[0]}?" if close else f"Use {', '.join(known)} or the path of a picture"
        raise BadInput(f"no input named {source!r}", hint)
    check_picture(path)


def input_array(source: str, card: Card) -> Input:
    """The input of a source for a model: float32 of the card's shape, NCHW; raises BadInput."""
    if source == NOISE:
        return normalise(_noise(card.input_shape[2:]), card.preprocessing)
    check_source(source)
    return prepare(read_picture(_path(source)), card)


def picture_pixels(source: str) -> Pixels:
    """[H, W, 3] RGB of a source that shows something; raises BadInput."""
    return read_picture(_path(source))


def picture_size(source: str) -> tuple[int, int]:
    """Width and height of a source that shows something; raises BadInput."""
    height, width = picture_pixels(source).shape[:2]
    return width, height


def _path(source: str) -> str:
    return asset(f"{source}.jpg") if source in SHIPPED else os.path.expanduser(source)


def _noise(size: tuple[int, ...]) -> Pixels:
    """Uniform pixels, equal on every machine: raw bytes of PCG64."""
    count = math.prod(size) * 3
    words = np.random.PCG64(NOISE_SEED).random_raw(-(-count // 8)).astype("<u8")
    return words.view(np.uint8)[:count].reshape(*size, 3)
