"""Homes to learn from: meter files of a folder as one panel, each home on its own clock.

Homes of one place share their calendar cuts, so that no model sees the weather of the days
on which it is judged through the home next door. A quarter of the homes, chosen by a hash of
their id, is never learnt from.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from ahorraluz.core.forecast.forecaster import FACTS, HOURS_DAY, Days, Floats
from ahorraluz.core.forecast.panel import HomeHours
from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.core.readings.grid import HOUR_S, local_seconds
from ahorraluz.core.readings.schema import DAY_S

HOME_ZONE, HOME_COUNTRY = "America/Lima", "PE"
"""Where a file stands that is none of the known sets."""
HELD_OUT = 4
"""One home in so many is kept from training."""
LEARN_SHARE, CHECK_SHARE = 0.7, 0.8
"""Ends of the part to learn from and of the part to check with, of all days of a place."""
CHECK_DAYS = 30
"""Length of the part to check with where a place has a day of its own for judging. [day]"""
KNOWN_HOUR = 0.75
"""Part of an hour that must be measured for it to be known, as in ``DayGrid.hourly``."""
EMPTY_KWH = 0.01
"""Mean hour of a home that nobody lives in: a refrigerator takes several times as much. [kWh]"""
NO_FACTS = np.full(len(FACTS), np.nan)
LEAST_DAYS = 36
"""A home of fewer days gives no window: 28 before, 7 after, and one to move. [day]"""


class TrainingDataError(AhorraLuzError):
    """A folder that nothing can be learnt from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterSet:
    """How a known public set is to be read."""

    file: str
    place: str
    zone: str
    country: str
    """For the holidays, ``GB`` or ``AU-NSW``."""
    column: str = "kwh"
    unit_kwh: float = 1.0
    """What one unit of the column is worth. [kWh]"""
    households: str | None = None
    """File of what is known of the homes: their ``tariff``, ``ToU`` where hours have prices."""
    weather: str | None = None
    """File of hourly or half-hourly temperatures there."""
    judged_from: str | None = None
    """First day that is never learnt from, where not the last fifth of the days."""


METER_SETS = (
    MeterSet(
        file="lcl2013_halfhourly.csv.gz",
        place="london",
        zone="Europe/London",
        country="GB",
        households="lcl2013_households.csv",
        weather="uk_temperature_halfhourly.csv.gz",
        judged_from="2013-10-01",
    ),
    MeterSet(
        file="lcl_long_halfhourly.csv.gz",
        place="london",
        zone="Europe/London",
        country="GB",
        households="lcl_long_households.csv",
        weather="uk_temperature_halfhourly.csv.gz",
        judged_from="2013-10-01",
    ),
    MeterSet(
        file="sgsc_halfhourly.csv.gz",
        place="new-south-wales",
        zone="Australia/Sydney",
        country="AU-NSW",
    ),
    MeterSet(
        file="fontana_hourly.csv.gz",
        place="fontana",
        zone="America/Los_Angeles",
        country="US-CA",
        column="load_kwh",
        weather="fontana_weather_hourly.csv.gz",
    ),
    MeterSet(
        file="hue_house1_hourly.csv.gz",
        place="british-columbia",
        zone="America/Vancouver",
        country="CA-BC",
    ),
    MeterSet(
        file="ampds_hourly_wh.csv.gz",
        place="british-columbia",
        zone="America/Vancouver",
        country="CA-BC",
        column="M_E",
        unit_kwh=0.001,
    ),
    MeterSet(file="sceaux_hourly.csv.gz", place="sceaux", zone="Europe/Paris", country="FR"),
    MeterSet(
        file="portugal_home_15min.csv.gz", place="portugal", zone="Europe/Lisbon", country="PT"
    ),
)
"""Public sets by the names that their published files have here; any other tidy file of the
folder (timestamp, household_id, kwh) is taken for Peruvian homes."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrainingHome:
    """One home to learn from, or to judge with."""

    hours: HomeHours
    place: str
    country: str
    held_out: bool
    facts: Floats
    """What is known of it, columns ``FACTS``, NaN where not known, shape (3,)."""
    temp_c: Floats
    """Mean temperature of each of its days, NaN where not known, shape (d,). [°C]"""
    learn_until: np.datetime64
    """First day that is not learnt from."""
    judge_from: np.datetime64
    """First day of the part to judge with; between both lies the part to check with."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Panel:
    """All homes of a folder."""

    homes: tuple[TrainingHome, ...]
    hashes: Mapping[str, str]
    """SHA-256 of each file that was read, by name."""

    def learnt(self) -> list[TrainingHome]:
        """Return the homes that a model learns from: those that are lived in."""
        return [
            home
            for home in self.homes
            if not home.held_out and np.nanmean(home.hours.kwh) > EMPTY_KWH
        ]

    def unseen(self) -> list[TrainingHome]:
        """Return the homes that no model learns from."""
        return [home for home in self.homes if home.held_out]


