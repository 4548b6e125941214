"""From readings to findings with a price."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.meter_samples import write_meter, write_months
from tests.unit.cli.running import EXAMPLES

from ahorraluz.core.advice.context import priced_alone
from ahorraluz.core.consumption import Consumption
from ahorraluz.core.estimate import Estimate
from ahorraluz.core.home import FixedCharges, Option, Supply
from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.core.tariffs.billing import price_bill
from ahorraluz.core.tariffs.terms import BillTerms
from ahorraluz.core.usage.findings import Finding
from ahorraluz.services.connection import Connection, prices_of
from ahorraluz.services.find_readings import FoundReadings, find_readings
from ahorraluz.services.homes import home_from_file
from ahorraluz.services.toolbox import Toolbox, open_toolbox
from ahorraluz.services.understand_usage import (
    About,
    Understanding,
    read_daily_temperatures,
    understand_usage,
)
from ahorraluz.settings import Settings

AS_OF = date(2026, 11, 24)
LIMA = Connection(
    supply=Supply(distributor="luz-del-sur", system="lima-sur"),
    charges=FixedCharges(connection=Decimal("1.42"), lighting=Decimal("10.30")),
)


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Toolbox:
    return open_toolbox(Settings(data_dir=tmp_path_factory.mktemp("data")))


@pytest.fixture(scope="module")
def hours(tools: Toolbox, tmp_path_factory: pytest.TempPathFactory) -> FoundReadings:
    """Return four months of invented hourly readings."""
    path = write_meter(tmp_path_factory.mktemp("m") / "m.csv", days=120)
    return find_readings(str(path), tools=tools)


def understood(found: FoundReadings, tools: Toolbox, **about: object) -> Understanding:
    return understand_usage(found, about=About(**about), tools=tools, as_of=AS_OF)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def priced(hours: FoundReadings, tools: Toolbox) -> Understanding:
    return understood(hours, tools, connection=LIMA)


def year_of_bills(known: Understanding, less_kwh: Decimal) -> Decimal:
    """Return what the twelve months to come cost without some energy. [PEN]"""
    return sum(
        (
            price_bill(
                Consumption(period=term.period, energy_kwh=max(kwh - less_kwh, Decimal(0))), term
            ).total
            for term, kwh in zip(known.terms, known.kwh_by_month, strict=True)
        ),
        Decimal(0),
    )


def exact(kwh: float) -> Decimal:
    return Decimal(round(kwh * 1000)) / 1000


def test_the_cost_of_a_finding_is_a_difference_of_public_bills(priced: Understanding) -> None:
    costed = [item for item in priced.findings if item.cost is not None]

    assert {item.finding.id for item in costed} >= {"base-load"}
    for item in costed:
        assert item.finding.energy is not None
        assert item.cost is not None
        without = year_of_bills(priced, exact(item.finding.energy.middle))
        expected = (year_of_bills(priced, Decimal(0)) - without) / 12
        assert item.cost.middle == pytest.approx(float(expected))
        assert item.cost.low <= item.cost.middle <= item.cost.high
        assert item.cost.unit == "PEN/month"


def test_the_terms_are_those_of_the_year_to_come(priced: Understanding, tools: Toolbox) -> None:
    prices = prices_of(LIMA, tools=tools, as_of=AS_OF)

    expected: tuple[BillTerms, ...] = tuple(map(priced_alone, prices.year))

    assert priced.terms == expected
    assert len(priced.kwh_by_month) == len(priced.terms) == 12


def test_a_finding_about_no_energy_costs_nothing(priced: Understanding) -> None:
    silent = [item for item in priced.findings if item.finding.energy is None]

    assert silent
    assert {item.cost for item in silent} == {None}


def test_without_a_connection_nothing_is_priced(hours: FoundReadings, tools: Toolbox) -> None:
    known = understood(hours, tools)

    assert known.terms == ()
    assert {item.cost for item in known.findings} == {None}
    assert "usage-without-tariff" in {issue.code for issue in known.issues}


def test_an_option_with_hours_is_told_apart(hours: FoundReadings, tools: Toolbox) -> None:
    connection = Connection(supply=Supply(distributor="luz-del-sur", option=Option.BT5F))

    known = understood(hours, tools, connection=connection)

    assert {item.cost for item in known.findings} == {None}
    assert [i.parameters for i in known.issues if i.code == "usage-option-with-hours"] == [
        {"option": "BT5F"}
    ]


def test_every_issue_is_said_once(priced: Understanding) -> None:
    said = [(issue.code, issue.parameters.get("charge", "")) for issue in priced.issues]

    assert len(said) == len(set(said))


def test_a_home_without_a_file_is_known_by_its_measured_months(priced: Understanding) -> None:
    assert priced.account is not None
    assert sum(use.estimate.middle for use in priced.account.uses) == pytest.approx(
        priced.account.total_kwh_month, rel=0.02
    )


def test_a_home_file_brings_people_place_and_appliances(
    hours: FoundReadings, tools: Toolbox
) -> None:
    home = home_from_file(EXAMPLES / "arequipa.toml", as_of=AS_OF).home

    known = understood(hours, tools, home=home)

    assert known.account is not None
    named = {item.id for use in known.account.uses for item in use.appliances if item.owned == 1}
    assert {item.id for item in home.appliances} & named
    assert known.peers is not None


@pytest.mark.parametrize("city", ["Gotham", "", "x" * 500])
def test_a_city_nobody_knows_is_refused(city: str, hours: FoundReadings, tools: Toolbox) -> None:
    with pytest.raises(AhorraLuzError):
        understood(hours, tools, city=city)


def test_days_and_months_say_what_they_can(tools: Toolbox, tmp_path: Path) -> None:
    days = write_meter(tmp_path / "d.csv", days=120, step_minutes=1440)
    months = write_months(tmp_path / "m.csv")

    by_day, by_month = (
        understood(find_readings(str(path), tools=tools), tools, connection=LIMA)
        for path in (days, months)
    )

    assert by_day.profile.grid is None
    assert len(by_day.profile.daily_kwh) == 120
    assert len(by_month.months) == 12
    assert by_month.profile.base is None
    # From 24 December on: 31 days at the mean of a day of January.
    assert by_month.kwh_by_month[1] == 101


def test_hours_and_the_days_they_add_up_to_have_the_same_months(
    hours: FoundReadings, tools: Toolbox, tmp_path: Path
) -> None:
    days = write_meter(tmp_path / "d.csv", days=120, step_minutes=1440)

    by_hour = understood(hours, tools)
    by_day = understood(find_readings(str(days), tools=tools), tools)

    assert [m.kwh for m in by_day.months] == pytest.approx([m.kwh for m in by_hour.months])
    assert by_day.kwh_by_month == pytest.approx(by_hour.kwh_by_month)


def test_temperatures_of_days_are_taken_from_their_file(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("2026-01-01,20\n", "utf-8")

    assert read_daily_temperatures(path).temp_c.tolist() == [20.0]


@given(kwh=st.floats(0, 400))
def test_any_energy_costs_between_nothing_and_the_bill(priced: Understanding, kwh: float) -> None:
    from ahorraluz.services.understand_usage import _priced

    finding = Finding(
        id="base-load",
        weight=priced.findings[0].finding.weight,
        energy=Estimate(low=kwh / 2, middle=kwh, high=kwh * 2, unit="kWh/month", basis="basis.x"),
    )

    ((item),) = _priced([finding], priced.terms, priced.kwh_by_month)

    assert item.cost is not None
    bill = float(year_of_bills(priced, Decimal(0))) / 12
    assert 0 <= item.cost.middle <= bill
    assert item.cost.middle == pytest.approx(
        float(year_of_bills(priced, Decimal(0)) - year_of_bills(priced, exact(kwh))) / 12
    )
