"""Reads any picture as upright RGB."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt

from edgetop.errors import BadInput

MAX_PIXELS = 64 * 2**20
"""A board has little memory: 64 Mpixel are 192 MiB once decoded."""
READABLE = "Give a JPEG, PNG or WebP picture"
TOO_LARGE = f"Scale it down: at most {MAX_PIXELS // 2**20} Mpixel are read"

Pixels = npt.NDArray[np.uint8]


def read_picture(path: str) -> Pixels:
    """The picture as [H, W, 3] RGB, turned upright, transparent parts on white.

    Of an animation, the first frame. Raises BadInput for what is missing, is not a picture, is
    damaged, or is larger than MAX_PIXELS.
    """
    check_picture(path)
    from PIL import ImageOps

    with _opened(path) as image:
        image.load()
        return np.array(_rgb(ImageOps.exif_transpose(image)))


def check_picture(path: str) -> None:
    """Look at the file and its header only; raises BadInput as ``read_picture`` does, but for damage further on."""
    if not os.path.exists(path):
        raise BadInput(f"no picture at {path}", "Check the path, or use cat, coffee or noise")
    if os.path.isdir(path):
        raise BadInput(f"{path} is a folder", "Give one picture file in it")
    if not os.path.isfile(path):
        raise BadInput(f"{path} is not a file", READABLE)
    if os.path.getsize(path) == 0:
        raise BadInput(f"{path} is empty", READABLE)
    with _opened(path) as image:
        width, height = image.size
    if width * height > MAX_PIXELS:
        raise BadInput(f"{path} is too large, {width} x {height} pixels", TOO_LARGE)


@contextmanager
def _opened(path: str) -> Iterator[Any]:
    """The open picture; whatever Pillow raises for a bad file within becomes BadInput, and its warnings are silent."""
    from PIL import Image

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            with Image.open(path) as image:
                yield image
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise BadInput(f"{path} is too large to decode", TOO_LARGE) from error
        except _unreadable() as error:
            raise BadInput(f"cannot read {path}: {_reason(error)}", READABLE) from error


def _unreadable() -> tuple[type[Exception], ...]:
    """All that Pillow raises for a bad file: its decoders do not share one error."""
    import struct

    from PIL import UnidentifiedImageError

    bad_file = (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, struct.error)
    slips_on_a_bad_file = (RuntimeError, LookupError, TypeError, AttributeError, OverflowError)
    return bad_file + slips_on_a_bad_file


def _reason(error: Exception) -> str:
    from PIL import UnidentifiedImageError

    if isinstance(error, UnidentifiedImageError):
        return "it is of no known kind"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__


def _rgb(image: Any) -> Any:
    """The image in mode RGB, whatever its mode."""
    from PIL import Image

    if image.mode == "F":
        raise ValueError("pixels of 32-bit floats, whose range is not known")
    if image.mode.startswith("I"):  # 16 bits a pixel, which Pillow's own conversion would clip at 255
        values = np.clip(np.asarray(image).astype(np.int64), 0, 65535)
        image = Image.fromarray((values >> 8).astype(np.uint8))
    if image.mode in ("LA", "PA", "La", "RGBA", "RGBa") or "transparency" in image.info:
        image = image.convert("RGBA")
        ground = Image.new("RGBA", image.size, (255, 255, 255, 255))
        image = Image.alpha_composite(ground, image)
    return image if image.mode == "RGB" else image.convert("RGB")
