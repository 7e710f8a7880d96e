"""``edgetop export`` from the command line: what it writes, what it refuses, what it leaves behind."""

import csv
import json
import os
import shutil
import sqlite3
from pathlib import Path

import pytest

GOLDEN = Path(__file__).parent.parent / "sessions" / "golden" / "1.0.edgetop"


def test_json_holds_the_digits_of_replay(edgetop, tmp_path):
    replayed = json.loads(edgetop("replay", GOLDEN, "--json", "-").stdout)
    done = edgetop("export", GOLDEN, "--format", "json", "-o", tmp_path / "a.json")
    assert done.returncode == 0 and "exported to" in done.stderr, done.stderr
    exported = json.loads((tmp_path / "a.json").read_text())
    added = {"command", "mean", "stddev", "median", "user", "system", "min", "max"}
    added |= {"times", "memory_usage_byte", "exit_codes", "parameters"}
    for result in exported["results"]:
        assert len(result["times"]) == result["latency_s"]["n"] > 0
        assert min(result["times"]) == result["min"] == result["latency_s"]["min"]
        for key in added:
            del result[key]
    assert exported == replayed


@pytest.mark.parametrize(("frames", "words"), [(True, "the first 0:06.0 alone are here"), (False, "nothing is here")])
def test_a_recording_that_was_cut_off_and_lost_its_log_is_read_and_said_so(edgetop, tmp_path, frames, words):
    path = tmp_path / "cut.edgetop"
    shutil.copy(GOLDEN, path)
    db = sqlite3.connect(path)
    with db:
        db.execute("UPDATE meta SET value = 0 WHERE key = 'closed'")
        for table in () if frames else ("frame", "stat", "event"):
            db.execute(f"DELETE FROM {table}")
    assert db.execute("PRAGMA journal_mode=wal").fetchone() == ("wal",)
    db.close()
    for command in (("replay",), ("export", "--format", "csv", "-o", "-"), ("report", "-o", tmp_path / "a.html")):
        done = edgetop(command[0], path, *command[1:])
        assert done.returncode == 0, done.stderr
        (line,) = [line for line in done.stderr.splitlines() if line.startswith("edgetop:")]
        assert "cut.edgetop-wal" in line and "Copy that file too" in line and words in line


def test_text_goes_to_standard_output(edgetop):
    done = edgetop("export", GOLDEN, "--format", "csv", "-o", "-", "--from", "1", "--to", "2.5")
    rows = list(csv.DictReader(done.stdout.splitlines()))
    assert done.returncode == 0 and rows
    ends = [float(row["time_s"]) + (float(row["value"]) if row["series"] == "latency" else 0) for row in rows]
    assert min(ends) >= 1 and max(ends) < 2.5


def test_a_file_that_is_there_is_replaced_only_by_force(edgetop, refused, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("mine")
    assert "--force" in refused(edgetop("export", GOLDEN, "--format", "csv", "-o", path))
    assert path.read_text() == "mine"
    assert edgetop("export", GOLDEN, "--format", "csv", "-o", path, "--force").returncode == 0
    assert path.read_text().startswith("time_s,") and os.listdir(tmp_path) == ["a.csv"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--format", "parquet", "-o", "-"), "Name a file"),
        (("--format", "json", "-o", "a.json", "--to", "2"), "Leave out --from and --to"),
        (("--format", "csv", "-o", "a.csv", "--from", "70"), "The session lasts 0:06.0"),
        (("--format", "xlsx", "-o", "a.xlsx"), "Formats are csv"),
        (("--format", "csv", "-o", "gone/a.csv"), "Name a file"),
    ],
)
def test_what_cannot_be_is_refused(edgetop, refused, tmp_path, arguments, said):
    assert said in refused(edgetop("export", GOLDEN, *arguments))
    assert os.listdir(tmp_path) == []


def test_a_damaged_session_leaves_no_file(edgetop, refused, tmp_path):
    broken = tmp_path / "b.edgetop"
    broken.write_bytes(GOLDEN.read_bytes()[:9000])
    refused(edgetop("export", broken, "--format", "csv", "-o", tmp_path / "a.csv"))
    assert os.listdir(tmp_path) == ["b.edgetop"]
