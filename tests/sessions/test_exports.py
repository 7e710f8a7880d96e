"""Every export, read again by the ordinary reader of its format, has what was recorded."""

from __future__ import annotations

import csv
import io
import json
import statistics
from dataclasses import replace

import numpy as np
import pytest

from edgetop.errors import UnknownName, UsageError
from edgetop.plan import Plan, RunSpec
from edgetop.samples import WARM_UP, Batch, Event, Readings, Samples
from edgetop.sessions.description import Description
from edgetop.sessions.exports import registry
from edgetop.sessions.exports.source import Source, run_names
from edgetop.sessions.reader import SessionReader

SECOND_NS = 1_000_000_000
NAMES = ("LiteRT efficientnet_lite0 2 threads", "PyTorch efficientnet_lite0 1 thread")


def recorded(start_ns):
    """Two runs, a meter, and events; one sample of four is a warm-up."""
    k = np.arange(8, dtype=np.int64)
    start = start_ns + k * 400_000_001
    flags = np.where(k < 2, WARM_UP, 0)
    fast = Samples(start, 4_000_000 + k * 7919, k * 1001, flags)
    slow = Samples(start + 5_000_000, 40_000_003 + k, k, flags)
    power = Readings(start + 7, 3_000_000 - k * 31)
    events = (
        Event(start_ns + SECOND_NS, "marker", {"text": 'fan "µ" on'}),
        Event(start_ns + 2 * SECOND_NS, "run", {"status": "done"}, 0),
        Event(
            start_ns + 2 * SECOND_NS,
            "turn",
            {"start_ns": start_ns, "end_ns": start_ns + SECOND_NS, "count": 3, "cpu_ns": 5},
            1,
        ),
        Event(start_ns + 2 * SECOND_NS, "marker", {"text": 7}),
    )
    return Batch(start_ns + 4 * SECOND_NS, {0: fast, 1: slow}, {1: power}, events)


@pytest.fixture
def session(sessions, tmp_path):
    batch = recorded(sessions.start_ns)
    with SessionReader(sessions.write(tmp_path / "a.edgetop", [batch])) as reader:
        yield reader, batch


def exported(name, reader, from_ns=0, until_ns=10 * SECOND_NS, result=None):
    out = io.BytesIO()
    registry.writer(name)(Source(reader, from_ns, until_ns, result or dict), out)
    out.seek(0)
    return out


def expected_rows(batch, start_ns, names):
    """(series, run, time_ns, value) of all that was recorded."""
    rows = [
        ("latency", names[run], int(t) - start_ns, int(v))
        for run, part in batch.samples.items()
        for t, v in zip(part.start_ns, part.duration_ns)
    ]
    power = batch.readings[1]
    return sorted(rows + [("power.board.w", "", int(t) - start_ns, int(v)) for t, v in zip(power.t_ns, power.ticks)])


def table_rows(rows):
    scale = {"s": 1e9, "W": 1e6}
    return sorted(
        (r["series"], r["run"] or "", round(float(r["time_s"]) * 1e9), round(float(r["value"]) * scale[r["unit"]]))
        for r in rows
    )


def names_of(reader):
    return list(run_names(reader.description.plan.runs).values())


def test_csv_has_every_sample_and_reading_to_the_nanosecond(session, sessions):
    reader, batch = session
    text = exported("csv", reader).read().decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert table_rows(rows) == expected_rows(batch, sessions.start_ns, names_of(reader))
    latencies = [row for row in rows if row["series"] == "latency"]
    assert [row["flags"] for row in latencies].count("warm-up") == 4
    assert sum(float(row["wait_s"]) for row in latencies) == pytest.approx(28 * 1002e-9)
    assert {(row["wait_s"], row["flags"]) for row in rows if row["series"] != "latency"} == {("", "")}
    assert {row["source"] for row in latencies} == {""}
    assert {row["source"] for row in rows if row["unit"] == "W"} == {"whole board by INA219"}


def test_a_stretch_of_csv_is_that_stretch(session):
    reader, _ = session
    rows = list(csv.DictReader(io.StringIO(exported("csv", reader, SECOND_NS, 2 * SECOND_NS).read().decode())))
    times = [float(row["time_s"]) for row in rows if row["series"] == "power.board.w"]
    assert len(times) == 2 and all(1 <= time < 2 for time in times)


