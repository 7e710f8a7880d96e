"""``edgetop run`` without a screen: it measures, records, prints, and refuses bad input before it begins."""

import json
import os
import sys
import time
from pathlib import Path

import pytest

from edgetop.commands.run_plan import _delegated
from edgetop.delegates import Delegate
from edgetop.plan import RunSpec

EDGETOP = str(Path(sys.executable).with_name("edgetop"))
SHORT = ("--duration", "0.6", "--headless")


def test_a_run_prints_the_table_and_records_what_a_replay_repeats(edgetop, tmp_path):
    done = edgetop("run", "tiny", "--on", "litert,null", "--input", "noise", *SHORT, "--record", "a.edgetop")
    assert done.returncode == 0, done.stderr
    assert "LiteRT" in done.stdout and "p50" in done.stdout
    replayed = edgetop("replay", "a.edgetop")
    assert replayed.returncode == 0, replayed.stderr
    assert replayed.stdout == done.stdout


def test_json_is_the_same_live_and_replayed(edgetop, tmp_path):
    edgetop("run", "tiny", "--on", "null", "--count", "500", "--json", "live.json", "--record", "a.edgetop")
    edgetop("replay", "a.edgetop", "--json", "replayed.json")
    live, replayed = ((tmp_path / name).read_text() for name in ("live.json", "replayed.json"))
    assert live == replayed
    told = json.loads(live)
    assert told["schema"] == "edgetop.result/1"
    assert told["results"][0]["latency_s"]["n"] == 500
    assert told["valid"]


def test_operators_are_printed_side_by_side_and_a_replay_repeats_them(edgetop, tmp_path):
    pytest.importorskip("onnxruntime")
    pytest.importorskip("cv2")
    on = ("--on", "onnxruntime,caffe,null", "--operators")
    done = edgetop("run", "tiny", *on, *SHORT, "--record", "a.edgetop")
    assert done.returncode == 0, done.stderr
    told = done.stdout.partition("operators of ONNX Runtime")[2]
    for part in ("coverage", "without", "operators side by side", "operators of null: the null backend has no"):
        assert part in told, part
    assert edgetop("replay", "a.edgetop").stdout == done.stdout


def test_operators_in_json_are_the_same_live_and_replayed(edgetop, tmp_path):
    pytest.importorskip("onnxruntime")
    on = ("--on", "onnxruntime,null", "--operators", "--count", "20")
    edgetop("run", "tiny", *on, "--json", "live.json", "--record", "a.edgetop")
    edgetop("replay", "a.edgetop", "--json", "replayed.json")
    live, replayed = ((tmp_path / name).read_text() for name in ("live.json", "replayed.json"))
    assert live == replayed
    timed, none = (run["operators"] for run in json.loads(live)["results"])
    assert timed["rounds"] == 20 and timed["rows"][-1]["cumulative_share"] == pytest.approx(1)
    assert "stem" in {row["name"] for row in timed["rows"]}
    assert "null" in none["missing"]


def test_json_on_standard_output_is_nothing_but_json(edgetop):
    done = edgetop("run", "tiny", "--on", "null", "--duration", "0.3", "--json", "-", "--no-record")
    assert json.loads(done.stdout)["results"][0]["framework"] == "null"


def test_without_no_record_a_session_is_kept_and_listed(edgetop, tmp_path):
    done = edgetop("run", "tiny", "--on", "null", *SHORT)
    assert "recorded in" in done.stderr
    listed = json.loads(edgetop("list", "sessions", "--json").stdout)
    assert len(listed) == 1 and listed[0]["path"] in done.stderr
    edgetop("run", "tiny", "--on", "null", *SHORT, "--no-record")
    assert len(json.loads(edgetop("list", "sessions", "--json").stdout)) == 1


def test_old_recordings_make_room_and_that_is_said(edgetop, tmp_path):
    for _ in range(3):
        done = edgetop("run", "tiny", "--on", "null", *SHORT)
        assert "removed" not in done.stderr
    listed = json.loads(edgetop("list", "sessions", "--json").stdout)
    done = edgetop("run", "tiny", "--on", "null", *SHORT, EDGETOP_SESSIONS_KEEP_GB="1e-6")
    assert "Old recordings were removed" in done.stderr and listed[2]["name"] in done.stderr
    left = [entry["path"] for entry in json.loads(edgetop("list", "sessions", "--json").stdout)]
    assert left[1:] == [listed[0]["path"]] and left[0] in done.stderr
    edgetop("run", "tiny", "--on", "null", *SHORT, "--record", "mine.edgetop", EDGETOP_SESSIONS_KEEP_GB="1e-6")
    assert len(json.loads(edgetop("list", "sessions", "--json").stdout)) == 2
    refused = edgetop("run", "tiny", "--on", "null", *SHORT, EDGETOP_SESSIONS_KEEP_DAYS="-1")
    assert refused.returncode == 2 and "keep_days" in refused.stderr


