"""A measurement that needs no screen: quitting asks what becomes of it."""

import pytest

from edgetop.app import EdgetopApp
from edgetop.controls import Stop
from edgetop.protocol import Ended
from edgetop.screens.error import LeaveScreen
from edgetop.screens.live import LiveScreen


@pytest.fixture
def attached(engine):
    client = engine.ScriptedClient(engine.HELLO, engine.snapshot())
    app = EdgetopApp(lambda: client, attached=True)
    app.client = client
    return app


@pytest.mark.parametrize(
    ("keys", "code", "stopped", "left"),
    [
        (("q", "l"), 0, False, True),
        (("q", "s"), 0, True, False),
        (("ctrl+c", "ctrl+c"), 130, False, True),
        (("q", "escape", "q", "enter"), 0, False, True),
    ],
)
async def test_quitting_asks(attached, keys, code, stopped, left):
    async with attached.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert isinstance(attached.screen, LiveScreen)
        await pilot.press(keys[0])
        assert isinstance(attached.screen, LeaveScreen)
        await pilot.press(*keys[1:])
        await pilot.pause()
        if stopped:
            assert attached.client.sent == [Stop()]
            attached.client.push(Ended(0))
            await pilot.pause()
    assert (Stop() in attached.client.sent) == stopped
    assert attached.left_running == left
    assert attached.return_code == code


async def test_staying_stays(attached):
    async with attached.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("q", "escape")
        await pilot.pause()
        assert isinstance(attached.screen, LiveScreen)
        assert attached.client.sent == []
        attached.exit()
