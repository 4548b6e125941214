"""Months compiled to lines: equal to the bills they stand for, and split into what fell."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.core.advice.conftest import SUPPLY, year_of

from ahorraluz.core.home import Fose
from ahorraluz.core.money import IgvRounding
from ahorraluz.core.tariffs.arrays import price_bills
from ahorraluz.core.tariffs.terms import BillTerms
from ahorraluz.core.tariffs.year_arrays import UNPRICED, YearArrays

YEAR = year_of()
ARRAYS = YearArrays.of(YEAR)
WH = st.lists(st.integers(0, 600_000), min_size=12, max_size=12)
EDGES = (0, 1, 29_999, 30_000, 30_001, 139_999, 140_000, 140_001, 599_999)


@given(energies=WH)
def test_totals_are_those_of_the_bills(energies: list[int]) -> None:
    wh = np.array(energies)[:, None]

    totals = ARRAYS.totals(wh)

    assert [
        int(price_bills(row, terms).total[0]) for row, terms in zip(wh, YEAR, strict=True)
    ] == totals[:, 0].tolist()


@pytest.mark.parametrize("fose", list(Fose), ids=lambda fose: str(fose.value))
@pytest.mark.parametrize("homes", [1, 3], ids=lambda homes: f"{homes} homes")
def test_totals_at_the_edges_of_brackets(fose: Fose, homes: int) -> None:
    year = year_of(replace(SUPPLY, fose=fose, collective_homes=homes))
    wh = np.tile(np.array(EDGES) * homes, (12, 1))

    totals = YearArrays.of(year).totals(wh)

    for row, terms, found in zip(wh, year, totals, strict=True):
        assert price_bills(row, terms).total.tolist() == found.tolist()


@given(before=WH, after=WH)
def test_the_lines_that_fall_add_up_to_the_difference(before: list[int], after: list[int]) -> None:
    old, new = np.array(before), np.array(after)

    fallen = ARRAYS.fallen(old, new)

    difference = ARRAYS.totals(old[:, None]) - ARRAYS.totals(new[:, None])
    together = np.sum(list(fallen.values()), axis=0)
    assert together.tolist() == difference[:, 0].tolist()


def _line_by_line(terms: BillTerms) -> BillTerms:
    return replace(terms, igv_rounding=IgvRounding.PER_LINE)


def _in_some_months(terms: BillTerms) -> BillTerms:
    return _line_by_line(terms) if terms.period.start.month % 2 else terms


def _with_a_credit(terms: BillTerms) -> BillTerms:
    return replace(terms, charges=replace(terms.charges, other_taxed=Decimal("-25.37")))


def _without_dear_prices(terms: BillTerms) -> BillTerms:
    return replace(terms, brackets=(*terms.brackets[:-1], replace(terms.brackets[-1], blocks=())))


@pytest.mark.parametrize("change", [_line_by_line, _in_some_months, _with_a_credit])
@given(energies=WH)
def test_totals_are_exact_however_tax_is_rounded(
    change: Callable[[BillTerms], BillTerms], energies: list[int]
) -> None:
    year = tuple(map(change, YEAR))
    wh = np.array(energies)[:, None]

    totals = YearArrays.of(year).totals(wh)

    assert [
        int(price_bills(row, terms).total[0]) for row, terms in zip(wh, year, strict=True)
    ] == totals[:, 0].tolist()


def test_what_has_no_price_is_told_apart() -> None:
    year = tuple(map(_without_dear_prices, YEAR))
    wh = np.tile([100_000, 400_000], (12, 1))

    totals = YearArrays.of(year).totals(wh)

    assert totals[:, 0].tolist() == ARRAYS.totals(wh)[:, 0].tolist()
    assert set(totals[:, 1].tolist()) == {UNPRICED}
