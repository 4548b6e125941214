"""Homes that nobody lives in: what their appliances would draw, second by second, from a seed.

For trying things on and showing them. Powers, hours and who owns what come from the catalogue;
how long one use lasts, and how days differ, is made up here. The same seed gives the same home,
and the same home and day the same use, whatever was asked for before.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator, default_rng

from ahorraluz.core.readings.channels import Ints
from ahorraluz.core.usage.facts import ApplianceFacts, EndUseId, OwnershipFacts, Physics, Zone

DAY_MS = 86_400_000
HOUR_MS = 3_600_000
MINUTE_MS = 60_000
LARGEST_FAMILY = 6
USE_MINUTES: Mapping[EndUseId, float] = {
    EndUseId.WATER_HEATING: 9.0,
    EndUseId.COOKING: 18.0,
    EndUseId.LIGHTING: 100.0,
    EndUseId.LAUNDRY: 55.0,
    EndUseId.ENTERTAINMENT: 90.0,
    EndUseId.COMPUTING: 80.0,
    EndUseId.CLIMATE: 120.0,
    EndUseId.WATER_PUMPING: 15.0,
    EndUseId.OTHER: 12.0,
}
"""Made up: about how long one use lasts. [min]"""
CYCLE_MS = {True: 42 * MINUTE_MS, False: 9 * MINUTE_MS}
"""Made up: on and off of what keeps cold, and of a thermostat."""
SPREAD = 0.35
"""Made up: how far lengths of use go apart (sigma of their logarithm)."""
FORGOTTEN = 1 / 45
"""Made up: share of uses that somebody forgets to end."""
FORGOTTEN_TIMES = 6
USUAL_HOURS = 1.0
"""Where the catalogue says nothing. [h/day]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """An appliance of a made-up home."""

    appliance: str
    power_mw: int
    duty: float
    """Share of the time that it draws while it is in use."""
    hours: float
    """Use a day, 24 for what is never off. [h]"""
    minutes: float
    """Of one use. [min]"""
    weights: tuple[float, ...]
    """How often it is used in each hour of the day; 24 of them."""
    cold: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """What made-up homes are made from."""

    appliances: Mapping[str, ApplianceFacts]
    ownership: Sequence[OwnershipFacts]
    hours: Mapping[str, Sequence[float]]
    """Weights of the 24 hours, by the id of an end use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SyntheticHome:
    """A home that nobody lives in."""

    seed: int
    number: int
    loads: tuple[Load, ...]

    def day(self, day: int) -> tuple[Ints, Ints]:
        """Return how its power goes on one local day.

        Parameters
        ----------
        day
            Number of the day since 1970.

        Returns
        -------
        tuple
            Moments since the beginning of the day [ms], the first one 0, and the power that holds
            from each of them on [mW], both of shape (n,).
        """
        chance = default_rng((self.seed, self.number, day))
        starts, ends, powers = list[float](), list[float](), list[int]()
        for load in self.loads:
            for start, end in _periods(load, chance):
                starts.append(start)
                ends.append(min(end, DAY_MS))
                powers.append(load.power_mw)
        moments = np.asarray([0.0, *starts, *ends]).astype(np.int64)
        changes = np.asarray([0, *powers, *(-power for power in powers)], dtype=np.int64)
        at, place = np.unique(moments, return_inverse=True)
        summed = np.zeros(len(at), dtype=np.int64)
        np.add.at(summed, place, changes)
        level = np.cumsum(summed)
        inside = at < DAY_MS
        return at[inside], level[inside]

    def readings(self, day: int, offsets_ms: Ints) -> tuple[Ints, Ints]:
        """Return power and energy of a day at some moments of it.

        Parameters
        ----------
        day
            Number of the day since 1970.
        offsets_ms
            Since the beginning of the day, rising, up to the whole day, shape (n,). [ms]

        Returns
        -------
        tuple
            Power [mW] and energy since the beginning of the day [µJ], both exact, shape (n,).
        """
        at, level = self.day(day)
        place = np.searchsorted(at, offsets_ms, side="right") - 1
        until = np.concatenate(([0], np.cumsum(np.diff(at) * level[:-1])))
        return level[place], until[place] + (offsets_ms - at[place]) * level[place]


def make_home(seed: int, number: int, catalogue: Catalogue) -> SyntheticHome:
    """Return one of the homes that a seed stands for.

    Examples
    --------
    >>> make_home(1, 0, Catalogue(appliances={}, ownership=(), hours={})).loads
    ()
    """
    chance = default_rng((seed, number))
    people = 1 + int(chance.binomial(LARGEST_FAMILY - 1, 0.5))
    loads = [
        _load(facts, people, catalogue, chance)
        for kind in catalogue.ownership
        if (facts := catalogue.appliances.get(kind.appliance)) is not None
        and facts.power_w is not None
        for _ in range(_owned(kind, chance))
    ]
    return SyntheticHome(seed=seed, number=number, loads=tuple(loads))


def _owned(kind: OwnershipFacts, chance: Generator) -> int:
    if chance.random() >= kind.shares[Zone.ALL]:
        return 0
    return max(1, int(chance.poisson(kind.count))) if kind.count > 1 else 1


def _load(facts: ApplianceFacts, people: int, catalogue: Catalogue, chance: Generator) -> Load:
    assert facts.power_w is not None  # noqa: S101  chosen so
    low, middle, high = facts.power_w.low, facts.power_w.middle, facts.power_w.high
    watts = chance.triangular(low, middle, high) if low < middle < high else middle
    cold = facts.physics is Physics.COLD
    always = cold or facts.end_use is EndUseId.ALWAYS_ON
    # Two people stand for the hours of the catalogue; showers and pans go by heads.
    heads = people / 2 if facts.end_use in (EndUseId.WATER_HEATING, EndUseId.LAUNDRY) else 1.0
    hours = min(20.0, (facts.default_h_day or USUAL_HOURS) * heads * chance.lognormal(0, SPREAD))
    weights = catalogue.hours.get(facts.end_use) or (1.0,) * 24
    return Load(
        appliance=facts.id,
        power_mw=round(watts * 1000),
        duty=min(1.0, (facts.duty or 1.0) * float(chance.uniform(0.85, 1.15))),
        hours=24.0 if always else float(hours),
        minutes=USE_MINUTES.get(facts.end_use, 30.0),
        weights=tuple(float(weight) for weight in weights),
        cold=cold,
    )


def _periods(load: Load, chance: Generator) -> list[tuple[float, float]]:
    """Return when a load draws on one day: beginnings and ends. [ms]"""
    found = list[tuple[float, float]]()
    for start, end in _uses(load, chance):
        if load.duty >= 1.0:
            found.append((start, end))
            continue
        cycle = CYCLE_MS[load.cold]
        at = start - chance.random() * cycle * load.duty if load.hours >= 24 else start
        while at < end:
            length = cycle * float(chance.uniform(0.8, 1.2))
            on = min(end, at + length * load.duty)
            if on > max(at, start):
                found.append((max(at, start), on))
            at += length
    return found


def _uses(load: Load, chance: Generator) -> list[tuple[float, float]]:
    """Return the uses of a load on one day, apart from each other."""
    if load.hours >= 24:
        return [(0.0, float(DAY_MS))]
    count = int(chance.poisson(load.hours * 60 / load.minutes))
    weights = np.asarray(load.weights)
    if count == 0 or weights.sum() <= 0:
        return []
    hours = chance.choice(24, size=count, p=weights / weights.sum())
    starts = np.sort((hours + chance.random(count)) * HOUR_MS)
    lengths = chance.lognormal(np.log(load.minutes), SPREAD, size=count) * MINUTE_MS
    lengths[chance.random(count) < FORGOTTEN] *= FORGOTTEN_TIMES
    uses = list[tuple[float, float]]()
    for start, length in zip(starts, lengths, strict=True):
        begin = max(float(start), uses[-1][1] if uses else 0.0)
        if begin < DAY_MS:
            uses.append((begin, begin + float(length)))
    return uses
