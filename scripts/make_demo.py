"""Records the demo session: EfficientNet-Lite0 on three frameworks, with its operators, a marker, and its energy.

    python scripts/make_demo.py

Writes assets/demo.edgetop. It takes five minutes, in which the machine should do nothing else. Where there is no power
meter, the watts are a simulated INA219's, as every screen and file says of them.
"""

from __future__ import annotations

import os

from make_pictures import ROOT, Picture, watch

FILE = "demo.edgetop"
WORDS = ("run", "efficientnet_lite0", "--operators", "--ina219-bus", "simulated", "--record", FILE)
TURNS_S, ENERGY_S = 90.0, 200.0


def main() -> None:
    """Record it in place of the old one."""
    os.chdir(ROOT / "assets")
    if os.path.exists(FILE):
        os.remove(FILE)
    watch(Picture("", WORDS, (TURNS_S, "m", 3.0, "e", ENERGY_S)))
    print(f"{FILE}: {os.path.getsize(FILE) // 1024} KiB")


if __name__ == "__main__":
    main()
