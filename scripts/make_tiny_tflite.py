"""Write assets/tiny.tflite, the network of a few kilobytes that proves a TFLite runtime."""

from __future__ import annotations

from pathlib import Path

from edgetop.networks import zoo
from edgetop.networks.writers import tflite

OUT = Path(__file__).parent.parent / "assets" / "tiny.tflite"

if __name__ == "__main__":
    (data,) = tflite.write(zoo.build("tiny"))
    OUT.write_bytes(data)
    print(f"{OUT.name}: {len(data)} bytes")
