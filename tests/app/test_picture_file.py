"""A picture of the screen, or of one panel, as a file."""

import os
import re
import xml.etree.ElementTree as ElementTree

import pytest
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from edgetop.app import EdgetopApp
from edgetop.screens.picture_file import svg

SVG = "{http://www.w3.org/2000/svg}"


def words_of(picture):
    root = ElementTree.fromstring(picture)
    assert not re.search(r"@font-face|url\((?!#)|href|https?:", picture.replace("http://www.w3.org/2000/svg", ""))
    return " ".join(" ".join(text.text for text in root.iter(f"{SVG}text")).split()), root


@pytest.fixture
def pictures(monkeypatch, tmp_path):
    folder = tmp_path / "pictures"
    monkeypatch.setenv("XDG_PICTURES_DIR", str(folder))
    return folder


@pytest.fixture
def app(engine):
    client = engine.ScriptedClient(engine.HELLO, engine.snapshot())
    return EdgetopApp(lambda: client, engine.PLAN)


async def test_the_screen_is_written_and_its_place_told(app, pictures):
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause(0.2)
        await pilot.press("ctrl+s")
        await pilot.pause()
        (name,) = os.listdir(pictures)
        assert re.fullmatch(r"edgetop-\d{8}-\d{6}\.svg", name)
        assert [note.message for note in app._notifications] == [str(pictures / name)]
        shown, root = words_of((pictures / name).read_text())
        assert "1 Latency" in shown and "5 Power" in shown
        assert root.find(f"{SVG}title").text == "edgetop"


async def test_of_an_enlarged_panel_it_is_the_panel_alone(app, pictures):
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause(0.2)
        await pilot.press("2", "ctrl+s", "ctrl+s")
        await pilot.pause()
        names = sorted(os.listdir(pictures))
        assert len(names) == 2 and all(name.startswith("edgetop-figures-") for name in names)
        shown, _ = words_of((pictures / names[0]).read_text())
        assert "2 Figures" in shown and "Latency" not in shown and "quit" not in shown


async def test_a_folder_that_cannot_be_written_is_told(app, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_PICTURES_DIR", str(tmp_path / "file" / "x"))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause(0.2)
        await pilot.press("ctrl+s")
        await pilot.pause()
        (note,) = app._notifications
        assert note.severity == "error" and "XDG_PICTURES_DIR" in note.message


def test_text_is_text_whatever_it_holds():
    strips = [Strip([Segment("<&>{x}", Style.parse("bold #ff0000 on #00ff00"))]), Strip([Segment("日本 {0}")])]
    shown, root = words_of(svg(strips, "a <b> {c}", "#102030"))
    assert shown.replace(" ", "") == "<&>{x}日本{0}"
    assert root.find(f"{SVG}title").text == "a <b> {c}"
    assert root.find(f"{SVG}rect").get("fill") == "#102030"
