"""Texts that name a moment, and the parts of which they consist: the spans of each layout."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ahorraluz.ingest.meter_files.words import fold

Span = tuple[int, int]

EPOCH_SCALES = {9: 1, 10: 1, 13: 1_000, 16: 1_000_000, 19: 1_000_000_000}
"""Digits of a Unix time to its ticks in a second; 9 digits end in 2001."""
MONTHS = {
    "jan": 1, "ene": 1, "gen": 1, "feb": 2, "fev": 2, "mar": 3, "mrt": 3, "mae": 3, "apr": 4,
    "abr": 4, "avr": 4, "may": 5, "mai": 5, "mei": 5, "mag": 5, "jun": 6, "giu": 6, "juin": 6,
    "jul": 7, "lug": 7, "juil": 7, "aug": 8, "ago": 8, "aou": 8, "sep": 9, "set": 9, "oct": 10,
    "okt": 10, "ott": 10, "out": 10, "nov": 11, "dec": 12, "dic": 12, "dez": 12,
}  # fmt: skip
ZONES = {"z": 0, "utc": 0, "gmt": 0, "wet": 0, "west": 1, "cet": 1, "cest": 2, "pet": -5,
    "est": -5, "edt": -4, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7, "bst": 1,
    "eet": 2, "eest": 3, "aest": 10, "aedt": 11,
}  # fmt: skip
"""Names of zones that mean one offset only. [h]"""

_HALF = r"[ap]\.?\s?m\.?"


def _clock(marks: str) -> str:
    """Return the pattern of a time of day whose hour ends in one of some marks."""
    return (
        rf"(?P<hour>\d{{1,2}})(?:[{marks}](?P<minute>\d{{2}})(?:[:.m](?P<second>\d{{2}})s?"
        rf"(?:[.,]\d+)?)?(?:\s*(?P<half>{_HALF}))?|\s*(?P<only>{_HALF})|h)"
    )


_NAMES = "|".join(sorted(ZONES, key=len, reverse=True))
_OFFSET = (
    rf"(?:\s*(?:{_NAMES})?(?P<sign>[+-])(?P<off>\d{{2}}(?::?\d{{2}})?)|\s*(?P<zone>{_NAMES}))?"
)
_DATES = (
    r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})",
    r"(?P<one>\d{1,2})(?P<between>[-/. ])(?P<two>\d{1,2})(?P=between)(?P<year>\d{4}|\d{2})",
    r"(?P<day>\d{1,2})[-/ .](?:de )?(?P<named>[^\W\d_]{3,10})\.?[-/ .,]+(?:de )?"
    r"(?P<year>\d{4}|\d{2})",
    r"(?P<named>[^\W\d_]{3,10})\.?[ -](?P<day>\d{1,2}),?[ -](?P<year>\d{4})",
    r"(?P<year>(?:19|20)\d{2})(?P<month>\d{2})(?P<day>\d{2})",
)
_MONTHLY = (
    r"(?P<year>\d{4})[-/](?P<month>\d{1,2})",
    r"(?P<month>\d{1,2})[-/](?P<year>\d{4})",
    r"(?P<named>[^\W\d_]{3,10})\.?(?:[-/ .,]| de )+(?P<year>\d{4}|\d{2})",
    r"(?P<year>\d{4})[-/ .](?P<named>[^\W\d_]{3,10})\.?",
)
_ANY_CLOCK = _clock(":.h")
_WEEKDAY = r"(?:[^\W\d_]{2,10}[.,]?\s+)?"
_FULL = tuple(
    re.compile(rf"{_WEEKDAY}{date}(?:(?:[ ,]*t\s*|[\s,]+(?:at |a las )?){_ANY_CLOCK}{_OFFSET})?")
    for date in _DATES
)
_DATE_ONLY_OFFSET = re.compile(rf"{_DATES[0]}(?P<zone>z)")
_COMPACT = re.compile(
    r"(?P<year>(?:19|20)\d{2})(?P<month>\d{2})(?P<day>\d{2})[t ]?(?P<hour>\d{2}):?(?P<minute>\d{2})"
    r"(?::?(?P<second>\d{2}))?(?P<zone>z)?"
)
_MONTH_ONLY = tuple(re.compile(pattern) for pattern in _MONTHLY)
_CLOCK_ONLY = re.compile(_clock(":h") + _OFFSET)
_NUMBER = re.compile(r"[+-]?\d*(?:[.,]\d*)?")
_EPOCH = re.compile(r"(?P<epoch>\d{9,19})(?:[.,]\d+)?")
_SERIAL = re.compile(r"(?P<serial>[2-6]\d{4})(?:[.,](?P<part>\d+))?")
_NUMERIC = (_FULL[-1], _COMPACT)
_WORDED = (*_FULL, _DATE_ONLY_OFFSET, _COMPACT, *_MONTH_ONLY, _CLOCK_ONLY)
LONGEST = 64
"""Longest text that may name a moment. [characters]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where the parts of a moment stand in every text of one pattern."""

    year: Span | None = None
    month: Span | None = None
    day: Span | None = None
    hour: Span | None = None
    minute: Span | None = None
    second: Span | None = None
    one: Span | None = None
    """First of two numbers of which one is the day and one the month."""
    two: Span | None = None
    named_month: int | None = None
    afternoon: bool | None = None
    """``None``: a clock of 24 hours."""
    offset_sign: int | None = None
    """``None``: no offset from UTC is written."""
    offset: Span | None = None
    offset_named_h: int = 0
    epoch: Span | None = None
    epoch_scale: int = 1
    serial: bool = False
    """Days since 1899-12-30, as sheets keep them."""

    @property
    def has_date(self) -> bool:
        """Whether it names a day or a month."""
        return self.year is not None or self.epoch is not None or self.serial

    @property
    def has_clock(self) -> bool:
        """Whether it names a time of day."""
        return self.hour is not None or self.epoch is not None or self.serial

    @property
    def monthly(self) -> bool:
        """Whether it names a month and no day."""
        return self.year is not None and self.day is None and self.one is None


@lru_cache(maxsize=65_536)
def layout_of(text: str) -> Layout | None:
    """Return the layout of a text that names a moment, a day, a month or a time of day.

    Numbers that may be anything else are not among them but for Unix times and days
    written as eight digits.
    """
    folded = _folded(text)
    if not 1 < len(folded) <= LONGEST or not any(character.isdigit() for character in folded):
        return None
    number = _NUMBER.fullmatch(folded) is not None
    for pattern in _NUMERIC if number else _WORDED:
        match = pattern.fullmatch(folded)
        if match is not None and (layout := _from_match(match)) is not None:
            return layout
    match = _EPOCH.fullmatch(folded) if number else None
    if match is not None and len(match["epoch"]) in EPOCH_SCALES:
        return Layout(epoch=match.span("epoch"), epoch_scale=EPOCH_SCALES[len(match["epoch"])])
    return None


def serial_layout(text: str) -> Layout | None:
    """Return the layout of a day number of a sheet such as ``45292.25``."""
    return Layout(serial=True) if _SERIAL.fullmatch(text) else None


def _folded(text: str) -> str:
    """Fold accents away where that keeps every character in its place."""
    lower = text.lower()
    if lower.isascii():
        return lower
    return "".join(
        fold(character) or " " if ord(character) > 127 else character for character in lower
    )


def _from_match(match: re.Match[str]) -> Layout | None:
    found = match.groupdict()
    named = None
    if found.get("named") is not None:
        named = MONTHS.get(found["named"][:4]) or MONTHS.get(found["named"][:3])
        if named is None:
            return None
    # 31.12 is no clock of 31 hours, nor 1984-50 a month.
    if int(found.get("hour") or 0) > 24 or not 1 <= int(found.get("month") or 1) <= 12:
        return None
    sign, named_h = _offset_parts(found)
    half = found.get("half") or found.get("only")
    spans: dict[str, Any] = {
        name: match.span(name)
        for name in ("year", "month", "day", "hour", "minute", "second", "one", "two")
        if found.get(name) is not None
    }
    return Layout(
        **spans,
        named_month=named,
        afternoon=None if half is None else half[0] == "p",
        offset_sign=sign,
        offset=match.span("off") if found.get("off") is not None else None,
        offset_named_h=named_h,
    )


def _offset_parts(found: dict[str, str | None]) -> tuple[int | None, int]:
    zone, sign = found.get("zone"), found.get("sign")
    if sign is not None:
        return (-1 if sign == "-" else 1), 0
    return (1, ZONES[zone]) if zone else (None, 0)
