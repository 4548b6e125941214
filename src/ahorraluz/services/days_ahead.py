"""Hours ahead by the day: what each day takes, and its highest hour."""

from dataclasses import dataclass
from datetime import date

from ahorraluz.core.forecast.forecaster import HOURS_DAY
from ahorraluz.services.predict_hours import HoursAhead, clock_hours


@dataclass(frozen=True, slots=True, kw_only=True)
class DayAhead:
    """One day ahead in short."""

    day: date
    hours: int
    """Hours of it that were asked for; a day of a clock change has 23 or 25. [h]"""
    is_whole: bool
    """Whether those are all it has."""
    mean_kwh: float
    """Expected energy of its hours. [kWh]"""
    highest_hour: int
    """Hour of the clock with the highest expected energy."""


def days_ahead(ahead: HoursAhead) -> tuple[DayAhead, ...]:
    """Return the days of some hours ahead; the last one may be a part of a day."""
    mean = ahead.hours.mean[0]
    starts: dict[date, list[int]] = {}
    for start, slot in clock_hours(ahead):
        starts.setdefault(start.date(), []).append(slot)
    days = []
    for number, (day, slots) in enumerate(starts.items()):
        highest = max(slots, key=lambda slot: mean[slot])
        days.append(
            DayAhead(
                day=day,
                hours=len(slots),
                is_whole=len(mean) >= (number + 1) * HOURS_DAY,
                mean_kwh=float(mean[slots].sum()),
                highest_hour=highest % HOURS_DAY,
            )
        )
    return tuple(days)
