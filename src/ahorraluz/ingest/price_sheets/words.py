"""Words of price sheets: plain text, units, numbers and days, read without guessing."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from ahorraluz.core.accents import without_accents

MAX_LINE = 2_000
"""Longer lines are cut: no line of a price sheet is that long, and patterns stay fast. [char]"""

_SPACE = re.compile(r"\s+")
_KWH = re.compile(r"\bk\s?w\s?[.·-]?\s?h\b\.?|(?<=\d)k\s?w\s?[.·-]?\s?h\b\.?")
_IGV = re.compile(r"\bi\.\s?g\.\s?v\.?")


def clean(text: str) -> str:
    """Return ``text`` on one line: no control characters, single spaces, a bounded length."""
    printable = "".join(
        " " if unicodedata.category(letter).startswith(("C", "Z")) else letter
        for letter in text[: MAX_LINE * 4]
    )
    return _SPACE.sub(" ", printable).strip()[:MAX_LINE]


def plain(text: str) -> str:
    """Return ``text`` for comparing: lower case, no accents, ``kwh`` and ``igv`` in one form.

    Examples
    --------
    >>> plain("Cargo por Energía Activa – Primeros 30 kW.h")
    'cargo por energia activa - primeros 30 kwh'
    """
    letters = without_accents(clean(text).casefold())
    letters = letters.translate({0x2013: "-", 0x2014: "-", 0x2212: "-", 0x2044: "/", 0x2264: "<="})
    return _IGV.sub("igv", _KWH.sub("kwh", _SPACE.sub(" ", letters))).strip()


def slug(text: str) -> str:
    """Return the id of a name: its words in lower case, joined by hyphens.

    Examples
    --------
    >>> slug("SER Chillón")
    'ser-chillon'
    """
    return "-".join(re.findall(r"[a-z0-9]+", plain(text)))[:40].strip("-")


class Unit(StrEnum):
    """Unit of a printed price."""

    PEN_MONTH = "PEN/month"
    PEN_KWH = "PEN/kWh"
    PEN_BLOCK = "PEN/30kWh"
    """One amount for the first 30 kWh."""
    CENT_KWH = "cent/kWh"
    """Céntimos of a sol per kWh, as Osinergmin prints."""
    OTHER = "other"
    """Of power or reactive energy: no charge of a home's bill."""


_CENTS = r"(?:ctms?|cents?|centimos?|cts)\.?"
_SOLES = r"(?:s\s?/\s?\.?|s/\.|nuevos soles|soles|pen)"
_PER = (
    r"(?P<per>30\s?kwh|kwh|k\s?var\s?\.?-?\s?h|kw\s?[-/]?\s?mes|kw\b|w\b"
    r"|mes\b|month\b|usuario|cliente|suministro)"
)
_UNIT = re.compile(
    rf"(?<![a-z])(?:(?P<cent>{_CENTS})\s?(?:de )?(?:{_SOLES})?|{_SOLES})"
    rf"\s?(?:/|por |per |x )?\s?{_PER}(?P<block>\s?\(\s?30\s?kwh\s?\))?"
)
_MONTHLY = ("mes", "month", "usuario", "cliente", "suministro")


@dataclass(frozen=True, slots=True)
class FoundUnit:
    """A unit with its place in the plain text it was found in."""

    unit: Unit
    start: int
    end: int


def find_units(text: str) -> list[FoundUnit]:
    """Return the units printed in a plain text, from left to right.

    Examples
    --------
    >>> [found.unit.value for found in find_units(plain("ctm. S/./kW.h"))]
    ['cent/kWh']
    >>> [found.unit.value for found in find_units(plain("Exceso de 30 kW.h S/ / kWh 0,5"))]
    ['PEN/kWh']
    """
    return [FoundUnit(_unit(match), match.start(), match.end()) for match in _UNIT.finditer(text)]


