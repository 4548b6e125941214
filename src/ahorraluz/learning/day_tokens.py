"""What the day mixer sees of a window: 28 days as tokens, scaled by the home's own level.

Training, TensorFlow Serving and LiteRT all come through here, with the climatology computed
inside the window by the core: nothing that the network sees differs between them.
"""

from dataclasses import dataclass

import numpy as np

from ahorraluz.core.forecast.climatology import same_hour_mean, same_hour_quantiles
from ahorraluz.core.forecast.forecaster import (
    CONTEXT_DAYS,
    FACTS,
    HORIZON_DAYS,
    HOURS_DAY,
    MEDIAN,
    QUANTILES,
    Floats,
    ForecastError,
    Hours,
    Windows,
    mean_day,
    tidy,
)
from ahorraluz.core.forecast.holidays import FreeDays

DAY_FEATURES = 10
"""Of a day: its weekday as seven marks, a free day, temperature and whether it is known."""
HOME_FEATURES = 7 + 2 * len(FACTS)
"""Of a home: level, hours known, days known, the recibo and whether it is known, the same
for the temperature and for each of ``FACTS``."""
HEADS = len(QUANTILES) + 1
"""Outputs of an hour: the quantiles, then the mean."""
WEEK, FEW = 7, 3
"""Last days whose hours are also looked at by themselves. [day]"""
RECENT = HEADS + 3
"""Of an hour of the day, of late: quantiles and mean of the last week, median and mean of the
last three days, and the last day."""
LEVEL_FLOOR = 1e-3
"""Below this mean use an empty home would be divided by almost nothing. [kWh in an hour]"""
HIGHEST = 50.0
"""An hour of more than so many mean hours is a fault of the meter for what we learn."""
USUAL_PEOPLE = 4.0
"""Persons are counted in households of so many."""
WARM_C, STEP_C = 15.0, 10.0
"""Temperatures are given as tens of degrees around this one. [°C]"""
SHAPES = {
    "history": (CONTEXT_DAYS, HOURS_DAY),
    "known": (CONTEXT_DAYS, HOURS_DAY),
    "past": (CONTEXT_DAYS, DAY_FEATURES),
    "ahead": (HORIZON_DAYS, DAY_FEATURES),
    "home": (HOME_FEATURES,),
    "recent": (HOURS_DAY, RECENT),
    "base": (HORIZON_DAYS, HOURS_DAY, HEADS),
}
"""Inputs of the network by name, without the batch."""

