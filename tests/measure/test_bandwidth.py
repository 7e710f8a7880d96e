"""Memory bandwidth: a copy of more than the caches hold, remembered, and a reason where it cannot be."""

import pytest

from edgetop.measure import bandwidth as module
from edgetop.measure.bandwidth import bandwidth, copy_rate, last_cache_bytes
from edgetop.readings import Missing

MACHINE = {"board": "A", "cpu": "B", "cores": 2}


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


def test_the_largest_cache_is_the_last_one(tmp_path):
    for name, size in (("index0", "32K\n"), ("index1", "2048K"), ("index2", "none")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "size").write_text(size)
    (tmp_path / "uevent").write_text("")
    assert last_cache_bytes(str(tmp_path)) == 2 << 20
    assert last_cache_bytes(str(tmp_path / "nowhere")) == 0


@pytest.mark.parametrize("threads", [1, 3])
def test_a_copy_has_a_rate(threads):
    assert 1e8 < copy_rate(threads, 10_000_001) < 1e13


def test_it_is_measured_by_a_child_once_and_remembered(monkeypatch):
    monkeypatch.setattr(module, "_bytes_to_copy", lambda: 1 << 20)
    rate = bandwidth(1, MACHINE)
    assert 1e8 < rate < 1e13
    monkeypatch.setattr(module, "_measure", lambda threads, size: Missing("measured again"))
    assert bandwidth(1, MACHINE) == rate
    assert bandwidth(2, MACHINE) == Missing("measured again")
    assert bandwidth(1, {**MACHINE, "cpu": "C"}) == Missing("measured again")


def test_where_there_is_no_room_it_says_so_and_remembers_nothing(monkeypatch):
    monkeypatch.setattr(module, "_bytes_to_copy", lambda: 1 << 50)
    told = bandwidth(1, MACHINE)
    assert isinstance(told, Missing) and "no room" in told.reason
    monkeypatch.setattr(module, "_bytes_to_copy", lambda: 1 << 20)
    assert bandwidth(1, MACHINE) > 0
