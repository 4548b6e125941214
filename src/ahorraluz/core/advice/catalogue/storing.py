"""A battery for a home without panels: from cheap hours to dear ones, or bought with panels.

Where every hour costs the same a battery only loses energy. Under an option with hours it
fills outside hora punta and gives within it; beside new panels it keeps their noon for the
night. What it loses, how it wears out and the next one are counted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.advice.catalogue.answers import TENANT, price
from ahorraluz.core.advice.catalogue.own_panels import BATTERIES_KWH, HOURS_FULL
from ahorraluz.core.advice.catalogue.roof import own_load, rooftop_panels
from ahorraluz.core.advice.catalogue.tariff import GUESSED_HOURS, PEAK_SHARE
from ahorraluz.core.advice.context import Otherwise, PlanContext
from ahorraluz.core.advice.energy import WATT_HOUR
from ahorraluz.core.advice.measures import (
    CALENDAR_MONTHS,
    Answer,
    Ask,
    Cost,
    CostKind,
    Effort,
    Kind,
    Measure,
    NotHere,
    Proposal,
)
from ahorraluz.core.consumption import Band
from ahorraluz.core.estimate import Estimate
from ahorraluz.core.home import Tenure
from ahorraluz.core.issues import Issue, Severity
from ahorraluz.core.money import CENT
from ahorraluz.core.renewables.arrays import hourly_yield, usual_mount
from ahorraluz.core.renewables.economics import MoneyRange
from ahorraluz.core.renewables.storage import Battery, Pair, given_by_pairs
from ahorraluz.core.tariffs.arrays import price_bills
from ahorraluz.core.tariffs.energy import EnergyPriceError
from ahorraluz.core.tariffs.figures import GRID_EMISSIONS
from ahorraluz.core.tariffs.terms import BillTerms

WattHours = NDArray[np.int64]

BATTERY_COST = "cost-battery-kwh"
PANELS_COST = "cost-pv-kwp"
MOVED = "basis.battery-moves-hours"
TOGETHER = "basis.panels-and-battery"
EVENING_LEFT = (0.5, 0.7, 1.0)
"""Parts of the evening's energy of today that a battery is counted to find there, low, middle
and high: other steps of the plan take some of it."""
PAIR_CAPACITIES = BATTERIES_KWH[:2]
"""Capacities offered with new panels: what a larger one keeps, a home seldom uses. [kWh]"""
PAIR_PANELS = 3
"""Arrays that are tried with a battery, those nearest to the home's day or larger."""
WORTH_A_SIZE = 1.05
"""How much more a battery must give than the one before to be offered beside it."""
TRIED_KWH = 10
"""Energy moved to see what a kWh that moves is worth. [kWh/month]"""
WEEK, SUNDAY = 7, 6


def _peak_battery(context: PlanContext) -> Answer:
    if context.home.panels_kwp is not None:
        return NotHere(reason="reason.battery-for-panels")
    if not context.band_shares:
        return _one_price(context)
    if context.home.tenure is Tenure.TENANT:
        return TENANT
    if context.home.homes_on_meter > 1:
        return NotHere(reason="reason.shared-meter")
    moved = [_moved(context, capacity) for capacity in BATTERIES_KWH]
    try:
        saved = _saved(context, [one for three in moved for one in three])
    except EnergyPriceError:
        return NotHere(reason="reason.price-unknown")
    first, *others = (
        _mover(context, capacity, moved=three[1], saved=saved[3 * place : 3 * place + 3])
        for place, (capacity, three) in enumerate(zip(BATTERIES_KWH, moved, strict=True))
    )
    return replace(first, variants=tuple(others))


