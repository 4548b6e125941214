"""Months compiled to lines: equal to the bills they stand for, and split into what fell."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.core.advice.conftest import SUPPLY, year_of

from ahorraluz.core.home import Fose
from ahorraluz.core.tariffs.arrays import price_bills
from ahorraluz.core.tariffs.year_arrays import YearArrays

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
    from dataclasses import replace

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
