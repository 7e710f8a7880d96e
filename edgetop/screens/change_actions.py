"""What keys ask for in mid-session: to measure something else in the place of what is measured now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Optional

from edgetop.plan import Plan, RunSpec
from edgetop.protocol import Catalog, Ended, Hello, Snapshot
from edgetop.screens.commanding import Commanding

if TYPE_CHECKING:
    from edgetop.screens.live import LiveScreen
    from edgetop.screens.picker import PickerScreen


class ChangeActions(Commanding):
    """The part of the app that changes what is measured."""

    _snapshot: Snapshot
    _hello: Optional[Hello]
    _ended: Optional[Ended]
    _plan: Optional[Plan]
    _live: Optional[LiveScreen]
    _picker: Optional[PickerScreen]
    _catalog: Optional[Catalog] = None
    _picker_below: Optional[PickerScreen] = None
    """The one that stands below the live screen while another stands above it."""

    def _new_picker(self) -> PickerScreen:
        raise NotImplementedError

    def _choose_anew(self) -> None:
        raise NotImplementedError

    @property
    def is_changing(self) -> bool:
        """Whether something else is chosen while a measurement goes on."""
        return self._live is not None and self.screen_stack[-2:] == [self._live, self._picker]

    def action_change(self) -> None:
        """Choose something else while the measurement goes on, which ends once the other one is started."""
        if self._ended is not None:
            self._choose_anew()
            return
        self._plan = self._plan or plan_of(self._snapshot)
        self._picker_below, picker = self._picker, self._new_picker()
        if self._hello is not None:
            picker.hello(self._hello)
        if self._catalog is not None:
            picker.show_catalog(self._catalog)
        self.push_screen(picker)

    def action_stay(self) -> None:
        """Back to the measurement that goes on."""
        if self.is_changing:
            self.pop_screen()
            self._picker = self._picker_below


def plan_of(snapshot: Snapshot) -> Optional[Plan]:
    """What is measured, as far as a snapshot tells it: for a screen that did not start it."""
    runs = tuple(
        RunSpec(
            id=place,
            model=run.model,
            framework=run.framework,
            precision=run.precision,
            threads=run.threads,
            variant=run.variant,
            delegate=run.delegate,
            delegate_options=run.delegate_options,
        )
        for place, run in enumerate(snapshot.runs)
    )
    return Plan(runs) if runs else None
