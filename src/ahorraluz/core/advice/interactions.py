"""How measures meet: each acts on what those before it leave, and some rule others out.

Two measures on the same use multiply: the second spares a share of what is left, so
that overlapping savings are counted once and no use spares more than it has.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.advice.energy import (
    OTHER_HOMES,
    EnergyYear,
    UseFigures,
    UseKey,
    WattHours,
)
from ahorraluz.core.advice.measures import Cut, Effect

Floats = NDArray[np.float64]

RULED_OUT_BY: Mapping[str, frozenset[str]] = {
    # One source of hot water takes the place of the other, and of the tank that waits.
    "solar-water-heater": frozenset({"gas-water-heater"}),
    "gas-water-heater": frozenset({"solar-water-heater"}),
    "heater-off-after-bath": frozenset({"gas-water-heater", "solar-water-heater"}),
    "shower-summer-position": frozenset({"gas-water-heater", "solar-water-heater"}),
    # One array on a roof, with a battery or without.
    "rooftop-panels": frozenset({"panels-with-battery"}),
    "panels-with-battery": frozenset({"rooftop-panels", "peak-battery"}),
    # One battery; both would fill the same evening.
    "peak-battery": frozenset({"panels-with-battery", "home-battery"}),
    # Both spare the same wood, and nobody measured what they do together.
    "improved-stove": frozenset({"biodigester"}),
    "biodigester": frozenset({"improved-stove", "induction-instead-of-lpg", "natural-gas-cooking"}),
    # One fuel under the pot; lids and pressure cookers on electricity go with the plate.
    "induction-instead-of-lpg": frozenset({"natural-gas-cooking"}),
    "natural-gas-cooking": frozenset({"induction-instead-of-lpg"}),
}
"""Measures that make no sense after others: by measure, those that rule it out."""
LPG_LEAVERS = frozenset({"induction-instead-of-lpg", "natural-gas-cooking"})
"""Measures after which the home burns no LPG: they end the gas voucher."""
METERED = UseFigures(low=1.0, high=1.0, owned=1.0, basis="basis.metered")
"""All uses together are what the meter counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spared:
    """What a measure takes off the meter in each month to come."""

    uses: Mapping[UseKey, WattHours]
    """Middle, by use; never more than is left of it. [Wh]"""
    added: WattHours
    """Middle of what it adds, shape (12,). [Wh]"""
    low: WattHours
    """Least taken off the meter, negative where the measure adds, shape (12,). [Wh]"""
    middle: WattHours
    high: WattHours
    """Most taken off, never more than the meter counts."""


def ruled_out(measure: str, chosen: Collection[str]) -> bool:
    """Tell whether ``measure`` makes no sense once ``chosen`` are done."""
    return not RULED_OUT_BY.get(measure, frozenset()).isdisjoint(chosen)


def spared(
    year: EnergyYear,
    effect: Effect,
    figures: Mapping[UseKey, UseFigures],
    *,
    calendar: Sequence[int],
    then: EnergyYear | None = None,
) -> Spared:
    """Return what ``effect`` takes off the meter when ``year`` is what is left.

    Parameters
    ----------
    year
        Energy by use after the steps before.
    effect
        Shares of uses that are spared, and energy that is added.
    figures
        How well each use is known. Energy of a use that the home may not have is
        taken as if it had it.
    calendar
        Calendar month of each month to come, from zero.
    then
        What is left after it, where a plan already tells; ``None``: reckoned here.

    Returns
    -------
    Spared
        Errors of shares and of uses are independent: they add in quadrature.
    """
    months = list(calendar)
    total = year.total_wh
    if effect.home_shares:
        middles, most = _of_all(year, np.array(effect.home_shares)[months], then=then)
    else:
        middles, most = _of_cuts(year, effect.cuts, figures, months=months, then=then)
    nothing = np.zeros_like(total)
    taken = sum(middles.values(), nothing)
    below, above = _range(middles, effect, {} if effect.home_shares else figures)
    least_taken = np.floor(taken * below).astype(np.int64)
    most_taken = np.floor(np.minimum(taken * above, np.minimum(most, total))).astype(np.int64)
    low_added, added, high_added = _added(effect, len(total))
    if then is not None:
        added = taken - (total - then.total_wh)
        low_added, high_added = np.minimum(low_added, added), np.maximum(high_added, added)
    return Spared(
        uses=middles,
        added=added,
        low=least_taken - high_added,
        middle=taken - added,
        high=np.maximum(most_taken, taken) - low_added,
    )


def _of_cuts(
    year: EnergyYear,
    cuts: Sequence[Cut],
    figures: Mapping[UseKey, UseFigures],
    *,
    months: list[int],
    then: EnergyYear | None,
) -> tuple[dict[UseKey, WattHours], Floats]:
    """Return what cuts take by use, and the most that these uses may be. [Wh]"""
    total = year.total_wh
    nothing = np.zeros_like(total)
    middles: dict[UseKey, WattHours] = {}
    most: Floats = np.zeros(len(total))
    for cut in cuts:
        known = figures.get(cut.use, METERED)
        use = year.of(cut.use)
        left = use / known.owned
        if then is None:
            wanted = np.floor(left * np.array(cut.shares)[months]).astype(np.int64)
        else:
            wanted = use - then.of(cut.use)
        middles[cut.use] = np.minimum(wanted, total - sum(middles.values(), nothing))
        most += left * known.high
    return middles, most


def _of_all(
    year: EnergyYear, shares: Floats, *, then: EnergyYear | None
) -> tuple[dict[UseKey, WattHours], Floats]:
    """Return the same where a share of every own use is taken: the meter counts them all."""
    places = [place for place, use in enumerate(year.uses) if use != OTHER_HOMES]
    own = year.wh[:, places]
    if then is None:
        wanted = np.floor(own * shares[:, None]).astype(np.int64)
    elif then.uses[: len(year.uses)] == year.uses:
        wanted = own - then.wh[:, places]
    else:
        wanted = own - np.column_stack([then.of(year.uses[place]) for place in places])
    uses = [year.uses[place] for place in places]
    return dict(zip(uses, wanted.T, strict=True)), own.sum(axis=1).astype(np.float64)


def _range(
    middles: Mapping[UseKey, WattHours], effect: Effect, figures: Mapping[UseKey, UseFigures]
) -> tuple[float, float]:
    """Return low and high of the energy spared over its middle."""
    if not figures:
        if not any(wh.any() for wh in middles.values()):
            return 1.0, 1.0
        return max(0.0, 1 - abs(1 - effect.low)), 1 + abs(effect.high - 1)
    parts = {use: float(wh.sum()) for use, wh in middles.items()}
    whole = sum(parts.values())
    if whole == 0:
        return 1.0, 1.0
    known = {use: figures.get(use, METERED) for use in parts}
    down = math.hypot(*(part * (1 - known[use].low) for use, part in parts.items())) / whole
    up = math.hypot(*(part * (known[use].high - 1) for use, part in parts.items())) / whole
    low = max(0.0, 1 - math.hypot(1 - effect.low, down))
    return low, 1 + math.hypot(effect.high - 1, up)


def _added(effect: Effect, months: int) -> tuple[WattHours, WattHours, WattHours]:
    """Return low, middle and high of the energy added in every month. [Wh]"""
    if effect.added is None:
        nothing = np.zeros(months, dtype=np.int64)
        return nothing, nothing, nothing
    ends = (effect.added.low, effect.added.middle, effect.added.high)
    low, middle, high = (np.full(months, round(kwh * 1000), dtype=np.int64) for kwh in ends)
    return low, middle, high
