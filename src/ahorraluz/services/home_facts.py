"""What the hour model may know of a home beside its energy."""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np

from ahorraluz.catalog.appliances import load_appliances
from ahorraluz.core.forecast.forecaster import Floats
from ahorraluz.core.home import Home, MonthlyUse
from ahorraluz.core.tariffs.schedule import OPTION_BANDS
from ahorraluz.core.usage.facts import EndUseId
from ahorraluz.services.connection import Connection

SOLAR_HELP = "terma-solar-respaldo"
"""Its electricity only helps the sun out: such a home does not heat its water with it."""

RECENT = timedelta(days=92)
"""A recibo that ended longer ago tells of another season than the readings it stands beside."""


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


def recibos_of(home: Home | None, connection: Connection | None) -> tuple[MonthlyUse, ...]:
    """Return the recibos of a home by their end: those of its file, else those that were given.

    Parameters
    ----------
    home
        ``None``: nothing is known but how it is billed.
    connection
        The recibos that tell its prices, where they print dates and energy.
    """
    if home is not None and home.history:
        return tuple(sorted(home.history, key=lambda use: use.period.end))
    printed = () if connection is None else connection.receipts
    uses = {
        receipt.period.end: MonthlyUse(period=receipt.period, kwh=receipt.kwh)
        for receipt in printed
        if receipt.period is not None and receipt.kwh is not None
    }
    return tuple(uses[end] for end in sorted(uses))


def recibo_kwh_day(
    recibos: Sequence[MonthlyUse], *, as_of: date, recent: bool = False
) -> float | None:
    """Return the mean day of the newest recibo, which is what the hour model takes a recibo for.

    Parameters
    ----------
    recibos
        By their end.
    as_of
        Those that end later are not known yet.
    recent
        Whether one of an earlier season tells nothing.

    Returns
    -------
    float or None
        [kWh/day]
    """
    known = [use for use in recibos if use.period.end <= as_of]
    if recent:
        known = [use for use in known if use.period.end >= as_of - RECENT]
    return float(known[-1].kwh) / known[-1].period.days if known else None
