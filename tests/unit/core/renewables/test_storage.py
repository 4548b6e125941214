"""Batteries: no energy is made, and none is lost but to heat."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ahorraluz.core.renewables.storage import Battery, run_battery
from ahorraluz.core.renewables.sun import SolarError

HOURS = 48
POWERS = st.lists(st.floats(0, 5), min_size=HOURS, max_size=HOURS)


@given(
    needed=POWERS,
    left=POWERS,
    size=st.floats(0, 10),
    power=st.floats(0, 5),
    efficiency=st.floats(0.5, 1),
)
def test_every_kwh_is_somewhere(
    needed: list[float], left: list[float], size: float, power: float, efficiency: float
) -> None:
    short, surplus = np.array(needed), np.array(left)
    battery = Battery(usable_kwh=size, power_kw=power, efficiency=efficiency)

    found = run_battery(battery, short=short, surplus=surplus)

    put_in = found.charged_sun + found.charged_grid
    assert found.bought + found.discharged == pytest.approx(short + found.charged_grid)
    assert found.exported + found.charged_sun == pytest.approx(surplus)
    assert put_in.sum() == pytest.approx(
        found.discharged.sum() + found.left_kwh + found.lost_kwh, abs=1e-9
    )
    assert found.discharged.sum() <= put_in.sum() * efficiency + 1e-9
    assert found.lost_kwh >= -1e-9
    assert 0 <= found.left_kwh <= size + 1e-9
    assert (found.bought >= -1e-9).all()
    assert (found.exported >= -1e-9).all()
    assert max(put_in.max(), found.discharged.max()) <= power + 1e-9


def test_cheap_hours_fill_it_for_dear_ones() -> None:
    load = np.ones(24)
    cheap, dear = np.zeros(24, bool), np.zeros(24, bool)
    cheap[0:4], dear[18:23] = True, True
    battery = Battery(usable_kwh=3, power_kw=2, efficiency=1.0)

    found = run_battery(battery, short=load, surplus=np.zeros(24), cheap=cheap, dear=dear)

    assert found.charged_grid[cheap].sum() == pytest.approx(3)
    assert found.discharged[dear].sum() == pytest.approx(3)
    assert found.bought.sum() == pytest.approx(24)


@pytest.mark.parametrize("efficiency", [0.0, 1.2, float("nan")])
def test_a_battery_that_cannot_be_is_refused(efficiency: float) -> None:
    with pytest.raises(SolarError) as refused:
        Battery(usable_kwh=1, power_kw=1, efficiency=efficiency)

    assert refused.value.issue.code == "battery-impossible"
