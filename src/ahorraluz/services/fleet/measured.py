"""Homes with readings: what their readings say, and what comes after them."""

from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from ahorraluz.core.advice.measured_months import latest_year, months_of
from ahorraluz.core.forecast.forecaster import ForecastError
from ahorraluz.core.forecast.months import MonthForecast
from ahorraluz.core.home import Home, MonthlyUse
from ahorraluz.core.readings.schema import Readings
from ahorraluz.services.connection import Connection
from ahorraluz.services.fleet.faults import HomeFaultError
from ahorraluz.services.fleet.homes import FleetHome
from ahorraluz.services.fleet.intervals import found_of, series_of
from ahorraluz.services.fleet.months import Tariffs
from ahorraluz.services.fleet.rows import Measured
from ahorraluz.services.forecast_home import last_day
from ahorraluz.services.home_facts import facts_of
from ahorraluz.services.predict_hours import HoursAsked, hours_asked
from ahorraluz.services.predict_usage import Moment, predict_month, predict_months_after
from ahorraluz.services.understand_usage import About, understand_usage

AFTER = 11
"""Months after the present one. [month]"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MeasuredHome:
    """A home with clean readings."""

    about: FleetHome
    home: Home
    readings: Readings
    end: date
    """Last local day with a reading."""
    measured: Measured
    asked: HoursAsked | None
    """What the model of hours is to be asked; ``None``: nothing can be."""
    months: tuple[MonthForecast, ...]


def measured_home(
    about: FleetHome, rows: pa.Table, *, is_local: bool, hours: int, tariffs: Tariffs
) -> MeasuredHome:
    """Return what the readings of a home say.

    Raises
    ------
    AhorraLuzError
        The readings cannot be, or are too few to tell a month.
    """
    series = series_of(rows, zone=about.zone, is_local=is_local)
    found = found_of(about.id, series, zone=about.zone, as_of=tariffs.as_of)
    readings = found.cleaned.readings
    whole = latest_year(months_of(readings))
    if not whole:
        raise HomeFaultError("fleet-readings-few", count=len(readings))
    history = tuple(MonthlyUse(period=month.period, kwh=month.measured().kwh) for month in whole)
    home = about.home(history)
    known = understand_usage(
        found,
        about=About(connection=Connection(supply=about.supply), home=home),
        tools=tariffs.tools,
        as_of=tariffs.as_of,
    )
    moment = Moment(today=tariffs.as_of, as_of=tariffs.as_of)
    tools = tariffs.tools
    present = predict_month(readings, moment=moment, connection=None, tools=tools)
    after = predict_months_after(
        readings,
        ahead=AFTER,
        moment=moment,
        connection=None,
        tools=tools,
        present=present.forecast,
    )
    return MeasuredHome(
        about=about,
        home=home,
        readings=readings,
        end=last_day(found),
        measured=Measured(findings=known.findings, account=known.account),
        asked=_asked(readings, home, hours=hours, as_of=tariffs.as_of),
        months=(present.forecast, *(month.forecast for month in after)),
    )


def _asked(readings: Readings, home: Home, *, hours: int, as_of: date) -> HoursAsked | None:
    if hours == 0:
        return None
    facts = facts_of(home, Connection(supply=home.supply))
    try:
        return hours_asked(readings, as_of=as_of, hours=hours, facts=facts)
    except ForecastError:
        # Readings of days, or none of the last weeks: hours are no part of what can be told.
        return None
