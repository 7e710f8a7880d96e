"""The engine of the session browser: it tells what a folder holds as that changes, and does what it is asked."""

import os
import shutil
import sqlite3
from pathlib import Path

import numpy as np
import pytest

from edgetop.controls import DeleteSession, DescribeSession, RenameSession, Stop
from edgetop.engine.browse import Browser
from edgetop.errors import BadSession
from edgetop.plan import Plan, RunSpec
from edgetop.protocol import NOT_CLOSED, RECORDING, WHOLE, Hello, Notice, SessionDetails, Sessions
from edgetop.readings import Missing
from edgetop.samples import Batch, Event, Samples
from edgetop.sessions.description import Description
from edgetop.sessions.reader import SessionReader
from edgetop.sessions.writer import SessionWriter

GOLDEN = Path(__file__).parents[1] / "sessions" / "golden" / "1.0.edgetop"
S = 10**9


def write(path, seconds=30, closed=True, started=1_790_000_000 * S):
    """A session of one run at 100 inferences a second, 2 ms each but for every tenth of 4 ms."""
    plan = Plan((RunSpec(0, "tiny", "null", threads=2),), input="noise")
    writer = SessionWriter(str(path), Description("s", 0, started, "0.1", plan, machine={"board": "Pi"}))
    starts = np.arange(seconds * 100, dtype=np.int64) * (S // 100)
    durations = np.where(np.arange(len(starts)) % 10, 2_000_000, 4_000_000)
    zeros = np.zeros(len(starts), np.int64)
    running = Event(0, "run", {"status": "done", "version": "7"}, 0)
    writer.add(Batch(seconds * S, {0: Samples(starts, durations, zeros, zeros)}, events=(running,)))
    writer.commit()
    if closed:
        writer.close()
    return writer


@pytest.fixture
def browse(tmp_path, monkeypatch):
    """Has a browser obey: each step is a command, or something to do before it looks again; gives all it told."""
    monkeypatch.setattr("edgetop.engine.browse.LOOK_S", 0.0)

    def run(*steps):
        waiting = list(steps)
        told = []

        class Publisher:
            def publish(self, message):
                told.append(message)
                return True

        def commands(timeout_s):
            quiet = not told or not isinstance(told[-1], Sessions) or told[-1].left == 0
            if not quiet:
                return []
            step = waiting.pop(0) if waiting else Stop()
            if callable(step):
                step()
                return []
            return [step]

        assert Browser(str(tmp_path), Publisher(), commands).run().exit_code == 0
        return told

    return run


def shown(told):
    """What a screen that heard all that has in its list, by name."""
    entries = {}
    for message in told:
        if isinstance(message, Sessions):
            for path in message.gone:
                del entries[path]
            entries.update({entry.path: entry for entry in message.entries})
    return {entry.name: entry for entry in entries.values()}


def test_an_empty_folder_is_told_as_such(browse):
    told = browse(lambda: None)
    assert isinstance(told[0], Hello) and [message.left for message in told[1:]] == [0]
    assert shown(told) == {}


def test_what_is_added_grows_and_goes_is_told_and_nothing_else(browse, tmp_path):
    shutil.copy(GOLDEN, tmp_path / "golden.edgetop")
    (tmp_path / "notes.txt").write_text("none")
    growing = []

    def begin():
        growing.append(write(tmp_path / "b.edgetop", 2, closed=False))

    def go_on():
        growing[0].add(Batch(5 * S, events=(Event(5 * S - 1, "marker", {}),)))
        growing[0].commit()

    told = browse(lambda: None, begin, lambda: None, go_on, lambda: growing[0].let_go(), lambda: None)
    of_b = [
        entry for message in told if isinstance(message, Sessions) for entry in message.entries if entry.name == "b"
    ]
    assert [(entry.state, entry.duration_ns // S) for entry in of_b[:2]] == [(RECORDING, 2), (RECORDING, 5)]
    assert of_b[-1].state == NOT_CLOSED
    golden = [e for m in told if isinstance(m, Sessions) for e in m.entries if e.name == "golden"]
    assert len(golden) == 1 and golden[0].state == WHOLE
    assert "notes.txt" not in shown(told)
    told = browse(lambda: None, lambda: os.unlink(tmp_path / "golden.edgetop"), lambda: None)
    assert set(shown(told)) == {"b"}


def test_a_session_is_described_with_its_medians(browse, tmp_path):
    write(tmp_path / "a.edgetop", 30)
    (told,) = [m for m in browse(DescribeSession(str(tmp_path / "a.edgetop"))) if isinstance(m, SessionDetails)]
    assert (told.machine, told.input, told.edgetop_version, told.trouble) == ({"board": "Pi"}, "noise", "0.1", "")
    (run,) = told.runs
    assert (run.model, run.precision, run.threads, run.status, run.version) == ("tiny", "fp32", 2, "done", "7")
    assert run.count == 3000 and run.p50_ns == pytest.approx(2e6, rel=0.01)


def test_one_that_was_cut_off_has_those_of_its_whole_tens_of_seconds(browse, tmp_path):
    write(tmp_path / "a.edgetop", 1234, closed=False).let_go()
    (told,) = [m for m in browse(DescribeSession(str(tmp_path / "a.edgetop"))) if isinstance(m, SessionDetails)]
    assert told.runs[0].count == 123_000


def test_one_of_a_few_seconds_has_none_yet_and_what_cannot_be_read_says_so(browse, tmp_path):
    write(tmp_path / "a.edgetop", 3, closed=False).let_go()
    (tmp_path / "b.edgetop").write_text("no session")
    told = browse(*(DescribeSession(str(tmp_path / name)) for name in ("a.edgetop", "b.edgetop")))
    short, bad = [message for message in told if isinstance(message, SessionDetails)]
    assert isinstance(short.runs[0].p50_ns, Missing)
    assert "is not a session" in bad.trouble and bad.runs == ()


def test_a_session_is_renamed_with_its_log_and_deleted_with_it(browse, tmp_path):
    write(tmp_path / "a.edgetop", 3, closed=False).let_go()
    for suffix in ("-wal", "-shm"):
        (tmp_path / f"a.edgetop{suffix}").write_bytes(b"")
    told = browse(lambda: None, RenameSession(str(tmp_path / "a.edgetop"), "one run.edgetop"), lambda: None)
    assert set(shown(told)) == {"one run"}
    assert not [name for name in os.listdir(tmp_path) if name.startswith("a.")]
    with SessionReader(str(tmp_path / "one run.edgetop")) as reader:
        assert reader.duration_ns == 3 * S
    told = browse(lambda: None, DeleteSession(str(tmp_path / "one run.edgetop")), lambda: None)
    assert shown(told) == {} and os.listdir(tmp_path) == []


@pytest.mark.parametrize("name", ["b", "b.edgetop", "x/y", "../x", "", "  ", ".hidden", "a\x1b[2J", "n" * 300])
def test_a_name_that_cannot_be_is_refused_with_nothing_changed(browse, tmp_path, name):
    for each in ("a", "b"):
        write(tmp_path / f"{each}.edgetop", 1)
    before = sorted(os.listdir(tmp_path))
    told = browse(lambda: None, RenameSession(str(tmp_path / "a.edgetop"), name), lambda: None)
    (notice,) = [message for message in told if isinstance(message, Notice)]
    assert notice.title and notice.hint and notice.severity == "error"
    assert sorted(os.listdir(tmp_path)) == before and set(shown(told)) == {"a", "b"}


def test_one_that_is_still_being_recorded_is_neither_renamed_nor_deleted(browse, tmp_path):
    writer = write(tmp_path / "a.edgetop", 1, closed=False)
    path = str(tmp_path / "a.edgetop")
    told = browse(lambda: None, RenameSession(path, "b"), DeleteSession(path))
    notices = [message.title for message in told if isinstance(message, Notice)]
    assert notices == ["a.edgetop is still being recorded"] * 2
    writer.close()
    with SessionReader(path) as reader:
        assert reader.closed


def test_other_files_are_left_alone(browse, tmp_path, tmp_path_factory):
    other, elsewhere = tmp_path / "notes.txt", tmp_path_factory.mktemp("elsewhere") / "a.edgetop"
    other.write_text("mine")
    shutil.copy(GOLDEN, elsewhere)
    told = browse(
        *(c for path in (other, elsewhere) for c in (DeleteSession(str(path)), RenameSession(str(path), "b")))
    )
    assert len([message for message in told if isinstance(message, Notice)]) == 4
    assert other.read_text() == "mine" and elsewhere.exists()


def test_a_forged_histogram_is_told_as_damage(tmp_path):
    write(tmp_path / "a.edgetop", 30)
    with sqlite3.connect(tmp_path / "a.edgetop") as db:
        db.execute("UPDATE stat1000 SET hist = x'00'")
    db.close()
    with SessionReader(str(tmp_path / "a.edgetop")) as reader, pytest.raises(BadSession, match="damaged"):
        reader.latencies(0)
