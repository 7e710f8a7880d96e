"""``edgetop bench``: it measures a plan, goes on where it was ended, and its table is the same from the sessions."""

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from edgetop.commands.bench_cooling import temperature_c

EDGETOP = str(Path(sys.executable).with_name("edgetop"))
PLAN = """\
title = "Small"
models = ["tiny", "gemm_256"]
frameworks = ["null", "numpy"]
input = "noise"
threads = [1]
duration_s = 0.3
"""


@pytest.fixture
def bench(edgetop, tmp_path):
    """Runs ``edgetop bench`` on a plan into the folder ``out``."""
    (tmp_path / "small.toml").write_text(PLAN)

    def run(*arguments, plan="small.toml"):
        return edgetop("bench", plan, "--out", "out", *arguments)

    return run


@pytest.fixture(scope="module")
def first(edgetop_in, tmp_path_factory):
    """The folder of the plan, measured once for all tests that ask what comes after, and the process that did it."""
    folder = tmp_path_factory.mktemp("measured")
    (folder / "small.toml").write_text(PLAN)
    tables = ("--json", "a.json", "--csv", "a.csv", "--markdown", "a.md")
    return folder, edgetop_in(folder)("bench", "small.toml", "--out", "out", *tables)


@pytest.fixture
def measured(first, tmp_path):
    """A copy of that folder, a test's own; gives the completed process."""
    folder, done = first
    assert done.returncode == 0, done.stderr
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)  # with the times of the files
    return done


def sessions(tmp_path):
    return sorted(path.name for path in (tmp_path / "out").glob("*.edgetop*"))


def test_a_plan_ends_in_one_table_whose_digits_the_sessions_give_again(bench, measured, tmp_path):
    done = measured
    assert "4 runs in 2 sessions" in done.stderr and "[2/2]" in done.stderr and "left" in done.stderr
    assert sessions(tmp_path) == ["gemm_256_fp32_1t_r1.edgetop", "tiny_fp32_1t_r1.edgetop"]
    again = bench("--table-only", "--json", "b.json", "--csv", "b.csv", "--markdown", "b.md")
    assert again.returncode == 0 and again.stdout == done.stdout
    for kind in ("json", "csv", "md"):
        assert (tmp_path / f"a.{kind}").read_text() == (tmp_path / f"b.{kind}").read_text()
    told = json.loads((tmp_path / "a.json").read_text())
    assert told["schema"] == "edgetop.bench/1" and told["complete"] and told["valid"]
    assert [(cell["model"], cell["framework"]) for cell in told["cells"]] == [
        (model, framework) for model in ("tiny", "gemm_256") for framework in ("null", "numpy")
    ]
    rows = list(csv.DictReader((tmp_path / "a.csv").read_text().splitlines()))
    assert [float(row["p50_s"]) for row in rows] == [cell["latency_s"]["p50"] for cell in told["cells"]]
    assert rows[0]["top1"] == "" and rows[0]["mlperf_valid"] == "False"
    markdown = (tmp_path / "a.md").read_text()
    assert "Small" in done.stdout and "Small" in markdown and "| tiny | NumPy |" in markdown
    assert len({line.count(" | ") for line in markdown.splitlines() if line.startswith("|")}) == 1


def test_a_cell_is_the_entry_of_the_result_of_its_session(measured, edgetop, tmp_path):
    told = json.loads((tmp_path / "a.json").read_text())
    for cell in told["cells"]:
        entries = json.loads(edgetop("replay", f"out/{cell['session']}", "--json", "-").stdout)["results"]
        (entry,) = (entry for entry in entries if entry["framework"] == cell["framework"])
        below, _ = cell.pop("roofline"), entry.pop("roofline")  # the roof of the matrix, not of its session
        assert {key: cell[key] for key in entry} == entry
        assert "missing" in below or 0 < below["share_of_roof"] <= 1
        stream = cell["single_stream"]
        few = [f"{stream['queries']} queries of at least 64"] if stream["queries"] < 64 else []
        assert stream["reasons"] == [*few, f"{stream['seconds']:.1f} s of at least 60 s"]


def test_the_roof_is_the_product_and_nothing_is_above_it(measured, tmp_path):
    (top,) = json.loads((tmp_path / "a.json").read_text())["roofline"]
    assert {point["title"] for point in top["points"]} == {"NumPy tiny", "NumPy gemm_256"}  # null computes nothing
    assert top["roof"]["of"] in ("NumPy tiny", "NumPy gemm_256") and top["roof"]["gbps"] > 0
    assert all(0 < point["share_of_roof"] <= 1 + 1e-9 for point in top["points"])


