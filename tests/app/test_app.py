"""The app driven by keys, its engine a script."""

import subprocess
import sys
from dataclasses import replace

import pytest
from rich.cells import cell_len

from edgetop.app import EdgetopApp
from edgetop.config import RunSettings, ScreenSettings, Settings
from edgetop.controls import Mark, MeasureEnergy, Pause, Record, Repeat, Seek, Speed, Start, Stop, TimeOperators
from edgetop.plan import EnergySettings, RunSpec
from edgetop.protocol import Ended, Gauge, Hello, LogLines, Moment, Notice, Operators, Overview, Picture, Recording
from edgetop.readings import Channel, Missing
from edgetop.screens.change_actions import plan_of
from edgetop.screens.energy_request import announcement
from edgetop.screens.error import ErrorScreen, QuestionScreen
from edgetop.screens.filter import FilterScreen
from edgetop.screens.help import NAME, HelpScreen, help_text
from edgetop.screens.keys import ACTIONS, OPERATORS
from edgetop.screens.live import LiveScreen
from edgetop.screens.meanings import MEANINGS
from edgetop.screens.picker import PickerScreen
from edgetop.screens.welcome import WelcomeScreen, is_first_start
from edgetop.units import ABSENT
from edgetop.widgets.figure_lines import LINES, PROVISIONAL
from edgetop.widgets.figures import BEST
from edgetop.widgets.limits import LIMITS
from edgetop.widgets.operators import OperatorsPanel

S = 1_000_000_000


@pytest.fixture
def make(engine):
    """Apps whose clients are kept in ``app.clients``, the first with these messages."""

    def make_app(*messages, plan=None, replay=False, settings=None):
        settings = settings or Settings()
        clients = []

        def start():
            clients.append(engine.ScriptedClient(*(messages if not clients else (engine.HELLO, engine.catalog()))))
            return clients[-1]

        app = EdgetopApp(start, plan, settings, replay)
        app.clients = clients
        return app

    return make_app


async def settle(pilot, client=None):
    """Wait until what the client pushed has been taken and drawn."""
    for _ in range(20):
        await pilot.pause()
        if client is None or not client._messages:
            break
    await pilot.pause()


def words(app, selector):
    """What a widget of the screen in front says."""
    return str(app.screen.query_one(selector).render())


def lines(app, selector):
    """The lines of a list of the picker."""
    rows = app.screen.query_one(selector)
    return [rows.render_line(y).text.rstrip() for y in range(rows.size.height)]


# ---- picker


async def test_enter_starts_the_default_comparison(make, engine):
    app = make(engine.HELLO, engine.catalog())
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot, app.clients[0])
        await pilot.press("enter")
        await settle(pilot)

        (start,) = app.clients[0].sent
        model = RunSettings().model
        assert [(run.id, run.model, run.framework) for run in start.plan.runs] == [
            (0, model, "litert"),
            (1, model, "torch"),
            (2, model, "caffe"),
        ]
        assert {run.threads for run in start.plan.runs} == {2}
        assert (start.plan.input, start.plan.record) == ("cat", "")
        assert isinstance(app.screen, LiveScreen)


async def test_the_picker_names_the_board(make, engine):
    app = make(engine.HELLO, engine.catalog())
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot, app.clients[0])
        assert words(app, "#machine") == "Raspberry Pi 4 Model B · 4 cores"


async def test_everything_can_be_chosen_with_keys(make, engine):
    app = make(engine.HELLO, engine.catalog())
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot, app.clients[0])
        await pilot.press("home", "tab")  # mobilenet_v2; to the frameworks
        await pilot.press("end", "space", "up", "space")  # neither caffe nor torch
        await pilot.press("tab", "left")  # precision: int8
        await pilot.press("down", "right", "right")  # threads: 4
        await pilot.press("down", "right")  # input: coffee
        await pilot.press("down", "space")  # record: off
        await pilot.press("enter")
        await settle(pilot)

        plan = app.clients[0].sent[0].plan
        assert plan.runs == (RunSpec(0, "mobilenet_v2", "litert", "int8", 4),)
        assert (plan.input, plan.record) == ("coffee", "none")


async def test_left_and_right_choose_how_a_framework_runs_and_leave_the_list_at_its_first_variant(make, engine):
    app = make(engine.HELLO, engine.catalog())
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot, app.clients[0])
        await pilot.press("tab", "right", "right")
        assert "‹builtin›" in lines(app, "#frameworks")[0]
        assert "LiteRT 2.3.0, 2 of 2 (←→): the runtime's own" in words(app, "#detail")
        await pilot.press("left", "left")
        assert app.focused.id == "models"
        await pilot.press("right", "right", "enter")
        await settle(pilot)
        assert [run.variant for run in app.clients[0].sent[0].plan.runs] == ["builtin", "", ""]


