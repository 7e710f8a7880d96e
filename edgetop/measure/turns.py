"""Who runs now: brings the workers up one after another, then gives them turns, one run at a time.

Turns go forward and back (A B C, C B A), so that a drift of clock or heat falls on all runs alike. The
first inferences after another run's turn are set aside: they find caches that the other has filled.
"""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import os
import tempfile
import threading
from collections.abc import Iterator, Sequence
from typing import Any, Callable, Union

import numpy as np

from edgetop.backends.base import Options
from edgetop.backends.registry import backend
from edgetop.backends.variants import choose
from edgetop.clock import now_ns
from edgetop.errors import EdgetopError, Interrupted
from edgetop.inputs.calibration import SHIPPED_PICTURES
from edgetop.inputs.own import OwnCard, own_card
from edgetop.inputs.source import input_array, is_picture
from edgetop.inputs.thumbnail import thumbnail
from edgetop.measure.accuracy import Accuracy, Met
from edgetop.measure.energy_phase import Conductor, idle, window
from edgetop.measure.outputs import NULL, Comparison, unpack
from edgetop.measure.runner import Runner
from edgetop.networks import zoo
from edgetop.networks.cards import ModelCard
from edgetop.networks.files import model_file
from edgetop.networks.own import is_file, own_file
from edgetop.networks.own_precision import stored_precision
from edgetop.plan import EnergySettings, ModelFile, Plan, RunSpec, file_precision
from edgetop.samples import Event

TURN_S = 0.25
LEAST_COUNT = 10
"""A turn lasts a quarter of a second, and at least so many inferences."""
SET_ASIDE = 2
ALONE_S = 0.5
"""Of each of several runs, before they take turns."""
PAUSE_POLL_S = 0.1
FAULT = "This is a fault of edgetop: please report it"
OPERATOR_ROUNDS = 20
"""Inferences in which operators are timed, after as many in which they are not."""

WARM, COLD = "warm", "cold"
COOL_C = 2.0
"""The board is as cool as at the start when it is no warmer than by so much."""
LONGEST_COOLING_NS = 900_000_000_000
"""Then the room has become warmer, or something else runs: the measurement goes on."""

REFERENCE = "numpy"
"""The framework that runs the neutral graph itself."""

Card = Union[ModelCard, OwnCard, None]


def forward_and_back(count: int) -> Iterator[int]:
    """The order of turns among ``count`` runs: 0 1 2, 2 1 0, 0 1 2 …"""
    return itertools.cycle([*range(count), *reversed(range(count))])


def reference_first(runs: Sequence[RunSpec]) -> list[RunSpec]:
    """The order in which runs come up: numpy's before all others, whose outputs are compared with the first's."""
    return sorted(runs, key=lambda spec: spec.framework != REFERENCE)


def _is_accelerated(spec: RunSpec) -> bool:
    """Whether something runs it that sleeps until its first use, and draws more ever after."""
    return spec.framework == "coral" or bool(spec.delegate)


