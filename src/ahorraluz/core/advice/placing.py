"""Where a measure that is no step belongs: option, target, check, question, or left out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from ahorraluz.core.advice.energy import EnergyYear
from ahorraluz.core.advice.explaining import Explainer
from ahorraluz.core.advice.interactions import ruled_out
from ahorraluz.core.advice.measures import (
    Answer,
    Ask,
    Candidate,
    Certainty,
    Measure,
    NotHere,
    Proposal,
    Question,
)
from ahorraluz.core.advice.recommendation import ZERO, LeftOut, Recommendation, Standing
from ahorraluz.core.advice.recommending import Turn, Writer
from ahorraluz.core.advice.savings import PriceUnknownError
from ahorraluz.core.advice.weighing import effort_year
from ahorraluz.core.advice.wishes import Objective
from ahorraluz.core.advice.worth import net_yearly
from ahorraluz.core.issues import Parameter

LIKELY = 0.2
"""Chance of owning an appliance from which its measures are shown before asking."""
APPLIANCES = Question(id="appliances", field="appliances")


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """What became of one measure: told or left out, and what it would like to know."""

    recommendation: Recommendation | None = None
    left_out: LeftOut | None = None
    questions: tuple[Question, ...] = ()
    worth_pen_year: Decimal | None = None
    """What the measure would save if the answers are the ones hoped for. [PEN/year]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placer:
    """Places the measures that the steps leave."""

    writer: Writer
    explainer: Explainer
    done: Sequence[Candidate]
    """The steps."""
    start: EnergyYear
    left: EnergyYear
    """What the steps leave."""

    def place(self, measure: Measure, answer: Answer) -> Placed:
        """Return where one measure belongs."""
        switch = self.writer.board.switch
        if switch is not None and measure.id == switch.candidate.measure.id:
            return self._chosen_option(switch.candidate)
        if ruled_out(measure.id, [step.measure.id for step in self.done]):
            return _out(measure, "reason.ruled-out")
        match answer:
            case NotHere():
                out = LeftOut(
                    measure=measure.id, reason=answer.reason, parameters=answer.parameters
                )
                return Placed(left_out=out)
            case Ask():
                return self._asking(measure, answer)
            case Proposal():
                return self._proposed(Candidate(measure=measure, proposal=answer))

    def _chosen_option(self, candidate: Candidate) -> Placed:
        """Return the option that the plan is made for: priced before any step."""
        turn = Turn(rank=1, standing=Standing.IF_GRANTED, year=self.start)
        told = self.writer.write(candidate, turn)
        asked = (*_price_question(candidate.proposal), *candidate.proposal.questions)
        return Placed(recommendation=told, questions=asked, worth_pen_year=told.home_pen_year)

    def _asking(self, measure: Measure, answer: Ask) -> Placed:
        proposal = answer.proposal
        out = LeftOut(measure=measure.id, reason="reason.needs-answer")
        if proposal is None:
            return Placed(left_out=out, questions=answer.questions)
        candidate = Candidate(measure=measure, proposal=proposal)
        if proposal.certainty is Certainty.NO_SOLES:
            check = self._write(candidate, Standing.CHECK)
            return Placed(recommendation=check, questions=answer.questions)
        if self.writer.board.owned(proposal) < LIKELY:
            return Placed(left_out=out, questions=(APPLIANCES,))
        told = self._write(candidate, Standing.IF_GRANTED)
        worth = told.home_pen_year if told else None
        return Placed(left_out=out, questions=answer.questions, worth_pen_year=worth)

    def _proposed(self, candidate: Candidate) -> Placed:
        measure, proposal = candidate.measure, candidate.proposal
        standing = self._standing(proposal)
        told = self._write(candidate, standing)
        if told is None:
            return _out(measure, "reason.price-unknown")
        if standing is Standing.CHECK:
            return Placed(recommendation=told)
        if told.saving_pen_year <= 0:
            return _out(measure, "reason.no-saving")
        if standing is Standing.STEP:
            return self._not_chosen(candidate, told)
        asked = (*_price_question(proposal), *proposal.questions)
        if standing is not Standing.IF_OWNED:
            return Placed(recommendation=told, questions=asked, worth_pen_year=told.home_pen_year)
        if self.writer.board.owned(proposal) < LIKELY:
            out = LeftOut(measure=measure.id, reason="reason.unlikely")
            return Placed(left_out=out, questions=(APPLIANCES,))
        return Placed(
            recommendation=told,
            questions=(APPLIANCES, *asked),
            worth_pen_year=told.home_pen_year,
        )

    def _standing(self, proposal: Proposal) -> Standing:
        match proposal.certainty:
            case Certainty.NO_SOLES:
                return Standing.CHECK
            case Certainty.TARGET:
                return Standing.TARGET
            case Certainty.IF_GRANTED:
                return Standing.IF_GRANTED
            case Certainty.SURE:
                if not self.writer.board.surely_owned(proposal):
                    return Standing.IF_OWNED
                return Standing.STEP if proposal.cost.middle is not None else Standing.ASK_PRICE

    def _write(self, candidate: Candidate, standing: Standing) -> Recommendation | None:
        year = self.start if standing is Standing.TARGET else self.left
        try:
            return self.writer.write(candidate, Turn(rank=1, standing=standing, year=year))
        except PriceUnknownError:
            return None

    def _not_chosen(self, candidate: Candidate, told: Recommendation) -> Placed:
        """Return why what could have been a step is none, and what would make it one."""
        proposal, board = candidate.proposal, self.writer.board
        cost = candidate.cost
        spent = sum((step.cost for step in self.done), board.meter_pen)
        amounts: dict[str, Parameter] = {"cost": cost, "saving": told.home_pen_year}
        if board.wishes.objective is Objective.CO2 and proposal.other_co2_kg is None:
            return _out(candidate.measure, "reason.co2-unknown")
        if (net_yearly(told.home_pen_year, proposal, board.money) or ZERO) <= 0:
            placed = _out(candidate.measure, "reason.never-pays", **amounts)
        elif board.budget_pen is not None and cost > board.budget_pen - spent:
            amounts["left"] = board.budget_pen - spent
            placed = _out(candidate.measure, "reason.over-budget", **amounts)
        elif effort_year(candidate, board.wishes) >= told.home_pen_year:
            placed = _out(candidate.measure, "reason.effort", saving=told.home_pen_year)
        else:
            placed = _out(candidate.measure, "reason.not-chosen", **amounts)
        assert placed.left_out is not None  # noqa: S101 - that is what _out returns
        return replace(placed, left_out=self.explainer.left_out(placed.left_out, candidate))


def _out(measure: Measure, reason: str, /, **parameters: Parameter) -> Placed:
    return Placed(left_out=LeftOut(measure=measure.id, reason=reason, parameters=parameters))


def _price_question(proposal: Proposal) -> tuple[Question, ...]:
    figure = proposal.cost.figure
    if proposal.cost.middle is not None or figure is None:
        return ()
    return (Question(id=figure, field=f"assumptions.{figure}"),)
