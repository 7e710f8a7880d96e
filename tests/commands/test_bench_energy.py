"""A matrix's energy says whose watts it is of, whether it may be published, and never mixes meters without a word."""

import csv
import io
from dataclasses import replace

import pytest

from edgetop.commands.bench_table import notes, to_csv, to_markdown
from edgetop.engine.matrix import Group, Matrix
from edgetop.engine.matrix_result import Measured, bench_result, cells
from edgetop.plan import Plan, RunSpec
from edgetop.protocol import Gauge, Snapshot
from edgetop.readings import BOARD, PACKAGE, Channel, Missing, Reading
from edgetop.run_figures import RunFigures

METER = Channel("power.board.w", "W", "board power", 1e-6, source="INA219 at 0x40 on bus 1", covers=BOARD)
RAPL = Channel("power.package-0.w", "W", "package power", 1e-6, source="RAPL", covers=PACKAGE)
FIVE = "5 windows of 10.0 s"
MODELS = ("mobilenet_v2", "resnet50")


def session(model, channel, **figures):
    """A group of one run whose energy is of ``channel``."""
    spec = RunSpec(0, model, "null", "fp32", 1)
    known = {"energy_j": 0.5, "power_w": 4.0, "energy_windows": 5, "energy_note": FIVE, **figures}
    run = RunFigures(0, "null", "null", model, "fp32", 1, status="done", count=100, **known)
    gauges = (Gauge(channel, Reading(0, 4.0)),)
    snapshot = replace(Snapshot(0, "done", runs=(run,)), gauges=gauges, power=channel.name)
    return Measured(Group(1, model, Plan((spec,))), f"{model}.edgetop", snapshot)


def table_of(*sessions):
    matrix = Matrix("plan", models=MODELS, frameworks=("null",), precisions=("fp32",), threads=(1,), count=100)
    table = cells(matrix, sessions)
    return bench_result(matrix, sessions, table, {}), table


def test_one_meter_is_named_once():
    told = notes(*table_of(*(session(model, METER) for model in MODELS)))
    assert [note for note in told if "watts" in note] == ["watts: whole board by INA219 at 0x40 on bus 1"]
    assert not any("provisional" in note for note in told)


def test_energies_of_two_meters_are_said_not_to_compare():
    (told,) = (
        note for note in notes(*table_of(session(MODELS[0], METER), session(MODELS[1], RAPL))) if "watts" in note
    )
    assert "do not compare" in told
    assert "INA219 at 0x40 on bus 1 (1 of 2 runs)" in told and "RAPL (1 of 2 runs)" in told


def test_energy_that_is_not_to_be_published_is_marked():
    document, table = table_of(session(MODELS[0], METER), session(MODELS[1], METER, energy_note="provisional: turns"))
    lines = to_markdown(document, table).splitlines()
    assert [line.count("~500 mJ") for line in lines if "500 mJ" in line] == [0, 1]
    assert r"- energy: ~ provisional: turns (1 of 2 runs are provisional)" in lines


def test_without_a_meter_nothing_is_said_of_watts():
    away = {name: Missing("no meter") for name in ("energy_j", "power_w")}
    assert not any("watts" in note for note in notes(*table_of(session(MODELS[0], METER, **away, energy_note=""))))


@pytest.mark.parametrize(("note", "provisional"), [(FIVE, "False"), ("provisional: turns", "True")])
def test_each_line_of_the_csv_names_its_meter(note, provisional):
    (row,) = csv.DictReader(io.StringIO(to_csv(*table_of(session(MODELS[0], RAPL, energy_note=note)))))
    assert (row["energy_covers"], row["energy_source"]) == (PACKAGE, "RAPL")
    assert row["energy_provisional"] == provisional
