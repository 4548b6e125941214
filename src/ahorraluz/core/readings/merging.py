"""Newer imports over older ones: what replaces what, and what a new file would change."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.readings.channels import Channel, ChannelError, Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What rows of a newer channel do to an older one."""

    added: int
    """Rows of time that the older one does not know."""
    changed: int
    """Rows that replace another value or other intervals."""
    unchanged: int
    """Rows that say what is known."""
    replaced: int
    """Rows of the older one that give way, the unchanged ones not counted."""


def supersede(older: Channel, newer: Channel) -> Channel:
    """Return the rows of both in order of time; where they meet, the newer ones stand.

    Rows meet if they are of the same interval or moment, or overlap. A newer row without a
    value says nothing: it takes no value away.

    Raises
    ------
    ChannelError
        ``channels-differ``: not the same name, flow and measure.
    """
    _check_alike(older, newer)
    mute = ~np.isfinite(newer.value) & _meets(newer, older.rows(np.isfinite(older.value)))
    said = newer.rows(~mute)
    kept = older.rows(~_meets(older, said))
    order = np.argsort(np.concatenate((kept.start_s, said.start_s)), kind="stable")
    return replace(
        newer,
        start_s=np.concatenate((kept.start_s, said.start_s))[order],
        end_s=np.concatenate((kept.end_s, said.end_s))[order],
        value=np.concatenate((kept.value, said.value))[order],
        line=np.concatenate((kept.line, said.line))[order],
        flags=np.concatenate((kept.flags, said.flags))[order],
    )


def changes(older: Channel, newer: Channel) -> Changes:
    """Return what :func:`supersede` would do, counted.

    Raises
    ------
    ChannelError
        ``channels-differ``.
    """
    _check_alike(older, newer)
    mute = ~np.isfinite(newer.value) & _meets(newer, older.rows(np.isfinite(older.value)))
    said = newer.rows(~mute)
    meets = _meets(said, older)
    same = _same(said, older)
    unchanged = int(same.sum()) + int(mute.sum())
    gone = _meets(older, said)
    return Changes(
        added=int((~meets).sum()),
        changed=int((meets & ~same).sum()),
        unchanged=unchanged,
        replaced=int((gone & ~_same(older, said)).sum()),
    )


def without(channel: Channel, starts_s: Ints) -> Channel:
    """Return the channel without the rows that begin at some moments, such as quarantined ones.

    Parameters
    ----------
    channel
        Stays as it is.
    starts_s
        Starts of the rows to leave out, shape (k,). [s since 1970 UTC]
    """
    return channel.rows(~np.isin(channel.start_s, starts_s))


def _check_alike(older: Channel, newer: Channel) -> None:
    if (older.id, older.flow, older.measure) != (newer.id, newer.flow, newer.measure):
        raise ChannelError("channels-differ", channel=newer.id, older=older.id)


def _meets(rows: Channel, others: Channel) -> NDArray[np.bool_]:
    """Return which rows overlap, or are at the moment of, any row of the others."""
    if len(rows) == 0 or len(others) == 0:
        return np.zeros(len(rows), dtype=bool)
    order = np.argsort(others.start_s, kind="stable")
    start_s = others.start_s[order]
    reach = np.maximum.accumulate(others.end_s[order])
    before = np.searchsorted(start_s, rows.end_s, side="left")
    overlap = (before > 0) & (reach[np.maximum(before - 1, 0)] > rows.start_s)
    place = np.minimum(np.searchsorted(start_s, rows.start_s), len(start_s) - 1)
    return np.asarray(overlap | (start_s[place] == rows.start_s))


def _same(rows: Channel, others: Channel) -> NDArray[np.bool_]:
    """Return which rows are among the others, with interval, value and flags."""
    if len(rows) == 0 or len(others) == 0:
        return np.zeros(len(rows), dtype=bool)
    # A repeated interval counts as its last row, as in cleaning.
    order = np.argsort(others.start_s, kind="stable")
    place = np.searchsorted(others.start_s[order], rows.start_s, side="right") - 1
    match = order[np.maximum(place, 0)]
    equal = (rows.value == others.value[match]) | (
        np.isnan(rows.value) & np.isnan(others.value[match])
    )
    return np.asarray(
        (others.start_s[match] == rows.start_s)
        & (others.end_s[match] == rows.end_s)
        & (others.flags[match] == rows.flags)
        & equal
    )
