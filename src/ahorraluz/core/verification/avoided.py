"""Energy avoided since a step: expected less metered, with its range, and as it grew."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from ahorraluz.core.estimate import Estimate
from ahorraluz.core.periods import Period
from ahorraluz.core.verification.baseline import Baseline, Weather, fit_baseline, own_movement
from ahorraluz.core.verification.cells import MIN_AFTER_DAYS, Cells, Days, Floats
from ahorraluz.core.verification.comparison import Peers, compare, movement_of
from ahorraluz.core.verification.doubt import LEVEL, Doubt, ErrorRange
from ahorraluz.core.verification.foreseen import Foresight, with_forecast

FORECAST = "forecast"
"""Basis of the counterfactual that a forecast gives."""
BASES = {
    FORECAST: "basis.verify-forecast",
    "peers": "basis.verify-peers",
    "weather": "basis.verify-weather",
    "year": "basis.verify-year",
    "level": "basis.verify-level",
}
"""Sentence that says what a saving rests on, by the basis of its movement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Avoided:
    """What a home did not use, over some days after a step."""

    days: float
    """Days that count: known, and with somebody at home. [day]"""
    expected_kwh: float
    metered_kwh: float
    saved_kwh: Estimate
    """Expected less metered; negative: more was used. [kWh]"""
    share: Estimate
    """The same, as a part of what would have been used. [unitless, at most 1]"""
    error: ErrorRange


@dataclass(frozen=True, slots=True, kw_only=True)
class Counterfactual:
    """One of the estimates that an expectation is put together from."""

    basis: str
    """Value of a :class:`.MovementBasis`, or ``forecast``."""
    weight: float
    """How much it counts. [0 to 1]"""
    expected_kwh: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AvoidedMonth:
    """One calendar month, or recibo, after a step."""

    period: Period
    """The whole month; the days before the step are in it, without a saving."""
    days: float
    """Days that count. [day]"""
    expected_kwh: float
    metered_kwh: float
    """Of the days that count. [kWh]"""
    so_far: Avoided | None
    """From the step to the end of this month; ``None``: still too short to say."""


def expect(
    cells: Cells,
    *,
    peers: Peers | None = None,
    weather: Weather | None = None,
    foresight: Foresight | None = None,
) -> Baseline:
    """Return what the home would have used: moved as its peers did, or else on its own.

    Parameters
    ----------
    cells
        The home.
    peers
        Other homes on the same cells; ``None``, or too few alike: its own history.
    weather
        Measured temperatures, for what they do to this home beside all others.
    foresight
        A net whose forecast of the day of the step is part of the answer; ``None``: none is.
    """
    compared = None if peers is None else compare(cells, peers)
    movement = own_movement(cells, weather=weather) if compared is None else movement_of(compared)
    baseline = fit_baseline(cells, movement, weather=weather)
    if foresight is None:
        return baseline
    return with_forecast(cells, baseline, compared, foresight)


def counterfactuals(cells: Cells, baseline: Baseline, found: Avoided) -> list[Counterfactual]:
    """Return what each estimate expected of the days that count, the baseline first.

    Parameters
    ----------
    cells, baseline
        The home, and what was expected of it.
    found
        All that was avoided since the step.
    """
    basis, foreseen = baseline.movement.basis.value, baseline.foreseen
    if foreseen is None:
        return [Counterfactual(basis=basis, weight=1.0, expected_kwh=found.expected_kwh)]
    weight = cells.days * (cells.used & ~cells.is_before)
    whole = float(weight @ baseline.expected_kwh_day)
    parts = (
        (basis, 1 - foreseen.weight, foreseen.without_kwh_day),
        (FORECAST, foreseen.weight, foreseen.kwh_day),
    )
    return [
        Counterfactual(
            basis=name,
            weight=counts,
            expected_kwh=found.expected_kwh * float(weight @ kwh_day) / whole,
        )
        for name, counts, kwh_day in parts
    ]


