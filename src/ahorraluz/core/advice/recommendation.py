"""Plan and recommendation: what a home is told, with everything it was computed from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from ahorraluz.core.advice.chances import Uncertainty
from ahorraluz.core.advice.energy import UseKey
from ahorraluz.core.advice.measures import Cost, Effort, Kind
from ahorraluz.core.advice.wishes import Objective
from ahorraluz.core.consumption import Band
from ahorraluz.core.estimate import Estimate
from ahorraluz.core.history import Source
from ahorraluz.core.home import Option
from ahorraluz.core.issues import Issue, Parameter
from ahorraluz.core.periods import Period
from ahorraluz.core.renewables.economics import MoneyRange
from ahorraluz.core.tariffs.terms import BillTerms
from ahorraluz.core.usage.facts import EndUseId

ZERO = Decimal("0.00")


class Standing(StrEnum):
    """How a recommendation stands to the plan; ``standing.<id>`` is the key of its words."""

    STEP = "step"
    """Counted in the plan's total, in its order."""
    IF_OWNED = "if-owned"
    """Counts only if the home has the appliance, which it did not say."""
    ASK_PRICE = "ask-price"
    """Its cost is not known: pays below ``pays_below_pen``."""
    IF_GRANTED = "if-granted"
    """Somebody else decides."""
    TARGET = "target"
    """An amount to stay under; the other steps are the way there."""
    CHECK = "check"
    """No soles are claimed."""


