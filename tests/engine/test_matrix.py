"""A matrix becomes sessions in a fixed order; what a session is of decides whether it is kept."""

from dataclasses import replace

import pytest

from edgetop.engine.matrix import Matrix, Setting, groups, same
from edgetop.errors import UsageError
from edgetop.plan import AccuracySettings, EnergySettings, Ina219Settings

SETTING = Setting()
MATRIX = Matrix(
    "m",
    models=("tiny", "gemm_256"),
    frameworks=("litert", "null", "numpy"),
    threads=(1, 2),
    duration_s=2,
    input="noise",
)


def named(made):
    return [group.name for group in made]


def test_frameworks_stand_side_by_side_and_all_else_in_sessions_of_its_own():
    made = groups(MATRIX, SETTING)
    assert sorted(named(made)) == [
        f"{model}_fp32_{threads}t_r1" for model in ("gemm_256", "tiny") for threads in (1, 2)
    ]
    for group in made:
        assert sorted(run.framework for run in group.plan.runs) == ["litert", "null", "numpy"]
        assert [run.id for run in group.plan.runs] == [0, 1, 2]
        assert group.plan.duration_s == 6


def test_the_order_is_fixed_and_a_second_round_goes_backwards():
    once = named(groups(MATRIX, SETTING))
    twice = named(groups(replace(MATRIX, rounds=2), SETTING))
    assert twice[:4] == once
    assert [name.replace("_r2", "_r1") for name in twice[4:]] == once[::-1]


def test_processes_are_sessions_of_their_own_every_other_time_backwards():
    once = named(groups(MATRIX, SETTING))
    made = groups(replace(MATRIX, rounds=2, processes=3), SETTING)
    assert [(group.round, group.process) for group in made[::4]] == [(r, p) for r in (1, 2) for p in (1, 2, 3)]
    assert named(made[:4]) == [f"{name}_p1" for name in once]
    assert named(made[4:8]) == [f"{name}_p2" for name in once[::-1]]
    assert len(set(named(made))) == 24


def test_a_further_model_leaves_the_others_in_their_order():
    more = named(groups(replace(MATRIX, models=("tiny", "gemm_512", "gemm_256")), SETTING))
    assert [name for name in more if "gemm_512" not in name] == named(groups(MATRIX, SETTING))


def test_another_framework_begins_from_session_to_session():
    first = [group.plan.runs[0].framework for group in groups(MATRIX, SETTING)]
    assert first == ["litert", "null", "numpy", "litert"]


def test_more_than_six_frameworks_are_parted():
    ways = ("litert", "litert:builtin", "null", "null:onnx", "torch", "torch:eager", "numpy")
    made = groups(replace(MATRIX, frameworks=ways, models=("tiny",), threads=(1,)), SETTING)
    assert {group.name: len(group.plan.runs) for group in made} == {"tiny_fp32_1t_r1": 6, "tiny_fp32_1t_2_r1": 1}


def test_what_a_framework_cannot_is_refused_with_its_reason_and_the_others_stay():
    (group,) = groups(replace(MATRIX, models=("tiny",), threads=(1,), precisions=("int8",)), SETTING)
    assert [spec.framework for spec, _ in group.refused] == ["numpy"]
    assert "int8" in group.refused[0][1]
    assert [run.framework for run in group.plan.runs] == ["litert", "null"]
    (empty,) = groups(
        replace(MATRIX, models=("tiny",), frameworks=("numpy",), threads=(1,), precisions=("int8",)), SETTING
    )
    assert empty.plan is None and empty.seconds == 0


def test_windows_of_energy_count_in_the_time_it_takes():
    matrix = replace(MATRIX, models=("tiny",), threads=(1,), energy=EnergySettings(5, 10, 10))
    assert groups(matrix, SETTING)[0].seconds == 6 + 3 * 5 * 10 + 20
    assert groups(replace(MATRIX, duration_s=0, count=9), SETTING)[0].seconds == 0


def test_sessions_cool_down_where_there_is_a_temperature():
    matrix = replace(MATRIX, cool_down=True)
    assert all(group.plan.cool_down for group in groups(matrix, SETTING))
    assert not any(group.plan.cool_down for group in groups(matrix, Setting(cools=False)))


def test_accuracy_is_of_trained_classifiers_alone():
    matrix = replace(MATRIX, models=("tiny",), threads=(1,), accuracy=AccuracySettings("nowhere"))
    assert groups(matrix, SETTING)[0].plan.accuracy == AccuracySettings()
    with pytest.raises(UsageError, match="nowhere"):
        groups(replace(matrix, models=("efficientnet_lite0",), frameworks=("litert",)), SETTING)


def test_an_input_that_is_not_there_is_refused():
    with pytest.raises(UsageError, match=r"nothing\.jpg"):
        groups(replace(MATRIX, input="nothing.jpg"), SETTING)


def test_a_session_is_of_the_same_plan_wherever_it_was_recorded():
    plan = groups(MATRIX, SETTING)[0].plan
    elsewhere = replace(plan, record="/tmp/a.edgetop", ina219=Ina219Settings("1"), power="board")
    elsewhere = replace(elsewhere, runs=tuple(replace(run, python="/usr/bin/python3") for run in plan.runs))
    assert same(elsewhere, plan)
    assert not same(replace(plan, duration_s=7), plan)
    assert not same(replace(plan, runs=plan.runs[:2]), plan)
    assert not same(replace(plan, runs=(replace(plan.runs[0], threads=9), *plan.runs[1:])), plan)
