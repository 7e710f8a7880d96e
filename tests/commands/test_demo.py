"""The session that ships with edgetop: `demo`, wherever a session is asked for."""

import json
import sqlite3

from edgetop.arguments import DEMO, session
from edgetop.config import asset


def test_a_file_of_that_name_comes_first(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert session("demo") == asset(DEMO)
    (tmp_path / "demo").touch()
    assert session("demo") == "demo"


def test_it_replays_and_its_energy_can_be_published(edgetop, tmp_path):
    done = edgetop("replay", "demo", "--json", str(tmp_path / "demo.json"))
    assert done.returncode == 0, done.stderr
    runs = json.loads((tmp_path / "demo.json").read_text())["results"]
    assert len(runs) == 3
    assert all(not run["energy"]["provisional"] for run in runs)


def test_it_tells_nothing_of_where_it_was_recorded():
    rows = sqlite3.connect(f"file:{asset(DEMO)}?mode=ro&immutable=1", uri=True).execute("SELECT value FROM meta")
    text = " ".join(str(value) for (value,) in rows)
    assert '"record":"demo.edgetop"' in text
    assert not [part for part in ("/home/", "/root/", "/tmp/", "/work/") if part in text]
