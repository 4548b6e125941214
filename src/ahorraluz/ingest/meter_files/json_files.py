"""JSON with readings over time to channels; states of a moment are told apart and refused."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ahorraluz.core.issues import Issue
from ahorraluz.core.readings.channels import MeterFile
from ahorraluz.ingest.meter_files.content import Content, MeterFileError, content_of_bytes
from ahorraluz.ingest.meter_files.json_load import Json, load_json
from ahorraluz.ingest.meter_files.json_tables import JsonTable, Scalar, tables_of
from ahorraluz.ingest.meter_files.options import ReadOptions, Stamp
from ahorraluz.ingest.meter_files.series import distinct

MOST_TABLES = 200
"""Series of one document."""
MAX_STATE_DEPTH = 6
STATE_KEYS = frozenset(
    {
        # Enphase, Emporia, Fronius
        *("wattHoursLifetime", "wattsNow", "whLifetime", "wNow", "whToday", "deviceListUsages"),
        *("P_Grid", "P_Load", "PowerReal_P_Sum", "DAY_ENERGY"),
        # HomeWizard, Shelly of both generations
        *("smr_version", "active_power_w", "total_power_import_kwh", "energy_import_kwh"),
        *("total_act_power", "a_act_power", "apower", "aenergy", "act_power", "em:0", "switch:0"),
        *("emeters", "relays", "wifi_sta", "NotifyStatus"),
        # Tasmota, zigbee2mqtt, MQTT in general
        *("ENERGY", "StatusSNS", "linkquality"),
    }
)
"""Keys that only a device's account of this moment has."""
ENPHASE_COLUMNS: Mapping[str, str] = {
    "wh_del": "production [Wh]",
    "enwh": "production [Wh]",
    "powr": "production [W]",
}
"""Columns of Enphase whose name says too little."""
ENPHASE_ALONE = "consumption [Wh]"
"""What ``enwh`` is where no power stands beside it: the answer about consumption."""
UNITS = frozenset({"", "wh", "kwh", "mwh", "w", "kw", "mw"})
"""Units of electric energy and power; a list that names another one measures something else."""
SOLAREDGE = ("energy", "power", "energyDetails", "powerDetails")


def is_json(text: bytes) -> bool:
    """Tell whether a file begins like JSON or JSON lines."""
    begun = text[:64].lstrip()
    if begun.startswith((b"\xff\xfe{", b"\xff\xfe[", b"\xfe\xff\x00{", b"\xfe\xff\x00[")):
        return True
    return begun[:1] == b"{" or (begun[:1] == b"[" and begun[1:].lstrip()[:1] in b'{[]"-0123456789')


def parse_json(content: Content, options: ReadOptions) -> MeterFile:
    """Return what a JSON file says.

    Parameters
    ----------
    content
        A document, or one document a line.
    options
        As for a table; each list of readings is read as one.

    Raises
    ------
    MeterFileError
        Those of :func:`~ahorraluz.ingest.meter_files.json_load.load_json` and of a table;
        ``meter-file-is-state``: the account of a moment; ``meter-file-no-readings``.
    """
    document = load_json(content)
    tables = tables_of(document)[: MOST_TABLES + 1]
    if _is_state(document, MAX_STATE_DEPTH):
        raise MeterFileError("meter-file-is-state", file=content.name)
    if not tables:
        raise MeterFileError("meter-file-no-readings", file=content.name)
    if len(tables) > MOST_TABLES:
        raise MeterFileError("meter-file-too-many-parts", file=content.name)
    zone = options.zone or next((table.zone for table in tables if table.zone), None)
    return _read(tables, content, replace(options, zone=zone), maker=_maker(document))


def _is_state(node: Json, depth: int) -> bool:
    """Tell whether a document is what a device says of itself at a moment."""
    if depth == 0:
        return False
    if isinstance(node, dict):
        if not STATE_KEYS.isdisjoint(node):
            return True
        if "topic" in node and "payload" in node:
            return True
        return any(_is_state(value, depth - 1) for value in node.values())
    # The first of a list stand for all of them.
    return isinstance(node, list) and any(_is_state(value, depth - 1) for value in node[:10])


