"""What is removed to make room, and what never is."""

import os
import shutil
from pathlib import Path

import pytest

from edgetop.sessions.retention import StoredSession, remove_surplus, stored_sessions, surplus
from edgetop.sessions.writer import SessionWriter

GOLDEN = Path(__file__).parent / "golden" / "1.0.edgetop"
DAY = 86_400
NOW = 1000 * DAY


def stored(*ages, size=10, held=()):
    """Sessions ``0``, ``1`` … of so many days."""
    return [StoredSession(str(n), size, NOW - age * DAY, n in held) for n, age in enumerate(ages)]


def names(sessions):
    return [session.path for session in sessions]


@pytest.mark.parametrize(
    ("ages", "days", "bytes", "gone"),
    [
        ((1, 5, 9), 0, 0, []),
        ((1, 5, 9), 4, 0, ["2", "1"]),
        ((1, 5, 9), 5, 0, ["2"]),
        ((1, 5, 9), 0, 30, []),
        ((1, 5, 9), 0, 29, ["2"]),
        ((1, 5, 9), 0, 10, ["2", "1"]),
        ((1, 5, 9), 0, 1, ["2", "1"]),
        ((1, 5, 9), 8, 25, ["2"]),
        ((1, 5, 9), 8, 15, ["2", "1"]),
        ((70, 50, 90), 4, 0, ["2", "0"]),
        ((), 1, 1, []),
        ((50,), 1, 1, []),
        ((-3, 9), 4, 0, ["1"]),
    ],
)
def test_the_oldest_go_until_both_limits_hold_but_never_the_newest(ages, days, bytes, gone):
    assert names(surplus(stored(*ages), NOW, days, bytes)) == gone


def test_what_is_being_recorded_stays_and_counts():
    assert names(surplus(stored(1, 5, 9, held=(2,)), NOW, 4, 0)) == ["1"]
    assert names(surplus(stored(1, 5, 9, held=(2,)), NOW, 0, 20)) == ["1"]


def put(folder, name, age):
    path = folder / name
    shutil.copy(GOLDEN, path)
    os.utime(path, (NOW - age * DAY,) * 2)
    return path


def test_files_go_with_what_belongs_to_them_and_others_stay(tmp_path):
    for name, age in (("new", 1), ("old.edgetop", 10), ("older.edgetop", 20)):
        put(tmp_path, name, age)
    (tmp_path / "old.edgetop-journal").write_bytes(b"12345")
    (tmp_path / "notes.edgetop").write_text("not a session")
    os.utime(tmp_path / "notes.edgetop", (0, 0))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    os.symlink(put(elsewhere, "mine.edgetop", 99), tmp_path / "link.edgetop")
    removed = remove_surplus(str(tmp_path), NOW, 5, 0)
    assert [os.path.basename(path) for path in names(removed)] == ["older.edgetop", "old.edgetop"]
    assert removed[1].size_bytes == GOLDEN.stat().st_size + 5
    assert sorted(os.listdir(tmp_path)) == ["elsewhere", "link.edgetop", "new", "notes.edgetop"]
    assert os.listdir(elsewhere) == ["mine.edgetop"]


def test_without_a_limit_nothing_is_even_looked_at(tmp_path, monkeypatch):
    monkeypatch.setattr("edgetop.sessions.retention.stored_sessions", None)
    assert remove_surplus(str(tmp_path), NOW, 0, 0) == ()


def test_one_under_way_is_known_as_such(tmp_path, sessions):
    writer = SessionWriter(str(tmp_path / "a.edgetop"), sessions.describe())
    (found,) = stored_sessions(str(tmp_path))
    assert found.held
    writer.let_go()
    assert not stored_sessions(str(tmp_path))[0].held