async def test_the_picker_says_what_is_in_the_way(make, engine, tmp_path):
    app = make(engine.HELLO, engine.catalog())
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot, app.clients[0])
        await pilot.press("tab", "tab", "left", "enter")  # int8, which torch and caffe cannot
        assert "PyTorch runs fp32, not int8" in words(app, "#summary")

        await pilot.press("right", "down", "down", "left")  # fp32; input: a path
        await pilot.press("enter")
        assert "Type the path" in words(app, "#summary")

        await pilot.press("tab", *"/nowhere", "enter")
        assert "no file or folder at /nowhere" in words(app, "#summary")
        assert app.clients[0].sent == []

        app.screen.query_one("#path").value = str(tmp_path)
        await pilot.press("enter")
        await settle(pilot)
        assert app.clients[0].sent[0].plan.input == str(tmp_path)


async def test_a_delegate_is_typed_where_a_chosen_framework_takes_one_and_refused_where_it_is_not_there(
    make, engine, tmp_path
):
    library = tmp_path / "libtest.so"
    settings = Settings(run=RunSettings(delegate="./nowhere.so a=b"))
    app = make(engine.HELLO, engine.catalog(), settings=settings)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot, app.clients[0])
        field = app.screen.query_one("#delegate")
        assert field.value == "./nowhere.so a=b"
        await pilot.press("enter")
        assert "There is no library at ./nowhere.so" in words(app, "#summary")
        await pilot.press("tab", "space")  # without LiteRT
        await settle(pilot)
        assert not app.screen.query_one("#delegate-field").display
        assert "no library" not in words(app, "#summary")

        await pilot.press("space", "end", "down", "end", "down")  # LiteRT; below the frameworks, below the settings
        assert app.focused is field
        assert "key=value options, for LiteRT" in words(app, "#detail")
        library.write_bytes(b"")
        await pilot.press("ctrl+u", *f"{library} c=d", "up", "down", "enter")
        await settle(pilot)
        runs = app.clients[0].sent[0].plan.runs
        assert [(run.delegate, run.delegate_options) for run in runs] == [(str(library), ("c=d",)), ("", ()), ("", ())]


async def test_the_key_bar_does_by_a_click_what_the_key_does(make, engine):
    app = make(engine.HELLO, engine.catalog())
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot, app.clients[0])
        await pilot.press("tab")
        bar = words(app, "KeyBar")
        await pilot.click("KeyBar", offset=(1 + bar.index("→"), 0))
        await settle(pilot)
        assert "←→ variant" in bar and "‹builtin›" in lines(app, "#frameworks")[0]
        await pilot.click("KeyBar", offset=(1 + bar.index("←"), 0))
        await settle(pilot)
        assert "‹xnnpack›" in lines(app, "#frameworks")[0]
        await pilot.click("KeyBar", offset=(1 + bar.index("choose"), 0))
        await settle(pilot)
        assert lines(app, "#frameworks")[0].startswith("[ ] LiteRT")


async def test_only_precisions_of_the_model_are_offered_and_a_framework_without_the_chosen_one_says_so(make, engine):
    catalog = engine.catalog()
    first, *others = catalog.models
    models = (replace(first, precisions=("fp32", "fp16")), *others)
    app = make(engine.HELLO, replace(catalog, models=models))
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot, app.clients[0])
        assert "fp16" not in lines(app, "#settings")[0]  # efficientnet_lite0 has fp32 and int8
        await pilot.press("tab", "tab", "right")  # int8
        assert [line.split()[-1] for line in lines(app, "#frameworks") if line] == ["2.3.0", "PCIe", "int8", "int8"]
        assert sum(line.endswith("no int8") for line in lines(app, "#frameworks")) == 2

        await pilot.press("shift+tab", "shift+tab", "home")  # a model without int8
        offered = lines(app, "#settings")[0]
        assert offered.split() == ["Precision", "‹fp32›"]  # its fp16 no framework here has
        assert not any("no int8" in line for line in lines(app, "#frameworks"))


async def test_a_list_longer_than_the_screen_scrolls_to_the_cursor(make, engine):
    catalog = engine.catalog()
    models = (*catalog.models, *(replace(catalog.models[0], name=f"model_{n}") for n in range(20)))
    app = make(engine.HELLO, replace(catalog, models=models))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot, app.clients[0])
        for key, name in (
            ("end", "model_19"),
            ("pageup", "model_11"),
            ("home", "mobilenet_v2"),
            ("down", "squeezenet"),
        ):
            await pilot.press(key)
            await settle(pilot)
            assert any(line.startswith(f"● {name}") for line in lines(app, "#models")), key
        height = app.screen.query_one("#models").scrollable_content_region.height
        assert height < len(models)


async def test_frameworks_arrive_by_and_by_and_a_start_waits_for_them(make, engine):
    looking = engine.LOOKING
    app = make(engine.HELLO, engine.catalog(looking, looking, looking))
    client = app.clients
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot, client[0])
        assert sum("looking…" in line for line in lines(app, "#frameworks")) == 3
        await pilot.press("enter")
        assert "as soon as" in words(app, "#summary")
        assert client[0].sent == []

        client[0].push(engine.catalog(torch=engine.Missing("not installed", "pip install torch")))
        await settle(pilot, client[0])

        assert [run.framework for run in client[0].sent[0].plan.runs] == ["litert", "caffe"]


