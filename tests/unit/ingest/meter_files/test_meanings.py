"""What columns mean together: flows, totals, units and which of several moments counts."""

import json

import pytest

from ahorraluz.core.readings.channels import Flow, MeterFile, home_channels
from ahorraluz.ingest.meter_files.numbers import is_nothing
from ahorraluz.ingest.meter_files.reading import parse_meter_file
from ahorraluz.ingest.meter_files.values import settle_flows
from ahorraluz.ingest.meter_files.words import unit_of

I, E, P, L, C = Flow.IMPORT, Flow.EXPORT, Flow.PRODUCTION, Flow.LOAD, Flow.CIRCUIT  # noqa: E741


def read(text: str) -> MeterFile:
    return parse_meter_file(text.encode(), name="archivo")


@pytest.mark.parametrize(
    ("names", "flows"),
    [
        (["PV(kWh)", "Sell(kWh)", "Buy(kWh)", "Consumption(kWh)"], [P, E, I, L]),
        (["Casa / Externe Energieversorgung", "Casa / Gesamtverbrauch"], [I, L]),
        (["kWh Delivered", "kWh Received"], [I, E]),
        (["Verbruik T1", "Levering T1"], [I, E]),
        (["Consumo Ativo Direto (kWh)", "Consumo Ativo Reverso (kWh)"], [I, E]),
        (["1-0:1.8.0 [kWh]", "1-0:2.8.0 [kWh]"], [I, E]),
        (["Medidor principal", "Terma", "Cocina"], [I, C, C]),
        (["Building total", "Lift", "Pump"], [I, C, C]),
        (["Main bedroom", "Kitchen"], [C, C]),
        (["System Consumption (Wh)", "System Production (Wh)"], [L, P]),
    ],
)
def test_flows_are_settled_by_all_names_together(names: list[str], flows: list[Flow]) -> None:
    assert list(settle_flows(names)) == flows


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("Mains_A (kWatts)", "kW"),
        ("Avg Wattage", "W"),
        ("Energy kW.h", "kWh"),
        ("Usage [kW-h]", "kWh"),
        ("kWhr", "kWh"),
    ],
)
def test_units_are_read_however_they_are_spelt(name: str, unit: str) -> None:
    assert unit_of(name) == unit


@pytest.mark.parametrize("dash", ["–", "—", "−", "-"])
def test_every_dash_is_no_reading(dash: str) -> None:
    assert is_nothing(dash)


def test_the_sum_of_all_circuits_is_the_home() -> None:
    rows = "".join(
        f"2025-01-{day},{day},{2 * day + day % 3},{3 * day + day % 3}\n" for day in range(10, 20)
    )

    file = read("date,Lift kWh,Pump kWh,Hall kWh\n" + rows)

    assert [channel.id for channel in home_channels(file.channels)] == ["Hall kWh"]


def test_bands_that_count_the_same_energy_again_are_left_out() -> None:
    rows = "".join(
        f"2025-01-{day},{100 + 3 * day},{200 + day % 4},{50 + day},{250 + 2 * day + day % 4}\n"
        for day in range(10, 20)
    )

    file = read("Horodate,EAS F1 (kWh),EAS F2 (kWh),EAS D1 (kWh),EAS D2 (kWh)\n" + rows)

    assert len(file.channels) == 2


def test_when_a_row_was_revised_is_not_when_it_is_of() -> None:
    text = (
        "DAY,REVISION_DATE,START_TIME,END_TIME,KWH\n"
        "2025-01-10,2025-02-01 08:00:00,00:00,00:15,1.5\n"
        "2025-01-10,2025-02-02 08:00:00,00:15,00:30,2.5\n"
    )

    (channel,) = read(text).channels

    assert channel.start_s.tolist() == [1_736_485_200, 1_736_486_100]


def test_a_unix_time_needs_no_clock_beside_it() -> None:
    text = (
        "Timestamp (Unix),Date,Time,Usage [Wh]\n"
        "1736485200,2025-01-10,00:00:00,10\n1736485260,2025-01-10,00:01:00,20\n"
    )

    assert read(text).channels[0].start_s.tolist() == [1_736_485_200, 1_736_485_260]


def test_a_span_of_the_whole_query_is_no_interval() -> None:
    text = "#group,false,true,true\n,result,_start,_stop,_time,_value,_measurement\n" + "".join(
        f",_r,2025-01-10T00:00:00Z,2025-01-11T00:00:00Z,2025-01-10T0{h}:00:00Z,{h}.5,kWh\n"
        for h in range(1, 4)
    )

    (channel,) = read(text).channels

    assert (channel.end_s - channel.start_s).tolist() == [3600] * 3


def test_ids_and_weather_are_no_energy() -> None:
    text = "dataid,time,grid,rh_pct\n" + "".join(
        f"661,2025-01-10 0{hour}:00,0.{hour},80\n" for hour in range(1, 5)
    )

    assert [channel.id for channel in read(text).channels] == ["grid"]


def test_a_day_of_json_whose_hour_stands_beside_it_may_count_to_24() -> None:
    rows = [
        {"date": "2025/01/10", "time": f"{hour:02d}:00", "consumptionKWh": hour}
        for hour in range(1, 25)
    ]

    (channel,) = read(json.dumps(rows)).channels

    assert channel.start_s[0] == 1_736_485_200
