"""A battery behind the meter: hour by hour, with what it loses and what it wears out.

It takes what the panels make above the load, gives it back when the load is above the
panels, and, where hours have prices, fills up in cheap hours for dear ones. Nothing it
gives was not put in before, less its losses.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.renewables.sun import (
    DAYS,
    HOURS,
    MONTH_DAYS,
    Floats,
    SolarError,
)

MODEL_DAYS, WARMING_DAYS = 12, 2
"""Days that stand for a month where many sizes are tried, and those that only fill them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Battery:
    """A battery with its inverter."""

    usable_kwh: float
    """Energy between empty and full as it is used. [kWh]"""
    power_kw: float
    """Most it takes or gives. [kW]"""
    efficiency: float
    """Energy out over energy in. [0 to 1]"""

    def __post_init__(self) -> None:
        """Refuse a battery that cannot be (``battery-impossible``)."""
        for name, value, least, most in (
            ("usable_kwh", self.usable_kwh, 0.0, 1e4),
            ("power_kw", self.power_kw, 0.0, 1e4),
            ("efficiency", self.efficiency, 0.01, 1.0),
        ):
            if not least <= value <= most:
                raise SolarError("battery-impossible", field=name, value=value)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stored:
    """A year of a battery; arrays have the shape of the load. [kWh/h]"""

    charged_sun: Floats
    """From panels into the battery."""
    charged_grid: Floats
    """From the grid into the battery, in cheap hours."""
    discharged: Floats
    """From the battery to the home."""
    bought: Floats
    """From the grid, what fills the battery included."""
    exported: Floats
    """What neither the home nor the battery could take."""
    left_kwh: float
    """In the battery at the end. [kWh]"""
    lost_kwh: float
    """Turned to heat over the time. [kWh]"""


def run_battery(
    battery: Battery,
    *,
    short: Floats,
    surplus: Floats,
    cheap: NDArray[np.bool_] | None = None,
    dear: NDArray[np.bool_] | None = None,
) -> Stored:
    """Return what a battery does between what is too much and what is too little.

    Losses are shared evenly by the way in and the way out. An hour may have both: within
    it the sun and the home did not meet, and what the battery carries over is lossy too.

    Parameters
    ----------
    battery
        It begins empty.
    short, surplus
        What the home needs beyond the sun it uses at once, and what is left of the sun, in
        each hour, same shape. [kWh/h]
    cheap, dear
        Hours in which it fills from the grid, and the only ones in which it then gives;
        ``None``: it serves the sun alone, whenever the home needs it.

    Raises
    ------
    SolarError
        ``load-impossible``: shapes that differ.
    """
    if short.shape != surplus.shape:
        raise SolarError("load-impossible", field="surplus", value=len(surplus))
    way = math.sqrt(battery.efficiency)
    fills = np.zeros(len(short), bool).tolist() if cheap is None else cheap.tolist()
    gives = np.ones(len(short), bool).tolist() if dear is None else dear.tolist()
    held, size, power = 0.0, battery.usable_kwh, battery.power_kw
    sun_in, grid_in, out = [], [], []
    hours = zip(surplus.tolist(), short.tolist(), fills, gives, strict=True)
    for extra, need, fill, give in hours:
        room = (size - held) / way
        from_sun = min(extra, power, room)
        from_grid = min(power - from_sun, room - from_sun) if fill else 0.0
        held += (from_sun + from_grid) * way
        given = min(need, power, held * way) if give and not fill else 0.0
        held = max(held - given / way, 0.0)
        sun_in.append(from_sun)
        grid_in.append(from_grid)
        out.append(given)
    charged_sun, charged_grid, discharged = map(np.array, (sun_in, grid_in, out))
    put_in = float(charged_sun.sum() + charged_grid.sum())
    return Stored(
        charged_sun=charged_sun,
        charged_grid=charged_grid,
        discharged=discharged,
        bought=short - discharged + charged_grid,
        exported=surplus - charged_sun,
        left_kwh=held,
        lost_kwh=put_in - float(discharged.sum()) - held,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Panels with a battery."""

    kwp: float
    battery: Battery


def given_by_pairs(
    pairs: Sequence[Pair], *, load: Floats, yield_kwp: Floats, meets: float
) -> Floats:
    """Return what the battery of each pair gives the home by month, shape (n, 12). [kWh/month]

    The sum of :func:`run_battery` within some hundredths, for many sizes at once: a month is
    stood for by days spread over it, bright and dark as they come.

    Parameters
    ----------
    pairs
        Sizes; all batteries lose alike.
    load
        Of the home, shape (8760,). [kWh/h]
    yield_kwp
        Of one kilowatt-peak, shape (8760,). [kWh/h]
    meets
        Part of the overlap of sun and load that really meets. [0 to 1]
    """
    if not pairs:
        return np.zeros((0, len(MONTH_DAYS)))
    kwp = np.array([pair.kwp for pair in pairs])[:, None]
    size = np.array([pair.battery.usable_kwh for pair in pairs])[:, None]
    power = np.array([pair.battery.power_kw for pair in pairs])[:, None]
    way = math.sqrt(pairs[0].battery.efficiency)
    sun, need = _model_days(yield_kwp), _model_days(load)
    made = sun[:, None, :] * kwp
    direct = np.minimum(made, need[:, None, :]) * meets
    fills = np.minimum(made - direct, power) * way
    wants = np.minimum(need[:, None, :] - direct, power) / way
    held, given = np.zeros(made.shape[1:]), np.zeros(made.shape[1:])
    warm = WARMING_DAYS * HOURS
    out = np.empty_like(held)
    for hour, (fill, want) in enumerate(zip(fills, wants, strict=True)):
        held += fill
        np.minimum(held, size, out=held)
        np.minimum(want, held, out=out)
        held -= out
        if hour >= warm:
            given += out
    days = np.array(MONTH_DAYS) / (MODEL_DAYS - WARMING_DAYS)
    whole: Floats = given * way * days
    return whole


def _model_days(hourly: Floats) -> Floats:
    """Return the hours of the days that stand for each month, shape (hours, 12).

    Those that count have together the mean of their month.
    """
    days = hourly.reshape(DAYS, HOURS)
    chosen = []
    for own, some in _DAYS_OF_MODEL:
        hours = days[some]
        counted = hours[WARMING_DAYS:].mean()
        chosen.append(hours.ravel() * (days[own].mean() / counted if counted > 0 else 1.0))
    return np.array(chosen).T


def _days_of_model() -> tuple[tuple[slice, NDArray[np.int64]], ...]:
    """Return the days of each month, and those that stand for it."""
    found = []
    first = 0
    for count in MONTH_DAYS:
        spread = np.linspace(0, count - 1, MODEL_DAYS).round().astype(np.int64)
        found.append((slice(first, first + count), first + spread))
        first += count
    return tuple(found)


_DAYS_OF_MODEL = _days_of_model()
