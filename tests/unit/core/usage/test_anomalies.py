"""Days unlike the others."""

import numpy as np
import pytest
from tests.synthetic_home import Habits, synthetic_home

from ahorraluz.core.readings.grid import DayGrid
from ahorraluz.core.usage.anomalies import unusual_days, unusual_findings

QUIET = Habits(noise=0.1)


def test_a_day_of_much_use_is_found_with_its_hours() -> None:
    grid = synthetic_home(QUIET).grid
    grid.power_kw[120, 13:17] += 3.0

    first = unusual_days(grid)[0]

    assert first.day == grid.days[120].item()
    assert first.extra_kwh == pytest.approx(12.0, rel=0.2)
    assert 13 <= first.first_hour < first.last_hour <= 17


def test_a_day_of_little_use_is_low() -> None:
    grid = synthetic_home(Habits(noise=0.1, evening_w=900.0)).grid
    grid.power_kw[200, 17:] = 0.1

    low = [item for item in unusual_days(grid) if item.day == grid.days[200].item()]

    (finding,) = unusual_findings(low)
    assert finding.id == "unusual-low"
    assert finding.numbers["extra"] == pytest.approx(-low[0].extra_kwh, abs=0.06)


def test_at_most_five_are_named_and_the_largest_comes_first() -> None:
    grid = synthetic_home(QUIET).grid
    for place in range(20, 300, 28):
        grid.power_kw[place, 12:15] += 2.0 + place / 100

    found = unusual_days(grid)

    assert len(found) == 5
    assert [item.day for item in found][:1] == [grid.days[272 + 0].item()]
    extra = [abs(item.extra_kwh) for item in found]
    assert extra == sorted(extra, reverse=True)


def test_absences_are_not_unusual_days() -> None:
    home = synthetic_home(QUIET, absences=[(60, 62)])

    days = {item.day for item in unusual_days(home.grid)}

    assert home.grid.days[60].item() not in days


@pytest.mark.parametrize(
    "power",
    [
        pytest.param(np.full((60, 24), 0.2), id="a home that never changes"),
        pytest.param(np.full((60, 24), np.nan), id="nothing known"),
        pytest.param(np.full((20, 24), 0.2), id="three weeks"),
    ],
)
def test_nothing_is_unusual_where_nothing_is_usual(
    power: np.ndarray[tuple[int, int], np.dtype[np.float64]],
) -> None:
    grid = DayGrid(
        days=np.datetime64("2024-01-01") + np.arange(len(power)),
        power_kw=power,
        estimated=np.zeros(power.shape, dtype=bool),
        interval_s=3_600,
    )

    assert unusual_days(grid) == ()
