"""Days on which Peru does not work, as far ahead as the law fixes them."""

from collections.abc import Callable, Iterable
from datetime import date
from functools import lru_cache

import numpy as np
from holidays import country_holidays
from numpy.typing import NDArray

from ahorraluz.core.forecast.forecaster import Days

COUNTRY = "PE"

FreeDays = Callable[[Days], NDArray[np.bool_]]
"""Which of some days are holidays, datetime64[D] of any shape in, the same shape out."""


def peru_free(days: Days) -> NDArray[np.bool_]:
    """Return which days are national holidays of Peru.

    Regional holidays and the non-working days that the government decrees from year to year
    are not among them: ``with_days`` adds those.

    Examples
    --------
    >>> peru_free(np.array(["2026-07-28", "2026-07-30"], dtype="datetime64[D]")).tolist()
    [True, False]
    """
    if days.size == 0:
        return np.zeros(days.shape, dtype=np.bool_)
    years = days.astype("datetime64[Y]").astype(np.int64) + 1970
    first, last = int(years.min()), int(years.max())
    return np.isin(days, np.concatenate([_of_year(year) for year in range(first, last + 1)]))


def no_free(days: Days) -> NDArray[np.bool_]:
    """Return that none of the days is known to be a holiday: the calendar of nowhere."""
    return np.zeros(days.shape, dtype=np.bool_)


def with_days(known: FreeDays, extra: Iterable[date]) -> FreeDays:
    """Return a calendar that has more days: of a region, or decreed for one year."""
    added = np.array(sorted(set(extra)), dtype="datetime64[D]")

    def free(days: Days) -> NDArray[np.bool_]:
        return known(days) | np.isin(days, added)

    return free


@lru_cache(maxsize=256)
def _of_year(year: int) -> Days:
    return np.array(sorted(country_holidays(COUNTRY, years=year)), dtype="datetime64[D]")
