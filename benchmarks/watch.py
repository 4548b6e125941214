"""Readings per second that the watch of a home steps on one core, and what its state takes.

    python benchmarks/watch.py

Prices are those of the sheet on file; the home is made up, with a fixed seed: a meter with counter
and power, and one plug. Time is that of the processor. Prints a table; asserts nothing.
"""

import random
import sys
import time
from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path
from tempfile import gettempdir

from ahorraluz.core.home import Supply
from ahorraluz.core.live.arrivals import Arrival, Tick
from ahorraluz.core.live.days import midnight_ms
from ahorraluz.core.live.ladder import ladder_of
from ahorraluz.core.live.readings import LiveReading
from ahorraluz.core.live.rules import Expected, Limit, Month, Role, Rules
from ahorraluz.core.live.state import read_state, write_state
from ahorraluz.core.live.step import fresh, run, step
from ahorraluz.core.periods import Period
from ahorraluz.core.tariffs.terms import bill_terms
from ahorraluz.services.toolbox import open_toolbox
from ahorraluz.settings import Settings

READINGS = 60_000
SINGLE = 20_000
TIMES = 2_000
SEED = 7
ZONE = "America/Lima"
DAYS = (date(2026, 11, 4), date(2026, 12, 4), date(2027, 1, 4))
INTERVALS_S = (10, 30, 180)
HOUR_MS = 3_600_000


def rules() -> Rules:
    """Return the rules of the home."""
    supply = Supply(distributor="luz-del-sur", system="lima-sur")
    book = open_toolbox(Settings(data_dir=Path(gettempdir()))).book(supply.distributor)
    months = []
    for start, end in pairwise(DAYS):
        ladder = ladder_of(bill_terms(book, supply, Period(start, end)))
        limits = tuple(Limit(wh=wh, kind="bracket") for wh in ladder.cliffs())
        months.append(
            Month(start=start.toordinal(), end=end.toordinal(), ladder=ladder, limits=limits)
        )
    return Rules(
        made_ms=0,
        zone=ZONE,
        months=tuple(months),
        roles=(
            Role(channel=1, device="meter", register=True, energy=True),
            Role(channel=2, device="meter", register=False, power=True),
            Role(channel=3, device="plug", register=False, circuit="Terma", left_on_min=480),
        ),
        expected=Expected(made=DAYS[0].toordinal(), low_wh=4_000, middle_wh=5_000, high_wh=6_000),
    )


def arrivals(interval_s: int) -> list[Arrival]:
    """Return readings at an interval, with a tick each minute at least."""
    chance = random.Random(SEED)
    start, counter = midnight_ms(ZONE, DAYS[0].toordinal()), 0
    found: list[Arrival] = [rules()]
    for place in range(READINGS // 3):
        at = start + place * interval_s * 1_000
        power = 150_000 + chance.randrange(20_000)
        power += 1_500_000 if at // HOUR_MS % 24 == 0 else 0
        if place % max(1, 60 // interval_s) == 0:
            found.append(Tick(at))
        for channel, value in ((1, counter), (2, power), (3, power // 4)):
            found.append(LiveReading(channel, at, value))
        counter += power * interval_s * 1_000 // HOUR_MS
    return found


def speeds(things: Sequence[Arrival]) -> tuple[float, float, float, int]:
    """Return steps per second in one run and one by one, µs to read and write, and bytes."""
    begin = time.process_time()
    state, _ = run(fresh(), things)
    whole = len(things) / (time.process_time() - begin)
    one, begin = fresh(), time.process_time()
    for thing in things[:SINGLE]:
        one, _ = step(one, thing)
    single = SINGLE / (time.process_time() - begin)
    content, begin = write_state(state), time.process_time()
    for _ in range(TIMES):
        write_state(read_state(content))
    return whole, single, (time.process_time() - begin) / TIMES * 1e6, len(content)


def main() -> int:
    """Print the table."""
    print("| a reading each | steps/s in a run | steps/s one by one | read and write | state |")
    print("| --- | --- | --- | --- | --- |")
    for interval_s in INTERVALS_S:
        whole, single, both, size = speeds(arrivals(interval_s))
        print(f"| {interval_s} s | {whole:,.0f} | {single:,.0f} | {both:.0f} µs | {size:,} bytes |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
