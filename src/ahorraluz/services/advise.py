"""From a home to its plan in soles."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ahorraluz.catalog.appliances import load_appliances, load_ownership
from ahorraluz.catalog.assumptions import (
    load_advice_assumptions,
    load_solar_assumptions,
    load_usage_assumptions,
)
from ahorraluz.catalog.band_shares import load_hour_facts
from ahorraluz.catalog.distributors import load_distributors
from ahorraluz.catalog.evidence import load_equipment, load_fuels, load_measure_facts
from ahorraluz.catalog.places import find_department
from ahorraluz.catalog.solar import (
    cities_in,
    find_city,
    load_climate,
    load_generation_rule,
    load_solar,
    load_use_hours,
)
from ahorraluz.core.advice.catalogue.every import ALL_MEASURES
from ahorraluz.core.advice.chances import Sampling
from ahorraluz.core.advice.context import PlanContext
from ahorraluz.core.advice.facts import AdviceFacts
from ahorraluz.core.advice.lineless_home import HomeWithoutLine
from ahorraluz.core.advice.own_sun import OwnSun, PanelFacts, account_with_sun
from ahorraluz.core.advice.plan import make_plan
from ahorraluz.core.advice.pricing import YearPrices
from ahorraluz.core.advice.recommendation import Plan
from ahorraluz.core.advice.wishes import NO_WISHES, Wishes
from ahorraluz.core.consumption import Band
from ahorraluz.core.home import Home
from ahorraluz.core.issues import Issue, Severity
from ahorraluz.core.periods import Period, months_from
from ahorraluz.core.renewables.facts import GenerationRule
from ahorraluz.core.tariffs.arrays import price_bills
from ahorraluz.core.tariffs.billing import Bill
from ahorraluz.core.tariffs.curve import BillCurve
from ahorraluz.core.tariffs.energy import EnergyPriceError
from ahorraluz.core.tariffs.figures import NationalFigures
from ahorraluz.core.tariffs.learning import LearntTariff
from ahorraluz.core.tariffs.receipt import Receipt
from ahorraluz.core.tariffs.schedule import TariffBook
from ahorraluz.core.tariffs.terms import BillTerms, bill_terms
from ahorraluz.core.usage.account import UsageAccount, account_for_usage
from ahorraluz.core.usage.shares import BillShares, share_bill
from ahorraluz.core.usage.sharing import CostFunction, MeterPart, meter_weights, split_meter
from ahorraluz.services.explain_bill import Evidence, curve_of, learn, with_receipt_charges
from ahorraluz.services.home_hours import band_shares_of, issues_of_hours, latest_bill
from ahorraluz.services.learn_savings import learnt_measures, read_learnt
from ahorraluz.services.shared_terms import shared_otherwise, shared_year
from ahorraluz.services.toolbox import Toolbox

MONTHS = 12
EFFORT = "habit-effort-pen-month"
"""Figure under which a home says what keeping a habit is worth."""
DIGESTER_CITY = "cajamarca"
"""Of the only project that tells what the digester of a family gives."""
MOST_NAMES = 1024
"""Ways to write a place that are remembered."""
KWH_STEP = Decimal("0.1")
"""Recibos count tenths of a kWh."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """A home's bill, where it goes, and what to do about it."""

    home: Home
    bill: Bill
    """The latest recibo, priced."""
    curve: BillCurve | None
    learnt: LearntTariff | None
    usage: UsageAccount
    """Where the energy goes, own sun included."""
    own_sun: OwnSun | None
    """What the panels of the home give it today; ``None``: it has none, or nobody knows."""
    generation: GenerationRule
    """What energy given to the grid is worth today."""
    shares: BillShares | None
    """Soles of the latest recibo by use; ``None``: a bracket of its prices is not known."""
    split: tuple[MeterPart, ...]
    """Parts of a shared meter; empty where the meter serves one home."""
    plan: Plan
    """What to change in the twelve months to come, in order."""
    year: tuple[BillTerms, ...]
    """Terms of those months."""
    kwh_by_month: tuple[Decimal, ...]
    """Energy of those months if nothing changes. [kWh/month]"""
    issues: tuple[Issue, ...]
    data_hash: str


