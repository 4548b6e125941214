"""Which array suits a home: energy, soles, and how sure that is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

import numpy as np

from ahorraluz.core.advice.recommendation import Confidence
from ahorraluz.core.estimate import Estimate
from ahorraluz.core.issues import InvalidInputError, Issue, Severity
from ahorraluz.core.money import round_cent
from ahorraluz.core.renewables.arrays import Mount, hourly_yield
from ahorraluz.core.renewables.cashflow import Project, Returns, YearFlow, cash_flow, returns
from ahorraluz.core.renewables.economics import MoneyRange
from ahorraluz.core.renewables.facts import GenerationRule, SolarAssumptions, SolarFacts
from ahorraluz.core.renewables.load import HomeLoad
from ahorraluz.core.renewables.matching import SizeLimits, match_arrays
from ahorraluz.core.renewables.solar import SelfUse, use_of_array, yearly_yield
from ahorraluz.core.renewables.sun import Floats, SolarError, months_of
from ahorraluz.services.renewables.offers import Offer
from ahorraluz.services.renewables.pricing import YearPrice
from ahorraluz.services.renewables.size_battery import (
    BatterySite,
    SizedBattery,
    size_battery,
)

MOST_KWP = 200
GROWTHS = (Decimal("-0.02"), Decimal(0), Decimal("0.03"))
"""Electricity two per cent a year cheaper, as dear, or three per cent dearer than other
things: scenarios to compare, not forecasts. [1/year]"""
MEDIUM_FROM, LOW_FROM = 1, 3
"""Things not known from which the confidence is medium, and low."""
DOUBTS = frozenset(
    {
        "solar-from-grid",
        "solar-altitude-unknown",
        "solar-air-unknown",
        "load-shape-assumed",
        "cost-unknown",
        "price-unknown",
        "shading-unknown",
        "scheme-hypothetical",
        "small-array-price",
    }
)
"""Issues that each lower the confidence."""


class Verdict(StrEnum):
    """What may be said of the best size."""

    PAYS = "pays"
    """At its cost it is worth more than that."""
    NEVER_PAYS = "never-pays"
    """At its cost no size is."""
    SAVES_NOTHING = "saves-nothing"
    FITS = "fits"
    """No cost or no price is known: it is only the size for what the home uses by day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Where panels would stand and what they would meet."""

    sun: SolarFacts
    assumptions: SolarAssumptions
    mount: Mount
    shading_known: bool
    load: HomeLoad | None
    """``None``: only the yield is asked for."""
    price: YearPrice | None
    """``None``: no soles can be told."""
    rule: GenerationRule
    hypothetical: bool
    """Whether the rule is a scenario and not the law."""
    rate: Decimal
    """Discount rate, real. [1/year]"""
    life_years: int
    """Of the panels. [year]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """What an array comes to if electricity grows dearer by a rate."""

    growth_year: Decimal
    returns: Returns


