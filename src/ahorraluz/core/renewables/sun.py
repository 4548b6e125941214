"""A typical year of sun on any roof of Peru, hour by hour, from monthly means.

A model of the clear sky alone would overstate the sun of a year in Lima by more than half,
so the months rule and models only give the shape: the days of a month spread around its
clearness as Bendt's distribution says, hours follow a clear day, and Erbs splits them into
direct and diffuse light. Positions of the sun and splits are pvlib's.

References
----------
.. [1] P. Bendt, M. Collares-Pereira and A. Rabl, "The frequency distribution of daily
   insolation values", Solar Energy 27 (1), 1981, doi:10.1016/0038-092X(81)90013-X.
.. [2] D. G. Erbs, S. A. Klein and J. A. Duffie, "Estimation of the diffuse radiation
   fraction", Solar Energy 28 (4), 1982, doi:10.1016/0038-092X(82)90302-4.
.. [3] B. Haurwitz, "Insolation in relation to cloudiness and cloud density", Journal of
   Meteorology 2, 1945, doi:10.1175/1520-0469(1945)002<0154:IIRTCA>2.0.CO;2.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.core.renewables.facts import SolarAssumptions, SolarFacts

Floats = NDArray[np.float64]

MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
DAYS, HOURS = 365, 24
YEAR_HOURS = DAYS * HOURS
MONTH_OF_DAY: NDArray[np.int64] = np.repeat(np.arange(12), MONTH_DAYS)
"""Calendar month of each day of the year, from zero, shape (365,)."""
MONTH_OF_HOUR: NDArray[np.int64] = np.repeat(MONTH_OF_DAY, HOURS)
_MONTH_STARTS = np.cumsum([0, *MONTH_DAYS[:-1]]) * HOURS
TYPICAL_YEAR = "2023-01-01 00:30"
"""A year without a 29 February; hours are told by their middles, as the sun stands then."""
PERU_CLOCK = "Etc/GMT+5"
HAUR_EXTINCTION = 0.057
"""Of Haurwitz' clear sky; only the shape of the day is taken from it."""
LEAST_CLEARNESS = 0.05
"""Clearness of the darkest day, after Bendt. [0 to 1]"""
GOLDEN = 0.6180339887498949
"""Days of a month are mixed by the golden ratio: even, and the same every time."""
WARMEST_HOUR = 14.5