Inputs = dict[str, np.ndarray]
"""Arrays of ``SHAPES``, float32."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tokens:
    """Windows as the network takes them."""

    inputs: Inputs
    level: Floats
    """Energy of a mean hour, what everything was divided by, shape (w,). [kWh]"""


def level_of(windows: Windows) -> Floats:
    """Return the energy of a mean hour of each window, from its recibo where nothing is read.

    Raises
    ------
    ForecastError
        ``forecast-nothing-known``: neither readings nor a recibo.
    """
    own = mean_day(np.maximum(windows.kwh, 0.0)) / HOURS_DAY
    level = np.where(np.isnan(own), windows.bill_kwh_day / HOURS_DAY, own)
    if bool(np.any(np.isnan(level))):
        raise ForecastError("forecast-nothing-known", windows=int(np.isnan(level).sum()))
    return np.maximum(level, LEVEL_FLOOR)


def tokens(windows: Windows, base: Hours, *, free: FreeDays) -> Tokens:
    """Return what the network sees.

    Parameters
    ----------
    windows
        Homes at their origins.
    base
        Their climatology for seven days ahead: what the network corrects.
    free
        The holidays where the homes are.
    """
    level = level_of(windows)
    known = ~np.isnan(windows.kwh)
    scaled = np.maximum(np.where(known, windows.kwh, 0.0), 0.0) / level[:, None, None]
    days = windows.origin[:, None] + np.arange(-CONTEXT_DAYS, HORIZON_DAYS)
    temperature, warm = _temperatures(windows)
    of_days = np.concatenate(
        [
            np.eye(7)[(days.astype(np.int64) + 3) % 7],
            free(days)[..., None],
            temperature[..., None],
            ~np.isnan(_given_temperatures(windows))[..., None],
        ],
        axis=-1,
    )
    heads = np.concatenate([base.quantiles, base.mean[..., None]], axis=-1)
    inputs = {
        "history": np.minimum(scaled, HIGHEST),
        "known": known,
        "past": of_days[:, :CONTEXT_DAYS],
        "ahead": of_days[:, CONTEXT_DAYS:],
        "home": np.concatenate([_home(windows, level, known), warm, _facts(windows)], axis=1),
        "recent": np.minimum(_recent(windows, base) / level[:, None, None], HIGHEST),
        "base": np.minimum(
            heads.reshape(-1, HORIZON_DAYS, HOURS_DAY, HEADS) / level[:, None, None, None], HIGHEST
        ),
    }
    return Tokens(
        inputs={name: value.astype(np.float32) for name, value in inputs.items()}, level=level
    )


def hours_of_answer(answer: np.ndarray, level: Floats, offsets: Floats) -> Hours:
    """Return the hours ahead in kWh.

    Parameters
    ----------
    answer
        Of the network, shape (w, d, 24, 10). [of a mean hour]
    level
        Energy of a mean hour, shape (w,). [kWh]
    offsets
        What is added to the quantiles of each day ahead, shape (7, 9). [of a mean hour]
    """
    count, days = answer.shape[:2]
    scaled = answer.astype(np.float64)
    moved = scaled[..., :-1] + offsets[:days, None, :]
    hours = days * HOURS_DAY
    return tidy(
        (moved * level[:, None, None, None]).reshape(count, hours, len(QUANTILES)),
        (scaled[..., -1] * level[:, None, None]).reshape(count, hours),
    )


def bare_as_others(told: Hours, windows: Windows, base: Hours) -> Hours:
    """Return hours whose windows without any reading are what other homes do.

    Of a recibo alone the network knows no more than that, and less well.

    Parameters
    ----------
    told
        What the network says; changed in place.
    windows
        Where it came from.
    base
        Their climatology, as far ahead at least.
    """
    bare = np.isnan(windows.kwh).all(axis=(1, 2))
    told.quantiles[bare] = base.quantiles[bare, : told.quantiles.shape[1]]
    told.mean[bare] = base.mean[bare, : told.mean.shape[1]]
    return told


def _recent(windows: Windows, base: Hours) -> Floats:
    """Return the hours of late, the climatology where nothing is known, shape (w, 24, 13)."""
    heads = np.concatenate([base.quantiles, base.mean[..., None]], axis=-1)[:, :HOURS_DAY]
    week, few = windows.kwh[:, -WEEK:], windows.kwh[:, -FEW:]
    median, mean = heads[..., MEDIAN], heads[..., -1]
    columns = [
        _or(same_hour_quantiles(week), heads[..., :-1]),
        _or(same_hour_mean(week), mean)[..., None],
        _or(same_hour_quantiles(few)[..., MEDIAN], median)[..., None],
        _or(same_hour_mean(few), mean)[..., None],
        _or(windows.kwh[:, -1], mean)[..., None],
    ]
    return np.maximum(np.concatenate(columns, axis=-1), 0.0)


def _or(values: Floats, instead: Floats) -> Floats:
    return np.where(np.isnan(values), instead, values)


def _home(windows: Windows, level: Floats, known: np.ndarray) -> Floats:
    """Return what is known of each home beside its hours, shape (w, 5)."""
    day = level * HOURS_DAY
    bill = np.where(np.isnan(windows.bill_kwh_day), day, windows.bill_kwh_day)
    ratio = np.log(np.maximum(bill, HOURS_DAY * LEVEL_FLOOR) / day)
    return np.stack(
        [
            np.log(day) / 3.0,
            known.mean(axis=(1, 2)),
            known.any(axis=2).mean(axis=1),
            np.clip(ratio, -2.0, 2.0),
            ~np.isnan(windows.bill_kwh_day),
        ],
        axis=1,
    )


def _facts(windows: Windows) -> Floats:
    """Return what is known of each home, nothing as its zero, and whether it is, shape (w, 6)."""
    if windows.facts is None:
        return np.zeros((len(windows), 2 * len(FACTS)))
    known = ~np.isnan(windows.facts)
    scaled = windows.facts / np.array([USUAL_PEOPLE, 1.0, 1.0])
    return np.concatenate([np.where(known, scaled, 0.0), known], axis=1)


def _given_temperatures(windows: Windows) -> Floats:
    if windows.temp_c is None:
        return np.full((len(windows), CONTEXT_DAYS + HORIZON_DAYS), np.nan)
    return windows.temp_c


def _temperatures(windows: Windows) -> tuple[Floats, Floats]:
    """Return each day's distance from the mean of its window, and that mean with its mark."""
    given = _given_temperatures(windows)
    known = ~np.isnan(given)
    some = known.any(axis=1)
    mean = np.where(known, given, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    apart = np.where(known, given - mean[:, None], 0.0) / STEP_C
    warm = np.where(some, (mean - WARM_C) / STEP_C, 0.0)
    return apart, np.stack([warm, some], axis=1)
