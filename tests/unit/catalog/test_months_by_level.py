"""Tests of the measure that tells whether small homes are told too high."""

import numpy as np
import pytest
from scripts.measure_months_by_level import rows_by_level, single_months, whole_years


def _homes_on_record(*levels: float) -> np.ndarray:
    """Return homes of two years with a year between them that nobody recorded."""
    kwh = np.full((len(levels), 36), np.nan)
    wave = 1 + 0.05 * np.cos(np.arange(36))
    for place, level in enumerate(levels):
        kwh[place] = level * wave
    kwh[:, 12:24] = np.nan
    return kwh


def test_a_year_is_told_from_the_year_on_record_before_it_and_backwards() -> None:
    kwh = _homes_on_record(150.0, 30.0)

    told = whole_years(kwh)

    assert told.home.tolist() == [0, 1, 0, 1]
    assert told.level[0] == pytest.approx(kwh[0, :12].mean())
    assert told.came[0] == pytest.approx(kwh[0, 24:].mean())
    assert told.level[2] == pytest.approx(kwh[0, 24:].mean())


def test_the_twelfth_month_is_held_against_the_twelfth_that_came() -> None:
    kwh = _homes_on_record(150.0)

    told = whole_years(kwh, first=12)

    assert told.came.tolist() == pytest.approx([kwh[0, 35], kwh[0, 0]])


def test_a_single_month_is_told_only_after_half_a_year_on_record() -> None:
    kwh = _homes_on_record(150.0)

    told = single_months(kwh, 3)

    assert told.came.tolist() == pytest.approx([*kwh[0, 8:12], *kwh[0, 32:36]])


def test_homes_are_parted_by_the_level_of_their_past_year_and_its_steadiness() -> None:
    kwh = _homes_on_record(*[30.0] * 5, *[150.0] * 5, *[0.0] * 5)
    kwh[:5, ::2] *= 2.0

    rows = [row.split(" | ")[:2] for row in rows_by_level(whole_years(kwh), "1 to 12")]

    assert rows == [
        ["| all", "none"],
        ["| all", "20 to 50"],
        ["| all", "100 to 200"],
        ["| steady", "100 to 200"],
    ]
