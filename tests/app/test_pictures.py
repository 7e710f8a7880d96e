"""The picker as it looks, at the three sizes it is made for."""

import pytest

from edgetop.app import EdgetopApp
from edgetop.config import ScreenSettings, Settings

pytest.importorskip("pytest_textual_snapshot", reason="needs Python 3.10")


@pytest.mark.parametrize(
    ("size", "keys", "theme"),
    [
        ((120, 40), (), "edgetop-dark"),
        ((80, 24), ("tab", "down"), "edgetop-light"),
        ((60, 16), ("tab", "tab", "down", "down", "left"), "edgetop-contrast"),
        ((80, 24), ("tab", "tab", "end", "down", *"libtest.so a=b"), "edgetop-dark"),
    ],
    ids=["120x40", "80x24", "60x16", "80x24-delegate"],
)
def test_the_picker_looks_as_it_did(snap_compare, engine, size, keys, theme):
    client = engine.ScriptedClient(engine.HELLO, engine.catalog(caffe=engine.LOOKING))
    app = EdgetopApp(lambda: client, settings=Settings(screen=ScreenSettings(theme=theme)))

    async def look(pilot):
        while client._messages or app.screen.query_one("#models").cursor != 2:
            await pilot.pause()
        await pilot.press(*keys)
        await pilot.pause()

    assert snap_compare(app, terminal_size=size, run_before=look)
