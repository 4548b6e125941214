"""Reading of tables: exact text, checked header, and errors that name the cell."""

from decimal import Decimal
from pathlib import Path

import pytest

from ahorraluz.catalog.tables import (
    CatalogError,
    Row,
    data_hash,
    parse_table,
    read_table,
    refuse_duplicates,
    shipped_tables,
)

COLUMNS = ("start", "value")


def row(value: str) -> Row:
    return Row(table="example.csv", line=2, values={"start": "2026-01-04", "value": value})


def test_a_number_keeps_every_digit_it_was_written_with() -> None:
    (read,) = parse_table(b"start,value\n2026-01-04,0.5170\n", name="t.csv", columns=COLUMNS)

    assert str(read.decimal("value")) == "0.5170"


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("0,5170", id="a comma for the point"),
        pytest.param("1e5", id="an exponent"),
        pytest.param("NaN", id="not a number"),
        pytest.param("S/ 2.62", id="a currency"),
        pytest.param("1 000", id="a space between digits"),
    ],
)
def test_anything_but_digits_with_a_point_is_refused(value: str) -> None:
    with pytest.raises(CatalogError) as refused:
        row(value).decimal("value")

    assert refused.value.issue.code == "data-not-a-number"
    assert refused.value.issue.parameters["line"] == 2
    assert refused.value.issue.parameters["column"] == "value"


def test_a_wrong_value_of_any_length_is_cut_in_the_message() -> None:
    with pytest.raises(CatalogError) as refused:
        row("x" * 10_000).decimal("value")

    assert len(str(refused.value.issue.parameters["value"])) < 100


def test_an_empty_cell_is_no_number_and_no_zero() -> None:
    empty = row(" ")

    assert empty.optional_decimal("value") is None
    with pytest.raises(CatalogError) as refused:
        empty.decimal("value")
    assert refused.value.issue.code == "data-value-missing"


def test_a_day_that_does_not_exist_is_refused() -> None:
    wrong = Row(table="example.csv", line=3, values={"start": "2026-02-30"})

    with pytest.raises(CatalogError) as refused:
        wrong.date("start")

    assert refused.value.issue.code == "data-not-a-date"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param(b"start,valeu\n", "data-column-unknown", id="a misspelt column"),
        pytest.param(b"start\n", "data-column-missing", id="a column left out"),
        pytest.param(b"", "data-column-missing", id="an empty file"),
        pytest.param(b"start,value,value\n", "data-column-twice", id="a column twice"),
        pytest.param(b"start,value\n2026-01-04\n", "data-row-length", id="a short row"),
        pytest.param(b"start,value\n\xff\xfe\n", "data-file-not-text", id="not text"),
    ],
)
def test_a_table_of_another_form_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(CatalogError) as refused:
        parse_table(content, name="t.csv", columns=COLUMNS)

    assert refused.value.issue.code == code
    assert refused.value.issue.parameters["table"] == "t.csv"


def test_columns_may_stand_in_any_order_and_after_a_byte_order_mark() -> None:
    (read,) = parse_table(
        b"\xef\xbb\xbfvalue,start\r\n1.5,2026-01-04\r\n", name="t.csv", columns=COLUMNS
    )

    assert read.decimal("value") == Decimal("1.5")


def test_a_table_that_does_not_exist_is_named() -> None:
    with pytest.raises(CatalogError) as refused:
        read_table("tariffs/nobody.csv", columns=COLUMNS)

    assert refused.value.issue.code == "data-file-missing"
    assert refused.value.issue.parameters["table"] == "tariffs/nobody.csv"


def test_two_rows_of_one_figure_are_refused_with_both_lines() -> None:
    rows = parse_table(b"start,value\n2026-01-04,1\n2026-01-04,2\n", name="t.csv", columns=COLUMNS)

    with pytest.raises(CatalogError) as refused:
        refuse_duplicates(rows, key=lambda read: (read.text("start"),))

    assert refused.value.issue.code == "data-duplicate"
    assert refused.value.issue.parameters["first_line"] == 2
    assert refused.value.issue.parameters["line"] == 3


def test_the_fingerprint_changes_with_the_users_rows_only_where_they_are_used(
    tmp_path: Path,
) -> None:
    before = data_hash(["national.csv"], user_folder=tmp_path)

    (tmp_path / "places.csv").write_text("anything", encoding="utf-8")
    unrelated = data_hash(["national.csv"], user_folder=tmp_path)
    (tmp_path / "national.csv").write_text("start,name\n", encoding="utf-8")
    related = data_hash(["national.csv"], user_folder=tmp_path)

    assert before == data_hash(["national.csv"]) == unrelated
    assert related != before


def test_the_shipped_tables_are_listed_with_their_folders() -> None:
    assert {"sources.csv", "national.csv", "tariffs/luz-del-sur.csv"} <= set(shipped_tables())
