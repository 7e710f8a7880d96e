"""The /proc, /sys and vcgencmd of four boards as files under a folder, for tests of what reads them.

``plant(root, PI_4)`` writes one. A board is a dict from path to text, bytes, or a Link; a test changes a copy of it, or
its files once they are there. ``answers(root)`` and ``firmware(root)`` are its firmware.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Callable, Union

from edgetop.errors import ProbeError

CPU = "sys/devices/system/cpu"
CPUFREQ = f"{CPU}/cpufreq"
ZONE = "sys/class/thermal/thermal_zone"
COOLING = "sys/class/thermal/cooling_device"
HWMON = "sys/class/hwmon/hwmon"
TREE = "proc/device-tree"
VCGENCMD = "vcgencmd"


class Link(str):
    """Where a symbolic link leads, from the root."""


Content = Union[str, bytes]
Board = dict[str, Content]


def plant(root: Union[str, Path], board: Board) -> str:
    """Write a board's files below ``root``, which is made; gives it as text."""
    for path, content in board.items():
        file = Path(root, path)
        file.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, Link):
            file.unlink(missing_ok=True)
            file.symlink_to(os.path.relpath(Path(root, content), file.parent))
        else:
            file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(root)


def answers(root: Union[str, Path]) -> Callable[..., str]:
    """What stands in for ``edgetop.probes.vcgencmd.ask``: the files ``vcgencmd/WORDS`` of ``root``."""

    def ask(*words: str) -> str:
        try:
            return Path(root, VCGENCMD, " ".join(words)).read_text().strip()
        except OSError:
            raise ProbeError("vcgencmd is not here", "Only a Raspberry Pi has it") from None

    return ask


def firmware(root: Union[str, Path]) -> str:
    """The folder, for the front of PATH, of a vcgencmd that answers with the files ``vcgencmd/WORDS`` of ``root``."""
    script = Path(root, "usr/bin/vcgencmd")
    script.parent.mkdir(parents=True, exist_ok=True)
    script.write_text(
        f'#!/bin/sh\n[ -f "{root}/{VCGENCMD}/$*" ] && exec cat "{root}/{VCGENCMD}/$*"\n'
        'echo "error=1 error_msg=\\"Command not registered\\""\nexit 255\n'
    )
    script.chmod(0o755)
    return str(script.parent)


def _arm_cpuinfo(parts: list[int], tail: str = "") -> str:
    cores = (
        f"processor\t: {number}\nBogoMIPS\t: 108.00\nFeatures\t: fp asimd evtstrm crc32 cpuid\n"
        f"CPU implementer\t: 0x41\nCPU architecture: 8\nCPU variant\t: 0x0\nCPU part\t: {part:#x}\n\n"
        for number, part in enumerate(parts)
    )
    return "".join(cores) + tail


def cores(parts: list[int], clusters: dict[str, int], governor: str = "ondemand", tail: str = "") -> Board:
    """cpuinfo and cpufreq of Arm cores: a part number each, and the highest kilohertz of each group of cores."""
    board: Board = {"proc/cpuinfo": _arm_cpuinfo(parts, tail)}
    board["proc/stat"] = "".join(f"{name} 100 0 50 900 10 0 2 0 0 0\n" for name in ("cpu", *_numbered(len(parts))))
    for members, khz in clusters.items():
        folder = f"{CPUFREQ}/policy{members.split()[0]}"
        board |= {
            f"{folder}/related_cpus": f"{members}\n",
            f"{folder}/affected_cpus": f"{members}\n",
            f"{folder}/cpuinfo_max_freq": f"{khz}\n",
            f"{folder}/cpuinfo_min_freq": "600000\n",
            f"{folder}/scaling_max_freq": f"{khz}\n",
            f"{folder}/scaling_cur_freq": "600000\n",
            f"{folder}/scaling_governor": f"{governor}\n",
            f"{folder}/scaling_available_governors": "conservative powersave performance schedutil ondemand\n",
        }
        board |= {f"{CPU}/cpu{core}/cpufreq": Link(folder) for core in members.split()}
    return board


def _numbered(count: int) -> list[str]:
    return [f"cpu{number}" for number in range(count)]


def zones(celsius: dict[str, float]) -> Board:
    """Thermal zones by type, numbered in order."""
    board: Board = {}
    for number, (kind, value) in enumerate(celsius.items()):
        board[f"{ZONE}{number}/type"] = f"{kind}\n"
        board[f"{ZONE}{number}/temp"] = f"{round(value * 1000)}\n"
    return board


def hwmon(number: int, name: str, **files: object) -> Board:
    """A chip of hwmon with its files."""
    folder = f"{HWMON}{number}"
    return {f"{folder}/name": f"{name}\n", **{f"{folder}/{file}": f"{value}\n" for file, value in files.items()}}


