"""Short gaps of a regular series, filled by a stated method."""

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.readings.channels import Floats, Ints
from ahorraluz.core.readings.grid import local_seconds
from ahorraluz.core.readings.lattice import Lattice
from ahorraluz.core.readings.marks import runs_of
from ahorraluz.core.readings.schema import DAY_S, Quality, Step

SHORT_S = 3 * 3_600
"""Longest gap that is filled; what a home did in a longer one nobody can say. [s]"""
LINEAR_S = 1_800
"""Up to here a gap is bridged in a straight line: a load rarely comes and goes within. [s]"""
REACH_DAYS = 14
"""Neighbouring days looked at on either side. [day]"""
NEIGHBOURS = 4
"""Nearest days of the same kind whose mean fills a cell."""
BELOW, ABOVE = 0.5, 2.0
"""Bounds of a fill: half the smaller and twice the larger of the two known neighbours."""
SATURDAY = 5


def filled(
    energy_kwh: Floats, quality: NDArray[np.int8], lattice: Lattice
) -> tuple[Floats, NDArray[np.int8]]:
    """Return the series with its short inner gaps filled (``ESTIMATED``).

    Gaps of up to half an hour are bridged linearly. Longer ones, up to 3 h, get the mean of
    the same clock time on the up to four nearest days of the same kind (Monday to Friday, or
    the weekend) within two weeks, bounded by half the smaller and twice the larger of the
    values before and after the gap; linearly where there is no such day.
    """
    missing = np.isnan(energy_kwh)
    if lattice.step is not Step.FIXED or not bool(np.any(missing)):
        return energy_kwh, quality
    begin, length = runs_of(missing)
    inner = missing[begin] & (begin > 0) & (begin + length < len(missing))
    short = inner & (length * lattice.interval_s <= SHORT_S)
    begin, length = begin[short], length[short]
    if len(begin) == 0:
        return energy_kwh, quality
    cell = np.repeat(begin - np.cumsum(length) + length, length) + np.arange(length.sum())
    gap = np.repeat(np.arange(len(begin)), length)
    before, after = energy_kwh[begin - 1][gap], energy_kwh[begin + length][gap]
    part = (cell - begin[gap] + 1) / (length[gap] + 1)
    value = before + (after - before) * part
    far = np.flatnonzero(length[gap] * lattice.interval_s > LINEAR_S)
    if len(far):
        usual = _same_clock(energy_kwh, quality, cell[far], lattice)
        low = BELOW * np.minimum(before, after)[far]
        high = ABOVE * np.maximum(before, after)[far]
        value[far] = np.where(np.isnan(usual), value[far], np.clip(usual, low, high))
    energy, codes = energy_kwh.copy(), quality.copy()
    energy[cell] = value
    codes[cell] = Quality.ESTIMATED
    return energy, codes


def _same_clock(energy: Floats, quality: NDArray[np.int8], cells: Ints, lattice: Lattice) -> Floats:
    """Return the mean of the same clock time on like days near by, NaN without any."""
    per_day = DAY_S // lattice.interval_s
    local = local_seconds(lattice.edges_s[cells], zone=lattice.zone)
    weekday = (local // DAY_S + 3) % 7
    total, count = np.zeros(len(cells)), np.zeros(len(cells))
    for days in (sign * d for d in range(1, REACH_DAYS + 1) for sign in (-1, 1)):
        place = cells + days * per_day
        inside = (place >= 0) & (place < len(energy))
        other = np.where(inside, place, 0)
        alike = ((weekday + days) % 7 >= SATURDAY) == (weekday >= SATURDAY)
        use = inside & alike & (quality[other] <= Quality.CORRECTED) & (count < NEIGHBOURS)
        total += np.where(use, np.nan_to_num(energy[other]), 0.0)
        count += use
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)
