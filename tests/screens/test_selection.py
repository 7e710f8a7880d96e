"""What the picker's choices come to: variants that fit the precision, precisions that a framework has, the plan."""

from dataclasses import replace

import pytest

from edgetop.config import RunSettings, Settings
from edgetop.plan import Ina219Settings, Plan, RunSpec
from edgetop.protocol import Catalog, FrameworkEntry, ModelEntry, VariantEntry
from edgetop.readings import Missing
from edgetop.screens.picker_rows import framework_detail, framework_row, setting_choices
from edgetop.screens.selection import (
    Selection,
    defaults,
    delegable,
    plan_of,
    problem,
    settings_of,
    summary,
    with_next_variant,
)

LITERT = FrameworkEntry(
    "litert",
    "LiteRT",
    "2.3.0",
    ("fp32", "int8"),
    (
        VariantEntry("xnnpack", "XNNPACK's kernels", ("fp32", "int8")),
        VariantEntry("builtin", "the runtime's own", ("fp32", "int8")),
        VariantEntry("plain", "plain kernels", ("int8",)),
    ),
    python="Python 3.9.18 at /opt/py39/bin/python (settings)",
    takes_delegate=True,
)
CORAL = FrameworkEntry("coral", "Coral Edge TPU", "2.3.0", ("int8",), takes_delegate=True)
TORCH = FrameworkEntry(
    "torch", "PyTorch", "2.13.0", ("fp32", "bf16"), (VariantEntry("frozen", "frozen", ("fp32", "bf16")),)
)
MODEL = ModelEntry("tiny", "Tiny", "classification", 1, 1, "trained", ("fp32", "fp16", "bf16", "int8"))
CATALOG = Catalog((MODEL,), (LITERT, TORCH), ("cat",), 2, 4)


@pytest.fixture
def selection():
    return Selection("tiny", frozenset({"litert", "torch"}), "fp32", 2, "cat")


def text(row):
    return "".join(part for part, _ in row)


def test_variants_step_among_those_with_the_precision_and_stop_at_either_end(selection):
    assert with_next_variant(selection, LITERT, -1) is None
    second = with_next_variant(selection, LITERT, 1)
    assert second.variants == {"litert": "builtin"}
    assert with_next_variant(second, LITERT, 1) is None  # plain has no fp32
    assert with_next_variant(second, LITERT, -1).variants == {"litert": "xnnpack"}
    assert with_next_variant(selection, TORCH, 1) is None


def test_the_plan_names_only_what_is_not_usual(selection):
    plan = plan_of(with_next_variant(selection, LITERT, 1), CATALOG, Settings())
    assert [(run.framework, run.variant) for run in plan.runs] == [("litert", "builtin"), ("torch", "")]
    assert "LiteRT builtin and PyTorch" in summary(with_next_variant(selection, LITERT, 1), CATALOG)


def test_a_variant_without_the_precision_gives_way_to_the_usual_one(selection):
    wished = Selection("tiny", frozenset({"litert"}), "fp32", 2, "cat", variants={"litert": "plain"})
    assert plan_of(wished, CATALOG, Settings()).runs[0].variant == ""
    assert "‹xnnpack›" in text(framework_row(LITERT, wished, 40))


def test_settings_may_wish_a_variant():
    chosen = defaults(RunSettings(model="tiny", frameworks=("litert:builtin", "torch")), CATALOG)
    assert chosen.frameworks == {"litert", "torch"}
    assert [run.variant for run in plan_of(chosen, CATALOG, Settings()).runs] == ["builtin", ""]


@pytest.mark.parametrize(
    ("frameworks", "offered"),
    [(("litert",), ("fp32", "int8")), (("torch",), ("fp32", "bf16")), (("litert", "torch"), ("fp32", "bf16", "int8"))],
)
def test_precisions_are_those_of_the_model_that_a_chosen_framework_has(frameworks, offered):
    chosen = Selection("tiny", frozenset(frameworks), "fp32", 2, "cat")
    assert setting_choices("precision", chosen, CATALOG) == offered


