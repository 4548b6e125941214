"""Windows to learn from: drawn evenly by home, and made as little known as real homes are."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from ahorraluz.core.forecast.forecaster import (
    CONTEXT_DAYS,
    FACTS,
    HORIZON_DAYS,
    HOURS_DAY,
    Days,
    Floats,
    Windows,
    mean_day,
)
from ahorraluz.core.forecast.panel import Cut, HomeHours, cut_windows
from ahorraluz.learning.day_tokens import LEVEL_FLOOR
from ahorraluz.learning.training_data import TrainingHome

SHIFTS_H = (0, 0, 0, 0, 0, 0, -1, 1, -3, 3)
"""By how much a home's clock is moved while learning: habits differ by hours from town to
town, and files name their zone wrongly. [h]"""
BACKWARD_SHARE = 0.35
"""Part of the homes whose weeks are told in reverse order. A year of data holds each season
once: homes seen only from winter to summer teach that use falls, and backwards it rises as
often."""
FEW_DAYS = (1, 1, 1, 2, 2, 3, 4, 5, 7, 10, 14, 21)
"""Days that a home newly known may have shown."""
FEW_SHARE, BILL_ONLY_SHARE, BILL_SHARE, GAPS_SHARE = 0.25, 0.06, 0.3, 0.1
"""Parts of the windows that show few days, nothing but a recibo, a recibo too, or gaps."""
BILL_SPREAD, GAP_DAYS = 0.15, 5
"""A recibo is of another month: standard deviation of its logarithm from the window's mean;
and the longest gap. [day]"""
WEATHER_SHARE, FORECAST_ERROR_C = 0.5, 1.5
"""Part of the windows that keep their temperatures; standard error of those ahead. [°C]"""
MIXED_SHARE, MIXED_EVENLY = 0.5, 0.6
"""Part of the homes of a round that are two homes of one place added up, as two families under
one roof; and the parameter of the beta distribution of the weights, below one: mostly one home
with a little of the other."""
LEAST_MIXED_DAYS = 60
"""Days that two homes must have in common to be added up. [day]"""
FACTS_SHARE = 0.5
"""Part of the windows that keep what is known of their homes."""
WEEK = 7
PLACE_SHARE = {"london": 0.6}
"""Part of a draw that comes from a place; all others share the rest home by home."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sample:
    """Windows with what came after them and the holidays where they are."""

    cut: Cut
    country: np.ndarray
    """Of each window, shape (w,)."""


def calendar_of(country: np.ndarray) -> Callable[[Days], np.ndarray]:
    """Return a calendar for windows of several countries, one country a row."""

    def free(days: Days) -> np.ndarray:
        found = np.zeros(days.shape, dtype=np.bool_)
        for name in np.unique(country):
            rows = country == name
            found[rows] = free_days(str(name), days[rows])
        return found

    return free


def free_days(country: str, days: Days) -> np.ndarray:
    """Return which days are public holidays of a country, or of a part of it (``AU-NSW``).

    Of no country (an empty text) there are none.
    """
    years = np.unique(days.astype("datetime64[Y]").astype(np.int64) + 1970)
    return np.isin(days, np.concatenate([_of_year(country, int(year)) for year in years]))


@lru_cache(maxsize=512)
def _of_year(country: str, year: int) -> Days:
    from holidays import country_holidays

    if not country:
        return np.zeros(0, dtype="datetime64[D]")
    land, _, part = country.partition("-")
    known = country_holidays(land, subdiv=part or None, years=year)
    return np.array(sorted(known), dtype="datetime64[D]")


