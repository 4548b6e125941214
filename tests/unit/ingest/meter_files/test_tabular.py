"""Tables of readings as people and devices write them."""

from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.ingest.meter_files.tabular_samples import (
    codes,
    days,
    flows,
    home_kwh,
    quarters,
    read,
    utc,
)

from ahorraluz.core.readings.channels import Measure
from ahorraluz.ingest.meter_files.content import MeterFileError
from ahorraluz.ingest.meter_files.options import ReadOptions, Stamp


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            quarters("%d/%m/%Y %H:%M", header="Fecha y hora;Energía activa (kWh)", delimiter=";",
                     comma=True).encode("latin-1"),
            id="Spanish, semicolons, decimal comma, Latin-1",
        ),
        pytest.param(
            quarters("%d/%m/%Y %H:%M", header="Fecha;Consumo kWh", delimiter=";",
                     comma=True).encode("utf-16"),
            id="UTF-16 with a mark",
        ),
        pytest.param(
            b"\xef\xbb\xbf" + quarters("%Y-%m-%d %H:%M", header="Zeit\tVerbrauch (kWh)",
                                       delimiter="\t").encode(),
            id="tabs under a byte-order mark",
        ),
        pytest.param(
            quarters("%Y-%m-%d|%H:%M", header="data|ora|prelievo kWh", delimiter="|").encode(),
            id="Italian, bars, day and clock apart",
        ),
        pytest.param(
            quarters("%Y-%m-%d %H:%M", header="date time kwh", delimiter=" ").encode(),
            id="spaces",
        ),
        pytest.param(
            quarters("%d/%m/%Y %I:%M %p", header="fecha,kwh").encode(), id="clock of twelve hours"
        ),
        pytest.param(
            quarters("%Y-%m-%dT%H:%M:%S-05:00", header="Horodate;Consommation kWh",
                     delimiter=";").encode(),
            id="French, with an offset",
        ),
        pytest.param(
            quarters("%d-%m-%Y %H:%M", header='sep=;\n"Datum";"Afname (kWh)"', delimiter=";",
                     comma=True).replace("\n", "\r\n").encode(),
            id="Dutch, a line that says the delimiter, Windows line ends",
        ),
    ],
)  # fmt: skip
def test_the_same_day_is_read_from_every_way_of_writing_it(text: bytes) -> None:
    file = read(text)

    (channel,) = file.channels
    assert (channel.flow.value, channel.measure) == ("import", Measure.ENERGY)
    assert home_kwh(file) == pytest.approx(24.0)
    assert utc(channel.start_s[0]) == "2024-03-01 05:00"
    assert utc(channel.end_s[-1]) == "2024-03-02 05:00"
    assert (file.rows, file.broken_rows) == (96, 0)


def test_watts_in_the_header_are_power() -> None:
    file = read(quarters("%Y-%m-%d %H:%M", header="time,Power (W)").replace("0.250", "500"))

    assert file.channels[0].measure is Measure.POWER
    assert home_kwh(file) == pytest.approx(12.0)


def test_a_table_without_header_is_told_by_the_size_of_its_numbers() -> None:
    file = read("".join(f"202201{day:02d},{9000 + 37 * day % 800}\n" for day in range(1, 32)))

    assert home_kwh(file) == pytest.approx(sum(9 + 37 * d % 800 / 1000 for d in range(1, 32)))
    assert {"table-header-missing", "table-unit-assumed"} <= set(codes(file))


def test_a_counter_is_told_from_readings_of_intervals() -> None:
    file = read(
        days([f"{12_345 + 7.25 * d:.2f}".replace(".", ",") for d in range(28)],
            header="Datum;Zählerstand (kWh)")
    )  # fmt: skip

    assert file.channels[0].measure is Measure.REGISTER
    assert home_kwh(file) == pytest.approx(27 * 7.25)


def test_a_counter_without_a_word_is_told_by_its_height_over_its_steps() -> None:
    file = read("Time,kWh.first\n" + "".join(
        f"2026-02-{1 + i // 24:02d} {i % 24:02d}:00:00,{28_480 + i // 2}\n" for i in range(72)
    ))  # fmt: skip

    assert file.channels[0].measure is Measure.REGISTER


