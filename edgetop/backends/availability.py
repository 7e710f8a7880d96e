"""Find out which frameworks run here: each runs a tiny model in a child process, and successes are remembered.

An import proves nothing: some frameworks import and then crash, or hang, in their first model. So
``python -m edgetop.backends.availability NAME`` runs one and prints a line of JSON; whatever else happens
to that process is the reason why the framework is missing. Failures are found out anew each time, since
what mends them (a system library, another numpy) leaves no trace to compare with; but that a package is not
installed is remembered until the folders of packages change.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from importlib.metadata import PackageNotFoundError, version
from typing import Callable, Optional

from edgetop.backends.base import Availability
from edgetop.backends.importing import NOT_INSTALLED
from edgetop.backends.interpreters import Interpreter, examine
from edgetop.backends.proofs import recall, remember
from edgetop.backends.registry import backend
from edgetop.environments import PINS
from edgetop.errors import BadInterpreter, EdgetopError, FrameworkMissing
from edgetop.isolate import ended_by, environment, is_other
from edgetop.readings import Missing

TIMEOUT_S = 30.0
"""On a Raspberry Pi the import of PyTorch alone takes ten."""
AT_ONCE = 2


def availability(name: str, python: str = "", timeout_s: float = TIMEOUT_S) -> Availability:
    """Whether a framework runs in an interpreter (edgetop's own when empty); raises UnknownName, never for a crash.

    Takes seconds the first time and a millisecond from then on, until a version changes.
    """
    try:
        distributions = getattr(backend(name), "distributions", ())
        interpreter = examine(python, name)
    except (FrameworkMissing, BadInterpreter) as error:
        return Availability(Missing(error.title, error.hint))
    here, absent = f"{name} {interpreter.python}", f"no {name} {interpreter.python}"
    versions = _versions(interpreter, distributions)
    known = recall(here, versions) or recall(absent, interpreter.state())
    answer = known or _ask_child(name, python, timeout_s)
    if not known and "version" in answer:
        remember(here, versions, answer)
    elif not known and answer["missing"] == NOT_INSTALLED:
        remember(absent, interpreter.state(), answer)
    return Availability(answer.get("version") or Missing(answer["missing"], answer["hint"]))


def _versions(interpreter: Interpreter, distributions: Iterable[str]) -> list[str]:
    """All on which a proof depends; of another interpreter the versions are not known, but when they changed."""
    if is_other(interpreter.python):
        return [*interpreter.state(), *distributions]
    return [f"{name} {_installed(name)}" for name in (*distributions, "numpy")]


def _installed(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return ""


def availabilities(
    names: Iterable[str],
    pythons: Optional[Mapping[str, str]] = None,
    on_known: Optional[Callable[[str, Availability], None]] = None,
) -> dict[str, Availability]:
    """Whether each framework runs, two at a time; ``on_known`` is called, in the caller's thread, as each is known."""
    found: dict[str, Availability] = {}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        jobs = {pool.submit(availability, name, (pythons or {}).get(name, "")): name for name in names}
        for job in as_completed(jobs):
            found[jobs[job]] = job.result()
            if on_known is not None:
                on_known(jobs[job], job.result())
    return {name: found[name] for name in jobs.values()}


def _ask_child(name: str, python: str, timeout_s: float) -> dict[str, str]:
    """``version``, or ``missing`` and ``hint``."""
    command = [python or sys.executable, "-m", "edgetop.backends.availability", name]
    try:
        child = subprocess.run(
            command,
            env=environment(python),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=timeout_s,
        )
    except subprocess.TimeoutExpired:
        return {"missing": f"gave no answer in {timeout_s:g} s", "hint": _what_next(name, command)}
    except OSError as error:
        return {"missing": f"{command[0]} does not start: {error.strerror}", "hint": _what_next(name, command)}
    answer = _answer(child.stdout)
    if answer.get("version"):
        return {"version": answer["version"]}
    missing = answer.get("missing") or _death(child)
    hint = (missing == NOT_INSTALLED and _elsewhere(name, command[0])) or answer.get("hint")
    return {"missing": missing, "hint": hint or _what_next(name, command)}


def _elsewhere(name: str, python: str) -> str:
    """What to do where the framework's own words, which are of our Python, would not help; empty where they do."""
    if is_other(python):
        return f"Install it there, or have an environment made that has it: edgetop env create {name}"
    pins = PINS.get(name)
    if pins is None or pins.fits(platform.python_version()):
        return ""
    return f"It has packages for {pins.pythons}: edgetop env create {name}"


def _what_next(name: str, command: list[str]) -> str:
    if is_other(command[0]):
        return (
            f"Check that {command[0]} has {backend(name).title}, or have one made that has: edgetop env create {name}"
        )
    return f"See what it says by itself: {' '.join(command)}"


def _answer(stdout: bytes) -> dict[str, str]:
    """What the child's last line says; nothing where it is not an answer."""
    lines = stdout.splitlines()
    try:
        said = json.loads(lines[-1]) if lines else None
    except ValueError:
        return {}
    return {key: value for key, value in said.items() if isinstance(value, str)} if isinstance(said, dict) else {}


def _death(child: subprocess.CompletedProcess[bytes]) -> str:
    if child.returncode < 0:
        return f"crashed on a tiny model ({ended_by(child.returncode)})"
    lines = child.stderr.decode("utf-8", "replace").split("\n")
    last = next((line.strip() for line in reversed(lines) if line.strip()), "it only ended")
    return f"gave no answer: {last[:200]}"


def _probe(name: str) -> dict[str, str]:
    try:
        version = backend(name).probe().version
    except EdgetopError as error:
        return {"missing": error.title, "hint": error.hint}
    except Exception as error:  # the process's edge: whatever a framework raises is the reason
        return {"missing": f"failed on a tiny model: {type(error).__name__}: {error}".splitlines()[0][:300]}
    if isinstance(version, Missing):
        return {"missing": version.reason, "hint": version.hint}
    return {"version": version}


def main() -> None:
    """The child: prove one framework, answer in one line, and leave before its destructors can crash."""
    answer = _probe(sys.argv[1])
    print("\n" + json.dumps(answer), flush=True)
    os._exit(0)


if __name__ == "__main__":
    main()
