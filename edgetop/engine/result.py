"""A final snapshot as ``edgetop.result/1``: plain JSON values, seconds, a reason where a number is missing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Optional, Union

from edgetop.analysis.operators import breakdown
from edgetop.engine.judged import accuracy_json
from edgetop.engine.roofs import model_gflops, roofline_json
from edgetop.protocol import Operators, Snapshot
from edgetop.readings import Figure, Missing
from edgetop.run_figures import UNKNOWN, RunFigures, Verdict

SCHEMA = "edgetop.result/1"
_NO_START = Missing("the framework does not tell when it begins")


def plain(value: Figure, scale: float = 1.0) -> Union[float, dict[str, str]]:
    """A number times ``scale``, or the reason why there is none."""
    return {"missing": value.reason} if isinstance(value, Missing) else value * scale


def _seconds(value: Figure) -> Union[float, dict[str, str]]:
    return plain(value, 1e-9)


def _interval(interval: Union[tuple[float, float], Missing]) -> Any:
    return plain(interval) if isinstance(interval, Missing) else [edge * 1e-9 for edge in interval]


def _warnings(run: RunFigures) -> list[str]:
    warnings = []
    if run.waiting_tells:
        warnings.append(f"{run.contended} of {run.count} inferences waited for a core: the median is longer for it")
    if run.outliers_tell_of_p99 or run.outliers_tell_of_mean:
        warnings.append(f"{run.outliers} of {run.count} inferences are outliers, which p99 and mean are made of")
    if run.unsteady:
        warnings.append(f"it has not come to rest: {run.unsteady}")
    if run.throttled:
        part = (
            "were left out of the latencies; rate, CPU, memory and power are of all turns"
            if run.leaves_out_throttled
            else "are in the statistics"
        )
        warnings.append(f"{run.throttled} inferences ran while the board throttled or its supply was low; they {part}")
    if run.lost:
        warnings.append(
            f"{run.lost} samples are missing: overrun in the ring, or not recorded, for lack of room or by a limit"
        )
    if run.left_out:
        warnings.append(f"{run.left_out} pictures of the data set could not be read and are left out")
    if run.weights.startswith("seeded"):
        warnings.append("the weights are seeded: speed only")
    return warnings


def _energy(run: RunFigures, whose: Mapping[str, str]) -> dict[str, Any]:
    """Joules per inference, gross and net, and of whose watts; ``u95`` is half of a 95 % interval."""
    gross = run.energy_j
    return {
        **whose,
        "gross_j": plain(gross),
        "gross_u95_j": plain(run.energy_u95_j),
        "net_j": plain(run.energy_net_j),
        "net_u95_j": plain(run.energy_net_u95_j),
        "inferences_per_j": plain(_inverse(gross)),
        "windows": run.energy_windows,
        "note": run.energy_note,
        "provisional": run.energy_note.startswith("provisional") or not run.energy_windows,
        "standard_uncertainties_j": dict(run.energy_budget),
    }


def _inverse(value: Figure) -> Figure:
    if isinstance(value, Missing):
        return value
    return 1 / value if value > 0 else UNKNOWN


def _whose(snapshot: Snapshot) -> dict[str, str]:
    """The meter that the session's watts are of, and what it sees."""
    channel = next((gauge.channel for gauge in snapshot.gauges if gauge.channel.name == snapshot.power), None)
    return {"source": channel.source, "covers": channel.covers} if channel is not None else {"source": "", "covers": ""}


def _power(snapshot: Snapshot) -> dict[str, Any]:
    """Whose watts they are, and what the idle board draws."""
    return {
        "channel": snapshot.power,
        **_whose(snapshot),
        "drawn_j": plain(snapshot.drawn_j),
        "idle_w": plain(snapshot.idle_w),
        "idle_cold_w": plain(snapshot.idle_cold_w),
        "note": snapshot.idle_note,
    }


def _verdict(verdict: Verdict) -> dict[str, Any]:
    """How many times as much run ``second`` takes as run ``first``, by their places among the results.

    Of accuracy, by what share of the pictures ``first`` is right more often.
    """
    interval = [plain(verdict.low), plain(verdict.high)]
    return {
        "of": verdict.kind,
        "first": verdict.first,
        "second": verdict.second,
        "difference" if verdict.kind == "accuracy" else "ratio": plain(verdict.value),
        "ci95": interval,
        "ratio_less_waiting": plain(verdict.corrected),
        "text": verdict.text,
    }


def _residency(run: RunFigures) -> Union[float, dict[str, str]]:
    """By how much the median is longer in turns than in unbroken inferences, as a share."""
    if isinstance(run.p50_ns, Missing):
        return plain(run.p50_ns)
    return plain(run.alone_p50_ns) if isinstance(run.alone_p50_ns, Missing) else run.p50_ns / run.alone_p50_ns - 1


