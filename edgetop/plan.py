"""What to run: the model on which frameworks, how, for how long, and where the recording goes."""

from __future__ import annotations

from dataclasses import dataclass

PRECISIONS = ("fp32", "fp16", "bf16", "int8")
MAX_RUNS = 6
MAX_THREADS = 64


@dataclass(frozen=True)
class RunSpec:
    """One model on one framework with one precision and thread count."""

    id: int
    """Its place in the plan, from 0; samples and figures carry it."""
    model: str
    """A name from the zoo, or the path of a model file."""
    framework: str
    precision: str = "fp32"
    threads: int = 1
    python: str = ""
    """The interpreter its worker runs in; edgetop's own when empty."""
    variant: str = ""
    """One of the framework's ways to run a model, as ``builtin`` kernels or ``eager``; its usual one when empty."""
    delegate: str = ""
    """A TFLite delegate's shared library; none when empty."""
    delegate_options: tuple[str, ...] = ()
    """``key=value`` each, for the delegate."""


@dataclass(frozen=True)
class Ina219Settings:
    """Where a power meter is: a bus number or ``simulated``, its address, its shunt in ohms, and what it measures."""

    bus: str = ""
    """Bus 1 when empty; another source of power may then take its place where no meter answers."""
    address: int = 0x40
    shunt_ohms: float = 0.1
    shunt_tolerance: float = 0.01
    """Of the shunt's resistance, as a share: that of a stock board, or less for one that was calibrated."""
    rate_hz: float = 57.0
    """Conversions a second, 50 to 230; the chip averages over all of the time between."""
    name: str = "board"
    """The rail it measures: ``board``, or another such as ``accelerator``, which is only a part of it."""


@dataclass(frozen=True)
class EnergySettings:
    """The energy phase: windows of unbroken inference of each run, between two stretches of idling."""

    windows: int = 0
    """Of each run; 0 for no such phase."""
    window_s: float = 10.0
    idle_s: float = 10.0


PUBLISHABLE = EnergySettings(windows=5)
"""The least that a figure to be published takes."""


@dataclass(frozen=True)
class AccuracySettings:
    """The accuracy phase: every run answers the pictures of a data set, before the first turn."""

    data: str = ""
    """The folder of pictures; empty for no such phase."""
    annotations: str = ""
    """The list of labels, or COCO's annotations; looked for beside the pictures when empty."""
    first: int = 0
    """So many pictures, in the order of the list; 0 for all."""
    again: bool = False
    """Begin anew, whatever was answered before."""
    only: bool = False
    """Measure nothing else."""


@dataclass(frozen=True)
class LoadShape:
    """How inferences are asked for: one after another, or as a camera, a burst of events, or a duty cycle does."""

    kind: str = "closed"
    """``closed``, ``rate``, ``burst`` or ``duty``."""
    rate_hz: float = 0.0
    """Inferences a second of ``rate``; bursts a second of ``burst``."""
    together: int = 1
    """Inferences of a burst, which arrive at one time."""
    duty: float = 1.0
    """Share of the time that ``duty`` keeps a run busy."""
    deadline_s: float = 0.0
    """Inferences that take longer have missed it; 0 for none."""


@dataclass(frozen=True)
class Deadlines:
    """Seconds a framework may take before it is taken for hung and its worker is ended."""

    load_s: float = 180.0
    """To load a model, and to compile it where the framework does."""
    inference_s: float = 120.0
    """For one inference: that of a large model on reference kernels takes a small board a minute and more."""


@dataclass(frozen=True)
class Preparation:
    """How a model file of the user's own wants its pictures, and what its classes are called."""

    values: str = ""
    """What pixels become: ``raw`` 0 to 255, ``unit`` 0 to 1, ``symmetric`` -1 to 1, ``imagenet`` as torchvision's."""
    fit: str = "crop"
    """``crop``, ``stretch``, ``letterbox`` or ``corner``."""
    order: str = "RGB"
    """``RGB`` or ``BGR``."""
    labels: str = ""
    """A text file with a label a line; the file's own, or ImageNet's where their number fits, when empty."""
    input_shape: tuple[int, ...] = ()
    """NCHW, for a file that does not tell (TorchScript); the file's own when empty."""


@dataclass(frozen=True)
class Plan:
    """All runs of a session, their common input, and when it ends."""

    runs: tuple[RunSpec, ...]
    input: str = ""
    """A shipped picture's name, the path of a picture, or ``noise``; a picture of a cat when empty, or noise
    for a model file, whose preprocessing is not known."""
    duration_s: float = 0.0
    """Seconds of measuring in all; 0 measures until stopped."""
    count: int = 0
    """Inferences of each run in the statistics; 0 for no limit."""
    record: str = ""
    """The session file; a new one in the sessions folder when empty, none when ``none``."""
    ina219: Ina219Settings = Ina219Settings()
    preparation: Preparation = Preparation()
    skip_absent: bool = False
    """Leave out runs whose framework is not here, or cannot read the model file, instead of failing them."""
    operators: bool = False
    """Time each operator of every run, in workers of their own, before the first turn."""
    deadlines: Deadlines = Deadlines()
    load: LoadShape = LoadShape()
    meters: tuple[Ina219Settings, ...] = ()
    """Further INA219 chips, of other rails than ``ina219``."""
    power: str = ""
    """The rail whose watts the energy is made of, as ``board`` or ``package-0``; the best one here when empty."""
    energy: EnergySettings = EnergySettings()
    cool_down: bool = False
    """Wait for the temperature at the session's start before the turns and before each window of energy."""
    leave_out_throttled: bool = False
    """Leave inferences out of the statistics that ran while the board throttled or its supply was low."""
    accuracy: AccuracySettings = AccuracySettings()
    raw_limit: int = 0
    """Record so many samples of a run in a second at most, evenly thinned, and the outliers; 0 records all."""


def file_precision(precision: str) -> str:
    """The precision a model is written in to be run in another: nothing is stored in bf16, it is fp32 cut short."""
    return "fp32" if precision == "bf16" else precision


@dataclass(frozen=True)
class ModelFile:
    """A model in one framework's format on disk.

    ``paths`` has one entry, or two where a format has a text and a weights file (Caffe: prototxt, caffemodel;
    ncnn: param, bin).
    """

    paths: tuple[str, ...]
    format: str
    """A key of ``networks.writers.SUFFIXES``, or one that only a user's own file has."""
    model: str
    precision: str = "fp32"
    sha256: str = ""
    """Of the neutral graph's weights for a model of the zoo; of the file for one of the user's own."""
    input_shape: tuple[int, ...] = ()
    """Neutral NCHW; empty for a file of the user's own, which may know it itself."""
