"""The screen's application: what the engine says goes to the screens, what the user presses to the engine."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, Any, ClassVar, Optional

from textual.binding import Binding
from textual.screen import Screen

from edgetop.config import Settings, asset
from edgetop.controls import Command, Start, Stop
from edgetop.engine.link import EngineClient, Engines, Link, StartEngine
from edgetop.plan import Plan
from edgetop.protocol import (
    ITSELF,
    Catalog,
    Distribution,
    Ended,
    Hello,
    LogLines,
    Message,
    Notice,
    Operators,
    Overview,
    Picture,
    Recording,
    SessionDetails,
    Sessions,
    Snapshot,
)
from edgetop.screens.error import ErrorScreen, LeaveScreen, QuestionScreen
from edgetop.screens.keymap import remapped
from edgetop.screens.keys import ACTIONS, BROWSER, LIVE, METHODS, PICKER, REPLAY, Action, actions_of
from edgetop.screens.palette import ActionProvider
from edgetop.screens.replay_actions import ReplayActions
from edgetop.screens.run_actions import RunActions
from edgetop.screens.session_actions import SessionActions
from edgetop.screens.slow_link_actions import SlowLinkActions
from edgetop.screens.themes import THEMES, series_for

if TYPE_CHECKING:
    from edgetop.screens.live import LiveScreen
    from edgetop.screens.picker import PickerScreen

STOP_TIMEOUT_S = 2.0
"""How long a stopping engine may take to close its recording before the screen leaves anyway."""
_NOTHING = Snapshot(0, "preparing")
"""What is shown before the engine's first snapshot."""


def _binding(action: Action) -> Binding:
    return Binding(",".join(action.keys), action.call, action.label or action.description, priority=action.priority)


