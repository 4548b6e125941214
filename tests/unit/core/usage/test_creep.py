"""A base load that drifts."""

import numpy as np
import pytest
from tests.synthetic_home import Step, SyntheticHome, synthetic_home

from ahorraluz.core.readings.grid import DayGrid
from ahorraluz.core.usage.creep import creep, creep_findings
from ahorraluz.core.usage.steps import step_changes


def drifting(home: SyntheticHome, watts_year: float) -> DayGrid:
    rise = watts_year / 1000.0 * np.arange(len(home.grid.days)) / 365.25
    return DayGrid(
        days=home.grid.days,
        power_kw=home.grid.power_kw + rise[:, None],
        estimated=home.grid.estimated,
        interval_s=home.grid.interval_s,
    )


@pytest.mark.parametrize("days", [365, 800])
def test_a_drift_is_found_with_its_slope(days: int) -> None:
    grid = drifting(synthetic_home(days=days), 60.0)

    found = creep(grid)

    assert found is not None
    assert found.w_year.middle == pytest.approx(60.0, rel=0.2)
    assert found.energy.middle == pytest.approx(0.7305 * found.w_year.middle)
    assert found.since == grid.days[len(grid.days) % 7].item()


def test_a_second_year_makes_it_surer() -> None:
    one, two = (creep(drifting(synthetic_home(days=days), 60.0)) for days in (365, 800))

    assert one is not None
    assert two is not None
    assert two.confidence > one.confidence


@pytest.mark.parametrize("seed", range(4))
def test_a_steady_home_does_not_drift(seed: int) -> None:
    assert creep(synthetic_home(days=500, seed=seed).grid) is None


def test_a_step_is_no_drift() -> None:
    home = synthetic_home(steps=[Step(day=180, watts=100)])

    assert creep(home.grid, steps=step_changes(home.grid)) is None


@pytest.mark.parametrize("days", [400, 730])
def test_a_season_is_no_drift(days: int) -> None:
    home = synthetic_home(days=days)
    swing = 0.05 * np.sin(2 * np.pi * np.arange(days) / 365.25)
    grid = drifting(home, 0.0)
    grid.power_kw[:] += swing[:, None]

    assert creep(grid) is None


def test_half_a_year_is_too_short() -> None:
    assert creep(drifting(synthetic_home(days=180), 200.0)) is None


@pytest.mark.parametrize(
    ("watts_year", "name"),
    [pytest.param(60.0, "base-creep", id="up"), pytest.param(-45.0, "base-fall", id="down")],
)
def test_the_finding_names_the_direction(watts_year: float, name: str) -> None:
    found = creep(drifting(synthetic_home(days=700), watts_year))

    (finding,) = creep_findings(found)

    assert finding.id == name
    assert finding.numbers["watts"] == pytest.approx(abs(watts_year), rel=0.2)


def test_no_drift_has_nothing_to_say() -> None:
    assert creep_findings(None) == ()
