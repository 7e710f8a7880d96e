"""The long table as Parquet, compressed with zstd, for pandas, DuckDB, Polars and Spark."""

from __future__ import annotations

import json
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from edgetop.sessions.exports.rows import FLAGS, Block, blocks
from edgetop.sessions.exports.source import Source

ROWS_A_GROUP = 100_000
"""Rows held before they are written: some 5 MB."""
_NUMBERS = ("time_s", "value", "wait_s")
"""Their bytes stand in streams of equal weight, which takes a fifth off the file."""
_WORDS = pa.dictionary(pa.int32(), pa.string())


def write(source: Source, out: BinaryIO) -> None:
    """Write it, a group of rows at a time; what the session is of stands in the metadata."""
    schema = _schema(source)
    held: list[Block] = []
    words = [field.name for field in schema if field.type == _WORDS]
    with pq.ParquetWriter(
        out, schema, compression="zstd", use_dictionary=words, use_byte_stream_split=list(_NUMBERS)
    ) as file:
        for second in blocks(source):
            held += second
            if sum(map(len, held)) >= ROWS_A_GROUP:
                file.write_table(_table(held, schema))
                held = []
        if held:
            file.write_table(_table(held, schema))


def _schema(source: Source) -> Any:
    session = source.reader.description
    fields = [
        pa.field("time_s", pa.float64(), nullable=False),
        pa.field("series", _WORDS, nullable=False),
        pa.field("run", _WORDS),
        pa.field("value", pa.float64(), nullable=False),
        pa.field("unit", _WORDS, nullable=False),
        pa.field("wait_s", pa.float64()),
        pa.field("flags", _WORDS),
        pa.field("source", _WORDS),
    ]
    told = {
        "edgetop.session_id": session.session_id,
        "edgetop.version": session.edgetop_version,
        "edgetop.start_unix_ns": str(session.t0_unix_ns),
        "edgetop.machine": json.dumps(dict(session.machine)),
    }
    return pa.schema(fields, metadata=told)


def _table(held: list[Block], schema: Any) -> Any:
    columns = [
        pa.array(np.concatenate([block.time_s for block in held])),
        _words([(block.series, len(block)) for block in held]),
        _words([(block.run, len(block)) for block in held]),
        pa.array(np.concatenate([block.value for block in held])),
        _words([(block.unit, len(block)) for block in held]),
        pa.chunked_array([pa.nulls(len(b), pa.float64()) if b.wait_s is None else pa.array(b.wait_s) for b in held]),
        pa.chunked_array([_flags(block) for block in held]),
        _words([(block.source, len(block)) for block in held]),
    ]
    return pa.Table.from_arrays(columns, schema=schema)


def _words(cells: list[tuple[str, int]]) -> Any:
    """A column in which each text stands so many times; an empty one is null."""
    texts = list(dict.fromkeys(text for text, _ in cells if text))
    places = np.repeat([texts.index(text) if text else -1 for text, _ in cells], [count for _, count in cells])
    indices = pa.array(places, pa.int32(), mask=places < 0)
    return pa.DictionaryArray.from_arrays(indices, pa.array(texts, pa.string()))


def _flags(block: Block) -> Any:
    """Of samples, their flags in words, empty where there are none; null of readings."""
    if block.flags is None:
        return pa.nulls(len(block), _WORDS)
    return pa.DictionaryArray.from_arrays(pa.array(block.flags, pa.int32()), pa.array(FLAGS, pa.string()))
