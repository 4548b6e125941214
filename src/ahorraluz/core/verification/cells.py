"""A home around the day of a step: weeks, or months of recibos, before it and after it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.core.periods import Period

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Days = NDArray[np.datetime64]

WEEK = 7
"""A week has one of each weekday, so that weeks compare without a model of the weekend. [day]"""
LEAST_KNOWN = 0.5
"""Part of a cell's days that must be known for it to stand for the whole. [0 to 1]"""
ABSENT = 0.15
"""Part of the home's usual day below which nobody lived there: no step saves that much of
everything, and IPMVP sets such events aside as not routine. [0 to 1]"""
MIN_BEFORE_DAYS, MIN_AFTER_DAYS = 56, 28
"""Days before and after the step below which nothing is said. The placebo runs that the
intervals rest on go no lower. [day]"""
MIN_MONTHS_BEFORE = 3
"""The same for recibos: three say a level and how steady it is."""


class VerificationError(AhorraLuzError):
    """Readings that say nothing about a step."""


class Grain(StrEnum):
    """How long the cells are."""

    WEEKS = "weeks"
    MONTHS = "months"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cells:
    """Energy of weeks or months in order, a few before the step, the others after it."""

    grain: Grain
    start: Days
    """First day of each cell, shape (n,)."""
    end: Days
    """Day after the last day of each cell, shape (n,)."""
    kwh_day: Floats
    """Mean energy of the known days, NaN where too few are known, shape (n,). [kWh/day]"""
    days: Floats
    """Known days, shape (n,). [day]"""
    before: int
    """How many cells lie before the step."""

    def __len__(self) -> int:
        """Return the number of cells."""
        return len(self.kwh_day)

    @property
    def is_before(self) -> Bools:
        """Which cells lie before the step, shape (n,)."""
        return np.arange(len(self)) < self.before

    @property
    def used(self) -> Bools:
        """Which cells count: known, and with somebody at home, shape (n,)."""
        return np.asarray(~np.isnan(self.kwh_day) & ~self.absent)

    @property
    def absent(self) -> Bools:
        """Cells in which the home stood all but still, shape (n,)."""
        return np.asarray(absent_cells(self.kwh_day[None, :])[0])

    def days_used(self, *, before: bool) -> float:
        """Return the known days of the cells that count on one side of the step. [day]"""
        side = self.is_before if before else ~self.is_before
        return float(self.days[side & self.used].sum())


def absent_cells(kwh_day: Floats) -> Bools:
    """Return which cells of each home lie far below its usual one, shape (h, n)."""
    positive = np.where(kwh_day > 0, kwh_day, np.nan)
    known = ~np.isnan(positive).all(axis=1)
    usual = np.zeros(len(kwh_day))
    usual[known] = np.nanmedian(positive[known], axis=1)
    return np.asarray(kwh_day < ABSENT * usual[:, None])


