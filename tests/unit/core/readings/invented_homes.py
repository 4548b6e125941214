"""Invented homes whose every fault is put there on purpose."""

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.readings.channels import Channel, Flow, Measure

LIMA = "America/Lima"
MONDAY_S = 1_767_589_200
"""Monday 5 January 2026, midnight in Lima. [s since 1970 UTC]"""
DAY_S, HOUR_S = 86_400, 3_600


def channel(
    start_s: NDArray[np.int64],
    value: NDArray[np.float64],
    *,
    interval_s: int = HOUR_S,
    measure: Measure = Measure.ENERGY,
    flow: Flow = Flow.IMPORT,
    name: str = "meter",
) -> Channel:
    length = 0 if measure is Measure.REGISTER else interval_s
    return Channel(
        id=name,
        flow=flow,
        measure=measure,
        start_s=np.asarray(start_s, dtype=np.int64),
        end_s=np.asarray(start_s, dtype=np.int64) + length,
        value=np.asarray(value, dtype=np.float64),
        line=np.arange(2, len(start_s) + 2, dtype=np.int64),
        flags=np.zeros(len(start_s), dtype=np.uint8),
    )


def starts(*, days: int, interval_s: int = HOUR_S) -> NDArray[np.int64]:
    return MONDAY_S + np.arange(days * DAY_S // interval_s, dtype=np.int64) * interval_s


def home_kwh(*, days: int, interval_s: int = HOUR_S, seed: int = 1) -> NDArray[np.float64]:
    """Return energy with a clear evening, a small morning and noise, in steps of 1 Wh."""
    rng = np.random.default_rng(seed)
    hour = np.arange(days * DAY_S // interval_s) * (interval_s / HOUR_S) % 24
    evening = 1.2 * np.exp(-(((hour - 20) / 2.0) ** 2))
    morning = 0.5 * np.exp(-(((hour - 7) / 1.0) ** 2))
    power = (0.12 + evening + morning) * rng.lognormal(0.0, 0.3, len(hour))
    return np.asarray(np.round(power * interval_s / HOUR_S, 4) + 0.0001, dtype=np.float64)


def home(*, days: int = 60, interval_s: int = HOUR_S, seed: int = 1) -> Channel:
    return channel(
        starts(days=days, interval_s=interval_s),
        home_kwh(days=days, interval_s=interval_s, seed=seed),
        interval_s=interval_s,
    )


def register(*, days: int = 30, interval_s: int = HOUR_S, first_kwh: float = 4_321.5) -> Channel:
    used = home_kwh(days=days, interval_s=interval_s)
    moments = np.append(starts(days=days, interval_s=interval_s), MONDAY_S + days * DAY_S)
    standing = np.round(first_kwh + np.concatenate(([0.0], np.cumsum(used))), 4)
    return channel(moments, standing, measure=Measure.REGISTER)
