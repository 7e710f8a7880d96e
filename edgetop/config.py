"""Settings: built-in defaults, then the TOML file, then the environment; flags come last, in the commands.

The file is ``$XDG_CONFIG_HOME/edgetop/config.toml``. Every setting has an environment variable:
``[ina219] shunt_ohms`` is ``EDGETOP_INA219_SHUNT_OHMS``.
"""

from __future__ import annotations

import dataclasses
import math
import os
import sys
from dataclasses import dataclass, field
from typing import Any

from edgetop.errors import BadConfig
from edgetop.plan import Deadlines, Ina219Settings

SHUNT_HINT = "It is printed on the board: R100 is 0.1 ohm"


def _folder(variable: str, default: str) -> str:
    base = os.environ.get(variable) or os.path.join(os.path.expanduser("~"), *default.split("/"))
    return os.path.join(base, "edgetop")


def config_file() -> str:
    """Where the settings file is looked for."""
    return os.path.join(_folder("XDG_CONFIG_HOME", ".config"), "config.toml")


def cache_folder() -> str:
    """Where written model files and what was learnt of frameworks are kept."""
    return _folder("XDG_CACHE_HOME", ".cache")


def sessions_folder() -> str:
    """Where recordings go by default."""
    return os.path.join(_folder("XDG_DATA_HOME", ".local/share"), "sessions")


def pictures_folder() -> str:
    """Where pictures of the screen go: the desktop's folder of pictures where it is told, else the current one."""
    return os.environ.get("XDG_PICTURES_DIR") or os.getcwd()


def matrices_folder() -> str:
    """Where the sessions of `edgetop bench` go by default, a folder a plan."""
    return os.path.join(_folder("XDG_DATA_HOME", ".local/share"), "bench")


def weights_folder() -> str:
    """Where the weights that a user imported are kept."""
    return os.path.join(_folder("XDG_DATA_HOME", ".local/share"), "weights")


def environments_folder() -> str:
    """Where the environments are that edgetop makes for frameworks."""
    return os.path.join(_folder("XDG_DATA_HOME", ".local/share"), "envs")


def state_folder() -> str:
    """Where the screen keeps what it is to remember."""
    return _folder("XDG_STATE_HOME", ".local/state")


def asset(name: str) -> str:
    """The path of a file that ships with edgetop: beside the package in a wheel, beside its folder in a checkout."""
    package = os.path.dirname(os.path.realpath(__file__))
    inside = os.path.join(package, "assets", name)
    return inside if os.path.exists(inside) else os.path.join(os.path.dirname(package), "assets", name)


@dataclass(frozen=True)
class RunSettings:
    """What a run is when nothing else is said."""

    model: str = "efficientnet_lite0"
    frameworks: tuple[str, ...] = ("litert", "torch", "caffe")
    precision: str = "fp32"
    threads: int = 0
    """0 takes half of the cores, which leaves edgetop somewhere to run."""
    input: str = "cat"
    record: bool = True
    raw_limit: int = 0
    """Samples of a run that are recorded in a second at most; 0 records all."""
    power: str = ""
    """The rail whose watts energy is made of; the best one here when empty."""
    delegate: str = ""
    """A TFLite delegate for the frameworks that take one: its library, then its options as ``key=value``."""
    load_deadline_s: float = Deadlines.load_s
    inference_deadline_s: float = Deadlines.inference_s

    @property
    def deadlines(self) -> Deadlines:
        """Of every load and every inference."""
        return Deadlines(self.load_deadline_s, self.inference_deadline_s)


@dataclass(frozen=True)
class ScreenSettings:
    """How the screen looks."""

    theme: str = "edgetop-dark"
    ascii: str = "auto"
    """auto, always or never draw with ASCII characters only."""
    mouse: bool = True
    slow_link: str = "auto"
    """auto, always or never send a frame a second and sixteen colours."""


@dataclass(frozen=True)
class SessionSettings:
    """How long recordings in the default folder are kept; 0 keeps all."""

    keep_days: float = 0.0
    keep_gb: float = 0.0
    """Of all together, in gigabytes of 10**9 bytes."""

    @property
    def keep_bytes(self) -> float:
        """The same in bytes."""
        return self.keep_gb * 1e9


@dataclass(frozen=True)
class FrameworkSettings:
    """Of one framework."""

    python: str = ""
    """The interpreter its worker runs in."""


@dataclass(frozen=True)
class Settings:
    """All settings."""

    run: RunSettings = RunSettings()
    screen: ScreenSettings = ScreenSettings()
    sessions: SessionSettings = SessionSettings()
    ina219: Ina219Settings = Ina219Settings()
    meters: tuple[Ina219Settings, ...] = ()
    """Further INA219 chips, from ``[meters.NAME]``, by what they measure."""
    keys: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """An action's id to the keys wished for it, from ``[keys]``."""
    python: dict[str, str] = field(default_factory=dict)
    """Framework name to the interpreter its worker runs in, from ``[frameworks.NAME] python``."""


_TABLES = ("run", "screen", "sessions", "ina219")
"""Of settings with fixed names."""
_WHEN = ("auto", "always", "never")


def finite(text: Any) -> float:
    """A number that is one: raises ValueError for nan and inf too."""
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def is_shunt(ohms: float) -> bool:
    """Whether there can be a shunt of so many ohms: with any other, amperes would mean nothing."""
    return 1e-5 <= ohms <= 100.0


