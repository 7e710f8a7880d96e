"""Every key in one list: bindings, key bar, help and command palette are made from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

PICKER = "picker"
LIVE = "live"
REPLAY = "replay"
BROWSER = "browser"
OPERATORS = "operators"
COMPARISON = "comparison"
DISTRIBUTION = "distribution"
"""The operators panel, the comparison and the distribution, whose own keys work while they have the screen."""
EVERYWHERE = (PICKER, LIVE, REPLAY, BROWSER)
WATCHING = (LIVE, REPLAY)


@dataclass(frozen=True)
class Action:
    """Something a key does.

    ``id`` names the app's method ``action_<id>`` and the binding, ``scenes`` the screens where it works.
    """

    id: str
    keys: tuple[str, ...]
    description: str
    """For help and palette: what it does, as an order."""
    group: str
    scenes: tuple[str, ...]
    label: str = ""
    """For the key bar: one or two words; without it the action is not in the bar."""
    priority: bool = False
    """Whether it works although a text field has the focus, and above help and questions."""
    elsewhere: bool = False
    """Whether the widget with the focus binds the keys, or Textual, and not the app."""
    argument: str = ""
    """The action's argument, when several actions share one method."""

    @property
    def call(self) -> str:
        """The action as Textual calls it: ``app.seek(-10)``."""
        return f"app.{self.method}({self.argument})"

    @property
    def method(self) -> str:
        """The name under which the app knows it: the id up to the first dash."""
        return self.id.partition("-")[0]

    @property
    def display(self) -> str:
        """Its keys as a user reads them: ``left j``."""
        return " ".join(self.keys)


def _action(id: str, keys: str, description: str, scenes: tuple[str, ...], label: str = "", **rest: object) -> Action:
    return Action(id, tuple(keys.split()), description, scenes=scenes, label=label, **rest)  # type: ignore[arg-type]


_PANELS = tuple(
    _action(
        f"panel-{n}",
        str(n),
        "Enlarge the panel of that number, or shrink it again",
        WATCHING,
        group="View",
        argument=str(n),
    )
    for n in range(1, 8)
)

_CHOOSE: dict[str, Any] = {"group": "Choose", "elsewhere": True}
_SESSIONS: dict[str, Any] = {"group": "Sessions"}
_TABLE: dict[str, Any] = {"group": "Operators", "elsewhere": True}
_SPREAD: dict[str, Any] = {"group": "Distribution", "elsewhere": True}
_PAIRS: dict[str, Any] = {"group": "Comparison", "elsewhere": True}

