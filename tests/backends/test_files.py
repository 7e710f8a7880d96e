"""How a framework's refusal of a file is told."""

from __future__ import annotations

import pytest

from edgetop.backends.base import Options
from edgetop.backends.files import LONGEST_CAUSE, cause
from edgetop.backends.registry import backend
from edgetop.errors import BadModelFile
from edgetop.plan import ModelFile


class OpenCvError(Exception):
    err = 'Can\'t find output blob "q"'


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ValueError("The model is not valid.\nTrace of calls"), "The model is not valid"),
        (RuntimeError("failed finding central directory. It may be corrupted."), "failed finding central directory"),
        (
            RuntimeError("The operation failed.\n  at line 3\nRuntimeError: expected 3 channels\n"),
            "expected 3 channels",
        ),
        (OpenCvError("OpenCV(4.11.0) /io/caffe.cpp:563: error: (-204)"), 'Can\'t find output blob "q"'),
        (
            UnicodeDecodeError("utf-8", b"identifier '\xff' is wrong", 12, 13, "x"),
            "identifier '\N{REPLACEMENT CHARACTER}' is wrong",
        ),
        (UnicodeDecodeError("utf-8", b'{"graph": "\xff"}', 11, 12, "x"), "its text is damaged"),
        (KeyError("stem_bias"), "it lacks 'stem_bias'"),
        (RuntimeError(), "RuntimeError"),
        (RuntimeError(" \n "), "RuntimeError"),
    ],
)
def test_the_cause_is_the_sentence_that_matters(error, told):
    assert cause(error) == told


def test_a_cause_without_end_is_cut():
    assert len(cause(ValueError("x" * 10_000))) == LONGEST_CAUSE


@pytest.mark.parametrize("framework", ["litert", "tflite"])
def test_a_file_for_the_edge_tpu_is_refused_by_name(framework, edge_tpu_file, need):
    need(framework)
    with pytest.raises(BadModelFile, match="compiled for the Edge TPU") as refusal:
        backend(framework).load(ModelFile((edge_tpu_file,), "tflite", "own"), Options())
    assert "_edgetpu" in refusal.value.hint