def test_csv_gives_a_spreadsheet_no_formula_and_keeps_its_cells(sessions, tmp_path):
    runs = (RunSpec(0, "m", '=cmd("50%")'), RunSpec(1, "m", "a,b\nc"))
    about = Description("x", sessions.start_ns, 0, "0", Plan(runs))
    path = sessions.write(tmp_path / "f.edgetop", [Batch(9, {0: _one(sessions), 1: _one(sessions)})], about)
    with SessionReader(path) as reader:
        rows = list(csv.DictReader(io.StringIO(exported("csv", reader).read().decode())))
    assert [row["run"] for row in rows] == ['\'=cmd("50%")', "a,b c"]


def _one(sessions):
    k = np.full(1, 5, np.int64)
    return Samples(k + sessions.start_ns, k, k * 0, k * 0)


def test_parquet_has_the_rows_of_csv(session, sessions):
    pytest.importorskip("pyarrow", reason="pyarrow is not installed here", exc_type=ImportError)
    import pyarrow.parquet as pq

    reader, batch = session
    table = pq.read_table(exported("parquet", reader))
    rows = table.to_pylist()
    assert table_rows(rows) == expected_rows(batch, sessions.start_ns, names_of(reader))
    assert {row["flags"] for row in rows if row["series"] == "latency"} == {"", "warm-up"}
    assert {(row["run"], row["wait_s"], row["flags"]) for row in rows if row["unit"] == "W"} == {(None, None, None)}
    assert {(row["unit"], row["source"]) for row in rows} == {("s", None), ("W", "whole board by INA219")}
    assert table.schema.metadata[b"edgetop.start_unix_ns"] == b"1790000000000000007"


def test_parquet_is_written_group_by_group(session, monkeypatch):
    pytest.importorskip("pyarrow", reason="pyarrow is not installed here", exc_type=ImportError)
    import pyarrow.parquet as pq

    from edgetop.sessions.exports import parquet

    monkeypatch.setattr(parquet, "ROWS_A_GROUP", 5)
    file = pq.ParquetFile(exported("parquet", session[0]))
    assert file.num_row_groups > 2 and file.metadata.num_rows == 24


def test_trace_has_slices_counters_and_markers(session, sessions):
    reader, batch = session
    trace = json.load(exported("trace", reader))
    events = trace["traceEvents"]
    threads = {e["tid"]: e["args"]["name"] for e in events if e["name"] == "thread_name"}
    rows = [
        ("latency", threads[e["tid"]], round(e["ts"] * 1e3), round(e["dur"] * 1e3))
        for e in events
        if e["ph"] == "X" and e["name"].startswith("inference")
    ]
    rows += [("power.board.w", "", round(e["ts"] * 1e3), round(e["args"]["W"] * 1e6)) for e in events if e["ph"] == "C"]
    assert sorted(rows) == expected_rows(batch, sessions.start_ns, names_of(reader))
    assert sum(e["name"] == "inference (warm-up)" for e in events) == 4
    (turn,) = [e for e in events if e.get("cat") == "turn"]
    assert (turn["ph"], turn["ts"], turn["dur"], threads[turn["tid"]]) == ("X", 0, 1e6, names_of(reader)[1])
    moments = {(e["name"], e["s"]): e["ts"] for e in events if e["ph"] == "i"}
    assert moments == {('fan "µ" on', "g"): 1e6, ("done", "t"): 2e6}  # the marker that is none is left out


def test_mcap_has_a_topic_a_series(session, sessions):
    pytest.importorskip("mcap", reason="mcap is not installed here")
    from mcap.reader import make_reader

    reader, batch = session
    found, events = [], []
    mcap = make_reader(exported("mcap", reader))
    about = reader.description
    for schema, channel, message in mcap.iter_messages():
        told = json.loads(message.data)
        time_ns = message.log_time - about.t0_unix_ns
        if schema.name == "edgetop.Inference":
            found.append(("latency", channel.topic[len("/latency/") :], time_ns, round(told["duration_s"] * 1e9)))
        elif schema.name == "edgetop.Reading":
            assert channel.metadata["unit"] == "W"
            found.append((channel.topic[1:].replace("/", "."), "", time_ns, round(told["value"] * 1e6)))
        else:
            events.append((told["kind"], told["run"]))
        assert json.loads(schema.data)["type"] == "object"
    assert sorted(found) == expected_rows(batch, sessions.start_ns, names_of(reader))
    assert events == [("marker", ""), ("run", names_of(reader)[0]), ("turn", names_of(reader)[1])]


