"""Tables of homes and readings: every wrong cell is named, and tables of any size are read."""

import gzip
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ahorraluz.core.issues import AhorraLuzError, Issue
from ahorraluz.ingest import raw_tables, span_book
from ahorraluz.ingest.raw_tables import open_table
from ahorraluz.ingest.span_book import SpanBook, file_and_row, place_of
from ahorraluz.services.validate_tables import LISTED, Checked, validate_tables
from ahorraluz.texts import open_texts

# Looked for, not imported: pandera would import Spark, which the code under test keeps it from.
pytestmark = pytest.mark.skipif(find_spec("pandera") is None, reason="pandera is not installed")

TODAY = date(2026, 11, 27)
HOMES = "household_id,distributor,people\nh1,luz-del-sur,4\nh2,Luz del Sur,\n"
BILLS = "household_id,start,end,kwh\nh1,2026-01-01,2026-02-01,100\nh2,2026-01-01,2026-02-01,0\n"


def checked(folder: Path, *, homes: str = HOMES, readings: str = BILLS) -> Checked:
    """Return the check of two small CSV files."""
    (folder / "homes.csv").write_text(homes, encoding="utf-8")
    (folder / "readings.csv").write_text(readings, encoding="utf-8")
    return validate_tables(folder / "homes.csv", folder / "readings.csv", as_of=TODAY)


def the_one(issues: Iterable[Issue]) -> tuple[str, dict[str, Any]]:
    """Return the only issue, by code and parameters."""
    (issue,) = issues
    return issue.code, dict(issue.parameters)


def test_sound_tables_are_sound(tmp_path: Path) -> None:
    found = checked(tmp_path)

    assert (found.sound, found.homes, found.readings, found.issues) == (True, 2, 2, [])


@pytest.mark.parametrize(
    ("rows", "code", "column", "value"),
    [
        pytest.param("h3,nadie,2", "tables-cell-choice", "distributor", "nadie", id="nobody"),
        pytest.param("h3,,2", "tables-cell-empty", "distributor", "", id="no distributor"),
        pytest.param("h3,seal,dos", "tables-cell-whole", "people", "dos", id="a word"),
        pytest.param("h3,seal,2.5", "tables-cell-whole", "people", "2.5", id="half a person"),
        pytest.param("h3,seal,0", "tables-cell-range", "people", "0", id="nobody lives there"),
        pytest.param(
            f"{'x' * 65},seal,2", "tables-cell-id", "household_id", f"{'x' * 60}…", id="a long id"
        ),
    ],
)
def test_a_wrong_cell_of_a_home_is_named(
    tmp_path: Path, rows: str, code: str, column: str, value: str
) -> None:
    found = checked(tmp_path, homes=f"{HOMES}{rows}\n")

    fault = found.issues[0]
    assert (fault.code, found.counts) == (code, {code: 1})
    assert (fault.parameters["row"], fault.parameters["column"]) == (3, column)
    assert fault.parameters["value"] == value


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        pytest.param("h1,2026-02-01,2026-03-01,x", "tables-cell-number", "kwh", id="no number"),
        pytest.param("h1,2026-02-01,2026-03-01,inf", "tables-cell-number", "kwh", id="no end"),
        pytest.param("h1,2026-02-01,2026-03-01,-1", "tables-cell-range", "kwh", id="negative"),
        pytest.param("h1,2026-02-01,2026-03-01,", "tables-cell-empty", "kwh", id="empty"),
        pytest.param("h1,2026-02-30,2026-03-01,1", "tables-cell-day", "start", id="no such day"),
        pytest.param("h1,1.2.2026,2026-03-01,1", "tables-cell-day", "start", id="other order"),
        pytest.param("h1,2026-02-01,2027-03-01,1", "tables-cell-time-range", "end", id="to come"),
        pytest.param(
            "h1,2026-03-01,2026-02-01,1", "tables-end-not-after-start", "end", id="swapped"
        ),
    ],
)
def test_a_wrong_cell_of_a_bill_is_named(tmp_path: Path, row: str, code: str, column: str) -> None:
    found = checked(tmp_path, readings=f"{BILLS}{row}\n")

    name, parameters = the_one(found.issues)
    assert (name, parameters["column"], parameters["row"]) == (code, column, 3)
    assert (parameters["home"], parameters["file"]) == ("h1", "readings.csv")