def _maker(document: Json) -> str:
    """Return the id of the format: whose JSON it is."""
    if isinstance(document, dict):
        for key in SOLAREDGE:
            inner = document.get(key)
            if isinstance(inner, dict) and "timeUnit" in inner:
                return "solaredge"
        if "system_id" in document:
            return "enphase"
    return "json"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sheet:
    """Tables with the same columns, as one table in text."""

    header: tuple[str, ...]
    rows: list[Sequence[Scalar]]
    ends_only: bool


def _read(
    tables: Sequence[JsonTable], content: Content, options: ReadOptions, *, maker: str
) -> MeterFile:
    """Return what the tables say together."""
    files: list[MeterFile] = []
    refused: list[MeterFileError] = []
    electric = [table for table in tables if table.unit.casefold() in UNITS]
    if not electric:
        raise MeterFileError("meter-file-not-electricity", file=content.name)
    for sheet in _sheets(electric, maker=maker):
        try:
            files.append(_read_sheet(sheet, content, options))
        except MeterFileError as error:
            refused.append(error)
    if not files:
        raise refused[0]
    channels = [channel for file in files for channel in file.channels]
    names = distinct([channel.id for channel in channels])
    return replace(
        files[0],
        format=maker,
        channels=tuple(replace(c, id=name) for c, name in zip(channels, names, strict=True)),
        rows=sum(len(table.rows) for table in tables),
        issues=(*_left_out(tables), *(issue for file in files for issue in file.issues)),
        broken_rows=sum(file.broken_rows for file in files),
    )


def _left_out(tables: Sequence[JsonTable]) -> list[Issue]:
    names = [f"{t.name} [{t.unit}]" for t in tables if t.unit.casefold() not in UNITS]
    return [Issue(code="meter-file-left-out", parameters={"names": names})] if names else []


def _sheets(tables: Sequence[JsonTable], *, maker: str) -> list[_Sheet]:
    """Return the tables by their columns, each row with the name and unit of its table."""
    sheets: dict[tuple[str, ...], _Sheet] = {}
    for given in tables:
        table = _enphase(given) if maker == "enphase" else given
        # Fronius calls the energy of five minutes a sum, which elsewhere is a counter.
        name = table.name.replace("_Sum_", "_")
        if maker == "solaredge" and _is_plain(table):
            name = "production"
        said = [(name, "statistic_id"), (table.unit, "unit")]
        before = [text for text, _ in said if text]
        header = (*(label for text, label in said if text), *table.header)
        sheet = sheets.setdefault(
            header, _Sheet(header=header, rows=[], ends_only=table.header[:1] == ("end",))
        )
        sheet.rows.extend([*before, *row] for row in table.rows)
    return list(sheets.values())


def _enphase(table: JsonTable) -> JsonTable:
    """Return a table of Enphase with columns that say what they are; energy before power."""
    header = table.header
    if not ENPHASE_COLUMNS.keys() & set(header):
        return replace(table, name="", unit=table.unit or "Wh")
    names = dict(ENPHASE_COLUMNS)
    if "powr" not in header:
        names["enwh"] = ENPHASE_ALONE
    kept = [at for at, name in enumerate(header) if name != "powr" or "enwh" not in header]
    return replace(
        table,
        name="",
        header=tuple(names.get(header[at], header[at]) for at in kept),
        rows=[[row[at] for at in kept] for row in table.rows],
    )


def _is_plain(table: JsonTable) -> bool:
    """Tell whether SolarEdge names no meter: what it has is then what the panels made."""
    return table.name in ("", *SOLAREDGE)


def _read_sheet(sheet: _Sheet, content: Content, options: ReadOptions) -> MeterFile:
    from ahorraluz.ingest.meter_files.tabular import parse_table

    written = io.StringIO(newline="")
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(sheet.header)
    writer.writerows(sheet.rows)
    if sheet.ends_only and options.stamp is None:
        options = replace(options, stamp=Stamp.END)
    text = content_of_bytes(written.getvalue().encode(), name=content.name)
    return parse_table(text, options)
