"""Measure: one thing a home can do, when it applies, what it saves and what it costs.

A measure looks at the context of a home and answers in one of three ways: a
``Proposal``, an ``Ask`` (it needs something only the household knows), or
``NotHere`` with the reason. What it saves is a part of what is left of a use, never
soles: soles are the difference of two bills (``savings``).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from ahorraluz.core.advice.context import PlanContext, TermsPair
from ahorraluz.core.advice.energy import UseKey
from ahorraluz.core.consumption import Band
from ahorraluz.core.estimate import Estimate
from ahorraluz.core.history import Source
from ahorraluz.core.issues import AhorraLuzError, Issue, Parameter
from ahorraluz.core.renewables.economics import MoneyRange
from ahorraluz.core.usage.facts import EndUseId

CALENDAR_MONTHS = 12


class MeasureError(AhorraLuzError):
    """A measure that claims what cannot be."""


class Kind(StrEnum):
    """What sort of thing is done."""

    HABIT = "habit"
    SWAP = "swap"
    """The same thing by other means that the home has, or hands over the counter."""
    PURCHASE = "purchase"
    TARIFF = "tariff"
    FUEL = "fuel"
    RENEWABLE = "renewable"
    CHECK = "check"
    """Find out, look after: no soles are claimed."""
    TARGET = "target"
    """An amount of energy to stay under; other measures are the way there."""


class Effort(StrEnum):
    """How much it takes; ``effort.<id>`` is the key of its words."""

    NONE = "none"
    """Minutes, once."""
    DAILY = "daily"
    """A habit to keep."""
    ERRAND = "errand"
    """Buy something, or make a request."""
    WORKS = "works"
    """A technician in the home."""


class Certainty(StrEnum):
    """Whether a proposal may be counted on."""

    SURE = "sure"
    """The home can do it."""
    IF_GRANTED = "if-granted"
    """Somebody else decides: distributor, programme."""
    NO_SOLES = "no-soles"
    """Worth doing; nothing published says how much it saves."""
    TARGET = "target"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """The part of one use that a measure spares, by calendar month."""

    use: UseKey
    shares: tuple[float, ...]
    """Of what is left of the use, January to December. [0 to 1]"""

    def __post_init__(self) -> None:
        """Refuse more than the use has (``cut-impossible``)."""
        fits = len(self.shares) == CALENDAR_MONTHS
        if not fits or not all(0 <= share <= 1 for share in self.shares):
            raise MeasureError("cut-impossible", use=self.use.id, shares=str(self.shares))


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What a measure does to the energy of a home."""

    cuts: tuple[Cut, ...] = ()
    home_shares: tuple[float, ...] = ()
    """Of all that the home uses, January to December: what a roof makes. [0 to 1]"""
    low: float = 1.0
    """Low end of the shares, as a part of them. [0 to 1]"""
    high: float = 1.0
    """High end of the shares, as a multiple of them. [1 and above]"""
    added: Estimate | None = None
    """Energy it adds to every month, such as a hob that replaces gas. [kWh/month]"""

    @classmethod
    def on(cls, *uses: UseKey, share: Estimate) -> "Effect":
        """Return the effect that spares the same share of several uses all year."""
        if share.middle <= 0:
            return cls()
        middle = min(share.middle, 1.0)
        return cls(
            cuts=tuple(Cut(use=use, shares=(middle,) * CALENDAR_MONTHS) for use in uses),
            low=max(share.low, 0.0) / share.middle,
            high=max(share.high / share.middle, 1.0),
        )


