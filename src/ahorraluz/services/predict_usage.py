"""What comes next for one home: this month, the months after, and their recibos."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from ahorraluz.catalog.month_nets import bills_net, month_end_net
from ahorraluz.core.advice.forecast_bills import (
    BillForecast,
    ForecastBillError,
    energies_of,
    forecast_bill,
)
from ahorraluz.core.advice.measured_months import months_of
from ahorraluz.core.advice.voucher_line import VoucherLine, voucher_line
from ahorraluz.core.consumption import exact_kwh
from ahorraluz.core.forecast.bills_only import predict_months
from ahorraluz.core.forecast.daily_use import DailyUse, daily_of
from ahorraluz.core.forecast.forecaster import QUANTILES, Days, Floats
from ahorraluz.core.forecast.month_end import predict_from_register, predict_month_end
from ahorraluz.core.forecast.months import (
    MonthForecast,
    MonthUse,
    in_a_row,
    month_number,
    month_period,
)
from ahorraluz.core.home import Home
from ahorraluz.core.issues import Issue, Severity
from ahorraluz.core.periods import Period, month_after
from ahorraluz.core.readings.schema import Readings, Step
from ahorraluz.core.tariffs.figures import FISE_LIMIT_KWH
from ahorraluz.services.announced import AnnouncedPrices, announced_prices
from ahorraluz.services.connection import Connection, Prices, month_to_come, prices_of
from ahorraluz.services.toolbox import Toolbox

FEW_DAYS = 7
"""Known days from which a home's own days tell more surely than its recibo with their sum. [day]"""
LEAST_RATIO = 1e-3
"""Least part of its median that a quantile counts as, where a logarithm is taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """What is known of a month on the day of the answer; fields as of :class:`MonthAhead`."""

    used_by_day: tuple[float, ...]
    days_measured: int
    days_left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Around:
    """What a month is held against."""

    known: Sequence[MonthUse]
    told: Mapping[date, Floats]
    """Energies of months that are told, by the first day of each. [kWh]"""
    prices: Prices | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MonthAhead:
    """One month to come, or the rest of the present one."""

    forecast: MonthForecast
    used_kwh: float
    """Energy of its days that are over and were measured. [kWh]"""
    used_by_day: tuple[float, ...]
    """The same day by day, added up; empty for a month that has not begun. [kWh]"""
    days_measured: int
    """Days among those of ``used_by_day`` whose energy is known. [day]"""
    days_left: int
    bill: BillForecast | None
    """``None``: it is not known how the home is billed."""
    announced: AnnouncedPrices | None
    """Prices that begin after today; ``None``: none are on file."""
    voucher: VoucherLine | None
    """Twelve months with this one against the line of the gas voucher; ``None``: nothing is priced,
    or no line is in force."""
    known_months: tuple[date, ...]
    """First days of the whole months that are known, by rising date."""
    known_to: date | None = None
    """Day on which the newest of them ended; ``None``: none is known, or nobody told."""
    issues: tuple[Issue, ...] = ()

    @property
    def days_lost(self) -> int:
        """Days that are over and whose energy nobody knows. [day]"""
        return len(self.used_by_day) - self.days_measured

    @property
    def is_calendar_month(self) -> bool:
        """Whether it runs from the first of a month to the next, not between two readings."""
        period = self.forecast.period
        return period.start.day == 1 and period.end == month_after(period.start)

    @property
    def known_until(self) -> date:
        """Last day that is over."""
        return self.forecast.period.end - timedelta(days=self.days_left + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """The day of an answer, and what recibos say of the home's level by then."""

    today: date
    """For sheets that are announced."""
    as_of: date | None = None
    """First day that is not over; ``None``, or a day after the readings end: the day after the
    last one with a reading."""
    before_kwh_day: float | None = None
    """Mean day of the newest recibo before it; ``None``: not known. [kWh/day]"""