async def test_a_framework_that_is_not_here_says_why_and_cannot_be_chosen(make, engine):
    app = make(engine.HELLO, engine.catalog())
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot, app.clients[0])
        before = lines(app, "#frameworks")
        await pilot.press("tab", "down", "space")

        assert "Coral Edge TPU is not here: no Edge TPU on USB or PCIe. Plug one in" in words(app, "#detail")
        assert lines(app, "#frameworks") == before


async def test_no_framework_is_a_problem(make, engine):
    settings = Settings(run=RunSettings(frameworks=("coral",)))
    app = make(engine.HELLO, engine.catalog(), settings=settings)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot, app.clients[0])
        await pilot.press("enter")

        assert "Choose at least one framework" in words(app, "#summary")


async def test_the_mouse_chooses_and_starts(make, engine):
    app = make(engine.HELLO, engine.catalog())
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot, app.clients[0])
        await pilot.click("#models", offset=(8, 2))
        await pilot.click("#frameworks", offset=(8, 4))
        await pilot.click("#start")
        await settle(pilot)

        runs = app.clients[0].sent[0].plan.runs
        assert [(run.model, run.framework) for run in runs] == [("mobilenet_v2", "litert"), ("mobilenet_v2", "torch")]


# ---- live and replay


async def test_a_key_ends_the_recording_and_begins_another(make, engine):
    app = make(engine.HELLO, engine.snapshot(4), plan=engine.PLAN)
    async with app.run_test(size=(120, 40)) as pilot:
        client = app.clients[0]
        for path in ("/tmp/a.edgetop", "", "/tmp/b.edgetop"):
            recording = Recording(path, 5, 10**10) if path else Missing("not recording")
            client.push(engine.snapshot(5, recording=recording))
            await settle(pilot, client)
            await pilot.press("r")
        assert client.sent == [Start(engine.PLAN), Record(False), Record(True), Record(False)]
    assert app.sessions[-2:] == ["/tmp/a.edgetop", "/tmp/b.edgetop"]


async def test_a_plan_starts_at_once_and_keys_become_commands(make, engine):
    app = make(engine.HELLO, engine.snapshot(4), plan=engine.PLAN)
    async with app.run_test(size=(120, 40)) as pilot:
        client = app.clients[0]
        await settle(pilot, client)
        assert isinstance(app.screen, LiveScreen)
        await pilot.press("space", "m", "left", "plus")
        client.push(engine.snapshot(5, state="paused"))
        await settle(pilot, client)
        await pilot.press("space")

        assert client.sent == [Start(engine.PLAN), Pause(True), Mark(), Pause(False)]


async def test_replay_seeks_steps_and_changes_speed(make, engine):
    shown = engine.snapshot(80, duration_ns=60 * S)  # at 20 s
    app = make(Hello("0.1", True, False), shown, replay=True)
    async with app.run_test(size=(120, 40)) as pilot:
        client = app.clients[0]
        await settle(pilot, client)
        await pilot.press("left", "k", "[", "]", "plus", "minus", "space", "m")
        client.push(engine.snapshot(4, duration_ns=60 * S, speed=8.0))
        await settle(pilot, client)
        await pilot.press("j", "plus")

        seeks = [Seek(10 * S), Seek(20 * S), Pause(True), Seek(19 * S), Pause(True), Seek(20 * S)]
        assert client.sent == [*seeks, Speed(2.0), Speed(0.5), Pause(True), Seek(0), Speed(16.0)]


async def test_at_its_end_a_replay_plays_again(make, engine):
    app = make(Hello("0.1", True, False), engine.snapshot(80, state="ended", duration_ns=20 * S), replay=True)
    async with app.run_test(size=(120, 40)) as pilot:
        client = app.clients[0]
        await settle(pilot, client)
        await pilot.press("space")
        client.push(engine.snapshot(1, duration_ns=20 * S, reset=True))
        await settle(pilot, client)
        await pilot.press("space")
        assert client.sent == [Pause(False), Pause(True)]


async def test_several_snapshots_at_once_are_all_kept(make, engine):
    app = make(engine.HELLO, *(engine.snapshot(tick) for tick in range(8)), plan=engine.PLAN)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot, app.clients[0])

        assert app.screen._history.end == 8
        assert app._snapshot.t_ns == 7 * S // 4


async def test_what_frameworks_and_engine_say_is_shown(make, engine):
    app = make(engine.HELLO, engine.snapshot(), LogLines(0, ("INFO: XNNPACK",)), plan=engine.PLAN)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        app.clients[0].push(Notice("The disk is nearly full", "Free 100 MiB", "warning"))
        await settle(pilot, app.clients[0])

        (notice,) = app._notifications
        assert (notice.title, notice.message) == ("The disk is nearly full", "Free 100 MiB")
        assert notice.severity == "warning"


