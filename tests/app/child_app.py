"""The app with a scripted engine: imported by the tests, and run by them in a child with a terminal of its own.

With --log the longest time that a message waited for the app's loop, in seconds, is written when the engine is closed;
the first few, which wait for the app's start, are not counted.
Usage in a child: child_app.py [--live | --replay] [--stream | --flood] [--fail | --fail-in WHERE] [--stray FILE]
[--until FILE] [--log FILE], where it streams or floods until a file is there
"""

import ctypes
import os
import subprocess
import sys
import threading
import time
from dataclasses import replace

from edgetop.controls import Start, Stop
from edgetop.plan import Plan, RunSpec
from edgetop.protocol import Catalog, Columns, Ended, FrameworkEntry, Hello, ModelEntry, Snapshot, VariantEntry
from edgetop.readings import Missing
from edgetop.run_figures import RunFigures

START = 5
"""Messages."""
BOTH = ("fp32", "int8")
VARIANTS = (VariantEntry("xnnpack", "XNNPACK's kernels", BOTH), VariantEntry("builtin", "the runtime's own", BOTH))
LOOKING = Missing("looking …")
MODELS = tuple(
    ModelEntry(name, title, "classification", parameters, macs, weights, BOTH)
    for name, title, parameters, macs, weights in (
        ("mobilenet_v2", "MobileNet V2", 3_504_872, 300_774_272, "trained"),
        ("squeezenet1_1", "SqueezeNet 1.1", 1_235_496, 349_152_000, "seeded: speed only"),
        ("efficientnet_lite0", "EfficientNet-Lite0", 4_652_008, 384_900_000, "trained"),
        ("resnet50", "ResNet-50", 25_557_032, 4_089_000_000, "seeded: speed only"),
    )
)
HELLO = Hello("0.1", can_seek=False, can_record=True, machine={"board": "Raspberry Pi 4 Model B", "cores": 4})


def catalog(litert="2.3.0", torch="2.13.0", caffe="4.11.0"):
    """A catalog with these versions of the default frameworks, and one framework that is not here."""
    absent = Missing("no Edge TPU on USB or PCIe", "Plug one in")
    frameworks = (
        FrameworkEntry("litert", "LiteRT", litert, BOTH, VARIANTS, takes_delegate=True),
        FrameworkEntry("coral", "Coral Edge TPU", absent, ("int8",), takes_delegate=True),
        FrameworkEntry("torch", "PyTorch", torch, ("fp32",)),
        FrameworkEntry("caffe", "Caffe", caffe, ("fp32",)),
    )
    return Catalog(MODELS, frameworks, ("cat", "coffee", "noise"), 2, 4)


def snapshot(tick=0, state="running", **rest):
    """A snapshot at ``tick`` quarters of a second with one run."""
    run = RunFigures(0, "litert", "LiteRT", "mobilenet_v2", "fp32", 2, status="running", p50_ns=5e6 + tick)
    columns = Columns(tick, series={"latency.0": ((4e6, 5e6 + tick * 1e4, 6e6),)})
    return Snapshot(tick * 250_000_000, state, (run,), columns=columns, turn=0, **rest)


def flooding(tick):
    """A snapshot that repaints nearly all there is: a chart begun anew, its curve moved."""
    points = tuple((1e6, 1e6 * (1 + (k * 7 + tick * 13) % 31), 4e7) for k in range(400))
    return replace(snapshot(tick), reset=True, columns=Columns(0, series={"latency.0": points}))


class ScriptedClient:
    """A client whose engine is the test."""

    def __init__(self, *messages, log=None):
        self._reader, self._writer = os.pipe()
        self._messages = []
        self._log = log
        self._pushed_s = None
        self._received = 0
        self.longest_wait_s = 0.0
        self.sent = []
        self.closed = False
        self.push(*messages)

    def push(self, *messages):
        """Let these messages arrive."""
        self._messages.extend(messages)
        self._pushed_s = self._pushed_s or time.monotonic()
        os.write(self._writer, b"x")

    def fileno(self):
        return self._reader

    def receive(self):
        os.read(self._reader, 4096)
        self._received += 1
        if self._received > START:
            self.longest_wait_s = max(self.longest_wait_s, time.monotonic() - self._pushed_s)
        self._pushed_s = None
        messages, self._messages = self._messages, []
        return messages

    def send(self, command):
        self.sent.append(command)
        if isinstance(command, Stop):
            self.push(Ended(0, session="/tmp/pi.edgetop"))

    def close(self):
        self.closed = True
        if self._log:
            with open(self._log, "a") as file:
                file.write(f"{self.longest_wait_s:.3f}\n")


class FailingClient(ScriptedClient):
    """An engine whose message the screen cannot draw: an error of edgetop's own."""

    def send(self, command):
        super().send(command)
        if isinstance(command, Start):
            self.push(Snapshot(0, "running", runs=(None,)))


def _fail():
    raise ValueError("out of place")


async def _fail_later():
    _fail()


def fail_in(where, ready=lambda app: True):
    """Have the app fail in a ``timer``, in a ``worker`` of Textual's or in a ``thread``, once it is ``ready``."""
    from edgetop.app import EdgetopApp

    begin = EdgetopApp.on_mount

    def on_mount(self):
        begin(self)
        self.set_interval(0.3, lambda: ready(self) and fail(self))

    def fail(self):
        if where == "timer":
            _fail()
        elif where == "worker":
            self.run_worker(_fail_later())
        else:
            threading.Thread(target=_fail).start()

    EdgetopApp.on_mount = on_mount


def stray(told):
    """Write into the terminal as libraries do: through Python, past it, and from C; make a file then."""
    print("\x1b[2Jprinted by Python")
    print("a warning by Python", file=sys.stderr)
    os.write(1, b"past Python, to 1\n")
    os.write(2, b"past Python, to 2\n")
    c = ctypes.CDLL(None)
    c.puts(b"by C's puts")
    c.fflush(None)
    subprocess.run(["sh", "-c", "echo by a child of its own"], check=True)
    with open(told, "w", encoding="utf-8"):
        pass


PLAN = Plan((RunSpec(0, "mobilenet_v2", "litert"),))


def _stream(client, flood, until):
    tick = 0
    while not os.path.exists(until):
        client.push(flooding(tick) if flood else snapshot(tick))
        tick += 1
        time.sleep(0.05)


def main(argv):
    from edgetop.commands.screen import run_app
    from edgetop.config import load_settings
    from edgetop.errors import EdgetopError

    log = argv[argv.index("--log") + 1] if "--log" in argv else None
    kind = FailingClient if "--fail" in argv else ScriptedClient

    def start():
        client = kind(HELLO, catalog(), log=log)
        if "--stray" in argv:
            threading.Timer(1.0, stray, (argv[argv.index("--stray") + 1],)).start()
        if "--fail-in" in argv:
            fail_in(argv[argv.index("--fail-in") + 1])
        if "--stream" in argv or "--flood" in argv:
            until = argv[argv.index("--until") + 1] if "--until" in argv else ""
            threading.Thread(target=_stream, args=(client, "--flood" in argv, until), daemon=True).start()
        return client

    try:
        return run_app(start, PLAN if "--live" in argv or "--fail" in argv else None, load_settings(os.devnull))
    except EdgetopError as error:
        print(f"edgetop: {error}", file=sys.stderr)
        return error.exit_code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
