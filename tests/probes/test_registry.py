"""The list of probes, ours and other packages'."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import EntryPoint

import pytest

from edgetop.errors import ProbeError
from edgetop.plan import Ina219Settings
from edgetop.probes import registry


@pytest.fixture
def other_packages(monkeypatch):
    def install(**values):
        points = [EntryPoint(name, value, registry.GROUP) for name, value in values.items()]
        monkeypatch.setattr(registry, "entry_points", lambda group=None: points if group else {registry.GROUP: points})

    return install


def test_other_packages_add_their_probes_behind_ours(other_packages):
    other_packages(barometer="edgetop.probes.memory:MemoryProbe", cpu="edgetop.probes.memory:MemoryProbe")
    assert registry.probe_names() == (*registry.PROBES, "barometer")
    probes = registry.machine_probes(Ina219Settings(bus="99"))
    assert [probe.name for probe in probes] == [*registry.PROBES, "memory"]


@pytest.mark.parametrize("value", ["no_such_package:Probe", "edgetop.probes.memory:NoSuchProbe", "os:strerror"])
def test_a_probe_of_another_package_that_cannot_be_loaded_is_shown_as_absent(other_packages, value):
    other_packages(barometer=value)
    probe = registry.machine_probes(Ina219Settings(bus="99"))[-1]
    assert [channel.name for channel in probe.channels] == ["barometer"]
    with pytest.raises(ProbeError, match="barometer cannot be loaded") as caught:
        probe.open()
    assert value in caught.value.hint
    probe.close()


def test_listing_imports_no_probe_and_probes_import_no_library_until_opened():
    code = (
        "import sys; from edgetop.probes.registry import machine_probes, probe_names; from edgetop.plan import *\n"
        "probe_names(); print('edgetop.probes.ina219' in sys.modules,"
        " 'edgetop.probes.cpu' in sys.modules, end=' ')\n"
        "machine_probes(Ina219Settings()); print('ina219' in sys.modules, 'numpy' in sys.modules)"
    )
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert output == "False False False False\n"
