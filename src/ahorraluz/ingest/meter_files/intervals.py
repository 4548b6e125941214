"""Which interval each row means: told by its two ends, or by one end and the rows around it."""

from dataclasses import dataclass, replace

import numpy as np

from ahorraluz.core.readings.channels import Ints
from ahorraluz.ingest.meter_files.delimiters import clock_range
from ahorraluz.ingest.meter_files.options import Stamp
from ahorraluz.ingest.meter_files.strings import Bools, Strings
from ahorraluz.ingest.meter_files.times import DAY_S, Moments, parse_moments
from ahorraluz.ingest.meter_files.timing import MAX_PART, Place
from ahorraluz.ingest.meter_files.zones import from_utc, to_utc

REGULAR_SHARE = 0.5
"""Share of equal steps from which rows follow a beat, with gaps, and not each its own time."""
BILL_DAYS = (20, 100)
"""Usual days between two bills, of one month to three. [day]"""
MONTH_DAYS = (28, 31)
INCLUSIVE_S = (1, 60)
"""What is missing where the last second or minute is named instead of the end. [s]"""
LAST_CLOCK = 2400
PARTS_OF_HOUR = ((1, 25), (2, 50), (4, MAX_PART))
"""Numbered parts of a day by their last number, with the day on which the clock goes back."""
MAX_LENGTH_S = 100 * DAY_S


@dataclass(frozen=True, slots=True, kw_only=True)
class Intervals:
    """Intervals of the rows of one series."""

    start_s: Ints
    end_s: Ints
    moment_s: Ints
    """The moment that each row names, for counters. [s]"""
    step_s: int
    """The usual length. [s]"""
    regular: bool
    """Whether most rows follow that beat."""
    skipped: int = 0
    """Rows whose time the clock never showed."""
    bills: bool = False
    assumed: bool = False
    """Whether nothing but its looks tells the length."""


def moments_at(
    place: Place, columns: dict[int, Strings], *, day_first: bool | None, serials: bool, zone: str
) -> Moments:
    """Return the moments that one or two columns name together."""
    date = parse_moments(columns[place.date], day_first=day_first, serials=serials)
    if place.clock is not None:
        clock = parse_moments(_first_clock(columns[place.clock]), serials=False)
        whole_days = date.clock_s - date.clock_s % DAY_S
        return replace(
            date,
            clock_s=whole_days + clock.clock_s,
            offset_s=np.where(clock.fixed, clock.offset_s, date.offset_s),
            fixed=date.fixed | clock.fixed,
            readable=date.readable & clock.readable,
            has_clock=True,
            midnights=clock.midnights,
        )
    if place.hour is not None:
        return _with_hours(date, columns[place.hour], zone=zone)
    return date


def _first_clock(column: Strings) -> Strings:
    """Return the times of day at which ranges such as ``00:00 - 01:00`` begin."""
    mark = clock_range(column.at(0)) if len(column) else None
    if mark is None:
        return column
    first = column.split(mark)[0]
    code, texts = first.coded()
    hours = [f"{text.strip()}:00" if text.strip().isdigit() else text for text in texts]
    return Strings.of(hours).take(code)


