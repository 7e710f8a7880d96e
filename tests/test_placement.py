from __future__ import annotations

from types import SimpleNamespace

import pytest

from edgetop.placement import Placement, place


@pytest.mark.parametrize(
    ("fit", "size", "placed"),
    [
        ("crop", (72, 36), Placement(72, 36, -20, -2)),
        ("crop", (10, 20), Placement(36, 72, -2, -20)),
        ("stretch", (640, 480), Placement(32, 32, 0, 0)),
        ("letterbox", (640, 480), Placement(32, 24, 0, 4)),
        ("letterbox", (480, 640), Placement(24, 32, 4, 0)),
        ("letterbox", (64, 62), Placement(32, 31, 0, 0)),  # the odd row is free at the bottom
        ("corner", (640, 480), Placement(32, 24, 0, 0)),
        ("corner", (4, 4), Placement(32, 32, 0, 0)),
    ],
)
def test_a_picture_is_placed(fit, size, placed):
    assert place(*size, SimpleNamespace(resize=36, crop=32, fit=fit)) == placed