def weeks_around(days: Days, kwh: Floats, *, since: date) -> Cells:
    """Return the weeks that end, and those that begin, on the day of the step.

    Parameters
    ----------
    days
        Consecutive local days, shape (d,).
    kwh
        Energy of each day, NaN unless the whole day is known, shape (d,). [kWh]
    since
        First day with the step.

    Returns
    -------
    Cells
        The last week may be shorter; days before the first whole week are left out.
    """
    edge = int((np.datetime64(since, "D") - days[0]).astype(np.int64))
    edge = min(max(edge, 0), len(days))
    first = edge % WEEK
    lead = (edge - first) // WEEK
    after = -(-(len(days) - edge) // WEEK)
    row = np.full((lead + after) * WEEK, np.nan)
    row[: len(kwh) - first] = kwh[first:]
    table = row.reshape(-1, WEEK)
    starts = days[0] + first + WEEK * np.arange(lead + after)
    ends = np.minimum(starts + WEEK, days[-1] + 1) if len(starts) else starts
    known = (~np.isnan(table)).sum(axis=1).astype(np.float64)
    length = (ends - starts).astype(np.float64)
    mean = np.where(np.isnan(table), 0.0, table).sum(axis=1) / np.maximum(known, 1)
    return Cells(
        grain=Grain.WEEKS,
        start=starts,
        end=ends,
        kwh_day=np.where(known > LEAST_KNOWN * length, mean, np.nan),
        days=known,
        before=lead,
    )


def months_around(months: Sequence[tuple[Period, float]], *, since: date) -> Cells:
    """Return recibos before and after a step; the one it falls inside is left out.

    Parameters
    ----------
    months
        Periods with their energy, NaN unknown, by rising date. [kWh]
    since
        First day with the step.
    """
    kept = [(period, kwh) for period, kwh in months if period.end <= since or period.start >= since]
    length = np.array([period.days for period, _ in kept], dtype=np.float64)
    energy = np.array([kwh for _, kwh in kept], dtype=np.float64)
    return Cells(
        grain=Grain.MONTHS,
        start=np.array([period.start for period, _ in kept], dtype="datetime64[D]"),
        end=np.array([period.end for period, _ in kept], dtype="datetime64[D]"),
        kwh_day=energy / np.maximum(length, 1),
        days=np.where(np.isnan(energy), 0.0, length),
        before=sum(period.end <= since for period, _ in kept),
    )


def is_with_step(cells: Cells, day: date) -> bool:
    """Tell whether another change falls between the last cell before the step and the first after.

    That is the day of the step itself, or the recibo it lies in: nothing lies between the two.
    """
    change = np.datetime64(day, "D")
    return bool(cells.end[cells.before - 1] <= change <= cells.start[cells.before])


def beyond(cells: Cells, day: date) -> Bools:
    """Return which cells lie on the far side of another change, shape (n,).

    What changed with the step itself, or in the recibo of it, leaves nothing to compare with:
    all cells after the step lie beyond it.
    """
    change = np.datetime64(day, "D")
    earlier = change < cells.end[cells.before - 1] if cells.before else False
    return np.asarray(cells.start < change if earlier else cells.end > change)


def apart_from(cells: Cells, day: date) -> Cells:
    """Return cells of which those beyond another change are unknown, as seen from the step.

    Parameters
    ----------
    cells
        With at least one on each side of the step.
    day
        First day of the other change.
    """
    lost = beyond(cells, day)
    return replace(
        cells,
        kwh_day=np.where(lost, np.nan, cells.kwh_day),
        days=np.where(lost, 0.0, cells.days),
    )


def month_of_cell(cells: Cells) -> NDArray[np.int64]:
    """Return the calendar month that holds the middle of each cell, January 0, shape (n,)."""
    middle = cells.start + (cells.end - cells.start) // 2
    return np.asarray(middle.astype("datetime64[M]").astype(np.int64) % 12)


def check_cells(cells: Cells, *, since: date) -> None:
    """Refuse cells that say too little on one side of the step.

    Raises
    ------
    VerificationError
        ``verify-no-reading-before``, ``verify-no-reading-after``, ``verify-too-little-before``,
        ``verify-too-little-after``, ``verify-nobody-there``, ``verify-no-use`` or
        ``verify-given-to-grid``.
    """
    known = cells.kwh_day[~np.isnan(cells.kwh_day)]
    before, after = (cells.days[side].sum() for side in (cells.is_before, ~cells.is_before))
    if before == 0:
        raise VerificationError("verify-no-reading-before", since=since)
    if after == 0:
        raise VerificationError("verify-no-reading-after", since=since)
    if bool(np.all(known == 0)):
        raise VerificationError("verify-no-use")
    if bool(np.any(known < 0)):
        raise VerificationError("verify-given-to-grid", kwh=round(float(known.min()), 1))
    used_before, used_after = (cells.days_used(before=side) for side in (True, False))
    months = int((cells.used & cells.is_before).sum())
    short = cells.grain is Grain.MONTHS and months < MIN_MONTHS_BEFORE
    if used_before < MIN_BEFORE_DAYS or short:
        least = MIN_MONTHS_BEFORE * 30 if cells.grain is Grain.MONTHS else MIN_BEFORE_DAYS
        _check_absent(since, known=before, used=used_before, least=least)
        raise VerificationError(
            "verify-too-little-before",
            since=since,
            days=round(used_before),
            min_days=least,
            day=since - timedelta(days=least),
        )
    if used_after < MIN_AFTER_DAYS:
        _check_absent(since, known=after, used=used_after, least=MIN_AFTER_DAYS)
        raise VerificationError(
            "verify-too-little-after",
            since=since,
            days=round(used_after),
            min_days=MIN_AFTER_DAYS,
            day=since + timedelta(days=MIN_AFTER_DAYS),
        )


def _check_absent(since: date, *, known: float, used: float, least: float) -> None:
    """Refuse readings that would be enough had somebody been at home (``verify-nobody-there``)."""
    if known >= least:
        raise VerificationError(
            "verify-nobody-there",
            since=since,
            known_days=round(known),
            days=round(used),
            min_days=round(least),
        )
