"""The engine's process and its settings file."""

import os
import platform
import time
import venv

import numpy as np
import pytest

from edgetop.backends.serving import Server
from edgetop.controls import Start, Stop
from edgetop.engine.client import start_engine
from edgetop.engine.resolve import placed
from edgetop.plan import Plan, RunSpec
from edgetop.protocol import Catalog, Ended, Notice, Snapshot

PATIENCE_S = 120
"""A new interpreter looks for its frameworks on a machine that may be busy."""


def messages_until(client, kind, enough=lambda message: True):
    """What the engine says, until a message of that kind that is enough."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        for message in client.receive():
            if isinstance(message, kind) and enough(message):
                return message
            assert not isinstance(message, Ended), message
        time.sleep(0.02)
    raise AssertionError(f"no {kind.__name__} within {PATIENCE_S} s")


@pytest.fixture
def engine(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    clients = []

    def start(config="", pythons=()):
        clients.append(start_engine(config, pythons))
        return clients[-1]

    yield start
    for client in clients:
        client.close()


def test_a_named_settings_file_reaches_the_search_for_frameworks(engine, tmp_path):
    config = tmp_path / "mine.toml"
    config.write_text('[frameworks.ncnn]\npython = "/nowhere/python"\n')

    def told(catalog):
        return any(f.name == "ncnn" and "/nowhere/python" in str(f.version) for f in catalog.frameworks)

    assert messages_until(engine(str(config)), Catalog, told)


def test_a_broken_settings_file_ends_the_engine_in_words(engine, tmp_path):
    (tmp_path / "config" / "edgetop").mkdir(parents=True)
    (tmp_path / "config" / "edgetop" / "config.toml").write_text("run = 3\n")
    ended = messages_until(engine(), Ended)
    assert ended.exit_code == 2 and "table" in ended.title and ended.hint
    good = tmp_path / "good.toml"
    good.write_text("")
    assert messages_until(engine(str(good)), Catalog)


def test_a_named_settings_file_that_is_not_there_ends_it_too(engine):
    ended = messages_until(engine("/nowhere/config.toml"), Ended)
    assert ended.exit_code == 2 and "/nowhere/config.toml" in ended.title


def test_an_option_for_an_interpreter_comes_before_the_settings_and_is_in_the_catalog(engine, tmp_path):
    config = tmp_path / "mine.toml"
    config.write_text('[frameworks.null]\npython = "/nowhere/python"\n')
    venv.create(tmp_path / "other", with_pip=False, symlinks=True)
    python = tmp_path / "other" / "bin" / "python"
    (packages,) = (tmp_path / "other" / "lib").glob("*/site-packages")
    (packages / "ours.pth").write_text(os.path.dirname(os.path.dirname(np.__file__)))
    title = f"Python {platform.python_version()} at {python} (--python)"

    def told(catalog):
        entries = {entry.name: entry for entry in catalog.frameworks}
        return entries["null"].python == title and entries["litert"].python == "" and entries["null"].version

    assert messages_until(engine(str(config), [f"null={python}"]), Catalog, told)


def test_an_interpreter_of_an_unknown_framework_ends_it_in_words(engine):
    ended = messages_until(engine("", ["lite_rt=/opt/python"]), Ended)
    assert ended.exit_code == 2 and "lite_rt" in ended.title and "litert" in ended.hint


def test_a_plan_is_placed_where_its_frameworks_are_served():
    plan = Plan(
        (RunSpec(0, "tiny", "null"), RunSpec(1, "tiny", "litert"), RunSpec(2, "tiny", "torch", python="/opt/a"))
    )
    served = {"litert": Server("/opt/b", "env"), "torch": Server("/opt/c", "settings")}
    assert [spec.python for spec in placed(plan, served).runs] == ["", "/opt/b", "/opt/a"]


def test_a_plan_from_the_picker_is_refused_by_the_interpreter_that_would_run_it(engine, tmp_path):
    client = engine("", [f"null={tmp_path}/nowhere"])
    messages_until(client, Catalog)
    client.send(Start(Plan((RunSpec(0, "tiny", "null"),), input="noise", count=1, record="none")))
    ended = messages_until(client, Ended)
    assert ended.exit_code == 2 and f"no interpreter at {tmp_path}/nowhere" in ended.title


def is_second(message):
    """Whether it is a snapshot of a measurement with two threads."""
    return isinstance(message, Snapshot) and message.runs[0].threads == 2


def test_another_measurement_takes_the_place_of_the_first_and_each_has_its_file(engine, tmp_path):
    def plan(threads, name, framework="null"):
        return Plan((RunSpec(0, "tiny", framework, "fp32", threads),), input="noise", record=str(tmp_path / name))

    client = engine()
    client.send(Start(plan(1, "one.edgetop")))
    messages_until(client, Snapshot, lambda told: told.runs and told.runs[0].count > 20)
    client.send(Start(plan(1, "none.edgetop", "no-such-framework")))
    refused = messages_until(client, Notice, lambda told: told.severity == "error")
    assert "no-such-framework" in refused.title + refused.hint
    client.send(Start(plan(2, "two.edgetop")))
    seen, end = [], time.monotonic() + 30
    while not any(is_second(message) and message.runs[0].count > 20 for message in seen):
        assert time.monotonic() < end
        seen += client.receive()
        time.sleep(0.02)
    (notice,) = [message for message in seen if isinstance(message, Notice)]
    assert notice.hint.endswith("one.edgetop")
    first = next(message for message in seen if is_second(message))
    assert first.reset and first.columns.first == 0 and first.recording.path.endswith("two.edgetop")
    client.send(Stop())
    assert messages_until(client, Ended, lambda ended: ended.session.endswith("two.edgetop")).exit_code == 0
    assert not (tmp_path / "none.edgetop").exists()
    assert not list(tmp_path.glob("one.edgetop-*"))  # closed: nothing is left beside it
