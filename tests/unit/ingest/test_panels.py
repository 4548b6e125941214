"""Tidy tables of many homes, in the forms people share them."""

import gzip
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ahorraluz.ingest.files import FileReadError
from ahorraluz.ingest.panels import PanelError, read_panel

HEAD = "timestamp,household_id,kwh\n"
ROWS = "2026-01-01T00:00:00Z,b,0.5\n2026-01-01T00:30:00Z,b,0.25\n2026-01-01T00:00:00Z,a,1\n"
SECOND = 1_767_225_600
"""2026-01-01T00:00Z. [s]"""


def written(folder: Path, text: str, *, name: str = "homes.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_table_holds_its_homes_their_times_and_their_energy(tmp_path: Path) -> None:
    panel = read_panel(written(tmp_path, HEAD + ROWS))

    assert panel.homes == ("a", "b")
    assert panel.home.tolist() == [1, 1, 0]
    assert panel.starts_s.tolist() == [SECOND, SECOND + 1800, SECOND]
    assert panel.kwh.tolist() == [0.5, 0.25, 1.0]
    assert not panel.is_local
    assert panel.broken_rows == 0


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("\ufeff" + HEAD + ROWS, id="with a mark of byte order"),
        pytest.param((HEAD + ROWS).replace("\n", "\r\n"), id="lines of Windows"),
        pytest.param((HEAD + ROWS).replace(",", ";").replace(".", ","), id="decimal commas"),
        pytest.param((HEAD + ROWS).replace(",", "\t"), id="tabs"),
        pytest.param(HEAD.upper() + ROWS, id="capitals"),
        pytest.param('"timestamp","household_id","kwh"\n' + ROWS, id="quotes"),
        pytest.param((HEAD + ROWS).replace("Z,", "+00:00,"), id="offsets"),
        pytest.param((HEAD + ROWS).replace("T0", " 0"), id="spaces for T"),
    ],
)
def test_ways_to_write_the_same_table(tmp_path: Path, text: str) -> None:
    expected = read_panel(written(tmp_path, HEAD + ROWS, name="plain.csv"))

    panel = read_panel(written(tmp_path, text))

    assert panel.homes == expected.homes
    assert panel.starts_s.tolist() == expected.starts_s.tolist()
    assert panel.kwh.tolist() == expected.kwh.tolist()


@pytest.mark.parametrize("form", ["gzip", "moments", "texts", "categories"])
def test_other_forms_of_the_same_table(tmp_path: Path, form: str) -> None:
    plain = written(tmp_path, HEAD + ROWS)
    expected = read_panel(plain)
    frame = pd.read_csv(plain)
    path = tmp_path / "homes.bin"
    if form == "gzip":
        path.write_bytes(gzip.compress(plain.read_bytes()))
    else:
        if form == "moments":
            frame["timestamp"] = pd.to_datetime(frame["timestamp"])
        if form == "categories":
            frame["household_id"] = frame["household_id"].astype("category")
        frame.to_parquet(path)

    panel = read_panel(path)

    assert panel.homes == expected.homes
    assert panel.home.tolist() == expected.home.tolist()
    assert panel.starts_s.tolist() == expected.starts_s.tolist()
    assert panel.kwh.tolist() == expected.kwh.tolist()


def test_stamps_without_an_offset_are_of_the_local_clock(tmp_path: Path) -> None:
    panel = read_panel(written(tmp_path, (HEAD + ROWS).replace("Z,", ",")))

    assert panel.is_local
    assert panel.starts_s[0] == SECOND


def test_a_table_without_homes_is_one_home(tmp_path: Path) -> None:
    panel = read_panel(written(tmp_path, "kwh,timestamp\n0.5,2026-01-01T00:00:00Z\n"))

    assert (panel.homes, panel.kwh.tolist()) == (("home",), [0.5])


def test_broken_rows_are_counted_and_empty_cells_are_unknown(tmp_path: Path) -> None:
    rows = "never,a,1\n2026-01-01T00:00:00Z,,1\n2026-01-01T00:00:00Z,a,1,2\n"
    rows += "2026-01-01T01:00:00Z,a,\n2026-01-01T02:00:00Z,a,off\n2026-01-01T03:00:00Z,a,inf\n"

    panel = read_panel(written(tmp_path, HEAD + ROWS + rows))

    assert panel.broken_rows == 3
    assert len(panel.kwh) == 6
    assert np.isnan(panel.kwh[3:]).all()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param(b"", "panel-unreadable", id="nothing"),
        pytest.param(bytes(range(256)) * 4, "panel-unreadable", id="no text"),
        pytest.param(b"PAR1" + b"\0" * 40, "panel-unreadable", id="half a Parquet file"),
        pytest.param(gzip.compress(b"x" * 999)[:20], "panel-unreadable", id="half a gzip file"),
        pytest.param(b"a,b\n1,2\n", "panel-columns", id="other columns"),
        pytest.param(
            b"timestamp,Timestamp,kwh\n2026-01-01,2026-01-01,1\n",
            "panel-column-twice",
            id="two columns of one name",
        ),
        pytest.param(HEAD.encode(), "panel-empty", id="a head alone"),
        pytest.param(HEAD.encode() + b"x,a,b\n", "panel-empty", id="no reading"),
    ],
)
def test_what_is_no_such_table_is_refused(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "homes.csv"
    path.write_bytes(content)

    with pytest.raises(PanelError, match=code):
        read_panel(path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileReadError, match="file-missing"):
        read_panel(tmp_path / "none.csv")


def test_stamps_without_an_offset_among_others_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "homes.csv"
    path.write_text("timestamp,kwh\n2026-01-01T00:00Z,1\n2026-01-01T01:00,1\nnever,1\n", "utf-8")

    panel = read_panel(path)

    assert (panel.is_local, panel.bare_stamps) == (False, 1)
