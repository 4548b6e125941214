"""Daily temperatures from a CSV."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ahorraluz.ingest.files import FileReadError
from ahorraluz.ingest.temperatures import MAX_BYTES, TemperatureFileError, read_temperatures


def written(tmp_path: Path, text: str, *, encoding: str = "utf-8") -> Path:
    path = tmp_path / "t.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("2026-01-01,20.5\n2026-01-02,19\n", id="no heading"),
        pytest.param("día,t media\n2026-01-01,20.5\n2026-01-02,19\n", id="a heading"),
        pytest.param("fecha;t\n2026-01-01;20,5\n2026-01-02;19,0\n", id="decimal comma"),
        pytest.param("2026-01-02,19\n\n2026-01-01,20.5,nota\n", id="any order, more columns"),
        pytest.param("\ufeff2026-01-01,20.5\r\n2026-01-02,19\r\n", id="a mark and CRLF"),
        pytest.param("2026-01-01T00:00,20\n2026-01-01T12:00,21\n2026-01-02T00:00,19\n", id="hours"),
    ],
)
def test_days_come_in_order_with_their_mean(text: str, tmp_path: Path) -> None:
    read = read_temperatures(written(tmp_path, text))

    assert read.days.astype(object).tolist() == [date(2026, 1, 1), date(2026, 1, 2)]
    assert read.temp_c.tolist() == [20.5, 19.0]


@pytest.mark.parametrize(
    ("row", "line"),
    [
        ("ayer,20", 3),
        ("2026-02-30,20", 3),
        ("2026-01-02,calor", 3),
        ("2026-01-02", 3),
        ("2026-01-02,61", 3),
        ("2026-01-02,-60.1", 3),
        ("2026-01-02,nan", 3),
        ("2026-01-02,inf", 3),
        ("x" * 200_000, 3),
    ],
)
def test_a_row_that_is_none_is_named_with_its_line(row: str, line: int, tmp_path: Path) -> None:
    path = written(tmp_path, f"día,t\n2026-01-01,20\n{row}\n")

    with pytest.raises(TemperatureFileError) as caught:
        read_temperatures(path)

    assert caught.value.issue.code == "temperature-row"
    assert caught.value.issue.parameters == {"file": "t.csv", "line": line, "value": row[:60]}


@pytest.mark.parametrize("text", ["", "\n\n", "día,t\n"], ids=["empty", "blank", "heading alone"])
def test_a_file_without_rows_holds_no_temperatures(text: str, tmp_path: Path) -> None:
    with pytest.raises(TemperatureFileError, match="temperature-none"):
        read_temperatures(written(tmp_path, text))


def test_a_file_that_is_not_there_or_too_large_is_refused(tmp_path: Path) -> None:
    large = written(tmp_path, "x" * (MAX_BYTES + 1))

    with pytest.raises(FileReadError, match="file-missing"):
        read_temperatures(tmp_path / "no.csv")
    with pytest.raises(FileReadError, match="file-too-large"):
        read_temperatures(large)


@given(content=st.binary(max_size=200))
def test_any_bytes_are_temperatures_or_refused(
    content: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("t") / "t.csv"
    path.write_bytes(content)

    codes = set()
    try:
        read = read_temperatures(path)
    except TemperatureFileError as error:
        codes = {issue.code for issue in error.issues}
    else:
        codes = {"temperature-none"} if len(read.days) == 0 else set()
        assert bool(np.all(np.isfinite(read.temp_c)))

    assert codes <= {"temperature-row", "temperature-none"}