def test_every_format_takes_what_a_feed_hands_over(sessions, rng, tmp_path):
    path = sessions.write(tmp_path / "r.edgetop", sessions.random_batches(rng))
    with SessionReader(path) as reader:
        for name, chosen in registry.FORMATS.items():
            if chosen.package:
                pytest.importorskip(chosen.package, reason=f"{chosen.package} is not installed", exc_type=ImportError)
            if not chosen.whole_only:
                assert len(exported(name, reader).read()) > 1000


def test_times_in_json_are_those_of_the_figures(session):
    reader, batch = session
    latency = {"mean": 1.0, "stddev": {"missing": "one"}, "p50": 2.0, "min": 3.0, "max": 4.0, "ci95_p50": [1, 2]}

    def result():
        return {"schema": "edgetop.result/1", "results": [{"latency_s": dict(latency)} for _ in range(2)], "last": 1}

    document = json.load(exported("json", reader, result=result))
    assert document["last"] == 1
    for run, each in enumerate(document["results"]):
        assert each["times"] == [ns * 1e-9 for ns in batch.samples[run].duration_ns[2:].tolist()]
        assert (each["command"], each["median"], each["stddev"]) == (names_of(reader)[run], 2.0, None)
    assert [each["parameters"] for each in document["results"]] == [
        {"framework": "litert", "threads": "2"},
        {"framework": "torch", "threads": "1"},
    ]


def test_times_leave_out_what_the_figures_leave_out(sessions, tmp_path):
    from edgetop.readings import Channel

    plan = Plan((RunSpec(0, "m", "null"),), leave_out_throttled=True)
    channels = (Channel("throttle.now", "", "held back", 1.0, id=0),)
    about = Description("x", sessions.start_ns, 0, "0", plan, channels)
    k = np.arange(6, dtype=np.int64)
    samples = Samples(sessions.start_ns + k * SECOND_NS, 1000 + k, k * 0, k * 0)
    bits = Readings(sessions.start_ns + k * SECOND_NS + SECOND_NS // 2, np.array([0, 0, 4, 0, 0, 0]))
    path = sessions.write(
        tmp_path / "t.edgetop", [Batch(sessions.start_ns + 6 * SECOND_NS, {0: samples}, {0: bits})], about
    )
    latency = dict.fromkeys(("mean", "stddev", "p50", "min", "max"), 0.0)
    with SessionReader(path) as reader:
        document = json.load(exported("json", reader, result=lambda: {"results": [{"latency_s": latency}]}))
    assert [round(time * 1e9) for time in document["results"][0]["times"]] == [1000, 1001, 1004, 1005]


def test_hyperfines_scripts_find_what_they_read(sessions, tmp_path):
    """``times`` and ``command`` for its statistics, whiskers and t-test; one number a run, ``mean`` and ``stddev`` to
    plot over what was scanned."""
    runs = tuple(RunSpec(n, "m", "litert", threads=n + 1) for n in range(2))
    about = replace(sessions.describe(), plan=Plan(runs))
    latency = {"mean": 0.02, "stddev": 0.001, "p50": 0.02, "min": 0.01, "max": 0.03}
    path = sessions.write(tmp_path / "h.edgetop", [recorded(sessions.start_ns)], about)
    with SessionReader(path) as reader:
        told = {"results": [{"latency_s": latency} for _ in range(2)]}
        results = json.load(exported("json", reader, result=lambda: told))["results"]
    assert [statistics.median(each["times"]) > 0 for each in results] == [True, True]
    assert [each["command"] for each in results] == ["LiteRT 1 thread", "LiteRT 2 threads"]
    ((first, one), (second, two)) = [item for each in results for item in each["parameters"].items()]
    assert first == second == "threads" and (float(one), float(two)) == (1, 2)
    for each in results:
        assert all(isinstance(each[key], float) for key in ("mean", "stddev", "median", "min", "max"))
        assert all(each[key] is None for key in ("user", "system", "memory_usage_byte", "exit_codes"))


def test_a_format_that_is_not_there_is_refused_with_those_that_are():
    with pytest.raises(UnknownName, match="csv, json, parquet, trace, mcap"):
        registry.writer("xlsx")


def test_a_missing_package_is_named_with_the_command_that_installs_it(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "mcap.writer", None)
    monkeypatch.delitem(sys.modules, "edgetop.sessions.exports.mcap_messages", raising=False)
    with pytest.raises(UsageError, match=r"needs mcap.*pip install 'edgetop\[mcap\]'"):
        registry.writer("mcap")


def test_runs_that_nothing_tells_apart_are_numbered():
    same = [RunSpec(n, "m", "litert", delegate=f"lib{n}.so") for n in range(2)]
    assert len(set(run_names(same).values())) == 2
