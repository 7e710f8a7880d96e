from __future__ import annotations

import numpy as np
import pytest

from edgetop.networks import reference
from edgetop.networks.builder import Builder


def test_a_convolution_is_the_sum_over_its_window():
    b = Builder("one", (2, 5, 6))
    b.conv("conv", "input", 4, 3, stride=2, groups=2, act="relu")
    graph = b.finish()
    numbers = np.random.default_rng(0)
    weight = numbers.normal(size=(4, 1, 3, 3)).astype(np.float32)
    bias = numbers.normal(size=4).astype(np.float32)
    picture = numbers.normal(size=(1, 2, 5, 6)).astype(np.float32)
    (output,) = reference.run(graph.with_weights({"conv": (weight, bias)}), picture)
    top, left, bottom, right = graph.node("conv").padding
    padded = np.pad(picture[0], ((0, 0), (top, bottom), (left, right))).astype(np.float64)
    for channel in range(4):
        for row in range(output.shape[2]):
            for column in range(output.shape[3]):
                window = padded[channel // 2, 2 * row : 2 * row + 3, 2 * column : 2 * column + 3]
                expected = max(0.0, (window * weight[channel, 0]).sum() + bias[channel])
                assert output[0, channel, row, column] == pytest.approx(expected)


def test_a_padded_maximum_is_never_the_padding():
    b = Builder("one", (1, 4, 4))
    b.pool("pool", "input", "max", 3, stride=2, pad=1)
    (output,) = reference.run(b.finish(), np.full((1, 1, 4, 4), -5.0, np.float32))
    assert (output == -5.0).all()


def test_another_shape_and_missing_weights_are_refused():
    b = Builder("one", (1, 4, 4))
    b.conv("conv", "input", 1)
    with pytest.raises(ValueError, match="wanted"):
        reference.run(b.finish(), np.zeros((1, 1, 4, 5), np.float32))
    with pytest.raises(ValueError, match="no weights"):
        reference.run(b.finish(), np.zeros((1, 1, 4, 4), np.float32))
