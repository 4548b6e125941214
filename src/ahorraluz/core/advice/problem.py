"""The choice of one home as arrays: what every set of measures takes, costs and is worth."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.advice.bundles import (
    Bundles,
    Group,
    groups_of,
    promising,
    subsets,
    undominated,
)
from ahorraluz.core.advice.energy import WattHours
from ahorraluz.core.advice.leaving import KeptUses, Leaving, Sets
from ahorraluz.core.advice.measures import Candidate
from ahorraluz.core.advice.multipliers import Ladder
from ahorraluz.core.advice.rules import Rules
from ahorraluz.core.advice.saving_curve import SavingCurves, UpperCurves
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
class _Subsets:
    """The subsets of a group, before it is known what acts on everything."""

    sets: Sets
    kept: Mapping[Dropped, KeptUses]
    """Share of each use that is kept, without the members that do not act."""
    fixed: Floats
    cost: Floats
    whole: bool
    """Whether no subset was left aside."""
    known: dict[tuple[frozenset[int], Dropped], WattHours] = field(default_factory=dict)
    """What they take, by what acts on everything and by members that do not act. [Wh]"""


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """What is decided, and what is left to choose, level by level."""

    rest: Bundles
    """One bundle."""
    ladder: Ladder
    whole: bool
    """Whether no subset was left aside."""


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

    def prepared(self, on_all: tuple[int, ...], forced: frozenset[int]) -> Prepared:
        """Return everything that is left to choose once it is known what acts on all uses."""
        key = (on_all, forced)
        if key not in self._prepared:
            rest, groups, whole = self.rest(on_all), [], True
            for group in self.groups:
                bundles, all_of_it = self.choices(group, on_all, forced=forced)
                whole &= all_of_it
                if len(bundles) == 1:
                    rest = rest.joined(bundles)
                else:
                    groups.append(bundles)
            self._prepared[key] = Prepared(rest=rest, ladder=Ladder.of(groups), whole=whole)
        return self._prepared[key]

    @cached_property
    def _prepared(self) -> dict[tuple[tuple[int, ...], frozenset[int]], Prepared]:
        return {}

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """Candidates that are chosen together."""
        return groups_of(self.leaving, self.rules)

    @cached_property
    def _alone(self) -> Floats:
        return self.of_sets(np.eye(len(self.candidates), dtype=bool))[:, 0]

    def rest(self, on_all: Sequence[int]) -> Bundles:
        """Return what is decided once it is known what acts on everything: one bundle."""
        touched = {use for group in self.groups for use in group.uses}
        uses = [use for use in self.leaving.own if use not in touched]
        row = self.mask(on_all)
        members = row.astype(np.float64)
        return Bundles(
            sets=row,
            taken=self._columns(row, uses=uses, candidates=on_all),
            fixed=members @ self.fixed,
            cost=members @ self.cost,
        )

    def choices(
        self, group: Group, on_all: Sequence[int], *, forced: frozenset[int]
    ) -> tuple[Bundles, bool]:
        """Return what a group may do, and whether none of it was left aside.

        Parameters
        ----------
        group
            Candidates that are chosen together.
        on_all
            Members that act on everything.
        forced
            Candidates that must be members.
        """
        subsets_ = self._subsets(group, forced)
        columns = [
            self._column(group, subsets_, frozenset(on_all) - way, way) for way in self.dropped
        ]
        bundles = Bundles(
            sets=subsets_.sets,
            taken=np.concatenate(columns, axis=1),
            fixed=subsets_.fixed,
            cost=subsets_.cost,
        )
        if self._meets_on_all(group):
            sets = subsets_.sets | self.mask(on_all)
            within = (*group.candidates, *self.leaving.on_all)
            bundles = bundles.kept(self.rules.allowed(sets, within=within))
        leaves_lpg = self.voucher is not None and self.voucher.lost_by & {*group.candidates}
        alike = self.rising and not leaves_lpg
        return (undominated(bundles) if alike else bundles), subsets_.whole

    def _meets_on_all(self, group: Group) -> bool:
        """Tell whether a rule joins a group and what acts on everything."""
        if group not in self._known_meetings:
            met = self.rules.cross(group.candidates, tuple(self.leaving.on_all))
            self._known_meetings[group] = met
        return self._known_meetings[group]

    @cached_property
    def _known_meetings(self) -> dict[Group, bool]:
        return {}

    def _column(
        self, group: Group, subsets_: _Subsets, on_all: frozenset[int], way: Dropped
    ) -> WattHours:
        """Return what the subsets of a group take where some members act on everything."""
        idle = way & frozenset(group.candidates)
        if (on_all, idle) not in subsets_.known:
            subsets_.known[on_all, idle] = self.leaving.taken_when(
                subsets_.sets,
                subsets_.kept[idle],
                everywhere=self._everywhere(on_all),
                candidates=[place for place in group.candidates if place not in idle],
            )
        return subsets_.known[on_all, idle]

    def _subsets(self, group: Group, forced: frozenset[int]) -> _Subsets:
        """Return the subsets of a group whatever acts on everything, reckoned once."""
        must = {place for place in group.candidates if place in forced or self._is_free(place)}
        key = (group, frozenset(must))
        if key not in self._known_subsets:
            rest, whole = promising(
                [p for p in group.candidates if p not in must], self._alone.tolist()
            )
            sets = np.zeros((1 << len(rest), len(self.candidates)), dtype=bool)
            sets[:, list(rest)] = subsets(len(rest))
            sets[:, list(must)] = True
            sets = sets[self.rules.allowed(sets, within=group.candidates)]
            members = sets.astype(np.float64)
            kept = {}
            for idle in {way & frozenset(group.candidates) for way in self.dropped}:
                acting = sets.copy()
                acting[:, list(idle)] = False
                kept[idle] = self.leaving.kept_of(acting, group.uses)
            self._known_subsets[key] = _Subsets(
                sets=sets,
                kept=kept,
                fixed=members @ self.fixed,
                cost=members @ self.cost,
                whole=whole,
            )
        return self._known_subsets[key]

    @cached_property
    def _known_subsets(self) -> dict[tuple[Group, frozenset[int]], _Subsets]:
        return {}

    def _everywhere(self, on_all: frozenset[int]) -> Floats:
        if on_all not in self._known_shares:
            self._known_shares[on_all] = self.leaving.of_all(self.mask(on_all))
        return self._known_shares[on_all]

    @cached_property
    def _known_shares(self) -> dict[frozenset[int], Floats]:
        return {}

    @cached_property
    def _ruled(self) -> frozenset[int]:
        """Candidates that a rule speaks of."""
        pairs = [one for pair in self.rules.exclusions for one in pair]
        lost = self.voucher.lost_by if self.voucher is not None else ()
        return frozenset(
            {*lost, *self.rules.needs, *(p for o in self.rules.needs.values() for p in o), *pairs}
        )

    def _is_free(self, place: int) -> bool:
        """Tell whether having a candidate can never be worse than not having it."""
        return (
            self.rising
            and place not in self._ruled
            and place not in self.leaving.added
            and self.cost[place] == 0
            and bool((self.fixed[place] <= 0).all())
        )
