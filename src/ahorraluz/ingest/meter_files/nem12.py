"""NEM12 and NEM13, the meter data files of the Australian market, to channels.

A ``200`` record opens a stream of one meter; each ``300`` record is one of its days; a
``400`` record says how good a run of intervals is. A ``250`` record (NEM13) is the energy
between two readings of a register.

References
----------
AEMO, *Meter Data File Format Specification NEM12 & NEM13*, version 2.6 (2023).
"""

from collections.abc import Sequence

import numpy as np

from ahorraluz.core.issues import Issue, Severity
from ahorraluz.core.readings.channels import Channel, Flow, MeterFile
from ahorraluz.ingest.meter_files.content import Content, MeterFileError
from ahorraluz.ingest.meter_files.nem12_records import NET, Reader, Stream, records_of
from ahorraluz.ingest.meter_files.options import ReadOptions

MARKET_ZONE = "Etc/GMT-10"
"""The market runs on Eastern Standard Time all year: UTC+10 (the sign of POSIX is turned)."""


def is_nem12(head: bytes) -> bool:
    """Tell whether a file begins like NEM12 or NEM13, with its header or without."""
    lines = head.removeprefix(b"\xef\xbb\xbf").lstrip().replace(b'"', b"").splitlines()[:3]
    fields = [[part.strip() for part in line.split(b",")] for line in lines]
    if not fields:
        return False
    match fields[0][:2]:
        case [b"100", kind]:
            return kind.upper() in (b"NEM12", b"NEM13")
        case [b"200", _]:
            return len(fields) > 1 and fields[1][0] == b"300" and len(fields[0]) >= 9
        case [b"250", _]:
            return len(fields[0]) >= 20
    return False


def parse_nem12(content: Content, options: ReadOptions) -> MeterFile:
    """Return what a NEM12 or NEM13 file says.

    Parameters
    ----------
    content
        Records, one a line.
    options
        ``zone`` of its clock, else market time; ``value_column`` picks one NMI.

    Raises
    ------
    MeterFileError
        ``meter-file-several-homes``: several NMIs, and none is chosen;
        ``meter-file-choice-unknown``; ``meter-file-not-electricity``: no stream of active
        energy; ``nem12-all-broken``: no day could be read, with its first line and how
        many values it has; ``meter-file-no-readings``.
    """
    zone = options.zone or MARKET_ZONE
    reader = Reader(zone)
    for line, record in records_of(content):
        reader.take(line, record)
    streams = _of_one_home(list(reader.streams.values()), content, options)
    read = [stream for stream in streams if stream.is_energy and len(stream.series)]
    if not read:
        raise _nothing(reader, streams, content)
    channels, repeated = _channels(read)
    return MeterFile(
        format=reader.format,
        channels=tuple(channels),
        rows=reader.rows,
        zone=zone,
        issues=(*reader.issues, *_remarks(reader, streams, repeated)),
        broken_rows=reader.broken,
    )


def _of_one_home(streams: Sequence[Stream], content: Content, options: ReadOptions) -> list[Stream]:
    names = sorted({stream.nmi for stream in streams if stream.is_energy})
    choice = options.value_column
    if choice is not None:
        if choice not in names:
            raise MeterFileError(
                "meter-file-choice-unknown", file=content.name, choice=choice, names=names
            )
        return [stream for stream in streams if stream.nmi == choice]
    if len(names) > 1:
        raise MeterFileError("meter-file-several-homes", file=content.name, names=names)
    return list(streams)


def _nothing(reader: Reader, streams: Sequence[Stream], content: Content) -> MeterFileError:
    """Return why no reading is left."""
    if reader.broken:
        first = reader.issues[0].parameters.get("line")
        return MeterFileError("nem12-all-broken", file=content.name, rows=reader.broken, line=first)
    if streams and not any(stream.is_energy for stream in streams):
        return MeterFileError("meter-file-not-electricity", file=content.name)
    return MeterFileError("meter-file-no-readings", file=content.name)


def _channels(streams: Sequence[Stream]) -> tuple[list[Channel], list[str]]:
    """Return a channel for each suffix, and the suffixes that say the same energy again.

    A meter that was changed goes on in the same channel; two meters at one time are two.
    """
    exact = any(s.flow is Flow.IMPORT and s.suffix[:1].upper() != NET for s in streams)
    channels: list[Channel] = []
    repeated: list[str] = []
    by_suffix: dict[str, list[Stream]] = {}
    for stream in streams:
        if exact and stream.minutes and stream.suffix[:1].upper() == NET:
            repeated.append(stream.suffix)
        else:
            by_suffix.setdefault(stream.suffix, []).append(stream)
    for suffix, parts in by_suffix.items():
        joined = _joined(parts)
        for stream in joined:
            name = suffix if len(joined) == 1 else f"{suffix} {stream.serial} {stream.minutes}"
            flow = stream.flow or Flow.IMPORT
            channels.append(stream.series.channel(name, flow=flow, factor=stream.factor))
    return channels, repeated


def _joined(parts: Sequence[Stream]) -> list[Stream]:
    """Return the streams of a suffix, one after the other as one where they never meet."""
    first, *others = parts
    joined = [first]
    for other in others:
        starts = np.array(other.series.start_s)
        follows = next(
            (
                stream
                for stream in joined
                if stream.factor == other.factor
                and not len(np.intersect1d(starts, np.array(stream.series.start_s)))
            ),
            None,
        )
        if follows is None:
            joined.append(other)
        else:
            follows.series.join(other.series)
    return joined


def _remarks(reader: Reader, streams: Sequence[Stream], repeated: list[str]) -> list[Issue]:
    issues = []
    others = sorted({stream.suffix for stream in streams if not stream.is_energy})
    if others:
        issues.append(Issue(code="meter-file-left-out", parameters={"names": others}))
    if repeated:
        issues.append(
            Issue(
                code="meter-file-repeats-left-out",
                severity=Severity.NOTE,
                parameters={"names": repeated},
            )
        )
    if not reader.ended:
        issues.append(Issue(code="nem12-end-missing"))
    return issues
