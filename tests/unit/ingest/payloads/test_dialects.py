"""What devices send becomes channels with whole numbers, dialect by dialect."""

import json
from collections.abc import Mapping

import pytest

from ahorraluz.core.live.readings import Quantity
from ahorraluz.core.readings.channels import Flow
from ahorraluz.ingest.payloads.message import Message
from ahorraluz.ingest.payloads.reading import read_payload

POWER, REGISTER = Quantity.POWER, Quantity.REGISTER
Told = dict[tuple[str, Flow, Quantity], int]


def told(topic: str, body: object, **known: object) -> Told:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    taken = read_payload(Message(topic=topic, body=raw, **known))  # type: ignore[arg-type]
    assert taken.issues == []
    return {(s.name, s.flow, s.quantity): s.value for s in taken.samples}


TASMOTA = {"Time": "2026-03-01T12:00:00", "ENERGY": {"Total": 6.294, "Power": 2635, "Today": 0.9}}
CIRCUIT = {"flow": Flow.CIRCUIT}


@pytest.mark.parametrize("topic", ["tele/SENSOR", "tele/plug/SENSOR"])
def test_tasmota_sends_watts_and_a_counter(topic: str) -> None:
    name = "plug" if "plug" in topic else "total"

    found = told(topic, TASMOTA, **CIRCUIT)

    assert found == {
        (name, Flow.CIRCUIT, POWER): 2_635_000,
        (name, Flow.CIRCUIT, REGISTER): 6_294_000,
    }


def test_tasmota_in_an_answer_and_with_two_outlets() -> None:
    energy = {"Total": [1, 2.5], "Power": [10, 0]}

    found = told("stat/STATUS8", {"StatusSNS": {"Time": "x", "ENERGY": energy}}, **CIRCUIT)

    assert found[("1", Flow.CIRCUIT, REGISTER)] == 1_000_000
    assert found[("2", Flow.CIRCUIT, REGISTER)] == 2_500_000
    assert found[("1", Flow.CIRCUIT, POWER)] == 10_000


def test_a_local_time_is_read_in_the_zone_of_the_home() -> None:
    taken = read_payload(Message(topic="tele/SENSOR", body=json.dumps(TASMOTA).encode()))

    assert {sample.at_ms for sample in taken.samples} == {1_772_384_400_000}


def test_shelly_of_the_first_generation_counts_watt_minutes() -> None:
    assert told("relay/0/energy", b"600", **CIRCUIT) == {("0", Flow.CIRCUIT, REGISTER): 10_000}
    assert told("relay/0/power", b"23.45", **CIRCUIT) == {("0", Flow.CIRCUIT, POWER): 23_450}


def test_shelly_with_clamps_tells_what_flows_back() -> None:
    assert told("shellies/em/emeter/1/power", b"-12.5") == {
        ("em 1", Flow.IMPORT, POWER): 0,
        ("em 1", Flow.EXPORT, POWER): 12_500,
    }
    returned = told("emeter/1/total_returned", b"7.1")
    assert returned == {("1", Flow.EXPORT, REGISTER): 7_100}


def test_the_status_of_a_first_shelly_is_one_object() -> None:
    status = {"unixtime": 1_700_000_000, "meters": [{"power": 5.5, "total": 120}]}

    assert told("", status, **CIRCUIT) == {
        ("0", Flow.CIRCUIT, POWER): 5_500,
        ("0", Flow.CIRCUIT, REGISTER): 2_000,
    }


@pytest.mark.parametrize(
    ("topic", "wrap"),
    [
        (
            "events/rpc",
            lambda s: {"method": "NotifyStatus", "params": {"ts": 1.7e9, "switch:0": s}},
        ),
        ("status/switch:0", lambda s: s),
        ("", lambda s: {"id": 1, "result": {"switch:0": s, "sys": {"unixtime": 1_700_000_000}}}),
    ],
)
def test_later_shellies_tell_the_same_in_three_ways(topic: str, wrap: object) -> None:
    status = {"id": 0, "apower": 5.1, "aenergy": {"total": 12.345, "by_minute": [1, 2, 3]}}

    found = told(topic, wrap(status), **CIRCUIT)  # type: ignore[operator]

    assert found == {
        ("total", Flow.CIRCUIT, POWER): 5_100,
        ("total", Flow.CIRCUIT, REGISTER): 12_345,
    }