def cut_of(homes: Sequence[TrainingHome], part: str, *, step_days: int = 1) -> Sample:
    """Return every window of some homes in one part of their time.

    Parameters
    ----------
    homes
        Homes of a panel.
    part
        ``learn``, ``check`` or ``judge``; the days ahead lie within it, the days before may not.
    step_days
        Days from one origin to the next. [day]
    """
    cuts = []
    for place, home in enumerate(homes):
        first, last = _between(home, part)
        cut = cut_windows([home.hours], first=first, last=last, step_days=step_days)
        temperatures = _windows_of(home, cut.windows.origin)
        facts = np.broadcast_to(home.facts, (len(cut.home), len(FACTS)))
        cuts.append(
            Cut(
                windows=replace(cut.windows, temp_c=temperatures, facts=facts),
                actual=cut.actual,
                home=np.full(len(cut.home), place),
            )
        )
    temp_c = np.concatenate([_temperatures(cut.windows) for cut in cuts])
    cut = Cut(
        windows=Windows(
            kwh=np.concatenate([cut.windows.kwh for cut in cuts]),
            origin=np.concatenate([cut.windows.origin for cut in cuts]),
            bill_kwh_day=np.concatenate([cut.windows.bill_kwh_day for cut in cuts]),
            temp_c=temp_c,
            facts=np.concatenate([_facts(cut.windows) for cut in cuts]),
        ),
        actual=np.concatenate([cut.actual for cut in cuts]),
        home=np.concatenate([cut.home for cut in cuts]),
    )
    return Sample(cut=cut, country=np.array([homes[place].country for place in cut.home]))


def drawn(homes: Sequence[TrainingHome], count: int, chance: np.random.Generator) -> Sample:
    """Return windows to learn from, some of them shown in part only.

    Parameters
    ----------
    homes
        Homes to learn from.
    count
        Windows to draw.
    chance
        Where every choice comes from.
    """
    shown = [varied(home, chance) for home in mixed(homes, chance)]
    sample = cut_of(shown, "learn")
    rows = chance.choice(len(sample.cut.home), count, p=_weights(shown, sample.cut.home))
    windows = sample.cut.windows.rows(rows)
    return Sample(
        cut=Cut(
            windows=hidden_in_part(windows, chance),
            actual=sample.cut.actual[rows],
            home=sample.cut.home[rows],
        ),
        country=sample.country[rows],
    )


def mixed(homes: Sequence[TrainingHome], chance: np.random.Generator) -> list[TrainingHome]:
    """Return homes of which some are the sum of two of one place, as large as the first.

    Thirty homes are soon known by heart; their sums are homes that nobody has seen.

    Parameters
    ----------
    homes
        Homes to learn from.
    chance
        Where every choice comes from.
    """
    return [
        _with_another(home, [other for other in homes if other.place == home.place], chance)
        if chance.random() < MIXED_SHARE
        else home
        for home in homes
    ]


def _with_another(
    home: TrainingHome, others: Sequence[TrainingHome], chance: np.random.Generator
) -> TrainingHome:
    other = others[int(chance.integers(len(others)))]
    share = float(chance.beta(MIXED_EVENLY, MIXED_EVENLY))
    days, own, theirs = np.intersect1d(home.hours.days, other.hours.days, return_indices=True)
    first, second = home.hours.kwh[own], other.hours.kwh[theirs]
    if len(days) < LEAST_MIXED_DAYS or np.isnan(first).all() or np.isnan(second).all():
        return home
    size = np.nanmean(first) / max(float(np.nanmean(second)), LEVEL_FLOOR)
    kwh = share * first + (1 - share) * size * second
    hours = replace(home.hours, days=days, kwh=kwh)
    return replace(home, hours=hours, temp_c=home.temp_c[own])


def varied(home: TrainingHome, chance: np.random.Generator) -> TrainingHome:
    """Return the part to learn from of a home as if it were another one's.

    Its clock is moved by some hours and its weeks may be told backwards; weekdays stay what
    they are.
    """
    learnt = home.hours.days < home.learn_until
    days, temp_c, country = home.hours.days[learnt], home.temp_c[learnt], home.country
    kwh = _shifted(home.hours.kwh[learnt], int(chance.choice(np.array(SHIFTS_H))))
    skipped = int(chance.integers(0, WEEK))
    if chance.random() < BACKWARD_SHARE and len(days) > 2 * WEEK:
        weeks = (len(days) - skipped) // WEEK
        whole = slice(skipped, skipped + weeks * WEEK)
        kwh = kwh[whole].reshape(weeks, WEEK, HOURS_DAY)[::-1].reshape(-1, HOURS_DAY)
        temp_c = temp_c[whole].reshape(weeks, WEEK)[::-1].reshape(-1)
        days, country = days[whole], ""
    hours = HomeHours(id=home.hours.id, days=days, kwh=kwh)
    return replace(home, hours=hours, temp_c=temp_c, country=country)


