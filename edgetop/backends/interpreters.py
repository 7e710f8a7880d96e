"""Look at an interpreter before a worker is started in it: whether it is one, how old, and whether it has numpy."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

from edgetop.backends.proofs import recall, remember, times
from edgetop.config import environments_folder
from edgetop.environments import OLDEST
from edgetop.errors import BadInterpreter
from edgetop.isolate import environment, is_other

LIMIT_S = 30.0
"""A first import of numpy from a slow card takes seconds."""
# Any Python since 2.7 must be able to say how old it is; what stands where the user stands is not imported.
_QUESTION = """
import sys
sys.path = [path for path in sys.path if path]
import json
found = {"version": ".".join(map(str, sys.version_info[:3])), "numpy": "", "trouble": ""}
found["folders"] = [path for path in sys.path if path.endswith("-packages")]
try:
    import numpy
    found["numpy"] = str(numpy.__version__)
except Exception as error:
    absent = str(error) in ("No module named 'numpy'", "No module named numpy")
    found["trouble"] = "" if absent else (str(error).splitlines() or [type(error).__name__])[0][:200]
print("")
print(json.dumps(found))
"""


@dataclass(frozen=True)
class Interpreter:
    """A Python that can run a worker."""

    python: str
    version: str
    numpy: str
    folders: tuple[str, ...]
    """Where its packages are."""

    @property
    def series(self) -> tuple[int, ...]:
        """Of Python: (3, 11)."""
        return tuple(int(part) for part in self.version.split(".")[:2])

    def state(self) -> list[str]:
        """What changes when a package comes to it or goes."""
        return times((self.python, *self.folders))


def examine(python: str, framework: str) -> Interpreter:
    """The interpreter at a path, ours when empty, that is to serve a framework; raises BadInterpreter.

    Starts it the first time, and again when it or its packages have changed.
    """
    if not is_other(python):
        import numpy

        folders = tuple(path for path in sys.path if path.endswith("-packages"))
        return Interpreter(sys.executable, ".".join(map(str, sys.version_info[:3])), numpy.__version__, folders)
    other = known(python)
    if other is None:
        _check_file(python, framework)
        found = _ask(python, framework)
        other = _interpreter(python, found)
        _check(other, str(found.get("trouble", "")), framework)
        remember(f"interpreter {python}", [], {**found, "state": other.state()})
    return other


def version(python: str, framework: str) -> str:
    """Of a Python, with numpy or without; raises BadInterpreter where it is none."""
    _check_file(python, framework)
    return _interpreter(python, _ask(python, framework)).version


def known(python: str) -> Interpreter | None:
    """What an earlier look at an interpreter found, where nothing has changed since; starts nothing."""
    found = recall(f"interpreter {python}", [])
    try:
        interpreter = _interpreter(python, found)
    except (KeyError, TypeError):
        return None
    return interpreter if found.get("state") == interpreter.state() else None


def _interpreter(python: str, found: dict[str, Any]) -> Interpreter:
    return Interpreter(python, str(found["version"]), str(found["numpy"]), tuple(map(str, found["folders"])))


def _what_to_do(python: str, framework: str) -> str:
    if python.startswith(os.path.join(environments_folder(), "")):
        return f"Make it anew: edgetop env create {framework} --again"
    return (
        f"Name another with --python {framework}=PATH or [frameworks.{framework}] python, "
        f"or have one made: edgetop env create {framework}"
    )


def _check_file(python: str, framework: str) -> None:
    if not os.path.exists(python):
        raise BadInterpreter(f"There is no interpreter at {python}", _what_to_do(python, framework))
    if os.path.isdir(python):
        inside = os.path.join(python, "bin", "python")
        hint = f"Name {inside}" if os.path.exists(inside) else _what_to_do(python, framework)
        raise BadInterpreter(f"{python} is a folder, not an interpreter", hint)
    if not os.access(python, os.X_OK):
        raise BadInterpreter(f"{python} may not be executed", _what_to_do(python, framework))


def _ask(python: str, framework: str) -> dict[str, Any]:
    try:
        child = subprocess.run(
            [python, "-c", _QUESTION],
            env=environment(python),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=LIMIT_S,
        )
        found = json.loads(child.stdout.splitlines()[-1])
        _ = _interpreter(python, found).series
    except subprocess.TimeoutExpired as error:
        raise BadInterpreter(
            f"{python} gave no answer in {LIMIT_S:g} s", f"See what it does by itself: {python} -c 'import numpy'"
        ) from error
    except OSError as error:
        raise BadInterpreter(f"{python} does not start: {error.strerror}", _what_to_do(python, framework)) from error
    except (ValueError, IndexError, KeyError, TypeError) as error:
        raise BadInterpreter(f"{python} is not a Python", _what_to_do(python, framework)) from error
    return dict(found)


def _check(interpreter: Interpreter, trouble: str, framework: str) -> None:
    python, version = interpreter.python, interpreter.version
    if interpreter.series < OLDEST:
        oldest = "{}.{}".format(*OLDEST)
        raise BadInterpreter(
            f"{python} is Python {version}, and a worker needs {oldest} or newer", _what_to_do(python, framework)
        )
    if trouble:
        raise BadInterpreter(
            f"The numpy of {python} (Python {version}) does not load: {trouble}",
            f"Install it again: {python} -m pip install --force-reinstall numpy",
        )
    if not interpreter.numpy:
        raise BadInterpreter(
            f"{python} (Python {version}) has no numpy, which a worker needs",
            f"Run {python} -m pip install numpy, or have an environment made: edgetop env create {framework}",
        )
