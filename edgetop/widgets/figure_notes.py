"""What stands below the table: why a run failed, how one runs, why a number is missing, what to know of the samples."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rich.cells import set_cell_size

from edgetop.readings import Missing
from edgetop.run_figures import UNKNOWN, RunFigures
from edgetop.units import duration
from edgetop.widgets.braille import LETTERS
from edgetop.widgets.cells import Row, plain, wrap
from edgetop.widgets.figure_lines import PROVISIONAL, lines_of
from edgetop.widgets.marks import THROTTLED, mark_texts

CLEAN, HELD_BACK = "clean", "held back"
"""Of RunFigures.strata."""
PHASES = ("energy", "cooling", "accuracy")
"""States whose messages tell how far they are, and not of what."""
_SO_FAR = re.compile(r", has \d+$")
"""The end of a reason that changes with every sample; the count stands in the table."""


def missing_text(missing: Missing) -> str:
    """Reason and what to do: ``no /dev/i2c-1: enable I2C``."""
    return plain(f"{missing.reason}: {missing.hint}" if missing.hint else missing.reason)


def notes(runs: Sequence[RunFigures], width: int, idle_note: str = "", warnings: Sequence[str] = ()) -> list[Row]:
    """All notes in lines of ``width`` cells, the gravest first; ``warnings`` are of all runs together."""
    idle = [(plain(idle_note), "warn")] if idle_note else []
    marks = [(text, "warn") for text in mark_texts(runs, _letters(runs))]
    first = [
        *_messages(runs),
        *((plain(text), "warn") for text in warnings),
        *_throttled(runs),
        *_lost(runs),
        *_energy(runs),
        *idle,
        *marks,
    ]
    texts = [*first, *_ways(runs), *_missing(runs)]
    return [((line, ink),) for text, ink in texts for line in wrap(text, width)]


def first_lines(rows: Sequence[Row], count: int, width: int) -> Sequence[Row]:
    """The first ``count`` rows, the last one marked where more would follow."""
    if len(rows) <= count:
        return rows
    if count <= 0:
        return []
    text, ink = rows[count - 1][0]
    return [*rows[: count - 1], ((f"{set_cell_size(text, width - 2).rstrip()} …", ink),)]


def _letter(place: int) -> str:
    return LETTERS[place].upper()


def _messages(runs: Sequence[RunFigures]) -> list[tuple[str, str]]:
    failed, others = [], []
    for place, run in enumerate(runs):
        phase = f"{run.status}: " if run.status in PHASES else ""
        text = plain(f"{_letter(place)} {phase}{run.message}. {run.hint}".strip(" ."))
        if run.message and run.status == "failed":
            failed.append((f"✗ {text}", "bad"))
        elif run.message:
            others.append((text, "muted"))
    return [*failed, *others]


def throttled_text(runs: Sequence[RunFigures], names: Sequence[str]) -> str:
    """How many inferences ran while the board throttled or its supply was low; empty where none did."""
    told = []
    for run, name in zip(runs, names):
        if run.throttled:
            whole = run.count + (run.throttled if run.leaves_out_throttled else 0)
            told.append(f"{name} {run.throttled} of {whole}{_medians(run)}")
    left_out = any(run.leaves_out_throttled for run in runs)
    start = f"{THROTTLED.words}, left out of latencies only" if left_out else f"{THROTTLED.letter} {THROTTLED.words}"
    return f"{start}: {', '.join(told)}" if told else ""


def _medians(run: RunFigures) -> str:
    """What being held back made of the median, and by which signs."""
    clean, slow = run.strata.get(CLEAN), run.strata.get(HELD_BACK)
    if clean is None or slow is None or not slow.count:
        return ""
    signs = " ".join(sign for sign in run.strata if sign not in (CLEAN, HELD_BACK))
    return f" (p50 {duration(slow.p50_ns)}, else {duration(clean.p50_ns)}; {signs})"


def energy_texts(runs: Sequence[RunFigures], names: Sequence[str]) -> list[str]:
    """How the energy was had: a text a way, with the runs that it concerns where it does not concern all."""
    concerned: dict[str, list[str]] = {}
    for run, name in zip(runs, names):
        if run.energy_note:
            concerned.setdefault(run.energy_note, []).append(name)
    texts = []
    for note, told in concerned.items():
        whose = "" if len(told) == len(runs) else f" ({', '.join(told)})"
        sign = f"{PROVISIONAL} " if note.startswith("provisional") else ""
        texts.append(f"energy{whose}: {sign}{plain(note)}")
    return texts


def _throttled(runs: Sequence[RunFigures]) -> list[tuple[str, str]]:
    text = throttled_text(runs, _letters(runs))
    return [(text, "warn")] if text else []


def _energy(runs: Sequence[RunFigures]) -> list[tuple[str, str]]:
    return [(text, "muted") for text in energy_texts(runs, _letters(runs))]


def _letters(runs: Sequence[RunFigures]) -> list[str]:
    return [_letter(place) for place in range(len(runs))]


def _ways(runs: Sequence[RunFigures]) -> list[tuple[str, str]]:
    """How runs run, where there is something to say of it."""
    return [(plain(f"{_letter(place)} {run.note}"), "muted") for place, run in enumerate(runs) if run.note]


def _missing(runs: Sequence[RunFigures]) -> list[tuple[str, str]]:
    """One line a reason, with the rows and the runs it concerns; those that concern most come first."""
    concerned: dict[str, list[tuple[str, int]]] = {}
    for line in lines_of(runs):
        for place, run in enumerate(runs):
            value = line.value(run)
            if isinstance(value, Missing) and value != UNKNOWN and run.status != "failed":
                reason = _SO_FAR.sub("", missing_text(value))
                concerned.setdefault(reason, []).append((line.title, place))
    texts = []
    for reason, cells in sorted(concerned.items(), key=lambda item: -len(item[1])):
        titles = dict.fromkeys(title for title, _ in cells)
        places = sorted({place for _, place in cells})
        whom = "" if len(places) == len(runs) else f" ({' '.join(_letter(place) for place in places)})"
        texts.append((f"{', '.join(titles)}{whom} – {reason}", "muted"))
    return texts


def _lost(runs: Sequence[RunFigures]) -> list[tuple[str, str]]:
    lost = [f"{_letter(place)} {run.lost}" for place, run in enumerate(runs) if run.lost]
    return [(f"samples lost: {', '.join(lost)}", "warn")] if lost else []