def avoided(
    expected_kwh: float, metered_kwh: float, *, days: float, error: ErrorRange, basis: str
) -> Avoided:
    """Return the energy avoided, with its range.

    Examples
    --------
    >>> error = ErrorRange(low=-0.1, high=0.1, scale=0.06, detectable=0.15)
    >>> found = avoided(200.0, 150.0, days=30, error=error, basis="basis.verify-level")
    >>> round(found.saved_kwh.low, 1), found.saved_kwh.middle, round(found.share.high, 3)
    (31.0, 50.0, 0.321)
    """
    ends = tuple(expected_kwh * float(np.exp(bound)) for bound in (error.low, 0.0, error.high))
    return Avoided(
        days=days,
        expected_kwh=expected_kwh,
        metered_kwh=metered_kwh,
        saved_kwh=_ranged([end - metered_kwh for end in ends], unit="kWh", basis=basis),
        share=_ranged([1 - metered_kwh / end for end in ends], unit="1", basis=basis),
        error=error,
    )


def _ranged(ends: Sequence[float], *, unit: str, basis: str) -> Estimate:
    low, middle, high = sorted(ends)
    return Estimate(low=low, middle=middle, high=high, unit=unit, basis=basis, level=LEVEL)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pieces:
    """Days, or recibos, after a step that count."""

    start: Days
    """Shape (n,)."""
    end: Days
    expected_kwh: Floats
    metered_kwh: Floats
    days: Floats
    """Known days of each. [day]"""


def pieces_after(cells: Cells, baseline: Baseline, *, daily: tuple[Days, Floats] | None) -> Pieces:
    """Return what counts after the step: days where they are known, else the cells.

    Parameters
    ----------
    cells, baseline
        The home and what was expected of it.
    daily
        Its days with their energy, NaN unknown, shape (d,) each. [kWh]
    """
    after = cells.used & ~cells.is_before
    if daily is None:
        kept = np.flatnonzero(after)
        return Pieces(
            start=cells.start[kept],
            end=cells.end[kept],
            expected_kwh=(baseline.expected_kwh_day * cells.days)[kept],
            metered_kwh=(cells.kwh_day * cells.days)[kept],
            days=cells.days[kept],
        )
    days, kwh = daily
    place = np.searchsorted(cells.start, days, side="right") - 1
    place = np.clip(place, 0, len(cells) - 1)
    counts = after[place] & ~np.isnan(kwh) & (days >= cells.start[place])
    counts &= days < cells.end[place]
    return Pieces(
        start=days[counts],
        end=days[counts] + 1,
        expected_kwh=baseline.expected_kwh_day[place[counts]],
        metered_kwh=kwh[counts],
        days=np.ones(int(counts.sum())),
    )


def avoided_by_month(
    cells: Cells,
    baseline: Baseline,
    pieces: Pieces,
    *,
    periods: Sequence[Period],
    doubt: Doubt,
) -> tuple[AvoidedMonth, ...]:
    """Return each month after the step with what was avoided until its end.

    Parameters
    ----------
    cells, baseline, pieces
        The home, what was expected of it, and what counts of it.
    periods
        Calendar months, or recibos, by rising date.
    doubt
        How far such baselines err.
    """
    basis = BASES[baseline.movement.basis.value]
    months = []
    for period in periods:
        start, end = _day(period.start), _day(period.end)
        inside = (pieces.start >= start) & (pieces.start < end)
        if not inside.any():
            continue
        until = pieces.start < end
        expected, metered, days = (
            (column[inside].sum(), column[until].sum())
            for column in (pieces.expected_kwh, pieces.metered_kwh, pieces.days)
        )
        so_far = None
        if days[1] >= MIN_AFTER_DAYS:
            error = doubt.error(cells, baseline, days_after=float(days[1]))
            so_far = avoided(
                float(expected[1]), float(metered[1]), days=float(days[1]), error=error, basis=basis
            )
        months.append(
            AvoidedMonth(
                period=period,
                days=float(days[0]),
                expected_kwh=float(expected[0]),
                metered_kwh=float(metered[0]),
                so_far=so_far,
            )
        )
    return tuple(months)


def _day(day: date) -> np.datetime64:
    return np.datetime64(day, "D")
