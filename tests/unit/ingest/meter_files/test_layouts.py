"""Layouts of tables that portals and people use: hours across, dates in parts, sections, HTML."""

import io

import numpy as np
import openpyxl  # type: ignore[import-untyped]
import pytest

from ahorraluz.core.readings.channels import Channel, Flow, MeterFile, home_channels
from ahorraluz.ingest.meter_files.reading import parse_meter_file

HOURS = range(24)
FIRST = 1_736_485_200
"""2025-01-10 00:00 in Lima. [s]"""


def read(text: str | bytes) -> MeterFile:
    return parse_meter_file(text.encode() if isinstance(text, str) else text, name="archivo")


def home(text: str | bytes) -> Channel:
    (channel,) = home_channels(read(text).channels)
    return channel


@pytest.mark.parametrize(
    "names",
    [
        pytest.param([f"HE{hour + 1}" for hour in HOURS], id="hour ending"),
        pytest.param([f"hh_{hour}" for hour in HOURS], id="any prefix"),
        pytest.param([f"Hora {hour + 1} (kWh)" for hour in HOURS], id="unit behind"),
        pytest.param([f"{(hour - 1) % 12 + 1} {'AP'[hour > 11]}M" for hour in HOURS], id="AM, PM"),
        pytest.param([f"kWh {hour:02d}:00" for hour in HOURS], id="clock with a prefix"),
    ],
)
def test_columns_of_hours_are_laid_out_whatever_they_are_called(names: list[str]) -> None:
    text = f"Fecha;{';'.join(names)};\n2025-01-10;{';'.join(str(hour / 10) for hour in HOURS)};\n"

    channel = home(text)

    assert channel.value.tolist() == [hour / 10 for hour in HOURS]
    assert channel.start_s.tolist() == [FIRST + 3600 * hour for hour in HOURS]


def test_numbered_circuits_are_no_hours() -> None:
    names = ";".join(f"Circuito {number}" for number in range(1, 25))
    text = f"Fecha;{names}\n2025-01-10;{';'.join('1' * 24)}\n2025-01-11;{';'.join('2' * 24)}\n"

    assert len(read(text).channels) == 24


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Año;Mes;Día;Hora;kWh\n2025;1;10;0;1,5\n2025;1;10;1;2,5\n", id="parts"),
        pytest.param(
            "Year,Month,Day,Hour,Minute,kWh\n2025,1,10,0,0,1.5\n2025,1,10,1,0,2.5\n", id="minutes"
        ),
        pytest.param("Hora;10/01/2025;11/01/2025\n00:00;1,5;\n01:00;2,5;\n", id="days across"),
        pytest.param(
            "Hour,2025-01-10,2025-01-11,Total\n0,1.5,,1.5\n1,2.5,,2.5\nTotal,4,,4\n", id="totals"
        ),
        pytest.param(
            "Fecha;Hora;Wh\n2025-01-10;00 - 01;1500\n2025-01-10;01 - 02;2500\n", id="range"
        ),
        pytest.param(
            "entity_id,type,unit,10/1/2025 0:00:00,10/1/2025 1:00:00\n"
            "sensor.a,grid_consumption,kWh,1.5,2.5\nsensor.b,grid_return,kWh,9,9\n",
            id="moments across, a row for each series",
        ),
        pytest.param("Fecha;kWh\n45667;1,5\n45667,0416667;2,5\n", id="day numbers of a sheet"),
    ],
)
def test_moments_are_put_together_wherever_their_parts_stand(text: str) -> None:
    channel = home(text)

    assert channel.value.tolist() == [1.5, 2.5]
    assert channel.start_s.tolist() == [FIRST, FIRST + 3600]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Año,Mes,kWh\n2025,Enero,180\n2025,Febrero,175\n2025,Marzo,190\n", id="down"),
        pytest.param(
            "Año,Ene,Feb,Mar,Abr,May,Jun\n2025,180,175,190,,,\n2026,,,,,,\n", id="months across"
        ),
        pytest.param("Mes,2025,2026\nEnero,180,\nFebrero,175,\nMarzo,190,\n", id="years across"),
    ],
)
def test_tables_of_years_and_months_are_bills(text: str) -> None:
    file = read(text)

    assert file.format == "bills"
    assert file.channels[0].value.tolist() == [180, 175, 190]
    assert np.diff(file.channels[0].start_s).tolist() == [31 * 86_400, 28 * 86_400]


