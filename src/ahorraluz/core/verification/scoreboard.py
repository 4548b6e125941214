"""Soles promised against soles measured, in groups of homes that are told together."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product
from math import sqrt

ALL = ""
"""Stands for every measure or distributor."""
CENTS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Homes that are told together, each once for every step."""

    step: str
    """``ALL``: they took different ones."""
    distributor: str
    homes: int
    promised: int
    """In a mean month. [céntimo/month]"""
    measured: int
    """[céntimo/month]"""
    noise: int
    """Half the range of each home, squared, summed. [(céntimo/month)²]"""
    gained: int
    """Homes that saved."""
    day: str
    """Of what is told of them, ISO 8601."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What is told of a measure at a distributor: a sum of whole groups."""

    step: str
    distributor: str
    """``ALL`` in either: all of them together."""
    homes: int
    """Those of one measure are different ones; with ``ALL`` a home counts once for each step."""
    promised: float
    measured: float
    low: float
    high: float
    """Range of what was measured, homes taken as independent. [PEN/month]"""
    gained: int
    """Homes that saved; in each group a tenth of it at least, nine tenths at most."""
    oldest: str
    """Day of the oldest figure in it, ISO 8601."""


def scores_of(groups: Iterable[Group]) -> tuple[Score, ...]:
    """Return all groups together, and those of each measure, distributor, and both.

    Groups of several measures or distributors count in the rows of all of them only, so that
    what is left when rows are taken from each other is whole groups.
    """
    found: dict[tuple[str, str], list[Group]] = {}
    for group in groups:
        steps, distributors = {group.step, ALL}, {group.distributor, ALL}
        for key in product(steps, distributors):
            found.setdefault(key, []).append(group)
    return tuple(_score(step, whose, within) for (step, whose), within in sorted(found.items()))


def _score(step: str, distributor: str, groups: list[Group]) -> Score:
    measured = sum(group.measured for group in groups) / CENTS
    half = sqrt(sum(group.noise for group in groups)) / CENTS
    return Score(
        step=step,
        distributor=distributor,
        homes=sum(group.homes for group in groups),
        promised=sum(group.promised for group in groups) / CENTS,
        measured=measured,
        low=measured - half,
        high=measured + half,
        gained=sum(group.gained for group in groups),
        oldest=min(group.day for group in groups),
    )
