"""list, models, doctor, replay, help: what they print, and how they refuse."""

import json
import os
import subprocess
import sys
import venv
from pathlib import Path

import numpy as np
import pytest

from edgetop.config import asset
from edgetop.networks import zoo
from edgetop.plan import Plan, RunSpec
from edgetop.samples import Batch
from edgetop.sessions.description import Description
from edgetop.sessions.writer import SessionWriter


def test_help_names_every_command_and_imports_nothing_that_costs(edgetop):
    done = edgetop("--help")
    assert done.returncode == 0
    for command in ("run", "replay", "list", "models write", "doctor"):
        assert f"edgetop {command}" in done.stdout
    heavy = "{'argparse', 'numpy', 'textual', 'rich', 'psutil', 'dataclasses', 'typing'}"
    code = f"import sys; from edgetop.cli import main; main(['--help']); print(sorted({heavy} & set(sys.modules)))"
    lines = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert lines.splitlines()[-1] == "[]"


@pytest.mark.parametrize("command", ["run", "replay", "list", "models", "doctor"])
def test_every_command_has_help(edgetop, command):
    done = edgetop(command, "--help")
    assert done.returncode == 0
    assert f"edgetop {command}" in done.stdout


def test_version(edgetop):
    assert edgetop("--version").stdout.startswith("edgetop 0.")


def test_models_are_listed_with_what_they_are(edgetop):
    rows = {row["name"]: row for row in json.loads(edgetop("list", "models", "--json").stdout)}
    assert rows["efficientnet_lite0"]["weights"] == "trained"
    assert rows["mobilenet_v2"]["weights"] == "seeded: speed only"
    assert "mobilenet_v2" in edgetop("list", "models").stdout


def test_every_model_of_the_zoo_is_listed_with_its_card(edgetop):
    rows = {row["name"]: row for row in json.loads(edgetop("list", "models", "--json").stdout)}
    assert tuple(rows) == zoo.names()
    common = {"task", "input_shape", "preprocessing", "parameters", "macs", "weights", "licence", "precisions"}
    for name, row in rows.items():
        wanted = common if row["task"] == "gemm" else common | {"labels", "classes", "paper"}
        assert not [key for key in wanted if not row[key]], name
    assert rows["yolov5s_640"]["input_shape"] == [1, 3, 640, 640]
    assert (rows["xception"]["labels"], rows["spaghettinet_s"]["labels"]) == ("ImageNet", "COCO")
    table = edgetop("list", "models").stdout
    assert all(name in table for name in rows) and "299 x 299" in table and "seeded: speed only" in table


def test_frameworks_are_listed_with_their_version_or_why_not(edgetop):
    rows = {row["name"]: row for row in json.loads(edgetop("list", "frameworks", "--json").stdout)}
    assert rows["null"]["version"]
    for row in rows.values():
        assert row["version"] != "–" or (row["why_not"] and row["what_to_do"])


def test_listing_frameworks_imports_none_of_them():
    runtimes = ("ai_edge_litert", "tflite_runtime", "onnxruntime", "openvino", "ncnn")
    heavy = {*runtimes, "torch", "executorch", "cv2", "caffe", "tvm"}
    code = (
        "import sys; from edgetop.cli import main; main(['list', 'frameworks'])\n"
        f"print(sorted({heavy} & set(sys.modules)))"
    )
    lines = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert lines.splitlines()[-1] == "[]"


def test_frameworks_are_listed_with_the_interpreter_that_serves_them(edgetop, tmp_path):
    given = f"--python=torch={tmp_path}/nowhere"
    rows = {row["name"]: row for row in json.loads(edgetop(given, "list", "frameworks", "--json").stdout)}
    ours = rows["null"]["python"]
    assert (ours["version"], ours["source"]) == (".".join(map(str, sys.version_info[:3])), "own")
    assert rows["torch"]["python"] == {"path": f"{tmp_path}/nowhere", "version": "", "source": "--python"}
    assert "no interpreter at" in rows["torch"]["why_not"]


def test_doctor_looks_at_the_interpreter_that_the_settings_name(edgetop, tmp_path):
    venv.create(tmp_path / "other", with_pip=False, symlinks=True)
    python = tmp_path / "other" / "bin" / "python"
    (tmp_path / "mine.toml").write_text(f'[frameworks.null]\npython = "{python}"\n')
    command = ("--config", "mine.toml", "doctor", "--json")
    checks = checks_of(edgetop(*command))
    first = checks["Python for null"]
    assert first["state"] == "bad" and f"{python} (Python" in first["detail"] and "has no numpy" in first["detail"]
    assert first["what_to_do"] == checks["null"]["what_to_do"]
    (packages,) = (tmp_path / "other" / "lib").glob("*/site-packages")
    (packages / "ours.pth").write_text(os.path.dirname(os.path.dirname(np.__file__)))
    checks = checks_of(edgetop(*command))
    assert checks["Python for null"]["detail"].endswith(f"at {python} (settings), numpy {np.__version__}")
    assert checks["null"]["state"] == "ok"