async def test_the_input_picture_is_shown(make, engine, monkeypatch):
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")
    app = make(engine.HELLO, Picture(20, 20, 1, 1, "AAEC"), engine.snapshot(), plan=engine.PLAN)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot, app.clients[0])
        await pilot.press("6")
        for _ in range(100):
            await pilot.pause()
            if "▀" * 20 in app.screen.labels._strips[1].text:
                break
        else:
            raise AssertionError(app.screen.labels._strips[1].text)


async def test_an_error_shows_above_the_panels_and_sets_the_exit_code(make, engine):
    app = make(engine.HELLO, engine.snapshot(), plan=engine.PLAN)
    async with app.run_test(size=(120, 40)) as pilot:
        app.clients[0].push(Ended(1, "LiteRT failed", "Use another model"))
        await settle(pilot, app.clients[0])
        assert isinstance(app.screen, ErrorScreen)
        assert (app.screen.what, app.screen.hint) == ("LiteRT failed", "Use another model")

        await pilot.press("enter")
        assert isinstance(app.screen, LiveScreen)
        await pilot.press("q")
    assert app.return_code == 1


async def test_escape_asks_stops_the_run_and_a_new_engine_serves_the_picker(make, engine):
    app = make(engine.HELLO, engine.snapshot(), plan=engine.PLAN)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot, app.clients[0])
        await pilot.press("escape")
        assert isinstance(app.screen, QuestionScreen)
        await pilot.press("n")
        assert isinstance(app.screen, LiveScreen)

        await pilot.press("escape", "y")
        await settle(pilot, app.clients[0])
        await settle(pilot, app.clients[-1])
        assert app.clients[0].sent[-1] == Stop()
        assert isinstance(app.screen, PickerScreen)
        await pilot.press("enter")
        await settle(pilot)
        assert len(app.clients) == 2
        assert isinstance(app.clients[1].sent[0], Start)
    assert app.clients[0].closed
    assert app.sessions == ["/tmp/pi.edgetop"]


async def test_quit_waits_for_the_recording(make, engine):
    app = make(engine.HELLO, engine.snapshot(), plan=engine.PLAN)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot, app.clients[0])
        await pilot.press("q")
        await settle(pilot, app.clients[0])

    assert app.clients[0].sent[-1] == Stop()
    assert app.return_code == 0
    assert app.sessions == ["/tmp/pi.edgetop"]


async def test_panels_are_enlarged_and_shrunk(make, engine):
    app = make(engine.HELLO, engine.snapshot(), plan=engine.PLAN)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot, app.clients[0])
        await pilot.press("2")
        assert app.screen.maximized.id == "figures"
        await pilot.press("2")
        assert app.screen.maximized is None
        await pilot.press("f")
        assert app.screen.maximized is not None
        await pilot.press("escape")
        await settle(pilot)
        assert app.screen.maximized is None
        assert isinstance(app.screen, LiveScreen)


async def test_c_compares_the_runs_and_gives_the_screen_back(make, engine):
    app = make(engine.HELLO, engine.snapshot(), plan=engine.PLAN)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot, app.clients[0])
        for key in ("c", "9"):
            await pilot.press(key)
            assert app.screen.maximized.id == "comparison"
            await pilot.press(key)
            assert app.screen.maximized is None
        await pilot.press("c", "tab", "o")
        assert app.screen.maximized.id == "operators"


# ---- energy


def metered(value):
    return {"gauges": (Gauge(Channel("power.board.w", "W", "board", 0.001), value),), "power": "power.board.w"}


async def test_e_measures_energy_and_tells_how_long_that_takes(make, engine):
    app = make(engine.HELLO, engine.snapshot(4, **metered(3.6)), plan=engine.PLAN)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settle(pilot, app.clients[0])
        await pilot.press("e")
        await settle(pilot)
        assert app.clients[0].sent[-1] == MeasureEnergy(EnergySettings(windows=5))
        (notice,) = app._notifications
        assert notice.title == "Measuring energy"
        assert notice.message == "5 windows of 10 s for the run, 10 s of idling before and after: about 70 s"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({}, "There is no power meter"),
        (metered(Missing("no /dev/i2c-1", "enable I2C")), "no /dev/i2c-1: enable I2C"),
        ({**metered(3.6), "state": "ended"}, "The run has ended"),
        ({**metered(3.6), "status": "idling"}, "It is being measured already"),
        ({**metered(3.6), "status": "energy"}, "It is being measured already"),
    ],
)
async def test_energy_that_cannot_be_measured_is_not_asked_for(changes, why, make, engine):
    told = dict(changes)
    status = told.pop("status", "running")
    snapshot = engine.snapshot(4, **told)
    snapshot = replace(snapshot, runs=tuple(replace(run, status=status) for run in snapshot.runs))
    app = make(engine.HELLO, snapshot, plan=engine.PLAN)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settle(pilot, app.clients[0])
        await pilot.press("e")
        await settle(pilot)
        assert app.clients[0].sent == [Start(engine.PLAN)]
        (notice,) = app._notifications
        assert (notice.message, notice.severity) == (why, "warning")


