"""Any meter file to channels: the format is found in the content, never in the name."""

import csv
import sys
import tarfile
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from xml.parsers import expat
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.core.readings.channels import MeterFile
from ahorraluz.ingest.files import FileReadError
from ahorraluz.ingest.meter_files.archives import is_archive, is_archive_of_files
from ahorraluz.ingest.meter_files.content import (
    Content,
    MeterFileError,
    content_of_bytes,
    content_of_path,
)
from ahorraluz.ingest.meter_files.green_button import parse_green_button
from ahorraluz.ingest.meter_files.json_files import is_json, parse_json
from ahorraluz.ingest.meter_files.nem12 import is_nem12, parse_nem12
from ahorraluz.ingest.meter_files.options import ReadOptions
from ahorraluz.ingest.meter_files.packed import read_packed
from ahorraluz.ingest.meter_files.recognised import is_web_page, refuse_known

AS_FOUND = ReadOptions()
MAX_NESTING = 2
"""An archive may hold one more archive, such as days packed one by one in a month."""
XML_BEGINNINGS = (b"<", b"\xff\xfe<\x00", b"\xfe\xff\x00<")
"""XML in UTF-8 or a code page, and in UTF-16 of both orders."""

LIBRARY_ERRORS = (
    ArithmeticError,
    EOFError,
    LookupError,
    MemoryError,
    NotImplementedError,
    OSError,
    RecursionError,
    ValueError,
    csv.Error,
    expat.ExpatError,
    tarfile.TarError,
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
)
"""What the libraries raise for content they were not made for."""
LATE_ERRORS: Mapping[str, str] = {
    "pyarrow": "ArrowException",
    "python_calamine": "CalamineError",
}
"""The same of libraries that are imported only where a file needs them, by module."""


def read_meter_file(path: Path, options: ReadOptions = AS_FOUND) -> MeterFile:
    """Return what the meter file at ``path`` says.

    Parameters
    ----------
    path
        File of any supported format; its name does not matter.
    options
        What a person says about it; everything else is found in the content.

    Raises
    ------
    FileReadError
        ``file-missing``, ``file-is-folder``, ``file-forbidden`` or ``file-not-read``.
    MeterFileError
        Why it is no meter file or cannot be read as one; ``meter-file-unreadable`` where a
        library gave up on it.
    """
    return _guarded(content_of_path(path), options)


def parse_meter_file(content: bytes, *, name: str, options: ReadOptions = AS_FOUND) -> MeterFile:
    """Return what a meter file held in memory says.

    Parameters
    ----------
    content
        The whole file.
    name
        Name for messages.
    options
        What a person says about it; everything else is found in the content.

    Raises
    ------
    MeterFileError
        Why it is no meter file or cannot be read as one; ``meter-file-unreadable`` where a
        library gave up on it.
    """
    return _guarded(content_of_bytes(content, name=name), options)


def _guarded(content: Content, options: ReadOptions) -> MeterFile:
    """Return the meter file; whatever a library raises becomes one clear error."""
    _check_zone(options)
    try:
        return parse_content(content, options)
    except (MeterFileError, FileReadError):
        raise
    except AhorraLuzError as error:
        raise MeterFileError(
            "meter-file-unreadable", file=content.name, reason=error.issue.code
        ) from error
    except _library_errors() as error:
        raise MeterFileError(
            "meter-file-unreadable", file=content.name, reason=type(error).__name__
        ) from error


def _library_errors() -> tuple[type[Exception], ...]:
    """Return what a library may have raised; one that was never imported raised nothing."""
    late = (getattr(sys.modules.get(name), kind, None) for name, kind in LATE_ERRORS.items())
    return (*LIBRARY_ERRORS, *(kind for kind in late if kind is not None))


def _check_zone(options: ReadOptions) -> None:
    if options.zone is None:
        return
    try:
        ZoneInfo(options.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise MeterFileError("meter-file-zone-unknown", zone=options.zone) from None


def parse_content(content: Content, options: ReadOptions, *, depth: int = 0) -> MeterFile:
    """Return what a content says, by the format that it shows.

    Parameters
    ----------
    content
        A file, or a member of an archive.
    options
        What a person says about it.
    depth
        Archives around it.
    """
    refuse_known(content)
    text = content.head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if is_web_page(text):
        from ahorraluz.ingest.meter_files.web_tables import parse_web_tables

        return parse_web_tables(content, options)
    if text.startswith(XML_BEGINNINGS):
        return parse_green_button(content, options)
    if is_nem12(text):
        return parse_nem12(content, options)
    if is_json(text):
        return parse_json(content, options)
    return _parse_packed_or_table(content, options, depth=depth)


def _parse_packed_or_table(content: Content, options: ReadOptions, *, depth: int) -> MeterFile:
    # Those that read tables load large libraries: they wait for a file that needs them.
    from ahorraluz.ingest.meter_files.parquet import is_parquet, parse_parquet
    from ahorraluz.ingest.meter_files.tabular import parse_table
    from ahorraluz.ingest.meter_files.workbook import is_workbook, parse_workbook

    packed = is_archive_of_files(content)
    if not packed and is_workbook(content):
        return parse_workbook(content, options)
    if not packed and is_parquet(content):
        return parse_parquet(content, options)
    if not packed and not is_archive(content.head):
        return parse_table(content, options)
    if depth >= MAX_NESTING:
        raise MeterFileError("archive-too-deep", file=content.name)
    return read_packed(
        content, options, lambda member, said: parse_content(member, said, depth=depth + 1)
    )
