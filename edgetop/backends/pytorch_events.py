"""The operators of a model of PyTorch Mobile, whose interpreter shows its steps to PyTorch's profiler alone."""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType
from typing import Any, Callable

from edgetop.backends.base import Profile, timed
from edgetop.backends.steps import Step, profile_of
from edgetop.readings import Missing

NS_OF_US = 1000


def mobile_profile(torch: ModuleType, run: Callable[..., Any], inputs: Sequence[Any], rounds: int) -> Profile | Missing:
    """The steps of the interpreter, which have no names; Missing where they differ from inference to inference."""
    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU]) as profile:
        durations = timed(lambda: run(*inputs), rounds + 1)  # the first one waits for the profiler
    steps = sorted((e for e in profile.events() if e.cpu_parent is None), key=lambda event: event.time_range.start)
    each, rest = divmod(len(steps), rounds + 1)
    rows = [[_as_step(step) for step in steps[i * each : (i + 1) * each]] for i in range(1, rounds + 1)]
    if rest or not each or any([row.type for row in one] != [row.type for row in rows[0]] for one in rows):
        return Missing("the steps of PyTorch Mobile differ from inference to inference")
    return profile_of(rows, durations[1:])


def _as_step(event: Any) -> Step:
    start, end = event.time_range.start, event.time_range.end
    return Step(
        "", event.name.partition("::")[2] or event.name, round(start * NS_OF_US), round((end - start) * NS_OF_US)
    )
