"""Numbers, days and months as recibos print them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ahorraluz.ingest.recibo.words import plain

MONTHS = ("ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "set", "oct", "nov", "dic")
LONG_MONTHS = (
    "enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|setiembre|octubre"
    "|noviembre|diciembre|ene|feb|mar|abr|may|jun|jul|ago|set|sep|oct|nov|dic"
)
CENTURY = 2000
EARLIEST, LATEST = 2000, 2100
CENTS = 2
"""Decimals of an amount of money."""

_NUMBER = re.compile(
    r"(?P<before>[-+(]?)(?:s/\.?)?(?P<sign>[-+]?)(?P<digits>\d[\d.,]*)(?P<after>[-)]?)(?:kwh|kw\.h)?[;:]?"
)
_POINT = re.compile(r"\d+(?:\.\d+)?|\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_COMMA = re.compile(r"\d+,\d+|\d{1,3}(?:\.\d{3})+,\d+")
_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})|(\d{4})-(\d{1,2})-(\d{1,2})")
_NAMED_DAY = re.compile(
    rf"(\d{{1,2}})(?:de|[/.-])?({LONG_MONTHS})\.?(?:del?|[/.-])?(\d{{4}}|\d{{2}})(?!\d)"
)
_MONTH = re.compile(rf"(?<![a-z])({LONG_MONTHS})\.?(?:del?|[/.'-])?(20\d\d|\d{{2}})(?!\d)")
_NUMBERED_MONTH = re.compile(
    r"(?<![\d/])(?:(20\d\d)[/-](0[1-9]|1[0-2])|(0[1-9]|1[0-2])[/-](20\d\d))(?![\d/-])"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """One printed number."""

    value: Decimal
    text: str
    """As printed."""

    @property
    def decimals(self) -> int:
        """Digits after the decimal sign, as printed."""
        exponent = self.value.as_tuple().exponent
        return -exponent if isinstance(exponent, int) and exponent < 0 else 0

    @property
    def is_money(self) -> bool:
        """Whether it is printed to the céntimo."""
        return self.decimals == CENTS


def numbers_of(word: str) -> tuple[Number, ...]:
    """Return what number a word may be: none, one, or two where its comma has two meanings.

    Examples
    --------
    >>> [str(n.value) for n in numbers_of("S/574.70")], [str(n.value) for n in numbers_of("1,234")]
    (['574.70'], ['1234', '1.234'])
    >>> [str(n.value) for n in numbers_of("0.03-")], numbers_of("16/02/2026")
    (['-0.03'], ())
    """
    found = _NUMBER.fullmatch(plain(word))
    if found is None:
        return ()
    digits = found["digits"].rstrip(".,")
    values = []
    if _POINT.fullmatch(digits):
        values.append(Decimal(digits.replace(",", "")))
    if _COMMA.fullmatch(digits):
        values.append(Decimal(digits.replace(".", "").replace(",", ".")))
    signs = found["before"] + found["sign"] + found["after"]
    if signs.count("(") != signs.count(")"):
        return ()
    negative = "-" in signs or "(" in signs
    return tuple(Number(value=-v if negative else v, text=word) for v in values)


def days_in(squeezed: str) -> Iterator[tuple[int, int, date]]:
    """Yield the days written in text without spaces, with where each begins and ends.

    Examples
    --------
    >>> [day.isoformat() for *_, day in days_in("del16/02/2026al18-mar-26")]
    ['2026-02-16', '2026-03-18']
    """
    found = [(m.start(), m.end(), _numbered(m)) for m in _DAY.finditer(squeezed)]
    found += [(m.start(), m.end(), _named(m)) for m in _NAMED_DAY.finditer(squeezed)]
    for start, end, day in sorted(found, key=lambda entry: entry[:2]):
        if day is not None:
            yield start, end, day


def months_in(squeezed: str) -> Iterator[tuple[int, int, date]]:
    """Yield the months with a year in text without spaces, as their first days.

    Examples
    --------
    >>> [str(day) for *_, day in months_in("marzo2026 abr-26")]
    ['2026-03-01', '2026-04-01']
    """
    for found in _MONTH.finditer(squeezed):
        day = _day(_year(found[2]), month_number(found[1]), 1)
        if day is not None:
            yield found.start(), found.end(), day
    for found in _NUMBERED_MONTH.finditer(squeezed):
        day = _day(int(found[1] or found[4]), int(found[2] or found[3]), 1)
        if day is not None:
            yield found.start(), found.end(), day


def month_number(name: str) -> int:
    """Return 1 to 12 for a Spanish month, whole or cut to three letters."""
    short = "set" if name.startswith("sep") else name[:3]
    return MONTHS.index(short) + 1


def _numbered(found: re.Match[str]) -> date | None:
    if found[4]:
        return _day(int(found[4]), int(found[5]), int(found[6]))
    return _day(_year(found[3]), int(found[2]), int(found[1]))


def _named(found: re.Match[str]) -> date | None:
    return _day(_year(found[3]), month_number(found[2]), int(found[1]))


def _year(digits: str) -> int:
    return int(digits) if int(digits) >= EARLIEST else CENTURY + int(digits)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if EARLIEST <= year < LATEST else None
    except ValueError:
        return None
