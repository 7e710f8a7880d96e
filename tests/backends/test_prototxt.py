from __future__ import annotations

import pytest

from edgetop.backends.prototxt import input_shapes


@pytest.mark.parametrize(
    "text",
    [
        'layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 8 dim: 9 } } }',
        'layer { type: "Input" input_param: { shape: { dim: 1 dim: 3\n dim: 8 # height\n dim: 9 } } }',
        'input: "data" input_shape { dim: 1 dim: 3 dim: 8 dim: 9 }',
        'input: "data"\ninput_dim: 1\ninput_dim: 3\ninput_dim: 8\ninput_dim: 9',
    ],
)
def test_each_spelling_of_an_input_is_read(text):
    assert input_shapes(text) == [(1, 3, 8, 9)]


def test_shapes_that_are_not_of_inputs_are_left_alone():
    text = 'layer { type: "Reshape" reshape_param { shape { dim: 0 dim: 9 } } } # input_dim: 1'
    assert input_shapes(text) == []


def test_every_input_is_told():
    text = 'input: "a" input_shape { dim: 1 dim: 3 } input: "b" input_shape { dim: 1 dim: 5 }'
    assert input_shapes(text) == [(1, 3), (1, 5)]
