"""Panel and battery of a home without a line: enough in the darkest month, and days alone."""

from dataclasses import dataclass

import numpy as np

from ahorraluz.core.issues import InvalidInputError
from ahorraluz.core.renewables.arrays import NORTH, SOUTH, light_on
from ahorraluz.core.renewables.facts import SolarAssumptions, SolarFacts
from ahorraluz.core.renewables.sun import MONTH_DAYS, months_of, sun_year

WATTS_KILOWATT = 1000
ROUND_WATTS, ROUND_WATT_HOURS = 5, 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Kit:
    """An off-grid kit that gives a need all year."""

    need_wh_day: float
    """At the plug. [Wh/day]"""
    sun_hours_worst: float
    """Of full sun on the panel in the darkest month, less what the sun is not sure of. [h/day]"""
    worst_month: int
    """1 to 12."""
    panel_wp: int
    battery_wh: int
    """Nominal, used to its usable part. [Wh]"""


def kit_for(need_wh_day: float, sun: SolarFacts, *, assumptions: SolarAssumptions) -> Kit:
    """Return the kit for a need: the darkest month sets the panel, days alone the battery.

    Raises
    ------
    InvalidInputError
        ``kit-need-impossible``.
    """
    if not 0 < need_wh_day < float("inf"):
        raise InvalidInputError("kit-need-impossible", field="kwh", value=need_wh_day)
    year = sun_year(sun, assumptions=assumptions)
    towards = NORTH if sun.lat < 0 else SOUTH
    plane, _ = light_on(year, assumptions.pv_tilt_deg.middle, towards)
    hours = months_of(plane) / np.array(MONTH_DAYS) / WATTS_KILOWATT
    worst = int(hours.argmin())
    low_sun = float(hours[worst]) * (1 - assumptions.yield_band.middle)
    panel = need_wh_day / (low_sun * assumptions.kit_efficiency.middle)
    days = assumptions.kit_days_alone.middle
    return Kit(
        need_wh_day=need_wh_day,
        sun_hours_worst=low_sun,
        worst_month=worst + 1,
        panel_wp=_up(panel, ROUND_WATTS),
        battery_wh=_up(need_wh_day * days / assumptions.battery_usable.middle, ROUND_WATT_HOURS),
    )


def _up(value: float, step: int) -> int:
    return int(np.ceil(value / step) * step)
