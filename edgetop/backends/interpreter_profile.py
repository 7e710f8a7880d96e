"""The operators of a TFLite model, timed in a second Interpreter that is watched."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any, Callable

from edgetop.backends.base import Profile
from edgetop.backends.delegate import DELEGATE, operators_of, parts
from edgetop.backends.interpreter_watch import Watch
from edgetop.backends.litert_operators import operator_profile
from edgetop.backends.litert_profiler import INVOKE, SPAN, Event, ProfilerFailed, recording
from edgetop.clock import now_ns

XNNPACK = "XNNPACK"
_NS_OF_US = 1e3


def watched_profile(make: Callable[[Sequence[Any]], Any], inputs: Any, library: str, rounds: int) -> Profile:
    """The operators over so many inferences, of the inputs that the Interpreter ``inputs`` has.

    ``make`` gives an Interpreter with delegates that come before all others; ``library`` is the user's delegate.
    What that took is one row, while XNNPACK tells each of its kernels. Raises ProfilerFailed.
    """
    watch = Watch()
    interpreter = make([watch])
    interpreter.allocate_tensors()
    for details in inputs.get_input_details():
        interpreter.set_tensor(details["index"], inputs.get_tensor(details["index"]))
    operators = operators_of(interpreter)
    titles = {index: XNNPACK if own else os.path.basename(library) for index, own in watch.delegated().items()}
    if titles.keys() != {operator["index"] for operator in operators if operator["op_name"] == DELEGATE}:
        raise ProfilerFailed("its operators cannot be read: it is of another make than edgetop knows")
    try:
        watch.begin(types(operators, titles))
        interpreter.invoke()
        recorded = recording([_inference(watch, interpreter) for _ in range(rounds)])
    finally:
        watch.end()
    shown = [operator for operator in operators if titles.get(operator["index"], XNNPACK) == XNNPACK]
    return operator_profile(recorded, shown, interpreter.get_tensor_details())


def _inference(watch: Watch, interpreter: Any) -> tuple[tuple[Event, ...], int]:
    watch.events.clear()
    start = now_ns()
    interpreter.invoke()
    duration = now_ns() - start
    whole = Event(INVOKE, SPAN, start / _NS_OF_US, duration / _NS_OF_US, 0)
    return (whole, *watch.events), duration


def types(operators: Sequence[dict[str, Any]], titles: Mapping[int, str]) -> dict[int, str]:
    """What each operator is, by its index; a part that a delegate took is called by its title and how much it is."""
    found = {operator["index"]: str(operator["op_name"]) for operator in operators}
    for index, part in zip((index for index, name in found.items() if name == DELEGATE), parts(operators)):
        found[index] = f"{titles[index]} ({len(part)} operator{'s' * (len(part) != 1)})"
    return found
