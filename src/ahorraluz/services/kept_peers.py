"""Homes of the store that agreed to be compared, as comparison homes."""

from collections.abc import Sequence

import numpy as np

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.core.readings.schema import Step
from ahorraluz.core.verification.cells import Days, Floats
from ahorraluz.core.verification.comparison import MIN_PEERS
from ahorraluz.core.verification.panel import DailyHomes, days_of
from ahorraluz.services.receive_readings import readings_of
from ahorraluz.services.toolbox import Toolbox

MOST_HOMES = 200
"""Homes that are read for one comparison; more take time and change little."""


def kept_peers(home: str, *, tools: Toolbox) -> DailyHomes | None:
    """Return the other homes that agreed to be compared, ``None`` where they are too few.

    A home agrees when it says what it is like (``readings describe``), and does no more when
    it withdraws that.
    """
    others = [name for name in tools.store.descriptions() if name != home]
    if len(others) < MIN_PEERS:
        return None
    found = [days for name in others[:MOST_HOMES] if (days := _days(name, tools)) is not None]
    return _table(found) if len(found) >= MIN_PEERS else None


def _days(home: str, tools: Toolbox) -> tuple[Days, Floats] | None:
    try:
        readings = readings_of(home, tools=tools)[1].readings
        return None if readings.step is Step.MONTH else days_of(readings)
    except AhorraLuzError:
        # One home whose readings cannot be used is no reason to compare with none.
        return None


def _table(homes: Sequence[tuple[Days, Floats]]) -> DailyHomes:
    first = min(days[0] for days, _ in homes)
    last = max(days[-1] for days, _ in homes)
    size = int((last - first).astype(np.int64)) + 1
    table = np.full((len(homes), size), np.nan)
    for row, (days, kwh) in zip(table, homes, strict=True):
        place = (days - first).astype(np.int64)
        row[place] = kwh
    return DailyHomes(days=first + np.arange(size), kwh=table)
