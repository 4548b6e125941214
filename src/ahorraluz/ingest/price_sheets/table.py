"""Tables parted by commas, semicolons, bars or tabs: this project's columns, or a sheet's grid."""

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from ahorraluz.core.issues import Issue, Parameter, Severity
from ahorraluz.ingest.price_sheets.charges import (
    CHARGES,
    NON_RESIDENTIAL,
    SEGMENTS,
    SUPPORTED_OPTIONS,
    UNDIVIDED_OPTIONS,
    bracket_of,
    charge_of,
    customer_of,
    option_codes,
)
from ahorraluz.ingest.price_sheets.identify import known_systems, mentions
from ahorraluz.ingest.price_sheets.lines import grid_line
from ahorraluz.ingest.price_sheets.recognise import MAX_ISSUES, in_soles, units_of
from ahorraluz.ingest.price_sheets.sheet import (
    MAX_SHOWN,
    Cell,
    FoundSystem,
    Page,
    PriceColumn,
    PriceSheet,
    PriceSheetError,
    PrintedPrice,
    SheetKind,
    SheetNames,
    check_length,
)
from ahorraluz.ingest.price_sheets.words import (
    BLANKS,
    Unit,
    clean,
    find_days,
    find_igv,
    find_units,
    number,
    plain,
    slug,
)

DELIMITERS = ("\t", ";", "|", ",")
HEADER_ROWS = 15
"""How many rows may stand above the header of a table."""
MAX_CELL = 4_000

COLUMN_NAMES: Mapping[str, tuple[str, ...]] = {
    "distributor": ("distributor", "distribuidora", "distribuidor", "empresa", "concesionaria"),
    "system": ("system", "sector system", "sistema", "sistema electrico"),
    "start": (
        *("start", "valid from", "vigencia", "vigente desde", "vigencia desde", "valido desde"),
        *("desde", "fecha", "fecha de vigencia", "inicio", "fecha de inicio"),
    ),
    "option": ("option", "opcion", "opcion tarifaria", "tarifa"),
    "segment": ("segment", "segmento", "tramo", "rango", "usuario", "cliente", "bloque"),
    "charge": ("charge", "cargo", "concepto", "descripcion"),
    "unit": ("unit", "unidad", "unidades"),
    "value": (
        *("value", "valor", "precio", "importe", "monto", "precio sin igv", "precio con igv"),
        *("valor sin igv", "valor con igv", "tarifa sin igv", "tarifa con igv"),
    ),
    "igv": ("igv included", "igv incluido", "incluye igv", "igv"),
    "status": ("status", "estado"),
}
NEEDED = ("option", "segment", "charge", "unit", "value")
MARKS = ("option", "charge", "value")
"""The header of a list of prices has two of these, and the option among them ..."""
MANY = 5
"""... or so many known columns that a missing option is a slip, not a table with headings."""
SPANISH = {
    "option": "opcion",
    "segment": "segmento",
    "charge": "cargo",
    "unit": "unidad",
    "value": "valor",
}
YES = ("yes", "si", "s", "y", "true", "1", "con igv", "incluido")
IN_FORCE = ("", "in-force", "vigente", "en vigencia")
NO = ("no", "n", "false", "0", "sin igv", "no incluido")


