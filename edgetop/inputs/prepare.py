"""From a picture's pixels to a network's input, as its card says."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt

from edgetop.inputs.pictures import Pixels

Input = npt.NDArray[np.float32]


class Preprocessing(Protocol):
    """How a model wants its pictures; ``mean`` and ``std`` are per channel, in units of an 8-bit value."""

    @property
    def resize(self) -> int:
        """Pixels of the short side before the crop."""

    @property
    def crop(self) -> int:
        """Pixels of the square cut from the middle."""

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


class Card(Protocol):
    """What an input depends on."""

    @property
    def input_shape(self) -> tuple[int, int, int, int]:
        """NCHW."""

    @property
    def preprocessing(self) -> Preprocessing:
        """From pixels to values."""


def central_crop(pixels: Pixels, how: Preprocessing) -> Pixels:
    """The usual evaluation crop: short side scaled to ``resize``, then the middle square, [crop, crop, 3]."""
    from PIL import Image

    height, width = pixels.shape[:2]
    scale = how.resize / min(height, width)
    size = max(how.crop, round(width * scale)), max(how.crop, round(height * scale))
    filter = Image.Resampling.BICUBIC if how.resample == "bicubic" else Image.Resampling.BILINEAR
    scaled = np.asarray(Image.fromarray(pixels).resize(size, filter))
    top, left = (size[1] - how.crop) // 2, (size[0] - how.crop) // 2
    return scaled[top : top + how.crop, left : left + how.crop]


def normalise(pixels: Pixels, how: Preprocessing) -> Input:
    """[H, W, 3] RGB to [1, 3, H, W] in the model's channel order, or [1, 1, H, W], (value - mean) / std."""
    ordered = pixels[:, :, ::-1] if how.channel_order == "BGR" else pixels
    values = (ordered.astype(np.float32) - np.array(how.mean, np.float32)) / np.array(how.std, np.float32)
    if how.channel_order == "GRAY":
        values = values.mean(axis=2, keepdims=True)
    return np.ascontiguousarray(values.transpose(2, 0, 1)[None])


def prepare(pixels: Pixels, card: Card) -> Input:
    """The model's input of a picture: float32, of the card's shape."""
    return normalise(central_crop(pixels, card.preprocessing), card.preprocessing)
