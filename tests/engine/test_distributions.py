"""How latencies are spread: counts and shares by hand, and that nothing is told unasked."""

import numpy as np
import pytest

from edgetop.analysis.percentiles import nearest_rank
from edgetop.controls import ShowDistributions, Whole
from edgetop.engine.aggregate import Aggregate
from edgetop.engine.distributions import Distributions, distribution
from edgetop.engine.loop import Loop
from edgetop.engine.pair_aggregate import PairAggregate, Part, Shown
from edgetop.protocol import SHARES_A_DECADE, Distribution
from edgetop.samples import Batch


def test_every_sample_is_in_one_bin_or_above_them():
    durations = np.array([10_000] * 990 + [10_500] * 9 + [90_000], np.int64)
    told = distribution(3, durations, 10)
    assert (told.run, told.count, told.max_ns) == (3, 1000, 90_000)
    assert (told.low_ns, told.high_ns) == (10_000, 10_500)
    assert told.counts == (990, 0, 0, 0, 0, 0, 0, 0, 0, 9) and told.above == 1


@pytest.mark.parametrize("count", [1, 2, 7, 100, 5_000])
@pytest.mark.parametrize("bins", [1, 60])
def test_counts_add_up_whatever_the_samples_are(count, bins):
    durations = (np.random.default_rng(count).lognormal(15, 1.5, count)).astype(np.int64)
    told = distribution(0, durations, bins)
    assert len(told.counts) == bins and sum(told.counts) + told.above == count
    assert told.low_ns <= durations.min() == told.within_ns[0] and told.max_ns == durations.max()


def test_shares_are_the_percentiles_of_the_table():
    durations = np.random.default_rng(1).permutation(np.arange(1, 10_001))
    told = distribution(0, durations, 5)
    p90, p99 = nearest_rank(durations, (90, 99))
    assert told.within_ns[SHARES_A_DECADE] == p90 == 9_000
    assert told.within_ns[2 * SHARES_A_DECADE] == p99 == 9_900
    assert told.within_ns[-1] == 9_999 and len(told.within_ns) == 4 * SHARES_A_DECADE + 1


def test_equal_samples_have_a_bin_with_width():
    told = distribution(0, np.full(50, 7_000_000), 4)
    assert told.low_ns <= 7_000_000 < told.high_ns and sum(told.counts) == 50


def test_the_ends_stay_while_samples_come():
    rng = np.random.default_rng(0)
    durations = rng.normal(5e6, 2e4, 20_000).astype(np.int64)
    told = [distribution(0, durations[:count], 9) for count in range(2_000, 20_000, 1_000)]
    assert len({(each.low_ns, each.high_ns) for each in told}) <= 3


def test_runs_without_samples_say_so(description):
    told = Distributions()
    told.ask(10)
    assert [each.count for each in told.due(Aggregate(description))] == [0, 0]


def test_nothing_is_told_unasked_nor_twice(description, recording):
    aggregate = Aggregate(description)
    aggregate.add(recording)
    told = Distributions()
    assert not list(told.due(aggregate))
    told.ask(8)
    assert [each.run for each in told.due(aggregate)] == [0, 1]
    assert not list(told.due(aggregate, final=True))
    told.undo(1)
    assert [each.run for each in told.due(aggregate, final=True)] == [1]
    told.ask(0)
    assert not list(told.due(aggregate, final=True))


def test_of_many_samples_some_are_chosen_and_all_are_counted(description, recording, monkeypatch):
    monkeypatch.setattr("edgetop.engine.figures.MOST", 100)
    aggregate = Aggregate(description)
    aggregate.add(recording)
    told = Distributions()
    told.ask(6)
    counts = [run.count for run in aggregate.snapshot(final=True).runs]
    found = list(told.due(aggregate))
    assert [each.of for each in found] == counts and all(each.count <= 100 < each.of for each in found)


class Feed:
    """One batch, and the end."""

    paused = failed = hurried = repeats = ended = can_seek = False
    sought_ns = None
    speed = 1.0
    pace = 0.0
    duration_ns = known_ns = 0

    def __init__(self, description, batch):
        self.description, self.aggregate, self._batch = description, Aggregate(description), batch

    def drain(self):
        batch, self._batch = self._batch, Batch(self._batch.until_ns)
        self.ended = True
        return batch

    def start(self):
        pass

    close = start

    def log(self):
        return []


class Screen:
    def __init__(self):
        self.told = []

    def publish(self, message):
        if isinstance(message, Distribution):
            self.told.append(message)
        return True


@pytest.mark.parametrize(
    ("commands", "told"), [([], 0), ([ShowDistributions(12)], 2), ([ShowDistributions(12), Whole()], 0)]
)
def test_the_loop_tells_a_screen_that_asks_and_not_the_next_one(description, recording, commands, told):
    screen, waiting = Screen(), [commands]
    Loop(Feed(description, recording), screen, lambda timeout_s: waiting.pop() if waiting else []).run()
    assert len(screen.told) == told
    assert all(len(each.counts) == 12 and each.count == sum(each.counts) + each.above for each in screen.told)


def test_of_two_sessions_the_runs_that_are_shown_are_told(description, recording):
    sums = [Aggregate(description) for _ in range(2)]
    for each in sums:
        each.add(recording)
    start_ns = description.t0_mono_ns
    parts = [Part("A", start_ns, 0, {1: 0}, True), Part("B", start_ns, 0, {0: 1}, False)]
    told = Distributions()
    told.ask(4)
    found = {each.run: each for each in told.due(PairAggregate(parts, Shown(((0, 1),), ()), sums))}
    assert found[0].within_ns[0] > 7_000_000 > found[1].within_ns[0] and len(found) == 2
