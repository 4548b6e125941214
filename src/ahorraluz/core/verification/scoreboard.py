"""Soles promised against soles measured, in groups that give no home away.

A cell is shown from ``K`` homes on. That alone is not enough: a total less the cells that are
shown is what the hidden ones add up to, so further cells are hidden until what can be worked out
that way is of ``K`` homes as well (complementary suppression).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import sqrt

K = 10
"""Fewest homes of a group that is shown, or can be worked out from what is."""
MOST_SHARE = 0.5
"""Largest part of a group's measured soles that may be one home's. [0 to 1]"""
ALL = ""
"""Stands for every measure, distributor or month."""

Key = tuple[str, str, str]
"""Measure, distributor, month."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One promise in one month."""

    promise: int
    step: str
    distributor: str
    month: str
    """``YYYY-MM``"""
    promised: float
    """Over the days that were measured. [PEN]"""
    measured: float
    """[PEN]"""
    low: float
    high: float
    """Range of what was measured. [PEN]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """One group, shown."""

    step: str
    distributor: str
    month: str
    """``ALL`` in any of these: all of them together."""
    homes: int
    promised: float
    measured: float
    low: float
    high: float
    gained: float
    """Of homes that saved. [PEN]"""
    lost: float
    """Of homes that used more than expected, not positive. [PEN]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """What is shown of all promises."""

    scores: tuple[Score, ...]
    hidden: int
    """Groups of too few homes, or hidden for their sake; 0 as long as nothing is shown, for
    even their number would tell that a home was measured."""
    promises: int
    measured: int
    """Promises with at least one month measured; the others count as promised only."""


def board_of(entries: Iterable[Entry], *, promises: int, k: int = K) -> Board:
    """Return what may be shown of promises that were measured.

    Parameters
    ----------
    entries
        Promises by month, gains and losses alike.
    promises
        How many were made in all.
    k
        Fewest homes of a group.

    References
    ----------
    L. Sweeney, k-anonymity (2002), doi:10.1142/S0218488502001648. Complementary suppression:
    A. Hundepool and others, Statistical Disclosure Control (2012), chapter 4.
    """
    groups = _groups(entries)
    hidden = {key for key, group in groups.items() if not _may_show(group, k)}
    while found := _give_away(groups, hidden, k):
        hidden.add(found)
    shown = [_score(key, group) for key, group in groups.items() if key not in hidden]
    is_public = bool(groups) and (ALL, ALL, ALL) not in hidden
    return Board(
        scores=tuple(sorted(shown, key=lambda s: (s.month, s.step, s.distributor))),
        hidden=len(hidden) if is_public else 0,
        promises=promises if promises >= k else 0,
        measured=len(_homes(groups[ALL, ALL, ALL])) if is_public else 0,
    )


def _groups(entries: Iterable[Entry]) -> dict[Key, list[Entry]]:
    groups: dict[Key, list[Entry]] = {}
    for entry in entries:
        own = (entry.step, entry.distributor, entry.month)
        for key in product(*((part, ALL) for part in own)):
            groups.setdefault((key[0], key[1], key[2]), []).append(entry)
    return groups


def _homes(group: Iterable[Entry]) -> set[int]:
    return {entry.promise for entry in group}


def _may_show(group: Sequence[Entry], k: int) -> bool:
    if len(_homes(group)) < k:
        return False
    by_home: dict[int, float] = {}
    for entry in group:
        by_home[entry.promise] = by_home.get(entry.promise, 0.0) + abs(entry.measured)
    return max(by_home.values()) <= MOST_SHARE * sum(by_home.values()) or not any(by_home.values())


def _give_away(groups: Mapping[Key, Sequence[Entry]], hidden: set[Key], k: int) -> Key | None:
    """Return a group to hide, for what is shown gives too few homes away; ``None``: nothing."""
    for parent in groups:
        if parent in hidden:
            continue
        for place in range(3):
            if parent[place] != ALL:
                continue
            children = [key for key in groups if _is_child(key, parent, place)]
            secret = [key for key in children if key in hidden]
            if not secret or len(_homes(e for key in secret for e in groups[key])) >= k:
                continue
            shown = [key for key in children if key not in hidden]
            return min(shown, key=lambda key: (len(groups[key]), key)) if shown else parent
    return None


def _is_child(key: Key, parent: Key, place: int) -> bool:
    same = all(key[at] == parent[at] for at in range(3) if at != place)
    return same and key[place] != ALL


def _score(key: Key, group: Sequence[Entry]) -> Score:
    measured = sum(entry.measured for entry in group)
    below = sqrt(sum((entry.measured - entry.low) ** 2 for entry in group))
    above = sqrt(sum((entry.high - entry.measured) ** 2 for entry in group))
    return Score(
        step=key[0],
        distributor=key[1],
        month=key[2],
        homes=len(_homes(group)),
        promised=sum(entry.promised for entry in group),
        measured=measured,
        low=measured - below,
        high=measured + above,
        gained=sum(max(entry.measured, 0.0) for entry in group),
        lost=sum(min(entry.measured, 0.0) for entry in group),
    )
