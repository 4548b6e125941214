"""What an archive says: its one meter file, or several that are one after the other."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from ahorraluz.core.issues import Issue, Severity
from ahorraluz.core.readings.channels import MeterFile
from ahorraluz.ingest.meter_files.archives import members
from ahorraluz.ingest.meter_files.content import Content, MeterFileError
from ahorraluz.ingest.meter_files.options import ReadOptions
from ahorraluz.ingest.meter_files.parts import Part, joined

Parse = Callable[[Content, ReadOptions], MeterFile]
MOST_READ = 1_000
"""Members that are tried: three years of days."""
MOST_NAMED = 10
"""Names in one message."""


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
    read: list[Part] = []
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
            read.append(Part(member.name, parse(member, said)))
        except MeterFileError as error:
            failed.append((member.name, error))
        if chosen:
            break
    if not read:
        raise _nothing(content, failed)
    skipped = [name for name, _ in failed]
    file = joined(read)
    if file is None:
        names = [member.name for member in read[:MOST_NAMED]]
        raise MeterFileError("archive-mixed", file=content.name, names=names)
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
