"""What a home would have used: its own level, moved as everything else moved.

IPMVP option C at the meter: the baseline is fitted on the days before the step and carried
to the days after it. Routine adjustments are the weather where it is measured, the home's own
year where a year is known, and, before both, what comparison homes did (``comparison``).
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from ahorraluz.core.verification.cells import Cells, Days, Floats, month_of_cell

HALF_LIFE_DAYS = 90.0
"""Age at which a day before the step counts half as much: habits drift, and the latest
months say most of the next ones. [day]"""
EXPECTED, EXPECTED_SD = (1.0, 0.0, 0.0), (0.3, 0.8, 0.8)
"""Response to what moves all, and to ten degrees of cold and of heat beside it: what is expected
and how far a home lies from it. A home that heats with gas moves less in winter, one with
electric heaters more. [log]"""
ALIKE = 4.0
"""Weeks in a row are alike: so many of them say as much as one alone."""
LEAST_SPREAD = 0.05
"""No home follows the others closer than this. [log]"""
LEAST_RESPONSE, MOST_RESPONSE = -1.0, 3.0
"""Limits of a response; beyond them few cells have misled it."""
HEATING_C, COOLING_C = 18.0, 20.0
"""Temperatures below and above which homes use more. [°C]"""
TEN = 10.0
ROUNDS = 3
"""Noise and slopes settle within these."""
LEAST_MEASURED = 0.8
"""Part of the cells whose temperature must be known for the weather to be followed. [0 to 1]"""
YEAR_WEIGHT = 0.5
"""Part of last year's seasons that comes again. [0 to 1]"""
YEAR_DAYS = 330
"""Days before the step from which the home's own year is used. [day]"""
FLOOR = 0.05
"""Smallest ratio that enters a logarithm."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Weather:
    """Measured mean temperatures of days."""

    days: Days
    """Rising, shape (d,)."""
    temp_c: Floats
    """NaN unknown, shape (d,). [°C]"""


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
class Foreseen:
    """What a forecast made on the day of the step expected, as a part of a baseline."""

    without_kwh_day: Floats
    """What the baseline expects without it, shape (n,). [kWh/day]"""
    kwh_day: Floats
    """What the forecast expects; before the step the same, shape (n,). [kWh/day]"""
    weight: float
    """How much the forecast counts. [0 to 1]"""
    apart: float
    """How far the energies of the two lie from each other after the step. [log]"""


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
    foreseen: Foreseen | None = None
    """The forecast that is part of it; ``None``: there is none."""


def weights_before(cells: Cells) -> Floats:
    """Return how much each cell says of the level at the step, 0 after it, shape (n,)."""
    first = cells.used & cells.is_before
    newest = cells.end[cells.is_before].max()
    age = (newest - cells.end).astype(np.float64)
    halves = np.clip(age, 0.0, None) / HALF_LIFE_DAYS
    return np.asarray(np.where(first, cells.days * 2.0**-halves, 0.0))


def fit_baseline(cells: Cells, movement: Movement, *, weather: Weather | None = None) -> Baseline:
    """Return what the home would have used, from the cells before the step alone.

    How much of the movement the home makes, and what cold and heat do to it beside that, are
    estimated together before the step: drawn towards making all of it and nothing beside, the
    more firmly the noisier the home.

    Parameters
    ----------
    cells
        The home, checked (:func:`.cells.check_cells`).
    movement
        What moved everything.
    weather
        Measured temperatures: degrees below one balance temperature and above another, as
        PRISM and CalTRACK count them.

    References
    ----------
    EVO, International Performance Measurement and Verification Protocol, Core Concepts
    (2022), option C. CalTRACK methods 2.0. M. F. Fels, PRISM: an introduction, Energy and
    Buildings 9 (1986), doi:10.1016/0378-7788(86)90003-4.
    """
    weight = weights_before(cells)
    before = weight > 0
    share = weight[before] / weight[before].sum()
    columns = [np.log(movement.factor)[:, None]]
    degrees = None if weather is None else _degrees(cells, weather)
    columns += [] if degrees is None else [degrees]
    inputs = np.concatenate(columns, axis=1)
    energy = np.nan_to_num(cells.kwh_day)
    level = float(share @ energy[before])
    own = np.log(np.maximum(energy[before] / level, FLOOR))
    usual = share @ inputs[before]
    slopes = _slopes(inputs[before] - usual, own - share @ own, share)
    slopes[0] = np.clip(slopes[0], LEAST_RESPONSE, MOST_RESPONSE)
    moved = np.exp((inputs - usual) @ slopes)
    at_step = level / float(share @ moved[before])
    left = own - np.log(at_step * moved[before] / level)
    return Baseline(
        expected_kwh_day=at_step * moved,
        level_kwh_day=at_step,
        response=float(slopes[0]),
        spread=float(np.std(left)),
        movement=movement,
    )


def _slopes(apart: Floats, mine: Floats, share: Floats) -> Floats:
    """Return the response to the movement and to degrees, shape (1,) or (3,).

    A ridge towards (1, 0, 0); noise and slopes settle together within a few rounds.
    """
    expected, sd = np.array(EXPECTED), np.array(EXPECTED_SD)
    slopes = expected[: apart.shape[1]].copy()
    sd = sd[: apart.shape[1]]
    for _ in range(ROUNDS):
        noise = max(float(share @ (mine - apart @ slopes) ** 2), LEAST_SPREAD**2)
        belief = np.diag(ALIKE * noise / sd**2)
        pull = belief @ expected[: len(sd)]
        slopes = np.linalg.solve(apart.T @ apart + belief, apart.T @ mine + pull)
    return np.asarray(slopes)


def own_movement(cells: Cells, *, weather: Weather | None = None) -> Movement:
    """Return how the home moves by its own history: by the weather, by its year, or not at all.

    Parameters
    ----------
    cells
        The home.
    weather
        Measured temperatures, which :func:`fit_baseline` follows; ``None``: there are none.
    """
    if weather is None or _degrees(cells, weather) is None:
        return _by_year(cells)
    return Movement(factor=np.ones(len(cells)), basis=MovementBasis.WEATHER)


def _degrees(cells: Cells, weather: Weather) -> Floats | None:
    """Return tens of degrees of cold and of heat of each cell, shape (n, 2).

    Cells without a temperature are as those beside them; ``None``: too many are.
    """
    table = np.full((len(cells), 2), np.nan)
    known = ~np.isnan(weather.temp_c)
    cold = np.maximum(HEATING_C - weather.temp_c, 0.0) / TEN
    heat = np.maximum(weather.temp_c - COOLING_C, 0.0) / TEN
    for place, (start, end) in enumerate(zip(cells.start, cells.end, strict=True)):
        inside = (weather.days >= start) & (weather.days < end) & known
        if inside.any():
            table[place] = cold[inside].mean(), heat[inside].mean()
    measured = np.flatnonzero(~np.isnan(table[:, 0]))
    if len(measured) < LEAST_MEASURED * len(cells):
        return None
    places = np.arange(len(cells))
    filled = [np.interp(places, measured, column[measured]) for column in table.T]
    return np.stack(filled, axis=1)


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