class Turns(threading.Thread):
    """The thread that conducts the workers; whatever happens it emits as events."""

    def __init__(
        self,
        plan: Plan,
        emit: Callable[[Event], None],
        attach: Callable[[int, int | None], None],
        excess_c: Callable[[], float] = lambda: 0.0,
    ) -> None:
        super().__init__(name="turns", daemon=True)
        self.plan = plan
        self.runners: dict[int, Runner] = {}
        self.failed: set[int] = set()
        self.pid_at_work = 0
        """The worker's that was asked for something and has not answered yet; 0 when none was."""
        self._emit = emit
        self._attach = attach
        self._excess_c = excess_c
        self._conductor = Conductor(self._tell, emit, self._ask, self._hold_while_paused, self._cool)
        self._energy_wanted = plan.energy if plan.energy.windows else None
        self._accuracy = Accuracy(plan, self._conductor)
        self._stopping = threading.Event()
        self._paused = threading.Event()
        self._alternating = False
        self.profilers: list[tuple[int, Runner]] = []
        """Workers of the last phase in which operators were timed, with their runs; the last one may be at work."""
        self._profile_wanted = threading.Event()
        if plan.operators:
            self._profile_wanted.set()
        self._folder = ""
        self._comparison = Comparison(plan)
        self._share_ns = 0.0
        self._spent_ns = dict.fromkeys((spec.id for spec in plan.runs), 0)
        self._counted = dict.fromkeys((spec.id for spec in plan.runs), 0)

    # ---- asked by the engine

    def stop(self) -> None:
        """End the present turn and all that follows."""
        self._stopping.set()
        self._hurry(True)

    def pause(self, on: bool) -> None:
        """Hold the turns, or go on."""
        (self._paused.set if on else self._paused.clear)()
        if self._alternating:  # a warm-up is not cut short: its outputs are compared
            self._hurry(on)

    def profile(self) -> None:
        """Time the operators of every run, once its present turn is over."""
        self._profile_wanted.set()

    def measure_energy(self, settings: EnergySettings) -> None:
        """Measure the energy of every run in windows of their own, once the present turn is over."""
        self._energy_wanted = settings

    def _hurry(self, on: bool) -> None:
        for runner in list(self.runners.values()):
            runner.hurry(on)

    # ---- the thread

    def run(self) -> None:
        """Bring up every run, then alternate among those that came up."""
        with tempfile.TemporaryDirectory(prefix="edgetop-") as folder:
            self._folder = folder
            try:
                self._show_input()
                if self._energy_wanted is not None and any(map(_is_accelerated, self.plan.runs)):
                    idle(self._conductor, self.plan.runs, self._energy_wanted.idle_s, COLD)
                up = {spec.id for spec in reference_first(self.plan.runs) if self._guarded(spec, self._bring_up)}
                ready = [spec for spec in self.plan.runs if spec.id in up]
                self._alternate(ready)
            except Interrupted:
                pass  # asked to stop: what was measured stands
            except Exception as error:  # the thread's edge: what ended the turns must not look like their end
                for spec in self.plan.runs:
                    if spec.id not in self.failed:
                        self._fail(spec, f"{type(error).__name__}: {error}", FAULT)
            finally:
                for spec in self.plan.runs:
                    self._end(spec)

    def _show_input(self) -> None:
        if is_picture(self.plan.input):
            with contextlib.suppress(EdgetopError):  # what cannot be read is said by every run that needs it
                self._emit(Event(now_ns(), "picture", dataclasses.asdict(thumbnail(self.plan.input))))

    def _guarded(self, spec: RunSpec, act: Callable[[RunSpec], None]) -> bool:
        try:
            act(spec)
        except Interrupted:
            raise
        except EdgetopError as error:
            self._fail(spec, error.title, error.hint)
        except Exception as error:  # the thread's edge: a run's failure is told, the others go on
            self._fail(spec, f"{type(error).__name__}: {error}", FAULT)
        return spec.id not in self.failed

    def _fail(self, spec: RunSpec, title: str, hint: str) -> None:
        self.failed.add(spec.id)
        self._tell(spec, status="failed", message=title, hint=hint)
        self._end(spec)

    def _end(self, spec: RunSpec) -> None:
        runner = self.runners.get(spec.id)
        if runner is not None:
            self._attach(spec.id, None)
            runner.close()
        if spec.id not in self.failed:
            self._tell(spec, status="done")

    def _tell(self, spec: RunSpec, **data: Any) -> None:
        self._emit(Event(now_ns(), "run", data, spec.id))

    def _ask(self, spec: RunSpec, do: str, **arguments: Any) -> dict[str, Any]:
        runner = self.runners[spec.id]
        self.pid_at_work = runner.pid
        try:
            return runner.ask({"do": do, **arguments}, self._stopping.is_set)
        finally:
            self.pid_at_work = 0

    def _load(self, runner: Runner, model: ModelFile) -> tuple[dict[str, Any], Card]:
        """Load the model in a worker and set its input; what it answered, and what the model is."""
        spec = runner.spec
        options = Options(spec.threads, spec.precision, spec.variant, spec.delegate, spec.delegate_options)
        told = {"framework": spec.framework, "model": dataclasses.asdict(model), "options": dataclasses.asdict(options)}
        loaded = runner.ask({"do": "load", **told}, self._stopping.is_set)
        card = self._card(spec, loaded)
        runner.ask({"do": "inputs", "path": self._input(spec, card)}, self._stopping.is_set)
        load = self.plan.load
        if load.kind != "closed":
            pace = {"kind": load.kind, "rate_hz": load.rate_hz, "together": load.together, "duty": load.duty}
            runner.ask({"do": "pace", **pace}, self._stopping.is_set)
        return loaded, card

    def _bring_up(self, spec: RunSpec) -> None:
        self._hold_while_paused()
        self._tell(spec, status="preparing", message=f"writing {spec.model} for {spec.framework}")
        model, weights = self._model(spec)
        self._tell(spec, status="loading", message="", weights=weights, sha256=model.sha256)
        runner = self.runners[spec.id] = Runner(spec, self.plan.deadlines)
        self._attach(spec.id, runner.pid)
        loaded, card = self._load(runner, model)
        self._tell(
            spec,
            status="warming",
            load_ns=loaded["load_ns"],
            version=loaded["version"],
            note=loaded["note"],
            precision=stored_precision(model.paths[0], model.format) if is_file(spec.model) else spec.precision,
        )
        warm = self._ask(spec, "warm")
        self._tell(spec, status="ready", first_ns=warm["first_ns"])
        outputs, path = unpack(warm), self._input(spec, card)
        self._emit(Event(now_ns(), "outputs", self._comparison.told(spec, outputs, card), spec.id))
        self._accuracy.meet(spec, Met(model, loaded["version"], loaded["inputs"][0], card, outputs, path))

    def _model(self, spec: RunSpec) -> tuple[ModelFile, str]:
        if is_file(spec.model):
            file = own_file(spec.model)
            shape = self.plan.preparation.input_shape
            return (dataclasses.replace(file, input_shape=shape) if shape else file), ""
        card = zoo.card(spec.model)
        variant = choose(backend(spec.framework), spec.variant, precision=spec.precision)
        precision = file_precision(spec.precision)
        file = model_file(spec.model, variant.format, precision, spec.python, SHIPPED_PICTURES, self._stopping.is_set)
        return dataclasses.replace(file, input_shape=card.input_shape), card.weights

    def _card(self, spec: RunSpec, loaded: dict[str, Any]) -> Card:
        """What the model is; of a file of the user's own that is shown a picture, what its input and the plan tell."""
        if not is_file(spec.model):
            return zoo.card(spec.model)
        if not is_picture(self.plan.input) or spec.framework == NULL:
            return None
        spec_of_input = loaded["inputs"][0]
        return own_card(spec_of_input["shape"], spec_of_input["layout"], self.plan.preparation)

    def _input(self, spec: RunSpec, card: Card) -> str:
        if card is None:
            return ""
        path = os.path.join(self._folder, f"{os.path.basename(spec.model)}.npy")
        if not os.path.exists(path):
            np.save(path, input_array(self.plan.input, card))
        return path

    # ---- turns

    def _alternate(self, ready: Sequence[RunSpec]) -> None:
        """Give turns until the plan's end or a stop; a run that fails or is done drops out."""
        active = list(ready)
        self._alternating = True
        if len(active) > 1:
            active = [spec for spec in active if self._guarded(spec, self._measure_alone)]
        if self.plan.accuracy.data:
            active = self._accuracy.measure(active, self._guarded)
        if self.plan.accuracy.only:
            return
        for spec in active:
            self._tell(spec, status="running")
        self._share_ns = self.plan.duration_s * 1e9 / max(1, len(active))
        holder: RunSpec | None = None
        sweep = sweeps = 0
        if self.plan.cool_down and active:
            self._cool(active[0])
        while active:
            for number, place in enumerate(forward_and_back(len(active))):
                sweep = sweeps + number // len(active)
                self._hold_while_paused()
                if self._profile_wanted.is_set():
                    self._profile(active)
                    holder = None
                if self._energy_wanted is not None:
                    self._measure_energy(active, self._energy_wanted)
                    holder = None
                spec = active[place]
                alone = holder is None and len(active) == 1
                aside = 0 if spec is holder or alone else SET_ASIDE
                holder = spec
                if not self._guarded(spec, lambda s, aside=aside, sweep=sweep: self._turn(s, aside, sweep)):  # type: ignore[misc]
                    break
                if self._finished(spec):
                    break
            sweeps = sweep + 1
            active = [spec for spec in active if spec.id not in self.failed and not self._finished(spec)]

    def _measure_alone(self, spec: RunSpec) -> None:
        """Unbroken inferences, set aside: what turns cost a run is told by comparison with them."""
        self._hold_while_paused()
        alone = self._ask(spec, "turn", count=1 << 62, seconds=ALONE_S, least=LEAST_COUNT, set_aside=1 << 62)
        keys = ("start_ns", "end_ns", "count")
        self._emit(Event(alone["end_ns"], "alone", {key: alone[key] for key in keys}, spec.id))

    def _turn(self, spec: RunSpec, aside: int, sweep: int) -> None:
        left = self.plan.count - self._counted[spec.id] if self.plan.count else 1 << 62
        seconds = TURN_S
        if self._share_ns:
            seconds = min(seconds, max(0.0, (self._share_ns - self._spent_ns[spec.id]) / 1e9))
        turn = self._ask(spec, "turn", count=left + aside, seconds=seconds, least=LEAST_COUNT, set_aside=aside)
        self._spent_ns[spec.id] += turn["end_ns"] - turn["start_ns"]
        self._counted[spec.id] += max(0, turn["count"] - aside)
        keys = ("start_ns", "end_ns", "count", "cpu_ns")
        told = {**{key: turn[key] for key in keys}, "sweep": sweep}
        self._emit(Event(turn["end_ns"], "turn", told, spec.id))

    def _profile(self, specs: Sequence[RunSpec]) -> None:
        """Time the operators of each run, while no turn is given: a phase of its own."""
        self._profile_wanted.clear()
        self.profilers.clear()  # those of an earlier phase: what they printed was read during the turns since
        for spec in specs:
            self._tell(spec, status="profiling")
            self._emit(Event(now_ns(), "operators", self._operators(spec), spec.id))
            self._tell(spec, status="running")

    def _operators(self, spec: RunSpec) -> dict[str, Any]:
        """Of a run, or why there are none; the measurement goes on without them."""
        try:
            return self._profiled(spec)
        except Interrupted:
            raise
        except EdgetopError as error:
            return {"missing": error.title, "hint": error.hint}

    def _profiled(self, spec: RunSpec) -> dict[str, Any]:
        """By a worker of its own: a profiler that slows, leaks or crashes leaves the measured one alone."""
        runner = Runner(spec, self.plan.deadlines)
        self.profilers.append((spec.id, runner))
        try:
            self._load(runner, self._model(spec)[0])
            runner.ask({"do": "warm"}, self._stopping.is_set)
            return runner.ask({"do": "operators", "rounds": OPERATOR_ROUNDS}, self._stopping.is_set)
        finally:
            runner.close()

    def _measure_energy(self, specs: Sequence[RunSpec], settings: EnergySettings) -> None:
        """Windows of each run between two stretches of idling: a phase of its own."""
        self._energy_wanted = None
        idle(self._conductor, specs, settings.idle_s, WARM)
        for number, place in enumerate(itertools.islice(forward_and_back(len(specs)), settings.windows * len(specs))):
            nth = number // len(specs) + 1
            if specs[place].id not in self.failed:
                self._guarded(specs[place], lambda spec, nth=nth: window(self._conductor, spec, settings, nth))  # type: ignore[misc]
        left = [spec for spec in specs if spec.id not in self.failed]
        idle(self._conductor, left, settings.idle_s, WARM)
        for spec in left:
            self._tell(spec, status="running")

    def _cool(self, spec: RunSpec) -> None:
        """Wait, where the plan says so, until the board is about as cool as it was at the start."""
        if not self.plan.cool_down or self._excess_c() <= COOL_C:
            return
        self._tell(spec, status="cooling", message=f"until the board is within {COOL_C:g} °C of its start")
        end_ns = now_ns() + LONGEST_COOLING_NS
        while self._excess_c() > COOL_C and now_ns() < end_ns:
            self._hold_while_paused()
            self._stopping.wait(PAUSE_POLL_S)
        self._tell(spec, status="running", message="")

    def _finished(self, spec: RunSpec) -> bool:
        """Whether the run has its count, or its share of the time: every run gets the same."""
        if self.plan.count and self._counted[spec.id] >= self.plan.count:
            return True
        return bool(self._share_ns) and self._spent_ns[spec.id] >= self._share_ns

    def _hold_while_paused(self) -> None:
        while self._paused.is_set() and not self._stopping.is_set():
            self._stopping.wait(PAUSE_POLL_S)
        if self._stopping.is_set():
            raise Interrupted("The engine is stopping")