def test_a_counter_that_turned_over_is_still_one() -> None:
    file = read("t,total_kwh\n" + "".join(
        f"2024-01-{day:02d},{(99_950 + 5 * day) % 100_000}\n" for day in range(1, 29)
    ))  # fmt: skip

    assert file.channels[0].measure is Measure.REGISTER


def test_flows_are_told_from_words() -> None:
    header = "Time;PV(kWh);Purchased Energy(kWh);Feed-in(kWh);Load(kWh)"

    file = read(days(["56,2;7;44,7;18,5", "56,7;6,2;47,7;15,2"], header=header))

    assert list(flows(file).values()) == ["production", "import", "export", "load"]
    assert home_kwh(file) == pytest.approx(13.2)


def test_the_mains_are_the_home_and_the_rest_are_circuits() -> None:
    header = "Time Bucket (America/New_York);Mains_A (kWhs);Mains_B (kWhs);Garage (kWhs);AC (kWhs)"

    file = read(days(["50,2;70,3;6,6;8,8", "86,6;116,9;11,8;19,4"], header=header))

    assert list(flows(file).values()) == ["import", "import", "circuit", "circuit"]
    assert file.zone == "America/New_York"


def test_a_total_beside_its_parts_is_counted_once() -> None:
    rows = [f"{d};{2 * d};{3 * d}" for d in range(1, 29)]

    file = read(days(rows, header="fecha;punta kWh;fuera de punta kWh;total kWh"))

    assert home_kwh(file) == pytest.approx(3 * 406)


def test_a_counter_that_stood_still_is_one_among_others() -> None:
    text = "read_at,electricity_delivered_1,electricity_returned_1\n" + "".join(
        f"2024-01-01 {i // 4:02d}:{15 * (i % 4):02d}:00,{1_000 + i * 0.3:.3f},60.000\n"
        for i in range(90)
    )

    file = read(text)

    assert [channel.measure for channel in file.channels] == [Measure.REGISTER] * 2
    assert home_kwh(file) == pytest.approx(89 * 0.3)


def test_inclusive_ends_reach_to_the_next_start() -> None:
    text = "TYPE,DATE,START TIME,END TIME,USAGE,UNITS,COST\n" + "".join(
        f"Electric usage,2024-01-01,{i // 4:02d}:{i % 4 * 15:02d},"
        f"{i // 4:02d}:{i % 4 * 15 + 14:02d},0.5,kWh,$0.05\n"
        for i in range(96)
    )

    (channel,) = read(text).channels

    assert set((channel.end_s - channel.start_s).tolist()) == {900}


def test_a_counter_beside_the_energy_it_counted_is_left_out() -> None:
    rows = [f"{9_695 + 10 * d};{10}" for d in range(28)]

    file = read(days(rows, header="Datum;Meterstand (kWh);Verbruik (kWh)"))

    assert home_kwh(file) == pytest.approx(280)
    assert "meter-file-repeats-left-out" in codes(file)


def test_rows_of_several_registers_become_channels() -> None:
    lines = [
        f"12-10-2021;{i // 4:02d}:{15 * (i % 4):02d}:00;12-10-2021;"
        f'{(i + 1) // 4:02d}:{15 * ((i + 1) % 4):02d}:00;="541";{name};{value};kWh;{state}'
        for i in range(40)
        for name, value, state in (("Afname Nacht", "0,125", "Geschat"), ("Injectie Nacht", "", ""))
    ]
    header = "Van datum;Van tijdstip;Tot datum;Tot tijdstip;EAN;Register;Volume;Eenheid;Status"

    file = read("\n".join([header, *lines]))

    assert flows(file) == {"Afname Nacht": "import", "Injectie Nacht": "export"}
    assert home_kwh(file) == pytest.approx(5.0)
    assert int(file.channels[0].flags.sum()) == 40
    assert bool(np.isnan(file.channels[1].value).all())


def test_water_among_the_statistics_is_left_out() -> None:
    text = (
        "statistic_id,unit,start,sum,state,delta\n"
        "sensor.energy_consumed,kWh,26.01.2024 12:00,10.5,100,0\n"
        "sensor.energy_consumed,kWh,26.01.2024 13:00,11.2,110,0.7\n"
        "sensor.water_used,L,26.01.2024 12:00,5.3,50,0\n"
    )

    file = read(text)

    assert home_kwh(file) == pytest.approx(0.7)
    assert "meter-file-left-out" in codes(file)


