"""int8: which scales values get, what the files hold, how they are cached and what is told of them."""

from __future__ import annotations

import json
import os

import numpy as np
import pytest

from edgetop.errors import UnknownName, UsageError
from edgetop.inputs.calibration import SHIPPED_PICTURES
from edgetop.networks import files, reference, zoo
from edgetop.networks.builder import Builder
from edgetop.networks.quantize import FIXED, Scale, others_count, picture_count, quantize
from edgetop.networks.quantize_agreement import agreement
from edgetop.networks.quantize_lower import lowered
from edgetop.networks.quantize_ranges import observed, shared
from edgetop.networks.writers import WRITERS, write


def test_zero_is_stored_exactly_and_the_ends_of_the_range_nearly(weighted):
    b = Builder("one", (3, 8, 8))
    b.conv("conv", "input", 4)
    graph, picture = weighted(b)
    scale = quantize(graph, picture).scales["conv"]
    values = reference.activations(graph, picture)["conv"]
    assert scale.rounded(np.zeros(1)) == 0
    assert np.abs(scale.rounded(values) - values).max() <= 0.6 * scale.scale
    assert 255 * scale.scale == pytest.approx(values.max() - values.min(), rel=1e-3)


def test_a_scale_ends_where_int8_does():
    scale = Scale(0.5, -128)
    assert scale.rounded(np.array([-1.0, 0.2, 0.3, 200.0])).tolist() == [0.0, 0.0, 0.5, 127.5]


def test_a_range_is_over_all_pictures_and_holds_zero(weighted):
    b = Builder("one", (1, 2, 2))
    b.act("rectified", "input", "relu6")
    graph, _ = weighted(b)
    pictures = np.array([[2.0, 3.0], [1.0, 9.0]], np.float32).reshape(2, 1, 1, 2).repeat(2, axis=2)
    seen, _, exact = observed(graph, pictures)
    assert {name: each.range for name, each in seen.items()} == {"input": (0.0, 9.0), "rectified": (0.0, 6.0)}
    assert (seen["input"].means().tolist(), seen["rectified"].means().tolist()) == ([3.75], [3.0])
    assert [one.tolist() for one in exact] == [[2.0, 3.0, 2.0, 3.0], [1.0, 6.0, 1.0, 6.0]]


def test_what_is_only_moved_about_keeps_its_scale():
    b = Builder("one", (8, 8, 8))
    left, right = b.split("half", "input", 2)
    pooled = b.up2("up", b.pool("pool", left, "max", 2, stride=2))
    joined = b.shuffle("mixed", b.concat("joined", pooled, right), 2)
    b.conv("conv", b.pool("means", joined, "avg", 2, stride=2), 4)
    assert {len(group) for group in shared(b.finish())} == {8, 1}


def test_sums_and_convolutions_have_scales_of_their_own():
    b = Builder("one", (3, 8, 8))
    b.add("sum", "input", b.conv("conv", "input", 3))
    assert {len(group) for group in shared(b.finish())} == {1}


def test_probabilities_have_the_scale_that_kernels_have_built_in(weighted):
    b = Builder("one", (3, 8, 8))
    b.concat("joined", b.sigmoid("first", "input"), b.sigmoid("second", b.conv("conv", "input", 4)))
    graph, picture = weighted(b)
    scales = quantize(graph, picture).scales
    assert scales["first"] == scales["second"] == scales["joined"] == FIXED


def test_probabilities_cannot_share_a_scale_with_larger_values(weighted):
    b = Builder("one", (3, 8, 8))
    b.concat("joined", b.sigmoid("gate", "input"), b.conv("conv", "input", 4))
    graph, picture = weighted(b)
    with pytest.raises(ValueError, match="conv, gate, joined"):
        quantize(graph, picture)


def test_a_graph_without_silu_and_scale_gives_the_same(every_operator):
    graph, picture = every_operator
    simple = lowered(graph)
    assert {node.act for node in simple.nodes} <= {"", "relu", "relu6"}
    assert "scale" not in {node.op for node in simple.nodes}
    for output, expected in zip(reference.run(simple, picture), reference.run(graph, picture)):
        assert np.abs(output - expected).max() < 1e-6


