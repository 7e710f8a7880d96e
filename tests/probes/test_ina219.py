"""The power meter: the real library on the simulated chip."""

from __future__ import annotations

import dataclasses
import errno
import logging
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from boards import JETSON, PI_4, plant

from edgetop.errors import ProbeError
from edgetop.plan import Ina219Settings
from edgetop.probes.ina219 import ASLEEP, Ina219Probe
from edgetop.probes.ina219_conversion import CONVERSIONS
from edgetop.probes.ina219_pace import LONGEST_SPAN_NS
from edgetop.probes.ina219_registers import POWER
from edgetop.readings import Missing, Reading

ina219 = pytest.importorskip("ina219")

CONVERSION_NS = CONVERSIONS[0].period_ns
TICK_NS = 20_000_000


def read_next(meter, clock):
    clock.ns += TICK_NS
    return meter.probe.read()


def test_watts_volts_and_amperes_of_the_load(meter, clock):
    meter.probe.open()
    watts, volts, amps = read_next(meter, clock)
    assert volts.value == pytest.approx(5.1, abs=0.002)
    assert amps.value == pytest.approx(0.8, abs=0.0002)
    assert watts.value == volts.value * amps.value


def test_a_current_that_flows_back_is_negative(meter, clock):
    meter.amps = -0.5
    meter.probe.open()
    watts, _, amps = read_next(meter, clock)
    assert amps.value == pytest.approx(-0.5, abs=0.0002)
    assert watts.value == pytest.approx(-2.55, abs=0.002)


def test_no_load_is_zero_and_not_a_fault(meter, clock):
    meter.amps = 0.0
    meter.probe.open()
    assert [value.value for value in read_next(meter, clock)] == [0.0, pytest.approx(5.1), 0.0]


def test_another_shunt_is_reckoned_with(build_meter, clock):
    meter = build_meter(Ina219Settings(shunt_ohms=0.01))
    meter.amps = 4.0
    meter.probe.open()
    assert read_next(meter, clock)[2].value == pytest.approx(4.0, abs=0.002)
    assert meter.probe.channels[0].source == "INA219 at 0x40 on bus 1, 0.01 ohm"


def read_on(meter, clock, count):
    """Stamps of so many readings, each asked for when the one before is there, as the watch does."""
    return [meter.probe.read()[0].t_ns for _ in range(count)]


def test_every_conversion_is_read_once(meter, clock):
    meter.probe.open()
    stamps = read_on(meter, clock, 200)
    gaps = [after - before for before, after in zip(stamps, stamps[1:])]
    assert min(gaps) > 0.8 * CONVERSION_NS
    assert max(gaps) < 1.2 * CONVERSION_NS
    assert sum(gaps) / len(gaps) == pytest.approx(CONVERSION_NS, rel=0.01)


@pytest.mark.parametrize("speed", [0.92, 0.99, 1.0, 1.01, 1.08])
def test_the_stamp_is_the_middle_of_a_conversion_whatever_the_chips_clock(meter, clock, speed):
    meter.chip_speed = speed
    meter.chip.reset()
    meter.probe.open()
    begin_ns = clock()
    stamps = read_on(meter, clock, 300)[50:]
    phases = [(stamp_ns - begin_ns) * speed / CONVERSION_NS - 0.5 for stamp_ns in stamps]
    assert max(abs(phase - round(phase)) for phase in phases) * CONVERSION_NS < 1_000_000
    assert [round(phase) - round(phases[0]) for phase in phases] == list(range(len(phases)))


def test_most_readings_are_two_transfers(meter, clock):
    meter.probe.open()
    read_on(meter, clock, 100)
    registers, read = [], meter.chip.read
    meter.chip.read = lambda register: registers.append(register) or read(register)
    read_on(meter, clock, 570)
    assert len(registers) < 2.2 * 570
    assert 15 <= registers.count(POWER) <= 25, "so often an end is looked for in ten seconds"


def test_a_reading_that_is_late_is_of_the_conversion_that_ended_last(meter, clock):
    meter.chip_speed = 1.01
    meter.probe.open()
    before = read_on(meter, clock, 300)[-1]
    clock.ns += int(6.4 * CONVERSION_NS)
    late = meter.probe.read()[0]
    assert (late.t_ns - before) * 1.01 / CONVERSION_NS == pytest.approx(6, abs=0.1)


