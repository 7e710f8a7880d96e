"""Opens a file of PyTorch in a process of its own and gives its tensors on as safetensors.

``python -m edgetop.networks.imports.unpickle FILE OUT``, in an interpreter that has torch and numpy.
"""

from __future__ import annotations

import re
import resource
import sys
from collections.abc import Sequence
from typing import Any

from edgetop.networks.imports import safetensors
from edgetop.networks.imports.contents import MAX_BYTES

REFUSED, OLD_TORCH = 5, 6
"""Exit codes; the last line on stderr says why."""
SAFE_SINCE = (2, 6)
"""Before, the loader of weights alone could be made to run programs (CVE-2025-32434)."""
MEMORY_BYTES = 4 * MAX_BYTES
KEYS = ("state_dict", "model_state_dict", "model", "model_state")
"""What training programs keep a state dict under, beside other things."""
MOST_TENSORS = 10_000


class Refused(Exception):
    """A file that holds something other than weights."""


def state(content: Any) -> dict[str, Any]:
    """The state dict in what a file holds; raises Refused."""
    for key in KEYS:
        if isinstance(content, dict) and isinstance(content.get(key), dict):
            content = content[key]
    if not isinstance(content, dict) or not content:
        raise Refused(f"there are no tensors by name in its {type(content).__name__}")
    return content


def tensors(content: Any) -> dict[str, Any]:
    """The tensors in what a file holds as arrays, fp64 ones as they are and all others in fp32; raises Refused."""
    import torch

    found, size = {}, 0
    named = state(content)
    if len(named) > MOST_TENSORS:
        raise Refused(f"it holds {len(named)} tensors, more than any network has")
    for name, tensor in named.items():
        if not isinstance(name, str) or not isinstance(tensor, torch.Tensor):
            raise Refused(f"{str(name)[:100]!r} is of type {type(tensor).__name__}, or its name is no text")
        plain = tensor.layout == torch.strided and tensor.device.type == "cpu" and not tensor.is_quantized
        if not plain or tensor.is_complex():
            raise Refused(f"{name[:100]!r} is no plain tensor")
        size += tensor.numel() * 8  # a view of few numbers can stand for many
        if size > MAX_BYTES:
            raise Refused("it holds more numbers than any network has")
        wide = tensor.detach() if tensor.dtype == torch.float64 else tensor.detach().float()
        found[name] = wide.contiguous().numpy()
    return found


def main(arguments: Sequence[str]) -> int:
    """Read one file and write another; the last line on stderr says what went wrong."""
    import torch

    path, out = arguments
    version = tuple(int(part) for part in re.findall(r"\d+", torch.__version__)[:2])
    if version < SAFE_SINCE:
        print(f"torch {torch.__version__} cannot open files from elsewhere safely", file=sys.stderr)
        return OLD_TORCH
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))
    try:
        content = safetensors.write(tensors(torch.load(path, map_location="cpu", weights_only=True)))
    except Refused as error:
        print(error, file=sys.stderr)
        return REFUSED
    except Exception as error:  # whatever torch or a hostile file brings up
        print(_reason(error), file=sys.stderr)
        return REFUSED
    with open(out, "wb") as file:
        file.write(content)
    return 0


def _reason(error: Exception) -> str:
    """What the file wants, out of torch's page of advice; a file that only looks like one raises anything at all."""
    text = str(error)
    wants = re.search(r"GLOBAL (\S+)", text)
    if wants:
        return f"it asks for {wants[1][:100]}, which is no weight"
    detail = re.search(r"WeightsUnpickler error:\s*(\S.*)", text)
    sentence = (detail[1] if detail else text.partition("\n")[0]).partition(". ")[0]
    return f"{type(error).__name__}: {sentence[:200].rstrip('. ')}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
