"""Homes with sub-meters, as day grids with the power of every labelled use beside them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ahorraluz.core.readings.grid import DayGrid
from ahorraluz.core.usage.facts import EndUseId

Floats = NDArray[np.float64]
Truth = Mapping[str, tuple[tuple[EndUseId, ...], Floats]]
"""End uses and power of each labelled use, shape (d, s). [kW]"""

IDLE_W = 30.0
"""A plug meter that reads less shows its own noise, not its appliance. [W]"""
STANDING_QUANTILE = 0.05
"""Part of a day below which the standing power of a circuit lies."""

WATER, COOK, WASH = EndUseId.WATER_HEATING, EndUseId.COOKING, EndUseId.LAUNDRY
COLD, ON, AIR = EndUseId.REFRIGERATION, EndUseId.ALWAYS_ON, EndUseId.CLIMATE


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MeasuredHome:
    """One home, its truth, and the two parts of its time."""

    name: str
    grid: DayGrid
    truth: Truth
    appliances: tuple[str, ...]
    """What a household would list, without hours; rows of ``data/appliances.csv``."""
    early: slice
    late: slice
    circuits: Mapping[str, Floats]
    """Power of single appliances, for events, shape (d, s). [kW]"""


def load_homes(folder: Path) -> list[MeasuredHome]:
    """Return every home of the folder that has labels."""
    return [ideal(folder), refit(folder), ampds(folder), sceaux(folder)]


def ideal(folder: Path) -> MeasuredHome:
    """Return IDEAL house 65: three months at one minute, with its electric shower."""
    frame, days = minutes(folder / "nilm_ideal_house65_1min.csv.gz")
    shower, machine, dishes = (
        table(frame, name, days) for name in ("shower_w", "washing_machine_w", "dishwasher_w")
    )
    return MeasuredHome(
        name="IDEAL 65, 1 min",
        grid=grid_of(table(frame, "aggregate_w", days, idle_w=0.0), days, 60),
        truth={
            "electric shower": ((WATER,), shower),
            "washing (clothes and dishes)": ((WASH,), machine + dishes),
        },
        appliances=(
            "ducha-electrica",
            "lavadora-calentador",
            "refrigeradora-mediana",
            "tv-generico",
            "router",
        ),
        early=until(days, "2017-07-01"),
        late=since(days, "2018-02-01"),
        circuits={"shower": shower, "washing": np.maximum(machine, dishes)},
    )


def refit(folder: Path) -> MeasuredHome:
    """Return REFIT house 2: sixteen months at one minute."""
    frame, days = minutes(folder / "nilm_refit_house2_1min.csv.gz")
    kettle, dishes, machine, microwave = (
        table(frame, name, days)
        for name in ("kettle_w", "dishwasher_w", "washing_machine_w", "microwave_w")
    )
    return MeasuredHome(
        name="REFIT 2, 1 min",
        grid=grid_of(table(frame, "aggregate_w", days, idle_w=0.0), days, 60),
        truth={
            "kettle and microwave": ((COOK,), kettle + microwave),
            "washing (clothes and dishes)": ((WASH,), machine + dishes),
        },
        appliances=(
            "ducha-electrica",
            "hervidor",
            "microondas",
            "lavadora-calentador",
            "refrigeradora-mediana",
            "tv-generico",
            "router",
        ),
        early=until(days, "2014-06-01"),
        late=since(days, "2014-06-01"),
        circuits={"kettle": kettle, "washing": np.maximum(machine, dishes)},
    )


def ampds(folder: Path) -> MeasuredHome:
    """Return AMPds: two years of hours; the house without the rented flat, which has no labels."""
    frame = pd.read_csv(folder / "ampds_hourly_wh.csv.gz", parse_dates=["timestamp"])
    clock = frame["timestamp"].dt.tz_convert("America/Vancouver").dt.tz_localize(None)
    names = [name for name in frame.columns[3:] if name not in ("RSE", "WHE")]
    days = pd.date_range(clock.min().normalize(), clock.max().normalize())
    power = {
        name: regular(frame[name].to_numpy(float) / 1000, clock, days, 24)
        for name in ["WHE", *names]
    }
    standing = {
        name: np.nanquantile(power[name], STANDING_QUANTILE, axis=1, keepdims=True)
        + np.zeros((1, 24))
        for name in names
        if name not in ("FGE", "HPE")
    }
    moving = {name: power[name] - standing.get(name, 0.0) for name in names}
    return MeasuredHome(
        name="AMPds, 1 h",
        grid=grid_of(power["WHE"], days, 3_600),
        truth={
            "always on": ((ON,), np.sum(list(standing.values()), axis=0)),
            "refrigerator": ((COLD,), power["FGE"]),
            "washing, drying, dishes": ((WASH,), moving["CDE"] + moving["CWE"] + moving["DWE"]),
            "oven": ((COOK,), moving["WOE"]),
            "hot water": ((WATER,), moving["HTE"]),
            "heat pump and fan": ((AIR,), power["HPE"] + moving["FRE"]),
        },
        appliances=(
            "secadora-ropa",
            "lavadora",
            "horno-electrico",
            "aire-24000",
            "refrigeradora-mediana",
            "tv-led-50-65",
            "computadora-escritorio",
            "router",
        ),
        early=until(days, "2013-04-01"),
        late=since(days, "2013-04-01"),
        circuits={},
    )


def sceaux(folder: Path) -> MeasuredHome:
    """Return Sceaux: four years of hours and three sub-meters that hold several things each."""
    frame = pd.read_csv(folder / "sceaux_hourly.csv.gz", parse_dates=["timestamp_local"])
    clock = frame["timestamp_local"]
    days = pd.date_range(clock.min().normalize(), clock.max().normalize())
    kwh, kitchen, laundry, heater = (
        regular(frame[name].to_numpy(float), clock, days, 24)
        for name in ("kwh", "kitchen_kwh", "laundry_kwh", "heater_ac_kwh")
    )
    return MeasuredHome(
        name="Sceaux, 1 h",
        grid=grid_of(kwh, days, 3_600),
        truth={
            "hot water and air conditioner": ((WATER, AIR), heater),
            "kitchen, laundry and refrigerator": ((COOK, WASH, COLD), kitchen + laundry),
        },
        appliances=(
            "terma-electrica",
            "aire-12000",
            "secadora-ropa",
            "lavadora-calentador",
            "horno-electrico",
            "microondas",
            "refrigeradora-mediana",
            "tv-generico",
            "router",
        ),
        early=until(days, "2009-01-01"),
        late=since(days, "2009-01-01"),
        circuits={},
    )


# --- tables to grids -----------------------------------------------------------------------------


def minutes(path: Path) -> tuple[pd.DataFrame, pd.DatetimeIndex]:
    """Return a file of minutes with its filled gaps taken out, and its days."""
    frame = pd.read_csv(path, parse_dates=["timestamp_local"])
    values = [name for name in frame.columns if name.endswith("_w")]
    frame[values] = frame[values].astype(float).where(frame["filled_gap"] == 0, axis=0)
    clock = frame["timestamp_local"]
    return frame, pd.date_range(clock.min().normalize(), clock.max().normalize())


def table(
    frame: pd.DataFrame, name: str, days: pd.DatetimeIndex, *, idle_w: float = IDLE_W
) -> Floats:
    """Return a column of watts by day and minute, what is below ``idle_w`` as zero. [kW]"""
    watts = frame[name].to_numpy(float)
    watts = np.where(watts < idle_w, 0.0, watts)
    return regular(watts / 1000, frame["timestamp_local"], days, 1_440)


def regular(values: Floats, clock: pd.Series, days: pd.DatetimeIndex, slots: int) -> Floats:
    """Return values by day and slot, the mean where the clock repeats, NaN where it skips."""
    place = ((clock - days[0]).dt.total_seconds() // (86_400 // slots)).to_numpy(np.int64)
    known = ~np.isnan(values)
    size = len(days) * slots
    count = np.bincount(place[known], minlength=size)
    total = np.bincount(place[known], weights=values[known], minlength=size)
    mean = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    return np.asarray(mean.reshape(len(days), slots), dtype=np.float64)


def grid_of(power_kw: Floats, days: pd.DatetimeIndex, interval_s: int) -> DayGrid:
    """Return the grid of a table of power."""
    return DayGrid(
        days=days.to_numpy().astype("datetime64[D]"),
        power_kw=power_kw,
        estimated=np.zeros(power_kw.shape, dtype=bool),
        interval_s=interval_s,
    )


def cut(grid: DayGrid, part: slice) -> DayGrid:
    """Return some days of a grid."""
    return DayGrid(
        days=grid.days[part],
        power_kw=grid.power_kw[part],
        estimated=grid.estimated[part],
        interval_s=grid.interval_s,
    )


def until(days: pd.DatetimeIndex, day: str) -> slice:
    """Return the days before one."""
    return slice(0, int(days.searchsorted(pd.Timestamp(day))))


def since(days: pd.DatetimeIndex, day: str) -> slice:
    """Return the days from one on."""
    return slice(int(days.searchsorted(pd.Timestamp(day))), len(days))


def runs(on: NDArray[np.bool_], *, gap: int = 2) -> Sequence[tuple[int, int]]:
    """Return first and last place of every run, runs a short gap apart as one."""
    change = np.diff(on.astype(np.int8), prepend=0, append=0)
    found: list[tuple[int, int]] = []
    for first, end in zip(np.flatnonzero(change == 1), np.flatnonzero(change == -1), strict=True):
        if found and first - found[-1][1] <= gap:
            found[-1] = (found[-1][0], int(end) - 1)
        else:
            found.append((int(first), int(end) - 1))
    return found
