"""Months to come from recibos: what holds for every home."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ahorraluz.catalog.month_nets import bills_net
from ahorraluz.core.forecast.bills_only import predict_months
from ahorraluz.core.forecast.months import (
    MonthsError,
    MonthUse,
    mean_of,
    month_number,
    month_period,
)

FIRST = month_number(date(2024, 3, 1))
KWH = st.one_of(st.just(0.0), st.floats(0, 5_000))


def months(*kwh: float, days: int | None = None) -> list[MonthUse]:
    return [
        MonthUse(month=month_period(FIRST + place).start, kwh=value, days=days)
        for place, value in enumerate(kwh)
    ]


@given(kwh=st.lists(KWH, min_size=1, max_size=40))
def test_quantiles_are_in_order_and_never_negative_or_missing(kwh: list[float]) -> None:
    said = predict_months(months(*kwh), bills_net())

    table = np.array([month.quantiles_kwh for month in said])
    assert table.shape == (12, 9)
    assert bool(np.all(np.isfinite(table)))
    assert bool(np.all(table >= 0))
    assert bool(np.all(np.diff(table, axis=1) >= 0))
    assert all(np.isfinite(month.mean_kwh) and month.mean_kwh >= 0 for month in said)


@given(level=st.floats(60, 600), count=st.integers(6, 30))
def test_a_home_that_never_changes_goes_on(level: float, count: int) -> None:
    said = predict_months(months(*[level] * count), bills_net(), ahead=1)

    assert said[0].median_kwh == pytest.approx(level, rel=0.1)


@pytest.mark.parametrize(("level", "count"), [(135.0, 24), (69.0, 12), (2_000.0, 18)])
def test_a_home_that_never_changed_for_a_year_is_told_to_stay(level: float, count: int) -> None:
    said = predict_months(months(*[level] * count), bills_net(), ahead=3)

    for month in said:
        low, high = month.band_kwh
        assert month.mean_kwh == pytest.approx(level, rel=0.02)
        assert 0.95 * level < low <= high < 1.05 * level


def test_two_months_alike_are_chance() -> None:
    alike, apart = (
        np.ptp(predict_months(months(*kwh), bills_net(), ahead=1)[0].band_kwh)
        for kwh in ((150.0, 150.0), (150.0, 158.0))
    )

    assert alike > 0.8 * apart


@given(level=st.floats(1, 100_000))
def test_a_home_of_any_size_lies_in_its_own_band(level: float) -> None:
    said = predict_months(months(level), bills_net(), ahead=1)

    low, high = said[0].band_kwh
    assert low < level < high


@given(kwh=st.lists(KWH, min_size=1, max_size=12), turn=st.randoms(use_true_random=False))
def test_the_order_in_which_months_are_given_changes_nothing(
    kwh: list[float], turn: np.random.Generator
) -> None:
    given_months = months(*kwh)
    mixed = list(given_months)
    turn.shuffle(mixed)

    assert predict_months(mixed, bills_net()) == predict_months(given_months, bills_net())


@given(kwh=st.lists(KWH, min_size=38, max_size=38), older=st.lists(KWH, max_size=10))
def test_months_of_long_ago_change_nothing(kwh: list[float], older: list[float]) -> None:
    history = months(*older, *kwh)

    said = predict_months(history, bills_net())

    assert said == predict_months(history[len(older) :], bills_net())


def test_every_further_month_of_the_same_use_makes_the_answer_no_less_sure() -> None:
    wide, narrow = (
        predict_months(months(*[150.0] * count), bills_net(), ahead=1)[0].band_kwh
        for count in (1, 12)
    )

    assert narrow[1] - narrow[0] < wide[1] - wide[0]


def test_a_restless_home_is_told_with_a_wider_band() -> None:
    calm, restless = (
        predict_months(months(*[150 - swing, 150 + swing] * 6), bills_net(), ahead=1)[0].band_kwh
        for swing in (3.0, 70.0)
    )

    assert restless[1] - restless[0] > 1.5 * (calm[1] - calm[0])


def test_months_follow_the_newest_one_and_later_ones_are_less_sure() -> None:
    said = predict_months(months(120, 131, 118, 140, 125, 133), bills_net())

    widths = [month.band_kwh[1] - month.band_kwh[0] for month in said]
    assert [month.period for month in said] == [
        month_period(FIRST + 6 + place) for place in range(12)
    ]
    assert widths[11] > widths[0]
    assert {(month.basis, month.model) for month in said} == {("recibos", "months-bills")}


def test_use_is_compared_by_day_where_the_days_are_told() -> None:
    net = bills_net()

    long, short = (predict_months(months(*[120.0] * 6, days=d), net, ahead=1)[0] for d in (33, 28))

    assert short.median_kwh > long.median_kwh * 1.1


def test_a_month_that_is_missing_is_no_month_of_nothing() -> None:
    history = months(150, 150, 150, 150, 150, 150)
    del history[3]

    said = predict_months(history, bills_net(), ahead=1)

    assert said[0].median_kwh == pytest.approx(150, rel=0.1)


@pytest.mark.parametrize(
    ("history", "ahead", "code"),
    [
        pytest.param([], 1, "months-none", id="no month at all"),
        pytest.param(months(10, -1), 1, "months-negative", id="more given than taken"),
        pytest.param(months(10, float("nan")), 1, "months-not-a-number", id="no number"),
        pytest.param(months(10) + months(11), 1, "months-twice", id="a month twice"),
        pytest.param(months(10), 25, "months-ahead", id="too far ahead"),
        pytest.param(months(10), 0, "months-ahead", id="no month ahead"),
    ],
)
def test_what_cannot_be_told_is_refused(history: list[MonthUse], ahead: int, code: str) -> None:
    with pytest.raises(MonthsError) as refused:
        predict_months(history, bills_net(), ahead=ahead)

    assert refused.value.issue.code == code


@given(low=st.floats(0, 500), width=st.floats(0, 500), tail=st.floats(0, 4))
def test_the_mean_of_an_even_spread_lies_in_its_middle_or_above(
    low: float, width: float, tail: float
) -> None:
    quantiles = low + np.linspace(0.1, 0.9, 9) * width

    mean = float(mean_of(quantiles[None], tail=tail)[0])

    assert mean >= quantiles[4] - 1e-9
