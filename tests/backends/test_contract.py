"""What every backend promises, each against the same tests and the same weights."""

from __future__ import annotations

import numpy as np
import pytest

from edgetop.backends.base import Options
from edgetop.backends.registry import backend
from edgetop.errors import BadModelFile
from edgetop.plan import PRECISIONS, ModelFile
from edgetop.readings import Missing

FRAMEWORKS = ("litert", "tflite", "torch", "caffe", "onnxruntime", "ncnn", "openvino", "tvm", "pycaffe", "numpy")
ALL = (*FRAMEWORKS, "null")
NETWORKS = ("tiny", "efficientnet_lite0")


def as_wanted(picture, spec):
    return np.ascontiguousarray(picture.transpose(0, 2, 3, 1)) if spec.layout == "NHWC" else picture


def run(model, picture):
    model.set_inputs([as_wanted(picture, spec) for spec in model.inputs])
    model.infer()
    return model.read_outputs()


@pytest.mark.parametrize("framework", ALL)
class TestEveryBackend:
    def test_says_what_it_is_before_its_framework_is_imported(self, framework):
        it = backend(framework)
        assert it.name == framework
        assert it.title
        assert it.variants
        for variant in it.variants:
            assert variant.precisions and set(variant.precisions) <= set(PRECISIONS)
            assert variant.format and variant.title
        assert len({variant.name for variant in it.variants}) == len(it.variants)

    def test_proves_itself_and_tells_its_version(self, framework, need):
        need(framework)
        it = backend(framework)
        version = it.probe().version
        assert version == it.version()
        assert version[0].isdigit()

    def test_outputs_fit_their_specs(self, framework, load):
        model = load(framework)
        inputs = [np.zeros(spec.shape, spec.dtype) for spec in model.inputs]
        model.set_inputs(inputs)
        model.infer()
        outputs = model.read_outputs()
        assert [(o.shape, o.dtype.name) for o in outputs] == [(s.shape, s.dtype) for s in model.outputs]

    def test_the_same_input_gives_the_same_output(self, framework, load, expected):
        model = load(framework)
        picture, _ = expected("tiny")
        first, second = run(model, picture), run(model, picture)
        model.infer()
        third = model.read_outputs()
        np.testing.assert_array_equal(first[0], second[0])
        np.testing.assert_array_equal(first[0], third[0])

    def test_another_input_gives_another_output(self, framework, load, expected):
        model = load(framework)
        picture, _ = expected("tiny")
        assert not np.array_equal(run(model, picture)[0], run(model, -3 * picture)[0])

    def test_inputs_and_outputs_are_copies(self, framework, load, expected):
        model = load(framework)
        picture, _ = expected("tiny")
        given = [as_wanted(picture, spec).copy() for spec in model.inputs]
        model.set_inputs(given)
        for array in given:
            array.fill(0)
        model.infer()
        outputs = model.read_outputs()
        kept = outputs[0].copy()
        model.set_inputs(given)
        model.infer()
        np.testing.assert_array_equal(outputs[0], kept)
        outputs[0].fill(-1)
        assert not np.array_equal(model.read_outputs()[0], outputs[0])
        np.testing.assert_array_equal(kept, run(model, picture)[0])

    def test_closes_twice(self, framework, model_file):
        model = backend(framework).load(model_file(framework), Options())
        model.close()
        model.close()

    def test_operators_are_told_or_missing_for_a_reason(self, framework, load, expected):
        model = load(framework)
        run(model, expected("tiny")[0])
        operators = model.operators(3)
        if isinstance(operators, Missing):
            assert operators.reason
        else:
            assert operators.operators and len(operators.durations_ns) == 3
            assert all(o.name and o.type and o.mean_ns > 0 and o.calls >= 1 for o in operators.operators)
            assert all(o.start_ns is None or o.start_ns >= 0 for o in operators.operators)


@pytest.mark.parametrize("framework", FRAMEWORKS)
class TestEveryFramework:
    @pytest.mark.parametrize("network", NETWORKS)
    @pytest.mark.parametrize("threads", [1, 2])
    def test_agrees_with_the_reference_at_any_thread_count(self, framework, network, threads, load, expected):
        picture, right = expected(network)
        outputs = run(load(framework, network, threads), picture)
        assert len(outputs) == len(right)
        assert np.abs(outputs[0] - right[0]).max() < 1e-5

    def test_takes_one_picture_in_its_own_layout(self, framework, load, graph):
        (spec,) = load(framework).inputs
        n, c, h, w = graph("tiny").input_shape
        assert spec.shape == {"NCHW": (n, c, h, w), "NHWC": (n, h, w, c)}[spec.layout]

    def test_refuses_a_file_that_is_not_there(self, framework, model_file, tmp_path):
        whole = model_file(framework)
        paths = tuple(str(tmp_path / "nowhere") for _ in whole.paths)
        with pytest.raises(BadModelFile, match="nowhere") as refusal:
            backend(framework).load(ModelFile(paths, whole.format, "own"), Options())
        assert refusal.value.hint

    def test_refuses_a_folder(self, framework, model_file, tmp_path):
        whole = model_file(framework)
        with pytest.raises(BadModelFile):
            backend(framework).load(ModelFile((str(tmp_path),) * len(whole.paths), whole.format, "own"), Options())

    def test_refuses_another_format(self, framework, model_file):
        with pytest.raises(BadModelFile, match="keras"):
            backend(framework).load(ModelFile(model_file(framework).paths, "keras", "own"), Options())


def test_caffe_takes_the_input_shape_from_a_prototxt_of_ones_own(model_file, graph):
    whole = model_file("caffe")
    model = backend("caffe").load(ModelFile(whole.paths, "caffe", "own"), Options())
    assert model.inputs[0].shape == graph("tiny").input_shape


def test_caffe_refuses_a_prototxt_without_an_input(model_file, tmp_path):
    caffemodel = model_file("caffe").paths[1]
    bare = tmp_path / "train.prototxt"
    bare.write_text('layer { name: "data" type: "Data" top: "data" }')
    with pytest.raises(BadModelFile, match="what shape its input has") as refusal:
        backend("caffe").load(ModelFile((str(bare), caffemodel), "caffe", "own"), Options())
    assert "deploy" in refusal.value.hint


def test_torch_refuses_a_file_whose_input_shape_nobody_knows(model_file):
    whole = model_file("torch")
    with pytest.raises(BadModelFile, match="shape") as refusal:
        backend("torch").load(ModelFile(whole.paths, "torchscript", "own"), Options())
    assert "does not hold it" in refusal.value.hint


def test_torch_refuses_an_input_shape_that_does_not_fit(model_file):
    whole = model_file("torch")
    with pytest.raises(BadModelFile, match="channels"):
        backend("torch").load(ModelFile(whole.paths, "torchscript", "own", input_shape=(1, 4, 32, 32)), Options())


def test_null_loads_files_that_are_not_there():
    model = backend("null").load(ModelFile(("nowhere",), "tflite", "any"), Options())
    model.infer()
    assert model.read_outputs()[0].shape == (1,)
