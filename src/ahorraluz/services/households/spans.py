"""Energy of a kept home over one day, week, month or year, in bars that can be read one by one."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

import numpy as np

from ahorraluz.core.advice.measured_months import months_of
from ahorraluz.core.periods import month_after
from ahorraluz.core.readings.grid import day_grid
from ahorraluz.core.readings.schema import Readings, Step
from ahorraluz.core.verification.panel import days_of

WEEK = timedelta(days=7)
DAY = timedelta(days=1)
MONTHS = 12
HOUR_S = 3_600
PLACES = 3
EARLIEST, LATEST = date(1970, 1, 2), date(9990, 1, 1)
"""Days between which a step back or ahead is a day, too."""


class Span(StrEnum):
    """How much is seen at once."""

    DAY = "dia"
    WEEK = "semana"
    MONTH = "mes"
    YEAR = "ano"


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One bar: an hour, a day or a month."""

    start: datetime
    """Local time, without its zone."""
    kwh: float | None
    """``None``: not known. [kWh]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanUse:
    """Energy of one span."""

    span: Span
    start: date
    end: date
    """The day after its last one."""
    slots: tuple[Slot, ...]
    first: date
    """First and last day of the readings."""
    last: date

    @property
    def total_kwh(self) -> float:
        """Of what is known. [kWh]"""
        return sum(slot.kwh or 0.0 for slot in self.slots)

    @property
    def unknown(self) -> int:
        """Slots of which nothing is known."""
        return sum(slot.kwh is None for slot in self.slots)

    @property
    def before(self) -> date | None:
        """A day of the span before; ``None``: nothing was read by then."""
        return self.start - DAY if self.start > self.first else None

    @property
    def after(self) -> date | None:
        """A day of the span after; ``None``: nothing was read since."""
        return self.end if self.end <= self.last else None


def spans_of(readings: Readings) -> tuple[Span, ...]:
    """Return the spans that readings of their length can show."""
    if readings.step is Step.MONTH:
        return (Span.YEAR,)
    if readings.step is Step.FIXED and HOUR_S % readings.interval_s:
        return (Span.YEAR,)
    if readings.step is Step.DAY:
        return (Span.WEEK, Span.MONTH, Span.YEAR)
    return tuple(Span)


def use_over(readings: Readings, span: Span, day: date | None) -> SpanUse:
    """Return the energy of the span that a day falls in.

    Parameters
    ----------
    readings
        Clean series.
    span
        One of :func:`spans_of`.
    day
        Any local day; ``None``, or one out of reach: the last day read.
    """
    zone = ZoneInfo(readings.zone)
    first, last = (
        datetime.fromtimestamp(moment, tz=zone).date()
        for moment in (int(readings.starts_s[0]), readings.end_s - 1)
    )
    day = last if day is None or not EARLIEST <= day <= LATEST else day
    start, end = _bounds(span, day)
    slots = {
        Span.DAY: _hours,
        Span.WEEK: _days,
        Span.MONTH: _days,
        Span.YEAR: _months,
    }[span](readings, start, end)
    return SpanUse(span=span, start=start, end=end, slots=tuple(slots), first=first, last=last)


def csv_of_span(use: SpanUse) -> str:
    """Return the bars of a span as CSV."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["inicio", "kwh"])
    for slot in use.slots:
        kwh = "" if slot.kwh is None else f"{slot.kwh:.{PLACES}f}"
        writer.writerow([slot.start.isoformat(timespec="minutes"), kwh])
    return text.getvalue()


def _bounds(span: Span, day: date) -> tuple[date, date]:
    match span:
        case Span.DAY:
            return day, day + DAY
        case Span.WEEK:
            monday = day - timedelta(days=day.weekday())
            return monday, monday + WEEK
        case Span.MONTH:
            return day.replace(day=1), month_after(day.replace(day=1))
        case Span.YEAR:
            return date(day.year, 1, 1), date(day.year + 1, 1, 1)


def _hours(readings: Readings, start: date, _: date) -> Sequence[Slot]:
    grid = day_grid(readings)
    days = grid.days.astype("datetime64[D]")
    place = int((np.datetime64(start, "D") - days[0]).astype(np.int64))
    midnight = datetime(start.year, start.month, start.day)  # noqa: DTZ001 - the local clock
    if not 0 <= place < len(days):
        return [Slot(start=midnight + timedelta(hours=hour), kwh=None) for hour in range(24)]
    hours = grid.power_kw[place].reshape(-1, HOUR_S // grid.interval_s).mean(axis=1)
    return [
        Slot(start=midnight + timedelta(hours=hour), kwh=_known(float(kwh)))
        for hour, kwh in enumerate(hours)
    ]


def _days(readings: Readings, start: date, end: date) -> Sequence[Slot]:
    days, kwh = days_of(readings)
    known = {day: float(value) for day, value in zip(days.astype(object), kwh, strict=True)}
    return [
        Slot(
            start=datetime(day.year, day.month, day.day),  # noqa: DTZ001 - the local clock
            kwh=_known(known.get(day, float("nan"))),
        )
        for day in (start + place * DAY for place in range((end - start).days))
    ]


def _months(readings: Readings, start: date, _: date) -> Sequence[Slot]:
    known = {month.period.start.replace(day=1): month.kwh for month in months_of(readings)}
    firsts = [date(start.year, month, 1) for month in range(1, MONTHS + 1)]
    return [
        Slot(
            start=datetime(first.year, first.month, 1),  # noqa: DTZ001 - the local clock
            kwh=_known(known.get(first, float("nan"))),
        )
        for first in firsts
    ]


def _known(kwh: float) -> float | None:
    return None if np.isnan(kwh) else kwh
