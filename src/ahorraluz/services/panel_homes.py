"""A table of many homes as homes hour by hour, with what was left aside."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.forecast.daily import HomeDays, days_of_hours, days_of_series, is_daily
from ahorraluz.core.forecast.forecaster import Floats, ForecastError
from ahorraluz.core.forecast.hourly import Ints, hours_of_series
from ahorraluz.core.forecast.panel import HomeHours
from ahorraluz.core.issues import InvalidInputError, Issue, Severity
from ahorraluz.ingest.cohorts import read_cohorts
from ahorraluz.ingest.panels import Panel, read_panel

UTC_ZONE = "UTC"
Home = TypeVar("Home", HomeHours, HomeDays)

Progress = Callable[[str, int, int], None]
"""What is told of the work: the step, how much of it is done, how much there is."""


NAMED = 3
"""Ids that an issue names, of those that were not found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelHomes:
    """Homes of a file, ready to be cut into windows."""

    name: str
    zone: str
    homes: tuple[HomeHours, ...]
    issues: tuple[Issue, ...]
    cohorts: Mapping[str, str] = field(default_factory=dict)
    """Group of each home by its id, empty where the file has no such column."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelDays:
    """Homes of a file day by day."""

    name: str
    zone: str
    homes: tuple[HomeDays, ...]
    daily: int
    """Homes of which the file holds one reading a day; the others come from finer ones."""
    issues: tuple[Issue, ...]
    cohorts: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohorts:
    """Which group each of some homes belongs to."""

    names: tuple[str, ...]
    """Groups in order; empty: nobody told."""
    place: NDArray[np.int64]
    """Place of each home's group, −1 without one, shape (homes,)."""
    issues: tuple[Issue, ...] = ()


def silent(_: str, __: int, ___: int) -> None:
    """Tell nobody."""


def read_homes(
    path: Path, *, zone: str | None, as_of: date, progress: Progress = silent
) -> PanelHomes:
    """Return the homes of a tidy table, hour by hour.

    Parameters
    ----------
    path
        File of :func:`~ahorraluz.ingest.panels.read_panel`.
    zone
        IANA zone of local days; ``None``: UTC.
    as_of
        Last local day that can have been measured.
    progress
        Told of each home.

    Raises
    ------
    InvalidInputError
        ``backtest-zone-unknown``; ``backtest-no-home`` where none of the homes can be used.
    AhorraLuzError
        The file cannot be read as such a table.
    """
    panel, clock = _panel(path, zone)
    read = _Read(panel, as_of, progress)
    homes: list[HomeHours] = []
    for name, rows in read.each():
        home = read.made(partial(hours_of_series, name, *read.series(rows), zone=clock))
        past = read.past(home)
        if home is not None and bool(np.any(past)):
            homes.append(HomeHours(id=name, days=home.days[past], kwh=home.kwh[past]))
    return PanelHomes(
        name=path.name,
        zone=zone or UTC_ZONE,
        homes=tuple(homes),
        issues=read.issues(path, found=len(homes)),
        cohorts=panel.cohorts,
    )


def read_days(
    path: Path, *, zone: str | None, as_of: date, progress: Progress = silent
) -> PanelDays:
    """Return the homes of a tidy table, day by day; its rows are days, or hours and less.

    Parameters and errors are those of :func:`read_homes`.
    """
    panel, clock = _panel(path, zone)
    read = _Read(panel, as_of, progress)
    homes: list[HomeDays] = []
    daily = 0
    for name, rows in read.each():
        starts_s, kwh = read.series(rows)
        by_day = is_daily(starts_s)
        home = read.made(partial(_days_of, name, starts_s, kwh, zone=clock, by_day=by_day))
        past = read.past(home)
        if home is not None and bool(np.any(past)):
            homes.append(HomeDays(id=name, days=home.days[past], kwh=home.kwh[past]))
            daily += by_day
    return PanelDays(
        name=path.name,
        zone=zone or UTC_ZONE,
        homes=tuple(homes),
        daily=daily,
        issues=read.issues(path, found=len(homes)),
        cohorts=panel.cohorts,
    )


