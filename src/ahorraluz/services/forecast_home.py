"""Everything that is asked of the future of one home, from whatever is known of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from ahorraluz.core.consumption import check_kwh
from ahorraluz.core.forecast.forecaster import Floats
from ahorraluz.core.home import Home, MonthlyUse
from ahorraluz.core.issues import AhorraLuzError, Issue, Severity
from ahorraluz.core.periods import Period
from ahorraluz.core.readings.quality import QualityFinding
from ahorraluz.core.readings.schema import Step
from ahorraluz.ingest.meter_files.options import LIMA
from ahorraluz.services.assumed_supply import assumed_supply
from ahorraluz.services.connection import Connection
from ahorraluz.services.find_readings import FoundReadings, known_on
from ahorraluz.services.home_facts import facts_of, recibo_kwh_day, recibos_of
from ahorraluz.services.predict_hours import (
    HoursAhead,
    HoursAsked,
    hours_asked,
    hours_of_recibos,
    tell_hours,
)
from ahorraluz.services.predict_usage import (
    Moment,
    MonthAhead,
    history_of_home,
    predict_month,
    predict_months_after,
    predict_next_months,
)
from ahorraluz.services.serving_models import served_forecaster
from ahorraluz.services.supplies import supply_name
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.services.understand_usage import NOT_STATED, Understanding

STALE_DAYS = 3
"""Days without readings before the day of the answer from which it is said. [day]"""
STALE_MONTHS_DAYS = 45
"""The same where readings are recibos, of which the newest is up to a month old. [day]"""


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
    after the readings, or today where that is earlier."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HomeForecast:
    """What is answered; what was not asked for is empty."""

    name: str
    hours: HoursAhead | None = None
    month: MonthAhead | None = None
    months: tuple[MonthAhead, ...] = ()
    quality: tuple[QualityFinding, ...] = ()
    """What is wrong with the readings and was mended or left out."""
    issues: tuple[Issue, ...] = ()
    """What was assumed while the file was read, left out of it, or taken for the prices."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PresentMonth:
    """Where the month of the newest readings will end, or why that cannot be told."""

    ahead: MonthAhead | None
    issues: tuple[Issue, ...] = ()


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
        Its recibos, who lives there and with what. Without any, the recibos of ``connection``
        that print dates and energy count.
    connection
        How it is billed; ``None``: as a home of the newest sheet on file, which is said.
    tools
        Sheets on file.
    today
        Day of the answer.

    Raises
    ------
    ForecastRequestError
        ``forecast-needs-readings``: this month's end of a home without readings;
        ``forecast-recibos-later``: all its recibos came after the day that is asked for;
        ``forecast-readings-future``, ``forecast-readings-today``: nothing had been read when
        today began.
    AhorraLuzError
        What is known of it cannot be told on.
    """
    connection = _billed_by(connection, request.as_of)
    facts = facts_of(home, connection)
    recibos = recibos_of(home, connection)
    issues: tuple[Issue, ...] = ()
    if connection is None and (request.month or request.months):
        connection, issues = _assumed(tools, today)
    if found is None:
        return HomeForecast(
            name="",
            hours=_hours_of_recibos(request, recibos, facts, tools=tools, today=today),
            months=_of_recibos(request, recibos, connection, tools, today),
            issues=(*issues, *_old(recibos, today)),
        )
    found, left_out = readings_by(found, as_of=request.as_of, today=today)
    readings = found.cleaned.readings
    before = recibo_kwh_day(recibos, as_of=last_day(found), recent=True)
    moment = Moment(today=today, as_of=request.as_of, before_kwh_day=before)
    hours = month = None
    months: tuple[MonthAhead, ...] = ()
    if request.hours is not None:
        asked = hours_asked(
            readings, as_of=request.as_of, hours=request.hours, facts=facts, bill_kwh_day=before
        )
        hours = _told(asked, tools)
    if request.month:
        month = predict_month(readings, moment=moment, connection=connection, tools=tools)
    if request.months:
        months = predict_months_after(
            readings, ahead=request.months, moment=moment, connection=connection, tools=tools
        )
    return HomeForecast(
        name=found.name,
        hours=hours,
        month=month,
        months=months,
        quality=found.cleaned.report.findings,
        issues=(*found.issues, *left_out, *issues),
    )


def month_of(known: Understanding, *, tools: Toolbox, today: date) -> PresentMonth:
    """Return where the month of the newest readings will end, by the rule of `forecast_home`."""
    try:
        found, issues = readings_by(known.found, as_of=None, today=today)
        ahead = predict_month(
            found.cleaned.readings,
            moment=Moment(today=today),
            connection=known.connection,
            tools=tools,
        )
    except AhorraLuzError as error:
        why = tuple(replace(issue, severity=Severity.NOTE) for issue in error.issues)
        return PresentMonth(ahead=None, issues=why)
    return PresentMonth(ahead=ahead, issues=issues)


def readings_by(
    found: FoundReadings, *, as_of: date | None, today: date
) -> tuple[FoundReadings, tuple[Issue, ...]]:
    """Return the readings that may be used, and what is to be said of those left out or missing.

    Parameters
    ----------
    found
        Readings of a home.
    as_of
        First day that is not over, where one was named.
    today
        Otherwise the first day that is not over: nothing of it or of later days is used. Only
        what comes after it is strange.

    Raises
    ------
    ForecastRequestError
        ``forecast-readings-future``: all come after today; ``forecast-readings-today``: they
        begin today.
    ReadingsRefusedError
        ``readings-all-later``: all come after ``as_of``.
    """
    if as_of is not None:
        known = known_on(found, as_of)
        return known, _stale(known, as_of)
    first, last = _first_day(found), last_day(found)
    if first > today:
        raise ForecastRequestError("forecast-readings-future", first=first, day=today)
    if first == today:
        raise ForecastRequestError("forecast-readings-today", day=today)
    issues: tuple[Issue, ...] = ()
    if last > today:
        issues = (
            Issue(
                code="forecast-readings-later",
                severity=Severity.WARNING,
                parameters={"last": last, "day": today},
            ),
        )
    known = known_on(found, today)
    return known, (*issues, *_stale(known, today))


def _stale(found: FoundReadings, day: date) -> tuple[Issue, ...]:
    """Return that the readings end long before the day they are asked about, where they do."""
    last = last_day(found)
    days = (day - last).days - 1
    if days < (STALE_MONTHS_DAYS if found.cleaned.readings.step is Step.MONTH else STALE_DAYS):
        return ()
    return (
        Issue(
            code="forecast-readings-stale",
            severity=Severity.NOTE,
            parameters={"last": last, "days": days, "day": day},
        ),
    )


def home_of_kwh(kwh: Decimal, connection: Connection | None, *, as_of: date) -> Home:
    """Return the home of which nothing is known but the energy of last month's recibo.

    Parameters
    ----------
    kwh
        Taken for the calendar month before ``as_of``. [kWh]
    connection
        How it is billed; ``None``: not known.
    as_of
        Day of the answer.

    Raises
    ------
    InvalidInputError
        As of :func:`check_kwh`.
    """
    check_kwh(kwh)
    first = as_of.replace(day=1)
    month = Period((first - timedelta(days=1)).replace(day=1), first)
    supply = NOT_STATED if connection is None else connection.supply
    return Home(supply=supply, history=(MonthlyUse(period=month, kwh=kwh),))


def _first_day(found: FoundReadings) -> date:
    """Return the local day of the first reading."""
    readings = found.cleaned.readings
    return datetime.fromtimestamp(int(readings.starts_s[0]), ZoneInfo(readings.zone)).date()


def last_day(found: FoundReadings) -> date:
    """Return the local day of the last reading."""
    readings = found.cleaned.readings
    last_s = int(readings.end_s) - 1
    return datetime.fromtimestamp(last_s, ZoneInfo(readings.zone)).date()


def _of_recibos(
    request: ForecastRequest,
    recibos: Sequence[MonthlyUse],
    connection: Connection | None,
    tools: Toolbox,
    today: date,
) -> tuple[MonthAhead, ...]:
    """Return the months after the newest recibo."""
    home = Home(supply=NOT_STATED, history=tuple(recibos))
    history = history_of_home(home, as_of=request.as_of)
    if recibos and not history:
        raise ForecastRequestError("forecast-recibos-later", day=request.as_of)
    if request.months == 0:
        return ()
    return predict_next_months(
        history, ahead=request.months, connection=connection, tools=tools, today=today
    )


def _told(asked: HoursAsked, tools: Toolbox) -> HoursAhead:
    """Return the hours of a home by the model in use."""
    model, issues = served_forecaster(tools.serving, zone=asked.zone)
    (ahead,) = tell_hours([asked], model)
    return replace(ahead, issues=issues)


def _hours_of_recibos(
    request: ForecastRequest,
    recibos: Sequence[MonthlyUse],
    facts: Floats,
    *,
    tools: Toolbox,
    today: date,
) -> HoursAhead | None:
    """Return the hours of a home of which only recibos are known, where they are asked for."""
    if request.month:
        raise ForecastRequestError("forecast-needs-readings")
    if request.hours is None:
        return None
    model, replaced = served_forecaster(tools.serving, zone=LIMA)
    told = hours_of_recibos(
        _newest_day(recibos, today),
        origin=today,
        zone=LIMA,
        hours=request.hours,
        facts=facts,
        model=model,
    )
    return replace(told, issues=(*replaced, *told.issues))


def _old(recibos: Sequence[MonthlyUse], today: date) -> tuple[Issue, ...]:
    """Return that the newest recibo known by a day is of long before it, where it is."""
    ends = [use.period.end for use in recibos if use.period.end <= today]
    if not ends or (days := (today - max(ends)).days) < STALE_MONTHS_DAYS:
        return ()
    return (
        Issue(
            code="forecast-recibos-old",
            severity=Severity.WARNING,
            parameters={"last": max(ends), "days": days, "day": today},
        ),
    )


def _newest_day(recibos: Sequence[MonthlyUse], today: date) -> float:
    """Return the mean day of the newest recibo. [kWh/day]"""
    kwh = recibo_kwh_day(recibos, as_of=today)
    if kwh is None:
        raise ForecastRequestError("forecast-of-what")
    return kwh


def _assumed(tools: Toolbox, today: date) -> tuple[Connection | None, tuple[Issue, ...]]:
    """Return the supply of the newest sheet, and that nobody named one."""
    assumed = assumed_supply(tools, as_of=today)
    if assumed is None:
        return None, (Issue(code="forecast-no-prices", parameters={"day": today}),)
    said = Issue(
        code="forecast-supply-assumed",
        severity=Severity.NOTE,
        parameters={
            "supply": supply_name(assumed.connection.supply),
            "sheet": assumed.sheet_from,
        },
    )
    return assumed.connection, (said,)


def _billed_by(connection: Connection | None, as_of: date | None) -> Connection | None:
    """Return how a home is billed, without the recibos that came after a day."""
    if connection is None or as_of is None:
        return connection
    known = tuple(r for r in connection.receipts if r.period is None or r.period.end <= as_of)
    return replace(connection, receipts=known)
