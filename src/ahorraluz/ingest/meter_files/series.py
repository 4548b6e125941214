"""Rows of a channel while its file is read: compact columns that grow, then one channel."""

import math
from array import array
from collections.abc import Sequence

import numpy as np

from ahorraluz.core.readings.channels import MAX_NAME, SOURCE_ESTIMATED, Channel, Flow, Measure
from ahorraluz.ingest.meter_files.content import MeterFileError

FIRST_S = 0
"""1970: a meter file holds nothing older. [s since 1970 UTC]"""
LAST_S = 7_258_118_400
"""2200: a later moment is a broken number. [s since 1970 UTC]"""
MOST_VALUE = 1e12
"""Beyond it a number is no reading of a home, whatever its unit."""
MOST_ROWS = 10_000_000
"""Nineteen years of minutes; what a channel takes in memory is bounded by it."""
NAMELESS = "-"


def in_time(start_s: float, end_s: float) -> bool:
    """Tell whether an interval lies where readings can lie."""
    return FIRST_S < start_s <= end_s < LAST_S


def is_reading(value: float) -> bool:
    """Tell whether a number can be a reading."""
    return math.isfinite(value) and abs(value) < MOST_VALUE


class Series:
    """Columns of one channel; 40 bytes a row."""

    __slots__ = ("end_s", "flags", "line", "start_s", "value")

    def __init__(self) -> None:
        self.start_s = array("q")
        self.end_s = array("q")
        self.value = array("d")
        self.line = array("q")
        self.flags = array("B")

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.value)

    def add(
        self, start_s: int, end_s: int, value: float, *, line: int, estimated: bool = False
    ) -> None:
        """Add a row.

        Raises
        ------
        MeterFileError
            ``meter-file-too-many-readings``.
        """
        if len(self.value) >= MOST_ROWS:
            raise MeterFileError("meter-file-too-many-readings", limit=MOST_ROWS)
        self.start_s.append(start_s)
        self.end_s.append(end_s)
        self.value.append(value)
        self.line.append(line)
        self.flags.append(int(SOURCE_ESTIMATED) if estimated else 0)

    def join(self, other: "Series") -> None:
        """Add the rows of another series after these."""
        for name in self.__slots__:
            getattr(self, name).extend(getattr(other, name))

    def channel(
        self, name: str, *, flow: Flow, measure: Measure = Measure.ENERGY, factor: float = 1.0
    ) -> Channel:
        """Return the rows as a channel, values times ``factor``."""
        value = np.array(self.value, dtype=np.float64) * factor
        return Channel(
            id=short_name(name),
            flow=flow,
            measure=measure,
            start_s=np.array(self.start_s, dtype=np.int64),
            end_s=np.array(self.end_s, dtype=np.int64),
            value=value,
            line=np.array(self.line, dtype=np.int64),
            flags=np.array(self.flags, dtype=np.uint8),
        )


def short_name(name: str) -> str:
    """Return a name that a channel may bear."""
    clean = "".join(sign for sign in name if sign.isprintable()).strip()
    return clean[:MAX_NAME] or NAMELESS


def distinct(names: Sequence[str]) -> list[str]:
    """Return the names, those that repeat with a number behind them."""
    seen: dict[str, int] = {}
    told = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        again = f" ({seen[name]})" if seen[name] > 1 else ""
        told.append(name[: MAX_NAME - len(again)] + again)
    return told
