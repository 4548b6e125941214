"""Intervals that hold what they promise: quantiles moved by how far they were off lately.

Each quantile of each day ahead is moved by the same quantile of its own past errors, in parts
of the home's mean hour. That is conformalized quantile regression with one offset for each
side: whatever the model, as many of the coming hours lie below the moved quantile as its
name says, as long as errors to come are like those before. Where they drift, the asked part
itself follows what was missed.

References
----------
Y. Romano, E. Patterson, E. Candès, "Conformalized Quantile Regression", NeurIPS 2019
(theorem 2: one offset for each side). I. Gibbs, E. Candès, "Adaptive Conformal Inference
Under Distribution Shift", NeurIPS 2021 (the asked part follows what was missed).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.forecast.forecaster import (
    HORIZON_DAYS,
    HOURS_DAY,
    QUANTILES,
    Days,
    Floats,
    Hours,
    tidy,
)

WINDOW_DAYS = 60
"""Past days whose errors count: two months, so that a season's errors leave with it. [day]"""
LEAST_DAYS = 30
"""Days of its own errors from which a home is moved by them. [day]"""
RATE = 0.01
"""How fast the asked part follows what was missed, of each day."""
FURTHEST = 0.04
"""The asked part keeps this distance from its name: a bad fortnight must not undo a band."""

_ASKED = np.array(QUANTILES)
_SIDE_UP = _ASKED >= 0.5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Offsets:
    """How far to move each quantile of each day ahead."""

    shift: Floats
    """In parts of the scale, shape (7, 9)."""
    days: int
    """Days of errors they rest on, of the day ahead with fewest; 0: nothing is moved."""


NO_OFFSETS = Offsets(shift=np.zeros((HORIZON_DAYS, len(QUANTILES))), days=0)
"""Leaves forecasts as they are."""


def fit_offsets(
    hours: Hours, actual: Floats, scale: Floats, *, asked: Floats | None = None
) -> Offsets:
    """Return the offsets that would have made past forecasts hold what they promised.

    Parameters
    ----------
    hours
        Past forecasts of w windows, a whole number of days each, h = 24 × days.
    actual
        What came, NaN where not measured, any shape of w × h numbers. [kWh]
    scale
        Mean hour of each window, above zero, shape (w,). [kWh]
    asked
        Part of the hours that shall lie below each quantile, shape (7, 9); the quantiles'
        own names by default.

    Returns
    -------
    Offsets
        Of a day ahead without any error, or beyond h, zero.
    """
    errors = _errors(hours, actual, scale)
    asked = np.broadcast_to(_ASKED, NO_OFFSETS.shift.shape) if asked is None else asked
    return _of_errors([errors[:, day] for day in range(errors.shape[1])], asked)


def apply(hours: Hours, offsets: Offsets, scale: Floats) -> Hours:
    """Return forecasts with their quantiles moved; the mean stays.

    Quantiles that would cross are put in order, and nothing falls below zero: neither makes
    a band hold less.

    Parameters
    ----------
    hours
        Forecasts of w windows, a whole number of days each.
    offsets
        From ``fit_offsets`` or ``latest_offsets``.
    scale
        Mean hour of each window, shape (w,). [kWh]
    """
    by_day = _by_day(hours.quantiles)
    moved = by_day + offsets.shift[: by_day.shape[1], None, :] * scale[:, None, None, None]
    return tidy(moved.reshape(hours.quantiles.shape), hours.mean)


def latest_offsets(
    hours: Hours,
    actual: Floats,
    scale: Floats,
    *,
    origin: Days,
    today: np.datetime64,
) -> Offsets:
    """Return the offsets for a home's next forecast, from its own of the last 60 days.

    Parameters
    ----------
    hours, actual, scale
        Past forecasts of one home, all seven days of each, not moved; and what came.
    origin
        First day ahead of each, rising, shape (w,).
    today
        First day ahead of the next forecast: nothing that came on it or later is used.

    Returns
    -------
    Offsets
        Nothing is moved while the home has fewer than 30 days of errors.
    """
    following = _Following.begin(_errors(hours, actual, scale), origin=origin)
    for place in range(int(np.searchsorted(origin, today))):
        following.step(place)
    return following.offsets(today)


def rolling(hours: Hours, actual: Floats, scale: Floats, *, origin: Days) -> Hours:
    """Return each forecast of a home moved by what was known at its own origin.

    Parameters are those of ``latest_offsets``.
    """
    return _moved(hours, scale, _Following.begin(_errors(hours, actual, scale), origin=origin))


def served_and_latest(
    hours: Hours,
    actual: Floats,
    scale: Floats,
    *,
    origin: Days,
    today: np.datetime64,
    days: int = HORIZON_DAYS,
) -> tuple[Hours, Offsets]:
    """Return :func:`rolling` and :func:`latest_offsets` of a home, followed once for both.

    Parameters are those of ``latest_offsets``; all origins lie before ``today``. Days ahead
    from ``days`` on are not moved: each day ahead is moved by its own errors alone, so that who
    needs the first alone need not wait for the others.
    """
    following = _Following.begin(_errors(hours, actual, scale), origin=origin, days=days)
    return _moved(hours, scale, following), following.offsets(today)


