"""Homes are varied while learning, and stay homes."""

from pathlib import Path

import numpy as np
import pytest
from tests.unit.learning.invented_homes import windows_of, write_homes

from ahorraluz.core.forecast.climatology import climatology
from ahorraluz.core.forecast.forecaster import FACTS, Windows
from ahorraluz.core.forecast.holidays import no_free
from ahorraluz.learning.day_tokens import HOME_FEATURES, tokens
from ahorraluz.learning.sampling import drawn, mixed
from ahorraluz.learning.training_data import Panel, read_panel


@pytest.fixture(scope="module")
def panel(tmp_path_factory: pytest.TempPathFactory) -> Panel:
    folder: Path = tmp_path_factory.mktemp("meters")
    write_homes(folder / "homes.csv", homes=6, days=120)
    return read_panel(folder)


def test_homes_added_up_keep_the_size_of_the_first(panel: Panel) -> None:
    homes = panel.learnt()

    shown = mixed(homes, np.random.default_rng(3))

    changed = [
        not np.array_equal(old.hours.kwh, new.hours.kwh)
        for old, new in zip(homes, shown, strict=True)
    ]
    assert any(changed)
    for old, new in zip(homes, shown, strict=True):
        assert np.nanmean(new.hours.kwh) == pytest.approx(np.nanmean(old.hours.kwh))


def test_the_same_chance_draws_the_same_windows(panel: Panel) -> None:
    one, two = (drawn(panel.learnt(), 20, np.random.default_rng(4)) for _ in range(2))

    np.testing.assert_array_equal(one.cut.windows.kwh, two.cut.windows.kwh)


def test_what_a_home_stated_is_told_and_what_it_did_not_is_marked_so() -> None:
    windows = windows_of(2)
    facts = np.array([[3.0, np.nan, 1.0], [np.nan, 0.0, np.nan]])
    stated = Windows(
        kwh=windows.kwh, origin=windows.origin, bill_kwh_day=windows.bill_kwh_day, facts=facts
    )

    seen = tokens(stated, climatology(stated), free=no_free).inputs["home"]

    assert seen.shape == (2, HOME_FEATURES)
    np.testing.assert_allclose(seen[:, -2 * len(FACTS) :][0], [0.75, 0, 1, 1, 0, 1])
    np.testing.assert_allclose(seen[:, -2 * len(FACTS) :][1], [0, 0, 0, 0, 1, 0])