@dataclass(frozen=True, slots=True, kw_only=True)
class SizedArray:
    """One size with its energy and its money."""

    use: SelfUse | None
    kwp: float
    generated: tuple[Estimate, ...]
    saving_year: MoneyRange | None
    """[PEN/year]"""
    cost: Decimal | None
    returns: Returns | None
    """With the cost; where it is not known, only the price that pays."""
    years: tuple[YearFlow, ...]
    scenarios: tuple[Growth, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArraySizing:
    """The answer: the yield of the place and every size, the best first."""

    site: Site
    yield_year: Estimate
    yield_months: tuple[float, ...]
    """[kWh/kWp/month]"""
    sizes: tuple[SizedArray, ...]
    battery: SizedBattery | None
    confidence: Confidence
    issues: tuple[Issue, ...]

    @property
    def best(self) -> SizedArray:
        """The size to take."""
        return self.sizes[0]

    @property
    def verdict(self) -> Verdict:
        """What may be said of the best size."""
        best = self.best
        if best.saving_year is None:
            return Verdict.FITS
        if best.saving_year.middle <= 0:
            return Verdict.SAVES_NOTHING
        if best.cost is None or best.returns is None:
            return Verdict.FITS
        if best.returns.net_present_value > 0:
            return Verdict.PAYS
        return Verdict.NEVER_PAYS


def size_array(site: Site, offer: Offer) -> ArraySizing:
    """Return the arrays that suit a home, the best first.

    With a cost the best has the highest present value; without one it is the array that
    makes what the home uses by day, with the price at which it would pay.

    Raises
    ------
    InvalidInputError
        ``quote-needs-size``: a quote for no size; ``size-too-large``.
    SolarError
        What the physics refuses.
    """
    _check(offer)
    made = hourly_yield(site.sun, site.mount, assumptions=site.assumptions)
    sized = [_sized(site, offer, kwp, use) for kwp, use in _candidates(site, offer)]
    if any(one.cost is not None and one.returns is not None for one in sized):
        sized.sort(key=lambda one: -(one.returns.net_present_value if one.returns else Decimal(0)))
    issues = _issues(site, offer, sized[0])
    return ArraySizing(
        site=site,
        yield_year=yearly_yield(
            site.sun, assumptions=site.assumptions, mount=None if _usual(site) else site.mount
        ),
        yield_months=tuple(months_of(made).tolist()),
        sizes=tuple(sized),
        battery=_battery(site, offer, sized[0]),
        confidence=confidence_of(issues),
        issues=issues,
    )


def confidence_of(issues: Sequence[Issue]) -> Confidence:
    """Return how far a result may be relied on: what is not known lowers it."""
    doubts = len({issue.code for issue in issues} & DOUBTS)
    if doubts < MEDIUM_FROM:
        return Confidence.HIGH
    return Confidence.LOW if doubts >= LOW_FROM else Confidence.MEDIUM


def _usual(site: Site) -> bool:
    """Tell whether the panels stand as those whose yields are on file do."""
    return not site.shading_known and site.mount.tilt_deg == site.assumptions.pv_tilt_deg.middle


def _check(offer: Offer) -> None:
    if offer.cost is not None and offer.kwp is None:
        raise InvalidInputError("quote-needs-size", field="quote")
    if offer.kwp is not None and not offer.kwp > 0:
        raise SolarError("solar-size-impossible", kwp=offer.kwp)
    if offer.kwp is not None and offer.kwp > MOST_KWP:
        raise InvalidInputError("size-too-large", field="kwp", value=offer.kwp, limit=MOST_KWP)


def _candidates(site: Site, offer: Offer) -> list[tuple[float, SelfUse | None]]:
    if site.load is None:
        return [(1.0 if offer.kwp is None else offer.kwp, None)]
    if offer.kwp is not None:
        use = use_of_array(
            site.load,
            site.sun,
            kwp=offer.kwp,
            assumptions=site.assumptions,
            rule=site.rule,
            mount=site.mount,
        )
        return [(offer.kwp, use)]
    matched = match_arrays(
        site.load,
        site.sun,
        assumptions=site.assumptions,
        rule=site.rule,
        mount=site.mount,
        within=SizeLimits(
            least_kwp=offer.priced_from_kwp if offer.cost_kwp is not None else 0.0,
            most_kwp=offer.roof_kwp,
        ),
    )
    return [(use.kwp, use) for use in matched]


def _sized(site: Site, offer: Offer, kwp: float, use: SelfUse | None) -> SizedArray:
    year = yearly_yield(site.sun, assumptions=site.assumptions, mount=site.mount)
    made = months_of(hourly_yield(site.sun, site.mount, assumptions=site.assumptions))
    generated = tuple(
        year.scaled(float(month) / year.middle * kwp, unit="kWh/month") for month in made
    )
    saving = None if use is None else saving_of(site, use)
    cost = offer.of_size(kwp)
    bare = SizedArray(
        use=use,
        kwp=kwp,
        generated=generated,
        saving_year=saving,
        cost=cost,
        returns=None,
        years=(),
        scenarios=(),
    )
    if saving is None or use is None:
        return bare
    project = _project(site, offer, saving=saving.middle, use=use, cost=cost)
    if cost is None:
        return replace(bare, returns=returns(project))
    growths = sorted({*GROWTHS, offer.growth_year})
    return replace(
        bare,
        returns=returns(project),
        years=cash_flow(project),
        scenarios=tuple(
            Growth(growth_year=rate, returns=returns(replace(project, growth_year=rate)))
            for rate in growths
        ),
    )


def _project(
    site: Site, offer: Offer, *, saving: Decimal, use: SelfUse, cost: Decimal | None
) -> Project:
    assumed = site.assumptions
    return Project(
        cost=cost or Decimal(0),
        saving_year=saving,
        energy_year=Decimal(str(use.used_year.middle)),
        life_years=site.life_years,
        rate=site.rate,
        fading_year=Decimal(str(assumed.degradation_year.middle)),
        growth_year=offer.growth_year,
        upkeep_share=Decimal(str(assumed.pv_upkeep_share.middle)),
        replacements=_new_inverters(site, offer, use.kwp),
        loan=offer.loan if cost is not None else None,
    )


def _new_inverters(site: Site, offer: Offer, kwp: float) -> Mapping[int, Decimal]:
    """Return the inverters bought over the life; none where their price is not known."""
    cost = offer.inverter_of(kwp)
    if cost is None:
        return {}
    every = round(site.assumptions.inverter_life_years.middle)
    return dict.fromkeys(range(every, site.life_years, every), cost)


def saving_of(site: Site, use: SelfUse) -> MoneyRange | None:
    """Return what a year of self-use and of exports is worth; ``None``: no price is known.

    Every saving is the bills without the panels less the bills with them. [PEN/year]
    """
    if site.price is None or site.load is None:
        return None
    made = hourly_yield(site.sun, site.mount, assumptions=site.assumptions) * use.kwp
    overlap = np.minimum(made, site.load.kwh)
    whole = float(overlap.sum())
    without = site.price.cost(site.load.kwh)
    ends = []
    for energy in (use.used_year.low, use.used_year.middle, use.used_year.high):
        part = min(energy / whole, 1.0) if whole else 0.0
        used = overlap * part
        export = months_of(made - used)
        with_panels = site.price.cost(
            site.load.kwh - used, credit_kwh=_credited(site, export, site.load.kwh - used)
        )
        paid = Decimal(str(float(export.sum()))) * site.rule.export_price_pen_kwh
        ends.append(round_cent(without - with_panels + paid))
    low, middle, high = sorted(ends)
    return MoneyRange(low=low, middle=middle, high=high, unit="PEN/year", basis=use.used_year.basis)


def _credited(site: Site, export: Floats, bought: Floats) -> Floats | None:
    """Return the kWh taken off each month where exports are credited as energy.

    What a month cannot use waits for the next ones of the year; the rest lapses.
    """
    if site.rule.scheme != "net-metering":
        return None
    months, saved, credited = months_of(bought), 0.0, []
    for given, needed in zip(export, months, strict=True):
        saved += float(given)
        credited.append(min(saved, float(needed)))
        saved -= credited[-1]
    return np.array(credited)


def _battery(site: Site, offer: Offer, best: SizedArray) -> SizedBattery | None:
    if offer.battery is None or site.load is None:
        return None
    beside = BatterySite(
        load=site.load,
        made=hourly_yield(site.sun, site.mount, assumptions=site.assumptions) * best.kwp,
        assumptions=site.assumptions,
        price=site.price,
        rate=site.rate,
        growth_year=offer.growth_year,
    )
    return size_battery(offer.battery, beside)


def _issues(site: Site, offer: Offer, best: SizedArray) -> tuple[Issue, ...]:
    asked, cost = site.load is not None, best.cost
    known = offer.inverter_of(best.kwp)
    notes = [
        None if site.shading_known else _doubt("shading-unknown"),
        _doubt("price-unknown") if asked and site.price is None else None,
        _doubt("cost-unknown") if asked and cost is None else None,
        _doubt("scheme-hypothetical") if site.hypothetical else None,
        _doubt("battery-cost-unknown") if offer.battery and offer.battery.cost is None else None,
        _doubt("inverter-cost-unknown") if cost is not None and not known else None,
        _small(best.kwp, offer) if offer.cost is None and cost is not None else None,
    ]
    found = best.use.issues if best.use else site.sun.issues
    return (*found, *(note for note in notes if note is not None))


def _small(kwp: float, offer: Offer) -> Issue | None:
    """Return that a smaller array than any that was priced counts as the smallest that was."""
    if kwp >= offer.priced_from_kwp:
        return None
    values = {"kwp": kwp, "least": offer.priced_from_kwp}
    return Issue(code="small-array-price", severity=Severity.WARNING, parameters=values)


def _doubt(code: str) -> Issue:
    return Issue(code=code, severity=Severity.NOTE)