def test_details_over_the_header_give_the_unit_and_are_no_readings() -> None:
    text = (
        "PRM;Type;Date de debut;Unite;Pas\n0123;Courbe;10/01/2025;W;30\nHorodate;Valeur\n"
        "2025-01-10T00:30:00+01:00;400\n2025-01-10T01:00:00+01:00;600\n"
    ) + "".join(
        f"2025-01-10T{hour:02d}:{half}:00+01:00;0\n" for hour in (1, 2) for half in (30, 59)
    )

    channel = home(text)

    assert channel.value[:2].tolist() == [0.4, 0.6]


def test_a_written_clock_tells_that_each_row_names_its_end() -> None:
    rows = [f"2025-01-10T{half // 2:02d}:{half % 2 * 30:02d}:00+01:00" for half in range(1, 48)]
    text = "Horodate;W\n" + "".join(f"{row};100\n" for row in (*rows, "2025-01-11T00:00:00+01:00"))

    assert home(text).start_s[0] == 1_736_463_600


def test_sections_of_given_and_taken_energy_are_two_flows_and_their_net_is_left_out() -> None:
    title = "Meter readings\nPeriod,Usage (kWh)\n"
    parts = ([0.0, -1.5, -0.25], [2.0, 0.0, 0.5], [2.0, -1.5, 0.25])
    text = "".join(
        title
        + "".join(f"2025-01-10 0{h}:00 to 2025-01-10 0{h + 1}:00,{v}\n" for h, v in enumerate(p))
        for p in parts
    )

    file = read(text)

    assert {c.flow: c.value.tolist() for c in file.channels} == {
        Flow.EXPORT: [0.0, 1.5, 0.25],
        Flow.IMPORT: [2.0, 0.0, 0.5],
    }
    assert "meter-file-repeats-left-out" in [issue.code for issue in file.issues]


def test_a_table_of_html_is_read_and_another_page_is_refused() -> None:
    rows = "".join(
        f"<tr><td>2025-01-{day}<td align=right>{day}.5</td></tr>" for day in range(10, 15)
    )
    page = f"<html><body><h1>Informe</h1><table><tr><th>Fecha</th><th>kWh</th></tr>{rows}</table>"

    assert home(page).value.tolist() == [10.5, 11.5, 12.5, 13.5, 14.5]


def test_sheets_of_one_month_each_are_one_file() -> None:
    book = openpyxl.Workbook()
    book.active.append(["Resumen"])
    for month in (1, 2):
        sheet = book.create_sheet(f"Mes {month}")
        sheet.append(["Fecha", "kWh"])
        for day in range(1, 29):
            sheet.append([f"2025-{month:02d}-{day:02d}", day])
    written = io.BytesIO()
    book.save(written)

    channel = home(written.getvalue())

    assert len(channel) == 56
    assert channel.value.sum() == 2 * sum(range(1, 29))


@pytest.mark.parametrize(
    ("numbers", "step"),
    [
        pytest.param([str(part) for part in range(1, 49)], 1_800, id="half hours"),
        pytest.param([str(part) for part in range(1, 97)], 900, id="quarters"),
        pytest.param([f"{hour:02d}00" for hour in HOURS], 3_600, id="clocks without a mark"),
    ],
)
def test_numbered_parts_of_a_day_are_as_long_as_their_count_says(
    numbers: list[str], step: int
) -> None:
    text = "Fecha,Hora,kWh\n" + "".join(f"2025-01-10,{number},0.1\n" for number in numbers)

    channel = home(text)

    assert channel.start_s.tolist() == [FIRST + step * place for place in range(len(numbers))]


def test_short_names_of_zones_give_the_offset() -> None:
    text = "Date,kWh\n2025-01-10 00:00 EST,1.5\n2025-01-10 01:00 EST,2.5\n"

    assert home(text).start_s.tolist() == [FIRST, FIRST + 3600]


@pytest.mark.parametrize(
    "space", ["", " ", "\u2009", "\u3000"], ids=["none", "space", "thin", "wide"]
)
def test_no_space_before_a_number_with_its_unit_eats_a_digit(space: str) -> None:
    rows = "".join(f"2025-01-10 {hour:02d}:00;{space}1.25kWh\n" for hour in HOURS)

    channel = home(f"fecha;consumo\n{rows}")

    assert channel.value.tolist() == [1.25] * 24
