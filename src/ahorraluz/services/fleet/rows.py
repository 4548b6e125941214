"""One home in figures: its plan, its account and its months to come, as a row of the table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ahorraluz.core.advice.brief import BriefPlan, brief_plan
from ahorraluz.core.advice.brief_figures import BriefFigures
from ahorraluz.core.advice.brief_options import BriefOption
from ahorraluz.core.advice.context import PlanContext
from ahorraluz.core.advice.recommendation import Standing
from ahorraluz.core.estimate import Estimate, total
from ahorraluz.core.forecast.forecaster import HIGH, LOW
from ahorraluz.core.forecast.months import MonthForecast
from ahorraluz.core.home import Fose, Home
from ahorraluz.core.periods import MEAN_MONTH_DAYS
from ahorraluz.core.tariffs.figures import FOSE_LIMIT_KWH
from ahorraluz.core.usage.account import UsageAccount
from ahorraluz.core.usage.peers import compare_with_peers, peer_findings
from ahorraluz.services.advise import plan_context
from ahorraluz.services.fleet.homes import FleetHome
from ahorraluz.services.fleet.months import Tariffs
from ahorraluz.services.fleet.tables import Row, kwh, pen
from ahorraluz.services.predict_hours import HoursAhead
from ahorraluz.services.understand_usage import PricedFinding

MONTHS = 12
PLACES = 4
"""Decimals of the energy of an hour, and of a chance."""
PEN_YEAR = "PEN/year"
BASIS = "basis.bills"
RECIBOS, INTERVALS = "bills", "intervals"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Measured:
    """What only readings tell of a home."""

    findings: tuple[PricedFinding, ...]
    account: UsageAccount | None
    hours: HoursAhead | None = None
    """``None``: no hours are told."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Known:
    """A home with what is known of it and of its months to come."""

    about: FleetHome
    home: Home
    end: date
    """Day on which the newest recibo, or the readings, end."""
    months: tuple[MonthForecast, ...]
    """The present one first."""
    costs: Mapping[tuple[str, date], Estimate]
    """Recibos of months by home and first day."""
    measured: Measured | None = None
    """``None``: recibos are all that is known."""


def row_of(known: Known, *, tariffs: Tariffs) -> Row:
    """Return the row of a home.

    Raises
    ------
    AhorraLuzError
        No prices reach the home, or what it states cannot be.
    """
    home = known.home
    context = plan_context(home, tools=tariffs.tools, as_of=tariffs.as_of)
    measures = tariffs.measures(home.department or "")
    plan = brief_plan(context, measures=measures)
    last = home.history[-MONTHS:]
    days = sum(month.period.days for month in last)
    energy = sum((month.kwh for month in last), Decimal(0))
    return {
        "household_id": known.about.id,
        "kind": RECIBOS if known.measured is None else INTERVALS,
        "distributor": home.supply.distributor,
        "system": home.supply.system,
        "option": home.supply.option.value,
        "district": known.about.district,
        "department": home.department,
        "city": home.city,
        "cohort": known.about.cohort,
        "readings_end": known.end,
        "months_known": len(home.history),
        "kwh_last_year": kwh(energy),
        "days_last_year": days,
        "fose": _within_fose(context, energy / days * Decimal(MEAN_MONTH_DAYS)),
        "uses": _uses(known, context),
        "findings": _findings(known, context, tariffs),
        **_months(known),
        **_hours(known.measured),
        **_plan(plan),
        **_array(plan),
    }


def _within_fose(context: PlanContext, kwh_month: Decimal) -> bool:
    """Tell whether the FOSE reaches a home with its mean month."""
    limit = context.facts.figures.value(FOSE_LIMIT_KWH, context.as_of)
    return context.home.supply.fose is Fose.ELIGIBLE and kwh_month <= limit


def _uses(known: Known, context: PlanContext) -> list[dict[str, object]]:
    own = None if known.measured is None else known.measured.account
    account = own or context.account
    return [
        {"id": use.id.value, "kwh_month": kwh(use.estimate.middle)}
        for use in account.uses
        if use.estimate.middle > 0
    ]


def _findings(known: Known, context: PlanContext, tariffs: Tariffs) -> list[dict[str, object]]:
    if known.measured is not None:
        return [
            {
                "code": one.finding.id,
                "weight": one.finding.weight.value,
                "kwh_month": None if one.finding.energy is None else kwh(one.finding.energy.middle),
                "pen_month": None if one.cost is None else pen(one.cost.middle),
            }
            for one in known.measured.findings
        ]
    ahead = sum(month.mean_kwh for month in known.months) / len(known.months)
    peers = tariffs.peers(context.facts.figures)
    found = compare_with_peers(ahead, home=known.home, peers=peers, own_homes=None)
    return [
        {"code": one.id, "weight": one.weight.value, "kwh_month": None, "pen_month": None}
        for one in peer_findings(found)
    ]


