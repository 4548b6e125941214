"""Check homes for drift: what moved, how wrong forecasts were, and whether to train anew."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np

from ahorraluz.core.forecast.drift import ALL, Group, Watch, watch
from ahorraluz.core.forecast.drift_advice import Advice, advise
from ahorraluz.core.forecast.drift_bills import bill_table, watch_bills
from ahorraluz.core.forecast.drift_days import DayTable, day_table
from ahorraluz.core.forecast.drift_errors import SCORES, error_columns
from ahorraluz.core.forecast.drift_reference import LEAST_HOMES, LEAST_MONTHS, Reference
from ahorraluz.core.forecast.forecaster import Floats, Forecaster
from ahorraluz.core.issues import InvalidInputError, Issue
from ahorraluz.services.drift.grouping import Belongs, groups_of, read_belongs
from ahorraluz.services.drift.scoring import Progress, day_scores, silent
from ahorraluz.services.drift.tables import read_hours, read_months

NEEDED_DAYS = 42
"""Days before the first that can be judged: a week against four, and what says is usual. [day]"""
LOOKED_AT = 200
"""Newest days that are looked at: a quarter back, and what led to it. [day]"""
NEWEST_DAYS = 366
"""Days of a table's home that are kept: those, and what they are held against. [day]"""
REALISED_DAYS = 28
"""Days over which errors are told. [day]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Realised:
    """How wrong forecasts turned out to be over the last weeks."""

    group: str
    ahead: int
    """Which of the days ahead, 1 the first. [day]"""
    homes: int
    nmae: float
    """Errors of the median over what was used."""
    over_naive: float | None
    """The same over that of repeating the week before; ``None``: it was never wrong."""
    over_usual: float
    """Quantile loss over the climatology's."""
    coverage: float
    """Part of the hours within the 80 % band. [0 to 1]"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Checked:
    """What came of a check."""

    day: date
    """Last day that was looked at."""
    homes: int
    model: str
    reference: Reference
    watch: Watch
    realised: tuple[Realised, ...]
    advice: Advice
    issues: tuple[Issue, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedTable:
    """A table of readings that is to be checked."""

    readings: Path
    """Tidy or packed readings, see :func:`~ahorraluz.services.drift.tables.read_hours`."""
    homes: Path | None = None
    """Table of homes that says where they are and how they are billed; ``None``: there is none."""
    zone: str | None = None
    """IANA zone of local days; ``None``: that of each home, or UTC without a table of homes."""
    as_of: date
    """Last local day that can have been measured."""


def check_table(
    asked: AskedTable, *, reference: Reference, model: Forecaster, progress: Progress = silent
) -> Checked:
    """Return what moved in a table of readings.

    Parameters
    ----------
    asked
        Which table, and how to read it.
    reference
        What is usual.
    model
        Whose errors are looked at.
    progress
        Told of each home.

    Raises
    ------
    InvalidInputError
        ``drift-too-few``: fewer than ten homes, or than six weeks.
    """
    known = {} if asked.homes is None else read_belongs(asked.homes)
    found = read_hours(
        asked.readings,
        zone=asked.zone,
        as_of=asked.as_of,
        known=known,
        newest=NEWEST_DAYS,
        progress=progress,
    )
    end = max(home.days[-1] for home in found.homes)
    first = end - np.timedelta64(LOOKED_AT, "D")
    kept = [home for home in found.homes if home.days[-1] > first]
    table = day_table(kept)
    if len(table) < LEAST_HOMES or len(table.days) < NEEDED_DAYS:
        raise InvalidInputError("drift-too-few", homes=len(table), days=len(table.days))
    scores = day_scores(model, kept, table, first=first, progress=progress)
    checked = check(table, {1: scores}, reference, groups=groups_of(table, known), model=model.name)
    return replace(checked, issues=found.issues)


def check_bills(path: Path, *, homes: Path | None, known_by: date | None = None) -> Checked:
    """Return what the last month of a table of bills moved, against its months before.

    Parameters
    ----------
    path
        Bills, see :func:`~ahorraluz.services.drift.tables.read_months`.
    homes
        Table of homes for the groups; ``None``: there is none.
    known_by
        Only what was over when this day began; ``None``: all.

    Raises
    ------
    InvalidInputError
        ``drift-too-few-bills``: fewer than ten homes, or than seven months.
    """
    bills = read_months(path, known_by=known_by)
    months = bills.kwh.shape[1]
    if len(bills.homes) < LEAST_HOMES or months <= LEAST_MONTHS:
        raise InvalidInputError("drift-too-few-bills", homes=len(bills.homes), months=months)
    table = bill_table(bills.homes, bills.first, bills.kwh)
    own = {home: Belongs(cohort=cohort) for home, cohort in bills.cohorts.items()}
    known = own if homes is None else read_belongs(homes)
    came = watch_bills(table, groups=groups_of(table, known))
    day: date = (table.days[-1].astype("datetime64[M]") + 1).astype("datetime64[D]").astype(date)
    return Checked(
        day=day,
        homes=len(table),
        model="",
        reference=Reference(
            model="", made_of=path.name, homes=len(table), days=months - 1, usual={}, spreads={}
        ),
        watch=came,
        realised=(),
        advice=advise(came.on(), as_of=day),
        issues=bills.issues,
    )


def check(
    table: DayTable,
    scores: Mapping[int, Floats],
    reference: Reference,
    *,
    groups: list[Group],
    model: str,
) -> Checked:
    """Return what moved among homes.

    Parameters
    ----------
    table
        Days of at least ten homes.
    scores
        By day ahead, columns ``SCORES``, NaN where nothing is known, shape (homes, t, 8).
    reference
        What is usual.
    groups
        From :func:`groups_of`.
    model
        Name and version of what told the forecasts.
    """
    first = table.days[-1] - np.timedelta64(LOOKED_AT, "D")
    errors = error_columns(scores[1]) if 1 in scores else None
    came = watch(table, reference, errors=errors, groups=groups, first=first)
    day: date = table.days[-1].astype(date)
    everybody: Group = (ALL, np.ones(len(table), dtype=np.bool_))
    return Checked(
        day=day,
        homes=len(table),
        model=model,
        reference=reference,
        watch=came,
        realised=tuple(
            one
            for ahead, of_day in sorted(scores.items())
            for group in (everybody, *groups)
            if (one := _realised(group, ahead, of_day)) is not None
        ),
        advice=advise(came.on(), as_of=day),
    )


def _realised(group: Group, ahead: int, scores: Floats) -> Realised | None:
    name, members = group
    lately = scores[members][:, -REALISED_DAYS:]
    known = ~np.isnan(lately[..., SCORES.index("kwh")])
    homes = int(known.any(axis=1).sum())
    sums = {each: float(np.nansum(lately[..., place])) for place, each in enumerate(SCORES)}
    if homes < LEAST_HOMES or sums["kwh"] <= 0 or sums["usual_loss_kwh"] <= 0:
        return None
    # Only days whose week before was known are held against it.
    both = ~np.isnan(lately[..., SCORES.index("naive_off_kwh")])
    off = float(np.nansum(lately[..., SCORES.index("off_kwh")][both]))
    naive = sums["naive_off_kwh"]
    return Realised(
        group=name,
        ahead=ahead,
        homes=homes,
        nmae=sums["off_kwh"] / sums["kwh"],
        over_naive=off / naive if naive > 0 else None,
        over_usual=sums["loss_kwh"] / sums["usual_loss_kwh"],
        coverage=sums["inside"] / sums["hours"],
    )
