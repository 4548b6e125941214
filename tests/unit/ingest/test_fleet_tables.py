"""Tables of many homes come in one form whatever the file; a wrong cell stops nothing."""

import gzip
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ahorraluz.ingest.fleet_cells import bills_of
from ahorraluz.ingest.fleet_tables import (
    FleetTableError,
    Shape,
    open_homes,
    open_readings,
)

BILLS = "household_id,start,end,kwh\na,2026-01-01,2026-02-01,100.5\n"


def rows(path: Path, *, homes: bool = False) -> list[dict[str, Any]]:
    table = open_homes(path) if homes else open_readings(path)
    return [row for batch in table.batches() for row in batch.to_pylist()]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(BILLS, id="commas"),
        pytest.param(BILLS.replace(",", ";"), id="semicolons"),
        pytest.param(BILLS.replace(",", "\t"), id="tabs"),
        pytest.param("\ufeff" + BILLS, id="a mark of byte order"),
        pytest.param(BILLS.replace("\n", "\r\n"), id="lines of Windows"),
        pytest.param(BILLS.replace("start", " Start ").replace("kwh", "KWH"), id="other names"),
        pytest.param(BILLS.replace("2026-01-01", "2026-01-01T00:00:00"), id="days with hours"),
        pytest.param(
            "note,kwh,end,start,household_id\nx,100.5,2026-02-01,2026-01-01, a \n", id="order"
        ),
    ],
)
def test_a_csv_of_recibos_is_read(text: str, tmp_path: Path) -> None:
    path = tmp_path / "bills.csv"
    path.write_text(text, encoding="utf-8")

    assert rows(path) == [
        {
            "household_id": "a",
            "start": date(2026, 1, 1),
            "end": date(2026, 2, 1),
            "kwh": 100.5,
            "broken": None,
        }
    ]


def test_a_packed_csv_is_read_as_the_plain_one(tmp_path: Path) -> None:
    plain, packed = tmp_path / "a.csv", tmp_path / "a.csv.gz"
    plain.write_text(BILLS, encoding="utf-8")
    packed.write_bytes(gzip.compress(BILLS.encode()))

    assert rows(packed) == rows(plain)


def test_rows_with_too_many_columns_are_left_aside_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "bills.csv"
    path.write_text(BILLS + "b,2026-01-01\n" + BILLS.partition("\n")[2], encoding="utf-8")
    table = open_readings(path)

    read = [row for batch in table.batches() for row in batch.to_pylist()]

    assert (len(read), table.broken_rows) == (2, 1)


@pytest.mark.parametrize(
    ("cells", "broken"),
    [
        pytest.param("a,2026-01-01,2026-02-01,ten", "kwh=ten", id="energy in words"),
        pytest.param('a,2026-01-01,2026-02-01,"1,5"', "kwh=1,5", id="a decimal comma"),
        pytest.param("a,01/02/2026,2026-02-01,1", "start=01/02/2026", id="another way of days"),
        pytest.param("a,2026-01-01,2026-02-30,1", "end=2026-02-30", id="a day that is not"),
        pytest.param("a,2026-01-01,2026-02-01,", None, id="nothing"),
    ],
)
def test_a_wrong_cell_is_kept_as_text(cells: str, broken: str | None, tmp_path: Path) -> None:
    path = tmp_path / "bills.csv"
    path.write_text(f"household_id,start,end,kwh\n{cells}\n", encoding="utf-8")

    (row,) = rows(path)

    assert row["broken"] == broken
    assert None in (row["start"], row["end"], row["kwh"])


@given(text=st.text(max_size=12))
def test_no_text_stops_the_reading(text: str) -> None:
    column = pa.array([text, None, "1.5"], pa.string())
    batch = pa.record_batch({"household_id": column, "start": column, "end": column, "kwh": column})

    found = bills_of(batch).to_pylist()

    assert found[2]["kwh"] == 1.5
    assert found[1]["broken"] is None


def test_numbers_of_parquet_are_read_as_their_texts(tmp_path: Path) -> None:
    path = tmp_path / "homes.parquet"
    table = pa.table(
        {
            "household_id": pa.array([7, 8]),
            "distributor": pa.array(["seal", "seal"]).dictionary_encode(),
            "people": pa.array([3.0, None]),
            "district": pa.array([40101, None], pa.int32()),
            "budget_pen": pa.array([12.5, 3.0]),
        }
    )
    pq.write_table(table, path)

    one, other = rows(path, homes=True)

    assert (one["household_id"], one["people"], one["district"]) == ("7", "3", "40101")
    assert (one["budget_pen"], other["people"], other["option"]) == ("12.5", None, None)


