"""Intervals made coarser, and the energy of billing periods from them."""

import calendar
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.consumption import Band, Consumption
from ahorraluz.core.estimate import Estimate
from ahorraluz.core.periods import Period
from ahorraluz.core.readings.channels import Floats, Ints
from ahorraluz.core.readings.grid import local_seconds
from ahorraluz.core.readings.lattice import MONTH_FROM_S, MONTH_S, midnights
from ahorraluz.core.readings.schema import (
    DAY_S,
    MAX_FIXED_S,
    Quality,
    Readings,
    ReadingsError,
    Step,
    make_readings,
)

HALF, NEARLY = 0.5, 0.95
"""Part of an interval that must be known to be counted, and to count as measured."""
DEMAND_S = 900
"""Highest power is the mean of a quarter of an hour, as meters record it. [s]"""
MISSING_BASIS = "basis.missing-intervals"
MISSING_RANGE = (0.1, 0.9)
"""Quantiles of the home's days that bound what a missing day may have used."""

Bands = Sequence[Band] | NDArray[np.str_] | NDArray[np.object_]
BandOf = Callable[[Ints], Bands] | Bands
"""Bands of intervals, or a function from their starts [s since 1970 UTC] to them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodEnergy:
    """Energy of one period from a series, and what is not known of it."""

    consumption: Consumption
    """What is known, exact to the thousandth of a kWh; bands add up to the total."""
    coverage: float
    """Part of the period with a value, measured or estimated. [0 to 1]"""
    measured: float
    """Part of the period that was measured, corrected values included. [0 to 1]"""
    missing: Estimate | None = field(default=None)
    """Energy of the rest, by the home's own days. [kWh] ``None``: nothing is missing."""

    @property
    def period(self) -> Period:
        """The period."""
        return self.consumption.period


def resample(readings: Readings, interval_s: int) -> Readings:
    """Return the same in coarser intervals; no energy is lost where all is known.

    An interval of which less than half is known is missing, and one that is known in part is
    scaled up. It is ``MEASURED`` if all of it was, ``CORRECTED`` if 95 % were measured or
    corrected, else ``ESTIMATED``.

    Parameters
    ----------
    readings
        Any series.
    interval_s
        Seconds up to an hour, a multiple of the present length; 86,400 for local days; from
        20 days on, local calendar months. [s]

    Raises
    ------
    ReadingsError
        ``resample-finer``: shorter than the present intervals, or no multiple of them.
    """
    step = _step_of(interval_s)
    same_step = step is readings.step
    if same_step and (step is not Step.FIXED or interval_s == readings.interval_s):
        return readings
    fixed = step is Step.FIXED
    if step < readings.step or (fixed and interval_s % readings.interval_s):
        raise ReadingsError("resample-finer", interval_s=interval_s, present_s=readings.interval_s)
    group, edges = _groups(readings, interval_s, step)
    begin = np.flatnonzero(np.diff(group, prepend=group[0] - 1))
    seconds = _lengths(readings)
    known = ~np.isnan(readings.energy_kwh)
    trusted = readings.quality <= Quality.CORRECTED
    energy = np.add.reduceat(np.where(known, readings.energy_kwh, 0.0), begin)
    length = np.diff(edges).astype(np.float64)
    part = np.add.reduceat(np.where(known, seconds, 0), begin) / length
    good = np.add.reduceat(np.where(trusted, seconds, 0), begin) / length
    worst = np.maximum.reduceat(readings.quality, begin)
    quality = np.where(
        good < NEARLY,
        Quality.ESTIMATED,
        np.where((worst == Quality.MEASURED) & (part >= 1), Quality.MEASURED, Quality.CORRECTED),
    )
    missing = part < HALF
    scaled = np.where(missing, np.nan, energy / np.where(missing, 1.0, np.minimum(part, 1.0)))
    return make_readings(
        edges[:-1],
        scaled,
        np.where(missing, Quality.MISSING, quality).astype(np.int8),
        interval_s={Step.DAY: DAY_S, Step.MONTH: MONTH_S}.get(step, interval_s),
        zone=readings.zone,
        step=step,
        end_s=int(edges[-1]),
    )


