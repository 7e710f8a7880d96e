"""From a command to the screen: its process is made ready, then the app runs to its end."""

from __future__ import annotations

import argparse
import contextlib
import gc
import os
import sys
import threading
from typing import TYPE_CHECKING, Optional

from edgetop.config import Settings, sessions_folder
from edgetop.plan import Plan
from edgetop.terminal.first_frame import FIRST_FRAME, refuse_poor_terminal, wants_ascii
from edgetop.terminal.keeper import Keeper
from edgetop.terminal.strays import Strays

if TYPE_CHECKING:
    from edgetop.app import EdgetopApp
    from edgetop.engine.link import Engines, StartEngine


def run_app(
    start_client: StartEngine,
    plan: Optional[Plan] = None,
    settings: Settings = Settings(),  # noqa: B008  frozen
    replay: bool = False,
    *,
    engines: Optional[Engines] = None,
    browse: bool = False,
    attached: bool = False,
    welcome: bool = False,
) -> int:
    """Show the screen until it ends, and return the exit code.

    Raises UsageError when the terminal cannot show a screen, and what ``start_client`` raises.
    """
    refuse_poor_terminal(os.environ)
    stream = sys.__stderr__
    ascii = wants_ascii(settings.screen.ascii, stream.encoding if stream else None, os.environ.get("TERM", ""))
    with contextlib.ExitStack() as ending:
        early, file = FIRST_FRAME.hand_over()
        strays = Strays(file)
        ending.callback(strays.close)
        keeper = early or Keeper(0, strays.terminal, strays.unread)  # before all that is large
        ending.callback(keeper.close)
        ending.callback(lambda: keeper.given_back() if FIRST_FRAME.stands else None)
        client = start_client()  # its imports and ours go on at once
        try:
            app_class = _load_app()
        except BaseException:
            client.close()
            raise
        from edgetop.screens.themes import theme_for
        from edgetop.terminal.lifecycle import is_sixteen_colours, say_goodbye

        app = app_class(
            start_client,
            plan,
            settings,
            replay,
            client=client,
            engines=engines,
            browse=browse,
            ascii=ascii,
            attached=attached,
            welcome=welcome,
        )
        app.strays, app.keeper = strays, keeper
        app.use_theme(theme_for(app.theme, is_sixteen_colours(app)))
        app.begin_slow_link(settings.screen.slow_link)
        threading.excepthook = app.fail_in_thread
        ending.callback(app.close_engine)
        app.run(mouse=settings.screen.mouse)
    say_goodbye(app.failure, app.refusal, () if app.left_running else tuple(app.sessions))
    if app.left_running:
        print("edgetop: the measurement goes on; `edgetop attach` comes back to it", file=sys.stderr)
    return 1 if app.failure is not None else app.return_code or 0


def engines_of(arguments: argparse.Namespace, folder: str = "") -> Engines:
    """How this command's engines are begun; recorded sessions are those of the folder, or of the default one."""
    from edgetop.engine.client import start_browser, start_engine, start_pair, start_replay
    from edgetop.engine.link import Engines

    return Engines(
        lambda: start_engine(arguments.config, arguments.python),
        lambda: start_browser(folder or sessions_folder()),
        start_replay,
        start_pair,
    )


def _load_app() -> type[EdgetopApp]:
    """Import the app and all it draws with, at as little cost as may be."""
    # Textual reads its frame rate when it is imported; half of its default is plenty for four snapshots a second.
    os.environ.setdefault("TEXTUAL_FPS", "30")
    # asyncio imports ssl, and with it OpenSSL: a tenth of the process's memory, for a screen that speaks to pipes
    # alone. None in its place is what Python takes for a module that cannot be imported; asyncio does without.
    sys.modules.setdefault("ssl", None)  # type: ignore[arg-type]
    # The garbage collector finds nothing during imports and would take a twentieth of the start.
    collecting = gc.isenabled()
    gc.disable()
    from edgetop.app import EdgetopApp

    if collecting:
        gc.freeze()  # else the next collection looks through all that was imported, for nothing
        gc.enable()
    return EdgetopApp
