"""Other homes from a table, day by day or month by month, to compare one home with."""

from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.issues import InvalidInputError
from ahorraluz.core.readings.grid import local_seconds
from ahorraluz.core.readings.schema import DAY_S
from ahorraluz.core.verification.panel import DailyHomes, MonthlyHomes
from ahorraluz.ingest.bill_tables import read_bills
from ahorraluz.ingest.panels import Panel, PanelError, read_panel

LEAST_KNOWN = 0.9
"""Part of a day that must be known for its energy to be told. [0 to 1]"""
LONG_STEP_S = 20 * 3_600
"""Readings further apart than this are days. [s]"""
MOST_DAYS = 50 * 366
"""A longer record has a broken stamp, and would ask for a table of that length. [day]"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PeerTable:
    """Homes of a table."""

    name: str
    homes: tuple[str, ...]
    readings: DailyHomes | MonthlyHomes


def read_peers(path: Path, *, zone: str) -> PeerTable:
    """Return the homes of a tidy table.

    Parameters
    ----------
    path
        Readings (``timestamp``, ``household_id``, ``kwh``) of hours, of shorter intervals or
        of days, or monthly bills (``household_id``, ``period``, ``kwh``).
    zone
        IANA zone of local days.

    Raises
    ------
    InvalidInputError
        ``peers-zone-unknown``, ``peers-too-long``.
    AhorraLuzError
        The file is neither table.
    """
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidInputError("peers-zone-unknown", zone=zone[:60]) from None
    try:
        panel = read_panel(path)
    except PanelError as error:
        if error.issue.code != "panel-columns":
            raise
        table = read_bills(path)
        readings = MonthlyHomes(first=np.datetime64(table.first, "M"), kwh=table.kwh)
        return PeerTable(name=path.name, homes=table.homes, readings=readings)
    return PeerTable(name=path.name, homes=panel.homes, readings=_days(panel, path.name, zone))


def _days(panel: Panel, name: str, zone: str) -> DailyHomes:
    # Stamps of the local clock are seconds of that clock already.
    local = panel.starts_s if panel.is_local else local_seconds(panel.starts_s, zone=zone)
    day = np.floor_divide(local, DAY_S)
    first, size = int(day.min()), int(day.max() - day.min()) + 1
    if size > MOST_DAYS:
        raise InvalidInputError("peers-too-long", file=name, limit=MOST_DAYS // 366)
    table = np.full((len(panel.homes), size), np.nan)
    order = np.argsort(panel.home, kind="stable")
    ends = np.cumsum(np.bincount(panel.home, minlength=len(panel.homes)))
    for place in range(len(panel.homes)):
        rows = order[ends[place - 1] if place else 0 : ends[place]]
        _, once = np.unique(local[rows], return_index=True)
        rows = rows[once]
        table[place] = _one_home(local[rows], day[rows] - first, panel.kwh[rows], size)
    return DailyHomes(days=(first + np.arange(size)).astype("datetime64[D]"), kwh=table)


def _one_home(
    local_s: NDArray[np.int64], day: NDArray[np.int64], kwh: NDArray[np.float64], size: int
) -> NDArray[np.float64]:
    """Return the energy of each day, NaN unless nine tenths of it are known, shape (size,)."""
    if len(local_s) < 2:
        return np.full(size, np.nan)
    steps, counts = np.unique(np.diff(local_s), return_counts=True)
    step = int(steps[counts.argmax()])
    share = 1.0 if step >= LONG_STEP_S else step / DAY_S
    known = ~np.isnan(kwh)
    part = np.minimum(np.bincount(day[known], minlength=size) * share, 1.0)
    total = np.bincount(day[known], weights=kwh[known], minlength=size)
    return np.where(part >= LEAST_KNOWN, total / np.maximum(part, share), np.nan)
