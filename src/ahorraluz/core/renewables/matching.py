"""Which sizes of an array suit a home, for a plan to choose among."""

from collections.abc import Sequence

from ahorraluz.core.renewables.arrays import Mount
from ahorraluz.core.renewables.facts import GenerationRule, SolarAssumptions, SolarFacts
from ahorraluz.core.renewables.load import HomeLoad
from ahorraluz.core.renewables.solar import SelfUse, daytime_kwp, use_of_array

SIZES_KWP = (0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 7.5, 10.0)
"""From one small panel to what a large home's roof holds. [kWp]"""
SIZES_BEYOND = 2
"""Sizes offered above the one that makes what the home uses by day: the next kWh they make
is mostly given away, but a plan may find otherwise."""


def array_sizes(
    load: HomeLoad,
    facts: SolarFacts,
    *,
    assumptions: SolarAssumptions,
    mount: Mount | None = None,
    most_kwp: float | None = None,
) -> tuple[float, ...]:
    """Return the sizes that suit a home, the one that fits its day first. [kWp]

    Parameters
    ----------
    most_kwp
        What the roof holds; a roof for less than the smallest size has that alone.
    """
    fitting = daytime_kwp(load, facts, assumptions=assumptions, mount=mount)
    offered = [size for size in SIZES_KWP if most_kwp is None or size <= most_kwp]
    offered = offered or [most_kwp or SIZES_KWP[0]]
    first = min(offered, key=lambda size: abs(size - fitting))
    last = offered.index(first) + SIZES_BEYOND
    return (first, *(size for size in offered[: last + 1] if size != first))


def match_arrays(
    load: HomeLoad,
    facts: SolarFacts,
    *,
    assumptions: SolarAssumptions,
    rule: GenerationRule,
    mount: Mount | None = None,
    most_kwp: float | None = None,
) -> tuple[SelfUse, ...]:
    """Return what arrays of the suiting sizes do at a home, the fitting one first.

    Each has the energy it spares by month, and what it gives away; life, fading and price
    are the catalogue's and the household's.
    """
    sizes: Sequence[float] = array_sizes(
        load, facts, assumptions=assumptions, mount=mount, most_kwp=most_kwp
    )
    return tuple(
        use_of_array(load, facts, kwp=kwp, assumptions=assumptions, rule=rule, mount=mount)
        for kwp in sizes
    )