def cohorts_of_homes(homes: Sequence[str], own: Mapping[str, str], path: Path | None) -> Cohorts:
    """Return which group each home belongs to.

    Parameters
    ----------
    homes
        Their ids.
    own
        Groups as the table of the homes itself has them.
    path
        File of :func:`~ahorraluz.ingest.cohorts.read_cohorts`, which then counts alone.

    Raises
    ------
    InvalidInputError
        ``cohorts-of-no-home``: the file names none of the homes.
    CohortError
        It cannot be read.
    """
    known = own if path is None else read_cohorts(path)
    names = tuple(sorted({known[home] for home in homes if home in known}))
    if path is not None and not names:
        raise InvalidInputError(
            "cohorts-of-no-home",
            file=path.name,
            ids=", ".join(home[:30] for home in homes[:NAMED]),
            named=", ".join(home[:30] for home in list(known)[:NAMED]),
        )
    number = {name: place for place, name in enumerate(names)}
    place = np.array([number.get(known.get(home, ""), -1) for home in homes], dtype=np.int64)
    without = int((place < 0).sum())
    issues: tuple[Issue, ...] = ()
    if names and without:
        issues = (Issue(code="backtest-homes-without-cohort", parameters={"count": without}),)
    return Cohorts(names=names, place=place, issues=issues)


def _days_of(name: str, starts_s: Ints, kwh: Floats, *, zone: str, by_day: bool) -> HomeDays:
    if by_day:
        return days_of_series(name, starts_s, kwh, zone=zone)
    return days_of_hours(hours_of_series(name, starts_s, kwh, zone=zone))


def _panel(path: Path, zone: str | None) -> tuple[Panel, str]:
    """Return the rows of a file, and the zone that their stamps are to be brought to."""
    shown = zone or UTC_ZONE
    try:
        ZoneInfo(shown)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidInputError("backtest-zone-unknown", zone=shown[:60]) from None
    panel = read_panel(path)
    # Stamps of the local clock are seconds of that clock already.
    return panel, UTC_ZONE if panel.is_local else shown


class _Read:
    """The run over the homes of a panel, and what comes together on the way."""

    def __init__(self, panel: Panel, as_of: date, progress: Progress) -> None:
        self._panel, self._as_of, self._progress = panel, as_of, progress
        self._until = np.datetime64(as_of, "D")
        self._issues: list[Issue] = []
        self._ahead = 0

    def each(self) -> Iterator[tuple[str, Ints]]:
        """Yield each home with its rows."""
        panel = self._panel
        order = np.argsort(panel.home, kind="stable")
        ends = np.cumsum(np.bincount(panel.home, minlength=len(panel.homes)))
        for place, name in enumerate(panel.homes):
            yield name, order[ends[place - 1] if place else 0 : ends[place]]
            self._progress("homes", place + 1, len(panel.homes))

    def series(self, rows: Ints) -> tuple[Ints, Floats]:
        """Return the stamps and the energies of some rows."""
        return self._panel.starts_s[rows], self._panel.kwh[rows]

    def made(self, make: Callable[[], Home]) -> Home | None:
        """Return a home, or keep why there is none."""
        try:
            return make()
        except ForecastError as error:
            self._issues.append(replace(error.issue, severity=Severity.WARNING))
            return None

    def past(self, home: HomeHours | HomeDays | None) -> NDArray[np.bool_]:
        """Return which days of a home can have been measured."""
        if home is None:
            return np.zeros(0, dtype=np.bool_)
        past = np.asarray(home.days <= self._until)
        self._ahead += not bool(np.all(past))
        return past

    def issues(self, path: Path, *, found: int) -> tuple[Issue, ...]:
        """Return what was odd; raises ``backtest-no-home`` where no home was found."""
        if self._ahead:
            self._issues.append(
                Issue(
                    code="backtest-days-ahead",
                    parameters={"homes": self._ahead, "day": self._as_of},
                )
            )
        if not found:
            none = Issue(
                code="backtest-no-home",
                severity=Severity.ERROR,
                parameters={"file": path.name, "homes": len(self._panel.homes)},
            )
            raise InvalidInputError.of([none, *self._issues])
        return (*_notes(self._panel), *self._issues)


def _notes(panel: Panel) -> list[Issue]:
    notes = []
    negative = int((panel.kwh < 0).sum())
    if negative:
        notes.append(Issue(code="backtest-given-to-grid", parameters={"count": negative}))
    if panel.bare_stamps:
        notes.append(Issue(code="backtest-stamps-mixed", parameters={"count": panel.bare_stamps}))
    if panel.broken_rows:
        notes.append(Issue(code="backtest-rows-broken", parameters={"count": panel.broken_rows}))
    return notes
