"""The board a plan is chosen from, and the choice: the best set, then its order over time."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property

import numpy as np

from ahorraluz.core.advice.context import MONTHS, PlanContext
from ahorraluz.core.advice.energy import OTHER_HOMES, EnergyYear, UseFigures, UseKey
from ahorraluz.core.advice.interactions import LPG_LEAVERS, Spared, spared
from ahorraluz.core.advice.leaving import Leaving, Sets
from ahorraluz.core.advice.measures import Candidate, Proposal
from ahorraluz.core.advice.optimum import Best, Limits, find_best
from ahorraluz.core.advice.paying import Dated, Purse
from ahorraluz.core.advice.pricing import YearPrices
from ahorraluz.core.advice.problem import Carbon, Problem, Voucher
from ahorraluz.core.advice.rules import Rules
from ahorraluz.core.advice.saving_curve import SavingCurves
from ahorraluz.core.advice.weighing import cash_year, weigh
from ahorraluz.core.advice.wishes import NO_WISHES, Objective, WishError, Wishes
from ahorraluz.core.advice.worth import Money
from ahorraluz.core.home import CookingFuel
from ahorraluz.core.money import CENT
from ahorraluz.core.renewables.economics import present_value
from ahorraluz.core.tariffs.figures import FISE_LIMIT_KWH, FISE_VOUCHER, GRID_EMISSIONS

WH_KWH = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """Another tariff option, taken before any step."""

    candidate: Candidate
    """The measure, with both ways to price the year and what its meter costs."""
    saved_year: Decimal
    """What it takes off the bills of a year if nothing else changes; negative: adds. [PEN]"""

    @property
    def meter_pen(self) -> Decimal:
        """What its meter costs; nothing where nobody said. [PEN]"""
        return self.candidate.cost

    def worth(self, money: Money, objective: Objective) -> Decimal:
        """Return what it adds to the soles of every plan, as those of an objective count."""
        years = money.years(self.candidate.proposal)
        lasting = present_value(Decimal(1), years=years, rate=money.rate)
        if objective is Objective.NPV:
            return self.saved_year * lasting - self.meter_pen
        return self.saved_year - self.meter_pen / lasting


@dataclass(frozen=True, kw_only=True)
class Board:
    """Everything a choice is made from."""

    context: PlanContext
    prices: YearPrices
    figures: Mapping[UseKey, UseFigures]
    money: Money
    start: EnergyYear
    candidates: tuple[Candidate, ...]
    """What may become a step: sure, owned, with a known cost; each size of a measure apart."""
    budget_pen: Decimal | None
    """``None``: not stated. [PEN]"""
    wishes: Wishes = NO_WISHES
    switch: Switch | None = None
    """The option that ``prices`` and ``context`` are of; ``None``: today's."""

    @property
    def meter_pen(self) -> Decimal:
        """What the meter of the option takes of the budget. [PEN]"""
        return Decimal(0) if self.switch is None else self.switch.meter_pen

    def owned(self, proposal: Proposal) -> float:
        """Return the chance that the home has everything a proposal acts on. [0 to 1]"""
        return min((self.figures[cut.use].owned for cut in proposal.effect.cuts), default=1.0)

    def surely_owned(self, proposal: Proposal) -> bool:
        """Tell whether the home said that it has everything a proposal acts on."""
        if not proposal.effect.cuts:
            return True
        return self.context.listed and self.owned(proposal) >= 1

    def spared(
        self, year: EnergyYear, candidate: Candidate, *, then: EnergyYear | None = None
    ) -> Spared:
        """Return what a candidate takes off the meter when ``year`` is what is left.

        Parameters
        ----------
        year
            Energy before it.
        candidate
            What is done.
        then
            Energy after it, where a plan already tells; ``None``: reckoned alone.
        """
        return spared(
            year,
            candidate.proposal.effect,
            self.figures,
            calendar=self._calendar,
            then=then,
        )

    def years(self, steps: Sequence[Candidate]) -> tuple[EnergyYear, ...]:
        """Return the energy before each step, and after the last."""
        return self.problem.leaving.years(self.prefixes(steps))

    def prefixes(self, steps: Sequence[Candidate]) -> Sets:
        """Return the sets of the steps before each, and of all of them, shape (steps + 1, n)."""
        sets = np.zeros((len(steps) + 1, len(self.candidates)), dtype=bool)
        for done, step in enumerate(steps):
            sets[done + 1 :, self.candidates.index(step)] = True
        return sets

    @cached_property
    def _calendar(self) -> tuple[int, ...]:
        return self.context.calendar

    @cached_property
    def problem(self) -> Problem:
        """The choice as arrays.

        Raises
        ------
        WishError
            ``co2-factor-unknown``: CO2 is wanted and nobody published the grid's factor.
        """
        effects = [candidate.proposal.effect for candidate in self.candidates]
        meter = self.start.total_wh
        base, switch = 0.0, self.switch
        if switch is not None:
            base = float(switch.worth(self.money, self.wishes.objective))
        return Problem(
            candidates=self.candidates,
            leaving=Leaving(
                start=self.start,
                names=tuple(candidate.measure.id for candidate in self.candidates),
                effects=tuple(effects),
                calendar=self._calendar,
            ),
            rules=Rules.among(self.candidates),
            curves=SavingCurves(
                prices=self.prices,
                meter_wh=meter,
                own_wh=meter - self.start.of(OTHER_HOMES),
                homes=self.context.home.homes_on_meter,
            ),
            soles=weigh(self.candidates, money=self.money, wishes=self.wishes),
            cash_year=cash_year(self.candidates),
            voucher=self._voucher(),
            carbon=self._carbon() if self.wishes.objective is Objective.CO2 else None,
            base=base,
            base_year=0.0 if switch is None else float(switch.saved_year),
        )

    def problem_by(self, objective: Objective) -> Problem:
        """Return the same choice with sets worth what another objective counts."""
        if objective is self.wishes.objective:
            return self.problem
        if objective not in self._problems:
            other = replace(self, wishes=replace(self.wishes, objective=objective)).problem
            mine = self.problem
            self._problems[objective] = replace(
                other, leaving=mine.leaving, rules=mine.rules, curves=mine.curves
            )
        return self._problems[objective]

    @cached_property
    def _problems(self) -> dict[Objective, Problem]:
        return {}

    def _voucher(self) -> Voucher | None:
        """Return the gas voucher that a plan can win; ``None``: it is not in question."""
        home, facts, day = self.context.home, self.context.facts, self.context.as_of
        limit = facts.figures.known(FISE_LIMIT_KWH, day)
        amount = facts.figures.known(FISE_VOUCHER, day)
        meets = home.fise_voucher or bool(self.context.typed("voucher-if-under"))
        alone = home.homes_on_meter == 1 and home.cooking is CookingFuel.LPG
        if limit is None or amount is None or not meets or not alone:
            return None
        over = int(self.start.total_wh.sum()) - int(limit * MONTHS * WH_KWH)
        if over <= 0:
            return None
        years = Decimal(1)
        if self.wishes.objective is Objective.NPV:
            years = present_value(Decimal(1), years=self.money.limit_years, rate=self.money.rate)
        return Voucher(
            need_wh=over,
            pen_year=float(MONTHS * amount),
            worth=float(MONTHS * amount * years),
            lost_by=frozenset(
                place
                for place, candidate in enumerate(self.candidates)
                if candidate.measure.id in LPG_LEAVERS
            ),
        )

    @cached_property
    def carbon_factor(self) -> float | None:
        """What a kWh of the grid emits; ``None``: nobody published it. [kgCO2e/kWh]"""
        known = self.context.facts.figures.known(GRID_EMISSIONS, self.context.as_of)
        return None if known is None else float(known)

    def _carbon(self) -> Carbon:
        factor = self.carbon_factor
        if factor is None:
            raise WishError("co2-factor-unknown", day=self.context.as_of)
        return Carbon(
            kg_per_wh=factor / WH_KWH,
            fixed=tuple(
                -MONTHS * (candidate.proposal.other_co2_kg or 0.0) for candidate in self.candidates
            ),
        )

    @cached_property
    def priced(self) -> bool:
        """Whether the bills of today have a price."""
        return bool((self.prices.totals(self.start.total_wh[:, None]) >= 0).all())

    @cached_property
    def purse(self) -> Purse | None:
        """What pays for purchases later; ``None``: only the budget now does."""
        instalment = self.wishes.instalment_pen
        if instalment is None:
            return None
        return Purse(
            problem=self.problem,
            budget_pen=float((self.budget_pen or 0) - self.meter_pen),
            instalment_pen=float(instalment),
        )

    @property
    def limits(self) -> Limits:
        """What a plan must keep to."""
        spend = np.inf if self.budget_pen is None else float(self.budget_pen - self.meter_pen)
        affordable = None
        if self.purse is not None:
            spend, affordable = self.purse.most, self.purse.can_pay
        return Limits(spend=spend, affordable=affordable, most_states=self.wishes.most_states)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The steps of a plan in order, with how far they are proved the best."""

    steps: tuple[Candidate, ...]
    months: tuple[int, ...]
    """Month in which each starts, from zero."""
    best: Best | None = None
    """``None``: no search made this choice."""


Choose = Callable[[Board], Choice]
"""A strategy: which candidates, in which order."""


def choose_best(board: Board) -> Choice:
    """Return the set that gives most of what the household wants, in the best order.

    Without an instalment every purchase is made now: first what costs nothing, then what
    is bought, each step the one that adds most to those before it. With one, it is the
    order that saves most within the year, as the purse allows.
    """
    if not board.priced or not board.candidates:
        return Choice(steps=(), months=())
    best = find_best(board.problem, board.limits)
    if best is None:
        return Choice(steps=(), months=())
    dated = _dated(board, best.members)
    return Choice(
        steps=tuple(board.candidates[place] for place, _ in dated),
        months=tuple(month for _, month in dated),
        best=best,
    )


def _dated(board: Board, members: Iterable[int]) -> tuple[Dated, ...]:
    ordered = most_first(board.problem, members)
    if board.purse is None:
        return tuple((place, 0) for place in ordered)
    calendar = board.purse.calendar(ordered)
    assert calendar is not None  # noqa: S101 - the search took only what can be paid
    return calendar


def most_first(problem: Problem, members: Iterable[int]) -> tuple[int, ...]:
    """Return members in the order in which each adds most to those before it.

    What costs nothing comes before what is bought, so that nothing is bought for energy
    that a habit spares. What needs another comes after it; of equal ones the first of
    the catalogue.
    """
    left, done = sorted(members), list[int]()
    while left:
        ready = [
            place
            for place in left
            if place not in problem.rules.needs
            or not set(problem.rules.needs[place]).isdisjoint(done)
        ]
        ready = [place for place in ready if not problem.cost[place]] or ready
        if len(ready) == 1:
            left.remove(ready[0])
            done.append(ready[0])
            continue
        sets = np.zeros((len(ready), len(problem.candidates)), dtype=bool)
        sets[:, done] = True
        sets[np.arange(len(ready)), ready] = True
        worths = problem.of_sets(sets).round(6).tolist()
        place = ready[max(range(len(ready)), key=lambda row: (worths[row], -row))]
        left.remove(place)
        done.append(place)
    return tuple(done)


def sizes_of(candidate: Candidate) -> tuple[Candidate, ...]:
    """Return a candidate in each of its sizes."""
    proposal = candidate.proposal
    if not proposal.variants:
        return (candidate,)
    sizes = (replace(proposal, variants=()), *proposal.variants)
    return tuple(replace(candidate, proposal=size) for size in sizes)


def other_year(proposal: Proposal, bill_saving: Decimal) -> tuple[Decimal, Decimal, Decimal]:
    """Return low, middle and high of what is spared outside the bill. [PEN/year]

    Parameters
    ----------
    proposal
        What it spares or spends on other fuels.
    bill_saving
        Its saving on the bill, of which another fuel may cost a part. [PEN/year]
    """
    nothing = Decimal("0.00")
    low = middle = high = nothing
    if proposal.other is not None:
        other = proposal.other
        low, middle, high = (MONTHS * part for part in (other.low, other.middle, other.high))
    if proposal.fuel_share is not None:
        share = proposal.fuel_share
        costs = [
            (bill_saving * Decimal(str(part))).quantize(CENT)
            for part in (share.high, share.middle, share.low)
        ]
        low, middle, high = low - costs[0], middle - costs[1], high - costs[2]
    return low, middle, high
