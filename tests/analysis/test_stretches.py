"""A stretch of throttling reaches from the last clear reading to the first that is clear again."""

import numpy as np

from edgetop.analysis.stretches import STILL, Stretches


def stretches(*bits, step=10):
    found = Stretches()
    found.add(np.arange(1, len(bits) + 1) * step, np.array(bits))
    return found


def test_a_stretch_may_have_begun_just_after_the_last_clear_reading():
    assert stretches(0, 0, 4, 1, 0, 0).spans == [(20, 50)]


def test_one_that_goes_on_has_no_end_yet():
    assert stretches(0, 4).spans == [(10, STILL)]
    assert stretches(4, 0).spans == [(10, 20)]
    assert stretches(0, 0).spans == []


def test_readings_in_pieces_tell_the_same():
    whole = stretches(0, 4, 0, 0, 1, 8)
    parts = Stretches()
    for place, bits in enumerate((0, 4, 0, 0, 1, 8), 1):
        parts.add(np.array([10 * place]), np.array([bits]))
    assert parts.spans == whole.spans


def test_inferences_that_touch_a_stretch_are_inside_once():
    starts, durations = np.arange(0, 100, 10), np.full(10, 9)
    assert stretches(0, 4, 0, step=15).inside(starts, durations).tolist() == [1, 2, 3, 4]
    assert stretches(0, 0).inside(starts, durations).tolist() == []
    long = stretches(0, 1, 0, 1, 0, step=10).inside(np.array([0]), np.array([90]))
    assert long.tolist() == [0]


def test_whether_a_window_was_touched():
    found = stretches(0, 4, 0)
    assert found.touch(25, 40) and found.touch(0, 11) and not found.touch(30, 40) and not found.touch(0, 10)
