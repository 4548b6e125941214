"""What was found for a field of the recibo, and whether it is sure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

Value = Decimal | date | int | str | tuple[Decimal, ...]


class Status(StrEnum):
    """How far a field can be relied on."""

    SURE = "sure"
    """Read, and something else on the sheet agrees or nothing could be mistaken."""
    UNSURE = "unsure"
    """Something was read, and nothing confirms it or something speaks against it."""
    MISSING = "missing"
    """Nothing was found."""


class Why(StrEnum):
    """Why a field is what it is; ``recibo.why.<value>`` is its sentence."""

    METER = "meter-agrees"
    PRODUCT = "product-agrees"
    SUM = "sum-agrees"
    TAX = "tax-agrees"
    DAYS = "days-agree"
    MONTH = "month-agrees"
    PRINTED = "printed-clearly"
    TWICE = "printed-twice"
    ORDER = "months-in-order"
    SEVERAL = "several-values"
    UNCHECKED = "nothing-confirms"
    DISAGREES = "does-not-agree"
    NOT_FOUND = "not-found"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One value that a field may have, with where it stands."""

    value: Value
    page: int
    label: str
    """The words beside it, as printed."""
    text: str
    """The value as printed."""
    confidence: float | None = None
    """The least the OCR thinks of its words, 0 to 100; ``None``: exact text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of the recibo, as far as it was read."""

    name: str
    status: Status
    why: Why
    candidates: tuple[Candidate, ...] = ()
    """What was read; the one value where it is sure."""

    @property
    def value(self) -> Value | None:
        """The value of a sure field, ``None`` of any other."""
        return self.candidates[0].value if self.status is Status.SURE else None


def sure(name: str, candidate: Candidate, why: Why) -> Field:
    """Return a field that can be relied on."""
    return Field(name=name, status=Status.SURE, why=why, candidates=(candidate,))


def unsure(name: str, candidates: Iterable[Candidate], why: Why) -> Field:
    """Return a field with what it may be, each value once; missing where there is none."""
    listed = distinct(candidates)
    if not listed:
        return Field(name=name, status=Status.MISSING, why=Why.NOT_FOUND)
    return Field(name=name, status=Status.UNSURE, why=why, candidates=listed)


def read_clearly(name: str, candidates: Sequence[Candidate], *, exact: bool) -> Field:
    """Return a field that only its own print can confirm: exact text, always the same value."""
    listed = distinct(candidates)
    if len(listed) > 1:
        return unsure(name, listed, Why.SEVERAL)
    if not listed or not exact:
        return unsure(name, listed, Why.UNCHECKED)
    return sure(name, listed[0], Why.PRINTED)


def distinct(candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """Return the first candidate of each value."""
    by_value: dict[Value, Candidate] = {}
    for candidate in candidates:
        by_value.setdefault(candidate.value, candidate)
    return tuple(by_value.values())
