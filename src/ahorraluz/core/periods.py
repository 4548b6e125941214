"""Spans of local days, ``[start, end)``, as bills count them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from ahorraluz.core.issues import AhorraLuzError

MEAN_MONTH_DAYS = 30.4375
"""A twelfth of the mean year of 365.25 days. [day]"""


class EmptyPeriodError(AhorraLuzError):
    """The end of a period is not after its start."""


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """Local days from ``start`` up to and without ``end``; never empty.

    A recibo that runs from one meter reading to the next is the period
    ``[earlier reading, later reading)``: its days are the printed days billed.

    Examples
    --------
    >>> Period(date(2026, 2, 16), date(2026, 3, 18)).days
    30
    """

    start: date
    end: date

    def __post_init__(self) -> None:
        """Refuse an empty period (``period-empty``)."""
        if self.end <= self.start:
            raise EmptyPeriodError("period-empty", start=self.start, end=self.end)

    @property
    def days(self) -> int:
        """Number of days. [day]"""
        return (self.end - self.start).days

    def __contains__(self, day: object) -> bool:
        """Tell whether ``day`` is one of the days."""
        return isinstance(day, date) and self.start <= day < self.end

    def split(self, days: Iterable[date]) -> "tuple[Period, ...]":
        """Return the parts between the cutting ``days``; joined they equal the whole.

        Days outside the period, or on its edges, cut nothing.
        """
        cuts = sorted({day for day in days if self.start < day < self.end})
        edges = [self.start, *cuts, self.end]
        return tuple(Period(a, b) for a, b in pairwise(edges))

    def shift(self, *, days: int) -> "Period":
        """Return the same span moved by ``days``."""
        return Period(self.start + timedelta(days=days), self.end + timedelta(days=days))


def month_after(day: date) -> date:
    """Return the same day of the next month, or its last day where there is none."""
    return _months_after(day, 1)


def _months_after(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    first = date(year, month + 1, 1)
    following = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    return min(first + timedelta(days=day.day - 1), following - timedelta(days=1))


def months_from(day: date, *, months: int) -> tuple[Period, ...]:
    """Return ``months`` consecutive monthly periods, the first starting on ``day``.

    Examples
    --------
    >>> [str(period.start) for period in months_from(date(2026, 12, 4), months=2)]
    ['2026-12-04', '2027-01-04']
    """
    # Each is counted from the first: a February in between makes no later month begin earlier.
    starts = [_months_after(day, number) for number in range(months + 1)]
    return tuple(Period(a, b) for a, b in pairwise(starts))
