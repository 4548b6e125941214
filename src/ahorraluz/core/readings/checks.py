"""What is wrong with the values of a channel of intervals, and what stands after."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.readings.channels import SOURCE_ESTIMATED, Channel, Floats, Flow, Ints, Measure
from ahorraluz.core.readings.marks import Mark, Places, mark, runs_of
from ahorraluz.core.readings.schema import DAY_S, Quality

MAXIMUM_KW = 50.0
"""Most that the supply of one home carries. [kW]

Connections of homes end at 63 A in three phases of 400 V or 230 V, which is 44 kW, and most
have one phase of under 15 kW; a mean above 50 kW over an interval is no use of a home.
"""
TYPICAL_KW = (0.015, 12.0)
"""Median power of homes that are lived in: anything outside is a unit mistaken. [kW]"""
UNMISTAKABLE_KW = 30.0
"""Median power that no home supply can hold: only a thousandfold can be meant. [kW]"""
TINY_KW = (0.002, 0.02)
"""Mean and highest power below which a home's kWh or kW are a thousand times too small. [kW]"""
MIN_UNIT_S = 7 * DAY_S
"""An empty home may use nearly nothing for some days; a unit is judged on a week. [s]"""
SPIKE_KW = 15.0
"""A home's power below this is never called a spike. [kW]"""
SPIKE_FACTOR = 8.0
"""How far a spike lies above the 99.5th percentile of the home's own power."""
SPIKE_QUANTILE = 0.995
NET_PART = 0.02
"""With more negatives than this part the meter counts what panels give back, too."""
FINE_S = 300
FROZEN_CELLS, FROZEN_S, FROZEN_FINE_S = 12, 12 * 3_600, 6 * 3_600
"""Equal values in a row, and their time with intervals from 5 minutes on and below.

In 80 measured homes of 15 minutes to 1 hour the longest run of one value above zero took
15 h, the next 8.5 h; a steady home repeats values of a coarse meter for longer.
"""
FROZEN_DAYS = 5
COARSE_STEPS, COARSE_S = 50, 3 * DAY_S
"""A value of few steps of the meter's resolution may well stay for a day or two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """Energy of each interval after its value was judged."""

    energy_kwh: Floats
    quality: NDArray[np.int8]
    marks: tuple[Mark, ...]


def check_values(channel: Channel, seconds: Ints, *, interval_s: int, maximum_kw: float) -> Checked:
    """Return energies without impossible values, and the marks of what was found.

    Parameters
    ----------
    channel
        Energies or powers in order of time, with an end each, n rows.
    seconds
        Length of each interval, positive, shape (n,). [s]
    interval_s
        Most common length. [s]
    maximum_kw
        Most that the supply can carry. [kW]
    """
    factor, marks = unit_factor(channel, interval_s)
    value = channel.value if factor == 1.0 else channel.value * factor
    quality = np.zeros(len(value), dtype=np.int8)
    if factor != 1.0:
        quality[:] = Quality.CORRECTED
    estimated = (channel.flags & SOURCE_ESTIMATED) != 0
    if bool(np.any(estimated)):
        quality[estimated] = Quality.ESTIMATED
    energy, power = _energy_and_power(channel.measure, value, seconds)
    known = np.isfinite(energy)
    if not bool(np.all(known)):
        energy = np.where(known, energy, np.nan)
        quality[~known] = Quality.MISSING
    if not bool(np.any(known)):
        return Checked(energy_kwh=energy, quality=quality, marks=marks)
    energy, more = _signs(channel, energy, quality)
    peaks, most = _peaks(channel, power, maximum_kw=maximum_kw)
    frozen, still = _frozen(channel, interval_s)
    quality[frozen] = np.maximum(quality[frozen], np.int8(Quality.ESTIMATED))
    if len(peaks):
        energy = energy.copy()
        energy[peaks] = np.nan
        quality[peaks] = Quality.MISSING
    return Checked(energy_kwh=energy, quality=quality, marks=marks + more + most + still)


def _energy_and_power(measure: Measure, value: Floats, seconds: Ints) -> tuple[Floats, Floats]:
    hours: Floats | float = seconds / 3_600
    if len(seconds) and bool(np.all(seconds == seconds[0])):
        hours = float(seconds[0]) / 3_600
    if measure is Measure.ENERGY:
        return value, value / hours
    return value * hours, value


def unit_factor(channel: Channel, interval_s: int) -> tuple[float, tuple[Mark, ...]]:
    """Return what brings the values to kWh or kW, and the mark if they seem to be others.

    Values are only rescaled when nothing else can be meant: a home whose median power
    is above 30 kW, or whose highest is below 20 W over a week or more.
    """
    value, start_s = channel.value, channel.start_s
    if channel.measure is Measure.REGISTER:
        start_s, value = start_s[1:], np.diff(value)
    if interval_s == 0 or len(value) < 2:
        return 1.0, ()
    with np.errstate(invalid="ignore"):
        some = value[value > 0]
    if len(some) == 0:
        return 1.0, ()
    hours = 1.0 if channel.measure is Measure.POWER else interval_s / 3_600
    # Only one row in a few is looked at: a median needs no more, and years of minutes are long.
    median = _middle(some[:: max(1, len(some) // 4_096)]) / hours
    if TINY_KW[0] < median <= TYPICAL_KW[1]:
        return 1.0, ()
    rows = np.arange(min(len(channel), 3), dtype=np.int64)
    shown = float(f"{median:.3g}")
    if median > TYPICAL_KW[1] and median / 1_000 < TYPICAL_KW[1]:
        sure = median > UNMISTAKABLE_KW and len(some) >= 3
        found = mark(
            "unit-suspicion", "rescaled" if sure else "told", channel, rows, median_kw=shown
        )
        return (0.001 if sure else 1.0), found
    enough = int(start_s[-1] - start_s[0]) >= MIN_UNIT_S
    if channel.flow not in (Flow.IMPORT, Flow.LOAD) or not enough or median > TINY_KW[0]:
        return 1.0, ()
    mean, top = float(some.mean()) / hours, float(some.max()) / hours
    if mean > TINY_KW[0] or top > TINY_KW[1] or mean * 1_000 < TYPICAL_KW[0]:
        return 1.0, ()
    return 1_000.0, mark("unit-suspicion", "rescaled", channel, rows, median_kw=shown)


def _middle(values: Floats) -> float:
    """Return the median of some known values, at least one."""
    below, above = (len(values) - 1) // 2, len(values) // 2
    parted = np.partition(values, (below, above))
    return float(parted[below] + parted[above]) / 2


def _signs(
    channel: Channel, energy: Floats, quality: NDArray[np.int8]
) -> tuple[Floats, tuple[Mark, ...]]:
    """Return the energies without negative ones; ``quality`` is told which changed."""
    if float(np.nanmin(energy)) >= 0.0:
        return energy, ()
    with np.errstate(invalid="ignore"):
        below = energy < 0.0
    energy = energy.copy()
    taken = channel.flow in (Flow.IMPORT, Flow.LOAD, Flow.CIRCUIT)
    if taken and float(np.mean(below)) <= NET_PART:
        energy[below] = np.nan
        quality[below] = Quality.MISSING
        return energy, mark("negative", "removed", channel, below)
    energy[below] = 0.0
    quality[below] = np.maximum(quality[below], np.int8(Quality.CORRECTED))
    return energy, mark("net-metering", "set-to-zero", channel, below)


def _peaks(
    channel: Channel, power: Floats, *, maximum_kw: float
) -> tuple[Places, tuple[Mark, ...]]:
    """Return the rows above what a supply carries, or far above the home's own range."""
    none = np.zeros(0, dtype=np.int64)
    top = float(np.nanmax(power))
    if top <= min(maximum_kw, SPIKE_KW):
        return none, ()
    with np.errstate(invalid="ignore"):
        impossible = np.flatnonzero(power > maximum_kw)
    marks = mark("impossible-power", "removed", channel, impossible, limit_kw=maximum_kw)
    usual = float(np.nanquantile(power, SPIKE_QUANTILE))
    limit = max(SPIKE_KW, SPIKE_FACTOR * usual)
    with np.errstate(invalid="ignore"):
        spikes = np.flatnonzero((power > limit) & (power <= maximum_kw))
    marks += mark("spike", "removed", channel, spikes, limit_kw=round(limit, 1))
    return np.concatenate((impossible, spikes)), marks


