"""Reading a plan file: all that is wrong with it is told, with file and line, before anything runs."""

from __future__ import annotations

import dataclasses
import os
import re
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any, Callable, Optional, TypeVar

from edgetop.backends.registry import backend, names
from edgetop.backends.variants import choose
from edgetop.config import asset, finite
from edgetop.engine.matrix import HERE, Matrix
from edgetop.errors import BadConfig, EdgetopError, UnknownName
from edgetop.inputs.source import check_source
from edgetop.networks import zoo
from edgetop.plan import MAX_THREADS, PRECISIONS, AccuracySettings, EnergySettings

SUFFIX = ".toml"
MAX_ROUNDS = 100
MAX_PROCESSES = 20
_KEYS = tuple(field.name for field in dataclasses.fields(Matrix) if field.name != "name")
_ENERGY = {"windows": 5, "seconds": 10.0}
"""What the table [energy] has, and what stands for that which it leaves out."""
Item = TypeVar("Item", str, int)


def shipped_plans() -> tuple[str, ...]:
    """The names of the plans that come with edgetop."""
    files = sorted(os.listdir(asset("plans")))
    return tuple(file[: -len(SUFFIX)] for file in files if file.endswith(SUFFIX))


def plan_path(said: str) -> str:
    """The path of a plan that is named by its file, or by its name where it comes with edgetop; raises UnknownName."""
    if said.endswith(SUFFIX) or os.sep in said:
        return said
    if said not in shipped_plans():
        hint = f"Plans that come with edgetop: {', '.join(shipped_plans())}; a file of your own ends in {SUFFIX}"
        raise UnknownName(f"no plan named {said!r}", hint)
    return os.path.join(asset("plans"), said + SUFFIX)


