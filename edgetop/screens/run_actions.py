"""What keys ask of a measurement: pause, markers, energy, operators."""

from __future__ import annotations

from typing import Any

from edgetop.controls import Mark, MeasureEnergy, Pause, Record, ShowDistributions, TimeOperators
from edgetop.plan import PUBLISHABLE
from edgetop.protocol import Snapshot
from edgetop.readings import Missing
from edgetop.screens.commanding import Commanding


class RunActions(Commanding):
    """The part of the app that acts on a run."""

    _snapshot: Snapshot

    def action_pause(self) -> None:
        """Hold the turns, or go on."""
        self.command(Pause(self._snapshot.state not in ("paused", "ended")))  # at its end a replay begins anew

    action_play = action_pause

    def action_mark(self) -> None:
        """Set a marker."""
        self.command(Mark())
        self.notify("Marker set")

    def action_record(self) -> None:
        """Begin a recording, or end the one under way; the status bar says which it is."""
        if self._snapshot.state != "ended":
            self.command(Record(isinstance(self._snapshot.recording, Missing)))

    def action_energy(self) -> None:
        """Have the energy of every run measured, or say what is in the way."""
        from edgetop.screens.energy_request import announcement, obstacle

        trouble = obstacle(self._snapshot)
        if trouble:
            self.notify(trouble, title="Energy cannot be measured", severity="warning")
        else:
            self.command(MeasureEnergy(PUBLISHABLE))
            self.notify(announcement(self._snapshot), title="Measuring energy")

    def on_distribution_panel_wanted(self, message: Any) -> None:
        """Have the distributions told, or no longer."""
        self.command(ShowDistributions(message.bins))

    def on_operators_panel_asked(self) -> None:
        """Have the operators of every run timed."""
        self.command(TimeOperators())
        if self._snapshot.state == "paused":
            self.notify("Operators are timed when the measurement goes on")
