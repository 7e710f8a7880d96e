"""The sessions of a folder are found by what they are, not by their names."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys

from edgetop.protocol import NOT_CLOSED, RECORDING, WHOLE
from edgetop.samples import Batch
from edgetop.sessions.hold import is_held
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
    assert [entry.state for entry in entries] == [WHOLE, NOT_CLOSED, WHOLE]
    assert [entry.name for entry in entries] == ["no-suffix", "b", "zzz"]
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


def test_a_session_is_still_being_recorded_until_its_process_is_gone(tmp_path, sessions):
    path = str(tmp_path / "a.edgetop")
    code = (
        "import sys; sys.path.insert(0, sys.argv[2]); import conftest\n"
        "from edgetop.sessions.writer import SessionWriter\n"
        "writer = SessionWriter(sys.argv[1], conftest.describe()); print(flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", code, path, os.path.dirname(__file__)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as recording:
        recording.stdout.readline()
        for _ in range(2):  # to look at it changes nothing
            (entry,) = list_sessions(str(tmp_path))
            assert entry.state == RECORDING
            assert entry.size_bytes >= os.path.getsize(path) + os.path.getsize(path + "-wal")
        recording.kill()
    (entry,) = list_sessions(str(tmp_path))
    assert entry.state == NOT_CLOSED


def test_a_recording_that_has_ended_early_is_not_being_recorded(tmp_path, sessions):
    writer = SessionWriter(str(tmp_path / "a.edgetop"), sessions.describe())
    assert is_held(writer.path)
    writer.let_go()
    assert not is_held(writer.path) and not is_held(str(tmp_path / "none"))