def _unit(match: re.Match[str]) -> Unit:
    per = match["per"].replace(" ", "")
    cents = match["cent"] is not None
    if per == "kwh":
        return Unit.CENT_KWH if cents else Unit.PEN_KWH
    if cents:
        return Unit.OTHER
    if per == "30kwh":
        return Unit.PEN_BLOCK
    if per in _MONTHLY:
        return Unit.PEN_BLOCK if match["block"] else Unit.PEN_MONTH
    return Unit.OTHER


_NUMBER = re.compile(r"(?:s\s?/\s?\.?\s?)?(\d{1,6})(?:[.,](\d{1,8}))?", re.IGNORECASE | re.ASCII)
BLANKS = frozenset({"-", "--", "---", "–", "—", "n.a.", "n/a", "na", "*", "."})
"""What sheets print where an option has no price."""


def number(text: str) -> Decimal | None:
    """Return a printed price with decimal point or comma, or ``None`` for anything else.

    Examples
    --------
    >>> number("55,93"), number("S/ 2.60"), number("1.234,50")
    (Decimal('55.93'), Decimal('2.60'), None)
    """
    match = _NUMBER.fullmatch(text.strip())
    if match is None:
        return None
    return Decimal(match[1] + (f".{match[2]}" if match[2] else ""))


def exact_text(value: Decimal) -> str:
    """Return a number as data files hold it: digits with a point, no exponent."""
    return format(value, "f")


_MONTHS = {
    name: month
    for month, names in enumerate(
        (
            ("enero", "ene"),
            ("febrero", "feb"),
            ("marzo", "mar"),
            ("abril", "abr"),
            ("mayo", "may"),
            ("junio", "jun"),
            ("julio", "jul"),
            ("agosto", "ago"),
            ("setiembre", "septiembre", "set", "sep"),
            ("octubre", "oct"),
            ("noviembre", "nov"),
            ("diciembre", "dic"),
        ),
        start=1,
    )
    for name in names
}
_NAMES = "|".join(sorted(_MONTHS, key=len, reverse=True))
_DAY_MONTH_YEAR = re.compile(
    rf"(?<![\d/.-])(?P<day>\d{{1,2}})(?: de |\s?[/.-]\s?| )"
    rf"(?P<month>(?:{_NAMES})\b\.?|\d{{1,2}})(?: del? |\s?[/.-]\s?| )(?P<year>\d{{4}})(?![\d])",
    re.ASCII,
)
_ISO = re.compile(r"(?<![\d-])(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})(?![\d-])", re.ASCII)


def find_days(text: str) -> Iterator[tuple[date, int]]:
    """Yield each day printed in a plain text with its place; day before month, as in Peru.

    Examples
    --------
    >>> [str(day) for day, _ in find_days(plain("Vigencia: 4/Set/2026, del 04 de agosto del 2026"))]
    ['2026-09-04', '2026-08-04']
    """
    for pattern in (_DAY_MONTH_YEAR, _ISO):
        for match in pattern.finditer(text):
            name = match["month"].rstrip(".")
            month = _MONTHS.get(name) or (int(name) if name.isdigit() else 0)
            try:
                yield date(int(match["year"]), month, int(match["day"])), match.start()
            except ValueError:
                continue


_WITHOUT_IGV = re.compile(
    r"\bsin(?: el)?(?: impuesto)? igv\b|\bno incluyen?(?: el)? igv\b|\bexcluyen?(?: el)? igv\b"
    r"|\bantes de(?:l)? igv\b|\bmas igv\b|\+ ?igv\b"
)
_WITH_IGV = re.compile(
    r"\bcon(?: el)? igv\b|(?<!no )\bincluyen?(?: el)? igv\b|\bigv incluido\b"
    r"|\bincluido(?: el)? igv\b|\binc\.? igv\b"
)


def find_igv(text: str) -> list[bool]:
    """Return what a plain text says of IGV, in order: ``True`` with it, ``False`` without.

    Examples
    --------
    >>> find_igv(plain("Tarifa Sin IGV   Con I.G.V."))
    [False, True]
    """
    found = [(match.start(), False) for match in _WITHOUT_IGV.finditer(text)]
    found += [(match.start(), True) for match in _WITH_IGV.finditer(text)]
    return [included for _, included in sorted(found)]
