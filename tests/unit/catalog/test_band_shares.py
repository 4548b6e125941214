"""The shipped spread of the share of hora punta over homes."""

import json
from importlib.resources import files

import pytest
from scripts.fit_band_shares import reference_share

from ahorraluz.catalog.band_shares import load_hour_facts, load_hour_shares
from ahorraluz.catalog.national import load_national
from ahorraluz.core.tariffs.figures import PEAK_END_HOUR, PEAK_START_HOUR
from ahorraluz.core.usage.hour_share import believed


def test_it_was_fitted_on_the_hours_of_the_tariff() -> None:
    shares, figures = load_hour_shares(), load_national()

    for name, hour in ((PEAK_START_HOUR, shares.first_hour), (PEAK_END_HOUR, shares.after_hour)):
        assert figures.histories[name].entries[-1].value == hour


def test_the_reference_home_is_the_one_the_tables_give_today() -> None:
    assert load_hour_shares().reference_share == pytest.approx(reference_share(), abs=2e-3)


def test_the_belief_is_as_wide_as_the_homes_it_was_fitted_on() -> None:
    path = files("ahorraluz") / "data" / "models" / "band_shares" / "shares.json"
    told = json.loads(path.read_text(encoding="utf-8"))["shares"]

    belief = believed(load_hour_shares())

    assert belief.quantile(0.05) < told["quantiles"]["p05"] + 0.02
    assert belief.quantile(0.95) > told["quantiles"]["p95"] - 0.02
    assert belief.mean == pytest.approx(told["mean"], abs=0.02)


def test_every_answer_has_its_assumption() -> None:
    assumed = load_hour_facts().assumed

    assert assumed.other_hours_part.middle < assumed.evening_part.middle
    assert assumed.away_factor.high < 1 < assumed.by_day_factor.low
