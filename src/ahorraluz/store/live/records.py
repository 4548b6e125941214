"""What the store answers with about live readings."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A device of a home."""

    id: str
    """Random; part of its topic and its name at the broker."""
    home: str
    name: str
    """What its people call it."""
    dialect: str
    """How it writes its messages; empty: found out by each of them."""
    mapping: Mapping[str, object] = field(default_factory=dict)
    """Of its people: what stands where in a message; any JSON object."""
    settings: Mapping[str, object] = field(default_factory=dict)
    """Anything else that belongs to it; any JSON object."""
    key_hash: str | None = None
    """Hash of its key for HTTP."""
    broker_password: str | None = None
    """As the password file of a broker holds it."""
    certificate: str | None = None
    """Fingerprint of its certificate."""
    clock_ms: int | None = None
    """By how much its clock is ahead. [ms]"""
    made_at: datetime
    last_seen_ms: int | None = None
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A message that could not be taken."""

    device: str
    at_ms: int
    reason: str
    """Code of the issue."""
    topic: str
    payload: bytes
    """Of this the first 500 bytes are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppendResult:
    """What readings that came in were, each counted once."""

    new: int
    same: int
    """There already, or twice in the batch."""
    corrected: int
    """There with another value, which gave way."""
    outside: int
    """Of a moment too long ago or to come: not taken."""
    gone: int
    """Of a channel that is there no more: not taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """What a pass of summing up did."""

    closed_s: int
    """Sums of what ended before it are made. [s since 1970 UTC]"""
    quarters: int
    """Quarter hours that were computed, those that came out the same as well."""
    homes: frozenset[str]
    """Whose sums changed."""


class Span(StrEnum):
    """Over how long readings are summed up."""

    QUARTER = "quarter"
    HOUR = "hour"
    DAY = "day"
    """A local day of the home."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """What a channel said over a span of time."""

    channel: int
    start_s: int
    energy_uj: int
    """[µJ], which is mW·ms."""
    readings: int
    lowest: int | None
    highest: int | None
    """In mW or mWh, after the channel's quantity; ``None``: no reading of that time."""
    measured_ms: int
    """How much of the time is known. [ms]"""


class Told(StrEnum):
    """Whether an event was told to people."""

    WAITING = "waiting"
    TOLD = "told"
    FAILED = "failed"
    DROPPED = "dropped"
    """Nobody wants it, or its time is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEvent:
    """Something that a watch found."""

    kind: str
    at_ms: int
    content: Mapping[str, object]
    """Any JSON object."""
    cents: int | None = None
    """What is at stake. [céntimos]"""
    not_before_ms: int = 0
    """Not to be told before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveEvent:
    """Something that a watch found, as it is kept."""

    id: int
    home: str
    kind: str
    at_ms: int
    content: Mapping[str, object]
    cents: int | None
    told: Told
    not_before_ms: int
    made_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """An event that was sent to somebody in one way, or in vain."""

    event: int
    home: str
    account: str
    way: str
    """Hash of the address."""
    at_ms: int
    outcome: str
    """``sent``, ``failed``, or why it was not tried."""
    attempts: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Now:
    """One of the latest figures of a home."""

    name: str
    at_ms: int
    value: int
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure of a home and a day."""

    day: str
    """Local day, such as ``2026-11-27``."""
    name: str
    label: str = ""
    """What it is of, such as an end use; empty: of the whole home."""
    low: float | None = None
    middle: float
    high: float | None = None
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFigure:
    """A figure of a forecast model."""

    at_s: int
    model: str
    name: str
    cohort: str = ""
    """Group of homes; empty: all."""
    horizon_h: int = 0
    """Hours ahead; 0: of no horizon. [h]"""
    value: float
    homes: int
    unit: str