def read_matrix(path: str) -> Matrix:
    """The matrix in a plan file; raises BadConfig and UnknownName."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read()
        said = dict(tomllib.loads(text))
    except OSError as error:
        raise BadConfig(f"{path} cannot be read: {error.strerror}", "Check the path of the plan") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadConfig(f"{path}: {error}", "Mend the plan; plans are TOML") from error
    return _Reader(path, text).matrix(said)


class _Reader:
    """One plan file, which knows where in it something stands."""

    def __init__(self, path: str, text: str) -> None:
        self._path = path
        self._lines = text.splitlines()

    def _where(self, *words: object) -> str:
        """File and line of the first of the words that stands in the file."""
        for word in words:
            pattern = re.compile(rf"(?<![\w.:]){re.escape(str(word))}(?![\w.:])")
            for number, line in enumerate(self._lines, 1):
                if pattern.search(line.partition("#")[0]):
                    return f"{self._path}:{number}"
        return self._path

    def _bad(self, key: str, value: object, hint: str) -> BadConfig:
        return BadConfig(f"{self._where(key)}: {key} = {value!r} does not fit", hint)

    def matrix(self, said: dict[str, Any]) -> Matrix:
        for key in said:
            self._check_key(key, _KEYS)
        models = self._list("models", said, "", _check_model)
        frameworks = (HERE,) if said.get("frameworks") == HERE else self._list("frameworks", said, "", _check_framework)
        if not models or not frameworks:
            raise BadConfig(f"{self._path} names no models, or no frameworks", 'Write models = ["mobilenet_v2"]')
        duration_s, count = self._number("duration_s", said, 0.0), self._whole("count", said, 0, 1 << 40)
        if not duration_s and not count:
            raise BadConfig(f"{self._path} does not say how long", "Write duration_s = 10, or count = 1000")
        rounds = self._whole("rounds", said, 1, MAX_ROUNDS)
        if not rounds:
            raise self._bad("rounds", 0, f"Choose 1 to {MAX_ROUNDS}")
        processes = self._whole("processes", said, 1, MAX_PROCESSES)
        if not processes:
            raise self._bad("processes", 0, f"Choose 1 to {MAX_PROCESSES}")
        return Matrix(
            name=os.path.basename(self._path).rpartition(".")[0] or "plan",
            title=self._text("title", said),
            models=models,
            frameworks=frameworks,
            precisions=self._list("precisions", said, "fp32", _check_precision),
            threads=self._list("threads", said, 0, _check_threads),
            input=self._input(said),
            duration_s=duration_s,
            count=count,
            rounds=rounds,
            processes=processes,
            operators=self._flag("operators", said),
            cool_down=self._flag("cool_down", said),
            leave_out_throttled=self._flag("leave_out_throttled", said),
            power=self._text("power", said),
            energy=self._energy(said),
            accuracy=self._accuracy(said),
        )

    def _check_key(self, key: str, known: Sequence[str]) -> None:
        if key not in known:
            close = get_close_matches(key, known, n=1)
            hint = f"Did you mean {close[0]}?" if close else f"Known here: {', '.join(known)}"
            raise BadConfig(f"{self._where(key)}: unknown key {key!r}", hint)

    def _list(self, key: str, said: dict[str, Any], default: Item, check: Callable[[Item], None]) -> tuple[Item, ...]:
        """The items of a list, each checked; the default alone, or nothing for "", where it is left out."""
        items = said.get(key, [default] if default != "" else [])
        if not isinstance(items, list) or any(type(item) is not type(default) for item in items):
            raise self._bad(key, items, f"It is a list, as {key} = [{'2' if default == 0 else '...'}]")
        if key in said and not items:
            raise self._bad(key, items, "Name one at least, or leave the line out")
        for item in items:
            if items.count(item) > 1:
                raise BadConfig(f"{self._where(item)}: {item} stands twice in {key}", "Leave one of them out")
            self._check(key, item, check)
        return tuple(items)

    def _check(self, key: str, item: Item, check: Callable[[Item], None]) -> None:
        """Raise what the check raises, with file and line."""
        try:
            check(item)
        except EdgetopError as error:
            raise type(error)(f"{self._where(item, key)}: {error.title}", error.hint) from error

    def _number(self, key: str, said: dict[str, Any], default: float) -> float:
        value = said.get(key, default)
        try:
            if isinstance(value, (bool, str)) or finite(value) < 0:
                raise ValueError(value)
        except (TypeError, ValueError, OverflowError) as error:
            raise self._bad(key, value, "It is a number of seconds") from error
        return float(value)

    def _whole(self, key: str, said: dict[str, Any], default: int, most: int) -> int:
        value = said.get(key, default)
        if type(value) is not int or not 0 <= value <= most:
            raise self._bad(key, value, f"It is a whole number up to {most}")
        return value

    def _flag(self, key: str, said: dict[str, Any]) -> bool:
        value = said.get(key, False)
        if not isinstance(value, bool):
            raise self._bad(key, value, "It is true or false")
        return value

    def _text(self, key: str, said: dict[str, Any]) -> str:
        value = said.get(key, "")
        if not isinstance(value, str):
            raise self._bad(key, value, "It is a text between quotes")
        return value

    def _input(self, said: dict[str, Any]) -> str:
        source = self._text("input", said)
        if source:
            self._check("input", source, check_source)
        return source

    def _energy(self, said: dict[str, Any]) -> EnergySettings:
        """The table [energy]; no such phase where there is none."""
        table = self._table("energy", said, tuple(_ENERGY))
        if table is None:
            return EnergySettings()
        seconds = self._number("seconds", table, _ENERGY["seconds"])
        return EnergySettings(self._whole("windows", table, int(_ENERGY["windows"]), 1000), seconds, seconds)

    def _accuracy(self, said: dict[str, Any]) -> AccuracySettings:
        table = self._table("accuracy", said, ("data", "annotations", "first"))
        if table is None:
            return AccuracySettings()
        first = self._whole("first", table, 0, 1 << 40)
        return AccuracySettings(self._text("data", table), self._text("annotations", table), first)

    def _table(self, key: str, said: dict[str, Any], known: Sequence[str]) -> Optional[dict[str, Any]]:
        table = said.get(key)
        if table is not None and not isinstance(table, dict):
            raise self._bad(key, table, f"Write [{key}], then a line a setting below it")
        for name in table or ():
            self._check_key(name, known)
        return table


def _check_model(said: str) -> None:
    zoo.shipped_card(said)


def _check_framework(said: str) -> None:
    name, colon, variant = said.partition(":")
    if name not in names():
        close = get_close_matches(name, names(), n=1)
        raise UnknownName(f"no framework named {name!r}", f"Did you mean {close[0]}?" if close else _known(names()))
    if colon:
        choose(backend(name), variant)


def _check_precision(said: str) -> None:
    if said not in PRECISIONS:
        raise UnknownName(f"no precision named {said!r}", _known(PRECISIONS))


def _check_threads(said: int) -> None:
    if not 0 <= said <= MAX_THREADS:
        raise UnknownName(f"{said} threads", f"Choose 1 to {MAX_THREADS}, or 0 for half of the cores")


def _known(known: Sequence[str]) -> str:
    return f"Known: {', '.join(known)}"