def read_panel(folder: Path) -> Panel:
    """Return the homes of every meter file of a folder.

    Parameters
    ----------
    folder
        Files of ``METER_SETS`` and tidy files (``timestamp`` in UTC, ``household_id``,
        ``kwh``; comma separated, ``.csv`` or ``.csv.gz``); others are passed over. Or what
        ``ahorraluz features`` has written.

    Raises
    ------
    TrainingDataError
        ``train-no-data``: no home of 36 days or more in any file.
    FeaturesError
        ``features-unreadable``, ``features-differ``.
    """
    # Here, not above: what reads them makes the homes of this module.
    from ahorraluz.learning.panel_files import holds_features, read_features

    if holds_features(folder):
        return read_features(folder)
    by_file = {known.file: known for known in METER_SETS}
    hashes: dict[str, str] = {}
    homes: list[tuple[MeterSet, HomeHours]] = []
    for path in sorted([*folder.glob("*.csv"), *folder.glob("*.csv.gz")]):
        known = by_file.get(path.name) or _tidy_set(path)
        if known is None:
            continue
        hashes[path.name] = sha256_of(path)
        homes += [(known, home) for home in _homes_of(path, known)]
    if not homes:
        raise TrainingDataError("train-no-data", folder=folder.name, days=LEAST_DAYS)
    weather = {
        name: _daily_temperatures(folder / name, zone=known.zone)
        for known, _ in homes
        if (name := known.weather) is not None and (folder / name).exists()
    }
    for name in weather:
        hashes[name] = sha256_of(folder / name)
    stated = {
        name: _households(folder / name)
        for known, _ in homes
        if (name := known.households) is not None and (folder / name).exists()
    }
    for name in stated:
        hashes[name] = sha256_of(folder / name)
    cuts = _cuts(homes)
    panel = tuple(
        TrainingHome(
            hours=home,
            place=known.place,
            country=known.country,
            held_out=is_held_out(home.id),
            facts=stated.get(known.households or "", {}).get(home.id, NO_FACTS),
            temp_c=_temperatures(home.days, weather.get(known.weather or "")),
            learn_until=cuts[known.place][0],
            judge_from=cuts[known.place][1],
        )
        for known, home in homes
    )
    return Panel(homes=panel, hashes=hashes)


def is_held_out(home: str) -> bool:
    """Tell whether a home is kept from training, by a hash of its id."""
    return hashlib.sha256(home.encode("utf-8")).digest()[0] % HELD_OUT == 0


def hours_of(home: str, starts_s: np.ndarray, kwh: Floats, *, zone: str, step_s: int) -> HomeHours:
    """Return intervals of any length up to an hour as hours of local days.

    Parameters
    ----------
    home
        Its id.
    starts_s
        Beginning of each interval, UTC; ``zone`` empty: by the local clock. [s]
    kwh
        Energy of each interval, NaN where unknown. [kWh]
    zone
        Zone of the home, or empty.
    step_s
        Length of an interval. [s]
    """
    known = np.isfinite(kwh)
    starts_s, kwh = starts_s[known], kwh[known]
    local = local_seconds(starts_s, zone=zone) if zone else starts_s
    hour = np.floor_divide(local, HOUR_S)
    first, last = int(hour.min()) // HOURS_DAY, int(hour.max()) // HOURS_DAY
    place = hour - first * HOURS_DAY
    size = (last - first + 1) * HOURS_DAY
    count = np.bincount(place, minlength=size)
    total = np.bincount(place, weights=kwh, minlength=size)
    whole = HOUR_S / step_s
    # The mean of what is known, times the intervals of an hour: the hour that a clock change
    # repeats is then the mean of both, and one missing reading does not make an hour small.
    energy = np.where(count >= KNOWN_HOUR * whole, total / np.maximum(count, 1) * whole, np.nan)
    return HomeHours(
        id=home,
        days=np.arange(first, last + 1).astype("datetime64[D]"),
        kwh=energy.reshape(-1, HOURS_DAY),
    )


