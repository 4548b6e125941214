"""Drift is found where there is some, and hardly ever where there is none."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ahorraluz.core.forecast.drift import (
    Alarm,
    persistent,
    standing_out,
    watch,
)
from ahorraluz.core.forecast.drift_advice import advise
from ahorraluz.core.forecast.drift_bills import bill_table, watch_bills
from ahorraluz.core.forecast.drift_days import FAULTS, INPUTS, day_table, rolling_mean
from ahorraluz.core.forecast.drift_drill import DRIFTS, Drift, inject, quiet_homes, shuffled
from ahorraluz.core.forecast.drift_errors import SCORES, error_columns, pinball, score_days
from ahorraluz.core.forecast.drift_reference import (
    Reference,
    Spread,
    distance,
    fit_reference,
    parts_between,
)
from ahorraluz.core.forecast.forecaster import ForecastError, Hours
from ahorraluz.core.forecast.panel import HomeHours

START = np.datetime64("2025-01-01")
DAYS, DAY = 240, START + np.timedelta64(180, "D")
HOMES = 30


def homes(seed: int) -> list[HomeHours]:
    return quiet_homes(HOMES, DAYS, start=START, chance=np.random.default_rng(seed))


@pytest.fixture(scope="module")
def usual() -> Reference:
    return fit_reference(day_table(homes(1)))


@pytest.fixture(scope="module")
def quiet() -> list[HomeHours]:
    return homes(2)


def found(quiet: list[HomeHours], usual: Reference, drift: Drift) -> list[Alarm]:
    drifting = inject(quiet, drift, day=DAY, chance=np.random.default_rng(3))
    return list(watch(day_table(drifting), usual, first=DAY).alarms)


def drift_of(kind: str, name: str) -> Drift:
    return next(drift for drift in DRIFTS if (drift.kind, drift.name) == (kind, name))


def test_nothing_is_cried_where_nothing_is_wrong(quiet: list[HomeHours], usual: Reference) -> None:
    came = watch(day_table(quiet), usual, first=START + np.timedelta64(112, "D"))

    assert came.alarms == ()
    assert all(far < 0.25 for far in came.distances.values())


@pytest.mark.parametrize(
    ("name", "series"),
    [
        ("unit", "jump.day"),
        ("zeros", "zeros.day"),
        ("clock", "shifted.day"),
        ("unread", "silent.day"),
    ],
)
def test_faults_of_meters_are_called_by_their_name(
    quiet: list[HomeHours], usual: Reference, name: str, series: str
) -> None:
    alarms = found(quiet, usual, replace(drift_of("fault", name), part=0.2))

    first = next(alarm for alarm in alarms if alarm.series == series)
    assert first.kind == "fault"
    assert (first.found - DAY.astype(date)).days < 7


def test_a_sudden_rise_of_all_homes_is_found_within_a_week(
    quiet: list[HomeHours], usual: Reference
) -> None:
    rise = replace(drift_of("sudden", "level"), size=0.4)

    [first, *_] = found(quiet, usual, rise)

    assert first.series == "level.week"
    assert (first.direction, first.found.toordinal() - DAY.astype(date).toordinal() < 7) == (
        1,
        True,
    )


def test_one_broken_meter_is_no_drift(quiet: list[HomeHours], usual: Reference) -> None:
    one = replace(drift_of("fault", "unit"), part=1 / HOMES)

    assert found(quiet, usual, one) == []


def test_meters_that_are_read_again_are_no_drift(quiet: list[HomeHours], usual: Reference) -> None:
    gaps = []
    for home in quiet:
        kwh = home.kwh.copy()
        kwh[(home.days >= DAY - np.timedelta64(60, "D")) & (home.days < DAY), :6] = np.nan
        gaps.append(HomeHours(id=home.id, days=home.days, kwh=kwh))

    alarms = watch(day_table(gaps), usual, first=DAY).alarms

    assert "missing.week" not in {alarm.series for alarm in alarms}


def test_groups_of_under_ten_homes_are_left_out(quiet: list[HomeHours], usual: Reference) -> None:
    few, many = np.arange(HOMES) < 9, np.arange(HOMES) < 10

    came = watch(day_table(quiet), usual, groups=[("few", few), ("many", many)])

    assert {course.group for course in came.courses} == {"", "many"}


def test_shuffled_hours_leave_what_is_looked_at_but_the_likeness_of_days() -> None:
    kwh = np.random.default_rng(1).gamma(2.0, 0.2, (60, 24))
    days = START + np.arange(60)
    before = day_table([HomeHours(id="a", days=days, kwh=kwh)])

    moved = shuffled(kwh, np.ones(60), np.random.default_rng(2))

    after = day_table([HomeHours(id="a", days=days, kwh=moved)])
    same = [INPUTS.index(name) for name in ("level", "night", "peak", "weekday", "missing")]
    np.testing.assert_allclose(after.inputs[..., same], before.inputs[..., same])
    assert not np.allclose(moved, kwh)


def test_the_hour_that_summer_time_skips_is_not_missing() -> None:
    kwh = np.full((40, 24), 0.3) + np.arange(24) / 100
    kwh[35, 2] = np.nan
    kwh[36, 2:4] = np.nan

    table = day_table([HomeHours(id="a", days=START + np.arange(40), kwh=kwh)])

    missing = table.inputs[0, :, INPUTS.index("missing")]
    assert (missing[35], missing[36]) == (0.0, 2 / 24)


def test_a_home_that_left_is_no_silent_meter() -> None:
    days = START + np.arange(200)
    stays = HomeHours(id="a", days=days, kwh=np.full((200, 24), 0.2))
    left = HomeHours(id="b", days=days[:60], kwh=np.full((60, 24), 0.2))

    table = day_table([stays, left])

    silent = table.faults[1, :, FAULTS.index("silent")]
    assert silent[61] == 1
    assert bool(np.isnan(silent[100:]).all())


def bills(seed: int, homes: int = 40, months: int = 24) -> np.ndarray:
    chance = np.random.default_rng(seed)
    level = chance.lognormal(np.log(150), 0.5, homes)[:, None]
    return np.asarray(level * chance.lognormal(0, 0.12, (homes, months)))


def test_quiet_bills_are_quiet_and_bills_in_another_unit_are_found() -> None:
    quiet = bills(5)
    broken = quiet.copy()
    broken[:4, -1] *= 1000
    risen = quiet.copy()
    risen[:, -1] *= 1.4

    calm, fault, rise = (
        watch_bills(bill_table(["home"] * 40, date(2024, 1, 1), kwh))
        for kwh in (quiet, broken, risen)
    )

    assert calm.on() == ()
    assert [alarm.series for alarm in fault.on()] == ["jump.bill"]
    assert "level.month" in {alarm.series for alarm in rise.on()}


def test_too_few_homes_or_days_tell_nothing_usual() -> None:
    with pytest.raises(ForecastError) as error:
        fit_reference(day_table(quiet_homes(9, 130, start=START, chance=np.random.default_rng(1))))

    assert error.value.issue.code == "drift-reference-short"


@given(
    chance=st.lists(st.floats(0, 1), min_size=1, max_size=30),
    rate=st.floats(0.001, 0.2),
)
def test_what_stands_out_does_so_with_everything_less_likely(
    chance: list[float], rate: float
) -> None:
    out = standing_out(np.array(chance)[:, None], rate)[:, 0]

    told = np.array(chance)
    if out.any():
        assert bool(out[told <= told[out].max()].all())
        assert told[out].max() <= rate * out.sum() / len(told) * (1 + 1e-9)
    assert bool(out[told <= rate / len(told)].all())


@given(st.lists(st.booleans(), min_size=1, max_size=60))
def test_alarms_begin_after_days_running_and_end_after_a_quiet_week(days: list[bool]) -> None:
    out = np.array([days])

    on = persistent(out, running=np.array([3]), quiet=np.array([7]))[0]

    for day in np.flatnonzero(np.diff(np.concatenate([[False], on]).astype(np.int8)) == 1):
        assert all(days[day - 2 : day + 1])
    for day in np.flatnonzero(np.diff(on.astype(np.int8)) == -1):
        assert not any(days[day - 5 : day + 2])


@given(
    values=st.lists(st.one_of(st.none(), st.floats(-5, 5)), min_size=1, max_size=40),
    days=st.integers(1, 10),
    behind=st.integers(0, 10),
)
def test_a_rolling_mean_is_that_of_the_days_it_names(
    values: list[float | None], days: int, behind: int
) -> None:
    row = np.array([[np.nan if value is None else value for value in values]])

    mean = rolling_mean(row, days, behind=behind, least=0.0)[0]

    for day, told in enumerate(mean):
        part = row[0, max(0, day - behind - days + 1) : max(0, day - behind + 1)]
        known = part[~np.isnan(part)]
        assert np.isnan(told) if len(known) == 0 else told == pytest.approx(known.mean(), abs=1e-9)


@given(st.integers(0, 2**32 - 1))
def test_distances_are_nought_to_oneself_and_never_below(seed: int) -> None:
    chance = np.random.default_rng(seed)
    spread = fit_reference_spread(chance)

    assert distance(spread, spread.parts) == pytest.approx(0)
    other = parts_between(chance.normal(1.0, 2.0, (5, 30)), spread.edges)
    assert distance(spread, other) >= 0


def fit_reference_spread(chance: np.random.Generator) -> Spread:
    edges = tuple(np.linspace(-2, 2, 11).tolist())
    return Spread(edges=edges, parts=parts_between(chance.normal(size=(8, 40)), edges))


def test_scores_of_a_day_count_known_hours_alone() -> None:
    actual = np.full((1, 24), 0.5)
    actual[0, 0] = np.nan
    told = Hours(
        quantiles=np.tile(np.linspace(0.1, 0.9, 9), (1, 24, 1)), mean=np.full((1, 24), 0.6)
    )

    [score] = score_days(told, told, np.full((1, 24), 0.7), actual)

    at = dict(zip(SCORES, score, strict=True))
    assert (at["hours"], at["inside"]) == (23, 23)
    assert at["kwh"] == pytest.approx(11.5)
    assert at["off_kwh"] == pytest.approx(0)
    assert at["naive_off_kwh"] == pytest.approx(23 * 0.2)
    assert at["loss_kwh"] == pytest.approx(23 * pinball(told.quantiles[0, 0], np.array(0.5)))
    assert error_columns(score)[1] == pytest.approx(0)


ALARM = Alarm(
    series="error.week",
    kind="error",
    group="",
    since=date(2026, 11, 1),
    found=date(2026, 11, 3),
    until=None,
    value=0.2,
    direction=1,
    score=5.0,
    homes=30,
)


@pytest.mark.parametrize(
    ("alarms", "day", "retrain", "why"),
    [
        pytest.param([], 20, False, ("nothing",), id="all is well"),
        pytest.param([ALARM], 7, True, ("errors",), id="wrong for a week"),
        pytest.param([ALARM], 6, False, ("nothing",), id="wrong for less"),
        pytest.param([replace(ALARM, direction=-1)], 20, False, ("nothing",), id="less wrong"),
        pytest.param(
            [replace(ALARM, series="coverage.standing", direction=-1)],
            20,
            True,
            ("coverage",),
            id="a band that holds too little",
        ),
        pytest.param(
            [ALARM, replace(ALARM, series="jump.day", kind="fault")],
            20,
            False,
            ("errors", "faults"),
            id="meters are mended first",
        ),
        pytest.param(
            [replace(ALARM, series="level.week", kind="input")],
            20,
            False,
            ("inputs",),
            id="homes changed, errors did not",
        ),
    ],
)
def test_a_model_is_made_anew_when_it_got_worse(
    alarms: list[Alarm], day: int, retrain: bool, why: tuple[str, ...]
) -> None:
    advice = advise(alarms, as_of=date(2026, 11, day))

    assert (advice.retrain, advice.why) == (retrain, why)
