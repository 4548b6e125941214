"""Registers of one tariff put together: by day one counts, by night the other."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.readings.channels import Channel, Measure
from ahorraluz.core.readings.marks import most_common

EXCLUSIVE = 0.9
"""Part of the moments at which only one of the channels must have a value.

Phases of one supply nearly always count together, registers of one tariff take turns:
only where they change may both have counted.
"""


def joined(channels: Sequence[Channel]) -> tuple[Channel, ...]:
    """Return the channels, those of one flow that take turns joined to one.

    An interval that one of them leaves empty is then no missing value: the other counted.

    Parameters
    ----------
    channels
        Prepared: in order, each interval once.
    """
    if len(channels) < 2:
        return tuple(channels)
    result: list[Channel] = []
    for flow in dict.fromkeys(channel.flow for channel in channels):
        same = [channel for channel in channels if channel.flow is flow]
        result.extend([_one(same)] if _take_turns(same) else same)
    return tuple(result)


def _take_turns(channels: list[Channel]) -> bool:
    if len(channels) < 2 or any(len(channel) == 0 for channel in channels):
        return False
    if len({channel.measure for channel in channels}) != 1:
        return False
    if channels[0].measure is Measure.REGISTER:
        return False
    if len({most_common(channel.end_s - channel.start_s) for channel in channels}) != 1:
        return False
    known = [channel.start_s[np.isfinite(channel.value)] for channel in channels]
    _, count = np.unique(np.concatenate(known), return_counts=True)
    return len(count) > 0 and float(np.mean(count == 1)) >= EXCLUSIVE


def _one(channels: list[Channel]) -> Channel:
    """Return the sum of channels that take turns."""
    names = ("start_s", "end_s", "value", "line", "flags")
    every = {name: np.concatenate([getattr(c, name) for c in channels]) for name in names}
    order = np.lexsort((every["end_s"], every["start_s"]))
    start_s, end_s = every["start_s"][order], every["end_s"][order]
    new = np.append(True, (np.diff(start_s) != 0) | (np.diff(end_s) != 0))
    begin = np.flatnonzero(new)
    value: NDArray[np.float64] = every["value"][order]
    known = np.isfinite(value)
    total = np.add.reduceat(np.where(known, value, 0.0), begin)
    some = np.maximum.reduceat(known, begin)
    return replace(
        channels[0],
        start_s=start_s[begin],
        end_s=end_s[begin],
        value=np.where(some, total, np.nan),
        line=every["line"][order][begin],
        flags=np.bitwise_or.reduceat(np.where(known, every["flags"][order], 0), begin).astype(
            np.uint8
        ),
    )
