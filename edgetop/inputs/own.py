"""How a model file of the user's own is given pictures, and what its classes are called."""

from __future__ import annotations

import math
import os
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Optional

from edgetop.errors import BadInput, UsageError
from edgetop.inputs.labels import imagenet_labels
from edgetop.plan import Preparation

FITS = ("crop", "stretch", "letterbox", "corner")
ORDERS = ("RGB", "BGR")
CROPPED_SHARE = 0.875
"""The middle square of a picture that a crop keeps: 224 of 256, as ImageNet's networks are evaluated."""
MAX_LABELS_BYTES = 4 << 20
MAX_INPUT = 1 << 28
"""Numbers in an input: a gibibyte of them."""

Triple = tuple[float, float, float]
VALUES: dict[str, tuple[Triple, Triple]] = {
    "raw": ((0.0, 0.0, 0.0), (1.0, 1.0, 1.0)),
    "unit": ((0.0, 0.0, 0.0), (255.0, 255.0, 255.0)),
    "symmetric": ((127.5, 127.5, 127.5), (127.5, 127.5, 127.5)),
    "imagenet": ((123.675, 116.28, 103.53), (58.395, 57.12, 57.375)),
}
"""What pixels become: mean taken off and divisor, red, green, blue, in units of an 8-bit value."""


@dataclass(frozen=True)
class OwnPreprocessing:
    """From a picture to the input of a file of the user's own; see networks.cards.Preprocessing."""

    resize: int
    crop: int
    mean: Triple
    std: Triple
    fit: str
    channel_order: str
    resample: str = "bilinear"
    fill: tuple[int, int, int] = (0, 0, 0)


@dataclass(frozen=True)
class OwnCard:
    """What is known of a model file of the user's own."""

    input_shape: tuple[int, int, int, int]
    """NCHW."""
    preprocessing: OwnPreprocessing


def check_preparation(how: Preparation) -> None:
    """Raise UsageError for a way that is not known, BadInput for labels that cannot be read."""
    for name, value, known in (("--values", how.values, ("", *VALUES)), ("--fit", how.fit, FITS)):
        if value not in known:
            raise UsageError(f"{name} {value!r} is not known", f"Use {', '.join(filter(None, known))}")
    shape = how.input_shape
    if shape and (len(shape) > 6 or min(shape) < 1 or math.prod(shape) > MAX_INPUT):
        raise UsageError(f"--input-shape {shape} is no shape of an input", "Say it as 1,3,224,224")
    if how.labels:
        read_labels(how.labels)


def own_card(shape: Sequence[int], layout: str, how: Preparation) -> OwnCard:
    """A card from the shape of a loaded model's first input; raises UsageError for one that takes no picture."""
    if len(shape) != 4 or layout not in ("NCHW", "NHWC"):
        raise UsageError(f"An input of {tuple(shape)} takes no picture", "Measure it on noise: --input noise")
    batch, height, width, channels = shape if layout == "NHWC" else (shape[0], shape[2], shape[3], shape[1])
    if batch != 1 or channels not in (1, 3) or height != width:
        raise UsageError(
            f"An input of {tuple(shape)} takes no picture: one square one in grey or colour is known",
            "Measure it on noise: --input noise",
        )
    mean, std = VALUES[how.values]
    order = "GRAY" if channels == 1 else how.order
    resize = round(height / CROPPED_SHARE)
    return OwnCard((1, channels, height, width), OwnPreprocessing(resize, height, mean, std, how.fit, order))


def read_labels(path: str) -> tuple[str, ...]:
    """The labels in a text file, one a line; raises BadInput."""
    try:
        if os.path.getsize(path) > MAX_LABELS_BYTES:
            raise BadInput(f"{path} is too large for a file of labels", "Give a text file with a label a line")
        with open(path, encoding="utf-8") as file:
            labels = _lines(file.read())
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"Cannot read labels from {path}: {error}", "Give a text file with a label a line") from error
    if not labels:
        raise BadInput(f"{path} has no labels", "Give a text file with a label a line")
    return labels


def packed_labels(path: str) -> Optional[tuple[str, ...]]:
    """The labels that a .tflite file carries behind its model, as TensorFlow Lite's metadata packs them, or None."""
    if not zipfile.is_zipfile(path):
        return None
    try:
        with zipfile.ZipFile(path) as packed:
            names = [info for info in packed.infolist() if info.filename.endswith(".txt")]
            small = [info for info in names if info.file_size <= MAX_LABELS_BYTES]
            return _lines(packed.read(small[0]).decode("utf-8")) if small else None
    except (zipfile.BadZipFile, UnicodeDecodeError, OSError, RuntimeError, NotImplementedError):
        return None


def labels_for(count: int, how: Preparation, path: str) -> tuple[str, ...]:
    """What ``count`` classes are called: as named by the user, by the file, by ImageNet, or by their numbers.

    A list one shorter lacks the background, which is class 0 then. Where ``count`` is not known (0), what is named.
    """
    named = read_labels(how.labels) if how.labels else packed_labels(path) or ()
    if not count:
        return named
    for labels in (named, imagenet_labels()):
        if len(labels) in (count, count - 1):
            return labels
    return tuple(f"class {number}" for number in range(count))


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())
