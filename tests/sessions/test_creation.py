"""A new session file: a free name, for its owner alone, over nothing."""

from __future__ import annotations

import os
import stat
from datetime import datetime

import pytest

from edgetop.errors import CannotWrite
from edgetop.sessions.creation import create, new_session_path
from edgetop.sessions.reader import SessionReader

NOW = datetime(2026, 11, 24, 3, 10, 59)


def test_the_default_name_has_the_moment_and_the_model(tmp_path):
    folder = str(tmp_path)
    assert new_session_path(folder, "efficientnet_lite0", NOW) == f"{folder}/2026-11-24_0310_efficientnet_lite0.edgetop"
    assert new_session_path(folder, "/home/me/my model.tflite", NOW) == f"{folder}/2026-11-24_0310_my-model.edgetop"
    assert new_session_path(folder, "../..", NOW).startswith(folder + "/2026")


def test_a_name_that_is_taken_gets_a_number(tmp_path):
    for expected in ("m.edgetop", "m_2.edgetop", "m_3.edgetop"):
        path = new_session_path(str(tmp_path), "m", NOW)
        assert path.endswith("_" + expected)
        open(path, "w").close()


def test_only_its_owner_may_read_it_or_its_log(tmp_path, sessions):
    before = os.umask(0)
    try:
        db = create(str(tmp_path / "a"), sessions.describe())
        db.execute("UPDATE meta SET value = 0 WHERE key = 'closed'")
        modes = {name: stat.S_IMODE(os.stat(tmp_path / name).st_mode) for name in os.listdir(tmp_path)}
        db.close()
    finally:
        os.umask(before)
    assert modes == dict.fromkeys(("a", "a-wal", "a-shm"), 0o600)


def refused(path, sessions):
    with pytest.raises(CannotWrite) as caught:
        sessions.write(path, [])
    assert caught.value.hint


def test_nothing_is_written_over(tmp_path, sessions):
    (tmp_path / "file").write_text("mine")
    refused(tmp_path / "file", sessions)
    assert (tmp_path / "file").read_text() == "mine"
    (tmp_path / "link").symlink_to(tmp_path / "target")
    refused(tmp_path / "link", sessions)
    assert not (tmp_path / "target").exists()
    (tmp_path / "b-wal").symlink_to(tmp_path / "target")
    refused(tmp_path / "b", sessions)
    refused(tmp_path, sessions)


def test_a_folder_that_is_missing_or_takes_no_files_is_refused(tmp_path, sessions):
    refused(tmp_path / "missing" / "a", sessions)
    refused("/proc/a.edgetop", sessions)
    if os.getuid():
        tmp_path.chmod(0o500)
        refused(tmp_path / "a", sessions)


@pytest.mark.parametrize("name", ["a b?#%41.edgetop", "µ.edgetop", "'; drop table meta.edgetop", "x.txt"])
def test_any_name_works(tmp_path, sessions, rng, name):
    batches = sessions.random_batches(rng, 2.0)
    with SessionReader(sessions.write(tmp_path / name, batches)) as reader:
        assert sessions.contents(reader.batches(0, reader.duration_ns)) == sessions.contents(batches)
    assert os.listdir(tmp_path) == [name]


def test_every_commit_outlives_a_power_cut(tmp_path, sessions):
    """With synchronous=NORMAL a cut would take all since the last checkpoint."""
    db = create(str(tmp_path / "a"), sessions.describe())
    assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert db.execute("PRAGMA synchronous").fetchone() == (2,)
    assert db.execute("PRAGMA page_size").fetchone() == (4096,)
    db.close()
