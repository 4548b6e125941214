"""Moments as days of Peru, in words."""

from datetime import datetime

from ahorraluz.web.page import PERU_TIME, Page


def local_day(page: Page, moment: datetime) -> str:
    """Return the day of a moment as it is told."""
    return page.texts.date(moment.astimezone(PERU_TIME).date())


def local_minute(page: Page, moment: datetime) -> str:
    """Return a moment to the minute as it is told."""
    return f"{local_day(page, moment)}, {moment.astimezone(PERU_TIME):%H:%M}"