def test_the_time_of_measuring_energy_grows_with_the_runs_and_a_pause_is_told(engine):
    snapshot = engine.snapshot(4, state="paused")
    (run,) = snapshot.runs
    runs = (run, run, replace(run, status="failed"), run)
    assert announcement(replace(snapshot, runs=runs)) == (
        "5 windows of 10 s for each of 3 runs, 10 s of idling before and after: about 3 min, "
        "when the measurement goes on"
    )


async def test_a_replay_measures_no_energy(make, engine):
    app = make(Hello("0.1", True, False), engine.snapshot(40, duration_ns=20 * S, **metered(3.6)), replay=True)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot, app.clients[0])
        await pilot.press("e")
        await settle(pilot)
        assert app.clients[0].sent == []


# ---- keys, help, themes


def test_help_lists_every_key_and_every_figure():
    text = str(help_text())
    for action in ACTIONS:
        assert action.description in text
    names = {word for _, meanings in MEANINGS for name, _ in meanings for word in (name, *name.split())}
    assert {line.title for line in LINES} <= names
    assert {PROVISIONAL, BEST, ABSENT} <= names
    assert {letter for _, letter, _ in LIMITS} <= names


@pytest.mark.parametrize("width", [40, 72, 90])
def test_help_wraps_its_texts_below_themselves(width):
    lines = str(help_text(width)).splitlines()
    assert max(map(cell_len, lines)) <= width
    assert all(line[NAME - 1] == " " for line in lines if line.startswith("  "))
    assert str(help_text()).split() == " ".join(lines).split()


async def test_help_scrolls_to_its_end(make, engine):
    app = make(engine.HELLO, engine.catalog())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("question_mark")
        await settle(pilot)
        text = "\n".join(strip.text for strip in app.screen._compositor.render_strips())
        assert "Start the measurement as chosen" in text and "agreement" not in text
        await pilot.press("end")
        await pilot.wait_for_scheduled_animations()
        await settle(pilot)
        text = "\n".join(strip.text for strip in app.screen._compositor.render_strips())
        assert "not measured; the reason stands below" in text


async def test_every_action_has_a_method_or_is_textuals(make, engine):
    app = make(engine.HELLO, engine.catalog())
    for action in ACTIONS:
        owner = OperatorsPanel if action.scenes == (OPERATORS,) else app
        if not action.elsewhere or owner is not app:
            assert callable(getattr(owner, f"action_{action.method}"))


async def test_help_opens_and_closes(make, engine):
    app = make(engine.HELLO, engine.catalog())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("question_mark")
        assert isinstance(app.screen, HelpScreen)
        await pilot.press("escape")
        assert isinstance(app.screen, PickerScreen)


async def test_keys_of_the_settings_work_and_are_shown_in_place_of_our_own(make, engine):
    settings = Settings(keys={"help": ("h", "f1"), "theme": ()})
    app = make(engine.HELLO, engine.catalog(), settings=settings)
    async with app.run_test(size=(120, 40)) as pilot:
        theme = app.theme
        await pilot.press("question_mark", "t")
        assert isinstance(app.screen, PickerScreen) and app.theme == theme
        text = "\n".join(strip.text for strip in app.screen._compositor.render_strips())
        assert " h help" in text
        await pilot.press("f1")
        assert isinstance(app.screen, HelpScreen)
        shown = help_text(actions=app.actions).plain
        assert "h f1" in shown


async def test_themes_go_round_and_all_give_series_colours(make, engine):
    app = make(engine.HELLO, engine.catalog())
    async with app.run_test(size=(80, 24)) as pilot:
        themes = [app.theme]
        for _ in range(3):
            await pilot.press("t")
            themes.append(app.theme)
        assert themes == ["edgetop-dark", "edgetop-light", "edgetop-contrast", "edgetop-dark"]
        for name in app.available_themes:
            app.use_theme(name)
            variables = app.get_css_variables()
            assert {f"series-{n}" for n in range(1, 7)} <= set(variables)


async def test_an_unknown_theme_gives_the_default(make, engine):
    app = make(engine.HELLO, engine.catalog(), settings=Settings(screen=ScreenSettings(theme="neon")))
    async with app.run_test():
        assert app.theme == "edgetop-dark"


async def test_the_palette_knows_our_actions(make, engine):
    app = make(engine.HELLO, engine.catalog())
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot, app.clients[0])
        await pilot.press("ctrl+p")
        await pilot.press(*"theme light")
        palette = app.screen.query_one("CommandList")
        while "light" not in str(palette.get_option_at_index(0).prompt if palette.option_count else ""):
            await pilot.pause(0.02)
        await pilot.press("enter")
        await settle(pilot)
        assert app.theme == "edgetop-light"