def checks_of(done):
    return {check["name"]: check for check in json.loads(done.stdout)}


def test_probes_are_listed_with_their_state(edgetop):
    rows = {row["name"]: row for row in json.loads(edgetop("list", "probes", "--json").stdout)}
    assert rows["cpu"]["state"] == "here"
    assert "power.board.w" in rows["ina219"]["channels"]


def test_a_probe_is_one_line_with_what_it_gives_or_why_it_gives_nothing(edgetop):
    rows = json.loads(edgetop("list", "probes", "--json").stdout)
    lines = edgetop("list", "probes", COLUMNS="80").stdout.strip().splitlines()[2:]
    assert len(lines) == len(rows) == len({row["name"] for row in rows})
    for row, line in zip(rows, lines):
        said = row["channels"][0] if row["state"] == "here" else f"– {row['state']}"
        assert line.split()[0] == row["name"] and said in line


@pytest.fixture
def session_of(tmp_path):
    """Records two minutes of a model of that name, in the folder that is listed."""
    folder = tmp_path / "data" / "edgetop" / "sessions"
    folder.mkdir(parents=True)

    def record(model):
        # It begins at 2026-11-24 03:10 UTC.
        writer = SessionWriter(
            str(folder / "a.edgetop"),
            Description("s", 0, 1_795_489_800 * 10**9, "0", Plan((RunSpec(0, model, "null"),))),
        )
        writer.add(Batch(125_500_000_000))
        writer.close()

    return record


def test_sessions_are_listed_with_local_time_and_length_as_clocks_show_them(edgetop, session_of):
    session_of("tiny")
    shown = edgetop("list", "sessions", TZ="UTC").stdout
    assert "2026-11-24 03:10" in shown and "2:05.5" in shown and "whole" in shown
    assert "_ns" not in shown and "1795489800" not in shown and "125500000000" not in shown
    assert "2026-11-24 08:40" in edgetop("list", "sessions", TZ="XST-5:30").stdout


@pytest.mark.parametrize("model", ["a[/b]c", "[red]c", "a\x1b[2J\x07c", "a\x9bc"])
def test_a_session_of_a_hostile_name_is_listed_as_plain_text(edgetop, session_of, model):
    session_of(model)
    done = edgetop("list", "sessions", PYTHONUTF8="1")
    assert done.returncode == 0, done.stderr
    assert "\x1b" not in done.stdout and "\x07" not in done.stdout and "\x9b" not in done.stdout
    assert model.partition("\x1b")[0].partition("\x9b")[0] in done.stdout


def test_models_write_puts_the_file_where_it_is_wanted(edgetop, tmp_path):
    done = edgetop("models", "write", "tiny", "--format", "caffe", "-o", "out/tiny.prototxt")
    assert done.returncode == 2 and "out" in done.stderr
    done = edgetop("models", "write", "tiny", "--format", "caffe", "-o", "tiny.prototxt")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "tiny.prototxt").stat().st_size and (tmp_path / "tiny.caffemodel").stat().st_size


def test_models_write_refuses_what_is_not_there(edgetop, refused):
    assert "tflite" in refused(edgetop("models", "write", "tiny", "--format", "onyx", "-o", "x"))
    assert "mobilenet_v2" in refused(edgetop("models", "write", "mobilenet_v9", "--format", "tflite", "-o", "x"))


def test_doctor_tells_what_is_here_and_what_to_do(edgetop):
    done = edgetop("doctor", "--json")
    checks = {check["name"]: check for check in json.loads(done.stdout)}
    assert checks["machine"]["state"] == "ok"
    for check in checks.values():
        assert check["state"] == "ok" or check["what_to_do"], check
    assert done.returncode == int(any(check["state"] == "bad" for check in checks.values()))
    assert "machine" in edgetop("doctor").stdout


def test_a_broken_probe_of_another_package_is_told(tmp_path, edgetop):
    package = tmp_path / "plugin"
    (package / "plugin-1.dist-info").mkdir(parents=True)
    (package / "plugin-1.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: plugin\nVersion: 1\n")
    (package / "plugin-1.dist-info" / "entry_points.txt").write_text("[edgetop.probes]\nbroken = broken:Broken\n")
    (package / "broken.py").write_text(
        "class Broken:\n"
        "    name, title, rate_hz, channels = 'broken', 'broken probe', 1.0, ()\n"
        "    def open(self): raise ValueError('no such pin')\n"
    )
    doctor = edgetop("doctor", "--json", PYTHONPATH=str(package))
    (check,) = [check for check in json.loads(doctor.stdout) if check["name"] == "broken probe"]
    assert (check["state"], check["detail"]) == ("bad", "ValueError: no such pin")
    listed = json.loads(edgetop("list", "probes", "--json", PYTHONPATH=str(package)).stdout)
    assert [row["state"] for row in listed if row["name"] == "broken"] == ["ValueError: no such pin"]


