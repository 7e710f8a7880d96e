"""What machine this is, from made-up files of several boards."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest

from edgetop.machine import describe_machine

PI_CPUINFO = "".join(
    f"processor\t: {n}\nCPU implementer\t: 0x41\nCPU part\t: 0xd0b\nCPU revision\t: 1\n\n" for n in range(4)
)


@pytest.fixture
def write(tmp_path: Path):
    def write_file(path: str, text: str) -> None:
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    return write_file


def test_a_board_with_a_device_tree(write, tmp_path):
    write("proc/device-tree/model", "Raspberry Pi 5 Model B Rev 1.0\0")
    write("proc/cpuinfo", PI_CPUINFO)
    write("proc/meminfo", "MemTotal:        8245568 kB\nMemFree: 1 kB\n")
    write("proc/sys/kernel/osrelease", "6.6.31+rpt-rpi-2712\n")
    write("proc/sys/kernel/hostname", "bench-3\n")
    write("etc/os-release", 'NAME="Debian"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n')
    write("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "ondemand\n")
    facts = describe_machine(str(tmp_path))
    assert facts["board"] == "Raspberry Pi 5 Model B Rev 1.0"
    assert (facts["cpu"], facts["cores"]) == ("Cortex-A76", 4)
    assert facts["memory_bytes"] == 8245568 * 1024
    assert (facts["kernel"], facts["hostname"]) == ("6.6.31+rpt-rpi-2712", "bench-3")
    assert (facts["os"], facts["governor"]) == ("Debian GNU/Linux 12 (bookworm)", "ondemand")


def test_a_pc_is_named_by_its_firmware_and_its_cpu_by_its_model_name(write, tmp_path):
    write("sys/class/dmi/id/product_name", "NUC8i3BEH\n")
    write(
        "proc/cpuinfo", "processor\t: 0\nmodel name\t: Some CPU @ 3.00GHz\n\nprocessor\t: 1\nmodel name\t: Some CPU\n"
    )
    facts = describe_machine(str(tmp_path))
    assert (facts["board"], facts["cpu"], facts["cores"]) == ("NUC8i3BEH", "Some CPU @ 3.00GHz", 2)


def test_an_unknown_arm_core_is_told_by_its_part_number(write, tmp_path):
    write(
        "proc/cpuinfo", "processor : 0\nmodel name : ARMv7 Processor rev 1\nCPU implementer : 0x41\nCPU part : 0xd99\n"
    )
    assert describe_machine(str(tmp_path))["cpu"] == "Arm part 0xd99"


def test_what_is_not_told_is_left_out_and_nothing_fails(tmp_path):
    facts = describe_machine(str(tmp_path))
    assert facts["board"] == "PC"
    assert "memory_bytes" not in facts and "governor" not in facts and "physical_cores" not in facts
    assert all(facts[name] for name in ("cpu", "cores", "kernel", "os", "architecture", "hostname", "python"))


def test_this_machine():
    facts = describe_machine()
    assert facts["cores"] >= 1
    assert all(isinstance(value, (str, int)) for value in facts.values())


@pytest.mark.parametrize(("counted", "told"), [(4, 4), (None, None)])
def test_physical_cores_are_told_where_they_can_be_counted(monkeypatch, counted, told):
    monkeypatch.setattr(psutil, "cpu_count", lambda logical: counted)
    assert describe_machine().get("physical_cores") == told
