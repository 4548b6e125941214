"""Other homes, day by day or month by month, brought to the cells of one home."""

from dataclasses import dataclass
from datetime import date
from typing import Protocol

import numpy as np

from ahorraluz.core.readings.grid import day_grid, local_seconds
from ahorraluz.core.readings.schema import DAY_S, Readings, Step
from ahorraluz.core.verification.cells import LEAST_KNOWN, Cells, Days, Floats, beyond
from ahorraluz.core.verification.comparison import Peers

LEAST_OF_DAY = 0.9
"""Part of a day that must be known for its energy to be told. [0 to 1]"""


class PeerHomes(Protocol):
    """Other homes that can be brought to the cells of one."""

    def on(self, cells: Cells) -> Peers:
        """Return the homes on these cells."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DailyHomes:
    """Homes day by day."""

    days: Days
    """Consecutive local days, shape (d,)."""
    kwh: Floats
    """NaN unless the whole day is known, shape (h, d). [kWh]"""
    changed: tuple[tuple[date, ...], ...] = ()
    """Days on which each home took a step of its own; empty: none did."""

    def on(self, cells: Cells) -> Peers:
        """Return the homes on these cells, a cell known if half its days are.

        A home that took a step of its own shows what would have been only up to it, or from it
        on: the side on which the step of the home that is verified lies.
        """
        size = len(self.days)
        first = (cells.start - self.days[0]).astype(np.int64)
        last = (cells.end - self.days[0]).astype(np.int64)
        known = ~np.isnan(self.kwh)
        total, count = (
            np.concatenate([np.zeros((len(table), 1)), np.cumsum(table, axis=1)], axis=1)
            for table in (np.where(known, self.kwh, 0.0), known.astype(np.float64))
        )
        low, high = np.clip(first, 0, size), np.clip(last, 0, size)
        days = count[:, high] - count[:, low]
        enough = days > LEAST_KNOWN * (last - first)
        mean = (total[:, high] - total[:, low]) / np.maximum(days, 1)
        kwh_day = np.where(enough, mean, np.nan)
        for row, changes in enumerate(self.changed):
            for day in changes:
                kwh_day[row, beyond(cells, day)] = np.nan
        return Peers(kwh_day=kwh_day)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MonthlyHomes:
    """Homes of which only months are known."""

    first: np.datetime64
    """First month, datetime64[M]."""
    kwh: Floats
    """Energy of consecutive calendar months, NaN unknown, shape (h, m). [kWh]"""

    def on(self, cells: Cells) -> Peers:
        """Return the homes on these cells: the mean day of the months a cell lies in.

        Recibos of other homes are read on other days, so each month counts by its days inside.
        """
        begins = (self.first + np.arange(self.kwh.shape[1] + 1)).astype("datetime64[D]")
        a_day = self.kwh / np.diff(begins).astype(np.float64)
        kwh_day = np.full((len(self.kwh), len(cells)), np.nan)
        for place, (start, end) in enumerate(zip(cells.start, cells.end, strict=True)):
            inside = np.minimum(begins[1:], end) - np.maximum(begins[:-1], start)
            days = np.maximum(inside.astype(np.float64), 0.0)
            if days.sum() > LEAST_KNOWN * float((end - start).astype(np.float64)):
                months = days > 0
                kwh_day[:, place] = a_day[:, months] @ days[months] / days.sum()
        return Peers(kwh_day=kwh_day)


def days_of(readings: Readings) -> tuple[Days, Floats]:
    """Return local days, shape (d,), and their energy, NaN unless nine tenths are known. [kWh]

    Raises
    ------
    ReadingsError
        ``readings-too-coarse``: months, or intervals that do not divide an hour.
    """
    if readings.step is Step.DAY:
        local = local_seconds(readings.starts_s, zone=readings.zone)
        return np.floor_divide(local, DAY_S).astype("datetime64[D]"), readings.energy_kwh
    grid = day_grid(readings)
    known = grid.known
    hours = 24.0 / grid.slots
    total = np.where(np.isnan(grid.power_kw), 0.0, grid.power_kw).sum(axis=1) * hours
    return grid.days, np.where(
        known >= LEAST_OF_DAY, total / np.maximum(known, LEAST_OF_DAY), np.nan
    )
