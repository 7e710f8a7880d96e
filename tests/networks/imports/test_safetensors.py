"""safetensors: what they give, and how damaged or hostile ones are refused."""

from __future__ import annotations

import json
import os
import struct

import numpy as np
import pytest

from edgetop.errors import BadModelFile
from edgetop.networks.imports import contents, safetensors


@pytest.fixture
def tensors():
    draw = np.random.default_rng(5)
    return {"a": draw.normal(size=(3, 4)).astype(np.float32), "b.c": draw.normal(size=5), "d": np.zeros((0, 2), "<f4")}


def test_safetensors_are_read_as_the_library_writes_them(tensors, tmp_path):
    library = pytest.importorskip("safetensors.numpy")
    halves = {"h": np.array([1.5, -2.0], np.float16), "n": np.array([3, 4])}
    library.save_file({**tensors, **halves}, tmp_path / "x.safetensors", metadata={"format": "pt"})
    found = safetensors.read(str(tmp_path / "x.safetensors"))
    assert found.keys() == {*tensors, *halves}
    for name, array in {**tensors, **halves}.items():
        assert found[name].dtype == array.dtype
        assert np.array_equal(found[name], array)


def test_safetensors_are_written_as_the_library_reads_them(tensors):
    library = pytest.importorskip("safetensors.numpy")
    found = library.load(safetensors.write(tensors))
    assert all(np.array_equal(found[name], array) for name, array in tensors.items())


def packed_file(header, data=b""):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def test_bfloat16_is_the_upper_half_of_a_single():
    data = struct.pack("<f", 1.5)[2:] + struct.pack("<f", -3.0)[2:]
    found = safetensors.parse(packed_file({"x": {"dtype": "BF16", "shape": [2], "data_offsets": [0, 4]}}, data))
    assert found["x"].tolist() == [1.5, -3.0]


def entry(dtype="F32", shape=(1,), offsets=(0, 4)):
    return {"dtype": dtype, "shape": list(shape), "data_offsets": list(offsets)}


HOSTILE = {
    "nothing": b"",
    "no header": b"\x05\0\0",
    "a header beyond the file": struct.pack("<Q", 1 << 62) + b"{}",
    "a header beyond all bounds": packed_file(b" " * (1 << 20) + b"{}"),
    "a negative length": b"\xff" * 8 + b"{}",
    "no JSON": packed_file(b"{nonsense"),
    "no text": packed_file(b"\xff\xfe\xfd"),
    "a list": packed_file([]),
    "depth": packed_file(b"[" * 100_000),
    "an endless number": packed_file(
        b'{"x": {"dtype": "F32", "shape": [' + b"9" * 100_000 + b'], "data_offsets": [0, 4]}}'
    ),
    "a name twice": packed_file(b'{"x": 1, "x": 2}'),
    "no entry": packed_file({"x": 3}),
    "no type": packed_file({"x": {"shape": [1], "data_offsets": [0, 4]}}, bytes(4)),
    "an unknown type": packed_file({"x": entry("F8")}, bytes(4)),
    "a type that is no name": packed_file({"x": entry(["F32"])}, bytes(4)),
    "a shape that is no list": packed_file({"x": {**entry(), "shape": 1}}, bytes(4)),
    "a negative shape": packed_file({"x": entry(shape=(-1,))}, bytes(4)),
    "a true shape": packed_file({"x": entry(shape=(True,))}, bytes(4)),
    "an absurd shape": packed_file({"x": entry(shape=(99999999999,) * 8)}, bytes(4)),
    "too many axes": packed_file({"x": entry(shape=(1,) * 9)}, bytes(4)),
    "one place": packed_file({"x": entry(offsets=(0,))}, bytes(4)),
    "a place beyond the file": packed_file({"x": entry(offsets=(4, 8))}, bytes(4)),
    "an end beyond the file": packed_file({"x": entry(shape=(2,), offsets=(0, 8))}, bytes(4)),
    "a backward place": packed_file({"x": entry(shape=(0,), offsets=(4, 0))}, bytes(4)),
    "another length": packed_file({"x": entry(shape=(2,))}, bytes(4)),
    "two in one place": packed_file({"x": entry(), "y": entry()}, bytes(4)),
    "a hole": packed_file({"x": entry(), "y": entry(offsets=(8, 12))}, bytes(12)),
    "bytes left": packed_file({"x": entry()}, bytes(5)),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_safetensors_that_are_none_are_refused(what, tmp_path):
    path = tmp_path / "x.safetensors"
    path.write_bytes(HOSTILE[what])
    with pytest.raises(BadModelFile) as caught:
        safetensors.read(str(path))
    assert str(path) in caught.value.title and len(caught.value.title) < 400
    assert caught.value.hint


def test_a_file_beyond_bounds_is_not_read(tmp_path):
    path = tmp_path / "x.safetensors"
    path.touch()
    os.truncate(path, contents.MAX_BYTES + 1)  # no room is taken
    with pytest.raises(BadModelFile, match=r"1\.0 GiB"):
        safetensors.read(str(path))
