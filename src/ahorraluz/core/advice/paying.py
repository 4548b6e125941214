"""When each purchase can be paid: the budget now, then what the steps already done save.

Every month the home puts aside what the steps so far save it, never more than the
instalment, and buys the next thing as soon as the purse holds its price. What is free
starts at once. A plan is affordable if some order buys everything within the year.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from ahorraluz.core.advice.bundles import subsets
from ahorraluz.core.advice.problem import Problem

MONTHS = 12
NEARLY = 1e-9
"""Soles that a rounding in floating point may lack."""
MOST_PURCHASES = 12
"""Purchases whose orders are all tried: 4,096 sets of them."""

Dated = tuple[int, int]
"""A candidate and the month in which it starts, from zero."""


@dataclass(frozen=True, slots=True)
class _Moment:
    """One way to have bought a set of purchases."""

    month: int
    purse: float
    gained: float
    """Saved up to that month. [PEN]"""
    bought: tuple[Dated, ...]

    def beaten_by(self, other: "_Moment", income: float) -> bool:
        later = self.month - other.month
        return (
            later >= 0
            and other.purse >= self.purse - NEARLY
            and other.gained + later * income >= self.gained - NEARLY
        )


@dataclass(kw_only=True)
class Purse:
    """Budget now and instalment of a home."""

    problem: Problem
    budget_pen: float
    instalment_pen: float
    _known: dict[frozenset[int], float] = field(default_factory=dict)

    @property
    def most(self) -> float:
        """Most that can be spent within the year. [PEN]"""
        return self.budget_pen + (MONTHS - 1) * self.instalment_pen

    def can_pay(self, members: Sequence[int]) -> bool:
        """Tell whether some order buys all members within the year."""
        return self.calendar(members) is not None

    def calendar(self, members: Sequence[int]) -> tuple[Dated, ...] | None:
        """Return the order that saves most within the year; ``None``: none buys everything."""
        cost = self.problem.cost
        free = [place for place in members if cost[place] == 0]
        bought = [place for place in members if cost[place] > 0]
        if len(bought) > MOST_PURCHASES or cost[bought].sum() > self.most + NEARLY:
            return None
        income = self._incomes(free, bought)
        first = _Moment(0, self.budget_pen, 0.0, tuple((place, 0) for place in free))
        ways: dict[int, list[_Moment]] = {0: [first]}
        for mask in range(1 << len(bought)):
            for moment in ways.get(mask, ()):
                for then, later in self._next(moment, mask, income, free, bought):
                    _keep(ways.setdefault(then, []), later, income[then])
        whole = ways.get((1 << len(bought)) - 1, ())
        last = income[-1]
        best = max(
            whole,
            key=lambda way: (way.gained + (MONTHS - way.month) * last, -way.month),
            default=None,
        )
        return None if best is None else best.bought

    def _next(
        self,
        moment: _Moment,
        mask: int,
        income: Sequence[float],
        free: Sequence[int],
        bought: Sequence[int],
    ) -> Iterator[tuple[int, _Moment]]:
        """Yield the purchases that can come next, each as soon as it can be paid."""
        monthly = income[mask]
        aside = min(self.instalment_pen, max(monthly, 0.0))
        done = {*free, *(place for bit, place in enumerate(bought) if mask >> bit & 1)}
        for bit, place in enumerate(bought):
            needs = self.problem.rules.needs.get(place)
            if mask >> bit & 1 or (needs is not None and done.isdisjoint(needs)):
                continue
            missing = float(self.problem.cost[place]) - moment.purse
            wait = 0
            if missing > NEARLY:
                if aside <= 0:
                    continue
                wait = int(np.ceil(missing / aside - NEARLY))
            if moment.month + wait >= MONTHS:
                continue
            yield (
                mask | 1 << bit,
                _Moment(
                    moment.month + wait,
                    moment.purse + wait * aside - float(self.problem.cost[place]),
                    moment.gained + wait * monthly,
                    (*moment.bought, (place, moment.month + wait)),
                ),
            )

    def _incomes(self, free: Sequence[int], bought: Sequence[int]) -> list[float]:
        """Return what every set of purchases saves with all that is free. [PEN/month]"""
        rows = subsets(len(bought))
        keys = [frozenset((*free, *np.array(bought, dtype=int)[row].tolist())) for row in rows]
        unknown = [key for key in keys if key not in self._known]
        if unknown:
            sets = np.zeros((len(unknown), len(self.problem.candidates)), dtype=bool)
            for row, key in zip(sets, unknown, strict=True):
                row[list(key)] = True
            values = self.problem.cash(sets) / MONTHS
            self._known.update(zip(unknown, values.tolist(), strict=True))
        return [self._known[key] for key in keys]


def _keep(ways: list[_Moment], new: _Moment, income: float) -> None:
    if any(new.beaten_by(known, income) for known in ways):
        return
    ways[:] = [known for known in ways if not known.beaten_by(new, income)]
    ways.append(new)
