"""Asking the firmware, with a script in the place of vcgencmd."""

from __future__ import annotations

import os

import boards
import pytest

from edgetop.errors import ProbeError
from edgetop.probes import vcgencmd


@pytest.fixture
def script(tmp_path, monkeypatch):
    """Puts a shell script called vcgencmd first in PATH."""

    def write(body):
        file = tmp_path / "vcgencmd"
        file.write_text(f"#!/bin/sh\n{body}\n")
        file.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")

    return write


def test_the_answer_to_the_words(script):
    script('echo "$1 $2: frequency(48)=1800457088"; echo')
    assert vcgencmd.ask("measure_clock", "arm") == "measure_clock arm: frequency(48)=1800457088"


@pytest.mark.parametrize(
    "body, title, hint",
    [
        ("echo 'VCHI initialization failed'; exit 255", "no permission", "video"),
        ('echo "Can\'t open device file: /dev/vcio" >&2; exit 1', "/dev/vcio", "video"),
        ("echo 'error=1 error_msg=\"Command not registered\"'", "does not answer to pmic", "newer"),
        ("echo 'error=2 error_msg=\"Invalid arguments\"'", "Invalid arguments", "firmware"),
        ("exit 3", "exit code 3", "firmware"),
        ("printf '\\377'; exit 3", "fails", "firmware"),
    ],
)
def test_a_firmware_that_cannot_be_asked_says_what_to_do(script, body, title, hint):
    script(body)
    with pytest.raises(ProbeError) as caught:
        vcgencmd.ask("pmic")
    assert title in caught.value.title and hint in caught.value.hint


def test_a_firmware_that_hangs_is_given_up(script, monkeypatch):
    script("exec sleep 5")
    monkeypatch.setattr(vcgencmd, "LIMIT_S", 0.1)
    with pytest.raises(ProbeError, match=r"not answered in 0\.1 s"):
        vcgencmd.ask("get_throttled")


def test_a_machine_without_it(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ProbeError, match="not here"):
        vcgencmd.ask("get_throttled")
    (tmp_path / "vcgencmd").write_text("neither a script nor a program")
    with pytest.raises(ProbeError) as caught:
        vcgencmd.ask("get_throttled")
    assert caught.value.hint


def test_all_probes_together_ask_once_a_second(tmp_path, clock):
    from edgetop.measure.watch import Watch
    from edgetop.probes.pmic import PmicProbe
    from edgetop.probes.throttle import ThrottleProbe
    from edgetop.probes.true_clock import TrueClockProbe

    root, asked = boards.plant(tmp_path, boards.PI_5), []

    def ask(*words):
        asked.append(words)
        return boards.answers(root)(*words)

    probes = (PmicProbe(ask, clock), ThrottleProbe(root, clock, ask), TrueClockProbe(ask, clock))
    watches = [Watch(probe, 0, clock) for probe in probes]
    for watch in watches:
        watch.open()
    assert all(watch.is_open for watch in watches)
    asked.clear()
    end_ns = clock.ns + 60_000_000_000
    while (watch := min(watches, key=lambda one: one.due_ns)).due_ns <= end_ns:
        clock.ns = watch.due_ns
        watch.step()
    assert len(asked) == 60
