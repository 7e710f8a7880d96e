"""Pictures to calibrate an int8 model on: the shipped ones in many variants, or those of a folder as they are."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass

import numpy as np

from edgetop.config import asset
from edgetop.errors import BadInput
from edgetop.inputs.pictures import Pixels, check_picture, read_picture
from edgetop.inputs.prepare import Card, Input, prepare
from edgetop.inputs.source import SHIPPED

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".bmp")
MOST = 40
"""Pictures of a folder that are calibrated on; more of them change little."""
MOST_OTHERS = 100
"""Pictures of a folder that are kept to judge by."""
SHARES = (0.6, 0.9, 0.75)
"""Of height and width that are cut out."""
PLACES = ((0.5, 0.5), (0.0, 0.0), (1.0, 1.0), (0.0, 1.0), (1.0, 0.0))
"""Of what is cut out: from 0, the top or the left, to 1."""
BRIGHTNESS = (1.0, 0.6, 1.5, 0.8)
"""Lengths without a common divisor, so that no two of sixty variants are alike."""


@dataclass(frozen=True)
class Calibration:
    """Which pictures, and whether in variants; ``name`` tells it from another in a file's name."""

    name: str
    paths: tuple[str, ...]
    varied: bool
    others: tuple[str, ...] = ()
    """Pictures to judge by."""

    def inputs(self, card: Card, count: int, skip: int = 0) -> Input:
        """A model's inputs, [N, C, H, W]; raises BadInput.

        Of pictures in variants, ``count`` after the first ``skip``: all pictures, then the second variant of each,
        and so on. Others are all used.
        """
        if not self.varied:
            return _prepared(self.paths, card)
        pictures = [read_picture(path) for path in self.paths]
        places = (divmod(i, len(pictures)) for i in range(skip, skip + count))
        return np.concatenate([prepare(variant(pictures[which], number), card) for number, which in places])

    def unseen(self, card: Card, count: int) -> Input:
        """Inputs of other pictures, [N, C, H, W], at most ``count`` and none where there are none; raises BadInput."""
        return _prepared(self.others[:count], card) if self.others else np.zeros((0, *card.input_shape[1:]), np.float32)


SHIPPED_PICTURES = Calibration("shipped1", tuple(asset(f"{name}.jpg") for name in SHIPPED), varied=True)
"""The 1 counts up when other pictures or variants are chosen."""


def folder_pictures(folder: str) -> Calibration:
    """The first forty pictures of a folder, by name, and a hundred others; raises BadInput where there is none."""
    try:
        names = sorted(name for name in os.listdir(folder) if name.lower().endswith(SUFFIXES))
    except OSError as error:
        raise BadInput(f"cannot read {folder}: {error.strerror}", "Give a folder with pictures") from error
    if not names:
        raise BadInput(f"no pictures in {folder}", f"They must end in {', '.join(SUFFIXES)}")
    paths = tuple(os.path.join(folder, name) for name in names[: MOST + MOST_OTHERS])
    return Calibration(_digest(paths), paths[:MOST], varied=False, others=paths[MOST:])


def _prepared(paths: tuple[str, ...], card: Card) -> Input:
    return np.concatenate([prepare(read_picture(path), card) for path in paths])


def _digest(paths: tuple[str, ...]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        check_picture(path)
        with open(path, "rb") as file:
            digest.update(file.read())
    return digest.hexdigest()[:12]


def variant(pixels: Pixels, number: int) -> Pixels:
    """A part of a picture, brighter or darker, every other one mirrored; number 0 is the picture itself."""
    if number == 0:
        return pixels
    height, width = pixels.shape[:2]
    share = SHARES[number % len(SHARES)]
    down, right = PLACES[number % len(PLACES)]
    tall, wide = max(1, round(height * share)), max(1, round(width * share))
    top, left = round((height - tall) * down), round((width - wide) * right)
    part = pixels[top : top + tall, left : left + wide]
    if number % 2:
        part = part[:, ::-1]
    bright = part.astype(np.float32) * BRIGHTNESS[number % len(BRIGHTNESS)]
    return bright.clip(0, 255).astype(np.uint8)
