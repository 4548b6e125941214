"""Hot water: what physics gives, what the sun and gas give."""

from decimal import Decimal

import pytest
from tests.unit.core.advice.catalogue.conftest import OWNER, judged, proposed, share
from tests.unit.core.advice.conftest import FULL_HOUSE

from ahorraluz.core.advice.measures import (
    Answer,
    Ask,
    Certainty,
    CostKind,
    NotHere,
    Proposal,
)
from ahorraluz.core.home import Appliance


def test_each_minute_of_a_shower_is_its_power() -> None:
    shower = Appliance(id="ducha-electrica", power_w=3700, minutes_shower=10, showers_day=3)

    proposal = proposed("shorter-showers", 200, appliances=(shower,))

    assert share(proposal) == pytest.approx(0.2)
    assert proposal.parameters == {"minutes_now": 10, "minutes_then": 8}


def test_a_tank_spares_only_the_heat_of_its_litres() -> None:
    tank = Appliance(id="terma-electrica", minutes_shower=10, showers_day=3, always_on=True)

    assert 0 < share(proposed("shorter-showers", 300, appliances=(tank,))) < 0.2


def test_showers_that_are_short_stay_as_they_are() -> None:
    shower = Appliance(id="ducha-electrica", minutes_shower=4, showers_day=3)

    answer = judged("shorter-showers", 200, appliances=(shower,))

    assert answer == NotHere(reason="reason.showers-short", parameters={"minutes": 4})


@pytest.mark.parametrize(
    ("always_on", "outcome"),
    [
        pytest.param(True, Proposal, id="left on"),
        pytest.param(None, Ask, id="nobody said"),
        pytest.param(False, NotHere, id="already switched off"),
    ],
)
def test_a_tank_that_rests_saves_its_standing_loss(
    always_on: bool | None, outcome: type[Answer]
) -> None:
    tank = Appliance(id="terma-electrica", always_on=always_on)

    answer = judged("heater-off-after-bath", 300, appliances=(tank,))

    assert isinstance(answer, outcome)
    if isinstance(answer, Proposal):
        assert 0 < share(answer) < 1
        assert answer.effect.low < 1 < answer.effect.high


def test_the_summer_position_claims_nothing_without_the_plate() -> None:
    home = {"city": "lima", "appliances": (Appliance(id="ducha-electrica", power_w=4000),)}

    asked = judged("shower-summer-position", 200, **home)
    typed = proposed(
        "shower-summer-position", 200, assumptions={"shower-summer-power-w": Decimal(2500)}, **home
    )

    assert isinstance(asked, Ask)
    assert asked.proposal is not None
    assert asked.proposal.certainty is Certainty.NO_SOLES
    assert sorted(set(typed.effect.cuts[0].shares)) == pytest.approx([0.0, 0.375])


def test_the_sun_covers_part_of_the_hot_water_of_each_month() -> None:
    proposal = proposed("solar-water-heater", 300, **OWNER, appliances=FULL_HOUSE[:2])

    shares = proposal.effect.cuts[0].shares
    assert 0 < min(shares) <= max(shares) <= 1
    assert proposal.cost.kind is CostKind.PUBLISHED
    assert proposal.cost.source in {source.id for source in proposal.sources}
    assert proposal.life_years == 10


def test_a_quote_of_the_home_replaces_the_published_price() -> None:
    proposal = proposed(
        "solar-water-heater",
        300,
        **OWNER,
        appliances=FULL_HOUSE[:2],
        assumptions={"cost-solar-water-heater": Decimal(2000)},
    )

    assert proposal.cost.kind is CostKind.STATED
    assert proposal.cost.middle == 2000


def test_gas_takes_all_the_electricity_and_costs_a_part_of_it() -> None:
    home = {**OWNER, "appliances": FULL_HOUSE[:2]}

    unknown = judged("gas-water-heater", 300, **home)
    known = proposed("gas-water-heater", 300, **home, assumptions={"gas-network": Decimal(1)})
    none = judged("gas-water-heater", 300, **home, assumptions={"gas-network": Decimal(0)})

    assert isinstance(unknown, Ask)
    assert share(known) == 1
    assert known.fuel_share is not None
    assert 0 < known.fuel_share.low <= known.fuel_share.high < 1
    assert none == NotHere(reason="reason.no-gas-network")


def test_heaters_of_other_sizes_are_offered_whole_beside_the_fitting_one() -> None:
    proposal = proposed("solar-water-heater", 250, appliances=FULL_HOUSE, **OWNER)

    sizes = [proposal, *proposal.variants]
    costs = [size.cost.middle for size in sizes]
    assert len(proposal.variants) >= 2
    assert len(set(costs)) == len(costs)
    assert all(size.cost.kind is CostKind.PUBLISHED for size in sizes)
    by_litres = sorted(sizes, key=lambda size: size.parameters["litres"])  # type: ignore[arg-type,return-value]
    shares = [size.effect.cuts[0].shares[0] for size in by_litres]
    assert shares == sorted(shares)


def test_a_typed_price_is_of_one_heater_and_has_no_other_sizes() -> None:
    proposal = proposed(
        "solar-water-heater",
        250,
        appliances=FULL_HOUSE,
        assumptions={"cost-solar-water-heater": Decimal(2000)},
        **OWNER,
    )

    assert proposal.variants == ()
