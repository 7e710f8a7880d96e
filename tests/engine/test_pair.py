"""Two recordings on one axis: each stands in the very figures of its own replay, at its place, wherever one goes."""

import dataclasses

import pytest

from edgetop.controls import Pause, Seek
from edgetop.engine import recorded, replay
from edgetop.engine.aggregate import Aggregate
from edgetop.engine.aligned import aligned
from edgetop.engine.compared import NOT_INTERLEAVED
from edgetop.engine.pair import PairRecorded, names_of
from edgetop.engine.replay import ReplayFeed
from edgetop.errors import UsageError
from edgetop.readings import Missing
from edgetop.samples import Batch, Event, Samples
from edgetop.sessions.hold import Hold
from edgetop.sessions.markers import Marker
from edgetop.sessions.reader import SessionReader
from edgetop.sessions.writer import SessionWriter

SECOND = 1_000_000_000
LATER = 3 * SECOND
"""The second session has a marker so much later."""


@pytest.fixture
def session(tmp_path, description, recording):
    """Writes one: begun so many seconds after the first, so many times as slow, with a marker at a moment."""

    def write(name, after_s=0, slower=1.0, mark_ns=None, **changes):
        changes = {"t0_unix_ns": description.t0_unix_ns + after_s * SECOND, **changes}
        known = dataclasses.replace(description, **changes)
        samples = {
            run: Samples(s.start_ns, (s.duration_ns * slower).astype("int64"), s.wait_ns, s.flags)
            for run, s in recording.samples.items()
        }
        marks = () if mark_ns is None else (Event(known.t0_mono_ns + mark_ns, "marker", {"text": "here"}),)
        writer = SessionWriter(str(tmp_path / name), known)
        writer.add(Batch(recording.until_ns, samples, recording.readings, (*recording.events, *marks)))
        writer.close()
        return str(tmp_path / name)

    return write


class Clock:
    ns = 0

    def __call__(self):
        return self.ns


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    for module in (replay, recorded):
        monkeypatch.setattr(module, "now_ns", clock)
    return clock


@pytest.fixture
def replay_of():
    """Opens a replay of two, and closes it at the end."""
    opened = []

    def open_replay(first, second, **how):
        opened.append(ReplayFeed(PairRecorded(first, second, **how)))
        opened[-1].start()
        return opened[-1]

    yield open_replay
    for feed in opened:
        feed.close()


def play(feed, clock, until_ns, step_ns=300_000_000):
    """What the screen is told up to a moment of the axis."""
    while True:
        told = feed.aggregate.snapshot(final=feed.ended)
        yield told
        if told.t_ns >= until_ns or feed.ended:
            return
        clock.ns += step_ns
        feed.aggregate.add(feed.drain())


def alone(path):
    """The figures that a session ends in by itself."""
    feed = ReplayFeed(path, paced=False)
    aggregate = Aggregate(feed.description)
    while not feed.ended:
        aggregate.add(feed.drain())
    feed.close()
    return aggregate.snapshot(final=True)


def columns_of(snapshots):
    """Series to place to point, as the charts remember them."""
    kept = {}
    for told in snapshots:
        if told.reset:
            kept.clear()
        for name, points in told.columns.series.items():
            kept.setdefault(name, {}).update(
                {told.columns.first + at: point for at, point in enumerate(points) if point is not None}
            )
    return kept


def test_each_ends_in_the_figures_of_its_own_replay(session, clock, replay_of):
    a, b = session("a.edgetop"), session("b.edgetop", after_s=3600, slower=1.5, mark_ns=1)
    feed = replay_of(a, b)
    *_, last = play(feed, clock, 1 << 62)
    first, second = alone(a).runs, alone(b).runs
    with SessionReader(a) as one, SessionReader(b) as other:
        labels = names_of([one.description, other.description])
    expected = [
        dataclasses.replace(run, run=number, session=label, rank=0)
        for number, (label, run) in enumerate(
            [(labels[0], first[0]), (labels[1], second[0]), (labels[0], first[1]), (labels[1], second[1])]
        )
    ]
    assert list(last.runs) == expected
    assert last.state == "ended" and last.sessions == labels


def test_only_runs_of_different_sessions_have_verdicts(session, clock, replay_of):
    feed = replay_of(session("a.edgetop"), session("b.edgetop", after_s=60, slower=1.5))
    *_, last = play(feed, clock, 1 << 62)
    latencies = [verdict for verdict in last.verdicts if verdict.kind == "latency"]
    assert [(each.first, each.second) for each in latencies] == [(0, 1), (2, 3)]
    for verdict in latencies:
        assert verdict.low < 1.5 < verdict.high and "times as fast as" in verdict.text


def test_before_anything_is_measured_there_is_no_verdict_yet(session, replay_of):
    told = replay_of(session("a.edgetop"), session("b.edgetop", after_s=60)).aggregate.snapshot()
    assert all(isinstance(verdict.value, Missing) for verdict in told.verdicts)
    assert told.state == "preparing"


