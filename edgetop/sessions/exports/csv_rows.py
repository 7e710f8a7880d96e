"""The long table as CSV: UTF-8, a header line, points in numbers, as pandas and spreadsheets read it."""

from __future__ import annotations

import csv
import io
from typing import BinaryIO

from edgetop.sessions.exports.rows import COLUMNS, FLAGS, Block, blocks
from edgetop.sessions.exports.source import Source


def write(source: Source, out: BinaryIO) -> None:
    """Write it, a second at a time: nanoseconds whole, readings with all digits they were kept with."""
    out.write((",".join(COLUMNS) + "\n").encode())
    for second in blocks(source):
        out.write("".join(map(_lines, second)).encode())


def _lines(block: Block) -> str:
    words = _words(block.series, block.run), _words(block.unit), _words(block.source)
    columns = [block.time_s.tolist(), block.value.tolist()]
    if block.wait_s is None or block.flags is None:
        template = f"%.9f,{words[0]},%.15g,{words[1]},,,{words[2]}\n"
    else:
        template = f"%.9f,{words[0]},%.9f,{words[1]},%.9f,%s,{words[2]}\n"
        columns += [block.wait_s.tolist(), [FLAGS[flags] for flags in block.flags.tolist()]]
    return "".join(map(template.__mod__, zip(*columns)))


def _words(*cells: str) -> str:
    """Cells of text for a template; a spreadsheet would take one that begins like a formula for one."""
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow([f"'{cell}" if cell[:1] in tuple("=+-@") else cell for cell in cells])
    text = line.getvalue() if any(cells) else "," * (len(cells) - 1)
    return text.replace("%", "%%")
