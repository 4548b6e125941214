"""What is believed of a home's share of hora punta."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ahorraluz.core.usage.hour_share import (
    FITTED,
    HeardShare,
    HourShareError,
    HourShares,
    UseHours,
    after,
    believed,
    heard_from,
    hour_shares_from,
    known,
    log_odds,
    peak_part,
    share_sd,
)

SHARES = HourShares(
    first_hour=18,
    after_hour=23,
    centre=-1.0,
    between_sd=0.2,
    within_scale=0.2,
    dof=4.0,
    later_sd=0.1,
    use_spread=0.3,
    flat_sd=0.01,
    reference_share=0.3,
    homes=40,
)
SHARE = st.floats(0.01, 0.95)


@given(low=SHARE, high=SHARE)
def test_the_chance_of_lying_below_a_share_never_falls_as_it_rises(low: float, high: float) -> None:
    belief = believed(SHARES)
    low, high = sorted((low, high))

    assert 0 <= belief.below(low) <= belief.below(high) <= 1
    if high > low * 1.001:
        assert belief.below(low) < belief.below(high)


@given(probability=st.floats(0.01, 0.99))
def test_a_quantile_is_the_share_with_that_much_below_it(probability: float) -> None:
    belief = believed(SHARES)

    assert belief.below(belief.quantile(probability)) == pytest.approx(probability, abs=1e-9)


def test_nothing_lies_below_none_and_all_below_the_whole() -> None:
    belief = believed(SHARES)

    assert belief.below(0.0) == 0
    assert belief.below(1.0) == 1
    assert belief.weight.sum() == pytest.approx(1)


def test_homes_nobody_asked_lie_around_the_fitted_middle() -> None:
    belief = believed(SHARES)

    assert log_odds(belief.quantile(0.5)) == pytest.approx(SHARES.centre, abs=0.01)
    assert belief.quantile(0.1) < belief.mean < belief.quantile(0.9)


@given(apart=st.floats(-2, 2), sd=st.floats(0.05, 2))
def test_what_is_heard_draws_the_belief_towards_it(apart: float, sd: float) -> None:
    before = believed(SHARES)
    heard = HeardShare(share=0.3, apart=apart, sd=sd)

    then = after(before, heard, reference=SHARES.centre)

    moved = log_odds(then.quantile(0.5)) - log_odds(before.quantile(0.5))
    assert moved * apart >= -1e-6
    assert abs(moved) <= abs(apart) + 0.01


def test_two_normals_give_the_mean_that_their_precisions_weigh() -> None:
    normal = replace(SHARES, dof=1e6, between_sd=0.3, within_scale=0.4)
    heard = HeardShare(share=0.4, apart=0.6, sd=0.5)

    then = after(believed(normal), heard, reference=normal.centre)

    precision = np.array([1 / (0.3**2 + 0.4**2), 1 / 0.5**2])
    expected = normal.centre + 0.6 * precision[1] / precision.sum()
    assert log_odds(then.quantile(0.5)) == pytest.approx(expected, abs=2e-3)


def test_a_share_that_is_known_is_believed_up_to_what_changes_later() -> None:
    belief = known(0.4, SHARES)

    assert belief.quantile(0.5) == pytest.approx(0.4, abs=1e-3)
    assert log_odds(belief.quantile(0.9)) - log_odds(0.4) == pytest.approx(0.128, abs=0.005)


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_a_share_at_an_end_is_believed_there(share: float) -> None:
    belief = known(share, SHARES)

    assert abs(belief.mean - share) < 0.05


def test_uses_are_weighed_by_their_energy() -> None:
    uses = [
        UseHours(kwh=30, kwh_sd=0, share=0.2, share_sd=0.1),
        UseHours(kwh=10, kwh_sd=0, share=0.6, share_sd=0.2),
    ]

    heard = heard_from(uses, SHARES)

    assert heard is not None
    assert heard.share == pytest.approx(0.3)
    assert heard.apart == pytest.approx(0)
    error = np.hypot(30 * 0.1, 10 * 0.2) / 40 / (0.3 * 0.7)
    assert heard.sd == pytest.approx(error)


def test_doubt_about_an_energy_counts_as_far_as_its_hours_differ() -> None:
    uses = [
        UseHours(kwh=30, kwh_sd=10, share=0.2, share_sd=0.1),
        UseHours(kwh=10, kwh_sd=0, share=0.6, share_sd=0.2),
    ]

    heard = heard_from(uses, SHARES)
    sure = heard_from([replace(use, kwh_sd=0.0) for use in uses], SHARES)

    assert heard is not None
    assert sure is not None
    assert heard.sd > sure.sd


def test_a_home_that_uses_nothing_tells_nothing() -> None:
    assert heard_from([], SHARES) is None
    assert heard_from([UseHours(kwh=0, kwh_sd=0, share=0.5, share_sd=0.1)], SHARES) is None


def test_the_part_of_a_day_is_that_of_its_weights() -> None:
    assert peak_part([1.0] * 24, SHARES) == pytest.approx(5 / 24)
    assert peak_part([0.0] * 24, SHARES) == 0


def test_a_use_that_runs_all_day_is_hardly_in_doubt() -> None:
    assert share_sd(0.2, SHARES, flat=True) == SHARES.flat_sd
    assert share_sd(0.2, SHARES, flat=False) == pytest.approx((0.3 * 0.16) ** 0.5)


@pytest.mark.parametrize("name", [*FITTED, "homes", "first_hour"])
def test_a_file_without_one_of_its_numbers_is_refused(name: str) -> None:
    whole = {field: getattr(SHARES, field) for field in HourShares.__dataclass_fields__}
    assert hour_shares_from(whole) == SHARES

    del whole[name]

    with pytest.raises(HourShareError, match="hour-shares-malformed"):
        hour_shares_from(whole)


@pytest.mark.parametrize(
    ("name", "value"),
    [("between_sd", 0.0), ("dof", -1.0), ("use_spread", 1.5), ("after_hour", 17)],
)
def test_numbers_that_cannot_be_are_refused(name: str, value: float) -> None:
    with pytest.raises(HourShareError, match="hour-shares-malformed"):
        replace(SHARES, **{name: value})  # type: ignore[arg-type]
