"""A plan that cannot be run is refused before any work, with what to do."""

from pathlib import Path

import pytest

from edgetop.config import asset
from edgetop.engine.check import check_plan
from edgetop.engine.resolve import resolve
from edgetop.errors import BadInput, BadModelFile, UnknownName, UsageError
from edgetop.networks import own
from edgetop.networks.own import is_file
from edgetop.plan import EnergySettings, Ina219Settings, Plan, RunSpec


def plan(model="efficientnet_lite0", framework="litert", **other):
    run = {key: other.pop(key) for key in ("precision", "threads", "python", "variant", "delegate") if key in other}
    return Plan((RunSpec(0, model, framework, **run),), **other)


def test_the_default_comparison_is_accepted():
    check_plan(Plan(tuple(RunSpec(i, "efficientnet_lite0", f) for i, f in enumerate(("litert", "torch", "caffe")))))


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (plan("efficientnet_lite1"), "efficientnet_lite0"),
        (plan(framework="tensorflow"), "litert"),
        (plan(precision="int4"), "fp32"),
        (plan(threads=0), "1 to"),
        (plan(input="no-such-picture.jpg"), ""),
        (plan(python="/nowhere/python"), "edgetop env create litert"),
        (plan(variant="turbo"), "xnnpack"),
        (plan(precision="bf16"), "fp32"),
        (plan(framework="onnxruntime", delegate="libarmnnDelegate.so"), "litert"),
        (plan(framework="litert", delegate="/nowhere/libarmnnDelegate.so"), "Check the path"),
        (plan(duration_s=-1.0), "above zero"),
        (Plan(()), "--on"),
    ],
)
def test_what_is_not_there_is_refused_with_a_hint(bad, says):
    with pytest.raises(UsageError) as refused:
        check_plan(bad)
    assert refused.value.exit_code == 2
    assert refused.value.hint
    assert says in refused.value.hint


def test_too_many_runs_are_refused():
    with pytest.raises(UsageError, match="more than"):
        check_plan(Plan(tuple(RunSpec(i, "mobilenet_v2", "null") for i in range(7))))


def test_a_model_file_of_another_framework_names_one_that_reads_it(tmp_path):
    path = tmp_path / "mine.tflite"
    path.write_bytes(b"\0\0\0\0TFL3" + b"\0" * 100)
    with pytest.raises(UsageError, match="cannot read") as refused:
        check_plan(plan(str(path), "torch", input="noise"))
    assert "torchscript" in refused.value.hint


def test_a_model_file_is_not_read_to_be_checked_and_resolved(tmp_path, monkeypatch):
    """A large one takes seconds to hash, once for each look at it."""
    path = tmp_path / "mine.tflite"
    path.write_bytes(b"\0\0\0\0TFL3" + b"\0" * 100)
    monkeypatch.setattr(own, "file_sha256", lambda *paths: pytest.fail("it was hashed"))
    wanted = plan(str(path), "null", input="noise", record="none", skip_absent=True)
    check_plan(wanted)
    assert resolve(wanted).runs[0].variant == "tflite"


def test_a_model_file_is_told_from_a_name():
    assert is_file("./mobilenet_v2") and is_file("mine.tflite")
    assert not is_file("mobilenet_v2") and not is_file("mobilenet_v9")


def test_a_missing_model_file_is_refused():
    with pytest.raises(BadModelFile):
        check_plan(plan("nowhere/mine.tflite", input="noise"))


def test_an_unknown_name_offers_the_closest():
    with pytest.raises(UnknownName, match="mobilenet_v3") as refused:
        check_plan(plan("mobilenet_v3"))
    assert "mobilenet_v2" in refused.value.hint


@pytest.mark.parametrize(
    ("meters", "says"),
    [
        ((Ina219Settings(name="accelerator"),), "Two power meters at 0x40 on bus 1"),
        ((Ina219Settings(name="board", address=0x41),), "Two power meters are named 'board'"),
        ((Ina219Settings(name="The Fan", address=0x41),), "Power meter 'The Fan'"),
        ((Ina219Settings(name="fan", address=0x30),), "0x30 is not an INA219's address"),
        ((Ina219Settings(name="fan", address=0x41, shunt_ohms=0.0),), "0 ohm is no shunt.s"),
        ((Ina219Settings(name="fan", address=0x41, rate_hz=5.0),), "5 conversions a second"),
    ],
)
def test_meters_have_a_place_and_a_name_each(meters, says):
    with pytest.raises(UsageError, match=says):
        check_plan(Plan((RunSpec(0, "tiny", "null"),), meters=meters))


@pytest.mark.parametrize("energy", [EnergySettings(-1), EnergySettings(5, 0.0), EnergySettings(5, 10.0, 1e9)])
def test_windows_of_energy_are_so_many_and_so_long(energy):
    with pytest.raises(UsageError, match="indows of energy"):
        check_plan(Plan((RunSpec(0, "tiny", "null"),), energy=energy))


def test_a_damaged_picture_is_refused_before_anything_runs(tmp_path):
    path = tmp_path / "cut.jpg"
    path.write_bytes(Path(asset("cat.jpg")).read_bytes()[:5000])
    with pytest.raises(BadInput, match="cannot read"):
        check_plan(Plan((RunSpec(0, "tiny", "null"),), input=str(path)))
