"""The same table gets the same verdict by ``fleet score`` and by ``data validate``."""

import gzip
from datetime import date
from importlib.util import find_spec
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.fleet_town import Here, homes_table

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.ingest.fleet_tables import open_homes, open_readings
from ahorraluz.services.fleet.runs import FleetRequest, score_fleet
from ahorraluz.services.toolbox import open_toolbox
from ahorraluz.services.validate_tables import validate_tables
from ahorraluz.settings import Settings

pytestmark = pytest.mark.skipif(find_spec("pandera") is None, reason="pandera is not installed")

AS_OF = date(2026, 11, 24)
HOMES = "household_id,distributor\n{home},luz-del-sur\n"
BILLS = "household_id,start,end,kwh\n{home},2026-01-01,2026-02-01,100\n"
DEEP = 20_000
"""Rows before the one that is looked for: further than one look of either reader."""


def fleet_verdict(homes: Path, readings: Path) -> str:
    """Return what reading for ``fleet score`` says: a refusal, or how many rows have a home."""
    try:
        tables = open_homes(homes), open_readings(readings)
        rows = [batch for table in tables for batch in table.batches()]
    except AhorraLuzError as error:
        return error.issue.code.partition("-")[2]
    known = sum(batch.num_rows - batch.column("household_id").null_count for batch in rows)
    return f"{known} of {sum(batch.num_rows for batch in rows)}"


def validate_verdict(homes: Path, readings: Path) -> str:
    """Return the same of ``data validate``."""
    try:
        found = validate_tables(homes, readings, as_of=AS_OF)
    except AhorraLuzError as error:
        return error.issue.code.partition("-")[2]
    empty = sum(
        issue.code == "tables-cell-empty" and issue.parameters["column"] == "household_id"
        for issue in found.issues
    )
    rows = found.homes + found.readings
    return f"{rows - empty} of {rows}"


def written(folder: Path, *, home: str = "a", encoding: str = "utf-8") -> tuple[Path, Path]:
    folder.mkdir(exist_ok=True)
    homes, readings = folder / "homes.csv", folder / "bills.csv"
    homes.write_text(HOMES.format(home="a"), "utf-8")
    readings.write_text(BILLS.format(home=home), encoding)
    return homes, readings


@pytest.mark.parametrize("home", ["a", "nan", "NaN", "", "nana", "Nan Soto", "null"])
def test_an_id_is_one_to_both_or_to_none(tmp_path: Path, home: str) -> None:
    tables = written(tmp_path, home=home)

    assert fleet_verdict(*tables) == validate_verdict(*tables)


@pytest.mark.parametrize("home", ["nan", "NaN", "NAN"])
def test_where_a_program_knew_no_home_there_is_none(tmp_path: Path, home: str) -> None:
    homes, readings = written(tmp_path)
    table = pa.table(
        {
            "household_id": ["a", home],
            "start": pa.array([date(2026, 1, 1)] * 2),
            "end": pa.array([date(2026, 2, 1)] * 2),
            "kwh": [100.0, 50.0],
        }
    )
    pq.write_table(table, tmp_path / "bills.parquet")

    assert fleet_verdict(homes, tmp_path / "bills.parquet") == "2 of 3"
    assert validate_verdict(homes, tmp_path / "bills.parquet") == "2 of 3"
    assert readings.exists()


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "packed"])
def test_another_encoding_deep_in_a_table_is_told_by_both(tmp_path: Path, *, packed: bool) -> None:
    homes, readings = written(tmp_path)
    row = BILLS.format(home="a").splitlines()[1]
    content = (BILLS.format(home="a") + f"{row}\n" * DEEP).encode() + b"\xe1,2026-01-01,x,1\n"
    readings.write_bytes(gzip.compress(content, mtime=0) if packed else content)

    assert fleet_verdict(homes, readings) == "not-utf8"
    assert validate_verdict(homes, readings) == "not-utf8"


@pytest.mark.parametrize(
    "head",
    [
        pytest.param("\ufeffhousehold_id,start,end,kwh", id="a mark of its order"),
        pytest.param('"Household_ID" , "Start","END",kWh', id="quoted, in capitals"),
        pytest.param("household_id;start;end;kwh", id="semicolons"),
        pytest.param("household_id\tstart\tend\tkwh", id="tabs"),
    ],
)
def test_a_head_is_read_alike(tmp_path: Path, head: str) -> None:
    homes, readings = written(tmp_path)
    sign = next((sign for sign in ";\t" if sign in head), ",")
    row = BILLS.format(home="a").splitlines()[1].replace(",", sign)
    readings.write_text(f"{head}\n{row}\n", "utf-8")

    assert fleet_verdict(homes, readings) == validate_verdict(homes, readings) == "2 of 2"


def test_a_folder_is_the_same_files_to_both(tmp_path: Path) -> None:
    homes, _ = written(tmp_path)
    for name in ("bills/2026/a.csv", "bills/b.csv", "bills/._b.csv", "bills/_started.csv"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(BILLS.format(home="a").replace("2026-01", name[6:7] + "x"))
    for place, day in (("bills/2026/a.csv", "2026-03"), ("bills/b.csv", "2026-05")):
        (tmp_path / place).write_text(
            f"household_id,start,end,kwh\na,{day}-01,{day}-28,5\n", encoding="utf-8"
        )

    verdicts = fleet_verdict(homes, tmp_path / "bills"), validate_verdict(homes, tmp_path / "bills")

    assert verdicts == ("3 of 3", "3 of 3")


def test_another_encoding_deep_in_the_recibos_leaves_no_folder_behind(tmp_path: Path) -> None:
    _, readings = written(tmp_path)
    row = BILLS.format(home="a").splitlines()[1]
    readings.write_bytes(BILLS.encode() + f"{row}\n".encode() * DEEP + b"\xe1,2026-01-01,x,1\n")
    pq.write_table(homes_table(2), tmp_path / "homes.parquet")
    asked = FleetRequest(
        homes=tmp_path / "homes.parquet", readings=readings, out=tmp_path / "out", as_of=AS_OF
    )

    with pytest.raises(AhorraLuzError) as refused:
        score_fleet(asked, engine=Here(), tools=open_toolbox(Settings(data_dir=tmp_path / "data")))

    assert refused.value.issue.code == "fleet-not-utf8"
    assert not (tmp_path / "out").exists()
