"""Local days as milliseconds, also where clocks change."""

import itertools
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ahorraluz.core.live.days import (
    Clock,
    Hours,
    day_at,
    end_of_quiet,
    hour_ms,
    midnight_ms,
    slot_at,
    slots,
)
from ahorraluz.core.readings.lattice import midnights

ZONES = ("America/Lima", "America/Santiago", "Europe/Madrid", "America/Havana", "Asia/Kathmandu")
EPOCH = date(1970, 1, 1).toordinal()


def clock(zone: str, *, sundays: bool = False) -> Clock:
    return Clock(
        zone=zone,
        peak=Hours(18, 23),
        peak_band=0,
        other_band=1,
        night=Hours(1, 5),
        free=frozenset({date(2026, 7, 28).toordinal()}),
        sundays_free=sundays,
    )


@pytest.mark.parametrize("zone", ZONES)
def test_midnights_are_those_of_the_other_readings(zone: str) -> None:
    first = date(2025, 12, 30).toordinal()

    found = [midnight_ms(zone, first + n) // 1000 for n in range(400)]

    assert found == midnights(first - EPOCH, first - EPOCH + 399, zone=zone).tolist()


@given(zone=st.sampled_from(ZONES), minute=st.integers(0, 60 * 24 * 800))
def test_every_moment_lies_in_one_stretch_of_its_day(zone: str, minute: int) -> None:
    at = int(datetime(2025, 12, 1, tzinfo=UTC).timestamp() * 1000) + minute * 60_000
    of_zone = clock(zone)

    found = slot_at(of_zone, at)

    here = datetime.fromtimestamp(at / 1000, tz=ZoneInfo(zone))
    assert found.start_ms <= at < found.end_ms
    assert found.day == here.date().toordinal()
    free = here.date() == date(2026, 7, 28)
    assert (found.band == 0) == (18 <= here.hour < 23 and not free)
    parts = slots(of_zone, found.day)
    assert parts[0].start_ms == midnight_ms(zone, found.day)
    assert parts[-1].end_ms == midnight_ms(zone, found.day + 1)
    assert all(a.end_ms == b.start_ms for a, b in itertools.pairwise(parts))


def test_sundays_leave_hora_punta_where_that_was_asked_for() -> None:
    sunday = date(2026, 6, 7).toordinal()

    usual = {slot.band for slot in slots(clock("America/Lima"), sunday)}
    asked = {slot.band for slot in slots(clock("America/Lima", sundays=True), sunday)}

    assert (usual, asked) == ({0, 1}, {1})


def test_quiet_hours_over_midnight_end_in_the_morning() -> None:
    zone, quiet = "America/Lima", Hours(22, 7)
    day = date(2026, 6, 7).toordinal()
    morning = hour_ms(zone, day, 7)

    assert end_of_quiet(zone, quiet, hour_ms(zone, day - 1, 23)) == morning
    assert end_of_quiet(zone, quiet, hour_ms(zone, day, 3)) == morning
    assert end_of_quiet(zone, quiet, morning) == morning
    assert end_of_quiet(zone, None, hour_ms(zone, day, 3)) == hour_ms(zone, day, 3)


def test_a_leap_day_is_a_day() -> None:
    at = int(datetime(2028, 2, 29, 17, tzinfo=UTC).timestamp() * 1000)

    day = day_at("America/Lima", at)

    assert date.fromordinal(day) == date(2028, 2, 29)
    assert date.fromordinal(day) + timedelta(days=1) == date(2028, 3, 1)
