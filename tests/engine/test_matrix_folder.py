"""The folder of a matrix: its own lock, its own facts, and no session before it is whole."""

import pytest

from edgetop.engine.matrix import Matrix, Setting, groups
from edgetop.engine.matrix_folder import Facts, MatrixFolder
from edgetop.errors import BadSession, CannotWrite, UsageError

MATRIX = Matrix("m", models=("tiny",), frameworks=("null",), threads=(1,), count=9, input="noise")


@pytest.fixture
def group():
    return groups(MATRIX, Setting())[0]


def test_facts_come_back_as_they_were_kept(tmp_path):
    folder = MatrixFolder(str(tmp_path))
    assert folder.facts() is None
    facts = Facts(("litert", "torch"), 2, {1: 7.5e9, 2: 1.5e10}, 41.5)
    folder.save_facts(facts)
    assert folder.facts() == facts
    (tmp_path / "machine.json").write_text("{}")
    with pytest.raises(UsageError, match="damaged"):
        folder.facts()


def test_what_was_not_finished_is_cleared_and_nothing_else(tmp_path, group):
    folder = MatrixFolder(str(tmp_path / "new"))
    folder.claim()
    with pytest.raises(UsageError, match="Another edgetop"):
        MatrixFolder(folder.path).claim()
    other = MatrixFolder(str(tmp_path))
    for name in (group.name + ".unfinished.edgetop", group.name + ".unfinished.edgetop-wal", "notes.txt"):
        (tmp_path / name).write_text("x")
    other.claim()
    assert {path.name for path in tmp_path.iterdir()} == {"new", "notes.txt", ".lock"}


def test_a_folder_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(CannotWrite, match="--out"):
        MatrixFolder(str(tmp_path / "file")).claim()


def test_a_file_that_is_no_session_is_refused_and_not_taken_for_one(tmp_path, group):
    folder = MatrixFolder(str(tmp_path))
    assert not folder.has(group)
    (tmp_path / f"{group.name}.edgetop").write_bytes(b"x" * 200)
    with pytest.raises(BadSession, match="Remove the file"):
        folder.has(group)
