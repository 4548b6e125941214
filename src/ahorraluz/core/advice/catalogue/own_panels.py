"""A home that has panels: move use to the sun, keep what is left over, check what they give.

What the panels give away earns nothing today, so every kWh that moves to the sun's hours
is a kWh less on the recibo.
"""

from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np

from ahorraluz.core.advice.catalogue.answers import EVEN_CHANCE, PLACE, TENANT, check, price
from ahorraluz.core.advice.context import PlanContext
from ahorraluz.core.advice.energy import UseKey
from ahorraluz.core.advice.measures import (
    Answer,
    Ask,
    Cut,
    Effect,
    Effort,
    Kind,
    Measure,
    NotHere,
    Proposal,
)
from ahorraluz.core.advice.own_sun import OwnSun
from ahorraluz.core.home import Tenure
from ahorraluz.core.renewables.storage import Battery, run_battery
from ahorraluz.core.renewables.sun import MONTH_DAYS, MONTH_OF_DAY, Floats, months_of
from ahorraluz.core.usage.account import ApplianceUse
from ahorraluz.core.usage.facts import EndUseId

SUN_HOURS = slice(9, 15)
"""Hours in which panels give most, and to which use is moved."""
BATTERIES_KWH = (2.5, 5.0, 10.0)
"""Capacities that are offered, from one module to what a house takes. [kWh]"""
HOURS_FULL = 2.0
"""Hours in which a battery fills or empties, as home batteries do. [h]"""
ASSUMED = "basis.sun-shift-assumed"
STORED = "basis.battery-hours"
NO_PANELS = NotHere(reason="reason.no-panels")


def sun_or_answer(context: PlanContext) -> OwnSun | Answer:
    """Return the sun of a home with panels, or what keeps it from being known."""
    if context.home.panels_kwp is None:
        return NO_PANELS
    return context.own_sun or Ask(questions=(PLACE,))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Movable:
    """An appliance whose hours can be chosen."""

    item: ApplianceUse
    hours: Floats
    """Part of its month in each hour of the day, shape (12, 24)."""

    @property
    def outside(self) -> Floats:
        """What it uses outside the sun's hours on a day, shape (12, 24). [kWh/h]"""
        days = np.array(MONTH_DAYS)[:, None]
        elsewhere = self.hours.copy()
        elsewhere[:, SUN_HOURS] = 0.0
        moved: Floats = elsewhere * np.array(self.item.monthly_kwh)[:, None] / days
        return moved


def _shift_to_sun(context: PlanContext) -> Answer:
    own = sun_or_answer(context)
    if not isinstance(own, OwnSun):
        return own
    movable = _movable(context, own)
    if not movable:
        return NotHere(reason="reason.nothing-to-move")
    share = context.facts.advice.sun_shift_share
    spared = _spared_by_moving(own, movable, part=share.middle)
    cuts = tuple(_cuts(context, movable, spared))
    if not any(sum(cut.shares) for cut in cuts):
        return NotHere(reason="reason.no-sun-left")
    return Proposal(
        effect=Effect(
            cuts=cuts, low=share.low / share.middle, high=max(share.high / share.middle, 1.0)
        ),
        basis=ASSUMED,
        parameters={
            "moved": _tenths(share.middle * sum(_outside_month(one) for one in movable)),
            "spared": _tenths(float(spared.mean())),
        },
    )


def _movable(context: PlanContext, own: OwnSun) -> tuple[_Movable, ...]:
    """Return what can run at noon as well: laundry, pumps, tanks, charging; no cold, no light."""
    return tuple(
        _Movable(item=item, hours=own.by_hour[use.id])
        for use in context.account.uses
        for item in use.appliances
        if context.facts.appliances[item.id].shiftable
        and not item.standby
        and item.owned >= EVEN_CHANCE
        and item.estimate.middle > 0
    )


def _spared_by_moving(own: OwnSun, movable: tuple[_Movable, ...], *, part: float) -> Floats:
    """Return what is bought less if a part of these runs in the sun, shape (12,). [kWh/month]"""
    moved = part * np.sum([one.outside for one in movable], axis=0)
    change = -moved
    width = SUN_HOURS.stop - SUN_HOURS.start
    change[:, SUN_HOURS] += moved.sum(axis=1, keepdims=True) / width
    hours = np.maximum(own.load.kwh + change[MONTH_OF_DAY].reshape(-1), 0.0)
    gained = np.minimum(own.made, hours) - np.minimum(own.made, own.load.kwh)
    spared: Floats = np.maximum(months_of(gained) * own.meets, 0.0)
    return spared


