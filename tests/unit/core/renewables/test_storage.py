"""Batteries: no energy is made, and none is lost but to heat."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ahorraluz.catalog.assumptions import load_solar_assumptions
from ahorraluz.catalog.solar import load_solar, load_use_hours
from ahorraluz.core.renewables.arrays import hourly_yield, usual_mount
from ahorraluz.core.renewables.load import load_of_uses
from ahorraluz.core.renewables.storage import Battery, Pair, given_by_pairs, run_battery
from ahorraluz.core.renewables.sun import Floats, SolarError, months_of

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


MEETS = 0.84


def of_size(kwh: float) -> Battery:
    return Battery(usable_kwh=kwh, power_kw=kwh / 2, efficiency=0.88)


def place(city: str, kwh: float) -> tuple[Floats, Floats]:
    """Return the yield of a kWp and the hours of an invented home."""
    sun, assumed = load_solar(city), load_solar_assumptions()
    uses = {"lighting": [0.3 * kwh] * 12, "other": [0.7 * kwh] * 12}
    return (
        hourly_yield(sun, usual_mount(sun, assumptions=assumed), assumptions=assumed),
        load_of_uses(uses, load_use_hours()).kwh,
    )


@pytest.mark.parametrize("city", ["lima", "arequipa", "iquitos"])
@pytest.mark.parametrize("kwh", [60.0, 180.0])
def test_many_sizes_at_once_give_what_each_gives_hour_by_hour(city: str, kwh: float) -> None:
    made, load = place(city, kwh)
    sizes = [(kwp, size) for kwp in (0.75, 1.5, 3.0) for size in (2.0, 4.5, 9.0)]

    given_ = given_by_pairs(
        [Pair(kwp=kwp, battery=of_size(size)) for kwp, size in sizes],
        load=load,
        yield_kwp=made,
        meets=MEETS,
    )

    for (kwp, size), months in zip(sizes, given_, strict=True):
        direct = np.minimum(made * kwp, load) * MEETS
        exact = run_battery(of_size(size), short=load - direct, surplus=made * kwp - direct)
        assert months.sum() == pytest.approx(exact.discharged.sum(), rel=0.1)
        surplus = months_of(made * kwp - direct).sum()
        assert months.sum() <= min(surplus * 0.88, load.sum()) * 1.05


def test_a_larger_battery_never_gives_less() -> None:
    made, load = place("arequipa", 150.0)
    pairs = [Pair(kwp=2.0, battery=of_size(size)) for size in (0.0, 1.0, 2.0, 4.0, 8.0)]

    given_ = given_by_pairs(pairs, load=load, yield_kwp=made, meets=MEETS)

    assert (np.diff(given_, axis=0) >= -1e-9).all()
    assert given_[0] == pytest.approx(0)


def test_no_sizes_give_nothing() -> None:
    made, load = place("arequipa", 150.0)

    assert given_by_pairs([], load=load, yield_kwp=made, meets=MEETS).shape == (0, 12)
