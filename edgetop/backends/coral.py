"""Coral's Edge TPU: compiled TFLite models in either runtime's Interpreter, with libedgetpu as their delegate."""

from __future__ import annotations

import ctypes
import importlib
import re
from dataclasses import replace
from types import ModuleType
from typing import Any, Union

from edgetop.backends.base import Availability, Options, Variant
from edgetop.backends.coral_compiler import compiled, left_to_the_cpu
from edgetop.backends.coral_devices import USB_IDS, EdgeTpu, edge_tpus, kernel_devices
from edgetop.backends.delegate import DELEGATE, check_library, delegate_options, load_delegate, operators_of
from edgetop.backends.importing import present
from edgetop.backends.interpreter import EDGE_TPU_OP, FORMAT, InterpreterBackend
from edgetop.backends.litert import LiteRt
from edgetop.backends.tflite import TfLite
from edgetop.errors import EdgetopError
from edgetop.readings import Missing

LIBRARY = "libedgetpu.so.1"
_INSTALL = (
    f"Install the Edge TPU's runtime, which has it (the package libedgetpu1-std), or name it: --delegate PATH/{LIBRARY}"
)
_CONNECT = f"Connect one; a USB accelerator shows in lsusb as {' or '.join(USB_IDS)}, a PCIe one as /dev/apex_0"
_OPEN = "Another program may be using it, or you may not: see the group and udev rule that come with its runtime"
_DEVICE = "device"
_VERSION = re.compile(rb"RuntimeVersion\((\d+)\)")


class Coral(InterpreterBackend):
    """The Edge TPU."""

    name = "coral"
    title = "Coral Edge TPU"
    variants = (
        Variant("any", FORMAT, ("int8",), "the first Edge TPU there is"),
        Variant("usb", FORMAT, ("int8",), "the first one on USB"),
        Variant("pci", FORMAT, ("int8",), "the first one on PCIe"),
    )

    def __init__(self) -> None:
        self._library = LIBRARY

    @property
    def distributions(self) -> tuple[str, ...]:
        """What a proof of it depends on: the runtimes, and the devices that are connected now."""
        return (*LiteRt.distributions, *TfLite.distributions, *(device.path for device in kernel_devices()))

    def _runtime(self) -> InterpreterBackend:
        """The TFLite runtime that is here, the newer one where both are."""
        newer = LiteRt()
        return TfLite() if isinstance(newer.module(), Missing) else newer

    def module(self) -> Union[ModuleType, Missing]:
        """The module that has the Interpreter, or why there is none."""
        found = self._runtime().module()
        return LiteRt().module() if isinstance(found, Missing) else found

    def version(self) -> str:
        """The versions of the TFLite runtime and of the Edge TPU's; raises FrameworkMissing."""
        present(self.module(), self.title)
        package = importlib.import_module(self._runtime().package)
        number = _runtime_version(self._library)
        return f"{package.__version__}, Edge TPU runtime {number}" if number else str(package.__version__)

    def probe(self) -> Availability:
        """Open an Edge TPU; the versions, or what is missing."""
        module = self.module()
        if isinstance(module, Missing):
            return Availability(Missing(f"no TFLite runtime: {module.reason}", module.hint))
        try:
            check_library(self._library, _INSTALL)
            devices = edge_tpus()
            if not devices:
                return Availability(Missing("no Edge TPU is connected", _CONNECT))
            load_delegate(module, self._library, {}, _what_next(devices))
        except EdgetopError as error:
            return Availability(Missing(error.title, error.hint))
        return Availability(self.version())

    def complete(self, options: Options) -> Options:
        """The options with libedgetpu, and the device that the variant is of unless one is named."""
        options = super().complete(options)
        bus = options.variant if options.variant != self.variants[0].name else ""
        named = _DEVICE in delegate_options(options)
        device = (f"{_DEVICE}={bus}",) if bus and not named else ()
        return replace(
            options, delegate=options.delegate or LIBRARY, delegate_options=(*options.delegate_options, *device)
        )

    def prepare(self, path: str) -> tuple[str, str]:
        """The file to load, compiled for the Edge TPU, and what there is to note of that."""
        mark = EDGE_TPU_OP.encode()
        with open(path, "rb") as file:
            if mark in file.read():
                return path, ""
        path, said = compiled(path, mark)
        return path, left_to_the_cpu(said)

    def delegate(self, runtime: ModuleType, options: Options) -> Any:
        """The Edge TPU's delegate, its device opened; raises FrameworkMissing."""
        self._library = options.delegate
        check_library(self._library, _INSTALL)
        return load_delegate(runtime, self._library, delegate_options(options), _what_next(edge_tpus()))

    def share(self, interpreter: Any, options: Options) -> str:
        """What of the model the CPU runs; the rest is one operator for the Edge TPU."""
        names = [operator["op_name"] for operator in operators_of(interpreter)]
        left = dict.fromkeys(name for name in names if name not in (EDGE_TPU_OP, DELEGATE))
        return f"On the CPU: {', '.join(left)}" if left else "All of it on the Edge TPU" if names else ""


def _runtime_version(library: str) -> str:
    """How libedgetpu numbers its version; empty where it is not here."""
    try:
        tell = ctypes.CDLL(library).edgetpu_version
    except (OSError, AttributeError):
        return ""
    tell.restype = ctypes.c_char_p
    found = _VERSION.search(tell() or b"")
    return found.group(1).decode() if found else ""


def _what_next(devices: list[EdgeTpu]) -> str:
    """What to do where no device opens."""
    if not devices:
        return _CONNECT
    return f"Connected: {', '.join(f'{d.bus} at {d.path}' for d in devices)}. {_OPEN}"
