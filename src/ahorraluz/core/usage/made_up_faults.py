"""Made-up homes with something wrong, so that what sets them aside can be tried.

Each broken home has one fault, so that its reason can be told.
"""

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import Generator, default_rng
from numpy.typing import NDArray

from ahorraluz.core.usage.made_up import BLOCK, FAULTS_STREAM, Ints, Texts
from ahorraluz.core.usage.made_up_bills import MadeUpBills

SOUND = ""
Column = NDArray[Any]
Table = MutableMapping[str, Column]

HOME_FAULTS: Mapping[str, tuple[str, str]] = {
    "unknown-distributor": ("distributor", "luz-de-ninguna-parte"),
    "no-distributor": ("distributor", ""),
    "district-in-words": ("district", "Miraflores"),
    "unknown-option": ("option", "BT5B; trifásico"),
    "unknown-fose": ("fose", "quizás"),
    "fuel-in-words": ("cooking", "leña y a veces gas"),
    "unknown-appliance": ("appliances", "ducha-electrica;caldera de vapor"),
}
"""What stands in which column of the table of homes."""
READING_FAULTS = (
    "negative",
    "not-a-number",
    "without-energy",
    "gap",
    "twice",
    "enormous",
    "no-readings",
)
"""What both kinds of readings can have."""
BILL_FAULTS = ("backwards", "overlap")
BETWEEN = ("gap", "overlap")
"""What is only wrong where recibos follow."""
HOUR_FAULTS = ("no-step", "odd-step", "no-hours")
FAULTS: Mapping[str, tuple[str, ...]] = {
    "bills": (*HOME_FAULTS, *READING_FAULTS, *BILL_FAULTS),
    "hours": (*HOME_FAULTS, *READING_FAULTS, *HOUR_FAULTS),
}
"""Faults of each kind of fleet."""
ENORMOUS_KWH = 9.9e8
HOUR_S, ODD_STEP_S = 3600, 7000
OVERLAP_DAYS = 20


def draw_faults(kind: str, *, first: int, count: int, share: float, seed: int) -> Texts:
    """Return the fault of each home of a block, shape (count,), ``SOUND`` where it has none.

    Parameters
    ----------
    kind
        ``bills`` or ``hours``.
    first
        Number of the first home, a multiple of ``BLOCK``.
    share
        Of homes that have one. [0 to 1]

    Examples
    --------
    >>> draw_faults("bills", first=0, count=2, share=0.0, seed=1).tolist()
    ['', '']
    """
    chance = default_rng((seed, FAULTS_STREAM, first // BLOCK))
    broken = chance.random(BLOCK) < share
    names = np.array(FAULTS[kind], dtype=object)
    drawn = names[chance.integers(0, len(names), BLOCK)]
    return np.where(broken, drawn, SOUND)[:count]


def break_homes(table: Table, faults: Texts) -> None:
    """Put what is wrong into the columns of a table of homes; the table is changed."""
    for name, (column, value) in HOME_FAULTS.items():
        wrong = faults == name
        if wrong.any():
            cells = table[column].copy()
            cells[wrong] = value
            table[column] = cells


def chance_of(number: int, *, seed: int) -> Generator:
    """Return what decides where the fault of one home lies."""
    return default_rng((seed, FAULTS_STREAM, 0, number))


def broken_bills(bills: MadeUpBills, faults: Texts, *, first: int, seed: int) -> Table:
    """Return the rows of recibos with what is wrong: ``home``, ``start``, ``end``, ``kwh``.

    Parameters
    ----------
    faults
        Of each home, shape (homes,).
    first
        Number of the first home.

    Returns
    -------
    mapping of ndarray
        Shape (rows,) each; ``home`` is the place of the home in the block.
    """
    homes, months = bills.kwh.shape
    table: Table = {
        "home": np.repeat(np.arange(homes), months),
        "start": bills.start.ravel().copy(),
        "end": bills.end.ravel().copy(),
        "kwh": bills.kwh.ravel().copy(),
    }
    times = np.ones(homes * months, dtype=np.int64)
    for home in np.flatnonzero(faults != SOUND).tolist():
        rows = slice(home * months, (home + 1) * months)
        fault = str(faults[home])
        place = int(chance_of(first + home, seed=seed).integers(0, months))
        if fault in BETWEEN:
            place = min(max(place, 1), max(months - 2, 0))
        _break_bill(table, times, rows.start + place, rows=rows, fault=fault)
    if (times == 1).all():
        return table
    kept = np.repeat(np.arange(homes * months), times)
    again = np.flatnonzero(np.diff(kept, prepend=-1) == 0)
    broken = {name: column[kept] for name, column in table.items()}
    broken["kwh"][again] += 1.0
    return broken


def _break_bill(table: Table, times: Ints, row: int, *, rows: slice, fault: str) -> None:
    kwh, start, end = table["kwh"], table["start"], table["end"]
    match fault:
        case "negative":
            kwh[row] = -kwh[row] - 1.0
        case "not-a-number":
            kwh[row] = np.inf
        case "without-energy":
            kwh[rows] = np.nan
        case "gap":
            times[row] = 0
        case "twice":
            times[row] = 2
        case "enormous":
            kwh[row] = ENORMOUS_KWH
        case "no-readings":
            times[rows] = 0
        case "backwards":
            start[row], end[row] = end[row], start[row]
        case "overlap":
            end[row] += OVERLAP_DAYS


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HourRow:
    """A home's hours as a packed table holds them."""

    step_s: int
    kwh: NDArray[np.float32]


def broken_hours(kwh: NDArray[np.float32], fault: str, *, chance: Generator) -> tuple[HourRow, ...]:
    """Return the rows of one home's hours with what is wrong; a sound home has one.

    Examples
    --------
    >>> [row.step_s for row in broken_hours(np.ones(48, np.float32), SOUND, chance=default_rng(1))]
    [3600]
    """
    kwh, step_s = kwh.copy(), HOUR_S
    at, third = int(chance.integers(0, len(kwh))), len(kwh) // 3
    match fault:
        case "negative":
            kwh[at] = -1.5
        case "not-a-number":
            kwh[at] = np.inf
        case "without-energy":
            kwh[:] = np.nan
        case "gap":
            kwh[third : 2 * third] = np.nan
        case "enormous":
            kwh[at] = ENORMOUS_KWH
        case "no-step":
            step_s = 0
        case "odd-step":
            step_s = ODD_STEP_S
        case "no-hours":
            kwh = kwh[:0]
    times = {"twice": 2, "no-readings": 0}.get(fault, 1)
    return (HourRow(step_s=step_s, kwh=kwh),) * times