def test_what_was_measured_is_not_measured_again(bench, measured, tmp_path):
    before = {name: (tmp_path / "out" / name).stat().st_mtime_ns for name in sessions(tmp_path)}
    (tmp_path / "out" / "tiny_fp32_1t_r1.edgetop").unlink()
    done = bench()
    assert "2 sessions, 1 measured already" in done.stderr
    after = {name: (tmp_path / "out" / name).stat().st_mtime_ns for name in sessions(tmp_path)}
    assert after.keys() == before.keys()
    assert {name for name in after if after[name] != before[name]} == {"tiny_fp32_1t_r1.edgetop"}


def started(tmp_path):
    (tmp_path / "long.toml").write_text(PLAN.replace("0.3", "1.5"))
    log = os.open(tmp_path / "log", os.O_WRONLY | os.O_CREAT)
    return subprocess.Popen(
        [EDGETOP, "bench", "long.toml", "--out", "out"], cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=log
    )


def wait_for(tmp_path, text):
    end = time.monotonic() + 60
    while text not in (tmp_path / "log").read_text():
        assert time.monotonic() < end, (tmp_path / "log").read_text()
        time.sleep(0.05)


def test_after_a_kill_the_same_command_goes_on(bench, tmp_path):
    child = started(tmp_path)
    wait_for(tmp_path, "[2/2]")
    time.sleep(1.0)
    child.send_signal(signal.SIGKILL)
    child.wait()
    (whole,) = (name for name in sessions(tmp_path) if "unfinished" not in name)
    measured_ns = (tmp_path / "out" / whole).stat().st_mtime_ns
    part = json.loads(bench("--table-only", "--json", "-", plan="long.toml").stdout)
    assert not part["complete"] and [cell["status"] for cell in part["cells"]].count("waiting") == 2
    assert part["invalid_reasons"] == ["2 of 4 runs are not measured yet"]
    done = bench(plan="long.toml")
    assert done.returncode == 0, done.stderr
    assert "1 measured already" in done.stderr
    assert len(sessions(tmp_path)) == 2 and not any("unfinished" in name for name in sessions(tmp_path))
    assert (tmp_path / "out" / whole).stat().st_mtime_ns == measured_ns


def test_ctrl_c_keeps_what_is_whole_and_says_how_to_go_on(bench, tmp_path):
    child = started(tmp_path)
    wait_for(tmp_path, "[2/2]")
    time.sleep(0.5)
    child.send_signal(signal.SIGINT)
    assert child.wait(timeout=30) == 130
    assert "stopped, 1 session missing" in (tmp_path / "log").read_text()
    assert len([name for name in sessions(tmp_path) if "unfinished" not in name]) == 1
    assert bench(plan="long.toml").returncode == 0


def test_two_at_once_do_not_measure_into_one_folder(bench, refused, tmp_path):
    child = started(tmp_path)
    wait_for(tmp_path, "[1/2]")
    try:
        assert "Another edgetop" in refused(bench(plan="long.toml"))
    finally:
        child.send_signal(signal.SIGTERM)
        child.wait()


def test_a_cell_that_fails_is_a_row_with_its_reason_and_the_rest_goes_on(bench, edgetop, tmp_path):
    plan = PLAN.replace('"numpy"', '"numpy", "pycaffe"').replace("threads", 'precisions = ["fp32", "int8"]\nthreads')
    (tmp_path / "some.toml").write_text(plan)
    done = bench("--json", "a.json", plan="some.toml")
    assert done.returncode == 1
    cells = json.loads((tmp_path / "a.json").read_text())["cells"]
    states = {(cell["model"], cell["framework"], cell["precision"]): cell["status"] for cell in cells}
    assert len(states) == len(cells) == 12
    assert states["tiny", "null", "fp32"] == states["gemm_256", "numpy", "fp32"] == "done"
    assert states["tiny", "pycaffe", "fp32"] == "failed"
    assert states["tiny", "numpy", "int8"] == "refused"
    assert "NumPy, tiny, int8, 1 thread: NumPy has no int8" in done.stdout
    assert "pycaffe" in done.stderr.lower() or "Caffe" in done.stderr
    rows = list(csv.DictReader(bench("--table-only", "--csv", "-", plan="some.toml").stdout.splitlines()))
    assert [row["message"] != "" for row in rows] == [cell["status"] != "done" for cell in cells]


