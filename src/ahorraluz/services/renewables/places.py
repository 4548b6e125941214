"""Where a home is, and when it uses its energy, as far as it is known."""

from collections.abc import Mapping, Sequence

import numpy as np

from ahorraluz.catalog.assumptions import load_solar_assumptions
from ahorraluz.catalog.solar import load_solar, load_use_hours, solar_at
from ahorraluz.core.home import Home
from ahorraluz.core.issues import InvalidInputError
from ahorraluz.core.readings.grid import day_grid
from ahorraluz.core.renewables.facts import SolarAssumptions, SolarFacts
from ahorraluz.core.renewables.load import HomeLoad, load_of_hours, load_of_uses, with_months
from ahorraluz.core.renewables.solar import as_stated
from ahorraluz.core.usage.facts import EndUseId
from ahorraluz.services.advise import city_of, whole_account
from ahorraluz.services.find_readings import FoundReadings

MONTHS = 12
SATURDAY = 5
MONDAY_1970 = 3
"""1970-01-01 was a Thursday: three days after a Monday."""
MAX_SHOWN = 60


def sun_of(place: str, *, altitude_m: float | None = None) -> SolarFacts:
    """Return the sun of a city, or of a coordinate written ``-13.52, -71.97``.

    Raises
    ------
    InvalidInputError
        ``city-unknown``, ``place-impossible`` or ``place-outside-peru``.
    """
    found = _coordinate(place)
    return load_solar(place) if found is None else solar_at(*found, altitude_m=altitude_m)


def sun_of_home(home: Home) -> SolarFacts:
    """Return the sun of a home's city or department.

    Raises
    ------
    InvalidInputError
        ``place-needed``: it names neither, or what :func:`sun_of` refuses.
    """
    city = city_of(home)
    if city is None:
        raise InvalidInputError("place-needed", field="place")
    return load_solar(city)


def assumptions_of(values: Home | None) -> SolarAssumptions:
    """Return the assumptions about sun and panels, the household's own over ours."""
    assumed = load_solar_assumptions()
    return assumed if values is None else assumed.edited(values.assumptions)


def load_of_home(home: Home, *, assumptions: SolarAssumptions) -> HomeLoad:
    """Return the hours of a home, from the months of its uses.

    Where it has panels already it is what more of them could still give.

    Raises
    ------
    InvalidInputError
        ``panels-place-needed``: it has panels and nobody knows their sun.
    """
    account, own_sun = whole_account(home)
    if own_sun is not None:
        return own_sun.left_for_more
    if home.panels_kwp is not None:
        raise InvalidInputError("panels-place-needed", kwp=home.panels_kwp)
    own: Mapping[str, Sequence[float]] = {
        use.id.value: use.monthly_kwh for use in account.uses if use.id is not EndUseId.OTHER_HOMES
    }
    return as_stated(load_of_uses(own, load_use_hours()), assumptions)


def hot_water_of(home: Home) -> tuple[float, ...] | None:
    """Return what a home buys to heat water, by month; ``None``: not with electricity. [kWh]"""
    account, own_sun = whole_account(home)
    metered = account if own_sun is None else own_sun.at_meter
    use = metered.use(EndUseId.WATER_HEATING)
    return None if use is None or use.estimate.middle <= 0 else use.monthly_kwh


def load_of_month(kwh: float, *, assumptions: SolarAssumptions) -> HomeLoad:
    """Return the hours of a home of which a mean month is known. [kWh/month]"""
    load = load_of_uses({"other": (kwh,) * MONTHS}, load_use_hours())
    return as_stated(load, assumptions)


def load_of_readings(found: FoundReadings, *, kwh: float | None = None) -> HomeLoad:
    """Return the hours of a home whose meter measured them.

    Parameters
    ----------
    kwh
        Mean month it is to have; ``None``: as measured. [kWh/month]

    Raises
    ------
    ReadingsError
        ``readings-too-coarse``: they tell no hours.
    SolarError
        ``load-impossible``: an hour of the day was never measured.
    """
    grid = day_grid(found.cleaned.readings).hourly()
    days = grid.days.astype("datetime64[D]")
    month = days.astype("datetime64[M]").astype(np.int64) % MONTHS
    weekend = (days.astype(np.int64) + MONDAY_1970) % 7 >= SATURDAY
    hours = grid.power_kw.shape[1]
    load = load_of_hours(
        np.repeat(month, hours),
        np.repeat(np.asarray(weekend), hours),
        np.tile(np.arange(hours), len(days)),
        np.maximum(grid.power_kw.ravel(), 0.0),
    )
    return load if kwh is None else with_months(load, (kwh,) * MONTHS)


def _coordinate(place: str) -> tuple[float, float] | None:
    """Return the coordinate that was typed; ``None``: it is a name."""
    parts = place.replace(";", ",").split(",")
    if not any(letter.isdigit() for letter in place):
        return None
    try:
        lat, lon = (float(part.strip()) for part in parts)
    except ValueError:
        raise InvalidInputError(
            "place-impossible", field="place", value=place[:MAX_SHOWN]
        ) from None
    return lat, lon
