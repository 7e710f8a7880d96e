"""Which variant a run is."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from edgetop.backends.base import Variant
from edgetop.backends.variants import choose, formats, precisions
from edgetop.errors import UnknownName

FRAMEWORK = SimpleNamespace(
    title="Some",
    variants=(
        Variant("fast", "a", ("fp32", "fp16"), "fast kernels"),
        Variant("slow", "a", ("fp32",), "slow kernels"),
        Variant("other", "b", ("int8",), "another format"),
    ),
)


@pytest.mark.parametrize(
    ("name", "precision", "format", "chosen"),
    [
        ("", "", "", "fast"),
        ("slow", "fp32", "", "slow"),
        ("", "int8", "", "other"),
        ("", "", "b", "other"),
        ("slow", "", "a", "slow"),
    ],
)
def test_the_first_that_fits_is_chosen(name, precision, format, chosen):
    assert choose(FRAMEWORK, name, precision=precision, format=format).name == chosen


@pytest.mark.parametrize(
    ("name", "precision", "format", "said", "hint"),
    [
        ("none", "", "", "Some has no variant 'none'", "fast, slow, other"),
        ("slow", "fp16", "", "Some slow has no fp16", "fp32"),
        ("slow", "", "b", "Some slow cannot read b files", "takes a"),
        ("", "bf16", "", "Some has no bf16", "fp32, fp16, int8"),
    ],
)
def test_what_does_not_fit_is_refused_with_what_does(name, precision, format, said, hint):
    with pytest.raises(UnknownName, match=said) as refusal:
        choose(FRAMEWORK, name, precision=precision, format=format)
    assert hint in refusal.value.hint


def test_formats_and_precisions_are_those_of_any_variant():
    assert formats(FRAMEWORK) == ("a", "b")
    assert precisions(FRAMEWORK) == ("fp32", "fp16", "int8")
