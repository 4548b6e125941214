"""What an archive says: its one meter file, or several that are one after the other."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from ahorraluz.core.issues import Issue, Severity
from ahorraluz.core.readings.channels import Channel, MeterFile
from ahorraluz.ingest.meter_files.archives import members
from ahorraluz.ingest.meter_files.content import Content, MeterFileError
from ahorraluz.ingest.meter_files.options import ReadOptions

Parse = Callable[[Content, ReadOptions], MeterFile]
MOST_READ = 1_000
"""Members that are tried: three years of days."""
MOST_NAMED = 10
"""Names in one message."""
MOST_ISSUES = 50
"""Issues of all members together that are kept."""
MAX_OVERLAP = 0.1
"""Part of the shorter of two members that may lie in both: exports repeat a day at their edges."""


@dataclass(frozen=True, slots=True)
class _Member:
    name: str
    file: MeterFile

    @property
    def shape(self) -> tuple[object, ...]:
        """Return what two members have in common that can be joined."""
        channels = tuple((c.id, c.flow, c.measure) for c in self.file.channels)
        return (self.file.format, self.file.zone, channels)

    @property
    def span(self) -> tuple[int, int]:
        """Return first and last moment. [s since 1970 UTC]"""
        filled = [c for c in self.file.channels if len(c)]
        if not filled:
            return 0, 0
        return min(int(c.start_s.min()) for c in filled), max(int(c.end_s.max()) for c in filled)


def read_packed(content: Content, options: ReadOptions, parse: Parse) -> MeterFile:
    """Return what the meter files of an archive say together.

    Parameters
    ----------
    content
        The archive.
    options
        ``sheet`` names one member, by its name without folders.
    parse
        Reads one member.

    Raises
    ------
    MeterFileError
        Those of :func:`~ahorraluz.ingest.meter_files.archives.members`; ``archive-empty``;
        ``archive-mixed``: its members cannot be joined, and none is chosen; of a lone
        member its own error; ``archive-nothing-readable``.
    """
    read: list[_Member] = []
    failed: list[tuple[str, MeterFileError]] = []
    chosen = False
    for count, member in enumerate(members(content)):
        if count >= MOST_READ:
            raise MeterFileError("archive-too-many-members", file=content.name, limit=MOST_READ)
        said = options
        if options.sheet is not None and member.name == options.sheet:
            read, failed, chosen = [], [], True
            said = replace(options, sheet=None)
        try:
            read.append(_Member(member.name, parse(member, said)))
        except MeterFileError as error:
            failed.append((member.name, error))
        if chosen:
            break
    if not read:
        raise _nothing(content, failed)
    skipped = [name for name, _ in failed]
    file = _joined(content, read)
    if not skipped:
        return file
    note = Issue(
        code="archive-members-skipped",
        severity=Severity.WARNING,
        parameters={"names": skipped[:MOST_NAMED], "count": len(skipped)},
    )
    return replace(file, issues=(*file.issues, note))


def _nothing(content: Content, failed: Sequence[tuple[str, MeterFileError]]) -> MeterFileError:
    if not failed:
        return MeterFileError("archive-empty", file=content.name)
    if len(failed) == 1:
        return failed[0][1]
    names = [name for name, _ in failed[:MOST_NAMED]]
    return MeterFileError("archive-nothing-readable", file=content.name, names=names)


def _joined(content: Content, read: Sequence[_Member]) -> MeterFile:
    """Return the members as one file, in the order of their times."""
    if len(read) == 1:
        return read[0].file
    ordered = sorted(read, key=lambda member: member.span)
    apart = all(_follows(one, other) for one, other in pairwise(ordered))
    if len({member.shape for member in read}) > 1 or not apart:
        names = [member.name for member in read[:MOST_NAMED]]
        raise MeterFileError("archive-mixed", file=content.name, names=names)
    files = [member.file for member in ordered]
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


def _follows(one: _Member, other: _Member) -> bool:
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
