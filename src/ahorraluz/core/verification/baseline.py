"""What a home would have used: its own level, moved as everything else moved.

IPMVP option C at the meter: the baseline is fitted on the days before the step and carried
to the days after it. Routine adjustments are the weather where it is measured, the home's own
year where a year is known, and, before both, what comparison homes did (``comparison``).
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from ahorraluz.core.usage.changepoint import BOTH
from ahorraluz.core.usage.daily import UsageDataError
from ahorraluz.core.usage.weather import TemperatureResponse, temperature_response
from ahorraluz.core.verification.cells import Cells, Days, Floats, month_of_cell

HALF_LIFE_DAYS = 90.0
"""Age at which a day before the step counts half as much: habits drift, and the latest
months say most of the next ones. [day]"""
RESPONSE_SD = 0.5
"""How far from 1 the response of a home to what moves all is expected to lie: a home that
heats with gas moves less in winter, one with electric heaters more."""
ALIKE = 4.0
"""Weeks in a row are alike: so many of them say as much as one alone."""
LEAST_SPREAD = 0.05
"""No home follows the others closer than this. [log]"""
LEAST_RESPONSE, MOST_RESPONSE = -1.0, 3.0
"""Limits of a response; beyond them few cells have misled it."""
YEAR_WEIGHT = 0.5
"""Part of last year's seasons that comes again. [0 to 1]"""
YEAR_DAYS = 330
"""Days before the step from which the home's own year is used. [day]"""
FLOOR = 0.05
"""Smallest ratio that enters a logarithm."""


class MovementBasis(StrEnum):
    """What the level before the step is moved by."""

    PEERS = "peers"
    """Homes like this one at the same time."""
    WEATHER = "weather"
    """The home's own response to measured temperatures."""
    YEAR = "year"
    """The same months of the home's own year before."""
    LEVEL = "level"
    """Nothing: the level before is carried on."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Movement:
    """By what factor everything moved, cell by cell, against the time before the step."""

    factor: Floats
    """Positive, shape (n,)."""
    basis: MovementBasis
    homes: int = 0
    """Comparison homes; 0 without."""
    homes_worth: float = 0.0
    """The same, as if all counted alike."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Baseline:
    """What the home would have used in every cell."""

    expected_kwh_day: Floats
    """Shape (n,). [kWh/day]"""
    level_kwh_day: float
    """Level at the step. [kWh/day]"""
    response: float
    """How much of the movement the home makes; 1: as much as the others."""
    spread: float
    """Standard deviation of the cells before around the baseline, in logarithms."""
    movement: Movement


def weights_before(cells: Cells) -> Floats:
    """Return how much each cell says of the level at the step, 0 after it, shape (n,)."""
    first = cells.used & cells.is_before
    newest = cells.end[cells.is_before].max()
    age = (newest - cells.end).astype(np.float64)
    halves = np.clip(age, 0.0, None) / HALF_LIFE_DAYS
    return np.asarray(np.where(first, cells.days * 2.0**-halves, 0.0))


def fit_baseline(cells: Cells, movement: Movement) -> Baseline:
    """Return what the home would have used, from the cells before the step alone.

    Parameters
    ----------
    cells
        The home, checked (:func:`.cells.check_cells`).
    movement
        What moved everything.

    References
    ----------
    EVO, International Performance Measurement and Verification Protocol, Core Concepts
    (2022), option C. CalTRACK methods 2.0.
    """
    weight = weights_before(cells)
    before = weight > 0
    energy = np.nan_to_num(cells.kwh_day)
    level = float(weight @ energy / weight.sum())
    own = np.log(np.maximum(energy[before] / level, FLOOR))
    others = np.log(movement.factor)
    share = weight[before] / weight[before].sum()
    apart, mine = others[before] - share @ others[before], own - share @ own
    # The noisier a home, the less its own response is believed, and the more it is as all.
    noise = max(float(share @ (mine - apart) ** 2), LEAST_SPREAD**2)
    belief = ALIKE * noise / RESPONSE_SD**2
    response = (apart @ mine + belief) / (apart @ apart + belief)
    response = float(np.clip(response, LEAST_RESPONSE, MOST_RESPONSE))
    moved = np.exp(response * others)
    at_step = float(weight @ energy / (weight @ moved))
    left = own - np.log(at_step * moved[before] / level)
    return Baseline(
        expected_kwh_day=at_step * moved,
        level_kwh_day=at_step,
        response=response,
        spread=float(np.std(left)),
        movement=movement,
    )


def own_movement(
    cells: Cells, *, daily: tuple[Days, Floats, Floats] | None = None
) -> tuple[Movement, TemperatureResponse | None]:
    """Return how the home moves by its own history, and its response to temperature if any.

    Parameters
    ----------
    cells
        The home.
    daily
        Days, energy and mean temperature of each, NaN unknown, shape (d,) each; ``None``:
        no temperatures were measured. [kWh], [°C]
    """
    if daily is not None:
        found = _by_weather(cells, *daily)
        if found is not None:
            return found
    return _by_year(cells), None


def _by_weather(
    cells: Cells, days: Days, kwh: Floats, temp_c: Floats
) -> tuple[Movement, TemperatureResponse] | None:
    step = cells.end[cells.is_before].max()
    past = days < step
    try:
        response = temperature_response(kwh[past], temp_c[past], days=days[past])
    except UsageDataError:
        return None
    if response.heating is None and response.cooling is None:
        return None
    energy = np.full(len(days), response.level_kwh_day)
    for side, slope in zip(BOTH, (response.heating, response.cooling), strict=True):
        if slope is not None:
            sign = 1.0 if side is BOTH[0] else -1.0
            degrees = np.maximum(sign * (slope.balance_c - temp_c), 0.0)
            energy = energy + slope.kwh_c_day.middle * degrees
    factor = np.full(len(cells), np.nan)
    for place, (start, end) in enumerate(zip(cells.start, cells.end, strict=True)):
        inside = (days >= start) & (days < end) & ~np.isnan(energy)
        if inside.any():
            factor[place] = energy[inside].mean()
    if bool(np.isnan(factor[cells.used]).any()) or bool(np.any(factor[cells.used] <= 0)):
        return None
    weight = weights_before(cells)
    usual = float(weight @ np.nan_to_num(factor) / weight.sum())
    factor = np.where(np.isnan(factor), 1.0, factor / usual)
    return Movement(factor=factor, basis=MovementBasis.WEATHER), response


def _by_year(cells: Cells) -> Movement:
    """Return the seasons of the home's own past year, drawn in; flat without a year."""
    level = Movement(factor=np.ones(len(cells)), basis=MovementBasis.LEVEL)
    first = cells.used & cells.is_before
    if cells.days_used(before=True) < YEAR_DAYS:
        return level
    month = month_of_cell(cells)
    energy = np.bincount(month[first], (cells.kwh_day * cells.days)[first], minlength=12)
    days = np.bincount(month[first], cells.days[first], minlength=12)
    usual = energy.sum() / days.sum()
    factor = np.where(days > 0, energy / np.maximum(days, 1) / usual, 1.0)
    if bool(np.any(factor <= 0)):
        return level
    return Movement(factor=factor[month] ** YEAR_WEIGHT, basis=MovementBasis.YEAR)
