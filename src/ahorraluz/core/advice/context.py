"""What the measures of one home are judged by: the home, its energy, its year of prices."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from ahorraluz.core.advice.facts import AdviceFacts
from ahorraluz.core.advice.own_sun import OwnSun
from ahorraluz.core.consumption import Band
from ahorraluz.core.home import Appliance, Home
from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.core.periods import Period
from ahorraluz.core.tariffs.terms import BillTerms
from ahorraluz.core.usage.account import UsageAccount
from ahorraluz.core.usage.appliances import Surroundings

MONTHS = 12


class PlanInputError(AhorraLuzError):
    """A year of prices and energy that no plan can be made of."""


class Otherwise(StrEnum):
    """Terms under which the home might be billed instead."""

    BT5F = "BT5F"
    """Two bands: peak and off-peak."""
    BT5I = "BT5I"
    """Three bands."""
    WITH_FOSE = "with-fose"
    """As if the FOSE reached this supply: only where it is excluded."""
    COLLECTIVE = "collective"
    """As a recognised collective supply: only where one meter feeds several homes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsPair:
    """A year priced in two ways that can be compared: both from the same sheets."""

    now: tuple[BillTerms, ...]
    """As today, or as today's option is priced in the sheet that has both."""
    then: tuple[BillTerms, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PlanContext:
    """Everything that a plan of one home is made from; two of them are never the same."""

    home: Home
    account: UsageAccount
    """Where the energy of the home goes: what the meter counts, and its own sun."""
    year: tuple[BillTerms, ...]
    """Terms of the twelve months to come, by rising date."""
    kwh_by_month: tuple[Decimal, ...]
    """Energy of the meter in those months if nothing changes. [kWh/month]"""
    facts: AdviceFacts
    as_of: date
    otherwise: Mapping[Otherwise, TermsPair] = field(default_factory=dict)
    """Other ways to be billed, as far as sheets tell (:func:`.pricing.other_terms`)."""
    own_sun: OwnSun | None = None
    """What the panels give that the home has already; ``None``: none, or not known."""
    band_shares: Mapping[Band, Decimal] = field(default_factory=dict)
    """Where the home is billed by hours: part of its energy in every band but one, to the
    millionth; empty: one register. [0 to 1]"""

    def __post_init__(self) -> None:
        """Refuse a year that is not twelve months (``plan-year``)."""
        if not len(self.year) == len(self.kwh_by_month) == MONTHS:
            raise PlanInputError(
                "plan-year", months=len(self.year), energies=len(self.kwh_by_month), expected=MONTHS
            )

    @property
    def periods(self) -> tuple[Period, ...]:
        """The months to come."""
        return tuple(terms.period for terms in self.year)

    @property
    def calendar(self) -> tuple[int, ...]:
        """For each month to come, the calendar month its middle falls in, from zero."""
        return tuple(
            (period.start + timedelta(days=period.days // 2)).month - 1 for period in self.periods
        )

    @property
    def listed(self) -> bool:
        """Whether the home said what it has; else its account rests on ownership."""
        return bool(self.home.appliances)

    @property
    def at_meter(self) -> UsageAccount:
        """Where the energy goes that the meter counts: adds up to the recibos."""
        return self.account if self.own_sun is None else self.own_sun.at_meter

    @property
    def surroundings(self) -> Surroundings:
        """What the energy of an appliance depends on besides itself."""
        return Surroundings(
            catalogue=self.facts.appliances,
            assumptions=self.facts.usage,
            climate=self.facts.climate,
            people=self.home.people,
        )

    @property
    def mean_kwh(self) -> Decimal:
        """Mean month of the year to come. [kWh/month]"""
        return sum(self.kwh_by_month, Decimal(0)) / MONTHS

    def entries(self, *ids: str) -> tuple[Appliance, ...]:
        """Return the home's own entries of these kinds of appliance, in its order."""
        return tuple(entry for entry in self.home.appliances if entry.id in ids)

    def typed(self, figure: str) -> Decimal | None:
        """Return a figure the household typed, by id; ``None``: it did not."""
        return self.home.assumptions.get(figure)

    def prepared(self) -> "PlanContext":
        """Return the context as plans are made of it.

        The household's own figures stand over the assumptions, and every month is
        priced alone: no rounding is carried into it.
        """
        return replace(
            self,
            facts=self.facts.edited(self.home.assumptions),
            year=all_alone(self.year),
            otherwise={
                name: TermsPair(now=all_alone(pair.now), then=all_alone(pair.then))
                for name, pair in self.otherwise.items()
            },
        )


def all_alone(year: tuple[BillTerms, ...]) -> tuple[BillTerms, ...]:
    """Return each month of a year without what the one before left; itself where nothing is."""
    alone = tuple(map(priced_alone, year))
    unchanged = all(one is other for one, other in zip(alone, year, strict=True))
    return year if unchanged else alone


def priced_alone(terms: BillTerms) -> BillTerms:
    """Return ``terms`` without the rounding carried from the month before."""
    if not terms.charges.previous_rounding:
        return terms
    return replace(terms, charges=replace(terms.charges, previous_rounding=Decimal(0)))