# ---- operators


def panel_text(app):
    panel = app.screen.query_one(OperatorsPanel)
    return " ".join(panel.render_line(y).text.strip("│ ") for y in range(panel.size.height))


TIMED = Operators(0, (("stem", "Conv", 2e6, 1, 0.0), ("head", "Gemm", 1e6, 1, 2e6)), 20, 4e6, 5e6, 3.5e6)


async def test_the_operators_panel_is_made_when_asked_for_and_asks_for_them_itself(make, engine):
    app = make(engine.HELLO, engine.snapshot(1), plan=engine.PLAN)
    client = app.clients
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot, client[0])
        assert not app.screen.query(OperatorsPanel)
        await pilot.press("o")
        await settle(pilot)
        assert "Press o or enter" in panel_text(app)
        assert TimeOperators() not in client[0].sent
        await pilot.press("o")
        await settle(pilot)
        assert client[0].sent.count(TimeOperators()) == 1
        assert "as soon as the present turn is over" in panel_text(app)
        client[0].push(TIMED)
        await settle(pilot, client[0])
        assert "coverage 86 %" in panel_text(app) and "66.7 %" in panel_text(app)
        await pilot.press("enter")
        await settle(pilot)
        assert client[0].sent.count(TimeOperators()) == 2
        await pilot.press("o")
        await settle(pilot)
        assert app.screen.maximized is None
        assert not app.screen.query_one(OperatorsPanel).is_on_screen
        await pilot.press("8")
        await pilot.press("escape")
        await settle(pilot)
        assert app.screen.maximized is None and isinstance(app.screen, LiveScreen)


async def test_operators_asked_for_in_a_pause_are_said_to_wait_for_its_end(make, engine):
    app = make(engine.HELLO, engine.snapshot(1, state="paused"), plan=engine.PLAN)
    async with app.run_test(size=(100, 30), notifications=True) as pilot:
        await settle(pilot, app.clients[0])
        await pilot.press("o", "o")
        await settle(pilot)
        assert app.clients[0].sent[-1] == TimeOperators()
        (notice,) = app._notifications
        assert notice.message == "Operators are timed when the measurement goes on"
        assert "timed when the measurement goes on" in panel_text(app)
        app.clients[0].push(engine.snapshot(2))
        await settle(pilot, app.clients[0])
        assert "as soon as the present turn is over" in panel_text(app)


async def test_a_replay_says_that_no_operators_were_timed_and_asks_for_none(make, engine):
    app = make(replace(engine.HELLO, can_seek=True), engine.snapshot(40, duration_ns=20 * S), replay=True)
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot, app.clients[0])
        await pilot.press("o")
        await settle(pilot)
        assert "No operators were timed up to this moment" in panel_text(app)
        app.clients[0].push(engine.snapshot(40, state="ended", duration_ns=20 * S))
        await settle(pilot, app.clients[0])
        assert "No operators were timed in this session" in panel_text(app)
        await pilot.press("enter", "right", "left")
        await settle(pilot)
        assert app.clients[0].sent == []
        await pilot.press("o", "right")
        await settle(pilot)
        assert app.clients[0].sent == [Seek(20 * S)]


async def test_numbers_enlarge_their_panels_also_when_there_is_one_of_operators(make, engine):
    app = make(engine.HELLO, engine.snapshot(1), plan=engine.PLAN)
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot, app.clients[0])
        await pilot.press("o", "escape")
        for number in "1234567":
            await pilot.press(number)
            assert number == app.screen.maximized.NUMBER
            await pilot.press(number)
            assert app.screen.maximized is None


async def test_the_operators_panels_keys_are_those_of_the_registry(make, engine):
    bound = {key for binding in OperatorsPanel.BINDINGS for key in binding.key.split(",")}
    assert {key for action in ACTIONS if action.scenes == (OPERATORS,) for key in action.keys} <= bound


def test_a_screen_that_starts_with_a_plan_loads_neither_openssl_nor_the_picker():
    code = """
import sys
from edgetop.commands import screen
screen._load_app()
import asyncio, edgetop.screens.live
print('ssl' in sys.modules and sys.modules['ssl'] is None, *({'_ssl', 'edgetop.screens.picker'} & set(sys.modules)))
"""
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["True"]


def test_the_screen_imports_nothing_that_measures():
    code = "import sys, edgetop.app, edgetop.screens.live; print(' '.join(sys.modules))"
    modules = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"numpy", "psutil", "torch", "markdown_it", "edgetop.samples"} & set(modules)
    assert not [name for name in modules if name.startswith(("textual.widgets._data_table", "textual.widgets._mark"))]


def screen_text(app):
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips())