def _with_hours(date: Moments, column: Strings, *, zone: str) -> Moments:
    """Return the starts of hours that are numbered, from 0 or from 1."""
    number = column.trimmed("=").floats()
    if number is None:
        return replace(date, readable=np.zeros_like(date.readable))
    readable = date.readable & ~np.isnan(number) & (number >= 0) & (number <= LAST_CLOCK)
    hour = np.where(readable, number, 0).astype(np.int64)
    found = hour[readable]
    last = int(found.max()) if len(found) else 0
    if last > MAX_PART:
        # 0030 and 1345 are times of day without their mark.
        midnights = bool((found == LAST_CLOCK).any())
        clock = date.clock_s + hour // 100 * 3600 + hour % 100 * 60
        return replace(date, clock_s=clock, readable=readable, has_clock=True, midnights=midnights)
    step = next(3600 // parts for parts, most in PARTS_OF_HOUR if last <= most)
    if last >= DAY_S // step and int(found.min()) >= 1:
        hour -= 1
    clock = date.clock_s + hour * step
    if last > DAY_S // step:
        # Numbered to 25 on the day of 25 hours: the number counts hours that passed.
        midnight, _ = to_utc(date.clock_s, zone, again=np.zeros_like(date.readable))
        moment = midnight + hour * step
        return replace(
            date,
            clock_s=moment,
            offset_s=np.zeros_like(moment),
            fixed=np.ones_like(date.readable),
            readable=readable,
            has_clock=True,
        )
    return replace(date, clock_s=clock, readable=readable, has_clock=True)


def chosen(moments: Moments, rows: Ints | None) -> Moments:
    """Return some rows of moments."""
    if rows is None:
        return moments
    return replace(
        moments,
        clock_s=moments.clock_s[rows],
        offset_s=moments.offset_s[rows],
        fixed=moments.fixed[rows],
        readable=moments.readable[rows],
    )


def utc_of(moments: Moments, zone: str) -> tuple[Ints, int]:
    """Return moments in UTC, and how many of them the clock of the zone skipped."""
    if bool(moments.fixed.all()):
        return moments.clock_s - moments.offset_s, 0
    if not bool(moments.fixed.any()):
        return to_utc(moments.clock_s, zone)
    local = ~moments.fixed
    utc = moments.clock_s - moments.offset_s
    utc[local], skipped = to_utc(moments.clock_s[local], zone)
    return utc, skipped


def between(start: Moments, end: Moments, *, zone: str) -> tuple[Intervals, Bools]:
    """Return the intervals of two ends, and which rows have their ends in order."""
    start_s, skipped = utc_of(start, zone)
    end_s, _ = utc_of(end, zone)
    if not bool((start.fixed | end.fixed).any()):
        # Times of day alone: 23:00 to 00:00 ends on the next day.
        backwards = (end_s <= start_s) & (end_s > start_s - DAY_S)
        end_s = np.where(backwards & (end.clock_s % DAY_S < DAY_S / 2), end_s + DAY_S, end_s)
    step, share = typical_step(np.sort(end_s - start_s), lengths=True)
    spacing, _ = typical_step(start_s)
    if spacing - step in INCLUSIVE_S:
        # 00:00 to 00:14 means to the end of that minute.
        end_s, step = end_s + spacing - step, spacing
    if step < DAY_S:
        # Around a change of the clock the start is settled by the order of rows.
        odd = (end_s - start_s != step) & ((end.clock_s - start.clock_s) % DAY_S == step)
        end_s = np.where(odd, start_s + step, end_s)
    good = end_s > start_s
    intervals = Intervals(
        start_s=start_s,
        end_s=np.maximum(end_s, start_s),
        moment_s=np.maximum(end_s, start_s),
        step_s=step,
        regular=share >= REGULAR_SHARE,
        skipped=skipped,
    )
    return intervals, good


def around(moments: Moments, *, zone: str, stamp: Stamp | None, bill: bool) -> Intervals:
    """Return the intervals of rows that name one moment each."""
    utc, skipped = utc_of(moments, zone)
    clock = from_utc(utc, zone) if bool(moments.fixed.any()) else moments.clock_s
    step, share = typical_step(clock if _whole_days(clock) else utc)
    assumed = step == 0
    if assumed:
        step = _likely_step(moments, clock)
    if moments.monthly or (not bill and _monthly(clock, step)):
        start, end = _months(clock, stamp=stamp, zone=zone)
        return Intervals(
            start_s=start, end_s=end, moment_s=utc, step_s=30 * DAY_S, regular=True,
            skipped=skipped, bills=True,
        )  # fmt: skip
    if not assumed and (bill or not moments.has_clock) and _like_bills(utc):
        return _bills(utc, skipped=skipped)
    end_named = (stamp or tell_stamp(moments, clock, step)) is Stamp.END
    regular = share >= REGULAR_SHARE or assumed
    if not regular:
        start, end = _to_neighbours(utc, end_named=end_named)
    elif step % DAY_S == 0:
        other, _ = to_utc(
            clock + (-step if end_named else step), zone, again=np.zeros(len(clock), dtype=np.bool_)
        )
        start, end = (other, utc) if end_named else (utc, other)
    else:
        start, end = (utc - step, utc) if end_named else (utc, utc + step)
    return Intervals(
        start_s=start, end_s=np.maximum(start, end), moment_s=utc, step_s=step, regular=regular,
        skipped=skipped, assumed=assumed,
    )  # fmt: skip


def typical_step(values: Ints, *, lengths: bool = False) -> tuple[int, float]:
    """Return the commonest step between moments, and its share; (0, 0) where there is none.

    Parameters
    ----------
    values
        Moments in any order, shape (n,), or lengths themselves. [s]
    lengths
        Whether ``values`` are lengths already.
    """
    steps = values if lengths else np.diff(values)
    if not lengths and bool((steps <= 0).any()):
        steps = np.diff(np.sort(values))
        steps = steps[steps > 0]
    if not len(steps):
        return 0, 0.0
    middle = int(np.partition(steps, len(steps) // 2)[len(steps) // 2])
    share = float((steps == middle).mean())
    if share < REGULAR_SHARE:
        found, counts = np.unique(steps, return_counts=True)
        commonest = int(counts.argmax())
        if counts[commonest] > share * len(steps):
            share = float(counts[commonest] / len(steps))
            middle = int(found[commonest]) if share >= REGULAR_SHARE else middle
    return middle, share


def tell_stamp(moments: Moments, clock: Ints, step: int) -> Stamp:
    """Return which end of its interval a row names, by the first and the last one.

    Whole days from 00:15 to 00:00 of the next day can only be ends; so can 24:00.
    """
    if moments.midnights:
        return Stamp.END
    # By the clock of the zone, and by the one that the file itself writes.
    for told in (clock, moments.clock_s):
        if 0 < step < DAY_S and DAY_S % step == 0 and len(told) > 1:
            first, last = int(told.min()) % DAY_S, int(told.max()) % DAY_S
            if first == step and last == 0:
                return Stamp.END
    return Stamp.START


def _whole_days(clock: Ints) -> bool:
    return bool((clock % DAY_S == clock[0] % DAY_S).all()) if len(clock) else False


def _likely_step(moments: Moments, clock: Ints) -> int:
    """Return the length of the only interval of a file, by how finely its time is written."""
    if not moments.has_clock:
        return DAY_S
    second = int(clock[0]) if len(clock) else 0
    return next(step for step in (3600, 900, 60, 1) if second % step == 0)


def _monthly(clock: Ints, step: int) -> bool:
    if not MONTH_DAYS[0] * DAY_S <= step <= MONTH_DAYS[1] * DAY_S or len(clock) < 2:
        return False
    day = _day_of_month(clock)
    return bool((day == day[0]).mean() > 0.9) and bool((np.diff(np.sort(clock)) > DAY_S).all())


def _day_of_month(clock: Ints) -> Ints:
    days = clock.astype("datetime64[s]").astype("datetime64[D]")
    firsts = days.astype("datetime64[M]").astype("datetime64[D]")
    return np.asarray((days - firsts).astype(np.int64), dtype=np.int64)


def _months(clock: Ints, *, stamp: Stamp | None, zone: str) -> tuple[Ints, Ints]:
    """Return the months that begin with each moment, or end with it."""
    month = clock.astype("datetime64[s]").astype("datetime64[M]")
    base = month.astype("datetime64[s]").astype(np.int64)
    other_month = month - 1 if stamp is Stamp.END else month + 1
    other = other_month.astype("datetime64[s]").astype(np.int64) + clock - base
    here, there = to_utc(clock, zone)[0], to_utc(other, zone)[0]
    return (there, here) if stamp is Stamp.END else (here, there)


def _like_bills(moment: Ints) -> bool:
    steps = np.diff(np.unique(moment))
    if not len(steps):
        return False
    return BILL_DAYS[0] * DAY_S <= float(np.median(steps)) <= BILL_DAYS[1] * DAY_S


def _bills(moment: Ints, *, skipped: int) -> Intervals:
    """Return the time from each bill back to the one before; the first is as long as the others."""
    ends, code = np.unique(moment, return_inverse=True)
    steps = np.diff(ends)
    usual = int(np.median(steps)) // DAY_S * DAY_S
    # A bill that was left out would make the next one last for months.
    starts = np.concatenate([[ends[0] - usual], ends[:-1]])
    starts = np.where(ends - starts > MAX_LENGTH_S, ends - usual, starts)
    return Intervals(
        start_s=starts[code], end_s=moment, moment_s=moment, step_s=usual, regular=False,
        skipped=skipped, bills=True,
    )  # fmt: skip


def _to_neighbours(moment: Ints, *, end_named: bool) -> tuple[Ints, Ints]:
    """Return intervals that reach to the next moment, or back to the one before."""
    places, code = np.unique(moment, return_inverse=True)
    usual = int(np.median(np.diff(places))) if len(places) > 1 else 0
    if end_named:
        start = np.concatenate([[places[0] - usual], places[:-1]])
        return start[code], moment
    return moment, np.concatenate([places[1:], [places[-1] + usual]])[code]