def split_table(text: str) -> tuple[list[list[str]], str] | None:
    """Return the rows of a delimited text with its delimiter, or ``None`` for plain text."""
    lines = [line for line in text.splitlines() if line.strip()]
    check_length(len(lines))
    best: tuple[int, str, list[list[str]]] | None = None
    for delimiter in DELIMITERS:
        if sum(delimiter in line for line in lines) < max(2, len(lines) // 2):
            continue
        rows = _rows(text, delimiter)
        even = sum(len(row) >= 3 for row in rows)
        has_header = _header(rows) is not None
        if (has_header or even * 2 >= len(rows)) and (best is None or even > best[0]):
            best = (even, delimiter, rows)
    return None if best is None else (best[2], best[1])


def _rows(text: str, delimiter: str) -> list[list[str]]:
    reader = csv.reader(text.splitlines(), delimiter=delimiter)
    rows: list[list[str]] = []
    try:
        rows += [[clean(cell[:MAX_CELL]) for cell in row] for row in reader]
    except csv.Error:  # a field longer than the reader takes, or a stray NUL
        return []
    return rows


@dataclass(frozen=True, slots=True, kw_only=True)
class _Header:
    """The header of a list of prices."""

    row: int
    columns: Mapping[str, int]
    """Place of each column that was recognised, by its name here."""
    printed: tuple[str, ...]
    igv: bool | None
    """What the heading of the value column says of IGV."""


def _header(rows: Sequence[Sequence[str]]) -> _Header | None:
    for place, row in enumerate(rows[:HEADER_ROWS]):
        words = [re.sub(r"[_.:()]+", " ", plain(cell)).strip() for cell in row]
        columns: dict[str, int] = {}
        for name, ways in COLUMN_NAMES.items():
            for position, word in enumerate(words):
                if word in ways and name not in columns and position not in columns.values():
                    columns[name] = position
        marks = sum(name in columns for name in MARKS)
        if marks >= 2 and ("option" in columns or len(columns) >= MANY):
            said = find_igv(words[columns["value"]]) if "value" in columns else []
            return _Header(
                row=place, columns=columns, printed=tuple(row), igv=said[0] if said else None
            )
    return None


def parse_list(rows: Sequence[Sequence[str]], names: SheetNames) -> PriceSheet | None:
    """Return the prices of a table that has one price per row, ``None`` for any other table.

    Raises
    ------
    PriceSheetError
        ``sheet-column-missing``, or for single rows ``sheet-row-length`` and
        ``sheet-cell-unknown``: the first ten at once.
    """
    header = _header(rows)
    if header is None:
        return None
    for name in NEEDED:
        if name not in header.columns:
            raise PriceSheetError(
                "sheet-column-missing",
                column=SPANISH[name],
                found=[cell[:30] for cell in header.printed if cell][:20],
            )
    return _List(header=header, names=names).read(rows)


def parse_grid(rows: Sequence[Sequence[str]], *, delimiter: str) -> Page:
    """Return a delimited table as rows of cells, for a sheet kept in a spreadsheet.

    Raises
    ------
    PriceSheetError
        ``sheet-decimal-comma``: commas part the columns and no number has decimals, so
        a comma may have been part of the prices.
    """
    lines = tuple(
        grid_line(place, [Cell(column=column, text=cell) for column, cell in enumerate(row)])
        for place, row in enumerate(rows, start=1)
    )
    numbers = [text for line in lines for _, text in line.values]
    if delimiter == "," and numbers and not any("." in text or "," in text for text in numbers):
        raise PriceSheetError("sheet-decimal-comma")
    return Page(kind=SheetKind.TABLE, lines=tuple(line for line in lines if line.raw))


class _List:
    """The rows of a list of prices."""

    def __init__(self, *, header: _Header, names: SheetNames) -> None:
        self.header = header
        self.names = names
        self.issues: list[Issue] = []
        self.ignored: list[str] = []
        self.ignored_charges: list[str] = []
        self.systems: dict[str, FoundSystem] = {}

    def read(self, rows: Sequence[Sequence[str]]) -> PriceSheet:
        """Return every price of the list, or raise all that is wrong."""
        prices = []
        for line, row in enumerate(rows[self.header.row + 1 :], start=self.header.row + 2):
            if not any(row):
                continue
            if len(row) != len(self.header.printed):
                self._refuse(
                    "sheet-row-length", line, cells=len(row), columns=len(self.header.printed)
                )
                continue
            price = self._price(row, line)
            if price is not None:
                prices.append(price)
        if self.issues:
            raise PriceSheetError.of(self.issues[:MAX_ISSUES])
        if not prices:
            raise PriceSheetError(
                "sheet-no-prices", options=list(SUPPORTED_OPTIONS), ignored=self.ignored or ["—"]
            )
        above = [plain(" ".join(row)) for row in rows[: self.header.row]]
        return PriceSheet(
            kind=SheetKind.TABLE,
            prices=tuple(prices),
            columns=(PriceColumn(number=1, igv_included=self.header.igv),),
            distributors=tuple(
                dict.fromkeys(name for text in above for name in mentions(text, self.names))
            ),
            systems=tuple(self.systems.values())
            or tuple(system for text in above for system in known_systems(text, self.names)),
            starts=tuple(dict.fromkeys(day for text in above for day, _ in find_days(text))),
            igv=tuple(dict.fromkeys(said for text in above for said in find_igv(text))),
            ignored_options=tuple(self.ignored),
            ignored_charges=tuple(self.ignored_charges),
        )

    def _price(self, row: Sequence[str], line: int) -> PrintedPrice | None:
        option = self._option(row, line)
        value_text = self._cell(row, "value")
        if option is None or plain(value_text) in BLANKS:
            return None
        if plain(self._cell(row, "status")) not in IN_FORCE:
            self._bad_cell("status", row, line)
            return None
        segment, charge = self._segment(row, line, option), self._charge(row, line)
        value, unit = number(plain(value_text)), self._unit(row)
        if value is None:
            self._bad_cell("value", row, line)
        if segment is None or charge is None or value is None:
            return None
        if unit not in units_of(charge):
            self._bad_cell("unit", row, line)
            return None
        stated_unit, soles = in_soles(charge, unit, value)
        return PrintedPrice(
            option=option,
            segment=segment,
            charge=charge,
            unit=stated_unit,
            value=soles,
            column=1,
            line=line,
            label=" · ".join(cell for cell in row if cell)[:MAX_SHOWN],
            distributor=self._distributor(row),
            system=self._system(row),
            start=self._start(row, line),
            igv_included=self._igv(row, line),
        )

    def _cell(self, row: Sequence[str], name: str) -> str:
        place = self.header.columns.get(name)
        return "" if place is None else row[place]

    def _option(self, row: Sequence[str], line: int) -> str | None:
        codes = option_codes(plain(self._cell(row, "option")))
        if len(codes) != 1:
            self._bad_cell("option", row, line)
            return None
        if codes[0] not in SUPPORTED_OPTIONS:
            self.ignored += [codes[0]] if codes[0] not in self.ignored else []
            return None
        return codes[0]

    def _segment(self, row: Sequence[str], line: int, option: str) -> str | None:
        text = self._cell(row, "segment")
        if text in SEGMENTS:
            return text
        words = plain(text)
        if option in UNDIVIDED_OPTIONS or customer_of(words) == NON_RESIDENTIAL:
            return NON_RESIDENTIAL
        bracket = bracket_of(words if "kwh" in words else f"{words} kwh")
        if bracket is None or bracket.segment is None:
            self._bad_cell("segment", row, line)
            return None
        return bracket.segment

    def _charge(self, row: Sequence[str], line: int) -> str | None:
        text = self._cell(row, "charge")
        charge = text if text in CHARGES else charge_of(plain(text))
        if charge is None:
            words = plain(text)
            if "potencia" in words or "reactiva" in words:
                self.ignored_charges += [words] if words not in self.ignored_charges else []
            else:
                self._bad_cell("charge", row, line)
        return charge

    def _unit(self, row: Sequence[str]) -> Unit:
        units = find_units(plain(self._cell(row, "unit")))
        return units[0].unit if units else Unit.OTHER

    def _distributor(self, row: Sequence[str]) -> str | None:
        text = self._cell(row, "distributor")
        if not text:
            return None
        found = [text] if text in self.names.distributors else mentions(plain(text), self.names)
        # A name nobody knows stays in sight, so that the choice can say it.
        return found[0] if len(found) == 1 else f"? {text[:MAX_SHOWN]}"

    def _system(self, row: Sequence[str]) -> str | None:
        text = self._cell(row, "system")
        if not slug(text):
            return None
        known = {
            FoundSystem(id=system, name=name, distributor=distributor)
            for (distributor, system), name in self.names.systems.items()
            if slug(text) in (system, slug(name))
        }
        found = FoundSystem(id=slug(text), name=text[:MAX_SHOWN])
        if len(known) == 1:
            found = known.pop()
        self.systems.setdefault(found.id, found)
        return found.id

    def _start(self, row: Sequence[str], line: int) -> date | None:
        text = self._cell(row, "start")
        days = [day for day, _ in find_days(plain(text))]
        if text and len(days) != 1:
            self._bad_cell("start", row, line)
        return days[0] if days else None

    def _igv(self, row: Sequence[str], line: int) -> bool | None:
        words = plain(self._cell(row, "igv"))
        if words in YES or words in NO:
            return words in YES
        if words:
            self._bad_cell("igv", row, line)
        return self.header.igv

    def _bad_cell(self, name: str, row: Sequence[str], line: int) -> None:
        place = self.header.columns.get(name)
        heading = name if place is None else self.header.printed[place]
        self._refuse(
            "sheet-cell-unknown", line, column=heading, value=self._cell(row, name)[:MAX_SHOWN]
        )

    def _refuse(self, code: str, line: int, **parameters: Parameter) -> None:
        self.issues.append(
            Issue(code=code, severity=Severity.ERROR, parameters={"line": line, **parameters})
        )
