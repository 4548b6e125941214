"""Steps of kept homes: what is promised before, the day they are taken, what came of them."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from ahorraluz.catalog.places import find_department
from ahorraluz.core.advice.recommendation import Recommendation
from ahorraluz.core.issues import InvalidInputError
from ahorraluz.core.readings.schema import DAY_S
from ahorraluz.services.advise import advise
from ahorraluz.services.homes import KnownHome
from ahorraluz.services.steps_apart import TARIFFS
from ahorraluz.services.supplies import SupplyFields, find_supply
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.services.verify_savings import OTHER_FUELS, check_metered_step, check_step
from ahorraluz.store.errors import HomeUnknownError
from ahorraluz.store.promise_records import DoneNote, DoneStep, Promise, PromiseTerms

NONCE_BYTES = 16
MEND_DAYS = 30
"""Days from the first note of a step in which a mistake is mended in public results, too:
little is measured by then. [day]"""
WH, CENTS, MONTHS = 1000, 100, 12
MOST_KWH_MONTH = Decimal(5_000)
"""No measure saves a home more. [kWh/month]"""
MOST_SOLES_MONTH = Decimal(10_000)
"""What so much energy costs at two soles a kWh, above every price on file. [PEN/month]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """A step that was marked as done."""

    done: DoneStep
    promise: Promise | None
    """What had been promised; ``None``: nothing, so it is on no scoreboard."""
    in_time: bool
    """Whether the promise was made no later than the day of the step."""
    counted: date | None
    """Day from which public results count it; ``None``: they do not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenBack:
    """A step that a home had noted by mistake."""

    home: str
    step: str
    counted: date | None
    """Day from which public results count it all the same: it was noted too long ago."""


def promised_by_plan(known: KnownHome, step: str, *, tools: Toolbox, as_of: date) -> PromiseTerms:
    """Return what the plan of a home says a step saves in a mean month.

    Raises
    ------
    InvalidInputError
        What :func:`check_metered_step` refuses; ``promise-step-not-in-plan``: the plan does
        not have it, or claims no electricity of it.
    """
    check_metered_step(step)
    plan = advise(
        known.home,
        tools=tools,
        as_of=as_of,
        receipt=known.receipt,
        evidence=known.evidence,
    ).plan
    items = (*plan.options, *plan.steps)
    # What saves gas alone leaves nothing to measure.
    priced = {item.measure: item for item in items if item.rows and _wh_month(item) > 0}
    found = priced.get(step)
    if found is None:
        known_steps = [name for name in priced if name not in TARIFFS | OTHER_FUELS]
        raise InvalidInputError("promise-step-not-in-plan", step=step, known=known_steps)
    return PromiseTerms(
        step=step,
        distributor=known.home.supply.distributor,
        region=known.home.department or "",
        wh_month=_wh_month(found),
        cents_month=round(found.bill_saving_pen_year * CENTS / MONTHS),
    )


def _wh_month(item: Recommendation) -> int:
    saved = sum((row.kwh_without - row.kwh_with for row in item.rows), Decimal(0))
    return round(saved * WH / max(len(item.rows), 1))


def promised_by_hand(
    step: str, *, kwh_month: Decimal, soles_month: Decimal, distributor: str, region: str | None
) -> PromiseTerms:
    """Return a promise that somebody states.

    Raises
    ------
    InvalidInputError
        What :func:`check_metered_step` refuses, ``promise-out-of-range``,
        ``promise-soles-out-of-range``; a distributor or department that there is not.
    """
    check_metered_step(step)
    if not 0 < kwh_month <= MOST_KWH_MONTH:
        raise InvalidInputError(
            "promise-out-of-range", value=kwh_month, limit=MOST_KWH_MONTH, field="kwh"
        )
    if not 0 <= soles_month <= MOST_SOLES_MONTH:
        raise InvalidInputError(
            "promise-soles-out-of-range", value=soles_month, limit=MOST_SOLES_MONTH, field="soles"
        )
    supply = find_supply(SupplyFields(distributor=distributor))
    return PromiseTerms(
        step=step,
        distributor=supply.distributor,
        region=find_department(region) if region else "",
        wh_month=round(kwh_month * WH),
        cents_month=round(soles_month * CENTS),
    )


def make_promise(home: str, terms: PromiseTerms, *, tools: Toolbox, as_of: datetime) -> Promise:
    """Keep what is promised of a step, before it is taken; it cannot be changed afterwards.

    Raises
    ------
    StoreError
        ``home-unknown``, ``promise-made-already``.
    """
    return tools.store.promises.make(home, terms, nonce=secrets.token_hex(NONCE_BYTES), as_of=as_of)


def mark_done(
    home: str, step: str, *, day: date, tools: Toolbox, today: date, as_of: datetime
) -> Marked:
    """Note the day on which a home took a step; a day noted before is mended so.

    Raises
    ------
    InvalidInputError
        ``verify-step-unknown``, ``verify-since-future``; ``done-before-readings``: nothing
        was read by then, so it could never be measured.
    StoreError
        ``home-unknown``.
    """
    check_done(home, step, day=day, tools=tools, today=today)
    book = tools.store.promises
    promise = book.of_home(home, step)
    book.mark_done(home, step, day=day, as_of=as_of)
    done = [item for item in book.done(home) if item.step == step][-1]
    in_time = promise is not None and promise.made_on <= day
    counted = counted_days(book.notes(home)).get((home, step))
    return Marked(done=done, promise=promise, in_time=in_time, counted=counted)


def take_back_done(home: str, step: str, *, tools: Toolbox, as_of: datetime) -> TakenBack:
    """Note that a home did not take a step that it had noted; what it noted stays on record.

    Raises
    ------
    InvalidInputError
        ``verify-step-unknown``; ``done-not-noted``: there is nothing to take back.
    StoreError
        ``home-unknown``.
    """
    check_step(step)
    book = tools.store.promises
    if day_of_step(home, step, tools=tools) is None:
        raise InvalidInputError("done-not-noted", step=step, home=home)
    book.take_back(home, step, as_of=as_of)
    counted = counted_days(book.notes(home)).get((home, step))
    return TakenBack(home=home, step=step, counted=counted)


def take_back_promise(home: str, step: str, *, tools: Toolbox) -> Promise:
    """Let go of a promise made by mistake: it stays in the chain, and is nobody's from now on.

    Raises
    ------
    InvalidInputError
        ``verify-step-unknown``; ``promise-none``: there is nothing to take back;
        ``promise-step-done``: its step is done, so that it has to be measured, whatever
        comes of it.
    StoreError
        ``home-unknown``.
    """
    check_step(step)
    book = tools.store.promises
    promise = book.of_home(home, step)
    if promise is None:
        raise InvalidInputError("promise-none", step=step, home=home)
    notes = book.notes(home)
    standing_day = {item.step: item.day for item in book.done(home)}.get(step)
    day = standing_day or counted_days(notes).get((home, step))
    if day is not None:
        raise InvalidInputError("promise-step-done", step=step, home=home, day=day)
    book.let_go(home, step)
    return promise


def counted_days(notes: Iterable[DoneNote]) -> dict[tuple[str, str], date]:
    """Return the day of each step that public results are counted from, by home and step.

    A mistake can be mended for ``MEND_DAYS`` from the first note on. What is noted later
    counts for the home alone: who knows what came of a step cannot choose its day any more.
    """
    first: dict[tuple[str, str], int] = {}
    found: dict[tuple[str, str], date] = {}
    for note in notes:
        key = note.home, note.step
        if note.created_s > first.setdefault(key, note.created_s) + MEND_DAYS * DAY_S:
            continue
        if note.day is None:
            found.pop(key, None)
        else:
            found[key] = note.day
    return found


def check_done(home: str, step: str, *, day: date, tools: Toolbox, today: date) -> None:
    """Refuse what :func:`mark_done` refuses of a step and its day, and write nothing."""
    check_step(step)
    if day > today:
        raise InvalidInputError("verify-since-future", since=day, today=today)
    first = _first_day(home, tools)
    if first is not None and day <= first:
        raise InvalidInputError("done-before-readings", value=day, first=first, home=home)


def _first_day(home: str, tools: Toolbox) -> date | None:
    """Return the local day of a home's first reading, ``None`` without any."""
    found = next((kept for kept in tools.store.homes() if kept.id == home), None)
    if found is None or found.start_s is None:
        return None
    return datetime.fromtimestamp(found.start_s, tz=ZoneInfo(found.zone)).date()


def day_of_step(home: str, step: str, *, tools: Toolbox) -> date | None:
    """Return the day a home noted last for a step, ``None`` where it noted none."""
    try:
        noted = [item.day for item in tools.store.promises.done(home) if item.step == step]
    except HomeUnknownError:
        return None
    return noted[-1] if noted else None
