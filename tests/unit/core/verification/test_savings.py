"""From weeks before and after a day to what was saved, and how sure it is."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.core.verification.invented_homes import SINCE, noisy_homes

from ahorraluz.catalog.placebos import load_doubt
from ahorraluz.core.periods import months_from
from ahorraluz.core.verification.avoided import (
    Avoided,
    avoided,
    avoided_by_month,
    expect,
    pieces_after,
)
from ahorraluz.core.verification.baseline import MovementBasis, Weather
from ahorraluz.core.verification.cells import (
    Grain,
    VerificationError,
    check_cells,
    months_around,
    weeks_around,
)
from ahorraluz.core.verification.doubt import ErrorRange, doubt_from
from ahorraluz.core.verification.panel import DailyHomes, MonthlyHomes
from ahorraluz.core.verification.placebo import Ground, Run, Trial, run_trial
from ahorraluz.core.verification.verdict import Kept, Verdict, against_promise, judge

HOMES = noisy_homes(homes=40)
GROUND = Ground(homes=tuple(map(str, range(40))), readings=HOMES)
EVERYONE = np.arange(40)


def run(trial: Trial, *, ground: Ground = GROUND, alone: bool = False) -> Run:
    others = None if alone else np.delete(EVERYONE, trial.home)
    found = run_trial(ground, trial, others=others, grain=Grain.WEEKS, doubt=load_doubt())
    assert found is not None
    return found


def found_in(trial: Trial, *, ground: Ground = GROUND, alone: bool = False) -> Avoided:
    found = run(trial, ground=ground, alone=alone).found
    assert found is not None
    return found


def test_a_large_saving_is_found() -> None:
    found = found_in(Trial(home=3, since=SINCE, saving=0.6))

    assert judge(found).verdict is Verdict.SAVED
    assert found.share.low < 0.6 < found.share.high


def test_nothing_done_is_hardly_ever_called_a_saving() -> None:
    verdicts = [judge(found_in(Trial(home=home, since=SINCE))).verdict for home in range(40)]

    assert verdicts.count(Verdict.CANNOT_TELL) >= 34


def test_the_range_of_nothing_done_holds_zero_about_nine_times_in_ten() -> None:
    days = [SINCE + timedelta(days=30 * step) for step in range(-3, 2)]
    shares = [found_in(Trial(home=home, since=day)).share for home in range(40) for day in days]

    held = np.mean([share.low <= 0 <= share.high for share in shares])

    assert 0.85 <= held <= 1.0


@settings(max_examples=20, deadline=None)
@given(factor=st.floats(0.2, 5.0), home=st.integers(0, 39), saving=st.floats(0.0, 0.5))
def test_a_meter_in_another_unit_saves_the_same_share(
    factor: float, home: int, saving: float
) -> None:
    trial = Trial(home=home, since=SINCE, saving=saving)
    scaled = Ground(
        homes=GROUND.homes, readings=DailyHomes(days=HOMES.days, kwh=HOMES.kwh * factor)
    )

    one, other = run(trial), run(trial, ground=scaled)

    assert one.found is not None
    assert other.found is not None
    assert other.found.share.middle == pytest.approx(one.found.share.middle)
    assert other.found.saved_kwh.middle == pytest.approx(factor * one.found.saved_kwh.middle)


@settings(max_examples=15, deadline=None)
@given(drift=st.floats(-0.3, 0.3), home=st.integers(0, 39))
def test_what_moves_every_home_moves_no_saving_much(drift: float, home: int) -> None:
    still = run(Trial(home=home, since=SINCE, saving=0.1))
    moved = run(Trial(home=home, since=SINCE, saving=0.1, drift=drift))

    with_peers = abs(moved.log_error - still.log_error)

    assert with_peers < 0.5 * abs(np.log1p(drift)) + 1e-9


def test_alone_a_common_drift_is_taken_for_use() -> None:
    still = found_in(Trial(home=5, since=SINCE, saving=0.1), alone=True)
    moved = found_in(Trial(home=5, since=SINCE, saving=0.1, drift=0.05), alone=True)

    assert moved.share.middle - still.share.middle == pytest.approx(-0.045, abs=0.01)


def test_too_few_others_leave_the_home_to_its_own_history() -> None:
    trial = Trial(home=0, since=SINCE)

    found = run_trial(
        GROUND, trial, others=np.array([1, 2, 3]), grain=Grain.WEEKS, doubt=load_doubt()
    )

    assert found is not None
    assert found.kind == "own"


def test_more_days_after_do_not_change_what_was_before() -> None:
    cells = weeks_around(HOMES.days, HOMES.kwh[0], since=SINCE)
    longer = weeks_around(HOMES.days[:300], HOMES.kwh[0, :300], since=SINCE)

    assert expect(longer).level_kwh_day == expect(cells).level_kwh_day


def test_the_week_before_the_day_ends_on_it() -> None:
    cells = weeks_around(HOMES.days, HOMES.kwh[0], since=SINCE)

    assert cells.end[cells.before - 1] == np.datetime64(SINCE)
    assert cells.start[cells.before] == np.datetime64(SINCE)
    assert cells.days[:-1].tolist() == [7.0] * (len(cells) - 1)


def test_the_recibo_that_the_day_falls_in_counts_on_no_side() -> None:
    months = [(period, 100.0) for period in months_from(date(2026, 1, 5), months=8)]

    cells = months_around(months, since=date(2026, 5, 20))

    assert (cells.before, len(cells)) == (4, 7)


def test_a_month_away_counts_on_no_side() -> None:
    energies = [150.0, 160, 155, 5, 158, 152, 149, 151]
    months = list(zip(months_from(date(2026, 1, 1), months=8), energies, strict=True))

    cells = months_around(months, since=date(2026, 6, 1))

    assert cells.absent.tolist() == [False, False, False, True, False, False, False, False]
    assert expect(cells).level_kwh_day == pytest.approx(5.1, abs=0.2)


@pytest.mark.parametrize(
    ("kwh", "since", "code"),
    [
        pytest.param([5.0] * 40, 20, "verify-too-little-before", id="twenty days before"),
        pytest.param([5.0] * 100, 90, "verify-too-little-after", id="ten days after"),
        pytest.param([0.0] * 200, 100, "verify-no-use", id="nothing but zeros"),
        pytest.param([5.0] * 100 + [-3.0] * 100, 100, "verify-given-to-grid", id="solar"),
        pytest.param([0.1] * 100 + [5.0] * 150, 100, "verify-nobody-there", id="moved in"),
        pytest.param([5.0] * 150 + [0.1] * 100, 150, "verify-nobody-there", id="moved out"),
        pytest.param([np.nan] * 100 + [5.0] * 100, 100, "verify-no-reading-before", id="gap"),
        pytest.param([5.0] * 100 + [np.nan] * 50, 100, "verify-no-reading-after", id="gap after"),
    ],
)
def test_readings_that_say_nothing_are_refused(kwh: list[float], since: int, code: str) -> None:
    days = np.datetime64("2026-01-01") + np.arange(len(kwh))
    day = (days[0] + since).astype(date)
    cells = weeks_around(days, np.array(kwh), since=day)

    with pytest.raises(VerificationError) as refused:
        check_cells(cells, since=day)

    assert refused.value.issue.code == code


def test_a_constant_meter_still_gets_a_range() -> None:
    days = np.datetime64("2026-01-01") + np.arange(200)
    cells = weeks_around(days, np.full(200, 5.0), since=date(2026, 4, 11))

    baseline = expect(cells)
    error = load_doubt().error(cells, baseline, days_after=100)

    assert error.low < -0.05
    assert error.high > 0.05


def test_months_add_up_to_the_whole() -> None:
    cells = weeks_around(HOMES.days, HOMES.kwh[7], since=SINCE)
    baseline = expect(cells)
    pieces = pieces_after(cells, baseline, daily=(HOMES.days, HOMES.kwh[7]))

    months = avoided_by_month(
        cells,
        baseline,
        pieces,
        periods=months_from(date(2025, 8, 1), months=5),
        doubt=load_doubt(),
    )

    assert [month.period.start.month for month in months] == [9, 10, 11, 12]
    last = months[-1].so_far
    assert last is not None
    assert last.metered_kwh == pytest.approx(sum(month.metered_kwh for month in months))
    assert last.metered_kwh == pytest.approx(HOMES.kwh[7][HOMES.days >= np.datetime64(SINCE)].sum())
    assert last.days == sum(month.days for month in months) == 122


def test_a_season_is_known_from_a_year_before() -> None:
    day = np.arange(730)
    kwh = 5 * (1 + 0.5 * np.cos(2 * np.pi * day / 365))
    days = np.datetime64("2024-01-01") + day
    since = date(2025, 1, 1)

    baseline = expect(weeks_around(days, kwh, since=since))
    flat = expect(weeks_around(days[200:], kwh[200:], since=since))

    assert baseline.movement.basis is MovementBasis.YEAR
    assert flat.movement.basis is MovementBasis.LEVEL


def test_cold_days_are_expected_where_they_were_measured() -> None:
    chance = np.random.default_rng(3)
    day = np.arange(365)
    temp_c = 14 + 6 * np.cos(2 * np.pi * day / 365) + chance.normal(0, 3, 365)
    kwh = 5 + 0.6 * np.maximum(15 - temp_c, 0) + chance.normal(0, 0.2, 365)
    days = np.datetime64("2025-01-01") + day
    cells = weeks_around(days, kwh, since=SINCE)

    baseline = expect(cells, weather=Weather(days=days, temp_c=temp_c))

    after = cells.used & ~cells.is_before
    off = baseline.expected_kwh_day[after] @ cells.days[after] / kwh[243:].sum() - 1
    assert baseline.movement.basis is MovementBasis.WEATHER
    assert abs(off) < 0.05


def test_homes_of_months_are_found_on_the_recibos_of_another() -> None:
    lengths = np.array([31, 28, 31, 30, 31, 30, 31, 31])
    months = MonthlyHomes(
        first=np.datetime64("2026-01"), kwh=np.arange(1.0, 9.0)[None, :] * lengths
    )
    cells = months_around(
        [(period, 100.0) for period in months_from(date(2026, 1, 16), months=6)],
        since=date(2026, 4, 16),
    )

    peers = months.on(cells)

    assert peers.kwh_day[0] == pytest.approx(np.arange(1.5, 7.0), abs=0.1)


def test_a_promise_is_kept_unless_the_range_leaves_it_out() -> None:
    error = ErrorRange(low=-0.1, high=0.1, scale=0.06, detectable=0.15)
    saved = avoided(100.0, 70.0, days=30, error=error, basis="-").saved_kwh

    assert against_promise(saved, 35.0) is Kept.KEPT
    assert against_promise(saved, 60.0) is Kept.LESS
    assert against_promise(saved, 10.0) is Kept.BEATEN
    assert against_promise(replace(saved, low=-5.0, middle=-2.0, high=-1.0), 3.0) is Kept.LESS


def test_what_can_be_detected_shrinks_with_steadier_homes() -> None:
    placebos = load_doubt().kinds["peers"]
    features = np.array([1.0, 1.0, np.log(0.1), 0.0, 0.0, 1.5, 0.1, 0.0, np.log(0.1)])
    shaky = features.copy()
    shaky[2] = np.log(0.4)

    steady, unsteady = (placebos.error(row, grain=Grain.WEEKS) for row in (features, shaky))

    assert 0 < steady.detectable < unsteady.detectable < 1


def test_a_broken_file_of_errors_is_told() -> None:
    with pytest.raises(VerificationError) as refused:
        doubt_from({"name": "x", "version": "1", "kinds": {"own": {}}})

    assert refused.value.issue.code == "verify-model-broken"
