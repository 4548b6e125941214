"""Readings as a file or a device gives them: nothing cleaned, nothing filled, nothing added up."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.issues import AhorraLuzError, Issue

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.uint8]

SOURCE_ESTIMATED = np.uint8(1)
"""Bit of ``flags``: the source itself says that it estimated this value."""
TOTAL = np.uint8(2)
"""Bit of ``flags``: a total that was left of finer rows, which were deleted."""
MAX_NAME = 120
"""Longest name of a channel. [characters]"""


class ChannelError(AhorraLuzError):
    """Columns of a channel that do not belong together."""


class Flow(StrEnum):
    """Which way the energy of a channel goes."""

    IMPORT = "import"
    """Taken from the grid: what the distributor bills."""
    LOAD = "load"
    """Used by the home, wherever it came from."""
    EXPORT = "export"
    """Given to the grid."""
    PRODUCTION = "production"
    """Made by the home's own panels or generator."""
    CIRCUIT = "circuit"
    """Used by a part of the home: one circuit, plug or appliance."""


class Measure(StrEnum):
    """What the numbers of a channel are."""

    ENERGY = "energy"
    """Energy of each interval. [kWh]"""
    REGISTER = "register"
    """Standing of a counter that only rises, at a moment. [kWh]"""
    POWER = "power"
    """Mean power of each interval, or power at a moment. [kW]"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Channel:
    """One series of a file, in the order of its rows.

    Times are whole seconds since 1970-01-01T00:00Z. Rows may be out of order, repeated,
    overlapping, empty or wrong: finding that is the work of ``quality``.
    """

    id: str
    """Name in the file, such as ``Afname Nacht``; at most 120 characters."""
    flow: Flow
    measure: Measure
    start_s: Ints
    """Start of each interval, or the moment of a register or power, shape (n,). [s]"""
    end_s: Ints
    """End of each interval; the moment again where there is no interval, shape (n,). [s]"""
    value: Floats
    """In kWh, or kW where ``measure`` is power; NaN where the file holds nothing, shape (n,)."""
    line: Ints
    """Line or row of the file, from 1, shape (n,)."""
    flags: Flags
    """Bits such as ``SOURCE_ESTIMATED``, shape (n,)."""

    def __post_init__(self) -> None:
        """Refuse columns of different lengths, or an end before its start (``channel-columns``)."""
        columns = (self.start_s, self.end_s, self.value, self.line, self.flags)
        same = len({column.shape for column in columns}) == 1 and self.value.ndim == 1
        if not same or bool(np.any(self.end_s < self.start_s)) or not 0 < len(self.id) <= MAX_NAME:
            raise ChannelError("channel-columns", channel=self.id[:MAX_NAME])

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.value)

    def rows(self, chosen: Ints | NDArray[np.bool_]) -> "Channel":
        """Return the channel with some of its rows: places or a mask."""
        columns = ("start_s", "end_s", "value", "line", "flags")
        return replace(self, **{name: getattr(self, name)[chosen] for name in columns})


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterFile:
    """What a meter file says, whatever its format."""

    format: str
    """Id of the format, such as ``green-button``; ``format.<id>`` names it for people."""
    channels: tuple[Channel, ...]
    rows: int
    """Data rows of the file, the broken ones included."""
    zone: str
    """IANA name of the zone in which local times were read."""
    issues: tuple[Issue, ...] = field(default=())
    """What was assumed, skipped or refused on the way."""
    broken_rows: int = 0
    """Rows that could not be read; ``row-broken`` among the issues names the first of them."""


HOME_FLOWS: Sequence[Flow] = (Flow.IMPORT, Flow.LOAD, Flow.PRODUCTION, Flow.EXPORT, Flow.CIRCUIT)
"""Which channels stand for the home, best first: what the meter bills comes before the rest."""


def home_channels(channels: Sequence[Channel]) -> tuple[Channel, ...]:
    """Return the channels that add up to what the home is billed for.

    Those that take from the grid where there are any with a value, else those of the
    home's use, and so on down ``HOME_FLOWS``; a file of circuits alone is their sum.
    """
    for flow in HOME_FLOWS:
        chosen = tuple(c for c in channels if c.flow is flow and bool(np.any(~np.isnan(c.value))))
        if chosen:
            return chosen
    return tuple(channels)
