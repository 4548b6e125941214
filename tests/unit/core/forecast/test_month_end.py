"""A month of which a part is over: what is known stays, the rest has its width."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from ahorraluz.catalog.month_nets import month_end_net
from ahorraluz.core.forecast.daily import days_of_hours
from ahorraluz.core.forecast.month_backtest import rule_totals, told_parts
from ahorraluz.core.forecast.month_end import (
    month_parts,
    predict_from_register,
    predict_month_end,
)
from ahorraluz.core.forecast.months import MonthsError
from ahorraluz.core.forecast.panel import HomeHours
from ahorraluz.core.periods import Period

JUNE = Period(date(2026, 6, 1), date(2026, 7, 1))
DAYS = np.arange(np.datetime64("2026-04-20"), np.datetime64("2026-07-01"))
START = 42
"""Place of the first of June among the days."""
ENERGY = hnp.arrays(
    np.float64, len(DAYS), elements=st.one_of(st.just(np.nan), st.floats(0, 100)), fill=st.just(4.0)
)


def of_june(day: int) -> date:
    return date(2026, 6, day)


@given(kwh=ENERGY, day=st.integers(1, 30))
def test_quantiles_are_in_order_and_never_below_what_is_known(
    kwh: NDArray[np.float64], day: int
) -> None:
    kwh[START - 1] = 5.0

    said = predict_month_end(DAYS, kwh, month_end_net(), period=JUNE, as_of=of_june(day))

    quantiles = np.array(said.quantiles_kwh)
    assert bool(np.all(np.isfinite(quantiles)))
    assert bool(np.all(np.diff(quantiles) >= 0))
    assert min(quantiles[0], said.mean_kwh) >= np.nansum(kwh[START : START + day - 1]) - 1e-9


@pytest.mark.parametrize("lost", [2, 5, 10, 20])
@pytest.mark.parametrize("first", [0, 3])
def test_days_that_nobody_measured_widen_the_band_and_are_not_used(lost: int, first: int) -> None:
    kwh = 6 + 2 * np.sin(np.arange(len(DAYS)))
    holed = kwh.copy()
    holed[START + first : START + first + lost] = np.nan

    whole, part = (
        predict_month_end(DAYS, days, month_end_net(), period=JUNE, as_of=of_june(26))
        for days in (kwh, holed)
    )
    parts = month_parts(holed, [START], [START + 25], [START + 30])

    assert np.ptp(part.band_kwh) > (1 + 0.04 * lost) * np.ptp(whole.band_kwh)
    assert parts.so_far[0] == pytest.approx(np.nansum(holed[START : START + 25]))
    assert (parts.seen[0], parts.measured[0], parts.left[0]) == (25, 25 - lost, 5 + lost)
    assert part.quantiles_kwh[0] > parts.so_far[0]


def test_a_month_that_is_over_with_a_day_lost_has_a_band() -> None:
    kwh = np.full(len(DAYS), 6.0)
    kwh[START + 12] = np.nan

    said = predict_month_end(DAYS, kwh, month_end_net(), period=JUNE, as_of=JUNE.end)

    assert 174 < said.band_kwh[0] < said.band_kwh[1]
    assert said.mean_kwh == pytest.approx(180, rel=0.02)


@given(kwh=hnp.arrays(np.float64, len(DAYS), elements=st.floats(0, 100)))
def test_a_month_that_is_over_is_the_sum_of_its_days(kwh: NDArray[np.float64]) -> None:
    said = predict_month_end(DAYS, kwh, month_end_net(), period=JUNE, as_of=JUNE.end)

    assert said.quantiles_kwh == (said.mean_kwh,) * 9
    assert said.mean_kwh == pytest.approx(kwh[START:].sum())


@given(kwh=ENERGY, later=st.floats(0, 1_000), day=st.integers(2, 30))
def test_nothing_from_today_on_is_looked_at(
    kwh: NDArray[np.float64], later: float, day: int
) -> None:
    kwh[START] = 3.0
    changed = kwh.copy()
    changed[START + day - 1 :] = later

    one, other = (
        predict_month_end(DAYS, days, month_end_net(), period=JUNE, as_of=of_june(day))
        for days in (kwh, changed)
    )

    assert one == other


@pytest.mark.parametrize("day", [2, 8, 16, 29])
def test_a_steady_home_ends_the_month_as_it_began(day: int) -> None:
    kwh = np.full(len(DAYS), 6.0)

    said = predict_month_end(DAYS, kwh, month_end_net(), period=JUNE, as_of=of_june(day))

    assert said.median_kwh == pytest.approx(180, rel=0.05)
    assert said.basis == "daily"


def test_the_band_narrows_as_the_month_goes_by() -> None:
    kwh = 6 + 2 * np.sin(np.arange(len(DAYS)))

    widths = [
        np.ptp(predict_month_end(
            DAYS, kwh, month_end_net(), period=JUNE, as_of=of_june(day)
        ).band_kwh)
        for day in (2, 12, 22, 29)
    ]  # fmt: skip

    assert widths == sorted(widths, reverse=True)


def test_a_day_that_is_missing_is_no_day_of_nothing() -> None:
    kwh = np.full(len(DAYS), 6.0)
    kwh[START + 3] = np.nan

    said = predict_month_end(DAYS, kwh, month_end_net(), period=JUNE, as_of=of_june(20))

    assert said.median_kwh == pytest.approx(180, rel=0.05)


@given(so_far=st.floats(0, 2_000), day=st.integers(2, 30))
def test_one_standing_of_the_register_is_enough(so_far: float, day: int) -> None:
    said = predict_from_register(so_far, month_end_net(), period=JUNE, as_of=of_june(day))

    assert so_far <= said.quantiles_kwh[0] <= said.median_kwh <= said.quantiles_kwh[-1]
    assert said.basis == "register"


def test_a_standing_of_a_part_of_the_days_leaves_the_others_to_be_told() -> None:
    whole, part = (
        predict_from_register(
            6.0 * days, month_end_net(), period=JUNE, as_of=of_june(21), measured_days=days
        )
        for days in (20, 8)
    )

    assert part.median_kwh == pytest.approx(whole.median_kwh, rel=0.1)
    assert np.ptp(part.band_kwh) > 1.5 * np.ptp(whole.band_kwh)


def test_a_recibo_before_holds_the_first_days_back() -> None:
    alone, held = (
        predict_from_register(
            30.0, month_end_net(), period=JUNE, as_of=of_june(3), before_kwh_day=before
        ).median_kwh
        for before in (None, 5.0)
    )

    assert held < alone


@pytest.mark.parametrize(
    ("kwh", "as_of", "code"),
    [
        pytest.param(4.0, date(2026, 7, 2), "month-end-day", id="after the month"),
        pytest.param(4.0, date(2026, 5, 31), "month-end-day", id="before the month"),
        pytest.param(np.nan, of_june(9), "month-end-nothing-known", id="nothing known"),
        pytest.param(-1.0, of_june(9), "months-negative", id="more given than taken"),
    ],
)
def test_what_cannot_be_told_of_a_month_is_refused(kwh: float, as_of: date, code: str) -> None:
    days = np.full(len(DAYS), kwh)

    with pytest.raises(MonthsError) as refused:
        predict_month_end(DAYS, days, month_end_net(), period=JUNE, as_of=as_of)

    assert refused.value.issue.code == code


@pytest.mark.parametrize(
    ("so_far", "before", "day", "code"),
    [
        pytest.param(-1.0, None, 5, "months-negative", id="a register that fell"),
        pytest.param(0.0, None, 1, "month-end-nothing-known", id="the first day, no recibo"),
    ],
)
def test_a_standing_that_says_nothing_is_refused(
    so_far: float, before: float | None, day: int, code: str
) -> None:
    with pytest.raises(MonthsError) as refused:
        predict_from_register(
            so_far, month_end_net(), period=JUNE, as_of=of_june(day), before_kwh_day=before
        )

    assert refused.value.issue.code == code


def test_last_year_tells_the_season() -> None:
    kwh = np.full(800, 5.0)
    kwh[400:430] = 5.0
    kwh[400 - 364 + 15 : 430 - 364] = 20.0

    parts = month_parts(kwh, [400], [415], [430])

    assert parts.year_ratio[0] == pytest.approx(20.3 / 5.3)
    assert parts.so_far[0] == 75


def test_simple_rules_say_what_their_names_say() -> None:
    kwh = np.concatenate([np.full(60, 4.0), np.full(10, 6.0), np.full(20, np.nan)])

    said = rule_totals(month_parts(kwh, [60], [70], [90]))

    assert said["pro-rata"][0] == pytest.approx(180)
    assert said["last-7-days"][0] == pytest.approx(180)
    assert said["last-28-days"][0] == pytest.approx(60 + 20 * (60 + 72) / 28)
    assert bool(np.isnan(said["half-last-year"][0]))


def test_months_are_told_on_each_day_from_homes_of_hours() -> None:
    days = np.arange(np.datetime64("2026-01-15"), np.datetime64("2026-03-10"))
    home = HomeHours(id="a", days=days, kwh=np.full((len(days), 24), 0.25))

    told = told_parts(
        [
            days_of_hours(home),
            days_of_hours(replace(home, id="b", kwh=np.full((len(days), 24), np.nan))),
        ]
    )

    assert told is not None
    assert told.parts.seen.tolist() == list(range(1, 28))
    assert told.actual == pytest.approx(np.full(27, 168.0))
