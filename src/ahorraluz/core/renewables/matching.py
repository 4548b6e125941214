"""Which sizes of an array suit a home, for a plan to choose among."""

from collections.abc import Sequence
from dataclasses import dataclass

from ahorraluz.core.renewables.arrays import Mount
from ahorraluz.core.renewables.facts import GenerationRule, SolarAssumptions, SolarFacts
from ahorraluz.core.renewables.load import HomeLoad
from ahorraluz.core.renewables.solar import SelfUse, daytime_kwp, use_of_array

SIZES_KWP = (0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 7.5, 10.0)
"""From one small panel to what a large home's roof holds. [kWp]"""
PRICED_FROM_KWP = 1.0
"""Smallest array that a price for each kWp speaks of, where nobody said another: inverter,
wires and work do not shrink with the panels. [kWp]"""
SIZES_BEYOND = 2
"""Sizes offered above the one that makes what the home uses by day: the next kWh they make
is mostly given away, but a plan may find otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeLimits:
    """Between which sizes arrays are offered."""

    least_kwp: float = 0.0
    """Smallest array that has a price. [kWp]"""
    most_kwp: float | None = None
    """What the roof holds; ``None``: not told. [kWp]"""

    def sizes(self) -> list[float]:
        """Return the sizes on offer within them, rising. [kWp]"""
        most = SIZES_KWP[-1] if self.most_kwp is None else self.most_kwp
        return [size for size in SIZES_KWP if self.least_kwp <= size <= most]


ANY_SIZE = SizeLimits()


def array_sizes(
    load: HomeLoad,
    facts: SolarFacts,
    *,
    assumptions: SolarAssumptions,
    mount: Mount | None = None,
    within: SizeLimits = ANY_SIZE,
) -> tuple[float, ...]:
    """Return the sizes that suit a home, the one that fits its day first. [kWp]

    A roof for less than the smallest size, or than the smallest that was priced, has what it
    holds alone.
    """
    fitting = daytime_kwp(load, facts, assumptions=assumptions, mount=mount)
    offered = within.sizes() or [within.least_kwp if within.most_kwp is None else within.most_kwp]
    first = min(offered, key=lambda size: abs(size - fitting))
    last = offered.index(first) + SIZES_BEYOND
    return (first, *(size for size in offered[: last + 1] if size != first))


def priced_kwp(kwp: float, *, least_kwp: float = PRICED_FROM_KWP) -> float:
    """Return the array whose price stands for one of ``kwp``. [kWp]

    A smaller array than any that was priced never costs more than the smallest that was:
    that is all a price for each kWp says of it.
    """
    return max(kwp, least_kwp)


def match_arrays(
    load: HomeLoad,
    facts: SolarFacts,
    *,
    assumptions: SolarAssumptions,
    rule: GenerationRule,
    mount: Mount | None = None,
    within: SizeLimits = ANY_SIZE,
) -> tuple[SelfUse, ...]:
    """Return what arrays of the suiting sizes do at a home, the fitting one first.

    Each has the energy it spares by month, and what it gives away; life, fading and price
    are the catalogue's and the household's.
    """
    sizes: Sequence[float] = array_sizes(
        load,
        facts,
        assumptions=assumptions,
        mount=mount,
        within=within,
    )
    return tuple(
        use_of_array(load, facts, kwp=kwp, assumptions=assumptions, rule=rule, mount=mount)
        for kwp in sizes
    )
