"""Windows of a backtest, and how scores of homes come together."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.core.forecast.panels import Narrow, home_of

from ahorraluz.core.forecast.backtest import (
    HISTORY_DAYS,
    as_served,
    average,
    first_origin,
    home_draws,
    joined_scores,
    judge,
    make_trial,
    missing_reason,
    no_ratio_reason,
    predict_all,
    ratio,
    terciles,
)
from ahorraluz.core.forecast.baselines import Climatology, SeasonalNaive, SevenDayMean
from ahorraluz.core.forecast.cold_start import SEEN_DAYS, cold_trial, seen_windows
from ahorraluz.core.forecast.metrics import METRICS, HomeScores
from ahorraluz.core.forecast.panel import HomeHours

FIRST = np.datetime64("2026-03-01")


def draws(homes: int) -> np.ndarray:
    return home_draws(homes, chance=np.random.default_rng(7))


def test_the_last_fifth_of_the_calendar_is_tested_where_no_day_is_named() -> None:
    homes = [home_of(50, first="2026-01-01"), home_of(50, first="2026-02-20")]

    assert first_origin(homes) == np.datetime64("2026-03-22")


def test_every_midnight_is_an_origin_to_the_last_day() -> None:
    trial = make_trial([home_of(90)], first=FIRST)

    assert trial.cut.windows.origin[0] == FIRST
    assert trial.cut.windows.origin[-1] == np.datetime64("2026-03-31")
    assert len(trial.cut.home) == 31
    assert np.isnan(trial.actual[-1, 24:]).all()


def test_a_window_holds_what_came_before_its_origin_and_what_came_after() -> None:
    home = home_of(90)

    trial = make_trial([home], first=FIRST)

    place = int((FIRST - home.days[0]) / np.timedelta64(1, "D"))
    assert np.array_equal(trial.cut.windows.kwh[0], home.kwh[place - 28 : place])
    assert np.array_equal(trial.cut.actual[0], home.kwh[place : place + 7])


def test_two_weeks_and_a_day_are_enough_for_one_window() -> None:
    assert len(make_trial([home_of(15)], first=home_of(1).days[0]).cut.home) == 1
    assert len(make_trial([home_of(14)], first=home_of(1).days[0]).cut.home) == 0


def test_windows_with_a_month_missing_are_left_out() -> None:
    home = home_of(120)
    kwh = home.kwh.copy()
    kwh[40:70] = np.nan

    trial = make_trial([replace(home, kwh=kwh)], first=home.days[35])

    known = np.mean(~np.isnan(trial.cut.windows.kwh), axis=(1, 2))
    assert bool(np.all(known >= 0.5))
    assert home.days[68] not in trial.cut.windows.origin


def test_less_than_half_of_the_hours_ahead_is_no_test() -> None:
    trial = make_trial([home_of(90)], first=FIRST)
    hours = predict_all(SevenDayMean(), trial.cut.windows)

    assert judge(hours, trial, days=1).windows.tolist() == [31]
    assert judge(hours, trial, days=7).windows.tolist() == [28]


def test_windows_before_the_first_origin_do_not_count() -> None:
    alone, served = (
        make_trial([home_of(150)], first=np.datetime64("2026-05-01"), history_days=days)
        for days in (0, HISTORY_DAYS)
    )

    found = [
        judge(predict_all(Climatology(), trial.cut.windows), trial, days=7)
        for trial in (alone, served)
    ]

    assert len(served.cut.home) > len(alone.cut.home)
    for name in METRICS:
        assert np.array_equal(getattr(found[0], name), getattr(found[1], name), equal_nan=True)


def test_what_happens_later_changes_no_earlier_forecast_as_served() -> None:
    home = home_of(180)
    later = home.kwh.copy()
    later[-20:] *= 9

    served = []
    for kwh in (home.kwh, later):
        trial = make_trial(
            [replace(home, kwh=kwh)],
            first=np.datetime64("2026-05-15"),
            history_days=HISTORY_DAYS,
        )
        before = trial.cut.windows.origin <= home.days[-20]
        said = as_served(predict_all(Climatology(), trial.cut.windows), trial)
        served.append(said.quantiles[before])

    assert np.array_equal(served[0], served[1])


def test_a_model_too_sure_of_itself_covers_what_it_says_as_served() -> None:
    trial = make_trial([home_of(200)], first=np.datetime64("2026-05-15"), history_days=HISTORY_DAYS)
    raw = predict_all(Narrow(), trial.cut.windows)

    found = [judge(hours, trial, days=7).coverage80[0] for hours in (raw, as_served(raw, trial))]

    assert found[0] < 0.3
    assert 0.75 < found[1] < 0.85


def test_scores_of_groups_are_those_of_all_homes() -> None:
    homes = [home_of(90, seed=seed) for seed in range(3)]

    def judged(some: list[HomeHours]) -> HomeScores:
        trial = make_trial(some, first=FIRST)
        return judge(predict_all(Climatology(), trial.cut.windows), trial, days=7)

    whole, parts = judged(homes), joined_scores([judged(homes[:1]), judged(homes[1:])])

    for name in (*METRICS, "windows"):
        assert getattr(whole, name) == pytest.approx(getattr(parts, name))


def test_averages_leave_out_homes_without_a_score() -> None:
    homes = [home_of(90, seed=seed) for seed in range(2)]
    homes.append(replace(homes[0], id="empty", kwh=np.zeros_like(homes[0].kwh)))
    trial = make_trial(homes, first=FIRST)

    found = judge(predict_all(SevenDayMean(), trial.cut.windows), trial, days=1)

    assert average(found)["nmae"] == pytest.approx(found.nmae[:2].mean())
    assert average(found, np.array([True, False, False]))["wql"] == pytest.approx(found.wql[0])
    assert np.isnan(average(found)["week_kwh_error"])


@pytest.mark.parametrize(
    ("kwh", "metric", "days", "reason"),
    [
        pytest.param(1.0, "week_kwh_error", 1, "less-than-a-week", id="a day is no week"),
        pytest.param(1.0, "mase", 7, "no-change-before", id="a constant home"),
        pytest.param(0.0, "nmae", 7, "nothing-used", id="an empty home"),
    ],
)
def test_a_missing_score_has_its_reason(kwh: float, metric: str, days: int, reason: str) -> None:
    home = home_of(90)
    trial = make_trial([replace(home, kwh=np.full_like(home.kwh, kwh))], first=FIRST)

    found = judge(predict_all(SevenDayMean(), trial.cut.windows), trial, days=days)

    assert np.isnan(getattr(found, metric)[0])
    assert missing_reason(metric, found, days=days) == reason


def test_without_windows_that_is_the_reason() -> None:
    trial = make_trial([home_of(20)], first=np.datetime64("2027-01-01"))

    found = judge(predict_all(SevenDayMean(), trial.cut.windows), trial, days=7)

    assert missing_reason("wql", found, days=7) == "no-windows"


@given(scores=st.lists(st.tuples(st.floats(0, 5), st.floats(0.01, 5)), min_size=2, max_size=20))
def test_a_ratio_lies_in_its_interval_and_within_those_of_homes(
    scores: list[tuple[float, float]],
) -> None:
    ours, theirs = np.array(scores).T

    found = ratio(ours, theirs, draws(len(ours)))

    assert found is not None
    assert found.low is not None
    assert found.high is not None
    single = ours / theirs
    assert single.min() - 1e-9 <= found.low <= found.high <= single.max() + 1e-9
    assert found.value == pytest.approx(ours.sum() / theirs.sum())


def test_a_model_beside_itself_is_one_in_every_draw() -> None:
    scores = np.array([0.2, 0.5, np.nan, 0.9])

    found = ratio(scores, scores, draws(4))

    assert found is not None
    assert (found.value, found.low, found.high) == pytest.approx((1.0, 1.0, 1.0))


def test_a_single_home_has_a_ratio_and_no_interval() -> None:
    found = ratio(np.array([0.4, np.nan]), np.array([0.5, 0.6]), draws(2))

    assert found is not None
    assert found.value == pytest.approx(0.8)
    assert found.low is None
    assert found.high is None


@pytest.mark.parametrize(
    ("theirs", "why"),
    [
        pytest.param(0.0, "never-wrong", id="never wrong"),
        pytest.param(3e-15, "never-wrong", id="but for the rounding of sums"),
        pytest.param(np.nan, "no-score", id="no score"),
    ],
)
def test_there_is_no_ratio_to_nothing(theirs: float, why: str) -> None:
    assert ratio(np.array([0.4]), np.array([theirs]), draws(1)) is None
    assert no_ratio_reason(np.array([0.4]), np.array([theirs])) == why


def test_thirds_of_homes_rise_with_their_level() -> None:
    found = terciles(np.array([5.0, 1.0, np.nan, 3.0, 2.0, 9.0, 4.0]))

    assert found.tolist() == [2, 0, -1, 1, 0, 2, 1]


def test_the_windows_are_the_same_however_much_is_seen() -> None:
    home = home_of(90)
    kwh = home.kwh.copy()
    kwh[70] = np.nan
    trial = cold_trial(make_trial([replace(home, kwh=kwh)], first=FIRST))

    seen = dict(seen_windows(trial))

    assert tuple(seen) == SEEN_DAYS
    assert {len(windows) for windows in seen.values()} == {len(trial.cut.home)}
    assert home.days[71] not in trial.cut.windows.origin
    assert np.isnan(seen[0].kwh).all()
    assert not np.isnan(seen[0].bill_kwh_day).any()
    assert np.isnan(seen[3].kwh[:, :25]).all()
    assert np.array_equal(seen[28].kwh, trial.cut.windows.kwh, equal_nan=True)


def test_a_day_of_readings_is_enough_for_every_baseline() -> None:
    trial = cold_trial(make_trial([home_of(90)], first=FIRST))

    for days, windows in seen_windows(trial):
        for model in (SeasonalNaive(24), SeasonalNaive(168), SevenDayMean(), Climatology()):
            found = judge(predict_all(model, windows), trial, days=7)
            assert np.isfinite(found.wql).all(), (days, model.name)
