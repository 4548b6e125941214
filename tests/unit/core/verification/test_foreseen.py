"""A forecast made on the day of the step, as one more counterfactual."""

import json
from datetime import date, timedelta
from importlib.resources import files

import numpy as np
import pytest
from tests.unit.core.verification.invented_homes import SINCE, noisy_homes

from ahorraluz.catalog.month_nets import bills_net
from ahorraluz.catalog.placebos import load_doubt, load_foresight
from ahorraluz.core.periods import Period, months_from
from ahorraluz.core.verification.avoided import (
    FORECAST,
    avoided_by_month,
    counterfactuals,
    expect,
    pieces_after,
)
from ahorraluz.core.verification.baseline import MovementBasis
from ahorraluz.core.verification.cells import (
    Cells,
    Floats,
    VerificationError,
    months_around,
    weeks_around,
)
from ahorraluz.core.verification.comparison import Peers
from ahorraluz.core.verification.foreseen import MOST_APART, foresee, foresight_from
from ahorraluz.core.verification.straying import own_placebo

HOMES = noisy_homes(homes=40, seed=5)


def cells_of(kwh: Floats, *, since: date = SINCE) -> Cells:
    return weeks_around(HOMES.days, kwh, since=since)


def test_what_came_after_the_day_changes_no_forecast() -> None:
    kwh = HOMES.kwh[0]
    more = np.where(HOMES.days >= np.datetime64(SINCE), 1.7 * kwh, kwh)

    first, second = (
        expect(cells_of(days), foresight=load_foresight()).foreseen for days in (kwh, more)
    )

    assert first is not None
    assert second is not None
    assert np.allclose(first.kwh_day, second.kwh_day)


def test_the_expectation_lies_between_its_counterfactuals() -> None:
    cells = cells_of(HOMES.kwh[1])

    baseline = expect(cells, foresight=load_foresight())

    foreseen = baseline.foreseen
    assert foreseen is not None
    ends = np.sort([foreseen.without_kwh_day, foreseen.kwh_day], axis=0)
    assert 0 < foreseen.weight < 1
    assert np.all(ends[0] - 1e-9 <= baseline.expected_kwh_day)
    assert np.all(baseline.expected_kwh_day <= ends[1] + 1e-9)
    assert foreseen.apart > 0


@pytest.mark.parametrize("drift", [0.05, 0.3])
def test_a_drift_that_no_forecast_knew_is_put_right_by_other_homes(drift: float) -> None:
    after = HOMES.days >= np.datetime64(SINCE)
    told = []
    for factor in (1.0, 1 + drift):
        cells = cells_of(HOMES.kwh[2])
        kwh = np.delete(HOMES.kwh, 2, axis=0) * np.where(after, factor, 1.0)
        peers = Peers(kwh_day=np.array([cells_of(row).kwh_day for row in kwh]))
        foreseen = expect(cells, peers=peers, foresight=load_foresight()).foreseen
        assert foreseen is not None
        told.append(foreseen.kwh_day[~cells.is_before])

    assert np.allclose(told[1] / told[0], 1 + drift, rtol=0.02)


def test_each_counterfactual_is_told_with_its_weight() -> None:
    months = months_from(date(2024, 1, 1), months=18)
    cells = months_around(
        [(period, 120.0 + 9 * (at % 3)) for at, period in enumerate(months)], since=date(2025, 1, 1)
    )
    baseline = expect(cells, foresight=load_foresight())
    pieces = pieces_after(cells, baseline, daily=None)
    found = avoided_by_month(cells, baseline, pieces, periods=months, doubt=load_doubt())[-1].so_far
    assert found is not None

    own, forecast = counterfactuals(cells, baseline, found)

    assert (own.basis, forecast.basis) == (MovementBasis.YEAR.value, FORECAST)
    assert own.weight + forecast.weight == pytest.approx(1.0)
    ends = sorted((own.expected_kwh, forecast.expected_kwh))
    assert ends[0] <= found.expected_kwh <= ends[1]


def test_a_home_that_stood_empty_on_the_day_is_not_foretold_to_vanish() -> None:
    kwh = HOMES.kwh[3].copy()
    lately = HOMES.days < np.datetime64(SINCE)
    lately &= HOMES.days >= np.datetime64(SINCE - timedelta(days=42))
    kwh[lately] = 0.0
    cells = cells_of(kwh)

    baseline = expect(cells, foresight=load_foresight())

    foreseen = baseline.foreseen
    assert foreseen is not None
    ratio = (foreseen.kwh_day / foreseen.without_kwh_day)[~cells.is_before]
    assert np.all((ratio >= 1 / MOST_APART) & (ratio <= MOST_APART))
    assert 0.5 < ratio.mean() < 2.0


def test_nothing_is_foretold_of_a_home_of_which_nothing_was_known() -> None:
    cells = cells_of(HOMES.kwh[4])
    unknown = np.where(cells.is_before, np.nan, cells.kwh_day)

    told = foresee(cells, np.stack([cells.kwh_day, unknown]), bills_net())

    assert not np.isnan(told[0, ~cells.is_before]).any()
    assert np.isnan(told[1]).all()


def test_recibos_read_in_the_middle_of_months_are_foretold_in_order() -> None:
    start, periods = date(2025, 1, 17), []
    for length in (31, 29, 30, 32, 30, 31, 30, 30, 31):
        periods.append(Period(start, start + timedelta(days=length)))
        start = periods[-1].end
    cells = months_around(
        [(period, 4.0 * period.days) for period in periods], since=periods[6].start
    )

    told = foresee(cells, cells.kwh_day[None, :], bills_net())[0]

    assert np.isnan(told[: cells.before]).all()
    assert np.all(np.abs(told[cells.before :] - 4.0) < 1.0)


def test_a_restless_past_says_more_doubt_than_a_calm_one() -> None:
    calm = cells_of(np.full(365, 6.0) + 0.05 * np.sin(np.arange(365)))
    restless = cells_of(6.0 + 2.5 * np.sin(np.arange(365) / 25))

    strayed = [own_placebo(cells, expect(cells)) for cells in (calm, restless)]

    assert strayed[0] < 0 < strayed[1]


def test_a_past_too_short_for_a_placebo_step_says_nothing() -> None:
    months = months_from(date(2025, 1, 1), months=4)
    cells = months_around([(period, 100.0) for period in months], since=months[1].start)

    assert own_placebo(cells, expect(cells)) == 0.0


@pytest.mark.parametrize(
    "document",
    [{}, {"forecast": {"weights": {"own": {"weeks": 0.2}}}}, {"forecast": {"weights": 3}}],
)
def test_a_broken_weight_of_a_forecast_is_told(document: dict[str, object]) -> None:
    with pytest.raises(VerificationError) as refused:
        foresight_from(document, bills_net())

    assert refused.value.issue.code == "verify-model-broken"


def test_the_weights_were_fitted_with_the_net_that_is_shipped() -> None:
    path = files("ahorraluz") / "data" / "models" / "verification" / "placebos.json"
    said = json.loads(path.read_text(encoding="utf-8"))["forecast"]["net"]

    assert said == f"{bills_net().name} {bills_net().version}"
