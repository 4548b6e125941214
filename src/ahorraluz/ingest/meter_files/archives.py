"""Archives of meter files: what is in them, within limits; paths in them mean nothing."""

import bz2
import gzip
import io
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import IO, BinaryIO

from ahorraluz.ingest.meter_files.content import (
    HEAD_BYTES,
    MAX_BYTES,
    Content,
    MeterFileError,
    content_of_bytes,
)

MAX_MEMBERS = 10_000
MAX_RATIO = 500
"""Meter files shrink 5 to 60 times; far beyond is a bomb."""
RATIO_FROM_BYTES = 16 * 1024 * 1024
"""Below it the ratio does not matter: a small file of zeros harms nobody. [byte]"""
CHUNK_BYTES = 1024 * 1024
MAX_CENTRAL_BYTES = 16 * 1024 * 1024
"""Largest table of contents of a zip: 1,600 bytes for each of its members. [byte]"""

BROKEN = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    tarfile.TarError,
    zlib.error,
    EOFError,
    OSError,
    NotImplementedError,
    ValueError,
    struct.error,
)
"""What the readers of archives raise for one that is damaged, or packed in a way they lack."""
ENCRYPTED = 0x1
END_BYTES = 22 + 65_535
"""Longest end record of a zip, its comment included. [byte]"""
END, END64 = b"PK\x05\x06", b"PK\x06\x06"
ZIP, GZIP, BZIP2 = b"PK\x03\x04", b"\x1f\x8b", b"BZh"
TAR_AT, TAR = 257, b"ustar"
ZIP64 = 0xFFFFFFFF
"""A size that stands in the end record of the 64-bit form."""
MAX_NAME = 120
EMPTY = b"\x00 \t\r\n\xef\xbb\xbf"
Unpacked = IO[bytes] | gzip.GzipFile | bz2.BZ2File
HIDDEN = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")


def is_archive(head: bytes) -> bool:
    """Tell whether a file is an archive that can be opened; a workbook is a zip as well."""
    return head.startswith((ZIP, END, GZIP, BZIP2)) or head[TAR_AT:].startswith(TAR)


def is_archive_of_files(content: Content) -> bool:
    """Tell whether a file is an archive whose own members are no parts of a workbook.

    A workbook may lie in an archive as it is, so that its names are all over the bytes of
    the archive: only the table of contents tells the two apart. A damaged one is no archive
    here, and is left to whoever reads workbooks.
    """
    if not content.head.startswith((ZIP, END)):
        return is_archive(content.head)
    try:
        _check_directory(content)
        with content.opened() as file, zipfile.ZipFile(file) as archive:
            names = archive.namelist()
    except BROKEN:
        return False
    return not any(name.startswith("xl/") or name == "content.xml" for name in names)


def members(content: Content) -> Iterator[Content]:
    """Yield the files of an archive, in its order.

    Raises
    ------
    MeterFileError
        ``archive-encrypted``, ``archive-too-many-members``, ``archive-bomb``,
        ``archive-too-large``, ``archive-broken`` or ``meter-file-too-large``.
    """
    head = content.head
    try:
        if head.startswith((ZIP, END)):
            yield from _zip_members(content)
        elif head.startswith(GZIP):
            yield from _single(content, lambda file: gzip.GzipFile(fileobj=file))
        elif head.startswith(BZIP2):
            yield from _single(content, bz2.BZ2File)
        else:
            yield from _tar_members(content)
    except BROKEN as error:
        raise MeterFileError(
            "archive-broken", file=content.name, reason=type(error).__name__
        ) from None


# --- zip and tar -----------------------------------------------------------------------------


def _zip_members(content: Content) -> Iterator[Content]:
    _check_directory(content)
    with content.opened() as file, zipfile.ZipFile(file) as archive:
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
        if len(entries) > MAX_MEMBERS:
            raise MeterFileError("archive-too-many-members", file=content.name, limit=MAX_MEMBERS)
        budget = _Budget(content)
        for entry in entries:
            if _is_hidden(entry.filename):
                continue
            if entry.flag_bits & ENCRYPTED:
                raise MeterFileError("archive-encrypted", file=content.name)

            with archive.open(entry) as member:
                yield from budget.member(entry.filename, member, packed=entry.compress_size)


def _check_directory(content: Content) -> None:
    """Refuse a table of contents that would fill the memory before a member is seen."""
    with content.opened() as file:
        file.seek(max(0, content.size - END_BYTES - 20 - 56))
        tail = file.read(END_BYTES + 20 + 56)
    sizes = [0]
    for mark, form, at in ((END, "<L", 12), (END64, "<Q", 40)):
        place = tail.find(mark)
        while place >= 0:
            record = tail[place + at : place + at + struct.calcsize(form)]
            if len(record) == struct.calcsize(form):
                sizes.append(struct.unpack(form, record)[0])
            place = tail.find(mark, place + 1)
    sizes = [size for size in sizes if size != ZIP64]
    if max(sizes) > MAX_CENTRAL_BYTES:
        raise MeterFileError("archive-too-many-members", file=content.name, limit=MAX_MEMBERS)


def _tar_members(content: Content) -> Iterator[Content]:
    packed = content.read()
    with tarfile.open(fileobj=io.BytesIO(packed), mode="r:") as archive:
        budget = _Budget(content)
        for count, entry in enumerate(archive):
            if count >= MAX_MEMBERS:
                raise MeterFileError(
                    "archive-too-many-members", file=content.name, limit=MAX_MEMBERS
                )
            if not entry.isreg() or entry.issparse() or _is_hidden(entry.name):
                continue
            # Plain members lie in the archive as they are.
            first = entry.offset_data
            piece = packed[first : first + entry.size]

            yield from budget.member(entry.name, io.BytesIO(piece), packed=len(piece))


def _single(content: Content, unpack: Callable[[BinaryIO], Unpacked]) -> Iterator[Content]:
    """Yield what a file packed by itself holds."""
    name = content.name.removesuffix(".gz").removesuffix(".bz2")
    with content.opened() as packed, unpack(packed) as file:
        yield from _Budget(content).member(name, file, packed=content.size)


def _is_hidden(name: str) -> bool:
    return name.startswith(HIDDEN[0]) or name.rpartition("/")[2] in HIDDEN[1:]


# --- limits ----------------------------------------------------------------------------------


class _Budget:
    """How much an archive may still unpack, all members together."""

    def __init__(self, content: Content) -> None:
        self._content = content
        self._left = MAX_BYTES

    def member(self, path: str, file: Unpacked, *, packed: int) -> Iterator[Content]:
        """Yield a member, once it was unpacked in full and within limits, if it has anything."""
        kept = self._unpack(file, packed=packed)
        if not kept[:HEAD_BYTES].strip(EMPTY):
            return
        name = path.replace("\\", "/").rpartition("/")[2] or path
        shown = "".join(sign if sign.isprintable() else "?" for sign in name)[:MAX_NAME]
        yield content_of_bytes(kept, name=shown)

    def _unpack(self, file: Unpacked, *, packed: int) -> bytes:
        size, kept = 0, io.BytesIO()
        while chunk := file.read(CHUNK_BYTES):
            size += len(chunk)
            if size > self._left:
                raise MeterFileError("archive-too-large", file=self._content.name, limit=MAX_BYTES)
            if size > RATIO_FROM_BYTES and size > MAX_RATIO * max(packed, 1):
                raise MeterFileError("archive-bomb", file=self._content.name, ratio=MAX_RATIO)
            kept.write(chunk)
        self._left -= size
        return kept.getvalue()
