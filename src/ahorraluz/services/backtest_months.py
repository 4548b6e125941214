"""How well months would have been told: from recibos alone, and from a part of the month."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ahorraluz.catalog.month_nets import bills_net, month_end_net
from ahorraluz.core.forecast.bill_backtest import (
    YEAR_MONTHS,
    PointScores,
    ToldMonths,
    band_scores,
    by_swing,
    point_scores,
    tell_months,
)
from ahorraluz.core.forecast.forecaster import MEDIAN, Floats
from ahorraluz.core.forecast.month_backtest import LAST_DAY, ToldParts, rule_totals, told_parts
from ahorraluz.core.forecast.month_end import month_end_quantiles
from ahorraluz.core.issues import InvalidInputError, Issue, Severity
from ahorraluz.ingest.bill_tables import BillTable, read_bills
from ahorraluz.learning.auto_ets import ets_is_there, next_by_ets
from ahorraluz.services.panel_homes import Progress, read_homes, silent

HISTORIES = ((1, 1), (2, 2), (3, 5), (6, 11), (12, None))
"""Months on record, from and to, that short histories are reported by. [month]"""
HORIZONS = (1, 2, 3, 6, 9, 11)
"""Months ahead that are reported; a year of bills reaches eleven. [month]"""
ETS_HOMES = 60
"""Homes that exponential smoothing is fitted on: it is slow."""
MODEL = "ahorraluz"
"""Name of the own forecast among the rules."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BillScores:
    """Errors over some months, with the band of the own forecast."""

    months: int
    """Months told, those of no use among them."""
    zero_months: int
    """Months of no use: they count in the band and in the total error, not in percentages."""
    rules: Mapping[str, PointScores]
    """By rule; the own forecast under ``MODEL``."""
    coverage80: float
    width80: float
    """Mean width of the 80 % band over the mean month. [1]"""
    mean_bias: float
    """Mean of the expected energies over the mean of what came, less one. [1]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class BillBacktest:
    """What was found out from a table of bills."""

    name: str
    homes: int
    model: str
    version: str
    year: BillScores
    """Next month of homes with a year on record and the same month of an earlier year."""
    by_swing: Mapping[str, BillScores]
    """The same by how much homes swing."""
    by_history: Mapping[str, BillScores]
    """Next month by how many months are on record, such as ``3-5``."""
    by_horizon: Mapping[int, BillScores]
    """By months ahead, all homes."""
    ets: BillScores | None
    """``year`` on a sample of homes with exponential smoothing beside it."""
    issues: tuple[Issue, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DayScores:
    """Errors on one day of the month."""

    day: int
    months: int
    rules: Mapping[str, PointScores]
    coverage80: float
    width80: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthEndBacktest:
    """What was found out from readings of homes."""

    name: str
    zone: str
    homes: int
    home_months: int
    model: str
    version: str
    days: tuple[DayScores, ...]
    """Every month."""
    days_with_year: tuple[DayScores, ...]
    """Months of which last year is known; one rule more."""
    issues: tuple[Issue, ...]


def backtest_bills(
    path: Path, *, ets_homes: int = ETS_HOMES, progress: Progress = silent
) -> BillBacktest:
    """Return how well the months of a table of bills would have been told.

    Parameters
    ----------
    path
        Table; see :func:`~ahorraluz.ingest.bill_tables.read_bills`.
    ets_homes
        Most homes that exponential smoothing is fitted on, chosen by a hash of their id.

    Raises
    ------
    InvalidInputError
        ``backtest-bills-short``: no home has two months in a row.
    AhorraLuzError
        The file cannot be read as such a table.
    """
    table = read_bills(path)
    net = bills_net()
    ahead: dict[int, ToldMonths] = {}
    for step, horizon in enumerate(HORIZONS):
        ahead[horizon] = tell_months(table.kwh, net, horizon=horizon)
        progress("months", step + 1, len(HORIZONS))
    told = ahead[1]
    if len(told.actual) == 0:
        raise InvalidInputError("backtest-bills-short", file=path.name, homes=len(table.homes))
    year = told.rows((told.known >= YEAR_MONTHS) & ~np.isnan(told.year))
    return BillBacktest(
        name=path.name,
        homes=len(table.homes),
        model=net.name,
        version=net.version,
        year=_bill_scores(year),
        by_swing={name: _bill_scores(part) for name, part in by_swing(year).items()},
        by_history={
            f"{least}-{most}" if most else f"{least}+": _bill_scores(
                told.rows((told.known >= least) & (told.known <= (most or np.inf)))
            )
            for least, most in HISTORIES
        },
        by_horizon={horizon: _bill_scores(part) for horizon, part in ahead.items()},
        ets=_with_ets(year, table, ets_homes, progress) if ets_is_there() else None,
        issues=_bill_issues(table),
    )


def backtest_month_end(
    path: Path, *, as_of: date, zone: str | None = None, progress: Progress = silent
) -> MonthEndBacktest:
    """Return how well the months of homes would have been told on each of their days.

    Parameters
    ----------
    path
        Readings; see :func:`~ahorraluz.ingest.panels.read_panel`.
    as_of
        Last day that can have been measured.
    zone
        IANA zone of local days; ``None``: UTC.

    Raises
    ------
    InvalidInputError
        ``backtest-no-month``: no home has a whole calendar month.
    AhorraLuzError
        The file cannot be read as such a table.
    """
    panel = read_homes(path, zone=zone, as_of=as_of, progress=progress)
    told = told_parts(panel.homes)
    if told is None:
        raise InvalidInputError("backtest-no-month", file=path.name, homes=len(panel.homes))
    net = month_end_net()
    quantiles, _ = month_end_quantiles(told.parts, net)
    with_year = ~np.isnan(told.parts.year_ratio)
    return MonthEndBacktest(
        name=panel.name,
        zone=panel.zone,
        homes=len(np.unique(told.home)),
        home_months=int(np.sum(told.parts.seen == 1)),
        model=net.name,
        version=net.version,
        days=_day_scores(told, quantiles),
        days_with_year=_day_scores(told.rows(with_year), quantiles[with_year]),
        issues=panel.issues,
    )


def _bill_scores(told: ToldMonths, extra: Mapping[str, Floats] | None = None) -> BillScores:
    points = {MODEL: told.median, "last-month": told.last, "last-3-months": told.recent}
    if len(told.actual) and not bool(np.any(np.isnan(told.year))):
        points |= {"same-month-last-year": told.year, "average": told.average}
    held, width = band_scores(told.quantiles, told.actual)
    came = float(told.actual.sum())
    return BillScores(
        months=len(told.actual),
        zero_months=int(np.sum(told.actual == 0)),
        rules={
            name: point_scores(point, told.actual)
            for name, point in (points | dict(extra or {})).items()
        },
        coverage80=held,
        width80=width,
        mean_bias=float(told.mean.sum()) / came - 1 if came > 0 else np.nan,
    )


def _with_ets(
    told: ToldMonths, table: BillTable, most: int, progress: Progress
) -> BillScores | None:
    """Return the scores on a sample of homes, ``None`` where no home has a year."""
    places = np.unique(told.home)
    names = [table.homes[place] for place in places]
    order = np.argsort([hashlib.sha256(name.encode()).hexdigest() for name in names])
    sample = told.rows(np.isin(told.home, places[order[:most]]))
    if len(sample.actual) == 0:
        return None
    answers = []
    for done, (home, month) in enumerate(zip(sample.home, sample.month, strict=True)):
        before = table.kwh[home, :month]
        answers.append(next_by_ets(before[~np.isnan(before)]))
        progress("ets", done + 1, len(sample.actual))
    return _bill_scores(sample, {"auto-ets": np.array(answers)})


def _bill_issues(table: BillTable) -> tuple[Issue, ...]:
    issues = []
    if table.broken_rows:
        issues.append(Issue(code="bill-rows-broken", parameters={"count": table.broken_rows}))
    if table.negative_rows:
        issues.append(Issue(code="bill-rows-negative", parameters={"count": table.negative_rows}))
    if not ets_is_there():
        issues.append(Issue(code="backtest-no-ets", severity=Severity.NOTE))
    return tuple(issues)


def _day_scores(told: ToldParts, quantiles: Floats) -> tuple[DayScores, ...]:
    points = {MODEL: quantiles[:, MEDIAN], **rule_totals(told.parts)}
    scores = []
    for day in range(1, LAST_DAY + 1):
        rows: NDArray[np.bool_] = told.parts.seen == day
        if not bool(rows.any()):
            continue
        actual = told.actual[rows]
        held, width = band_scores(quantiles[rows], actual)
        scores.append(
            DayScores(
                day=day,
                months=int(rows.sum()),
                rules={
                    name: point_scores(point[rows], actual)
                    for name, point in points.items()
                    if not bool(np.any(np.isnan(point[rows])))
                },
                coverage80=held,
                width80=width,
            )
        )
    return tuple(scores)
