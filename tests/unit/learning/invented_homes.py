"""Invented homes with a morning, an evening and a weekend, for tests of models."""

from pathlib import Path

import numpy as np

from ahorraluz.core.forecast.forecaster import Windows


def hours_of_home(seed: int, days: int) -> np.ndarray:
    """Return invented hours, shape (days, 24). [kWh]"""
    chance = np.random.default_rng(seed)
    clock = np.arange(24)
    shape = 0.1 + 0.4 * np.exp(-(((clock - 7) / 2) ** 2)) + np.exp(-(((clock - 20) / 3) ** 2))
    weekend = 1.0 + 0.3 * (np.arange(days) % 7 >= 5)
    level = chance.uniform(0.2, 1.0)
    noise = chance.gamma(2.0, 0.5, (days, 24))
    return np.asarray(level * shape * weekend[:, None] * noise)


def windows_of(count: int, *, seed: int = 1) -> Windows:
    """Return windows of invented homes, each its own."""
    return Windows(
        kwh=np.stack([hours_of_home(seed + place, 28) for place in range(count)]),
        origin=np.full(count, np.datetime64("2026-07-27")),
        bill_kwh_day=np.full(count, np.nan),
    )


def write_homes(path: Path, *, homes: int, days: int) -> None:
    """Write a tidy file of invented homes, by the hour."""
    start = np.datetime64("2025-01-01T05:00")
    stamps = start + np.arange(days * 24).astype("timedelta64[h]")
    lines = ["timestamp,household_id,kwh"]
    for home in range(homes):
        kwh = hours_of_home(home, days).reshape(-1)
        lines += [
            f"{stamp}:00Z,home-{home},{value:.3f}" for stamp, value in zip(stamps, kwh, strict=True)
        ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