class Confidence(StrEnum):
    """How far a saving may be trusted; ``confidence.<id>`` is the key of its words."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthRow:
    """One month with and without a step: recompute it with ``price_bill``."""

    period: Period
    kwh_without: Decimal
    kwh_with: Decimal
    total_without: Decimal
    """``price_bill`` of ``kwh_without`` under ``terms_without``. [PEN]"""
    total_with: Decimal
    """``price_bill`` of ``kwh_with`` under ``terms_with``. [PEN]"""
    terms_without: BillTerms
    terms_with: BillTerms
    bands_with: Mapping[Band, Decimal] = field(default_factory=dict)
    """Energy by band under ``terms_with``, for options with hours. [kWh]"""
    bands_without: Mapping[Band, Decimal] = field(default_factory=dict)
    """The same under ``terms_without``. [kWh]"""

    @property
    def saving(self) -> Decimal:
        """[PEN]"""
        return self.total_without - self.total_with


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """A cliff that a step gets the home under."""

    limit_kwh: Decimal
    """Last energy before the fall. [kWh/month]"""
    months: int
    """Months of the year that come down under it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is published about a measure or its price, and how strong it is."""

    id: str
    """Row of ``data/measures.csv``, or of ``data/sources.csv`` for a price or a life."""
    source: Source
    """Its grade is the strength of the evidence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """A sentence about the plan: its key, and the values of its places."""

    key: str
    parameters: Mapping[str, Parameter] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendation:
    """One measure for one home."""

    rank: int
    """Place in the plan, from 1; among its like for what is not a step."""
    measure: str
    """Id of the measure."""
    kind: Kind
    standing: Standing
    end_uses: tuple[EndUseId, ...]
    uses: tuple[UseKey, ...]
    """Appliances of the home it acts on."""
    owned: float
    """Chance that the home has them: one where it listed them. [0 to 1]"""
    saving: Estimate | None
    """Per month, bill and other fuels together, prices to come included in its range;
    ``None``: no soles are claimed. [PEN/month]"""
    saving_pen_year: Decimal
    """``bill_saving_pen_year`` plus ``other_pen_year``. [PEN/year]"""
    bill_saving_pen_year: Decimal
    """Exact difference of the bills of ``rows``. [PEN/year]"""
    low_pen_year: Decimal
    """Bill difference with the low end of the energy spared. [PEN/year]"""
    high_pen_year: Decimal
    """Bill difference with the high end of the energy spared. [PEN/year]"""
    other_pen_year: Decimal
    """Spared outside the bill; negative: spent on another fuel. [PEN/year]"""
    home_pen_year: Decimal
    """The home's own part of ``saving_pen_year``: less where a meter is shared. [PEN/year]"""
    kwh_year: Estimate | None
    """Energy spared; negative where the measure adds energy. [kWh/year]"""
    cost: Cost
    later_pen: Decimal
    """Care and new parts over its life at today's worth, as far as prices are known. [PEN]"""
    payback_months: int | None
    """Care and new parts counted; ``None``: cost not known, or the cost never comes back."""
    net_present_value: MoneyRange | None
    """Over its life; ``None``: life or cost not known. [PEN]"""
    life_years: int | None
    pays_below_pen: Decimal | None
    """For a cost that is asked: below it the measure pays within ``pays_within_years``. [PEN]"""
    pays_within_years: int | None
    """Its life where known, else the editable limit of payback."""
    confidence: Confidence
    """In its soles; a check claims none and has the lowest."""
    basis: str
    """Key of what the spared share rests on."""
    use_basis: str | None
    """Key of what the energy of the use rests on."""
    effort: Effort
    evidence: tuple[Evidence, ...]
    """Empty: nothing was published, the measure is our own reasoning."""
    rows: tuple[MonthRow, ...]
    """Twelve months; empty where no soles are claimed."""
    crosses: tuple[Crossing, ...]
    parameters: Mapping[str, Parameter]
    """For the places of ``measure.<id>.how``."""
    issues: tuple[Issue, ...]
    needs_owner: bool
    needs_roof: bool
    fallen: Mapping[str, Decimal] = field(default_factory=dict)
    """Lines of the bills that fall in the year, adding up to ``bill_saving_pen_year``:
    ``energy`` at the price of the last kWh, ``bracket`` what the rest is priced otherwise,
    ``fixed``, ``igv``, ``levy``, ``rounding``; empty where terms change. [PEN/year]"""
    start_month: int = 0
    """For a step: month of the plan in which it starts, from zero."""
    place: Reason | None = None
    """For a step: why it comes where it does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A measure that is not proposed, and why."""

    measure: str
    reason: str
    """Key of the sentence, such as ``reason.tenant``."""
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    enters_with_pen: Decimal | None = None
    """Budget with which it fits beside the steps and adds to them; where the frontier was
    asked for, the least budget whose best plan has it. [PEN]"""
    enters_below_pen: Decimal | None = None
    """Price below which it joins, the rest of the plan as it is. [PEN]"""
    would: Reason | None = None
    """The same in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Optimum:
    """What the steps give of what was wanted, and how far it is proved that nothing gives more."""

    objective: Objective
    worth: Decimal
    """[PEN/month] for savings, [PEN] for npv, [kgCO2e/year] for co2."""
    bound: Decimal | None
    """No plan gives more; ``None``: nothing was proved."""
    proved: bool
    states: int
    """Partial plans that the search looked at."""
    net_pen_month: Decimal
    """Saving less every cost spread over its life, and less the effort. [PEN/month]"""
    npv_pen: Decimal
    """Soles of today over the lives of the steps. [PEN]"""
    co2_kg_year: Decimal | None
    """CO2e not emitted; ``None``: the factor of the grid is not known. [kgCO2e/year]"""

    @property
    def gap(self) -> Decimal | None:
        """How much more a better plan might give."""
        return None if self.bound is None else self.bound - self.worth


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontierPoint:
    """The best plan of one budget."""

    budget_pen: Decimal
    cost_pen: Decimal
    worth: Decimal
    """In the unit of the objective."""
    steps: tuple[str, ...]
    """Measures of the plan."""
    joins: tuple[str, ...]
    """Measures that the point before did not have."""
    leaves: tuple[str, ...]
    """Measures that only the point before had."""
    proved: bool
    option: Option | None = None
    """Tariff option that the plan chose; ``None``: it keeps today's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionTried:
    """The best plan under one tariff option, against the best plan that keeps today's.

    Both are priced in the same sheet, the newest that has both options.
    """

    measure: str
    """The measure that asks for the option."""
    option: Option
    today: Option
    sheet_start: date
    """Day from which that sheet was in force."""
    chosen: bool
    reason: Reason | None
    """Why it was not tried; ``None``: it was."""
    worth: Decimal | None = None
    """Of its best plan, the option itself and its meter included, in the unit of the
    objective; ``None``: not tried, or it must not be taken for the soles it costs."""
    worth_today: Decimal | None = None
    """Of the best plan that keeps today's option."""
    switch_pen_year: Decimal = ZERO
    """What the option alone takes off today's bills; negative: it adds. [PEN/year]"""
    meter: Cost = field(default_factory=Cost)
    """What its meter costs; counted where it is known."""
    steps: tuple[str, ...] = ()
    """Measures of its best plan."""
    joins: tuple[str, ...] = ()
    """Those that the best plan under today's option does not have."""
    leaves: tuple[str, ...] = ()
    """Those that only that one has."""
    chance: int | None = None
    """How likely the option alone costs less, from the hours that are believed. [%]"""
    proved: bool = False
    """Whether both plans are proved the best."""

    @property
    def gain(self) -> Decimal | None:
        """What it gives above today's option."""
        if self.worth is None or self.worth_today is None:
            return None
        return self.worth - self.worth_today


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenQuestion:
    """An answer that would open or sharpen measures."""

    id: str
    """``question.<id>`` is the key of its words."""
    field: str
    """Where the answer goes, as files write it."""
    measures: tuple[str, ...]
    worth_pen_year: Decimal | None
    """Most that one of these measures would save if the answer is the one hoped for;
    ``None``: cannot be told before it is answered. [PEN/year]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedMonth:
    """One month to come, as it is and with the whole plan."""

    period: Period
    terms: BillTerms
    kwh_now: Decimal
    kwh_then: Decimal
    total_now: Decimal
    total_then: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a home can do, in order; savings that overlap are counted once."""

    steps: tuple[Recommendation, ...]
    """Best first; each saving is what it adds to those before it. They fit the budget."""
    options: tuple[Recommendation, ...]
    """Not counted: they need an appliance, a price, or somebody's consent. Each is priced
    alone, after all steps."""
    targets: tuple[Recommendation, ...]
    """Cliffs to stay under, priced alone and before any step. Not counted."""
    checks: tuple[Recommendation, ...]
    left_out: tuple[LeftOut, ...]
    questions: tuple[OpenQuestion, ...]
    """The list of appliances first, then worth most first."""
    months: tuple[PlannedMonth, ...]
    bill_saving_pen_year: Decimal
    """All steps together: one difference of bills, the sum of the steps' own. [PEN/year]"""
    other_pen_year: Decimal
    """[PEN/year]"""
    saving: Estimate
    """[PEN/month]"""
    home_pen_year: Decimal
    """The home's own part of the saving. [PEN/year]"""
    kwh_year: Decimal
    """Energy spared by all steps. [kWh/year]"""
    cost_pen: Decimal
    """Of all steps. [PEN]"""
    budget_pen: Decimal | None
    """``None``: not stated; then only cost and payback limit the plan."""
    issues: tuple[Issue, ...]
    optimum: Optimum | None = None
    """``None``: the steps were not searched for but given."""
    frontier: tuple[FrontierPoint, ...] = ()
    """The best plan of each budget, where it was asked for; the first costs least."""
    options_tried: tuple[OptionTried, ...] = ()
    """Tariff options that the plan chose among, where it was asked to. Under a chosen one
    steps and months are priced by it, and what it saves itself stands among ``options``."""
    uncertainty: Uncertainty | None = None
    """How sure the steps are; ``None``: nothing was drawn, or there is no step."""

    @property
    def saving_pen_year(self) -> Decimal:
        """Bill and other fuels together. [PEN/year]"""
        return self.bill_saving_pen_year + self.other_pen_year

    def best(self, count: int) -> tuple[Recommendation, ...]:
        """Return what to show first: steps, then targets and options by soles, then checks."""
        rest = sorted((*self.targets, *self.options), key=lambda item: -item.saving_pen_year)
        return (*self.steps, *rest, *self.checks)[:count]