def _operators(operators: Optional[Operators]) -> dict[str, Any]:
    table = breakdown(operators)
    if isinstance(table, Missing):
        return {"missing": table.reason}
    return {
        "rounds": table.told.rounds,
        "plain_p50_s": _seconds(table.told.plain_p50_ns),
        "p50_s": _seconds(table.told.p50_ns),
        "coverage": plain(table.coverage),
        "rows": [
            {
                "name": row.name,
                "type": row.type,
                "mean_s": row.mean_ns * 1e-9,
                "share": row.share,
                "cumulative_share": row.cumulative,
                "calls": row.calls,
                "start_s": _seconds(_NO_START if row.start_ns is None else row.start_ns),
            }
            for row in table.rows
        ],
    }


def _strata(run: RunFigures) -> dict[str, Any]:
    """The inferences by what held the board back meanwhile, those left out of the statistics too."""
    if not run.strata:
        return {"missing": "no sensor tells what holds the board back"}
    return {name: {"n": part.count, "p50_s": _seconds(part.p50_ns)} for name, part in run.strata.items()}


def _run(run: RunFigures, whose: Mapping[str, str], operators: Optional[Operators]) -> dict[str, Any]:
    names = ("mean", "stddev", "min", "max", "p50", "p90", "p99", "p90_early_stop")
    latency = {name: _seconds(getattr(run, f"{name}_ns")) for name in names}
    intervals = {f"ci95_{name}": _interval(getattr(run, f"ci95_{name}_ns")) for name in ("p50", "p90")}
    return {
        "model": run.model,
        "framework": run.framework,
        "framework_version": run.version,
        "variant": run.variant,
        "delegate": run.delegate,
        "delegate_options": list(run.delegate_options),
        "note": run.note,
        "precision": run.precision,
        "threads": run.threads,
        "status": run.status,
        "message": run.message,
        "load_s": _seconds(run.load_ns),
        "first_s": _seconds(run.first_ns),
        "latency_s": {"n": run.count, **latency, **intervals},
        "alone_p50_s": _seconds(run.alone_p50_ns),
        "residency_penalty": _residency(run),
        "rank": run.rank,
        "p50_less_waiting_s": _seconds(run.p50_less_waiting_ns),
        "highest_clock_hz": plain(run.highest_clock_hz),
        "p50_at_highest_clock_s": _seconds(run.p50_at_highest_clock_ns),
        "strata": _strata(run),
        "contended": run.contended,
        "outliers": plain(run.outliers),
        "outliers_share_of_mean": plain(run.outliers_share_of_mean),
        "warm_up_s": _seconds(run.warm_up_ns),
        "unsteady": run.unsteady,
        "missed_deadlines": plain(run.missed),
        "set_aside": run.set_aside,
        "throughput_ips": plain(run.rate_ips),
        "gflops": plain(model_gflops(run)),
        "roofline": roofline_json(run),
        "cpu_percent": plain(run.cpu_percent),
        "memory": {"rss_bytes": plain(run.rss_bytes), "peak_rss_bytes": plain(run.peak_rss_bytes)},
        "power_w": plain(run.power_w),
        "energy_j_per_inference": plain(run.energy_j),
        "energy": _energy(run, whose),
        "outputs": {
            "top5": [list(pair) for pair in run.labels],
            "detections": [list(row) for row in run.detections],
            "decode_s": _seconds(run.decode_ns),
            "agreement": plain(run.agreement),
            "agrees_with": run.agrees_with,
        },
        "accuracy": accuracy_json(run),
        "operators": _operators(operators),
        "warnings": _warnings(run),
    }


def _invalid_reasons(snapshot: Snapshot) -> list[str]:
    reasons = [f"{run.title}: {run.message}" for run in snapshot.runs if run.status == "failed"]
    reasons += [
        f"{run.title}: no inference was measured" for run in snapshot.runs if not run.count and not run.pictures
    ]
    if "DIFFER" in snapshot.verdict:
        reasons.append(snapshot.verdict)
    return reasons


def result(
    snapshot: Snapshot, machine: Mapping[str, Union[str, int]], operators: Mapping[int, Operators]
) -> dict[str, Any]:
    """The result of a session from its final snapshot, and the operators of each run whose operators were timed."""
    reasons, whose = _invalid_reasons(snapshot), _whose(snapshot)
    return {
        "schema": SCHEMA,
        "machine": dict(machine),
        "recorded_from_s": snapshot.since_ns * 1e-9,
        "power": _power(snapshot),
        "results": [_run(run, whose, operators.get(run.run)) for run in snapshot.runs],
        "comparison": [_verdict(verdict) for verdict in snapshot.verdicts],
        "verdict": snapshot.verdict,
        "valid": not reasons,
        "invalid_reasons": reasons,
    }
