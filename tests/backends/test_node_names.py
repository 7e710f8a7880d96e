"""Operators are called by the neutral graph's names, whatever a framework makes of them."""

from __future__ import annotations

import pytest

from edgetop.backends.node_names import node_names
from edgetop.backends.onnx_runtime import _ADDED


def test_what_a_framework_adds_is_left_out():
    names = ("stem_nchwc", "head_token_12", "a_silu/QuickGeluFusion/", "s/GatherSliceToSplitFusion", "b_linear_nchwc")
    assert tuple(node_names(names, _ADDED).values()) == ("stem", "head", "a_silu", "s", "b")


def test_names_that_would_be_the_same_are_kept():
    names = ("reorder_token_1", "reorder_token_2", "conv", "conv_linear")
    assert node_names(names, _ADDED) == {name: name for name in names}


def test_a_name_that_is_all_addition_is_kept():
    assert node_names(("_linear",)) == {"_linear": "_linear"}


@pytest.mark.parametrize("framework", ["onnxruntime", "caffe", "pycaffe", "ncnn", "openvino", "numpy"])
def test_most_of_the_time_is_told_by_the_names_of_the_graph(framework, load, graph, expected):
    threads = 1 if framework == "ncnn" else 2  # ncnn's wait turning for each layer, which takes long where others run
    model = load(framework, "yolov5n", threads)
    model.set_inputs([expected("yolov5n")[0]])
    profile = model.operators(3)
    nodes = {node.name for node in graph("yolov5n").nodes}
    convolutions = {node.name for node in graph("yolov5n").nodes if node.op == "conv"}
    named = {o.name: o for o in profile.operators}
    assert len(named) == len(profile.operators)
    assert convolutions <= named.keys()
    whole = sum(profile.durations_ns) / len(profile.durations_ns)
    total = sum(o.mean_ns for o in profile.operators)
    assert total <= whole
    assert sum(named[name].mean_ns for name in nodes & named.keys()) > total / 4
    starts = [o.start_ns for o in profile.operators if o.start_ns is not None]
    assert starts == sorted(starts)
