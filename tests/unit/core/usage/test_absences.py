"""Days on which nobody was at home."""

import numpy as np
import pytest
from tests.synthetic_home import Habits, synthetic_home, without

from ahorraluz.core.usage.absences import absence_findings, absences, runs


@pytest.mark.parametrize("seed", range(3))
def test_absences_are_found_with_their_days(seed: int) -> None:
    home = synthetic_home(seed=seed, absences=[(50, 57), (200, 230)])

    found = absences(home.grid)

    days = home.grid.days
    assert [(item.first, item.until) for item in found] == [
        (days[50].item(), days[57].item()),
        (days[200].item(), days[230].item()),
    ]
    assert [item.days for item in found] == [7, 30]
    assert found[0].power_w == pytest.approx(104, rel=0.05)
    assert found[0].saved_kwh > 0


def test_a_home_that_is_lived_in_is_never_away() -> None:
    assert absences(synthetic_home().grid) == ()


def test_unknown_days_are_no_absence() -> None:
    assert absences(without(synthetic_home().grid, 100, 130)) == ()


def test_an_empty_home_has_no_absences() -> None:
    empty = Habits(evening_w=0.0, daytime_w=0.0, shower_w=0.0)

    assert absences(synthetic_home(empty, days=90).grid) == ()


def test_single_days_are_found_but_not_said() -> None:
    found = absences(synthetic_home(absences=[(50, 51), (90, 95)]).grid)

    (finding,) = absence_findings(found)

    assert [item.days for item in found] == [1, 5]
    assert finding.numbers["days"] == 5
    assert finding.since == found[1].first


def test_runs_reach_the_ends() -> None:
    assert runs(np.array([True, True, False, True])) == [(0, 2), (3, 4)]
    assert runs(np.array([False])) == []
