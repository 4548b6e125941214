"""What a new file changes: its rows against those a home has."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.readings.channels import Channel, Ints, Measure, home_channels

HOUR_S = 3_600


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Rows of a file by what they change."""

    added: int
    changed: int
    unchanged: int

    def __add__(self, other: "Changes") -> "Changes":
        """Return both together."""
        return Changes(
            added=self.added + other.added,
            changed=self.changed + other.changed,
            unchanged=self.unchanged + other.unchanged,
        )


def changes(new: Channel, known: Channel | None) -> Changes:
    """Return what the rows of ``new`` change in a channel.

    Rows of the same moment belong together: they are unchanged if the channel has the same
    rows there, no fewer and no more, wherever they stand in the file.
    """
    if known is None:
        return Changes(added=len(new), changed=0, unchanged=0)
    if _one_by_one(new) and _one_by_one(known):
        return _changes_one_by_one(new, known)
    moment_new, moment_known = _ranks((new.start_s, known.start_s), (new.end_s, known.end_s))
    row_new, row_known = _ranks(
        (moment_new, moment_known), (_bits(new), _bits(known)), (new.flags, known.flags)
    )
    moments = int(max(moment_new.max(), moment_known.max(initial=0))) + 1
    count_new = np.bincount(moment_new, minlength=moments)
    count_known = np.bincount(moment_known, minlength=moments)
    found = np.bincount(moment_new[np.isin(row_new, row_known)], minlength=moments)
    same = (found == count_new) & (count_new == count_known)
    added = int(count_new[count_known == 0].sum())
    unchanged = int(count_new[same].sum())
    return Changes(added=added, changed=len(new) - added - unchanged, unchanged=unchanged)


def _one_by_one(channel: Channel) -> bool:
    """Tell whether no two rows begin at the same moment, and all are in order."""
    return bool(np.all(np.diff(channel.start_s) > 0))


def _changes_one_by_one(new: Channel, known: Channel) -> Changes:
    """Return the same as :func:`changes` in a tenth of the time, for files as they should be."""
    if not len(known):
        return Changes(added=len(new), changed=0, unchanged=0)
    place = np.searchsorted(known.start_s, new.start_s).clip(max=len(known) - 1)
    there = known.rows(place)
    met = (there.start_s == new.start_s) & (there.end_s == new.end_s)
    same = met & (_bits(there) == _bits(new)) & (there.flags == new.flags)
    added, unchanged = int((~met).sum()), int(same.sum())
    return Changes(added=added, changed=len(new) - added - unchanged, unchanged=unchanged)


def _bits(channel: Channel) -> Ints:
    """Return the values as whole numbers: one for every NaN, and none that rounding blurs."""
    # Adding nought makes one of both noughts.
    value = np.where(np.isnan(channel.value), np.nan, channel.value + 0.0)
    return value.view(np.int64)


def _ranks(*pairs: tuple[NDArray[np.integer], NDArray[np.integer]]) -> tuple[Ints, Ints]:
    """Return one number per row of two tables, the same where all their columns are."""
    length = len(pairs[0][0])
    rank = np.zeros(length + len(pairs[0][1]), dtype=np.int64)
    for one, other in pairs:
        both = np.concatenate((one, other)).astype(np.int64, copy=False)
        codes = np.unique(both, return_inverse=True)[1]
        # Both factors are at most the number of rows, so that 64 bits hold the product.
        rank = np.unique(rank * (int(codes.max()) + 1) + codes, return_inverse=True)[1]
    return rank[:length], rank[length:]


def read_sha256(channels: Iterable[Channel]) -> str:
    """Return a digest of what was read: the same file read in another way has another."""
    digest = hashlib.sha256()
    for channel in channels:
        name = f"{channel.id}\0{channel.flow}\0{channel.measure}\0{len(channel)}\0"
        digest.update(name.encode())
        for column in (channel.start_s, channel.end_s, channel.value, channel.flags):
            digest.update(np.ascontiguousarray(column).data)
    return digest.hexdigest()


def raw_kwh(channels: Sequence[Channel]) -> float:
    """Return the energy of the home's channels as the file says it, nothing cleaned. [kWh]"""
    return sum((_kwh(channel) for channel in home_channels(channels)), 0.0)


def _kwh(channel: Channel) -> float:
    known = channel.rows(~np.isnan(channel.value))
    known = known.rows(np.argsort(known.start_s, kind="stable"))
    match known.measure:
        case Measure.ENERGY:
            return float(known.value.sum())
        case Measure.REGISTER:
            # A fall is a counter that began anew; what it counted by then is not known.
            return float(np.clip(np.diff(known.value), 0.0, None).sum())
        case Measure.POWER:
            length = known.end_s - known.start_s
            # Power at a moment holds until the next one.
            until_next = np.append(np.diff(known.start_s), 0)
            return float((known.value * np.where(length > 0, length, until_next)).sum() / HOUR_S)
