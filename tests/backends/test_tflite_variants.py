"""The kernels of the TFLite runtimes: each computes what the reference does, on any number of threads."""

from __future__ import annotations

import numpy as np
import pytest

from edgetop.backends.base import Options
from edgetop.backends.registry import backend

VARIANTS = ("xnnpack", "builtin", "reference")


@pytest.mark.parametrize("framework", ["litert", "tflite"])
@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("threads", [1, 2])
def test_every_variant_agrees_with_the_reference(framework, variant, threads, model_file, expected):
    model = backend(framework).load(model_file(framework), Options(threads, variant=variant))
    picture, (right, *_) = expected("tiny")
    model.set_inputs([picture.transpose(0, 2, 3, 1)])
    model.infer()
    assert np.abs(model.read_outputs()[0] - right).max() < 1e-5


@pytest.mark.parametrize("framework", ["litert", "tflite"])
def test_only_the_usual_variant_has_a_delegate_of_the_runtimes_own(framework, model_file):
    def names(variant):
        model = backend(framework).load(model_file(framework), Options(variant=variant))
        return {operator["op_name"] for operator in model._interpreter._get_ops_details()}

    assert [("DELEGATE" in names(variant)) for variant in VARIANTS] == [True, False, False]


def test_the_first_variant_is_the_usual_one():
    assert tuple(v.name for v in backend("litert").variants) == VARIANTS
    assert tuple(v.name for v in backend("tflite").variants) == VARIANTS
