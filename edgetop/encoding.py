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
_REQUIRED = object()


def _default(field: dataclasses.Field[Any]) -> Any:
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return _REQUIRED if field.default is dataclasses.MISSING else field.default


_FIELDS = {name: {f.name: _default(f) for f in dataclasses.fields(cls)} for name, cls in _CLASSES.items()}
"""Each field with what it is when nothing is said of it."""


def _to_json(value: Any, whole: bool) -> Any:
    cls = type(value)
    if cls in (float, int, str, bool) or value is None:
        return value
    if dataclasses.is_dataclass(cls):
        plain = {"is": cls.__name__}
        for key, default in _FIELDS[cls.__name__].items():
            item = getattr(value, key)
            if whole or (item is not default and (type(item) is not type(default) or item != default)):
                plain[key] = _to_json(item, whole)
        return plain
    if isinstance(value, Mapping):
        return {str(key): _to_json(item, whole) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [_to_json(item, whole) for item in value]
    return value


def _items(value: list[Any], shown: bool) -> tuple[Any, ...]:
    return tuple(
        [
            _items(item, shown) if type(item) is list else printable(item) if shown and type(item) is str else item
            for item in value
        ]
    )


def _from_json(plain: dict[str, Any], *, shown: bool = False) -> Any:
    """``shown``: texts come without control characters, which a terminal would obey."""
    for key, item in plain.items():
        if type(item) is list:
            plain[key] = _items(item, shown)
        elif shown and type(item) is str:
            plain[key] = printable(item)
    name = plain.pop("is", None)
    if name is None:
        return plain
    if name not in _CLASSES:
        raise ValueError(f"unknown message: {name}")
    fields = _FIELDS[name]
    if not plain.keys() <= fields.keys():
        plain = {key: item for key, item in plain.items() if key in fields}
    return _CLASSES[name](**plain)


def encode(message: Message | Command, *, whole: bool = True) -> str:
    """The message as one line of JSON, without the line's end; fields at their defaults are left out if not ``whole``.

    Most figures of a run are not known at any moment: what is left out is two thirds of a snapshot.
    """
    return json.dumps(_to_json(message, whole), separators=(",", ":"), allow_nan=False)


def decode(line: str | bytes, *, shown: bool = False) -> Any:
    """The message in a line of JSON, its texts fit to be shown where ``shown``; raises ValueError for anything else."""
    try:
        message = json.loads(line, object_hook=partial(_from_json, shown=shown))
    except (TypeError, RecursionError) as error:
        raise ValueError(str(error)) from error
    if type(message).__name__ not in _CLASSES:
        raise ValueError("not a message")
    return message
