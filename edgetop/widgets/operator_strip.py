"""A run's operators along the time of one inference: a line of blocks, a kind of block a type."""

from __future__ import annotations

from edgetop.analysis.operators import Breakdown
from edgetop.readings import Missing
from edgetop.widgets.bars import REST
from edgetop.widgets.cells import Row, Span, spans_of

KINDS = 3
"""Types that have a block of their own, those that take longest; all others share one."""
BLOCKS = "█▓▒░"
TAKEN = 0.5
"""A cell is a block where operators fill so much of it."""


def kinds_of(table: Breakdown) -> dict[str, int]:
    """Type to the number of its kind of block: 0 to KINDS - 1, KINDS for the others."""
    return {kind: min(place, KINDS) for place, (kind, _) in enumerate(table.types)}


def sign(kind: int, *, pale: bool = False) -> Span:
    """The block of a kind."""
    return BLOCKS[kind], f"kind-{kind + 1}{'-pale' if pale else ''}"


def length_ns(table: Breakdown) -> float:
    """The mean of the inferences in which the operators were timed; of all operators together where it is missing."""
    mean_ns = table.told.mean_ns
    return table.total_ns if isinstance(mean_ns, Missing) else max(mean_ns, 1.0)


def strip(table: Breakdown, width: int, scale_ns: float, *, paler: bool = True) -> Row:
    """The operators over ``scale_ns``, as ``width`` cells; where no start is told they follow one another.

    With ``paler`` every other operator is drawn so, and neighbours of one type are told apart.
    """
    if width <= 0 or scale_ns <= 0:
        return ()
    cell_ns = scale_ns / width
    filled: list[dict[int, float]] = [{} for _ in range(width)]
    in_order = sorted(table.rows, key=lambda row: row.order)
    begin_ns = 0.0
    for row in in_order:
        begin_ns = begin_ns if row.start_ns is None else row.start_ns
        end_ns = begin_ns + row.mean_ns
        for cell in range(int(begin_ns / cell_ns), min(width - 1, int(end_ns / cell_ns)) + 1):
            part = min(end_ns, (cell + 1) * cell_ns) - max(begin_ns, cell * cell_ns)
            filled[cell][row.order] = filled[cell].get(row.order, 0.0) + part
        begin_ns = end_ns
    kinds = kinds_of(table)
    end = min(width, max(1, round(length_ns(table) / cell_ns)))
    cells: list[Span] = []
    for parts in filled[:end]:
        longest = max(parts, key=lambda order: parts[order], default=-1)
        if longest >= 0 and sum(parts.values()) >= TAKEN * cell_ns:
            cells.append(sign(kinds[in_order[longest].type], pale=paler and longest % 2 == 1))
        else:
            cells.append((REST, "grid"))
    return spans_of(cells)