@pytest.mark.parametrize(
    ("columns", "shape"),
    [
        pytest.param({"start": ["2026-01-01"], "end": ["2026-02-01"]}, Shape.BILLS, id="recibos"),
        pytest.param({"timestamp": ["2026-01-01T00:00:00Z"]}, Shape.TIDY, id="a row a reading"),
    ],
)
def test_the_columns_tell_the_shape(
    columns: dict[str, list[Any]], shape: Shape, tmp_path: Path
) -> None:
    path = tmp_path / "readings.parquet"
    pq.write_table(pa.table({"household_id": ["a"], "kwh": [1.0], **columns}), path)

    assert open_readings(path).shape is shape


@pytest.mark.parametrize(
    ("stamp", "seconds", "is_local"),
    [
        pytest.param("2026-01-01T05:00:00Z", 1767243600, False, id="UTC"),
        pytest.param("2026-01-01T00:00:00-05:00", 1767243600, False, id="with an offset"),
        pytest.param("2026-01-01 00:00:00", 1767225600, True, id="of the home's clock"),
    ],
)
def test_stamps_tell_their_clock(stamp: str, seconds: int, is_local: bool, tmp_path: Path) -> None:
    path = tmp_path / "readings.csv"
    path.write_text(f"household_id,timestamp,kwh\na,{stamp},1\na,never,1\n", encoding="utf-8")
    table = open_readings(path)

    first, second = (row for batch in table.batches() for row in batch.to_pylist())

    assert (first["start_s"], second["broken"]) == (seconds, "timestamp=never")
    assert table.clock is not None
    assert table.clock.is_local is is_local


def test_stretches_stay_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "readings.parquet"
    table = pa.table(
        {
            "household_id": ["a"],
            "start": pa.array([datetime(2026, 1, 1, 5, tzinfo=UTC)], pa.timestamp("us", tz="UTC")),
            "step_s": pa.array([3600], pa.int32()),
            "kwh": pa.array([np.array([1.5, np.nan], np.float32)], pa.list_(pa.float32())),
        }
    )
    pq.write_table(table, path)

    (row,) = rows(path)

    assert (row["start_s"], row["step_s"], row["kwh"][0]) == (1767243600, 3600, 1.5)
    assert np.isnan(row["kwh"][1])


def test_packed_readings_as_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "readings.csv"
    path.write_text("household_id,start,step_s,kwh\na,2026-01-01T00:00Z,3600,[1]\n")

    with pytest.raises(FleetTableError) as refused:
        open_readings(path)

    assert refused.value.issue.code == "fleet-packed-text"


def tidy(path: Path, *readings: str) -> Path:
    lines = ["household_id,timestamp,kwh", *readings]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def refusal(path: Path, *, homes: bool = False) -> FleetTableError:
    with pytest.raises(FleetTableError) as refused:
        rows(path, homes=homes)
    return refused.value


OFFSET, BARE = "2026-01-01T01:00:00-05:00", "2026-01-01T00:00:00"


@pytest.mark.parametrize(
    "readings",
    [
        pytest.param([f"a,{OFFSET},1", f"b,{BARE},1"], id="two homes"),
        pytest.param([f"b,{BARE},1", f"a,{OFFSET},1"], id="two homes the other way"),
        pytest.param([f"a,{BARE},1", f"a,{OFFSET},1"], id="a single home"),
    ],
)
def test_two_clocks_in_a_file_are_refused(readings: list[str], tmp_path: Path) -> None:
    path = tidy(tmp_path / "readings.csv", *readings)

    issue = refusal(path).issue

    assert issue.code == "fleet-clock-mixed"
    assert issue.parameters == {"file": "readings.csv", "offset": OFFSET, "bare": BARE}


@pytest.mark.parametrize(("first", "second"), [(OFFSET, BARE), (BARE, OFFSET)])
@pytest.mark.parametrize("home", ["a", "b"])
def test_two_clocks_in_a_folder_are_refused_in_any_order(
    first: str, second: str, home: str, tmp_path: Path
) -> None:
    tidy(tmp_path / "1.csv", f"a,{first},1")
    tidy(tmp_path / "2.csv", f"{home},{second},1")

    issue = refusal(tmp_path).issue

    assert issue.code == "fleet-clock-mixed"
    assert issue.parameters == {"file": "2.csv", "offset": OFFSET, "bare": BARE}


def test_two_clocks_far_apart_in_a_file_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ahorraluz.ingest.fleet_tables.CSV_BLOCK", 4_096)
    path = tidy(tmp_path / "readings.csv", *[f"a,{OFFSET},1"] * 1_000, f"b,{BARE},1")

    assert refusal(path).issue.code == "fleet-clock-mixed"


