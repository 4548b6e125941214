"""Which column of a table of clients is what: guessed by its name, and set right by a person."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ahorraluz.catalog.distributors import squeeze
from ahorraluz.ingest.client_tables import Sheet

LABEL, HISTORY, APPLIANCES, PROVINCE = "label", "hk", "a", "province"
"""A client's name, earlier recibos, which may be many columns, appliances, and the province, by
which districts of one name are told apart."""
SYNONYMS: Mapping[str, tuple[str, ...]] = {
    LABEL: ("nombre", "cliente", "hogar", "titular", "name", "client", "home", "codigo", "code"),
    "dep": ("departamento", "department", "region"),
    PROVINCE: ("provincia", "province"),
    "di": ("distrito", "district", "ubigeo"),
    "d": ("distribuidora", "empresa", "concesionaria", "distributor", "utility"),
    "s": ("sistema", "sistemaelectrico", "system", "electricsystem"),
    "k": ("kwh", "consumo", "energia", "consumption", "ultimoconsumo", "latestkwh", "energy"),
    "t": ("total", "totalapagar", "monto", "importe", "amount", "totaltopay"),
    "o": ("opcion", "opciontarifaria", "tarifa", "tariff", "option", "tariffoption"),
    "f": ("lecturaanterior", "desde", "from", "start", "previousreading"),
    "h": ("lecturaactual", "hasta", "to", "end", "presentreading"),
    "p": ("preciokwh", "precioenergia", "price", "pricekwh"),
    "ph": ("personas", "habitantes", "people", "persons"),
    "te": ("tenencia", "vivienda", "tenure"),
    "ro": ("techo", "roof"),
    "pk": ("paneles", "kwp", "panels"),
    "fu": ("cocina", "cooking", "fuel"),
    APPLIANCES: ("aparatos", "artefactos", "equipos", "appliances"),
    "hm": ("hogaresenelmedidor", "homesonmeter"),
    "bu": ("presupuesto", "budget"),
    HISTORY: ("historial", "kwhanteriores", "recibosanteriores", "history", "earlierkwh"),
}
"""Names of columns, squeezed, by the parameter of the pages that they fill."""
FIELDS = tuple(SYNONYMS)
SHORTEST_INSIDE = 5
"""Letters from which a name counts where it stands inside another."""
HEADER_ROWS = 10
SAMPLES = 3
_MONTH = re.compile(
    r"(?:kwh)?(?:ene|feb|mar|abr|may|jun|jul|ago|set|sep|oct|nov|dic|jan|apr|aug|dec)[a-z]*\d{0,4}"
)
_NUMBERED = re.compile(r"(?:kwh|mes|month|consumo)\d{1,2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a file, or of several files with a column of that name."""

    name: str
    samples: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row, its cells in the order of the columns of all files."""

    file: str
    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """All rows of all sheets under one header."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


def join_sheets(sheets: Sequence[Sheet]) -> Table:
    """Return the rows of several sheets under one header; columns of one name are one column."""
    names: dict[str, str] = {}
    found: list[tuple[Sheet, int, tuple[str, ...]]] = []
    for sheet in sheets:
        if not sheet.rows:
            continue
        at = _header(sheet)
        keys = _keys(sheet.rows[at][1])
        for key, cell in zip(keys, sheet.rows[at][1], strict=True):
            names.setdefault(key, cell or key)
        found.append((sheet, at, keys))
    place = {key: number for number, key in enumerate(names)}
    rows = []
    for sheet, at, keys in found:
        for line, cells in sheet.rows[at + 1 :]:
            laid = [""] * len(names)
            for key, cell in zip(keys, cells, strict=False):
                laid[place[key]] = cell
            rows.append(Row(file=sheet.name, line=line, cells=tuple(laid)))
    columns = tuple(
        Column(name=name, samples=_samples(rows, number))
        for number, name in enumerate(names.values())
    )
    return Table(columns=columns, rows=tuple(rows))


def guess(columns: Sequence[Column]) -> tuple[str, ...]:
    """Return the parameter that each column fills by its name, empty where none is known.

    Examples
    --------
    >>> guess([Column(name=n, samples=()) for n in ("Cliente", "kWh", "Enero 2026", "Color")])
    ('label', 'k', 'hk', '')
    """
    taken: set[str] = set()
    guessed = []
    for column in columns:
        field = _field_of(column.name)
        if field in taken and field != HISTORY:
            field = ""
        taken.add(field)
        guessed.append(field)
    return tuple(guessed)


def _field_of(name: str) -> str:
    squeezed = squeeze(name)
    for field, synonyms in SYNONYMS.items():
        if squeezed in synonyms:
            return field
    if _MONTH.fullmatch(squeezed) or _NUMBERED.fullmatch(squeezed):
        return HISTORY
    inside = [
        (len(synonym), field)
        for field, synonyms in SYNONYMS.items()
        for synonym in synonyms
        if len(synonym) >= SHORTEST_INSIDE and synonym in squeezed
    ]
    return max(inside)[1] if inside else ""


def _header(sheet: Sheet) -> int:
    """Return the place of the row that names the columns: most of its names are known."""
    first = sheet.rows[:HEADER_ROWS]
    known = [sum(bool(_field_of(cell)) for cell in cells) for _, cells in first]
    return known.index(max(known))


def _keys(cells: Sequence[str]) -> tuple[str, ...]:
    """Return by what each column is told apart: its name, numbered where it comes again."""
    keys: list[str] = []
    for number, cell in enumerate(cells, start=1):
        key = squeeze(cell) or f"{number}"
        keys.append(f"{key}-{number}" if key in keys else key)
    return tuple(keys)


def _samples(rows: Sequence[Row], number: int) -> tuple[str, ...]:
    different = dict.fromkeys(row.cells[number] for row in rows if row.cells[number])
    return tuple(different)[:SAMPLES]
