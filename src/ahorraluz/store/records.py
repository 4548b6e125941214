"""What the store answers with."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Outcome(StrEnum):
    """What became of a file that was to be kept."""

    STORED = "stored"
    UNCHANGED = "unchanged"
    """Everything in it was there already; nothing was written."""


class ImportState(StrEnum):
    """Whether the readings of an import count."""

    ACTIVE = "active"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReceipt:
    """What an import changed; rows are counted against what the home had before."""

    import_id: int | None
    """``None``: other files had the same readings, and this one was not kept."""
    outcome: Outcome
    added: int
    """Rows of moments that the home had no reading of."""
    changed: int
    """Rows that supersede another reading of the same moment."""
    unchanged: int
    """Rows that the home had just so."""
    replaced: int | None = None
    """Import of the same file that was read in another way and counts no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRecord:
    """One import of a home."""

    id: int
    home: str
    channels: tuple[str, ...]
    """Ids of its channels, sorted."""
    sha256: str
    """Of the file's content."""
    file_name: str
    format: str
    rows: int
    """Rows of all channels."""
    start_s: int
    end_s: int
    """From the first moment to the last one. [s since 1970 UTC]"""
    kwh: float
    """Energy of the home's channels as the file says it, nothing cleaned. [kWh]"""
    created_at: datetime
    state: ImportState
    undone_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredHome:
    """A home that the store knows."""

    id: str
    """The short name its household chose."""
    zone: str
    """IANA zone of its first import."""
    created_at: datetime
    imports: int
    """Imports that count."""
    start_s: int | None
    end_s: int | None
    """From the first moment of those to the last one. [s since 1970 UTC]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What a home is like, by the traits that make homes comparable."""

    department: str
    people: int
    altitude_m: float
    """[m]"""
    end_uses: frozenset[str]
    """Large uses that run on electricity, by the ids of end uses."""
    kwh_month: float
    """Mean month when it was described. [kWh/month]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined:
    """Readings of one channel that are put aside until they are released."""

    id: int
    channel: str
    start_s: int
    end_s: int
    """Readings that begin in ``[start_s, end_s)``; with both the same, at that moment."""
    reason: str
    created_at: datetime
    released_at: datetime | None
