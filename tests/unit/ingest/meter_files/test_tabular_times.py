"""Moments, zones and intervals of tables."""

import datetime as dt
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.ingest.meter_files.tabular_samples import codes, home_kwh, read, utc

from ahorraluz.ingest.meter_files.content import MeterFileError
from ahorraluz.ingest.meter_files.options import ReadOptions
from ahorraluz.ingest.meter_files.strings import Strings
from ahorraluz.ingest.meter_files.times import parse_moments
from ahorraluz.ingest.meter_files.zones import from_utc, to_utc

LISBON = ReadOptions(zone="Europe/Lisbon")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        pytest.param("2024-12-31", "2024-12-31 00:00", id="a day"),
        pytest.param("2024/12/31 23:45", "2024-12-31 23:45", id="slashes"),
        pytest.param("31.12.2024 23:45:59", "2024-12-31 23:45", id="dots, the day first"),
        pytest.param("12/31/2024 11:45 PM", "2024-12-31 23:45", id="the month first, afternoon"),
        pytest.param("31-12-24 12:05 a. m.", "2024-12-31 00:05", id="two digits, after midnight"),
        pytest.param("31 de diciembre de 2024 7:05", "2024-12-31 07:05", id="Spanish month"),
        pytest.param("31-dic-2024", "2024-12-31 00:00", id="short Spanish month"),
        pytest.param("Dec 31, 2024 11:45 PM", "2024-12-31 23:45", id="English month"),
        pytest.param("mié 31/12/2024 07:05", "2024-12-31 07:05", id="weekday with an accent"),
        pytest.param("2024-12-31T23:45:10.987Z", "2024-12-31 23:45", id="parts of a second"),
        pytest.param("20241231", "2024-12-31 00:00", id="eight digits"),
        pytest.param("20241231T2345", "2024-12-31 23:45", id="compact"),
        pytest.param("1735688700", "2024-12-31 23:45", id="Unix seconds"),
        pytest.param("1735688700000", "2024-12-31 23:45", id="Unix milliseconds"),
        pytest.param("31/12/2024 24:00", "2025-01-01 00:00", id="the end of a day"),
        pytest.param("2024-12", "2024-12-01 00:00", id="a month"),
    ],
)
def test_a_moment_is_read_however_it_is_written(text: str, moment: str) -> None:
    moments = parse_moments(Strings.of([text]))

    assert moments.readable.all()
    assert utc(moments.clock_s[0]) == moment


@pytest.mark.parametrize(
    "text",
    ["", "0.5", "12.30", "2024-02-30", "31/13/2024", "2024-01-01 25:00", "2024-01-01 10:75", "kWh"],
)
def test_what_is_no_moment_is_not_read_as_one(text: str) -> None:
    assert not parse_moments(Strings.of([text])).readable.any()


def test_one_spoiled_row_does_not_hide_the_others() -> None:
    moments = parse_moments(Strings.of(["2024-13-01", "2024-12-01", "x", "2024-12-02 00:15"]))

    assert moments.readable.tolist() == [False, True, False, True]


def test_the_order_of_day_and_month_is_told_by_all_rows() -> None:
    moments = parse_moments(Strings.of(["01/02/2024", "01/03/2024", "01/13/2024"]))

    assert [utc(second)[:10] for second in moments.clock_s] == [
        "2024-01-02", "2024-01-03", "2024-01-13",
    ]  # fmt: skip
    assert not moments.in_doubt


def test_in_doubt_the_day_comes_first_and_it_is_said() -> None:
    text = "fecha,kwh\n01/02/2024,1\n02/02/2024,1\n03/02/2024,1\n"

    file = read(text)

    assert utc(file.channels[0].start_s[0]) == "2024-02-01 05:00"
    assert "table-day-first-assumed" in codes(file)
    month_first = read(text, ReadOptions(day_first=False))
    assert utc(month_first.channels[0].start_s[0]) == "2024-01-02 05:00"


def test_rows_that_walk_through_the_hours_of_days_tell_the_order() -> None:
    text = "Date,Usage (kWh)\n" + "".join(
        f"03/{1 + i // 24:02d}/2024 {i % 24:02d}:00,1\n" for i in range(72)
    )

    file = read(text)

    assert utc(file.channels[0].end_s[-1]) == "2024-03-04 05:00"


def test_a_first_row_at_a_quarter_past_and_a_last_at_midnight_name_ends() -> None:
    text = "Data,Hora,Consumo (kW)\n" + "".join(
        f"2024/09/{13 + (i + 1) // 96},{(i + 1) // 4 % 24:02d}:{15 * ((i + 1) % 4):02d},2\n"
        for i in range(96)
    )

    file = read(text)

    assert utc(file.channels[0].start_s[0]) == "2024-09-13 05:00"
    assert home_kwh(file) == pytest.approx(48)
    assert "table-stamp-is-end" in codes(file)


