"""Made-up homes are the same from the same seed, and plausible."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ahorraluz.catalog.appliances import load_appliances, load_ownership
from ahorraluz.catalog.solar import load_use_hours
from ahorraluz.core.live.synthetic import DAY_MS, Catalogue, SyntheticHome, make_home

CATALOGUE = Catalogue(
    appliances=load_appliances(), ownership=load_ownership(), hours=load_use_hours()
)
DAY = 20_780


def home(number: int, seed: int = 7) -> SyntheticHome:
    return make_home(seed, number, CATALOGUE)


def kwh(one: SyntheticHome, day: int) -> float:
    _, energy = one.readings(day, np.asarray([DAY_MS]))
    return float(energy[0]) / 3.6e12


@settings(max_examples=25)
@given(st.integers(min_value=0, max_value=10**6), st.integers(min_value=0, max_value=40_000))
def test_power_is_never_negative_and_the_day_has_no_gap(number: int, day: int) -> None:
    at, level = home(number).day(day)

    assert at[0] == 0
    assert np.all(np.diff(at) > 0)
    assert at[-1] < DAY_MS
    assert np.all(level >= 0)


@settings(max_examples=25)
@given(
    st.integers(min_value=0, max_value=10**6),
    st.lists(st.integers(min_value=0, max_value=DAY_MS), max_size=30),
)
def test_energy_is_the_same_however_it_is_asked_for(number: int, moments: list[int]) -> None:
    one = home(number)
    at, level = one.day(DAY)
    offsets = np.asarray(sorted(moments), dtype=np.int64)

    power, energy = one.readings(DAY, offsets)

    for offset, watts, joules in zip(offsets, power, energy, strict=True):
        lengths = np.clip(np.append(at[1:], DAY_MS), 0, offset) - np.clip(at, 0, offset)
        assert joules == int(np.sum(lengths * level))
        assert watts == level[np.searchsorted(at, offset, side="right") - 1]


def test_the_same_seed_is_the_same_home_and_another_is_not() -> None:
    assert home(3) == home(3)
    assert home(3) != home(3, seed=8)
    first, second = home(3).day(DAY), home(3).day(DAY)
    assert np.array_equal(first[0], second[0])
    assert np.array_equal(first[1], second[1])
    assert not np.array_equal(first[0], home(3).day(DAY + 1)[0])


def test_a_hundred_homes_use_about_what_homes_use() -> None:
    months = [30 * kwh(home(number), DAY) for number in range(100)]

    # A wide net: what defaults of the catalogue add up to for homes that own what homes own.
    assert 60 < float(np.median(months)) < 250
    assert min(months) >= 0
    assert max(months) < 3_000


def test_evenings_use_more_than_nights() -> None:
    hour = 3_600_000
    hours = np.asarray([2, 4, 18, 22]) * hour
    night = evening = 0
    for number in range(60):
        _, energy = home(number).readings(DAY, hours)
        night += int(energy[1] - energy[0])
        evening += int(energy[3] - energy[2])

    assert evening > 1.5 * 2 * night


@pytest.mark.parametrize("number", range(5))
def test_every_load_is_of_the_catalogue(number: int) -> None:
    assert {load.appliance for load in home(number).loads} <= set(CATALOGUE.appliances)
