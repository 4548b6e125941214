"""Measured months under another option, against today's in the same sheet."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.invented import tariff_book
from tests.unit.core.advice.conftest import year_of

from ahorraluz.core.advice.context import Otherwise, TermsPair
from ahorraluz.core.advice.option_years import (
    MeasuredMonth,
    OptionPriceError,
    OptionYear,
    compare_option,
    price_months,
)
from ahorraluz.core.advice.pricing import other_terms
from ahorraluz.core.consumption import Band, Consumption
from ahorraluz.core.home import Option
from ahorraluz.core.tariffs.billing import price_bill
from ahorraluz.core.tariffs.terms import BillTerms

D = Decimal
YEAR = year_of()
PAIR = other_terms(tariff_book(), YEAR)[Otherwise.BT5F]
SHARES = range(101)


def three_bands(terms: BillTerms) -> BillTerms:
    """Return invented terms whose off-peak is told in two: a dearer and a cheaper one."""
    brackets = tuple(
        replace(
            bracket,
            blocks=tuple(
                replace(
                    block,
                    prices={
                        Band.PEAK: block.prices[Band.PEAK],
                        Band.MEDIUM: block.prices[Band.OFF_PEAK],
                        Band.BASE: block.prices[Band.OFF_PEAK] / 2,
                    },
                )
                for block in bracket.blocks
            ),
        )
        for bracket in terms.brackets
    )
    return replace(terms, brackets=brackets)


@st.composite
def months(draw: st.DrawFn, *, least: int = 1) -> list[MeasuredMonth]:
    """Draw measured months of an invented home, up to 900 kWh each."""
    energies = draw(st.lists(st.integers(0, 900_000), min_size=least, max_size=12))
    return [
        MeasuredMonth(
            period=terms.period,
            kwh=D(energy) / 1000,
            peak_kwh=D(draw(st.integers(0, energy))) / 1000,
        )
        for energy, terms in zip(energies, YEAR, strict=False)
    ]


def pair_for(count: int, pair: TermsPair = PAIR) -> TermsPair:
    return TermsPair(now=pair.now[:count], then=pair.then[:count])


def bill_of(
    month: MeasuredMonth, terms: BillTerms, *, peak_kwh: Decimal | None = None, rest: Band
) -> Decimal:
    """Return the recibo of a month as ``ahorraluz bill`` would compute it."""
    bands = {}
    if peak_kwh is not None:
        bands = {**dict.fromkeys(terms.bands, D(0)), Band.PEAK: peak_kwh}
        bands[rest] = month.kwh - peak_kwh
    return price_bill(
        Consumption(period=terms.period, energy_kwh=month.kwh, bands_kwh=bands), terms
    ).total


@given(measured=months())
def test_every_month_is_the_public_bill_with_its_bands(measured: list[MeasuredMonth]) -> None:
    pair = pair_for(len(measured))

    compared = compare_option(measured, pair)

    assert compared.option is Option.BT5F
    for month, now, then, total_now, total in zip(
        measured, pair.now, pair.then, compared.totals_now, compared.totals, strict=True
    ):
        assert total_now == bill_of(month, now, rest=Band.TOTAL)
        assert total == bill_of(month, then, peak_kwh=month.peak_kwh, rest=Band.OFF_PEAK)
    assert compared.saving == sum(compared.totals_now) - sum(compared.totals)
    assert compared.low == compared.total


@given(measured=months(), share=st.sampled_from(SHARES))
def test_shifted_energy_is_priced_off_the_peak(measured: list[MeasuredMonth], share: int) -> None:
    pair = pair_for(len(measured))

    compared = compare_option(measured, pair)

    total = D(0)
    for month, terms in zip(measured, pair.then, strict=True):
        moved = (month.peak_kwh * 1000 * share + 50) // 100
        total += bill_of(month, terms, peak_kwh=month.peak_kwh - moved / 1000, rest=Band.OFF_PEAK)
    assert compared.by_shift[share] == total


@given(measured=months())
def test_the_break_even_share_is_the_least(measured: list[MeasuredMonth]) -> None:
    compared = compare_option(measured, pair_for(len(measured)))

    share = compared.break_even_share

    enough = [step for step in SHARES if compared.by_shift[step] <= compared.total_now]
    assert share == (D(enough[0]) / 100 if enough else None)
    if share is not None and share > 0:
        assert compared.by_shift[int(share * 100) - 1] > compared.total_now


@given(measured=months())
def test_moving_more_never_costs_more_where_peak_is_dearer(measured: list[MeasuredMonth]) -> None:
    compared = compare_option(measured, pair_for(len(measured)))

    assert list(compared.by_shift) == sorted(compared.by_shift, reverse=True)
    assert compared.by_shift[0] == compared.total


@given(measured=months())
def test_hours_nobody_tells_are_priced_in_the_dearest_band(measured: list[MeasuredMonth]) -> None:
    count = len(measured)
    pair = TermsPair(now=PAIR.now[:count], then=tuple(map(three_bands, PAIR.then[:count])))

    compared = compare_option(measured, pair)

    by_rest = {
        rest: sum(
            bill_of(month, terms, peak_kwh=month.peak_kwh, rest=rest)
            for month, terms in zip(measured, pair.then, strict=True)
        )
        for rest in (Band.MEDIUM, Band.BASE)
    }
    assert compared.total == max(by_rest.values())
    assert compared.low == min(by_rest.values())


def test_a_home_without_peak_use_breaks_even_at_once() -> None:
    measured = [MeasuredMonth(period=YEAR[0].period, kwh=D(200), peak_kwh=D(0))]

    compared = compare_option(measured, pair_for(1))

    assert compared.saving > 0
    assert compared.break_even_share == 0


def test_where_off_peak_is_dearer_too_nothing_breaks_even() -> None:
    compared = OptionYear(
        option=Option.BT5F,
        totals=(D(30),),
        totals_now=(D(20),),
        low=D(30),
        by_shift=(D(30),) * 101,
        spread=D(0),
    )

    assert compared.break_even_share is None


def test_a_bracket_without_prices_prices_no_month() -> None:
    def unknown(terms: BillTerms) -> BillTerms:
        last = replace(terms.brackets[-1], blocks=())
        return replace(terms, brackets=(*terms.brackets[:-1], last))

    month = MeasuredMonth(period=YEAR[0].period, kwh=D(500), peak_kwh=D(100))
    then = (unknown(PAIR.then[0]),)

    with pytest.raises(OptionPriceError, match="saving-price-unknown"):
        price_months([month], [unknown(YEAR[0])])
    with pytest.raises(OptionPriceError, match="saving-price-unknown"):
        compare_option([month], TermsPair(now=PAIR.now[:1], then=then))
