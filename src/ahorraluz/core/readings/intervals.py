"""Intervals made coarser."""

import numpy as np

from ahorraluz.core.readings.channels import Ints
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
