"""Kinds of day of a home: days whose curves have the same shape, found by clustering.

Clustering parts any days, those of chance too. So kinds are only told where a gap lies between
them, or where some weekdays are of a kind far more often than chance gives: the search knows
nothing of weekdays.
"""

from dataclasses import dataclass
from math import comb, sqrt

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.readings.grid import DayGrid
from ahorraluz.core.usage.daily import DailyView, UsageDataError, daily_view
from ahorraluz.core.usage.findings import Finding, Weight
from ahorraluz.core.usage.robust import Floats, mean

HOURS = 24
BLOCK_H = 2
"""Hours that are added up before days are compared: a shower at half past six and one at
half past seven make the same day. [h]"""
MIN_DAYS = 28
"""Complete days needed. [day]"""
MOST_TYPES = 5
ALIKE = 1e-12
"""Squared distance of shapes below which days are the same but for rounding."""
TURNS = 8
"""Rounds of moving days to the nearest centre: later ones move a day or two."""
PATIENCE = 2
"""Numbers of kinds in a row that may part days worse before the search ends."""
SMALLEST_PART = 0.05
"""A kind of day is at least this part of all days. [0 to 1]"""
CLEAR = 0.25
"""Separation from which kinds of day are worth a sentence. [-1 to 1]"""
WEEKDAY_MARK = 1.5
"""A weekday belongs to a kind if it has this many times its share of such days."""
BY_CHANCE = 0.01
"""Probability that chance alone gives any weekday to any kind of a home. [0 to 1]"""
GAP, GAP_OF_FEW = 3.5, 5.0
"""Distance of two kinds from which a gap lies between them, in standard deviations of their days
along the line that joins them. Days of one kind that are cut in two lie 2.7 to 3.1 apart, whatever
their distribution; of n days up to ``5 / sqrt(n)`` more, as the cut follows their noise."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DayType:
    """One kind of day."""

    share: float
    """Part of the days. [0 to 1]"""
    curve_kw: Floats
    """Mean power in each hour of such a day, shape (24,). [kW]"""
    energy_kwh: float
    """Mean energy of such a day. [kWh]"""
    weekdays: tuple[int, ...]
    """Weekdays on which it is much more frequent than on others, and more than chance gives,
    Monday 0."""
    weekday_shares: tuple[float, ...]
    """Part of the Mondays, Tuesdays … that are of this kind. [0 to 1]"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DayTypes:
    """Kinds of day of a home, most frequent first."""

    types: tuple[DayType, ...]
    kind: NDArray[np.int64]
    """Place of each day's kind in ``types``; -1 for days that are not complete, shape (d,)."""
    separation: float
    """How far days are nearer to their own kind than to the next (simplified silhouette): above
    a quarter days are clearly of one kind, near 0 they pass from one into the other. [-1 to 1]"""
    gap: float
    """Distance of the two kinds nearest to each other, in standard deviations of their days along
    the line that joins them; zero with a single kind. [1]"""

    @property
    def are_real(self) -> bool:
        """Whether the kinds are more than days of one kind cut into parts."""
        if len(self.types) < 2 or self.separation < CLEAR:
            return False
        days = int(np.count_nonzero(self.kind >= 0))
        parted = self.gap >= GAP + GAP_OF_FEW / sqrt(days)
        return parted or any(kind.weekdays for kind in self.types)


