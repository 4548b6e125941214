"""The answers of a home see what its devices measure: energy, use, and what comes next."""

from pathlib import Path

import numpy as np
import pytest
from tests.live_homes import NOW, NOW_MS, add_channel, add_device, add_home, readings_of

from ahorraluz.core.live.readings import Quantity
from ahorraluz.services.find_readings import find_readings
from ahorraluz.services.predict_usage import Moment, predict_month
from ahorraluz.services.receive_readings import readings_of as home_readings
from ahorraluz.services.toolbox import Toolbox, open_toolbox
from ahorraluz.services.understand_usage import About, understand_usage
from ahorraluz.settings import Settings

DAYS = 30
MINUTES = DAYS * 1_440


@pytest.fixture
def tools(tmp_path: Path) -> Toolbox:
    """Return a toolbox whose store has a home with thirty days of a device's minutes."""
    tools = open_toolbox(Settings(data_dir=tmp_path))
    add_home(tools.store, "casa")
    device = add_device(tools.store, "casa", as_of=NOW)
    power = add_channel(tools.store, device, Quantity.POWER, as_of=NOW)
    start_ms = NOW_MS - MINUTES * 60_000
    # 200 W by night and 500 W by day.
    points = [
        (start_ms + n * 60_000, 500_000 if (n // 60) % 24 < 12 else 200_000)
        for n in range(MINUTES + 1)
    ]
    tools.store.live.append(readings_of(power.id, points), as_of=NOW)
    tools.store.live.close_up_to(NOW)
    return tools


def test_the_clean_series_of_a_home_is_what_its_device_measured(tools: Toolbox) -> None:
    _, cleaned = home_readings("casa", tools=tools)

    readings = cleaned.readings
    assert readings.interval_s == 900
    assert len(readings.energy_kwh) == DAYS * 96
    assert float(np.nansum(readings.energy_kwh)) == pytest.approx(DAYS * 12 * 0.7)


def test_use_and_what_comes_next_are_told_of_a_home_with_a_device_only(tools: Toolbox) -> None:
    today = NOW.date()
    found = find_readings("casa", tools=tools)

    usage = understand_usage(found, about=About(), tools=tools, as_of=today)
    month = predict_month(
        found.cleaned.readings, moment=Moment(today=today), connection=None, tools=tools
    )

    # 8.4 kWh on each of the twenty-six days of November that are over.
    assert np.nanmedian(usage.profile.daily_kwh) == pytest.approx(8.4)
    assert month.used_kwh == pytest.approx(26 * 8.4)
