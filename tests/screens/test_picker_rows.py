"""The rows of the picker's lists."""

import pytest

from edgetop.protocol import ModelEntry
from edgetop.screens.picker_rows import model_row
from edgetop.screens.selection import Selection

WIDE = 60
"""Columns in which all of a model's row fits."""


@pytest.mark.parametrize(
    ("weights", "shown", "style"),
    [
        ("trained", "trained", "good"),
        ("imported: mobilenet_v2.pth", "imported", "good"),
        ("seeded: speed only", "seeded", "muted"),
    ],
)
def test_weights_that_mean_something_stand_out(weights, shown, style):
    model = ModelEntry("mobilenet_v2", "MobileNet V2", "classification", 3_487_816, 300_774_272, weights, ("fp32",))
    row = model_row(model, Selection("resnet50", frozenset(), "fp32", 1, "cat"), WIDE)
    text, drawn = row[-1]
    assert (text.strip(), drawn) == (shown, style)