class SolarError(AhorraLuzError):
    """An array or a resource that cannot be."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SunYear:
    """A typical year of one place; every array has shape (8760,) and is read-only."""

    ghi: Floats
    """Sun on the level ground. [W/m2]"""
    dni: Floats
    """Direct light on a surface that faces the sun. [W/m2]"""
    dhi: Floats
    """Diffuse light on the level ground. [W/m2]"""
    temp_c: Floats
    wind_m_s: Floats
    zenith_deg: Floats
    """Apparent zenith of the sun. [°]"""
    azimuth_deg: Floats
    """Of the sun, clockwise from north. [°]"""
    extra: Floats
    """Sun outside the air, facing it. [W/m2]"""
    airmass: Floats
    """Relative; NaN at night."""


def sun_year(facts: SolarFacts, *, assumptions: SolarAssumptions) -> SunYear:
    """Return the typical year of a place; the months keep their irradiation exactly.

    Raises
    ------
    SolarError
        ``solar-months``: irradiation that is not twelve months, or more than there is
        outside the air.
    """
    check_months(facts.ghi_kwh_m2_day)
    temperatures = facts.monthly_temp_c or (assumptions.cold_water_c.middle,) * 12
    wind = facts.monthly_wind_m_s or (assumptions.roof_wind_m_s.middle,) * 12
    return _sun_year(
        (facts.lat, facts.lon, facts.altitude_m),
        facts.ghi_kwh_m2_day,
        temperatures,
        wind,
        assumptions.day_swing_k.middle,
    )


@lru_cache(maxsize=64)
def _sun_year(
    place: tuple[float, float, float],
    by_day: tuple[float, ...],
    temperatures: tuple[float, ...],
    wind: tuple[float, ...],
    swing_k: float,
) -> SunYear:
    zenith, apparent, azimuth, extra, airmass = _positions(*place)
    cosine = np.maximum(np.cos(np.radians(zenith)), 0.0)
    outside = (extra * cosine).reshape(DAYS, HOURS)
    safe = np.maximum(cosine, 1e-3)
    shape = (cosine * np.exp(-HAUR_EXTINCTION / safe)).reshape(DAYS, HOURS)
    daily = _days_of_months(outside.sum(axis=1), by_day)
    ghi = (shape * (daily / shape.sum(axis=1))[:, None]).ravel()
    dni, dhi = _split(ghi, zenith)
    hour = np.tile(np.arange(HOURS) + 0.5, DAYS)
    warmth = swing_k / 2 * np.cos(2 * np.pi * (hour - WARMEST_HOUR) / HOURS)
    year = SunYear(
        ghi=ghi,
        dni=dni,
        dhi=dhi,
        temp_c=np.array(temperatures)[MONTH_OF_HOUR] + warmth,
        wind_m_s=np.array(wind)[MONTH_OF_HOUR],
        zenith_deg=apparent,
        azimuth_deg=azimuth,
        extra=extra,
        airmass=airmass,
    )
    for name in SunYear.__slots__:
        getattr(year, name).flags.writeable = False
    return year


def _positions(lat: float, lon: float, altitude_m: float) -> tuple[Floats, ...]:
    """Return zenith, apparent zenith, azimuth, extraterrestrial sun and airmass."""
    import pandas as pd
    from pvlib.atmosphere import get_relative_airmass
    from pvlib.irradiance import get_extra_radiation
    from pvlib.solarposition import get_solarposition

    moments = pd.date_range(TYPICAL_YEAR, periods=YEAR_HOURS, freq="h", tz=PERU_CLOCK)
    sun = get_solarposition(moments, lat, lon, altitude=altitude_m)
    apparent = sun["apparent_zenith"].to_numpy()
    return (
        sun["zenith"].to_numpy(),
        apparent,
        sun["azimuth"].to_numpy(),
        np.asarray(get_extra_radiation(_DAY_OF_HOUR)),
        np.asarray(get_relative_airmass(apparent)),
    )


_DAY_OF_HOUR = np.repeat(np.arange(1, DAYS + 1), HOURS)


def _split(ghi: Floats, zenith: Floats) -> tuple[Floats, Floats]:
    """Return direct and diffuse light of the sun on the ground."""
    from pvlib.irradiance import erbs

    parts = erbs(ghi, zenith, _DAY_OF_HOUR)
    return np.nan_to_num(np.asarray(parts["dni"])), np.nan_to_num(np.asarray(parts["dhi"]))


def _days_of_months(outside: Floats, by_day: tuple[float, ...]) -> Floats:
    """Return the sun of each day, its months as given, shape (365,). [Wh/m2]"""
    daily = np.zeros(DAYS)
    for month, kwh in enumerate(by_day):
        days = np.flatnonzero(month == MONTH_OF_DAY)
        most = outside[days]
        clearness = kwh * 1000 / float(most.mean())
        if clearness >= 1:
            raise SolarError("solar-months", count=month + 1)
        if clearness <= LEAST_CLEARNESS:
            daily[days] = clearness * most
            continue
        sun = spread_of_days(clearness, len(days))[_mixed(len(days))] * most
        daily[days] = sun * (kwh * 1000 * len(days) / sun.sum())
    return daily


def spread_of_days(clearness: float, count: int) -> Floats:
    """Return the clearness of the days of a month, darkest first, as Bendt spreads them.

    Parameters
    ----------
    clearness
        Mean of the month: sun on the ground over sun outside the air. [0.05 to 1]
    count
        Days.
    """
    usual = 0.6313 + 0.267 * clearness - 11.9 * (clearness - 0.75) ** 8
    brightest = min(max(usual, clearness * 1.02), 1.0)
    width = brightest - LEAST_CLEARNESS
    steepness = width / (brightest - clearness)
    rate = -1.498 + (1.184 * steepness - 27.182 * np.exp(-1.5 * steepness)) / width
    part = (np.arange(count) + 0.5) / count
    low, high = np.exp(rate * LEAST_CLEARNESS), np.exp(rate * brightest)
    found = (
        np.log((1 - part) * low + part * high) / rate
        if abs(rate) > 1e-6
        else LEAST_CLEARNESS + part * width
    )
    return np.asarray(found * (clearness / found.mean()))


def _mixed(count: int) -> NDArray[np.int64]:
    return np.argsort(np.argsort((np.arange(count) * GOLDEN) % 1))


def months_of(hourly: Floats) -> Floats:
    """Return the sums of an hourly year by month, shape (12,)."""
    return np.add.reduceat(hourly, _MONTH_STARTS)


def check_months(values: tuple[float, ...] | Floats) -> None:
    """Refuse what is not twelve months of something (``solar-months``)."""
    if len(values) != len(MONTH_DAYS) or min(values) < 0 or sum(values) <= 0:
        raise SolarError("solar-months", count=len(values))
