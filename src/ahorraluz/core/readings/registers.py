"""Standings of a counter to the energy between them: turns, new meters and slips told apart."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.readings.channels import Channel, Floats
from ahorraluz.core.readings.marks import Mark, mark
from ahorraluz.core.readings.schema import Quality

DIGITS = (4, 5, 6, 7, 8)
"""Whole digits that counters of homes have before they begin again at zero. [digits]"""
NEAR_TURN = 0.9
"""A counter can only have turned over if it stood in the last tenth of its range."""
MANY_FALLS, NO_COUNTER = 1_000, 0.1
"""With more wrong steps than these, in number and as a part, it is no counter at all."""
RESET_PART = 0.5
"""A counter that began anew shows less than this part of its last standing."""
SLIP_ROWS = 12
"""Standings in a row that can be a slip; more of them are a new meter."""
SLACK_KWH = 2.0
"""A step of this size is believed however short the time: stamps are not exact. [kWh]"""
ROUNDING_KWH = 1e-6
"""Fall of a counter that only comes from adding up floats in the source. [kWh]"""
MIN_FREEZE_S = 86_400
"""A counter that stands still for less is believed to have counted nothing. [s]"""
CATCH_UP = 0.25
"""Part of the usual use of a standstill that the next step must bring to be its sum."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Increments:
    """Energy between standings that were believed."""

    rows: NDArray[np.int64]
    """Rows of the standings, shape (k + 1,)."""
    energy_kwh: Floats
    """Energy from one standing to the next, NaN where a new meter hides it, shape (k,). [kWh]"""
    quality: NDArray[np.int8]
    """Shape (k,)."""
    marks: tuple[Mark, ...]


def increments(channel: Channel, *, maximum_kw: float) -> Increments:
    """Return the energy between the standings of a register, in order of time.

    A fall is the turn of the counter where it stood near 10,000, 100,000 and so on; a
    slip where the standings soon go on as before (they are left out and the energy is
    kept); else the counter began anew: what it shows since is counted if a home can have
    used it, and unknown if not.
    """
    rows = np.flatnonzero(np.isfinite(channel.value))
    standing, moment_s = channel.value[rows], channel.start_s[rows]
    energy = np.diff(standing)
    since_s = _standing_since(standing, moment_s)
    limit = maximum_kw * (moment_s[1:] - since_s[:-1]) / 3_600 + SLACK_KWH
    bad = (energy < -ROUNDING_KWH) | (energy > limit)
    count = int(np.count_nonzero(bad))
    if count > MANY_FALLS and count > NO_COUNTER * len(energy):
        energy = np.where(bad, np.nan, np.maximum(energy, 0.0))
        quality = np.where(bad, Quality.MISSING, Quality.MEASURED).astype(np.int8)
        marks = mark("meter-change", "unknown-step", channel, rows[1:][bad])
        return Increments(rows=rows, energy_kwh=energy, quality=quality, marks=marks)
    if count:
        return _judged(channel, rows, np.flatnonzero(bad) + 1, maximum_kw=maximum_kw)
    energy = np.maximum(energy, 0.0)
    quality = np.zeros(len(energy), dtype=np.int8)
    return _without_standstill(channel, rows, energy, quality)


