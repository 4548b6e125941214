"""Lines of text and rows of tables in one form: words, unit, numbers."""

import re
from collections.abc import Iterable, Sequence

from ahorraluz.ingest.price_sheets.charges import is_charge
from ahorraluz.ingest.price_sheets.sheet import Cell, SheetLine, check_length
from ahorraluz.ingest.price_sheets.words import (
    BLANKS,
    FoundUnit,
    Unit,
    clean,
    find_units,
    number,
    plain,
)

_CURRENCY = frozenset({"s/", "s/.", "s/,", "pen"})
_DECIMALS = re.compile(r"\d{1,6}[.,]\d{1,8}")


def text_line(position: int, text: str) -> SheetLine:
    """Return a line of text, whose columns are parted by spaces only.

    Parameters
    ----------
    position
        Line of the document, from 1.
    text
        The line as it is printed.
    """
    words = plain(text)
    units = find_units(words)
    priced = [unit for unit in units if _leading_numbers(words[unit.end :])]
    if len(priced) > 1:
        return SheetLine(number=position, raw=clean(text), texts=(words,), mixed=True)
    if units:
        return _with_unit(position, text, words, priced[0] if priced else units[-1])
    label: str = words
    values: list[str] = []
    if is_charge(words):
        # Without a unit only numbers with decimals count: a year or a limit is no price.
        label, values = _trailing_numbers(words, only_decimals=True)
    return _line(position, text, label, values=values)


def _with_unit(position: int, text: str, words: str, unit: FoundUnit) -> SheetLine:
    label = words[: unit.start].strip(" :-")
    values = _leading_numbers(words[unit.end :])
    if not values:
        label, values = _trailing_numbers(label, only_decimals=False)
    return _line(position, text, label, unit=unit.unit, values=values)


def _line(
    position: int, text: str, label: str, *, unit: Unit | None = None, values: Sequence[str] = ()
) -> SheetLine:
    return SheetLine(
        number=position,
        raw=clean(text),
        texts=(label,) if label else (),
        unit=unit,
        values=tuple(enumerate(values)),
    )


def _leading_numbers(words: str) -> list[str]:
    values = []
    for word in words.split():
        if word in _CURRENCY:
            continue
        if number(word) is None and word not in BLANKS:
            break
        values.append("" if word in BLANKS else word)
    return values if any(values) else []


def _trailing_numbers(words: str, *, only_decimals: bool) -> tuple[str, list[str]]:
    parts = words.split()
    values: list[str] = []
    while parts:
        word = parts[-1]
        is_value = _DECIMALS.fullmatch(word) if only_decimals else number(word) is not None
        if not is_value and word not in _CURRENCY:
            break
        parts.pop()
        if is_value:
            values.insert(0, word)
    return " ".join(parts), values


def grid_line(position: int, cells: Iterable[Cell], *, table: int = 1) -> SheetLine:
    """Return a row of the document's n-th table, whose cells keep their columns."""
    row = [cell for cell in cells if cell.text]
    texts: list[str] = []
    values: list[tuple[int, str]] = []
    unit: Unit | None = None
    for cell in row:
        words = plain(cell.text)
        if number(words) is not None:
            values += [(cell.column + step, words) for step in range(cell.span)]
            continue
        if words in BLANKS:
            continue
        units = find_units(words)
        if units and unit is None:
            unit = units[-1].unit
            words = (words[: units[-1].start] + words[units[-1].end :]).strip(" :-()")
        if words and not cell.continued:
            texts.append(words)
    return SheetLine(
        number=position,
        raw=" · ".join(cell.text for cell in row if not cell.continued),
        texts=tuple(texts),
        unit=unit,
        values=tuple(values),
        cells=tuple(row),
        table=table,
    )


def text_lines(text: str) -> tuple[SheetLine, ...]:
    """Return the lines of a text; a charge whose unit and price fell on the next line is mended."""
    lines: list[SheetLine] = []
    waiting: SheetLine | None = None
    for position, raw in enumerate(text.splitlines(), start=1):
        if not raw.strip():
            continue
        check_length(len(lines))
        line = text_line(position, raw)
        if waiting is not None and line.unit and line.values and not _has_charge(line):
            lines[-1] = text_line(waiting.number, f"{waiting.raw} {raw}")
            waiting = None
            continue
        lines.append(line)
        waiting = line if _has_charge(line) and not line.unit and not line.values else None
    return tuple(lines)


def _has_charge(line: SheetLine) -> bool:
    return any(is_charge(text) for text in line.texts)
