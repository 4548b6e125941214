"""NEM12 and NEM13: days of a meter, how good they are, and broken records."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ahorraluz.core.readings.channels import Flow, MeterFile
from ahorraluz.ingest.meter_files.content import MeterFileError, content_of_bytes
from ahorraluz.ingest.meter_files.nem12 import is_nem12, parse_nem12
from ahorraluz.ingest.meter_files.options import ReadOptions

HEADER = "100,NEM12,202001010000,A,B"
FIRST = 1_577_800_800
"""2020-01-01T00:00+10:00, market time."""


def stream(
    suffix: str = "E1",
    *,
    nmi: str = "1234567890",
    unit: str = "kWh",
    length: int = 30,
    serial: str = "S1",
) -> str:
    return f"200,{nmi},E1B1,1,{suffix},N1,{serial},{unit},{length},"


def day(*values: float, date: str = "20200101", quality: str = "A", count: int = 48) -> str:
    row = list(values) + [1.0] * (count - len(values))
    return f"300,{date}," + ",".join(map(str, row)) + f",{quality},,,20200102000000,"


def parsed(*lines: str, **options: str) -> MeterFile:
    content = "\n".join(lines).encode()
    return parse_nem12(
        content_of_bytes(content, name="nem12.csv"),
        ReadOptions(zone=options.get("zone"), value_column=options.get("value_column")),
    )


def codes(file: MeterFile) -> list[str]:
    return [issue.code for issue in file.issues]


def test_a_day_is_intervals_of_market_time() -> None:
    file = parsed(HEADER, stream(), day(2.0), "900")

    (channel,) = file.channels
    assert (channel.id, channel.flow, len(channel)) == ("E1", Flow.IMPORT, 48)
    assert channel.start_s[0] == FIRST
    assert np.all(np.diff(channel.start_s) == 1800)
    assert channel.value[:2].tolist() == [2.0, 1.0]
    assert (file.zone, file.rows, file.issues) == ("Etc/GMT-10", 1, ())


def test_another_zone_may_be_said() -> None:
    file = parsed(HEADER, stream(), day(), "900", zone="America/Lima")

    assert file.channels[0].start_s[0] == FIRST + 15 * 3600


@pytest.mark.parametrize(
    ("unit", "kwh"), [("kWh", 48.0), ("WH", 0.048), ("MWh", 48_000.0), ("KWH", 48.0)]
)
def test_units_become_kwh(unit: str, kwh: float) -> None:
    file = parsed(HEADER, stream(unit=unit), day(), "900")

    assert float(file.channels[0].value.sum()) == pytest.approx(kwh)


def test_a_stream_of_energy_without_a_unit_is_taken_for_kwh_and_says_so() -> None:
    file = parsed(HEADER, stream(unit=""), day(), "900")

    assert float(file.channels[0].value.sum()) == 48.0
    assert codes(file) == ["nem12-unit-assumed"]


def test_lengths_flows_and_meters_of_one_home_are_told_apart() -> None:
    file = parsed(
        HEADER,
        stream("E1", length=15),
        day(count=96),
        stream("B1", length=5),
        day(count=288),
        stream("Q1", unit="kVArh"),
        day(),
        stream("E2", serial="S2"),
        day(),
        "900",
    )

    told = {channel.id: (channel.flow, len(channel)) for channel in file.channels}
    assert told == {
        "E1": (Flow.IMPORT, 96),
        "B1": (Flow.EXPORT, 288),
        "E2": (Flow.IMPORT, 48),
    }
    assert codes(file) == ["meter-file-left-out"]


def test_a_changed_meter_goes_on_in_the_same_channel_and_two_at_once_are_two() -> None:
    changed = parsed(HEADER, stream(), day(), stream(serial="S2"), day(date="20200102"), "900")
    both = parsed(HEADER, stream(), day(), stream(serial="S2"), day(), "900")

    assert [(c.id, len(c)) for c in changed.channels] == [("E1", 96)]
    assert [c.id for c in both.channels] == ["E1 S1 30", "E1 S2 30"]


@pytest.mark.parametrize(
    ("quality", "flag"), [("A", 0), ("S14", 1), ("E52", 1), ("F61", 1), ("V", 0)]
)
def test_the_quality_of_a_day_marks_its_estimates(quality: str, flag: int) -> None:
    file = parsed(HEADER, stream(), day(quality=quality), "900")

    assert set(file.channels[0].flags.tolist()) == {flag}


def test_records_400_mark_their_intervals() -> None:
    file = parsed(
        HEADER,
        stream(),
        day(quality="V"),
        "400,1,2,S14,32,",
        "400,3,46,A,,",
        "400,47,48,N,,",
        "900",
    )

    (channel,) = file.channels
    assert channel.flags.tolist() == [1, 1] + [0] * 46
    assert np.isnan(channel.value).tolist() == [False] * 46 + [True] * 2


def test_a_file_without_header_or_end_is_read_and_says_so() -> None:
    file = parsed(stream(), day())

    assert len(file.channels[0]) == 48
    assert codes(file) == ["nem12-end-missing"]
    assert is_nem12((stream() + "\n" + day()).encode())


@pytest.mark.parametrize(
    ("row", "issue"),
    [
        pytest.param(
            "300,20200102,V,,,20200102120025,",
            ("nem12-row-length", {"line": 4, "found": 0, "expected": 48}),
            id="no values",
        ),
        pytest.param(
            day(count=24, date="20200102"),
            ("nem12-row-length", {"line": 4, "found": 24, "expected": 48}),
            id="hours under half hours",
        ),
        pytest.param(
            day(count=96, date="20200102"),
            ("nem12-row-length", {"line": 4, "found": 96, "expected": 48}),
            id="quarter hours under half hours",
        ),
        pytest.param(
            day(date="20201302"),
            ("row-broken", {"line": 4, "column": "IntervalDate", "value": "20201302"}),
            id="month 13",
        ),
        pytest.param(
            day(date="20200102").replace("1.0", "1e999", 1),
            ("row-broken", {"line": 4, "column": "1", "value": "1e999"}),
            id="no number",
        ),
    ],
)
def test_a_broken_day_is_named_and_the_rest_kept(
    row: str, issue: tuple[str, dict[str, object]]
) -> None:
    file = parsed(HEADER, stream(), day(), row, "900")

    assert (file.rows, file.broken_rows, len(file.channels[0])) == (2, 1, 48)
    (found,) = file.issues
    assert (found.code, dict(found.parameters)) == issue


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        pytest.param([HEADER, stream(length=15), day(), "900"], "nem12-all-broken", id="lengths"),
        pytest.param(
            [HEADER, stream(), day(), stream(nmi="2"), day(), "900"],
            "meter-file-several-homes",
            id="two homes",
        ),
        pytest.param(
            [HEADER, stream("Q1", unit="kVArh"), day(), "900"],
            "meter-file-not-electricity",
            id="reactive energy alone",
        ),
        pytest.param([HEADER, "900"], "meter-file-no-readings", id="nothing"),
        pytest.param([HEADER, day(), "900"], "nem12-all-broken", id="days of no meter"),
    ],
)
def test_a_file_without_one_home_is_refused(lines: list[str], code: str) -> None:
    with pytest.raises(MeterFileError) as caught:
        parsed(*lines)

    assert caught.value.issue.code == code


def test_one_home_of_several_may_be_chosen() -> None:
    lines = [HEADER, stream(), day(), stream(nmi="2"), day(5.0), "900"]

    file = parsed(*lines, value_column="2")

    assert file.channels[0].value[0] == 5.0
    with pytest.raises(MeterFileError, match="meter-file-choice-unknown"):
        parsed(*lines, value_column="3")


def test_nem13_is_the_energy_between_two_readings() -> None:
    record = (
        "250,1234567890,11,1,11,11,S1,E,100.0,20200101000000,A,,,"
        "350.5,20200401000000,E64,77,,250.5,kWh,,20200402000000,"
    )

    file = parsed("100,NEM13,202001010000,A,B", record, "900")

    (channel,) = file.channels
    assert (file.format, channel.flow, channel.value.tolist()) == ("nem13", Flow.IMPORT, [250.5])
    assert channel.flags.tolist() == [1]
    assert int(channel.end_s[0] - channel.start_s[0]) == 91 * 86_400


@given(values=st.lists(st.integers(0, 10_000), min_size=48, max_size=48))
def test_no_energy_is_lost_or_invented(values: list[int]) -> None:
    file = parsed(HEADER, stream(unit="Wh"), day(*values), "900")

    assert float(file.channels[0].value.sum()) * 1000 == pytest.approx(sum(values))


@pytest.mark.parametrize("text", ["100,NEM14,x", "100;NEM12", "200,1,2", "fecha,kWh", ""])
def test_other_tables_are_no_nem12(text: str) -> None:
    assert not is_nem12(text.encode())
