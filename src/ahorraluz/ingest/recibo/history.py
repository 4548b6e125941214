"""The energy of the months before, where it is printed as text."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from ahorraluz.ingest.recibo.amounts import LONG_MONTHS, Number, month_number, numbers_of
from ahorraluz.ingest.recibo.found import Candidate, Field, Why, sure, unsure
from ahorraluz.ingest.recibo.labels import Label
from ahorraluz.ingest.recibo.places import Sheet
from ahorraluz.ingest.recibo.words import Row, Word, plain

FEWEST, MOST = 3, 14
"""Months of a history that is taken."""
NEAR_HEIGHTS = 14.0
"""Letter heights between the months under a picture and the numbers over its bars."""
MONTHS_A_YEAR = 12
WHOLE = Decimal(1)
"""A history may show whole kWh where the bill shows decimals. [kWh]"""

_MONTH = re.compile(rf"({LONG_MONTHS})[.'/-]?(?:de|del)?(20\d\d|\d\d)?:?")
_YEAR = re.compile(r"20\d\d|'?\d\d")


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """One month of a history with the energy beside it."""

    number: int
    kwh: Decimal
    shown: str
    page: int


def read_history(sheet: Sheet, *, billed: str | None, kwh: Decimal | None) -> Field | None:
    """Return the energy of earlier months, oldest first; ``None`` where none is printed.

    Parameters
    ----------
    sheet
        The recibo.
    billed
        Its month, such as ``2026-03``, where it is sure.
    kwh
        Its energy, where it is sure; a history may end with it. [kWh]
    """
    series = _longest([*_listed(sheet), *_under_bars(sheet)])
    if len(series) < FEWEST:
        return None
    if _falls(series):
        series = tuple(reversed(series))
    months = [month.number for month in series]
    in_order = _rises(series) and len(series) <= MOST
    ends = _end(months[-1], billed)
    same = kwh is not None and abs(series[-1].kwh - kwh) < WHOLE
    if ends == 0 or (ends is None and same):
        agrees = kwh is None or same
        series = series[:-1]
    else:
        agrees = ends in (1, None)
    candidate = Candidate(
        value=tuple(month.kwh for month in series),
        page=series[0].page,
        label="",
        text=" · ".join(month.shown for month in series),
    )
    if in_order and agrees and sheet.exact:
        return sure("history_kwh", candidate, Why.ORDER)
    return unsure("history_kwh", [candidate], Why.UNCHECKED if in_order else Why.DISAGREES)


def _end(last: int, billed: str | None) -> int | None:
    """Return how many months the history ends before the month billed."""
    if billed is None:
        return None
    return (int(billed.partition("-")[2]) - last) % MONTHS_A_YEAR


def _rises(series: Sequence[Month]) -> bool:
    pairs = pairwise(series)
    return all(later.number == earlier.number % MONTHS_A_YEAR + 1 for earlier, later in pairs)


def _falls(series: Sequence[Month]) -> bool:
    return len(series) > 1 and _rises(tuple(reversed(series)))


def _longest(found: Sequence[tuple[Month, ...]]) -> tuple[Month, ...]:
    return max(found, key=len, default=())


def _listed(sheet: Sheet) -> Iterator[tuple[Month, ...]]:
    """Yield the months of a list: each with its number to the right, in one row or in many."""
    heading = next(sheet.of(Label.HISTORY), None)
    if heading is None:
        return
    series: list[Month] = []
    for row in sheet.rows[sheet.rows.index(heading.row) :]:
        series += _pairs(row)
    yield tuple(series)


def _pairs(row: Row) -> Iterator[Month]:
    words = row.words
    for at, word in enumerate(words[:-1]):
        name = _MONTH.fullmatch(plain(word.text))
        if name is None:
            continue
        rest = words[at + 1 :]
        if not name[2] and len(rest) > 1 and _YEAR.fullmatch(rest[0].text):
            second = numbers_of(rest[1].text)
            rest = rest[1:] if second else rest
        number = _energy(rest[0])
        if number is not None:
            yield _month(name[1], number, word)


def _under_bars(sheet: Sheet) -> Iterator[tuple[Month, ...]]:
    """Yield the months of a picture: names in a row, numbers over or under them."""
    for index, row in enumerate(sheet.rows):
        names = [(word, _MONTH.fullmatch(plain(word.text))) for word in row.words]
        months = [(word, name[1]) for word, name in names if name is not None]
        if len(months) < FEWEST:
            continue
        around = [*sheet.rows[max(0, index - 20) : index], *sheet.rows[index + 1 : index + 4]]
        near = [
            word
            for other in around
            if other.page == row.page and abs(other.y - row.y) < NEAR_HEIGHTS * months[0][0].size
            for word in other.words
            if _energy(word) is not None
        ]
        series = [_matched(word, name, near) for word, name in months]
        if all(series):
            yield tuple(month for month in series if month is not None)


def _matched(word: Word, name: str, near: Sequence[Word]) -> Month | None:
    """Return a month with the only number that stands over or under it."""
    middle = (word.x0 + word.x1) / 2
    half = max(word.x1 - word.x0, word.size) * 0.7
    over = [other for other in near if abs((other.x0 + other.x1) / 2 - middle) < half]
    number = _energy(over[0]) if len(over) == 1 else None
    return None if number is None else _month(name, number, word)


def _energy(word: Word) -> Number | None:
    numbers = numbers_of(word.text)
    return numbers[0] if len(numbers) == 1 and numbers[0].value >= 0 else None


def _month(name: str, number: Number, word: Word) -> Month:
    shown = f"{word.text} {number.text}"
    return Month(number=month_number(name), kwh=number.value, shown=shown, page=word.page)
