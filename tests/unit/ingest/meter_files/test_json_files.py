"""JSON: lists of readings in any layout, states of a moment, and what is no JSON."""

import json
from typing import Any

import numpy as np
import pytest

from ahorraluz.core.readings.channels import Channel, Flow, Measure, MeterFile
from ahorraluz.ingest.meter_files.content import MeterFileError, content_of_bytes
from ahorraluz.ingest.meter_files.json_files import is_json, parse_json
from ahorraluz.ingest.meter_files.json_tables import tables_of, time_text
from ahorraluz.ingest.meter_files.options import ReadOptions

HOURS = [f"2024-06-01 {hour:02d}:00:00" for hour in range(4)]
FIRST = 1_717_200_000
"""2024-06-01T00:00Z."""


def parsed(document: Any, *, unit: str | None = None) -> MeterFile:
    content = document if isinstance(document, bytes) else json.dumps(document).encode()
    return parse_json(content_of_bytes(content, name="a.json"), ReadOptions(unit=unit))


def refusal(document: Any) -> str:
    with pytest.raises(MeterFileError) as caught:
        parsed(document)
    return caught.value.issue.code


def only(file: MeterFile) -> Channel:
    (channel,) = file.channels
    return channel


# --- layouts ---------------------------------------------------------------------------------


def test_solaredge_is_production_in_watt_hours_with_empty_nights() -> None:
    values = [
        {"date": f"{hour} CEST+0200", "value": value}
        for hour, value in zip(HOURS, [None, 0.0, 1500.0, 2500.0], strict=True)
    ]

    file = parsed({"energy": {"timeUnit": "HOUR", "unit": "Wh", "values": values}})

    channel = only(file)
    assert (file.format, channel.flow, channel.measure) == (
        "solaredge",
        Flow.PRODUCTION,
        Measure.ENERGY,
    )
    assert np.array_equal(channel.value, [np.nan, 0, 1.5, 2.5], equal_nan=True)
    assert (file.zone, channel.start_s[0]) == ("Europe/Brussels", FIRST - 7200)
    assert (channel.end_s - channel.start_s).tolist() == [3600] * 4


def test_an_archive_of_fronius_is_energy_of_five_minutes() -> None:
    values = {str(at * 300): 10.0 for at in range(12)}
    data = {"EnergyReal_WAC_Sum_Produced": {"Unit": "Wh", "Values": values}}

    file = parsed({"inverter/1": {"Start": "2024-06-01T00:00:00+02:00", "Data": data}})

    assert (only(file).flow, only(file).measure) == (Flow.PRODUCTION, Measure.ENERGY)
    assert float(only(file).value.sum()) == pytest.approx(0.12)


def test_meters_of_solaredge_keep_their_directions() -> None:
    def meter(kind: str, wh: float) -> dict[str, Any]:
        return {"type": kind, "values": [{"date": hour, "value": wh} for hour in HOURS]}

    file = parsed(
        {
            "energyDetails": {
                "timeUnit": "HOUR",
                "unit": "Wh",
                "meters": [
                    meter("Production", 1000),
                    meter("Consumption", 2000),
                    meter("Purchased", 500),
                    meter("FeedIn", 100),
                ],
            }
        }
    )

    totals = {channel.flow: round(float(channel.value.sum()), 3) for channel in file.channels}
    assert totals == {Flow.PRODUCTION: 4, Flow.LOAD: 8, Flow.IMPORT: 2, Flow.EXPORT: 0.4}


def test_statistics_of_home_assistant_leave_the_temperature_out() -> None:
    energy = [
        {"datetime": f"26.01.2024 {12 + at}:00", "delta": 0.5, "state": 100 + at / 2, "sum": at / 2}
        for at in range(4)
    ]
    warm = [{"datetime": f"26.01.2024 {12 + at}:00", "mean": 20.0} for at in range(4)]

    file = parsed(
        [
            {"id": "sensor.energy_import", "unit": "kWh", "values": energy},
            {"id": "sensor.temperature", "unit": "°C", "values": warm},
        ]
    )

    assert only(file).flow is Flow.IMPORT
    assert [issue.code for issue in file.issues] == ["meter-file-left-out"]


