"""What an answer is worth to a choice: the soles by which knowing it makes the choice better.

Who knows the answer takes the plan that is best with it; who does not takes the plan that
is best on average. The mean difference is the expected value of partial perfect
information. The mean of each plan given the answer is a regression on the draws, and a
rule made of the same draws that judge it would always look good: so the draws are parted,
and each part is judged by a rule that never saw it. An answer that says nothing is then
worth nothing, or a little less, however many there are to compare.

References
----------
M. Strong, J. E. Oakley, A. Brennan, "Estimating multiparameter partial expected value of
perfect information from a probabilistic sensitivity analysis sample: a nonparametric
regression approach", Medical Decision Making 34 (3), 2014. doi:10.1177/0272989X13505910
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.advice.sensitivity import slow_waves

Floats = NDArray[np.float64]
Places = NDArray[np.intp]
WAVES = 4
"""Cosines along the order of the answers: a mean that rises, falls or bends."""
PARTS = 8
"""Parts of the draws: seven make the rule by which the eighth is judged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerWorth:
    """What one answer is worth, and what it would change."""

    value: float
    """By how much the choice is better on average; around zero for an idle answer."""
    error: float
    """Standard error of the value."""
    changes: float
    """Part of the answers with which another plan is taken than without. [0 to 1]"""
    between: tuple[int, int] | None
    """The plan taken without the answer and the one that is most often taken instead, by
    their rows, -1 being the plan itself; ``None``: no answer changes anything."""


def worth_of_answer(signal: Floats, gains: Floats) -> AnswerWorth:
    """Return what it is worth to know a signal before a plan is chosen.

    Parameters
    ----------
    signal
        What would be told, shape (draws,), without ties.
    gains
        What every other plan gives above the plan in every draw, shape (k, draws).
    """
    draws = gains.shape[1]
    if not len(gains) or draws <= PARTS * (WAVES + 1):
        return AnswerWorth(value=0.0, error=0.0, changes=0.0, between=None)
    # The plan itself comes first, so that it is kept where nothing is better.
    plans = np.vstack([np.zeros(draws), gains[:, np.argsort(signal, kind="stable")]])
    told, untold = np.zeros(draws, dtype=np.intp), np.zeros(draws, dtype=np.intp)
    basis = _basis(draws)
    sums, totals = plans @ basis, plans.sum(axis=1)
    for part, inverse in _parts(draws):
        own, seen = plans[:, part], basis[part]
        rule = (sums - own @ seen) @ inverse
        told[part] = (rule @ seen.T).argmax(axis=0)
        untold[part] = (totals - own.sum(axis=1)).argmax()
    every = np.arange(draws)
    better = plans[told, every] - plans[untold, every]
    moved = told != untold
    between = None
    if moved.any():
        pairs = np.bincount(untold[moved] * len(plans) + told[moved])
        before, after = divmod(int(pairs.argmax()), len(plans))
        between = before - 1, after - 1
    return AnswerWorth(
        value=float(better.mean()),
        error=float(better.std() / np.sqrt(draws)),
        changes=float(moved.mean()),
        between=between,
    )


def worth_of_everything(gains: Floats) -> float:
    """Return by how much the choice is better if everything is known: no answer is worth more.

    Parameters
    ----------
    gains
        As for :func:`worth_of_answer`.
    """
    if not gains.size:
        return 0.0
    known = np.maximum(gains.max(axis=0), 0.0).mean()
    return float(known - max(gains.mean(axis=1).max(), 0.0))


@cache
def _basis(draws: int) -> Floats:
    """Return a level and slow cosines along an order, shape (draws, 1 + waves)."""
    basis: Floats = np.column_stack([np.ones(draws), slow_waves(draws)[:, :WAVES]])
    basis[:, 1:] *= np.sqrt(draws)
    basis.setflags(write=False)
    return basis


@cache
def _parts(draws: int) -> tuple[tuple[Places, Floats], ...]:
    """Return the places of each part, and what turns sums over the others into a rule."""
    basis = _basis(draws)
    found: list[tuple[Places, Floats]] = []
    for first in range(PARTS):
        # Every eighth of the order: each part holds answers of all sizes.
        part = np.arange(first, draws, PARTS)
        rest = np.delete(basis, part, axis=0)
        found.append((part, np.asarray(np.linalg.inv(rest.T @ rest), dtype=np.float64)))
    return tuple(found)