def _cuts(context: PlanContext, movable: tuple[_Movable, ...], spared: Floats) -> list[Cut]:
    """Return what is spared as parts of what each appliance takes from the grid."""
    outside = np.array([one.outside.sum(axis=1) for one in movable])
    whole = outside.sum(axis=0)
    cuts = []
    for one, mine in zip(movable, outside, strict=True):
        at_meter = context.at_meter.appliance(one.item.id)
        bought = np.array(at_meter.monthly_kwh if at_meter else one.item.monthly_kwh)
        part = np.divide(mine, whole, out=np.zeros_like(mine), where=whole > 0) * spared
        shares = np.divide(part, bought, out=np.zeros_like(part), where=bought > 0)
        cuts.append(Cut(use=UseKey(one.item.id), shares=tuple(np.clip(shares, 0, 1).tolist())))
    return cuts


def _outside_month(one: _Movable) -> float:
    return float((one.outside.sum(axis=1) * np.array(MONTH_DAYS)).mean())


def _home_battery(context: PlanContext) -> Answer:
    own = sun_or_answer(context)
    if not isinstance(own, OwnSun):
        return own
    if context.home.tenure is Tenure.TENANT:
        return TENANT
    if float(own.unused.sum()) <= 0:
        return NotHere(reason="reason.no-sun-left")
    first, *others = (_battery(context, own, capacity) for capacity in BATTERIES_KWH)
    return replace(first, variants=tuple(others))


def _battery(context: PlanContext, own: OwnSun, capacity_kwh: float) -> Proposal:
    """Return a battery of a capacity, as the part of what is bought that it gives instead."""
    assumed = context.facts.solar
    usable = capacity_kwh * assumed.battery_usable.middle
    direct = own.direct
    ran = run_battery(
        Battery(
            usable_kwh=usable,
            power_kw=usable / HOURS_FULL,
            efficiency=assumed.battery_efficiency.middle,
        ),
        short=own.load.kwh - direct,
        surplus=own.made - direct,
    )
    low, high = _ends(context)
    given, bought = months_of(ran.discharged), np.array(context.at_meter.monthly_kwh)
    shares = np.divide(given, bought, out=np.zeros_like(given), where=bought > 0)
    return Proposal(
        effect=Effect(home_shares=tuple(np.clip(shares, 0, 1).tolist()), low=low, high=high),
        cost=price(context, "cost-battery-kwh", times=capacity_kwh),
        life_years=round(assumed.battery_life_years.middle),
        fading_year=Decimal(str(assumed.battery_fading_year.middle)),
        basis=STORED,
        parameters={"capacity": Decimal(str(capacity_kwh)), "given": _tenths(float(given.mean()))},
    )


def _ends(context: PlanContext) -> tuple[float, float]:
    """Return the ends of what a battery gives over its middle: how much of it can be used."""
    usable = context.facts.solar.battery_usable
    return usable.low / usable.middle, max(usable.high / usable.middle, 1.0)


def _panels_check(context: PlanContext) -> Answer:
    own = sun_or_answer(context)
    if not isinstance(own, OwnSun):
        return own
    made = own.array.generated
    least, most = (pick(made, key=lambda month: month.middle) for pick in (min, max))
    return replace(
        check("basis.solar-yield"),
        parameters={
            "kwp": Decimal(str(own.kwp)),
            "worst": round(least.middle),
            "best": round(most.middle),
            "alarm": round(least.low),
        },
        issues=own.array.issues,
    )


def _tenths(value: float) -> Decimal:
    return Decimal(str(round(value, 1)))


SHIFT_TO_SUN = Measure(
    id="shift-to-sun",
    kind=Kind.HABIT,
    end_uses=(EndUseId.WATER_HEATING, EndUseId.LAUNDRY, EndUseId.WATER_PUMPING),
    effort=Effort.DAILY,
    evidence=(),
    judge=_shift_to_sun,
    parameters=("moved", "spared"),
)
HOME_BATTERY = Measure(
    id="home-battery",
    kind=Kind.RENEWABLE,
    effort=Effort.WORKS,
    evidence=(),
    judge=_home_battery,
    needs_owner=True,
    parameters=("capacity", "given"),
)
PANELS_CHECK = Measure(
    id="panels-check",
    kind=Kind.CHECK,
    effort=Effort.ERRAND,
    evidence=("rooftop-panels",),
    judge=_panels_check,
    parameters=("kwp", "worst", "best", "alarm"),
)
MEASURES = (SHIFT_TO_SUN, HOME_BATTERY, PANELS_CHECK)
