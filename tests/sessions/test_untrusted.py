"""A file may come from anyone: it reads, or BadSession says why not, in little time and memory."""

from __future__ import annotations

import os
import shutil
import sqlite3
import struct
import time
import zlib
from pathlib import Path

import pytest

from edgetop.errors import BadSession
from edgetop.sessions.codec import MAX_ITEMS, MAX_RAW_BYTES
from edgetop.sessions.reader import SessionReader


@pytest.fixture
def recorded(tmp_path, sessions, rng):
    return sessions.write(tmp_path / "good.edgetop", sessions.random_batches(rng))


def read_all(path):
    with SessionReader(path) as reader:
        items = sum(len(entry) for batch in reader.batches(0, reader.duration_ns) for entry in batch.samples.values())
        reader.overview(0, 5)
        return items


def change(path, *statements):
    db = sqlite3.connect(path)
    with db:
        for statement in statements:
            db.execute(*statement) if isinstance(statement, tuple) else db.execute(statement)
    db.close()


def refused(path, *words):
    with pytest.raises(BadSession) as caught:
        read_all(str(path))
    assert caught.value.hint
    assert all(word in caught.value.title for word in words), caught.value.title


def test_what_is_no_session_is_refused_with_the_reason(tmp_path):
    refused(tmp_path / "nothing", "No such file")
    refused(tmp_path, "not a file")
    (tmp_path / "empty").touch()
    refused(tmp_path / "empty", "empty")
    (tmp_path / "text").write_text("SQLite is what this is about " * 40)
    refused(tmp_path / "text", "not a session")
    change(str(tmp_path / "other"), "CREATE TABLE frame(id)")
    refused(tmp_path / "other", "another program")
    os.mkfifo(tmp_path / "pipe")
    refused(tmp_path / "pipe", "not a file")
    refused("nul\0", "cannot be read")


def test_a_newer_major_version_is_refused(recorded):
    change(recorded, "PRAGMA user_version=2000")
    refused(recorded, "newer edgetop")


@pytest.mark.parametrize("left", [50, 100, 4096, -4096, -1])
def test_a_truncated_file_is_refused(recorded, left):
    size = os.path.getsize(recorded)
    os.truncate(recorded, left % size)
    refused(recorded)


@pytest.mark.parametrize(
    "hostile",
    [
        "CREATE VIEW frames AS SELECT 1",
        "CREATE TRIGGER t AFTER INSERT ON frame BEGIN DELETE FROM meta; END",
        "CREATE VIRTUAL TABLE v USING fts5(x)",
    ],
)
def test_a_schema_that_could_run_something_is_refused(recorded, hostile):
    change(recorded, hostile)
    refused(recorded)


def test_a_view_in_the_place_of_a_table_is_refused(recorded):
    endless = "WITH RECURSIVE r(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM r)"
    change(recorded, "DROP TABLE frame", f"CREATE VIEW frame AS {endless} SELECT id, 1 AS codec, 1 AS data FROM r")
    refused(recorded, "view")


def test_a_bomb_is_refused(recorded):
    change(recorded, ("UPDATE frame SET data = ?", (zlib.compress(bytes(MAX_RAW_BYTES + 1), 9),)))
    began = time.monotonic()
    refused(recorded, "too large")
    assert time.monotonic() - began < 5


