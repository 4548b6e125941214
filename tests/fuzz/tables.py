"""Tables of many homes: of fleets, of clients, and the small ones beside them."""

import gzip
import io
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from tests.fuzz.cutting import Cut
from tests.fuzz.refusing import hold, kept, refused, scratch, tell

from ahorraluz.ingest.bill_tables import read_bills
from ahorraluz.ingest.client_tables import read_sheets
from ahorraluz.ingest.cohorts import read_cohorts
from ahorraluz.ingest.fleet_tables import FleetTable, open_homes, open_readings
from ahorraluz.ingest.panels import read_panel
from ahorraluz.ingest.population import read_population
from ahorraluz.ingest.temperatures import read_temperatures
from ahorraluz.services.portfolio.columns import guess, join_sheets
from ahorraluz.services.portfolio.rows import read_rows
from ahorraluz.services.validate_tables import validate_tables

AS_OF = date(2026, 11, 24)
COLUMNS = (
    "household_id",
    "distributor",
    "system",
    "option",
    "start",
    "end",
    "kwh",
    "step_s",
    "timestamp",
)
TYPES = (pa.string(), pa.float32(), pa.float64(), pa.int64(), pa.date32(), pa.bool_(),
         pa.timestamp("us", "UTC"), pa.timestamp("ms"), pa.list_(pa.float32()), pa.binary(),
         pa.decimal128(20, 6))  # fmt: skip


def fleet_homes(data: bytes) -> None:
    """Read bytes as the table of homes of a fleet."""
    _batches(_table(data), open_homes)


def fleet_readings(data: bytes) -> None:
    """Read bytes as readings or recibos of a fleet."""
    _batches(_table(data), open_readings)


def _batches(path: Path, opened: Callable[[Path], FleetTable]) -> None:
    table = refused(lambda: opened(path))
    if table is None:
        return
    rows = refused(lambda: list(table.batches()))
    for batch in rows or ():
        hold(batch.schema.equals(table.schema), "a batch of another form")


def validated(data: bytes) -> None:
    """Read bytes as both tables of ``data validate``; the second begins after a form feed."""
    homes, _, readings = data.partition(b"\x0c")
    here, there = scratch() / "v-homes", scratch() / "v-readings"
    checked = refused(
        lambda: validate_tables(
            _table(homes, name=here.name), _table(readings, name=there.name), as_of=AS_OF
        )
    )
    if checked is not None:
        if checked.issues:
            tell(tuple(checked.issues))
        hold(checked.sound == (checked.counts.total() == 0), "sound and its faults disagree")


def _table(data: bytes, name: str = "table") -> Path:
    """Write a table: text, packed text, or Parquet that is cut out of the bytes."""
    kind, body = (data[:1] or b"\0")[0] % 4, data[1:]
    for end in (".csv", ".csv.gz", ".parquet"):
        (scratch() / f"{name}{end}").unlink(missing_ok=True)
    match kind:
        case 0:
            return kept(f"{name}.csv", body)
        case 1:
            return kept(f"{name}.csv.gz", gzip.compress(body, mtime=0))
        case 2:
            return kept(f"{name}.parquet", body)
        case _:
            return kept(f"{name}.parquet", _parquet(Cut(body)))


def _parquet(cut: Cut) -> bytes:
    rows = cut.whole(0, 6)
    columns = {}
    for _ in range(cut.whole(0, 5)):
        kind = cut.one_of(TYPES)
        cells = [_cell(cut, kind) for _ in range(rows)]
        columns[cut.one_of(COLUMNS)] = pa.array(cells, kind)
    file = io.BytesIO()
    pq.write_table(pa.table(columns), file)
    return file.getvalue()


def _cell(cut: Cut, kind: pa.DataType) -> object:
    if cut.whole(0, 5) == 0:
        return None
    number = cut.whole(-(2**40), 2**40)
    if pa.types.is_string(kind):
        return cut.one_of(("a", "nan", "2026-01-01", "luz-del-sur", "1.5", "", cut.text(12)))
    if pa.types.is_binary(kind):
        return cut.raw(6)
    if pa.types.is_floating(kind):
        return cut.one_of((float("nan"), float("inf"), -1.0, 1e300, number / 1000))
    if pa.types.is_list(kind):
        return [float(cut.whole(-5, 50)) for _ in range(cut.whole(0, 4))]
    if pa.types.is_date(kind):
        return cut.day()
    if pa.types.is_boolean(kind):
        return cut.yes()
    if pa.types.is_decimal(kind):
        return cut.decimal(10**6)
    return number


def client_table(data: bytes) -> None:
    """Read bytes as a consultant's table of clients, its columns guessed."""
    sheets = refused(lambda: read_sheets(data, name="clientes"))
    if sheets is None:
        return
    table = refused(lambda: join_sheets(sheets))
    if table is None or len(table.rows) > 30:
        return
    rows = refused(
        lambda: read_rows(table, guess(table.columns), known_labels=("Casa",), as_of=AS_OF)
    )
    for row in rows or ():
        hold(not (row.pairs and row.issues), "a row both right and wrong")
        if row.issues:
            tell(row.issues)


def small_table(data: bytes) -> None:
    """Read bytes as one of the tables beside: bills, panels, cohorts, temperatures, populations."""
    kind, body = (data[:1] or b"\0")[0] % 5, data[1:]
    if kind == 4:
        refused(lambda: read_population(body))
        return
    read: Callable[[Path], object] = (read_bills, read_panel, read_cohorts, read_temperatures)[kind]
    refused(lambda: read(kept("small.csv", body)))