def advise(
    home: Home,
    *,
    tools: Toolbox,
    as_of: date,
    receipt: Receipt | None = None,
    evidence: Evidence | None = None,
    wishes: Wishes = NO_WISHES,
) -> Advice:
    """Return the account of a home's energy and money, and its plan.

    Parameters
    ----------
    home
        The household; one recibo with its kWh is enough.
    tools
        Facts on file.
    as_of
        Day of the advice; the twelve months to come start on it.
    receipt
        A recibo of the home with its printed price and lines, if at hand.
    evidence
        What else its household knows of its prices.
    wishes
        The aim of the plan, the instalment, and what effort is worth.

    Raises
    ------
    AhorraLuzError
        What the home states cannot be, or no prices reach it.
    """
    book = tools.book(home.supply.distributor)
    learnt = learn(receipt, home.supply, book, as_of=as_of, evidence=evidence)
    terms_of = _terms(home, book, learnt, receipt)
    context = _context(home, book, _year(home, book, learnt, receipt, as_of=as_of), as_of=as_of)
    usage, year, hours = context.account, context.year, context.band_shares
    bill, old = latest_bill(home, terms_of, hours, today=year[0])
    wanted = [measure for measure in ALL_MEASURES if measure.id not in wishes.without]
    measures = learnt_measures(wanted, read_learnt(tools.user_folder), region=home.department or "")
    plan = make_plan(context, measures=measures, wishes=_wishes(home, wishes), sampling=Sampling())
    return Advice(
        home=home,
        bill=bill,
        curve=curve_of(bill.terms, bill.consumption.bands_kwh),
        learnt=learnt,
        usage=usage,
        own_sun=context.own_sun,
        generation=context.facts.generation,
        shares=_shares(context.at_meter, bill, hours),
        split=_split(home, bill, hours),
        plan=plan,
        year=year,
        kwh_by_month=context.kwh_by_month,
        issues=(*old, *_issues(context, bill, learnt, plan), *_untried(home, plan, wishes)),
        data_hash=tools.data_hash(home.supply.distributor),
    )


def plan_context(
    home: Home,
    *,
    tools: Toolbox,
    as_of: date,
    receipt: Receipt | None = None,
    evidence: Evidence | None = None,
) -> PlanContext:
    """Return what a plan of a home is made from; takes and raises what :func:`advise` does."""
    book = tools.book(home.supply.distributor)
    learnt = learn(receipt, home.supply, book, as_of=as_of, evidence=evidence)
    return _context(home, book, _year(home, book, learnt, receipt, as_of=as_of), as_of=as_of)


def _terms(
    home: Home, book: TariffBook, learnt: LearntTariff | None, receipt: Receipt | None
) -> Callable[[Period], BillTerms]:
    """Return what a home is billed by in any period."""
    prices = learnt.schedule if learnt else None
    charges = with_receipt_charges(home.charges, receipt)

    def terms_of(period: Period) -> BillTerms:
        return bill_terms(book, home.supply, period, charges=charges, receipt=prices)

    return terms_of


def _year(
    home: Home,
    book: TariffBook,
    learnt: LearntTariff | None,
    receipt: Receipt | None,
    *,
    as_of: date,
) -> tuple[BillTerms, ...]:
    """Return what a home is billed by in the months to come; shared unless a recibo tells it."""
    if learnt is None:
        charges = with_receipt_charges(home.charges, receipt)
        return shared_year(book, home.supply, as_of=as_of, charges=charges)
    return tuple(map(_terms(home, book, learnt, receipt), months_from(as_of, months=MONTHS)))


def _context(
    home: Home, book: TariffBook, year: tuple[BillTerms, ...], *, as_of: date
) -> PlanContext:
    city = city_of(home)
    usage, own_sun = whole_account(home)
    metered = usage if own_sun is None else own_sun.at_meter
    return PlanContext(
        home=home,
        account=usage,
        year=year,
        kwh_by_month=kwh_by_month(metered, [terms.period for terms in year]),
        facts=facts_of(city, book.figures),
        as_of=as_of,
        otherwise=shared_otherwise(book, year, homes_on_meter=home.homes_on_meter),
        own_sun=own_sun,
        band_shares=band_shares_of(home, metered),
    )


def city_of(home: Home | HomeWithoutLine) -> str | None:
    """Return the city whose sun and temperatures stand for the home's, by its id.

    Raises
    ------
    InvalidInputError
        ``city-unknown`` or ``department-unknown``.
    """
    if home.city is not None:
        return _city_called(home.city)
    return None if home.department is None else _city_in(home.department)


@lru_cache(maxsize=MOST_NAMES)
def _city_called(name: str) -> str:
    return find_city(name).id


@lru_cache(maxsize=MOST_NAMES)
def _city_in(department: str) -> str | None:
    cities = cities_in(find_department(department))
    return cities[0].id if cities else None


