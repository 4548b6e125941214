"""Where the energy of a home goes, from its interval readings alone.

Five things can be told apart by how they run: what never stops, what cycles all night,
what is large and short, what follows the weather, and the small rest, by day and by
evening. Each gets an expectation and a doubt; all are then reconciled with the measured
total, which is the one thing that is sure.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from ahorraluz.core.estimate import Estimate
from ahorraluz.core.issues import Issue, Severity
from ahorraluz.core.readings.grid import HOUR_S, DayGrid
from ahorraluz.core.usage.appliances import SurveyedUse
from ahorraluz.core.usage.cycling import Cycling, find_cycling
from ahorraluz.core.usage.event_kinds import (
    END_USES,
    EventKind,
    KindsOfEvents,
    classify_events,
)
from ahorraluz.core.usage.events import BLURRED_S, EDGE_MAX_S, find_events, limits
from ahorraluz.core.usage.facts import ApplianceFacts, EndUseId, Physics
from ahorraluz.core.usage.ranges import Spread, estimate_of, relative_sd
from ahorraluz.core.usage.reconcile import Floats, reconcile
from ahorraluz.core.usage.robust import KWH_MONTH_PER_W, mean, median, quantile

EVENTS = "basis.metered-events"
BLOCKS = "basis.metered-blocks"
BASE = "basis.metered-base"
WEATHER = "basis.metered-weather"
REST = "basis.metered-rest"


class MeteredUseId(StrEnum):
    """What readings can tell apart; ``metered-use.<id>`` is the key of its name."""

    ALWAYS_ON = "always-on"
    REFRIGERATION = "refrigeration"
    WATER_HEATING = "water-heating"
    COOKING = "cooking"
    LAUNDRY = "laundry"
    WATER_PUMPING = "water-pumping"
    CLIMATE = "climate"
    LARGE_UNKNOWN = "large-unknown"
    """Large loads whose size and length fit no kind."""
    EVENING = "small-evening"
    """Small things between ``EVENING_H``: lamps, television."""
    DAY = "small-day"
    """Small things at all other hours."""


COVERED: Mapping[MeteredUseId, tuple[EndUseId, ...]] = {
    MeteredUseId.ALWAYS_ON: (EndUseId.ALWAYS_ON,),
    MeteredUseId.REFRIGERATION: (EndUseId.REFRIGERATION,),
    MeteredUseId.WATER_HEATING: (EndUseId.WATER_HEATING,),
    MeteredUseId.COOKING: (EndUseId.COOKING,),
    MeteredUseId.LAUNDRY: (EndUseId.LAUNDRY,),
    MeteredUseId.WATER_PUMPING: (EndUseId.WATER_PUMPING,),
    MeteredUseId.CLIMATE: (EndUseId.CLIMATE,),
    MeteredUseId.LARGE_UNKNOWN: (EndUseId.OTHER,),
    MeteredUseId.EVENING: (EndUseId.LIGHTING, EndUseId.ENTERTAINMENT, EndUseId.COMPUTING),
    MeteredUseId.DAY: (EndUseId.OTHER,),
}
"""End uses of the account that each of them is evidence for."""

EVENING_H = (18, 24)
"""Hours in which lamps and television run. [h]"""
_BASE_QUANTILE = 0.05
"""Part of a day below which the base load lies, where none is given."""
_BASE_SD = 0.1
"""Relative error of a base load found here."""
_NIGHTS_SD = 0.2
"""Error of taking the base load for what never stops, relative: what runs on most nights,
such as heating, is in it."""
_PULSE_SD: Mapping[MeteredUseId, float] = {MeteredUseId.WATER_HEATING: 0.15}
"""Relative error of the energy of kinds that nothing else is like."""
_ALIKE_SD = 0.35
"""The same for the others: heaters of two kilowatts look alike, whatever they heat."""
_BLURRED_SD = 0.5
"""The same where an interval is longer than many a use, and its power a guess."""
_BLOCK_SD = 0.6
"""The same for blocks of hours: they hold whatever ran in them."""
_TOGETHER = 0.5
"""Part of the doubt about a kind that all its events share: a wrong plate is wrong always."""
_FLOOR_SD = 0.005
"""Least error of any use, as a part of the total: small bursts that nobody sees."""
_REST_SD = 0.25
"""Relative error of the small rest: it holds what the others miss."""
_YEAR_DAYS = 330
"""Days from which the mean month is the one of a year. [day]"""
_PROBABLE = 0.5
"""Probability from which a home is taken to have an appliance."""
_SLIVER = 1e-4
"""Least share of the rest: something must be able to take up a difference."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeteredUse:
    """Energy of one group of uses, from the readings alone."""

    id: MeteredUseId
    estimate: Estimate
    """[kWh/month]"""
    share: float
    """Part of the measured total. [0 to 1]"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MeteredUses:
    """Where the measured energy goes; the middles of its uses add up to the total."""

    uses: tuple[MeteredUse, ...]
    """Largest first."""
    total_kwh_month: float
    """Mean month of the measured time. [kWh/month]"""
    monthly_kwh: tuple[float, ...]
    """January to December; the mean where a month was not measured. [kWh/month]"""
    kinds: KindsOfEvents
    cycling: Cycling | None
    interval_s: int
    days: float
    """Days of known power. [day]"""
    issues: tuple[Issue, ...] = ()

    def use(self, name: MeteredUseId) -> MeteredUse | None:
        """Return one group; ``None`` where nothing of it was seen."""
        return next((use for use in self.uses if use.id is name), None)

    @property
    def resolves_events(self) -> bool:
        """Whether edges show at all; else only blocks of hours do."""
        return self.interval_s <= EDGE_MAX_S

    @property
    def tells_uses(self) -> bool:
        """Whether single uses can be told apart by power and length."""
        return self.interval_s <= BLURRED_S


def metered_uses(
    grid: DayGrid,
    *,
    base_load_w: Estimate | None,
    appliances: Mapping[str, ApplianceFacts],
    climate: Estimate | None = None,
    owned: Mapping[str, float] | None = None,
) -> MeteredUses:
    """Return where the energy of a home goes, from its readings.

    Parameters
    ----------
    grid
        Power by day and time of day, any interval up to one hour.
    base_load_w
        What runs when nobody is at home, the refrigerator included; ``None``: found
        here. [W]
    appliances
        Catalogue by id: plates of large loads, what refrigerators take.
    climate
        Energy that follows the weather; ``None``: not known, then only devices seen as
        events count. [kWh/month]
    owned
        Probability that the home has each appliance, where known. [0 to 1]

    Returns
    -------
    MeteredUses
        Middles add up to the measured mean month. Issues among those of
        :func:`~ahorraluz.core.usage.events.limits`, ``readings-empty`` and
        ``metered-part-of-year``.
    """
    kinds = classify_events(find_events(grid), appliances=appliances, owned=owned)
    cycling = find_cycling(grid, cold=_cold(appliances, owned))
    days = grid.known_days
    power = float(mean(grid.power_kw.reshape(-1)))
    total = power * 1000 * KWH_MONTH_PER_W if days > 0 else 0.0
    parts = [
        *_steady(grid, base_load_w, cycling),
        *_of_events(kinds, total_kwh=total, climate=climate),
    ]
    parts += _rest(grid, parts, total_kwh=total)
    return MeteredUses(
        uses=_reconciled(parts, total_kwh=total, has=_has(kinds.chances)),
        total_kwh_month=total,
        monthly_kwh=_monthly(grid, total),
        kinds=kinds,
        cycling=cycling,
        interval_s=grid.interval_s,
        days=days,
        issues=(*limits(grid.interval_s), *_issues(days)),
    )


def _cold(
    appliances: Mapping[str, ApplianceFacts], owned: Mapping[str, float] | None
) -> list[ApplianceFacts]:
    """Return what may refrigerate this home: what it probably has, else everything."""
    cold = [one for one in appliances.values() if one.physics is Physics.COLD]
    probable = [one for one in cold if (owned or {}).get(one.id, 0.0) >= _PROBABLE]
    return probable or cold


def _part(name: MeteredUseId, kwh: float, sd: float, basis: str) -> SurveyedUse:
    return SurveyedUse(id=name, end_use=COVERED[name][0], mean_kwh=kwh, sd_kwh=sd, basis=basis)


def _steady(
    grid: DayGrid, base_load_w: Estimate | None, cycling: Cycling | None
) -> list[SurveyedUse]:
    """Return what never stops and what cycles all day."""
    if base_load_w is None:
        low = quantile(grid.power_kw, _BASE_QUANTILE)
        watts = max(float(median(low)), 0.0) * 1000 if np.any(~np.isnan(low)) else 0.0
        base, base_sd = watts * KWH_MONTH_PER_W, watts * KWH_MONTH_PER_W * _BASE_SD
    else:
        base = max(base_load_w.middle, 0.0) * KWH_MONTH_PER_W
        base_sd = base * relative_sd(base_load_w)
    if cycling is None:
        return [_part(MeteredUseId.ALWAYS_ON, base, base_sd, BASE)]
    cold = cycling.energy.middle
    cold_sd = cold * relative_sd(cycling.energy)
    if base_load_w is not None or not cycling.seen:
        # Averaged over its cycles, the refrigerator is part of what never stops; of one
        # that was seen, what it takes at night, without the doors of the day.
        night = cycling.night_kwh if cycling.seen else cold
        cold = cold if cycling.seen else min(cold, base)
        base, base_sd = max(base - min(night, base), _SLIVER * base), math.hypot(base_sd, cold_sd)
    base_sd = math.hypot(base_sd, _NIGHTS_SD * base)
    return [
        _part(MeteredUseId.ALWAYS_ON, base, base_sd, BASE),
        _part(MeteredUseId.REFRIGERATION, cold, cold_sd, cycling.energy.basis),
    ]


def _of_events(
    kinds: KindsOfEvents, *, total_kwh: float, climate: Estimate | None
) -> list[SurveyedUse]:
    """Return the energy of events by use, and what follows the weather."""
    blocks = kinds.events.interval_s > EDGE_MAX_S
    groups: dict[MeteredUseId, Floats] = {}
    for kind in kinds.kinds:
        name = _group_of(kind)
        groups[name] = groups.get(name, np.zeros(len(kinds.events))) + kinds.of(kind)
    parts = []
    for name, chance in groups.items():
        if name is MeteredUseId.CLIMATE and climate is not None:
            continue
        expected = kinds.events.month_kwh(chance)
        if expected <= 0:
            continue
        doubt = kinds.events.month_kwh(np.minimum(chance, 1 - chance))
        sd = math.hypot(
            _own_sd(name, kinds.events.interval_s) * expected,
            _TOGETHER * doubt,
            _FLOOR_SD * total_kwh,
        )
        parts.append(_part(name, expected, sd, BLOCKS if blocks else EVENTS))
    if climate is not None and climate.middle > 0:
        sd = climate.middle * relative_sd(climate)
        parts.append(_part(MeteredUseId.CLIMATE, climate.middle, sd, WEATHER))
    return parts


def _own_sd(name: MeteredUseId, interval_s: int) -> float:
    if interval_s > EDGE_MAX_S:
        return _BLOCK_SD
    return _BLURRED_SD if interval_s > BLURRED_S else _PULSE_SD.get(name, _ALIKE_SD)


def _group_of(kind: EventKind) -> MeteredUseId:
    if kind is EventKind.UNKNOWN:
        return MeteredUseId.LARGE_UNKNOWN
    return MeteredUseId(END_USES[kind].value)


def _rest(grid: DayGrid, parts: Sequence[SurveyedUse], *, total_kwh: float) -> list[SurveyedUse]:
    """Return the small rest, by evening and by day."""
    rest = max(total_kwh - math.fsum(part.mean_kwh for part in parts), _SLIVER * total_kwh)
    sd = math.hypot(_REST_SD * rest, math.sqrt(math.fsum(part.sd_kwh**2 for part in parts)))
    evening = _evening_share(grid)
    return [
        _part(name, rest * share, sd * share, REST)
        for name, share in ((MeteredUseId.EVENING, evening), (MeteredUseId.DAY, 1 - evening))
        if rest * share > 0
    ]


def _evening_share(grid: DayGrid) -> float:
    """Return the part of the power above the base that falls into the evening. [0 to 1]

    The middle of the days at each time of day stands for the small loads: large ones
    are rare at any one time.
    """
    usual = median(grid.power_kw.T)
    above = np.fmax(usual - np.fmin.reduce(usual), 0.0)
    first, last = (hour * HOUR_S // grid.interval_s for hour in EVENING_H)
    whole = float(above.sum())
    return float(above[first:last].sum()) / whole if whole > 0 else 0.5


def _has(chance_of: Mapping[EventKind, float]) -> Mapping[MeteredUseId, float]:
    """Return the probability that the home has anything of each group. [0 to 1]"""
    has: dict[MeteredUseId, float] = {}
    for kind, chance in chance_of.items():
        has[_group_of(kind)] = max(has.get(_group_of(kind), 0.0), chance)
    return has


def _reconciled(
    parts: Sequence[SurveyedUse], *, total_kwh: float, has: Mapping[MeteredUseId, float]
) -> tuple[MeteredUse, ...]:
    counted = [part for part in parts if part.mean_kwh > 0]
    if not counted or total_kwh <= 0:
        return ()
    result = reconcile(counted, total_kwh=total_kwh, total_sd=0.0)
    estimates = result.each([part.basis for part in counted])
    uses = [
        MeteredUse(
            id=MeteredUseId(part.id),
            estimate=_maybe(estimate, part, has),
            share=estimate.middle / total_kwh,
        )
        for estimate, part in zip(estimates, counted, strict=True)
    ]
    return tuple(sorted(uses, key=lambda use: -use.estimate.middle))


def _maybe(estimate: Estimate, part: SurveyedUse, has: Mapping[MeteredUseId, float]) -> Estimate:
    """Return the estimate of a use that blocks point to, as wide as it really is.

    Blocks show that something large ran, not which thing: the home may have none of it,
    and then what it has takes all the more.
    """
    chance = has.get(MeteredUseId(part.id), 1.0)
    if part.basis != BLOCKS or chance >= 1 or estimate.middle <= 0:
        return estimate
    factor = estimate.middle / part.mean_kwh / chance
    spreads = [
        Spread(weight=chance, mean=estimate.middle / chance, sd=part.sd_kwh * factor),
        Spread(weight=1 - chance, mean=0.0, sd=0.0),
    ]
    return estimate_of(spreads, basis=estimate.basis, middle=estimate.middle)


def _monthly(grid: DayGrid, total_kwh: float) -> tuple[float, ...]:
    """Return the mean month of each calendar month; they add up to twelve of the mean."""
    month = grid.days.astype("datetime64[M]").astype(np.int64) % 12
    known = ~np.isnan(grid.power_kw)
    energy = np.bincount(month, weights=np.where(known, grid.power_kw, 0).sum(axis=1), minlength=12)
    count = np.bincount(month, weights=known.sum(axis=1), minlength=12)
    found = np.where(count > 0, energy / np.maximum(count, 1) * 1000 * KWH_MONTH_PER_W, total_kwh)
    whole = float(found.sum())
    return tuple((found * (12 * total_kwh / whole) if whole > 0 else found).tolist())


def _issues(days: float) -> list[Issue]:
    if days <= 0:
        return [Issue(code="readings-empty")]
    if days < _YEAR_DAYS:
        parameters = {"days": round(days)}
        return [Issue(code="metered-part-of-year", severity=Severity.NOTE, parameters=parameters)]
    return []
