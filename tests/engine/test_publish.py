"""A screen that is behind costs frames, never the other messages, and never a wait."""

import os

import pytest

from edgetop.encoding import decode, encode
from edgetop.engine.publish import MOST_UNSENT_BYTES, PipePublisher
from edgetop.protocol import Ended, LogLines, Notice, Snapshot


@pytest.fixture
def pipe():
    read, write = os.pipe()
    yield read, write
    for fd in (read, write):
        try:
            os.close(fd)
        except OSError:
            continue


def fill(publisher):
    snapshot = Snapshot(1, "running", verdict="x" * 8000)
    while publisher.publish(snapshot):
        pass


def messages(fd, count):
    data = b""
    while data.count(b"\n") < count:
        data += os.read(fd, 1 << 16)
    return [decode(line) for line in data.splitlines()]


def test_messages_arrive_in_order(pipe):
    read, write = pipe
    publisher = PipePublisher(write)
    assert publisher.publish(Notice("first"))
    assert publisher.publish(Ended(0))
    assert messages(read, 2) == [Notice("first"), Ended(0)]


def test_snapshots_are_dropped_while_the_pipe_is_full_and_the_rest_is_kept(pipe):
    read, write = pipe
    publisher = PipePublisher(write)
    fill(publisher)
    assert not publisher.publish(Snapshot(2, "running"))
    assert publisher.publish(Notice("kept"))
    data = b""
    while not data.endswith(encode(Notice("kept"), whole=False).encode() + b"\n"):
        data += os.read(read, 1 << 16)
        publisher.flush()
    received = [decode(line) for line in data.splitlines()]
    assert not any(isinstance(message, Snapshot) and message.t_ns == 2 for message in received)
    assert publisher.publish(Snapshot(3, "running"))


def test_a_reader_that_has_gone_breaks_the_publisher_without_an_exception(pipe):
    read, write = pipe
    publisher = PipePublisher(write)
    os.close(read)
    publisher.publish(Notice("to nobody"))
    assert publisher.broken


def test_lines_of_the_log_do_not_wait_for_ever_for_a_screen_that_was_stopped(pipe):
    publisher = PipePublisher(pipe[1])
    lines = LogLines(0, ("x" * 1000,) * 100)
    for _ in range(100):
        publisher.publish(lines)
    assert MOST_UNSENT_BYTES < publisher.unsent_bytes < 1.2 * MOST_UNSENT_BYTES
    assert not publisher.publish(lines)
    assert publisher.publish(Ended(0))
