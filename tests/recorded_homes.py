"""What arrives at the watches of made-up homes, in one order that is written down once.

A meter speaks every quarter of an hour; some of what it says comes late, twice, corrected or out
of order, and now and then it says nothing for hours. The time comes before and after each delivery,
as the embedded worker tells it, rules come each day, and totals where a reading was too late for
the state.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.random import Generator, default_rng
from tests.watched_home import DAY_MS, ZONE, months

from ahorraluz.catalog.appliances import load_appliances, load_ownership
from ahorraluz.catalog.solar import load_use_hours
from ahorraluz.core.home import Option
from ahorraluz.core.live.arrivals import Arrival, Sum, Tick, Totals
from ahorraluz.core.live.days import Hours, midnight_ms
from ahorraluz.core.live.energy import share_pair
from ahorraluz.core.live.events import Event
from ahorraluz.core.live.readings import LiveReading
from ahorraluz.core.live.rules import Expected, Limit, Role, Rules
from ahorraluz.core.live.state import DAYS_HELD, Plan, State
from ahorraluz.core.live.step import fresh, run
from ahorraluz.core.live.synthetic import Catalogue, make_home

FIRST_DAY = 14
"""Days after the month began: the month ends on the sixteenth day."""
QUARTER_MS, HOUR_MS = 900_000, 3_600_000
LATE, TWICE, OTHER, LONG_AGO = 0.05, 0.03, 0.002, 0.000_2
"""Share of readings that come up to two hours and a half late, come twice, come twice with another
value, come up to three days late."""
AWAY = 0.02
"""Share of days with eight hours in which nothing comes."""
UJ_PER_MWH = 3_600_000


@dataclass(frozen=True, slots=True)
class Recorded:
    """One home: what arrived, in order, and what the embedded way told of it."""

    name: str
    arrivals: Sequence[Arrival]
    events: Sequence[Event]
    readings: int


@cache
def catalogue() -> Catalogue:
    """Return what made-up homes are made from."""
    return Catalogue(
        appliances=load_appliances(), ownership=load_ownership(), hours=load_use_hours()
    )


def record(number: int, *, days: int, seed: int = 1) -> Recorded:
    """Return what arrives of one home, watched as the embedded worker does it."""
    chance = default_rng((seed, number, 7))
    start_day = months()[0].start + FIRST_DAY
    start = midnight_ms(ZONE, start_day)
    deliveries = _deliveries(number, days, seed, chance)
    state, seen = fresh(), list[LiveReading]()
    arrivals, events, readings = list[Arrival](), list[Event](), 0
    today = -1
    for place in range(days * DAY_MS // QUARTER_MS):
        now = start + (place + 1) * QUARTER_MS + 1_000 * (number % 60)
        batch: list[Arrival] = []
        if (day := (now - start) // DAY_MS) != today:
            today, rules = day, _rules(number, start_day + day, now)
            batch += [Tick(now), rules]
        if state.recount and state.plan is not None:
            batch += [state.plan.rules, _totals(state.plan, seen, now), Tick(now)]
        some = deliveries.get(place, [])
        batch += [Tick(now), *some, Tick(now)] if some else [Tick(now)]
        state, told = run(state, batch)
        seen += some
        readings += len(some)
        arrivals += batch
        events += told
    return Recorded(name(number), arrivals, events, readings)


def name(number: int) -> str:
    """Return the name of a home."""
    return f"home-{number:05}"


def _deliveries(
    number: int, days: int, seed: int, chance: Generator
) -> dict[int, list[LiveReading]]:
    """Return what comes in each quarter of an hour, in the order in which it comes."""
    home = make_home(seed, number, catalogue())
    start = midnight_ms(ZONE, months()[0].start + FIRST_DAY)
    first = start // DAY_MS
    found: dict[int, list[LiveReading]] = {}
    standing = int(chance.integers(10**9)) * UJ_PER_MWH
    last = days * DAY_MS // QUARTER_MS
    for day in range(days):
        offsets = np.arange(0, DAY_MS + 1, QUARTER_MS, dtype=np.int64)
        power, energy = home.readings(first + day, offsets)
        away = int(chance.integers(60)) if chance.random() < AWAY else 999
        for quarter, offset in enumerate(offsets[:-1].tolist()):
            if away <= quarter < away + 32:
                continue
            at = start + day * DAY_MS + offset + int(chance.integers(60_000))
            spoken = [
                LiveReading(10 * number + 1, at, (standing + int(energy[quarter])) // UJ_PER_MWH)
            ]
            if number % 3 == 0:
                spoken.append(LiveReading(10 * number + 2, at, int(power[quarter])))
            for reading in spoken:
                for place, one in _sent(reading, day * 96 + quarter, chance):
                    if place < last:
                        found.setdefault(place, []).append(one)
        standing += int(energy[-1])
    for some in found.values():
        chance.shuffle(some)
    return found


def _sent(reading: LiveReading, place: int, chance: Generator) -> Iterator[tuple[int, LiveReading]]:
    """Yield when a reading comes, once or more often."""
    draw = chance.random(4)
    late = 0
    if draw[0] < LONG_AGO:
        late = int(chance.integers(24, 3 * 96))
    elif draw[0] < LATE:
        late = int(chance.integers(1, 11))
    yield place + late, reading
    if draw[1] < TWICE:
        yield place + late + int(chance.integers(4)), reading
    if draw[2] < OTHER:
        yield place + late + 1, replace(reading, value=reading.value + 1)


def _rules(number: int, day: int, now: int) -> Rules:
    """Return the rules of a home on a day: every third home has hours, some no price."""
    option = Option.BT5F if number % 3 == 1 else Option.BT5B
    limits = [(140_000,), (100_000, 140_000), (), (30_000, 140_000)][number % 4]
    of_home = months(option, limits=limits)
    if number % 10 == 5:
        of_home = tuple(replace(month, ladder=None) for month in of_home)
    if number % 7 == 3:
        voucher = Limit(wh=70_000, kind="voucher", cents=2_000)
        of_home = tuple(replace(m, limits=(voucher, *m.limits)) for m in of_home)
    middle = 2_000 + number % 50 * 150 + day % 5 * 40
    second = number % 3 == 0
    roles = [
        Role(channel=10 * number + 1, device="m", register=True, energy=True, power=not second)
    ]
    if second:
        roles.append(Role(channel=10 * number + 2, device="m", register=False, power=True))
    return Rules(
        made_ms=now,
        zone=ZONE,
        roles=tuple(roles),
        months=of_home,
        peak=Hours(18, 23) if option is Option.BT5F else None,
        expected=None
        if number % 4 == 1
        else Expected(
            made=day, low_wh=middle * 9 // 10, middle_wh=middle, high_wh=middle * 11 // 10
        ),
        base_w=100 if number % 2 else None,
    )


def _totals(plan: Plan, seen: Sequence[LiveReading], now: int) -> Totals:
    """Return the sums of all readings that came, as a store would tell them."""
    until = now // QUARTER_MS * QUARTER_MS
    state = State(plan=plan)
    kept: list[LiveReading] = []
    for role in (role for role in plan.roles.values() if role.energy):
        series = sorted({r.at_ms: r.value for r in seen if r.channel == role.channel}.items())
        for before, after in pairwise(series):
            share_pair(state, plan, role, (before, after))
            if after[0] > until:
                share_pair(state, plan, role, (before, after), sign=-1, since_ms=until)
        first = max(0, sum(at < until for at, _ in series) - 1)
        kept += [LiveReading(role.channel, at, value) for at, value in series[first:]]
    days = sorted(state.days.items())[-DAYS_HELD:]
    return Totals(
        until_ms=until,
        days=tuple((day, _sum(plan, sums)) for day, sums in days),
        months=tuple((day, _sum(plan, sums)) for day, sums in sorted(state.months.items())),
        readings=tuple(kept),
    )


def _sum(plan: Plan, sums: Sequence[int]) -> Sum:
    bands = plan.bands
    return Sum(
        bands_uj=tuple(sums[:bands]),
        measured_ms=sums[bands],
        night_uj=sums[bands + 1],
        night_ms=sums[bands + 2],
    )
