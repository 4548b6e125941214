"""What each column of a table is: told by its name and by its cells."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from ahorraluz.ingest.meter_files.delimiters import Shape, clock_range, split_span
from ahorraluz.ingest.meter_files.moments import layout_of, serial_layout
from ahorraluz.ingest.meter_files.numbers import is_nothing, number_unit
from ahorraluz.ingest.meter_files.words import Word, fold, tokens_of, unit_of, words_of

MOSTLY = 0.6
"""Share of the cells that must be of a kind."""
SOME = 0.25
"""The same for times in a column that is called so."""


class Kind(StrEnum):
    """What the cells of a column are."""

    MOMENT = "moment"
    DATE = "date"
    CLOCK = "clock"
    SPAN = "span"
    STAMP = "stamp"
    """A number that may be a Unix time, a day in eight digits or a day of a sheet."""
    NUMBER = "number"
    TEXT = "text"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a table."""

    place: int
    name: str
    words: frozenset[Word]
    kind: Kind
    unit: str | None
    """By its name, or by what follows its numbers."""
    distinct: tuple[str, ...]
    """Different cells of the sample, at most some hundreds."""
    whole: bool
    """Whether all its numbers are whole."""

    def says(self, *words: Word) -> bool:
        """Tell whether its name says one of some things."""
        return not self.words.isdisjoint(words)


def describe(shape: Shape, *, serials: bool) -> tuple[Column, ...]:
    """Return what each column of a table is."""
    found = []
    for place, name in enumerate(shape.names):
        cells = [cells[place].strip().strip('="').strip() for cells in shape.sample]
        filled = [cell for cell in cells if not is_nothing(cell)]
        words = words_of(name) if shape.has_header else frozenset[Word]()
        found.append(
            Column(
                place=place,
                name=name,
                words=words | _edges(name) if shape.has_header else words,
                kind=_kind_of(
                    filled, serials=serials and Word.TIME in words, timed=Word.TIME in words
                ),
                unit=(unit_of(name) if shape.has_header else None) or _suffix(filled),
                distinct=tuple(dict.fromkeys(filled)),
                whole=all(cell.lstrip("+-").isdigit() for cell in filled),
            )
        )
    return tuple(found)


def _edges(name: str) -> frozenset[Word]:
    """Return the side of an interval that short words mean where nothing else is said."""
    rest = [token for token in tokens_of(name) if Word.TIME not in words_of(token)]
    if rest in (["da"], ["de"], ["ab"], ["von"], ["van"], ["du"]):
        return frozenset({Word.FROM})
    if rest in (["a"], ["al"], ["au"], ["bis"], ["ate"], ["zu"]):
        return frozenset({Word.TO})
    return frozenset()


def _kind_of(cells: Sequence[str], *, serials: bool, timed: bool) -> Kind:
    if not cells:
        return Kind.EMPTY
    counts = Counter(_kind_of_cell(cell, serials=serials) for cell in cells)
    # A day at midnight is often written without its clock, among moments that have one.
    if counts[Kind.MOMENT] and counts[Kind.MOMENT] + counts[Kind.DATE] >= MOSTLY * len(cells):
        return Kind.MOMENT
    if counts[Kind.STAMP] + counts[Kind.NUMBER] >= MOSTLY * len(cells) > counts[Kind.STAMP]:
        return Kind.NUMBER
    kind, count = counts.most_common(1)[0]
    if count >= MOSTLY * len(cells):
        return kind
    # Under a name for times, some times are enough: the rest are titles and spoiled rows.
    told = [kind for kind in (Kind.MOMENT, Kind.DATE) if counts[kind] >= SOME * len(cells)]
    return told[0] if timed and told else Kind.TEXT


def _kind_of_cell(cell: str, *, serials: bool) -> Kind:
    layout = layout_of(cell)
    if layout is None:
        if clock_range(cell) is not None:
            return Kind.CLOCK
        if serials and serial_layout(cell) is not None:
            return Kind.STAMP
        if number_unit(cell) is not None:
            return Kind.NUMBER
        return Kind.SPAN if split_span(cell) is not None else Kind.TEXT
    if cell.replace(".", "").isdigit():
        return Kind.STAMP
    if layout.has_date:
        return Kind.MOMENT if layout.has_clock else Kind.DATE
    return Kind.CLOCK


def _suffix(cells: Sequence[str]) -> str | None:
    """Return the unit that stands behind most numbers of a column."""
    units = Counter(unit for cell in cells[:50] if (unit := number_unit(cell)))
    if not units:
        return None
    unit, count = units.most_common(1)[0]
    return unit_of(unit) if count >= MOSTLY * len(cells[:50]) else None


def by_name(columns: Sequence[Column], name: str) -> Column | None:
    """Return the column of a name, as people type it."""
    wanted = fold(name)
    exact = [column for column in columns if fold(column.name) == wanted]
    return exact[0] if exact else None
