"""Detectors' boxes in the cells of a picture: placed, boxes that several runs share taken together, and their lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

MOST, CELLS_A_BOX = 8, 7
"""Boxes of a run that are drawn, the surest, and columns of the picture for each; more would hide it."""
SAME_WITHIN = 1
"""Cells by which the sides of one box may lie apart in two runs."""
LINES = "┏━┓┃┗┛■"
"""Upper left corner, horizontal, upper right corner, vertical, lower corners, and a box of one cell."""

Found = tuple[str, float, float, float, float, float]
"""Label, score, left, top, right, bottom in pixels of the picture, as protocol.RunFigures has it."""


@dataclass(frozen=True)
class Box:
    """A box by its outermost cells, and the places of the runs that found it."""

    left: int
    top: int
    right: int
    bottom: int
    label: str
    score: float
    owners: tuple[int, ...]


def boxes_in_cells(runs: Sequence[Sequence[Found]], picture: tuple[int, int], cells: tuple[int, int]) -> list[Box]:
    """The boxes of each run in a picture of (width, height) pixels drawn in (columns, rows) cells, the surest first."""
    boxes: list[Box] = []
    most = max(1, min(MOST, cells[0] // CELLS_A_BOX))
    for owner, found in enumerate(runs):
        for label, score, *sides in found[:most]:
            left, right = (_cell(side, picture[0], cells[0], end) for side, end in zip(sides[0::2], (False, True)))
            top, bottom = (_cell(side, picture[1], cells[1], end) for side, end in zip(sides[1::2], (False, True)))
            _add(boxes, Box(left, top, max(left, right), max(top, bottom), label, score, (owner,)))
    return sorted(boxes, key=lambda box: -box.score)


def _cell(side: float, pixels: int, cells: int, end: bool) -> int:
    """The cell in which a side lies; one that ends on a cell's edge lies before it."""
    place = min(max(side / pixels, 0.0), 1.0) * cells
    cell = int(place)
    return max(0, min(cells - 1, cell - 1 if end and cell == place else cell))


def _add(boxes: list[Box], new: Box) -> None:
    for place, box in enumerate(boxes):
        if new.owners[0] not in box.owners and _is_same(box, new):
            owners, score = (*box.owners, *new.owners), max(box.score, new.score)
            boxes[place] = Box(box.left, box.top, box.right, box.bottom, box.label, score, owners)
            return
    boxes.append(new)


def _is_same(one: Box, other: Box) -> bool:
    sides = ((box.left, box.top, box.right, box.bottom) for box in (one, other))
    return one.label == other.label and all(abs(a - b) <= SAME_WITHIN for a, b in zip(*sides))


def outline(box: Box, lines: str = LINES) -> Iterator[tuple[int, int, str, int]]:
    """The cells of a box's lines, clockwise: x, y, character, owner; of several owners they take turns."""
    for step, (x, y, char) in enumerate(_around(box, lines)):
        yield x, y, char, box.owners[step % len(box.owners)]


def _around(box: Box, lines: str) -> Iterator[tuple[int, int, str]]:
    upper_left, across, upper_right, down, lower_left, lower_right, point = tuple(lines)
    left, top, right, bottom = box.left, box.top, box.right, box.bottom
    if top == bottom or left == right:
        char = point if top == bottom and left == right else across if top == bottom else down
        yield from ((x, y, char) for y in range(top, bottom + 1) for x in range(left, right + 1))
        return
    yield left, top, upper_left
    yield from ((x, top, across) for x in range(left + 1, right))
    yield right, top, upper_right
    yield from ((right, y, down) for y in range(top + 1, bottom))
    yield right, bottom, lower_right
    yield from ((x, bottom, across) for x in range(right - 1, left, -1))
    yield left, bottom, lower_left
    yield from ((left, y, down) for y in range(bottom - 1, top, -1))
