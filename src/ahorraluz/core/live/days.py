"""Local days as stretches of milliseconds: where hours punta and nights begin, and quiet hours.

A day runs from local midnight to local midnight, so it has 23 or 25 hours where clocks change.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
SUNDAY = 6
CACHED = 8_192
_EPOCH = date(1970, 1, 1).toordinal()
EARLIEST_MS, LATEST_MS = (
    (day.toordinal() - _EPOCH) * DAY_MS for day in (date(1970, 1, 3), date(9998, 12, 29))
)
"""Between them every moment is a day on a clock, in every zone. [ms]"""


@dataclass(frozen=True, slots=True)
class Hours:
    """Local hours from ``first`` on and before ``after``; over midnight where it is earlier."""

    first: int
    after: int

    def __contains__(self, hour: object) -> bool:
        """Tell whether an hour is one of them."""
        if not isinstance(hour, int):
            return False
        if self.first <= self.after:
            return self.first <= hour < self.after
        return hour >= self.first or hour < self.after


@dataclass(frozen=True, slots=True)
class Clock:
    """How a home's day is divided: hashable, so that days are made once."""

    zone: str
    peak: Hours | None
    """Hours punta; ``None``: every hour has the same price."""
    peak_band: int
    other_band: int
    night: Hours
    free: frozenset[int] = frozenset()
    """Days without hours punta, by their number (``date.toordinal``)."""
    sundays_free: bool = False


@dataclass(frozen=True, slots=True)
class Slot:
    """A stretch of a day of one band."""

    start_ms: int
    end_ms: int
    day: int
    """Number of the local day."""
    band: int
    night: bool


@lru_cache(maxsize=CACHED)
def midnight_ms(zone: str, day: int) -> int:
    """Return when a local day begins. [ms since 1970 UTC]

    Where clocks are put forward at midnight the day begins with the first moment that exists.
    """
    first = datetime.combine(date.fromordinal(day), datetime.min.time(), tzinfo=ZoneInfo(zone))
    return int(first.timestamp()) * 1_000


@lru_cache(maxsize=CACHED)
def hour_ms(zone: str, day: int, hour: int) -> int:
    """Return when an hour of a local day first begins. [ms since 1970 UTC]"""
    if hour == 0:
        return midnight_ms(zone, day)
    clock = datetime.min.time().replace(hour=hour)
    moment = datetime.combine(date.fromordinal(day), clock, tzinfo=ZoneInfo(zone))
    return int(moment.timestamp()) * 1_000


def local(zone: str, at_ms: int) -> datetime:
    """Return a moment on the local clock."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=at_ms)).astimezone(
        ZoneInfo(zone)
    )


def day_at(zone: str, at_ms: int) -> int:
    """Return the number of the local day of a moment."""
    return local(zone, at_ms).date().toordinal()


def is_day(at_ms: int) -> bool:
    """Tell whether a moment lies in a year that a clock can show."""
    return EARLIEST_MS <= at_ms <= LATEST_MS


@lru_cache(maxsize=CACHED)
def slots(clock: Clock, day: int) -> tuple[Slot, ...]:
    """Return the stretches of a local day in order; together they are the day."""
    end = midnight_ms(clock.zone, day + 1)
    edges = {midnight_ms(clock.zone, day)}
    for hours in (clock.peak, clock.night):
        if hours is not None:
            edges |= {hour_ms(clock.zone, day, hour) for hour in (hours.first, hours.after % 24)}
    starts = sorted(edge for edge in edges if edge < end)
    return tuple(
        _slot(clock, start, after, day)
        for start, after in zip(starts, [*starts[1:], end], strict=True)
        if after > start
    )


def _slot(clock: Clock, start_ms: int, end_ms: int, day: int) -> Slot:
    hour = local(clock.zone, start_ms).hour
    off = day in clock.free or (clock.sundays_free and (day - 1) % 7 == SUNDAY)
    peak = clock.peak is not None and not off and hour in clock.peak
    return Slot(
        start_ms=start_ms,
        end_ms=end_ms,
        day=day,
        band=clock.peak_band if peak else clock.other_band,
        night=hour in clock.night,
    )


def slot_at(clock: Clock, at_ms: int) -> Slot:
    """Return the stretch that a moment lies in."""
    day = day_at(clock.zone, at_ms)
    return next(slot for slot in slots(clock, day) if at_ms < slot.end_ms)


def end_of_quiet(zone: str, quiet: Hours | None, at_ms: int) -> int:
    """Return when something may be told: at once, or when the quiet hours are over. [ms]"""
    if quiet is None or quiet.first == quiet.after or local(zone, at_ms).hour not in quiet:
        return at_ms
    day = day_at(zone, at_ms)
    ends: Sequence[int] = [hour_ms(zone, day + n, quiet.after) for n in (0, 1)]
    return next(end for end in ends if end > at_ms)