def test_nodes_that_share_weights_are_stored_with_their_own(weighted):
    b = Builder("one", (3, 8, 8))
    first = b.conv("first", "input", 3, act="silu")
    b.conv("second", first, 3, weights_of="first")
    graph, picture = weighted(b)
    quantized = quantize(graph, picture)
    first, second = (quantized.stored(quantized.node(name)) for name in ("first_linear", "second"))
    assert (first.weight == second.weight).all()
    assert (first.bias != second.bias).any()


def test_weights_are_symmetric_with_a_scale_for_each_channel(weighted):
    b = Builder("one", (3, 8, 8))
    b.fc("fc", b.gap("gap", b.conv("conv", "input", 4, 3)), 5)
    graph, picture = weighted(b)
    quantized = quantize(graph, picture)
    conv, fc = (quantized.stored(quantized.node(name)) for name in ("conv", "fc"))
    assert np.abs(conv.weight).reshape(4, -1).max(axis=1).tolist() == [127] * 4
    assert (len(conv.scales), len(fc.scales)) == (4, 1)
    source = quantized.scales["input"].scale
    assert conv.bias_scales == pytest.approx(conv.scales * source)
    bias = quantized.node("conv").bias
    assert conv.bias * conv.bias_scales == pytest.approx(bias, abs=float(conv.bias_scales.max()))


def test_what_is_rounded_away_at_one_place_of_a_kernel_is_given_at_the_next(weighted):
    b = Builder("one", (8, 8, 8))
    b.conv("depthwise", "input", 8, 3, groups=8)
    graph, picture = weighted(b)
    quantized = quantize(graph, picture)
    stored = quantized.stored(quantized.node("depthwise"))
    steps = graph.node("depthwise").weight.reshape(8, 9) / stored.scales[:, None]
    sums = stored.weight.reshape(8, 9).sum(axis=1)
    assert np.abs(sums - steps.sum(axis=1)).max() <= 0.501
    assert (sums != np.rint(steps).sum(axis=1)).any()


@pytest.mark.parametrize("groups", [1, 2, 8, "fc"])
def test_biases_make_up_for_what_rounding_weights_adds_in_the_mean(groups, weighted):
    b = Builder("one", (8, 3, 3))
    if groups == "fc":
        b.fc("layer", b.gap("gap", "input"), 8)
    else:
        b.conv("layer", "input", 8, 3, groups=groups, pad=0)
    graph, _ = weighted(b)
    levels = np.array([0, 255, 31, 77, 130, 9, 200, 54], np.float32) / 32  # each a value of int8
    picture = np.broadcast_to(levels[:, None, None], graph.input_shape)
    quantized = quantize(graph, picture)
    corrected = quantized.dequantized()
    bias = {"layer": (corrected.node("layer").weight, graph.node("layer").bias)}
    exact, found, before = (
        reference.activations(each, picture)["layer"] for each in (graph, corrected, corrected.with_weights(bias))
    )
    assert np.abs(before - exact).max() > 1e-3
    assert np.abs(found - exact).max() < 0.05 * np.abs(before - exact).max()


def test_agreement_counts_and_measures(built):
    pictures = SHIPPED_PICTURES.inputs(zoo.card("tiny"), 6)
    found = agreement(quantize(built("tiny"), pictures), pictures)
    assert (found.pictures, found.unseen, found.same_top1) == (6, False, 6)
    assert 0 < found.mean < found.largest < 0.02 < found.span < 1


def test_large_networks_are_calibrated_on_fewer_pictures():
    counts = [picture_count(zoo.card(name).macs) for name in ("efficientnet_lite0", "ssd_mobilenet_v1", "xception")]
    assert counts == [12, 4, 2]


@pytest.mark.parametrize("format", ["tflite", "onnx"])
def test_the_same_pictures_give_the_same_bytes(format, built):
    pictures = SHIPPED_PICTURES.inputs(zoo.card("tiny"), 3)
    assert write(quantize(built("tiny"), pictures), format, "int8") == write(
        quantize(built("tiny"), pictures), format, "int8"
    )


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_tflite_file_is_int8_from_end_to_end(built):
    library = pytest.importorskip("ai_edge_litert.interpreter")
    graph = quantize(built("tiny"), SHIPPED_PICTURES.inputs(zoo.card("tiny"), 2))
    interpreter = library.Interpreter(
        model_content=write(graph, "tflite", "int8")[0],
        experimental_op_resolver_type=library.OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
    )
    interpreter.allocate_tensors()
    types = {tensor["name"]: tensor["dtype"] for tensor in interpreter.get_tensor_details()}
    assert {types[node.name] for node in graph.nodes} == {np.int8}
    assert types["stem_bias"] is np.int32
    assert np.float32 not in types.values()