def test_a_run_that_fails_leaves_the_others_and_exits_1(edgetop, tmp_path):
    broken = tmp_path / "broken.tflite"
    broken.write_bytes(b"\x1c\0\0\0TFL3" + os.urandom(4000))
    done = edgetop("run", broken, "--on", "litert,null", *SHORT, "--record", "a.edgetop")
    assert done.returncode == 1
    assert "null" in done.stdout
    assert "broken.tflite" in done.stderr and "Traceback" not in done.stderr
    assert (tmp_path / "a.edgetop").exists()


def test_variants_of_one_framework_run_side_by_side_and_are_told_apart(edgetop, tmp_path):
    on = ("--on", "null:onnx,null")
    told = json.loads(edgetop("run", "tiny", *on, "--count", "20", "--json", "-", "--record", "a.edgetop").stdout)
    assert [run["variant"] for run in told["results"]] == ["onnx", "tflite"]
    assert "null onnx" in edgetop("replay", "a.edgetop").stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("mobilenet_v9",), "mobilenet_v2"),
        (("tiny", "--on", "tensorflow"), "litert"),
        (("tiny", "--on", "null", "--precision", "int3"), "fp32"),
        (("tiny", "--on", "null", "--threads", "-3"), "1 to 64"),
        (("tiny", "--on", "null", "--threads", "many"), "--help"),
        (("tiny", "--on", "null", "--input", "nothing.jpg"), "nothing.jpg"),
        (("tiny", "--on", "null", "--duration", "-1"), "above zero"),
        (("nothing.tflite",), "nothing.tflite"),
        (("tiny", "--on", "litert:turbo"), "xnnpack"),
        (("tiny", "--on", "null,onnxruntime", "--delegate", "lib.so"), "litert"),
        (("tiny", "--on", "litert", "--delegate-option", "threads=2"), "with --delegate"),
        (("tiny", "--on", "litert", "--delegate", "lib.so", "--delegate-option", "threads"), "K"),
        (("tiny", "--on", "null", "--record", "no-such-folder/a.edgetop"), "no-such-folder"),
        (("tiny", "--on", "null", "--json", "no-such-folder/a.json"), "no-such-folder"),
        (("tiny", "--on", "null", "--nonsense"), "--nonsense"),
        (("tiny", "--on", "null", "--ina219-address", "meter"), "--ina219-address"),
    ],
)
def test_bad_usage_is_one_line_and_exit_2(edgetop, refused, tmp_path, arguments, says):
    assert says in refused(edgetop("run", *SHORT, *arguments))
    assert not list(tmp_path.rglob("*.edgetop*"))


@pytest.mark.parametrize("content", [b"", b"TFL3", os.urandom(3000)], ids=["empty", "short", "random"])
def test_a_file_that_is_no_model_is_refused(edgetop, refused, tmp_path, content):
    path = tmp_path / "bad.tflite"
    path.write_bytes(content)
    assert "bad.tflite" in refused(edgetop("run", path, "--on", "litert", *SHORT))


