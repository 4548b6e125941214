"""Steps of one home that lie close together: each is measured only where it is alone.

What a meter saved between two steps is the first's; after the second nobody can say which of
the two it was. So the other steps of a home bound the time in which one is verified.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np

from ahorraluz.core.advice.catalogue.every import ALL_MEASURES
from ahorraluz.core.advice.measures import Kind
from ahorraluz.core.issues import Issue, Severity
from ahorraluz.core.verification.cells import (
    Cells,
    VerificationError,
    apart_from,
    check_cells,
    is_with_step,
)
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.store.promise_records import DoneStep

TARIFFS = frozenset(
    measure.id
    for measure in ALL_MEASURES
    if measure.kind is Kind.TARIFF or measure.id == "peak-battery"
)
"""Measures that change what energy costs, or move it to hours that cost less."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Alone:
    """A step with the time in which it is alone."""

    cells: Cells
    issues: tuple[Issue, ...]


def changes_of(steps: Iterable[DoneStep]) -> dict[str, dict[str, date]]:
    """Return the day noted last for each step that changes use, by home and step."""
    changes: dict[str, dict[str, date]] = {}
    for done in steps:
        if done.step not in TARIFFS:
            changes.setdefault(done.home, {})[done.step] = done.day
    return changes


def other_steps(home: str | None, step: str, *, tools: Toolbox) -> dict[str, date]:
    """Return the days of the other steps that change what a kept home uses."""
    if home is None:
        return {}
    changes = changes_of(tools.store.promises.done(home)).get(home, {})
    return {name: day for name, day in changes.items() if name != step}


def alone(cells: Cells, others: dict[str, date], *, since: date) -> Alone:
    """Return a home without the time in which another of its steps had changed it.

    Parameters
    ----------
    cells
        The home, checked.
    others
        Day of each other step.
    since
        Day of the step that is verified.

    Raises
    ------
    VerificationError
        ``verify-steps-together``: another step was taken that day, or in that recibo.
        ``verify-steps-too-close``: too little lies between the two.
    """
    issues = []
    for step, day in sorted(others.items(), key=lambda item: item[1]):
        if not cells.start[0] < np.datetime64(day, "D") < cells.end[-1]:
            continue
        told: dict[str, str | date] = {"other_step": step, "other_day": day, "since": since}
        if is_with_step(cells, day):
            raise VerificationError("verify-steps-together", **told)
        cells = apart_from(cells, day)
        try:
            check_cells(cells, since=since)
        except VerificationError as error:
            raise VerificationError("verify-steps-too-close", **told) from error
        issues.append(Issue(code="verify-other-step", severity=Severity.NOTE, parameters=told))
    return Alone(cells=cells, issues=tuple(issues))
