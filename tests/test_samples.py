"""Events from a file hold what their kind must, or are refused."""

from __future__ import annotations

import math

import pytest

from edgetop.samples import MAX_OPERATORS, Event, is_sound

ROW = ["cat", 0.9, 1.0, 2, 30.5, 40.0]


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"labels": [["tabby", 0.5], ("cat", 1)]},
        {"detections": [ROW, tuple(ROW)], "raw": True},
        {"detections": []},
    ],
)
def test_outputs_that_are_sound(data):
    assert is_sound(Event(0, "outputs", data, 0))


@pytest.mark.parametrize(
    "data",
    [
        {"labels": [["tabby", 0.5, 0.5]]},
        {"labels": [["tabby", math.nan]]},
        {"labels": {"tabby": 0.5}},
        {"detections": [ROW[:5]]},
        {"detections": [[1, *ROW[1:]]]},
        {"detections": [["cat", "0.9", *ROW[2:]]]},
        {"detections": [["cat", True, *ROW[2:]]]},
        {"detections": [[*ROW[:5], math.inf]]},
        {"detections": [[*ROW[:5], 10**400]]},
        {"detections": ["abcdef"]},
        {"detections": "cat"},
        {"raw": 1},
    ],
)
def test_outputs_that_are_not(data):
    assert not is_sound(Event(0, "outputs", data, 0))


PICTURE = {"width": 640, "height": 480, "columns": 2, "rows": 1, "rgb": "AAECAwQF"}


def test_a_picture_that_is_sound():
    assert is_sound(Event(0, "picture", PICTURE))


@pytest.mark.parametrize(
    "change",
    [
        {"columns": 1},
        {"columns": 97, "rgb": "AAAA" * 97},
        {"rows": 73, "columns": 1, "rgb": "AAAA" * 73},
        {"rows": 0, "rgb": ""},
        {"width": 0},
        {"height": -480},
        {"width": 10**400},
        {"width": "640"},
        {"rgb": "AAECAwQ="},
        {"rgb": "AAEC\x1b[2J"},
        {"rgb": "é" * 8},
        {"rgb": ["AAECAwQF"]},
        {"rgb": None},
    ],
)
def test_a_picture_that_is_not(change):
    assert not is_sound(Event(0, "picture", {**PICTURE, **change}))


OPERATOR = ["stem", "Conv", 1200.5, 1, 0.0]
OPERATORS = {"operators": [OPERATOR, [*OPERATOR[:4], None]], "rounds": 20, "plain_p50_ns": 5.0, "p50_ns": 6.0}


@pytest.mark.parametrize("data", [OPERATORS, {"missing": "no profiler", "hint": "install one"}, {}])
def test_operators_that_are_sound(data):
    assert is_sound(Event(0, "operators", data, 0))


@pytest.mark.parametrize(
    "row",
    [
        OPERATOR[:4],
        [1, *OPERATOR[1:]],
        [*OPERATOR[:2], "fast", 1, None],
        [*OPERATOR[:2], -1.0, 1, None],
        [*OPERATOR[:3], 1.5, None],
        [*OPERATOR[:3], True, None],
        [*OPERATOR[:4], math.nan],
        [*OPERATOR[:4], "0"],
        "stem!",
    ],
)
def test_operators_that_are_not(row):
    assert not is_sound(Event(0, "operators", {**OPERATORS, "operators": [row]}, 0))


def test_operators_are_rows():
    assert not is_sound(Event(0, "operators", {"operators": "stem"}, 0))
    assert not is_sound(Event(0, "operators", {**OPERATORS, "rounds": "20"}, 0))
    assert not is_sound(Event(0, "operators", {**OPERATORS, "operators": [OPERATOR] * (MAX_OPERATORS + 1)}, 0))


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("turn", {"start_ns": 0, "end_ns": 1, "count": True, "cpu_ns": 0}),
        ("missing", {"channel": False, "reason": "gone"}),
        ("picture", {**PICTURE, "rows": True}),
        ("operators", {**OPERATORS, "p50_ns": True}),
        ("outputs", {"agrees_with": False}),
        ("run", {"load_ns": True}),
    ],
)
def test_true_is_no_number(kind, data):
    """Though Python takes it for one."""
    assert not is_sound(Event(0, kind, data, 0))
    numbers = {key: int(value) if isinstance(value, bool) else value for key, value in data.items()}
    assert is_sound(Event(0, kind, numbers, 0))
