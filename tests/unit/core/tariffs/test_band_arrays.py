"""Compiled months under an option with hours: equal to their bills, and split into what fell."""

from dataclasses import replace

import numpy as np
import pytest
from tests.invented import MAY, D, tariff_book

from ahorraluz.core.consumption import Band, Consumption
from ahorraluz.core.home import FixedCharges, Option, Supply
from ahorraluz.core.tariffs.arrays import Cents
from ahorraluz.core.tariffs.band_arrays import BandArrays, whole_shares
from ahorraluz.core.tariffs.billing import Bill, price_bill
from ahorraluz.core.tariffs.lines import LineCode
from ahorraluz.core.tariffs.terms import BillTerms, bill_terms
from ahorraluz.core.tariffs.year_arrays import UNPRICED

SUPPLY = Supply(distributor="light", system="here", option=Option.BT5F)
TERMS = bill_terms(
    tariff_book(), SUPPLY, MAY, charges=FixedCharges(connection=D("1.37"), lighting=D("9.99"))
)
DEARER = replace(TERMS, brackets=TERMS.brackets[-1:], levy=D("0.02"))
SHARE = {Band.PEAK: D("0.217391")}
EDGES = (0, 1, 29_999, 30_000, 30_001, 139_999, 140_000, 140_001, 420_001, 700_003)


def wh(*values: int) -> Cents:
    return np.asarray(values, dtype=np.int64)


def bill_of(milli: int, terms: BillTerms) -> Bill:
    """Return the bill of an energy split by the share, to the watt-hour."""
    peak = (D(milli) / 1000 * SHARE[Band.PEAK]).quantize(D("0.001"))
    whole = D(milli) / 1000
    bands = {Band.PEAK: peak, Band.OFF_PEAK: whole - peak}
    return price_bill(Consumption(period=MAY, energy_kwh=whole, bands_kwh=bands), terms)


@pytest.mark.parametrize("homes", [1, 3])
def test_months_are_their_bills_whichever_are_alike(homes: int) -> None:
    one, other = (
        replace(terms, supply=replace(SUPPLY, collective_homes=homes)) for terms in (TERMS, DEARER)
    )
    year = (one, other, one, replace(one, period=MAY.shift(days=30)), other)
    energies = np.stack([np.roll(wh(*EDGES), month) for month in range(len(year))])

    found = BandArrays(year=year, shares=SHARE).totals(energies)

    for terms, row, totals in zip(year, energies, found, strict=True):
        assert totals.tolist() == [bill_of(int(n), terms).total * 100 for n in row]


def test_energies_without_a_price_are_told_apart() -> None:
    small, middle, above = TERMS.brackets
    holed = replace(TERMS, brackets=(small, replace(middle, blocks=()), above))

    found = BandArrays(year=(holed, TERMS), shares=SHARE).totals(np.stack([wh(*EDGES)] * 2))

    fine = [int(bill_of(n, TERMS).total * 100) for n in EDGES]
    assert found[1].tolist() == fine
    assert found[0].tolist() == [
        UNPRICED if 30_000 < n <= 140_000 else total for n, total in zip(EDGES, fine, strict=True)
    ]


def test_what_falls_in_every_month() -> None:
    year = (TERMS, DEARER, TERMS, TERMS)
    before, after = wh(200_000, 120_000, 100_000, 140_001), wh(100_000, 90_000, 20_001, 140_000)

    fallen = BandArrays(year=year, shares=SHARE).fallen(before, after)

    codes = {
        "fixed": LineCode.FIXED,
        "igv": LineCode.IGV,
        "levy": LineCode.RURAL_ELECTRIFICATION,
        "rounding": LineCode.ROUNDING,
    }
    assert set(fallen) == {*codes, "energy", "bracket"}
    for month, terms in enumerate(year):
        old, new = bill_of(int(before[month]), terms), bill_of(int(after[month]), terms)
        for name, code in codes.items():
            assert fallen[name][month] == (old.line(code).amount - new.line(code).amount) * 100
        energy = (old.lines[0].amount - new.lines[0].amount) * 100
        assert fallen["energy"][month] + fallen["bracket"][month] == energy


def test_a_lost_bracket_is_told_apart_from_the_energy() -> None:
    fallen = BandArrays(year=(TERMS,), shares={Band.PEAK: D("0.5")}).fallen(
        wh(200_000), wh(100_000)
    )

    # 200 kWh, half in the peak, are 144.00; 100 at those prices 72.00; priced as 100 kWh
    # they are 15 x (0.70 + 0.28) and 35 x (1.00 + 0.40): 63.70.
    assert (fallen["energy"].tolist(), fallen["bracket"].tolist()) == ([7200], [830])


def test_a_fall_over_two_brackets_keeps_the_prices_it_came_from() -> None:
    fallen = BandArrays(year=(TERMS, TERMS), shares={Band.PEAK: D("0.5")}).fallen(
        wh(200_000, 100_000), wh(20_000, 90_000)
    )

    # 180 kWh at 0.72; 20 at 0.72 instead of 0.49. Then 10 kWh at 0.70 in the same bracket.
    assert (fallen["energy"].tolist(), fallen["bracket"].tolist()) == ([12_960, 700], [460, 0])


def test_energy_is_split_to_the_watt_hour_with_halves_to_the_even_side() -> None:
    arrays = BandArrays(year=(TERMS,), shares={Band.PEAK: D("0.5")})

    found = arrays.split(wh(0, 1, 2, 3, 5, 7), (Band.PEAK, Band.OFF_PEAK))

    assert found[Band.PEAK].tolist() == [0, 0, 1, 2, 2, 4]
    assert found[Band.OFF_PEAK].tolist() == [0, 1, 1, 1, 3, 3]


def test_the_band_without_a_share_has_the_rest_of_all_others() -> None:
    shares = {Band.PEAK: D("0.25"), Band.BASE: D("0.333333")}
    arrays = BandArrays(year=(TERMS,), shares=shares)
    energy = wh(1000, 900_000)

    found = arrays.split(energy, (Band.PEAK, Band.MEDIUM, Band.BASE))

    assert found[Band.PEAK].tolist() == [250, 225_000]
    assert found[Band.BASE].tolist() == [333, 300_000]
    assert found[Band.MEDIUM].tolist() == [417, 375_000]
    assert energy.tolist() == [1000, 900_000]


def test_shares_are_told_to_the_millionth_with_halves_to_the_even_side() -> None:
    shares = {Band.PEAK: D("0.1234565"), Band.MEDIUM: D("0.1234575"), Band.BASE: D(1) / 3}

    assert {band.value: str(share) for band, share in whole_shares(shares).items()} == {
        "peak": "0.123456",
        "medium": "0.123458",
        "base": "0.333333",
    }