def pressure(total_us: int = 1000) -> Board:
    """Pressure stall information, with so many microseconds of stalling since boot."""
    some = f"some avg10=0.00 avg60=0.00 avg300=0.00 total={total_us}\n"
    full = "full avg10=0.00 avg60=0.00 avg300=0.00 total=0\n"
    return {f"proc/pressure/{name}": some + full for name in ("cpu", "memory", "io")}


def _system(memory_kb: int, kernel: str, host: str, system: str) -> Board:
    meminfo = f"MemTotal:  {memory_kb} kB\nMemFree: 9 kB\nMemAvailable: {memory_kb // 2} kB\n"
    return {
        "proc/meminfo": meminfo + "SwapTotal:  524284 kB\nSwapFree:  524284 kB\n",
        "proc/sys/kernel/osrelease": f"{kernel}\n",
        "proc/sys/kernel/hostname": f"{host}\n",
        "proc/swaps": "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n",
        "proc/loadavg": "0.08 0.03 0.01 1/210 4242\n",
        "etc/os-release": f'NAME="{system.split()[0]}"\nPRETTY_NAME="{system}"\n',
    }


def _pi(model: str, compatible: str, revision: int) -> Board:
    return {
        f"{TREE}/model": f"{model}\0",
        f"{TREE}/compatible": f"{compatible}\0",
        f"{TREE}/system/linux,revision": revision.to_bytes(4, "big"),
        f"{VCGENCMD}/get_throttled": "throttled=0x0\n",
        f"{VCGENCMD}/measure_clock arm": "frequency(48)=600117184\n",
        f"{VCGENCMD}/measure_temp": "temp=42.8'C\n",
        f"{VCGENCMD}/measure_volts core": "volt=0.8563V\n",
    }


def _pi_cpuinfo_tail(revision: int, model: str) -> str:
    return f"Revision\t: {revision:x}\nSerial\t\t: 10000000abcdef01\nModel\t\t: {model}\n"


_PI_4, _PI_5 = "Raspberry Pi 4 Model B Rev 1.4", "Raspberry Pi 5 Model B Rev 1.0"

PI_4: Board = {
    **_system(3884396, "6.6.31+rpt-rpi-v8", "pi4", "Debian GNU/Linux 12 (bookworm)"),
    **cores([0xD08] * 4, {"0 1 2 3": 1800000}, tail=_pi_cpuinfo_tail(0xC03114, _PI_4)),
    **_pi(_PI_4, "raspberrypi,4-model-b\0brcm,bcm2711", 0xC03114),
    **zones({"cpu-thermal": 42.842}),
    **hwmon(0, "cpu_thermal", temp1_input=42842, temp1_crit=110000),
    **hwmon(1, "rpi_volt", in0_lcrit_alarm=0),
}
"""Without PSI, which its kernel leaves off."""

_PMIC = {
    # amperes, volts; EXT5V and BATT have volts alone
    "3V7_WL_SW": (0.06832, 3.7024),
    "3V3_SYS": (0.0605, 3.3159),
    "1V8_SYS": (0.17567, 1.8008),
    "DDR_VDD2": (0.02537, 1.1077),
    "DDR_VDDQ": (0.0, 0.6068),
    "1V1_SYS": (0.18933, 1.1074),
    "0V8_SW": (0.36309, 0.8032),
    "VDD_CORE": (1.54489, 0.88725),
    "3V3_DAC": (0.00018, 3.3053),
    "3V3_ADC": (0.00012, 3.3126),
    "0V8_AON": (0.00439, 0.7985),
    "HDMI": (0.02301, 5.0836),
}


def _pmic_answer() -> str:
    amperes = [f"{rail}_A current({n})={a:.8f}A" for n, (rail, (a, _)) in enumerate(_PMIC.items())]
    volts = [f"{rail}_V volt({n})={v:.8f}V" for n, (rail, (_, v)) in enumerate(_PMIC.items(), len(_PMIC))]
    return "".join(f"{line:>34}\n" for line in [*amperes, *volts, "EXT5V_V volt(24)=5.12570000V", "BATT_V volt(25)=0V"])


PI_5: Board = {
    **_system(8245568, "6.6.31+rpt-rpi-2712", "pi5", "Debian GNU/Linux 12 (bookworm)"),
    **cores([0xD0B] * 4, {"0 1 2 3": 2400000}, tail=_pi_cpuinfo_tail(0xD04170, _PI_5)),
    **_pi(_PI_5, "raspberrypi,5-model-b\0brcm,bcm2712", 0xD04170),
    f"{VCGENCMD}/pmic_read_adc": _pmic_answer(),
    f"{VCGENCMD}/measure_clock arm": "frequency(0)=1500010752\n",
    **zones({"cpu-thermal": 51.25}),
    **hwmon(0, "cpu_thermal", temp1_input=51250),
    **hwmon(1, "rp1_adc", in1_input=1429, in2_input=2563, in3_input=1439, in4_input=1433, temp1_input=48720),
    **hwmon(2, "pwmfan", fan1_input=2985, pwm1=75),
    **hwmon(3, "rpi_volt", in0_lcrit_alarm=0),
    **pressure(),
}
"""With ``psi=1``; its meter sees the rails of the PMIC."""

