"""Whether an option with hours would pay a home, and whether that came true."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.meter_samples import write_meter, write_months

from ahorraluz.catalog.band_shares import load_hour_facts
from ahorraluz.core.advice.hourly import HourlyError
from ahorraluz.core.home import (
    Appliance,
    CustomerClass,
    FixedCharges,
    Home,
    MonthlyUse,
    Option,
    Supply,
    Tenure,
)
from ahorraluz.core.periods import months_from
from ahorraluz.core.readings.schema import Readings
from ahorraluz.services.compare_tariffs import ComparisonError, compare_tariffs
from ahorraluz.services.connection import Connection
from ahorraluz.services.find_readings import find_readings
from ahorraluz.services.homes import KnownHome
from ahorraluz.services.hourly_tariff import HourlyAnswer, home_of_readings, hourly_tariff
from ahorraluz.services.toolbox import Toolbox, open_toolbox
from ahorraluz.settings import Settings

AS_OF = date(2026, 11, 24)
SUPPLY = Supply(distributor="luz-del-sur", system="lima-sur")
CHARGES = FixedCharges(connection=Decimal("1.42"), lighting=Decimal("10.30"))
D = Decimal


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Toolbox:
    return open_toolbox(Settings(data_dir=tmp_path_factory.mktemp("data")))


@pytest.fixture(scope="module")
def year(tools: Toolbox, tmp_path_factory: pytest.TempPathFactory) -> Readings:
    """Return a year of invented hourly readings, most of it in the evening."""
    path = write_meter(tmp_path_factory.mktemp("m") / "m.csv", days=365)
    return find_readings(str(path), tools=tools).cleaned.readings


def home(*energies: int, **stated: Any) -> KnownHome:
    """Return a home with a recibo a month up to the day of the answer."""
    supply = stated.pop("supply", SUPPLY)
    periods = months_from(date(2025, 11, 1), months=len(energies))
    return KnownHome(
        home=Home(
            supply=supply,
            charges=CHARGES,
            history=tuple(
                MonthlyUse(period=period, kwh=D(kwh))
                for period, kwh in zip(periods, energies, strict=True)
            ),
            **stated,
        )
    )


def codes(answer: HourlyAnswer) -> set[str]:
    return {issue.code for issue in answer.issues}


def test_a_home_of_twelve_recibos_is_told_each_option(tools: Toolbox) -> None:
    answer = hourly_tariff(home(*([180] * 12)), tools=tools, as_of=AS_OF)

    assert {one.option for one in answer.prospects} == {Option.BT5F, Option.BT5I}
    assert [one.chance for one in answer.prospects] == sorted(
        (one.chance for one in answer.prospects), reverse=True
    )
    assert "hourly-few-recibos" not in codes(answer)
    assert answer.unanswered == ("home-by-day", "evening-shower", "evening-cooking")
    assert answer.measured is None


def test_a_home_of_one_recibo_is_told_that_one_month_stands_for_all(tools: Toolbox) -> None:
    answer = hourly_tariff(home(180), tools=tools, as_of=AS_OF)

    assert answer.prospects
    assert "hourly-few-recibos" in codes(answer)


def test_a_home_that_uses_nothing_is_told_so(tools: Toolbox) -> None:
    answer = hourly_tariff(home(*([0] * 12)), tools=tools, as_of=AS_OF)

    assert "hourly-no-energy" in codes(answer)
    assert [one.chance for one in answer.prospects] == [0.0, 0.0]
    assert all(one.expected < 0 for one in answer.prospects)


def test_more_energy_outweighs_the_higher_fixed_charge(tools: Toolbox) -> None:
    chances = [
        {one.option: one.chance for one in answer.prospects}[Option.BT5F]
        for answer in (
            hourly_tariff(home(*([kwh] * 12)), tools=tools, as_of=AS_OF)
            for kwh in (40, 90, 200, 600)
        )
    ]

    assert chances == sorted(chances)


def test_where_no_sheet_prices_hours_there_is_no_chance(tools: Toolbox) -> None:
    elsewhere = home(180, supply=Supply(distributor="electro-puno"))

    answer = hourly_tariff(elsewhere, tools=tools, as_of=AS_OF)

    assert answer.prospects == ()
    assert answer.not_on_file == (Option.BT5F, Option.BT5I)
    assert "hourly-no-sheet" in codes(answer)


@pytest.mark.parametrize(
    ("supply", "code"),
    [
        (replace(SUPPLY, customer=CustomerClass.NON_RESIDENTIAL), "hourly-only-homes"),
        (replace(SUPPLY, option=Option.BT5F), "hourly-from-one-register"),
        (replace(SUPPLY, option=Option.BT6), "hourly-from-one-register"),
    ],
)
def test_what_is_no_home_of_one_register_is_refused(
    supply: Supply, code: str, tools: Toolbox
) -> None:
    with pytest.raises(HourlyError) as refused:
        hourly_tariff(home(180, supply=supply), tools=tools, as_of=AS_OF)

    assert refused.value.issue.code == code


def test_the_hours_of_another_tariff_are_refused(
    tools: Toolbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = load_hour_facts()
    moved = replace(facts, shares=replace(facts.shares, first_hour=17, after_hour=22))
    monkeypatch.setattr("ahorraluz.services.hourly_tariff.load_hour_facts", lambda: moved)

    with pytest.raises(HourlyError, match="hourly-other-hours"):
        hourly_tariff(home(180), tools=tools, as_of=AS_OF)


def test_what_binds_the_home_is_said(tools: Toolbox) -> None:
    shared = home(*([400] * 12), homes_on_meter=3, tenure=Tenure.TENANT)

    answer = hourly_tariff(shared, tools=tools, as_of=AS_OF)

    assert {"hourly-shared-meter", "hourly-tenant", "hourly-who-may"} <= codes(answer)


def test_the_meter_costs_what_was_typed_and_what_was_published(tools: Toolbox) -> None:
    silent = hourly_tariff(home(180), tools=tools, as_of=AS_OF).meter
    answer = hourly_tariff(
        home(180, assumptions={"cost-hourly-meter": D(300)}), tools=tools, as_of=AS_OF
    )
    typed, by_option = answer.meter, {one.option: one for one in answer.prospects}

    assert silent.stated is None
    assert typed.stated == 300
    assert silent.published_high == typed.published_high == 24
    assert silent.source.id == "smart-meters-2025"
    three_bands = by_option[Option.BT5I]
    assert silent.payback_months(three_bands) is None
    assert typed.payback_months(three_bands) == pytest.approx(
        12 * 300 / float(three_bands.expected)
    )
    dear = replace(three_bands, kwh_by_month=(D(5),) * 12)
    assert typed.payback_months(dear) is None


def test_the_measured_months_are_those_of_the_comparison_to_the_centimo(
    year: Readings, tools: Toolbox
) -> None:
    connection = Connection(supply=SUPPLY, charges=CHARGES)
    compared = compare_tariffs(year, connection, tools=tools, as_of=AS_OF)

    answer = hourly_tariff(home(*([150] * 12)), tools=tools, as_of=AS_OF, readings=year)

    assert answer.measured is not None
    assert answer.measured.comparison.peak_share == compared.peak_share
    by_option = {option.option: option for option in compared.options}
    assert len(answer.measured.options) == 2
    for kept in answer.measured.options:
        assert kept.year == by_option[kept.year.option]
        assert kept.costs_less == (by_option[kept.year.option].saving > 0)


def test_a_home_of_evenings_is_told_that_the_chance_was_kind(
    year: Readings, tools: Toolbox
) -> None:
    answer = hourly_tariff(home(*([150] * 12)), tools=tools, as_of=AS_OF, readings=year)

    assert answer.measured is not None
    assert not answer.measured.in_range
    assert answer.measured.place > 0.9
    kept = {one.year.option: one for one in answer.measured.options}[Option.BT5F]
    assert not kept.costs_less
    assert kept.was_right == (kept.chance < 0.5)
    assert kept.chance_now < 0.05 < kept.chance


def test_a_home_of_no_evenings_saves_as_the_chance_now_says(year: Readings, tools: Toolbox) -> None:
    hour = year.frame.index.tz_convert(year.zone).hour  # type: ignore[attr-defined]
    quiet = replace(year, energy_kwh=np.where((hour >= 18) & (hour < 23), 0.02, year.energy_kwh))

    answer = hourly_tariff(home(*([150] * 12)), tools=tools, as_of=AS_OF, readings=quiet)

    assert answer.measured is not None
    for kept in answer.measured.options:
        assert kept.costs_less
        assert kept.chance_now > 0.95


def test_a_meter_alone_tells_the_months_of_the_home(year: Readings, tools: Toolbox) -> None:
    known = home_of_readings(SUPPLY, year, discount=None)

    assert len(known.home.history) == 12
    answer = hourly_tariff(known, tools=tools, as_of=AS_OF, readings=year)
    assert answer.measured is not None
    assert float(sum(answer.kwh_by_month)) == pytest.approx(
        float(sum(month.measured().kwh for month in answer.measured.comparison.months)), rel=0.01
    )


def test_readings_that_tell_no_hours_or_no_month_are_refused(
    tools: Toolbox, tmp_path: Path
) -> None:
    week = write_meter(tmp_path / "w.csv", days=7)
    months = write_months(tmp_path / "m.csv")
    short, coarse = (
        find_readings(str(path), tools=tools).cleaned.readings for path in (week, months)
    )

    with pytest.raises(HourlyError, match="hourly-no-month"):
        home_of_readings(SUPPLY, short, discount=None)
    with pytest.raises(ComparisonError, match="compare-needs-hours"):
        hourly_tariff(home(180), tools=tools, as_of=AS_OF, readings=coarse)


def test_appliances_that_can_move_are_named(tools: Toolbox) -> None:
    listed = home(
        *([250] * 12),
        appliances=(Appliance(id="terma-electrica"), Appliance(id="refrigeradora-mediana")),
    )

    answer = hourly_tariff(listed, tools=tools, as_of=AS_OF)

    assert [use.id for use in answer.movable] == ["terma-electrica"]
    assert answer.movable_kwh > 0
