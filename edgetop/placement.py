"""Where a picture comes to lie in a network's square input, and so where in the picture a place of the input is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class Fitting(Protocol):
    """How a model wants its pictures brought to its input's size."""

    @property
    def resize(self) -> int:
        """Pixels of the short side before a crop."""

    @property
    def crop(self) -> int:
        """Pixels of the input's side."""

    @property
    def fit(self) -> str:
        """``crop``, ``stretch``, ``letterbox`` or ``corner``."""


@dataclass(frozen=True)
class Placement:
    """A picture scaled to ``width`` by ``height``, its corner at (left, top) of the input, or outside of it."""

    width: int
    height: int
    left: int
    top: int


def place(width: int, height: int, how: Fitting) -> Placement:
    """Where a picture of that size comes to lie.

    ``crop`` scales the short side to ``resize`` and keeps the middle square; ``stretch`` scales both sides to the
    input's; ``letterbox`` and ``corner`` scale the long side to it, the picture in the middle or at the top left.
    """
    side = how.crop
    if how.fit == "stretch":
        return Placement(side, side, 0, 0)
    if how.fit == "crop":
        scale = how.resize / min(width, height)
        size = max(side, round(width * scale)), max(side, round(height * scale))
        return Placement(*size, -((size[0] - side) // 2), -((size[1] - side) // 2))
    if how.fit not in ("letterbox", "corner"):
        raise ValueError(f"no way to fit a picture named {how.fit!r}")
    scale = side / max(width, height)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    if how.fit == "corner":
        return Placement(*size, 0, 0)
    return Placement(*size, (side - size[0]) // 2, (side - size[1]) // 2)