@pytest.mark.parametrize("names", [("1", "2"), ("2", "1")])
def test_two_clocks_of_parquet_are_refused(names: tuple[str, str], tmp_path: Path) -> None:
    for name, zone in zip(names, ("UTC", None), strict=True):
        stamps = pa.array([None, 1_767_243_600], pa.timestamp("s", tz=zone))
        table = pa.table({"household_id": ["a", "a"], "timestamp": stamps, "kwh": [1.0, 1.0]})
        pq.write_table(table, tmp_path / f"{name}.parquet")

    issue = refusal(tmp_path).issue

    assert issue.code == "fleet-clock-mixed"
    assert issue.parameters["offset"] == "2026-01-01T05:00:00+00:00"
    assert issue.parameters["bare"] == "2026-01-01T05:00:00"


def test_an_offset_of_whole_hours_is_one(tmp_path: Path) -> None:
    path = tidy(tmp_path / "readings.csv", "a,2026-01-01 00:00:00-05,1", "a,2026-01-01T06:00Z,1")

    first, second = rows(path)

    assert (first["start_s"], second["start_s"]) == (1767243600, 1767247200)
    table = open_readings(path)
    assert table.clock is not None
    assert not table.clock.is_local


def test_days_alone_are_of_the_clock_of_the_home(tmp_path: Path) -> None:
    table = open_readings(tidy(tmp_path / "readings.csv", "a,2026-01-01,1", f"a,{BARE},1"))

    assert table.clock is not None
    assert table.clock.is_local


@pytest.mark.parametrize(
    ("head", "column"),
    [
        pytest.param("household_id,start,end,kwh,KWH", "kwh", id="in other letters"),
        pytest.param("household_id,start,end,kwh, kwh ", "kwh", id="with blanks"),
        pytest.param("household_id,timestamp,kwh,Timestamp,x", "timestamp", id="the moment"),
    ],
)
def test_a_column_that_is_there_twice_is_refused(head: str, column: str, tmp_path: Path) -> None:
    path = tmp_path / "readings.csv"
    path.write_text(f"{head}\na,2026-01-01,2026-02-01,1,2\n", encoding="utf-8")

    issue = refusal(path).issue

    assert issue.code == "fleet-column-twice"
    assert issue.parameters == {"file": "readings.csv", "column": column}


def test_a_column_twice_is_refused_of_homes_and_of_later_files(tmp_path: Path) -> None:
    (tmp_path / "1.csv").write_text("household_id,distributor,people\na,seal,3\n")
    (tmp_path / "2.csv").write_text("household_id,distributor,people,people\nb,seal,3,4\n")

    issue = refusal(tmp_path, homes=True).issue

    assert (issue.code, issue.parameters["file"]) == ("fleet-column-twice", "2.csv")


def test_columns_that_nobody_reads_may_be_there_twice(tmp_path: Path) -> None:
    path = tmp_path / "bills.csv"
    path.write_text("household_id,start,end,kwh,note,note\na,2026-01-01,2026-02-01,1,x,y\n")

    assert rows(path)[0]["kwh"] == 1


@pytest.mark.parametrize("word", ["NA", "NaN", "nan", "null", "None", "N/A", " NA "])
def test_a_word_for_nothing_is_not_measured(word: str, tmp_path: Path) -> None:
    path = tidy(tmp_path / "readings.csv", f"a,{BARE},{word}", f"a,{OFFSET[:-6]},2")

    read = [(row["kwh"], row["broken"]) for row in rows(path)]

    assert read == [(None, None), (2, None)]


def test_a_word_for_nothing_in_a_recibo_is_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "bills.csv"
    path.write_text("household_id,start,end,kwh\na,2026-01-01,2026-02-01,NA\n", encoding="utf-8")

    assert rows(path)[0]["broken"] == "kwh=NA"


@pytest.mark.parametrize("text", ["ñandú,2026-01-01,2026-02-01,1", "a,2026-01-01,2026-02-01,1 año"])
def test_a_file_in_another_encoding_is_refused_by_name(text: str, tmp_path: Path) -> None:
    path = tmp_path / "bills.csv"
    path.write_text(f"household_id,start,end,kwh\n{text}\n", encoding="latin-1")

    issue = refusal(path).issue

    assert (issue.code, issue.parameters) == ("fleet-not-utf8", {"file": "bills.csv"})


def test_a_head_in_another_encoding_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "bills.csv"
    path.write_text(BILLS.replace("household_id", "año,household_id"), encoding="latin-1")

    assert refusal(path).issue.code == "fleet-not-utf8"
