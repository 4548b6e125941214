"""How well months would have been told: from recibos alone, and from a part of the month."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np

from ahorraluz.catalog.month_nets import bills_net, month_end_net
from ahorraluz.core.consumption import MAX_KWH
from ahorraluz.core.forecast.bill_backtest import (
    YEAR_MONTHS,
    Ints,
    ToldMonths,
    by_swing,
    tell_months,
)
from ahorraluz.core.forecast.month_backtest import LAST_DAY, rule_totals, told_parts
from ahorraluz.core.forecast.month_end import month_end_quantiles
from ahorraluz.core.issues import InvalidInputError, Issue, Severity
from ahorraluz.ingest.bill_tables import BillTable, read_bills
from ahorraluz.learning.auto_ets import ets_is_there, next_by_ets
from ahorraluz.services.backtest_money import Pricing, price_told, pricing_of
from ahorraluz.services.connection import Connection
from ahorraluz.services.month_scores import MonthScores, Told, month_scores
from ahorraluz.services.panel_homes import (
    Progress,
    cohorts_of_homes,
    read_days,
    silent,
)
from ahorraluz.services.toolbox import Toolbox

HISTORIES = ((1, 1), (2, 2), (3, 5), (6, 11), (12, None))
"""Months on record, from and to, that short histories are reported by. [month]"""
HORIZONS = (1, 2, 3, 6, 9, 11)
"""Months ahead that are reported; a year of bills reaches eleven. [month]"""
ETS_HOMES = 60
"""Homes that exponential smoothing is fitted on: it is slow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthsAsked:
    """What a backtest of months is to find out."""

    as_of: date
    """Day of the answer: prices are those of its month, and later days were not measured."""
    tools: Toolbox
    connection: Connection | None = None
    """The supply that all homes are priced as; ``None``: the one with the newest sheet."""
    cohorts: Path | None = None
    """Table of the groups of homes; ``None``: the column of the file, where it has one."""
    zone: str | None = None
    """IANA zone of local days; ``None``: UTC."""
    first: date | None = None
    """Months that begin before it are history and not told; ``None``: all are told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BillBacktest:
    """What was found out from a table of bills."""

    name: str
    homes: int
    model: str
    version: str
    pricing: Pricing | None
    """``None``: no sheet is on file by then."""
    year: MonthScores
    """Next month of homes with a year on record and the same month of an earlier year."""
    every: MonthScores
    """Next month, whatever is on record."""
    by_cohort: Mapping[str, MonthScores]
    """The same by the group of the home, empty where none is known."""
    by_swing: Mapping[str, MonthScores]
    """``year`` by how much homes swing."""
    by_history: Mapping[str, MonthScores]
    """Next month by how many months are on record, such as ``3-5``."""
    by_horizon: Mapping[int, MonthScores]
    """By months ahead, all homes; without recibos in soles."""
    ets: MonthScores | None
    """``year`` on a sample of homes with exponential smoothing beside it."""
    issues: tuple[Issue, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DayScores:
    """Errors on one day of the month."""

    day: int
    scores: MonthScores


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthEndBacktest:
    """What was found out from readings of homes."""

    name: str
    zone: str
    homes: int
    daily_homes: int
    """Homes of which the file holds one reading a day."""
    home_months: int
    model: str
    version: str
    pricing: Pricing | None
    days: tuple[DayScores, ...]
    """Every month."""
    days_with_year: tuple[DayScores, ...]
    """Months of which last year is known; one rule more."""
    by_cohort: Mapping[str, tuple[DayScores, ...]]
    """Every month by the group of the home, empty where none is known."""
    issues: tuple[Issue, ...]


def backtest_bills(
    path: Path, asked: MonthsAsked, *, ets_homes: int = ETS_HOMES, progress: Progress = silent
) -> BillBacktest:
    """Return how well the months of a table of bills would have been told.

    Parameters
    ----------
    path
        Table; see :func:`~ahorraluz.ingest.bill_tables.read_bills`.
    asked
        What is to be found out.
    ets_homes
        Most homes that exponential smoothing is fitted on, chosen by a hash of their id.
    progress
        Told of the work.

    Raises
    ------
    InvalidInputError
        ``backtest-bills-short``: no home has two months in a row; ``backtest-bills-all-later``:
        none of the months was over.
    AhorraLuzError
        The file cannot be read as such a table; what :func:`pricing_of` and
        :func:`cohorts_of_homes` raise.
    """
    table, to_come = _past(read_bills(path), asked.as_of)
    cohorts = cohorts_of_homes(table.homes, table.cohorts, asked.cohorts)
    pricing, issues = _pricing(asked)
    net = bills_net()
    ahead: dict[int, ToldMonths] = {}
    for step, horizon in enumerate(HORIZONS):
        every = tell_months(table.kwh, net, horizon=horizon)
        ahead[horizon] = every.rows(every.month >= _place_of(asked.first, table.first))
        progress("months", step + 1, len(HORIZONS))
    next_month = ahead[1]
    if len(next_month.actual) == 0:
        raise InvalidInputError("backtest-bills-short", file=path.name, homes=len(table.homes))
    told = _priced(_of_bills(next_month), pricing)
    with_year = (next_month.known >= YEAR_MONTHS) & ~np.isnan(next_month.year)
    year = next_month.rows(with_year)
    return BillBacktest(
        name=path.name,
        homes=len(table.homes),
        model=net.name,
        version=net.version,
        pricing=pricing,
        year=month_scores(told.rows(with_year), better=True),
        every=month_scores(told, better=True),
        by_cohort={
            name: month_scores(told.rows(cohorts.place[told.home] == place), better=True)
            for place, name in enumerate(cohorts.names)
        },
        by_swing={name: month_scores(_of_bills(part)) for name, part in by_swing(year).items()},
        by_history={
            f"{least}-{most}" if most else f"{least}+": month_scores(
                told.rows((next_month.known >= least) & (next_month.known <= (most or np.inf)))
            )
            for least, most in HISTORIES
        },
        by_horizon={horizon: month_scores(_of_bills(part)) for horizon, part in ahead.items()},
        ets=_with_ets(year, table, pricing, ets_homes, progress) if ets_is_there() else None,
        issues=(*_bill_issues(table), *to_come, *issues, *_unpriced(told), *cohorts.issues),
    )


def backtest_month_end(
    path: Path, asked: MonthsAsked, *, progress: Progress = silent
) -> MonthEndBacktest:
    """Return how well the months of homes would have been told on each of their days.

    Parameters
    ----------
    path
        Readings of days, of hours or less; see :func:`~ahorraluz.ingest.panels.read_panel`.
    asked
        What is to be found out.
    progress
        Told of the work.

    Raises
    ------
    InvalidInputError
        ``backtest-no-month``: no home has a whole calendar month.
    AhorraLuzError
        The file cannot be read as such a table; what :func:`pricing_of` and
        :func:`cohorts_of_homes` raise.
    """
    panel = read_days(path, zone=asked.zone, as_of=asked.as_of, progress=progress)
    cohorts = cohorts_of_homes([home.id for home in panel.homes], panel.cohorts, asked.cohorts)
    pricing, issues = _pricing(asked)
    found = told_parts(panel.homes)
    if found is not None and asked.first is not None:
        found = found.rows(found.month >= np.datetime64(asked.first, "D"))
    if found is None or len(found.actual) == 0:
        raise InvalidInputError("backtest-no-month", file=path.name, homes=len(panel.homes))
    net = month_end_net()
    quantiles, mean = month_end_quantiles(found.parts, net)
    told = Told(
        home=found.home,
        actual=found.actual,
        quantiles=quantiles,
        mean=mean,
        rules=rule_totals(found.parts),
    )
    told, seen = _priced(told, pricing), found.parts.seen
    with_year = ~np.isnan(found.parts.year_ratio)
    return MonthEndBacktest(
        name=panel.name,
        zone=panel.zone,
        homes=len(np.unique(found.home)),
        daily_homes=panel.daily,
        home_months=int(np.sum(seen == 1)),
        model=net.name,
        version=net.version,
        pricing=pricing,
        days=_day_scores(told, seen),
        days_with_year=_day_scores(told.rows(with_year), seen[with_year]),
        by_cohort={
            name: _day_scores(told.rows(inside), seen[inside])
            for place, name in enumerate(cohorts.names)
            if bool((inside := cohorts.place[found.home] == place).any())
        },
        issues=(*panel.issues, *issues, *_unpriced(told), *cohorts.issues),
    )


def _past(table: BillTable, as_of: date) -> tuple[BillTable, tuple[Issue, ...]]:
    """Return a table without the months that were not over, and how many recibos those hold."""
    first = table.first
    over = (as_of.year - first.year) * 12 + as_of.month - first.month
    over = min(max(over, 0), table.kwh.shape[1])
    count = int(np.sum(~np.isnan(table.kwh[:, over:])))
    if not count:
        return table, ()
    if over == 0:
        raise InvalidInputError("backtest-bills-all-later", first=first, day=as_of)
    issue = Issue(code="backtest-bills-later", parameters={"count": count, "day": as_of})
    return replace(table, kwh=table.kwh[:, :over]), (issue,)


def _place_of(first: date | None, start: date) -> int:
    """Return the place in a table of the first month that begins on or after a day."""
    if first is None:
        return 0
    months = (first.year - start.year) * 12 + first.month - start.month
    return months + (first.day > 1)


def _pricing(asked: MonthsAsked) -> tuple[Pricing | None, tuple[Issue, ...]]:
    """Return the prices of the months, and what is to be known of them."""
    pricing = pricing_of(asked.connection, tools=asked.tools, as_of=asked.as_of)
    if pricing is None:
        none = Issue(code="backtest-no-prices", parameters={"day": asked.as_of})
        return None, (none,)
    return pricing, ()


def _priced(told: Told, pricing: Pricing | None) -> Told:
    if pricing is None:
        return told
    recibos = price_told(
        pricing, quantiles=told.quantiles, mean=told.mean, actual=told.actual, rules=told.rules
    )
    return replace(told, recibos=recibos)


def _unpriced(told: Told) -> tuple[Issue, ...]:
    """Return how many of the months are more than one supply may take."""
    count = 0 if told.recibos is None else int(np.isnan(told.recibos.actual).sum())
    if not count:
        return ()
    return (Issue(code="backtest-recibos-unpriced", parameters={"count": count}),)


def _of_bills(told: ToldMonths) -> Told:
    return Told(
        home=told.home,
        actual=told.actual,
        quantiles=told.quantiles,
        mean=told.mean,
        rules={
            "last-month": told.last,
            "last-3-months": told.recent,
            "same-month-last-year": told.year,
            "average": told.average,
        },
    )


def _with_ets(
    told: ToldMonths,
    table: BillTable,
    pricing: Pricing | None,
    most: int,
    progress: Progress,
) -> MonthScores | None:
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
    rules = _of_bills(sample)
    rules = replace(rules, rules={**rules.rules, "auto-ets": np.array(answers)})
    return month_scores(_priced(rules, pricing), better=True)


def _bill_issues(table: BillTable) -> tuple[Issue, ...]:
    issues = []
    if table.broken_rows:
        issues.append(Issue(code="bill-rows-broken", parameters={"count": table.broken_rows}))
    if table.negative_rows:
        issues.append(Issue(code="bill-rows-negative", parameters={"count": table.negative_rows}))
    if table.large_rows:
        issues.append(
            Issue(
                code="bill-rows-too-large",
                parameters={"count": table.large_rows, "limit": MAX_KWH},
            )
        )
    if table.repeated_rows:
        issues.append(Issue(code="bill-rows-twice", parameters={"count": table.repeated_rows}))
    if table.added_rows:
        issues.append(Issue(code="bill-rows-added", parameters={"count": table.added_rows}))
    if not ets_is_there():
        issues.append(Issue(code="backtest-no-ets", severity=Severity.NOTE))
    return tuple(issues)


def _day_scores(told: Told, seen: Ints) -> tuple[DayScores, ...]:
    return tuple(
        DayScores(day=day, scores=month_scores(told.rows(seen == day), better=True))
        for day in range(1, LAST_DAY + 1)
        if bool(np.any(seen == day))
    )
