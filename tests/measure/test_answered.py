"""What was answered is there the next time, whatever ended the time before, and for the same question only."""

import pytest

from edgetop.errors import CannotWrite, RunFailed
from edgetop.measure.answered import Answered

KEY = {"model": "tiny", "precision": "fp32"}


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path


def answers(key=KEY, **options):
    answered = Answered(key, **options)
    rows = dict(answered.rows)
    answered.close()
    return rows


def keep(key=KEY, **rows):
    answered = Answered(key)
    for name, row in rows.items():
        answered.add(int(name[1:]), row)
    answered.save()
    answered.close()
    return answered.path


def test_it_goes_on_where_it_was():
    keep(n0=0, n1=-1)
    keep(n2=[[1, 0.5, 1.0, 2.0, 3.0, 4.0]])
    assert answers() == {0: 0, 1: -1, 2: [[1, 0.5, 1.0, 2.0, 3.0, 4.0]]}


def test_another_key_has_answers_of_its_own():
    keep(n0=0)
    assert answers({**KEY, "precision": "int8"}) == {}
    assert answers() == {0: 0}


def test_again_begins_anew():
    keep(n0=0)
    assert answers(again=True) == {}
    assert answers() == {}


@pytest.mark.parametrize("cut", [1, 2, 3])
def test_a_line_that_a_crash_cut_short_is_asked_again(cut):
    path = keep(n0=0, n1=1, n17=4)
    with open(path, "r+b") as file:
        file.truncate(len(file.read()) - cut)
    left = answers()
    assert left.items() >= {0: 0, 1: 1}.items() and (17 not in left or left[17] == 4)
    keep(n17=4, n18=2)
    assert answers() == {0: 0, 1: 1, 17: 4, 18: 2}


def test_lines_that_are_none_are_passed_over():
    path = keep(n0=0)
    with open(path, "a") as file:
        file.write("nonsense\n[1]\n{}\n[2, 3, 4]\n[5, 1]\n")
    assert answers() == {0: 0, 5: 1}


def test_what_was_kept_is_on_the_disk_after_save_without_a_close():
    answered = Answered(KEY)
    answered.add(3, 0)
    answered.save()
    with open(answered.path) as file:
        assert file.read().endswith("[3,0]\n")
    answered.close()


def test_two_at_a_time_are_refused():
    first = Answered(KEY)
    with pytest.raises(RunFailed, match="Another edgetop"):
        Answered(KEY)
    first.close()
    assert answers() == {}


def test_a_place_that_cannot_be_written_is_told(cache):
    (cache / "edgetop").write_text("a file, where a folder has to be")
    with pytest.raises(CannotWrite, match="cannot write"):
        Answered(KEY)


def test_times_are_kept_with_the_threads_they_were_had_with():
    answered = Answered(KEY, 2)
    answered.add(1, 0, 5_000_000)
    answered.add(2, 0)
    answered.close()
    again = Answered(KEY, 2)
    assert again.rows == {1: 0, 2: 0} and again.label_ns == {1: 5_000_000}
    again.close()
    other = Answered(KEY, 1)
    assert other.rows == {1: 0, 2: 0} and other.label_ns == {}
    other.close()
