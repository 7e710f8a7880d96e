"""Make a framework's own environment: choose a Python, make a virtual environment, let pip fill it."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from types import FrameType

from edgetop.backends.interpreters import LIMIT_S, version
from edgetop.config import environments_folder
from edgetop.environments import OLDEST, PINS, Environment, Pins, describe, environment_of, folder, interpreter
from edgetop.errors import BadInterpreter, CannotWrite, FrameworkMissing, UsageError
from edgetop.isolate import environment
from edgetop.units import printable

_NO_VENV = ("is not available", "No module named")
"""What Python says where it, or Debian's, has no venv; else the fault is the place."""
_VERSIONS = """
import json, sys
from importlib.metadata import version
print(json.dumps(["{} {}".format(name, version(name)) for name in sys.argv[1:]]))
"""


def create(framework: str, base: str, *, again: bool) -> Environment:
    """Make the environment of a framework that has pins, from the Python ``base``, or one that fits when empty.

    What it and pip do is shown on standard error. Raises BadInterpreter, UsageError where there is one already,
    CannotWrite, FrameworkMissing where pip fails; nothing is left of an environment that was not made to its end.
    """
    with _alone(framework):
        if environment_of(framework) is not None and not again:
            raise UsageError(f"{framework} has an environment already", "--again makes it anew")
        python, python_version = _base(framework, base)
        place = folder(framework)
        try:
            _tell(f"making {place} with Python {python_version} ({python})")
            _make(python, place)
            _install(framework, PINS[framework])
            made = Environment(framework, interpreter(framework), python_version, _packages(framework))
            describe(made)
        except BaseException as error:  # also an interruption: half an environment would serve nobody
            shutil.rmtree(place, ignore_errors=True)
            if isinstance(error, OSError) and not isinstance(error, BrokenPipeError):
                raise CannotWrite(
                    f"cannot make {place}: {error.strerror} ({error.filename or 'while writing'})",
                    "Free some room there, or set XDG_DATA_HOME to a folder where files can be written and run",
                ) from error
            raise
    return made


def _tell(line: str) -> None:
    print(f"edgetop: {printable(line)}", file=sys.stderr, flush=True)


@contextlib.contextmanager
def _alone(framework: str) -> Iterator[None]:
    """Hold the framework's lock, and end on a signal as on Ctrl-C, so that what was begun is removed."""
    try:
        os.makedirs(environments_folder(), exist_ok=True)
        lock = open(os.path.join(environments_folder(), f".{framework}.lock"), "w")  # noqa: SIM115
    except OSError as error:
        raise CannotWrite(f"cannot write {environments_folder()}: {error.strerror}", "Set XDG_DATA_HOME") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise UsageError(f"The environment of {framework} is just being made", "Wait for it") from error
        before = {number: signal.signal(number, _leave) for number in (signal.SIGTERM, signal.SIGHUP)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _leave(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


def _base(framework: str, named: str) -> tuple[str, str]:
    """Path and version of the Python that the environment is made from."""
    pins = PINS[framework]
    if named:
        path = os.path.expanduser(named)
        path = path if os.sep in path else shutil.which(path) or path
        try:
            found = version(path, framework)
        except BadInterpreter as error:
            raise BadInterpreter(error.title, f"Name a {pins.pythons} after --python") from error
        if not pins.fits(found):
            raise BadInterpreter(f"{path} is Python {found}", f"{framework} has packages for {pins.pythons}")
        return path, found
    for path, found in _candidates(framework, pins):
        if pins.fits(found):
            return path, found
    raise BadInterpreter(
        f"{framework} has packages for {pins.pythons}, and none of these is here",
        "Install one, or name it: --python PATH",
    )


def _candidates(framework: str, pins: Pins) -> Iterator[tuple[str, str]]:
    """Edgetop's own Python, then those on the PATH, the newest first."""
    yield sys.executable, ".".join(map(str, sys.version_info[:3]))
    for minor in range(pins.newest[1], OLDEST[1] - 1, -1):
        for place in os.get_exec_path():
            path = os.path.join(place, f"python3.{minor}")
            # A version switcher's stand-in for a Python that is not switched on is no Python.
            with contextlib.suppress(BadInterpreter):
                yield path, version(path, framework)


def _make(python: str, place: str) -> None:
    command = [python, "-m", "venv", "--clear", place]
    child = subprocess.run(
        command, env=environment(python), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    if child.returncode:
        said = " ".join(child.stdout.decode("utf-8", "replace").split())[:200] or f"exit code {child.returncode}"
        raise FrameworkMissing(
            f"{python} cannot make a virtual environment: {printable(said)}",
            "Install its venv module; on Debian: apt install python3-venv"
            if any(word in said for word in _NO_VENV)
            else f"See whether {place} can be written and has room, or set XDG_DATA_HOME",
        )


def _install(framework: str, pins: Pins) -> None:
    python = interpreter(framework)
    command = [python, "-m", "pip", "install", "--no-input", "--disable-pip-version-check", *pins.requirements]
    _tell(f"pip installs {'; '.join(pins.requirements)}")
    last = ""
    with subprocess.Popen(
        command, env=environment(python), stdin=subprocess.DEVNULL, stdout=sys.stderr.fileno(), stderr=subprocess.PIPE
    ) as child:
        assert child.stderr is not None
        try:
            for raw in child.stderr:
                line = printable(raw.decode("utf-8", "replace").rstrip())
                print(line, file=sys.stderr, flush=True)
                last = line if line.startswith("ERROR") or not last.startswith("ERROR") else last
        except BaseException:
            child.terminate()
            child.wait()  # what it still writes would outlive the folder's removal
            raise
    if child.returncode:
        cause = last.partition("ERROR: ")[2] or last or f"exit code {child.returncode}"
        raise FrameworkMissing(f"pip could not install {framework}: {cause}", "pip's own words stand above")


def _packages(framework: str) -> tuple[str, ...]:
    names = dict.fromkeys(re.match(r"[\w.-]+", each)[0] for each in PINS[framework].requirements)  # type: ignore[index]
    python = interpreter(framework)
    cause = ""
    try:
        child = subprocess.run(
            [python, "-c", _VERSIONS, *names],
            env=environment(python),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=LIMIT_S,
        )
        cause = child.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
        return tuple(map(str, json.loads(child.stdout.splitlines()[-1])))  # a package may print as Python starts
    except subprocess.TimeoutExpired:
        cause = f"no answer in {LIMIT_S:g} s"
    except (ValueError, IndexError, TypeError):
        cause = cause or "no answer"
    raise FrameworkMissing(
        f"pip has ended, but what is in {folder(framework)} cannot be read: {printable(cause)[:200]}",
        f"See what pip said above, then try again: edgetop env create {framework}",
    )
