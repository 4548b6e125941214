"""Columns of numbers as people and devices write them: decimal comma, thousands, units, nothing."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ahorraluz.core.readings.channels import Floats
from ahorraluz.ingest.meter_files.strings import Bools, Strings
from ahorraluz.ingest.meter_files.words import fold

NOTHING = frozenset(
    [
        "-",
        "--",
        "---",
        "–",
        "—",
        "−",
        "?",
        ".",
        "*",
        "nan",
        "null",
        "none",
        "na",
        "n/a",
        "n.a.",
        "nd",
        "n/d",
        "s/d",
        "nil",
        "missing",
        "#n/a",
        "sin",
        "dato",
    ]
) | {"sin dato", "no data", "geen verbruik"}
"""Words for a reading that is not there."""
UNAVAILABLE = frozenset(["unavailable", "unknown", "offline"])
"""What Home Assistant writes while a device is away."""
NUMBER = re.compile(
    r"[+-]?(?:\d[\d.,'\u2019 \u00a0\u202f]*|[.,]\d+)(?:[eE][+-]?\d+)?(?P<unit>\s*[^\W\d_]+\.?)?"
)
_GROUPED_COMMA = r"^[+-]?[1-9][0-9]{0,2}(,[0-9]{3})+$"
_GROUPED_DOT = r"^[+-]?[1-9][0-9]{0,2}(\.[0-9]{3})+$"
_WRITTEN_NOTHING = tuple({*NOTHING, *map(str.upper, NOTHING), *map(str.capitalize, NOTHING)})
LOOKED_AT = 20_000
"""Rows of a column, spread over the file, from which the decimal mark is told."""
MAX_DISTINCT = 200_000
"""Odd texts of one column that are read one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """Numbers of one column."""

    value: Floats
    """NaN where there is nothing, or nothing readable, shape (n,)."""
    readable: Bools
    """Rows that hold a number or nothing, shape (n,)."""
    unavailable: Bools
    """Rows that say that the device was away, shape (n,)."""


def is_nothing(text: str) -> bool:
    """Tell whether a cell says that there is no reading."""
    folded = fold(text)
    return not folded or folded in NOTHING or folded in UNAVAILABLE


def number_unit(text: str) -> str | None:
    """Return what follows the number of a cell, empty where nothing does; ``None``: no number."""
    match = NUMBER.fullmatch(text.strip().strip('="').strip())
    if match is None:
        return None
    return (match["unit"] or "").strip()


def decimal_comma(columns: Sequence[Strings], *, delimiter: str) -> bool:
    """Return whether the comma is the decimal mark of some columns of one file.

    The whole file is written in one way: a column that leaves it open follows the others.
    """
    commas, dots, comma_groups, dot_groups = (0, 0, 0, 0)
    for whole in columns:
        rows = min(len(whole), LOOKED_AT)
        column = whole.take(np.linspace(0, len(whole) - 1, rows).astype(np.int64))
        comma, dot = column.holding(","), column.holding(".")
        both = comma & dot
        if bool(both.any()):
            row = int(np.flatnonzero(both)[0])
            return column.at(row).rfind(",") > column.at(row).rfind(".")
        if bool(comma.any()):
            grouped = column.matching(_GROUPED_COMMA)
            comma_groups += int(grouped.sum())
            commas += int((comma & ~grouped).sum())
        if bool(dot.any()):
            grouped = column.matching(_GROUPED_DOT)
            dot_groups += int(grouped.sum())
            dots += int((dot & ~grouped).sum())
    if commas or dots:
        return commas > dots
    if comma_groups and dot_groups:
        return delimiter == ";"
    # 1,234 alone: English thousands in a file cut by commas, three decimals elsewhere.
    return bool(comma_groups) and delimiter != ","


def parse_numbers(column: Strings, *, comma: bool) -> Numbers:
    """Return the numbers of a column of text.

    Parameters
    ----------
    column
        Texts, shape (n,).
    comma
        Whether the comma is the decimal mark, as ``decimal_comma`` tells.
    """
    away = np.zeros(len(column), dtype=np.bool_)
    value = None if comma else column.floats()
    if value is None:
        column = column.trimmed("=").without(_WRITTEN_NOTHING)
        value = (_without_thousands(column) if comma else column).floats()
    if value is None:
        value, readable, away = _one_by_one(column, comma=comma)
    else:
        readable = np.ones(len(value), dtype=np.bool_)
    infinite = np.isinf(value)
    if bool(infinite.any()):
        value, readable = np.where(infinite, np.nan, value), readable & ~infinite
    return Numbers(value=value, readable=readable, unavailable=away)


def _without_thousands(column: Strings) -> Strings:
    """Return numbers with a decimal dot, from ones with a decimal comma."""
    if bool(column.holding(".").any()) and bool(column.holding(",").any()):
        # Cells of a sheet may be real numbers, with a dot, beside typed ones with a comma.
        return column.replaced(".", "").replaced(",", ".") if _dots_group(column) else column
    return column.replaced(",", ".") if not _dots_group(column) else column.replaced(".", "")


def _dots_group(column: Strings) -> bool:
    dotted = column.holding(".")
    if not bool(dotted.any()):
        return False
    whole = column.matching(r"^[+-]?[0-9]{1,3}(\.[0-9]{3})+(,[0-9]*)?$")
    return bool(whole[dotted].all())


def _one_by_one(column: Strings, *, comma: bool) -> tuple[Floats, Bools, Bools]:
    """Return what each distinct text says, spread over the rows."""
    code, texts = column.coded()
    read = [_number(text, comma=comma) for text in texts[:MAX_DISTINCT]]
    rest = len(texts) - len(read)
    values = np.array([value for value, _ in read] + [np.nan] * rest, dtype=np.float64)
    good = np.array([fine for _, fine in read] + [False] * rest, dtype=np.bool_)
    gone = np.array([fold(text) in UNAVAILABLE for text in texts], dtype=np.bool_)
    return values[code], good[code], gone[code]


def _number(text: str, *, comma: bool) -> tuple[float, bool]:
    """Return the number of a text, and whether it could be read."""
    if is_nothing(text):
        return np.nan, True
    text = text.strip()
    match = NUMBER.fullmatch(text)
    if match is None:
        return np.nan, False
    plain = re.sub(r"['\u2019\s]", "", text[: match.start("unit")] if match["unit"] else text)
    comma = _comma_of(plain, comma=comma)
    plain = plain.replace(".", "").replace(",", ".") if comma else plain.replace(",", "")
    try:
        return float(plain), True
    except ValueError:
        return np.nan, False


def _comma_of(plain: str, *, comma: bool) -> bool:
    """Return whether the comma is the decimal mark of one number, whatever the others use."""
    if "," in plain and "." in plain:
        return plain.rfind(",") > plain.rfind(".")
    if "," in plain:
        return comma or re.fullmatch(_GROUPED_COMMA, plain) is None
    return comma and plain.count(".") > 0 and re.fullmatch(_GROUPED_DOT, plain) is not None