def test_asked_again_within_a_conversion_it_waits_for_the_end_of_it(meter, clock):
    meter.probe.open()
    first = meter.probe.read()[0]
    second = meter.probe.read()[0]
    assert isinstance(first, Reading)
    assert second.t_ns - first.t_ns == pytest.approx(CONVERSION_NS, abs=1_000_000)


SWITCHED_OFF = 0x199C


def read_until_asleep(meter, clock):
    """The values of the first reading that is missing."""
    return next(values for values in iter(meter.probe.read, None) if isinstance(values[0], Missing))


def test_a_chip_that_another_program_put_to_sleep_is_noticed_within_half_a_second_and_woken(meter, clock):
    meter.probe.open()
    read_on(meter, clock, 300)
    meter.chip.write(0, SWITCHED_OFF)
    meter.amps = 0.2
    begin_ns = clock()
    assert {value.reason for value in read_until_asleep(meter, clock)} == {ASLEEP.reason}
    assert clock() - begin_ns < LONGEST_SPAN_NS + 3 * CONVERSION_NS
    assert read_next(meter, clock)[2].value == pytest.approx(0.2, abs=0.0002), "not the old register"


def test_a_chip_that_cannot_be_woken_is_an_error_until_it_converts_again(meter, clock, monkeypatch):
    meter.probe.open()
    read_next(meter, clock)
    awake = meter.chip.write
    asleep = lambda register, value: awake(register, value & ~7 if register == 0 else value)  # noqa: E731
    monkeypatch.setattr(meter.chip, "write", asleep)
    meter.chip.write(0, SWITCHED_OFF)
    assert read_until_asleep(meter, clock)[0] == ASLEEP
    with pytest.raises(ProbeError, match="stopped converting"):
        read_next(meter, clock)
    meter.probe.close()
    monkeypatch.undo()
    meter.probe.open()
    assert all(isinstance(value, Reading) for value in read_next(meter, clock))


def test_a_thread_that_comes_late_takes_no_conversion_for_a_sleeping_chip(meter, clock):
    meter.probe.open()
    read_next(meter, clock)
    looks = iter([lambda: False, lambda: setattr(clock, "ns", clock.ns + 50_000_000)])
    ready = meter.probe._is_ready

    def late():
        act = next(looks, None)
        return ready() if act is None else bool(act())

    meter.probe._is_ready = late
    assert isinstance(read_next(meter, clock)[0], Reading)
    assert next(looks, None) is None, "it was late"


def test_lost_calibration_is_noticed_told_and_repaired(meter, clock):
    meter.probe.open()
    read_next(meter, clock)
    meter.chip.reset()
    assert {value.reason for value in read_next(meter, clock)} == {"the power meter had lost its calibration"}
    assert read_next(meter, clock)[2].value == pytest.approx(0.8, abs=0.0002)


def test_a_dip_without_a_load_is_noticed_when_there_is_one_again(meter, clock):
    meter.amps = 0.0
    meter.probe.open()
    meter.chip.reset()
    assert read_next(meter, clock)[2].value == 0.0
    meter.amps = 0.8
    assert "calibration" in read_next(meter, clock)[2].reason
    assert read_next(meter, clock)[2].value == pytest.approx(0.8, abs=0.0002)


def test_a_load_that_comes_on_between_two_looks_is_no_lost_calibration(meter, clock):
    meter.amps = 0.0
    meter.probe.open()
    shunt_voltage = meter.probe._chip.shunt_voltage

    def comes_on():
        meter.amps = 0.8
        clock.ns += 2 * CONVERSION_NS
        return shunt_voltage()

    meter.probe._chip.shunt_voltage = comes_on
    assert read_next(meter, clock)[2].value == 0.0


def test_too_much_current_is_missing_and_the_voltage_stays(meter, clock):
    meter.probe.open()
    meter.amps = 3.5
    clock.ns += TICK_NS
    watts, volts, amps = read_next(meter, clock)
    assert amps.reason == "more than 3.2 A" and "0.1 ohm" in amps.hint
    assert isinstance(watts, Missing) and isinstance(volts, Reading)
    meter.amps = 1.0
    clock.ns += TICK_NS
    assert read_next(meter, clock)[2].value == pytest.approx(1.0, abs=0.0002)


def test_a_voltage_at_the_end_of_its_range_is_not_shown_as_a_value(meter, clock):
    meter.volts = 33.0
    meter.probe.open()
    watts, volts, amps = read_next(meter, clock)
    assert volts.reason == "more than 32 V"
    assert isinstance(watts, Missing) and isinstance(amps, Reading)


