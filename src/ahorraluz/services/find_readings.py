"""Readings by the word a person gives: a file on disk, or a home of the store."""

from dataclasses import dataclass
from pathlib import Path

from ahorraluz.core.issues import Issue
from ahorraluz.core.readings.channels import Channel
from ahorraluz.core.readings.cleaning import Cleaned
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


def _is_file(path: Path) -> bool:
    """Tell whether a word names a file; a word too long for one does not."""
    try:
        return path.is_file()
    except OSError:
        return False
