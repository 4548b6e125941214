"""What the notebooks look at: made-up homes, or those of a file of one's own."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from ahorraluz.core.forecast.forecaster import HOURS_DAY
from ahorraluz.core.forecast.panel import HomeHours
from ahorraluz.services.fleet_demo.writing import BILLS, HOURS, START, FleetWish, write_fleet
from ahorraluz.services.panel_homes import read_homes

SEED = 8
"""Of the homes that the notebooks show."""
HOURLY, MONTHLY = 128, 4000
"""Made-up homes with hours, and with recibos."""
LIMA = "America/Lima"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Study:
    """Homes to look at."""

    name: str
    made_up: bool
    hours: tuple[HomeHours, ...]
    """Homes hour by hour."""
    months: pd.DataFrame
    """Energy of each home between two readings: ``household_id``, ``start`` and ``end`` (local
    days), ``kwh``. [kWh]"""
    homes: pd.DataFrame
    """What is known of homes, index ``household_id``; of a file its column ``cohort`` alone."""

    @property
    def cohorts(self) -> Mapping[str, str]:
        """Group of each home of which one is known."""
        return {str(home): str(cohort) for home, cohort in self.homes["cohort"].items()}


def made_up_study(*, hourly: int = HOURLY, monthly: int = MONTHLY, seed: int = SEED) -> Study:
    """Return made-up homes with a year of readings, the same from the same seed.

    Parameters
    ----------
    hourly
        Homes with an hourly year; they are the first of the others.
    monthly
        Homes with twelve recibos.
    seed
        Of all that is made up.
    """
    with TemporaryDirectory(prefix="ahorraluz-") as name:
        folder = Path(name)
        write_fleet(FleetWish(homes=hourly, kind=HOURS, seed=seed), folder / HOURS)
        write_fleet(FleetWish(homes=monthly, kind=BILLS, seed=seed), folder / BILLS)
        packed = pq.read_table(folder / HOURS / "readings")
        months = pq.read_table(folder / BILLS / "readings").to_pandas()
        homes = pq.read_table(folder / BILLS / "homes.parquet").to_pandas()
    kwh = packed["kwh"].combine_chunks().values.to_numpy().reshape(packed.num_rows, -1, HOURS_DAY)
    days = np.datetime64(START, "D") + np.arange(kwh.shape[1])
    return Study(
        name=f"made-up homes, seed {seed}",
        made_up=True,
        hours=tuple(
            HomeHours(id=home, days=days, kwh=hours.astype(np.float64))
            for home, hours in zip(packed["household_id"].to_pylist(), kwh, strict=True)
        ),
        months=months,
        homes=homes.set_index("household_id"),
    )


def open_study(path: Path | None, *, as_of: date, zone: str = LIMA) -> Study:
    """Return the homes of a file, made-up ones without any.

    Parameters
    ----------
    path
        Tidy readings of :func:`~ahorraluz.services.panel_homes.read_homes`.
    as_of
        Last local day that can have been measured.
    zone
        IANA zone of local days.

    Raises
    ------
    AhorraLuzError
        What ``read_homes`` raises.
    """
    if path is None:
        return made_up_study()
    found = read_homes(path, zone=zone, as_of=as_of)
    cohorts = [found.cohorts.get(home.id, "all") for home in found.homes]
    index = pd.Index([home.id for home in found.homes], name="household_id")
    return Study(
        name=found.name,
        made_up=False,
        hours=found.homes,
        months=pd.concat([_months(home) for home in found.homes], ignore_index=True),
        homes=pd.DataFrame({"cohort": cohorts}, index=index),
    )


def _months(home: HomeHours) -> pd.DataFrame:
    """Return the calendar months of a home that are known in whole."""
    month = home.days.astype("datetime64[M]")
    found, place = np.unique(month, return_inverse=True)
    kwh = np.full(len(found), 0.0)
    np.add.at(kwh, place, home.kwh.sum(axis=1))
    first = found.astype("datetime64[D]")
    after = (found + 1).astype("datetime64[D]")
    whole = (np.bincount(place) == (after - first).astype(np.int64)) & ~np.isnan(kwh)
    return pd.DataFrame(
        {
            "household_id": home.id,
            "start": first[whole].astype(object),
            "end": after[whole].astype(object),
            "kwh": kwh[whole],
        }
    )
