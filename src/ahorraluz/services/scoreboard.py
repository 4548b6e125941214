"""The public scoreboard: verify every promised step, and show soles promised and measured."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.core.usage.robust import DAYS_MONTH
from ahorraluz.core.verification.scoreboard import Board, Entry, K, board_of
from ahorraluz.services.connection import Connection
from ahorraluz.services.kept_peers import KeptHomes, kept_homes
from ahorraluz.services.learn_savings import keep_learnt, realised
from ahorraluz.services.supplies import SupplyFields, find_supply
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.services.verify_savings import (
    Beside,
    StepTaken,
    Verified,
    series_of,
    verify_savings,
)
from ahorraluz.store.promise_records import DoneStep, MonthResult, Promise

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
    """Verify every promised step that was done, and keep what was measured.

    All of them, gains and losses: nobody chooses which homes are counted. The first day noted
    for a step counts, whatever was noted later.

    Raises
    ------
    StoreError
        ``promises-altered``, or the database cannot.
    """
    book = tools.store.promises
    everything = book.everything()
    first: dict[tuple[str, str], DoneStep] = {}
    for done in book.done() if everything else ():
        first.setdefault((done.home, done.step), done)
    others = kept_homes(tools=tools) if first else None
    work = _Work(tools=tools, others=others, as_of=as_of, today=today)
    verified = refused = 0
    for place, (promise, home) in enumerate(everything):
        done_step = None if home is None else first.get((home, promise.terms.step))
        if home is not None and done_step is not None and promise.made_on <= done_step.day:
            results = _results(promise, home, done_step, work)
            book.keep_results(promise.id, results)
            verified += bool(results)
            refused += not results
        progress(place + 1, len(everything))
    if everything:
        homes = realised(
            (promise for promise, _ in everything), book.results(), month_days=DAYS_MONTH
        )
        keep_learnt(homes, folder=tools.user_folder)
    return Updated(verified=verified, refused=refused, open=len(everything) - verified - refused)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    """What one update works with."""

    tools: Toolbox
    others: KeptHomes | None
    as_of: datetime
    today: date


def _results(promise: Promise, home: str, done: DoneStep, work: _Work) -> list[MonthResult]:
    tools, today = work.tools, work.today
    try:
        series, _ = series_of(home, tools=tools, hints=None, as_of=today)
        verified = verify_savings(
            series,
            StepTaken(step=promise.terms.step, since=done.day),
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

    board: Board
    measured_on: date | None
    """Day of the newest measurement, UTC; ``None``: nothing is shown yet."""
    hashes: tuple[str, ...] = ()
    """Of every promise in order, for whoever notes them down: a promise made anew has another.
    None where there are too few promises to be counted in public."""


def scoreboard(*, tools: Toolbox) -> Scoreboard:
    """Return what may be shown of everything promised and measured.

    Raises
    ------
    StoreError
        ``promises-altered``, or the database cannot.
    """
    book = tools.store.promises
    everything = book.everything()
    if not everything:
        return Scoreboard(board=board_of((), promises=0), measured_on=None)
    results = book.results()
    entries = [
        _entry(promise, month) for promise, _ in everything for month in results.get(promise.id, ())
    ]
    board = board_of(entries, promises=len(everything))
    newest = max((m.measured_s for months in results.values() for m in months), default=0)
    return Scoreboard(
        board=board,
        measured_on=datetime.fromtimestamp(newest, tz=UTC).date() if board.measured else None,
        hashes=tuple(p.hash for p, _ in everything) if len(everything) >= K else (),
    )


def _entry(promise: Promise, month: MonthResult) -> Entry:
    terms = promise.terms
    return Entry(
        promise=promise.id,
        step=terms.step,
        distributor=terms.distributor,
        month=month.month,
        promised=terms.cents_month / CENTS * month.days / DAYS_MONTH,
        measured=month.cents / CENTS,
        low=month.cents_low / CENTS,
        high=month.cents_high / CENTS,
    )