def test_a_file_of_gas_is_refused() -> None:
    with pytest.raises(MeterFileError, match="meter-file-not-electricity"):
        read(days([f"{d},5" for d in range(1, 29)], header="fecha;Gas (m3)"))


LONDON = "LCLid,tstp,energy(kWh/hh)\n" + "".join(
    f"MAC{home},2013-01-01 {i // 2:02d}:{30 * (i % 2):02d}:00.0000000, 0.{home}00 \n"
    for home in (1, 2)
    for i in range(48)
)


def test_several_homes_are_refused_until_one_is_chosen() -> None:
    with pytest.raises(MeterFileError, match="table-several-homes"):
        read(LONDON)

    assert home_kwh(read(LONDON, ReadOptions(value_column="MAC2"))) == pytest.approx(9.6)


def test_the_published_household_set_is_kilowatts_with_sub_meters_in_watt_hours() -> None:
    header = (
        "Date;Time;Global_active_power;Global_reactive_power;Voltage;Global_intensity;"
        "Sub_metering_1;Sub_metering_2;Sub_metering_3"
    )
    lines = [
        f"16/12/2006;17:{i:02d}:00;" + ("?;?;?;?;?;?;" if i == 7 else "3.000;0.4;234.8;18.4;0;1;17")
        for i in range(60)
    ]

    file = read("\n".join([header, *lines]))

    assert list(flows(file).values()) == ["import", "circuit", "circuit", "circuit"]
    assert home_kwh(file) == pytest.approx(59 * 3 / 60)
    assert file.broken_rows == 0


def test_a_broken_row_is_named_with_its_line_and_the_rest_is_kept() -> None:
    text = (
        "timestamp,kwh\n2024-01-01 00:00,0.1\n2024-01-01 01:00,abc\nxx,0.3\n\n"
        "2024-01-01 03:00,0.4\n2024-02-30 04:00,1\n2024-01-01 05:00,0.5,\n2024-01-01 06:00,0.6\n"
        "2024-01-01 07:00,\n2024-01-01 08:00,0.8\n\nTotal,3.4\n"
    )

    file = read(text)

    broken = [issue.parameters for issue in file.issues if issue.code == "row-broken"]
    assert [(item["line"], item["value"]) for item in broken] == [
        (3, "abc"), (4, "xx"), (7, "2024-02-30 04:00"),
    ]  # fmt: skip
    assert (file.rows, file.broken_rows) == (9, 3)
    assert file.channels[0].line.tolist() == [2, 6, 8, 9, 10, 11]
    assert home_kwh(file) == pytest.approx(2.4)


def test_a_file_of_mostly_broken_rows_is_refused() -> None:
    text = "timestamp,kwh\n" + "2024-01-01 00:00,0.1\n" * 3 + "?,x\n" * 9

    with pytest.raises(MeterFileError, match="table-mostly-broken"):
        read(text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param(b"hello world\nthis is\n", "table-not-found", id="prose"),
        pytest.param(b"a,b\n1,2\n3,4\n", "table-no-time-column", id="no time"),
        pytest.param(b"fecha,nombre\n2024-01-01,Ana\n2024-01-02,\n", "table-no-energy-column",
                     id="no energy"),
        pytest.param(b"x\x01\x00\x02" * 40, "table-not-text", id="zero bytes"),
        pytest.param(b"x" * 2_000_000, "table-line-too-long", id="an endless line"),
        pytest.param(b"2024-01-01" + b",1" * 5_000 + b"\n", "table-too-many-columns",
                     id="too many columns"),
    ],
)  # fmt: skip
def test_what_is_no_table_of_readings_is_refused_by_its_reason(text: bytes, code: str) -> None:
    with pytest.raises(MeterFileError) as raised:
        read(text)

    assert raised.value.issue.code == code


def test_the_person_may_name_columns_unit_and_stamp() -> None:
    text = "a,b,c\n2024-01-01 01:00,7,500\n2024-01-01 02:00,8,1500\n"
    said = ReadOptions(time_column="A", value_column="c", unit="Wh", stamp=Stamp.END)

    file = read(text, said)

    assert home_kwh(file) == pytest.approx(2.0)
    assert utc(file.channels[0].start_s[0]) == "2024-01-01 05:00"


