"""Kinds of day."""

import numpy as np
import pytest
from tests.synthetic_home import synthetic_home, without

from ahorraluz.core.readings.grid import DayGrid
from ahorraluz.core.usage.daily import UsageDataError
from ahorraluz.core.usage.daytypes import day_type_findings, day_types


def two_kinds(seed: int = 0) -> DayGrid:
    """Return a home that irons in the morning from Monday to Friday and at night at weekends."""
    rng = np.random.default_rng(seed)
    power = 0.1 + 0.02 * rng.random((140, 24))
    weekend = np.arange(140) % 7 >= 5
    power[~weekend, 8:11] += 0.8
    power[weekend, 20:23] += 1.2
    return DayGrid(
        days=np.datetime64("2024-01-01") + np.arange(140),
        power_kw=power,
        estimated=np.zeros((140, 24), dtype=bool),
        interval_s=3_600,
    )


def test_weekdays_and_weekends_are_two_kinds() -> None:
    found = day_types(two_kinds())

    assert [round(kind.share, 2) for kind in found.types] == [0.71, 0.29]
    assert found.types[1].weekdays == (5, 6)
    assert found.types[1].energy_kwh == pytest.approx(0.11 * 24 + 3.6, rel=0.05)
    assert found.separation > 0.7
    assert [item.id for item in day_type_findings(found)] == ["day-types"]


def test_the_same_home_always_has_the_same_kinds() -> None:
    one, other = day_types(two_kinds()), day_types(two_kinds())

    assert np.array_equal(one.kind, other.kind)


@pytest.mark.parametrize("seed", range(3))
def test_shares_add_up_and_there_are_two_to_five_kinds(seed: int) -> None:
    found = day_types(synthetic_home(days=200, seed=seed).grid)

    assert 2 <= len(found.types) <= 5
    assert sum(kind.share for kind in found.types) == pytest.approx(1.0)
    assert bool(np.all(np.diff([kind.share for kind in found.types]) <= 0))
    for place, kind in enumerate(found.types):
        assert np.mean(found.kind == place) == pytest.approx(kind.share)


def of_chance(seed: int, days: int = 180) -> DayGrid:
    """Return a home whose every hour differs from its usual by chance alone."""
    rng = np.random.default_rng(seed)
    usual = np.repeat([0.2, 0.5, 0.3, 0.9, 0.4], [6, 3, 9, 4, 2])
    return DayGrid(
        days=np.datetime64("2026-01-01") + np.arange(days),
        power_kw=usual * rng.gamma(4, 1 / 4, (days, 24)),
        estimated=np.zeros((days, 24), dtype=bool),
        interval_s=3_600,
    )


@pytest.mark.parametrize("seed", range(8))
def test_days_of_chance_are_cut_into_parts_but_no_kinds_are_told(seed: int) -> None:
    found = day_types(of_chance(seed))

    assert len(found.types) >= 2
    assert not found.are_real
    assert day_type_findings(found) == ()
    assert [kind.weekdays for kind in found.types if kind.weekdays] == []


def test_a_weekday_of_its_own_is_named() -> None:
    grid = of_chance(1)
    grid.power_kw[grid.weekday == 3, 10:16] += 1.5

    found = day_types(grid)

    assert found.are_real
    assert [kind.weekdays for kind in found.types if kind.weekdays] == [(3,)]


def test_days_with_holes_have_no_kind() -> None:
    found = day_types(without(two_kinds(), 10, 14))

    assert found.kind[10:14].tolist() == [-1] * 4
    assert sum(kind.share for kind in found.types) == pytest.approx(1.0)


def test_days_that_are_all_alike_are_not_told_apart() -> None:
    grid = two_kinds()
    grid.power_kw[:] = 0.3

    found = day_types(grid)

    assert len(found.types) == 1
    assert day_type_findings(found) == ()


def test_four_weeks_are_needed() -> None:
    with pytest.raises(UsageDataError) as raised:
        day_types(synthetic_home(days=27).grid)

    assert raised.value.issue.code == "day-types-too-few-days"


def test_days_that_are_all_alike_are_one_kind_and_no_finding() -> None:
    grid = two_kinds()
    same = DayGrid(
        days=grid.days,
        power_kw=np.full((140, 24), 0.1),
        estimated=grid.estimated,
        interval_s=grid.interval_s,
    )

    found = day_types(same)

    assert [kind.share for kind in found.types] == [1.0]
    assert found.separation == 0.0
    assert day_type_findings(found) == ()
