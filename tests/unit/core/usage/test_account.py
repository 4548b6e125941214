"""Where the energy of whole homes goes."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ahorraluz.core.home import Appliance, CookingFuel, Home, Sector, Supply
from ahorraluz.core.usage.account import UsageAccount, account_for_usage
from ahorraluz.core.usage.facts import (
    ApplianceFacts,
    ClimateFacts,
    EndUseId,
    OwnershipFacts,
    UsageAssumptions,
    Zone,
)

Account = Callable[..., UsageAccount]
MakeHome = Callable[..., Home]

COMPLETE = (
    Appliance(id="ducha-electrica", power_w=4000, minutes_shower=8, showers_day=4),
    Appliance(id="refrigeradora-mediana", label_kwh_year=420),
    Appliance(id="foco-ahorrador-20", count=6, hours_day=4),
    Appliance(id="tv-generico", hours_day=5),
    Appliance(id="lavadora", hours_day=0.5),
    Appliance(id="router"),
    Appliance(id="laptop", hours_day=4),
)


@pytest.fixture(scope="module")
def account(
    catalogue: Mapping[str, ApplianceFacts],
    ownership: Sequence[OwnershipFacts],
    assumptions: UsageAssumptions,
) -> Account:
    def build(home: Home, climate: ClimateFacts | None = None) -> UsageAccount:
        return account_for_usage(
            home,
            appliances=catalogue,
            ownership=ownership,
            climate=climate,
            assumptions=assumptions,
        )

    return build


def middle(account: UsageAccount, end_use: EndUseId) -> float:
    use = account.use(end_use)
    return use.estimate.middle if use else 0.0


def codes(account: UsageAccount) -> list[str]:
    return [issue.code for issue in account.issues]


@pytest.mark.parametrize("listed", [(), COMPLETE], ids=["ownership only", "complete list"])
@given(energies=st.lists(st.decimals(0, 2000, places=1), min_size=1, max_size=24))
def test_every_account_adds_up_in_the_month_and_in_the_year(
    energies: list[Decimal],
    listed: tuple[Appliance, ...],
    account: Account,
    home: MakeHome,
    lima: ClimateFacts,
) -> None:
    found = account(home(*energies, appliances=listed), lima)

    latest = [float(energy) for energy in energies[-12:]]
    total = math.fsum(latest) / len(latest)
    assert found.total_kwh_month == pytest.approx(total, abs=1e-9)
    assert math.fsum(use.estimate.middle for use in found.uses) == pytest.approx(total, abs=1e-9)
    assert sum(found.monthly_kwh) == pytest.approx(12 * total, abs=1e-6)
    for month, metered in enumerate(found.monthly_kwh):
        by_use = math.fsum(use.monthly_kwh[month] for use in found.uses)
        assert by_use == pytest.approx(metered, abs=1e-6)
    for use in found.uses:
        assert use.estimate.low >= 0
        assert min(use.monthly_kwh) >= 0
        assert sum(use.monthly_kwh) == pytest.approx(12 * use.estimate.middle, abs=1e-6)


def test_a_complete_list_says_more_than_ownership(account: Account, home: MakeHome) -> None:
    listed = account(home(180, appliances=COMPLETE, people=4))
    guessed = account(home(180, people=4))

    for end_use in (EndUseId.WATER_HEATING, EndUseId.REFRIGERATION, EndUseId.OTHER):
        known, unknown = listed.use(end_use), guessed.use(end_use)
        assert known is not None
        assert unknown is not None
        width = known.estimate.high - known.estimate.low
        assert width < unknown.estimate.high - unknown.estimate.low
    assert (listed.basis, guessed.basis) == (
        "basis.survey-and-bill",
        "basis.ownership-and-bill",
    )
    assert codes(guessed) == ["usage-from-ownership"]
    assert codes(listed) == []


def test_a_home_of_thirty_kilowatt_hours_has_no_shower(account: Account, home: MakeHome) -> None:
    found = account(home(30))

    shower = found.appliance("ducha-electrica")
    assert shower is not None
    assert shower.owned < 0.05
    assert middle(found, EndUseId.WATER_HEATING) < 1


def test_a_home_of_many_kilowatt_hours_heats_water_or_air(account: Account, home: MakeHome) -> None:
    found = account(home(450))

    heat = middle(found, EndUseId.WATER_HEATING) + middle(found, EndUseId.CLIMATE)
    assert heat > 0.3 * 450
    assert codes(found) == ["usage-from-ownership"]


def test_the_refrigerator_is_probable_where_it_fits(account: Account, home: MakeHome) -> None:
    chances = []
    for total in (25, 70, 140):
        fridge = account(home(total)).appliance("refrigeradora-mediana")
        assert fridge is not None
        chances.append(fridge.owned)

    assert chances == sorted(chances)
    assert chances[-1] > 0.6


def test_a_mild_place_neither_cools_nor_heats_its_air(
    account: Account, home: MakeHome, lima: ClimateFacts
) -> None:
    found = account(home(300), lima)

    assert found.use(EndUseId.CLIMATE) is None


def test_who_cooks_with_electricity_has_a_cooker(
    catalogue: Mapping[str, ApplianceFacts], assumptions: UsageAssumptions, home: MakeHome
) -> None:
    cooker = OwnershipFacts(
        id="electric-cooking",
        appliance="hornilla-electrica",
        shares={Zone.ALL: 0.037},
        cooking=CookingFuel.ELECTRICITY,
    )

    owned = {}
    for fuel in (CookingFuel.ELECTRICITY, CookingFuel.LPG, None):
        found = account_for_usage(
            home(100, cooking=fuel),
            appliances=catalogue,
            ownership=[cooker],
            climate=None,
            assumptions=assumptions,
        )
        item = found.appliance("hornilla-electrica")
        owned[fuel] = item.owned if item else 0.0

    assert owned[CookingFuel.ELECTRICITY] == 1
    assert owned[CookingFuel.LPG] == 0
    assert 0 < owned[None] < 1


def test_rural_homes_use_the_rural_share(
    catalogue: Mapping[str, ApplianceFacts], assumptions: UsageAssumptions, home: MakeHome
) -> None:
    rare = OwnershipFacts(
        id="refrigerator",
        appliance="refrigeradora-mediana",
        shares={Zone.ALL: 0.6, Zone.RURAL: 0.1},
    )
    chances = []
    for sector in (Sector.URBAN_INTERCONNECTED, Sector.RURAL_INTERCONNECTED):
        found = account_for_usage(
            home(60, supply=Supply(distributor="electro-puno", sector=sector)),
            appliances=catalogue,
            ownership=[rare],
            climate=None,
            assumptions=assumptions,
        )
        item = found.appliance("refrigeradora-mediana")
        assert item is not None
        chances.append(item.owned)

    assert chances[1] < chances[0]


@pytest.mark.parametrize(
    ("metered", "code"),
    [
        pytest.param(90, "survey-above-bill", id="the list is far above the recibo"),
        pytest.param(500, "survey-explains-little", id="the list explains little"),
    ],
)
def test_a_list_that_does_not_fit_is_named(
    metered: float, code: str, account: Account, home: MakeHome
) -> None:
    found = account(home(metered, appliances=COMPLETE, people=4))

    assert codes(found) == [code]
    assert float(str(found.issues[0].parameters["metered_kwh"])) == metered


def test_a_home_shop_follows_its_list(account: Account, home: MakeHome) -> None:
    shop = (*COMPLETE, Appliance(id="congeladora", count=3), Appliance(id="electrobomba-05hp"))

    found = account(home(330, appliances=shop))

    assert middle(found, EndUseId.REFRIGERATION) > 150
    assert middle(found, EndUseId.WATER_PUMPING) > 5


def test_other_homes_on_the_meter_are_a_use_of_their_own(account: Account, home: MakeHome) -> None:
    found = account(home(320, appliances=COMPLETE, people=4, homes_on_meter=3, people_on_meter=10))

    assert codes(found) == ["meter-shared"]
    assert 140 < middle(found, EndUseId.OTHER_HOMES) < 200
    assert math.fsum(use.estimate.middle for use in found.uses) == pytest.approx(320, abs=1e-9)


def test_a_winter_swing_goes_to_hot_water(
    account: Account, home: MakeHome, lima: ClimateFacts
) -> None:
    winter = [150, 150, 150, 160, 175, 190, 195, 195, 190, 180, 165, 155]

    found = account(home(*winter, appliances=COMPLETE, people=4), lima)

    water, fridge = found.use(EndUseId.WATER_HEATING), found.use(EndUseId.REFRIGERATION)
    assert water is not None
    assert fridge is not None
    swing = max(water.monthly_kwh) - min(water.monthly_kwh)
    assert swing > 4 * (max(fridge.monthly_kwh) - min(fridge.monthly_kwh))


def test_appliance_and_standby_can_be_asked_for(account: Account, home: MakeHome) -> None:
    found = account(home(180, appliances=COMPLETE, people=4))

    active, idle = found.appliance("tv-generico"), found.appliance("tv-generico", standby=True)
    assert active is not None
    assert idle is not None
    assert (active.end_use, idle.end_use) == (EndUseId.ENTERTAINMENT, EndUseId.ALWAYS_ON)
    assert len(active.monthly_kwh) == 12
    assert found.appliance("calefactor") is None


def test_what_the_household_typed_over_an_assumption_is_used(
    account: Account, home: MakeHome
) -> None:
    shower = (Appliance(id="ducha-electrica"), *COMPLETE[1:])
    typed = {"minutes-shower": Decimal(3), "showers-day": Decimal(2)}

    short = account(home(180, appliances=shower, assumptions=typed))
    usual = account(home(180, appliances=shower))

    assert middle(short, EndUseId.WATER_HEATING) < middle(usual, EndUseId.WATER_HEATING)


def test_an_appliance_listed_with_no_use_takes_nothing(account: Account, home: MakeHome) -> None:
    found = account(home(100, appliances=(*COMPLETE, Appliance(id="plancha", hours_day=0))))

    assert found.appliance("plancha") is None


@pytest.mark.parametrize("value", [Decimal(0), Decimal(50)], ids=["nothing", "far too much"])
@pytest.mark.parametrize("listed", [(), COMPLETE], ids=["ownership only", "complete list"])
def test_any_assumption_may_be_typed_over(
    value: Decimal,
    listed: tuple[Appliance, ...],
    account: Account,
    home: MakeHome,
    assumptions: UsageAssumptions,
    lima: ClimateFacts,
) -> None:
    tanks = (*listed, Appliance(id="terma-electrica"), Appliance(id="ducha-electrica"))
    for item in fields(assumptions):
        typed = {item.name.replace("_", "-"): value}

        found = account(
            home(180, appliances=tanks if listed else (), assumptions=typed, homes_on_meter=2),
            lima,
        )

        assert math.fsum(use.estimate.middle for use in found.uses) == pytest.approx(180, abs=1e-9)
        assert all(use.estimate.low >= 0 for use in found.uses)
