"""Recibos of many homes: from the rows of a part to the past of each home."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise

import pyarrow as pa
import pyarrow.compute as pc

from ahorraluz.core.consumption import check_kwh
from ahorraluz.core.forecast.bills_only import MAX_AHEAD, PAST_MONTHS
from ahorraluz.core.forecast.months import MonthUse, in_a_row, month_period, reading_periods
from ahorraluz.core.home import MonthlyUse
from ahorraluz.core.periods import Period
from ahorraluz.ingest.fleet_cells import BROKEN, ID
from ahorraluz.services.fleet.faults import HomeFaultError

WATT_HOUR = Decimal("0.001")
MOST_DAYS = 400
"""Longest recibo of many homes: a year that was read once, and some. [day]"""
YEAR_MONTHS = 12
Recibo = tuple[date | None, date | None, float | None, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What is known of a home by the day of the run."""

    history: tuple[MonthlyUse, ...]
    """Newest recibos, by rising date."""
    months: tuple[MonthUse, ...]
    ahead: range
    """The present month and the eleven after it, counted from the newest recibo."""

    @property
    def end(self) -> date:
        """Day on which the newest recibo ends."""
        return self.history[-1].period.end


def recibos_of(readings: pa.Table) -> Mapping[str, list[Recibo]]:
    """Return the recibos of each home, by rising start."""
    ordered = readings.take(
        pc.sort_indices(readings, sort_keys=[(ID, "ascending"), ("start", "ascending")])
    )
    names = ordered.column(ID).to_pylist()
    columns = [ordered.column(name).to_pylist() for name in ("start", "end", "kwh", BROKEN)]
    found: dict[str, list[Recibo]] = {}
    for name, *rest in zip(names, *columns, strict=True):
        found.setdefault(name, []).append(tuple(rest))
    return found


def past_of(recibos: list[Recibo], *, as_of: date) -> Past:
    """Return the past of a home.

    Parameters
    ----------
    recibos
        By rising start.
    as_of
        Day of the run: recibos that end later are not known yet.

    Raises
    ------
    HomeFaultError
        ``fleet-reading-broken``, ``fleet-recibo-incomplete``, ``fleet-recibos-overlap``,
        ``fleet-recibo-days``, ``fleet-readings-later``, ``fleet-readings-old``.
    AhorraLuzError
        ``kwh-negative``, ``kwh-too-large``, ``period-empty``.
    """
    uses = uses_of(recibos)
    known = tuple(use for use in uses if use.period.end <= as_of)[-PAST_MONTHS:]
    if not known:
        raise HomeFaultError("fleet-readings-later", day=as_of)
    months = in_a_row((use.period, float(use.kwh)) for use in known)
    return Past(history=known, months=months, ahead=_ahead(months[-1], as_of))


def uses_of(recibos: list[Recibo]) -> tuple[MonthlyUse, ...]:
    """Return what recibos of one home, by rising start, say; errors are of :func:`past_of`."""
    uses = tuple(_uses(recibos))
    for one, following in pairwise(uses):
        if following.period.start < one.period.end:
            raise HomeFaultError(
                "fleet-recibos-overlap", start=following.period.start, end=one.period.end
            )
    return uses


def _uses(recibos: list[Recibo]) -> Iterator[MonthlyUse]:
    for start, end, kwh, broken in recibos:
        if broken is not None:
            raise HomeFaultError("fleet-reading-broken", value=broken)
        if start is None or end is None or kwh is None:
            raise HomeFaultError("fleet-recibo-incomplete", start=start, end=end)
        period = Period(start, end)
        if period.days > MOST_DAYS:
            raise HomeFaultError("fleet-recibo-days", start=start, end=end, limit=MOST_DAYS)
        energy = Decimal(repr(kwh))
        if energy.is_finite():
            energy = energy.quantize(WATT_HOUR)
        yield MonthlyUse(period=period, kwh=check_kwh(energy))


def _ahead(newest: MonthUse, as_of: date) -> range:
    """Return which months after the newest recibo are the present one and those after it."""
    until = newest.until
    if until is None:
        until = month_period(newest.month.year * 12 + newest.month.month).start
    periods = reading_periods(until, months=MAX_AHEAD - YEAR_MONTHS + 1)
    for place, period in enumerate(periods, start=1):
        if as_of < period.end:
            return range(place, place + YEAR_MONTHS)
    raise HomeFaultError("fleet-readings-old", last=until, day=as_of)
