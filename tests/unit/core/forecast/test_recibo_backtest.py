"""Recibos that were told, and the chance of passing a limit, against plain sums."""

from decimal import Decimal

import numpy as np
import pytest

from ahorraluz.core.forecast.backtest import home_draws, pooled_ratio
from ahorraluz.core.forecast.recibo_backtest import ToldRecibos, recibo_scores


def told(**changes: object) -> ToldRecibos:
    """Return four invented recibos, the last one without a price."""
    values: dict[str, object] = {
        "actual": np.array([100.0, 50.0, 80.0, np.nan]),
        "low": np.array([90.0, 60.0, 70.0, np.nan]),
        "high": np.array([110.0, 90.0, 80.0, np.nan]),
        "points": {
            "ahorraluz": np.array([110.0, 55.0, 80.0, np.nan]),
            "rule": np.array([100.0, np.nan, 1.0, np.nan]),
        },
        "limits_kwh": (Decimal(140),),
        "chances": np.array([[0.9], [0.2], [0.5], [0.0]]),
        "above": np.array([[True], [False], [False], [True]]),
        "points_above": {
            "ahorraluz": np.array([[True], [True], [False], [False]]),
            "rule": np.array([[True], [False], [False], [False]]),
        },
    }
    return ToldRecibos(**(values | changes))  # type: ignore[arg-type]


def test_recibos_are_scored_in_soles_and_as_a_part_of_the_recibo() -> None:
    scores = recibo_scores(told())

    own = scores.rules["ahorraluz"]
    assert scores.months == 3
    assert scores.mean_pen == pytest.approx(230 / 3)
    assert own.mean_error == pytest.approx(5.0)
    assert own.mean_ape == pytest.approx(20 / 3)
    assert own.total_ape == pytest.approx(15 / 230 * 100)
    assert scores.coverage80 == pytest.approx(2 / 3)
    assert scores.width_pen == pytest.approx(20.0)


def test_a_rule_that_says_nothing_of_a_month_is_left_out() -> None:
    scores = recibo_scores(told())

    assert list(scores.rules) == ["ahorraluz"]
    assert list(scores.crossings[0].brier_rules) == ["ahorraluz"]


def test_chances_are_held_against_how_often_months_lay_above() -> None:
    (crossing,) = recibo_scores(told()).crossings

    assert crossing.base_rate == pytest.approx(1 / 3)
    assert crossing.brier == pytest.approx((0.1**2 + 0.2**2 + 0.5**2) / 3)
    assert crossing.brier_base == pytest.approx(2 / 9)
    assert crossing.skill == pytest.approx(1 - 0.1 / (2 / 9))
    assert crossing.brier_rules["ahorraluz"] == pytest.approx(1 / 3)


def test_where_all_months_lie_on_one_side_there_is_no_skill() -> None:
    (crossing,) = recibo_scores(told(above=np.zeros((4, 1), dtype=bool))).crossings

    assert crossing.brier_base == 0
    assert np.isnan(crossing.skill)


def test_no_recibo_has_no_score() -> None:
    scores = recibo_scores(told().rows(np.array([False, False, False, True])))

    assert scores.months == 0
    assert np.isnan([scores.mean_pen, scores.coverage80, scores.crossings[0].brier]).all()


def test_a_pooled_ratio_is_that_of_the_means_over_all_rows() -> None:
    chance = np.random.default_rng(5)
    ours, theirs = chance.exponential(size=(2, 40))
    home = np.repeat(np.arange(8), 5)

    found = pooled_ratio(ours, theirs, home=home, draws=home_draws(8, chance=chance))

    assert found is not None
    assert found.value == pytest.approx(ours.mean() / theirs.mean())
    assert found.low is not None
    assert found.high is not None
    assert found.low < found.value < found.high


def test_rows_unknown_to_either_rule_count_nowhere_and_one_home_has_no_interval() -> None:
    ours, theirs = np.array([1.0, np.nan, 3.0]), np.array([2.0, 5.0, np.nan])
    home = np.array([0, 0, 1])

    found = pooled_ratio(
        ours, theirs, home=home, draws=home_draws(2, chance=np.random.default_rng(1))
    )

    assert found is not None
    assert (found.value, found.low, found.high) == (0.5, None, None)
