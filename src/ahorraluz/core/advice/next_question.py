"""The one question to ask next: the answer that is expected to make the choice best.

An answer is worth what the plan chosen with it gives above the plan chosen without it, on
average over all it may turn out to be. However much it narrows, an answer that would
leave every step as it is is worth nothing, and is not asked for.

References
----------
H. Raiffa, R. Schlaifer, "Applied Statistical Decision Theory", Harvard, 1961 (preposterior
analysis). J. E. Oakley, A. O'Hagan, "Probabilistic sensitivity analysis of complex
models", Journal of the Royal Statistical Society B 66 (3), 2004.
doi:10.1111/j.1467-9868.2004.05304.x
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.advice.answer_worth import (
    AnswerWorth,
    worth_of_answer,
    worth_of_everything,
)
from ahorraluz.core.advice.answers import Answer, answers_of
from ahorraluz.core.advice.chances import BetterOnAverage, NextQuestion, ValueOfKnowing
from ahorraluz.core.advice.choosing import Board
from ahorraluz.core.advice.drawing import Sample, stream
from ahorraluz.core.advice.measures import Candidate
from ahorraluz.core.advice.near_plans import NearPlans
from ahorraluz.core.advice.sensitivity import first_order, narrowed
from ahorraluz.core.advice.wishes import Objective
from ahorraluz.core.money import round_cent

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
LEAST_PEN_YEAR = 1.0
"""An answer that is worth less is not worth a minute of anybody. [PEN/year]"""
SURE_ERRORS = 2.0
"""Standard errors that a worth must lie above nothing to be told from it."""
LEAST_NARROWING = 0.03
"""Part of the variance that an answer must take where its worth in soles says nothing."""
GROUPS = 20
"""Groups of like answers in which the width that is left is looked at."""
MOST_LEFT = 0.98
"""An answer that leaves more of the doubt than this is no answer."""


@dataclass(frozen=True)
class Asking:
    """What could be asked about a plan, and what each answer would do."""

    board: Board
    steps: tuple[Candidate, ...]
    near: NearPlans
    result: Floats
    """Soles of the plan in every draw, costs spread over their lives. [PEN/year]"""
    priced: Flags

    def question(self) -> tuple[NextQuestion | None, ValueOfKnowing | None]:
        """Return what to ask, and what answers are worth at all.

        The first is ``None`` where no answer is worth asking for. The second is ``None``
        where CO2 is what is to be got most of: its plans do not differ by soles, so that
        answer is asked for which narrows the soles most.
        """
        if self.board.wishes.objective is Objective.CO2:
            return self._narrowing(), None
        fine = self.priced & self.near.priced
        gains = self.near.gains[:, fine]
        everything = ValueOfKnowing(
            everything=_pen(worth_of_everything(gains)),
            plans=1 + len(gains),
            better=self._better(gains),
        )
        steps = (*self.steps, *self.near.joining)
        found = [
            (answer, signal, worth_of_answer(signal[fine], gains))
            for answer, signal in self._signals(steps, self.near.sample)
        ]
        found = [one for one in found if _worth_asking(one[2])]
        if not found:
            return None, everything
        answer, signal, worth = max(found, key=lambda one: one[2].value)
        narrows = float(first_order([signal], self.result[None, :])[0, 0])
        return self._told(answer, signal, narrows=narrows, worth=worth), everything

    def _better(self, gains: Floats) -> BetterOnAverage | None:
        """Return the plan that is best on average, if it is not the plan itself."""
        if not gains.size:
            return None
        means = gains.mean(axis=1)
        best = int(means.argmax())
        error = gains[best].std() / math.sqrt(gains.shape[1])
        if means[best] < max(LEAST_PEN_YEAR, SURE_ERRORS * error):
            return None
        move = self.near.moves[best]
        leaves, joins = (
            None if place is None else self.board.candidates[place].measure.id
            for place in (move.leaves, move.joins)
        )
        return BetterOnAverage(value=_pen(float(means[best])), leaves=leaves, joins=joins)

    def _narrowing(self) -> NextQuestion | None:
        """Return the question whose answer takes most of the variance away."""
        signals = self._signals(self.steps, self.near.years.home.sample)
        shares = first_order([signal for _, signal in signals], self.result[None, :])[:, 0]
        if not len(shares) or shares.max() < LEAST_NARROWING:
            return None
        best = int(shares.argmax())
        return self._told(*signals[best], narrows=float(shares[best]), worth=None)

    def _signals(self, steps: Sequence[Candidate], sample: Sample) -> list[tuple[Answer, Floats]]:
        """Return what could be told of steps, and what would be told in each draw."""
        return [
            (answer, _signal(answer, sample))
            for answer in answers_of(self.board, steps)
            if answer.unknown in sample.deviates and answer.left < MOST_LEFT
        ]

    def _told(
        self, answer: Answer, signal: Floats, *, narrows: float, worth: AnswerWorth | None
    ) -> NextQuestion:
        low, high = np.quantile(self.result, (0.1, 0.9))
        then = min(narrowed(signal, self.result, groups=GROUPS), float(high - low))
        decided = () if worth is None else self._decided(worth)
        return NextQuestion(
            id=answer.id,
            field=answer.field,
            subject=answer.subject,
            value=None if worth is None else _pen(worth.value),
            changes=None if worth is None else worth.changes,
            decides=tuple(dict.fromkeys(decided)),
            sizes=len(set(decided)) < len(decided),
            narrows=max(narrows, 0.0),
            width_now=_pen(float(high - low)),
            width_then=_pen(then),
        )

    def _decided(self, worth: AnswerWorth) -> tuple[str, ...]:
        """Return the measures in which the plans with and without the answer differ.

        One whose size differs comes twice.
        """
        if worth.between is None:
            return ()
        plan = frozenset(map(self.board.candidates.index, self.steps))
        before, after = (
            plan if row < 0 else self.near.moves[row].after(plan) for row in worth.between
        )
        places = sorted(before ^ after)
        return tuple(self.board.candidates[place].measure.id for place in places)


def _worth_asking(worth: AnswerWorth) -> bool:
    return worth.value >= max(LEAST_PEN_YEAR, SURE_ERRORS * worth.error)


def _pen(amount: float) -> Decimal:
    return round_cent(Decimal(repr(amount)))


def _signal(answer: Answer, sample: Sample) -> Floats:
    """Return what the answers would be: the unknown with the error that they leave."""
    known = sample.deviates[answer.unknown]
    if answer.left <= 0:
        return known
    error = math.sqrt(answer.left / (1 - answer.left))
    return known + error * stream(f"answer:{answer.id}:{answer.subject}", sample.sampling)
