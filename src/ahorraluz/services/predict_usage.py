"""What comes next for one home: this month, the months after, and their recibos."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

import numpy as np

from ahorraluz.catalog.month_nets import bills_net, month_end_net
from ahorraluz.core.advice.forecast_bills import (
    BillForecast,
    ForecastBillError,
    chance_above,
    energies_of,
    forecast_bill,
)
from ahorraluz.core.advice.measured_months import months_of
from ahorraluz.core.consumption import Consumption
from ahorraluz.core.forecast.bills_only import predict_months
from ahorraluz.core.forecast.forecaster import (
    QUANTILES,
    Floats,
    ForecastError,
)
from ahorraluz.core.forecast.month_end import PAST_DAYS, predict_month_end
from ahorraluz.core.forecast.months import MonthForecast, MonthUse
from ahorraluz.core.home import Home
from ahorraluz.core.issues import Issue
from ahorraluz.core.periods import Period, month_after
from ahorraluz.core.readings.grid import day_grid, local_seconds
from ahorraluz.core.readings.schema import DAY_S, Readings, Step
from ahorraluz.core.tariffs.billing import price_bill
from ahorraluz.core.tariffs.figures import FISE_LIMIT_KWH
from ahorraluz.core.tariffs.schedule import TariffBook
from ahorraluz.core.tariffs.terms import BillTerms, bill_terms
from ahorraluz.services.connection import Connection, Prices, month_to_come, prices_of
from ahorraluz.services.toolbox import Toolbox

YEAR = 12
LEAST_RATIO = 1e-3
"""Least part of its median that a quantile counts as, where a logarithm is taken."""
WATT_HOUR = Decimal("0.001")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MonthAhead:
    """One month to come, or the rest of the present one."""

    forecast: MonthForecast
    used_kwh: float
    """Energy of its days that are over. [kWh]"""
    used_by_day: tuple[float, ...]
    """The same day by day, added up; empty for a month that has not begun. [kWh]"""
    days_left: int
    bill: BillForecast | None
    """``None``: it is not known how the home is billed."""
    announced_pen: Decimal | None
    """What sheets that begin after today add to the recibo; ``None``: none is on file. [PEN]"""
    fise_chance: float | None
    """Probability that the mean of twelve months lies above the line of the gas voucher; ``None``:
    fewer than eleven months before it are known. [0 to 1]"""
    issues: tuple[Issue, ...] = ()


def predict_month(
    readings: Readings,
    *,
    as_of: date | None,
    connection: Connection | None,
    tools: Toolbox,
    today: date,
) -> MonthAhead:
    """Return where the month that ``as_of`` falls in will end.

    Parameters
    ----------
    readings
        Clean series of intervals or days.
    as_of
        First day that is not over; ``None``, or a day after the readings end: the day
        after them.
    connection
        How the home is billed; ``None``: nothing is priced.
    tools
        Sheets on file.
    today
        Day of the answer, for sheets that are announced.

    Raises
    ------
    MonthsError
        As of :func:`predict_month_end`.
    """
    days, kwh = daily_of(readings)
    behind = days[-1] + 1
    moment = behind if as_of is None else min(behind, np.datetime64(as_of, "D"))
    first_open = moment.astype(date)
    start = first_open.replace(day=1)
    period = Period(start, month_after(start))
    forecast = predict_month_end(days, kwh, month_end_net(), period=period, as_of=first_open)
    inside = (days >= np.datetime64(start, "D")) & (days < moment)
    used = np.cumsum(_filled(kwh[inside], before=kwh[days < np.datetime64(start, "D")]))
    return _ahead(
        forecast,
        used_by_day=tuple(used.tolist()),
        days_left=(period.end - first_open).days,
        history=_history(readings, before=start),
        prices=_prices(connection, tools, today),
    )


def _filled(kwh: Floats, *, before: Floats) -> Floats:
    """Return days of a month, unknown ones as its mean day or as those before: as it is told."""
    known = kwh[~np.isnan(kwh)]
    usual = known if len(known) else before[-PAST_DAYS:][~np.isnan(before[-PAST_DAYS:])]
    return np.where(np.isnan(kwh), usual.mean() if len(usual) else 0.0, kwh)


def predict_next_months(
    history: Sequence[MonthUse],
    *,
    ahead: int,
    connection: Connection | None,
    tools: Toolbox,
    today: date,
) -> tuple[MonthAhead, ...]:
    """Return the months after the newest one known; raises like :func:`predict_months`."""
    prices = _prices(connection, tools, today)
    return tuple(
        _ahead(
            forecast,
            used_by_day=(),
            days_left=forecast.period.days,
            history=history,
            prices=prices,
        )
        for forecast in predict_months(history, bills_net(), ahead=ahead)
    )


def predict_months_after(
    readings: Readings,
    *,
    ahead: int,
    as_of: date | None,
    connection: Connection | None,
    tools: Toolbox,
    today: date,
) -> tuple[MonthAhead, ...]:
    """Return the months after the present one, of which a part may be over.

    The rest of the present month is expected as :func:`predict_month` says; its doubt
    widens the months after it.
    """
    history = _history(readings, before=None)
    present: MonthForecast | None = None
    if readings.step is not Step.MONTH:
        present = predict_month(
            readings, as_of=as_of, connection=None, tools=tools, today=today
        ).forecast
        use = MonthUse(month=present.period.start, kwh=present.mean_kwh, days=present.period.days)
        history = (*(item for item in history if item.month < use.month), use)
    prices = _prices(connection, tools, today)
    return tuple(
        _ahead(
            forecast if present is None else _doubting(forecast, present),
            used_by_day=(),
            days_left=forecast.period.days,
            history=history,
            prices=prices,
        )
        for forecast in predict_months(history, bills_net(), ahead=ahead)
    )


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


def daily_of(readings: Readings) -> tuple[np.ndarray, np.ndarray]:
    """Return local days, shape (d,), and their energy, NaN unless whole, shape (d,). [kWh]"""
    if readings.step is Step.FIXED:
        grid = day_grid(readings).hourly()
        return grid.days, grid.daily_kwh
    if readings.step is Step.MONTH:
        raise ForecastError("forecast-needs-days")
    local = local_seconds(readings.starts_s, zone=readings.zone)
    return np.floor_divide(local, DAY_S).astype("datetime64[D]"), readings.energy_kwh


def history_of_home(home: Home) -> tuple[MonthUse, ...]:
    """Return the recibos of a home, each under the month its middle falls in."""
    return _by_month((month.period, float(month.kwh)) for month in home.history)


def _history(readings: Readings, *, before: date | None) -> tuple[MonthUse, ...]:
    whole = (month for month in months_of(readings) if month.is_whole)
    uses = _by_month((month.period, month.whole_kwh) for month in whole)
    return tuple(use for use in uses if before is None or use.month < before)


def _by_month(months: Iterable[tuple[Period, float]]) -> tuple[MonthUse, ...]:
    uses = {}
    for period, kwh in months:
        first = (period.start + timedelta(days=period.days // 2)).replace(day=1)
        uses[first] = MonthUse(month=first, kwh=kwh, days=period.days)
    return tuple(uses[first] for first in sorted(uses))


def _prices(connection: Connection | None, tools: Toolbox, today: date) -> Prices | None:
    return None if connection is None else prices_of(connection, tools=tools, as_of=today)


def _ahead(
    forecast: MonthForecast,
    *,
    used_by_day: tuple[float, ...],
    days_left: int,
    history: Sequence[MonthUse],
    prices: Prices | None,
) -> MonthAhead:
    energies = energies_of(forecast.quantiles_kwh, QUANTILES, mean_kwh=forecast.mean_kwh)
    used = used_by_day[-1] if used_by_day else 0.0
    bill, announced = None, None
    issues: tuple[Issue, ...] = ()
    if prices is not None:
        past = forecast.period.end <= prices.as_of
        billed = month_to_come(forecast.period, prices.as_of) if past else forecast.period
        terms = prices.terms(billed)
        issues = terms.issues
        try:
            bill = forecast_bill(energies, terms, used_kwh=_exact(used), days_left=days_left)
            announced = _announced(terms, prices, _exact(forecast.mean_kwh))
        except ForecastBillError as error:
            issues = (*issues, error.issue)
    return MonthAhead(
        forecast=forecast,
        used_kwh=used,
        used_by_day=used_by_day,
        days_left=days_left,
        bill=bill,
        announced_pen=announced,
        fise_chance=_fise(energies, history, forecast.period, prices),
        issues=issues,
    )


def _exact(kwh: float) -> Decimal:
    return Decimal(repr(max(kwh, 0.0))).quantize(WATT_HOUR)


def _announced(terms: BillTerms, prices: Prices, kwh: Decimal) -> Decimal | None:
    """Return what sheets that begin after today change of the expected recibo. [PEN]"""
    book = prices.book
    known = tuple(sheet for sheet in book.schedules if sheet.start <= prices.as_of)
    to_come = {days.schedule.start for days in terms.days if days.schedule.start > prices.as_of}
    if not to_come:
        return None
    without = bill_terms(
        TariffBook(schedules=known, figures=book.figures, distributors=book.distributors),
        terms.supply,
        terms.period,
        charges=terms.charges,
        receipt=prices.learnt.schedule if prices.learnt else None,
    )
    energy = Consumption(period=terms.period, energy_kwh=kwh)
    return price_bill(energy, terms).total - price_bill(energy, without).total


def _fise(
    energies: np.ndarray, history: Sequence[MonthUse], period: Period, prices: Prices | None
) -> float | None:
    """Return the chance that twelve months with this one lie above the voucher's line."""
    if prices is None:
        return None
    limit = prices.book.figures.known(FISE_LIMIT_KWH, prices.as_of)
    earlier = sorted(use.month for use in history if use.month < period.start)[-(YEAR - 1) :]
    if limit is None or len(earlier) < YEAR - 1:
        return None
    known = sum(use.kwh for use in history if use.month in earlier)
    return chance_above(energies, limit * YEAR - Decimal(repr(known)))
