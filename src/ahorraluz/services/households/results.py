"""What the steps of a kept home came to: each with its day, its promise and what was measured."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ahorraluz.core.issues import AhorraLuzError, Issue
from ahorraluz.services.connection import Connection
from ahorraluz.services.kept_peers import kept_peers
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.services.verify_savings import (
    Beside,
    StepTaken,
    Verified,
    series_of,
    verify_savings,
)
from ahorraluz.store.promise_records import Promise


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StepResult:
    """One step that a home took."""

    step: str
    day: date
    promise: Promise | None
    verified: Verified | None
    """``None``: the readings do not tell, for ``issues``."""
    issues: tuple[Issue, ...] = ()


def step_results(
    home: str, *, connection: Connection | None, tools: Toolbox, today: date
) -> Sequence[StepResult]:
    """Return every step that a home took, newest first, with what it saved where that is known.

    The day noted last counts; public results may hold to an earlier one
    (:func:`.keep_promises.counted_days`).
    """
    taken = {done.step: done.day for done in tools.store.promises.done(home)}
    if not taken:
        return ()
    beside = Beside(peers=kept_peers(home, tools=tools), connection=connection)
    found = [
        _result(home, StepTaken(step=step, since=day), beside, tools=tools, today=today)
        for step, day in taken.items()
    ]
    return sorted(found, key=lambda result: result.day, reverse=True)


def _result(
    home: str, taken: StepTaken, beside: Beside, *, tools: Toolbox, today: date
) -> StepResult:
    verified = None
    issues: tuple[Issue, ...] = ()
    try:
        series, _ = series_of(home, tools=tools, hints=None, as_of=today)
        verified = verify_savings(series, taken, beside=beside, tools=tools, as_of=today)
    except AhorraLuzError as error:
        issues = error.issues
    return StepResult(
        step=taken.step,
        day=taken.since,
        promise=tools.store.promises.of_home(home, taken.step),
        verified=verified,
        issues=issues,
    )