def _frozen(channel: Channel, interval_s: int) -> tuple[Places, tuple[Mark, ...]]:
    """Return the rows of values that stayed the same for suspiciously long.

    Nobody measured them, but whoever filled them in may have got their sum right: they
    are kept as estimates.
    """
    none = np.zeros(0, dtype=np.int64)
    value = channel.value
    if interval_s >= DAY_S - 3_600:
        cells = FROZEN_DAYS
    else:
        needed_s = FROZEN_S if interval_s >= FINE_S else FROZEN_FINE_S
        cells = max(FROZEN_CELLS, -(-needed_s // max(interval_s, 1)))
    if len(value) < 2 * cells or interval_s > 20 * DAY_S:
        return none, ()
    # Most series hold no such run, and comparing values that far apart shows it at once.
    far = value[cells - 1 :]
    if not bool(np.any((far == value[: len(far)]) & (far > 0))):
        return none, ()
    begin, length = runs_of(value)
    long = (length >= cells) & (value[begin] > 0)
    if not bool(np.any(long)):
        return none, ()
    some = value[value > 0]
    steps = np.diff(np.unique(some[:: max(1, len(some) // 20_000)]))
    # Floats of one printed value differ in the last places; that is no resolution.
    steps = steps[steps > 1e-6]
    resolution = float(steps.min()) if len(steps) else float(some.min())
    coarse = value[begin] < COARSE_STEPS * resolution
    long &= ~coarse | (length * interval_s >= max(COARSE_S, 3 * cells * interval_s))
    rows = [np.arange(b, b + n) for b, n in zip(begin[long], length[long], strict=True)]
    if not rows:
        return none, ()
    hours = float(length[long].max()) * interval_s / 3_600
    first = mark(
        "stuck-register", "marked-estimated", channel, begin[long], longest_hours=round(hours, 1)
    )
    return np.concatenate(rows), first