@pytest.mark.parametrize(
    ("values", "flow"),
    [
        ({"powr": 480, "enwh": 40}, Flow.PRODUCTION),
        ({"wh_del": 40}, Flow.PRODUCTION),
        ({"enwh": 40}, Flow.IMPORT),
    ],
)
def test_intervals_of_enphase_are_named_by_their_end(values: dict[str, int], flow: Flow) -> None:
    intervals = [
        {"end_at": FIRST + 300 * (at + 1), "devices_reporting": 1, **values} for at in range(3)
    ]

    file = parsed({"system_id": 1, "meta": {"status": "normal"}, "intervals": intervals})

    channel = only(file)
    assert (file.format, channel.flow) == ("enphase", flow)
    assert float(channel.value.sum()) == pytest.approx(0.12)
    assert (int(channel.start_s[0]), int(channel.end_s[0])) == (FIRST, FIRST + 300)


@pytest.mark.parametrize(
    ("document", "rows"),
    [
        pytest.param(
            {"time": HOURS, "kwh": [1, 2, 3, 4], "note": "x"},
            [(HOURS[0], 1), (HOURS[1], 2)],
            id="columns",
        ),
        pytest.param(dict(zip(HOURS, [1, 2, 3, 4], strict=True)), [(HOURS[0], 1)], id="dates"),
        pytest.param([[FIRST * 1000, 1.5], [FIRST * 1000 + 60_000, 2]],
                     [("2024-06-01T00:00:00+00:00", 1.5)], id="pairs"),
        pytest.param(
            {"start_date": "2024-06-01", "production": [10, 20]},
            [("2024-06-01", 10), ("2024-06-02", 20)],
            id="days",
        ),
        pytest.param(
            {
                "keys": ["a_total_act_energy"],
                "data": [{"ts": FIRST, "period": 60, "values": [[1], [2]]}],
            },
            [("2024-06-01T00:00:00+00:00", 1), ("2024-06-01T00:01:00+00:00", 2)],
            id="blocks of Shelly",
        ),
        pytest.param(
            {
                "inverter/1": {
                    "Start": "2024-06-01T00:00:00+02:00",
                    "Data": {"EnergyReal": {"Unit": "Wh", "Values": {"0": 1, "300": 2}}},
                }
            },
            [("2024-06-01T00:00:00+02:00", 1), ("2024-06-01T00:05:00+02:00", 2)],
            id="seconds of Fronius",
        ),
        pytest.param(
            {"a": {"b": [{"ts": str(FIRST), "kwh": "1.5", "ok": True}]}},
            [("2024-06-01T00:00:00+00:00", "1.5")],
            id="objects",
        ),
    ],
)  # fmt: skip
def test_a_list_of_readings_is_found_in_any_layout(
    document: Any,
    rows: list[tuple[Any, ...]],
) -> None:
    (table,) = tables_of(document)

    assert [tuple(row) for row in table.rows[: len(rows)]] == rows


def test_series_in_one_list_are_tables_of_their_own() -> None:
    rows = [
        {"statistic_id": name, "unit": unit, "start": hour, "sum": 1}
        for name, unit in (("sensor.a", "kWh"), ("sensor.b", "Wh"))
        for hour in HOURS
    ]

    tables = tables_of(rows)

    assert [(t.name, t.unit, len(t.rows)) for t in tables] == [
        ("sensor.a", "kWh", 4),
        ("sensor.b", "Wh", 4),
    ]


def test_a_history_names_its_series_in_the_first_row() -> None:
    rows = [
        {
            "entity_id": "sensor.a",
            "state": "1.5",
            "last_changed": HOURS[0],
            "attributes": {"unit_of_measurement": "kWh"},
        },
        {"state": "2.5", "last_changed": HOURS[1]},
    ]

    (table,) = tables_of([rows])

    assert (table.name, table.unit) == ("sensor.a", "kWh")
    assert table.rows == [[HOURS[0], "1.5"], [HOURS[1], "2.5"]]


