"""The door of an engine: one screen at a time, made whole when it comes, and nothing stops when it goes."""

from __future__ import annotations

import os
import signal
import socket

import pytest

from edgetop.controls import Pause, Stop, Whole
from edgetop.encoding import decode, encode
from edgetop.engine import door as door_module
from edgetop.engine.door import Door
from edgetop.engine.places import bound, forget, is_alive, listen, names, sockets_folder
from edgetop.errors import CannotWrite
from edgetop.protocol import Ended, Hello, LogLines, Notice, Operators, Picture, Snapshot


@pytest.fixture(autouse=True)
def runtime(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    kept = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)}
    yield tmp_path / "edgetop"
    for number, handler in kept.items():
        signal.signal(number, handler)


@pytest.fixture
def door():
    made = Door(listen("tiny")[1])
    yield made
    made.drain()
    for screen in Screen.opened:
        screen.socket.close()
    Screen.opened.clear()


class Screen:
    opened = []  # noqa: RUF012

    def __init__(self, door, *commands):
        self.opened.append(self)
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(str(door._path))
        self.socket.settimeout(5)
        door(0.1)
        self.obeyed = self.send(door, *commands) if commands else []

    def send(self, door, *commands):
        self.socket.sendall(b"".join(encode(command).encode() + b"\n" for command in commands))
        return door(0.1)

    def said(self):
        self.socket.setblocking(False)
        data = b""
        try:
            while True:
                part = self.socket.recv(1 << 20)
                data += part
                if not part:
                    break
        except BlockingIOError:
            pass
        return [decode(line) for line in data.splitlines()]


def test_a_screen_that_comes_is_told_all_that_stands(door):
    hello, picture = Hello("0", False, True), Picture(1, 1, 1, 1, "AAAA")
    for message in (hello, Notice("old news"), LogLines(0, ("a",)), Operators(0, rounds=1), Operators(0, rounds=2)):
        assert door.publish(message)
    door.publish(picture)
    door.publish(Snapshot(1, "running"))
    screen = Screen(door, Whole())
    assert screen.obeyed == [Whole()]
    assert screen.said() == [hello, Operators(0, rounds=2), picture, LogLines(0, ("a",))]
    door.publish(Snapshot(2, "running"))
    assert screen.said() == [Snapshot(2, "running")]


def test_a_newcomer_takes_the_place_and_a_mere_question_does_not(door):
    first = Screen(door, Whole())
    assert is_alive(door._path)
    assert door(0.1) == door(0.0) == []
    door.publish(Snapshot(1, "running"))
    assert first.said() == [Snapshot(1, "running")]
    second = Screen(door, Whole())
    (farewell,) = first.said()
    assert isinstance(farewell, Ended) and "taken" in farewell.title
    door.publish(Snapshot(2, "running"))
    assert second.said() == [Snapshot(2, "running")]


@pytest.mark.parametrize("goodbye", [b"", b"no command\n", b"x" * (door_module.MAX_LINE_BYTES + 1)])
def test_a_screen_that_goes_or_talks_nonsense_is_let_go_and_nothing_stops(door, goodbye):
    screen = Screen(door, Whole(), Pause(True))
    assert screen.obeyed == [Whole(), Pause(True)]
    commands = []
    screen.socket.settimeout(5)
    for start in range(0, len(goodbye), 1 << 16):
        screen.socket.sendall(goodbye[start : start + (1 << 16)])
        commands += door(0.1)
        if door._screen is None:
            break
    screen.socket.close()
    assert commands + door(0.1) + door(0.0) == []
    assert door.publish(Snapshot(1, "running"))
    assert Screen(door, Whole()).obeyed == [Whole()]


def test_a_screen_that_reads_nothing_for_good_is_let_go(door, monkeypatch):
    monkeypatch.setattr(door_module, "MAX_UNSENT_BYTES", 1 << 20)
    screen = Screen(door, Whole())
    for _ in range(40):
        door.publish(LogLines(0, ("x" * 50_000,)))
    assert door._screen is None
    assert screen.socket.recv(10)


def test_signals_end_it_but_a_hang_up_does_not(door):
    os.kill(os.getpid(), signal.SIGHUP)
    assert door(0.0) == []
    os.kill(os.getpid(), signal.SIGTERM)
    assert door(0.0) == [Stop()]


def test_who_was_given_nothing_to_measure_does_not_wait_for_ever(door, monkeypatch):
    monkeypatch.setattr(door_module, "LONELY_NS", 0)
    assert door(0.0) == [Stop()]
    door.publish(Snapshot(1, "running"))
    assert door(0.0) == []


def test_a_place_that_vanished_is_taken_again(door, runtime, monkeypatch):
    os.unlink(door._path)
    os.rmdir(runtime)
    door._looked_ns = 0
    door(0.0)
    assert Screen(door, Whole()).obeyed == [Whole()]


def test_names_are_free_ones_and_those_that_are_gone_are_told_apart(runtime):
    first, listener = listen("zoo/tiny.tflite")
    second, other = listen("tiny")
    assert (first, second) == ("tiny", "tiny-2")
    assert names() == (["tiny", "tiny-2"], [])
    listener.close()
    assert names() == (["tiny-2"], ["tiny"])
    again, listener = listen("tiny")
    assert again == "tiny"
    listener.close()
    other.close()
    forget("tiny")
    forget("tiny-2")
    assert names() == ([], [])


def test_a_folder_that_others_can_enter_is_refused(runtime):
    assert sockets_folder() == str(runtime)
    assert runtime.stat().st_mode & 0o777 == 0o700
    runtime.chmod(0o750)
    with pytest.raises(CannotWrite, match="open to others"):
        listen("tiny")


def test_a_socket_is_its_owners_alone(runtime):
    sockets_folder()
    with bound(str(runtime / "a.sock")):
        assert (runtime / "a.sock").stat().st_mode & 0o777 == 0o600
