"""Green Button: which reading is of what, in which unit, and what is refused."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.ingest.meter_files.green_button_samples import (
    FIRST,
    HOUR,
    bill,
    block,
    entry,
    feed,
    meter_reading,
    reading_type,
    usage_point,
)

from ahorraluz.core.readings.channels import SOURCE_ESTIMATED, Flow, Measure, MeterFile
from ahorraluz.ingest.meter_files.content import MeterFileError, content_of_bytes
from ahorraluz.ingest.meter_files.green_button import parse_green_button
from ahorraluz.ingest.meter_files.options import ReadOptions

HOME = [usage_point(), meter_reading("1", reading_type="7"), reading_type("7")]


def parsed(content: bytes, **options: str) -> MeterFile:
    return parse_green_button(
        content_of_bytes(content, name="gb.xml"),
        ReadOptions(zone=options.get("zone"), value_column=options.get("value_column")),
    )


def codes(file: MeterFile) -> list[str]:
    return [issue.code for issue in file.issues]


def refusal(content: bytes) -> MeterFileError:
    with pytest.raises(MeterFileError) as caught:
        parsed(content)
    return caught.value


def test_hours_of_a_home_are_energy_of_intervals_in_utc() -> None:
    file = parsed(feed(*HOME, block("1", ["450", "550"])))

    (channel,) = file.channels
    assert (channel.flow, channel.measure) == (Flow.IMPORT, Measure.ENERGY)
    assert channel.value.tolist() == [0.45, 0.55]
    assert channel.start_s.tolist() == [FIRST, FIRST + HOUR]
    assert channel.end_s.tolist() == [FIRST + HOUR, FIRST + 2 * HOUR]
    assert (file.rows, file.issues) == (2, ())


@given(seed=st.integers(0, 1000))
def test_entries_may_stand_in_any_order(seed: int) -> None:
    entries = [
        *HOME,
        meter_reading("2", reading_type="8"),
        reading_type("8", flowDirection="19", powerOfTenMultiplier="3"),
        block("1", ["450"]),
        block("2", ["2"]),
    ]
    random.Random(seed).shuffle(entries)

    file = parsed(feed(*entries))

    totals = {channel.flow: float(channel.value.sum()) for channel in file.channels}
    assert totals == {Flow.IMPORT: 0.45, Flow.EXPORT: 2.0}


@pytest.mark.parametrize(
    ("tens", "kwh"),
    [("-3", 0.00045), ("0", 0.45), ("3", 450.0), ("mucho", 0.45)],
)
def test_the_power_of_ten_scales_watt_hours(tens: str, kwh: float) -> None:
    content = feed(
        usage_point(),
        meter_reading("1", reading_type="7"),
        reading_type("7", powerOfTenMultiplier=tens),
        block("1", ["450"]),
    )

    assert parsed(content).channels[0].value.tolist() == pytest.approx([kwh])


def test_a_default_namespace_reads_like_a_prefix() -> None:
    content = feed(*HOME, block("1", ["450"])).replace(b"espi:", b"")

    assert parsed(content).channels[0].value.tolist() == [0.45]


def test_addresses_with_and_without_host_are_the_same() -> None:
    content = feed(*HOME, block("1", ["450"]).replace('"/espi', '"https://example.org/espi'))

    file = parsed(content)

    assert codes(file) == []


@pytest.mark.parametrize("quality", ["8", "9"])
def test_estimated_readings_are_marked(quality: str) -> None:
    file = parsed(
        feed(*HOME, block("1", ["450"], quality=quality), block("1", ["450"], quality="14"))
    )

    assert file.channels[0].flags.tolist() == [SOURCE_ESTIMATED, 0]


def test_power_is_power_and_a_counter_is_a_register_at_the_end_of_its_interval() -> None:
    power = feed(
        meter_reading("1", reading_type="7"), reading_type("7", uom="38"), block("1", ["450"])
    )
    register = feed(
        meter_reading("1", reading_type="7"),
        reading_type("7", accumulationBehaviour="3"),
        block("1", ["100000"]),
    )

    (one,) = parsed(power).channels
    (other,) = parsed(register).channels

    assert (one.measure, one.value.tolist()) == (Measure.POWER, [0.45])
    assert (other.measure, other.value.tolist()) == (Measure.REGISTER, [100.0])
    assert other.start_s.tolist() == other.end_s.tolist() == [FIRST + HOUR]


@pytest.mark.parametrize("again", ["power", "register", "days", "net"])
def test_the_same_energy_told_another_way_is_left_out(again: str) -> None:
    facts = {
        "power": {"uom": "38"},
        "register": {"accumulationBehaviour": "1"},
        "days": {},
        "net": {"flowDirection": "4"},
    }[again]
    other = (
        block("2", ["24000"], length=24 * HOUR) if again == "days" else block("2", ["1000"] * 24)
    )
    content = feed(
        other,
        *HOME,
        meter_reading("2", reading_type="8"),
        reading_type("8", **facts),
        block("1", ["1000"] * 24),
    )

    file = parsed(content)

    assert [channel.id for channel in file.channels] == ["import 1"]
    assert float(file.channels[0].value.sum()) == pytest.approx(24.0)
    assert codes(file) == ["meter-file-repeats-left-out"]


def test_bands_of_one_length_are_kept_side_by_side() -> None:
    content = feed(
        *HOME,
        meter_reading("2", reading_type="7"),
        block("1", ["1000"] * 3),
        block("2", ["500"] * 3),
    )

    file = parsed(content)

    assert [channel.id for channel in file.channels] == ["import 1", "import 2"]


def test_a_file_without_reading_type_is_taken_for_watt_hours_and_says_so() -> None:
    file = parsed(feed(block("1", ["21000"])))

    assert file.channels[0].value.tolist() == [21.0]
    assert codes(file) == ["green-button-unit-assumed"]


def test_reactive_energy_is_left_out() -> None:
    content = feed(
        *HOME,
        meter_reading("2", reading_type="8"),
        reading_type("8", uom="73"),
        block("1", ["450"]),
        block("2", ["450"]),
    )

    file = parsed(content)

    assert len(file.channels) == 1
    assert codes(file) == ["meter-file-left-out"]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(
            feed(usage_point(kind="1"), *HOME[1:], block("1", ["37000"])), id="service kind"
        ),
        pytest.param(feed(reading_type("7", uom="169"), block("1", ["37000"])), id="unit of gas"),
        pytest.param(feed(bill("37000", uom="169")), id="bill in therms"),
        pytest.param(feed(usage_point(kind="2")), id="usage point of water alone"),
    ],
)
def test_gas_and_water_are_refused_by_name(content: bytes) -> None:
    assert refusal(content).issue.code == "meter-file-not-electricity"


def test_two_usage_points_are_added_up_with_a_warning_unless_one_is_chosen() -> None:
    content = feed(
        usage_point("1"),
        usage_point("2"),
        meter_reading("1", reading_type="7"),
        meter_reading("1", reading_type="7", point="2"),
        reading_type("7"),
        block("1", ["100"]),
        block("1", ["200"], point="2"),
    )

    both = parsed(content)
    one = parsed(content, value_column="/espi/1_1/resource/RetailCustomer/1/UsagePoint/2")

    assert [channel.id for channel in both.channels] == ["import 1", "import 1 (2)"]
    assert codes(both) == ["meter-file-several-meters"]
    assert [channel.value.tolist() for channel in one.channels] == [[0.2]]
    with pytest.raises(MeterFileError, match="meter-file-choice-unknown"):
        parsed(content, value_column="otro")


@pytest.mark.parametrize(
    ("offset", "rule", "zone"),
    [
        ("-28800", "360E2000", "America/Los_Angeles"),
        ("-18000", "0", "Etc/GMT+5"),
        ("0", "360E2000", "Etc/UTC"),
        ("lejos", "", "America/Lima"),
    ],
)
def test_the_local_zone_is_named_and_shifts_no_start(offset: str, rule: str, zone: str) -> None:
    local = entry(
        f"<espi:LocalTimeParameters><espi:dstStartRule>{rule}</espi:dstStartRule>"
        f"<espi:tzOffset>{offset}</espi:tzOffset></espi:LocalTimeParameters>"
    )

    file = parsed(feed(local, *HOME, block("1", ["450"])))

    assert file.zone == zone
    assert file.channels[0].start_s.tolist() == [FIRST]
    assert parsed(feed(local, block("1", ["1"])), zone="Asia/Tokyo").zone == "Asia/Tokyo"


def test_readings_without_a_time_follow_each_other() -> None:
    content = feed(
        reading_type("7", intervalLength="900"),
        entry(
            "<espi:IntervalBlock><espi:interval><espi:duration>7200</espi:duration>"
            f"<espi:start>{FIRST}</espi:start></espi:interval><espi:IntervalReading>"
            "<espi:timePeriod><espi:duration>900</espi:duration></espi:timePeriod>"
            "<espi:value>1</espi:value></espi:IntervalReading><espi:IntervalReading>"
            "<espi:value>2</espi:value></espi:IntervalReading></espi:IntervalBlock>"
        ),
    )

    (channel,) = parsed(content).channels

    assert channel.start_s.tolist() == [FIRST, FIRST + 900]
    assert channel.end_s.tolist() == [FIRST + 900, FIRST + 1800]


def test_broken_readings_are_named_with_their_line_and_the_rest_is_kept() -> None:
    file = parsed(feed(*HOME, block("1", ["450", "muchos", "", "550"])))

    assert (file.rows, file.broken_rows) == (4, 1)
    assert np.array_equal(file.channels[0].value, [0.45, np.nan, 0.55], equal_nan=True)
    (issue,) = file.issues
    assert issue.code == "row-broken"
    assert issue.parameters == {"line": 8, "column": "value", "value": "muchos"}


def test_bills_alone_are_one_interval_each() -> None:
    second = FIRST + 30 * 86_400

    file = parsed(feed(bill("300000"), bill("310", start=second, tens="3")))

    assert file.format == "green-button-summary"
    assert file.channels[0].value.tolist() == [300.0, 310.0]
    assert file.channels[0].end_s.tolist() == [second, second + 30 * 86_400]


def test_a_bare_resource_without_a_feed_is_read() -> None:
    content = bill("300000").replace("<entry>", '<entry xmlns:espi="http://naesb.org/espi">')

    assert parsed(content.encode()).channels[0].value.tolist() == [300.0]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param(
            b'<!DOCTYPE feed [<!ENTITY a "aaaa">]><feed>&a;</feed>', "xml-entities", id="entity"
        ),
        pytest.param(
            b'<!DOCTYPE feed SYSTEM "http://example.org/a.dtd"><feed/>',
            "xml-entities",
            id="external document type",
        ),
        pytest.param(b"<feed><entry>", "xml-broken", id="cut off"),
        pytest.param(b"<feed>&nada;</feed>", "xml-broken", id="unknown entity"),
        pytest.param(b"<a>" * 100, "xml-too-deep", id="nested without end"),
        pytest.param(b"<feed a='" + b"x" * 9_000_000, "xml-broken", id="endless tag"),
        pytest.param(b"<libro/>", "green-button-none", id="other XML"),
        pytest.param(feed(*HOME), "meter-file-no-readings", id="no readings"),
        pytest.param(feed(bill("1", days=0)), "meter-file-no-readings", id="bill of no days"),
    ],
)
def test_xml_that_cannot_be_read_is_refused_with_its_reason(content: bytes, code: str) -> None:
    assert refusal(content).issue.code == code


def test_a_cut_file_names_the_line_where_it_ends() -> None:
    content = feed(*HOME, block("1", ["1"] * 10))
    cut = content[: content.index(b"IntervalReading>\n") + 40]

    assert refusal(cut).issue.parameters["line"] == cut.count(b"\n") + 1