def test_only_a_raspberry_pi_is_told_of_its_own_tools(tmp_path, clock):
    def no_bus(number):
        raise OSError(errno.ENOENT, "No such file or directory")

    for board, tool in ((PI_4, "raspi-config"), (JETSON, "i2cdetect -l")):
        probe = Ina219Probe(Ina219Settings(), clock, clock.sleep, no_bus, plant(tmp_path / tool, board))
        with pytest.raises(ProbeError) as told:
            probe.open()
        assert tool in told.value.hint and ("raspi" in told.value.hint) == (board is PI_4)


def test_a_chip_that_is_unplugged_is_an_error_until_it_is_back(meter, clock):
    meter.probe.open()
    read_next(meter, clock)
    meter.unplug()
    with pytest.raises(ProbeError, match="no INA219 answers at 0x40 on bus 1"):
        read_next(meter, clock)
    meter.probe.close()
    with pytest.raises(ProbeError):
        meter.probe.open()
    meter.plug_in()
    meter.probe.open()
    assert read_next(meter, clock)[2].value == pytest.approx(0.8, abs=0.0002)


@pytest.mark.parametrize(
    ("number", "title", "hint"),
    [
        (errno.ENOENT, "no I2C bus 1", "sudo modprobe i2c-dev"),
        (errno.EACCES, "no permission to use /dev/i2c-1", "usermod -aG i2c"),
        (errno.EREMOTEIO, "no INA219 answers at 0x40", "i2cdetect -y 1"),
        (errno.EBUSY, "kernel driver holds", "config.txt"),
        (errno.EOPNOTSUPP, "no plain transfers", "i2cdetect -l"),
        (errno.ETIMEDOUT, "does not work", "pull-up"),
        (errno.ENOMEM, "Cannot allocate memory", "Check supply"),
    ],
)
def test_each_error_of_the_bus_says_what_to_do(meter, number, title, hint):
    meter.fault = OSError(number, "Cannot allocate memory")
    with pytest.raises(ProbeError) as caught:
        meter.probe.open()
    assert title in caught.value.title
    assert hint in caught.value.hint


def test_a_missing_library_says_how_to_install_it(monkeypatch, meter):
    monkeypatch.setitem(sys.modules, "ina219", None)
    with pytest.raises(ProbeError) as caught:
        meter.probe.open()
    assert "not installed" in caught.value.title
    assert "--no-deps pi-ina219" in caught.value.hint


@pytest.mark.parametrize(
    "settings",
    [
        Ina219Settings(bus="one"),
        Ina219Settings(address=0x20),
        Ina219Settings(shunt_ohms=0.0),
        Ina219Settings(shunt_ohms=1e6),
    ],
)
def test_settings_that_cannot_be_are_named(settings):
    with pytest.raises(ProbeError) as caught:
        Ina219Probe(settings).open()
    assert "[ina219]" in caught.value.hint


def test_the_library_does_not_log_into_the_screen(monkeypatch, meter):
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [])
    meter.probe.open()
    assert [type(handler) for handler in root.handlers] == [logging.NullHandler]


def test_the_simulated_meter_does_not_reach_a_real_one():
    from Adafruit_PureIO import smbus

    real = smbus.SMBus
    simulated = Ina219Probe(Ina219Settings(bus="simulated"))
    simulated.open()
    assert smbus.SMBus is real
    with pytest.raises(ProbeError, match="no I2C bus 99"):
        Ina219Probe(Ina219Settings(bus="99")).open()
    watts = simulated.read()[0]
    assert watts.value > 2.3
    assert simulated.channels[0].source.startswith("simulated INA219 (no hardware)")
    simulated.close()


def test_a_supply_of_19_volts_is_read_as_well_as_one_of_5(meter, clock):
    meter.volts = 19.0
    meter.probe.open()
    assert read_next(meter, clock)[1].value == pytest.approx(19.0, abs=0.002)


@pytest.mark.parametrize(
    ("wanted", "period_ns"), [(50, 17_556_000), (111, 9_044_000), (200, 4_788_000), (230, 4_340_000)]
)
def test_the_chip_averages_over_all_of_the_time_at_the_rate_that_is_wanted(build_meter, clock, wanted, period_ns):
    meter = build_meter(Ina219Settings(rate_hz=wanted))
    meter.probe.open()
    stamps = read_on(meter, clock, 100)
    assert (stamps[-1] - stamps[0]) / 99 == pytest.approx(period_ns, rel=0.01)
    assert meter.probe.read()[0].value == pytest.approx(4.08, abs=0.03)


