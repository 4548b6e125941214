"""Tables without one column of moments: days along the top, or parts of a date in columns."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ahorraluz.ingest.meter_files.delimiters import Cells, is_dated
from ahorraluz.ingest.meter_files.moments import MONTHS
from ahorraluz.ingest.meter_files.numbers import number_unit
from ahorraluz.ingest.meter_files.words import Word, fold, tokens_of, words_of

LOOKED_AT = 60
"""Rows in which the header is looked for."""
MAX_CELLS = 4_000_000
"""Most cells of a table that is laid out anew: it is held as text."""
MIN_ACROSS = 2
"""Moments along the top that make a table of them."""
MOST_BESIDE = 6
"""Columns beside them that may say what a row is of."""
MIN_MONTHS = 6
"""The same of months without a year: fewer may be anything."""
FIRST_YEAR, LAST_YEAR = 1970, 2100
PARTS: Mapping[str, frozenset[str]] = {
    "year": frozenset(["year", "ano", "anio", "jahr", "jaar", "annee", "anno", "yyyy", "yr"]),
    "month": frozenset(["month", "mes", "monat", "maand", "mois", "mese", "mm"]),
    "day": frozenset(["day", "dia", "tag", "dag", "jour", "giorno", "dd"]),
    "hour": frozenset(["hour", "hora", "stunde", "uur", "heure", "ora", "hh", "hr"]),
    "minute": frozenset(["minute", "minuto", "minuut", "minutes", "minutos", "min"]),
}
"""Names of the parts of a moment, folded."""
_MEANS = frozenset(["promedio", "average", "avg", "media", "mean", "mittelwert", "moyenne"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Reshaped:
    """The same readings with one moment a row."""

    rows: list[Cells]
    """The header first."""
    source: list[int]
    """Row of the file that each came from, from 0."""


def can_reshape(rows: Sequence[Cells]) -> bool:
    """Tell whether the first rows of a table show one of these forms."""
    return _layout(rows) is not None


def reshaped(rows: Sequence[Cells]) -> Reshaped | None:
    """Return the readings of a table with one moment a row, ``None`` where it has no such form."""
    layout = _layout(rows)
    if layout is None or sum(map(len, rows)) > MAX_CELLS:
        return None
    return layout(rows)


_Layout = Callable[[Sequence[Cells]], Reshaped]


def _layout(rows: Sequence[Cells]) -> _Layout | None:
    for place, cells in enumerate(rows[:LOOKED_AT]):
        following = [row for row in rows[place + 1 : place + LOOKED_AT] if any(map(str.strip, row))]
        if not following:
            return None
        for find in (_parts_layout, _across_layout, _months_layout):
            layout = find(place, cells, following)
            if layout is not None:
                return layout
    return None


# --- parts of a date in columns ----------------------------------------------------------------


def _parts_layout(top: int, header: Cells, following: Sequence[Cells]) -> _Layout | None:
    """Return how to join columns of years, months, days, hours and minutes."""
    parts: dict[str, int] = {}
    for place, cell in enumerate(header):
        tokens = tokens_of(cell)
        for part, names in PARTS.items():
            if len(tokens) == 1 and tokens[0] in names:
                parts.setdefault(part, place)
    if not {"year", "month"} <= parts.keys():
        return None
    if sum(_moment(row, parts) is not None for row in following) * 2 < len(following):
        return None
    used = {parts[part] for part in ("year", "month", "day") if part in parts}
    if "minute" in parts and "hour" in parts:
        used |= {parts["hour"], parts["minute"]}
    others = [place for place in range(len(header)) if place not in used]

    def lay(rows: Sequence[Cells]) -> Reshaped:
        name = "date" if "day" in parts else "month"
        found, source = [[name, *(header[place] for place in others)]], [top]
        for place, cells in enumerate(rows[top + 1 :], start=top + 1):
            if not any(map(str.strip, cells)):
                continue
            # A row without a date stays as it is: a total, or broken.
            moment = _moment(cells, parts) or next(filter(str.strip, cells))
            found.append([moment, *(_cell(cells, other) for other in others)])
            source.append(place)
        return Reshaped(rows=found, source=source)

    return lay


def _moment(cells: Cells, parts: Mapping[str, int]) -> str | None:
    """Return the moment whose parts stand in some cells of a row."""
    year = _whole(_cell(cells, parts["year"]))
    month = _month(_cell(cells, parts["month"]))
    if year is None or month is None:
        return None
    year += 2000 if year < 100 else 0
    if not FIRST_YEAR <= year < LAST_YEAR:
        return None
    if "day" not in parts:
        return f"{year}-{month:02d}"
    day = _whole(_cell(cells, parts["day"]))
    if day is None or not 1 <= day <= 31:
        return None
    if "hour" not in parts or "minute" not in parts:
        return f"{year}-{month:02d}-{day:02d}"
    hour, minute = _whole(_cell(cells, parts["hour"])), _whole(_cell(cells, parts["minute"]))
    if hour is None or minute is None or not (0 <= hour <= 24 and 0 <= minute < 60):
        return None
    return f"{year}-{month:02d}-{day:02d} {hour:02d}:{minute:02d}"


def _cell(cells: Cells, place: int) -> str:
    return cells[place].strip().strip('"').strip() if place < len(cells) else ""


def _whole(text: str) -> int | None:
    plain = text.removesuffix(".0")
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) <= 4 else None


def _month(text: str) -> int | None:
    """Return the number of a month by its number or its name."""
    number = _whole(text)
    if number is not None:
        return number if 1 <= number <= 12 else None
    folded = fold(text).rstrip(".")
    if not folded.isalpha() or not 3 <= len(folded) <= 10:
        return None
    return MONTHS.get(folded[:4]) or MONTHS.get(folded[:3])


# --- moments along the top ---------------------------------------------------------------------


def _across_layout(top: int, header: Cells, following: Sequence[Cells]) -> _Layout | None:
    """Return how to lay out days or moments that stand along the top."""
    dated = [place for place, cell in enumerate(header) if is_dated(cell)]
    others = [place for place in range(len(header)) if place not in dated]
    if len(dated) < MIN_ACROSS or not 0 < len(others) <= max(len(dated), MOST_BESIDE):
        return None
    if not _numbers_below(following, dated):
        return None
    names = [header[place].strip() or _name(following, place) for place in others]

    def lay(rows: Sequence[Cells]) -> Reshaped:
        moments = {place: _cell(header, place) for place in dated}
        keys = [place for place in others if not _is_summary(header[place])]
        found = [[*(names[others.index(place)] for place in keys), "time", "value"]]
        source = [top]
        for place, moment in moments.items():
            for row in range(top + 1, len(rows)):
                value = _cell(rows[row], place)
                if value and not _is_total(rows[row], keys):
                    found.append([*(_cell(rows[row], key) for key in keys), moment, value])
                    source.append(row)
        return Reshaped(rows=found, source=source)

    return lay


def _is_summary(name: str) -> bool:
    """Tell whether a column holds the total or the mean of those beside it."""
    return Word.TOTAL in words_of(name) or not _MEANS.isdisjoint(tokens_of(name))


def _name(following: Sequence[Cells], place: int) -> str:
    """Return what a column without a name holds: hours, or names of series."""
    cells = [_cell(row, place) for row in following]
    text = any(number_unit(cell) is None and ":" not in cell for cell in cells if cell)
    return "series" if text else "hour"


def _numbers_below(following: Sequence[Cells], places: Sequence[int]) -> bool:
    """Tell whether most cells under some places are numbers."""
    cells = [_cell(row, place) for row in following for place in places]
    filled = [cell for cell in cells if cell]
    numbers = sum(number_unit(cell) is not None for cell in filled)
    return bool(filled) and numbers * 2 > len(filled)


def _is_total(cells: Cells, keys: Sequence[int]) -> bool:
    texts = [_cell(cells, key) for key in keys]
    return any(Word.TOTAL in words_of(text) and number_unit(text) is None for text in texts)


# --- years and months --------------------------------------------------------------------------


def _months_layout(top: int, header: Cells, following: Sequence[Cells]) -> _Layout | None:
    """Return how to lay out a table of years and months, whichever stand along the top."""
    months = {place: m for place, cell in enumerate(header) if (m := _named_month(cell))}
    years = {place: y for place, cell in enumerate(header) if (y := _year(cell))}
    if len(months) >= MIN_MONTHS and _numbers_below(following, list(months)):
        across, down = months, _year
    elif len(years) >= MIN_ACROSS and _numbers_below(following, list(years)):
        across, down = years, _named_month
    else:
        return None
    beside = [place for place in range(len(header)) if place not in across]
    key = next(
        (
            place for place in beside
            if sum(down(_cell(row, place)) is not None for row in following) * 2 > len(following)
        ),
        None,
    )  # fmt: skip
    if key is None:
        return None

    def lay(rows: Sequence[Cells]) -> Reshaped:
        found, source = [["month", "kWh"]], [top]
        for row in range(top + 1, len(rows)):
            one = down(_cell(rows[row], key))
            for place, other in across.items():
                value = _cell(rows[row], place)
                if one is not None and value:
                    year, month = (one, other) if across is months else (other, one)
                    found.append([f"{year}-{month:02d}", value])
                    source.append(row)
        return Reshaped(rows=found, source=source)

    return lay


def _named_month(text: str) -> int | None:
    cell = text.strip().strip('"').strip()
    return None if any(map(str.isdigit, cell)) else _month(cell)


def _year(text: str) -> int | None:
    year = _whole(text.strip().strip('"').strip())
    return year if year is not None and FIRST_YEAR <= year < LAST_YEAR else None