def _step_of(interval_s: int) -> Step:
    if interval_s <= MAX_FIXED_S:
        return Step.FIXED
    return Step.DAY if interval_s < MONTH_FROM_S else Step.MONTH


def _groups(readings: Readings, interval_s: int, step: Step) -> tuple[Ints, Ints]:
    """Return the coarser interval of each present one, and the edges of the coarser ones."""
    starts_s, zone = readings.starts_s, readings.zone
    if step is Step.FIXED:
        first = int(starts_s[0])
        offset = int(local_seconds(starts_s[:1], zone=zone)[0]) - first
        number = (starts_s + offset) // interval_s
        edges = np.arange(number[0], number[-1] + 2) * interval_s - offset
        return number, edges
    days = local_seconds(starts_s, zone=zone) // DAY_S
    if step is Step.DAY:
        return days, midnights(int(days[0]), int(days[-1]) + 1, zone=zone)
    months = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    firsts = np.arange(months[0], months[-1] + 2).astype("datetime64[M]").astype("datetime64[D]")
    every = midnights(int(firsts[0].astype(np.int64)), int(firsts[-1].astype(np.int64)), zone=zone)
    return months, every[firsts.astype(np.int64) - int(firsts[0].astype(np.int64))]


def _ends(readings: Readings) -> Ints:
    return np.append(readings.starts_s[1:], np.int64(readings.end_s))


def _lengths(readings: Readings) -> Ints:
    """Return the length of each interval, shape (n,). [s]"""
    if readings.step is Step.FIXED:
        return np.full(len(readings), readings.interval_s, dtype=np.int64)
    return _ends(readings) - readings.starts_s


def billing_months(readings: Readings, *, day: int = 1) -> tuple[Period, ...]:
    """Return the months that a series touches, each from one ``day`` to the next.

    Parameters
    ----------
    readings
        Any series.
    day
        Day of the month on which the meter is read, 1 to 31; in shorter months their last.
    """
    moments = np.array([readings.starts_s[0], readings.end_s - 1], dtype=np.int64)
    first, last = (
        date.fromordinal(int(number) + date(1970, 1, 1).toordinal())
        for number in local_seconds(moments, zone=readings.zone) // DAY_S
    )
    number = first.year * 12 + first.month - 1
    if _reading_day(number, day) > first:
        number -= 1
    starts = [_reading_day(number, day)]
    while starts[-1] <= last:
        number += 1
        starts.append(_reading_day(number, day))
    return tuple(Period(a, b) for a, b in pairwise(starts))


def _reading_day(month_number: int, day: int) -> date:
    year, month = divmod(month_number, 12)
    return date(year, month + 1, min(day, calendar.monthrange(year, month + 1)[1]))


def to_consumption(
    readings: Readings, periods: Sequence[Period], *, band_of: BandOf | None = None
) -> tuple[PeriodEnergy, ...]:
    """Return the energy of each period, exact to the thousandth, with what is missing apart.

    Parameters
    ----------
    readings
        Any series. Intervals that cross the edge of a period are parted by time.
    periods
        Local days, such as those of :func:`billing_months` or of recibos.
    band_of
        Band of each interval, or a function from their starts to it; ``None``: no bands.
    """
    bands: NDArray[np.object_] | NDArray[np.str_] | None = None
    if band_of is not None:
        found = band_of(readings.starts_s) if callable(band_of) else band_of
        bands = np.asarray(found)
    demand = _demand(readings)
    usual = _usual_days(readings)
    return tuple(
        _one_period(readings, period, bands=bands, demand=demand, usual=usual) for period in periods
    )


def _demand(readings: Readings) -> tuple[Ints, Floats] | None:
    """Return starts and power of quarter hours, ``None`` for coarser or odd series. [kW]"""
    if readings.step is not Step.FIXED or DEMAND_S % readings.interval_s:
        return None
    quarters = resample(readings, DEMAND_S)
    return quarters.starts_s, quarters.energy_kwh * (3_600 / DEMAND_S)