@pytest.mark.parametrize("rate_hz", [10.0, 1000.0])
def test_a_rate_without_an_averaging_is_refused(build_meter, rate_hz):
    with pytest.raises(ProbeError, match="conversions a second") as caught:
        build_meter(Ina219Settings(rate_hz=rate_hz)).probe.open()
    assert "50 to 230" in caught.value.hint


def test_the_channel_tells_how_far_watts_may_be_off(build_meter):
    meter = build_meter(Ina219Settings())
    meter.probe.open()
    watts = meter.probe.channels[0]
    assert watts.gain_error == pytest.approx(0.0071, abs=0.0001)  # 0.71 %, as worked out in docs/energy.md
    assert watts.offset_error == pytest.approx(0.002 * 5.1 / 3**0.5, rel=0.01)
    calibrated = build_meter(Ina219Settings(shunt_tolerance=0.0))
    calibrated.probe.open()
    assert calibrated.probe.channels[0].gain_error == pytest.approx(0.0041, abs=0.0001)


@pytest.mark.parametrize(
    ("registers", "name"),
    [
        ({0xFE: 0x5449, 0xFF: 0x2260}, "INA226"),
        ({0xFE: 0x5449, 0xFF: 0x2270}, "INA260"),
        ({0x3E: 0x5449, 0x3F: 0x2281}, "INA228"),
    ],
)
def test_a_chip_of_its_kin_is_not_taken_for_it(meter, registers, name):
    meter.chip.identity = registers
    with pytest.raises(ProbeError, match=f"{name} at 0x40 on bus 1 is no INA219") as caught:
        meter.probe.open()
    assert f"echo {name.lower()} 0x40 | sudo tee" in caught.value.hint


def test_a_chip_of_another_kind_still_is_not_taken_for_it_either(meter):
    meter.chip.identity = {0xFE: 0x5449, 0xFF: 0x9990}
    with pytest.raises(ProbeError, match="another chip of its kind at 0x40") as caught:
        meter.probe.open()
    assert "tee" not in caught.value.hint


def test_the_errors_are_those_of_the_supply_and_stay_when_it_comes_back(meter, clock):
    meter.volts = 19.0
    before = meter.probe.channels
    meter.probe.open()
    watts = meter.probe.channels[0]
    assert watts.offset_error == pytest.approx(0.002 * 19 / 3**0.5, rel=0.001)
    assert before[0].offset_error == pytest.approx(0.002 * 5 / 3**0.5)
    meter.probe.close()
    meter.volts = 5.0
    meter.probe.open()
    assert meter.probe.channels[0] == watts


def test_coarse_volts_are_an_error_too(build_meter):
    fine, coarse = (build_meter(Ina219Settings(rate_hz=rate_hz)) for rate_hz in (209, 230))
    for meter in (fine, coarse):
        meter.probe.open()
    assert coarse.probe.channels[0].gain_error == pytest.approx(0.00731, abs=0.0001)
    assert fine.probe.channels[0].gain_error == pytest.approx(0.00707, abs=0.00001)


def test_two_chips_on_one_bus_are_read_by_two_threads_at_once():
    from edgetop.probes.simulated import SimulatedBus, SimulatedChip

    chips = {0x40: SimulatedChip(lambda *_span: (5.1, 0.8)), 0x41: SimulatedChip(lambda *_span: (3.3, 0.1))}
    probes = [
        Ina219Probe(Ina219Settings(address=address, name=f"at-{address}"), bus_class=lambda _n: SimulatedBus(chips))
        for address in chips
    ]
    for probe in probes:
        probe.open()
    with ThreadPoolExecutor() as pool:
        told = list(pool.map(lambda probe: [probe.read() for _ in range(20)], probes))
    for values, (volts, amps) in zip(told, ((5.1, 0.8), (3.3, 0.1))):
        assert len({one[0].t_ns for one in values}) == 20
        assert all(one[1].value == pytest.approx(volts, abs=0.003) for one in values)
        assert all(one[2].value == pytest.approx(amps, abs=0.0002) for one in values)


@pytest.mark.parametrize("settings", [Ina219Settings(rate_hz=10), Ina219Settings(shunt_tolerance=1.0)])
def test_a_further_meters_settings_are_named_by_their_table(settings):
    with pytest.raises(ProbeError) as caught:
        Ina219Probe(dataclasses.replace(settings, name="accelerator")).open()
    assert "[meters.accelerator]" in caught.value.hint
