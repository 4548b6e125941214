"""Which months of the year a home uses what: the swing of its recibos, shared out.

The swing of a month is its energy less the mean of the year. Uses that follow the
weather take it first, each in a fixed proportion, so that every month adds up to
its recibo and every use to twelve times its mean. Without recibos of at least
``MIN_MONTHS`` calendar months, every month is the mean.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.home import MonthlyUse
from ahorraluz.core.issues import AhorraLuzError, Issue, Severity
from ahorraluz.core.usage.facts import ClimateFacts

Floats = NDArray[np.float64]

MONTHS = 12
MIN_MONTHS = 6
"""Calendar months with a recibo below which a swing says nothing about seasons."""
_SHORTEST_DAYS = 20
_LONGEST_DAYS = 45
_STEADY_WEIGHT = 0.1
"""How far uses that do not follow the weather join the swing, per kWh."""


class NoHistoryError(AhorraLuzError):
    """A home without a single recibo."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeteredYear:
    """What the recibos of a home say about a month and a year."""

    mean_kwh: float
    """Mean month of the latest recibos, at most twelve. [kWh/month]"""
    monthly_kwh: tuple[float, ...]
    """January to December; they add up to twelve times the mean. [kWh/month]"""
    months_known: int
    """Calendar months with a recibo."""
    issues: tuple[Issue, ...] = ()


def metered_year(history: Sequence[MonthlyUse]) -> MeteredYear:
    """Return the mean month and the months of the year from a home's recibos.

    Parameters
    ----------
    history
        Recibos by rising date, at least one. One shorter than 20 days or longer
        than 45 counts as a month of 30 days, with the issue ``period-not-a-month``.

    Raises
    ------
    NoHistoryError
        ``history-empty``.
    """
    if not history:
        raise NoHistoryError("history-empty")
    issues = [
        Issue(
            code="period-not-a-month",
            severity=Severity.NOTE,
            parameters={"start": month.period.start, "days": month.period.days},
        )
        for month in history
        if not _is_month(month)
    ]
    energies = [_month_kwh(month) for month in history]
    latest = energies[-MONTHS:]
    mean = math.fsum(latest) / len(latest)
    by_month: list[list[float]] = [[] for _ in range(MONTHS)]
    for month, energy in zip(history, energies, strict=True):
        by_month[_calendar_month(month) - 1].append(energy)
    known = sum(bool(values) for values in by_month)
    if known < MIN_MONTHS or mean == 0:
        monthly = [mean] * MONTHS
    else:
        monthly = [math.fsum(values) / len(values) if values else mean for values in by_month]
        factor = MONTHS * mean / math.fsum(monthly)
        monthly = [energy * factor for energy in monthly]
    return MeteredYear(
        mean_kwh=mean, monthly_kwh=tuple(monthly), months_known=known, issues=tuple(issues)
    )


def _is_month(month: MonthlyUse) -> bool:
    return _SHORTEST_DAYS <= month.period.days <= _LONGEST_DAYS


def _month_kwh(month: MonthlyUse) -> float:
    energy = float(month.kwh)
    return energy if _is_month(month) else energy / month.period.days * 30


def _calendar_month(month: MonthlyUse) -> int:
    """Return the calendar month that holds the middle of a recibo's period."""
    return (month.period.start + timedelta(days=month.period.days // 2)).month


def swing_weights(
    energies: Sequence[float],
    *,
    grows_with_heat: Sequence[bool | None],
    monthly_kwh: Sequence[float],
    climate: ClimateFacts | None,
) -> Floats:
    """Return how readily each use takes part in the swing of the year, shape (n,).

    Parameters
    ----------
    energies
        Mean energy of each use. [kWh/month]
    grows_with_heat
        For each use, ``True`` if it grows in warm months (cooling), ``False`` if in
        cold ones (hot water, room heaters), ``None`` if it does not mind the weather.
    monthly_kwh
        Metered months, January to December. [kWh/month]
    climate
        Temperatures of the place. Where they are known and the home uses more in
        warm months, hot water does not take the swing, and the other way round.
    """
    warm = _more_when_warm(monthly_kwh, climate)
    weights = [
        energy * (1.0 if _joins(grows, warm) else _STEADY_WEIGHT)
        for energy, grows in zip(energies, grows_with_heat, strict=True)
    ]
    return np.array(weights)


def _joins(grows_with_heat: bool | None, warm: bool | None) -> bool:
    return grows_with_heat is not None and warm in (None, grows_with_heat)


def _more_when_warm(monthly_kwh: Sequence[float], climate: ClimateFacts | None) -> bool | None:
    """Tell whether warm months use more; ``None`` where nothing can be told."""
    if climate is None or len(climate.monthly_temp_c) != MONTHS:
        return None
    energy = np.array(monthly_kwh) - np.mean(monthly_kwh)
    warmth = np.array(climate.monthly_temp_c) - climate.mean_temp_c
    agreement = float(energy @ warmth)
    return None if agreement == 0 else agreement > 0


def spread_over_year(
    energies: Sequence[float], *, monthly_kwh: Sequence[float], weights: Floats
) -> Floats:
    """Return the energy of each use in each month, shape (12, n). [kWh/month]

    Parameters
    ----------
    energies
        Mean energy of each use, shape (n,). [kWh/month]
    monthly_kwh
        Metered months; their mean is the sum of ``energies``. [kWh/month]
    weights
        How readily each use takes part in the swing, non-negative, shape (n,).

    Returns
    -------
    numpy.ndarray
        Rows add up to the metered months, columns to twelve times the means; never
        negative: a use takes at most the part of the swing that it can lose in the
        leanest month.

    Examples
    --------
    >>> spread_over_year([30.0, 10.0], monthly_kwh=[50.0, 30.0] * 6,
    ...                  weights=np.array([0.0, 1.0]))[:2].tolist()
    [[30.0, 20.0], [30.0, 0.0]]
    """
    means = np.array(energies, dtype=np.float64)
    swing = np.array(monthly_kwh, dtype=np.float64) - means.sum()
    deepest = float(-swing.min())
    if deepest <= 1e-12 * max(means.sum(), 1.0):
        return np.tile(means, (len(swing), 1))
    shares = _filled(weights, caps=means / deepest)
    months: Floats = np.maximum(means + swing[:, None] * shares, 0.0)
    return months


def _filled(weights: Floats, *, caps: Floats) -> Floats:
    """Return shares that add up to one, in proportion to ``weights`` up to ``caps``.

    The caps add up to at least one, since no month is below zero.
    """
    shares = np.zeros_like(caps)
    # A sliver for uses without weight: they take what the caps of the others leave.
    wanted = np.where(weights > 0, weights, 0.0)
    for _ in range(len(caps) + 1):
        missing = 1.0 - shares.sum()
        open_ = shares < caps
        if missing <= 0 or not open_.any():
            break
        pull = np.where(open_, wanted, 0.0)
        if pull.sum() == 0:
            pull = np.where(open_, caps - shares, 0.0)
        shares = np.minimum(shares + missing * (pull / pull.sum()), caps)
    filled: Floats = shares / shares.sum()
    return filled
