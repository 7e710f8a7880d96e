from __future__ import annotations

from types import SimpleNamespace

import pytest


@pytest.fixture
def how():
    """Preprocessing for a 32 x 32 input that leaves values as they are."""

    def make(**changes):
        plain = {
            "resize": 36,
            "crop": 32,
            "mean": (0.0, 0.0, 0.0),
            "std": (1.0, 1.0, 1.0),
            "resample": "bilinear",
            "channel_order": "RGB",
            "fit": "crop",
            "fill": (0, 0, 0),
        }
        return SimpleNamespace(**{**plain, **changes})

    return make


@pytest.fixture
def card(how):
    def make(**changes):
        preprocessing = how(**changes)
        return SimpleNamespace(input_shape=(1, 3, preprocessing.crop, preprocessing.crop), preprocessing=preprocessing)

    return make