def test_a_row_has_variant_and_version_where_both_fit(selection):
    wide, narrow = text(framework_row(LITERT, selection, 48)), text(framework_row(LITERT, selection, 34))
    assert "‹xnnpack›" in wide and "2.3.0" in wide
    assert "‹xnnpack›" in narrow and "2.3.0" not in narrow
    assert "2.13.0" in text(framework_row(TORCH, selection, 34))


def test_the_detail_tells_the_variant_and_whose_python_serves_it(selection):
    told = framework_detail(LITERT, selection)
    assert told.startswith("LiteRT 2.3.0, 1 of 2 (←→): XNNPACK's kernels; runs fp32, int8. Python 3.9.18 at /opt/py39")
    assert framework_detail(TORCH, selection) == "PyTorch 2.13.0: frozen; runs fp32, bf16"
    absent = FrameworkEntry("tvm", "TVM", Missing("not installed", "pip install it"), (), python="Python 3.12")
    assert framework_detail(absent, selection) == "TVM is not here: not installed. pip install it. Python 3.12"


# ---- delegates


@pytest.fixture
def library(tmp_path):
    """The path of a file that stands for a library."""
    path = tmp_path / "libtest.so"
    path.write_bytes(b"")
    return str(path)


def test_a_delegate_is_carried_to_the_runs_that_take_one(selection, library):
    given = replace(selection, delegate=f"{library} threads=2")
    assert problem(given, CATALOG) == ""
    runs = plan_of(given, CATALOG, Settings()).runs
    assert [(run.framework, run.delegate, run.delegate_options) for run in runs] == [
        ("litert", library, ("threads=2",)),
        ("torch", "", ()),
    ]
    assert "LiteRT + libtest.so and PyTorch" in summary(given, CATALOG)


def test_kernels_that_are_chosen_are_run_without_a_delegate_whatever_is_typed(selection):
    builtin = with_next_variant(replace(selection, delegate="/nowhere.so 'x"), LITERT, 1)
    assert delegable(selection, CATALOG) == (LITERT,) and delegable(builtin, CATALOG) == ()
    assert problem(builtin, CATALOG) == ""
    assert plan_of(builtin, CATALOG, Settings()).runs[0].delegate == ""
    assert "LiteRT builtin and PyTorch" in summary(builtin, CATALOG)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("/nowhere/lib.so a=b", "There is no library at /nowhere/lib.so."),
        ("lib.so fast", "fast is no option of a delegate: write it as key=value."),
        ("a=b", "Name the delegate's library before its options."),
        ("'lib.so", "A quote around a delegate is not closed: close it."),
    ],
)
def test_what_is_wrong_with_a_delegate_is_said_before_the_start(selection, typed, said):
    assert problem(replace(selection, delegate=typed), CATALOG) == said


def test_the_edge_tpu_takes_options_without_a_library():
    catalog = replace(CATALOG, frameworks=(LITERT, CORAL))
    both = Selection("tiny", frozenset({"litert", "coral"}), "int8", 2, "cat", delegate="device=usb:1")
    assert problem(both, catalog) == ""
    assert [run.delegate_options for run in plan_of(both, catalog, Settings()).runs] == [(), ("device=usb:1",)]


def test_the_picker_begins_as_the_plan_of_the_command_line_was():
    runs = (
        RunSpec(0, "tiny", "litert", "int8", 3, "", "", "/opt/lib.so", ("a=b",)),
        RunSpec(1, "tiny", "litert", "int8", 3, variant="builtin"),
        RunSpec(2, "tiny", "torch", "int8", 3),
    )
    meter = Ina219Settings("3")
    settings = settings_of(Plan(runs, "", record="none", ina219=meter), Settings())
    begun = defaults(settings.run, CATALOG)
    assert (begun.model, begun.precision, begun.threads, begun.input, begun.record) == ("tiny", "int8", 3, "cat", False)
    assert begun.frameworks == {"litert", "torch"}
    assert begun.delegate == "/opt/lib.so a=b" and delegable(begun, CATALOG) == (LITERT,)
    assert settings.ina219 == meter
