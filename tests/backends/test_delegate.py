"""TFLite delegates, by one that is compiled here: loaded, refused, and how much of a model they took."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from edgetop.backends.base import Options
from edgetop.backends.delegate import parts
from edgetop.backends.registry import backend
from edgetop.errors import BadModelFile, FrameworkMissing, RunFailed, UsageError
from edgetop.plan import ModelFile


@pytest.fixture(params=["litert", "tflite"])
def load_with(request, model_file):
    """Loads the tiny network with a delegate on each runtime."""
    whole = model_file(request.param)

    def load(library, *options, variant="", path=""):
        model = ModelFile((path,), "tflite", "own") if path else whole
        given = Options(variant=variant, delegate=library, delegate_options=options)
        return backend(request.param).load(model, given)

    return load


@pytest.mark.parametrize("variant", ["xnnpack", "builtin"])
def test_a_delegate_computes_its_part_and_the_note_tells_which(load_with, delegate, expected, variant):
    model = load_with(delegate(), variant=variant)
    picture, (right, *_) = expected("tiny")
    model.set_inputs([picture.transpose(0, 2, 3, 1)])
    model.infer()
    assert np.abs(model.read_outputs()[0] - right).max() < 1e-5
    assert model.note == "1 of 11 operators on libsoftmax.so, the rest on the CPU"


def test_a_delegate_that_takes_nothing_is_a_warning(load_with, delegate):
    note = load_with(delegate(), "take=none").note
    assert note == "Warning: libsoftmax.so took none of the 11 operators: the model runs on the CPU alone"


def test_without_a_delegate_there_is_nothing_to_note(model_file):
    assert backend("litert").load(model_file("litert"), Options()).note == ""


@pytest.mark.parametrize(
    ("options", "error", "said", "hint"),
    [
        (("device=npu:0",), FrameworkMissing, "did not start with device=npu:0: No device found", "connected"),
        (
            ("refuse=yes",),
            RunFailed,
            r"refuses .*tiny\.tflite: the model is not to this delegate's taste\. ",
            "without",
        ),
        (("fast",), UsageError, "'fast' is no option", "key=value"),
        (("=1",), UsageError, "'=1' is no option", "key=value"),
    ],
)
def test_what_a_delegate_does_not_do_is_told(load_with, delegate, options, error, said, hint):
    with pytest.raises(error, match=said) as refusal:
        load_with(delegate(), *options)
    assert hint in refusal.value.hint


def test_a_library_that_is_not_there_is_told(load_with):
    with pytest.raises(FrameworkMissing, match=r"there is no library libnowhere\.so\. "):
        load_with("libnowhere.so")


def test_a_library_of_another_kind_is_told(load_with, delegate):
    library = delegate(name="libother.so", source=b"int other(void) { return 1; }")
    with pytest.raises(FrameworkMissing, match="is not a TFLite delegate"):
        load_with(library)


def test_a_library_that_needs_another_is_told(load_with, delegate):
    folder = delegate(name="libneeded.so", source=b"int needed(void) { return 1; }").rpartition("/")[0]
    source = b"int needed(void); int use(void) { return needed(); }"
    library = delegate(f"-L{folder}", "-Wl,--no-as-needed", "-lneeded", name="libuser.so", source=source)
    with pytest.raises(FrameworkMissing, match=r"libuser\.so needs libneeded\.so, which is not here"):
        load_with(library)


def test_a_file_that_is_no_library_is_told(load_with, tmp_path):
    path = tmp_path / "libtext.so"
    path.write_bytes(b"not a library at all" * 100)
    with pytest.raises(FrameworkMissing, match=r"libtext\.so does not load: invalid ELF header"):
        load_with(str(path))


def test_a_damaged_file_is_not_blamed_on_the_delegate(load_with, delegate, model_file, tmp_path):
    whole = model_file("litert").paths[0]
    damaged = tmp_path / "damaged.tflite"
    with open(whole, "rb") as file:
        head = file.read(8)
    damaged.write_bytes(head + bytes(200))
    with pytest.raises(BadModelFile, match="cannot load"):
        load_with(delegate(), path=str(damaged))


def test_a_delegate_that_is_no_edge_tpus_does_not_take_what_is_compiled_for_one(load_with, delegate, edge_tpu_file):
    with pytest.raises(RunFailed, match=r"compiled for the Edge TPU, and the delegate .* does not take it") as refusal:
        load_with(delegate(), path=edge_tpu_file)
    assert "coral" in refusal.value.hint


def test_an_edge_tpus_delegate_may_be_given_by_hand(load_with, delegate, edge_tpu_file):
    simulated = delegate("-DEDGE_TPU=1", name="libedgetpu-simulated.so")
    assert load_with(simulated, path=edge_tpu_file).note == "1 of 1 operators on libedgetpu-simulated.so"


def test_nothing_is_printed_but_the_refusal(model_file):
    whole = model_file("litert").paths[0]
    code = f"""
from edgetop.backends.base import Options
from edgetop.backends.registry import backend
from edgetop.plan import ModelFile
try:
    backend("litert").load(ModelFile(({whole!r},), "tflite", "own"), Options(delegate="libnowhere.so"))
except Exception as error:
    print(error.title)
"""
    child = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (child.stdout, child.stderr) == ("there is no library libnowhere.so\n", "")


def operator(index, name, inputs, outputs):
    return {"index": index, "op_name": name, "inputs": np.array(inputs), "outputs": np.array(outputs)}


def test_a_part_is_all_that_lies_between_its_tensors():
    chain = [operator(i, "ADD", [i, 10], [i + 1]) for i in range(5)]
    delegates = [operator(5, "DELEGATE", [1, 10], [3]), operator(6, "DELEGATE", [4, 10], [5])]
    assert parts([*chain, *delegates]) == [[1, 2], [4]]
