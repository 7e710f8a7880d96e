"""A scripted engine, and the app with it in a real pseudo-terminal."""

import importlib.util
import sys
from pathlib import Path

import pytest

CHILD = Path(__file__).with_name("child_app.py")


@pytest.fixture
def terminal(open_terminal):
    """Opens the app with the scripted engine: ``terminal(*arguments, environment=…)``, or another ``command``."""

    def open_app(*arguments, command=None, **options):
        return open_terminal(command or [sys.executable, str(CHILD), *arguments], **options)

    return open_app


@pytest.fixture(scope="session")
def engine():
    """The module with the scripted engine: ScriptedClient, catalog, snapshot and more."""
    spec = importlib.util.spec_from_file_location("edgetop_test_child_app", CHILD)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
