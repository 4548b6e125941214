"""Promises in SQL: made once, in a chain of hashes; what was done, and what came of it."""

import hashlib
import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select

from ahorraluz.store.connections import lock
from ahorraluz.store.errors import StoreError
from ahorraluz.store.promise_records import PERU, DoneNote, MonthResult, Promise, PromiseTerms
from ahorraluz.store.tables import DONE_STEPS, PROMISE_HOMES, PROMISES, STEP_RESULTS

GENESIS = "0" * 64
"""What the first promise follows."""
CHAIN_LOCK = 3
"""Lock of PostgreSQL for the end of the chain."""
CLOCK_SLACK_S = 300
"""Seconds by which a promise may be older than the one before: processes wait for each other,
and clocks are set. [s]"""
TAKEN_BACK = ""
"""Stands for the day of a step in a note that takes it back."""
COLUMNS = ("made_s", "step", "distributor", "region", "wh_month", "cents_month", "nonce")


def promise(
    connection: Connection, home: str, terms: PromiseTerms, *, nonce: str, made_s: int
) -> Promise:
    """Keep a promise of a known home, which is there for good.

    Raises
    ------
    StoreError
        ``promise-made-already``; ``promise-clock-back``: by the clock it would be older than
        the one before.
    """
    former = of_home(connection, home, terms.step)
    if former is not None:
        raise StoreError("promise-made-already", step=terms.step, home=home, day=former.made_on)
    lock(connection, CHAIN_LOCK)
    latest_s = connection.execute(select(func.max(PROMISES.c.made_s))).scalar()
    if latest_s is not None and made_s + CLOCK_SLACK_S < latest_s:
        raise StoreError("promise-clock-back", day=_day(made_s), former=_day(latest_s))
    newest = select(PROMISES.c.hash).order_by(PROMISES.c.id.desc()).limit(1)
    previous = connection.execute(newest).scalar() or GENESIS
    content: dict[str, str | int] = {
        "made_s": made_s,
        "step": terms.step,
        "distributor": terms.distributor,
        "region": terms.region,
        "wh_month": terms.wh_month,
        "cents_month": terms.cents_month,
        "nonce": nonce,
    }
    made = connection.execute(
        insert(PROMISES)
        .values(**content, previous=previous, hash=digest(previous, content))
        .returning(PROMISES.c.id)
    )
    promise_id = int(made.scalar_one())
    connection.execute(
        insert(PROMISE_HOMES).values(promise_id=promise_id, home=home, step=terms.step)
    )
    row = connection.execute(select(PROMISES).where(PROMISES.c.id == promise_id)).one()
    return _promise(row)


