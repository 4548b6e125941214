"""Homes of the store that agreed to be compared, as comparison homes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.core.readings.schema import Step
from ahorraluz.core.verification.cells import Days, Floats
from ahorraluz.core.verification.comparison import MIN_PEERS
from ahorraluz.core.verification.panel import DailyHomes, days_of
from ahorraluz.services.receive_readings import readings_of
from ahorraluz.services.steps_apart import changes_of
from ahorraluz.services.toolbox import Toolbox

MOST_HOMES = 200
"""Homes that are read for one comparison; more take time and change little."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class KeptHomes:
    """Homes of the store that agreed to be compared, read once."""

    names: tuple[str, ...]
    readings: DailyHomes
    """With the days of their own steps, which are no news of the district."""

    def without(self, home: str) -> DailyHomes | None:
        """Return the homes but one, ``None`` where they are too few."""
        others = [place for place, name in enumerate(self.names) if name != home]
        if len(others) < MIN_PEERS:
            return None
        readings = self.readings
        return DailyHomes(
            days=readings.days,
            kwh=readings.kwh[others],
            changed=tuple(readings.changed[place] for place in others),
        )


def kept_peers(home: str, *, tools: Toolbox) -> DailyHomes | None:
    """Return the other homes that agreed to be compared, ``None`` where they are too few.

    A home agrees when it says what it is like (``readings describe``), and does no more when
    it withdraws that.
    """
    others = [name for name in tools.store.descriptions() if name != home]
    if len(others) < MIN_PEERS:
        return None
    found = _read(others[:MOST_HOMES], tools)
    return None if found is None else found.without(home)


def kept_homes(*, tools: Toolbox) -> KeptHomes | None:
    """Return all homes that agreed to be compared, ``None`` where there are none."""
    return _read(list(tools.store.descriptions()), tools)


def _read(homes: Sequence[str], tools: Toolbox) -> KeptHomes | None:
    found = {name: days for name in homes if (days := _days(name, tools)) is not None}
    if not found:
        return None
    changes = changes_of(tools.store.promises.done())
    table = _table(list(found.values()))
    changed = tuple(tuple(changes.get(name, {}).values()) for name in found)
    return KeptHomes(names=tuple(found), readings=replace(table, changed=changed))


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
