"""What machine this is, from made-up files of several boards."""

from __future__ import annotations

from pathlib import Path

import boards
import psutil
import pytest

from edgetop.machine import describe_machine
from edgetop.processors import sums_bytes_exactly

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


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "pi_4",
            ("Raspberry Pi 4 Model B Rev 1.4", "c03114, 4 GiB", "BCM2711", "4x Cortex-A72 @ 1.8 GHz", "Cortex-A72"),
        ),
        (
            "pi_5",
            ("Raspberry Pi 5 Model B Rev 1.0", "d04170, 8 GiB", "BCM2712", "4x Cortex-A76 @ 2.4 GHz", "Cortex-A76"),
        ),
        (
            "jetson",
            ("NVIDIA Jetson Orin Nano Developer Kit", None, "Tegra234", "6x Cortex-A78AE @ 1.51 GHz", "Cortex-A78AE"),
        ),
        (
            "pc",
            (
                "Intel(R) Client Systems NUC8i3BEH",
                "J72753-303",
                None,
                None,
                "Intel(R) Core(TM) i3-8109U CPU @ 3.00GHz",
            ),
        ),
    ],
)
def test_four_boards(name, expected, tmp_path):
    facts = describe_machine(boards.plant(tmp_path, boards.BOARDS[name]))
    assert tuple(facts.get(key) for key in ("board", "revision", "soc", "clusters", "cpu")) == expected
    assert "accelerators" not in facts


@pytest.mark.parametrize(
    ("compatible", "model", "board", "soc"),
    [
        ("raspberrypi,3-model-b-plus|brcm,bcm2837", "Raspberry Pi 3 Model B Plus Rev 1.3", None, "BCM2837"),
        ("raspberrypi,model-zero-2-w|brcm,bcm2837", "Raspberry Pi Zero 2 W Rev 1.0", None, "BCM2837"),
        ("hardkernel,odroid-xu4|samsung,exynos5800|samsung,exynos5", "Hardkernel Odroid XU4", None, "Exynos5800"),
        ("hardkernel,odroid-n2|amlogic,s922x|amlogic,g12b", "Hardkernel ODROID-N2", None, "S922X"),
        ("rockchip,rk3399pro-tinker_edge_r|rockchip,rk3399pro", "Tinker", "ASUS Tinker Edge R", "RK3399PRO"),
        ("fsl,imx8mq-phanbell|fsl,imx8mq", "Freescale i.MX8MQ Phanbell", "Coral Dev Board", "i.MX8MQ"),
        ("nvidia,p3450-0000|nvidia,tegra210", "NVIDIA Jetson Nano Developer Kit", None, "Tegra210"),
        ("friendlyarm,nanopi-neo2|allwinner,sun50i-h5", "FriendlyARM NanoPi NEO 2", None, "SUN50I-H5"),
    ],
)
def test_boards_by_their_device_tree(write, tmp_path, compatible, model, board, soc):
    write("proc/device-tree/compatible", compatible.replace("|", "\0") + "\0")
    write("proc/device-tree/model", model + "\0")
    facts = describe_machine(str(tmp_path))
    assert (facts["board"], facts["soc"]) == (board or model, soc)


def test_unlike_cores_are_told_in_groups_the_fastest_first(tmp_path):
    clocks = {"0 1 2 3": 1512000, "4 5": 1800000}
    facts = describe_machine(boards.plant(tmp_path, boards.cores([0xD03] * 4 + [0xD08] * 2, clocks)))
    assert facts["clusters"] == "2x Cortex-A72 @ 1.8 GHz + 4x Cortex-A53 @ 1.51 GHz"
    assert (facts["cpu"], facts["cores"]) == ("Cortex-A72 + Cortex-A53", 6)


@pytest.mark.parametrize(
    ("code", "board", "revision"),
    [
        ("a020d3", "Raspberry Pi 3 Model B Plus Rev 1.3", "a020d3, 1 GiB"),
        ("902120", "Raspberry Pi Zero 2 W Rev 1.0", "902120, 512 MiB"),
        ("2a02082", "Raspberry Pi 3 Model B Rev 1.2", "2a02082, 1 GiB"),
        ("000e", "PC", "000e"),
        ("rubbish", "PC", None),
    ],
)
def test_a_container_on_a_pi_sees_its_revision_code_alone(write, tmp_path, code, board, revision):
    write("proc/cpuinfo", PI_CPUINFO + f"Revision\t: {code}\nSerial\t: 1000\n")
    facts = describe_machine(str(tmp_path))
    assert (facts["board"], facts.get("revision")) == (board, revision)


def test_a_pc_whose_maker_left_no_name_is_told_by_its_main_board(write, tmp_path):
    dmi = "sys/class/dmi/id"
    for file, name in (("sys_vendor", "System manufacturer"), ("product_name", "System Product Name")):
        write(f"{dmi}/{file}", name)
    write(f"{dmi}/board_vendor", "ASUSTeK COMPUTER INC.")
    write(f"{dmi}/board_name", "PRIME N100I-D")
    write(f"{dmi}/product_version", "Default string")
    facts = describe_machine(str(tmp_path))
    assert facts["board"] == "ASUSTeK COMPUTER INC. PRIME N100I-D"
    assert "revision" not in facts


def test_coral_accelerators_are_counted(write, tmp_path):
    for port, (vendor, product) in {"1-1": ("1a6e", "089a"), "2-1": ("18d1", "9302"), "2-2": ("0bda", "8153")}.items():
        write(f"sys/bus/usb/devices/{port}/idVendor", f"{vendor}\n")
        write(f"sys/bus/usb/devices/{port}/idProduct", f"{product}\n")
    write("sys/class/apex/apex_0/temp", "40000\n")
    assert describe_machine(str(tmp_path))["accelerators"] == "2x Coral USB, Coral PCIe"


@pytest.mark.parametrize("content", ["", "\xff\0", "-1\n", ":\n\n:\n"])
@pytest.mark.parametrize("name", boards.BOARDS)
def test_rubbish_in_every_file_fails_nothing(name, content, tmp_path):
    facts = describe_machine(boards.plant(tmp_path, dict.fromkeys(boards.BOARDS[name], content)))
    assert facts["board"] and all(isinstance(value, (str, int)) for value in facts.values())


@pytest.mark.parametrize(
    ("told", "exact"),
    [
        ("flags\t\t: fpu avx2 fma", False),
        ("flags\t\t: fpu avx2 avx512f avx512_vnni", True),
        ("flags\t\t: fpu avx2 avx_vnni", True),
        ("Features\t: fp asimd", True),
        ("", True),
    ],
)
def test_x86_without_vnni_adds_products_of_bytes_in_16_bits(told, exact, write, tmp_path):
    write("proc/cpuinfo", f"processor\t: 0\n{told}\n")
    assert sums_bytes_exactly(str(tmp_path)) is exact
