"""Two sessions against each other: what belongs together, what differs, and what cannot be compared."""

import dataclasses
import json

import pytest

from edgetop.cli import main
from edgetop.readings import BOARD, RAILS
from edgetop.samples import Batch, Event, Samples
from edgetop.sessions.writer import SessionWriter


@pytest.fixture
def session(tmp_path, description, recording):
    """Writes one whose description is changed, and whose latencies are so many times as long."""

    def write(name, slower=1.0, events=(), **changes):
        writer = SessionWriter(str(tmp_path / name), dataclasses.replace(description, **changes))
        samples = {
            run: Samples(s.start_ns, (s.duration_ns * slower).astype("int64"), s.wait_ns, s.flags)
            for run, s in recording.samples.items()
        }
        writer.add(Batch(recording.until_ns, samples, recording.readings, (*recording.events, *events)))
        writer.close()
        return str(tmp_path / name)

    return write


@pytest.fixture
def as_json(capsys):
    def run(*files, runs=""):
        assert main(["compare", *files, "--json", "-", f"--runs={runs}"]) == 0
        told = capsys.readouterr()
        return json.loads(told.out), told.err

    return run


def test_a_session_is_as_fast_as_itself_and_nothing_differs(session, as_json):
    same = session("a.edgetop")
    found, warnings = as_json(same, same)
    assert [pair["framework"] for pair in found["pairs"]] == ["litert", "caffe"]
    figure = found["pairs"][0]["figures"]["p50_s"]
    assert figure["a"] == figure["b"] and figure["ratio"] == 1.0
    low, high = figure["ci95"]
    assert low < 1 < high
    assert found["warnings"] == [] and warnings == ""


def test_by_how_much_the_second_is_slower_is_told_with_its_interval(session, as_json):
    found, _ = as_json(session("a.edgetop"), session("b.edgetop", slower=1.5))
    figure = found["pairs"][1]["figures"]["p50_s"]
    low, high = figure["ci95"]
    assert low < 1.5 < high and high / low < 1.2
    assert figure["ratio"] == pytest.approx(1.5, rel=0.01)
    assert found["pairs"][0]["figures"]["mean_s"]["ci95"][0] == {"missing": "no interval is known of it"}


def test_runs_are_found_by_what_they_are_and_each_difference_is_told(session, as_json, description):
    plan = description.plan
    runs = tuple(dataclasses.replace(run, id=1 - run.id, threads=4) for run in plan.runs)[::-1]
    load = dataclasses.replace(plan.load, kind="rate", rate_hz=5.0)
    other = dataclasses.replace(plan, runs=runs, input="coffee", load=load)
    changes = {"plan": other, "machine": {"cores": 8}, "edgetop_version": "0.2.0"}
    found, warnings = as_json(session("a.edgetop"), session("b.edgetop", **changes))
    assert [(pair["framework"], pair["threads"]) for pair in found["pairs"]] == [("litert", [1, 4]), ("caffe", [1, 4])]
    for told in (
        "machine, cores differs: A 4, B 8",
        "edgetop differs: A 0.1.0, B 0.2.0",
        "input differs: A none, B coffee",
        "load differs: A closed, B rate",
        "LiteRT, threads differs: A 1, B 4",
    ):
        assert told in found["warnings"] and told in warnings


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"model": "resnet50"}, "A is of efficientnet_lite0, B of resnet50"),
        ({"framework": "ncnn"}, "no run of A"),
    ],
)
def test_what_has_nothing_in_common_is_refused(session, capsys, description, change, why):
    runs = tuple(dataclasses.replace(run, **change) for run in description.plan.runs[:1])
    two = (*runs, dataclasses.replace(runs[0], id=1))
    b = session("b.edgetop", plan=dataclasses.replace(description.plan, runs=two))
    assert main(["compare", session("a.edgetop"), b]) == 2
    told = capsys.readouterr()
    assert why in told.err and told.out == ""


def test_without_json_there_is_a_table_and_what_to_mind(session, capsys):
    assert main(["compare", session("a.edgetop"), session("b.edgetop", slower=1.5)]) == 0
    told = capsys.readouterr().out
    assert "B/A, 95 %" in told and "1.50" in told and "not interleaved: two sessions" in told


def test_other_weights_are_told_by_their_hash(session, as_json, description):
    def of(sha256):
        return (Event(description.t0_mono_ns + 5, "run", {"status": "running", "sha256": sha256}, 0),)

    a, b = session("a.edgetop", events=of("0123456789abcdef")), session("b.edgetop", events=of("fedcba9876543210"))
    assert as_json(a, b)[0]["warnings"] == ["LiteRT, weights, SHA-256 differs: A 0123456789ab, B fedcba987654"]
    assert as_json(a, session("c.edgetop", events=of("0123456789abcdef")))[0]["warnings"] == []
    assert as_json(a, session("d.edgetop"))[0]["warnings"] == []  # not known of one: nothing is said


def test_runs_are_set_against_each_other_as_they_are_named(session, as_json):
    same = session("a.edgetop")
    found, _ = as_json(same, same, runs="A1,b2")
    assert found["pairs"][0]["figures"]["p50_s"]["ratio"] == pytest.approx(8.05 / 5.05, rel=0.01)
    assert "LiteRT, framework differs: A LiteRT, B Caffe (OpenCV)" in found["warnings"]
    assert not any("version" in warning or "only in" in warning for warning in found["warnings"])


@pytest.mark.parametrize(
    ("runs", "why"), [("A1,B3", "no run B3"), ("A1", "not as many"), ("A0,B1", "no run A0"), (",", "without a name")]
)
def test_runs_that_are_not_there_are_refused_in_words(session, capsys, runs, why):
    same = session("a.edgetop")
    assert main(["compare", same, same, f"--runs={runs}"]) == 2
    told = capsys.readouterr()
    assert why in told.err and told.out == ""


def metered(description, covers, source):
    """A session of turns whose power is of a meter that sees so much."""
    channels = tuple(
        dataclasses.replace(channel, covers=covers, source=source) if channel.id == description.power else channel
        for channel in description.channels
    )
    return {"channels": channels}


def test_energies_of_other_watts_stand_side_by_side_without_a_ratio(session, as_json, capsys, description):
    board = session("a.edgetop", **metered(description, BOARD, "INA219 at 0x40 on bus 1"))
    rails = session("b.edgetop", **metered(description, RAILS, "vcgencmd pmic_read_adc"))
    found, warnings = as_json(board, rails)
    figure = found["pairs"][0]["figures"]["energy_j"]
    assert figure["a"] == figure["b"] > 0
    assert figure["ratio"] == {"missing": "of different watts: A whole board, B SoC rails"}
    assert found["b"]["power"] == {"source": "vcgencmd pmic_read_adc", "covers": "SoC rails"}
    assert "B SoC rails by vcgencmd pmic_read_adc" in warnings
    assert main(["compare", board, rails, "--headless"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "energy is not compared: of different watts: A whole board, B SoC rails" in told
    assert "watts: whole board by INA219 at 0x40 on bus 1" in told and "~" in told


def test_two_meters_that_see_the_same_compare_with_a_warning(session, as_json, description):
    found, warnings = as_json(
        session("a.edgetop", **metered(description, BOARD, "INA219 at 0x40 on bus 1")),
        session("b.edgetop", **metered(description, BOARD, "INA3221 (hwmon)")),
    )
    assert found["pairs"][0]["figures"]["energy_j"]["ratio"] == 1
    assert "power source differs: A whole board by INA219 at 0x40 on bus 1, B whole board by INA3221" in warnings
