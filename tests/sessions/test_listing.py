"""The sessions of a folder are found by what they are, not by their names."""

from __future__ import annotations

import dataclasses
import os

from edgetop.samples import Batch
from edgetop.sessions.listing import list_sessions
from edgetop.sessions.writer import SessionWriter


def started(sessions, moment):
    return dataclasses.replace(sessions.describe(), t0_unix_ns=moment)


def test_sessions_are_listed_newest_first(tmp_path, sessions):
    batch = Batch(sessions.start_ns + 2_500_000_000)
    older = sessions.write(tmp_path / "zzz.edgetop", [batch], started(sessions, 5))
    newer = sessions.write(tmp_path / "no-suffix", [], started(sessions, 10))
    crashed = SessionWriter(str(tmp_path / "b.edgetop"), started(sessions, 7))
    crashed.let_go()
    entries = list_sessions(str(tmp_path))
    assert [entry.path for entry in entries] == [newer, crashed.path, older]
    assert [entry.closed for entry in entries] == [True, False, True]
    assert entries[2].duration_ns == 2_500_000_000
    assert entries[2].size_bytes == os.path.getsize(older)
    assert (entries[0].model, entries[0].frameworks) == ("efficientnet_lite0", ("litert", "torch"))


def test_what_is_no_session_is_left_out(tmp_path, sessions):
    good = sessions.write(tmp_path / "good", [])
    (tmp_path / "fake.edgetop").write_text("no session")
    (tmp_path / "empty.edgetop").touch()
    (tmp_path / "folder.edgetop").mkdir()
    data = bytearray((tmp_path / "good").read_bytes())
    data[4096:] = bytes(len(data) - 4096)
    (tmp_path / "damaged.edgetop").write_bytes(data)
    assert [entry.path for entry in list_sessions(str(tmp_path))] == [good]


def test_a_folder_that_is_not_there_has_none(tmp_path):
    assert list_sessions(str(tmp_path / "missing")) == ()
