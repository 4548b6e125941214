"""What is kept of homes: listed, put aside, handed out."""

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.services.conftest import NOW

from ahorraluz.core.issues import AhorraLuzError, InvalidInputError
from ahorraluz.core.readings.channels import Measure
from ahorraluz.services.manage_readings import (
    csv_of_readings,
    export_readings,
    list_kept,
    put_aside,
    read_moment,
)
from ahorraluz.services.receive_readings import (
    ReadingsRefusedError,
    check_file,
    keep_file,
    readings_of,
)
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.services.write_file import FileWriteError

LIMA = "America/Lima"
CHANNEL = "consumo kWh"


@pytest.fixture
def kept(meter: Path, own_tools: Toolbox) -> Toolbox:
    """Return tools whose store holds the invented readings for ``casa``."""
    keep_file(check_file(meter), home="casa", tools=own_tools, as_of=NOW)
    return own_tools


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-01-05T12:00", datetime(2026, 1, 5, 17, tzinfo=UTC)),
        ("2026-01-05 12:00:00", datetime(2026, 1, 5, 17, tzinfo=UTC)),
        ("2026-01-05", datetime(2026, 1, 5, 5, tzinfo=UTC)),
        ("2026-01-05T12:00Z", datetime(2026, 1, 5, 12, tzinfo=UTC)),
        ("2026-01-05T12:00+02:00", datetime(2026, 1, 5, 10, tzinfo=UTC)),
    ],
)
def test_a_moment_is_local_unless_it_says_otherwise(text: str, moment: datetime) -> None:
    assert read_moment(text, zone=LIMA) == moment.timestamp()


@given(st.text(max_size=80) | st.datetimes().map(str))
def test_any_text_is_a_moment_or_refused(text: str) -> None:
    codes = set()
    try:
        read_moment(text, zone=LIMA)
    except InvalidInputError as error:
        codes = {issue.code for issue in error.issues}

    assert codes <= {"moment-invalid"}


@pytest.mark.parametrize("text", ["9999-12-31T23:59", "0001-01-01T00:00+14:00"])
def test_the_ends_of_the_calendar_are_refused(text: str) -> None:
    with pytest.raises(InvalidInputError, match="moment-invalid"):
        read_moment(text, zone=LIMA)


def test_a_list_names_every_home_and_the_files_of_one(kept: Toolbox) -> None:
    every, one = list_kept(tools=kept), list_kept(tools=kept, home="casa")

    assert [home.id for home in every.homes] == ["casa"]
    assert (every.imports, every.aside) == ((), ())
    assert [record.file_name for record in one.imports] == ["medidor.csv"]


def test_a_moment_is_put_aside_in_every_channel_or_in_one(meter: Path, own_tools: Toolbox) -> None:
    checked = check_file(meter)
    (channel,) = checked.file.channels
    two = replace(checked.file, channels=(channel, replace(channel, id="otro")))
    keep_file(replace(checked, file=two), home="casa", tools=own_tools, as_of=NOW)

    def aside(at: str, name: str | None) -> int:
        numbers = put_aside("casa", tools=own_tools, at=at, channel=name, reason="", as_of=NOW)
        return len(numbers)

    assert aside("2026-01-05T12:00", None) == 2
    assert aside("2026-01-05T13:00", "otro") == 1
    assert {c.id: len(c) for c in own_tools.store.channels("casa")} == {CHANNEL: 1439, "otro": 1438}


def test_a_channel_read_in_two_ways_is_put_aside_once(meter: Path, own_tools: Toolbox) -> None:
    checked = check_file(meter)
    (channel,) = checked.file.channels
    two = replace(checked.file, channels=(channel, replace(channel, measure=Measure.REGISTER)))
    keep_file(replace(checked, file=two), home="casa", tools=own_tools, as_of=NOW)

    aside = put_aside(
        "casa", tools=own_tools, at="2026-01-05T12:00", channel=None, reason="", as_of=NOW
    )

    assert len(aside) == 1


@pytest.mark.parametrize(
    ("at", "channel", "code"),
    [
        ("2026-01-05T12:30", None, "no-reading-there"),
        ("2020-01-05T12:00", None, "no-reading-there"),
        ("2026-01-05T12:00", "gas", "channel-unknown"),
        ("pronto", None, "moment-invalid"),
    ],
)
def test_what_is_not_there_cannot_be_put_aside(
    at: str, channel: str | None, code: str, kept: Toolbox
) -> None:
    with pytest.raises(AhorraLuzError, match=code):
        put_aside("casa", tools=kept, at=at, channel=channel, reason="", as_of=NOW)

    assert list_kept(tools=kept, home="casa").aside == ()


def test_a_reading_is_put_aside_once(kept: Toolbox) -> None:
    put_aside("casa", tools=kept, at="2026-01-05T12:00", channel=None, reason="", as_of=NOW)

    with pytest.raises(ReadingsRefusedError, match="no-reading-there"):
        put_aside("casa", tools=kept, at="2026-01-05T12:00", channel=None, reason="", as_of=NOW)


def test_a_clean_export_is_the_clean_series(kept: Toolbox, tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("s.csv", "s.parquet")]

    counts = [export_readings("casa", path, tools=kept, raw=False) for path in paths]

    readings = readings_of("casa", tools=kept)[1].readings
    table, columns = pd.read_csv(paths[0]), pd.read_parquet(paths[1])
    assert counts == [len(readings)] * 2
    assert table.equals(columns)
    assert np.array_equal(table["kwh"], readings.energy_kwh)
    assert list(pd.to_datetime(table["start"])) == list(readings.frame.index)
    assert list(table["end"][:-1]) == list(table["start"][1:])
    assert csv_of_readings(readings) == paths[0].read_bytes()


def test_a_raw_export_is_what_the_file_said(kept: Toolbox, tmp_path: Path, meter: Path) -> None:
    export_readings("casa", tmp_path / "s.csv", tools=kept, raw=True)

    said = [line.split(",")[1] for line in meter.read_text("utf-8").splitlines()[1:]]
    with (tmp_path / "s.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [float(row["value"]) for row in rows] == [float(value) for value in said]
    assert {(row["channel"], row["flow"], row["measure"]) for row in rows} == {
        (CHANNEL, "import", "energy")
    }


def test_what_is_missing_is_nothing_in_the_table(kept: Toolbox) -> None:
    readings = readings_of("casa", tools=kept)[1].readings
    energy, quality = readings.energy_kwh.copy(), readings.quality.copy()
    energy[3], quality[3] = np.nan, 3
    holed = replace(readings, energy_kwh=energy, quality=quality)

    table = list(csv.DictReader(io.StringIO(csv_of_readings(holed).decode())))

    assert table[3]["quality"] == "missing"
    assert table[3]["kwh"] in ("", "nan")


@pytest.mark.parametrize("name", ["s.xlsx", "s", "s.csv.gz", ".csv"])
def test_other_kinds_of_export_are_refused(name: str, kept: Toolbox, tmp_path: Path) -> None:
    with pytest.raises(ReadingsRefusedError, match="export-format-unknown"):
        export_readings("casa", tmp_path / name, tools=kept, raw=False)

    assert not (tmp_path / name).exists()


def test_an_export_that_cannot_be_written_leaves_nothing(kept: Toolbox, tmp_path: Path) -> None:
    (tmp_path / "s.csv").mkdir()

    with pytest.raises(FileWriteError):
        export_readings("casa", tmp_path / "s.csv", tools=kept, raw=False)

    assert list(tmp_path.glob(".s.csv*")) == []
