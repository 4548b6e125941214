"""Every plan that a small home could make, judged one by one by the rules as they are told."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import cached_property
from itertools import permutations

import numpy as np
from tests.unit.core.advice.invented_hours import cost_over_life, option_worth, paid_by_hours

from ahorraluz.core.advice.choosing import Board
from ahorraluz.core.advice.energy import OTHER_HOMES, EnergyYear
from ahorraluz.core.advice.interactions import LPG_LEAVERS, RULED_OUT_BY
from ahorraluz.core.advice.measures import Candidate, Effort
from ahorraluz.core.advice.pricing import home_part
from ahorraluz.core.advice.wishes import Objective
from ahorraluz.core.renewables.economics import present_value
from ahorraluz.core.tariffs.arrays import price_bills

FISE_LIMIT, FISE = "fise-limit-kwh", "fise-voucher"


class EveryPlan:
    """Judges any set of a home's candidates by the rules as they are told, and slowly."""

    def __init__(self, board: Board) -> None:
        self.board = board
        self.candidates = board.candidates
        self._saved: dict[frozenset[int], float] = {}
        self._years: dict[frozenset[int], EnergyYear] = {}
        self._bills: list[dict[int, int]] = [{} for _ in board.context.year]
        """Total of each month by the energy on the meter. [cent] by [Wh]"""
        none = np.zeros(1, np.int64)
        year = board.context.year
        self._nothing = np.array(
            [0 if board.switch else price_bills(none, terms).total[0] for terms in year]
        )
        self._now = self._paid(frozenset())

    def sets(self) -> Iterator[frozenset[int]]:
        """Yield every set that keeps the rules."""
        for bits in range(1 << len(self.candidates)):
            members = frozenset(i for i in range(len(self.candidates)) if bits >> i & 1)
            if self._keeps_rules(members):
                yield members

    def _keeps_rules(self, members: frozenset[int]) -> bool:
        ids = [self.candidates[place].measure.id for place in sorted(members)]
        if len(set(ids)) < len(ids):
            return False
        if any(RULED_OUT_BY.get(name, frozenset()) & set(ids) for name in ids):
            return False
        needs = [self.candidates[place].measure.needs for place in members]
        return all(not names or set(names) & set(ids) for names in needs)

    def cost(self, members: frozenset[int]) -> float:
        """Return what members cost. [PEN]"""
        return float(sum(self.candidates[place].cost for place in members))

    def saved(self, members: frozenset[int]) -> float:
        """Return soles a year off the home's bills, month by month through ``price_bills``."""
        if members not in self._saved:
            self._saved[members] = self._now - self._paid(members)
        return self._saved[members]

    def _year(self, members: frozenset[int]) -> EnergyYear:
        if members not in self._years:
            problem = self.board.problem
            self._years[members] = problem.leaving.years(problem.mask(members))[0]
        return self._years[members]

    def _bill(self, month: int, wh: int) -> int:
        known = self._bills[month]
        if wh not in known:
            known[wh] = int(price_bills(np.array([wh]), self.board.context.year[month]).total[0])
        return known[wh]

    def _bill_together(self, every: Sequence[frozenset[int]]) -> None:
        """Price the years of many sets in one go for each month: one by one takes far longer."""
        problem = self.board.problem
        years = problem.leaving.years(np.concatenate([problem.mask(one) for one in every]))
        self._years.update(zip(every, years, strict=True))
        if self.board.switch is not None:
            return
        meters = np.array([year.total_wh for year in years])
        for month, terms in enumerate(self.board.context.year):
            different = np.unique(meters[:, month])
            totals = price_bills(different, terms).total
            self._bills[month].update(zip(different.tolist(), totals.tolist(), strict=True))

    def _paid(self, members: frozenset[int]) -> float:
        board = self.board
        year = self._year(members)
        meter = year.total_wh
        terms = board.context.year
        if board.switch is not None:
            shares = board.switch.candidate.proposal.band_shares
            return sum(
                paid_by_hours(int(wh), term, shares) for wh, term in zip(meter, terms, strict=True)
            )
        totals = np.array(
            [self._bill(month, wh) for month, wh in enumerate(meter.tolist())], dtype=np.int64
        )
        return float(
            home_part(
                board.context.home,
                totals=totals,
                connected=self._nothing,
                home_wh=meter - year.of(OTHER_HOMES),
                meter_wh=meter,
            )
        )

    @cached_property
    def switched(self) -> float:
        """What the option alone takes off today's bills. [PEN/year]"""
        switch = self.board.switch
        if switch is None:
            return 0.0
        pair = switch.candidate.proposal.switch
        assert pair is not None
        meter = self.board.start.total_wh
        today = sum(int(price_bills(meter[m : m + 1], pair.now[m]).total[0]) for m in range(12))
        return today / 100 - self._now

    def soles_year(self, members: frozenset[int], acting: frozenset[int] | None = None) -> float:
        """Return what members save in a first year, bills and fuels, all of them acting."""
        acting = members if acting is None else acting
        value = self._with_fuels(acting)
        for place in acting:
            other = self.candidates[place].proposal.other
            value += 12 * float(other.middle) if other else 0.0
        return value + self.voucher(acting) + self.switched

    def voucher(self, members: frozenset[int]) -> float:
        """Return the gas voucher of a year that members bring. [PEN/year]"""
        context, figures = self.board.context, self.board.context.facts.figures
        limit, amount = (figures.value(name, context.as_of) for name in (FISE_LIMIT, FISE))
        ids = {self.candidates[place].measure.id for place in members}
        before = int(self.board.start.total_wh.sum())
        after = int(self._year(members).total_wh.sum())
        asked = context.home.assumptions.get("voucher-if-under")
        counts = asked and context.home.homes_on_meter == 1 and not ids & LPG_LEAVERS
        line = limit * 12 * 1000
        return float(12 * amount) if counts and after <= line < before else 0.0

    def _with_fuels(self, acting: frozenset[int]) -> float:
        """Return bills less the part of each saving that another fuel costs, one by one."""
        for place in sorted(acting):
            share = self.candidates[place].proposal.fuel_share
            if share is not None:
                return self._fuel(acting, place, share.middle, frozenset())
        return self.saved(acting)

    def _fuel(
        self, acting: frozenset[int], place: int, share: float, done: frozenset[int]
    ) -> float:
        def rest(members: frozenset[int], judged: frozenset[int]) -> float:
            for other in sorted(members - judged):
                more = self.candidates[other].proposal.fuel_share
                if more is not None:
                    return self._fuel(members, other, more.middle, judged)
            return self.saved(members)

        judged = done | {place}
        whole = rest(acting, judged)
        return whole - share * (whole - rest(acting - {place}, judged))

    def worth(self, members: frozenset[int]) -> tuple[float, float]:
        """Return what the objective gives, and the soles that must not fall."""
        soles = self._npv(members) if self._wants(Objective.NPV) else self._yearly(members)
        soles += option_worth(self.board, self.switched)
        if not self._wants(Objective.CO2):
            return soles, 0.0
        year = self._year(members)
        wh = int(self.board.start.total_wh.sum() - year.total_wh.sum())
        kg = wh / 1000 * (self.board.carbon_factor or 0.0)
        kg += sum(12 * (self.candidates[i].proposal.other_co2_kg or 0.0) for i in members)
        return kg, soles

    def _wants(self, objective: Objective) -> bool:
        return self.board.wishes.objective is objective

    def _effort(self, place: int) -> float:
        daily = self.candidates[place].measure.effort is Effort.DAILY
        return 12 * float(self.board.wishes.effort_pen_month) if daily else 0.0

    def _yearly(self, members: frozenset[int]) -> float:
        money_, value = self.board.money, 0.0
        fading: dict[float, frozenset[int]] = {}
        for place in members:
            proposal = self.candidates[place].proposal
            years = money_.years(proposal)
            plain = present_value(Decimal(1), years=years, rate=money_.rate)
            faded = present_value(
                Decimal(1), years=years, rate=money_.rate, fading_year=proposal.fading_year
            )
            part = float(faded / plain)
            if proposal.fading_year:
                fading[part] = fading.get(part, frozenset()) | {place}
            other = 12 * float(proposal.other.middle) * part if proposal.other else 0.0
            cost = cost_over_life(self.candidates[place], money_) / float(plain)
            value += other - cost - self._effort(place)
        value += self.voucher(members)
        return value + self._with_fading(members, list(fading.items()))

    def _with_fading(
        self, members: frozenset[int], groups: Sequence[tuple[float, frozenset[int]]]
    ) -> float:
        if not groups:
            return self._with_fuels(members)
        (part, places), *others = groups
        kept, gone = members, members - places
        return part * self._with_fading(kept, others) + (1 - part) * self._with_fading(gone, others)

    def _npv(self, members: frozenset[int]) -> float:
        money_ = self.board.money
        lives = {i: money_.years(self.candidates[i].proposal) for i in members}
        value = -sum(cost_over_life(self.candidates[place], money_) for place in members)
        for year in range(1, money_.limit_years + 1):
            value += self.voucher(members) / float(1 + money_.rate) ** year
        for year in range(1, max(lives.values(), default=0) + 1):
            acting = frozenset(i for i in members if lives[i] >= year)
            fading = frozenset(i for i in acting if self.candidates[i].proposal.fading_year)
            fades = {self.candidates[i].proposal.fading_year for i in fading}
            lasting = float((1 - next(iter(fades), Decimal(0))) ** (year - 1))
            soles = lasting * self._with_fuels(acting)
            soles += (1 - lasting) * self._with_fuels(acting - fading)
            for place in acting:
                proposal = self.candidates[place].proposal
                part = float((1 - proposal.fading_year) ** (year - 1))
                soles += 12 * float(proposal.other.middle) * part if proposal.other else 0.0
                soles -= self._effort(place)
            value += soles / float(1 + money_.rate) ** year
        return value

    def can_pay(self, members: frozenset[int]) -> bool:
        """Tell whether the budget, or some order of purchases over the year, pays."""
        budget, instalment = self.board.budget_pen, self.board.wishes.instalment_pen
        meter = float(self.board.switch.candidate.cost) if self.board.switch else 0.0
        if instalment is None:
            return budget is None or self.cost(members) + meter <= float(budget) + 1e-9
        free = [place for place in members if not self.candidates[place].cost]
        bought = [place for place in members if self.candidates[place].cost]
        return any(
            self._pays(free, order, float(budget or 0) - meter, float(instalment))
            for order in permutations(bought)
        )

    def _pays(
        self, free: Sequence[int], order: Sequence[int], purse: float, instalment: float
    ) -> bool:
        done, month = set(free), 0
        for place in order:
            candidate: Candidate = self.candidates[place]
            ids = {self.candidates[other].measure.id for other in done}
            if candidate.measure.needs and not ids & set(candidate.measure.needs):
                return False
            aside = min(instalment, max(self.soles_year(frozenset(done)) / 12, 0.0))
            while purse < float(candidate.cost) - 1e-9:
                purse, month = purse + aside, month + 1
                if month >= 12:
                    return False
            purse -= float(candidate.cost)
            done.add(place)
        return True

    def best(self) -> float:
        """Return the most that any set is worth."""
        every, found = list(self.sets()), -np.inf
        self._bill_together(every)
        for members in every:
            worth, soles = self.worth(members)
            if worth > found and soles >= -1e-7 and self.can_pay(members):
                found = worth
        return found
