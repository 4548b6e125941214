"""The choice of one home as arrays: what every set of measures takes, costs and is worth."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.advice.bundles import MOST_TOGETHER, Bundles, Group, groups_of, subsets
from ahorraluz.core.advice.energy import WattHours
from ahorraluz.core.advice.leaving import Leaving, Sets
from ahorraluz.core.advice.measures import Candidate
from ahorraluz.core.advice.multipliers import Ladder
from ahorraluz.core.advice.rules import Rules
from ahorraluz.core.advice.saving_curve import SavingCurves, UpperCurves
from ahorraluz.core.advice.stack import Stack
from ahorraluz.core.advice.weighing import Dropped, Weighing

Floats = NDArray[np.float64]
EVERYTHING: Dropped = frozenset()


@dataclass(frozen=True, kw_only=True)
class Carbon:
    """CO2e of a set, straight from its energy and its fuels."""

    kg_per_wh: float
    fixed: tuple[float, ...]
    """What each candidate takes off: negative where it spares other fuels. [kgCO2e/year]"""


@dataclass(frozen=True, kw_only=True)
class Voucher:
    """Soles that come once the mean of the year falls to a line, as long as LPG is burnt."""

    need_wh: int
    """Energy to take off the year. [Wh]"""
    pen_year: float
    worth: float
    """What it adds to the worth in soles."""
    lost_by: frozenset[int]
    """Candidates after which the home burns no LPG."""


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """What is decided, and what is left to choose, level by level."""

    rest: Bundles
    """One bundle."""
    ladder: Ladder


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Everything that the search for the best set needs, and nothing else."""

    candidates: tuple[Candidate, ...]
    leaving: Leaving
    rules: Rules
    curves: SavingCurves
    soles: Weighing
    cash_year: Weighing
    """Soles of the first year, without what they cost."""
    voucher: Voucher | None = None
    """``None``: no line of the voucher is in question."""
    carbon: Carbon | None = None
    """``None``: soles are what is to be got most of; else CO2e is, and soles must not fall."""
    base: float = 0.0
    """What the tariff option adds to the soles of every set, net of its meter."""
    base_year: float = 0.0
    """What it takes off the bills of a first year without any member. [PEN/year]"""

    @cached_property
    def cost(self) -> Floats:
        """Price of each candidate, shape (n,). [PEN]"""
        return np.array([float(candidate.cost) for candidate in self.candidates])

    @cached_property
    def fixed(self) -> Floats:
        """Off the worth of each goal, the first decides, shape (n, g)."""
        columns = (
            [self.soles.fixed] if self.carbon is None else [self.carbon.fixed, self.soles.fixed]
        )
        return np.array(columns, dtype=np.float64).reshape(len(columns), -1).T

    @cached_property
    def dropped(self) -> tuple[Dropped, ...]:
        """Ways in which members do not act, the whole set first: twelve columns each."""
        return (EVERYTHING, *(way for way in self.soles.weights if way))

    @cached_property
    def weights(self) -> tuple[float, ...]:
        """Weight of the bills of each of these ways."""
        return tuple(self.soles.weights.get(way, 0.0) for way in self.dropped)

    @cached_property
    def reach(self) -> tuple[WattHours, WattHours]:
        """Least and most that any set takes off in each month, shape (12,). [Wh]"""
        everything = np.ones((1, len(self.candidates)), dtype=bool)
        most = self.leaving.taken(everything, uses=self.leaving.own, candidates=())[0]
        least = -sum(self.leaving.added.values(), np.zeros_like(most))
        return least, most

    @cached_property
    def _bound(self) -> tuple[UpperCurves, bool]:
        return self.curves.upper(*self.reach)

    @property
    def rising(self) -> bool:
        """Whether taking more off the meter never costs more."""
        return self._bound[1]

    @cached_property
    def upper(self) -> tuple[UpperCurves, ...]:
        """Bound of each goal over the columns of a set."""
        soles = self._bound[0].repeated(self.weights)
        if self.carbon is None:
            return (soles,)
        ends = np.stack(self.reach, axis=1)
        line = UpperCurves(places=ends, values=ends.astype(np.float64) * self.carbon.kg_per_wh)
        return line.repeated([1.0, *[0.0] * (len(self.weights) - 1)]), soles

    def worths(self, taken: WattHours, fixed: Floats, sets: Sets) -> Floats:
        """Return the exact worth by goal of sets, shape (b, g).

        Parameters
        ----------
        taken
            What they take, shape (b, m). [Wh]
        fixed
            What they have off their worth, shape (b, g).
        sets
            Their members, shape (b, n).
        """
        years = taken.reshape(-1, 12)
        soles = self.curves.saved(years).sum(axis=1).reshape(len(taken), -1) @ self.weights
        soles = soles + self.base
        if self.voucher is not None:
            soles = soles + self.voucher.worth * self._granted(taken, sets)
        if self.carbon is None:
            worths: Floats = soles[:, None] - fixed
        else:
            carbon = taken[:, :12].sum(axis=1) * self.carbon.kg_per_wh
            worths = np.stack([carbon, soles], axis=1) - fixed
        return worths

    def _granted(self, taken: WattHours, sets: Sets) -> Sets:
        """Tell which sets bring the voucher."""
        voucher = self.voucher
        if voucher is None:
            return np.zeros(len(sets), dtype=bool)
        burns = ~sets[:, list(voucher.lost_by)].any(axis=1)
        granted: Sets = (taken[:, :12].sum(axis=1) >= voucher.need_wh) & burns
        return granted

    def granted(self, sets: Sets) -> Sets:
        """Tell which whole sets bring the voucher."""
        return self._granted(self.leaving.all_taken(sets), sets)

    def may_bring(self, taken: WattHours, more: WattHours) -> Floats:
        """Return what option and voucher may add to the soles of partial plans, shape (b,).

        Parameters
        ----------
        taken
            What each took, shape (b, m). [Wh]
        more
            Most that what is left to choose takes, shape (m,). [Wh]
        """
        if self.voucher is None:
            return np.full(len(taken), self.base)
        reached = taken[:, :12].sum(axis=1) + int(more[:12].sum()) >= self.voucher.need_wh
        may: Floats = self.base + self.voucher.worth * reached
        return may

    def of_sets(self, sets: Sets) -> Floats:
        """Return the exact worth by goal of whole sets, shape (b, g)."""
        taken = self._columns(sets, uses=self.leaving.own, candidates=tuple(self.leaving.added))
        return self.worths(taken, sets.astype(np.float64) @ self.fixed, sets)

    def cash(self, sets: Sets) -> Floats:
        """Return what whole sets save in their first year, shape (b,). [PEN/year]"""
        saved: Floats = self.base_year - sets.astype(np.float64) @ np.array(self.cash_year.fixed)
        for way, weight in self.cash_year.weights.items():
            acting = sets.copy()
            acting[:, list(way)] = False
            saved += weight * self.curves.saved(self.leaving.all_taken(acting)).sum(axis=1)
        if self.voucher is not None:
            saved += self.voucher.pen_year * self.granted(sets)
        return saved

    def mask(self, members: Iterable[int]) -> Sets:
        """Return one set as a row, shape (1, n)."""
        row = np.zeros((1, len(self.candidates)), dtype=bool)
        row[0, list(members)] = True
        return row

    def _columns(self, sets: Sets, *, uses: Iterable[int], candidates: Sequence[int]) -> WattHours:
        acting = np.repeat(sets[:, None, :], len(self.dropped), axis=1)
        for number, way in enumerate(self.dropped):
            acting[:, number, list(way)] = False
        taken = self.leaving.taken(
            acting.reshape(-1, sets.shape[1]), uses=tuple(uses), candidates=candidates
        )
        return taken.reshape(len(sets), -1)

    def prepared(self, on_all: tuple[int, ...]) -> Prepared | None:
        """Return everything that is left to choose once it is known what acts on all uses.

        ``None``: some group has nothing that the rules allow.
        """
        if on_all not in self._prepared:
            self._prepared[on_all] = self._prepare(on_all)
        return self._prepared[on_all]

    @cached_property
    def _prepared(self) -> dict[tuple[int, ...], Prepared | None]:
        return {}

    def _prepare(self, on_all: tuple[int, ...]) -> Prepared | None:
        acting = np.repeat(self.mask(on_all), len(self.dropped), axis=0)
        for number, way in enumerate(self.dropped):
            acting[number, list(way)] = False
        everywhere = self.leaving.of_all(acting)
        bundles, group = self.stack.best(everywhere, self._allowed_with(on_all))
        sizes = np.bincount(group, minlength=len(self.groups))
        if not sizes.all():
            return None
        decided = sizes[group] == 1
        rest = Bundles.together([self._rest(on_all), bundles.kept(decided)]).all_of_them
        ladder = Ladder.of(bundles.kept(~decided), sizes[sizes > 1].tolist())
        return Prepared(rest=rest, ladder=ladder)

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """Candidates that are chosen together, and the uses that only acting on all spares."""
        groups = groups_of(self.leaving, self.rules)
        touched = {use for group in groups for use in group.uses}
        left = [use for use in self.leaving.own if use not in touched and self.leaving.on_all]
        return (*groups, Group(candidates=(), uses=tuple(left)))

    @cached_property
    def _alone(self) -> Floats:
        return self.of_sets(np.eye(len(self.candidates), dtype=bool))[:, 0]

    def _rest(self, on_all: Sequence[int]) -> Bundles:
        """Return what acts on everything, without what it spares, as one bundle."""
        row = self.mask(on_all)
        members = row.astype(np.float64)
        return Bundles(
            sets=row,
            taken=self._columns(row, uses=(), candidates=on_all),
            fixed=members @ self.fixed,
            cost=members @ self.cost,
        )

    def _allowed_with(self, on_all: tuple[int, ...]) -> Sets:
        """Tell which rows of the stack go with what acts on everything."""
        fine = np.ones(len(self.stack.sets), dtype=bool)
        for number in self._meeting:
            rows = self.stack.group == number
            within = (*self.groups[number].candidates, *self.leaving.on_all)
            fine[rows] = self.rules.allowed(
                self.stack.sets[rows] | self.mask(on_all), within=within
            )
        return fine

    @cached_property
    def _meeting(self) -> tuple[int, ...]:
        """Groups that a rule joins with what acts on everything."""
        everywhere = tuple(self.leaving.on_all)
        return tuple(
            number
            for number, group in enumerate(self.groups)
            if self.rules.cross(group.candidates, everywhere)
        )

    @property
    def whole(self) -> bool:
        """Whether no subset of a group is left aside."""
        return all(len(self._open(group)) <= MOST_TOGETHER for group in self.groups)

    @cached_property
    def stack(self) -> Stack:
        """The subsets of every group, before it is known what acts on everything."""
        parts = [self._subsets(group) for group in self.groups]
        sets = np.concatenate(parts)
        members = sets.astype(np.float64)
        lost = frozenset[int]() if self.voucher is None else self.voucher.lost_by
        return Stack(
            leaving=self.leaving,
            groups=self.groups,
            sets=sets,
            sizes=tuple(map(len, parts)),
            fixed=members @ self.fixed,
            cost=members @ self.cost,
            ways=self.dropped,
            alike=tuple(self.rising and lost.isdisjoint(group.candidates) for group in self.groups),
        )

    def _subsets(self, group: Group) -> Sets:
        """Return the subsets of a group that the rules allow, as far as they are enumerated."""
        left = self._open(group)
        if len(left) > MOST_TOGETHER:
            left = sorted(sorted(left, key=lambda place: -self._alone[place])[:MOST_TOGETHER])
        sets = np.zeros((1 << len(left), len(self.candidates)), dtype=bool)
        sets[:, left] = subsets(len(left))
        sets[:, [place for place in group.candidates if place in self._free]] = True
        return sets[self.rules.allowed(sets, within=group.candidates)]

    def _open(self, group: Group) -> list[int]:
        """Return the candidates of a group that are worth having in some plans only."""
        return [place for place in group.candidates if place not in self._free]

    @cached_property
    def _ruled(self) -> frozenset[int]:
        """Candidates that a rule speaks of."""
        pairs = [one for pair in self.rules.exclusions for one in pair]
        lost = self.voucher.lost_by if self.voucher is not None else ()
        return frozenset(
            {*lost, *self.rules.needs, *(p for o in self.rules.needs.values() for p in o), *pairs}
        )

    @cached_property
    def _free(self) -> frozenset[int]:
        """Candidates that are never worse to have than not to have."""
        if not self.rising:
            return frozenset()
        costless = (self.cost == 0) & (self.fixed <= 0).all(axis=1)
        ruled = self._ruled | self.leaving.added.keys()
        return frozenset(np.flatnonzero(costless).tolist()) - ruled
