"""The document of what comes next: hours, this month, months ahead, and their recibos."""

from collections.abc import Iterator
from decimal import ROUND_DOWN, Decimal

from ahorraluz.core.advice.forecast_bills import BillForecast
from ahorraluz.core.advice.voucher_line import VoucherLine
from ahorraluz.core.forecast.forecaster import QUANTILES
from ahorraluz.core.forecast.months import MonthForecast
from ahorraluz.services.announced import AnnouncedPrices
from ahorraluz.services.documents.parts import (
    Document,
    estimate_document,
    issue_documents,
    period_document,
    plain,
    soles,
)
from ahorraluz.services.documents.readings import quality_text
from ahorraluz.services.forecast_home import HomeForecast
from ahorraluz.services.predict_hours import HoursAhead, clock_hours
from ahorraluz.services.predict_usage import MonthAhead
from ahorraluz.texts import Texts

FORECAST_SCHEMA = "ahorraluz.forecast.1"
NAMES = tuple(f"q{round(100 * level)}" for level in QUANTILES)
PLACES = 4
MOST_MISSING = 5
"""Months that a person is asked for: with less than half of a year known the line is far off."""


def forecast_document(forecast: HomeForecast, texts: Texts) -> Document:
    """Return a forecast; layout in ``docs/reference/schemas/forecast.json``."""
    hours, month = forecast.hours, forecast.month
    return {
        "schema": FORECAST_SCHEMA,
        "name": forecast.name,
        "hours": None if hours is None else _hours(hours, texts),
        "month": None if month is None else _month(month, texts),
        "next_months": [_month(ahead, texts) for ahead in forecast.months],
        "quality": [
            {"code": found.code, "text": quality_text(found, texts)} for found in forecast.quality
        ],
        "issues": issue_documents(forecast.issues, texts),
    }


def _hours(ahead: HoursAhead, texts: Texts) -> Document:
    quantiles, mean = ahead.hours.quantiles[0], ahead.hours.mean[0]
    starts = list(clock_hours(ahead))
    return {
        "as_of": ahead.origin.isoformat(),
        "zone": ahead.zone,
        "model": ahead.model,
        "version": ahead.version,
        "basis": basis_of_hours(ahead, texts),
        "days_seen": ahead.days_seen,
        "recibo_kwh_day": (
            None if ahead.bill_kwh_day is None else round(ahead.bill_kwh_day, PLACES)
        ),
        "kwh": round(sum(float(mean[slot]) for _, slot in starts), PLACES),
        "hours": [
            {
                "start": start.isoformat(),
                **{
                    label: round(float(kwh), PLACES)
                    for label, kwh in zip(NAMES, quantiles[slot], strict=True)
                },
                "mean": round(float(mean[slot]), PLACES),
            }
            for start, slot in starts
        ],
        "unusual": [
            {
                "day": odd.day.isoformat(),
                "share_above_q90": round(odd.share, 3),
                "text": texts.text("forecast.unusual", day=odd.day, share=texts.percent(odd.share)),
            }
            for odd in ahead.unusual
        ],
        "issues": issue_documents(ahead.issues, texts),
    }


def basis_of_hours(ahead: HoursAhead, texts: Texts) -> str:
    """Return the sentence on what the hours ahead rest on; of recibos alone, how wide they are."""
    if ahead.days_seen:
        key = "forecast.basis-one-day" if ahead.days_seen == 1 else "forecast.basis-hours"
        return texts.text(key, days=ahead.days_seen)
    daily = texts.number(ahead.bill_kwh_day or 0.0, places=1)
    band = ahead.band_parts
    if band is None:
        return texts.text("forecast.basis-hours-nothing")
    low, high = map(texts.percent, band)
    return texts.text("forecast.basis-hours-recibo", kwh=daily, low=low, high=high)


def _month(ahead: MonthAhead, texts: Texts) -> Document:
    forecast, voucher = ahead.forecast, ahead.voucher
    return {
        **period_document(forecast.period),
        "kwh": _energy(forecast),
        "used_kwh": round(ahead.used_kwh, PLACES),
        "days_measured": ahead.days_measured,
        "days_left": ahead.days_left,
        "model": forecast.model,
        "version": forecast.version,
        "basis": basis_text(ahead, texts),
        "bill": None if ahead.bill is None else _bill(ahead.bill, texts),
        "announced": soles(None if ahead.announced is None else ahead.announced.change_pen),
        "announced_from": None if ahead.announced is None else ahead.announced.start.isoformat(),
        "chance_above_fise_line": _chance(None if voucher is None else voucher.chance),
        "fise_line_kwh": None if voucher is None else plain(voucher.limit_kwh),
        "fise_months_missing": [
            f"{month:%Y-%m}" for month in (() if voucher is None else voucher.missing)
        ],
        "issues": issue_documents(ahead.issues, texts),
    }


def _energy(forecast: MonthForecast) -> Document:
    return {
        **{
            label: round(kwh, PLACES)
            for label, kwh in zip(NAMES, forecast.quantiles_kwh, strict=True)
        },
        "mean": round(forecast.mean_kwh, PLACES),
    }