def regular_home(home: str, starts_s: np.ndarray, kwh: Floats, *, zone: str) -> HomeHours | None:
    """Return readings as hours of local days; ``None``: too few, or further apart than an hour.

    Parameters
    ----------
    home, starts_s, kwh, zone
        As of :func:`hours_of`; stamps rise and none is there twice.
    """
    if len(starts_s) < LEAST_DAYS * HOURS_DAY:
        return None
    step = int(np.median(np.diff(starts_s)))
    return hours_of(home, starts_s, kwh, zone=zone, step_s=step) if step <= HOUR_S else None


def cuts_of(
    homes: Sequence[HomeHours], *, judged_from: str | None = None
) -> tuple[np.datetime64, np.datetime64]:
    """Return where learning ends and where judging begins at one place.

    Parameters
    ----------
    homes
        All homes of it, at least one.
    judged_from
        First day that is never learnt from; ``None``: the last fifth of the days.
    """
    if judged_from is not None:
        judge = np.datetime64(judged_from, "D")
        return judge - CHECK_DAYS, judge
    days = np.sort(np.concatenate([home.days for home in homes]))
    learn, check = (days[int(share * (len(days) - 1))] for share in (LEARN_SHARE, CHECK_SHARE))
    return learn, check


def _tidy_set(path: Path) -> MeterSet | None:
    columns = set(pd.read_csv(path, nrows=0).columns)
    if not {"timestamp", "household_id", "kwh"} <= columns:
        return None
    return MeterSet(file=path.name, place="home", zone=HOME_ZONE, country=HOME_COUNTRY)


def _homes_of(path: Path, known: MeterSet) -> Iterable[HomeHours]:
    table = pd.read_csv(path, dtype={"household_id": str})
    is_local = "timestamp_local" in table.columns
    stamps = pd.to_datetime(table["timestamp_local" if is_local else "timestamp"], utc=True)
    table["second"] = stamps.dt.as_unit("s").astype(np.int64)
    zone = "" if is_local else known.zone
    for home, rows in table.groupby("household_id", sort=True):
        rows = rows.drop_duplicates("second").sort_values("second")
        starts = rows["second"].to_numpy(np.int64)
        kwh = rows[known.column].to_numpy(np.float64) * known.unit_kwh
        found = regular_home(str(home), starts, kwh, zone=zone)
        if found is not None:
            yield found


def _cuts(
    homes: Sequence[tuple[MeterSet, HomeHours]],
) -> dict[str, tuple[np.datetime64, np.datetime64]]:
    """Return, for each place, where learning ends and where judging begins."""
    cuts: dict[str, tuple[np.datetime64, np.datetime64]] = {}
    for place in {known.place for known, _ in homes}:
        own = [k.judged_from for k, _ in homes if k.place == place and k.judged_from is not None]
        here = [home for known, home in homes if known.place == place]
        cuts[place] = cuts_of(here, judged_from=own[0] if own else None)
    return cuts


def _households(path: Path) -> dict[str, Floats]:
    """Return the facts of each home of a file, by its id."""
    table = pd.read_csv(path, dtype=str)
    hourly = np.where(table["tariff"].isna(), np.nan, table["tariff"] == "ToU")
    facts = np.tile(NO_FACTS, (len(table), 1))
    facts[:, FACTS.index("hourly_tariff")] = hourly
    return dict(zip(table["household_id"], facts, strict=True))


def _daily_temperatures(path: Path, *, zone: str) -> pd.Series:
    """Return the mean temperature of each local day. [°C]"""
    table = pd.read_csv(path)
    seconds = pd.to_datetime(table["timestamp"], utc=True).dt.as_unit("s").astype(np.int64)
    day = local_seconds(np.asarray(seconds, dtype=np.int64), zone=zone) // DAY_S
    return table["temp_c"].groupby(day).mean()


def _temperatures(days: Days, weather: pd.Series | None) -> Floats:
    if weather is None:
        return np.full(len(days), np.nan)
    return weather.reindex(days.astype(np.int64)).to_numpy(np.float64)


def sha256_of(path: Path) -> str:
    """Return the hash of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
