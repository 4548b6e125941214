"""Where a measure that is no step belongs: option, target, check, question, or left out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ahorraluz.core.advice.choosing import Board
from ahorraluz.core.advice.energy import EnergyYear
from ahorraluz.core.advice.explaining import Explainer, WayIn
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
from ahorraluz.core.money import round_cent

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
        standing = standing_of(proposal, self.writer.board)
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

    def _write(self, candidate: Candidate, standing: Standing) -> Recommendation | None:
        year = self.start if standing is Standing.TARGET else self.left
        try:
            return self.writer.write(candidate, Turn(rank=1, standing=standing, year=year))
        except PriceUnknownError:
            return None

    def _not_chosen(self, candidate: Candidate, told: Recommendation) -> Placed:
        """Return why what could have been a step is none, and what would make it one."""
        board = self.writer.board
        if board.wishes.objective is Objective.CO2 and candidate.proposal.other_co2_kg is None:
            return _out(candidate.measure, "reason.co2-unknown")
        way = self.explainer.way_in(candidate)
        candidate = way.candidate
        told = self._beside_steps(way) or told
        reason, amounts = self._why_not(
            candidate, told.home_pen_year, enters=way.budget_pen is not None
        )
        out = LeftOut(
            measure=candidate.measure.id,
            reason=reason,
            parameters=amounts,
            enters_with_pen=way.budget_pen,
            enters_below_pen=way.below_pen,
            would=way.would,
        )
        return Placed(left_out=out)

    def _beside_steps(self, way: WayIn) -> Recommendation | None:
        turn = Turn(
            rank=1, standing=Standing.STEP, year=self.left, other_pen_year=way.other_pen_year
        )
        try:
            return self.writer.write(way.candidate, turn)
        except PriceUnknownError:
            return None

    def _why_not(
        self, candidate: Candidate, saving: Decimal, *, enters: bool
    ) -> tuple[str, Mapping[str, Parameter]]:
        """Return the reason why a candidate is no step, and its amounts.

        What ``enters`` with a larger budget pays in the plan which that buys.
        """
        board, proposal = self.writer.board, candidate.proposal
        spent = sum((step.cost for step in self.done), board.meter_pen)
        left = None if board.budget_pen is None else round_cent(board.budget_pen - spent)
        amounts: dict[str, Parameter] = {"cost": round_cent(candidate.cost), "saving": saving}
        if not enters and (net_yearly(saving, proposal, board.money) or ZERO) <= 0:
            if proposal.life_years is None:
                amounts["years"] = board.money.years(proposal)
                return "reason.never-pays-in", amounts
            return "reason.never-pays", amounts
        if left is not None and candidate.cost > left:
            return "reason.over-budget", amounts | {"left": left}
        if effort_year(candidate, board.wishes) >= saving:
            return "reason.effort", {"saving": saving}
        return "reason.not-chosen", amounts


def standing_of(proposal: Proposal, board: Board) -> Standing:
    """Return how a proposal stands to the plan of a home."""
    match proposal.certainty:
        case Certainty.NO_SOLES:
            return Standing.CHECK
        case Certainty.TARGET:
            return Standing.TARGET
        case Certainty.IF_GRANTED:
            return Standing.IF_GRANTED
        case Certainty.SURE:
            if not board.surely_owned(proposal):
                return Standing.IF_OWNED
            return Standing.STEP if proposal.cost.middle is not None else Standing.ASK_PRICE


def _out(measure: Measure, reason: str, /, **parameters: Parameter) -> Placed:
    return Placed(left_out=LeftOut(measure=measure.id, reason=reason, parameters=parameters))


def _price_question(proposal: Proposal) -> tuple[Question, ...]:
    figure = proposal.cost.figure
    if proposal.cost.middle is not None or figure is None:
        return ()
    return (Question(id=figure, field=f"assumptions.{figure}"),)