def test_a_shelly_of_three_phases_tells_its_totals_once() -> None:
    status = {
        "em:0": {"a_act_power": 1, "b_act_power": 2, "total_act_power": -3.5},
        "emdata:0": {"total_act": 100.25, "total_act_ret": 4},
    }

    assert told("", status) == {
        ("total", Flow.IMPORT, POWER): 0,
        ("total", Flow.EXPORT, POWER): 3_500,
        ("total", Flow.IMPORT, REGISTER): 100_250,
        ("total", Flow.EXPORT, REGISTER): 4_000,
    }


def test_minutes_that_a_shelly_kept_are_mean_powers() -> None:
    columns = [f"{p}_total_{w}_energy" for p in "abc" for w in ("act", "act_ret")]
    order = ["a_total_act_energy", *(c for c in columns if c != "a_total_act_energy")]
    row = ["0.2", *("0.1" if "ret" not in c else "0" for c in order[1:])]
    body = f"timestamp,{','.join(order)}\n1771180620,{','.join(row)}\n".encode()

    assert told("", body)[("total", Flow.IMPORT, POWER)] == 24_000


def test_zigbee_tells_kilowatt_hours() -> None:
    body = {"energy": 12.05, "power": 7, "linkquality": 40, "last_seen": 1_785_138_101_000}
    taken = read_payload(Message(topic="zigbee2mqtt/z1", body=json.dumps(body).encode()))

    assert [(s.name, s.value) for s in taken.samples] == [("z1", 7_000), ("z1", 12_050_000)]
    assert {s.at_ms for s in taken.samples} == {1_785_138_101_000}


def test_a_homewizard_counts_by_its_total_and_else_by_its_tariffs() -> None:
    tariffs = {"total_power_import_t1_kwh": 1.5, "total_power_import_t2_kwh": 2}

    both = told("", {"active_power_w": -5, "total_power_import_kwh": 3.5, **tariffs})

    assert both[("total", Flow.IMPORT, REGISTER)] == 3_500_000
    assert ("t1", Flow.IMPORT, REGISTER) not in both
    assert both[("total", Flow.EXPORT, POWER)] == 5_000
    assert told("", tariffs)[("t2", Flow.IMPORT, REGISTER)] == 2_000_000


def test_an_enphase_tells_panels_home_and_grid() -> None:
    def meter(kind: str, watts: float, lifetime: float) -> Mapping[str, object]:
        return {"type": "eim", "measurementType": kind, "wNow": watts, "whLifetime": lifetime}

    found = told(
        "",
        {
            "production": [
                {"type": "inverters", "wNow": 9, "whLifetime": 1},
                meter("production", 10, 100),
            ],
            "consumption": [
                meter("total-consumption", 4, 50),
                meter("net-consumption", -6, -70),
            ],
        },
    )

    assert found == {
        ("total", Flow.PRODUCTION, POWER): 10_000,
        ("total", Flow.PRODUCTION, REGISTER): 100_000,
        ("total", Flow.LOAD, POWER): 4_000,
        ("total", Flow.LOAD, REGISTER): 50_000,
        ("total", Flow.IMPORT, POWER): 0,
        ("total", Flow.EXPORT, POWER): 6_000,
    }


def test_a_fronius_site_names_the_load_with_a_minus() -> None:
    site = {"P_Grid": 367.7, "P_Load": -367.7, "P_PV": None, "E_Total": 5}
    body = {"Head": {"Timestamp": "2026-01-10T23:33:12-05:00"}, "Body": {"Data": {"Site": site}}}

    found = told("", body)

    assert found[("total", Flow.LOAD, POWER)] == 367_700
    assert found[("total", Flow.IMPORT, POWER)] == 367_700
    assert not any(flow is Flow.PRODUCTION for _, flow, _ in found)


def test_emporia_by_the_minute_is_power_and_by_the_day_a_counter() -> None:
    def usages(scale: str) -> Told:
        channels = [
            {"name": "Main", "usage": 0.01, "channelNum": "1,2,3"},
            {"name": "Bar", "usage": 0.002, "channelNum": "1"},
        ]
        devices = [{"deviceGid": 1, "channelUsages": channels}]
        return told("", {"deviceListUsages": {"scale": scale, "devices": devices}})

    assert usages("1MIN")[("total", Flow.IMPORT, POWER)] == 600_000
    assert usages("1MIN")[("Bar", Flow.CIRCUIT, POWER)] == 120_000
    assert usages("1D")[("total", Flow.IMPORT, REGISTER)] == 10_000


