"""From options to a plan."""

import pytest

from edgetop.arguments import make_parser
from edgetop.commands.run_plan import plan_of
from edgetop.config import Settings
from edgetop.errors import UsageError
from edgetop.plan import EnergySettings


def energy(*options):
    """The energy phase that these options ask for."""
    return plan_of(make_parser().parse_args(["run", "tiny", "--on", "null", *options]), Settings(), False).energy


@pytest.mark.parametrize(
    ("options", "asked"),
    [
        ((), EnergySettings(0)),
        (("--energy",), EnergySettings(5, 10.0, 10.0)),
        (("--energy-windows", "2"), EnergySettings(2, 10.0, 10.0)),
        (("--energy-seconds", "20"), EnergySettings(5, 20.0, 20.0)),
        (("--energy", "--energy-windows", "7", "--energy-seconds", "12"), EnergySettings(7, 12.0, 12.0)),
    ],
)
def test_windows_and_seconds_ask_for_energy_too(options, asked):
    assert energy(*options) == asked


def test_no_window_is_no_measurement():
    with pytest.raises(UsageError):
        energy("--energy-windows", "0")