def test_a_column_that_is_not_there_is_said_with_those_that_are() -> None:
    with pytest.raises(MeterFileError, match=r"table-column-unknown.*kwh"):
        read("fecha,kwh\n2024-01-01,1\n2024-01-02,2\n", ReadOptions(value_column="kwx"))


def test_a_device_that_was_away_is_counted_and_no_broken_row() -> None:
    states = ["100.1", "unavailable", "100.4", "unknown", "100.9"]
    text = "entity_id,state,last_changed\n" + "".join(
        f"sensor.import_energy,{state},2025-01-01T{hour:02d}:00:00.123Z\n"
        for hour, state in enumerate(states)
    )

    file = read(text)

    assert home_kwh(file) == pytest.approx(0.8)
    assert (file.broken_rows, len(file.channels[0])) == (0, 3)
    assert "table-unavailable" in codes(file)


def test_bills_reach_back_to_the_bill_before() -> None:
    text = 'Bill Date,Charges,Usage (kWh)\n"03/27/2024","9","300"\n"02/26/2024","8","280"\n'
    text += '"01/25/2024","7","310"\n'

    file = read(text)

    (channel,) = file.channels
    assert file.format == "bills"
    assert home_kwh(file) == pytest.approx(890)
    assert [utc(s)[:10] for s in channel.start_s] == ["2024-02-26", "2024-01-25", "2023-12-25"]
    assert "table-first-bill-assumed" in codes(file)


def test_one_row_a_day_is_laid_out() -> None:
    header = "Giorno;" + ";".join(f"{h:02d}:00-{h + 1:02d}:00" for h in range(24))

    file = read(days([";".join(['"0,5"'] * 24)] * 3, header=header))

    assert file.format == "table-wide"
    assert (file.rows, len(file.channels[0])) == (3, 72)
    assert home_kwh(file) == pytest.approx(36.0)
    assert file.channels[0].line[[0, 23, 24]].tolist() == [2, 2, 3]


def test_a_total_row_under_intervals_is_left_out() -> None:
    text = (
        "Vanaf;Tot;Verbruik;\n2013-01-01 00:00;2013-01-02 00:00;5,5;\n"
        "2013-01-02 00:00;2013-01-03 00:00;6,5;\n2013-01-03 00:00;2013-01-04 00:00;60,5;\n"
        "2013-01-01 00:00;2013-01-04 00:00;1.072,5;\n"
    )

    file = read(text)

    assert home_kwh(file) == pytest.approx(72.5)
    assert "table-total-left-out" in codes(file)


def test_banners_between_blocks_are_no_broken_rows() -> None:
    block = (
        " Usage Information\n Start date: 2025-10-{day} 00:00 for 1 days\n ====\n"
        " Energy consumption time period,Usage(Real energy in kilowatt-hours),Events\n"
    )
    text = ""
    for day in (19, 20):
        text += block.format(day=day)
        text += "".join(
            f" 2025-10-{day} {h:02d}:00 to 2025-10-{day} {h + 1:02d}:00,1.5,,\n" for h in range(23)
        )

    file = read(text)

    assert (file.rows, file.broken_rows) == (46, 0)
    assert home_kwh(file) == pytest.approx(69)


@given(st.binary(min_size=1, max_size=400))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with suppress(MeterFileError):
        assert read(data).channels


@given(
    values=st.lists(st.integers(min_value=0, max_value=9_999), min_size=13, max_size=60),
    comma=st.booleans(),
)
def test_no_energy_is_lost_or_invented(values: list[int], comma: bool) -> None:
    header = "fecha;kwh_intervalo"
    texts = [f"{value / 1000:.4f}" for value in values]
    rows = [text.replace(".", ",") if comma else text for text in texts]
    text = "\n".join([
        header,
        *(f"2024-01-{1 + i // 24:02d} {i % 24:02d}:00;{row}" for i, row in enumerate(rows)),
    ])  # fmt: skip

    file = read(text, ReadOptions(measure=Measure.ENERGY))

    assert home_kwh(file) == pytest.approx(sum(map(float, texts)))
