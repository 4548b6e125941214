"""Which measures go together: what rules out what, what needs what, one size of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.advice.interactions import RULED_OUT_BY
from ahorraluz.core.advice.leaving import Sets
from ahorraluz.core.advice.measures import Candidate


@dataclass(frozen=True, kw_only=True)
class Rules:
    """The rules among the candidates of one home."""

    candidates: tuple[Candidate, ...]
    ruled_out_by: Mapping[str, frozenset[str]]
    """By measure, those after which it makes no sense: they are never in one plan."""

    @classmethod
    def among(cls, candidates: Sequence[Candidate]) -> "Rules":
        """Return the rules of the catalogue."""
        return cls(candidates=tuple(candidates), ruled_out_by=RULED_OUT_BY)

    @cached_property
    def exclusions(self) -> tuple[tuple[int, int], ...]:
        """Pairs of candidates that are never in one plan."""
        ids = [candidate.measure.id for candidate in self.candidates]
        return tuple(
            (one, other)
            for one in range(len(ids))
            for other in range(one + 1, len(ids))
            if ids[one] == ids[other]
            or ids[other] in self.ruled_out_by.get(ids[one], frozenset())
            or ids[one] in self.ruled_out_by.get(ids[other], frozenset())
        )

    @cached_property
    def needs(self) -> Mapping[int, tuple[int, ...]]:
        """By candidate that needs others, the candidates of which one must be in the plan."""
        return {
            place: tuple(
                other
                for other, known in enumerate(self.candidates)
                if known.measure.id in candidate.measure.needs
            )
            for place, candidate in enumerate(self.candidates)
            if candidate.measure.needs
        }

    def _excluded(self, inside: frozenset[int]) -> tuple[list[int], list[int]]:
        """Return both sides of the pairs that lie inside."""
        if inside not in self._known:
            pairs = [pair for pair in self.exclusions if inside.issuperset(pair)]
            self._known[inside] = ([one for one, _ in pairs], [other for _, other in pairs])
        return self._known[inside]

    def cross(self, some: Sequence[int], others: Sequence[int]) -> bool:
        """Tell whether a rule may speak of both some candidates and others."""
        pairs = (*self.exclusions, *((a, b) for a, bs in self.needs.items() for b in bs))
        return any(
            (one in some and two in others) or (one in others and two in some) for one, two in pairs
        )

    @cached_property
    def _known(self) -> dict[frozenset[int], tuple[list[int], list[int]]]:
        return {}

    def allowed(self, sets: Sets, *, within: Sequence[int] | None = None) -> NDArray[np.bool_]:
        """Tell which sets keep the rules, shape (b,); only those among ``within`` if given.

        A need is judged where everything that may fulfil it is among ``within``.
        """
        inside = frozenset(range(len(self.candidates)) if within is None else within)
        ones, rivals = self._excluded(inside)
        fine = np.asarray(~(sets[:, ones] & sets[:, rivals]).any(axis=1))
        for place, others in self.needs.items():
            if inside.issuperset((place, *others)):
                fine &= ~sets[:, place] | sets[:, list(others)].any(axis=1)
        return fine
