"""Earlier recibos in an address: their kWh, the days of each, and days nobody billed between."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from ahorraluz.core.home import MonthlyUse
from ahorraluz.core.issues import Issue, Severity
from ahorraluz.core.periods import Period
from ahorraluz.services.inquiries.fields import BY_NAME
from ahorraluz.services.inquiries.query import Query

KWH, DAYS, GAPS = "hk", "hn", "hg"
"""Parameters, each a list by rising date: energy, days billed, days until the next recibo."""
DOUBTFUL_DAYS = range(15, 17)
"""Readings on these days put the middle of some months in one calendar month, of some in
the next: two recibos would fall on one month and none on another."""
DAY_BEFORE, DAY_AFTER = 13, 18
"""Readings from which every middle falls in the month of the reading, and in the next one."""


def earlier_recibos(query: Query, *, latest: Period) -> tuple[MonthlyUse, ...]:
    """Return the recibos before the latest one, oldest first.

    Where the days of each are not told, every recibo is supposed a month long.
    """
    kwh, days = query.numbers(KWH), query.numbers(DAYS)
    if len(days) != len(kwh):
        return _monthly(kwh, latest=latest)
    gaps = query.numbers(GAPS)
    if len(gaps) != len(kwh):
        gaps = (Decimal(0),) * len(kwh)
    months, end = [], latest.start
    for energy, length, gap in zip(reversed(kwh), reversed(days), reversed(gaps), strict=True):
        end -= timedelta(days=int(gap))
        start = end - timedelta(days=int(length))
        months.append(MonthlyUse(period=Period(start, end), kwh=energy))
        end = start
    return tuple(reversed(months))


def told_recibos(history: Sequence[MonthlyUse]) -> Iterator[tuple[str, str]]:
    """Yield the parameters of all recibos but the latest, the newest that fit the fields."""
    energies = [_written(month.kwh) for month in history[:-1]]
    longest = BY_NAME[KWH].longest
    while len(" ".join(energies)) > longest:
        del energies[0]
    if not energies:
        return
    told = history[-len(energies) - 1 :]
    gaps = [(later.period.start - one.period.end).days for one, later in pairwise(told)]
    yield KWH, " ".join(energies)
    yield DAYS, " ".join(str(month.period.days) for month in told[:-1])
    if any(gaps):
        yield GAPS, " ".join(map(str, gaps))


def check_recibos(query: Query) -> Mapping[str, Issue]:
    """Return the issue of days that are not one for each recibo."""
    kwh, days = query.numbers(KWH), query.numbers(DAYS)
    if not days or KWH in query.errors or len(days) == len(kwh):
        return {}
    return {
        DAYS: Issue(
            code="days-not-of-each",
            severity=Severity.ERROR,
            parameters={"field": f"web-{DAYS}", "days": len(days), "recibos": len(kwh)},
        )
    }


def _monthly(kwh: Sequence[Decimal], *, latest: Period) -> tuple[MonthlyUse, ...]:
    """Return recibos a calendar month long, no two of one month of the year."""
    months, end, day = [], latest.start, latest.start.day
    if day in DOUBTFUL_DAYS:
        middle = latest.start + timedelta(days=latest.days // 2)
        day = DAY_BEFORE if middle.month == latest.start.month else DAY_AFTER
    for energy in reversed(kwh):
        start = _month_before(end, day)
        months.append(MonthlyUse(period=Period(start, end), kwh=energy))
        end = start
    return tuple(reversed(months))


def _month_before(day: date, read_on: int) -> date:
    last_of_previous = day.replace(day=1) - timedelta(days=1)
    return last_of_previous.replace(day=min(read_on, last_of_previous.day))


def _written(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