def whole_account(home: Home) -> tuple[UsageAccount, OwnSun | None]:
    """Return where all the energy of a home goes, and what its own panels give of it.

    Raises
    ------
    InvalidInputError
        ``city-unknown`` or ``department-unknown``.
    """
    city = city_of(home)
    climate = load_climate(city) if city else None

    def account_of(like: Home) -> UsageAccount:
        return account_for_usage(
            like,
            appliances=load_appliances(),
            ownership=load_ownership(),
            climate=climate,
            assumptions=load_usage_assumptions(),
        )

    facts = PanelFacts(
        sun=load_solar(city) if city else None,
        solar=load_solar_assumptions().edited(home.assumptions),
        generation=load_generation_rule(),
        use_hours=load_use_hours(),
    )
    return account_with_sun(home, account_of=account_of, facts=facts)


def facts_of(city: str | None, figures: NationalFigures) -> AdviceFacts:
    """Return everything from outside that measures are computed from."""
    return AdviceFacts(
        evidence=load_measure_facts(),
        equipment=load_equipment(),
        appliances=load_appliances(),
        figures=figures,
        climate=load_climate(city) if city else None,
        sun=load_solar(city) if city else None,
        generation=load_generation_rule(),
        usage=load_usage_assumptions(),
        solar=load_solar_assumptions(),
        advice=load_advice_assumptions(),
        fuels=load_fuels(),
        use_hours=load_use_hours(),
        hours=load_hour_facts(),
        digester_altitude_m=load_solar(DIGESTER_CITY).altitude_m,
    )


def kwh_by_month(usage: UsageAccount, periods: Sequence[Period]) -> tuple[Decimal, ...]:
    """Return the energy of each period if nothing changes, in tenths of a kWh. [kWh]

    A period takes the month its middle falls in, since recibos are named so.
    """
    return tuple(
        Decimal(usage.monthly_kwh[_middle(period).month - 1]).quantize(KWH_STEP)
        for period in periods
    )


def _middle(period: Period) -> date:
    return period.start + timedelta(days=period.days // 2)


def _wishes(home: Home, wishes: Wishes) -> Wishes:
    """Return the wishes with the effort that the home's own figures tell, if any."""
    typed = home.assumptions.get(EFFORT)
    if typed is None or wishes.effort_pen_month:
        return wishes
    return replace(wishes, effort_pen_month=typed)


def _cost(terms: BillTerms, hours: Mapping[Band, Decimal]) -> CostFunction:
    """Return the exact bills of some energies in Wh, in céntimos."""

    def cost(energy_wh: NDArray[np.int64]) -> NDArray[np.int64]:
        if not hours:
            return price_bills(energy_wh, terms).total
        return YearPrices((terms,), shares=hours).totals(energy_wh[None, :]).ravel()

    return cost


def _shares(usage: UsageAccount, bill: Bill, hours: Mapping[Band, Decimal]) -> BillShares | None:
    """Return the latest recibo shared over its uses; ``None``: a bracket has no price."""
    kwh = bill.consumption.energy_kwh
    scale = float(kwh) / usage.total_kwh_month if usage.total_kwh_month else 0.0
    uses = {use.id.value: use.estimate.middle * scale for use in usage.uses}
    try:
        return share_bill(uses, kwh=kwh, cost=_cost(bill.terms, hours))
    except EnergyPriceError:
        return None


def _split(home: Home, bill: Bill, hours: Mapping[Band, Decimal]) -> tuple[MeterPart, ...]:
    if home.homes_on_meter == 1:
        return ()
    return split_meter(
        meter_weights(home),
        kwh=bill.consumption.energy_kwh,
        total_pen=bill.total,
        cost=_cost(bill.terms, hours),
    )


def _issues(
    context: PlanContext, bill: Bill, learnt: LearntTariff | None, plan: Plan
) -> tuple[Issue, ...]:
    """Return every issue once, the first of each code."""
    found = [
        *bill.issues,
        *(issue for terms in context.year for issue in terms.issues),
        *_of_panels(context),
        *issues_of_hours(context),
        *context.account.issues,
        *(learnt.issues if learnt else ()),
        *plan.issues,
    ]
    by_code: dict[tuple[str, str], Issue] = {}
    for issue in found:
        by_code.setdefault((issue.code, str(issue.parameters.get("charge", ""))), issue)
    return tuple(by_code.values())


def _untried(home: Home, plan: Plan, wishes: Wishes) -> tuple[Issue, ...]:
    """Return that no other tariff option could be compared, where that was asked for."""
    if not wishes.any_option or plan.options_tried:
        return ()
    parameters = {"distributor": load_distributors()[home.supply.distributor].name}
    return (Issue(code="no-option-to-try", severity=Severity.WARNING, parameters=parameters),)


def _of_panels(context: PlanContext) -> tuple[Issue, ...]:
    """Return what keeps the sun of a home's own panels from being known, if anything does."""
    kwp = context.home.panels_kwp
    if kwp is None or context.own_sun is not None:
        return ()
    return (Issue(code="panels-place-needed", parameters={"kwp": kwp}),)
