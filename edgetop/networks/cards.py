"""What a model is, as data: enough to list it, prepare its input and read its output, without building it."""

from __future__ import annotations

from dataclasses import dataclass

IMAGENET_MEAN = (0.485 * 255, 0.456 * 255, 0.406 * 255)
IMAGENET_STD = (0.229 * 255, 0.224 * 255, 0.225 * 255)
"""Per channel (red, green, blue), in units of an 8-bit value, as torchvision normalises."""
INCEPTION_MEAN = INCEPTION_STD = (127.5, 127.5, 127.5)
"""To values from -1 to 1, as the networks from Google have it."""


@dataclass(frozen=True)
class Preprocessing:
    """From a picture to the input, a square of ``crop`` pixels as ``fit`` says, then (value - mean) / std.

    ``mean`` and ``std`` are per channel, in units of an 8-bit value (0 to 255).
    """

    resize: int
    crop: int
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    resample: str = "bilinear"
    """``bilinear`` or ``bicubic``."""
    channel_order: str = "RGB"
    """``RGB``, ``BGR``, or ``GRAY`` for their mean as the one channel."""
    fit: str = "crop"
    """``crop``: short side to ``resize``, the middle square of it; ``stretch``: to the square, whatever its
    proportions; ``letterbox`` and ``corner``: whole and in proportion, in the middle or at the top left."""
    fill: tuple[int, int, int] = (0, 0, 0)
    """Colour, red, green, blue, of what a picture leaves free."""


IMAGENET = Preprocessing(resize=256, crop=224, mean=IMAGENET_MEAN, std=IMAGENET_STD)
"""What torchvision does for most of its networks."""


@dataclass(frozen=True)
class ModelCard:
    """A model of the zoo."""

    name: str
    title: str
    task: str
    input_shape: tuple[int, int, int, int]
    """NCHW."""
    preprocessing: Preprocessing
    classes: int
    parameters: int
    """Weights and biases, batch norm folded."""
    macs: int
    """Multiply-accumulates of one inference."""
    paper: str
    weights: str
    """``trained``, ``seeded: speed only``, or ``imported: FILE`` for the user's own."""
    licence: str
    """Of the weights."""
    sha256: str
    """Of the built graph, so that a written file's name is known without building it."""
    precisions: tuple[str, ...] = ("fp32", "fp16", "int8")
    """Those it can be written in, though not in every format."""
    heads: str = ""
    """How the outputs of a detector code boxes, classes and scores: a name in ``detection.decode.DECODERS``."""

    @property
    def labels(self) -> str:
        """Whose classes it tells apart: ``ImageNet``, ``COCO``, or nobody's."""
        return LABELS.get(self.task, "")

    @property
    def trained(self) -> bool:
        """Whether its outputs mean something."""
        return self.weights == TRAINED or self.weights.startswith(IMPORTED)


LABELS = {"classification": "ImageNet", "detection": "COCO"}
"""Task to the data set whose classes its models know."""
TRAINED = "trained"
SEEDED = "seeded: speed only"
IMPORTED = "imported: "
"""Before the name of the file they were in."""
