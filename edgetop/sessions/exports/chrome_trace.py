"""A Chrome trace, which Perfetto, chrome://tracing and Speedscope open: inferences as slices, sensors as counters.

Times are microseconds since the session's start with three decimals, so that nanoseconds are whole.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, BinaryIO

from edgetop.samples import Batch, Event, Samples
from edgetop.sessions.exports.rows import FLAGS, KNOWN_FLAGS
from edgetop.sessions.exports.source import Source
from edgetop.units import printable

RUNS, SENSORS = 1, 2
"""The two processes that the trace shows; each run is a thread of the first."""
_SPANS = ("turn", "window", "alone", "idle")
_INSTANTS = ("marker", "missing", "back", "lost", "run", "throttle", "clock", "disk")


def write(source: Source, out: BinaryIO) -> None:
    """Write it, a second at a time."""
    session = source.reader.description
    told = {"session": session.session_id, "start_unix_ns": str(session.t0_unix_ns), "edgetop": session.edgetop_version}
    out.write(f'{{"displayTimeUnit": "ns", "otherData": {_json(told)}, "traceEvents": [\n'.encode())
    out.write(",\n".join(_names(source)).encode())
    counters = _counters(source)
    for batch in source.batches():
        lines = [*_slices(batch, source.start_ns), *_counts(batch, source.start_ns, counters)]
        lines += [line for event in batch.events for line in _event(event, source.start_ns)]
        if lines:
            out.write(f",\n{f',{chr(10)}'.join(lines)}".encode())
    out.write(b"\n]}\n")


def _json(value: Any) -> str:
    return json.dumps(value, allow_nan=False)


def _names(source: Source) -> Iterator[str]:
    """The events that name processes and threads; in the order of the plan."""
    for pid, name in ((RUNS, "inference"), (SENSORS, "sensors")):
        yield _json({"ph": "M", "pid": pid, "name": "process_name", "args": {"name": name}})
        yield _json({"ph": "M", "pid": pid, "name": "process_sort_index", "args": {"sort_index": pid}})
    yield _json({"ph": "M", "pid": RUNS, "tid": 0, "name": "thread_name", "args": {"name": "session"}})
    for place, (run, name) in enumerate(source.run_names().items(), 1):
        about: dict[str, Any] = {"ph": "M", "pid": RUNS, "tid": run + 1}
        yield _json({**about, "name": "thread_name", "args": {"name": name}})
        yield _json({**about, "name": "thread_sort_index", "args": {"sort_index": place}})


def _slices(batch: Batch, start_ns: int) -> Iterator[str]:
    for run, samples in batch.samples.items():
        template = (
            f'{{"ph":"X","pid":{RUNS},"tid":{run + 1},"ts":%.3f,"dur":%.3f,"name":"%s","args":{{"wait_us":%.3f}}}}'
        )
        yield from map(template.__mod__, _columns(samples, start_ns))


def _columns(samples: Samples, start_ns: int) -> Iterator[tuple[float, float, str, float]]:
    names = tuple(f"inference ({flags})" if flags else "inference" for flags in FLAGS)
    return zip(
        ((samples.start_ns - start_ns) / 1e3).tolist(),
        (samples.duration_ns / 1e3).tolist(),
        (names[flags] for flags in (samples.flags & KNOWN_FLAGS).tolist()),
        (samples.wait_ns / 1e3).tolist(),
    )


def _counters(source: Source) -> dict[int, tuple[str, float]]:
    """What a channel's counter is called and of which unit, ready to be filled in; and its scale."""
    names = source.run_names()
    made = {}
    for number, channel in source.channels().items():
        whose = "" if channel.run is None else f" {names.get(channel.run, '')}"
        head = _json({"ph": "C", "pid": SENSORS, "name": printable(channel.name + whose)})[:-1].replace("%", "%%")
        unit = _json(printable(channel.unit) or "value").replace("%", "%%")
        made[number] = (f'{head}, "ts":%.3f,"args":{{{unit}:%.15g}}}}', channel.scale)
    return made


def _counts(batch: Batch, start_ns: int, counters: dict[int, tuple[str, float]]) -> Iterator[str]:
    for number, readings in batch.readings.items():
        template, scale = counters[number]
        times, values = (readings.t_ns - start_ns) / 1e3, readings.ticks * scale
        yield from map(template.__mod__, zip(times.tolist(), values.tolist()))


def _event(event: Event, start_ns: int) -> Iterator[str]:
    """A turn and the like as a slice around its inferences; a marker, a failure, a lost sensor as a moment."""
    tid = 0 if event.run is None else event.run + 1
    about: dict[str, Any] = {"pid": RUNS, "tid": tid, "cat": event.kind}
    if event.kind in _SPANS:
        begin, end = event.data["start_ns"], event.data["end_ns"]
        if end >= begin:
            span = {"ts": (begin - start_ns) / 1e3, "dur": (end - begin) / 1e3}
            yield _json({**about, "ph": "X", "name": event.kind, **span})
    elif event.kind in _INSTANTS:
        told = {key: value for key, value in event.data.items() if isinstance(value, (str, int))}
        name = next((told[key] for key in ("text", "reason", "sign", "status") if told.get(key)), event.kind)
        scope = "g" if event.run is None else "t"
        moment = {"ts": (event.t_ns - start_ns) / 1e3, "s": scope, "name": printable(str(name))}
        yield _json({**about, "ph": "i", **moment, "args": told})