def test_a_home_that_is_there_twice_is_told_with_both_rows(tmp_path: Path) -> None:
    found = checked(tmp_path, homes=f"{HOMES}h1,seal,1\n")

    assert the_one(found.issues) == (
        "tables-home-twice",
        {"first": "homes.csv:1", "second": "homes.csv:3"},
    )


def test_bills_that_lie_over_each_other_are_told(tmp_path: Path) -> None:
    found = checked(tmp_path, readings=f"{BILLS}h1,2026-01-20,2026-02-10,3\n")

    assert the_one(found.issues) == (
        "tables-readings-clash",
        {"first": "readings.csv:1", "second": "readings.csv:3"},
    )


def test_readings_of_a_home_that_nobody_described_are_told_once(tmp_path: Path) -> None:
    strange = "".join(f"h9,2026-0{m}-01,2026-0{m + 1}-01,1\n" for m in (1, 2, 3))

    found = checked(tmp_path, readings=BILLS + strange)

    assert the_one(found.issues)[1]["home"] == "h9"


def test_a_home_without_readings_is_a_warning_alone(tmp_path: Path) -> None:
    found = checked(tmp_path, homes=f"{HOMES}h3,seal,1\n")

    assert the_one(found.issues)[0] == "tables-homes-without-readings"
    assert found.sound


def test_a_row_of_too_few_cells_is_told_and_the_rows_after_it_keep_their_numbers(
    tmp_path: Path,
) -> None:
    found = checked(tmp_path, homes=f"{HOMES}h3\nh4,seal,x\n")

    assert [(issue.code, issue.parameters["row"]) for issue in found.issues[:2]] == [
        ("tables-cell-whole", 4),
        ("tables-row-broken", 3),
    ]


@pytest.mark.parametrize("language", ["es", "en"])
def test_every_fault_is_a_sentence_with_file_row_column_and_value(
    tmp_path: Path, language: str
) -> None:
    found = checked(tmp_path, homes=f"{HOMES}h3,seal,dos\n")

    said = open_texts(language).issue(found.issues[0])

    assert all(piece in said for piece in ("homes.csv", "3", "h3", "people", "dos"))


def test_a_table_without_a_column_is_refused_with_the_closest_one(tmp_path: Path) -> None:
    with pytest.raises(AhorraLuzError) as refused:
        checked(tmp_path, homes="household_id,distribuidor\nh1,seal\n")

    assert refused.value.issue.code == "tables-column-missing"
    assert refused.value.issue.parameters["closest"] == "distribuidor"


@pytest.mark.parametrize(
    ("readings", "code"),
    [
        pytest.param("household_id,fecha\nh1,2\n", "tables-shape-unknown", id="another shape"),
        pytest.param("household_id,household_id\nh1,2\n", "tables-header", id="a name twice"),
    ],
)
def test_readings_of_no_known_shape_are_refused(tmp_path: Path, readings: str, code: str) -> None:
    with pytest.raises(AhorraLuzError) as refused:
        checked(tmp_path, readings=readings)

    assert refused.value.issue.code == code


@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param(None, "tables-missing", id="nothing there"),
        pytest.param(b"household_id,start,end,kwh\n\xff\xfe,1,2,3\n", "tables-not-utf8", id="text"),
        pytest.param(b"PAR1 and nothing more", "tables-unreadable", id="half a Parquet file"),
        pytest.param(gzip.compress(BILLS.encode())[:-20], "tables-unreadable", id="half a gzip"),
    ],
)
def test_what_cannot_be_read_is_refused(tmp_path: Path, content: bytes | None, code: str) -> None:
    (tmp_path / "homes.csv").write_text(HOMES, encoding="utf-8")
    path = tmp_path / "readings.csv"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(AhorraLuzError) as refused:
        validate_tables(tmp_path / "homes.csv", path, as_of=TODAY)

    assert refused.value.issue.code == code


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AhorraLuzError) as refused:
        open_table(tmp_path)

    assert refused.value.issue.code == "tables-folder-empty"


def packed(path: Path, starts: Sequence[datetime], lists: Sequence[Sequence[float]]) -> None:
    """Write lists of hours of one home."""
    table = pa.table(
        {
            "household_id": ["h1"] * len(starts),
            "start": pa.array(starts, pa.timestamp("s", tz="UTC")),
            "step_s": pa.array([3600] * len(starts), pa.int32()),
            "kwh": pa.array(lists, pa.list_(pa.float32())),
        }
    )
    pq.write_table(table, path)