def hidden_in_part(windows: Windows, chance: np.random.Generator) -> Windows:
    """Return windows of which some show few days, gaps, a recibo, or nothing else."""
    count = len(windows)
    kwh = windows.kwh.copy()
    bill = mean_day(kwh) * np.exp(chance.normal(0.0, BILL_SPREAD, count))
    kind = chance.random(count)
    days = np.where(kind < FEW_SHARE, chance.choice(np.array(FEW_DAYS), count), CONTEXT_DAYS)
    only_bill = kind > 1.0 - BILL_ONLY_SHARE
    days[only_bill] = 0
    day = np.arange(CONTEXT_DAYS)
    kwh[day[None, :] < CONTEXT_DAYS - days[:, None]] = np.nan
    begin = chance.integers(0, CONTEXT_DAYS, count)
    length = chance.integers(1, GAP_DAYS + 1, count) * (chance.random(count) < GAPS_SHARE)
    gap = (day >= begin[:, None]) & (day < (begin + length)[:, None])
    # A gap may not take the last thing that is known of a home.
    gap &= (days > 2 * GAP_DAYS)[:, None]
    kwh[gap] = np.nan
    keeps_bill = only_bill | (chance.random(count) < BILL_SHARE) | np.isnan(kwh).all(axis=(1, 2))
    temp_c = _temperatures(windows).copy()
    temp_c[chance.random(count) >= WEATHER_SHARE] = np.nan
    temp_c[:, CONTEXT_DAYS:] += chance.normal(0.0, FORECAST_ERROR_C, (count, HORIZON_DAYS))
    facts = np.where(chance.random((count, 1)) < FACTS_SHARE, _facts(windows), np.nan)
    return replace(
        windows,
        kwh=kwh,
        bill_kwh_day=np.where(keeps_bill, bill, np.nan),
        temp_c=temp_c,
        facts=facts,
    )


def _weights(homes: Sequence[TrainingHome], home: np.ndarray) -> Floats:
    """Return the chance of each window: places by their share, homes of a place alike."""
    windows = np.bincount(home, minlength=len(homes))
    place = np.array([home.place for home in homes])
    weight = np.where(windows > 0, 1.0, 0.0)
    named = np.isin(place, list(PLACE_SHARE))
    for name, share in PLACE_SHARE.items():
        here, elsewhere = place == name, ~named
        if weight[here].sum() > 0 and weight[elsewhere].sum() > 0:
            weight[here] *= share / weight[here].sum()
            weight[elsewhere] *= (1.0 - share) / weight[elsewhere].sum()
    each = weight[home] / windows[home]
    return np.asarray(each / each.sum())


def _between(home: TrainingHome, part: str) -> tuple[np.datetime64 | None, np.datetime64 | None]:
    """Return the first origin of a part and the first behind it."""
    ends = {"learn": home.learn_until, "check": home.judge_from, "judge": None}
    firsts = {"learn": None, "check": home.learn_until, "judge": home.judge_from}
    end = ends[part]
    return firsts[part], None if end is None else end - (HORIZON_DAYS - 1)


def _shifted(kwh: Floats, shift_h: int) -> Floats:
    """Return hours of days that begin some hours later (or earlier) than midnight."""
    flat = np.roll(kwh.reshape(-1), -shift_h)
    if shift_h > 0:
        flat[-shift_h:] = np.nan
    elif shift_h < 0:
        flat[:-shift_h] = np.nan
    return flat.reshape(-1, HOURS_DAY)


def _windows_of(home: TrainingHome, origin: Days) -> Floats:
    """Return the temperatures of the 35 days of each window, shape (w, 35)."""
    place = (origin - home.hours.days[0]).astype(np.int64)
    return np.asarray(home.temp_c[place[:, None] + np.arange(-CONTEXT_DAYS, HORIZON_DAYS)])


def _facts(windows: Windows) -> Floats:
    assert windows.facts is not None  # noqa: S101 - cut_of gives them to every window
    return windows.facts


def _temperatures(windows: Windows) -> Floats:
    assert windows.temp_c is not None  # noqa: S101 - cut_of gives them to every window
    return windows.temp_c
