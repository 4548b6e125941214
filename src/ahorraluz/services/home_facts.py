"""What the hour model may know of a home beside its energy."""

import numpy as np

from ahorraluz.catalog.appliances import load_appliances
from ahorraluz.core.forecast.forecaster import Floats
from ahorraluz.core.home import Home
from ahorraluz.core.tariffs.schedule import OPTION_BANDS
from ahorraluz.core.usage.facts import EndUseId
from ahorraluz.services.connection import Connection

SOLAR_HELP = "terma-solar-respaldo"
"""Its electricity only helps the sun out: such a home does not heat its water with it."""


def facts_of(home: Home | None, connection: Connection | None) -> Floats:
    """Return ``FACTS`` of a home, NaN where not known, shape (3,).

    Parameters
    ----------
    home
        Who lives there and with what; ``None``: not known. A home without a list of
        appliances says nothing of its water.
    connection
        How it is billed; ``None``: not known.
    """
    people = hourly = water = np.nan
    if home is not None and home.people is not None:
        people = float(home.people)
    if connection is not None:
        hourly = float(connection.supply.option in OPTION_BANDS)
    if home is not None and home.appliances:
        known = load_appliances()
        heaters = [
            item.id
            for item in home.appliances
            if item.id != SOLAR_HELP and known[item.id].end_use is EndUseId.WATER_HEATING
        ]
        water = float(bool(heaters))
    return np.array([people, hourly, water])