def day_types(grid: DayGrid, *, most: int = MOST_TYPES, view: DailyView | None = None) -> DayTypes:
    """Return the kinds of day of a home: two to ``most``, where days differ at all.

    Parameters
    ----------
    grid
        Any interval up to an hour, at least 28 complete days.
    most
        Most kinds, at least two.
    view
        What :func:`daily_view` says of the same grid, if the caller has it already.

    Returns
    -------
    DayTypes
        The number of kinds with the best separation; one where every day is alike. The same
        grid always gives the same kinds: the search starts from the mean day and splits the
        widest kind in two.

    Raises
    ------
    UsageDataError
        ``day-types-too-few-days``.

    References
    ----------
    k-means: S. P. Lloyd (1982), doi:10.1109/TIT.1982.1056489; start by splitting: Y. Linde,
    A. Buzo, R. M. Gray (1980), doi:10.1109/TCOM.1980.1094577; simplified silhouette: E. R.
    Hruschka and others (2004), doi:10.1109/ICDM.2004.10073.
    """
    view = view or daily_view(grid)
    power = view.power_w / 1000.0
    chosen = np.flatnonzero(view.hours_known == HOURS)
    if len(chosen) < MIN_DAYS:
        raise UsageDataError("day-types-too-few-days", days=len(chosen), min_days=MIN_DAYS)
    shapes = _shapes(power[chosen])
    best, kinds, worse = -2.0, np.zeros(len(chosen), dtype=np.int64), 0
    centres, labels = shapes.mean(axis=0, keepdims=True), kinds
    while len(centres) < most and worse < PATIENCE:
        parted = _split(shapes, centres, labels)
        if parted is None:
            break
        centres, labels, distance = _lloyd(shapes, parted)
        score = _separation(distance, labels)
        smallest = np.bincount(labels, minlength=len(centres)).min() / len(labels)
        if best == -2.0 or (score > best and smallest >= SMALLEST_PART):
            best, kinds, worse = score, labels, 0
        else:
            worse += 1
    separation = max(best, 0.0) if kinds.max() == 0 else best
    gap = _gap(shapes, kinds)
    return _described(power[chosen], kinds, grid=grid, chosen=chosen, separation=(separation, gap))


def _shapes(power: Floats) -> Floats:
    """Return days as parts of their own energy in blocks of hours, shape (n, 24 / block)."""
    # A product with ones is several times faster than a sum over many short rows.
    blocks = (power.reshape(-1, BLOCK_H) @ np.ones(BLOCK_H)).reshape(len(power), -1)
    total = blocks.sum(axis=1, keepdims=True)
    return np.asarray(blocks / np.where(np.abs(total) > 1e-9, total, 1.0))


def _split(shapes: Floats, centres: Floats, labels: NDArray[np.int64]) -> Floats | None:
    """Return the centres with that of the widest kind parted along its longest direction.

    ``None``: the days of every kind are alike, as in a home where nobody lives.
    """
    rest = shapes - centres[labels]
    width = np.bincount(labels, np.einsum("ij,ij->i", rest, rest), minlength=len(centres))
    widest = int(np.argmax(width))
    if width[widest] <= ALIKE:
        return None
    inside = rest[labels == widest]
    direction = np.linalg.eigh(inside.T @ inside)[1][:, -1]
    along = inside @ direction
    step = direction * float(np.sqrt(along @ along / len(along)))
    moved = centres.copy()
    moved[widest] = centres[widest] - step
    return np.concatenate([moved, centres[widest : widest + 1] + step])


def _lloyd(shapes: Floats, centres: Floats) -> tuple[Floats, NDArray[np.int64], Floats]:
    """Return centres, kind of each day, and squared distance of days to centres, shape (n, k)."""
    labels = np.full(len(shapes), -1)
    kinds = np.arange(len(centres))[:, None]
    columns = np.ascontiguousarray(shapes.T)
    # With a one behind each day one product tells which centre is nearest (the largest of
    # day · centre - |centre|² / 2), and another adds up the days of each kind and counts them.
    days = np.concatenate([shapes, np.ones((len(shapes), 1))], axis=1)
    rows = np.ascontiguousarray(days.T)
    measure = np.concatenate([centres, np.ones((len(centres), 1))], axis=1)
    for _ in range(TURNS):
        centres = measure[:, :-1]
        measure[:, -1] = -0.5 * np.einsum("ij,ij->i", centres, centres)
        nearest = (measure @ rows).argmax(axis=0)
        if (nearest == labels).all():
            break
        labels = nearest
        sums = (labels == kinds).astype(np.float64) @ days
        count = sums[:, -1:]
        if count.all():
            measure = sums / count
        else:
            # A centre that nobody is near to stays where it was.
            measure[:, :-1] = np.where(count > 0, sums / np.maximum(count, 1.0), measure)[:, :-1]
    centres = measure[:, :-1]
    apart = columns[None, :, :] - centres[:, :, None]
    distance = np.einsum("ijk,ijk->ki", apart, apart)
    labels = distance.argmin(axis=1)
    return centres, labels, distance


