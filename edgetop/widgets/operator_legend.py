"""Which type of operator each kind of block is, and what types are called where there is little room."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from edgetop.analysis.operators import Breakdown
from edgetop.units import percent
from edgetop.widgets.cells import Row, cell_len, fit, plain, row_width
from edgetop.widgets.operator_strip import KINDS, sign

TOLD = 0.005
"""The least share that the legend tells."""
GAP = 2
"""Cells between two entries."""
_IN_BRACKETS = re.compile(r" ?\([^)]*\)")


def short_names(types: Iterable[str]) -> Mapping[str, str]:
    """Types without what is in brackets; as they are where that would make two alike.

    Brackets hold the layout and the numbers, as in ``Convolution (NHWC, F32) DWConv``.
    """
    full = {kind: plain(kind) for kind in types}
    short = {kind: _IN_BRACKETS.sub("", name) for kind, name in full.items()}
    return short if all(short.values()) and len(set(short.values())) == len(short) else full


def names_within(types: Iterable[str], room: int) -> Mapping[str, str]:
    """What types are called in ``room`` cells: short where one of them is too long, which may still be so then."""
    full = {kind: plain(kind) for kind in types}
    return full if all(cell_len(name) <= room for name in full.values()) else short_names(full)


def legend(table: Breakdown, width: int) -> list[Row]:
    """Each kind of block with its type and share: a row where all fit into it, else two rows of two columns."""
    named = [(kind, name, share) for kind, (name, share) in enumerate(table.types[:KINDS])]
    told = [*named, (KINDS, "others", sum(share for _, share in table.types[KINDS:]))]
    told = [(kind, name, share) for kind, name, share in told if share >= TOLD]
    types = [name for _, name, _ in told]
    short = short_names(types)
    for names in ({kind: plain(kind) for kind in types}, short):
        row = tuple(span for kind, name, share in told for span in _entry(kind, names[name], share))
        if row_width(row) <= width + GAP:
            return [row]
    cells = [_entry(kind, short[name], share, max(1, width // 2)) for kind, name, share in told]
    return [tuple(span for cell in cells[n : n + 2] for span in cell) for n in range(0, len(cells), 2)]


def _entry(kind: int, name: str, share: float, width: int = 0) -> Row:
    """A block, a name and a share, in exactly ``width`` cells if that is given: then the name may be cut."""
    told = percent(100 * share)
    if not width:
        return sign(kind), (f" {name} {told}{' ' * GAP}", "muted")
    room = width - len(f"█  {told}") - GAP
    return sign(kind), (fit(f" {fit(name, min(cell_len(name), room))} {told}", width - 1), "muted")
