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


def values_of(add, shape=(4, 2, 3)):
    """The last node's values on 0, 1, 2 ... less 10, and those numbers themselves."""
    b = Builder("one", shape)
    add(b)
    picture = np.arange(np.prod(shape), dtype=np.float32).reshape(shape) - 10
    return reference.run(b.finish(), picture[None])[0][0], picture.astype(np.float64)


def test_a_shuffle_takes_a_channel_of_each_group_in_turn():
    values, x = values_of(lambda b: b.shuffle("mixed", "input", 2))
    assert (values == x[[0, 2, 1, 3]]).all()


def test_a_split_gives_its_part():
    values, x = values_of(lambda b: b.split("part", "input", 2))
    assert (values == x[2:]).all()


def test_each_pixel_is_repeated_in_both_directions():
    values, _ = values_of(lambda b: b.up2("up", "input"), (1, 1, 2))
    assert values.tolist() == [[[-10, -10, -9, -9], [-10, -10, -9, -9]]]


def test_a_gate_multiplies_its_channel():
    values, x = values_of(lambda b: b.mul("gated", "input", b.gap("gate", "input", keep=True)))
    assert np.allclose(values, x * x.mean(axis=(1, 2), keepdims=True))


def test_an_average_counts_the_zeros_of_its_padding():
    values, x = values_of(lambda b: b.pool("pool", "input", "avg", 3, stride=1, pad=1))
    assert values[0, 0, 0] == pytest.approx(x[0, :2, :2].sum() / 9)


@pytest.mark.parametrize(
    ("act", "function"),
    [
        ("relu", lambda x: max(x, 0.0)),
        ("relu6", lambda x: min(max(x, 0.0), 6.0)),
        ("silu", lambda x: x / (1 + np.exp(-x))),
    ],
)
def test_activations(act, function):
    values, x = values_of(lambda b: b.act("act", "input", act))
    assert values == pytest.approx(np.vectorize(function)(x))


def test_a_sigmoid():
    values, x = values_of(lambda b: b.sigmoid("sigmoid", "input"))
    assert values == pytest.approx(1 / (1 + np.exp(-x)))


def test_a_scale_and_a_product_of_matrices():
    b = Builder("one", (1, 2, 3))
    b.matmul("product", b.scale("scale", "input", act="relu"), 2)
    scale = (np.array([2], np.float32), np.array([1], np.float32))
    graph = b.finish().with_weights({"scale": scale, "product": (np.array([[1, 0, 0], [1, 1, 1]], np.float32), None)})
    (output,) = reference.run(graph, np.array([[[[1, 2, 3], [-4, 0, 1]]]], np.float32))
    assert output.tolist() == [[[[3, 15], [0, 4]]]]