def test_a_truncated_model_fails_its_run_in_words(edgetop, tmp_path):
    done = edgetop("models", "write", "tiny", "--format", "tflite", "-o", "whole.tflite")
    assert done.returncode == 0, done.stderr
    whole = (tmp_path / "whole.tflite").read_bytes()
    (tmp_path / "half.tflite").write_bytes(whole[: len(whole) // 2])
    done = edgetop("run", "./half.tflite", "--on", "litert", *SHORT, "--no-record")
    assert done.returncode == 1
    assert "half.tflite" in done.stderr and "Traceback" not in done.stderr


def test_an_unreadable_picture_is_refused(edgetop, refused, tmp_path):
    (tmp_path / "bad.jpg").write_bytes(b"\xff\xd8\xff\xe0 this is no picture")
    assert "bad.jpg" in refused(edgetop("run", "tiny", "--on", "null", "--input", "bad.jpg", *SHORT))


def test_an_existing_session_file_is_never_overwritten(edgetop, refused, tmp_path):
    (tmp_path / "a.edgetop").write_bytes(b"something of value")
    refused(edgetop("run", "tiny", "--on", "null", *SHORT, "--record", "a.edgetop"))
    assert (tmp_path / "a.edgetop").read_bytes() == b"something of value"


def test_a_setting_that_is_not_understood_is_refused(edgetop, refused, tmp_path):
    config = tmp_path / "config.toml"
    config.write_text("[ina219]\nshunt = 0.1\n")
    assert "shunt_ohms" in refused(edgetop("--config", config, "run", "tiny", "--on", "null"))
    config.write_text("[ina219\n")
    assert "config.toml" in refused(edgetop("--config", config, "run", "tiny", "--on", "null"))


def test_settings_come_from_file_and_environment_and_flags_win(edgetop, tmp_path):
    config = tmp_path / "config.toml"
    config.write_text('[run]\nmodel = "tiny"\nframeworks = ["null"]\nthreads = 3\ninput = "noise"\n')
    arguments = ("--config", config, "run", "--json", "-", "--count", "20", "--no-record")
    assert json.loads(edgetop(*arguments).stdout)["results"][0]["threads"] == 3
    assert json.loads(edgetop(*arguments, EDGETOP_RUN_THREADS="2").stdout)["results"][0]["threads"] == 2
    flags = edgetop(*arguments, "--threads", "1", EDGETOP_RUN_THREADS="2")
    assert json.loads(flags.stdout)["results"][0]["threads"] == 1


def test_a_simulated_meter_gives_watts_and_joules_and_says_that_it_is_simulated(edgetop):
    arguments = ("run", "tiny", "--on", "null", "--input", "noise", "--duration", "1", "--json", "-")
    told = json.loads(edgetop(*arguments, "--ina219-bus", "simulated", "--no-record").stdout)
    assert 1.0 < told["results"][0]["power_w"] < 20.0
    assert told["results"][0]["energy_j_per_inference"] > 0


def test_without_a_meter_the_reason_stands_where_the_watts_would(edgetop):
    done = edgetop("run", "tiny", "--on", "null", *SHORT, "--no-record", "--ina219-bus", "97")
    assert done.returncode == 0
    assert "/dev/i2c-97" in done.stdout


@pytest.mark.parametrize(
    "options",
    [
        ("--duration", "nan"),
        ("--duration", "inf"),
        ("--ina219-shunt-ohms", "nan"),
        ("--ina219-shunt-ohms", "1e-320"),
        ("--ina219-shunt-ohms", "1e6"),
        ("--ina219-address", "zz"),
    ],
)
def test_numbers_that_are_none_are_refused(edgetop, refused, options):
    line = refused(edgetop("run", "tiny", "--on", "null", *options))
    assert options[0] in line and "lambda" not in line


def test_json_goes_through_a_link_and_into_a_pipe(edgetop, tmp_path):
    (tmp_path / "target.json").write_text("old")
    (tmp_path / "link.json").symlink_to(tmp_path / "target.json")
    edgetop("run", "tiny", "--on", "null", "--count", "20", "--no-record", "--json", "link.json")
    assert (tmp_path / "link.json").is_symlink()
    assert json.loads((tmp_path / "target.json").read_text())["valid"]
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    edgetop("run", "tiny", "--on", "null", "--count", "20", "--no-record", "--json", "pipe")
    assert json.loads(os.read(reader, 1 << 16))["valid"]
    os.close(reader)


def test_json_goes_to_a_device_which_stays_one(edgetop):
    done = edgetop("run", "tiny", "--on", "null", "--count", "20", "--no-record", "--json", "/dev/stdout")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout[done.stdout.index("\n{") :])["valid"]


def test_a_named_settings_file_that_is_not_there_is_refused(edgetop, refused):
    assert "nowhere.toml" in refused(edgetop("--config", "nowhere.toml", "list", "frameworks"))


def test_only_what_others_are_compared_with_is_called_the_reference(edgetop):
    done = edgetop("run", "tiny", "--on", "litert,null,tflite", "--input", "noise", *SHORT, "--no-record")
    (row,) = [line for line in done.stdout.splitlines() if "agreement" in line]
    assert row.count("reference") == (1 if "TFLite failed" not in done.stdout else 0)


def test_ctrl_c_in_a_terminal_keeps_what_was_measured(open_terminal, edgetop, tmp_path):
    command = [EDGETOP, "run", "tiny", "--on", "null,litert", "--input", "noise", "--headless", "--duration", "60"]
    run = open_terminal([*command, "--record", str(tmp_path / "a.edgetop")])
    run.wait_for("LiteRT: running")
    time.sleep(1)
    run.type("\x03")  # the terminal sends the interrupt to all of its foreground group
    assert run.exit_code() == 130
    told = json.loads(edgetop("replay", "a.edgetop", "--json", "-").stdout)
    assert told["valid"] and {result["status"] for result in told["results"]} == {"done"}


@pytest.mark.parametrize(
    ("on", "delegated"),
    [("litert,litert:xnnpack", [True, False]), ("coral:pci,onnxruntime", [True, False]), ("tflite", [True])],
)
def test_a_delegate_is_for_the_runs_that_take_one_and_name_no_kernels(on, delegated):
    named = [name.partition(":") for name in on.split(",")]
    runs = tuple(RunSpec(i, "tiny", framework, variant=variant) for i, (framework, _, variant) in enumerate(named))
    assert [bool(spec.delegate) for spec in _delegated(runs, Delegate("lib.so", ("a=b",)))] == delegated
