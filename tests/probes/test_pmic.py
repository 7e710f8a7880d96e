"""What a Pi 5's power chip answers, and what is made of it."""

from __future__ import annotations

import os

import pytest

from edgetop.errors import ProbeError
from edgetop.probes.pmic import PmicProbe, parse_rails
from edgetop.readings import RAILS, Missing

ANSWER = """\
 3V7_WL_SW_A current(0)=0.07319450A
   3V3_SYS_A current(1)=0.09953460A
    HDMI_A current(22)=0.01343290A
 VDD_CORE_A current(7)=1.54489000A
  3V7_WL_SW_V volt(8)=3.71440300V
    3V3_SYS_V volt(9)=3.31086700V
   HDMI_V volt(23)=5.13986000V
 VDD_CORE_V volt(15)=0.88725180V
   EXT5V_V volt(24)=5.14048000V
    BATT_V volt(25)=0.00195360V
"""
SUM_W = 0.0731945 * 3.714403 + 0.0995346 * 3.310867 + 0.0134329 * 5.13986 + 1.54489 * 0.8872518


def answering(answer, clock=None):
    def ask(question):
        assert question == "pmic_read_adc"
        if clock is not None:
            clock.ns += 4_000_000
        return answer

    return ask


def test_current_and_voltage_of_a_rail_are_paired_by_its_name():
    rails = parse_rails(ANSWER)
    assert rails["VDD_CORE"] == {"A": 1.54489, "V": 0.8872518}
    assert rails["EXT5V"] == {"V": 5.14048}


def test_the_sum_of_the_rails_is_no_more_than_theirs_and_the_input_is_volts_alone(clock):
    probe = PmicProbe(answering(ANSWER, clock), clock)
    probe.open()
    begin_ns = clock()
    watts, volts = probe.read()
    assert watts.value == pytest.approx(SUM_W, rel=1e-9)
    assert volts.value == 5.14048
    assert watts.t_ns == begin_ns + 2_000_000
    assert [channel.covers for channel in probe.channels if channel.unit == "W"] == [RAILS]


def test_a_pi_4_has_no_currents(clock):
    with pytest.raises(ProbeError, match="no current") as caught:
        PmicProbe(answering("VDD_CORE_V volt(15)=0.88725180V\n"), clock).open()
    assert "Pi 5" in caught.value.hint


@pytest.mark.parametrize("answer", ["x", "VDD_CORE_A current(7)=nanA\nVDD_CORE_V volt(15)=0.9V", "=\n_A\0"])
def test_an_answer_that_makes_no_sense_gives_no_number(clock, answer):
    watts, volts = PmicProbe(answering(answer), clock).read()
    assert isinstance(watts, Missing) and isinstance(volts, Missing)


def test_through_a_program_of_that_name(tmp_path, monkeypatch):
    script = tmp_path / "vcgencmd"
    (tmp_path / "answer").write_text(ANSWER)
    script.write_text(f'#!/bin/sh\n[ "$*" = pmic_read_adc ] && cat "{tmp_path}/answer"\n')
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    probe = PmicProbe()
    probe.open()
    assert probe.read()[0].value == pytest.approx(SUM_W, rel=1e-9)
    script.write_text("#!/bin/sh\necho 'VCHI initialization failed'\nexit 1\n")
    with pytest.raises(ProbeError) as caught:
        probe.read()
    assert "video" in caught.value.hint