def predict_month(
    readings: Readings,
    *,
    moment: Moment,
    connection: Connection | None,
    tools: Toolbox,
) -> MonthAhead:
    """Return where the month that a day falls in will end.

    Days cut out of the energy between two readings of a counter say nothing of how days swing:
    where most are such days, the month is told as from the counter. So it is where next to no
    day is known and a recibo tells the level.

    Parameters
    ----------
    readings
        Clean series of intervals or days. Of days from ``moment.as_of`` on nothing is looked
        at, but a gap before it may have been filled with them: cut the series first
        (:func:`.find_readings.known_on`).
    moment
        The day.
    connection
        How the home is billed; ``None``: nothing is priced.
    tools
        Sheets on file.

    Raises
    ------
    MonthsError
        As of :func:`predict_month_end`.
    """
    daily = daily_of(readings)
    as_of = moment.as_of
    open_day = daily.end if as_of is None else min(daily.end, np.datetime64(as_of, "D"))
    forecast, month = _month_end(daily, open_day, before_kwh_day=moment.before_kwh_day)
    start = forecast.period.start
    return _ahead(
        forecast,
        month=start,
        seen=_Seen(
            used_by_day=tuple(daily.so_far(month).tolist()),
            days_measured=daily.known_days(month),
            days_left=forecast.period.days - len(month),
        ),
        around=_Around(
            known=_history(readings, before=start),
            told={},
            prices=_prices(connection, tools, moment.today),
        ),
    )


def _month_end(
    daily: DailyUse, moment: np.datetime64, *, before_kwh_day: float | None
) -> tuple[MonthForecast, Days]:
    """Return the month of a moment, and those of its days that are over."""
    first_open = moment.astype(date)
    start = first_open.replace(day=1)
    period = Period(start, month_after(start))
    month = np.arange(np.datetime64(start, "D"), moment)
    known = daily.known_lately(moment)
    by_recibo = before_kwh_day is not None and known < FEW_DAYS
    if not by_recibo and (known == 0 or daily.is_day_by_day(moment)):
        net = month_end_net()
        told = predict_month_end(daily.days, daily.kwh, net, period=period, as_of=first_open)
        return told, month
    measured = daily.known_days(month)
    before = before_kwh_day if by_recibo else daily.mean_before(month, moment)
    told = predict_from_register(
        float(np.nansum(daily.of(month))),
        month_end_net(),
        period=period,
        as_of=first_open,
        measured_days=measured,
        before_kwh_day=before,
    )
    return replace(told, basis="recibo-and-days" if by_recibo else told.basis), month


def predict_next_months(
    history: Sequence[MonthUse],
    *,
    ahead: int,
    connection: Connection | None,
    tools: Toolbox,
    today: date,
) -> tuple[MonthAhead, ...]:
    """Return the months after the newest one known; raises like :func:`predict_months`."""
    return _months_ahead(
        predict_months(history, bills_net(), ahead=ahead),
        _Around(known=history, told={}, prices=_prices(connection, tools, today)),
    )


def predict_months_after(
    readings: Readings,
    *,
    ahead: int,
    moment: Moment,
    connection: Connection | None,
    tools: Toolbox,
    present: MonthForecast | None = None,
) -> tuple[MonthAhead, ...]:
    """Return the months after the present one, of which a part may be over.

    The rest of the present month is expected as :func:`predict_month` says; its doubt
    widens the months after it. Who has it already gives it as ``present``.
    """
    history = _history(readings, before=None)
    if readings.step is Step.MONTH:
        return predict_next_months(
            history, ahead=ahead, connection=connection, tools=tools, today=moment.today
        )
    if present is None:
        present = predict_month(readings, moment=moment, connection=None, tools=tools).forecast
    month = present.period.start
    use = MonthUse(month=month, kwh=present.mean_kwh, days=present.period.days)
    history = tuple(item for item in history if item.month < month)
    forecasts = predict_months((*history, use), bills_net(), ahead=ahead)
    return _months_ahead(
        [replace(_doubting(forecast, present), basis="months") for forecast in forecasts],
        _Around(
            known=history,
            told={month: _energies(present)},
            prices=_prices(connection, tools, moment.today),
        ),
    )


def _months_ahead(forecasts: Sequence[MonthForecast], around: _Around) -> tuple[MonthAhead, ...]:
    """Return months in a row, each of which counts as told for those after it."""
    before = (*(use.month for use in around.known), *around.told)
    newest = max(map(month_number, before))
    months, told = [], dict(around.told)
    for ahead, forecast in enumerate(forecasts, start=1):
        month = month_period(newest + ahead).start
        months.append(
            _ahead(
                forecast,
                month=month,
                seen=_Seen(used_by_day=(), days_measured=0, days_left=forecast.period.days),
                around=replace(around, told=dict(told)),
            )
        )
        told[month] = _energies(forecast)
    return tuple(months)


