"""What runs are called where they stand side by side: by what tells them apart."""

from __future__ import annotations

from collections.abc import Sequence

from edgetop.run_figures import RunFigures


def _told(run: RunFigures) -> dict[str, str]:
    threads = f"{run.threads} thread{'s' if run.threads > 1 else ''}"
    return {"model": run.model, "precision": run.precision, "threads": threads}


def _varying(runs: Sequence[RunFigures]) -> list[str]:
    every = [_told(run) for run in runs]
    return [name for name in every[0] if len({told[name] for told in every}) > 1]


def differences(runs: Sequence[RunFigures]) -> list[list[str]]:
    """Of model, precision and threads what differs among the runs, for each of them."""
    varying = _varying(runs) if runs else []
    return [[_told(run)[name] for name in varying] for run in runs]


def common(runs: Sequence[RunFigures]) -> list[str]:
    """Of the same what all have in common; one run at least."""
    varying = _varying(runs)
    return [text for name, text in _told(runs[0]).items() if name not in varying]


def names(runs: Sequence[RunFigures]) -> list[str]:
    """Framework and variant, and what differs; before it the session, where there are two."""
    return [" ".join([*filter(None, [run.session]), run.title, *apart]) for run, apart in zip(runs, differences(runs))]
