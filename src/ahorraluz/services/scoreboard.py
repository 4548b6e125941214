"""The public scoreboard: verify every promised step, and show soles promised and measured."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from ahorraluz.core.anonymity import K
from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.core.verification.scoreboard import ALL, Score
from ahorraluz.services.agreed_homes import promised_homes
from ahorraluz.services.connection import Connection
from ahorraluz.services.keep_promises import counted_days
from ahorraluz.services.kept_peers import KeptHomes, kept_homes
from ahorraluz.services.learn_of_promises import learn_of_promises
from ahorraluz.services.outlets import PROMISED, latest_snapshot, publish
from ahorraluz.services.supplies import SupplyFields, find_supply
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.services.verify_savings import (
    Beside,
    StepTaken,
    Verified,
    series_of,
    verify_savings,
)
from ahorraluz.store.promise_records import MonthResult, Promise

CENTS = 100
WH = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Updated:
    """What an update of the scoreboard did."""

    verified: int
    """Promises that were measured."""
    refused: int
    """Promises of steps done whose readings say nothing yet."""
    open: int
    """Promises of steps not marked as done, made too late, or of homes forgotten."""


def _nobody(_: int, __: int) -> None:
    """Tell nobody."""


def update_scoreboard(
    *, tools: Toolbox, as_of: datetime, today: date, progress: Callable[[int, int], None] = _nobody
) -> Updated:
    """Verify every promised step that was done, keep what was measured, and tell what may be told.

    All of them, gains and losses. The day noted for a step counts, as it was
    mended within ``MEND_DAYS`` of the first note (:func:`counted_days`), whatever was noted later.
    Told are homes whose owner agreed to count, and those of no account; what was told before stands
    until ``K`` homes have something new to tell (``services.outlets``).

    Raises
    ------
    StoreError
        ``promises-altered``, or the database cannot.
    """
    book = tools.store.promises
    everything = book.everything()
    counted = counted_days(book.notes()) if everything else {}
    measured = book.results() if everything else {}
    others = kept_homes(tools=tools) if counted else None
    work = _Work(tools=tools, others=others, as_of=as_of, today=today)
    verified = refused = 0
    for place, (promise, home) in enumerate(everything):
        day = None if home is None else counted.get((home, promise.terms.step))
        if home is not None and day is not None and promise.made_on <= day:
            results = _results(promise, home, day, work)
            book.keep_results(promise.id, results)
            verified += bool(results)
            refused += not results
        elif promise.id in measured:
            # The step was taken back: nothing came of it.
            book.keep_results(promise.id, ())
        progress(place + 1, len(everything))
    if everything:
        homes = promised_homes(tools=tools, as_of=as_of)
        anew = publish({PROMISED: homes.homes}, keys=homes.keys, tools=tools, as_of=as_of)
        learn_of_promises(homes, anew=anew, tools=tools)
    return Updated(verified=verified, refused=refused, open=len(everything) - verified - refused)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    """What one update works with."""

    tools: Toolbox
    others: KeptHomes | None
    as_of: datetime
    today: date


def _results(promise: Promise, home: str, day: date, work: _Work) -> list[MonthResult]:
    tools, today = work.tools, work.today
    try:
        series, _ = series_of(home, tools=tools, hints=None, as_of=today)
        verified = verify_savings(
            series,
            StepTaken(step=promise.terms.step, since=day),
            beside=Beside(
                peers=None if work.others is None else work.others.without(home),
                connection=_connection(promise, tools),
            ),
            tools=tools,
            as_of=today,
        )
    except AhorraLuzError:
        # Too short, or nothing was read: it stays a promise of which nothing was measured.
        return []
    return list(month_results(verified, promise, measured_s=int(work.as_of.timestamp())))


def _connection(promise: Promise, tools: Toolbox) -> Connection | None:
    fields = SupplyFields(distributor=promise.terms.distributor)
    try:
        return Connection(supply=find_supply(fields, user_folder=tools.user_folder))
    except AhorraLuzError:
        return None


def month_results(verified: Verified, promise: Promise, *, measured_s: int) -> list[MonthResult]:
    """Return what was measured month by month, for the store.

    Soles are those of each month's tariff; where no sheet is on file, those of the promise:
    its own soles for each kWh.
    """
    price = promise.terms.cents_month / max(promise.terms.wh_month, 1) * WH
    found = verified.found
    sigma = found.error.scale * found.expected_kwh
    low, high = (
        found.saved_kwh.middle - end for end in (found.saved_kwh.low, found.saved_kwh.high)
    )
    results = []
    for item in verified.months:
        month = item.month
        kwh = month.expected_kwh - month.metered_kwh
        share = month.expected_kwh / found.expected_kwh
        cents = kwh * price if item.soles is None else item.soles * CENTS
        rate = cents / kwh if abs(kwh) > 1 else price
        results.append(
            MonthResult(
                month=month.period.start.strftime("%Y-%m"),
                days=month.days,
                kwh=kwh,
                error_kwh=sigma * share,
                cents=round(cents),
                cents_low=round(cents - abs(low * share * rate)),
                cents_high=round(cents + abs(high * share * rate)),
                measured_s=measured_s,
            )
        )
    return results


@dataclass(frozen=True, slots=True, kw_only=True)
class Scoreboard:
    """What is shown, and from when it is."""

    scores: tuple[Score, ...]
    promises: int
    """How many were made in all, in full tens."""
    measured_on: date | None
    """Day of the newest figure, in Peru; ``None``: nothing is shown yet."""
    hashes: tuple[str, ...] = ()
    """Of promises in order, as many full tens as there are, for whoever notes them down: a
    promise made anew has another."""

    @property
    def measured(self) -> int:
        """Promises that were measured and are told; the others count as promised only."""
        whole = (s.homes for s in self.scores if s.step == ALL and s.distributor == ALL)
        return next(whole, 0)


def scoreboard(*, tools: Toolbox) -> Scoreboard:
    """Return what is told of everything promised and measured.

    Raises
    ------
    StoreError
        ``promises-altered``, or the database cannot.
    """
    everything = tools.store.promises.everything()
    tens = len(everything) // K * K
    latest = latest_snapshot(tools=tools) if everything else None
    parts = latest.parts if latest else {}
    day = parts.get("measured_on")
    return Scoreboard(
        scores=tuple(Score(**score) for score in parts.get("scores", ())),
        promises=tens,
        measured_on=None if day is None else date.fromisoformat(day),
        hashes=tuple(promise.hash for promise, _ in everything[:tens]),
    )
