"""The lines of a recibo and their sums: which reading of them closes to the céntimo."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import islice, product
from typing import TypeVar

from ahorraluz.ingest.recibo.amounts import numbers_of
from ahorraluz.ingest.recibo.found import Candidate
from ahorraluz.ingest.recibo.labels import CHARGES, Label, Labelled
from ahorraluz.ingest.recibo.places import Printed, Sheet

CENT = Decimal("0.01")
MAX_COMBINATIONS = 512
"""Readings of the lines that are tried; a recibo that needs more is not surely read."""
MOST_ALTERNATIVES = 5
"""Amounts at one label; a sheet that prints more is no single recibo, and none is taken."""
ALIGNED = 4.0
"""Amounts whose right ends differ by less stand in one column. [pt]"""
FEWEST_IN_COLUMN = 2
TAXED = (Label.ENERGY, Label.FIXED, Label.CONNECTION, Label.LIGHTING, Label.INTEREST)
AFTER = (Label.RURAL, Label.LATE)
ROUNDINGS = (Label.ROUNDING_PREVIOUS, Label.ROUNDING)
OPTIONAL = (Label.FOSE, Label.OTHER, Label.LATE)
"""Lines that may only inform, or stand on either side of the tax."""
MANY = (Label.ENERGY, Label.OTHER, Label.LATE)
"""Labels of which several lines may each be a charge of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One printed charge."""

    label: Label
    candidate: Candidate
    y: float
    x1: float
    known: bool = True
    """Whether the words beside it are known; the others are called *other charge*."""

    @property
    def amount(self) -> Decimal:
        """What it charges. [PEN]"""
        assert isinstance(self.candidate.value, Decimal)  # noqa: S101 - built so below
        return self.candidate.value


Lines = tuple[Line, ...]
T = TypeVar("T")


def amounts_at(sheet: Sheet, label: Label) -> tuple[Line, ...]:
    """Return every amount printed at a label, each value once."""
    found: dict[Decimal, Line] = {}
    for labelled in sheet.of(label):
        for line in _lines_at(sheet, labelled):
            found.setdefault(line.amount, line)
    return tuple(found.values()) if len(found) <= MOST_ALTERNATIVES else ()


def charges_of(sheet: Sheet) -> dict[Label, Lines]:
    """Return the charges that the recibo prints, by label."""
    charges = {}
    for label in CHARGES:
        if label in MANY:
            lines = tuple(line for at in sheet.of(label) for line in _lines_at(sheet, at)[:1])
            if not sheet.exact:
                # Several looks at a picture see every line several times.
                lines = tuple({line.amount: line for line in reversed(lines)}.values())[::-1]
        else:
            lines = amounts_at(sheet, label)
        if 0 < len(lines) <= MOST_ALTERNATIVES:
            charges[label] = lines
    return charges


def _lines_at(sheet: Sheet, labelled: Labelled) -> list[Line]:
    """Return the amount of a label: the last of its row that is money."""
    numbers = sheet.numbers_right(labelled)
    if not numbers and labelled.label not in CHARGES:
        numbers = sheet.numbers_below(labelled)
    money = [printed for printed in numbers if printed.number.is_money]
    if not money or (labelled.label in CHARGES and money[-1].place != numbers[-1].place):
        return []
    last = [printed for printed in money if printed.place == money[-1].place]
    return [_line(labelled.label, printed, text=labelled.text) for printed in last]


def _line(label: Label, printed: Printed, *, text: str, known: bool = True) -> Line:
    word = printed.word
    candidate = Candidate(
        value=printed.number.value,
        page=word.page,
        label=text,
        text=printed.number.text,
        confidence=word.confidence,
    )
    return Line(label=label, candidate=candidate, y=word.y, x1=word.x1, known=known)


def total_of(lines: Sequence[Line]) -> Decimal:
    """Return what some lines add up to. [PEN]"""
    return sum((line.amount for line in lines), Decimal(0))


def readings_of(charges: Mapping[Label, Lines], labels: Sequence[Label]) -> Iterator[Lines]:
    """Yield every way to read the lines of some labels: one amount where there are several."""
    options: list[list[Lines]] = []
    for label in labels:
        lines = charges.get(label, ())
        single: list[Lines] = [(line,) for line in lines]
        whole: list[Lines] = [lines] if label in MANY and len(lines) > 1 else []
        none: list[Lines] = [()] if label in OPTIONAL or not lines else []
        options.append([*none, *whole, *single])
    for chosen in islice(product(*options), MAX_COMBINATIONS):
        yield tuple(line for lines in chosen for line in lines)


def one_of(found: Iterable[T], key: Callable[[T], object]) -> T | None:
    """Return the first of things that are all alike by ``key``; ``None`` where they differ."""
    by_key: dict[object, T] = {}
    for thing in found:
        by_key.setdefault(key(thing), thing)
    return next(iter(by_key.values())) if len(by_key) == 1 else None


def amounts_key(lines: Sequence[Line]) -> object:
    """Return what tells two readings of lines apart; a line of nothing does not."""
    return tuple((line.label, line.amount) for line in lines if line.amount)


def is_tax(
    igv: Decimal, lines: Sequence[Line], subtotal: Decimal, rates: Sequence[Decimal]
) -> bool:
    """Tell whether an amount is the tax on a subtotal: rounded once, or line by line."""
    for rate in rates:
        accepted = {(subtotal * rate).quantize(CENT, ROUND_HALF_UP)}
        if lines and total_of(lines) == subtotal:
            by_line = ((line.amount * rate).quantize(CENT, ROUND_HALF_UP) for line in lines)
            accepted.add(sum(by_line, Decimal(0)))
        if igv in accepted:
            return True
    return False


def unknown_lines(sheet: Sheet, charges: Mapping[Label, Lines]) -> Lines:
    """Return the amounts that stand among the charges, in their column, at words not known.

    A picture has none: there an unknown word may be a known one, misread.
    """
    known = [line for lines in charges.values() for line in lines]
    if len(known) < FEWEST_IN_COLUMN or not sheet.exact:
        return ()
    page = known[0].candidate.page
    top, bottom = min(line.y for line in known), max(line.y for line in known)
    found = []
    for row, labels in zip(sheet.rows, sheet.labelled, strict=True):
        if row.page != page or not top < row.y < bottom or labels:
            continue
        for word in row.words[1:]:
            aligned = any(abs(word.x1 - line.x1) < ALIGNED for line in known)
            for number in numbers_of(word.text)[:1]:
                if number.is_money and aligned:
                    printed = Printed(number=number, word=word)
                    found.append(_line(Label.OTHER, printed, text="", known=False))
    return tuple(found)
