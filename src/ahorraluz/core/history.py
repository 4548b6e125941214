"""The values of one figure over time, each with its start day and its source."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Generic, TypeVar

from ahorraluz.core.issues import AhorraLuzError

T = TypeVar("T")


class NotInForceError(AhorraLuzError):
    """No value of the figure is in force on that day."""


class Grade(StrEnum):
    """How good the evidence for a figure is, best first."""

    OFFICIAL = "official"
    DISTRIBUTOR = "distributor"
    BILL = "bill"
    """Read off real bills whose arithmetic closes."""
    OFFICIAL_VIA_PRESS = "official-via-press"
    ACADEMIC = "academic"
    VENDOR = "vendor"
    PRESS = "press"
    SECONDARY = "secondary"
    """A public note or program that copies the figure."""
    DERIVED = "derived"
    """Arithmetic on sourced figures."""
    INFERENCE = "inference"
    """Ours: an assumption to show and to let people edit, never a fact."""
    BACKGROUND = "background"
    """General knowledge that no stored source confirmed."""

    @property
    def is_fact(self) -> bool:
        """Whether the figure may be used without being shown as an assumption."""
        return self not in (Grade.INFERENCE, Grade.BACKGROUND)


class Status(StrEnum):
    """Whether a figure holds already or is only announced."""

    IN_FORCE = "in-force"
    EXPECTED = "expected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The document a figure was read from."""

    title: str
    issuer: str
    url: str
    published: date | None
    """``None``: the document does not say."""
    consulted: date
    id: str = ""
    grade: Grade = Grade.OFFICIAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated(Generic[T]):
    """One value of a figure, in force from ``start`` on."""

    start: date
    value: T | None
    """``None`` ends the figure on that day."""
    source: Source
    status: Status = Status.IN_FORCE


@dataclass(frozen=True, slots=True)
class History(Generic[T]):
    """All values of one figure, by rising start day."""

    name: str
    entries: tuple[Dated[T], ...]

    @classmethod
    def of(cls, name: str, entries: Iterable[Dated[T]]) -> "History[T]":
        """Return the history of ``name`` with its entries in order of start."""
        return cls(name, tuple(sorted(entries, key=lambda entry: entry.start)))

    def at(self, day: date, *, expected: bool = False) -> Dated[T]:
        """Return the entry in force on ``day``.

        Parameters
        ----------
        day
            Local day.
        expected
            Also use entries that are only announced: for forecasts, never for bills.

        Raises
        ------
        NotInForceError
            ``figure-not-in-force``: no entry has begun, or the figure has ended.
        """
        begun = [
            entry
            for entry in self.entries
            if entry.start <= day and (expected or entry.status is Status.IN_FORCE)
        ]
        if not begun or begun[-1].value is None:
            raise NotInForceError("figure-not-in-force", figure=self.name, day=day)
        return begun[-1]

    def value_at(self, day: date, *, expected: bool = False) -> T:
        """Return the value in force on ``day``; raises like :meth:`at`."""
        value = self.at(day, expected=expected).value
        assert value is not None  # noqa: S101 - at() refuses ended figures
        return value