def _bill(bill: BillForecast, texts: Texts) -> Document:
    return {
        "cost": estimate_document(bill.cost, texts, places=2),
        "median": soles(bill.median),
        "limits": [
            {
                "limit_kwh": plain(crossing.limit_kwh),
                "chance_above": _chance(crossing.chance),
                "kwh_left": plain(crossing.kwh_left),
                "kwh_a_day": plain(crossing.kwh_a_day),
            }
            for crossing in bill.crossings
        ],
    }


def _chance(chance: float | None) -> float | None:
    return None if chance is None else round(chance, 3)


def month_title(ahead: MonthAhead, texts: Texts) -> str:
    """Return which month is told: its name, or the readings that its recibo runs between."""
    period = ahead.forecast.period
    if ahead.is_calendar_month:
        return texts.month(period.start)
    return texts.text("forecast.recibo-between", start=period.start, end=period.end)


def month_sentences(ahead: MonthAhead, texts: Texts) -> Iterator[str]:
    """Yield what is said of a month: energy, recibo, limits, what is announced."""
    forecast = ahead.forecast
    low, high = (texts.number(kwh, places=0) for kwh in forecast.band_kwh)
    mean = texts.number(forecast.mean_kwh, places=0)
    if ahead.used_by_day:
        yield _used_sentence(ahead, texts)
    key = "forecast.energy" if ahead.is_calendar_month else "forecast.energy-recibo"
    if low == high == mean:
        key = f"{key}-sure"
    yield texts.text(key, kwh=mean, low=low, high=high)
    if ahead.bill is not None:
        yield from _bill_sentences(ahead.bill, texts)
    if ahead.announced is not None and ahead.announced.change_pen:
        yield _announced_sentence(ahead.announced, texts)
    if ahead.voucher is not None:
        yield from _voucher_sentences(ahead.voucher, texts)


def _announced_sentence(announced: AnnouncedPrices, texts: Texts) -> str:
    """Return what prices that begin later change of a recibo, and whose they are."""
    change = announced.change_pen
    return texts.text(
        "forecast.announced-more" if change > 0 else "forecast.announced-less",
        distributor=announced.distributor,
        day=announced.start,
        soles=texts.soles(abs(change)),
    )


def _used_sentence(ahead: MonthAhead, texts: Texts) -> str:
    """Return what was measured of a month, and of how many of its days."""
    over = len(ahead.used_by_day)
    if not ahead.days_measured:
        key = "forecast.used-none"
    elif ahead.days_lost:
        key = "forecast.used-part"
    else:
        by_left = {0: "forecast.used-all", 1: "forecast.used-to-last"}
        key = by_left.get(ahead.days_left, "forecast.used")
    return texts.text(
        key,
        day=ahead.known_until,
        kwh=texts.number(ahead.used_kwh, places=1),
        days=ahead.days_left,
        measured=ahead.days_measured,
        over=over,
    )


def basis_text(ahead: MonthAhead, texts: Texts) -> str:
    """Return what a month rests on; one recibo says what it counts as."""
    basis, known = ahead.forecast.basis, ahead.known_months
    if basis != "recibos":
        return texts.text(f"forecast.basis-{basis}")
    newest = texts.month(known[-1])
    if ahead.known_to is not None and ahead.known_to.day > 1:
        key = "forecast.basis-recibo-read" if len(known) == 1 else "forecast.basis-recibos-read"
        return texts.text(key, count=len(known), day=ahead.known_to)
    if len(known) == 1:
        return texts.text("forecast.basis-recibo", month=newest)
    return texts.text("forecast.basis-recibos", count=len(known), month=newest)


def _voucher_sentences(voucher: VoucherLine, texts: Texts) -> Iterator[str]:
    limit = texts.number(voucher.limit_kwh)
    if voucher.chance is not None:
        yield texts.text("forecast.fise", limit=limit, chance=texts.percent(voucher.chance))
    elif len(voucher.missing) <= MOST_MISSING:
        months = [texts.month(month) for month in voucher.missing]
        yield texts.text("forecast.fise-missing", limit=limit, months=months)


def _bill_sentences(bill: BillForecast, texts: Texts) -> Iterator[str]:
    low, middle, high = (
        texts.soles(Decimal(str(value)))
        for value in (bill.cost.low, bill.cost.middle, bill.cost.high)
    )
    yield texts.text("forecast.bill", soles=middle, low=low, high=high)
    for crossing in bill.crossings:
        chance = texts.percent(crossing.chance)
        yield texts.text("forecast.chance", limit=crossing.limit_kwh, chance=chance)
        if crossing.kwh_left < 0:
            yield texts.text("forecast.crossed", limit=crossing.limit_kwh)
        elif crossing.kwh_a_day is not None:
            # Rounded up it would cross.
            daily = texts.number(crossing.kwh_a_day.quantize(Decimal("0.1"), ROUND_DOWN), places=1)
            yield texts.text("forecast.keeps", limit=crossing.limit_kwh, kwh=daily)
