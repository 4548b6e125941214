"""Which columns of a sheet hold prices, and what each is: a system's, with or without IGV."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ahorraluz.ingest.price_sheets.charges import is_charge
from ahorraluz.ingest.price_sheets.identify import heading_systems, known_systems
from ahorraluz.ingest.price_sheets.sheet import (
    FoundSystem,
    Page,
    PriceColumn,
    PriceSheetError,
    SheetLine,
    SheetNames,
)
from ahorraluz.ingest.price_sheets.words import find_igv, plain

Place = tuple[int, int]
"""Table of the document, 0 for text, and column in it."""

_NO_PRICE = re.compile(
    r"\bconsumo\b|\bimporte\b|\bcantidad\b|\bvariacion\b|%|\banterior\b|\bdiferencia\b|\bfactura"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceColumns:
    """The columns of prices, and the places their numbers stand at."""

    columns: tuple[PriceColumn, ...]
    by_place: Mapping[Place, PriceColumn]
    systems: tuple[FoundSystem, ...] = ()
    """Systems that head columns, where more than one does."""

    def at(self, line: SheetLine, position: int) -> PriceColumn | None:
        """Return the column of a number; ``None``: it is no price."""
        return self.by_place.get((line.table, position))


def price_columns(page: Page, rows: Sequence[SheetLine], names: SheetNames) -> PriceColumns:
    """Return the columns of prices of a document.

    Parameters
    ----------
    page
        The document.
    rows
        Its lines with a price, at least one.
    names
        Systems on file, which may head columns.

    Raises
    ------
    PriceSheetError
        ``sheet-columns-vary``: lines or tables have different counts of prices, so
        that a number's column is not certain.
    """
    tables = dict.fromkeys(row.table for row in rows)
    found = [_table_columns(page, [row for row in rows if row.table == t], names) for t in tables]
    first = found[0]
    for part in found[1:]:
        if len(part.columns) != len(first.columns):
            row = next(row for row in rows if (row.table, row.values[0][0]) in part.by_place)
            raise _vary(row, len(part.columns), len(first.columns))
    merged = tuple(_merge(versions) for versions in zip(*(p.columns for p in found), strict=True))
    return PriceColumns(
        columns=merged,
        by_place={
            place: merged[column.number - 1]
            for part in found
            for place, column in part.by_place.items()
        },
        systems=next((part.systems for part in found if part.systems), ()),
    )


def _merge(versions: Sequence[PriceColumn]) -> PriceColumn:
    """Return what the headings of several tables say of one column; they must not differ."""
    systems = {column.system for column in versions if column.system}
    igv = {column.igv_included for column in versions if column.igv_included is not None}
    return replace(
        versions[0],
        system=systems.pop() if len(systems) == 1 else None,
        igv_included=igv.pop() if len(igv) == 1 else None,
    )


def _table_columns(page: Page, rows: Sequence[SheetLine], names: SheetNames) -> PriceColumns:
    heads = _headings(page, rows[0])
    if rows[0].cells:
        return _grid_columns(rows, heads, names)
    return _text_columns(rows, heads, names)


def _headings(page: Page, first_row: SheetLine) -> list[SheetLine]:
    """Return the lines of the same table above its first price that have no price."""
    above = []
    for line in page.lines:
        if line is first_row:
            break
        is_price = line.values and any(is_charge(text) for text in line.texts)
        if line.table == first_row.table and not is_price:
            above.append(line)
    return above


def _grid_columns(
    rows: Sequence[SheetLine], heads: Sequence[SheetLine], names: SheetNames
) -> PriceColumns:
    positions = sorted({place for row in rows for place, text in row.values if text})
    columns: list[PriceColumn] = []
    by_place: dict[Place, PriceColumn] = {}
    systems: dict[str, FoundSystem] = {}
    for position in positions:
        texts = _texts_over(position, heads, positions)
        if len(positions) > 1 and any(_NO_PRICE.search(text) for text in texts):
            continue
        said = [igv for text in texts for igv in find_igv(text)]
        over = [system for text in texts for system in known_systems(text, names)]
        systems |= {system.id: system for system in over[-1:]}
        column = PriceColumn(
            number=len(columns) + 1,
            heading=" ".join(texts)[-60:],
            system=over[-1].id if over else None,
            igv_included=said[-1] if said else None,
        )
        columns.append(column)
        by_place[rows[0].table, position] = column
    return PriceColumns(
        columns=tuple(columns),
        by_place=by_place,
        systems=tuple(systems.values()) if len(systems) > 1 else (),
    )


def _texts_over(position: int, heads: Sequence[SheetLine], positions: Sequence[int]) -> list[str]:
    """Return the headings over one column; a cell over all of them is the table's title."""
    return [
        plain(cell.text)
        for head in heads
        for cell in head.cells
        if cell.column <= position < cell.column + cell.span
        and (
            len(positions) == 1
            or not all(cell.column <= other < cell.column + cell.span for other in positions)
        )
    ]


def _text_columns(
    rows: Sequence[SheetLine], heads: Sequence[SheetLine], names: SheetNames
) -> PriceColumns:
    count = len(rows[0].values)
    for row in rows:
        if len(row.values) != count:
            raise _vary(row, len(row.values), count)
    columns = [PriceColumn(number=place + 1) for place in range(count)]
    systems: tuple[FoundSystem, ...] = ()
    for head in heads if count > 1 else ():
        over, said = heading_systems(head, names), find_igv(plain(head.raw))
        if len(over) == count == len({system.id for system in over}):
            systems = over
            columns = [
                replace(column, system=system.id, heading=system.name)
                for column, system in zip(columns, over, strict=True)
            ]
        if len(said) == count == len(set(said)):
            columns = [
                replace(column, igv_included=igv) for column, igv in zip(columns, said, strict=True)
            ]
    return PriceColumns(
        columns=tuple(columns),
        by_place={(0, place): column for place, column in enumerate(columns)},
        systems=systems,
    )


def _vary(row: SheetLine, columns: int, expected: int) -> PriceSheetError:
    return PriceSheetError(
        "sheet-columns-vary", line=row.number, text=row.shown, columns=columns, expected=expected
    )
