"""Each way in which PyTorch runs a model: as right as the others, its operators told by the graph's names."""

from __future__ import annotations

import subprocess
import sys
import warnings

import numpy as np
import pytest

from edgetop.backends.base import Options
from edgetop.backends.registry import backend
from edgetop.errors import BadModelFile, FrameworkMissing
from edgetop.networks import quantize, writers
from edgetop.plan import ModelFile, file_precision
from edgetop.processors import sums_bytes_exactly
from edgetop.readings import Missing

PAIRS = [(v.name, p) for v in backend("torch").variants for p in v.precisions]
REAL = [name for name, precision in PAIRS if precision == "fp32"]
INT8 = [name for name, precision in PAIRS if precision == "int8"]
EXACT = ("qnnpack", "mobile", *(("onednn",) if sums_bytes_exactly() else ()))
NAMED = [pair for pair in PAIRS if pair[0] != "mobile"]
"""Those whose operators have the names of nodes."""
LIMITS = {"fp32": 1e-5, "bf16": 0.02}
STEPS = 4
"""Of the outputs' scale, between an int8 engine and fp32 computed on the rounded values."""


@pytest.fixture(scope="session")
def quantized(graph):
    """The tiny network in int8, and the picture it is calibrated on."""
    picture = np.random.default_rng(7).standard_normal(graph("tiny").input_shape).astype(np.float32)
    return quantize.quantize(graph("tiny"), picture), picture


@pytest.fixture(scope="session")
def variant_file(tmp_path_factory, graph, quantized, need):
    """Writes the tiny network in the format of a variant, once."""
    folder = tmp_path_factory.mktemp("torch")

    def write(variant, precision="fp32"):
        need("torch")
        format = next(v.format for v in backend("torch").variants if v.name == variant)
        precision = file_precision(precision)
        path = folder / f"{precision}{writers.SUFFIXES[format][0]}"
        if not path.exists():
            source = quantized[0] if precision == "int8" else graph("tiny")
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # PyTorch advises against half of its formats
                path.write_bytes(writers.write(source, format, precision)[0])
        return ModelFile((str(path),), format, "tiny", precision, input_shape=graph("tiny").input_shape)

    return write


@pytest.fixture
def load_variant(variant_file):
    def load(variant, precision="fp32", threads=1):
        file = variant_file(variant, precision)
        try:
            return backend("torch").load(file, Options(threads, precision, variant))
        except FrameworkMissing as missing:
            pytest.skip(str(missing))

    return load


def run(model, picture):
    model.set_inputs([picture])
    model.infer()
    return model.read_outputs()


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize(("variant", "precision"), [pair for pair in PAIRS if pair[1] != "int8"])
def test_a_variant_agrees_with_the_reference(variant, precision, threads, load_variant, expected):
    picture, (right,) = expected("tiny")
    (output,) = run(load_variant(variant, precision, threads), picture)
    assert output.dtype == np.float32
    difference = np.abs(output - right).max()
    assert difference <= LIMITS[precision]
    assert precision == "fp32" or difference > 1e-6  # it is computed in bf16


@pytest.mark.parametrize("variant", INT8 if sums_bytes_exactly() else EXACT)
def test_int8_agrees_with_fp32(variant, load_variant, quantized):
    graph, picture = quantized
    (output,) = run(load_variant(variant, "int8"), picture)
    step = graph.scales[graph.outputs[0]].scale
    difference = np.abs(output.ravel() - graph.exact[0]).max()
    assert 0 < difference <= STEPS * step


@pytest.mark.parametrize(("variant", "precision"), PAIRS)
def test_outputs_fit_their_specs(variant, precision, load_variant, quantized):
    model = load_variant(variant, precision)
    outputs = run(model, quantized[1])
    assert [(o.shape, o.dtype.name) for o in outputs] == [(s.shape, s.dtype) for s in model.outputs]
    assert [(s.shape, s.dtype, s.layout) for s in model.inputs] == [((1, 3, 32, 32), "float32", "NCHW")]


@pytest.mark.parametrize(("variant", "precision"), PAIRS)
def test_operators_make_up_the_inference(variant, precision, load_variant, quantized):
    model = load_variant(variant, precision)
    run(model, quantized[1])
    profile = model.operators(5)
    # A tiny network's steps are microseconds; what lies between those of Python is as long, and longer where others
    # work: a quiet moment is waited for.
    covered = [coverage(profile)]
    while covered[-1] <= 0.2 and len(covered) < 50:
        covered.append(coverage(model.operators(5)))
    assert covered[-1] > 0.2, covered
    assert max(covered) < 1.05
    assert len(profile.durations_ns) == 5
    starts = [operator.start_ns for operator in profile.operators]
    assert starts[0] == 0 and starts == sorted(starts)
    assert all(operator.type and operator.mean_ns > 0 for operator in profile.operators)


def coverage(profile):
    return sum(operator.mean_ns for operator in profile.operators) / np.mean(profile.durations_ns)


@pytest.mark.parametrize(("variant", "precision"), NAMED)
def test_operators_bear_the_names_of_the_nodes(variant, precision, load_variant, quantized, graph):
    network = quantized[0] if precision == "int8" else graph("tiny")
    names = [operator.name for operator in load_variant(variant, precision).operators(2).operators]
    nodes = [node.name for node in network.nodes[1:]]
    assert len(set(names)) == len(names)
    if variant == "export":
        assert names.pop(0) == "_guards_fn"  # an exported program looks at its inputs first
    assert sorted(names) == sorted(nodes)  # one that is optimised may go through them in another order


