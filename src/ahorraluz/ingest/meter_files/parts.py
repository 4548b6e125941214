"""Parts of one file, such as members of an archive or sheets of a workbook, to one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from ahorraluz.core.readings.channels import Channel, MeterFile

MOST_ISSUES = 50
"""Issues of all parts together that are kept."""
MAX_OVERLAP = 0.1
"""Part of the shorter of two parts that may lie in both: exports repeat a day at their edges."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part that was read."""

    name: str
    file: MeterFile

    @property
    def shape(self) -> tuple[object, ...]:
        """Return what two parts have in common that can be joined."""
        channels = tuple((c.id, c.flow, c.measure) for c in self.file.channels)
        return (self.file.format, self.file.zone, channels)

    @property
    def span(self) -> tuple[int, int]:
        """Return first and last moment. [s since 1970 UTC]"""
        filled = [c for c in self.file.channels if len(c)]
        if not filled:
            return 0, 0
        return min(int(c.start_s.min()) for c in filled), max(int(c.end_s.max()) for c in filled)


def joined(read: Sequence[Part]) -> MeterFile | None:
    """Return the parts as one file, in the order of their times; ``None``: they are not one."""
    if len(read) == 1:
        return read[0].file
    ordered = sorted(read, key=lambda part: part.span)
    apart = all(_follows(one, other) for one, other in pairwise(ordered))
    if len({part.shape for part in read}) > 1 or not apart:
        return None
    files = [part.file for part in ordered]
    # Hundreds of days say the same of themselves: once is enough.
    issues = list(
        {
            (issue.code, repr(sorted(issue.parameters.items()))): issue
            for file in files
            for issue in file.issues
        }.values()
    )
    return replace(
        files[0],
        channels=tuple(
            _one_after_the_other(parts) for parts in zip(*(f.channels for f in files), strict=True)
        ),
        rows=sum(file.rows for file in files),
        issues=tuple(issues[:MOST_ISSUES]),
        broken_rows=sum(file.broken_rows for file in files),
    )


def _follows(one: Part, other: Part) -> bool:
    """Tell whether the second goes on where the first ends, but for a few repeated days."""
    (first, last), (start, end) = one.span, other.span
    shorter = min(last - first, end - start)
    return last - start <= MAX_OVERLAP * shorter


def _one_after_the_other(parts: Sequence[Channel]) -> Channel:
    return replace(
        parts[0],
        start_s=np.concatenate([part.start_s for part in parts]),
        end_s=np.concatenate([part.end_s for part in parts]),
        value=np.concatenate([part.value for part in parts]),
        line=np.concatenate([part.line for part in parts]),
        flags=np.concatenate([part.flags for part in parts]),
    )
