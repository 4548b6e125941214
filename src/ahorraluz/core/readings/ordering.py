"""Rows in order of time, each interval once: what every later step relies on."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.readings.channels import Channel, Ints, Measure
from ahorraluz.core.readings.marks import Mark, mark, most_common, runs_of

SLACK_PART, SLACK_S = 20, 60
"""Intervals that overlap by less jitter: a twentieth of one, a minute at most. [s]"""


FINER_ROWS = 10
"""Even steps in a row that show a finer resolution."""


def in_order(channel: Channel) -> tuple[Channel, tuple[Mark, ...]]:
    """Return the rows by time, each interval once, and what was wrong with their order.

    Of rows with the same interval the last one of the file with a value stays. A file
    that runs from new to old is in order.
    """
    start_s = channel.start_s
    steps = np.diff(start_s)
    if bool(np.all(steps > 0)):
        return channel, ()
    marks = _out_of_order(channel, steps)
    order = np.argsort(start_s, kind="stable")
    if bool(np.any(np.diff(channel.end_s[order])[np.diff(start_s[order]) == 0] != 0)):
        order = np.lexsort((channel.end_s, start_s))
    ordered = channel.rows(order)
    same = (np.diff(ordered.start_s) == 0) & (np.diff(ordered.end_s) == 0)
    if not bool(np.any(same)):
        return ordered, marks
    return _once(ordered, same, marks)


def _out_of_order(channel: Channel, steps: Ints) -> tuple[Mark, ...]:
    start_s = channel.start_s
    if int(np.count_nonzero(steps < 0)) * 2 > len(steps):
        late = start_s[1:] > np.minimum.accumulate(start_s)[:-1]
    else:
        late = start_s[1:] < np.maximum.accumulate(start_s)[:-1]
    return mark("out-of-order", "sorted", channel, np.flatnonzero(late) + 1)


def _once(
    ordered: Channel, same: NDArray[np.bool_], marks: tuple[Mark, ...]
) -> tuple[Channel, tuple[Mark, ...]]:
    """Return one row of each interval: the last with a value."""
    first = np.concatenate(([True], ~same))
    begin = np.flatnonzero(first)
    group = np.cumsum(first) - 1
    rows = np.arange(len(ordered), dtype=np.int64)
    known = np.isfinite(ordered.value)
    last = np.maximum.reduceat(np.where(known, rows, -1), begin)
    any_row = np.maximum.reduceat(rows, begin)
    kept = np.where(last >= 0, last, any_row)
    winner = ordered.value[kept][group]
    extra = np.ones(len(ordered), dtype=bool)
    extra[kept] = False
    differs = extra & known & (ordered.value != winner)
    marks += mark("duplicates-same", "dropped", ordered, extra & ~differs)
    marks += mark("duplicates-differ", "later-wins", ordered, differs)
    return ordered.rows(kept), marks


def with_ends(channel: Channel) -> Channel:
    """Return energies with an end each: where the file gives none, the next row begins."""
    if channel.measure is not Measure.ENERGY or len(channel) == 0:
        return channel
    momentary = channel.end_s == channel.start_s
    if not bool(np.any(momentary)):
        return channel
    steps = np.diff(channel.start_s)
    length = most_common(steps[steps > 0]) or 3_600
    until_next = np.where(steps > 0, np.minimum(steps, length), length)
    reach = channel.start_s + np.append(until_next, length)
    return replace(channel, end_s=np.where(momentary, reach, channel.end_s))


def apart(channel: Channel) -> tuple[Channel, tuple[Mark, ...]]:
    """Return intervals that do not overlap, and which were set aside.

    An interval of another length than most gives way to those of the common length that
    it meets, as a daily total among hours does; of two alike the later row of the file stays.
    """
    start_s, end_s = channel.start_s, channel.end_s
    if len(channel) < 2 or not bool(np.any(start_s[1:] < end_s[:-1])):
        return channel, ()
    length = end_s - start_s
    usual_s = most_common(length)
    end_s = end_s - min(usual_s // SLACK_PART, SLACK_S)
    if not bool(np.any(start_s[1:] < end_s[:-1])):
        return channel, ()
    if bool(np.all(length == usual_s)):
        finer = _finer(channel, usual_s)
        if finer is not channel:
            return apart(finer)
    common = length == usual_s
    usual = np.flatnonzero(common)
    out = np.zeros(len(channel), dtype=bool)
    if not bool(np.all(common)):
        before = np.searchsorted(start_s[usual], end_s, side="left")
        after = np.searchsorted(np.maximum.accumulate(end_s[usual]), start_s, side="right")
        out = ~common & (before > after)
    left = np.flatnonzero(~out)
    if bool(np.any(start_s[left][1:] < end_s[left][:-1])):
        out[_losers(replace(channel, end_s=np.maximum(end_s, start_s)), left)] = True
    return channel.rows(~out), mark("overlap", "overlap-dropped", channel, out)


def _finer(channel: Channel, usual_s: int) -> Channel:
    """Return intervals that end where the next begins, in stretches of a finer step.

    A file that gives starts only is read with one length; where its rows follow each other
    more closely and evenly for a while, the meter counted shorter intervals there.
    """
    steps = np.diff(channel.start_s)
    begin, rows = runs_of(steps.astype(np.float64))
    closer = (steps[begin] < usual_s) & (rows >= FINER_ROWS)
    if not bool(np.any(closer)):
        return channel
    ends = channel.end_s.copy()
    for first, count in zip(begin[closer].tolist(), rows[closer].tolist(), strict=True):
        behind = first + count
        ends[first : behind + 1] = channel.start_s[first : behind + 1] + steps[first]
    return replace(channel, end_s=ends)


def _losers(channel: Channel, rows: Ints) -> list[int]:
    """Return the rows that give way where two alike overlap, in order of time."""
    starts, ends = channel.start_s.tolist(), channel.end_s.tolist()
    lines, known = channel.line.tolist(), np.isfinite(channel.value).tolist()
    lost: list[int] = []
    kept = int(rows[0])
    for row in rows[1:].tolist():
        if starts[row] >= ends[kept]:
            kept = row
        elif (known[row], starts[kept] - ends[kept], lines[row]) >= (
            known[kept],
            starts[row] - ends[row],
            lines[kept],
        ):
            lost.append(kept)
            kept = row
        else:
            lost.append(row)
    return lost