def _one_price(context: PlanContext) -> NotHere:
    """Return why a battery cannot pay at one price all day, and what hours would make of it."""
    option = context.home.supply.option.value
    pair = context.otherwise.get(Otherwise.BT5F)
    if pair is None or not context.kwh_by_month[0]:
        return NotHere(reason="reason.one-price-all-day", parameters={"option": option})
    terms, energy = pair.then[0], int(context.kwh_by_month[0] / WATT_HOUR)
    tried = min(TRIED_KWH * 1000, energy // 2)
    try:
        now, then = _priced(context, terms, np.array([energy] * 2), np.array([0, tried]))
    except EnergyPriceError:
        return NotHere(reason="reason.one-price-all-day", parameters={"option": option})
    worth = (int(now - then) * CENT / (tried * WATT_HOUR)).quantize(CENT)
    values = {"option": option, "other": terms.supply.option.value, "worth": worth}
    return NotHere(reason="reason.one-price-but-hours", parameters=values)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Moving:
    """What a battery moves out of hora punta, at one end of what is known."""

    wh: WattHours
    """In each month to come, shape (12,). [Wh]"""
    efficiency: float


def _moved(context: PlanContext, capacity_kwh: float) -> tuple[_Moving, _Moving, _Moving]:
    """Return what a battery moves: as much as it holds, and as the evening still uses."""
    solar, share = context.facts.solar, float(context.band_shares[Band.PEAK])
    days = np.array([_peak_days(context, terms) for terms in context.year])
    evening = share * np.array([float(kwh) for kwh in context.kwh_by_month])
    ends = []
    for usable, efficiency, left in zip(
        _ends(solar.battery_usable), _ends(solar.battery_efficiency), EVENING_LEFT, strict=True
    ):
        kwh = np.minimum(capacity_kwh * usable * days, evening * left)
        ends.append(_Moving(wh=np.floor(kwh * 1000).astype(np.int64), efficiency=efficiency))
    low, middle, high = ends
    return low, middle, high


def _ends(estimate: Estimate) -> tuple[float, float, float]:
    return estimate.low, estimate.middle, estimate.high


def _peak_days(context: PlanContext, terms: BillTerms) -> int:
    """Return the days with hora punta: all, or no Sundays where the customer asked for it."""
    days = terms.period.days
    if not context.home.supply.holidays_off_peak:
        return days
    first = terms.period.start.weekday()
    return sum(1 for day in range(days) if (first + day) % WEEK != SUNDAY)


def _saved(context: PlanContext, moving: Sequence[_Moving]) -> list[Decimal]:
    """Return what each takes off the bills of a year, its losses bought. [PEN/year]"""
    total = np.zeros(len(moving), dtype=np.int64)
    for place, (terms, kwh) in enumerate(zip(context.year, context.kwh_by_month, strict=True)):
        energy = np.full(len(moving) + 1, int(kwh / WATT_HOUR), dtype=np.int64)
        out = np.array([0, *(int(one.wh[place]) for one in moving)], dtype=np.int64)
        lost = np.array([0.0, *(1 / one.efficiency - 1 for one in moving)])
        bills = _priced(context, terms, energy, out, lost=lost)
        total += bills[0] - bills[1:]
    return [int(cents) * CENT for cents in total]


def _priced(
    context: PlanContext,
    terms: BillTerms,
    energy: WattHours,
    out: WattHours,
    *,
    lost: NDArray[np.float64] | None = None,
) -> WattHours:
    """Return bills with some energy out of hora punta, bought in the cheapest other band.

    In céntimos, shape (n,); ``lost`` is what is bought besides for each kWh that moves.
    """
    if lost is None:
        lost = np.full(len(out), 1 / context.facts.solar.battery_efficiency.middle - 1)
    shares = _shares(context, terms)
    bands = {band: np.floor(energy * part).astype(np.int64) for band, part in shares.items()}
    rest = next(band for band in terms.bands if band not in bands)
    bands[rest] = energy - sum(bands.values(), np.zeros_like(energy))
    bought = out + np.ceil(out * lost).astype(np.int64)
    bills = []
    for fill in (band for band in terms.bands if band is not Band.PEAK):
        moved = dict(bands)
        moved[Band.PEAK] = bands[Band.PEAK] - out
        moved[fill] = bands[fill] + bought
        whole = energy - out + bought
        bills.append(price_bills(whole, terms, bands_milli=moved).total)
    cheapest: WattHours = np.min(bills, axis=0)
    return cheapest


def _shares(context: PlanContext, terms: BillTerms) -> Mapping[Band, float]:
    """Return the part of the energy in every band but one; half in hora punta to try one."""
    if context.band_shares:
        return {band: float(share) for band, share in context.band_shares.items()}
    return {band: 0.5 if band is Band.PEAK else 0.0 for band in terms.bands[:-1]}


def _mover(
    context: PlanContext, capacity_kwh: float, *, moved: _Moving, saved: Sequence[Decimal]
) -> Proposal:
    solar = context.facts.solar
    low, middle, high = (
        (amount / CALENDAR_MONTHS).quantize(CENT)
        for amount in (min(saved[:2]), saved[1], max(saved[1:]))
    )
    guessed = context.typed(PEAK_SHARE.id) is None
    year_kwh = float(moved.wh.sum()) / 1000
    return Proposal(
        other=MoneyRange(low=low, middle=middle, high=high, unit="PEN/month", basis=MOVED),
        other_co2_kg=_co2_of_losses(context, year_kwh * (1 / moved.efficiency - 1)),
        cost=price(context, BATTERY_COST, times=capacity_kwh),
        life_years=round(solar.battery_life_years.middle),
        fading_year=Decimal(str(solar.battery_fading_year.middle)),
        basis=GUESSED_HOURS if guessed else MOVED,
        parameters={
            "capacity": Decimal(str(capacity_kwh)),
            "moved": _tenths(year_kwh / CALENDAR_MONTHS),
        },
        issues=(Issue(code="battery-beside-the-months", severity=Severity.NOTE),),
        questions=(PEAK_SHARE,) if guessed else (),
    )


def _co2_of_losses(context: PlanContext, lost_kwh_year: float) -> float | None:
    """Return what the energy lost in a battery emits, below zero. [kgCO2e/month]"""
    factor = context.facts.figures.known(GRID_EMISSIONS, context.as_of)
    return None if factor is None else -lost_kwh_year * float(factor) / CALENDAR_MONTHS


def _panels_with_battery(context: PlanContext) -> Answer:
    if context.home.panels_kwp is not None:
        return NotHere(reason="reason.battery-for-panels")
    alone = rooftop_panels(context)
    match alone:
        case NotHere():
            return alone
        case Ask():
            return Ask(questions=alone.questions)
        case Proposal():
            first, *others = _pairs(context, alone)
            return replace(first, variants=tuple(others))


def _pairs(context: PlanContext, alone: Proposal) -> list[Proposal]:
    """Return panels with batteries: each size with a price, or one to tell what it may cost."""
    priced = None not in (context.typed(BATTERY_COST), context.typed(PANELS_COST))
    fitting = float(str(alone.parameters["kwp"]))
    by_size = sorted((alone, *alone.variants), key=lambda one: float(str(one.parameters["kwp"])))
    large = [one for one in by_size if float(str(one.parameters["kwp"])) >= fitting]
    arrays = large[:PAIR_PANELS] if priced else [alone]
    sizes = [
        (array, capacity)
        for array in arrays
        for capacity in (PAIR_CAPACITIES if priced else PAIR_CAPACITIES[:1])
    ]
    given = _given(context, sizes)
    offered: list[Proposal] = []
    best = 0.0
    for (array, capacity), months in zip(sizes, given, strict=True):
        year = float(months.sum())
        smallest = capacity == PAIR_CAPACITIES[0]
        if smallest or year > best * WORTH_A_SIZE:
            offered.append(_pair(context, array, capacity, months))
        best = year if smallest else max(best, year)
    return offered


def _given(context: PlanContext, sizes: Sequence[tuple[Proposal, float]]) -> NDArray[np.float64]:
    """Return what each battery gives by calendar month, worn as at half its life. [kWh/month]"""
    solar, sun = context.facts.solar, context.facts.sun
    assert sun is not None  # noqa: S101 - panels were proposed from it
    worn = 1 - solar.battery_fading_year.middle * solar.battery_life_years.middle / 2
    pairs = []
    for array, capacity in sizes:
        usable = capacity * solar.battery_usable.middle * worn
        battery = Battery(
            usable_kwh=usable,
            power_kw=usable / HOURS_FULL,
            efficiency=solar.battery_efficiency.middle,
        )
        pairs.append(Pair(kwp=float(str(array.parameters["kwp"])), battery=battery))
    return given_by_pairs(
        pairs,
        load=own_load(context).kwh,
        yield_kwp=hourly_yield(sun, usual_mount(sun, assumptions=solar), assumptions=solar),
        meets=solar.coincidence.middle,
    )


def _pair(
    context: PlanContext, array: Proposal, capacity_kwh: float, given: NDArray[np.float64]
) -> Proposal:
    """Return panels with a battery: their energy and the battery's, worn out and bought anew."""
    solar, monthly = context.facts.solar, context.account.monthly_kwh
    shares = tuple(
        min(share + kwh / used, 1.0) if used > 0 else 0.0
        for share, kwh, used in zip(array.effect.home_shares, given.tolist(), monthly, strict=True)
    )
    battery = price(context, BATTERY_COST, times=capacity_kwh)
    lasts = round(solar.battery_life_years.middle)
    life, parts, upkeep = lasts, dict(array.new_parts), array.upkeep_share
    cost = _together(array.cost, battery)
    if battery.middle is not None and array.life_years is not None:
        life = array.life_years
        for year in range(lasts, life, lasts):
            parts[year] = parts.get(year, Decimal(0)) + battery.middle
    if cost.middle and array.cost.middle is not None:
        upkeep = upkeep * array.cost.middle / cost.middle
    return replace(
        array,
        effect=replace(array.effect, home_shares=shares),
        cost=cost,
        life_years=life,
        new_parts=parts,
        upkeep_share=upkeep,
        basis=TOGETHER,
        parameters={
            **array.parameters,
            "capacity": Decimal(str(capacity_kwh)),
            "given": _tenths(float(given.mean())),
        },
        variants=(),
    )


def _together(panels: Cost, battery: Cost) -> Cost:
    """Return one price of both; asked for as long as one of them is not known."""
    if panels.amount is None or battery.amount is None:
        return panels if panels.amount is None else battery
    both = panels.amount.middle + battery.amount.middle
    amount = replace(panels.amount, low=both, middle=both, high=both)
    return Cost(kind=CostKind.STATED, figure=BATTERY_COST, amount=amount)


def _tenths(value: float) -> Decimal:
    return Decimal(str(round(value, 1)))


PEAK_BATTERY = Measure(
    id="peak-battery",
    kind=Kind.PURCHASE,
    effort=Effort.WORKS,
    evidence=(),
    judge=_peak_battery,
    needs_owner=True,
    parameters=("capacity", "moved"),
)
PANELS_WITH_BATTERY = Measure(
    id="panels-with-battery",
    kind=Kind.RENEWABLE,
    effort=Effort.WORKS,
    evidence=("rooftop-panels",),
    judge=_panels_with_battery,
    needs_owner=True,
    needs_roof=True,
    parameters=("kwp", "capacity", "given", "checked_on"),
)
MEASURES = (PEAK_BATTERY, PANELS_WITH_BATTERY)