def _convert(where: str, default: Any, value: Any) -> Any:
    try:
        if isinstance(default, bool):
            if isinstance(value, str) and value.lower() not in ("1", "0", "true", "false", "yes", "no"):
                raise ValueError(value)
            return value.lower() in ("1", "true", "yes") if isinstance(value, str) else bool(value)
        if isinstance(default, int):
            return int(value, 0) if isinstance(value, str) else int(value)
        if isinstance(default, float):
            return finite(value)
        if isinstance(default, tuple):
            return tuple(value.split(",")) if isinstance(value, str) else tuple(str(item) for item in value)
        return str(value)
    except (TypeError, ValueError, OverflowError) as error:
        kind = type(default).__name__
        raise BadConfig(f"{where}: {value!r} does not fit", f"It takes a value like {default!r} ({kind})") from error


def _check_table(where: str, table: Any) -> dict[str, Any]:
    if not isinstance(table, dict):
        raise BadConfig(f"{where} is not a table", "Write it as [name], then a line a setting below it")
    return table


def _read_table(where: str, current: Any, table: Any) -> Any:
    table = _check_table(where, table)
    known = {f.name for f in dataclasses.fields(current)}
    for key in table:
        if key not in known:
            raise BadConfig(f"{where}: unknown setting {key!r}", f"Known here: {', '.join(sorted(known))}")
    changes = {key: _convert(f"{where}.{key}", getattr(current, key), value) for key, value in table.items()}
    return dataclasses.replace(current, **changes)


def _from_environment(name: str, current: Any) -> Any:
    table = {}
    for f in dataclasses.fields(current):
        value = os.environ.get(f"EDGETOP_{name}_{f.name}".upper())
        if value is not None:
            table[f.name] = value
    return _read_table(f"EDGETOP_{name}".upper(), current, table)


def _read_toml(path: str) -> dict[str, Any]:
    if not os.path.exists(path):
        return {}  # most start without one: the reader of TOML need not be imported
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        with open(path, "rb") as file:
            return dict(tomllib.load(file))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadConfig(f"cannot read {path}: {error}", "Mend or remove the file") from error


def load_settings(path: str = "") -> Settings:
    """The settings in force; raises BadConfig for one that is not understood."""
    file = path or config_file()
    if path and not os.path.exists(path):
        raise BadConfig(f"there is no settings file at {path}", "Check the path after --config")
    tables = _read_toml(file)
    settings = Settings()
    frameworks = _check_table(f"{file} [frameworks]", tables.pop("frameworks", {}))
    meters = _check_table(f"{file} [meters]", tables.pop("meters", {}))
    keys = _check_table(f"{file} [keys]", tables.pop("keys", {}))
    for name in tables:
        if name not in _TABLES:
            known = "run, screen, sessions, keys, ina219, meters.NAME, frameworks.NAME"
            raise BadConfig(f"{file}: unknown table [{name}]", f"Known: {known}")
    changes: dict[str, Any] = {}
    for name in _TABLES:
        section = _read_table(f"{file} [{name}]", getattr(settings, name), tables.get(name, {}))
        changes[name] = _from_environment(name, section)
    for key in ("ascii", "slow_link"):
        value = getattr(changes["screen"], key)
        if value not in _WHEN:
            raise BadConfig(f"[screen] {key}: there is no {value!r}", f"It is {', '.join(_WHEN)}")
    if not is_shunt(changes["ina219"].shunt_ohms):
        raise BadConfig(f"[ina219] shunt_ohms: {changes['ina219'].shunt_ohms:g} ohm is no shunt's", SHUNT_HINT)
    for key, value in dataclasses.asdict(changes["sessions"]).items():
        if value < 0:
            raise BadConfig(f"[sessions] {key}: {value:g} is less than nothing", "0 keeps all")
    own = {name: _read_table(f"{file} [frameworks.{name}]", FrameworkSettings(), t) for name, t in frameworks.items()}
    changes["keys"] = {id: _keys(f"{file} [keys] {id}", value) for id, value in keys.items()}
    changes["meters"] = tuple(
        _read_table(f"{file} [meters.{name}]", Ina219Settings(name=name), table) for name, table in meters.items()
    )
    python = {**{name: framework.python for name, framework in own.items()}, **_pythons_from_environment()}
    return dataclasses.replace(settings, python={name: path for name, path in python.items() if path}, **changes)


def _keys(where: str, value: Any) -> tuple[str, ...]:
    """Keys between blanks, or a list of them; the screen knows which there are."""
    parts = value.split() if isinstance(value, str) else value
    if not isinstance(parts, list) or not all(isinstance(part, str) for part in parts):
        raise BadConfig(f"{where}: {value!r} is no key", 'Write "x", or ["x", "ctrl+x"]')
    return tuple(parts)


def _pythons_from_environment() -> dict[str, str]:
    begin, end = "EDGETOP_FRAMEWORKS_", "_PYTHON"
    named = [name for name in os.environ if name.startswith(begin) and name.endswith(end)]
    return {name[len(begin) : -len(end)].lower(): os.environ[name] for name in named}


def default_threads() -> int:
    """Half of the cores this process may use, at least one."""
    return max(1, len(os.sched_getaffinity(0)) // 2)
