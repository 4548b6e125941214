"""The energy charge: brackets, blocks and bands at their edges, for one home and for many."""

from decimal import Decimal

import pytest
from tests.invented import MAY

from ahorraluz.core.consumption import Band, Consumption
from ahorraluz.core.tariffs.energy import (
    EnergyPriceError,
    block_kwh,
    bracket_of,
    energy_amount,
    energy_parts,
    price_energy,
)
from ahorraluz.core.tariffs.lines import BillLine, LineCode, LinePart
from ahorraluz.core.tariffs.schedule import Block, Bracket

D = Decimal
FIRST = Block(limit_kwh=D(30), prices={Band.TOTAL: D("0.40")})
REST = Block(limit_kwh=None, prices={Band.TOTAL: D("0.60")})
SMALL = Bracket(limit_kwh=D(30), fixed=D(2), blocks=(Block(limit_kwh=None, prices=FIRST.prices),))
MIDDLE = Bracket(limit_kwh=D(140), fixed=D(2), blocks=(FIRST, REST))
ABOVE = Bracket(limit_kwh=None, fixed=D(3), blocks=(REST,))
BRACKETS = (SMALL, MIDDLE, ABOVE)
HOURS = Bracket(
    limit_kwh=None,
    fixed=D(4),
    blocks=(
        Block(limit_kwh=D(30), prices={Band.PEAK: D("0.70"), Band.OFF_PEAK: D("0.28")}),
        Block(limit_kwh=None, prices={Band.PEAK: D("1.00"), Band.OFF_PEAK: D("0.40")}),
    ),
)


def used(kwh: str, **bands: str) -> Consumption:
    """Return invented energy, by band where it is told."""
    told = {Band(name.replace("_", "-")): D(value) for name, value in bands.items()}
    return Consumption(period=MAY, energy_kwh=D(kwh), bands_kwh=told)


@pytest.mark.parametrize(
    ("kwh", "homes", "found"),
    [
        pytest.param("0", 1, SMALL, id="nothing"),
        pytest.param("30", 1, SMALL, id="30 is still the first"),
        pytest.param("30.001", 1, MIDDLE, id="a watt-hour above 30"),
        pytest.param("140", 1, MIDDLE, id="140 is still the second"),
        pytest.param("140.001", 1, ABOVE, id="a watt-hour above 140"),
        pytest.param("90", 3, SMALL, id="three homes of 30"),
        pytest.param("90.001", 3, MIDDLE, id="three homes above 30"),
        pytest.param("420", 3, MIDDLE, id="three homes of 140"),
    ],
)
def test_the_bracket_of_an_energy(kwh: str, homes: int, found: Bracket) -> None:
    assert bracket_of(D(kwh), BRACKETS, homes=homes) is found


def test_one_home_is_what_is_meant_where_nothing_is_said() -> None:
    assert bracket_of(D("30.5"), BRACKETS) is MIDDLE
    assert block_kwh(D(50), MIDDLE) == ((FIRST, D(30)), (REST, D(20)))
    assert len(energy_parts(used("50"), MIDDLE)) == 2
    assert energy_amount(used("50"), MIDDLE) == D("24.00")
    assert price_energy(used("50"), BRACKETS)[0].amount == D("24.00")


def test_a_bracket_whose_prices_are_not_known_says_which_energy() -> None:
    with pytest.raises(EnergyPriceError) as caught:
        bracket_of(D(200), (SMALL, Bracket(limit_kwh=None, fixed=D(2), blocks=())))

    assert caught.value.issue.code == "bracket-price-unknown"
    assert caught.value.issue.parameters == {"kwh": D(200)}


def test_an_energy_above_the_last_bracket_is_refused_with_its_kwh() -> None:
    with pytest.raises(EnergyPriceError) as caught:
        bracket_of(D(200), (SMALL, MIDDLE))

    assert caught.value.issue.code == "energy-above-last-bracket"
    assert caught.value.issue.parameters == {"kwh": D(200)}