_INA3221 = "sys/bus/i2c/drivers/ina3221/1-0040"

JETSON: Board = {
    **_system(7802600, "5.15.148-tegra", "orin", "Ubuntu 22.04.5 LTS"),
    **cores([0xD42] * 6, {"0 1 2 3": 1510400, "4 5": 1510400}, governor="schedutil"),
    f"{TREE}/model": "NVIDIA Jetson Orin Nano Developer Kit\0",
    f"{TREE}/compatible": "nvidia,p3768-0000+p3767-0005\0nvidia,p3767-0005\0nvidia,tegra234\0",
    **zones({"cpu-thermal": 48.5, "gpu-thermal": 47.2, "soc0-thermal": 46.9, "soc1-thermal": 48.1, "tj-thermal": 48.5}),
    # Sensors of units that are switched off answer EAGAIN; nothing to read stands for it here.
    f"{ZONE}5/type": "cv0-thermal\n",
    f"{ZONE}5/temp": "",
    f"{COOLING}0/type": "thermal-cpufreq-0\n",
    f"{COOLING}0/cur_state": "0\n",
    f"{COOLING}0/max_state": "19\n",
    f"{COOLING}1/type": "pwm-fan\n",
    f"{COOLING}1/cur_state": "1\n",
    f"{COOLING}1/max_state": "3\n",
    **{
        f"{_INA3221}/hwmon/hwmon1/{file}": f"{value}\n"
        for file, value in {
            "name": "ina3221",
            "in1_label": "VDD_IN",
            "in1_input": 5032,
            "curr1_input": 952,
            "in2_label": "VDD_CPU_GPU_CV",
            "in2_input": 5024,
            "curr2_input": 216,
            "in3_label": "VDD_SOC",
            "in3_input": 5024,
            "curr3_input": 264,
            "in7_label": "sum of shunt voltages",
            "in7_input": 7160,
        }.items()
    },
    "sys/class/hwmon/hwmon1": Link(f"{_INA3221}/hwmon/hwmon1"),
    **hwmon(2, "pwmfan", pwm1=90),
    **hwmon(3, "soctherm_oc", oc1_event_cnt=0, oc2_event_cnt=0, oc3_event_cnt=7),
    **pressure(),
}
"""Orin Nano: its INA3221 is linked from hwmon's class, as the kernel does."""


def _pc_cpuinfo() -> str:
    return "".join(
        f"processor\t: {n}\nvendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 142\n"
        f"model name\t: Intel(R) Core(TM) i3-8109U CPU @ 3.00GHz\nphysical id\t: 0\ncore id\t\t: {n % 2}\n\n"
        for n in range(4)
    )


_RAPL = "sys/class/powercap/intel-rapl:0"

PC: Board = {
    **_system(16263588, "6.1.0-28-amd64", "nuc", "Debian GNU/Linux 12 (bookworm)"),
    **cores([0] * 4, {str(number): 3600000 for number in range(4)}, governor="powersave"),
    "proc/cpuinfo": _pc_cpuinfo(),
    "sys/class/dmi/id/sys_vendor": "Intel(R) Client Systems\n",
    "sys/class/dmi/id/product_name": "NUC8i3BEH\n",
    "sys/class/dmi/id/product_version": "J72753-303\n",
    **zones({"acpitz": 27.8, "x86_pkg_temp": 44.0}),
    f"{COOLING}0/type": "Processor\n",
    f"{COOLING}0/cur_state": "0\n",
    f"{COOLING}1/type": "intel_powerclamp\n",
    f"{COOLING}1/cur_state": "-1\n",
    **hwmon(0, "coretemp", temp1_label="Package id 0", temp1_input=44000, temp2_label="Core 0", temp2_input=43000),
    f"{HWMON}0/temp3_label": "Core 1\n",
    f"{HWMON}0/temp3_input": "44000\n",
    **hwmon(1, "nvme", temp1_label="Composite", temp1_input=36850),
    **{
        f"{CPU}/cpu{number}/thermal_throttle/{kind}_throttle_count": f"{count}\n"
        for number in range(4)
        for kind, count in (("core", 3), ("package", 12))
    },
    f"{_RAPL}/name": "package-0\n",
    f"{_RAPL}/energy_uj": "123456789\n",
    f"{_RAPL}/max_energy_range_uj": "262143328850\n",
    f"{_RAPL}/enabled": "1\n",
    "sys/class/powercap/intel-rapl:0:0/name": "core\n",
    "sys/class/powercap/intel-rapl:0:0/energy_uj": "23456789\n",
    "sys/class/powercap/intel-rapl:0:0/max_energy_range_uj": "262143328850\n",
    **pressure(),
}

BOARDS = {"pi_4": PI_4, "pi_5": PI_5, "jetson": JETSON, "pc": PC}