def test_lists_of_readings_are_checked_without_their_gaps(tmp_path: Path) -> None:
    (tmp_path / "homes.csv").write_text(HOMES, encoding="utf-8")
    days = [datetime(2026, 1, day, tzinfo=UTC) for day in (1, 2, 3)]
    packed(tmp_path / "packed.parquet", days, [[1.0] * 24, [float("nan"), -2.0] * 15, []])

    found = validate_tables(tmp_path / "homes.csv", tmp_path / "packed.parquet", as_of=TODAY)

    assert found.counts == {"tables-cell-range": 1, "tables-list-empty": 1}
    assert [issue.parameters.get("value") for issue in found.issues[:2]] == ["-2.0", "0.0"]


def test_lists_that_reach_into_the_next_one_clash(tmp_path: Path) -> None:
    (tmp_path / "homes.csv").write_text(HOMES, encoding="utf-8")
    days = [datetime(2026, 1, day, tzinfo=UTC) for day in (1, 2)]
    packed(tmp_path / "packed.parquet", days, [[1.0] * 25, [1.0] * 24])

    found = validate_tables(tmp_path / "homes.csv", tmp_path / "packed.parquet", as_of=TODAY)

    assert found.counts == {"tables-readings-clash": 1}


def test_intervals_need_no_energy_but_a_time(tmp_path: Path) -> None:
    rows = "h1,2026-01-01T00:00:00Z,0.1\nh1,2026-01-01T01:00:00Z,\nh2,ayer,1\n"

    found = checked(tmp_path, readings=f"household_id,timestamp,kwh\n{rows}")

    assert the_one(found.issues)[0] == "tables-cell-moment"


def test_files_of_a_folder_are_one_table_that_is_read_in_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(raw_tables, "BLOCK_BYTES", 256)
    monkeypatch.setattr(span_book.SpanBook.__init__, "__kwdefaults__", {"kept_rows": 10})
    (tmp_path / "homes.csv").write_text(HOMES, encoding="utf-8")
    folder = tmp_path / "bills"
    folder.mkdir()
    days = [f"20{year:02}-{month:02}-01" for year in range(20, 26) for month in range(1, 13)]
    for home in ("h1", "h2"):
        rows = [f"{home},{a},{b},1" for a, b in pairwise(days)]
        text = "\n".join(["household_id,start,end,kwh", *rows, f"{home},2021-05-10,2021-05-20,1"])
        (folder / f"{home}.csv.gz").write_bytes(gzip.compress(text.encode()))
    shown: list[int] = []

    found = validate_tables(
        tmp_path / "homes.csv",
        folder,
        as_of=TODAY,
        progress=lambda _table, rows, _files: shown.append(rows),
    )

    assert found.readings == 144
    assert len(shown) > 10
    assert sorted(str(issue.parameters["second"]) for issue in found.issues) == [
        "h1.csv.gz:72",
        "h2.csv.gz:72",
    ]


def test_many_faults_are_all_counted_and_a_thousand_named(tmp_path: Path) -> None:
    rows = "".join(f"x{number},nadie,1\n" for number in range(LISTED + 50))

    found = checked(tmp_path, homes=HOMES + rows)

    assert found.counts["tables-cell-choice"] == LISTED + 50
    assert sum(issue.code == "tables-cell-choice" for issue in found.issues) == LISTED


@given(
    spans=st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 30), st.integers(1, 9)), max_size=25
    ),
    kept_rows=st.sampled_from([0, 5, 1_000]),
)
def test_exactly_the_rows_that_begin_within_an_earlier_one_clash(
    spans: list[tuple[int, int, int]], kept_rows: int
) -> None:
    import numpy as np

    with SpanBook(kept_rows=kept_rows) as book:
        for row, (home, start, length) in enumerate(spans):
            begin, end = np.array([start]), np.array([start + length])
            book.add(np.array([home], np.uint64), begin, end, place_of(0, np.array([row])))

        found = {file_and_row(second)[1] for _, second in book.clashes()}

    order = sorted(range(len(spans)), key=lambda row: (*spans[row][:2], row))
    expected = {
        row
        for at, row in enumerate(order)
        if any(
            spans[other][0] == spans[row][0] and sum(spans[other][1:]) > spans[row][1]
            for other in order[:at]
        )
    }
    assert found == expected
