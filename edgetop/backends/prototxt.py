"""Read the shape of a network's input from a Caffe prototxt, the one thing OpenCV keeps to itself."""

from __future__ import annotations

import re

_COMMENT = re.compile(r"#[^\n]*")
_SHAPE = re.compile(r"(?:input_shape|input_param\s*:?\s*\{\s*shape)\s*:?\s*\{([^{}]*)\}")
_DIM = re.compile(r"\bdim\s*:\s*(\d+)")
_INPUT_DIM = re.compile(r"\binput_dim\s*:\s*(\d+)")


def input_shapes(text: str) -> list[tuple[int, ...]]:
    """The NCHW shape of every input, in the file's order; empty for a network that reads its data by itself.

    Knows the three spellings: an Input layer, ``input_shape``, and the old ``input_dim``, four an input.
    """
    text = _COMMENT.sub("", text)
    shapes = [tuple(int(n) for n in _DIM.findall(body)) for body in _SHAPE.findall(text)]
    if shapes:
        return shapes
    dims = [int(n) for n in _INPUT_DIM.findall(text)]
    return [tuple(dims[i : i + 4]) for i in range(0, len(dims) - 3, 4)]