def _separation(distance: Floats, labels: NDArray[np.int64]) -> float:
    root = np.sqrt(distance)
    days = np.arange(len(labels))
    own = root[days, labels]
    root[days, labels] = np.inf
    other = root.min(axis=1)
    apart = (other - own) / np.maximum(np.maximum(own, other), 1e-12)
    return float(apart.sum()) / len(apart)


def _gap(shapes: Floats, labels: NDArray[np.int64]) -> float:
    """Return how far apart the two nearest kinds lie, in standard deviations of their days."""
    kinds = np.unique(labels)
    if len(kinds) == 1:
        return 0.0
    members = [shapes[labels == kind] for kind in kinds]
    centres = np.array([days.mean(axis=0) for days in members])
    gaps = []
    for place, centre in enumerate(centres):
        distance = np.linalg.norm(centres - centre, axis=1)
        distance[place] = np.inf
        nearest = int(distance.argmin())
        along = (centres[nearest] - centre) / distance[nearest]
        spread = sqrt(sum(float(np.var(members[at] @ along)) for at in (place, nearest)) / 2)
        gaps.append(float(distance[nearest]) / max(spread, ALIKE))
    return min(gaps)


def _often(by_weekday: NDArray[np.int64], of_weekday: NDArray[np.int64], kinds: int) -> list[int]:
    """Return the weekdays on which a kind is far more frequent than chance gives."""
    inside, days = int(by_weekday.sum()), int(of_weekday.sum())
    chosen = []
    for day, (count, all_days) in enumerate(
        zip(by_weekday.tolist(), of_weekday.tolist(), strict=True)
    ):
        if count * days < WEEKDAY_MARK * inside * all_days or count == 0:
            continue
        # How many ways to deal the days of a kind give this weekday as many of them, or more.
        ways = sum(
            comb(all_days, n) * comb(days - all_days, inside - n)
            for n in range(count, min(all_days, inside) + 1)
        )
        if ways * 7 * kinds <= BY_CHANCE * comb(days, inside):
            chosen.append(day)
    return chosen


def _described(
    power: Floats,
    labels: NDArray[np.int64],
    *,
    grid: DayGrid,
    chosen: NDArray[np.intp],
    separation: tuple[float, float],
) -> DayTypes:
    weekday = grid.weekday[chosen]
    of_weekday = np.bincount(weekday, minlength=7)
    count = np.bincount(labels)
    order = [kind for kind in np.argsort(-count, kind="stable").tolist() if count[kind]]
    place = np.zeros(len(count), dtype=np.int64)
    place[order] = np.arange(len(order))
    types = []
    for kind in order:
        inside = labels == kind
        share = int(count[kind]) / len(labels)
        by_weekday = np.bincount(weekday[inside], minlength=7)
        curve = mean(power[inside], axis=0)
        types.append(
            DayType(
                share=share,
                curve_kw=curve,
                energy_kwh=float(curve.sum()),
                weekdays=tuple(_often(by_weekday, of_weekday, len(order))),
                weekday_shares=tuple((by_weekday / np.maximum(of_weekday, 1)).tolist()),
            )
        )
    every = np.full(len(grid.days), -1)
    every[chosen] = place[labels]
    return DayTypes(types=tuple(types), kind=every, separation=separation[0], gap=separation[1])


def day_type_findings(found: DayTypes) -> tuple[Finding, ...]:
    """Return the finding ``day-types`` where the kinds of day are real."""
    if not found.are_real:
        return ()
    first, second = found.types[:2]
    return (
        Finding(
            id="day-types",
            weight=Weight.KNOW,
            numbers={
                "types": len(found.types),
                "percent": round(100 * first.share),
                "kwh": round(first.energy_kwh, 1),
                "other_percent": round(100 * second.share),
                "other_kwh": round(second.energy_kwh, 1),
            },
        ),
    )
