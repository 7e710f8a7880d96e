"""Import a framework, or say why it cannot be and what to install."""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import Union

from edgetop.errors import FrameworkMissing
from edgetop.readings import Missing

NOT_INSTALLED = "not installed"


def install_hint(extra: str) -> str:
    """How a framework is installed beside edgetop."""
    return f"pip install 'edgetop[{extra}]'"


def import_framework(module: str, extra: str) -> Union[ModuleType, Missing]:
    """The module, or why there is none; ``extra`` is edgetop's extra that installs it."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name is not None and module.split(".")[0] == error.name.split(".")[0]:
            return Missing(NOT_INSTALLED, install_hint(extra))
        return Missing(f"needs the Python package {error.name}", install_hint(extra))
    except (ImportError, OSError) as error:
        return Missing(f"installed, but does not load: {error}".splitlines()[0], install_hint(extra))


def present(module: Union[ModuleType, Missing], title: str) -> ModuleType:
    """The module, where load() cannot do without; raises FrameworkMissing."""
    if isinstance(module, Missing):
        raise FrameworkMissing(f"{title}: {module.reason}", module.hint)
    return module
