"""What a person may say about a meter file where its content leaves a doubt."""

from dataclasses import dataclass
from enum import StrEnum

from ahorraluz.core.readings.channels import Measure

LIMA = "America/Lima"


class Stamp(StrEnum):
    """Which end of an interval its time names."""

    START = "start"
    END = "end"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOptions:
    """Everything is found in the content unless it is said here."""

    zone: str | None = None
    """IANA zone of times without an offset; ``None``: what the file names, else Lima."""
    unit: str | None = None
    """``Wh``, ``kWh``, ``MWh``, ``W`` or ``kW``; ``None``: as the header says."""
    measure: Measure | None = None
    """Interval energy, register or power; ``None``: told by header and numbers."""
    stamp: Stamp | None = None
    """``None``: told by the rows; start where they do not tell."""
    day_first: bool | None = None
    """Order of day and month in dates such as 03/04/2026; ``None``: told by the rows, in
    doubt day first."""
    time_column: str | None = None
    value_column: str | None = None
    """Name of the column with the home's energy; ``None``: every column that has any."""
    sheet: str | None = None
    """Sheet of a workbook, or member of an archive; ``None``: the one with readings."""
