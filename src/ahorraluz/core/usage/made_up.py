"""Homes of Peru that nobody lives in, many at once, from a seed.

To try machinery on as many homes as a distributor has. What appliances draw, who owns them,
which company serves a place and how warm it is there comes from the catalogue. Everything that
this module names made up is an invention: how many homes a place has, how homes differ, how many
people live in one. No result of theirs says anything about Peru.

Homes come in blocks of ``BLOCK``: the same seed and number is the same home, however many are
asked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.random import Generator, default_rng
from numpy.typing import NDArray

from ahorraluz.core.home import CookingFuel, Fose, Roof, Tenure

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Texts = NDArray[np.object_]

BLOCK = 4096
"""Homes that are drawn together."""
MONTHS = 12
LARGEST_FAMILY = 6
USUAL_PEOPLE = 3.5
"""Mean of the made-up families."""
BY_HEADS = 0.5
"""Made up: how far use grows with the people of a home, as a power of their number."""
HOME_SPREAD, KIND_SPREAD = 0.42, 0.30
"""Made up: how far homes, and kinds of use in one, go apart (sigma of their logarithm)."""
STATED = 0.5
"""Made up: share of homes that answered questions; of the others only their meter is known."""
EXCLUDED = 0.10
"""Made up: share of homes in blocks that the FOSE discount leaves out; they use more."""
EXCLUDED_USE = 1.6
TENANTS = 0.27
"""Made up, as are the shares of roofs."""
ROOFS = {Roof.OWN: 0.55, Roof.SHARED: 0.25, Roof.NONE: 0.20}
SHARED_METER = 0.08
"""Made up: share of homes whose meter feeds two or three."""
BUDGETS = (0.0, 200.0, 500.0, 1500.0, 4000.0)
"""Made up: what a home would spend at once. [PEN]"""
WARM_C, HOT_C = 22.0, 26.0
"""Made up: where the first homes cool, and where all that can do. [°C]"""
COOL_C, COLD_C = 14.0, 8.0
"""Made up: where the first homes heat, and where all that can do. [°C]"""
SHOWER_C = 38.0
"""Made up: warmth of the water as it leaves a shower. [°C]"""
KEPT_COLD_K = 0.03
"""Made up: more energy of what keeps cold, for each degree above the mean of the year. [1/K]"""
SELDOM = 0.15
"""Made up: owners of what cools or heats where it is never warm or cold, beside the usual."""


class Response(StrEnum):
    """What makes a use go up and down over the year."""

    STEADY = "steady"
    HEAT = "heat"
    COLD = "cold"
    WATER = "water"
    """Water comes colder in cold months."""
    KEPT_COLD = "kept-cold"
    """A refrigerator works more in a warm room."""


class Pattern(StrEnum):
    """How a use spreads over a day."""

    ALWAYS = "always"
    """Draws all the time, whoever is there."""
    AT_HOME = "at-home"
    """Draws a little at all its hours while somebody is there."""
    USES = "uses"
    """Is switched on for a while, now and then."""


RESPONSES = tuple(Response)
HOMES_STREAM, BILLS_STREAM, HOURS_STREAM, FAULTS_STREAM = range(4)
"""Parts of a seed: chances of one never move those of another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A district in which made-up homes stand."""

    district: str
    """Code of six digits."""
    department: str
    distributor: str
    system: str | None
    city: str
    """City of the solar table whose weather it has."""
    climate: int
    """Of ``Country.climates``."""
    cohort: str
    """Coast, highlands or jungle, as far as altitude and the city tell."""
    weight: float
    """Made up: homes in it, relative to the other places."""
    rural: float
    """Made up: share of its homes that are rural. [0 to 1]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of appliance that made-up homes own."""

    appliance: str
    end_use: str
    urban: float
    """Share of homes with it. [0 to 1]"""
    rural: float
    count: float
    """How many of it an owner has."""
    kwh_day: float
    """Energy of one with usual use. [kWh/day]"""
    power_kw: float
    """Mean while it is in use. [kW]"""
    minutes: float
    """Length of one use, where there are uses. [min]"""
    pattern: Pattern
    hours: tuple[float, ...]
    """Weights of the 24 hours."""
    response: Response
    cooking: CookingFuel | None = None
    """Homes that cook with this fuel own it, the others do not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Country:
    """What made-up homes are made from."""

    places: tuple[Place, ...]
    climates: tuple[tuple[float, ...], ...]
    """Mean of each month, January to December, of each city. [°C]"""
    kinds: tuple[Kind, ...]
    fuels: tuple[tuple[tuple[CookingFuel, float], ...], ...]
    """Shares of fuels for cooking: of urban, then of rural homes."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MadeUpHomes:
    """A block of homes, arrays of shape (n,) unless said."""

    first: int
    """Number of the first of them."""
    place: Ints
    """Of ``Country.places``."""
    people: Ints
    rural: Bools
    excluded: Bools
    """Whether the FOSE discount leaves it out."""
    tenure: Ints
    """Of ``Tenure``, as the following of their enumerations."""
    roof: Ints
    fuel: Ints
    budget: Ints
    """Of ``BUDGETS``; −1: it named none."""
    homes_on_meter: Ints
    stated: Bools
    """Whether it answered questions about itself."""
    owned: Ints
    """How many of each kind, shape (n, kinds)."""
    kwh_day: Floats
    """Usual energy of each kind, shape (n, kinds); without the season. [kWh/day]"""

    def __len__(self) -> int:
        """Return how many homes there are."""
        return len(self.place)


FUELS = tuple(CookingFuel)
FOSE = (Fose.ELIGIBLE, Fose.EXCLUDED)
TENURES, ROOF_KINDS = tuple(Tenure), tuple(Roof)


def blocks(homes: int, *, size: int = BLOCK) -> Sequence[tuple[int, int]]:
    """Return the first number and the count of each block of so many homes.

    Examples
    --------
    >>> blocks(5000)
    [(0, 4096), (4096, 904)]
    """
    return [(first, min(size, homes - first)) for first in range(0, homes, size)]


def make_homes(country: Country, *, first: int, count: int, seed: int) -> MadeUpHomes:
    """Return the homes of one block.

    Parameters
    ----------
    first
        Number of the first home, a multiple of ``BLOCK``.
    count
        Homes wanted, at most ``BLOCK``: fewer are the first ones of the same block.
    """
    chance = default_rng((seed, HOMES_STREAM, first // BLOCK))
    weights = np.cumsum([place.weight for place in country.places])
    place = np.searchsorted(weights, chance.random(BLOCK) * weights[-1], side="right")
    rural = chance.random(BLOCK) < np.array([place.rural for place in country.places])[place]
    people = 1 + chance.binomial(LARGEST_FAMILY - 1, 0.5, BLOCK)
    excluded = (chance.random(BLOCK) < EXCLUDED) & ~rural
    fuel = _fuels(country, rural, chance)
    owned = _owned(country, place=place, rural=rural, fuel=fuel, chance=chance)
    level = np.exp(HOME_SPREAD * chance.standard_normal(BLOCK) - HOME_SPREAD**2 / 2)
    level *= np.where(excluded, EXCLUDED_USE, 1.0) * (people / USUAL_PEOPLE) ** BY_HEADS
    apart = np.exp(KIND_SPREAD * chance.standard_normal(owned.shape) - KIND_SPREAD**2 / 2)
    usual = np.array([kind.kwh_day for kind in country.kinds])
    meters = np.where(chance.random(BLOCK) < SHARED_METER, chance.integers(2, 4, BLOCK), 1)
    roofs = np.cumsum([ROOFS[kind] for kind in ROOF_KINDS])
    asked = chance.integers(-len(BUDGETS), len(BUDGETS), BLOCK)
    return MadeUpHomes(
        first=first,
        place=place[:count],
        people=people[:count],
        rural=rural[:count],
        excluded=excluded[:count],
        tenure=(chance.random(BLOCK) < TENANTS).astype(np.int64)[:count],
        roof=np.searchsorted(roofs, chance.random(BLOCK) * roofs[-1], side="right")[:count],
        fuel=fuel[:count],
        budget=np.maximum(asked, -1)[:count],
        homes_on_meter=meters[:count],
        stated=(chance.random(BLOCK) < STATED)[:count],
        owned=owned[:count],
        kwh_day=(owned * usual * apart * (level * meters)[:, None])[:count],
    )


def seasons(country: Country) -> Floats:
    """Return how much of its usual energy each response takes in each month of each climate.

    Returns
    -------
    ndarray
        Shape (responses, climates, 12), January first. [unitless]

    Notes
    -----
    Showers take what the water lacks, against the mean of the year. What cools or heats
    runs as far as the month lies between the two temperatures at which nobody and everybody
    uses it.
    """
    warm = np.array(country.climates)
    lacking = SHOWER_C - warm
    by_response = {
        Response.STEADY: np.ones_like(warm),
        Response.HEAT: np.clip((warm - WARM_C) / (HOT_C - WARM_C), 0.0, 1.0),
        Response.COLD: np.clip((COOL_C - warm) / (COOL_C - COLD_C), 0.0, 1.0),
        Response.WATER: lacking / lacking.mean(axis=1, keepdims=True),
        Response.KEPT_COLD: 1.0 + KEPT_COLD_K * (warm - warm.mean(axis=1, keepdims=True)),
    }
    return np.array([by_response[response] for response in RESPONSES])


def climate_of(country: Country) -> Ints:
    """Return the climate of each place, shape (places,)."""
    return np.array([place.climate for place in country.places], dtype=np.int64)


def response_of(country: Country) -> Ints:
    """Return the place of each kind's response among ``RESPONSES``, shape (kinds,)."""
    return np.array([RESPONSES.index(kind.response) for kind in country.kinds], dtype=np.int64)


