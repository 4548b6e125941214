"""The same rules over arrays: whole numbers, equal to the single bill line by line."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.invented import MAY, tariff_book

from ahorraluz.core.consumption import Band, Consumption
from ahorraluz.core.home import FixedCharges, Option, Supply
from ahorraluz.core.money import IgvRounding, TotalRounding
from ahorraluz.core.tariffs.arrays import ArrayEnergyError, BillArrays, price_bills, to_milli
from ahorraluz.core.tariffs.billing import Bill, price_bill
from ahorraluz.core.tariffs.energy import EnergyPriceError
from ahorraluz.core.tariffs.lines import LineCode
from ahorraluz.core.tariffs.terms import BillTerms, bill_terms

D = Decimal
CENTS = st.decimals(-20, 80, places=2)
MILLI = st.integers(0, 900_000)


@st.composite
def all_terms(draw: st.DrawFn, option: Option = Option.BT5B) -> BillTerms:
    """Draw terms with every rule a distributor may have."""
    supply = Supply(
        distributor="light",
        system="here",
        option=option,
        collective_homes=draw(st.sampled_from([1, 1, 3])),
        igv_exempt=draw(st.sampled_from([None, True])),
    )
    amount = st.decimals(0, 80, places=2)
    charges = FixedCharges(
        connection=draw(st.none() | amount),
        lighting=draw(st.none() | amount),
        interest=draw(amount),
        late_interest=draw(amount),
        previous_rounding=draw(st.decimals(0, "0.49", places=2)),
        other_taxed=draw(CENTS),
        other_untaxed=draw(CENTS),
    )
    terms = bill_terms(tariff_book(), supply, MAY, charges=charges)
    return replace(
        terms,
        igv_rounding=draw(st.sampled_from(IgvRounding)),
        total_rounding=draw(st.sampled_from(TotalRounding)),
    )


def _equal(bill: Bill, arrays: BillArrays, row: int) -> None:
    by_code: dict[LineCode, Decimal] = {}
    for line in bill.lines:
        by_code[line.code] = by_code.get(line.code, D(0)) + line.amount
    by_code.setdefault(LineCode.OTHER, D(0))
    del by_code[LineCode.FOSE]
    cents = {code: D(int(column[row])) / 100 for code, column in arrays.lines.items()}
    assert cents == by_code
    assert D(int(arrays.subtotal[row])) / 100 == bill.subtotal
    assert D(int(arrays.igv[row])) / 100 == bill.igv
    assert D(int(arrays.total[row])) / 100 == bill.total


@given(terms=all_terms(), energies=st.lists(MILLI, min_size=1, max_size=6))
def test_both_paths_are_equal_line_by_line(terms: BillTerms, energies: list[int]) -> None:
    arrays = price_bills(np.asarray(energies, dtype=np.int64), terms)

    for row, milli in enumerate(energies):
        used = Consumption(period=MAY, energy_kwh=D(milli) / 1000)
        _equal(price_bill(used, terms), arrays, row)


@given(terms=all_terms(Option.BT5F), bands=st.lists(st.tuples(MILLI, MILLI), min_size=1))
def test_both_paths_are_equal_by_hours(terms: BillTerms, bands: list[tuple[int, int]]) -> None:
    peak, off = (np.asarray(column, dtype=np.int64) for column in zip(*bands, strict=True))

    arrays = price_bills(peak + off, terms, bands_milli={Band.PEAK: peak, Band.OFF_PEAK: off})

    for row, (in_peak, in_off) in enumerate(bands):
        in_bands = {Band.PEAK: D(in_peak) / 1000, Band.OFF_PEAK: D(in_off) / 1000}
        used = Consumption(period=MAY, energy_kwh=sum(in_bands.values(), D(0)), bands_kwh=in_bands)
        _equal(price_bill(used, terms), arrays, row)


@pytest.mark.parametrize("value", [-0.001, float("nan"), float("inf"), 1e9])
def test_energy_that_cannot_be_is_refused_whole(value: float) -> None:
    with pytest.raises(ArrayEnergyError) as caught:
        to_milli([100.0, value])

    assert caught.value.issue.code == "kwh-array-out-of-range"


def test_hours_need_bands(terms: BillTerms) -> None:
    hourly = bill_terms(tariff_book(), replace(terms.supply, option=Option.BT5F), MAY)

    with pytest.raises(EnergyPriceError):
        price_bills(np.asarray([1000], dtype=np.int64), hourly)


def test_no_bills_are_no_bills(terms: BillTerms) -> None:
    assert price_bills(np.asarray([], dtype=np.int64), terms).total.shape == (0,)
