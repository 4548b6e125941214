"""Tidy tables of monthly bills."""

import gzip
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from ahorraluz.ingest.bill_tables import BillTableError, read_bills


def write(path: Path, text: str) -> Path:
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


def test_homes_become_rows_and_months_columns(tmp_path: Path) -> None:
    text = "household_id,period,kwh\nb,2025-03,12.5\na,2025-01,7\na,2025-03,0\n"

    table = read_bills(write(tmp_path / "bills.csv.gz", text))

    assert (table.homes, table.first) == (("a", "b"), date(2025, 1, 1))
    expected = np.array([[7.0, np.nan, 0.0], [np.nan, np.nan, 12.5]])
    assert np.array_equal(table.kwh, expected, equal_nan=True)


@pytest.mark.parametrize("column", ["period", "month", "date"])
@pytest.mark.parametrize("value", ["2025-01", "2025-01-17", "202501", "2025-01-17T00:00:00Z"])
def test_a_month_may_be_named_in_several_ways(tmp_path: Path, column: str, value: str) -> None:
    table = read_bills(write(tmp_path / "bills.csv", f"{column},kwh\n{value},8\n"))

    assert table.first == date(2025, 1, 1)


def test_rows_that_say_nothing_are_counted_and_two_of_a_month_add_up(tmp_path: Path) -> None:
    text = (
        "household_id,period,kwh\na,2025-01,7\na,2025-01,3\na,x,3\na,2025-02,\n"
        ",2025-02,3\na,2025-13,3\na,2025-02,inf\na,2025-02,-3\na\n"
    )

    table = read_bills(write(tmp_path / "bills.csv", text))

    assert table.kwh.tolist() == [[10.0]]
    assert (table.broken_rows, table.negative_rows) == (6, 1)


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        pytest.param("a.csv", "home,when\n1,2\n", "bill-table-columns", id="other columns"),
        pytest.param("a.csv", "", "bill-table-columns", id="nothing"),
        pytest.param("a.csv", "period,kwh\n", "bill-table-empty", id="no row"),
        pytest.param(
            "a.csv", "period,kwh\n1025-01,1\n2025-01,1\n", "bill-table-span", id="a mistyped year"
        ),
    ],
)
def test_other_tables_are_refused(tmp_path: Path, name: str, text: str, code: str) -> None:
    with pytest.raises(BillTableError) as refused:
        read_bills(write(tmp_path / name, text))

    assert refused.value.issue.code == code


def test_a_broken_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bills.csv.gz"
    path.write_bytes(gzip.compress(b"period,kwh\n2025-01,1\n" * 99)[:40])

    with pytest.raises(BillTableError) as refused:
        read_bills(path)

    assert refused.value.issue.code == "bill-table-unreadable"


@pytest.mark.parametrize(
    ("text", "kwh"),
    [
        pytest.param("period;kwh\n2025-01;43,5\n", 43.5, id="semicolons and a decimal comma"),
        pytest.param('period,kwh\n2025-01,"43,5"\n', 43.5, id="a quoted decimal comma"),
        pytest.param('period,kwh\n2025-01,"1.043,5"\n', 1043.5, id="thousands by points"),
        pytest.param('period,kwh\n2025-01,"1,043.5"\n', 1043.5, id="thousands by commas"),
    ],
)
def test_a_comma_may_be_the_decimal_point(tmp_path: Path, text: str, kwh: float) -> None:
    table = read_bills(write(tmp_path / "bills.csv", text))

    assert table.kwh.tolist() == [[kwh]]
    assert table.broken_rows == 0


def test_a_row_written_twice_counts_once_and_is_said(tmp_path: Path) -> None:
    text = "period,kwh\n2025-01,7\n2025-01,7\n2025-01,3\n2025-02,1e9\n"

    table = read_bills(write(tmp_path / "bills.csv", text))

    assert table.kwh.tolist() == [[10.0]]
    assert (table.repeated_rows, table.added_rows, table.large_rows) == (1, 1, 1)


def test_a_table_in_another_unit_is_refused_with_its_limit(tmp_path: Path) -> None:
    with pytest.raises(BillTableError) as refused:
        read_bills(write(tmp_path / "bills.csv", "period,kwh\n2025-01,200000\n"))

    assert refused.value.issue.code == "bill-rows-too-large"
