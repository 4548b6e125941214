"""A home to be watched: invented prices, one meter, one plug, and days of readings."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from itertools import pairwise

from tests.invented import tariff_book

from ahorraluz.core.home import Option, Supply
from ahorraluz.core.live.arrivals import Arrival, Tick
from ahorraluz.core.live.days import Hours, day_at, midnight_ms
from ahorraluz.core.live.energy import share_pair
from ahorraluz.core.live.events import Event
from ahorraluz.core.live.ladder import ladder_of
from ahorraluz.core.live.readings import LiveReading
from ahorraluz.core.live.rules import Expected, Limit, Month, Role, Rules
from ahorraluz.core.live.state import Plan, State
from ahorraluz.core.live.step import fresh, run
from ahorraluz.core.periods import Period
from ahorraluz.core.tariffs.terms import bill_terms

ZONE = "America/Lima"
FIRST = date(2026, 6, 4)
DAY = FIRST.toordinal()
START = midnight_ms(ZONE, DAY)
MINUTE, HOUR, DAY_MS = 60_000, 3_600_000, 86_400_000
METER, POWER, PLUG = 1, 2, 3
ROLES = (
    Role(channel=METER, device="meter", register=True, energy=True),
    Role(channel=POWER, device="meter", register=False, power=True),
    Role(channel=PLUG, device="plug", register=False, circuit="Plancha", left_on_min=60),
)


def months(
    option: Option = Option.BT5B, *, limits: Sequence[int] = (140_000,)
) -> tuple[Month, ...]:
    """Return June and July as they are billed, at invented prices."""
    supply = Supply(distributor="light", system="here", option=option)
    periods = (Period(FIRST, date(2026, 7, 4)), Period(date(2026, 7, 4), date(2026, 8, 4)))
    return tuple(
        Month(
            start=period.start.toordinal(),
            end=period.end.toordinal(),
            ladder=ladder_of(bill_terms(tariff_book(), supply, period)),
            limits=tuple(Limit(wh=wh, kind="bracket") for wh in limits),
        )
        for period in periods
    )


def rules(option: Option = Option.BT5B, *, day_wh: int = 4_000, **changes: object) -> Rules:
    """Return the rules of the home, some of them changed."""
    made = Rules(
        made_ms=START,
        zone=ZONE,
        roles=ROLES,
        months=months(option),
        peak=Hours(18, 23) if option is Option.BT5F else None,
        expected=Expected(
            made=DAY, low_wh=day_wh * 9 // 10, middle_wh=day_wh, high_wh=day_wh * 11 // 10
        ),
        base_w=100,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def near_a_limit(now: datetime, *, kwh: int = 138) -> tuple[State, tuple[Event, ...]]:
    """Return a home that took nearly all of the 140 kWh of its month, and what that told."""
    now_ms = int(now.timestamp() * 1_000)
    today = day_at(ZONE, now_ms)
    june, july = months()
    of_home = rules(
        months=(
            replace(june, start=today - 12, end=today + 18),
            replace(july, start=today + 18, end=today + 48),
        ),
        expected=Expected(made=today, low_wh=3_600, middle_wh=4_000, high_wh=4_400),
    )
    start = midnight_ms(ZONE, today - 12)
    said = [LiveReading(METER, start, 0), LiveReading(METER, now_ms, kwh * 10**6)]
    return run(fresh(), [of_home, *said, Tick(now_ms)])


def minutes(
    powers: Sequence[tuple[int, int]], *, start: int = START, step: int = MINUTE, used: int = 0
) -> Iterator[Arrival]:
    """Yield a reading of meter and power every minute, after a tick.

    Parameters
    ----------
    powers
        Watts and for how many minutes.
    start
        The first moment. [ms]
    used
        Standing of the counter then. [mWh]
    """
    at = start
    for watts, count in powers:
        for _ in range(0, count * MINUTE, step):
            yield Tick(at)
            yield LiveReading(METER, at, used)
            yield LiveReading(POWER, at, watts * 1_000)
            used += watts * 1_000 * step // HOUR
            at += step


def plain_days(count: int, *, watts: int = 150, start: int = START) -> list[Arrival]:
    """Return days that are all alike, every five minutes."""
    return list(minutes([(watts, 1_440 * count)], start=start, step=5 * MINUTE))


def totals_of(
    plan: Plan, readings: dict[int, list[LiveReading]]
) -> tuple[dict[int, list[int]], dict[int, list[int]]]:
    """Return the sums of days and months of all readings at once: the rule, without a memory.

    Parameters
    ----------
    readings
        Of each energy channel, by rising moment, one for each.
    """
    state = State(plan=plan)
    for id_, series in readings.items():
        role = plan.roles[id_]
        for before, after in pairwise(series):
            pair = (before.at_ms, before.value), (after.at_ms, after.value)
            share_pair(state, plan, role, pair)
    return state.days, state.months
