"""How a home is billed, month by month, as its watch goes by it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import numpy as np

from ahorraluz.catalog.national import load_national
from ahorraluz.core.history import NotInForceError
from ahorraluz.core.home import Home, Option
from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.core.live.days import Hours
from ahorraluz.core.live.energy import next_month
from ahorraluz.core.live.ladder import CENTS, WH, Ladder, ladder_of
from ahorraluz.core.live.rules import Limit, Month
from ahorraluz.core.periods import Period
from ahorraluz.core.tariffs.figures import (
    FISE_LIMIT_KWH,
    FISE_VOUCHER,
    PEAK_END_HOUR,
    PEAK_START_HOUR,
)
from ahorraluz.services.connection import Connection, Prices, prices_of
from ahorraluz.services.forecast_models import holidays_of
from ahorraluz.services.households.keeping import kept_home
from ahorraluz.services.inquiries.checking import checked
from ahorraluz.services.inquiries.inquiry import inquire, supply_of
from ahorraluz.services.inquiries.query import read_query
from ahorraluz.services.toolbox import Toolbox

ONE_REGISTER = ("total",)
PEAK_BANDS = ("peak", "off-peak")
"""Bands whose hours are on file; those of the other options nobody published."""
YEAR_MONTHS = 12
MONTHS_BACK = 420
"""Days back that recibos are looked at for the twelve months of the voucher. [day]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What a home said of itself."""

    home: Home | None = None
    connection: Connection | None = None


def kept_facts(home: str, *, tools: Toolbox, as_of: date) -> Kept:
    """Return what the people of a home said, as far as it can be."""
    try:
        query = checked(read_query(_values(kept_home(home, tools=tools).pairs)))
        if query.errors:
            known = query.text("d") is not None
            return Kept(connection=Connection(supply=supply_of(query)) if known else None)
        inquiry = inquire(query, as_of=as_of)
    except AhorraLuzError:
        return Kept()
    receipts = (inquiry.receipt,) if inquiry.receipt else ()
    connection = Connection(supply=inquiry.supply, charges=inquiry.home.charges, receipts=receipts)
    return Kept(home=inquiry.home, connection=connection)


def _values(pairs: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return values


def prices_of_home(kept: Kept, tools: Toolbox, day: date) -> Prices | None:
    """Return the prices of a home; ``None``: it is not known how it is billed."""
    if kept.connection is None:
        return None
    try:
        return prices_of(kept.connection, tools=tools, as_of=day)
    except AhorraLuzError:
        return None


def month_starts(home: Home | None, day: int) -> tuple[int, int, int, int]:
    """Return the first days of the month before, the present one, the next, and that after.

    A month begins on the day that the meter is read, as the newest recibo tells it; without
    one it is the calendar's.
    """
    present = date.fromordinal(day).replace(day=1).toordinal()
    if home is not None and home.history:
        newest = max((use.period for use in home.history), key=lambda period: period.end)
        if newest.end.toordinal() <= day:
            present = newest.end.toordinal()
            while next_month(present) <= day:
                present = next_month(present)
            before = newest.start.toordinal() if present == newest.end.toordinal() else None
        else:
            present, before = newest.start.toordinal(), None
            if present > day:
                present, before = date.fromordinal(day).replace(day=1).toordinal(), None
    else:
        before = None
    if before is None:
        first = date.fromordinal(present)
        last = first.replace(day=1) - timedelta(days=1)
        before = last.replace(day=min(first.day, last.day)).toordinal()
    following = next_month(present)
    return before, present, following, next_month(following)


def months_of(kept: Kept, prices: Prices | None, day: int) -> tuple[Month, ...]:
    """Return the month before, the present one and the next, as they are billed."""
    starts = month_starts(kept.home, day)
    return tuple(_month(kept, prices, start, end) for start, end in pairwise(starts))


def _month(kept: Kept, prices: Prices | None, start: int, end: int) -> Month:
    ladder, spread = None, Decimal(0)
    period = Period(date.fromordinal(start), date.fromordinal(end))
    if prices is not None:
        try:
            terms = prices.terms(period)
        except AhorraLuzError:
            pass
        else:
            found = ladder_of(terms)
            known = found.bands == ONE_REGISTER or set(found.bands) == set(PEAK_BANDS)
            ladder, spread = (found, terms.spread) if known else (None, spread)
    limits = _limits(kept, prices, ladder, period)
    return Month(start=start, end=end, ladder=ladder, limits=limits, spread=int(spread * 1_000))


def _limits(
    kept: Kept, prices: Prices | None, ladder: Ladder | None, period: Period
) -> tuple[Limit, ...]:
    """Return the energies that are better not passed: cliffs of the bill, and the voucher's."""
    found = [Limit(wh=wh, kind="bracket") for wh in (ladder.cliffs() if ladder else ())]
    voucher = None if kept.home is None or prices is None else _voucher(kept.home, prices, period)
    if voucher is not None:
        found.append(voucher)
    return tuple(sorted(found, key=lambda limit: limit.wh))


def _voucher(home: Home, prices: Prices, period: Period) -> Limit | None:
    """Return the energy up to which the mean of twelve months keeps the voucher.

    Of months that no recibo tells each is taken for the line itself.
    """
    if not home.fise_voucher:
        return None
    figures = prices.book.figures
    line = figures.known(FISE_LIMIT_KWH, period.start)
    worth = figures.known(FISE_VOUCHER, period.start)
    if line is None:
        return None
    since = period.start - timedelta(days=MONTHS_BACK)
    past = sorted(
        (use for use in home.history if since < use.period.end <= period.start),
        key=lambda use: use.period.end,
    )[-(YEAR_MONTHS - 1) :]
    spare = sum((line - use.kwh for use in past), Decimal(0))
    kwh = max(Decimal(0), line + spare)
    return Limit(
        wh=int(kwh * WH), kind="voucher", cents=None if worth is None else int(worth * CENTS)
    )


def peak_hours(tools: Toolbox, day: date) -> Hours | None:
    """Return hora punta as it is in force on a day."""
    figures = load_national(user_folder=tools.user_folder)
    try:
        first, after = (int(figures.value(name, day)) for name in (PEAK_START_HOUR, PEAK_END_HOUR))
    except NotInForceError:
        return None
    return Hours(first, after)


def free_days(kept: Kept, zone: str, months: Sequence[Month]) -> dict[str, object]:
    """Return the days without hours punta, where the customer asked for that."""
    supply = kept.connection.supply if kept.connection else None
    if supply is None or not supply.holidays_off_peak or supply.option is Option.BT5B:
        return {}
    days = np.arange(months[0].start, months[-1].end)
    epoch = date(1970, 1, 1).toordinal()
    free = holidays_of(zone)((days - epoch).astype("datetime64[D]"))
    return {"sundays_free": True, "free_days": tuple(int(day) for day in days[np.asarray(free)])}
