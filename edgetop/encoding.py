"""Messages as lines of JSON, and back.

Every object carries its class name under ``is``; a ``Missing`` stands in the place of its number. A reader
drops fields it does not know, so a newer engine still serves an older screen.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from functools import partial
from typing import Any

from edgetop import controls, plan, protocol, run_figures
from edgetop.controls import Command
from edgetop.protocol import Message
from edgetop.units import printable

_CLASSES: dict[str, type[Any]] = {
    cls.__name__: cls
    for module in (plan, run_figures, protocol, controls)
    for cls in vars(module).values()
    if isinstance(cls, type) and dataclasses.is_dataclass(cls)
}
"""All that may stand in a message: what these modules define, and the readings that protocol imports."""
_FIELDS = {name: tuple(f.name for f in dataclasses.fields(cls)) for name, cls in _CLASSES.items()}


def _to_json(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        name = type(value).__name__
        return {"is": name, **{key: _to_json(getattr(value, key)) for key in _FIELDS[name]}}
    if isinstance(value, Mapping):
        return {str(key): _to_json(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [_to_json(item) for item in value]
    return value


def _tuples(value: Any) -> Any:
    return tuple(_tuples(item) for item in value) if isinstance(value, list) else value


def _shown(value: Any) -> Any:
    """Texts without control characters, which a terminal would obey."""
    if isinstance(value, tuple):
        return tuple(_shown(item) for item in value)
    return printable(value) if isinstance(value, str) else value


def _from_json(plain: dict[str, Any], *, shown: bool = False) -> Any:
    values = {key: _tuples(item) for key, item in plain.items()}
    if shown:
        values = {key: _shown(item) for key, item in values.items()}
    name = values.pop("is", None)
    if name is None:
        return values
    if name not in _CLASSES:
        raise ValueError(f"unknown message: {name}")
    return _CLASSES[name](**{key: item for key, item in values.items() if key in _FIELDS[name]})


def encode(message: Message | Command) -> str:
    """The message as one line of JSON, without the line's end."""
    return json.dumps(_to_json(message), separators=(",", ":"), allow_nan=False)


def decode(line: str | bytes, *, shown: bool = False) -> Any:
    """The message in a line of JSON, its texts fit to be shown where ``shown``; raises ValueError for anything else."""
    try:
        message = json.loads(line, object_hook=partial(_from_json, shown=shown))
    except (TypeError, RecursionError) as error:
        raise ValueError(str(error)) from error
    if type(message).__name__ not in _CLASSES:
        raise ValueError("not a message")
    return message
