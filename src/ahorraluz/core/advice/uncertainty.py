"""How sure a plan is: a thousand years drawn, each billed to the céntimo.

The plan itself stays what it is; this says how far its soles may be off, how likely each
step returns its cost, what that hangs on most, and which answer would narrow it most.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.advice.chances import (
    OF_USES,
    Chances,
    Crossed,
    Doubt,
    Influence,
    Quantiles,
    Sampling,
    Uncertainty,
)
from ahorraluz.core.advice.choosing import Board
from ahorraluz.core.advice.context import MONTHS
from ahorraluz.core.advice.drawing import Sample, Unknown, draw
from ahorraluz.core.advice.energy import WattHours
from ahorraluz.core.advice.lasting import Lasting
from ahorraluz.core.advice.measures import Candidate
from ahorraluz.core.advice.near_plans import NearPlans
from ahorraluz.core.advice.next_question import Asking
from ahorraluz.core.advice.recommendation import Plan
from ahorraluz.core.advice.savings import limits_of
from ahorraluz.core.advice.sensitivity import first_order
from ahorraluz.core.advice.simulation import DrawnYears, Soles, simulate
from ahorraluz.core.advice.unknowns import unknowns_of, use_id
from ahorraluz.core.estimate import Estimate
from ahorraluz.core.issues import Issue
from ahorraluz.core.money import round_cent

Floats = NDArray[np.float64]
WH_KWH = 1000
LEAST_SHARE = 0.02
"""Part of the variance below which an unknown is not told from nothing: four standard
errors of an index of a thousand draws."""
MOST_UNKNOWNS = 3
LEAST_PRICED = 0.5
"""Part of the drawn years that must have prices before anything is said of them."""
PROBABILITIES = (0.1, 0.5, 0.9)


def assess(
    board: Board,
    steps: Sequence[Candidate],
    *,
    sampling: Sampling,
    unknowns: Sequence[Unknown] | None = None,
) -> Uncertainty | None:
    """Return how sure the steps of a plan are.

    Parameters
    ----------
    board
        What the steps were chosen from.
    steps
        Candidates of the board, in their order.
    sampling
        How many years, and where drawing starts: the same gives the same.
    unknowns
        What is not known; by default all that the board tells.

    Returns
    -------
    Uncertainty or None
        ``None`` without steps, or where most drawn years have no price. Issue
        ``years-unpriced`` where some have none.
    """
    if not steps:
        return None
    doubts = unknowns_of(board, steps) if unknowns is None else tuple(unknowns)
    sample = draw(doubts, sampling)
    years = DrawnYears.of(board, steps, sample)
    soles = years.soles(len(steps))
    if soles.priced.mean() < LEAST_PRICED:
        return None
    return _Judge(
        board=board,
        steps=tuple(steps),
        unknowns=doubts,
        sample=sample,
        years=years,
        soles=soles,
    ).uncertainty()


def with_ranges(plan: Plan, found: Uncertainty | None) -> Plan:
    """Return a plan with what is known of how sure it is.

    Estimates become those of the draws, low, middle and high: half the years exceed their
    middle. What the recibos as they are would save stays in ``saving_pen_year``; near a
    limit it may lie far from that middle, even beyond an end. Issue ``sureness-unknown``
    where there are steps of which nothing could be said.
    """
    if found is None:
        unsaid = (Issue(code="sureness-unknown"),) if plan.steps else ()
        return replace(plan, issues=(*plan.issues, *unsaid))
    return replace(
        plan,
        steps=tuple(
            replace(step, saving=_ranged(step.saving, chances.year))
            for step, chances in zip(plan.steps, found.steps, strict=True)
        ),
        saving=_ranged(plan.saving, found.plan.year) or plan.saving,
        uncertainty=found,
    )


def _ranged(saving: Estimate | None, year: Quantiles) -> Estimate | None:
    if saving is None:
        return None
    low, middle, high = (float(end) / MONTHS for end in (year.p10, year.p50, year.p90))
    return replace(saving, low=low, middle=middle, high=high)


@dataclass(frozen=True)
class _Judge:
    board: Board
    steps: tuple[Candidate, ...]
    unknowns: tuple[Unknown, ...]
    sample: Sample
    years: DrawnYears
    soles: Soles

    def uncertainty(self) -> Uncertainty:
        priced = float(self.soles.priced.mean())
        nets = np.vstack([self.net, self.net.sum(axis=0)])
        unknowns = self._influences(nets)
        question, knowing = self._asking(nets[-1]).question()
        issues: tuple[Issue, ...] = ()
        if priced < 1:
            issues = (Issue(code="years-unpriced", parameters={"percent": round(100 * priced)}),)
        return Uncertainty(
            sampling=self.sample.sampling,
            priced=priced,
            plan=self._of_the_plan(unknowns[-1]),
            steps=tuple(
                self._of_a_step(place, unknowns[place]) for place in range(len(self.steps))
            ),
            question=question,
            knowing=knowing,
            issues=issues,
        )

    @cached_property
    def lasting(self) -> Lasting:
        """Costs and lives of the steps."""
        return Lasting(board=self.board, sample=self.sample)

    @cached_property
    def net(self) -> Floats:
        """Own soles of a year less cost spread over the life, shape (steps, draws)."""
        return np.array(
            [
                self.lasting.net(step, own)
                for step, own in zip(self.steps, self.soles.own, strict=True)
            ]
        )

    def _asking(self, net: Floats) -> Asking:
        """Return what could be asked of the plan."""
        priced = self.soles.priced
        return Asking(
            board=self.board,
            steps=self.steps,
            near=NearPlans(board=self.board, steps=self.steps, years=self.years),
            result=np.where(priced, net, np.mean(net[priced])),
            priced=priced,
        )

    def _of_the_plan(self, unknowns: tuple[Influence, ...]) -> Chances:
        bought = [place for place, step in enumerate(self.steps) if step.cost]
        pays = None
        if bought:
            lives = [
                self.soles.own[place] * self.lasting.worth(self.steps[place], rate=0.0)
                - self.lasting.cost(self.steps[place])
                for place in bought
            ]
            pays = self._part(np.sum(lives, axis=0) >= 0)
        return Chances(
            year=self._quantiles(self.soles.saved.sum(axis=0)),
            saves=self._part(self.soles.own.sum(axis=0) > 0),
            pays_back=pays,
            within_years=None,
            life_known=all(self.steps[place].proposal.life_years for place in bought),
            unknowns=unknowns,
            voucher=self._voucher(0, len(self.steps)),
            crossed=self._crossed(0, len(self.steps)),
        )

    def _of_a_step(self, place: int, unknowns: tuple[Influence, ...]) -> Chances:
        step, own = self.steps[place], self.soles.own[place]
        pays, within = None, None
        if step.cost:
            pays = self._part(own * self.lasting.worth(step, rate=0.0) >= self.lasting.cost(step))
            within = self.board.money.years(step.proposal)
        return Chances(
            year=self._quantiles(self.soles.saved[place]),
            saves=self._part(own > 0),
            pays_back=pays,
            within_years=within,
            life_known=step.proposal.life_years is not None,
            unknowns=unknowns,
            voucher=self._voucher(place, place + 1),
            crossed=self._crossed(place, place + 1),
        )

    @cached_property
    def _planned(self) -> tuple[WattHours, NDArray[np.bool_]]:
        """Energy after each step with the recibos as they are, and whether the voucher comes.

        Shapes (steps + 1, 12) and (steps + 1,). [Wh]
        """
        certain = [replace(unknown, low=1.0, high=1.0) for unknown in self.unknowns]
        year = simulate(self.board, self.steps, draw(certain, Sampling(draws=1)))
        return year.left[..., 0], year.voucher[:, 0]

    @cached_property
    def _limits(self) -> Sequence[Sequence[Decimal]]:
        """Limits of each month up to which all of it costs less. [kWh/month]"""
        return limits_of(self.board.context.year)

    def _voucher(self, before: int, after: int) -> tuple[float, float] | None:
        _, granted = self._planned
        if granted[before] or not granted[after]:
            return None
        return self._part(self.soles.voucher[before]), self._part(self.soles.voucher[after])

    def _crossed(self, before: int, after: int) -> tuple[Crossed, ...]:
        wh, _ = self._planned
        months: dict[Decimal, list[int]] = {}
        for month, limits in enumerate(self._limits):
            for limit in limits:
                if wh[before, month] > int(limit * WH_KWH) >= wh[after, month]:
                    months.setdefault(limit, []).append(month)

        def part(done: int, limit: Decimal) -> float:
            left = self.soles.left[done][months[limit]]
            return float((left[:, self.soles.priced] <= int(limit * WH_KWH)).mean())

        return tuple(
            Crossed(
                limit_kwh=limit,
                months=len(under),
                chance=part(after, limit),
                chance_without=part(before, limit),
            )
            for limit, under in months.items()
        )

    def _part(self, true: NDArray[np.bool_]) -> float:
        return float(true[self.soles.priced].mean())

    def _quantiles(self, values: Floats) -> Quantiles:
        ends = np.quantile(values[self.soles.priced], PROBABILITIES)
        p10, p50, p90 = (round_cent(Decimal(repr(round(float(end), 6)))) for end in ends)
        return Quantiles(p10=p10, p50=p50, p90=p90)

    def _influences(self, results: Floats) -> list[tuple[Influence, ...]]:
        """Return the unknowns that each result hangs on most.

        Uses on which no step acts are left out: they only follow those that matter. The
        twelve months are independent, so that their parts add up.
        """
        acted = {use_id(cut.use) for step in self.steps for cut in step.proposal.effect.cuts}
        asked = [
            unknown
            for unknown in self.unknowns
            if unknown.id in self.sample.deviates
            and (unknown.doubt not in OF_USES or unknown.id in acted)
        ]
        inputs = [self.sample.deviates[unknown.id][self.soles.priced] for unknown in asked]
        shares = first_order(inputs, results[:, self.soles.priced])
        found = []
        for column in shares.T.tolist():
            parts: dict[tuple[Doubt, str | None], float] = {}
            for unknown, share in zip(asked, column, strict=True):
                key = (unknown.doubt, unknown.subject)
                parts[key] = parts.get(key, 0.0) + share
            ranked = sorted(parts.items(), key=lambda part: -part[1])
            found.append(
                tuple(
                    Influence(doubt=doubt, subject=subject, share=min(share, 1.0))
                    for (doubt, subject), share in ranked[:MOST_UNKNOWNS]
                    if share >= LEAST_SHARE
                )
            )
        return found