def _standing_since(standing: Floats, moment_s: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return for each standing the moment of the first equal one before it without a break."""
    if len(standing) == 0:
        return moment_s
    new = np.append(True, standing[1:] != standing[:-1])
    place = np.maximum.accumulate(np.where(new, np.arange(len(new)), 0))
    return moment_s[place]


def _judged(
    channel: Channel, rows: NDArray[np.int64], cuts: NDArray[np.int64], *, maximum_kw: float
) -> Increments:
    """Return the increments of standings that do not only rise, piece by piece."""
    walk = _Walk(
        value=channel.value[rows].tolist(),
        moment_s=channel.start_s[rows].tolist(),
        since_s=_standing_since(channel.value[rows], channel.start_s[rows]).tolist(),
        cuts=cuts.tolist(),
        maximum_kw=maximum_kw,
    )
    keep, special = walk.run()
    kept = rows[keep]
    energy = np.diff(channel.value[kept])
    quality = np.zeros(len(energy), dtype=np.int8)
    marks: tuple[Mark, ...] = mark("register-slip", "slip-dropped", channel, rows[~keep])
    steps = rows[np.array([row for row, _, _ in special], dtype=np.int64)]
    at = np.searchsorted(kept, steps) - 1
    for place, (_, _, found) in zip(at.tolist(), special, strict=True):
        energy[place] = found
        quality[place] = Quality.MISSING if np.isnan(found) else Quality.CORRECTED
    for code, action in (
        ("register-rollover", "counted-on"),
        ("register-reset", "counted-anew"),
        ("meter-change", "unknown-step"),
    ):
        alike = np.array([found_code == code for _, found_code, _ in special], dtype=bool)
        marks += mark(code, action, channel, steps[alike])
    rest = _without_standstill(channel, kept, np.maximum(energy, 0.0), quality)
    return Increments(
        rows=rest.rows,
        energy_kwh=rest.energy_kwh,
        quality=rest.quality,
        marks=marks + rest.marks,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Walk:
    """Pieces of rising standings, gone through from the first to the last."""

    value: list[float]
    """Standings; lists, as single numbers of them are read much faster. [kWh]"""
    moment_s: list[int]
    since_s: list[int]
    """Since when the counter shows a standing; a step may make up for all that time."""
    cuts: list[int]
    """Where a piece begins, the first left out."""
    maximum_kw: float

    def run(self) -> tuple[NDArray[np.bool_], list[tuple[int, str, float]]]:
        """Return which standings stay, and the steps that are no plain difference."""
        begin = [0, *self.cuts]
        end = [*self.cuts, len(self.value)]
        keep = np.ones(len(self.value), dtype=bool)
        special: list[tuple[int, str, float]] = []
        piece, last = 0, end[0] - 1
        if len(begin) > 1 and end[0] <= SLIP_ROWS and self._first_is_a_slip(begin, end):
            keep[: end[0]] = False
            piece, last = 1, end[1] - 1
        while piece + 1 < len(begin):
            following = piece + 1
            later = self._continues(last, following, begin)
            if later is not None:
                keep[begin[following] : begin[later]] = False
                piece, last = later, end[later] - 1
                continue
            row = begin[following]
            code, energy = self._step(last, row)
            special.append((row, code, energy))
            piece, last = following, end[following] - 1
        return keep, special

    def _believed(self, last: int, row: int) -> bool:
        step = self.value[row] - self.value[last]
        hours = (self.moment_s[row] - self.since_s[last]) / 3_600
        return -ROUNDING_KWH <= step <= self.maximum_kw * hours + SLACK_KWH

    def _first_is_a_slip(self, begin: list[int], end: list[int]) -> bool:
        """Tell whether the first piece is zero and the counter stands elsewhere after it."""
        first = self.value[: end[0]]
        later = self.value[begin[1]]
        return not any(first) and later > 0.0 and end[1] - begin[1] > end[0]

    def _continues(self, last: int, following: int, begin: list[int]) -> int | None:
        """Return the piece that goes on from ``last`` after a slip, ``None`` without one."""
        for later in range(following + 1, len(begin)):
            if begin[later] - begin[following] > SLIP_ROWS:
                return None
            if self._believed(last, begin[later]):
                return later
        return None

    def _step(self, last: int, row: int) -> tuple[str, float]:
        old, new = self.value[last], self.value[row]
        seconds = self.moment_s[row] - self.since_s[last]
        limit = self.maximum_kw * seconds / 3_600 + SLACK_KWH
        if new < old:
            for digits in DIGITS:
                top = 10.0**digits
                if NEAR_TURN * top <= old < top and top - old + new <= limit:
                    return "register-rollover", top - old + new
            if 0.0 <= new <= min(limit, RESET_PART * old):
                return "register-reset", new
        return "meter-change", float("nan")


def _without_standstill(
    channel: Channel,
    rows: NDArray[np.int64],
    energy: Floats,
    quality: NDArray[np.int8],
) -> Increments:
    """Return the increments with each standstill joined to the step that made up for it."""
    same = Increments(rows=rows, energy_kwh=energy, quality=quality, marks=())
    if len(energy) == 0 or int(np.count_nonzero(energy == 0.0)) < 3:
        return same
    still = (energy == 0.0).astype(np.int8)
    moment_s = channel.start_s[rows]
    change = np.flatnonzero(np.diff(np.concatenate(([0], still, [0]))))
    begin, end = change[::2], change[1::2]
    seconds = moment_s[end] - moment_s[begin]
    span_s = int(moment_s[-1] - moment_s[0])
    usual_kwh = np.nansum(energy) / max(span_s, 1) * seconds
    after = np.minimum(end, len(energy) - 1)
    step_kwh = np.where(end < len(energy), energy[after], 0.0)
    own_s = np.where(end < len(energy), np.diff(moment_s)[after], 1)
    typical = np.nanmedian(energy[energy > 0]) if bool(np.any(energy > 0)) else 0.0
    jump = step_kwh > np.maximum(5 * typical, 3 * usual_kwh / np.maximum(seconds, 1) * own_s)
    frozen = (seconds >= MIN_FREEZE_S) & jump & (step_kwh >= CATCH_UP * usual_kwh)
    frozen &= end - begin >= 3
    if not bool(np.any(frozen)):
        return same
    inner = np.zeros(len(rows) + 1, dtype=np.int64)
    np.add.at(inner, begin[frozen] + 1, 1)
    np.add.at(inner, end[frozen] + 1, -1)
    drop = np.cumsum(inner)[: len(rows)] > 0
    hours = float(seconds[frozen].max()) / 3_600
    found = mark("stuck-register", "spread", channel, rows[drop], longest_hours=round(hours, 1))
    keep = np.flatnonzero(~drop)
    sums = np.add.reduceat(energy, keep[:-1])
    worst = np.maximum.reduceat(quality, keep[:-1])
    return Increments(rows=rows[keep], energy_kwh=sums, quality=worst, marks=found)
