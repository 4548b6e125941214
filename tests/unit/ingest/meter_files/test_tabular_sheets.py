"""Workbooks and Parquet files with readings."""

import datetime as dt
import io
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
import pytest
from tests.unit.ingest.meter_files.tabular_samples import AS_FOUND, flows, home_kwh, utc

from ahorraluz.core.readings.channels import MeterFile
from ahorraluz.ingest.meter_files.content import Content, MeterFileError, content_of_bytes
from ahorraluz.ingest.meter_files.options import ReadOptions
from ahorraluz.ingest.meter_files.parquet import is_parquet, parse_parquet
from ahorraluz.ingest.meter_files.workbook import is_workbook, parse_workbook

Rows = Iterable[Sequence[object]]
DAY = dt.datetime(2024, 1, 1)  # noqa: DTZ001 - sheets hold clock times without a zone


def content(data: bytes) -> Content:
    return content_of_bytes(data, name="invented")


def workbook(**sheets: Rows) -> bytes:
    file = io.BytesIO()
    with pd.ExcelWriter(file, engine="openpyxl") as writer:
        for name, rows in sheets.items():
            listed = list(rows)
            width = max(map(len, listed))
            cells = [[*row, *[None] * (width - len(row))] for row in listed]
            frame = pd.DataFrame(cells, dtype=object)
            frame.to_excel(writer, sheet_name=name, header=False, index=False)
    return file.getvalue()


def read_sheet(options: ReadOptions, **sheets: Rows) -> MeterFile:
    return parse_workbook(content(workbook(**sheets)), options)


def parquet(frame: pd.DataFrame) -> Content:
    file = io.BytesIO()
    frame.to_parquet(file)
    return content(file.getvalue())


HOURS: list[tuple[object, ...]] = [(DAY + dt.timedelta(hours=i), 0.5) for i in range(72)]


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([("Fecha", "kWh"), *HOURS], id="dates"),
        pytest.param(
            [("Reporte",), ("Suministro", "123"), (), ("Fecha", "Energía (kWh)"), *HOURS],
            id="under banners",
        ),
        pytest.param(
            [("Fecha y hora", "kWh"), *((45_292 + i / 24, 0.5) for i in range(72))],
            id="serial numbers of days",
        ),
        pytest.param(
            [
                ("Fecha", "Hora", "Consumo kWh"),
                *((DAY + dt.timedelta(days=i // 24), dt.time(i % 24), 0.5) for i in range(72)),
            ],
            id="day and clock apart",
        ),
        pytest.param(
            [
                ("Fecha", "kWh"),
                *((f"{1 + i // 24:02d}/01/2024 {i % 24:02d}:00", "0,5") for i in range(72)),
                ("Total", 36.0),
            ],
            id="texts, with a total",
        ),
    ],
)
def test_the_same_days_are_read_from_every_sheet(rows: Rows) -> None:
    file = read_sheet(AS_FOUND, Datos=rows)

    assert (file.format, file.rows, file.broken_rows) == ("workbook", 72, 0)
    assert home_kwh(file) == pytest.approx(36)
    assert utc(file.channels[0].start_s[0]) == "2024-01-01 05:00"
    assert utc(file.channels[0].end_s[-1]) == "2024-01-04 05:00"


def test_the_sheet_with_readings_is_found_and_can_be_named() -> None:
    sheets: dict[str, Rows] = {
        "Resumen": [("Casa", "x"), ("Total", 3)],
        "Datos": [("Fecha", "importación kWh", "exportación kWh"), *((d, 1, 2) for d, _ in HOURS)],
    }

    found, named = read_sheet(AS_FOUND, **sheets), read_sheet(ReadOptions(sheet="datos"), **sheets)

    assert list(flows(found).values()) == ["import", "export"]
    assert home_kwh(named) == home_kwh(found) == pytest.approx(72)
    assert found.channels[0].line[0] == 2
    with pytest.raises(MeterFileError, match="workbook-sheet-unknown"):
        read_sheet(ReadOptions(sheet="Otra"), **sheets)


def test_a_sheet_that_spans_everything_is_refused_before_it_is_opened() -> None:
    file = io.BytesIO()
    corner = pd.DataFrame([1])
    corner.to_excel(file, header=False, index=False, startrow=1_048_575, startcol=16_383)

    with pytest.raises(MeterFileError, match="workbook-too-large"):
        parse_workbook(content(file.getvalue()), AS_FOUND)


def test_workbooks_are_told_by_content_and_damaged_ones_are_refused() -> None:
    whole = workbook(Datos=[("Fecha", "kWh"), *HOURS])

    assert is_workbook(content(whole))
    assert not is_workbook(content(b"PK\x03\x04 something else"))
    for damaged in (whole[: len(whole) // 2], b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600):
        with pytest.raises(MeterFileError, match="workbook-unreadable"):
            parse_workbook(content(damaged), AS_FOUND)


def test_a_workbook_without_readings_names_its_sheets() -> None:
    with pytest.raises(MeterFileError, match="workbook-no-readings"):
        read_sheet(AS_FOUND, Uno=[("a", "b"), (1, 2)], Dos=[("c",)])


TIMES = pd.date_range("2024-01-01", periods=96, freq="15min")


@pytest.mark.parametrize(
    "frame",
    [
        pytest.param(pd.DataFrame({"kwh": np.full(96, 0.25)}, index=TIMES), id="an index"),
        pytest.param(
            pd.DataFrame({"kwh": np.full(96, 0.25)}, index=TIMES.tz_localize("America/Lima")),
            id="an index with a zone",
        ),
        pytest.param(
            pd.DataFrame({"fecha": TIMES, "consumo_wh": 250, "temp": 20.5}), id="a column, in Wh"
        ),
        pytest.param(
            pd.DataFrame({"fecha": TIMES.strftime("%d/%m/%Y %H:%M"), "kwh": ["0,25"] * 96}),
            id="texts",
        ),
        pytest.param(
            pd.DataFrame({"time": TIMES.as_unit("s").astype("int64") + 5 * 3600, "power_kw": 1.0}),
            id="Unix seconds and power",
        ),
    ],
)
def test_the_same_day_is_read_from_every_frame(frame: pd.DataFrame) -> None:
    data = parquet(frame)

    file = parse_parquet(data, AS_FOUND)

    assert is_parquet(data)
    assert (file.format, file.rows) == ("parquet", 96)
    assert home_kwh(file) == pytest.approx(24)
    assert utc(file.channels[0].start_s[0]) == "2024-01-01 05:00"


def test_a_frame_keeps_what_is_missing() -> None:
    values = np.full(96, 0.25)
    values[[3, 50]] = np.nan

    file = parse_parquet(parquet(pd.DataFrame({"kwh": values}, index=TIMES)), AS_FOUND)

    assert int(np.isnan(file.channels[0].value).sum()) == 2
    assert file.broken_rows == 0


def test_a_damaged_or_timeless_frame_is_refused() -> None:
    whole = parquet(pd.DataFrame({"a": [1.0, 2.0]}))

    with pytest.raises(MeterFileError, match="table-no-time-column"):
        parse_parquet(whole, AS_FOUND)
    with pytest.raises(MeterFileError, match="parquet-unreadable"):
        parse_parquet(content(whole.read()[:-20]), AS_FOUND)