def _fuels(country: Country, rural: Bools, chance: Generator) -> Ints:
    """Return the fuel for cooking of each home."""
    drawn = chance.random(len(rural))
    found = np.zeros(len(rural), dtype=np.int64)
    for chosen, shares in zip((~rural, rural), country.fuels, strict=True):
        ends = np.cumsum([share for _, share in shares])
        names = np.array([FUELS.index(fuel) for fuel, _ in shares])
        found[chosen] = names[np.searchsorted(ends, drawn[chosen] * ends[-1], side="right")]
    return found


def _owned(country: Country, *, place: Ints, rural: Bools, fuel: Ints, chance: Generator) -> Ints:
    """Return how many of each kind each home owns, shape (n, kinds)."""
    kinds = country.kinds
    shares = np.where(
        rural[:, None], [kind.rural for kind in kinds], [kind.urban for kind in kinds]
    )
    peak = seasons(country).max(axis=2)
    # Nobody buys a heater where it is never cold; those who would are not spread elsewhere.
    reached = peak[response_of(country)][:, climate_of(country)[place]].T
    shares *= np.maximum(SELDOM, np.minimum(1.0, reached))
    owns = chance.random(shares.shape) < shares
    for column, kind in enumerate(kinds):
        if kind.cooking is not None:
            owns[:, column] = fuel == FUELS.index(kind.cooking)
    counts = np.maximum(1, chance.poisson([kind.count for kind in kinds], shares.shape))
    single = np.array([kind.count <= 1 for kind in kinds])
    return np.where(owns, np.where(single, 1, counts), 0)
