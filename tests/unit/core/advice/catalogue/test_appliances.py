"""Lamps, cold, stand-by, laundry, climate and fuels."""

from dataclasses import replace
from decimal import Decimal

import pytest
from tests.unit.core.advice.catalogue.conftest import BY_ID, LPG, judged, proposed, share
from tests.unit.core.advice.conftest import FULL_HOUSE, context_of, facts_for, home_of

from ahorraluz.core.advice.measures import (
    Answer,
    Ask,
    Certainty,
    CostKind,
    NotHere,
    Proposal,
)
from ahorraluz.core.home import Appliance


def test_each_kind_of_lamp_promises_what_it_gives() -> None:
    lamps = (
        Appliance(id="foco-incandescente-100"),
        Appliance(id="foco-ahorrador-20"),
        Appliance(id="fluorescente-36"),
    )

    incandescent, compact, tube = (
        proposed(name, 60, appliances=lamps).effect
        for name in ("led-for-incandescent", "led-for-compact", "led-tubes")
    )

    assert incandescent.cuts[0].shares[0] * incandescent.high <= 0.9 + 1e-9
    assert compact.cuts[0].shares[0] == pytest.approx(0.5)
    assert tube.cuts[0].shares[0] == pytest.approx(0.6)


def test_a_refrigerator_is_replaced_by_labels_and_never_by_the_letter() -> None:
    cold = (Appliance(id="refrigeradora-convencional", label_kwh_year=600),)

    asked = judged("refrigerator-replacement", 50, appliances=cold)
    better = proposed(
        "refrigerator-replacement",
        50,
        appliances=cold,
        assumptions={"new-refrigerator-kwh-year": Decimal(300)},
    )
    worse = judged(
        "refrigerator-replacement",
        50,
        appliances=cold,
        assumptions={"new-refrigerator-kwh-year": Decimal(900)},
    )

    assert isinstance(asked, Ask)
    assert share(better) == pytest.approx(0.5, abs=0.1)
    assert worse == NotHere(reason="reason.no-saving")


def test_care_of_the_refrigerator_claims_no_soles() -> None:
    proposal = proposed("refrigerator-care", 50, appliances=FULL_HOUSE[:1])

    assert proposal.certainty is Certainty.NO_SOLES


def test_stand_by_is_no_more_than_the_published_part_of_the_home() -> None:
    idle = tuple(
        Appliance(id=name, count=9, hours_day=0.1)
        for name in ("tv-generico", "equipo-sonido", "laptop")
    )
    context = context_of(home_of(60, appliances=idle)).prepared()

    proposal = BY_ID["standby-off"].judge(context)

    assert isinstance(proposal, Proposal)
    spared = sum(
        cut.shares[0] * use.estimate.middle
        for cut in proposal.effect.cuts
        if (use := context.account.appliance(cut.use.id, standby=True))
    )
    assert spared == pytest.approx(6.0, rel=0.01)


def test_a_decoder_is_off_for_some_hours_of_those_it_is_on() -> None:
    decoder = Appliance(id="decodificador")

    assert share(proposed("decoder-off-at-night", 60, appliances=(decoder,))) == pytest.approx(
        8 / 24
    )
    off = judged("decoder-off-at-night", 60, appliances=(replace(decoder, always_on=False),))
    assert off == NotHere(reason="reason.already-off")


def test_a_cold_wash_is_for_machines_that_heat() -> None:
    answer = judged("cold-wash", 60, appliances=(Appliance(id="lavadora"),))

    assert answer == NotHere(reason="reason.machine-does-not-heat")
    assert share(proposed("cold-wash", 60, appliances=(Appliance(id="lavadora-calentador"),))) > 0


def test_a_set_point_stays_under_the_published_ceiling() -> None:
    effect = proposed("ac-set-point", 200, appliances=(Appliance(id="aire-12000"),)).effect

    assert effect.low == 0
    assert effect.cuts[0].shares[0] * effect.high <= 0.5


def test_a_fan_that_the_home_has_costs_nothing() -> None:
    cooler = Appliance(id="aire-12000")

    bought = proposed("fan-instead-of-ac", 200, appliances=(cooler,))
    owned = proposed("fan-instead-of-ac", 200, appliances=(cooler, Appliance(id="ventilador")))

    assert (bought.cost.kind, owned.cost.kind) == (CostKind.ASKED, CostKind.FREE)


def test_lids_spare_electricity_or_gas_whichever_cooks() -> None:
    plate = proposed("lids-on-pots", 90, appliances=(Appliance(id="hornilla-electrica"),))
    gas = proposed("lids-on-pots", 90, **LPG)

    assert share(plate) == pytest.approx(0.05)
    assert gas.effect.cuts == ()
    assert gas.other is not None
    assert 0 == gas.other.low < gas.other.middle < gas.other.high


def test_induction_adds_kwh_and_loses_the_voucher() -> None:
    without = proposed("induction-instead-of-lpg", 60, **LPG)
    with_ = proposed("induction-instead-of-lpg", 60, **LPG, fise_voucher=True)

    assert without.effect.added is not None
    cylinders = facts_for(None).advice.lpg_cylinders_month.middle
    assert without.effect.added.middle == pytest.approx(cylinders * 131.4 * 0.5 / 0.82)
    assert without.other is not None
    assert with_.other is not None
    assert without.other.middle - with_.other.middle == 20


@pytest.mark.parametrize(
    ("kwh", "voucher", "name", "outcome"),
    [
        pytest.param(60, False, "gas-voucher", Proposal, id="may ask for it"),
        pytest.param(60, None, "gas-voucher", Ask, id="may have it"),
        pytest.param(60, True, "gas-voucher", NotHere, id="has it"),
        pytest.param(80, False, "gas-voucher", NotHere, id="uses too much"),
        pytest.param(80, False, "stay-under-the-voucher-line", Proposal, id="is near the line"),
        pytest.param(200, False, "stay-under-the-voucher-line", NotHere, id="is far from it"),
        pytest.param(60, False, "stay-under-the-voucher-line", NotHere, id="is under it"),
    ],
)
def test_the_gas_voucher_has_a_line(
    kwh: float, voucher: bool | None, name: str, outcome: type[Answer]
) -> None:
    answer = judged(name, *([kwh] * 12), **LPG, fise_voucher=voucher)

    assert isinstance(answer, outcome)
