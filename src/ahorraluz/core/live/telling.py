"""How an event is made: with its quiet hours, its place among the notices of a day, its key."""

from collections.abc import Mapping

from ahorraluz.core.live.days import day_at, end_of_quiet
from ahorraluz.core.live.events import Event, Kind, Weight
from ahorraluz.core.live.state import Plan, State

UNCOUNTED = (Kind.DAY, Kind.WEEK)
"""Told at their hour whatever else was told that day."""


class Book:
    """Events of one run, in order."""

    __slots__ = ("events", "plan", "state")

    def __init__(self, state: State, plan: Plan) -> None:
        self.state, self.plan = state, plan
        self.events: list[Event] = []

    def figure(self, kind: Kind, key: str, figures: Mapping[str, int | str]) -> None:
        """Write down a figure for boards."""
        self._write(kind, key, (Weight.FIGURE, self.state.now), figures)

    def tell(
        self,
        kind: Kind,
        key: str,
        weight: Weight,
        figures: Mapping[str, int | str],
        stake: tuple[int | None, str] = (None, ""),
    ) -> None:
        """Write down what is to be told: after quiet hours, and not too much in one day.

        Parameters
        ----------
        stake
            Soles at stake and what they are.
        """
        state, rules = self.state, self.plan.rules
        if weight is Weight.NOTICE and kind not in UNCOUNTED:
            today = day_at(rules.zone, state.now)
            if state.notices_day != today:
                state.notices_day, state.notices = today, 0
            state.notices += 1
            if state.notices > rules.thresholds.notices_day:
                weight = Weight.NOTE
        due = end_of_quiet(rules.zone, rules.quiet, state.now)
        self._write(kind, key, (weight, due), figures, stake)

    def _write(
        self,
        kind: Kind,
        key: str,
        told: tuple[Weight, int],
        figures: Mapping[str, int | str],
        stake: tuple[int | None, str] = (None, ""),
    ) -> None:
        epoch = self.state.epoch
        weight, due_ms = told
        cents, basis = stake
        self.events.append(
            Event(
                kind=kind,
                key=f"{key}.{epoch}" if epoch else key,
                at_ms=self.state.now,
                weight=weight,
                due_ms=due_ms,
                figures=figures,
                cents=cents,
                basis=basis if cents is not None else "",
            )
        )
