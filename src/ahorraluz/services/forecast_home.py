"""Everything that is asked of the future of one home, from whatever is known of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from ahorraluz.core.forecast.months import MonthUse
from ahorraluz.core.home import Home
from ahorraluz.core.issues import AhorraLuzError, Issue, Severity
from ahorraluz.services.connection import Connection
from ahorraluz.services.find_readings import FoundReadings, known_on
from ahorraluz.services.home_facts import facts_of
from ahorraluz.services.predict_hours import HoursAhead, predict_hours
from ahorraluz.services.predict_usage import (
    MonthAhead,
    history_of_home,
    predict_month,
    predict_months_after,
    predict_next_months,
)
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.services.understand_usage import Understanding


class ForecastRequestError(AhorraLuzError):
    """A forecast that what is known of the home cannot give."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastRequest:
    """What is asked."""

    hours: int | None = None
    """Hours ahead, 1 to 168; ``None``: no hours. [h]"""
    month: bool = False
    """Whether this month's end is asked for."""
    months: int = 0
    """Months after the newest one known, up to 24. [month]"""
    as_of: date | None = None
    """First day that is not over: of what came from it on nothing is used; ``None``: the day
    after the readings."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HomeForecast:
    """What is answered; what was not asked for is empty."""

    name: str
    hours: HoursAhead | None = None
    month: MonthAhead | None = None
    months: tuple[MonthAhead, ...] = ()
    issues: tuple[Issue, ...] = ()
    """What was left out of the readings."""


def forecast_home(
    request: ForecastRequest,
    *,
    found: FoundReadings | None,
    home: Home | None,
    connection: Connection | None,
    tools: Toolbox,
    today: date,
) -> HomeForecast:
    """Return what comes next for a home.

    Parameters
    ----------
    request
        What is asked.
    found
        Its readings; ``None``: its recibos are all there is.
    home
        Its recibos, where there are no readings; with them, who lives there and with what.
    connection
        How it is billed; ``None``: nothing is priced.
    tools
        Sheets on file.
    today
        Day of the answer.

    Raises
    ------
    ForecastRequestError
        ``forecast-needs-readings``: hours or this month's end of a home without readings;
        ``forecast-recibos-later``: all its recibos came after the day that is asked for.
    AhorraLuzError
        What is known of it cannot be told on.
    """
    connection = _billed_by(connection, request.as_of)
    if found is None:
        if request.hours is not None or request.month:
            raise ForecastRequestError("forecast-needs-readings")
        history = _recibos(home, request.as_of)
        return HomeForecast(name="", months=_months(request, history, connection, tools, today))
    issues: tuple[Issue, ...] = ()
    if request.as_of is not None:
        found = known_on(found, request.as_of)
    elif _last_day(found) > today:
        found, issues = _until(found, today)
    readings = found.cleaned.readings
    hours = month = None
    if request.hours is not None:
        hours = predict_hours(
            readings,
            as_of=request.as_of,
            hours=request.hours,
            facts=facts_of(home, connection),
        )
    if request.month:
        month = predict_month(
            readings, as_of=request.as_of, connection=connection, tools=tools, today=today
        )
    months: tuple[MonthAhead, ...] = ()
    if request.months:
        months = predict_months_after(
            readings,
            ahead=request.months,
            as_of=request.as_of,
            connection=connection,
            tools=tools,
            today=today,
        )
    return HomeForecast(name=found.name, hours=hours, month=month, months=months, issues=issues)


def month_of(known: Understanding, *, tools: Toolbox, today: date) -> MonthAhead | None:
    """Return where the month of the newest readings will end; ``None``: they do not tell."""
    try:
        return predict_month(
            known.readings, as_of=today, connection=known.connection, tools=tools, today=today
        )
    except AhorraLuzError:
        return None


def _last_day(found: FoundReadings) -> date:
    """Return the local day of the last reading."""
    readings = found.cleaned.readings
    last_s = int(readings.end_s) - 1
    return datetime.fromtimestamp(last_s, ZoneInfo(readings.zone)).date()


def _until(found: FoundReadings, today: date) -> tuple[FoundReadings, tuple[Issue, ...]]:
    """Return the readings up to a day, which is all that can have been measured."""
    issue = Issue(
        code="forecast-readings-later",
        severity=Severity.WARNING,
        parameters={"last": _last_day(found), "day": today},
    )
    return known_on(found, today + timedelta(days=1)), (issue,)


def _recibos(home: Home | None, as_of: date | None) -> tuple[MonthUse, ...]:
    history = () if home is None else history_of_home(home, as_of=as_of)
    if home is not None and home.history and not history:
        raise ForecastRequestError("forecast-recibos-later", day=as_of)
    return history


def _billed_by(connection: Connection | None, as_of: date | None) -> Connection | None:
    """Return how a home is billed, without the recibos that came after a day."""
    if connection is None or as_of is None:
        return connection
    known = tuple(r for r in connection.receipts if r.period is None or r.period.end <= as_of)
    return replace(connection, receipts=known)


def _months(
    request: ForecastRequest,
    history: Sequence[MonthUse],
    connection: Connection | None,
    tools: Toolbox,
    today: date,
) -> tuple[MonthAhead, ...]:
    if request.months == 0:
        return ()
    return predict_next_months(
        history, ahead=request.months, connection=connection, tools=tools, today=today
    )
