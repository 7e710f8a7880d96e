"""The engine's process and its settings file."""

import time

import pytest

from edgetop.engine.client import start_engine
from edgetop.protocol import Catalog, Ended


def messages_until(client, kind, enough=lambda message: True):
    """What the engine says, until a message of that kind that is enough."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        for message in client.receive():
            if isinstance(message, kind) and enough(message):
                return message
            assert not isinstance(message, Ended), message
        time.sleep(0.02)
    raise AssertionError(f"no {kind.__name__} within 30 s")


@pytest.fixture
def engine(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    clients = []

    def start(config=""):
        clients.append(start_engine(config))
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
