"""Which hours are peak: horas punta of the hourly options."""

from collections.abc import Collection
from datetime import date, datetime

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.home import Supply
from ahorraluz.core.tariffs.figures import PEAK_END_HOUR, PEAK_START_HOUR, NationalFigures

SUNDAY = 6
DAY_S, HOUR_S = 86_400, 3_600
THURSDAY = 3
"""Weekday of 1970-01-01, Monday 0."""


def is_peak(
    moment: datetime,
    *,
    supply: Supply,
    figures: NationalFigures,
    holidays: Collection[date] = (),
) -> bool:
    """Tell whether a local moment is peak for a supply.

    Peak holds every day of the year. Sundays and public holidays leave it only where
    the customer asked for that (Osinergmin, Res. 1908, Anexo B); many texts wrongly
    say that Sundays are always off-peak.

    Parameters
    ----------
    moment
        Local time of Peru.
    supply
        The connection; ``holidays_off_peak`` says whether its customer asked.
    figures
        First hour of the peak, and first hour after it, by day.
    holidays
        Public holidays.

    Examples
    --------
    Invented hours: peak from 18 to 23.

    >>> from decimal import Decimal
    >>> from ahorraluz.core.history import Dated, History, Source
    >>> act = Source(title="Example", issuer="-", url="https://example.org",
    ...              published=None, consulted=date(2026, 1, 5))
    >>> def since_2015(name, hour):
    ...     entry = Dated(start=date(2015, 1, 1), value=Decimal(hour), source=act)
    ...     return History.of(name, [entry])
    >>> hours = NationalFigures({"peak-start-hour": since_2015("peak-start-hour", 18),
    ...                          "peak-end-hour": since_2015("peak-end-hour", 23)})
    >>> sunday = datetime(2026, 11, 22, 22, 59)
    >>> is_peak(sunday, supply=Supply(distributor="light"), figures=hours)
    True
    >>> asked = Supply(distributor="light", holidays_off_peak=True)
    >>> is_peak(sunday, supply=asked, figures=hours)
    False
    """
    day = moment.date()
    if supply.holidays_off_peak and (day.weekday() == SUNDAY or day in holidays):
        return False
    first, after = figures.value(PEAK_START_HOUR, day), figures.value(PEAK_END_HOUR, day)
    return first <= moment.hour < after


def peak_mask(
    local_s: NDArray[np.int64],
    *,
    supply: Supply,
    figures: NationalFigures,
    day: date,
    holidays: Collection[date] = (),
) -> NDArray[np.bool_]:
    """Tell for many moments whether they are peak; the rule of :func:`is_peak`.

    Parameters
    ----------
    local_s
        Local clock, shape (n,). [s since 1970 of that clock]
    supply, figures, holidays
        As in :func:`is_peak`.
    day
        The hours in force on this day hold for every moment: readings of a past year
        are split as they would be billed now.

    Returns
    -------
    numpy.ndarray
        Shape (n,), bool.
    """
    first, after = (int(figures.value(name, day)) for name in (PEAK_START_HOUR, PEAK_END_HOUR))
    hour = (local_s % DAY_S) // HOUR_S
    peak = (hour >= first) & (hour < after)
    if supply.holidays_off_peak:
        local_day = local_s // DAY_S
        free = np.array(sorted(holidays), dtype="datetime64[D]").astype(np.int64)
        peak &= ((local_day + THURSDAY) % 7 != SUNDAY) & ~np.isin(local_day, free)
    return peak
