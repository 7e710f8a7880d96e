"""Read from a Caffe prototxt what a framework does not tell: the shape of its input, the types of its layers."""

from __future__ import annotations

import re

_COMMENT = re.compile(r"#[^\n]*")
_SHAPE = re.compile(r"(?:input_shape|input_param\s*:?\s*\{\s*shape)\s*:?\s*\{([^{}]*)\}")
_DIM = re.compile(r"\bdim\s*:\s*(\d+)")
_TOKEN = re.compile(r"\"[^\"]*\"|'[^']*'|[{}]|[^\s{}\"']+")
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


def layer_types(text: str) -> set[str]:
    """The types of all layers, as ``Convolution``; none of those written in Caffe's old way, ``layers``."""
    found: set[str] = set()
    scopes: list[str] = []
    before = ""
    for token in _TOKEN.findall(_COMMENT.sub("", text).replace(":", " ")):
        if token == "{":
            scopes.append(before)
        elif token == "}":
            del scopes[-1:]
        elif before == "type" and scopes == ["layer"] and token[0] in "\"'":
            found.add(token[1:-1])
        before = token
    return found