def test_steps_of_pytorch_mobile_are_numbered(load_variant):
    names = [operator.name for operator in load_variant("mobile").operators(2).operators]
    assert names[:2] == ["constant_pad_nd #1", "conv2d #1"] and "conv2d #2" in names


@pytest.mark.parametrize("variant", REAL)
def test_operators_are_those_of_the_same_outputs(variant, load_variant, expected):
    """Timing them changes nothing of what is computed."""
    picture, (right,) = expected("tiny")
    model = load_variant(variant)
    run(model, picture)
    assert not isinstance(model.operators(2), Missing)
    assert np.abs(run(model, picture)[0] - right).max() <= LIMITS["fp32"]


@pytest.mark.parametrize(("variant", "precision"), PAIRS)
def test_nothing_is_said_of_what_pytorch_means_to_give_up(variant, precision, load_variant, quantized, variant_file):
    variant_file(variant, precision)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        run(load_variant(variant, precision), quantized[1])
    assert [str(each.message) for each in said] == []


SILENT_CHILD = """
import sys
import numpy as np
from edgetop.backends.base import Options
from edgetop.backends.registry import backend
from edgetop.plan import ModelFile

for told in sys.argv[1:]:
    variant, precision, format, path = told.split(",")
    file = ModelFile((path,), format, "tiny", precision, input_shape=(1, 3, 32, 32))
    backend("torch").load(file, Options(1, precision, variant)).infer()
"""


def test_nor_does_its_native_code_say_so(variant_file):
    pytest.importorskip("torch")
    pairs = [("frozen", "fp32"), ("mobile", "fp32"), ("qnnpack", "int8"), ("mobile", "int8")]
    files = [(variant, variant_file(variant, precision)) for variant, precision in pairs]
    told = [f"{variant},{file.precision},{file.format},{file.paths[0]}" for variant, file in files]
    child = subprocess.run([sys.executable, "-c", SILENT_CHILD, *told], capture_output=True, text=True, timeout=120)
    assert (child.returncode, child.stderr) == (0, "")


@pytest.mark.parametrize("variant", ["x86", "fbgemm"])
def test_engines_of_16_bits_say_so(variant, load_variant):
    assert "16 bits" in load_variant(variant, "int8").note
    assert not load_variant("qnnpack", "int8").note
    assert bool(load_variant("onednn", "int8").note) is not sums_bytes_exactly()


def test_an_engine_that_is_not_built_in_is_named_with_those_that_are(variant_file, monkeypatch):
    torch = pytest.importorskip("torch")
    file = variant_file("qnnpack", "int8")
    monkeypatch.setattr(type(torch.backends.quantized), "supported_engines", ["none", "onednn"])
    with pytest.raises(FrameworkMissing, match="qnnpack") as refusal:
        backend("torch").load(file, Options(variant="qnnpack", precision="int8"))
    assert refusal.value.hint == "It has onednn"


def test_an_exported_program_tells_the_shape_of_its_input(variant_file):
    file = variant_file("export")
    model = backend("torch").load(ModelFile(file.paths, "pt2", "own"), Options())
    assert model.inputs[0].shape == (1, 3, 32, 32)


def test_an_open_input_shape_is_refused(tmp_path, need):
    need("torch")
    import torch

    batch = torch.export.Dim("batch", min=1, max=8)
    example = (torch.zeros(2, 3),)
    program = torch.export.export(torch.nn.Linear(3, 2), example, dynamic_shapes=({0: batch},))
    torch.export.save(program, tmp_path / "open.pt2")
    with pytest.raises(BadModelFile, match="is open"):
        backend("torch").load(ModelFile((str(tmp_path / "open.pt2"),), "pt2", "own"), Options())


def test_pytorch_mobile_needs_the_shape_of_the_input(variant_file):
    file = variant_file("mobile")
    with pytest.raises(BadModelFile, match="not known"):
        backend("torch").load(ModelFile(file.paths, "ptl", "own"), Options())


@pytest.fixture
def traced(tmp_path, need):
    """A module of a user's own, traced and saved as TorchScript."""
    need("torch")
    import torch

    def save(module):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            torch.jit.trace(module.eval(), torch.zeros(1, 3, 8, 8)).save(tmp_path / "own.pt")
        return ModelFile((str(tmp_path / "own.pt"),), "torchscript", "own", input_shape=(1, 3, 8, 8))

    return save


@pytest.mark.parametrize("variant", ["frozen", "script"])
def test_operators_of_an_own_module_have_the_names_of_its_weights(variant, traced):
    from torch import nn

    features = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Sequential(nn.Conv2d(4, 4, 1), nn.ReLU()))
    file = traced(nn.Sequential(features, nn.Conv2d(4, 2, 1)))
    operators = backend("torch").load(file, Options(variant=variant)).operators(2).operators
    named = {o.name: o.type for o in operators if "#" not in o.name}
    assert list(named) == ["0.0", "0.2.0", "1"]
    assert all("conv" in kind for kind in named.values())
    assert any(o.name.endswith(" #2") and "relu" in o.type for o in operators)


def test_a_module_of_nothing_has_no_operators(traced):
    from torch import nn

    assert backend("torch").load(traced(nn.Identity()), Options()).operators(2).reason
