"""Told months priced as a household is shown them."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ahorraluz.core.advice.forecast_bills import energies_of, forecast_bill
from ahorraluz.core.consumption import Consumption
from ahorraluz.core.forecast.forecaster import QUANTILES
from ahorraluz.core.issues import InvalidInputError
from ahorraluz.core.tariffs.billing import price_bill
from ahorraluz.services.backtest_money import (
    MEDIAN_OF_MODEL,
    MODEL,
    Pricing,
    energies_of_many,
    price_told,
    pricing_of,
)
from ahorraluz.services.connection import Connection
from ahorraluz.services.supplies import SupplyFields, find_supply
from ahorraluz.services.toolbox import Toolbox, open_toolbox
from ahorraluz.settings import Settings

AS_OF = date(2026, 11, 24)


@pytest.fixture
def tools(tmp_path: Path) -> Toolbox:
    return open_toolbox(Settings(data_dir=tmp_path))


@pytest.fixture
def pricing(tools: Toolbox) -> Pricing:
    found = pricing_of(None, tools=tools, as_of=AS_OF)
    assert found is not None
    return found


def some_months(count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    chance = np.random.default_rng(1)
    quantiles = np.sort(chance.lognormal(5, 0.5, (count, 9)), axis=1)
    return quantiles, quantiles.mean(axis=1), chance.lognormal(5, 0.5, count)


@given(
    quantiles=st.lists(st.floats(0, 900), min_size=9, max_size=9).map(sorted),
    mean=st.floats(0, 900),
)
def test_energies_of_many_months_are_those_of_each(quantiles: list[float], mean: float) -> None:
    many = energies_of_many(np.array([quantiles]), np.array([mean]))

    assert many[0] == pytest.approx(energies_of(quantiles, QUANTILES, mean_kwh=mean), abs=1e-9)


def test_a_told_month_is_priced_as_the_household_is_shown_it(pricing: Pricing) -> None:
    quantiles, mean, actual = some_months(30)

    told = price_told(pricing, quantiles=quantiles, mean=mean, actual=actual, rules={})

    for place in range(30):
        energies = energies_of(quantiles[place].tolist(), QUANTILES, mean_kwh=mean[place])
        shown = forecast_bill(energies, pricing.terms)
        assert told.points[MODEL][place] == pytest.approx(shown.cost.middle, abs=1e-3)
        assert told.points[MEDIAN_OF_MODEL][place] == pytest.approx(float(shown.median), abs=0.006)
        assert told.chances[place, 0] == pytest.approx(shown.crossings[0].chance, abs=1e-3)


def test_what_came_and_what_rules_say_are_exact_recibos(pricing: Pricing) -> None:
    quantiles, mean, actual = some_months(20)
    rules = {"rule": np.where(np.arange(20) == 3, np.nan, actual * 1.1)}

    told = price_told(pricing, quantiles=quantiles, mean=mean, actual=actual, rules=rules)

    for place, kwh in enumerate(actual):
        energy = Consumption(
            period=pricing.terms.period, energy_kwh=Decimal(str(round(float(kwh), 3)))
        )
        assert told.actual[place] == pytest.approx(float(price_bill(energy, pricing.terms).total))
    assert np.isnan(told.points["rule"]).tolist() == (np.arange(20) == 3).tolist()


def test_a_month_beyond_one_supply_has_no_recibo(pricing: Pricing) -> None:
    quantiles, mean, actual = some_months(3)
    actual[1] = 1e9

    told = price_told(pricing, quantiles=quantiles, mean=mean, actual=actual, rules={})

    assert np.isnan(told.actual).tolist() == [False, True, False]


def test_without_a_supply_the_newest_sheet_on_file_is_taken_and_said(pricing: Pricing) -> None:
    assert pricing.is_assumed
    assert pricing.supply.option.value == "BT5B"
    assert pricing.supply.system is not None


def test_before_the_first_sheet_nothing_is_priced(tools: Toolbox) -> None:
    assert pricing_of(None, tools=tools, as_of=date(2000, 1, 1)) is None


def test_options_with_hours_are_refused(tools: Toolbox) -> None:
    supply = find_supply(SupplyFields(distributor="luz-del-sur", option="BT5F"))

    with pytest.raises(InvalidInputError) as refused:
        pricing_of(Connection(supply=supply), tools=tools, as_of=AS_OF)

    assert refused.value.issues[0].code == "backtest-needs-one-register"
