"""A plan file is checked whole: what is wrong is told with file and line."""

from dataclasses import replace

import pytest

from edgetop.engine.matrix import HERE, Setting, groups
from edgetop.engine.matrix_file import plan_path, read_matrix, shipped_plans
from edgetop.errors import BadConfig, UnknownName, UsageError
from edgetop.networks import zoo
from edgetop.plan import AccuracySettings, EnergySettings

GOOD = """\
# a comment that names mobilenet_v9
title = "All"
models = ["mobilenet_v2", "tiny"]
frameworks = ["litert", "litert:builtin"]
precisions = ["fp32", "int8"]
threads = [1, 4]
duration_s = 10
count = 500
rounds = 2
cool_down = true
input = "cat"

[energy]
windows = 3

[accuracy]
data = "val"
first = 100
"""


@pytest.fixture
def read(tmp_path):
    def read(text):
        path = tmp_path / "mine.toml"
        path.write_text(text)
        return read_matrix(str(path))

    return read


def test_all_that_a_plan_says_is_read(read):
    matrix = read(GOOD)
    assert (matrix.name, matrix.title, matrix.rounds, matrix.count, matrix.duration_s) == ("mine", "All", 2, 500, 10.0)
    assert matrix.models == ("mobilenet_v2", "tiny") and matrix.frameworks == ("litert", "litert:builtin")
    assert matrix.precisions == ("fp32", "int8") and matrix.threads == (1, 4)
    assert matrix.cool_down and not matrix.operators and matrix.input == "cat"
    assert matrix.energy == EnergySettings(3, 10.0, 10.0)
    assert matrix.accuracy == AccuracySettings("val", "", 100)


def test_what_is_left_out_has_its_default(read):
    matrix = read('models = ["tiny"]\nframeworks = "here"\ncount = 5\n')
    assert (matrix.precisions, matrix.threads, matrix.rounds) == (("fp32",), (0,), 1)
    assert matrix.frameworks == (HERE,)
    assert matrix.energy.windows == 0 and not matrix.accuracy.data


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ('"mobilenet_v2"', '"mobilenet_v9"', 3, "mobilenet_v2"),
        ('"litert", ', '"tensorflow", ', 4, "litert"),
        ('"litert", ', '"torc", ', 4, "Did you mean torch"),
        ('"litert:builtin"', '"litert:turbo"', 4, "xnnpack"),
        ('"int8"', '"int3"', 5, "fp16"),
        ("[1, 4]", "[1, 400]", 6, "1 to 64"),
        ("[1, 4]", "[true]", 6, "list"),
        ("[1, 4]", "4", 6, "list"),
        ("duration_s = 10", "duration_s = -1", 7, "seconds"),
        ("duration_s = 10", "duration_s = nan", 7, "seconds"),
        ("duration_s = 10", 'duration_s = "long"', 7, "seconds"),
        ("count = 500", "count = 1.5", 8, "whole"),
        ("rounds = 2", "rounds = 0", 9, "1 to"),
        ("rounds = 2", "processes = 0", 9, "1 to"),
        ("rounds = 2", "round = 2", 9, "Did you mean rounds"),
        ("cool_down = true", "cool_down = 1", 10, "true or false"),
        ('input = "cat"', "input = 3", 11, "quotes"),
        ('input = "cat"', 'input = "cats"', 11, "cats"),
        ("windows = 3", "window = 3", 14, "Did you mean windows"),
        ("first = 100", "first = -1", 18, "whole"),
        ('"tiny"]', '"mobilenet_v2"]', 3, "twice"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(read, old, new, line, says):
    assert old in GOOD
    with pytest.raises(UsageError) as raised:
        read(GOOD.replace(old, new, 1))
    assert f"mine.toml:{line}:" in raised.value.title
    assert says in str(raised.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('models = ["tiny" x]\n', "line 1"),
        ('models = []\nframeworks = ["null"]\ncount = 1\n', "Name one"),
        ('frameworks = ["null"]\ncount = 1\n', "no models"),
        ('models = ["tiny"]\nframeworks = ["null"]\n', "how long"),
        ('models = ["tiny"]\nframeworks = ["null"]\ncount = 1\nenergy = 3\n', "[energy]"),
        ("", "no models"),
    ],
)
def test_a_plan_that_is_none_is_refused(read, text, says):
    with pytest.raises(BadConfig) as raised:
        read(text)
    assert says in str(raised.value) and "mine.toml" in raised.value.title


def test_files_that_are_no_text_or_not_there_are_refused(tmp_path):
    (tmp_path / "a.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadConfig, match=r"a\.toml"):
        read_matrix(str(tmp_path / "a.toml"))
    with pytest.raises(BadConfig, match=r"b\.toml"):
        read_matrix(str(tmp_path / "b.toml"))


def test_a_name_is_a_plan_that_ships_and_a_path_is_a_file():
    assert plan_path("./mine") == "./mine" and plan_path("mine.toml") == "mine.toml"
    with pytest.raises(UnknownName, match="quick"):
        plan_path("quack")


@pytest.mark.parametrize("name", shipped_plans())
def test_the_plans_that_ship_are_sound(name):
    matrix = read_matrix(plan_path(name))
    assert matrix.title
    frameworks = ("litert", "torch") if matrix.frameworks == (HERE,) else matrix.frameworks
    made = groups(replace(matrix, frameworks=frameworks, threads=(1,)), Setting())
    assert len(made) == len(matrix.models) * matrix.processes
    assert not any(group.refused for group in made)


def test_the_study_has_its_models():
    matrix = read_matrix(plan_path("study"))
    tasks = [zoo.shipped_card(model).task for model in matrix.models]
    assert tasks.count("classification") == 10 and tasks.count("detection") == 4
    assert matrix.frameworks == ("litert", "torch", "caffe")
