"""A battery behind the meter: hour by hour, with what it loses and what it wears out.

It takes what the panels make above the load, gives it back when the load is above the
panels, and, where hours have prices, fills up in cheap hours for dear ones. Nothing it
gives was not put in before, less its losses.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.renewables.sun import Floats, SolarError


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