OVERVIEW = Overview(
    20 * S,
    S,
    {"latency.0": tuple(float(n % 7) for n in range(20)), "power.w": (1.0,) * 20},
    (Moment(5 * S, "marker", "here"), Moment(12 * S, "throttle", "T begins")),
)


async def test_the_keys_of_a_replay_go_where_they_say(make, engine):
    app = make(
        replace(engine.HELLO, can_seek=True),
        OVERVIEW,
        engine.snapshot(40, state="paused", duration_ns=20 * S, speed=0.1),
        replay=True,
    )
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot, app.clients[0])
        expected = {
            "]": [Pause(True), Seek(11 * S)],
            "[": [Pause(True), Seek(10 * S)],
            "n": [Seek(12 * S)],
            "N": [Seek(5 * S)],
            "end": [Seek(20 * S)],
            "home": [Seek(0)],
            "+": [Speed(0.25)],
            "-": [Speed(0.1)],
            "L": [Repeat(True)],
        }
        for key, commands in expected.items():
            await pilot.press(key)
            await settle(pilot)
            assert app.clients[0].sent[-len(commands) :] == commands, key
        sent = len(app.clients[0].sent)
        await pilot.press("N")
        await settle(pilot)
        assert len(app.clients[0].sent) == sent
        await pilot.press("g", *"1:99", "enter")
        await settle(pilot)
        assert "is no moment" in screen_text(app)
        await pilot.press(*["backspace"] * 4, *"50%", "enter")
        await settle(pilot)
        assert app.clients[0].sent[-1] == Seek(10 * S)


async def test_the_timeline_shows_courses_marks_and_less_of_the_time(make, engine):
    snapshot = engine.snapshot(40, duration_ns=20 * S, speed=1000.0, pace=640.0, repeats=True)
    app = make(replace(engine.HELLO, can_seek=True), OVERVIEW, snapshot, replay=True)
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot, app.clients[0])
        text = screen_text(app)
        assert "M" in text and "T" in text and "×1000 (640 kept) loop" in text
        course, line = (strip.text for strip in app.screen.timeline._strips)
        assert course.startswith(" LiteRT") and "█" in course and line.index("M") < line.index("T")
        await pilot.press("v")
        await settle(pilot)
        assert "power.w" in screen_text(app)
        app.screen.timeline.know(replace(OVERVIEW, width_ns=S // 10))
        await pilot.press("z")
        await settle(pilot)
        assert "zoom 2" in screen_text(app) and app.screen.timeline.span == (5 * S, 15 * S)
        await pilot.press("Z", "Z")
        assert app.screen.timeline.span == (0, 20 * S)
        app.clients[0].push(replace(snapshot, state="reading", known_ns=5 * S))
        await settle(pilot, app.clients[0])
        assert "50 % read" in screen_text(app)


async def test_words_typed_filter_at_once_and_escape_takes_them_back(make, engine):
    app = make(engine.HELLO, engine.catalog(), engine.snapshot(), plan=engine.PLAN)
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot, app.clients[0])
        await pilot.press("/", *"x1q")
        await settle(pilot)
        assert app._live.run_view.words == "x1q" and isinstance(app.screen, FilterScreen)
        await pilot.press("escape")
        await settle(pilot)
        assert app._live.run_view.words == "" and app.screen is app._live
        await pilot.press("/", *"litert", "enter")
        await settle(pilot)
        assert app._live.run_view.words == "litert" and app.screen is app._live


async def test_a_table_or_a_figure_goes_to_the_clipboard(make, engine):
    app = make(engine.HELLO, engine.catalog(), engine.snapshot(), plan=engine.PLAN)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot, app.clients[0])
        await pilot.press("Y", "escape")
        await settle(pilot)
        assert app.clipboard == "" and app.screen is app._live
        await pilot.press("Y", "enter")
        await settle(pilot)
        assert app.clipboard.startswith("|  | A LiteRT |\n") and "| p50 | 5.00 ms |" in app.clipboard
        await pilot.press("Y", "down", "enter")
        await settle(pilot)
        assert app.clipboard == "5.00 ms"


async def test_a_sign_on_every_panel_leads_there(make, engine):
    app = make(engine.HELLO, engine.catalog(), engine.snapshot(), plan=engine.PLAN)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot, app.clients[0])
        await pilot.press("w")
        await settle(pilot)
        signs = {str(sign.render()).strip(): sign.region for sign in app.screen.query(".jump-sign")}
        assert sorted(signs) == list("1234567")
        assert all(
            app._live.query_one(f"#{name}").region.contains_region(signs[n])
            for n, name in (("4", "heat"), ("7", "log"))
        )
        await pilot.press("4")
        await settle(pilot)
        assert app.screen is app._live and app.screen.focused is app._live.heat
        await pilot.press("w", "x")  # no panel's: nothing happens, and nothing is hidden
        await settle(pilot)
        assert app.screen is app._live and app.screen.focused is app._live.heat and app._live.heat.display


