"""Pictures of the report: a typical day and the months, as far as a home tells them."""

from dataclasses import dataclass

from ahorraluz.web.households.home_view import HomeView
from ahorraluz.web.households.kept import OwnHome
from ahorraluz.web.usage_pictures import DayPicture, MonthPicture, draw_months

MOST_MONTHS = 12
LEAST_MONTHS = 2
"""A single month is a figure, and no picture."""
MOST_CURVES = 2
"""Typical days that still read apart where they are printed in grey."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPictures:
    """What is drawn beside the figures of the report."""

    day: DayPicture | None
    """``None``: no readings are fine enough."""
    months: MonthPicture | None
    """``None``: only one month is known."""
    measured: bool
    """Whether the months are a meter's; else they are those of the recibos."""


def report_pictures(own: OwnHome, view: HomeView) -> ReportPictures:
    """Return the pictures of a home's report."""
    usage = view.usage
    if usage is not None and usage.months is not None:
        return ReportPictures(day=usage.days, months=usage.months, measured=True)
    day = None if usage is None else usage.days
    return ReportPictures(day=day, months=_told(own), measured=False)


def _told(own: OwnHome) -> MonthPicture | None:
    """Return the months that the recibos tell, the energy of each; nothing runs all day in it."""
    if own.asked.inquiry is None:
        return None
    history = own.asked.inquiry.home.history[-MOST_MONTHS:]
    if len(history) < LEAST_MONTHS:
        return None
    cliff = own.answer.situation.cliff if own.answer else None
    # A recibo is of the month in which most of its days are.
    rows = [
        (month.period.start + (month.period.end - month.period.start) / 2, float(month.kwh), 0.0)
        for month in history
    ]
    return draw_months(
        [(start, kwh, base, False) for start, kwh, base in rows],
        limit_kwh=None if cliff is None else float(cliff.at_kwh),
    )