class CostKind(StrEnum):
    """Where the cost of a measure comes from; ``cost.<id>`` is the key of its words."""

    FREE = "free"
    PUBLISHED = "published"
    """A dated price with a source."""
    STATED = "stated"
    """Typed by the household."""
    ASKED = "asked"
    """Nobody published it: the household is asked for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a measure costs once."""

    kind: CostKind = CostKind.FREE
    amount: MoneyRange | None = None
    """[PEN]; ``None``: asked."""
    figure: str | None = None
    """Id under which the household can type it (``Home.assumptions``)."""
    source: str | None = None
    """Row of ``data/sources.csv`` of a published price."""

    @property
    def middle(self) -> Decimal | None:
        """The cost to reckon with; ``None``: not known. [PEN]"""
        if self.kind is CostKind.FREE:
            return Decimal(0)
        return None if self.amount is None else self.amount.middle


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Something only the household can tell; ``question.<id>`` is the key of its words."""

    id: str
    field: str
    """Where the answer goes, as files write it: ``people``, ``assumptions.cost-led-lamp``."""
    instead_of: str | None = None
    """Broader question that this one asks as well, and says what hangs on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What a measure would do in this home."""

    effect: Effect = field(default_factory=Effect)
    switch: TermsPair | None = None
    """Another way to be billed, with both ways to price the year."""
    band_shares: Mapping[Band, Decimal] = field(default_factory=dict)
    """For a switch to hours: part of the energy in every band but one. [0 to 1]"""
    stay_under_kwh: Decimal | None = None
    """For a target: the energy not to cross in a month. [kWh/month]"""
    other: MoneyRange | None = None
    """Spared outside the bill (gas not bought, a voucher); negative: spent. [PEN/month]"""
    fuel_share: Estimate | None = None
    """Part of the saving on the bill that another fuel costs. [0 to 1]"""
    other_co2_kg: float | None = 0.0
    """CO2e of other fuels that is spared, negative: caused; ``None``: nobody published it.
    [kgCO2e/month]"""
    cost: Cost = field(default_factory=Cost)
    life_years: int | None = None
    """``None``: nobody published it."""
    fading_year: Decimal = Decimal(0)
    """Part of the saving lost each year. [1/year]"""
    upkeep_share: Decimal = Decimal(0)
    """Care in a year over the cost. [1/year]"""
    new_parts: Mapping[int, Decimal] = field(default_factory=dict)
    """Parts bought anew at the end of a year, such as an inverter. [PEN]"""
    certainty: Certainty = Certainty.SURE
    basis: str
    """Key of the sentence that says what the share rests on."""
    sources: tuple[Source, ...] = ()
    """Documents of prices and lives in it, besides the evidence of the measure."""
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    """Values for the places of the measure's ``how`` text."""
    issues: tuple[Issue, ...] = ()
    questions: tuple[Question, ...] = ()
    """Answers that would let it count for more than it does."""
    variants: tuple["Proposal", ...] = ()
    """The same thing in other sizes, each whole: a plan takes this proposal or one of them,
    whichever serves the home best."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """The measure needs an answer first."""

    questions: tuple[Question, ...]
    proposal: Proposal | None = None
    """What it would do if the answer is the one hoped for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotHere:
    """The measure is not for this home; ``reason`` is the key of the sentence."""

    reason: str
    parameters: Mapping[str, Parameter] = field(default_factory=dict)


Answer = Proposal | Ask | NotHere
Judge = Callable[[PlanContext], Answer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One thing a home can do; ``measure.<id>.title``, ``.why`` and ``.how`` are its words."""

    id: str
    kind: Kind
    end_uses: tuple[EndUseId, ...] = ()
    """What it acts on; empty: the whole bill, or another fuel."""
    effort: Effort
    evidence: tuple[str, ...]
    """Rows of ``data/measures.csv``, the strongest first; empty: our own reasoning."""
    judge: Judge
    """Answers for one home."""
    needs_owner: bool = False
    """It changes the dwelling or the supply."""
    needs_list: bool = False
    """It acts on appliances alone, so that a home must list them before it is a step."""
    needs_roof: bool = False
    needs: tuple[str, ...] = ()
    """Measures of which one must be in the plan before this one makes sense."""
    parameters: tuple[str, ...] = ()
    """Names of the values that every proposal gives for the ``how`` text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A measure with what it proposes for one home."""

    measure: Measure
    proposal: Proposal

    @property
    def cost(self) -> Decimal:
        """What it costs once, where that is known. [PEN]"""
        return self.proposal.cost.middle or Decimal(0)