def test_an_onnx_file_is_int8_from_end_to_end(built, tmp_path):
    onnxruntime = pytest.importorskip("onnxruntime")
    onnx = pytest.importorskip("onnx")
    graph = quantize(built("tiny"), SHIPPED_PICTURES.inputs(zoo.card("tiny"), 2))
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.optimized_model_filepath = str(tmp_path / "seen.onnx")
    (content,) = write(graph, "onnx", "int8")
    onnx.checker.check_model(onnx.load_from_string(content), full_check=True)
    onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    kinds = [node.op_type for node in onnx.load(tmp_path / "seen.onnx").graph.node]
    assert kinds.count("QLinearConv") == 4
    assert not {"Conv", "Add", "Gemm", "Concat"} & set(kinds)


def test_a_cached_file_is_named_by_its_pictures_and_keeps_its_agreement(cache):
    written = files.model_file("tiny", "tflite", "int8", pictures=SHIPPED_PICTURES)
    (path,) = written.paths
    assert os.path.basename(path) == f"tiny-int8-{zoo.card('tiny').sha256[:12]}-shipped1.tflite"
    found = files.agreement_of(written)
    assert (found.pictures, found.same_top1) == (12, 12)
    with open(path, "rb") as file:
        content = file.read()
    pictures = SHIPPED_PICTURES.inputs(zoo.card("tiny"), 12)
    assert write(quantize(zoo.build("tiny"), pictures), "tflite", "int8") == (content,)
    assert sorted(each.suffix for each in cache.iterdir()) == [".json", ".tflite"]


def test_a_cached_file_is_not_calibrated_again(cache):
    class Once:
        name = "once"

        def inputs(self, card, count):
            assert not cache.exists() or not list(cache.glob("*.tflite"))
            return SHIPPED_PICTURES.inputs(card, count)

        unseen = SHIPPED_PICTURES.unseen

    first = files.model_file("tiny", "tflite", "int8", pictures=Once())
    assert files.model_file("tiny", "tflite", "int8", pictures=Once()) == first


def test_agreement_is_unknown_where_the_record_does_not_tell(cache):
    written = files.model_file("tiny", "tflite", "int8", pictures=SHIPPED_PICTURES)
    (record,) = cache.glob("*.json")
    record.write_text(json.dumps({"agreement": {"pictures": 3}}))
    assert files.agreement_of(written) is None
    assert files.agreement_of(files.model_file("tiny", "tflite")) is None


def test_pictures_that_are_not_calibrated_on_are_judged_by(cache):
    class WithOthers:
        name = "others"
        inputs = SHIPPED_PICTURES.inputs

        def unseen(self, card, count):
            return SHIPPED_PICTURES.inputs(card, 5, skip=50)

    written = files.model_file("tiny", "tflite", "int8", pictures=WithOthers())
    card, graph = zoo.card("tiny"), zoo.build("tiny")
    quantized = quantize(graph, SHIPPED_PICTURES.inputs(card, picture_count(card.macs)))
    found = files.agreement_of(written)
    assert found == agreement(quantized, SHIPPED_PICTURES.inputs(card, 5, skip=50), graph)
    assert (found.pictures, found.unseen) == (5, True)
    assert 0 < found.mean < found.largest < 0.02


def test_fewer_pictures_judge_a_large_network():
    counts = [others_count(zoo.card(name).macs) for name in ("efficientnet_lite0", "resnet50", "xception")]
    assert counts[0] > 100 > counts[1] > counts[2] == 10


def test_int8_without_pictures_is_refused(cache):
    with pytest.raises(UsageError, match="tiny"):
        files.model_file("tiny", "tflite", "int8")


@pytest.mark.parametrize("format", [format for format in WRITERS if "int8" not in WRITERS[format]])
def test_formats_without_int8_say_what_they_have(format, cache):
    with pytest.raises(UnknownName, match=f"{format} files have no int8. Precisions: fp32"):
        files.model_file("tiny", format, "int8", pictures=SHIPPED_PICTURES)