def _usual_days(readings: Readings) -> tuple[float, float, float]:
    """Return low, mean and high power of the home's days. [kW]"""
    seconds = _lengths(readings)
    known = ~np.isnan(readings.energy_kwh)
    hours = float(seconds[known].sum()) / 3_600
    mean = float(readings.energy_kwh[known].sum()) / hours if hours else 0.0
    days = readings if readings.step is not Step.FIXED else resample(readings, DAY_S)
    power = days.energy_kwh / (_lengths(days) / 3_600)
    power = power[~np.isnan(power)]
    if len(power) < 2:
        return 0.0, mean, 2 * mean
    low, high = (float(np.quantile(power, q)) for q in MISSING_RANGE)
    return min(low, mean), mean, max(high, mean)


def _one_period(
    readings: Readings,
    period: Period,
    *,
    bands: NDArray[np.object_] | NDArray[np.str_] | None,
    demand: tuple[Ints, Floats] | None,
    usual: tuple[float, float, float],
) -> PeriodEnergy:
    epoch = date(1970, 1, 1).toordinal()
    both = midnights(
        period.start.toordinal() - epoch, period.end.toordinal() - epoch, zone=readings.zone
    )
    begin_s, end_s = int(both[0]), int(both[-1])
    starts, ends = readings.starts_s, _ends(readings)
    rows = slice(
        int(np.searchsorted(ends, begin_s, side="right")), int(np.searchsorted(starts, end_s))
    )
    inside = np.minimum(ends[rows], end_s) - np.maximum(starts[rows], begin_s)
    energy = readings.energy_kwh[rows] * (inside / (ends[rows] - starts[rows]))
    known = ~np.isnan(energy)
    total_s = end_s - begin_s
    known_s = int(inside[known].sum())
    measured_s = int(inside[readings.quality[rows] <= Quality.CORRECTED].sum())
    hours = (total_s - known_s) / 3_600
    low, middle, high = (power * hours for power in usual)
    return PeriodEnergy(
        consumption=Consumption(
            period=period,
            energy_kwh=_exact(round(float(energy[known].sum()) * 1_000)),
            bands_kwh={} if bands is None else _by_band(energy, known, bands[rows]),
            max_power_kw=_highest(demand, begin_s, end_s),
        ),
        coverage=known_s / total_s,
        measured=measured_s / total_s,
        missing=None
        if known_s == total_s
        else Estimate(low=low, middle=middle, high=high, unit="kWh", basis=MISSING_BASIS),
    )


def _exact(thousandths: int) -> Decimal:
    return Decimal(thousandths).scaleb(-3)


def _by_band(
    energy: Floats, known: NDArray[np.bool_], bands: NDArray[np.object_] | NDArray[np.str_]
) -> Mapping[Band, Decimal]:
    """Return energy by band, in thousandths that add up to the rounded total. [kWh]"""
    sums = {
        band: float(energy[known & chosen].sum()) * 1_000
        for band in Band
        if bool(np.any(chosen := bands == band.value))
    }
    if not sums:
        return {}
    whole = {band: int(np.floor(value)) for band, value in sums.items()}
    left = round(float(energy[known].sum()) * 1_000) - sum(whole.values())
    by_rest = sorted(sums, key=lambda band: sums[band] - whole[band], reverse=True)
    for place in range(left):
        whole[by_rest[place % len(by_rest)]] += 1
    return {band: _exact(value) for band, value in whole.items()}


def _highest(demand: tuple[Ints, Floats] | None, begin_s: int, end_s: int) -> Decimal | None:
    """Return the highest mean power of a quarter hour in a period. [kW]"""
    if demand is None:
        return None
    starts_s, power = demand
    inside = power[slice(*np.searchsorted(starts_s, (begin_s, end_s)).tolist())]
    inside = inside[~np.isnan(inside)]
    return _exact(round(float(inside.max()) * 1_000)) if len(inside) else None
