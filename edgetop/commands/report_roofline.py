"""The roofline of a report: the runs below their roofs, and why one has none."""

from __future__ import annotations

from edgetop import units
from edgetop.engine.names import names
from edgetop.protocol import Snapshot
from edgetop.readings import Missing
from edgetop.run_figures import RunFigures
from edgetop.sessions.report.content import Roof, Roofline, RoofPoint
from edgetop.widgets.braille import LETTERS
from edgetop.widgets.figure_notes import missing_text
from edgetop.widgets.run_names import run_variant


def roofline_of(snapshot: Snapshot) -> Roofline:
    """The points of all runs whose operations are counted, and their roofs; nothing where no operation is counted."""
    points: list[RoofPoint] = []
    roofs: dict[Roof, None] = {}
    notes: dict[str, None] = {}
    for place, (run, name) in enumerate(zip(snapshot.runs, names(snapshot.runs))):
        if isinstance(run.gflops, Missing) or isinstance(run.intensity, Missing):
            continue
        letter = LETTERS[place % len(LETTERS)].upper()
        share = units.share(run.share_of_roof)
        points.append(RoofPoint(name, place, letter, run.intensity, run.gflops, share))
        if isinstance(run.roof_gflops, Missing):
            notes[f"{run_variant(run)}, no roof: {missing_text(run.roof_gflops)}"] = None
            continue
        roofs[_roof(run)] = None
        if isinstance(run.roof_gbps, Missing):
            notes[f"{run_variant(run)}, no slope: {missing_text(run.roof_gbps)}"] = None
        notes |= dict.fromkeys(run.roof_notes)
    return Roofline(tuple(points), tuple(roofs), tuple(notes))


def _roof(run: RunFigures) -> Roof:
    assert not isinstance(run.roof_gflops, Missing)
    slope = 0.0 if isinstance(run.roof_gbps, Missing) else run.roof_gbps
    return Roof(run_variant(run), run.roof_gflops, slope, run.roof_of)
