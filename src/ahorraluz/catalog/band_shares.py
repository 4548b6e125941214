"""How the share of hora punta lies over homes: numbers of ``scripts/fit_band_shares.py``."""

import json
from functools import cache
from importlib.resources import files

from ahorraluz.catalog.assumptions import load_hour_assumptions
from ahorraluz.catalog.solar import load_use_hours
from ahorraluz.core.usage.hour_share import HourShares, hour_shares_from
from ahorraluz.core.usage.peak_uses import HourFacts


@cache
def load_hour_shares() -> HourShares:
    """Return the shipped spread over homes."""
    path = files("ahorraluz") / "data" / "models" / "band_shares" / "shares.json"
    return hour_shares_from(json.loads(path.read_text(encoding="utf-8")))


@cache
def load_hour_facts() -> HourFacts:
    """Return everything from outside that a share of hora punta is told by."""
    return HourFacts(
        shares=load_hour_shares(),
        assumed=load_hour_assumptions(),
        use_hours=load_use_hours(),
    )
