"""What a child process sees of this one: the edgetop package, and of another interpreter's libraries none of ours;
and what ended it.

Frameworks that cannot share one environment, or that need an older Python, run in interpreters of
their own. Putting our site-packages on their path would shadow their numpy with ours.
"""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import sys
import tempfile
from functools import lru_cache

OWN_ONLY = ("PYTHONPATH", "PYTHONHOME", "PYTHONUSERBASE", "PYTHONSTARTUP")
"""Variables that say where our interpreter finds things, which would mislead another one."""


def environment(python: str = "") -> dict[str, str]:
    """The environment for a child that runs ``-m edgetop…`` in the interpreter at ``python``, ours when empty.

    Another interpreter finds the edgetop package and its own libraries; ours finds all it has.
    """
    child = dict(os.environ)
    paths = [package_folder()]
    if is_other(python):
        for name in OWN_ONLY:
            child.pop(name, None)
    elif child.get("PYTHONPATH"):
        paths.append(child["PYTHONPATH"])
    child["PYTHONPATH"] = os.pathsep.join(paths)
    child["PYTHONSAFEPATH"] = "1"  # a folder named as a library, where the user stands, is not imported
    return child


def is_other(python: str) -> bool:
    """Whether this is an interpreter other than ours; one in a virtual environment is, though a link to ours."""
    return bool(python) and os.path.abspath(python) != os.path.abspath(sys.executable)


@lru_cache(maxsize=1)
def package_folder() -> str:
    """A private folder, gone when this process ends, with one link in it: to the edgetop package."""
    folder = tempfile.mkdtemp(prefix="edgetop-path-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.symlink(os.path.dirname(os.path.realpath(__file__)), os.path.join(folder, "edgetop"))
    return folder


def ended_by(code: int) -> str:
    """What ended a child, by its exit code as subprocess gives it: ``exit code 1``, ``SIGSEGV``, ``SIGRTMIN+3``."""
    if code >= 0:
        return f"exit code {code}"
    if signal.SIGRTMIN < -code < signal.SIGRTMAX:  # Python has names for the first and the last of them alone
        return f"SIGRTMIN+{-code - signal.SIGRTMIN}"
    try:
        return signal.Signals(-code).name
    except ValueError:  # the C library's own two below SIGRTMIN
        return f"signal {-code}"
