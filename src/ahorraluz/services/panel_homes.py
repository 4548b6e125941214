"""A table of many homes as homes hour by hour, with what was left aside."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from ahorraluz.core.forecast.forecaster import ForecastError
from ahorraluz.core.forecast.hourly import hours_of_series
from ahorraluz.core.forecast.panel import HomeHours
from ahorraluz.core.issues import InvalidInputError, Issue, Severity
from ahorraluz.ingest.panels import Panel, read_panel

UTC_ZONE = "UTC"

Progress = Callable[[str, int, int], None]
"""What is told of the work: the step, how much of it is done, how much there is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelHomes:
    """Homes of a file, ready to be cut into windows."""

    name: str
    zone: str
    homes: tuple[HomeHours, ...]
    issues: tuple[Issue, ...]


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
    shown = zone or UTC_ZONE
    try:
        ZoneInfo(shown)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidInputError("backtest-zone-unknown", zone=shown[:60]) from None
    panel = read_panel(path)
    homes, issues = _homes(panel, zone=shown, as_of=as_of, progress=progress)
    if not homes:
        raise InvalidInputError.of(
            [
                Issue(
                    code="backtest-no-home",
                    severity=Severity.ERROR,
                    parameters={"file": path.name, "homes": len(panel.homes)},
                ),
                *issues,
            ]
        )
    return PanelHomes(
        name=path.name, zone=shown, homes=tuple(homes), issues=(*_notes(panel), *issues)
    )


def _homes(
    panel: Panel, *, zone: str, as_of: date, progress: Progress
) -> tuple[list[HomeHours], list[Issue]]:
    # Stamps of the local clock are seconds of that clock already.
    clock = UTC_ZONE if panel.is_local else zone
    order = np.argsort(panel.home, kind="stable")
    ends = np.cumsum(np.bincount(panel.home, minlength=len(panel.homes)))
    until = np.datetime64(as_of, "D")
    homes: list[HomeHours] = []
    issues: list[Issue] = []
    ahead = 0
    for place, name in enumerate(panel.homes):
        rows = order[ends[place - 1] if place else 0 : ends[place]]
        try:
            home = hours_of_series(name, panel.starts_s[rows], panel.kwh[rows], zone=clock)
        except ForecastError as error:
            issues.append(replace(error.issue, severity=Severity.WARNING))
            continue
        past = home.days <= until
        ahead += not bool(np.all(past))
        if bool(np.any(past)):
            homes.append(HomeHours(id=name, days=home.days[past], kwh=home.kwh[past]))
        progress("homes", place + 1, len(panel.homes))
    if ahead:
        issues.append(Issue(code="backtest-days-ahead", parameters={"homes": ahead, "day": as_of}))
    return homes, issues


def _notes(panel: Panel) -> list[Issue]:
    notes = []
    negative = int((panel.kwh < 0).sum())
    if negative:
        notes.append(Issue(code="backtest-given-to-grid", parameters={"count": negative}))
    if panel.broken_rows:
        notes.append(Issue(code="backtest-rows-broken", parameters={"count": panel.broken_rows}))
    return notes