def test_the_later_one_begins_at_its_place(session, clock, replay_of):
    feed = replay_of(session("a.edgetop", mark_ns=LATER), session("b.edgetop", after_s=60, mark_ns=1), align="marker")
    kept = columns_of(play(feed, clock, 1 << 62))
    assert feed.duration_ns == pytest.approx(8 * SECOND + LATER, abs=SECOND)
    assert min(kept["latency.0"]) == 0 and min(kept["latency.1"]) == 12
    moved = {place - 12: point for place, point in kept["latency.1"].items()}
    whole = max(kept["latency.0"])  # its last column may be open where it ends first
    assert {at: point for at, point in moved.items() if at < whole} == {
        at: point for at, point in kept["latency.0"].items() if at < whole
    }
    assert any(name.startswith("power.") and " board" in name for name in kept)
    assert "power.board.w" in kept


@pytest.mark.parametrize("align", ["start", "marker"])
@pytest.mark.parametrize("t_ns", [SECOND, LATER + SECOND, 7 * SECOND])
def test_a_seek_shows_what_playing_to_there_did(session, clock, replay_of, align, t_ns):
    files = session("a.edgetop", mark_ns=LATER), session("b.edgetop", after_s=60, mark_ns=1)
    played = replay_of(*files, align=align)
    shown = list(play(played, clock, t_ns, step_ns=SECOND // 4))
    sought = replay_of(*files, align=align)
    sought.command(Pause(True))
    for to_ns in (9 * SECOND, t_ns):  # on, and back
        sought.command(Seek(to_ns))
        while sought.sought_ns is not None:
            batch = sought.drain()
            sought.aggregate.add(batch)
    sought.aggregate.add(sought.drain())  # nothing more comes: now the columns up to here are complete
    found = sought.aggregate.snapshot()
    assert found.reset and found.t_ns == t_ns
    played.aggregate.forget_figures()  # as a seek does: else an interval is renewed now and then
    assert found.runs == played.aggregate.snapshot().runs
    before, now = columns_of(shown), columns_of([found])
    both = [(name, at) for name in before for at in before[name] if at in now.get(name, ())]
    assert ("latency.0", 0) in both and ("power.board.w", 1) in both
    assert [before[name][at] for name, at in both] == [now[name][at] for name, at in both]


def test_a_snapshot_that_was_lost_comes_again(session, clock, replay_of):
    feed = replay_of(session("a.edgetop", mark_ns=LATER), session("b.edgetop", after_s=60, mark_ns=1), align="marker")
    list(play(feed, clock, 5 * SECOND))
    clock.ns += SECOND
    feed.aggregate.add(feed.drain())
    lost = feed.aggregate.snapshot()
    feed.aggregate.undo(lost)
    assert feed.aggregate.snapshot().columns == lost.columns and lost.columns.series
    feed.aggregate.renew()
    whole = feed.aggregate.snapshot()
    assert whole.reset and whole.columns.first == 0 and whole.columns.series["latency.1"][:12] == (None,) * 12


def test_gauges_of_the_second_stand_beside_those_of_the_first(session, replay_of):
    feed = replay_of(session("a.edgetop"), session("b.edgetop", after_s=60))
    told = feed.aggregate.snapshot()
    assert told.gauges[0].channel.name == "power.board.w" == told.power
    assert len({gauge.channel.title for gauge in told.gauges}) == len(told.gauges) == 2


def test_the_whole_is_told_with_the_markers_of_both(session, replay_of):
    feed = replay_of(session("a.edgetop", mark_ns=LATER), session("b.edgetop", after_s=60, mark_ns=1), align="marker")
    found = feed.overview()
    assert {"latency.0", "latency.1", "power.board.w"} <= set(found.courses)
    assert found.courses["latency.1"][:3] == (None,) * 3 and found.courses["latency.1"][3] is not None
    marks = [mark for mark in found.markers if mark.kind == "marker"]
    assert len(marks) == 2 and max(abs(mark.t_ns - LATER) for mark in marks) <= 125_000_000


def test_what_differs_and_how_they_are_aligned_is_told(session, replay_of):
    feed = replay_of(session("a.edgetop"), session("b.edgetop", after_s=60, edgetop_version="0.2.0"))
    first, second = feed.aggregate.snapshot().sessions
    assert feed.aggregate.snapshot().warnings == (
        f"edgetop differs: {first} 0.1.0, {second} 0.2.0",
        f"aligned by where measuring began; {NOT_INTERLEAVED}",
    )


def test_six_runs_are_shown_at_most_and_those_that_are_named(session, replay_of, description):
    some = tuple(dataclasses.replace(description.plan.runs[0], id=number, threads=number + 1) for number in range(4))
    plan = dataclasses.replace(description.plan, runs=some)
    a, b = session("a.edgetop", plan=plan), session("b.edgetop", after_s=60, plan=plan)
    told = replay_of(a, b, runs="A1,B3,A1,B2,A4,B4,A2,B1").aggregate.snapshot()
    assert [run.threads for run in told.runs] == [1, 3, 2, 4, 4]
    assert [(each.first, each.second) for each in told.verdicts] == [(0, 1), (0, 2), (3, 4)]
    assert any(warning.startswith("not shown") and "--runs" in warning for warning in told.warnings)


def test_sessions_without_a_run_in_common_are_refused(session, description):
    runs = tuple(dataclasses.replace(run, model="resnet50") for run in description.plan.runs)
    other = session("b.edgetop", plan=dataclasses.replace(description.plan, runs=runs))
    with pytest.raises(UsageError, match="A is of efficientnet_lite0, B of resnet50"):
        PairRecorded(session("a.edgetop"), other)


NOTES = [
    Marker(SECOND, "run", "loading", 0),
    Marker(2 * SECOND, "marker", "one"),
    Marker(3 * SECOND, "run", "running", 0),
]


@pytest.mark.parametrize(
    ("how", "second", "offsets"),
    [
        ("", [], (0, 0)),
        ("", [Marker(SECOND // 2, "run", "running: hot", 7)], (0, 2.5)),
        ("run", [Marker(5 * SECOND, "run", "running", 7)], (2, 0)),
        ("start", [Marker(5 * SECOND, "run", "running", 7)], (0, 0)),
        ("marker", [Marker(5 * SECOND + 1, "marker", "two"), Marker(6 * SECOND, "marker", "one")], (3, 0)),
        ("marker:one", [Marker(5 * SECOND, "marker", "two"), Marker(6 * SECOND, "marker", "one")], (4, 0)),
    ],
)
def test_what_belongs_together_lies_at_one_moment(how, second, offsets):
    found = aligned(how, [NOTES, second], [{0}, {7}])
    assert found.offsets_ns == tuple(round(seconds * SECOND) for seconds in offsets)


@pytest.mark.parametrize(
    ("how", "why"),
    [("marker:two", "A has no marker two"), ("run", "B has no run that was measured"), ("middle", "not understood"),
     ("start:one", "not understood")],
)  # fmt: skip
def test_what_cannot_be_aligned_is_refused_in_words(how, why):
    with pytest.raises(UsageError, match=why):
        aligned(how, [NOTES, []], [{0}, {7}])


@pytest.mark.parametrize(
    ("apart_s", "same"), [(0, True), (1, False), (61, False), (90_000, False), (400 * 86_400, False)]
)
def test_sessions_are_called_by_what_tells_them_apart(description, apart_s, same):
    later = dataclasses.replace(description, t0_unix_ns=description.t0_unix_ns + apart_s * SECOND)
    first, second = names_of([description, later])
    assert first != second and ((first, second) == ("1st", "2nd")) == same
    assert max(len(first), len(second)) <= 10


def test_joules_of_a_meter_that_sees_something_else_are_not_set_beside_the_first_ones(
    session, clock, replay_of, description
):
    def metered(covers):
        power = description.power
        return {
            "channels": tuple(dataclasses.replace(c, covers=covers * (c.id == power)) for c in description.channels)
        }

    paths = session("a.edgetop", **metered("whole board")), session("b.edgetop", after_s=60, **metered("SoC rails"))
    *_, last = play(replay_of(*paths), clock, 100 * SECOND)
    firsts, seconds = ([run for run in last.runs if run.session == name] for name in last.sessions)
    assert all(run.energy_j > 0 for run in firsts)
    first, second = last.sessions
    why = Missing(f"of different watts: {first} whole board, {second} SoC rails")
    assert {run.energy_j for run in seconds} == {run.power_w for run in seconds} == {why}
    assert not any(verdict.kind == "energy" for verdict in last.verdicts)


def take(feed):
    batch = feed.drain()
    feed.aggregate.add(batch)


def test_one_that_is_still_being_recorded_is_followed_to_its_end(
    session, clock, replay_of, tmp_path, description, recording, cut_batch
):
    path = str(tmp_path / "on.edgetop")
    pieces = cut_batch(recording, [description.t0_mono_ns + second * SECOND for second in range(1, 8)])
    later = {"t0_unix_ns": description.t0_unix_ns + 60 * SECOND}
    writer = SessionWriter(path, dataclasses.replace(description, **later))
    for piece in pieces[:4]:
        writer.add(piece)
        writer.commit()
    hold = Hold(path)
    feed = replay_of(session("a.edgetop"), path, align="start")
    feed.command(Seek(10**18))
    while feed.sought_ns is not None:
        take(feed)
    assert feed.duration_ns == 3 * SECOND and not feed.ended  # no further than is known of both
    for piece in pieces[4:]:
        writer.add(piece)
        writer.commit()
        clock.ns += 3 * SECOND // 2
        take(feed)
    writer.close()
    hold.let_go()
    for _ in range(10):
        clock.ns += 3 * SECOND // 2
        take(feed)
    assert feed.ended
    runs = feed.aggregate.snapshot(final=True).runs
    live = Aggregate(description)
    live.add(recording)
    for number, run in enumerate(live.snapshot(final=True).runs):
        for nth in (0, 1):
            shown = runs[2 * number + nth]
            assert shown == dataclasses.replace(run, run=shown.run, session=shown.session, rank=0)
