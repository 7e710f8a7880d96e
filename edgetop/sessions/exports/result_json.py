"""The result of a session with every inference's time, and under hyperfine's names what its scripts read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from secrets import token_hex
from typing import Any, BinaryIO, Optional

from edgetop.analysis.stretches import Stretches
from edgetop.plan import RunSpec
from edgetop.samples import SET_ASIDE
from edgetop.sessions.exports.source import Source

_TIMES = f"times {token_hex(16)}"
"""Stands where the times will be, which may be too many to be held; no text of a session can be the same."""


def write(source: Source, out: BinaryIO) -> None:
    """Write ``edgetop.result/1`` with hyperfine's keys added to each of ``results``; times in seconds."""
    document, names = source.result(), source.run_names()
    runs = source.reader.description.plan.runs
    for spec, result in zip(runs, document["results"]):
        result.update(_hyperfine(names[spec.id], result), parameters=_parameters(spec, runs), times=_TIMES)
    texts = json.dumps(document, indent=2, allow_nan=False).split(json.dumps(_TIMES))
    throttled = _throttled(source)
    for spec, text in zip(runs, texts):
        out.write(f"{text}[".encode())
        separator = ""
        for times in _times(source, spec.id, throttled):
            out.write(f"{separator}{times}".encode())
            separator = ", "
        out.write(b"]")
    out.write(f"{texts[-1]}\n".encode())


def _hyperfine(name: str, result: dict[str, Any]) -> dict[str, Any]:
    """What hyperfine says of a command; null is what is not measured of a single inference."""
    latency = {key: _known(value) for key, value in result["latency_s"].items()}
    return {
        "command": name,
        "mean": latency["mean"],
        "stddev": latency["stddev"],
        "median": latency["p50"],
        "user": None,
        "system": None,
        "min": latency["min"],
        "max": latency["max"],
        "memory_usage_byte": None,
        "exit_codes": None,
    }


def _known(value: Any) -> Any:
    return None if isinstance(value, dict) else value


def _parameters(spec: RunSpec, runs: Sequence[RunSpec]) -> dict[str, str]:
    """What tells the runs apart, as hyperfine has what it scans over: one of these in most sessions."""
    mine, others = _told(spec), [_told(run) for run in runs]
    return {name: text for name, text in mine.items() if any(other[name] != text for other in others)}


def _told(run: RunSpec) -> dict[str, str]:
    framework = f"{run.framework}:{run.variant}" if run.variant else run.framework
    return {"model": run.model, "framework": framework, "precision": run.precision, "threads": str(run.threads)}


def _throttled(source: Source) -> Optional[Stretches]:
    """Where inferences are not in the figures, where the plan leaves out those that ran throttled."""
    if not source.reader.description.plan.leave_out_throttled:
        return None
    stretches = Stretches()
    number = next((channel.id for channel in source.channels().values() if channel.name == "throttle.now"), -1)
    for batch in source.batches():
        if number in batch.readings:
            stretches.add(batch.readings[number].t_ns, batch.readings[number].ticks)
    return stretches


def _times(source: Source, run: int, throttled: Optional[Stretches]) -> Iterator[str]:
    """The durations that its figures are of, in the order of the inferences, some at a time."""
    for batch in source.batches():
        if run not in batch.samples:
            continue
        samples = batch.samples[run]
        counts = (samples.flags & SET_ASIDE) == 0
        if throttled is not None:
            counts[throttled.inside(samples.start_ns, samples.duration_ns)] = False
        if counts.any():
            yield ", ".join(map(repr, (samples.duration_ns[counts] * 1e-9).tolist()))
