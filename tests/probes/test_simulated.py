"""The simulated chip against what is known of the real one, seen through the real library."""

from __future__ import annotations

import pytest

from edgetop.probes.simulated import BoardLoad, SimulatedBus, SimulatedChip

ina219 = pytest.importorskip("ina219")


@pytest.fixture
def open_library(clock, monkeypatch):
    """The library on a chip with this load: (chip, library object)."""
    from Adafruit_PureIO import smbus

    class WireTime(SimulatedBus):
        def _chip(self, address):
            clock.ns += 480_000  # 48 bits at 100 kHz
            return super()._chip(address)

    monkeypatch.setattr(ina219.time, "sleep", clock.sleep)

    def open_on(volts, amps, source=None):
        chip = SimulatedChip(source or (lambda *_span: (volts, amps)), 0.1, clock)
        monkeypatch.setattr(smbus, "SMBus", lambda number: WireTime({0x40: chip}))
        return chip, ina219.INA219(0.1, busnum=1)

    return open_on


def test_automatic_gain_climbs_to_the_load(open_library, clock):
    chip, library = open_library(5.1, 0.8)
    library.configure()
    clock.sleep(0.01)
    assert library.current() == pytest.approx(799.9, abs=0.05)
    assert library.power() == pytest.approx(4079, abs=1)
    assert library.supply_voltage() == pytest.approx(5.180)
    assert chip.read(5) == 0x20CC
    assert chip.read(0) == 0x319F


def test_power_counts_a_current_that_flows_back(open_library, clock):
    _, library = open_library(5.1, -0.5)
    library.configure()
    clock.sleep(0.01)
    assert library.current() == pytest.approx(-499.9, abs=0.1)
    assert library.power() == pytest.approx(2548, abs=2)


def test_automatic_gain_with_averaging_runs_over_its_end(open_library, clock):
    _, library = open_library(5.1, 0.6)
    library.configure(bus_adc=library.ADC_128SAMP, shunt_adc=library.ADC_128SAMP)
    clock.sleep(0.3)
    with pytest.raises(ina219.DeviceRangeError, match="limit reached"):
        library.current()


def test_a_brown_out_reads_as_no_current_without_an_error(open_library, clock):
    chip, library = open_library(5.1, 0.8)
    library.configure(library.RANGE_16V, library.GAIN_8_320MV)
    chip.reset()
    clock.sleep(0.01)
    assert library.voltage() == pytest.approx(5.1, abs=0.004)
    assert library.current() == library.power() == 0.0


def test_ready_lasts_until_the_power_is_read(open_library, clock):
    _, library = open_library(5.1, 0.8)
    library.configure(library.RANGE_16V, library.GAIN_8_320MV)
    assert not library.is_conversion_ready()
    clock.sleep(0.0011)
    assert library.is_conversion_ready() and library.is_conversion_ready()
    library.sleep()
    library.power()
    assert not library.is_conversion_ready()


def test_a_sleeping_chip_keeps_its_last_values(open_library, clock):
    loads = {"now": (5.1, 0.8)}
    _, library = open_library(0, 0, source=lambda *_span: loads["now"])
    library.configure(library.RANGE_16V, library.GAIN_8_320MV)
    clock.sleep(0.01)
    library.current()
    library.sleep()
    loads["now"] = (5.0, 0.2)
    clock.sleep(0.01)
    assert library.current() == pytest.approx(800, abs=0.2)
    library.wake()
    clock.sleep(0.01)
    assert library.current() == pytest.approx(200, abs=0.2)


def test_averaging_is_over_the_whole_conversion(open_library, clock):
    begin_ns = clock()

    def one_third(start_ns, end_ns):
        """No current in the first two thirds of a conversion of the shunt, and one ampere from then on."""
        on_ns = max(0, end_ns - max(start_ns, begin_ns + 8_512_000 * 2 // 3))
        return 5.1, on_ns / (end_ns - start_ns)

    _, library = open_library(0, 0, source=one_third)
    library.configure(library.RANGE_16V, library.GAIN_8_320MV, library.ADC_12BIT, library.ADC_16SAMP)
    begin_ns = clock()
    clock.sleep(0.0091)
    assert library.current() == pytest.approx(1000 / 3, abs=1)


@pytest.mark.parametrize(("bits", "step_v"), [("ADC_9BIT", 0.032), ("ADC_10BIT", 0.016), ("ADC_11BIT", 0.008)])
def test_fewer_bits_are_coarser_steps(open_library, clock, bits, step_v):
    _, library = open_library(5.1, 0.1)
    library.configure(library.RANGE_16V, library.GAIN_8_320MV, getattr(library, bits))
    clock.sleep(0.01)
    steps = library.voltage() / step_v
    assert steps == pytest.approx(round(steps))
    assert 0 <= 5.1 - library.voltage() < step_v


def test_the_boards_load_follows_the_busy_cores(tree):
    tree.write("stat", "cpu 0 0 0 200\ncpu0 0 0 0 100\ncpu1 0 0 0 100\n")
    load = BoardLoad(f"{tree.root}/stat")
    volts, amps = load(0, 1)
    assert volts * amps == pytest.approx(2.4)
    tree.write("stat", "cpu 10 0 0 210\ncpu0 10 0 0 100\ncpu1 0 0 0 110\n")
    assert load(0, 50_000_000) == (volts, amps), "looked up ten times a second at most"
    volts, amps = load(0, 200_000_000)
    assert volts * amps == pytest.approx(2.4 + 1.2)


def test_without_proc_the_board_idles():
    volts, amps = BoardLoad("/nowhere/stat")(0, 1)
    assert volts * amps == pytest.approx(2.4)