async def test_a_sign_leads_to_a_list_of_the_picker(make, engine):
    app = make(engine.HELLO, engine.catalog())
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot, app.clients[0])
        await pilot.press("w", "s")
        await settle(pilot)
        assert app.screen.focused.id == "frameworks"


async def test_a_newcomer_is_told_three_things_once(make, engine, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert is_first_start()
    app = make(engine.HELLO, engine.catalog(), settings=Settings(keys={"help": ("h",)}))
    app._welcome = True
    async with app.run_test(size=(60, 16)) as pilot:
        await settle(pilot, app.clients[0])
        said = " ".join(str(each.render()) for each in app.screen.query("WelcomeScreen Static"))
        assert (
            all(f"{n} {word}" in said for n, word in enumerate(("Choose", "Start", "Read"), 1)) and "h explains" in said
        )
        assert app.screen.query_one("#message-keys").region.bottom < 16  # all of it has room
        await pilot.press("enter")
        await settle(pilot)
        assert isinstance(app.screen, PickerScreen) and not is_first_start()
        assert not [sent for sent in app.clients[0].sent if isinstance(sent, Start)]  # enter has started nothing
        await pilot.press("i")
        await settle(pilot)
        assert isinstance(app.screen, WelcomeScreen)


async def test_panels_are_moved_by_keys(make, engine, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    app = make(engine.HELLO, engine.catalog(), engine.snapshot(), plan=engine.PLAN)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot, app.clients[0])
        await pilot.press("w", "5", "<")
        await settle(pilot)
        assert app._live.power.region.y < app._live.heat.region.y
        await pilot.press(">", ">")
        await settle(pilot)
        assert app._live.power.region.y > app._live.labels.region.y


async def test_a_toast_leaves_what_stands_at_the_bottom(make, engine):
    app = make(engine.HELLO, engine.catalog(), engine.snapshot(), plan=engine.PLAN)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot, app.clients[0])
        app.notify("a toast of several words", title="Title", timeout=60)
        await settle(pilot)
        (toast,) = app.screen.query("Toast")
        assert toast.region.y >= 1 and toast.region.bottom < app._live.figures.region.y + 3


async def test_something_else_is_chosen_while_the_measurement_goes_on(make, engine):
    plan = replace(engine.PLAN, runs=(RunSpec(0, "resnet50", "litert", "int8", 3),), input="coffee")
    app = make(engine.HELLO, engine.catalog(), engine.snapshot(), plan=plan)
    async with app.run_test(size=(100, 30)) as pilot:
        client, live = app.clients[0], app._live
        await settle(pilot, client)
        await pilot.press("C")
        await settle(pilot)
        assert isinstance(app.screen, PickerScreen)
        assert "resnet50 in int8 on LiteRT, 3 threads, input coffee" in words(app, "#summary")
        await pilot.press("b")  # recorded sessions would need another engine
        await settle(pilot)
        assert isinstance(app.screen, PickerScreen) and not client.closed
        client.push(engine.snapshot(7))
        await settle(pilot, client)
        await pilot.press("escape")
        await settle(pilot)
        assert app.screen is live and live._newest.t_ns == 7 * S // 4 and app._picker is None
        await pilot.press("C", "tab", "tab", "down", "left")
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)
        started = [sent.plan for sent in client.sent if isinstance(sent, Start)]
        assert len(started) == 2 and started[1].runs[0].threads == 2 and started[1].runs[0].precision == "int8"
        assert app.clients == [client] and not [sent for sent in client.sent if isinstance(sent, Stop)]
        assert isinstance(app.screen, LiveScreen) and app.screen is app._live is not live
        client.push(engine.snapshot(1))
        await settle(pilot, client)
        assert app._live._newest.t_ns == S // 4
        await pilot.press("C")
        await settle(pilot)
        assert "resnet50 in int8 on LiteRT, 2 threads" in words(app, "#summary")
        await pilot.press("enter")
        await settle(pilot)
        assert app.screen_stack == [live, app._live]  # however often it is changed


async def test_after_the_picker_the_first_one_stays_below(make, engine):
    app = make(engine.HELLO, engine.catalog())
    async with app.run_test(size=(100, 30)) as pilot:
        client = app.clients[0]
        await settle(pilot, client)
        first = app.screen
        await pilot.press("escape")
        await settle(pilot)
        assert app.screen is first
        await pilot.press("enter")
        await settle(pilot)
        client.push(engine.snapshot())
        await settle(pilot, client)
        await pilot.press("C")
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)
        assert app.screen_stack == [first, app._live] and app._picker is first
        assert [type(sent).__name__ for sent in client.sent].count("Start") == 2


def test_a_screen_that_did_not_start_it_knows_what_is_measured_from_the_figures(engine):
    plan = plan_of(engine.snapshot())
    assert [(run.model, run.framework, run.precision, run.threads) for run in plan.runs] == [
        ("mobilenet_v2", "litert", "fp32", 2)
    ]
    assert plan_of(replace(engine.snapshot(), runs=())) is None
