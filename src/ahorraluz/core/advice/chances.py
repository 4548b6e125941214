"""How sure a plan is: what is known of every saving once everything unknown is drawn."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from ahorraluz.core.issues import Issue

SEED = 20_261_126
"""Where drawing starts unless told otherwise: the same home gets the same answer."""
DRAWS = 1000
"""Years drawn: an end of a range is then off by about one per cent of probability."""


class Doubt(StrEnum):
    """What sort of thing is not known; ``unknown.<id>`` is the key of its words."""

    USE = "use"
    """The energy of one use, given that all of them add up to the recibos."""
    STANDBY = "standby"
    """What an appliance takes while switched off, given the same."""
    YEAR = "year"
    """How the home's energy of a year differs from that of its recibos."""
    MONTHS = "months"
    """How each month differs from what the year would make it."""
    EFFECT = "effect"
    """What part of a use a measure spares."""
    ADDED = "added"
    """Energy that a measure adds."""
    COST = "cost"
    FUEL = "fuel"
    """What is spared or spent outside the bill."""
    PRICES = "prices"
    """Prices of electricity in the months to come."""
    GROWTH = "growth"
    """Their path in the years after, beyond inflation."""


OF_USES = (Doubt.USE, Doubt.STANDBY)
"""Doubts about energies that add up to the recibos."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """How years are drawn."""

    draws: int = DRAWS
    seed: int = SEED


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantiles:
    """Amounts that nine, five and one of ten drawn years exceed. [PEN/year]"""

    p10: Decimal
    p50: Decimal
    p90: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Influence:
    """One unknown and the part of the variance that would go if it were known."""

    doubt: Doubt
    subject: str | None
    """An appliance or a measure by its id; ``None``: the whole home."""
    share: float
    """First-order index of the soles. [0 to 1]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossed:
    """How likely months come under a limit where a tariff changes."""

    limit_kwh: Decimal
    """Up to it the whole month costs less. [kWh/month]"""
    months: int
    """Months of the plan that come under it."""
    chance: float
    """Part of these months, over the drawn years, that end at or under it. [0 to 1]"""
    chance_without: float
    """The same before it: a drawn year may come under the limit by itself. [0 to 1]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chances:
    """What a step, or the whole plan, gives in the drawn years."""

    year: Quantiles
    """Saved in the first year, bill and other fuels. [PEN/year]"""
    saves: float
    """Part of the drawn years in which the home saves anything. [0 to 1]"""
    pays_back: float | None
    """Part of the draws in which it returns its cost in time; ``None``: it costs
    nothing. [0 to 1]"""
    within_years: int | None
    """That time: its life, else the limit of payback; ``None``: for the whole plan each
    step has its own, or nothing is bought. [year]"""
    life_known: bool
    """Whether that time is a published life."""
    unknowns: tuple[Influence, ...]
    """What matters most, at most three; what cannot be told from nothing is left out."""
    voucher: tuple[float, float] | None = None
    """Part of the drawn years that bring the gas voucher, before and after; ``None``: by the
    recibos as they are this brings none. [0 to 1]"""
    crossed: tuple[Crossed, ...] = ()
    """Limits that it comes under by the recibos as they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueOfKnowing:
    """What it would be worth to know more before the plan is chosen."""

    everything: Decimal
    """By how much the choice were better on average if nothing were in doubt: no answer is
    worth more. [PEN/year]"""
    plans: int
    """Plans among which the choice is made: the plan and those next to it that are better
    in any drawn year."""
    better: "BetterOnAverage | None" = None
    """``None``: no plan next to the plan is better on average."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BetterOnAverage:
    """A plan next to the plan that leaves more on average over the drawn years.

    The plan is best by the figures as expected; where its soles hang on a limit, the mean of
    what may happen can lie elsewhere.
    """

    value: Decimal
    """How much more. [PEN/year]"""
    leaves: str | None
    """Step that it does without."""
    joins: str | None
    """Measure that it takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NextQuestion:
    """The one answer that is worth most to the choice; ``sure.ask.<id>`` is its words."""

    id: str
    field: str
    """Where the answer goes, as files write it."""
    subject: str | None
    """The appliance, measure or figure that it is about."""
    value: Decimal | None
    """By how much the choice is better on average once it is answered; ``None``: where CO2
    is the aim the question is the one that narrows the soles most. [PEN/year]"""
    changes: float | None
    """Part of the answers with which another plan is taken. [0 to 1]"""
    decides: tuple[str, ...]
    """Measures that most of these do or do without, by what is answered."""
    sizes: bool
    """Whether it decides only the size of such a measure."""
    narrows: float
    """Part of the variance of the soles that is expected to go. [0 to 1]"""
    width_now: Decimal
    """From P10 to P90 of the plan, costs spread over their lives. [PEN/year]"""
    width_then: Decimal
    """The same, expected once it is answered. [PEN/year]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncertainty:
    """How sure the steps of a plan are."""

    sampling: Sampling
    priced: float
    """Part of the drawn years whose bills all have a price: the rest say nothing. [0 to 1]"""
    plan: Chances
    steps: tuple[Chances, ...]
    """In the order of the plan."""
    question: NextQuestion | None
    """``None``: nothing that the household can tell would change the plan."""
    knowing: ValueOfKnowing | None
    """``None``: CO2 is the aim."""
    issues: tuple[Issue, ...] = ()
