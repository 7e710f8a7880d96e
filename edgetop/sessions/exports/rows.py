"""A session as one long table, a row a sample or reading: what CSV and Parquet have in common."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Optional

import numpy as np
import numpy.typing as npt

from edgetop.readings import Channel, whose_watts
from edgetop.samples import CONTENDED, SETTLING, SPARED, WARM_UP, Int64s, Readings, Samples
from edgetop.sessions.exports.source import Source
from edgetop.units import printable

COLUMNS = ("time_s", "series", "run", "value", "unit", "wait_s", "flags", "source")
LATENCY = "latency"
Floats = npt.NDArray[np.float64]

_FLAGS = {WARM_UP: "warm-up", SETTLING: "settling", CONTENDED: "contended", SPARED: "spared"}
FLAGS = tuple("+".join(word for bit, word in _FLAGS.items() if flags & bit) for flags in range(16))
"""Each combination of a sample's flags in words."""
KNOWN_FLAGS = len(FLAGS) - 1


@dataclass(frozen=True)
class Block:
    """Rows of one series, in order of time; times since the session's start, those of samples are their beginnings."""

    series: str
    run: str
    unit: str
    time_s: Floats
    value: Floats
    wait_s: Optional[Floats] = None
    """Of samples: what they waited for a core."""
    flags: Optional[Int64s] = None
    """Of samples: places in FLAGS."""
    source: str = ""
    """Of watts: what the meter sees, and which it is."""

    def __len__(self) -> int:
        return len(self.time_s)


def blocks(source: Source) -> Iterator[list[Block]]:
    """The rows of one second after another."""
    names, channels = source.run_names(), source.channels()
    for batch in source.batches():
        made = [_of_samples(names[run], samples, source.start_ns) for run, samples in batch.samples.items()]
        for number, readings in batch.readings.items():
            channel = channels[number]
            run = "" if channel.run is None else names.get(channel.run, "")
            made.append(_of_readings(channel, run, readings, source.start_ns))
        if made:
            yield made


def _of_samples(run: str, samples: Samples, start_ns: int) -> Block:
    time_s = (samples.start_ns - start_ns) / 1e9
    return Block(
        LATENCY, run, "s", time_s, samples.duration_ns / 1e9, samples.wait_ns / 1e9, samples.flags & KNOWN_FLAGS
    )


def _of_readings(channel: Channel, run: str, readings: Readings, start_ns: int) -> Block:
    time_s = (readings.t_ns - start_ns) / 1e9
    name, unit = printable(channel.name), printable(channel.unit)
    source = printable(whose_watts(channel)) if channel.covers and channel.unit == "W" else ""
    return Block(name, run, unit, time_s, readings.ticks * channel.scale, source=source)
