"""Homes of which only monthly bills are known, as the watch looks at them: month by month.

What is usual is learnt from the same homes' months before the last one.
"""

from collections.abc import Sequence
from datetime import date

import numpy as np

from ahorraluz.core.forecast.drift import Group, Watch, watch
from ahorraluz.core.forecast.drift_days import FAULTS, INPUTS, JUMP, DayTable, rolling_mean
from ahorraluz.core.forecast.drift_reference import Pace, Series, fit_reference
from ahorraluz.core.forecast.forecaster import Floats

MONTH = Pace(name="month", recent=1, behind=0, before=3, running=1, quiet=1)
"""A month against the three before it."""
YEAR = Pace(name="year", recent=3, behind=9, before=3, running=1, quiet=1)
"""Three months against the same of the year before: no season is between them."""
BILLS = (
    Series(name="level", pace=MONTH, of_bills=True),
    Series(name="level", pace=YEAR, of_bills=True),
    Series(name="swing", pace=MONTH, of_bills=True),
    Series(name="zeros", pace=None, marked=1, of_bills=True),
    Series(name="jump", pace=None, marked=1, of_bills=True),
)
"""What is followed of bills."""
USUAL_MONTHS = 3
"""Months before that say what is usual of a home. [month]"""
LEAST_KWH_DAY = 0.02
"""Use of a day below which its logarithm says nothing; a bill of so little counts as zero. [kWh]"""


def bill_table(homes: Sequence[str], first: date, kwh: Floats) -> DayTable:
    """Return bills in numbers, the days of the table being the first of each month.

    Parameters
    ----------
    homes
        Their ids.
    first
        First day of the first month.
    kwh
        Energy of each month, NaN without a bill, shape (homes, months). [kWh]
    """
    starts = np.datetime64(first, "M") + np.arange(kwh.shape[1] + 1)
    days = starts.astype("datetime64[D]")
    per_day = kwh / np.diff(days).astype(np.float64)
    used = per_day >= LEAST_KWH_DAY
    level = np.where(used, np.log(np.maximum(per_day, LEAST_KWH_DAY)), np.nan)
    inputs = np.full((*kwh.shape, len(INPUTS)), np.nan)
    inputs[..., INPUTS.index("level")] = level
    inputs[:, 1:, INPUTS.index("swing")] = np.abs(np.diff(level, axis=1))
    faults = np.full((*kwh.shape, len(FAULTS)), np.nan)
    known = ~np.isnan(per_day)
    faults[..., FAULTS.index("zeros")] = np.where(known, ~used, np.nan)
    usual = rolling_mean(level, USUAL_MONTHS, behind=1)
    jump = np.abs(level - usual)
    faults[..., FAULTS.index("jump")] = np.where(np.isnan(jump), np.nan, jump > np.log(JUMP))
    return DayTable(homes=tuple(homes), days=days[:-1], inputs=inputs, faults=faults)


def watch_bills(table: DayTable, *, groups: Sequence[Group] = ()) -> Watch:
    """Return what the last month of bills moved, against the months before it.

    Parameters
    ----------
    table
        From :func:`bill_table`, ten homes or more.
    groups
        Groups of homes beside all of them.

    Raises
    ------
    ForecastError
        ``drift-reference-short``: fewer than ten homes, or than seven months.
    """
    before = DayTable(
        homes=table.homes,
        days=table.days[:-1],
        inputs=table.inputs[:, :-1],
        faults=table.faults[:, :-1],
    )
    reference = fit_reference(before, series=BILLS)
    return watch(table, reference, groups=groups, first=table.days[-1], series=BILLS)
