"""Months of a table told from those before them, beside simple rules."""

import numpy as np
import pytest

from ahorraluz.catalog.month_nets import bills_net
from ahorraluz.core.forecast.bill_backtest import band_scores, by_swing, point_scores, tell_months

NAN = np.nan


def test_simple_rules_look_at_the_months_before() -> None:
    kwh = np.arange(1.0, 15.0)[None] * 10

    told = tell_months(kwh, bills_net())

    assert told.month.tolist() == list(range(1, 14))
    assert told.known.tolist() == list(range(1, 14))
    assert told.last.tolist() == (kwh[0, :-1]).tolist()
    assert told.recent[4] == pytest.approx(40)
    assert told.year[-2:].tolist() == [10.0, 20.0]
    assert bool(np.all(np.isnan(told.year[:-2])))
    assert told.average[-1] == pytest.approx((130 + 20) / 2)


def test_months_after_a_gap_are_told_from_the_year_before_it_only_where_the_last_is_known() -> None:
    kwh = np.full((1, 36), NAN)
    kwh[0, :12] = np.arange(12) + 100
    kwh[0, 24:] = np.arange(12) + 200

    told = tell_months(kwh, bills_net())

    assert 24 not in told.month
    assert told.year[told.month == 30].tolist() == [106.0]


@pytest.mark.parametrize("horizon", [1, 3, 6])
def test_nothing_after_the_newest_month_is_looked_at(horizon: int) -> None:
    kwh = np.random.default_rng(1).uniform(50, 300, (5, 24))
    changed = kwh.copy()
    changed[:, -horizon:] = 9_999.0

    one, other = (tell_months(table, bills_net(), horizon=horizon) for table in (kwh, changed))

    newest = one.month == 23
    assert np.array_equal(one.quantiles[newest], other.quantiles[newest])
    assert np.array_equal(one.year[newest], other.year[newest], equal_nan=True)


def test_a_month_of_nothing_has_no_percentage_and_counts_in_the_total() -> None:
    scores = point_scores(np.array([10.0, 90.0, 110.0]), np.array([0.0, 100.0, 100.0]))

    assert (scores.months, scores.mean_ape, scores.median_ape) == (2, 10.0, 10.0)
    assert scores.total_ape == pytest.approx(15.0)


def test_no_month_has_no_score() -> None:
    none = np.zeros(0)

    assert np.isnan(point_scores(none, none).mean_ape)
    assert all(np.isnan(band_scores(np.zeros((0, 9)), none)))
    assert by_swing(tell_months(np.full((2, 3), NAN), bills_net())) == {}


def test_thirds_by_swing_hold_every_home_that_has_one() -> None:
    kwh = np.random.default_rng(2).lognormal(5, 0.4, (30, 14))

    told = tell_months(kwh, bills_net())
    parts = by_swing(told)

    assert sum(len(part.actual) for part in parts.values()) == int(np.sum(~np.isnan(told.swing)))
    assert parts["calm"].swing.max() <= parts["restless"].swing.min()