def test_json_lines_are_a_list_of_readings() -> None:
    lines = "\n".join(json.dumps({"time": hour, "energy_kwh": 0.5}) for hour in HOURS)

    file = parsed(lines.encode())

    assert (file.rows, float(only(file).value.sum())) == (4, 2.0)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings_of_json(encoding: str) -> None:
    text = json.dumps([{"time": hour, "energy_kwh": 0.5} for hour in HOURS])
    content = text.encode(encoding)

    assert is_json(content.removeprefix(b"\xef\xbb\xbf"))
    assert float(only(parsed(content)).value.sum()) == 2.0


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("2024-06-01 00:00:00 CEST+0200", "2024-06-01 00:00:00+02:00"),
        ("2024-06-01T00:00Z", "2024-06-01T00:00+00:00"),
        ("01.06.2024 00:00", "01.06.2024 00:00"),
        (FIRST + 0.9, "2024-06-01T00:00:00+00:00"),
        (FIRST * 1000, "2024-06-01T00:00:00+00:00"),
        (str(FIRST), "2024-06-01T00:00:00+00:00"),
        (None, ""),
        (True, ""),
        (10**30, ""),
    ],
)
def test_times_of_json(value: Any, text: str) -> None:
    assert time_text(value) == text


# --- refusals --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "document",
    [
        pytest.param({"wattHoursToday": 1, "wattsNow": 2}, id="inverter"),
        pytest.param({"production": [{"readingTime": FIRST, "wNow": 1}]}, id="gateway"),
        pytest.param({"smr_version": 50, "active_power_w": 1}, id="P1 reader"),
        pytest.param({"topic": "tele/x", "payload": {"Power": 1}}, id="message"),
        pytest.param({"Time": HOURS[0], "ENERGY": {"Total": 1.0}}, id="plug"),
        pytest.param({"Body": {"Data": {"Site": {"P_Grid": 1}}}}, id="power flow"),
        pytest.param({"status": {"em:0": {"a_act_power": 1}}}, id="three-phase meter"),
    ],
)
def test_the_state_of_a_device_is_refused_by_name(document: Any) -> None:
    assert refusal(document) == "meter-file-is-state"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param(b'{"a": 1,\n "b"', "json-broken", id="cut off"),
        pytest.param(b'{"a": 1, "a": 2}', "json-duplicate-key", id="a key twice"),
        pytest.param(b'[{"time": "2024-01-01", "kwh": NaN}]', "json-number", id="NaN"),
        pytest.param(b'{"a": -Infinity}', "json-number", id="infinity"),
        pytest.param(b'{"a": ' + b"9" * 5000 + b"}", "json-number", id="thousands of digits"),
        pytest.param(b"[" * 200_000, "json-too-deep", id="nested without end"),
        pytest.param(b"[" + b"[]," * 1_000_001, "meter-file-too-many-parts", id="a million lists"),
        pytest.param(b'{"a": 1}', "meter-file-no-readings", id="no list"),
        pytest.param(b"[]", "meter-file-no-readings", id="an empty list"),
        pytest.param(b"[1, 2, 3]", "meter-file-no-readings", id="numbers alone"),
    ],
)
def test_json_that_cannot_be_read_says_why(content: bytes, code: str) -> None:
    assert refusal(content) == code


def test_a_broken_document_names_its_line() -> None:
    with pytest.raises(MeterFileError) as caught:
        parsed(b'{\n"a": 1,\n"b" 2}')

    assert caught.value.issue.parameters["line"] == 3


@pytest.mark.parametrize("text", [b"fecha;kWh", b"[hora],kWh", b"", b"2024-01-01"])
def test_other_texts_are_no_json(text: bytes) -> None:
    assert not is_json(text)