def test_a_unit_told_once_is_remembered_for_the_state_beside_it() -> None:
    topic = "homeassistant/sensor/fridge"
    told_unit = read_payload(Message(topic=f"{topic}/unit_of_measurement", body=b'"Wh"'))

    found = told(f"{topic}/state", b"250", units=told_unit.units, **CIRCUIT)

    assert told_unit.units == {topic: "Wh"}
    assert found == {("fridge", Flow.CIRCUIT, REGISTER): 250_000}


def test_a_sensor_that_is_away_tells_nothing() -> None:
    assert told("n/sensor/fridge_power/state", b"unavailable") == {}


def test_energy_without_a_unit_is_asked_for() -> None:
    taken = read_payload(Message(topic="n/sensor/total_energy/state", body=b"3.5"))

    assert taken.samples == []
    assert [issue.code for issue in taken.issues] == ["live-unit-needed"]


def test_an_event_of_home_assistant_has_its_unit_with_it() -> None:
    state = {
        "entity_id": "sensor.panel",
        "state": "1.5",
        "attributes": {"unit_of_measurement": "kW"},
        "last_updated": "2026-03-01T17:00:00+00:00",
    }

    found = told("stream", {"event_type": "state_changed", "event_data": {"new_state": state}})

    assert found == {("panel", Flow.IMPORT, POWER): 1_500_000}


def test_emon_nodes_send_watts_and_watt_hours() -> None:
    assert told("emon/tx/power1", b"55") == {("tx power1", Flow.IMPORT, POWER): 55_000}
    assert told("emon/tx", {"P1": 5, "E1": 7, "T1": 21, "time": 1_700_000_000}) == {
        ("tx P1", Flow.IMPORT, POWER): 5_000,
        ("tx E1", Flow.IMPORT, REGISTER): 7_000,
    }


def test_a_number_alone_is_what_its_topic_says() -> None:
    assert told("power", b"12") == {("total", Flow.IMPORT, POWER): 12_000}
    assert told("fridge/wh", b"1500", **CIRCUIT) == {("fridge", Flow.CIRCUIT, REGISTER): 1_500_000}


def test_fields_with_units_need_no_dialect() -> None:
    body = {"power_w": 5, "energy_kwh": 1.25, "export_kwh": 2, "time": 1_700_000_000_123}
    taken = read_payload(Message(topic="", body=json.dumps(body).encode()))

    assert [s.value for s in taken.samples] == [5_000, 1_250_000, 2_000_000]
    assert {s.at_ms for s in taken.samples} == {1_700_000_000_123}


TELEGRAM = (
    "/ISk5\\2MT382-1000\r\n\r\n0-0:1.0.0(170102192002W)\r\n1-0:1.8.1(000004.426*kWh)\r\n"
    "1-0:1.8.2(000002.399*kWh)\r\n1-0:2.8.1(000002.444*kWh)\r\n1-0:1.7.0(00.244*kW)\r\n!"
)


def test_a_telegram_has_registers_power_and_its_own_clock() -> None:
    taken = read_payload(Message(topic="", body=f"{TELEGRAM}\r\n".encode()))

    assert taken.issues == []
    assert {(s.name, s.flow.value): s.value for s in taken.samples} == {
        ("total", "import"): 244_000,
        ("t1", "import"): 4_426_000,
        ("t2", "import"): 2_399_000,
        ("t1", "export"): 2_444_000,
    }
    assert {s.at_ms for s in taken.samples} == {1_483_381_202_000}


@pytest.mark.parametrize(("end", "codes"), [("FEB5", []), ("0000", ["live-checksum-differs"])])
def test_a_check_sum_that_does_not_fit_is_told(end: str, codes: list[str]) -> None:
    for breaks in ("\r\n", "\n"):
        body = f"{TELEGRAM}{end}\r\n".replace("\r\n", breaks).encode()

        taken = read_payload(Message(topic="", body=body))

        assert [issue.code for issue in taken.issues] == codes
        assert len(taken.samples) == 4


def test_a_meter_of_heat_is_no_meter_of_electricity() -> None:
    taken = read_payload(
        Message(topic="", body=b"/X\r\n\r\n0-1:24.2.1(260215200523W)(1*GJ)\r\n!\r\n")
    )

    assert [issue.code for issue in taken.issues] == ["live-no-electricity"]
