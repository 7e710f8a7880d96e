"""The panels that have the whole screen or nothing: operators, comparison, distribution; made when first asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Optional

from textual.screen import Screen

from edgetop.protocol import Distribution, Operators, Snapshot
from edgetop.widgets.panel import Panel
from edgetop.widgets.run_view import RunView
from edgetop.widgets.time_view import TimeView

if TYPE_CHECKING:
    from edgetop.widgets.comparison import ComparisonPanel
    from edgetop.widgets.distribution import DistributionPanel
    from edgetop.widgets.operators import OperatorsPanel


class WholeScreens(Screen[None]):
    """The part of the live screen that has them; they are mounted in ``.main-pane``."""

    def __init__(self) -> None:
        super().__init__()
        self.run_view = RunView()
        self.operators: Optional[OperatorsPanel] = None
        self.comparison: Optional[ComparisonPanel] = None
        self.distribution: Optional[DistributionPanel] = None
        self._tables = Snapshot(0, "")
        """The snapshot that tables are drawn of."""
        self._view = TimeView()
        self._told_operators: dict[int, Operators] = {}
        self._told_distributions: dict[int, Distribution] = {}

    def draw_whole_screens(self) -> None:
        """Draw what the snapshot of the tables tells, in those that were asked for."""
        self._draw_operators()
        self._draw_comparison()
        self._draw_distribution()

    def to_copy(self) -> list[tuple[str, str]]:
        """What can be copied, by its name: the panel that has the screen first."""
        from edgetop.widgets.markdown import figures_table, values_of, verdicts_table

        runs = self._tables.runs
        places = self.run_view.places(runs)
        found = [("figures", figures_table(runs, places))]
        if self.operators is not None and (told := self.operators.markdown()):
            found.insert(self.maximized is not self.operators, ("operators", told))
        if self._tables.verdicts:
            verdicts = ("verdicts", verdicts_table(runs, self._tables.verdicts))
            found.insert(
                0 if self.comparison is not None and self.maximized is self.comparison else len(found), verdicts
            )
        return [*found, *values_of(runs, places)]

    def _draw_operators(self) -> None:
        if self.operators is not None:
            self.operators.show(self._tables.runs, self._told_operators, self._tables.state)

    def show_operators(self, operators: Operators) -> None:
        """Take in where a run's time goes; it is drawn once its panel is asked for."""
        self._told_operators[operators.run] = operators
        self._draw_operators()

    async def open_operators(self) -> None:
        """Give the screen to the operators panel; where it has it, time them if none were yet, or else close it."""
        if self.operators is None:
            from edgetop.widgets.operators import OperatorsPanel

            self.operators = OperatorsPanel("operators", can_time=not self.has_class("-can-seek"))
            await self._add(self.operators)
            self._draw_operators()
        if not self._take_screen(self.operators) and (self.operators.has_any or not self.operators.action_ask()):
            self.minimize()

    async def open_comparison(self) -> None:
        """Give the screen to the comparison, or take it back."""
        if self.comparison is None:
            from edgetop.widgets.comparison import ComparisonPanel

            self.comparison = ComparisonPanel("comparison")
            await self._add(self.comparison)
            self._draw_comparison()
        if not self._take_screen(self.comparison):
            self.minimize()

    def _draw_comparison(self) -> None:
        if self.comparison is not None:
            self.comparison.show(self._tables)

    async def open_distribution(self) -> None:
        """Give the screen to the distribution panel, or take it back."""
        if self.distribution is None:
            from edgetop.widgets.distribution import DistributionPanel

            self.distribution = DistributionPanel("distribution")
            await self._add(self.distribution)
        if not self._take_screen(self.distribution):
            self.minimize()

    def show_distribution(self, told: Distribution) -> None:
        """Take in how a run's latencies are spread."""
        self._told_distributions[told.run] = told
        self._draw_distribution()

    def _draw_distribution(self) -> None:
        if self.distribution is not None and not self._view.held:
            runs = self._tables.runs
            self.distribution.show(runs, self._told_distributions, self.run_view.places(runs))

    async def _add(self, panel: Panel) -> None:
        await self.query_one(".main-pane").mount(panel.add_class("whole-screen"))

    def _take_screen(self, panel: Panel) -> bool:
        """Give the screen to the panel; False where it has it."""
        if self.maximized is panel:
            return False
        self.maximize(panel)
        panel.focus()
        return True
