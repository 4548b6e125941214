"""Readings by the word a person gives: a file on disk, or a home of the store."""

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from ahorraluz.core.issues import Issue
from ahorraluz.core.readings.channels import Channel, Measure, home_channels
from ahorraluz.core.readings.cleaning import Cleaned, clean_channels
from ahorraluz.core.readings.lattice import midnights
from ahorraluz.core.readings.schema import ReadingsError
from ahorraluz.services.receive_readings import (
    HOME_NAME,
    FileHints,
    ReadingsRefusedError,
    check_file,
    readings_of,
)
from ahorraluz.services.toolbox import Toolbox


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundReadings:
    """Clean readings with what they were made of."""

    name: str
    """File or home, as people call it."""
    channels: tuple[Channel, ...]
    cleaned: Cleaned
    home: str | None = None
    """The home in the store; ``None``: a file."""
    issues: tuple[Issue, ...] = ()
    """What was assumed or skipped while a file was read."""


def find_readings(target: str, *, tools: Toolbox, hints: FileHints | None = None) -> FoundReadings:
    """Return the readings of a file or of a home.

    A word that is a file is that file; any other that could be the name of a home is
    looked for in the store.

    Raises
    ------
    ReadingsRefusedError
        ``no-such-file-or-home``, ``home-without-readings``.
    AhorraLuzError
        The file cannot be read, or the store cannot.
    """
    path = Path(target)
    if _is_file(path) or not HOME_NAME.fullmatch(target):
        checked = check_file(path, hints)
        return FoundReadings(
            name=checked.name,
            channels=checked.file.channels,
            cleaned=checked.cleaned,
            issues=checked.issues,
        )
    if target not in {home.id for home in tools.store.homes()}:
        raise ReadingsRefusedError("no-such-file-or-home", value=target)
    channels, cleaned = readings_of(target, tools=tools)
    return FoundReadings(name=target, channels=channels, cleaned=cleaned, home=target)


def known_on(found: FoundReadings, day: date) -> FoundReadings:
    """Return the readings as they were when a day began, cleaned anew.

    Cleaning looks ahead: it fills a gap by the days after it, and spreads the energy between
    two standings of a counter. So what came later is left out first.

    Raises
    ------
    ReadingsRefusedError
        ``readings-all-later``: nothing had been read by then.
    """
    zone = found.cleaned.readings.zone
    number = day.toordinal() - date(1970, 1, 1).toordinal()
    moment_s = int(midnights(number, number, zone=zone)[0])
    channels = tuple(_before(channel, moment_s) for channel in found.channels)
    if sum(map(len, channels)) == sum(map(len, found.channels)):
        return found
    chosen = [channel for channel in home_channels(channels) if len(channel)]
    try:
        cleaned = clean_channels(chosen, zone=zone)
    except ReadingsError as error:
        raise ReadingsRefusedError("readings-all-later", day=day) from error
    return replace(found, channels=channels, cleaned=cleaned)


def _before(channel: Channel, moment_s: int) -> Channel:
    """Return the rows that were over at a moment; a counter read just then counts."""
    over = channel.end_s <= moment_s
    if channel.measure is not Measure.REGISTER:
        over &= channel.start_s < moment_s
    return channel.rows(over)


def _is_file(path: Path) -> bool:
    """Tell whether a word names a file; a word too long for one does not."""
    try:
        return path.is_file()
    except OSError:
        return False
