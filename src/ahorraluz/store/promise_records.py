"""What the store answers with about promises and results."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

PERU = timezone(timedelta(hours=-5))
"""Days are those of Peru, which keeps one time all year."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseTerms:
    """What is promised of a step, in whole numbers, so that its hash is one for all."""

    step: str
    distributor: str
    region: str
    """Department; empty: not known."""
    wh_month: int
    """Energy saved in a mean month. [Wh/month]"""
    cents_month: int
    """Saved on the bill of a mean month. [céntimo/month]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """A promise as it was made; no row of it can be changed."""

    id: int
    made_s: int
    """[s since 1970 UTC]"""
    hash: str
    terms: PromiseTerms

    @property
    def made_on(self) -> date:
        """Local day it was made."""
        return datetime.fromtimestamp(self.made_s, tz=PERU).date()


@dataclass(frozen=True, slots=True, kw_only=True)
class DoneStep:
    """A day on which a home says it took a step."""

    home: str
    step: str
    day: date
    created_s: int
    """When it said so. [s since 1970 UTC]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class DoneNote:
    """What a home once noted of a step: its day, or that it was a mistake."""

    home: str
    step: str
    day: date | None
    """``None``: what was noted before is taken back."""
    created_s: int
    """[s since 1970 UTC]"""


def standing(notes: Iterable[DoneNote]) -> tuple[DoneStep, ...]:
    """Return the steps that stand: of each the latest note, unless it takes the step back.

    Parameters
    ----------
    notes
        In the order in which they were made.
    """
    latest: dict[tuple[str, str], DoneNote] = {}
    for note in notes:
        # The latest is also the last in order.
        latest.pop((note.home, note.step), None)
        latest[note.home, note.step] = note
    return tuple(
        DoneStep(home=note.home, step=note.step, day=note.day, created_s=note.created_s)
        for note in latest.values()
        if note.day is not None
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthResult:
    """What was measured of a promise in one month."""

    month: str
    """``YYYY-MM``"""
    days: float
    """Days that count. [day]"""
    kwh: float
    """Saved; negative: more was used. [kWh]"""
    error_kwh: float
    """Standard error of all months together, shared out by days. [kWh]"""
    cents: int
    cents_low: int
    cents_high: int
    """[céntimo]"""
    measured_s: int
    """[s since 1970 UTC]"""
