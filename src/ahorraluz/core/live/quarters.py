"""Energy of quarter hours from single readings, exact: whole numbers in, whole numbers out.

Of a counter the standing at the border of two quarter hours is read off the straight line between
its neighbours and rounded down, so that what one quarter hour loses the next one gains: any number
of them adds up to the difference between the standings at both ends. Of power each value holds
until the next one, and never longer than a quarter of an hour.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from ahorraluz.core.live.readings import MAX_POWER_MW, Quantity

QUARTER_S = 900
QUARTER_MS = QUARTER_S * 1000
HOLDS_MS = QUARTER_MS
"""How long a power holds where nothing follows it. [ms]"""
UJ_PER_MWH = 3_600_000
"""Microjoules, which are mW·ms, of a mWh."""
COARSEST_MWH = 1_000_000
"""Counters that step by a kWh are the coarsest ones. [mWh]"""
MOST_UJ = 2**55
"""More than any home uses in a quarter of an hour, 10 MWh; a day of it is still a number of 63
bits. [µJ]"""


class QuarterSum(NamedTuple):
    """What a channel said over a quarter of an hour."""

    start_s: int
    energy_uj: int
    readings: int
    lowest: int | None
    highest: int | None
    measured_ms: int


def quarter_sums(
    readings: Sequence[tuple[int, int]], quantity: Quantity, *, first_s: int, end_s: int
) -> list[QuarterSum]:
    """Return the sums of every quarter hour of a period of which anything is known.

    Parameters
    ----------
    readings
        Moments in ms and values in mW or mWh, by rising moment: all of the period, the last one
        before it and the first one after it, as far as there are any. Of power those further
        away than a quarter of an hour change nothing.
    quantity
        What the values count.
    first_s, end_s
        The period, both at the beginning of a quarter hour. [s since 1970 UTC]

    Examples
    --------
    A counter that was read ten minutes before and ten minutes after a quarter hour began:

    >>> sums = quarter_sums([(300_000, 5000), (1_500_000, 7001)], Quantity.REGISTER,
    ...                     first_s=0, end_s=1800)
    >>> [(one.start_s, one.energy_uj // 3_600_000) for one in sums]
    [(0, 1000), (900, 1001)]
    """
    sums = _Sums(first_s * 1000, (end_s - first_s) // QUARTER_S)
    for at_ms, value in readings:
        sums.see(at_ms, value)
    of_power = quantity is Quantity.POWER
    for (at_ms, value), (next_ms, following) in pairwise(readings):
        if of_power:
            sums.hold(at_ms, min(next_ms, at_ms + HOLDS_MS), value)
        else:
            sums.rise(at_ms, next_ms, used_between(value, following, next_ms - at_ms))
    if of_power and readings:
        at_ms, value = readings[-1]
        sums.hold(at_ms, at_ms + HOLDS_MS, value)
    return sums.known()


def used_between(standing: int, following: int, apart_ms: int) -> int | None:
    """Return the energy between two standings of a counter, ``None`` for one nobody can use.

    A counter that fell was set back to nought. One that rose by more than a megawatt could use,
    coarse steps allowed, is another counter. [mWh]
    """
    used = following - standing if following >= standing else following
    most = COARSEST_MWH + MAX_POWER_MW * apart_ms // UJ_PER_MWH
    return used if used <= most else None


class _Sums:
    """Sums of the quarter hours of a period, by their place in it."""

    def __init__(self, first_ms: int, count: int) -> None:
        self._first_ms = first_ms
        self._count = count
        self._energy = [0] * count
        self._measured = [0] * count
        self._values: list[list[int]] = [[] for _ in range(count)]

    def see(self, at_ms: int, value: int) -> None:
        """Count a reading where it was taken."""
        place = (at_ms - self._first_ms) // QUARTER_MS
        if 0 <= place < self._count:
            self._values[place].append(value)

    def hold(self, at_ms: int, until_ms: int, power_mw: int) -> None:
        """Add a power that held from one moment to another."""
        for place, start, end in self._parts(at_ms, until_ms):
            self._energy[place] += power_mw * (end - start)
            self._measured[place] += end - start

    def rise(self, at_ms: int, until_ms: int, used_mwh: int | None) -> None:
        """Add energy that was used evenly from one moment to another."""
        if used_mwh is None:
            return
        apart = until_ms - at_ms
        for place, start, end in self._parts(at_ms, until_ms):
            until_end = used_mwh * (end - at_ms) // apart
            self._energy[place] += (until_end - used_mwh * (start - at_ms) // apart) * UJ_PER_MWH
            self._measured[place] += end - start

    def _parts(self, at_ms: int, until_ms: int) -> list[tuple[int, int, int]]:
        """Return the parts of a span of time that lie in each quarter hour of the period."""
        first = max((at_ms - self._first_ms) // QUARTER_MS, 0)
        last = min((until_ms - 1 - self._first_ms) // QUARTER_MS, self._count - 1)
        if first == last and at_ms >= self._first_ms + first * QUARTER_MS:
            border = self._first_ms + (first + 1) * QUARTER_MS
            return [(first, at_ms, min(until_ms, border))]
        parts = []
        for place in range(first, last + 1):
            start = self._first_ms + place * QUARTER_MS
            parts.append((place, max(at_ms, start), min(until_ms, start + QUARTER_MS)))
        return parts

    def known(self) -> list[QuarterSum]:
        return [
            QuarterSum(
                start_s=self._first_ms // 1000 + place * QUARTER_S,
                energy_uj=min(self._energy[place], MOST_UJ),
                readings=len(values),
                lowest=min(values, default=None),
                highest=max(values, default=None),
                measured_ms=self._measured[place],
            )
            for place, values in enumerate(self._values)
            if values or self._measured[place]
        ]
