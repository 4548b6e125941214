"""Bills as arrays at the edges of brackets, rounding and 64 bits."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from tests.invented import MAY, D, tariff_book

from ahorraluz.core.consumption import Band, Consumption
from ahorraluz.core.home import FixedCharges, Option, Supply
from ahorraluz.core.money import IgvRounding, TotalRounding
from ahorraluz.core.tariffs import arrays
from ahorraluz.core.tariffs.arrays import ArrayEnergyError, divide, price_bills, to_milli
from ahorraluz.core.tariffs.billing import price_bill
from ahorraluz.core.tariffs.energy import EnergyPriceError
from ahorraluz.core.tariffs.lines import LineCode
from ahorraluz.core.tariffs.schedule import Bracket
from ahorraluz.core.tariffs.terms import BillTerms, bill_terms

SUPPLY = Supply(distributor="light", system="here")
CHARGES = FixedCharges(
    connection=D("1.37"),
    lighting=D("9.99"),
    interest=D("0.33"),
    late_interest=D("0.12"),
    previous_rounding=D("0.04"),
    other_taxed=D("-2.25"),
    other_untaxed=D("5.01"),
)
TERMS = bill_terms(tariff_book(), SUPPLY, MAY, charges=CHARGES)
HOURLY = bill_terms(tariff_book(), replace(SUPPLY, option=Option.BT5F), MAY, charges=CHARGES)
EDGES = (0, 1, 29_999, 30_000, 30_001, 90_000, 90_001, 139_999, 140_000, 140_001, 420_001, 900_001)


def wh(*values: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.asarray(values, dtype=np.int64)


def compare(terms: BillTerms, *, shares: tuple[int, ...] = EDGES) -> None:
    """Hold the arrays against the bills, line by line."""
    found = price_bills(wh(*shares), terms)
    for row, milli in enumerate(shares):
        bill = price_bill(Consumption(period=MAY, energy_kwh=D(milli) / 1000), terms)
        lines = dict.fromkeys(found.lines, D("0.00"))
        for line in bill.lines:
            if line.code is not LineCode.FOSE:
                lines[line.code] += line.amount
        assert {c: D(int(v[row])) / 100 for c, v in found.lines.items()} == lines
        assert [int(found.subtotal[row]), int(found.igv[row]), int(found.total[row])] == [
            bill.subtotal * 100,
            bill.igv * 100,
            bill.total * 100,
        ]


@pytest.mark.parametrize("rounding", TotalRounding, ids=lambda rule: str(rule.value))
@pytest.mark.parametrize("igv", IgvRounding, ids=lambda rule: str(rule.value))
def test_both_paths_are_equal_at_every_edge(rounding: TotalRounding, igv: IgvRounding) -> None:
    compare(replace(TERMS, total_rounding=rounding, igv_rounding=igv))


@pytest.mark.parametrize(
    "change",
    [
        {"supply": replace(SUPPLY, collective_homes=3)},
        {"levy": None},
        {"levy": D("0.0123")},
        {"igv_rate": D(0)},
        {"charges": FixedCharges()},
        {"charges": replace(CHARGES, other_taxed=D("-90.01"), other_untaxed=D("-3"))},
        {"charges": replace(CHARGES, connection=D("1.375"), previous_rounding=D("-0.045"))},
        {"brackets": TERMS.brackets[-1:]},
    ],
    ids=[
        "three homes",
        "no levy",
        "levy",
        "no IGV",
        "no charges",
        "credit",
        "halves",
        "one bracket",
    ],
)
def test_both_paths_are_equal_whatever_the_terms(change: dict[str, object]) -> None:
    compare(replace(TERMS, **change))  # type: ignore[arg-type]


def test_a_bill_by_hand() -> None:
    bills = price_bills(wh(100_000), bill_terms(tariff_book(), SUPPLY, MAY))

    # 54.00 of energy and 2.00 fixed, 10.08 of IGV line by line, a sol of levy: 67.08.
    assert {code.value: column.tolist() for code, column in bills.lines.items()} == {
        "connection": [0],
        "lighting": [0],
        "interest": [0],
        "energy": [5400],
        "fixed": [200],
        "igv": [1008],
        "rural_electrification": [100],
        "rounding": [-8],
        "other": [0],
    }
    assert (bills.subtotal.tolist(), bills.igv.tolist(), bills.total.tolist()) == (
        [5600],
        [1008],
        [6700],
    )
    assert bills.total.dtype == np.int64


def test_rows_priced_a_few_at_a_time_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    at_once = price_bills(wh(*EDGES), TERMS)
    split = {Band.PEAK: wh(*EDGES) // 3, Band.OFF_PEAK: wh(*EDGES) - wh(*EDGES) // 3}
    by_hours = price_bills(wh(*EDGES), HOURLY, bands_milli=split)

    monkeypatch.setattr(arrays, "CHUNK", 5)

    assert price_bills(wh(*EDGES), TERMS).total.tolist() == at_once.total.tolist()
    again = price_bills(wh(*EDGES), HOURLY, bands_milli=split)
    assert again.total.tolist() == by_hours.total.tolist()


def test_hours_at_every_edge() -> None:
    energies = [n for n in EDGES if n > 0]
    peak = [n // 3 for n in energies]
    split = {Band.PEAK: wh(*peak), Band.OFF_PEAK: wh(*energies) - wh(*peak)}
    for homes in (1, 3):
        terms = replace(HOURLY, supply=replace(HOURLY.supply, collective_homes=homes))

        found = price_bills(wh(*energies), terms, bands_milli=split)

        for row, (whole, part) in enumerate(zip(energies, peak, strict=True)):
            bands = {Band.PEAK: D(part) / 1000, Band.OFF_PEAK: D(whole - part) / 1000}
            used = Consumption(period=MAY, energy_kwh=D(whole) / 1000, bands_kwh=bands)
            bill = price_bill(used, terms)
            assert int(found.total[row]) == bill.total * 100
            assert int(found.lines[LineCode.ENERGY][row]) == bill.lines[0].amount * 100


def test_no_energy_by_hours_costs_the_fixed_charge() -> None:
    none = {Band.PEAK: wh(0), Band.OFF_PEAK: wh(0)}

    found = price_bills(wh(0), HOURLY, bands_milli=none)

    assert found.lines[LineCode.ENERGY].tolist() == [0]
    assert found.lines[LineCode.FIXED].tolist() == [400]


def test_bands_of_an_option_with_one_register_change_nothing() -> None:
    split = {Band.PEAK: wh(40_000), Band.OFF_PEAK: wh(60_000)}

    with_bands = price_bills(wh(100_000), TERMS, bands_milli=split)

    assert with_bands.total.tolist() == price_bills(wh(100_000), TERMS).total.tolist()


@pytest.mark.parametrize(
    "bands", [None, {Band.PEAK: wh(1)}, {Band.OFF_PEAK: wh(1)}], ids=["none", "peak", "off"]
)
def test_bands_that_are_lacking_are_named(
    bands: dict[Band, np.ndarray[tuple[int], np.dtype[np.int64]]] | None,
) -> None:
    with pytest.raises(EnergyPriceError) as caught:
        price_bills(wh(1), HOURLY, bands_milli=bands)

    assert caught.value.issue.code == "bands-needed"
    assert caught.value.issue.parameters == {"missing": ["peak", "off-peak"]}


def test_hours_beyond_64_bits_are_refused() -> None:
    most = 20_000_000
    split = {Band.PEAK: wh(most), Band.OFF_PEAK: wh(0)}
    over = {Band.PEAK: wh(most + 1), Band.OFF_PEAK: wh(0)}

    assert price_bills(wh(most), HOURLY, bands_milli=split).total.size == 1
    with pytest.raises(ArrayEnergyError) as caught:
        price_bills(wh(most + 1), HOURLY, bands_milli=over)

    assert caught.value.issue.code == "kwh-array-out-of-range"
    assert caught.value.issue.parameters == {"limit": 20_000}
    none = {Band.PEAK: wh(), Band.OFF_PEAK: wh()}
    assert price_bills(wh(), HOURLY, bands_milli=none).total.size == 0


def test_a_bracket_without_prices_is_refused_with_its_first_energy() -> None:
    unknown = Bracket(limit_kwh=None, fixed=D("2.05"), blocks=())
    holed = replace(TERMS, brackets=(*TERMS.brackets[:-1], unknown))

    assert price_bills(wh(140_000), holed).total.size == 1
    with pytest.raises(EnergyPriceError) as caught:
        price_bills(wh(20_000, 150_500, 200_000), holed)

    assert caught.value.issue.code == "bracket-price-unknown"
    assert caught.value.issue.parameters == {"kwh": D("150.5")}


@pytest.mark.parametrize(
    ("kwh", "milli"),
    [(0, 0), (0.0004, 0), (0.0006, 1), (100.1234, 100_123), (100_000, 100_000_000)],
)
def test_energy_is_told_in_whole_thousandths(kwh: float, milli: int) -> None:
    found = to_milli([kwh, 1])

    assert found.tolist() == [milli, 1000]
    assert found.dtype == np.int64


@pytest.mark.parametrize("value", [-0.001, 100_000.001, float("nan")])
def test_energy_beyond_a_supply_is_refused_with_the_limit(value: float) -> None:
    with pytest.raises(ArrayEnergyError) as caught:
        to_milli([5.0, value])

    assert caught.value.issue.code == "kwh-array-out-of-range"
    assert caught.value.issue.parameters == {"limit": 100_000}


def test_halves_go_away_from_zero_on_both_sides() -> None:
    whole = wh(-15, -14, -5, -4, 0, 4, 5, 14, 15)

    assert divide(whole, 10).tolist() == [-2, -1, -1, 0, 0, 0, 1, 1, 2]
    assert divide(wh(4, 5, 14, 15), 10).tolist() == [0, 1, 1, 2]
    assert divide(wh(-5, 5), wh(10, 2)).tolist() == [-1, 3]
    assert divide(wh(7), wh(2)).dtype == np.int64
    assert divide(whole, 10).dtype == np.int64


def test_quotients_are_those_of_the_money() -> None:
    for numerator in range(-25, 26):
        exact = (Decimal(numerator) / 10).quantize(D(1), rounding="ROUND_HALF_UP")

        assert int(divide(wh(numerator), 10)[0]) == exact