@pytest.mark.parametrize(
    ("kwh", "homes", "parts"),
    [
        pytest.param("0", 1, [], id="nothing reaches no block"),
        pytest.param("30", 1, [30], id="the first block inclusive"),
        pytest.param("31", 1, [30, 1], id="one kWh in the second"),
        pytest.param("100", 3, [90, 10], id="three first blocks"),
    ],
)
def test_blocks_take_their_part_of_the_energy(kwh: str, homes: int, parts: list[int]) -> None:
    reached = block_kwh(D(kwh), MIDDLE, homes=homes)

    assert [part for _, part in reached] == parts


def test_every_block_takes_the_bands_in_their_proportion_of_the_month() -> None:
    # A third of the month is in the peak: of 30 kWh 10, of the other 70 the rest.
    parts = energy_parts(used("100", peak="33.333", off_peak="66.667"), HOURS)

    assert parts == (
        LinePart(quantity=D("10.000"), unit="kWh", price=D("0.70"), band=Band.PEAK),
        LinePart(quantity=D("20.000"), unit="kWh", price=D("0.28"), band=Band.OFF_PEAK),
        LinePart(quantity=D("23.333"), unit="kWh", price=D("1.00"), band=Band.PEAK),
        LinePart(quantity=D("46.667"), unit="kWh", price=D("0.40"), band=Band.OFF_PEAK),
    )
    assert parts[0].amount == D("7.00000")


def test_the_last_band_takes_what_rounding_leaves() -> None:
    thirds = dict.fromkeys((Band.PEAK, Band.MEDIUM, Band.BASE), D(1))
    bracket = Bracket(
        limit_kwh=None,
        fixed=D(4),
        blocks=(Block(limit_kwh=D(10), prices=thirds), Block(limit_kwh=None, prices=thirds)),
    )

    parts = energy_parts(used("30", peak="10", medium="10", base="10"), bracket)

    assert [str(part.quantity) for part in parts] == [
        "3.333",
        "3.333",
        "3.334",
        "6.667",
        "6.667",
        "6.666",
    ]


def test_a_band_without_energy_has_no_part_and_the_last_used_one_takes_the_rest() -> None:
    parts = energy_parts(used("45", peak="45", off_peak="0"), HOURS)

    assert [(part.band, part.quantity) for part in parts] == [
        (Band.PEAK, D(30)),
        (Band.PEAK, D(15)),
    ]


def test_less_than_a_kwh_in_a_band_is_a_part_too() -> None:
    parts = energy_parts(used("10", peak="0.5", off_peak="9.5"), HOURS)

    assert [(part.band, part.quantity) for part in parts] == [
        (Band.PEAK, D("0.500")),
        (Band.OFF_PEAK, D("9.500")),
    ]


def test_products_are_added_before_the_one_division() -> None:
    hours = used("100", peak="33.333", off_peak="66.667")

    # (33.333 x 0.70 + 66.667 x 0.28) x 30 % + (33.333 x 1.00 + 66.667 x 0.40) x 70 %
    assert energy_amount(hours, HOURS) == D("54.599818")


def test_no_energy_costs_nothing_even_without_bands() -> None:
    assert energy_amount(used("0"), HOURS) == 0


def test_a_part_of_a_kwh_is_priced() -> None:
    assert energy_amount(used("1"), SMALL) == D("0.40")
    assert energy_amount(used("0.5"), SMALL) == D("0.200")


def test_bands_that_are_not_told_are_named() -> None:
    for call in (energy_amount, energy_parts):
        with pytest.raises(EnergyPriceError) as caught:
            call(used("100", peak="100"), HOURS)

        assert caught.value.issue.code == "bands-needed"
        assert caught.value.issue.parameters == {"missing": ["off-peak"]}


def test_the_line_of_a_collective_supply() -> None:
    line, bracket = price_energy(used("100.01"), BRACKETS, homes=3)

    assert bracket is MIDDLE
    # Three first blocks of 30 kWh at 0.40, and 10.01 kWh at 0.60: 42.006.
    assert line == BillLine(
        code=LineCode.ENERGY,
        amount=D("42.01"),
        label="line.energy",
        basis="basis.energy",
        taxed=True,
        parts=(
            LinePart(quantity=D(90), unit="kWh", price=D("0.40"), band=Band.TOTAL),
            LinePart(quantity=D("10.01"), unit="kWh", price=D("0.60"), band=Band.TOTAL),
        ),
    )
