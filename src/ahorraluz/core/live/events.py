"""What a watch has to say: kinds of events, how much they matter, and what they rest on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """Kinds of events, with what their figures are in ``docs/explanation/live-events.md``."""

    NOW = "now"
    """Power now and energy of today."""
    MONTH = "month"
    """The month so far, and where it will probably end."""
    LIMIT_NEAR = "limit-near"
    """The month will probably pass a limit that it can still keep."""
    LIMIT_PASSED = "limit-passed"
    PEAK_LOAD = "peak-load"
    """A large load is on as hora punta begins."""
    NIGHT_LOAD = "night-load"
    LEFT_ON = "left-on"
    SHIFT = "shift"
    """Days take lastingly more or less than before."""
    SILENT = "silent"
    BACK = "back"
    """A device that was silent is heard again."""
    CLOCK = "clock"
    """A device dates its readings wrongly."""
    DAY = "day"
    WEEK = "week"
    RECOUNT = "recount"
    """A reading came that is older than what the state holds: totals are to be taken from the
    store (:class:`.arrivals.Totals`). For programs, not for people."""


class Weight(StrEnum):
    """How much an event matters."""

    FIGURE = "figure"
    """A figure for boards; nobody is told."""
    NOTE = "note"
    """Kept with the home; nobody is told."""
    NOTICE = "notice"
    WARNING = "warning"
    """Told before notices."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened in a home."""

    kind: Kind
    key: str
    """Together with the kind, the only one of this home: a second one is the same event."""
    at_ms: int
    """[ms since 1970 UTC]"""
    weight: Weight
    due_ms: int
    """Not to be told before: quiet hours end then. [ms since 1970 UTC]"""
    figures: Mapping[str, int | str] = field(default_factory=dict)
    """By name, which ends in its unit: ``_w``, ``_wh``, ``_cents``, ``_min``, ``_day``,
    ``_ms``, ``_percent``; those without are names."""
    cents: int | None = None
    """What is at stake; ``None``: nothing, or no price is known. [céntimo]"""
    basis: str = ""
    """What those soles are, ``live-stake.<basis>``."""

    @property
    def is_told(self) -> bool:
        """Whether people are told."""
        return self.weight in (Weight.NOTICE, Weight.WARNING)