def test_doctor_names_a_settings_file_that_is_not_there(edgetop):
    done = edgetop("--config", "nowhere.toml", "doctor")
    assert done.returncode == 1
    assert "BAD settings" in done.stdout and "nowhere.toml" in done.stdout


SAYINGS = (
    ["--help"],
    ["list", "--help"],
    ["list", "models"],
    ["list", "models", "--json"],
    ["replay", str(Path(__file__).parents[1] / "sessions" / "golden" / "1.0.edgetop"), "--headless"],
)


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("arguments", SAYINGS, ids=" ".join)
def test_output_that_nobody_reads_is_no_fault(arguments, unbuffered):
    reader, writer = os.pipe()
    os.close(reader)
    done = write_to(writer, arguments, unbuffered)
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, "")


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("arguments", SAYINGS, ids=" ".join)
def test_output_that_has_no_room_is_one_line(arguments, unbuffered, refused):
    with open("/dev/full", "w") as full:
        assert "No space left" in refused(write_to(full, arguments, unbuffered), code=1)


def write_to(output, arguments, unbuffered):
    command = [sys.executable, "-m", "edgetop", *arguments]
    environment = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
    return subprocess.run(command, env=environment, stdout=output, stderr=subprocess.PIPE, text=True, check=False)


def test_doctor_names_a_folder_that_cannot_be_written(edgetop, tmp_path):
    (tmp_path / "file").write_text("")
    done = edgetop("doctor", XDG_DATA_HOME=str(tmp_path / "file"))
    assert done.returncode == 1
    assert "BAD sessions folder" in done.stdout


@pytest.mark.parametrize("content", [None, b"", b"not a session", b"SQLite format 3\0" + b"\0" * 4096])
def test_a_file_that_is_no_session_is_refused(edgetop, refused, tmp_path, content):
    if content is not None:
        (tmp_path / "x.edgetop").write_bytes(content)
    assert "x.edgetop" in refused(edgetop("replay", "x.edgetop"))


def test_an_unknown_command_is_refused_in_one_line(edgetop, refused):
    assert "--help" in refused(edgetop("frobnicate"))


def test_models_write_tells_how_an_int8_file_compares(edgetop, tmp_path):
    done = edgetop("models", "write", "tiny", "--format", "onnx", "--precision", "int8", "-o", "tiny.onnx")
    assert done.returncode == 0, done.stderr
    path, judged, classes, differences, sizes = done.stdout.splitlines()
    assert path == "tiny.onnx" and (tmp_path / path).stat().st_size
    assert judged == "pictures it is judged on: 12, those it was calibrated on; on others it may do worse"
    assert classes == "same likeliest class as in fp32: 12 of 12, 100 %"
    assert "at most" in differences and "in the mean" in differences
    assert "in fp32" in sizes


def test_models_write_calibrates_on_a_folder_of_ones_own(edgetop, refused, tmp_path):
    command = ("models", "write", "tiny", "--format", "tflite", "-o", "tiny.tflite", "--calibrate", "pictures")
    assert "pictures" in refused(edgetop(*command, "--precision", "int8"))
    assert "int8" in refused(edgetop(*command))
    (tmp_path / "pictures").mkdir()
    with open(asset("coffee.jpg"), "rb") as file:
        (tmp_path / "pictures" / "one.jpg").write_bytes(file.read())
    done = edgetop(*command, "--precision", "int8")
    assert done.returncode == 0, done.stderr
    assert "1 of 1" in done.stdout
    for number in range(44):
        (tmp_path / "pictures" / f"{number}.jpg").symlink_to(asset("coffee.jpg" if number % 2 else "cat.jpg"))
    done = edgetop(*command, "--precision", "int8")
    assert "pictures it is judged on: 5, none of them calibrated on" in done.stdout.splitlines()


def test_models_write_refuses_int8_where_the_format_has_none(edgetop, refused):
    done = edgetop("models", "write", "tiny", "--format", "caffe", "--precision", "int8", "-o", "x")
    assert "caffe files have no int8" in refused(done)


def test_keys_are_listed_with_their_ids_as_the_settings_have_them(edgetop, tmp_path):
    (tmp_path / "a.toml").write_text('[keys]\npause = "p ctrl+x"\n')
    rows = json.loads(edgetop("--config", "a.toml", "list", "keys", "--json").stdout)
    assert {"id": "pause", "keys": ["p", "ctrl+x"], "does": "Pause the run, or go on", "on": ["live"]} in rows
    (tmp_path / "a.toml").write_text('[keys]\npause = "q"\n')
    done = edgetop("--config", "a.toml", "list", "keys")
    assert done.returncode == 2 and "'pause' and 'quit'" in done.stderr
