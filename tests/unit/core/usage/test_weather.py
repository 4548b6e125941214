"""How a home follows the temperature, or does not."""

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.synthetic_home import Habits, synthetic_home

from ahorraluz.core.usage.daily import UsageDataError
from ahorraluz.core.usage.weather import (
    TemperatureSource,
    temperature_findings,
    temperature_response,
)

Floats = NDArray[np.float64]

COOLED = Habits(cooling_w_c=60.0, mean_temp_c=22.0, temp_swing_c=5.0)


def normals(temp_c: Floats, days: NDArray[np.datetime64]) -> Floats:
    month = days.astype("datetime64[M]").astype(np.int64) % 12
    count = np.maximum(np.bincount(month, minlength=12), 1)
    level = np.bincount(month, temp_c, minlength=12) / count
    return np.asarray(level[month], dtype=np.float64)


@pytest.mark.parametrize("seed", range(5))
def test_a_home_without_heat_or_cold_follows_no_temperature(seed: int) -> None:
    home = synthetic_home(Habits(winter_more=0.2), seed=seed)

    found = temperature_response(home.grid.daily_kwh, home.temp_c, days=home.grid.days)

    assert found.heating is None
    assert found.cooling is None
    assert temperature_findings(found) == ()


@pytest.mark.parametrize("seed", range(3))
def test_cooling_is_found_with_its_slope_and_its_energy(seed: int) -> None:
    home = synthetic_home(COOLED, seed=seed)

    found = temperature_response(home.grid.daily_kwh, home.temp_c, days=home.grid.days)

    assert found.heating is None
    assert found.cooling is not None
    assert found.cooling.kwh_c_day.low <= 0.6 <= found.cooling.kwh_c_day.high
    assert found.cooling.balance_c == pytest.approx(24.0, abs=2.0)
    assert found.cooling.energy.middle == pytest.approx(home.cooling_kwh / 12, rel=0.3)


def test_heating_and_cooling_are_told_apart() -> None:
    home = synthetic_home(COOLED)
    heated = home.grid.daily_kwh + 0.8 * np.maximum(18.0 - home.temp_c, 0.0)

    found = temperature_response(heated, home.temp_c, days=home.grid.days)

    assert found.parameters == 5
    assert found.heating is not None
    assert found.cooling is not None
    assert found.heating.kwh_c_day.middle == pytest.approx(0.8, rel=0.25)
    assert found.heating.balance_c < found.cooling.balance_c
    assert [item.id for item in temperature_findings(found)] == [
        "heating-response",
        "cooling-response",
    ]


def test_unknown_days_are_left_out() -> None:
    home = synthetic_home(COOLED)
    energy, temp = home.grid.daily_kwh.copy(), home.temp_c.copy()
    energy[10:40], temp[300:320] = np.nan, np.nan

    found = temperature_response(energy, temp, days=home.grid.days)

    assert found.days == 315
    assert found.cooling is not None


def test_normals_show_the_months_and_claim_no_cause() -> None:
    home = synthetic_home(COOLED)
    temp = normals(home.temp_c, home.grid.days)

    found = temperature_response(
        home.grid.daily_kwh, temp, days=home.grid.days, source=TemperatureSource.NORMALS
    )

    assert found.cooling is not None
    assert found.cooling.kwh_c_day.basis == "basis.temperature-normals"
    assert found.cooling.confidence <= 0.5
    assert [issue.code for issue in found.issues] == ["temperature-normals"]
    assert [item.id for item in temperature_findings(found)] == ["warm-months-more"]


def test_normals_are_less_sure_than_measured_days() -> None:
    home = synthetic_home(COOLED)
    temp = normals(home.temp_c, home.grid.days)

    by_day = temperature_response(home.grid.daily_kwh, home.temp_c, days=home.grid.days).cooling
    by_month = temperature_response(
        home.grid.daily_kwh, temp, days=home.grid.days, source=TemperatureSource.NORMALS
    ).cooling

    assert by_day is not None
    assert by_month is not None
    assert by_day.confidence > by_month.confidence


@pytest.mark.parametrize(
    ("days", "swing", "source", "code"),
    [
        pytest.param(60, 6.0, "measured", "temperature-too-few-days", id="two months of days"),
        pytest.param(200, 6.0, "normals", "temperature-too-few-days", id="seven months of normals"),
        pytest.param(365, 0.0, "measured", "temperature-too-even", id="a place without seasons"),
        pytest.param(365, 0.5, "normals", "temperature-too-even", id="normals that hardly differ"),
    ],
)
def test_too_little_is_refused(days: int, swing: float, source: str, code: str) -> None:
    home = synthetic_home(Habits(temp_swing_c=swing), days=days)
    temp = home.temp_c if source == "measured" else normals(home.temp_c, home.grid.days)
    if swing == 0.0:
        temp = np.full(days, 20.0)

    with pytest.raises(UsageDataError) as raised:
        temperature_response(
            home.grid.daily_kwh, temp, days=home.grid.days, source=TemperatureSource(source)
        )

    assert raised.value.issue.code == code