def _doubting(forecast: MonthForecast, present: MonthForecast) -> MonthForecast:
    """Return a month to come with the doubt of the present one in it.

    Both err independently in relation to their medians, so logarithms add in quadrature.
    """
    if min(forecast.median_kwh, present.median_kwh) <= 0:
        return forecast
    own, other = (
        np.log(np.maximum(np.array(month.quantiles_kwh) / month.median_kwh, LEAST_RATIO))
        for month in (forecast, present)
    )
    quantiles = forecast.median_kwh * np.exp(np.sign(own) * np.hypot(own, other))
    return replace(forecast, quantiles_kwh=tuple(np.sort(quantiles).tolist()))


def history_of_home(home: Home, *, as_of: date | None = None) -> tuple[MonthUse, ...]:
    """Return the recibos of a home as months in a row (:func:`.in_a_row`).

    Those that end after ``as_of`` are left out: that day nobody had read the meter yet.
    """
    return in_a_row(
        (month.period, float(month.kwh))
        for month in home.history
        if as_of is None or month.period.end <= as_of
    )


def _history(readings: Readings, *, before: date | None) -> tuple[MonthUse, ...]:
    whole = (month for month in months_of(readings) if month.is_whole)
    uses = in_a_row((month.period, month.whole_kwh) for month in whole)
    return tuple(use for use in uses if before is None or use.month < before)


def _prices(connection: Connection | None, tools: Toolbox, today: date) -> Prices | None:
    return None if connection is None else prices_of(connection, tools=tools, as_of=today)


def _energies(forecast: MonthForecast) -> Floats:
    return energies_of(forecast.quantiles_kwh, QUANTILES, mean_kwh=forecast.mean_kwh)


def _ahead(forecast: MonthForecast, *, month: date, seen: _Seen, around: _Around) -> MonthAhead:
    known, prices = around.known, around.prices
    energies = _energies(forecast)
    used = seen.used_by_day[-1] if seen.used_by_day else 0.0
    bill, announced, voucher = None, None, None
    issues: tuple[Issue, ...] = ()
    if prices is not None:
        past = forecast.period.end <= prices.as_of
        billed = month_to_come(forecast.period, prices.as_of) if past else forecast.period
        terms = prices.terms(billed)
        issues = (*_over(forecast.period, billed), *terms.issues)
        try:
            bill = forecast_bill(
                energies,
                terms,
                used_kwh=exact_kwh(used),
                lost_kwh=exact_kwh(_lost(forecast, seen, used)),
                days_left=seen.days_left,
            )
            announced = announced_prices(terms, prices, kwh=exact_kwh(forecast.mean_kwh))
        except ForecastBillError as error:
            issues = (*issues, error.issue)
        voucher = _voucher(energies, month, around, prices)
    return MonthAhead(
        forecast=forecast,
        used_kwh=used,
        used_by_day=seen.used_by_day,
        days_measured=seen.days_measured,
        days_left=seen.days_left,
        bill=bill,
        announced=announced,
        voucher=voucher,
        known_months=tuple(use.month for use in known),
        known_to=known[-1].until if known else None,
        issues=issues,
    )


def _voucher(energies: Floats, month: date, around: _Around, prices: Prices) -> VoucherLine | None:
    limit = prices.book.figures.known(FISE_LIMIT_KWH, prices.as_of)
    if limit is None:
        return None
    known = {use.month: use.kwh for use in around.known}
    return voucher_line(energies, month, limit_kwh=limit, known_kwh=known, told_kwh=around.told)


def _lost(forecast: MonthForecast, seen: _Seen, used_kwh: float) -> float:
    """Return what the days that nobody measured took if the rest is as high as is likely. [kWh]"""
    lost = len(seen.used_by_day) - seen.days_measured
    untold = lost + seen.days_left
    return (forecast.band_kwh[1] - used_kwh) * lost / untold if untold else 0.0


def _over(month: Period, billed: Period) -> tuple[Issue, ...]:
    """Return that a month which is over is priced as one to come, where it is."""
    if month == billed:
        return ()
    months = {"month": f"{month.start:%Y-%m}", "priced": f"{billed.start:%Y-%m}"}
    return (Issue(code="forecast-month-over", severity=Severity.NOTE, parameters=months),)
