"""What holds a machine back, as told by a Pi's firmware, and by a Jetson's and a PC's files."""

from __future__ import annotations

import pytest
from boards import BOARDS, COOLING, CPU, CPUFREQ, HWMON, JETSON, PC, PI_4, VCGENCMD, answers, plant

from edgetop.errors import ProbeError
from edgetop.probes.throttle import ThrottleProbe
from edgetop.probes.throttle_signs import parse_throttled
from edgetop.probes.true_clock import parse_clock

UNDER_VOLTAGE, CAPPED, THROTTLED, SOFT_LIMIT = 1, 2, 4, 8
FIRMWARE = f"{VCGENCMD}/get_throttled"


@pytest.fixture
def probe_of(tree, clock):
    def build(board):
        plant(tree.root, board)
        probe = ThrottleProbe(tree.root, clock, answers(tree.root))
        probe.open()
        return probe

    return build


@pytest.fixture
def look(clock):
    def read(probe):
        clock.ns += 1_000_000_000
        now, since = probe.read()
        return int(now.value), int(since.value)

    return read


def test_answers_of_the_firmware():
    assert parse_throttled("throttled=0x50005\n") == 0x50005
    assert parse_clock("frequency(48)=1800457088") == 1800457088
    for wrong in ("", "throttled=", "throttled=yes", "0x5"):
        with pytest.raises(ProbeError):
            parse_throttled(wrong)
    for wrong in ("", "frequency(48)=", "frequency(48)=-1", "volt=0.8V", "error=1"):
        with pytest.raises(ProbeError):
            parse_clock(wrong)


def test_the_firmwares_bits_now_and_since_the_start(probe_of, look, tree):
    probe = probe_of(PI_4)
    assert probe.channels[0].source == "vcgencmd get_throttled"
    seen = []
    for bits in (0x0, 0x20002, 0x60004, 0x60000, 0xE0008, 0xE0000):
        tree.write(FIRMWARE, f"throttled={bits:#x}\n")
        seen.append(look(probe))
    assert seen == [(0, 0), (2, 2), (4, 6), (0, 6), (8, 14), (0, 14)]


def test_what_was_before_the_start_is_not_of_the_session(probe_of, look, tree):
    probe = probe_of({**PI_4, FIRMWARE: "throttled=0x50000\n"})
    assert look(probe) == (0, 0)
    tree.write(FIRMWARE, "throttled=0x50005\n")
    assert look(probe) == (5, 5)


def test_what_the_firmware_remembers_anew_was_between_two_looks(probe_of, look, tree):
    probe = probe_of({**PI_4, FIRMWARE: "throttled=0x10000\n"})
    tree.write(FIRMWARE, "throttled=0x50000\n")
    assert look(probe) == (THROTTLED, THROTTLED)
    assert look(probe) == (0, THROTTLED)


def test_what_came_while_the_firmware_was_silent_still_counts(probe_of, look, tree):
    probe = probe_of(PI_4)
    tree.remove(FIRMWARE)
    with pytest.raises(ProbeError):
        look(probe)
    probe.close()
    tree.write(FIRMWARE, "throttled=0x10000\n")
    probe.open()
    assert look(probe) == (UNDER_VOLTAGE, UNDER_VOLTAGE)
    assert look(probe) == (0, UNDER_VOLTAGE)


def test_a_firmware_without_sense_is_told(probe_of, tree):
    with pytest.raises(ProbeError, match="maybe"):
        probe_of({**{k: v for k, v in PI_4.items() if not k.startswith(("sys/",))}, FIRMWARE: "throttled=maybe"})


def test_a_pi_whose_firmware_cannot_be_asked_still_tells_under_voltage(probe_of, look, tree):
    probe = probe_of({path: text for path, text in PI_4.items() if path != FIRMWARE})
    assert "rpi_volt" in probe.channels[0].source and "vcgencmd is not here" in probe.channels[0].source
    assert look(probe) == (0, 0)
    tree.write(f"{HWMON}1/in0_lcrit_alarm", "1\n")
    assert look(probe) == (UNDER_VOLTAGE, UNDER_VOLTAGE)
    tree.write(f"{HWMON}1/in0_lcrit_alarm", "0\n")
    assert look(probe) == (0, UNDER_VOLTAGE)


def test_an_intel_core_that_counts_has_throttled(probe_of, look, tree):
    probe = probe_of(PC)
    assert look(probe) == (0, 0), "what was counted before is not of the session"
    tree.write(f"{CPU}/cpu2/thermal_throttle/core_throttle_count", "4\n")
    assert look(probe) == (THROTTLED, THROTTLED)
    assert look(probe) == (0, THROTTLED)
    tree.write(f"{CPU}/cpu0/thermal_throttle/package_throttle_count", "0\n")
    assert look(probe) == (0, THROTTLED), "a core that went offline counts from naught again"


def test_a_core_that_goes_offline_is_no_throttling(probe_of, look, tree):
    probe = probe_of(PC)
    for kind in ("core", "package"):
        tree.remove(f"{CPU}/cpu3/thermal_throttle/{kind}_throttle_count")
    assert look(probe) == (0, 0)


def test_a_jetson_that_cools_its_cpu_is_capped_and_its_fan_is_nothing(probe_of, look, tree):
    probe = probe_of(JETSON)
    tree.write(f"{COOLING}1/cur_state", "3\n")
    assert look(probe) == (0, 0)
    tree.write(f"{COOLING}0/cur_state", "4\n")
    assert look(probe) == (CAPPED, CAPPED)


def test_a_jetsons_over_current_events_are_throttling(probe_of, look, tree):
    probe = probe_of(JETSON)
    assert look(probe) == (0, 0)
    tree.write(f"{HWMON}3/oc3_event_cnt", "8\n")
    assert look(probe) == (THROTTLED, THROTTLED)


def test_a_clock_limit_that_falls_is_a_cap_and_one_that_was_low_is_a_choice(probe_of, look, tree):
    probe = probe_of({**JETSON, f"{CPUFREQ}/policy4/scaling_max_freq": "1113600\n"})
    assert look(probe) == (0, 0)
    tree.write(f"{CPUFREQ}/policy4/scaling_max_freq", "729600\n")
    assert look(probe) == (CAPPED, CAPPED)
    tree.write(f"{CPUFREQ}/policy4/scaling_max_freq", "1510400\n")
    assert look(probe) == (0, CAPPED)


@pytest.mark.parametrize("name", ["jetson", "pc"])
def test_a_sign_that_cannot_be_read_is_not_taken_for_all_clear(probe_of, look, tree, name):
    probe = probe_of(BOARDS[name])
    tree.write(f"{COOLING}0/cur_state", "\n")
    with pytest.raises(ProbeError, match="cooling"):
        look(probe)