@pytest.mark.skipif(temperature_c() is not None, reason="this machine has a temperature")
def test_where_there_is_no_temperature_it_is_said_and_nothing_waits(bench, tmp_path):
    (tmp_path / "cool.toml").write_text(PLAN + "cool_down = true\n")
    done = bench(plan="cool.toml")
    assert done.returncode == 0 and done.stderr.count("shows no temperature") == 1


def test_rounds_are_rows_of_their_own(bench, tmp_path):
    (tmp_path / "twice.toml").write_text(PLAN + "rounds = 2\n")
    done = bench("--json", "a.json", plan="twice.toml")
    assert "round" in done.stdout.splitlines()[2]
    rounds = [cell["round"] for cell in json.loads((tmp_path / "a.json").read_text())["cells"]]
    assert rounds == [1, 2] * 4


def test_a_folder_of_another_plan_is_refused_before_anything_runs(bench, measured, refused, tmp_path):
    (tmp_path / "small.toml").write_text(PLAN.replace("0.3", "0.4"))
    assert "of another plan" in refused(bench())
    (tmp_path / "small.toml").write_text(PLAN)
    (tmp_path / "out" / "tiny_fp32_1t_r1.edgetop").write_bytes(b"no session")
    assert "tiny_fp32_1t_r1" in refused(bench())


def test_a_dry_run_lists_all_and_makes_nothing(bench, tmp_path):
    done = bench("--dry-run")
    assert done.returncode == 0
    assert "tiny_fp32_1t_r1: " in done.stdout and "4 runs in 2 sessions, 1 s of measuring" in done.stdout
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("nowhere.toml",), "nowhere.toml"),
        (("quack",), "quick"),
        (("small.toml", "--json", "-", "--csv", "-"), "standard output"),
        (("small.toml", "--csv", "no-such-folder/a.csv"), "no-such-folder"),
        (("small.toml", "--table-only"), "Nothing was measured"),
        (("wrong.toml",), "wrong.toml:1"),
        (("small.toml", "--out", "small.toml"), "small.toml"),
    ],
)
def test_bad_usage_is_one_line(edgetop, bench, refused, tmp_path, arguments, says):
    (tmp_path / "wrong.toml").write_text(PLAN.replace("title", "tilte"))
    assert says in refused(edgetop("bench", *arguments))


def test_a_data_set_that_is_not_here_is_told_before_anything_runs(bench, refused, tmp_path):
    (tmp_path / "judged.toml").write_text(PLAN + '[accuracy]\ndata = "nowhere"\n')
    assert "no folder at nowhere" in refused(bench(plan="judged.toml"))
    assert not sessions(tmp_path)


def test_the_scores_say_why_there_are_none(bench, tmp_path):
    (tmp_path / "aiotbench.toml").write_text(
        PLAN.replace('"tiny", "gemm_256"', '"squeezenet1_0"').replace(', "numpy"', "")
    )
    done = bench("--json", "a.json", plan="aiotbench.toml")
    assert "none, since squeezenet1_0 has no accuracy, its weights are seeded" in done.stdout
    (score,) = json.loads((tmp_path / "a.json").read_text())["scores"]
    assert set(score["vips_by_inference"]) == {"missing"} and score["workloads"] == [
        ["squeezenet1_0", "null", "tflite"]
    ]


def test_where_frameworks_are_those_that_are_here_none_fails(bench, tmp_path):
    (tmp_path / "here.toml").write_text(PLAN.replace('["null", "numpy"]', '"here"').replace('"gemm_256"', '"gemm_512"'))
    done = bench("--dry-run", plan="here.toml")
    assert done.returncode == 0 and "numpy:" in done.stdout and "null" not in done.stdout and "not " not in done.stdout


@pytest.mark.parametrize(("columns", "shown", "gone"), [("80", "GFLOP/s", "inferences"), ("140", "inferences", "")])
def test_the_table_has_the_columns_there_is_room_for(open_terminal, measured, tmp_path, columns, shown, gone):
    command = [EDGETOP, "bench", str(tmp_path / "small.toml"), "--out", str(tmp_path / "out"), "--table-only"]
    run = open_terminal(command, size=(int(columns), 40))
    run.wait_for("roof")
    assert run.exit_code() == 0
    header = next(line for line in run.screen.display if "framework" in line)  # notes below may have these words too
    assert shown in header and "gemm_256" in "\n".join(run.screen.display)
    assert not gone or gone not in header