def _moved(hours: Hours, scale: Floats, following: "_Following") -> Hours:
    origin, moved = following.origin, hours.quantiles.copy()
    for place in range(len(origin)):
        rows = slice(place, place + 1)
        row = Hours(quantiles=hours.quantiles[rows], mean=hours.mean[rows])
        moved[rows] = apply(row, following.step(place), scale[rows]).quantiles
    return Hours(quantiles=moved, mean=hours.mean)


@dataclass(slots=True, kw_only=True, eq=False)
class _Following:
    """A home followed from origin to origin: which errors have come, what part to ask for."""

    errors: Floats
    """Shape (w, 7, 24, 9)."""
    origin: Days
    asked: Floats
    """Shape (7, 9)."""
    used: Floats
    """By how much each forecast was moved, shape (w, 7, 9)."""
    moved: NDArray[np.bool_]
    """Whether it was moved at all, shape (w,)."""
    days: int
    """Days ahead that are moved."""
    seen: NDArray[np.int64]
    """Forecasts whose day ahead has come and was looked at, by day ahead, shape (7,)."""

    @classmethod
    def begin(cls, errors: Floats, *, origin: Days, days: int = HORIZON_DAYS) -> "_Following":
        return cls(
            days=days,
            errors=errors,
            origin=origin,
            asked=np.tile(_ASKED, (HORIZON_DAYS, 1)),
            used=np.zeros((len(origin), HORIZON_DAYS, len(QUANTILES))),
            moved=np.zeros(len(origin), dtype=np.bool_),
            seen=np.zeros(HORIZON_DAYS, dtype=np.int64),
        )

    def step(self, place: int) -> Offsets:
        """Return the offsets at one of the origins; places must rise from 0."""
        offsets = self.offsets(self.origin[place])
        self.used[place] = offsets.shift
        self.moved[place] = offsets is not NO_OFFSETS
        return offsets

    def offsets(self, today: np.datetime64) -> Offsets:
        """Return the offsets at the midnight that begins a day."""
        come = self._come(today)
        for day, rows in enumerate(come[: self.days]):
            self._follow(day, rows.stop)
        by_day = [self.errors[rows, day] for day, rows in enumerate(come)]
        own = _of_errors(by_day, self.asked, days=self.days)
        if own.days < LEAST_DAYS:
            return NO_OFFSETS
        return own

    def _come(self, today: np.datetime64) -> list[slice]:
        """Return, for each day ahead, the forecasts of which it came within the last 60 days."""
        ends = [today - day for day in range(HORIZON_DAYS)]
        places = [np.searchsorted(self.origin, [end - WINDOW_DAYS, end]) for end in ends]
        return [slice(int(first), int(last)) for first, last in places]

    def _follow(self, day: int, stop: int) -> None:
        """Move the parts asked of a day ahead by what was missed since the last time."""
        for place in range(int(self.seen[day]), stop):
            errors = self.errors[place, day]
            known = ~np.isnan(errors[:, 0])
            if self.moved[place] and known.any():
                below = np.mean(errors[known] <= self.used[place, day], axis=0)
                asked = self.asked[day] + RATE * (_ASKED - below)
                self.asked[day] = np.clip(asked, _ASKED - FURTHEST, _ASKED + FURTHEST)
        self.seen[day] = max(int(self.seen[day]), stop)


def _of_errors(by_day: list[Floats], asked: Floats, *, days: int = HORIZON_DAYS) -> Offsets:
    """Return offsets from errors of each day ahead, each of shape (n, 24, 9).

    Of days ahead from ``days`` on it is counted alone how many they rest on.
    """
    shift = np.zeros(NO_OFFSETS.shift.shape)
    rest_on = []
    for day, errors in enumerate(by_day):
        known = ~np.isnan(errors[..., 0])
        rest_on.append(int(known.any(axis=1).sum()))
        if rest_on[-1] > 0 and day < days:
            shift[day] = _ranked(errors[known], asked[day])
    return Offsets(shift=shift, days=min(rest_on, default=0))


def _ranked(errors: Floats, asked: Floats) -> Floats:
    """Return for each quantile the error that its asked part lies below, shape (9,).

    The rank is that of one error more than there are: the one to come. Upper quantiles round
    it up and lower ones down, so that a band is rather too wide than too narrow.
    """
    count = len(errors)
    up, down = np.ceil(asked * (count + 1)), np.floor(asked * (count + 1))
    rank = np.where(_SIDE_UP, up, down).astype(np.int64)
    places = np.clip(rank - 1, 0, count - 1)
    # In place and in a row of memory each: this is what a forecast of a home waits for.
    columns = np.array(errors.T, order="C")
    for column, place in zip(columns, places.tolist(), strict=True):
        column.partition(place)
    return np.asarray(columns[np.arange(len(places)), places])


def _errors(hours: Hours, actual: Floats, scale: Floats) -> Floats:
    """Return what came above each quantile, in parts of the scale, shape (w, d, 24, 9)."""
    by_day = _by_day(hours.quantiles)
    came = actual.reshape(by_day.shape[:3])
    return (came[..., None] - by_day) / scale[:, None, None, None]


def _by_day(quantiles: Floats) -> Floats:
    count, hours = quantiles.shape[:2]
    return quantiles.reshape(count, hours // HOURS_DAY, HOURS_DAY, len(QUANTILES))
