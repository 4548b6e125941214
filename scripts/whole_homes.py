"""Measured homes of several public sets as day grids, and what is known of their base load."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ahorraluz.core.readings.grid import DayGrid, day_grid
from ahorraluz.core.readings.schema import Quality, make_readings

Floats = NDArray[np.float64]

LEAST_DAYS = 180
FRIDGE_W = 250.0
"""What a refrigerator adds at most; more in a minute is another use. [W]"""
HOUR_FILES = (
    ("LCL", "lcl2013_halfhourly.csv.gz", "Europe/London", 1800, "kwh"),
    ("LCL long", "lcl_long_halfhourly.csv.gz", "Europe/London", 1800, "kwh"),
    ("SGSC", "sgsc_halfhourly.csv.gz", "Australia/Sydney", 1800, "kwh"),
    ("Fontana", "fontana_hourly.csv.gz", "America/Los_Angeles", 3600, "load_kwh"),
    ("HUE", "hue_house1_hourly.csv.gz", "America/Vancouver", 3600, "kwh"),
    ("Portugal", "portugal_home_15min.csv.gz", "Europe/Lisbon", 900, "kwh"),
    ("Sceaux", "sceaux_hourly.csv.gz", "UTC", 3600, "kwh"),
)
MINUTE_FILES = (
    ("REFIT", "nilm_refit_house2_1min.csv.gz"),
    ("IDEAL", "nilm_ideal_house65_1min.csv.gz"),
)
AMPDS, AMPDS_ZONE = "ampds_hourly_wh.csv.gz", "America/Vancouver"
AMPDS_WHOLE, AMPDS_HOUSE, AMPDS_SUITE, AMPDS_FRIDGE = "M_E", "WHE", "RSE", "FGE"


def grid_of(stamp: pd.Series, kwh: Floats, *, zone: str, interval_s: int) -> DayGrid:
    """Return a series with its holes as a grid."""
    index = pd.DatetimeIndex(pd.to_datetime(stamp, utc=True)).as_unit("s").asi8
    order = np.argsort(index, kind="stable")
    place = (index[order] - index[order[0]]) // interval_s
    energy = np.full(int(place[-1]) + 1, np.nan)
    energy[place] = kwh[order]
    starts = index[order[0]] + np.arange(len(energy)) * interval_s
    quality = np.where(np.isnan(energy), Quality.MISSING, Quality.MEASURED).astype(np.int8)
    return day_grid(make_readings(starts, energy, quality, interval_s=interval_s, zone=zone))


def hourly_homes(data: Path) -> dict[str, DayGrid]:
    """Return every home with at least half a year of hours, by data set and name."""
    homes: dict[str, DayGrid] = {}
    for name, file, zone, interval_s, column in HOUR_FILES:
        frame = pd.read_csv(data / file)
        stamp = "timestamp" if "timestamp" in frame else "timestamp_local"
        for home, rows in frame.groupby("household_id"):
            kwh = rows[column].to_numpy(dtype=np.float64)
            grid = grid_of(rows[stamp], kwh, zone=zone, interval_s=interval_s).hourly()
            homes[f"{name}:{home}"] = grid
    frame = pd.read_csv(data / AMPDS)
    homes["AMPds:1"] = ampds(frame, AMPDS_WHOLE)
    homes["REFIT:2"] = minute_home(data / MINUTE_FILES[0][1]).hourly()
    return {
        name: grid
        for name, grid in homes.items()
        # One London home reads zero nearly all the time: nobody lives there.
        if len(grid.days) >= LEAST_DAYS and float(np.nanmean(grid.power_kw)) > 0.02
    }


def ampds(frame: pd.DataFrame, meter: str) -> DayGrid:
    """Return one meter of AMPds."""
    kwh = frame[meter].to_numpy(dtype=np.float64) / 1000.0
    return grid_of(frame["timestamp"], kwh, zone=AMPDS_ZONE, interval_s=3600)


def minute_home(path: Path) -> DayGrid:
    """Return a home by the minute, filled gaps left out."""
    frame = pd.read_csv(path)
    watts = frame["aggregate_w"].to_numpy(dtype=np.float64)
    kwh = np.where(frame["filled_gap"].to_numpy() == 1, np.nan, watts / 60_000.0)
    return grid_of(frame["timestamp_local"], kwh, zone="UTC", interval_s=60)


def with_power(grid: DayGrid, power_kw: Floats) -> DayGrid:
    """Return the grid with another power."""
    return DayGrid(
        days=grid.days,
        power_kw=power_kw,
        estimated=grid.estimated[: len(power_kw)],
        interval_s=grid.interval_s,
    )


def months_of(grid: DayGrid) -> Iterator[tuple[str, DayGrid]]:
    """Yield the months of a grid with at least ten days that are known."""
    month = grid.days.astype("datetime64[M]")
    for each in np.unique(month):
        inside = month == each
        part = DayGrid(
            days=grid.days[inside],
            power_kw=grid.power_kw[inside],
            estimated=grid.estimated[inside],
            interval_s=grid.interval_s,
        )
        if int(np.sum(part.known > 0.9)) >= 10:
            yield str(each), part


def minute_truth(grid: DayGrid) -> float:
    """Return the mean minute from one to five at night in which no more than a fridge runs. [W]"""
    night = grid.power_kw[:, 60:300] * 1000.0
    night = night[~np.isnan(night)]
    return float(night[night < np.quantile(night, 0.05) + FRIDGE_W].mean())


def ampds_truth(frame: pd.DataFrame) -> dict[str, float]:
    """Return by month what each branch takes at least nine hours in ten, the fridge's mean. [W]"""
    branches = [name for name in frame.columns[2:] if name not in (AMPDS_WHOLE, AMPDS_HOUSE)]
    rest = frame[AMPDS_HOUSE] - frame[[b for b in branches if b != AMPDS_SUITE]].sum(axis=1)
    table = frame.assign(rest=rest)
    truth: dict[str, float] = {}
    for name in [*branches, "rest"]:
        for month, part in months_of(ampds(table, name)):
            watts = part.power_kw[~np.isnan(part.power_kw)] * 1000.0
            always = watts.mean() if name == AMPDS_FRIDGE else np.quantile(watts, 0.1)
            truth[month] = truth.get(month, 0.0) + float(always)
    return truth
