"""Appliances, who owns them, and the assumptions that stand in for measurements."""

import pytest

from ahorraluz.catalog.appliances import load_appliances, load_ownership
from ahorraluz.catalog.assumptions import (
    load_advice_assumptions,
    load_assumptions,
    load_solar_assumptions,
    load_usage_assumptions,
)
from ahorraluz.core.history import Grade
from ahorraluz.core.usage.facts import EndUseId, Physics, Zone


def test_every_appliance_is_on_file_once() -> None:
    assert len(load_appliances()) == 64


def test_a_label_that_was_not_found_is_no_figure() -> None:
    inverter = load_appliances()["refrigeradora-inverter"]

    assert inverter.power_w is None
    assert inverter.default_kwh_month is None
    assert inverter.physics is Physics.COLD


def test_power_spans_the_sources_and_use_is_our_assumption() -> None:
    shower = load_appliances()["ducha-electrica"]

    assert shower.power_w is not None
    assert (shower.power_w.low, shower.power_w.middle, shower.power_w.high) == (3500, 3700, 4500)
    assert shower.power_grade is Grade.OFFICIAL_VIA_PRESS
    assert shower.use_grade is Grade.INFERENCE


def test_the_default_energy_follows_from_power_duty_and_hours() -> None:
    for facts in load_appliances().values():
        if facts.power_w and facts.duty and facts.default_h_day:
            energy = facts.power_w.middle * facts.duty * facts.default_h_day * 30 / 1000
            assert facts.default_kwh_month == pytest.approx(energy, abs=0.06), facts.id


def test_only_tanks_say_whether_they_are_left_on() -> None:
    said = {facts.id: facts.left_on for facts in load_appliances().values() if facts.left_on}
    tanks = {facts.id for facts in load_appliances().values() if facts.physics is Physics.TANK}

    assert said == {"terma-electrica-encendida-24h": True}
    assert tanks == {"terma-electrica", "terma-electrica-encendida-24h"}


def test_every_end_use_of_appliances_has_one() -> None:
    uses = {facts.end_use for facts in load_appliances().values()}

    assert uses == set(EndUseId) - {EndUseId.OTHER_HOMES}


def test_ownership_is_published_for_some_and_assumed_for_the_rest() -> None:
    by_id = {item.id: item for item in load_ownership()}

    assert by_id["refrigerator"].shares[Zone.ALL] == 0.563
    assert by_id["refrigerator"].grade is Grade.OFFICIAL_VIA_PRESS
    assert by_id["electric-shower"].grade is Grade.INFERENCE
    assert by_id["electric-shower"].shares[Zone.RURAL] < by_id["electric-shower"].shares[Zone.ALL]


def test_shares_are_shares_of_appliances_that_exist() -> None:
    for item in load_ownership():
        assert item.appliance in load_appliances()
        assert all(0 <= share <= 1 for share in item.shares.values())


def test_every_assumption_of_the_core_is_on_file_and_none_is_a_published_fact() -> None:
    load_usage_assumptions()
    load_solar_assumptions()
    load_advice_assumptions()

    grades = {assumption.source.grade for assumption in load_assumptions().values()}
    assert grades <= {Grade.INFERENCE, Grade.VENDOR}