class EdgetopApp(RunActions, ReplayActions, SessionActions, SlowLinkActions):
    """Shows one engine at a time: the picker first when there is no plan, then the live screen; or sessions."""

    CSS_PATH = asset("edgetop.tcss")
    TITLE = "edgetop"
    ENABLE_COMMAND_PALETTE = True
    COMMANDS: ClassVar[set[Any]] = {ActionProvider}

    def __init__(
        self,
        start_client: StartEngine,
        plan: Optional[Plan] = None,
        settings: Settings = Settings(),  # noqa: B008  frozen
        replay: bool = False,
        *,
        client: Optional[EngineClient] = None,
        engines: Optional[Engines] = None,
        browse: bool = False,
        ascii: bool = False,
        attached: bool = False,
        welcome: bool = False,
    ) -> None:
        super().__init__(ascii=ascii)
        self.actions = remapped(settings.keys) if settings.keys else ACTIONS
        self.bind_keys(_binding(action) for action in self.actions if action.keys and not action.elsewhere)
        for theme in THEMES:
            self.register_theme(theme)
        self.use_theme(settings.screen.theme)
        self.set_class(ascii, "-ascii")
        self._plan = plan
        self._settings = settings
        self._replay = replay
        self._browse = browse
        self._engines = engines or Engines(
            start_client, start_client, lambda _: start_client(), lambda *_: start_client()
        )
        self._link = Link(start_client, lambda messages: self.call_later(self.take_in_time, messages), client)
        self._live: Optional[LiveScreen] = None
        self._picker: Optional[PickerScreen] = None
        self._hello: Optional[Hello] = None
        self._snapshot = _NOTHING
        self._ended: Optional[Ended] = None
        self._leaving: Optional[int] = None
        self._choosing_anew = False
        self._attached = attached
        self._welcome = welcome
        self.left_running = False
        """Whether the measurement goes on without this screen."""
        self.refusal: Optional[Ended] = None
        """Why the engine refused what this app was started for."""
        self.sessions: list[str] = []
        """The session files written so far, also those of which the engine can say nothing more."""

    # ---- beginning

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Series colours for the themes that have none."""
        return series_for(self.current_theme.dark)

    def get_default_screen(self) -> Screen[Any]:
        """The first screen: as the base of the stack it is the only one that is laid out at the start."""
        if self._browse:
            return self._new_browser()
        if self._replay or self._attached or self._plan is not None:
            return self._new_live()
        return self._new_picker()

    def on_mount(self) -> None:
        """Listen to the engine; start the plan if there is one."""
        self._connect()
        if self._plan is not None:
            self.command(Start(self._plan))
        if self._welcome:
            self.action_welcome()
        gc.freeze()

    def _connect(self) -> None:
        self._ended = None
        self._snapshot = _NOTHING
        self._link.connect()

    def _change_engine(self, start: StartEngine) -> None:
        self._ended = None
        self._snapshot = _NOTHING
        self._link.change(start)

    def _new_picker(self) -> PickerScreen:
        from edgetop.screens.picker import PickerScreen  # as the live screen, not before it is needed
        from edgetop.screens.selection import settings_of

        self._picker = PickerScreen(
            settings_of(self._plan, self._settings) if self._plan else self._settings, self.actions
        )
        return self._picker

    def _new_live(self) -> LiveScreen:
        from edgetop.screens.live import LiveScreen  # not before it is needed: the picker comes up sooner

        self._live = LiveScreen(self.actions)
        return self._live

    # ---- from the engine

    def _take(self, messages: list[Message]) -> None:
        # Of several snapshots in one go the last is shown, with the columns of all: none is painted to be painted over.
        last = next((message for message in reversed(messages) if isinstance(message, Snapshot)), None)
        for message in messages:
            if isinstance(message, Snapshot):
                self._take_snapshot(message, shown=message is last)
            elif isinstance(message, LogLines) and self._live is not None:
                self._live.show_log(message)
            elif isinstance(message, Picture) and self._live is not None:
                self._live.show_picture(message)
            elif isinstance(message, Operators) and self._live is not None:
                self._live.show_operators(message)
            elif isinstance(message, Distribution) and self._live is not None:
                self._live.show_distribution(message)
            elif isinstance(message, Overview):
                self._overview = message
                if self._live is not None:
                    self._live.timeline.know(message)
            elif isinstance(message, Catalog):
                self._catalog = message
                if self._picker is not None:
                    self._picker.show_catalog(message)
            elif isinstance(message, Sessions) and self._browser is not None:
                self._browser.show_sessions(message)
            elif isinstance(message, SessionDetails) and self._browser is not None:
                self._browser.show_details(message)
            elif isinstance(message, Hello):
                self._take_hello(message)
            elif isinstance(message, Notice):
                self._take_notice(message)
            elif isinstance(message, Ended):
                self._take_ended(message)
        if self._live is not None and self.strays is not None:
            lines = self.strays.lines()
            if lines:
                self._live.show_log(LogLines(ITSELF, tuple(lines)))

    def _take_snapshot(self, snapshot: Snapshot, *, shown: bool) -> None:
        self._snapshot = snapshot
        self._at_ns = snapshot.t_ns
        if isinstance(snapshot.recording, Recording):
            self._note_session(snapshot.recording.path)
        if self._live is not None and shown:
            self._live.show(snapshot)
        elif self._live is not None:
            self._live.pass_over(snapshot)

    def _note_session(self, path: str) -> None:
        if path and path not in self.sessions:
            self.sessions.append(path)

    def _take_hello(self, hello: Hello) -> None:
        self._hello = hello
        for screen in (self._picker, self._live):
            if screen is not None:
                screen.hello(hello)

    def _take_notice(self, notice: Notice) -> None:
        severity: Any = notice.severity if notice.severity in ("information", "warning", "error") else "information"
        self.notify(notice.hint or notice.title, title=notice.title if notice.hint else "", severity=severity)

    def _take_ended(self, ended: Ended) -> None:
        self._ended = ended
        self._note_session(ended.session)
        if self._leaving is not None:
            self.exit(return_code=self._leaving or ended.exit_code)
        elif self._choosing_anew:
            self._choose_anew()
        elif ended.exit_code and self._replay and self._browser is not None and self._snapshot is _NOTHING:
            self._show_browser()
            self.push_screen(ErrorScreen(ended.title, ended.hint))
        elif ended.exit_code and self._picker is None and self._snapshot is _NOTHING:
            self.refusal = ended  # nothing was measured: there is nothing to look at
            self.exit(return_code=ended.exit_code)
        elif ended.exit_code and ended.title:
            self.push_screen(ErrorScreen(ended.title, ended.hint))
        elif ended.session:
            self.notify(f"Recorded in {ended.session}", title="The run has ended")

    # ---- to the engine

    def command(self, command: Command) -> None:
        """Send a command to the engine."""
        self._link.send(command)

    def on_picker_screen_chosen(self, message: PickerScreen.Chosen) -> None:
        """Start what the picker has chosen, with a new engine if the last one is gone."""
        self._plan = message.plan
        changing = self.is_changing
        if self._ended is not None:
            self._change_engine(self._engines.measure)
        if changing:
            self.action_stay()
        live = self._new_live()
        if changing and len(self.screen_stack) > 1:  # the first screen stays below: it is the stack's base
            self.switch_screen(live)
        else:
            self.push_screen(live)
        if self._hello is not None:
            live.hello(self._hello)
        self.command(Start(message.plan))

    # ---- actions

    @property
    def scene(self) -> str:
        """Which of the screens is in front; empty while help, a question or the palette is."""
        if self.screen is self._picker:
            return PICKER
        if self.screen is self._browser:
            return BROWSER
        if self._live is not None and self.screen is self._live:
            return REPLAY if self._replay else LIVE
        return ""

    @property
    def actions_now(self) -> tuple[Action, ...]:
        """The actions that work on the screen in front, or on the one below the palette."""
        if self.scene or self._live is not None:
            return actions_of(self.scene or (REPLAY if self._replay else LIVE), self.actions)
        in_sight = [screen for screen in self.screen_stack if screen in (self._picker, self._browser)]
        return actions_of(BROWSER if in_sight[-1:] == [self._browser] else PICKER, self.actions)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> Optional[bool]:
        """Whether an action works on the screen in front."""
        scenes = METHODS.get(action)
        return scenes is None or not self.scene or self.scene in scenes

    def action_start(self) -> None:
        """Start the measurement."""
        if self._picker is not None:
            self._picker.start()

    def action_suspend(self) -> None:
        """Give the terminal to the shell."""
        self.action_suspend_process()

    # ---- the end of a run, and of the app

    def action_anew(self) -> None:
        """Go back to the picker; asks before it stops a run."""
        if self.screen.maximized is not None:
            self.screen.minimize()
        elif self._ended is not None:
            self._choose_anew()
        else:
            question = QuestionScreen("Stop this run and choose anew?", "What was recorded is kept.")
            self.push_screen(question, self._answered)

    def _answered(self, yes: Optional[bool]) -> None:
        if yes and self._ended is not None:
            self._choose_anew()
        elif yes:
            self._choosing_anew = True
            self.command(Stop())

    def _choose_anew(self) -> None:
        self._choosing_anew = False
        self._show_picker()

    def _show_picker(self) -> None:
        self._live = None
        if not self._uncover(self._picker):
            self.push_screen(self._new_picker())  # what came first stays below: it is the stack's base
        self._change_engine(self._engines.measure)

    async def action_quit(self) -> None:
        """Stop the run, wait for its recording to be closed, and leave."""
        self._quit(0)

    def action_interrupt(self) -> None:
        """Leave as Ctrl-C does elsewhere."""
        self._quit(130)

    def _quit(self, code: int) -> None:
        running = self._live is not None and self._ended is None
        if not running or self._leaving is not None:
            finished = self._ended.exit_code if self._ended is not None and self._live is not None else 0
            self.exit(return_code=code or finished)
        elif self._replay or not self._attached:
            self._stop(code)
        elif isinstance(self.screen, LeaveScreen):  # asked already, and not answered but by Ctrl-C
            self._leave(code)
        else:
            self.push_screen(LeaveScreen(), lambda stop: self._left(stop, code))

    def _left(self, stop: Optional[bool], code: int) -> None:
        if stop:
            self._stop(code)
        elif stop is not None:
            self._leave(code)

    def _stop(self, code: int) -> None:
        self._leaving = code
        self.command(Stop())
        self.set_timer(STOP_TIMEOUT_S, lambda: self.exit(return_code=code))

    def _leave(self, code: int) -> None:
        self.left_running = True
        self.exit(return_code=code)

    def close_engine(self) -> None:
        """Stop the engine, after the terminal has been given back."""
        self._link.close()
