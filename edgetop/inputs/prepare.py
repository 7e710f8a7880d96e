"""From a picture's pixels to a network's input, as its card says."""

from __future__ import annotations

import hashlib
import json
from typing import Protocol

import numpy as np
import numpy.typing as npt

from edgetop.inputs.pictures import Pixels
from edgetop.placement import Fitting, place

Input = npt.NDArray[np.float32]


class Preprocessing(Fitting, Protocol):
    """How a model wants its pictures; ``mean`` and ``std`` are per channel, in units of an 8-bit value."""

    @property
    def mean(self) -> tuple[float, float, float]:
        """Taken off each channel."""

    @property
    def std(self) -> tuple[float, float, float]:
        """What each channel is divided by then."""

    @property
    def resample(self) -> str:
        """``bilinear`` or ``bicubic``."""

    @property
    def channel_order(self) -> str:
        """``RGB``, ``BGR``, or ``GRAY`` for their mean as the one channel."""

    @property
    def fill(self) -> tuple[int, int, int]:
        """Colour of what the picture leaves free."""


class Card(Protocol):
    """What an input depends on."""

    @property
    def input_shape(self) -> tuple[int, int, int, int]:
        """NCHW."""

    @property
    def preprocessing(self) -> Preprocessing:
        """From pixels to values."""


def fitted(pixels: Pixels, how: Preprocessing) -> Pixels:
    """The picture as the model wants it placed, in a square of [crop, crop, 3]."""
    from PIL import Image

    height, width = pixels.shape[:2]
    there, side = place(width, height, how), how.crop
    filter = Image.Resampling.BICUBIC if how.resample == "bicubic" else Image.Resampling.BILINEAR
    scaled = np.asarray(Image.fromarray(pixels).resize((there.width, there.height), filter))
    square = np.full((side, side, 3), how.fill, np.uint8)
    rows, columns = _overlap(there.top, there.height, side), _overlap(there.left, there.width, side)
    square[rows[0], columns[0]] = scaled[rows[1], columns[1]]
    return square


def _overlap(start: int, length: int, side: int) -> tuple[slice, slice]:
    """The part of the square that the picture covers along one axis, and the part of the picture that lies there."""
    first, end = max(start, 0), min(start + length, side)
    return slice(first, end), slice(first - start, end - start)


def normalise(pixels: Pixels, how: Preprocessing) -> Input:
    """[H, W, 3] RGB to [1, 3, H, W] in the model's channel order, or [1, 1, H, W], (value - mean) / std."""
    ordered = pixels[:, :, ::-1] if how.channel_order == "BGR" else pixels
    values = (ordered.astype(np.float32) - np.array(how.mean, np.float32)) / np.array(how.std, np.float32)
    if how.channel_order == "GRAY":
        values = values.mean(axis=2, keepdims=True)
    return np.ascontiguousarray(values.transpose(2, 0, 1)[None])


def prepare(pixels: Pixels, card: Card) -> Input:
    """The model's input of a picture: float32, of the card's shape."""
    return normalise(fitted(pixels, card.preprocessing), card.preprocessing)


def recipe_sha256(card: Card) -> str:
    """The hash of how pictures become the model's input: shape, place, filter, values, order."""
    how = card.preprocessing
    recipe = (card.input_shape, how.resize, how.crop, how.fit, how.fill, how.resample)
    return hashlib.sha256(json.dumps([*recipe, how.mean, how.std, how.channel_order]).encode()).hexdigest()