ACTIONS: tuple[Action, ...] = (
    _action("start", "enter", "Start the measurement as chosen", (PICKER,), "start", group="Choose"),
    _action("choose", "space", "Choose or drop the framework under the cursor", (PICKER,), "choose", **_CHOOSE),
    _action("variant", "left right", "How the framework under the cursor runs", (PICKER,), "variant", **_CHOOSE),
    _action("stay", "escape", "Back to the measurement that goes on", (PICKER,), group="Choose"),
    _action("sessions", "b", "Show what was recorded", (PICKER,), "sessions", group="Choose"),
    _action("open", "enter", "Replay the session under the cursor", (BROWSER,), "replay", group="Sessions"),
    _action(
        "pick",
        "space",
        "Mark the session under the cursor as A or B, or take the mark back",
        (BROWSER,),
        "mark",
        group="Sessions",
        elsewhere=True,
    ),
    _action("pair", "c", "Compare A and B on one axis of time", (BROWSER,), "compare", **_SESSIONS),
    _action("search", "/", "Search: words of name, model, framework, date or state", (BROWSER,), "search", **_SESSIONS),
    _action("order", "s", "Sort by time, size, length or model", (BROWSER,), "sort", **_SESSIONS),
    _action("rename", "R", "Rename the session under the cursor", (BROWSER,), **_SESSIONS),
    _action("remove", "d", "Delete the session under the cursor", (BROWSER,), "delete", **_SESSIONS),
    _action("leave", "escape", "Show all again, or go to the picker", (BROWSER,), "back", **_SESSIONS),
    _action("pause", "space", "Pause the run, or go on", (LIVE,), "pause", group="Run"),
    _action("play", "space", "Pause the replay, or go on", (REPLAY,), "pause", group="Replay"),
    _action(
        "energy", "e", "Measure energy: five windows of each run, idle before and after", (LIVE,), "energy", group="Run"
    ),
    _action("hold", "v", "Hold the view, or go on; measuring goes on meanwhile", (LIVE,), group="View"),
    _action("scroll-back", "left", "Hold the charts and go back", (LIVE,), group="View", argument="-2"),
    _action(
        "scroll-on", "right", "Go on in the charts; beyond the newest they run on", (LIVE,), group="View", argument="2"
    ),
    _action("scroll-far_back", "j", "Go back ten seconds in the charts", (LIVE,), group="View", argument="-40"),
    _action("scroll-far_on", "k", "Go on ten seconds in the charts", (LIVE,), group="View", argument="40"),
    _action("zoom-in", "+ =", "Less time in the charts", (LIVE,), group="View", argument="-1"),
    _action("zoom-out", "-", "More time in the charts: up to 8 times as much", (LIVE,), group="View", argument="1"),
    _action("seek-back", "left j", "Go back 10 seconds", (REPLAY,), "back 10 s", group="Replay", argument="-10"),
    _action("seek-on", "right k", "Go on 10 seconds", (REPLAY,), "on 10 s", group="Replay", argument="10"),
    _action("step-back", "[", "Hold, and step back 1 second", (REPLAY,), group="Replay", argument="-1"),
    _action("step-on", "]", "Hold, and step on 1 second", (REPLAY,), group="Replay", argument="1"),
    _action("speed-up", "+ =", "Replay faster, up to 1000 times", (REPLAY,), "faster", group="Replay", argument="1"),
    _action("speed-down", "-", "Replay slower, down to a tenth", (REPLAY,), group="Replay", argument="-1"),
    _action("edge-start", "home", "Go to the start", (REPLAY,), group="Replay", argument="False"),
    _action("edge-end", "end", "Go to the end", (REPLAY,), group="Replay", argument="True"),
    _action("repeat", "L", "Begin anew at the end, or hold there", (REPLAY,), group="Replay"),
    _action("span-less", "z", "Less time in the timeline, around this moment", (REPLAY,), group="Replay", argument="1"),
    _action("span-more", "Z", "More time in the timeline", (REPLAY,), group="Replay", argument="-1"),
    _action("course", "v", "The next run or channel in the timeline", (REPLAY,), group="Replay"),
    _action("layout", "l", "Next layout: overview, latency, power, outputs", WATCHING, group="View"),
    _action(
        "hide", "x", "Hide the panel with the focus; the next layout shows all of its panels", WATCHING, group="View"
    ),
    _action("jump", "w", "Jump to a panel by the sign that it gets", EVERYWHERE, group="View"),
    _action("move-up", "<", "Move the panel with the focus up in its column", WATCHING, group="View", argument="-1"),
    _action("move-down", ">", "Move it down", WATCHING, group="View", argument="1"),
    _action("arrange", "s", "Sort the runs by the next figure, by name, as they started", WATCHING, group="View"),
    _action("filter", "/", "Show only runs, or operators, with words in their names", WATCHING, group="View"),
    _action("enlarge", "f", "Enlarge the panel, or shrink it again", WATCHING, group="View"),
    *_PANELS,
    _action("comparison", "c 9", "Compare the runs: ranks, verdicts, trade-offs", WATCHING, "compare", group="View"),
    _action("operators", "o 8", "Show where the time goes, operator by operator", WATCHING, "operators", group="View"),
    _action(
        "distribution", "d 0", "Show how latencies are spread: histogram, and by their share", WATCHING, group="View"
    ),
    _action("turn", "left right tab", "The next run, or all side by side", (OPERATORS,), **_TABLE),
    _action("sort", "s", "Sort by time, order of execution or name", (OPERATORS,), **_TABLE),
    _action("ask", "enter", "Time the operators of every run, or once more", (OPERATORS,), **_TABLE),
    _action("page", "left right tab", "Verdicts, speed against another quality, the roofline", (COMPARISON,), **_PAIRS),
    _action("against", "y", "Set energy, accuracy or memory against speed", (COMPARISON,), **_PAIRS),
    _action("other", "tab", "The histogram, or latency by the share of inferences", (DISTRIBUTION,), **_SPREAD),
    _action("point", "left right", "Move the cursor, which reads the values", (DISTRIBUTION,), **_SPREAD),
    _action(
        "change", "C", "Change threads, precision, input, frameworks or model while it goes on", (LIVE,), group="Run"
    ),
    _action("anew", "escape", "Stop the run and choose anew", (LIVE,), "new", group="Run"),
    _action(
        "sessions-back", "escape", "Leave the replay for the recorded sessions", (REPLAY,), "sessions", group="Replay"
    ),
    _action("theme", "t", "Next theme: dark, light, high contrast", EVERYWHERE, group="View"),
    _action("slow_link", "S", "Spare a slow link: a frame a second, 16 colours; or no more", EVERYWHERE, group="View"),
    _action("help", "?", "Show the keys and what the figures mean", EVERYWHERE, "help", group="Everywhere"),
    _action("go_to", "g", "Go to a time", (REPLAY,), "go to", group="Replay"),
    _action("marker-next", "n", "Go to the next marker", (REPLAY,), "marker", group="Replay", argument="1"),
    _action("marker-previous", "N", "Go to the marker before", (REPLAY,), group="Replay", argument="-1"),
    _action("mark", "m", "Set a marker in the recording", (LIVE,), "marker", group="Run"),
    _action("record", "r", "Begin a recording, or end the one under way", (LIVE,), "record", group="Run"),
    _action("welcome", "i", "Show the three things to do", EVERYWHERE, group="Everywhere"),
    _action("copy", "Y", "Copy a table as Markdown, or a figure", WATCHING, group="Everywhere"),
    _action(
        "picture", "ctrl+s", "Write the screen, or the enlarged panel, as a picture", EVERYWHERE, group="Everywhere"
    ),
    _action("palette", "ctrl+p", "Find any command by name", EVERYWHERE, group="Everywhere", elsewhere=True),
    _action("quit", "q", "Quit; a recording is closed properly", EVERYWHERE, "quit", group="Everywhere"),
    _action("interrupt", "ctrl+c", "Quit with exit code 130", EVERYWHERE, group="Everywhere", priority=True),
    _action("suspend", "ctrl+z", "Leave for the shell; `fg` comes back", EVERYWHERE, group="Everywhere", priority=True),
)

METHODS: dict[str, frozenset[str]] = {}
"""The app's method to the scenes where one of its actions works."""
for _each in ACTIONS:
    METHODS[_each.method] = METHODS.get(_each.method, frozenset()) | frozenset(_each.scenes)


def actions_of(scene: str, actions: tuple[Action, ...] = ACTIONS) -> tuple[Action, ...]:
    """The actions that work on a screen, in the order of the list."""
    return tuple(action for action in actions if scene in action.scenes)
