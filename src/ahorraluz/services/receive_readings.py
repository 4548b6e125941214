"""Meter files: check what is in one, keep it for a home, take it back, and hand it out again."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from zoneinfo import available_timezones

from ahorraluz.core.issues import AhorraLuzError, InvalidInputError, Issue, Severity
from ahorraluz.core.readings.channels import Channel, Measure, MeterFile, home_channels
from ahorraluz.core.readings.cleaning import Cleaned, clean_channels
from ahorraluz.ingest.meter_files.options import LIMA, ReadOptions, Stamp
from ahorraluz.ingest.meter_files.reading import parse_meter_file, read_meter_file
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.store.records import ImportReceipt

HOME_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?", re.ASCII)
"""Names of homes in the store: short, and safe in an address or a file name."""
ROW_CODES = ("row-broken",)


class ReadingsRefusedError(AhorraLuzError):
    """Readings that are not kept, or that are not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileHints:
    """What a person says about a meter file where its content leaves a doubt."""

    zone: str | None = None
    """IANA name."""
    unit: str | None = None
    measure: str | None = None
    """``energy``, ``register`` or ``power``."""
    stamp: str | None = None
    """``start`` or ``end``."""
    day_first: bool | None = None
    time_column: str | None = None
    value_column: str | None = None
    sheet: str | None = None

    def options(self) -> ReadOptions:
        """Return them as the readers take them; raises ``zone-unknown``."""
        if self.zone is not None and self.zone not in available_timezones():
            raise InvalidInputError(
                "zone-unknown",
                field="zone",
                value=self.zone[:60],
                suggestion=_zone_like(self.zone),
            )
        return ReadOptions(
            zone=self.zone,
            unit=self.unit,
            measure=None if self.measure is None else Measure(self.measure),
            stamp=None if self.stamp is None else Stamp(self.stamp),
            day_first=self.day_first,
            time_column=self.time_column,
            value_column=self.value_column,
            sheet=self.sheet,
        )


def _zone_like(name: str) -> str:
    """Return the zone that was probably meant: the one of that city, else the closest name."""
    known = sorted(available_timezones())
    of_city = [zone for zone in known if zone.casefold().endswith(f"/{name.casefold()}")]
    return (of_city or get_close_matches(name, known, n=1) or [LIMA])[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedFile:
    """A meter file, read and cleaned, with nothing kept yet."""

    name: str
    sha256: str
    """Of the file's bytes, in hexadecimal."""
    file: MeterFile
    home: tuple[Channel, ...]
    """The channels that add up to what the home is billed for."""
    cleaned: Cleaned

    @property
    def zone(self) -> str:
        """IANA zone of the local times."""
        return self.file.zone

    @property
    def issues(self) -> tuple[Issue, ...]:
        """What was assumed, skipped or refused while reading."""
        return self.file.issues


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFile:
    """A meter file that was kept for a home."""

    home: str
    checked: CheckedFile
    receipt: ImportReceipt


def check_file(path: Path, hints: FileHints | None = None) -> CheckedFile:
    """Return what a meter file on disk says and how good it is; nothing is kept.

    Raises
    ------
    InvalidInputError
        ``zone-unknown``.
    FileReadError, MeterFileError
        The file cannot be read, or is no meter file.
    """
    file = read_meter_file(path, (hints or FileHints()).options())
    with path.open("rb") as opened:
        digest = hashlib.file_digest(opened, "sha256").hexdigest()
    return _checked(file, name=path.name, sha256=digest)


def check_bytes(content: bytes, *, name: str, hints: FileHints | None = None) -> CheckedFile:
    """Return what the bytes of an uploaded file say; raises like :func:`check_file`."""
    file = parse_meter_file(content, name=name, options=(hints or FileHints()).options())
    return _checked(file, name=name, sha256=hashlib.sha256(content).hexdigest())


def _checked(file: MeterFile, *, name: str, sha256: str) -> CheckedFile:
    home = home_channels(file.channels)
    cleaned = clean_channels(home, zone=file.zone)
    return CheckedFile(name=name, sha256=sha256, file=file, home=home, cleaned=cleaned)


def keep_file(
    checked: CheckedFile,
    *,
    home: str,
    tools: Toolbox,
    as_of: datetime,
    keep_rest: bool = False,
) -> KeptFile:
    """Keep a checked file for a home, whole or not at all.

    Parameters
    ----------
    checked
        What :func:`check_file` returned.
    home
        Name of the home in the store; it is made if it is new.
    tools
        The store.
    as_of
        The moment, with its zone.
    keep_rest
        Whether to keep the good rows of a file that has broken ones.

    Raises
    ------
    ReadingsRefusedError
        ``home-name-invalid``, or ``import-broken-rows`` after the first broken rows.
    AhorraLuzError
        The store cannot be written.
    """
    check_home_name(home)
    broken = checked.file.broken_rows
    if broken and not keep_rest:
        error = ReadingsRefusedError("import-broken-rows", file=checked.name, count=broken)
        shown = [issue for issue in checked.issues if issue.code in ROW_CODES]
        error.issues += tuple(replace(issue, severity=Severity.ERROR) for issue in shown)
        raise error
    receipt = tools.store.add_import(
        home, checked.file, sha256=checked.sha256, file_name=checked.name, as_of=as_of
    )
    return KeptFile(home=home, checked=checked, receipt=receipt)


def check_home_name(name: str) -> str:
    """Return a home's name unchanged; raises ``home-name-invalid``."""
    if not HOME_NAME.fullmatch(name):
        raise ReadingsRefusedError("home-name-invalid", value=name[:60])
    return name


def readings_of(home: str, *, tools: Toolbox) -> tuple[tuple[Channel, ...], Cleaned]:
    """Return the channels kept for a home, and their clean series.

    Raises
    ------
    ReadingsRefusedError
        ``home-without-readings``: everything was taken back or put aside.
    AhorraLuzError
        No such home.
    """
    channels = tools.store.channels(home)
    if not any(len(channel) for channel in channels):
        raise ReadingsRefusedError("home-without-readings", home=home)
    chosen: Sequence[Channel] = home_channels(channels)
    return channels, clean_channels(chosen, zone=tools.store.zone(home))
