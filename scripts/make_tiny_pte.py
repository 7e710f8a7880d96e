"""Write assets/tiny.pte, the network of a few kilobytes that proves ExecuTorch; run it where that is installed."""

from __future__ import annotations

from pathlib import Path

from edgetop.networks import zoo
from edgetop.networks.writers import executorch

OUT = Path(__file__).parent.parent / "assets" / "tiny.pte"

if __name__ == "__main__":
    (data,) = executorch.write(zoo.build("tiny"))
    OUT.write_bytes(data)
    print(f"{OUT.name}: {len(data)} bytes")