def _months(known: Known) -> dict[str, object]:
    present, following = known.months[0], known.months[1]
    found: dict[str, object] = {
        "month_basis": present.basis,
        "month_end": present.period.end,
        "months": [
            {"start": month.period.start, "end": month.period.end, **_energy("", month)}
            for month in known.months
        ],
        "kwh_year": kwh(sum(month.mean_kwh for month in known.months)),
    }
    for name, month in (("month", present), ("next_month", following)):
        cost = known.costs.get((known.about.id, month.period.start))
        found[f"{name}_start"] = month.period.start
        found |= _energy(f"{name}_", month)
        if cost is not None:
            found[f"{name}_cost_low"] = pen(cost.low)
            found[f"{name}_cost"] = pen(cost.middle)
            found[f"{name}_cost_high"] = pen(cost.high)
    return found


def _energy(prefix: str, month: MonthForecast) -> dict[str, object]:
    return {
        f"{prefix}kwh_q10": kwh(month.quantiles_kwh[LOW]),
        f"{prefix}kwh_mean": kwh(month.mean_kwh),
        f"{prefix}kwh_q90": kwh(month.quantiles_kwh[HIGH]),
    }


def _hours(measured: Measured | None) -> dict[str, object]:
    if measured is None or measured.hours is None:
        return {}
    told = measured.hours.hours
    return {
        "hours_start": measured.hours.origin,
        "hours_kwh_q10": told.quantiles[0, :, LOW].round(PLACES).tolist(),
        "hours_kwh_mean": told.mean[0].round(PLACES).tolist(),
        "hours_kwh_q90": told.quantiles[0, :, HIGH].round(PLACES).tolist(),
    }


def _plan(plan: BriefPlan) -> dict[str, object]:
    together = _together([step.figures for step in plan.steps])
    return {
        "bill_year": sum(plan.bills_now, Decimal(0)),
        "steps": [
            {"measure": step.measure, **_saving(step.figures), **_price(step.figures)}
            for step in plan.steps
        ],
        "saving_year": pen(plan.home_pen_year),
        "saving_low_year": pen(together.low),
        "saving_high_year": pen(together.high),
        "cost": pen(plan.cost_pen),
        "options": list(map(_option, plan.options)),
        "more_saving_year": pen(plan.more_pen_year),
    }


def _option(option: BriefOption) -> dict[str, object]:
    """Return a measure beside the plan, with the chance that the home has what it is about."""
    asked = option.standing is Standing.IF_OWNED
    return {
        "measure": option.measure,
        **_saving(option.figures),
        "chance": round(option.owned, PLACES) if asked else None,
        **_price(option.figures),
    }


def _saving(figures: BriefFigures) -> dict[str, object]:
    """Return what the home saves in a year, prices to come included."""
    ends = _ends(figures)
    return {
        "saving_year": pen(figures.home_pen_year),
        "saving_low_year": pen(ends.low),
        "saving_high_year": pen(ends.high),
    }


def _price(figures: BriefFigures) -> dict[str, object]:
    return {"cost": pen(figures.cost_pen), "payback_months": figures.payback_months}


def _ends(figures: BriefFigures) -> Estimate:
    """Return the range of the home's own part of a saving. [PEN/year]"""
    whole = figures.saving_pen_year
    part = float(figures.home_pen_year / whole) if whole else 1.0
    middle = float(figures.home_pen_year)
    low, high = sorted(
        month * MONTHS * part for month in (figures.low_pen_month, figures.high_pen_month)
    )
    return Estimate(
        low=min(low, middle), middle=middle, high=max(high, middle), unit=PEN_YEAR, basis=BASIS
    )


def _together(steps: Sequence[BriefFigures]) -> Estimate:
    """Return the saving of all steps; their errors are taken for independent. [PEN/year]"""
    if not steps:
        return Estimate(low=0.0, middle=0.0, high=0.0, unit=PEN_YEAR, basis=BASIS)
    return total([_ends(figures) for figures in steps], basis=BASIS)


def _array(plan: BriefPlan) -> dict[str, object]:
    panels = plan.potential
    if panels is None:
        return {}
    saving = _saving(panels.figures)
    return {
        "array_kwp": panels.kwp,
        "array_kwh_year": kwh(panels.made_kwh_year),
        "array_used_kwh_year": kwh(panels.figures.kwh_year),
        **{f"array_{name}": value for name, value in saving.items()},
        "array_cost": pen(panels.figures.cost_pen),
        "array_pays_below": pen(panels.pays_below_pen),
        "array_payback_months": panels.figures.payback_months,
        "array_roof_is_sure": panels.roof_is_sure,
        "array_is_step": panels.is_step,
    }
