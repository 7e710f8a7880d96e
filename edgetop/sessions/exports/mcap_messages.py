"""MCAP with JSON messages, which Foxglove and ROS tools open: a topic a run, a sensor, and one for events.

Times are those of the wall clock at the session's start, plus what the monotonic clock went on since.
"""

from __future__ import annotations

import json
import struct
from contextlib import suppress
from typing import Any, BinaryIO

from mcap.writer import CompressionType, Writer

from edgetop import __version__
from edgetop.errors import BadSession
from edgetop.samples import Batch
from edgetop.sessions.exports.rows import FLAGS, KNOWN_FLAGS
from edgetop.sessions.exports.source import Source
from edgetop.units import printable

_NUMBER, _TEXT = {"type": "number"}, {"type": "string"}
SCHEMAS: dict[str, dict[str, Any]] = {
    "edgetop.Inference": {"duration_s": _NUMBER, "wait_s": _NUMBER, "flags": _TEXT},
    "edgetop.Reading": {"value": _NUMBER},
    "edgetop.Event": {"kind": _TEXT, "run": _TEXT, "data": {"type": "object"}},
}


def write(source: Source, out: BinaryIO) -> None:
    """Write it, a second at a time, in chunks compressed with zstd; raises BadSession for times that are none."""
    writer = Writer(out, compression=CompressionType.ZSTD)
    writer.start(profile="", library=f"edgetop {__version__}")
    try:
        topics = Topics(writer, source)
        for batch in source.batches():
            topics.add(batch)
    except (struct.error, OverflowError) as error:
        raise BadSession(f"A time of the session is none that MCAP can hold: {error}") from error
    writer.finish()


class Topics:
    """The channels of the file, and what goes into them."""

    def __init__(self, writer: Writer, source: Source) -> None:
        session = source.reader.description
        self._writer = writer
        self._to_unix_ns = session.t0_unix_ns - session.t0_mono_ns
        self._names = source.run_names()
        self._scales = {number: channel.scale for number, channel in source.channels().items()}
        writer.add_metadata(
            "edgetop.session",
            {
                "session_id": session.session_id,
                "edgetop_version": session.edgetop_version,
                "start_unix_ns": str(session.t0_unix_ns),
                "machine": json.dumps(dict(session.machine)),
            },
        )
        schemas = {name: self._schema(name) for name in SCHEMAS}
        self._runs = {
            run: self._channel(f"/latency/{name}", schemas["edgetop.Inference"], unit="s")
            for run, name in self._names.items()
        }
        self._sensors = {}
        for number, channel in source.channels().items():
            whose = "" if channel.run is None else "/" + self._names.get(channel.run, str(channel.run))
            topic = f"/{printable(channel.name).replace('.', '/')}{whose}"
            about = {"unit": channel.unit, "title": channel.title, "source": channel.source, "covers": channel.covers}
            printed = {key: printable(text) for key, text in about.items()}
            self._sensors[number] = self._channel(topic, schemas["edgetop.Reading"], **printed)
        self._events = self._channel("/events", schemas["edgetop.Event"])

    def _schema(self, name: str) -> int:
        text = json.dumps({"title": name, "type": "object", "properties": SCHEMAS[name]})
        number: int = self._writer.register_schema(name=name, encoding="jsonschema", data=text.encode())
        return number

    def _channel(self, topic: str, schema: int, **about: str) -> int:
        number: int = self._writer.register_channel(
            topic=topic, message_encoding="json", schema_id=schema, metadata=about
        )
        return number

    def add(self, batch: Batch) -> None:
        """Write a second's messages; a sample lies where it began."""
        for run, samples in batch.samples.items():
            columns = (samples.start_ns, samples.duration_ns / 1e9, samples.wait_ns / 1e9, samples.flags & KNOWN_FLAGS)
            for start_ns, duration_s, wait_s, flags in zip(*(column.tolist() for column in columns)):
                text = f'{{"duration_s":{duration_s!r},"wait_s":{wait_s!r},"flags":"{FLAGS[flags]}"}}'
                self._message(self._runs[run], start_ns, text)
        for number, readings in batch.readings.items():
            values = (readings.ticks * self._scales[number]).tolist()
            for t_ns, value in zip(readings.t_ns.tolist(), values):
                self._message(self._sensors[number], t_ns, f'{{"value":{value!r}}}')
        for event in batch.events:
            name = "" if event.run is None else self._names.get(event.run, str(event.run))
            told = {"kind": event.kind, "run": name, "data": event.data}
            with suppress(ValueError):  # a number that JSON has not, which no recording of ours holds
                self._message(self._events, event.t_ns, json.dumps(told, allow_nan=False))

    def _message(self, channel: int, t_ns: int, text: str) -> None:
        unix_ns = t_ns + self._to_unix_ns
        self._writer.add_message(channel, log_time=unix_ns, publish_time=unix_ns, data=text.encode())
