"""Messages survive the line between engine and screen, and nothing else does."""

import json

import pytest

from edgetop.controls import Seek, Start, TimeOperators
from edgetop.encoding import decode, encode
from edgetop.plan import Ina219Settings, Plan, RunSpec
from edgetop.protocol import (
    Catalog,
    Columns,
    Ended,
    FrameworkEntry,
    Gauge,
    Hello,
    LogLines,
    Operators,
    Picture,
    Recording,
    Snapshot,
    VariantEntry,
)
from edgetop.readings import Channel, Missing
from edgetop.run_figures import RunFigures

RUN = RunFigures(0, "litert", "LiteRT", "tiny", "fp32", 1, p50_ns=3_870_000, ci95_p50_ns=(3.8e6, 3.9e6))
VARIANTS = (VariantEntry("eager", "as written", ("fp32",)),)
MESSAGES = [
    Hello("0.1.0", True, False, {"cores": 4, "board": "Raspberry Pi 5"}),
    Catalog(
        (), (FrameworkEntry("torch", "PyTorch", Missing("not installed", "pip"), ("fp32",), VARIANTS),), ("cat",), 2, 4
    ),
    Snapshot(
        5,
        "running",
        runs=(RUN,),
        gauges=(Gauge(Channel("power.board.w", "W", "power", 1e-6), Missing("unplugged")),),
        columns=Columns(3, 250_000_000, {"latency.0": ((1.0, 2.0, 3.0), None)}),
        recording=Recording("a.edgetop", 10, 20),
    ),
    Start(Plan((RunSpec(0, "tiny", "null"),), ina219=Ina219Settings("simulated"))),
    Picture(640, 480, 2, 1, "AAECAwQF"),
    Operators(1, (("stem", "Conv", 1.5e6, 1, 0.0), ("fc", "Gemm", 2e5, 1, None)), 20, 2e6, 2.1e6, 2.2e6),
    Operators(1, missing="no profiler", hint="another runtime has one"),
    TimeOperators(),
    Seek(7),
    Ended(1, "title", "hint", "a.edgetop"),
]


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_a_message_comes_back_equal(message):
    assert decode(encode(message)) == message


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_a_message_comes_back_equal_without_its_defaults(message):
    spared = encode(message, whole=False)

    assert decode(spared) == message
    assert len(spared) <= len(encode(message))


def test_what_equals_a_default_but_is_of_another_type_is_said():
    assert type(decode(encode(Ended(False, ""), whole=False)).exit_code) is bool
    assert type(decode(encode(RunFigures(0, "a", "A", "m", "fp32", 1, count=0.0), whole=False)).count) is float


def test_a_message_is_one_line():
    assert "\n" not in encode(Ended(1, "two\nlines"))


def test_fields_of_a_newer_engine_are_dropped():
    plain = {**json.loads(encode(Seek(7))), "smoothly": True}
    assert decode(json.dumps(plain)) == Seek(7)


@pytest.mark.parametrize(
    "line", ["", "{", "[]", "7", '{"is":"Nonsense"}', '{"is":"Seek"}', '{"t_ns":1}', "[" * 100_000]
)
def test_what_is_no_message_is_a_value_error(line):
    with pytest.raises(ValueError):
        decode(line)


def test_control_characters_do_not_reach_the_terminal():
    message = LogLines(0, ("a\x1b[2Jb\tc",))
    assert decode(encode(message)) == message
    assert decode(encode(message), shown=True).lines[0] == "a�[2Jb c"