def test_hours_numbered_from_one_begin_an_hour_before() -> None:
    text = "CUPS;Fecha;Hora;AE_kWh\n" + "".join(
        f"ES00;{day:02d}/10/2024;{hour};0,5\n" for day in (13, 14) for hour in range(1, 25)
    )

    file = read(text)

    assert utc(file.channels[0].start_s[0]) == "2024-10-13 05:00"
    assert utc(file.channels[0].end_s[-1]) == "2024-10-15 05:00"


def test_ranges_of_hours_beside_a_day_are_read() -> None:
    text = "Fecha,Hora,kWh\n" + "".join(
        f"13/02/2024,{hour:02d}:00 - {(hour + 1) % 24:02d}:00,0.5\n" for hour in range(24)
    )

    (channel,) = read(text).channels

    assert set((channel.end_s - channel.start_s).tolist()) == {3600}


def test_an_hour_that_comes_twice_is_told_by_the_order_of_rows() -> None:
    clocks = ["00:30", "01:00", "01:00", "01:30", "01:30", "02:00"]
    text = "fecha,kwh\n" + "".join(f"2024-10-27 {clock},1\n" for clock in clocks)

    file = read(text, LISBON)

    assert [utc(second)[-5:] for second in file.channels[0].start_s] == [
        "23:30", "00:00", "01:00", "00:30", "01:30", "02:00",
    ]  # fmt: skip


def test_hours_that_never_were_are_moved_on_and_counted() -> None:
    clocks = ["00:00", "00:30", "01:00", "01:30", "02:00", "02:30"]
    text = "fecha,kwh\n" + "".join(f"2024-03-31 {clock},1\n" for clock in clocks)

    file = read(text, LISBON)

    (issue,) = (issue for issue in file.issues if issue.code == "table-times-skipped")
    assert issue.parameters["count"] == 2


def test_days_are_as_long_as_the_clock_makes_them() -> None:
    text = "fecha,kwh\n2024-10-26,1\n2024-10-27,1\n2024-10-28,1\n"

    (channel,) = read(text, LISBON).channels

    assert ((channel.end_s - channel.start_s) // 3600).tolist() == [24, 25, 24]


def test_months_end_where_the_next_one_begins() -> None:
    text = "mes,kwh\n" + "".join(f"2024-{month:02d},{month}\n" for month in range(1, 13))

    (channel,) = read(text).channels

    assert ((channel.end_s - channel.start_s) // 86_400).tolist()[:3] == [31, 29, 31]


def test_a_zone_in_the_header_is_used() -> None:
    file = read("Date/time UTC,Active energy Wh\n2025-01-11 00:00,30\n2025-01-11 00:10,31\n")

    assert (file.zone, utc(file.channels[0].start_s[0])) == ("UTC", "2025-01-11 00:00")


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(MeterFileError, match="meter-file-zone-unknown"):
        read("fecha,kwh\n2024-01-01,1\n2024-01-02,1\n", ReadOptions(zone="Mars/Base"))


@given(
    seconds=st.lists(st.integers(min_value=0, max_value=2_000_000_000), min_size=1, max_size=40),
    zone=st.sampled_from(["America/Lima", "Europe/Madrid", "America/New_York", "UTC"]),
)
def test_clocks_and_moments_agree_with_the_zone_database(seconds: list[int], zone: str) -> None:
    moments = np.unique(np.array(seconds, dtype=np.int64))

    clock = from_utc(moments, zone)

    expected = [
        int(dt.datetime.fromtimestamp(s, tz=ZoneInfo(zone)).replace(tzinfo=dt.UTC).timestamp())
        for s in moments.tolist()
    ]
    assert clock.tolist() == expected
    back, _ = to_utc(clock, zone)
    assert bool((np.abs(back - moments) <= 3600).all())


@given(st.lists(st.datetimes(
    min_value=dt.datetime(1990, 1, 1), max_value=dt.datetime(2090, 1, 1)  # noqa: DTZ001
), min_size=1, max_size=30))  # fmt: skip
def test_iso_moments_are_read_to_the_second(moments: list[dt.datetime]) -> None:
    texts = [moment.isoformat(sep=" ") for moment in moments]

    parsed = parse_moments(Strings.of(texts))

    expected = [int(moment.replace(tzinfo=dt.UTC, microsecond=0).timestamp()) for moment in moments]
    assert parsed.clock_s.tolist() == expected
