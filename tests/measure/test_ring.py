"""The ring hands over every sample once, in order, and counts what was overrun."""

import os

import pytest

from edgetop.measure import ring


@pytest.fixture
def ends():
    fd = ring.create()
    yield ring.RingWriter(fd), ring.RingReader(fd)
    os.close(fd)


def put(writer, first, count):
    for i in range(first, first + count):
        writer.put(i, 10 * i, i % 3, i % 2)


def test_samples_come_once_in_order(ends):
    writer, reader = ends
    put(writer, 0, 5)
    first = reader.drain(settled=True)
    put(writer, 5, 3)
    second = reader.drain(settled=True)
    assert [*first.start_ns, *second.start_ns] == list(range(8))
    assert list(second.duration_ns) == [50, 60, 70]
    assert list(second.wait_ns) == [2, 0, 1]
    assert list(second.flags) == [1, 0, 1]
    assert len(reader.drain(settled=True)) == 0


def test_a_row_is_taken_one_drain_after_its_count_was_seen(ends):
    writer, reader = ends
    put(writer, 0, 4)
    assert len(reader.drain()) == 0
    put(writer, 4, 2)
    assert list(reader.drain().start_ns) == [0, 1, 2, 3]
    assert list(reader.drain(settled=True).start_ns) == [4, 5]


def test_order_holds_where_the_ring_wraps(ends):
    writer, reader = ends
    put(writer, 0, ring.SLOTS - 2)
    reader.drain(settled=True)
    put(writer, ring.SLOTS - 2, 5)
    assert list(reader.drain(settled=True).start_ns) == list(range(ring.SLOTS - 2, ring.SLOTS + 3))
    assert reader.lost == 0


def test_what_was_overrun_is_counted_and_the_rest_is_whole(ends):
    writer, reader = ends
    put(writer, 0, ring.SLOTS + 100)
    drained = reader.drain(settled=True)
    assert len(drained) + reader.lost == ring.SLOTS + 100
    assert 100 <= reader.lost <= 101
    assert list(drained.start_ns[-3:]) == [ring.SLOTS + 97, ring.SLOTS + 98, ring.SLOTS + 99]


def test_a_stop_reaches_the_writer_and_can_be_taken_back(ends):
    writer, reader = ends
    assert not writer.stopped()
    reader.stop(True)
    assert writer.stopped()
    reader.stop(False)
    assert not writer.stopped()
