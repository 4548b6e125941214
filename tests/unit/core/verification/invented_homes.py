"""Homes with a level, a season, a drift and noise that lasts, from a seeded generator."""

from datetime import date

import numpy as np

from ahorraluz.core.verification.panel import DailyHomes

FIRST = np.datetime64("2025-01-01")
SINCE = date(2025, 9, 1)
"""A Monday-agnostic day eight months in."""


def noisy_homes(
    *, homes: int, days: int = 365, seed: int = 0, persistence: float = 0.9
) -> DailyHomes:
    """Return homes whose days follow an AR(1) process around a shared season."""
    chance = np.random.default_rng(seed)
    day = np.arange(days)
    season = 0.15 * np.cos(2 * np.pi * day / 365)
    level = np.exp(chance.normal(1.8, 0.4, homes))
    noise = np.zeros((homes, days))
    shocks = chance.normal(0, 0.12, (homes, days))
    for at in range(1, days):
        noise[:, at] = persistence * noise[:, at - 1] + shocks[:, at]
    return DailyHomes(days=FIRST + day, kwh=level[:, None] * np.exp(season + noise))
