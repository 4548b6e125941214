"""Published ranges: nothing missing is zero, nothing inferred is a fact."""

from decimal import Decimal

import pytest

from ahorraluz.catalog.evidence import (
    load_contacts,
    load_equipment,
    load_fuels,
    load_indicators,
    load_measure_facts,
)
from ahorraluz.catalog.observed import load_observed
from ahorraluz.core.history import Grade


def test_a_cost_nobody_published_is_missing_and_not_zero() -> None:
    measures = load_measure_facts()

    assert measures["led-swap"].cost_low is None
    assert measures["standby-cut"].cost_low == 0


def test_the_myth_of_the_tank_carries_no_saving_and_a_caution() -> None:
    myth = load_measure_facts()["ducha-to-terma-myth"]

    assert (myth.saving_low, myth.saving_high) == (None, None)
    assert myth.caution is not None


def test_a_saving_says_of_what_it_is_a_part() -> None:
    for measure in load_measure_facts().values():
        if measure.saving_high is not None:
            assert measure.saving_unit is not None


def test_the_price_of_gas_today_is_not_on_file() -> None:
    now = load_fuels()["lpg10-now"]

    assert (now.low, now.high) == (None, None)
    assert not now.source.grade.is_fact


@pytest.mark.parametrize("technology", ["rooftop-pv", "inverter", "battery"])
def test_equipment_without_a_public_price_has_none(technology: str) -> None:
    prices = [
        row
        for row in load_equipment()
        if row.technology == technology and row.item in ("installed-price", "price")
    ]

    assert prices
    assert all((row.low, row.central, row.high) == (None, None, None) for row in prices)


def test_a_vendor_price_is_marked_as_one() -> None:
    package = next(
        row for row in load_equipment() if row.item == "complete-package" and row.size == 150
    )

    assert package.central == Decimal(2690)
    assert package.source.grade is Grade.VENDOR


def test_a_quarter_of_urban_homes_of_arequipa_share_a_meter() -> None:
    shared = [
        indicator.value
        for indicator in load_indicators()
        if (indicator.item, indicator.geography, indicator.group)
        == ("shared-meter-several-homes", "arequipa", "urban")
    ]

    assert shared == [Decimal("27.0")]


def test_where_to_turn_is_written_as_one_dials_it() -> None:
    assert load_contacts()["osinergmin-phone-lima"].value == "219-3410"


def test_what_was_seen_on_recibos_is_of_a_month_or_of_a_year() -> None:
    seen = load_observed()

    days = {(one.end - one.start).days for one in seen}
    assert days <= {28, 29, 30, 31, 365}
    assert {one.source.grade for one in seen} == {Grade.BILL}


def test_lighting_is_seen_with_the_energy_it_is_of() -> None:
    lighting = [one for one in load_observed() if one.name == "lighting"]

    assert all(one.range_low_kwh is not None and one.range_high_kwh for one in lighting)