def digest(previous: str, content: dict[str, str | int]) -> str:
    """Return the hash of a promise: of what it says and of the one before it."""
    text = json.dumps([previous, *(content[name] for name in COLUMNS)], ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def check_chain(connection: Connection) -> int:
    """Return how many promises there are, every one as it was made.

    Raises
    ------
    StoreError
        ``promises-altered``: a row does not have the hash of what it says, is dated before
        the one it follows, or one is gone.
    """
    previous, latest_s, count = GENESIS, 0, 0
    for row in connection.execute(select(PROMISES).order_by(PROMISES.c.id)):
        content = {name: getattr(row, name) for name in COLUMNS}
        follows = row.previous == previous and row.made_s + CLOCK_SLACK_S >= latest_s
        if not follows or row.hash != digest(previous, content):
            raise StoreError("promises-altered", number=row.id)
        previous, latest_s = row.hash, max(latest_s, row.made_s)
        count += 1
    return count


def of_home(connection: Connection, home: str, step: str) -> Promise | None:
    """Return what was promised to a home of a step."""
    row = connection.execute(
        select(PROMISES)
        .join(PROMISE_HOMES, PROMISE_HOMES.c.promise_id == PROMISES.c.id)
        .where(PROMISE_HOMES.c.home == home, PROMISE_HOMES.c.step == step)
    ).first()
    return None if row is None else _promise(row)


def everything(connection: Connection) -> tuple[tuple[Promise, str | None], ...]:
    """Return every promise with its home, ``None`` where that was forgotten."""
    rows = connection.execute(
        select(PROMISES, PROMISE_HOMES.c.home)
        .outerjoin(PROMISE_HOMES, PROMISE_HOMES.c.promise_id == PROMISES.c.id)
        .order_by(PROMISES.c.id)
    )
    return tuple((_promise(row), row.home) for row in rows)


def _promise(row: Row[Any]) -> Promise:
    return Promise(
        id=row.id,
        made_s=row.made_s,
        hash=row.hash,
        terms=PromiseTerms(
            step=row.step,
            distributor=row.distributor,
            region=row.region,
            wh_month=row.wh_month,
            cents_month=row.cents_month,
        ),
    )


def note_done(
    connection: Connection, home: str, step: str, *, day: date | None, as_of_s: int
) -> None:
    """Note the day of a step, or that it was noted by mistake; earlier notes stay."""
    written = TAKEN_BACK if day is None else day.isoformat()
    connection.execute(
        insert(DONE_STEPS).values(home=home, step=step, day=written, created_s=as_of_s)
    )


def done_notes(connection: Connection, home: str | None = None) -> tuple[DoneNote, ...]:
    """Return every note, in the order they were made; of one home or of all."""
    query = select(DONE_STEPS).order_by(DONE_STEPS.c.id)
    if home is not None:
        query = query.where(DONE_STEPS.c.home == home)
    return tuple(
        DoneNote(
            home=row.home,
            step=row.step,
            day=None if row.day == TAKEN_BACK else date.fromisoformat(row.day),
            created_s=row.created_s,
        )
        for row in connection.execute(query)
    )


def let_go(connection: Connection, home: str, step: str) -> None:
    """Erase that a promise was made to a home; it stays in the chain, as nobody's."""
    mine = (PROMISE_HOMES.c.home == home) & (PROMISE_HOMES.c.step == step)
    number = select(PROMISE_HOMES.c.promise_id).where(mine)
    connection.execute(delete(STEP_RESULTS).where(STEP_RESULTS.c.promise_id.in_(number)))
    connection.execute(delete(PROMISE_HOMES).where(mine))


def keep_results(connection: Connection, promise_id: int, results: Sequence[MonthResult]) -> None:
    """Keep what was measured of a promise, instead of what was measured before."""
    connection.execute(delete(STEP_RESULTS).where(STEP_RESULTS.c.promise_id == promise_id))
    if results:
        connection.execute(
            insert(STEP_RESULTS),
            [
                {
                    "promise_id": promise_id,
                    "month": result.month,
                    "days": result.days,
                    "kwh": result.kwh,
                    "error_kwh": result.error_kwh,
                    "cents": result.cents,
                    "cents_low": result.cents_low,
                    "cents_high": result.cents_high,
                    "measured_s": result.measured_s,
                }
                for result in results
            ],
        )


def results(connection: Connection) -> dict[int, tuple[MonthResult, ...]]:
    """Return what was measured, by the number of its promise."""
    found: dict[int, list[MonthResult]] = {}
    order = (STEP_RESULTS.c.promise_id, STEP_RESULTS.c.month)
    for row in connection.execute(select(STEP_RESULTS).order_by(*order)):
        found.setdefault(row.promise_id, []).append(
            MonthResult(
                month=row.month,
                days=row.days,
                kwh=row.kwh,
                error_kwh=row.error_kwh,
                cents=row.cents,
                cents_low=row.cents_low,
                cents_high=row.cents_high,
                measured_s=row.measured_s,
            )
        )
    return {number: tuple(items) for number, items in found.items()}


def forget(connection: Connection, home: str) -> None:
    """Erase what ties a home to its promises; they stay, as nobody's."""
    mine = select(PROMISE_HOMES.c.promise_id).where(PROMISE_HOMES.c.home == home)
    connection.execute(delete(STEP_RESULTS).where(STEP_RESULTS.c.promise_id.in_(mine)))
    connection.execute(delete(PROMISE_HOMES).where(PROMISE_HOMES.c.home == home))
    connection.execute(delete(DONE_STEPS).where(DONE_STEPS.c.home == home))


def whole_seconds(at: datetime) -> int:
    """Return a moment as the tables keep it. [s since 1970 UTC]"""
    return int(at.timestamp())


def _day(made_s: int) -> date:
    return datetime.fromtimestamp(made_s, tz=PERU).date()