def test_a_second_of_endless_frames_is_refused(recorded):
    nothing = struct.pack("<H", 1) + struct.pack("<HBIqq4B", 0, 0, MAX_ITEMS, 0, 0, 0, 0, 0, 0)
    rows = [(5 << 20 | part, zlib.compress(nothing)) for part in range(100, 150)]
    db = sqlite3.connect(recorded)
    with db:
        db.executemany("INSERT INTO frame(id, codec, data) VALUES (?, 1, ?)", rows)
    db.close()
    refused(recorded, "more samples")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE meta SET value = 'soon' WHERE key = 't0_mono_ns'",
        "UPDATE meta SET value = x'00' WHERE key = 'plan'",
        "UPDATE meta SET value = '[[[[' WHERE key = 'plan'",
        "UPDATE meta SET value = '{\"is\":\"Stop\"}' WHERE key = 'plan'",
        "UPDATE meta SET value = replace(value, '\"torch\"', '7') WHERE key = 'plan'",
        "UPDATE meta SET value = '[]' WHERE key = 'host'",
        "UPDATE meta SET value = '[]' WHERE key = 'meters'",
        "UPDATE meta SET value = '{\"channels\":{\"1\":[7]}}' WHERE key = 'meters'",
        "UPDATE meta SET value = '{\"channels\":[1]}' WHERE key = 'meters'",
        "UPDATE meta SET value = '{\"energy\":\"all\"}' WHERE key = 'meters'",
        "UPDATE meta SET value = -1 WHERE key = 'duration_ns'",
        "DELETE FROM meta WHERE key = 'format'",
        "UPDATE channel SET name = x'00'",
        "UPDATE channel SET run_id = 77 WHERE kind = 'latency'",
        "DELETE FROM channel WHERE kind = 'latency'",
        "UPDATE channel SET tick_ns = 0",
        "UPDATE channel SET scale = 9e999",
        "UPDATE channel SET scale = 1e300",
        "UPDATE channel SET scale = 0",
        "UPDATE meta SET value = replace(value, '\"count\":9', '\"count\":NaN') WHERE key = 'plan'",
        "UPDATE meta SET value = replace(value, '\"threads\":2', '\"threads\":2' || printf('%.400d', 0)) WHERE key = 'plan'",  # noqa: E501
        "UPDATE meta SET value = '{\"cores\":1' || printf('%.400d', 0) || '}' WHERE key = 'host'",
        "UPDATE frame SET data = 'text'",
        "UPDATE frame SET data = x'78'",
        "UPDATE frame SET data = NULL",
        "UPDATE event SET data = '[1]'",
        "UPDATE event SET kind = NULL",
        "UPDATE event SET t_ns = 'noon'",
        "UPDATE stat SET sum = 'much'",
        "DROP TABLE event",
        "DROP TABLE stat",
    ],
)
def test_contents_of_another_kind_are_refused(recorded, statement):
    change(recorded, statement)
    refused(recorded, "damaged")


def test_json_nested_without_end_is_refused(recorded):
    change(recorded, ("UPDATE event SET data = ?", ("[" * 50_000,)))
    refused(recorded, "damaged")


def test_mutated_files_read_or_are_refused(recorded, tmp_path, rng):
    """Some hundred files with bytes changed, pages moved, or ends cut."""
    good = read_all(recorded)
    whole = Path(recorded).read_bytes()
    path = str(tmp_path / "mutated.edgetop")
    outcomes = {"read": 0, "refused": 0}
    began = time.monotonic()
    for number in range(400):
        data = bytearray(whole)
        # Half of the changes go to the headers of the file and of its first tables, where they do most.
        reach = 4096 * 6 if number % 2 else len(data)
        for _ in range(int(rng.integers(1, 30))):
            data[int(rng.integers(16, reach))] = int(rng.integers(256))
        if number % 5 == 0:
            one, other = (4096 * int(page) for page in rng.integers(1, len(data) // 4096, 2))
            data[one : one + 4096] = data[other : other + 4096]
        Path(path).write_bytes(data)
        try:
            assert read_all(path) <= 2 * good + MAX_ITEMS
            outcomes["read"] += 1
        except BadSession:
            outcomes["refused"] += 1
    assert outcomes["refused"] > 50
    assert outcomes["read"] > 5
    assert time.monotonic() - began < 30


def test_reading_changes_nothing_in_the_file_or_beside_it(recorded, tmp_path):
    before = Path(recorded).read_bytes()
    read_all(recorded)
    assert Path(recorded).read_bytes() == before
    assert os.listdir(tmp_path) == ["good.edgetop"]


def test_a_file_still_in_log_mode_reads_without_its_log(recorded, tmp_path):
    """What is left of a crashed recording when the log was empty, or of a copy that forgot it."""
    change(recorded, "PRAGMA journal_mode=wal")
    copy = shutil.copy(recorded, tmp_path / "copy.edgetop")
    assert read_all(str(copy)) > 0
