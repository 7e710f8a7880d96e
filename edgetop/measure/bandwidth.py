"""Memory bandwidth: the fastest copy of more than the caches hold, by a child process that runs numpy.

``python -m edgetop.measure.bandwidth THREADS BYTES`` prints bytes a second, those read and those written.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Optional, Union

from edgetop.config import cache_folder
from edgetop.isolate import environment
from edgetop.readings import Figure, Missing

CACHES = 4
"""Of the last cache's size, so many times are copied."""
LEAST_BYTES = 64 << 20
"""As much as that at least, also where caches are not told: more than four times those of any small board."""
COPIES = 20
TIMEOUT_S = 60.0
_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}


def bandwidth(threads: int, machine: Mapping[str, Union[str, int]]) -> Figure:
    """Bytes a second that so many threads copy, read and written together; measured once a machine, then remembered."""
    key, remembered = _key(threads, machine), _recall()
    if key not in remembered:
        measured = _measure(threads, _bytes_to_copy())
        if isinstance(measured, Missing):
            return measured
        remembered[key] = measured
        _remember(remembered)
    return remembered[key]


def recalled(threads: int, machine: Mapping[str, Union[str, int]]) -> Optional[float]:
    """What ``bandwidth`` once found; None where it was never asked."""
    return _recall().get(_key(threads, machine))


def machine_key(machine: Mapping[str, Union[str, int]]) -> str:
    """What tells this machine from others: its board, processor, memory and name."""
    return " ".join(str(machine.get(name, "")) for name in ("board", "cpu", "cores", "memory_bytes", "hostname"))


def _key(threads: int, machine: Mapping[str, Union[str, int]]) -> str:
    return f"{machine_key(machine)} {threads}"


def last_cache_bytes(root: str = "/sys/devices/system/cpu/cpu0/cache") -> int:
    """The size of the largest cache; 0 where none is told."""
    sizes = [0]
    with suppress(OSError):
        for name in os.listdir(root):
            with suppress(OSError), open(os.path.join(root, name, "size"), encoding="ascii") as file:
                told = re.fullmatch(r"(\d+)([KMG]?)", file.read().strip())
                sizes += [int(told[1]) * _UNITS[told[2]]] if told else []
    return max(sizes)


def _bytes_to_copy() -> int:
    return max(LEAST_BYTES, CACHES * last_cache_bytes())


def _measure(threads: int, size: int) -> Figure:
    free = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    if 2 * size > free:
        return Missing(f"a copy of {size >> 20} MiB, four times the caches, has no room in memory")
    command = [sys.executable, "-m", "edgetop.measure.bandwidth", str(threads), str(size)]
    try:
        child = subprocess.run(command, env=environment(), capture_output=True, timeout=TIMEOUT_S, check=True)
        return float(child.stdout)
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        return Missing(f"the copy in memory failed: {type(error).__name__}", f"See `{' '.join(command)}`")


def _file() -> str:
    return os.path.join(cache_folder(), "bandwidth.json")


def _recall() -> dict[str, float]:
    try:
        with open(_file(), encoding="utf-8") as file:
            return {str(key): float(value) for key, value in json.load(file).items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _remember(known: Mapping[str, float]) -> None:
    with suppress(OSError):  # then it is measured again the next time
        os.makedirs(cache_folder(), exist_ok=True)
        partial = f"{_file()}.{os.getpid()}"
        with open(partial, "w", encoding="utf-8") as file:
            json.dump(known, file, indent=1)
        os.replace(partial, _file())


def copy_rate(threads: int, size: int) -> float:
    """Bytes a second, read and written, of the fastest of twenty copies of ``size`` bytes by so many threads."""
    import numpy as np

    source, target = np.ones(size, np.uint8), np.zeros(size, np.uint8)
    edges = [size * place // threads for place in range(threads + 1)]
    parts = [(target[low:high], source[low:high]) for low, high in zip(edges, edges[1:])]
    fastest = float("inf")
    with ThreadPoolExecutor(threads) as pool:
        for _ in range(COPIES):
            start = time.perf_counter()
            list(pool.map(lambda part: np.copyto(*part), parts))  # without Python's lock
            fastest = min(fastest, time.perf_counter() - start)
    return 2 * size / fastest


if __name__ == "__main__":
    print(copy_rate(int(sys.argv[1]), int(sys.argv[2])))
