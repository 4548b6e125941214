"""Files that are no meter file, or none of readings over time: known, and refused by name."""

import re
from collections.abc import Sequence

from ahorraluz.ingest.meter_files.content import Content, MeterFileError

PDF = b"%PDF-"
IMAGES: Sequence[bytes] = (
    b"\xff\xd8\xff",
    b"\x89PNG\r\n\x1a\n",
    b"GIF87a",
    b"GIF89a",
    b"II*\x00",
    b"MM\x00*",
)
HEIF = re.compile(rb"\A....ftyp(?:hei|hev|mif1|msf1|avif)", re.DOTALL)
WEBP = re.compile(rb"\ARIFF....WEBP", re.DOTALL)
OTHERS: Sequence[tuple[bytes, str]] = (
    (b"\x7fELF", "ELF"),
    (b"\xcf\xfa\xed\xfe", "Mach-O"),
    (b"\xca\xfe\xba\xbe", "Mach-O / Java"),
    (b"SQLite format 3\x00", "SQLite"),
    (b"Rar!\x1a\x07", "RAR"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"\xfd7zXZ\x00", "XZ"),
    (b"\x28\xb5\x2f\xfd", "Zstandard"),
    (b"{\\rtf", "RTF"),
    (b"ID3", "MP3"),
    (b"OggS", "Ogg"),
    (b"!<arch>\n", "ar"),
    (b"\x89HDF\r\n\x1a\n", "HDF5"),
)
"""Beginnings of other files, with the name of what they are."""
DOS = re.compile(rb"\AMZ[^\x09-\x0d\x20-\x7e]")
"""A program of Windows; a table may well begin with the letters MZ."""
WEB_PAGE = re.compile(
    rb"\A(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|table)\b", re.I | re.S
)

TELEGRAM = re.compile(rb"\A/[A-Za-z0-9]{3}[0-9A-Za-z\\-]")
OBIS = re.compile(rb"^\d-\d{1,3}:\d{1,3}\.\d{1,3}(?:\.\d{1,3})?(?:\*\d{1,3})?\(", re.M)
"""One value of a telegram, such as ``1-0:1.8.1(000004.426*kWh)``."""
MIN_OBIS = 2


def refuse_known(content: Content) -> None:
    """Refuse a file that begins like one without readings.

    Raises
    ------
    MeterFileError
        ``meter-file-is-pdf``, ``meter-file-is-image``, ``meter-file-is-telegram`` or
        ``meter-file-is-other``.
    """
    head = content.head
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if PDF in head[:1024]:
        raise MeterFileError("meter-file-is-pdf", file=content.name)
    if head.startswith(tuple(IMAGES)) or HEIF.match(head) or WEBP.match(head):
        raise MeterFileError("meter-file-is-image", file=content.name)
    for beginning, kind in OTHERS:
        if head.startswith(beginning):
            raise MeterFileError("meter-file-is-other", file=content.name, kind=kind)
    if DOS.match(head):
        raise MeterFileError("meter-file-is-other", file=content.name, kind="EXE")
    if is_telegram(text):
        raise MeterFileError("meter-file-is-telegram", file=content.name)


def is_web_page(text: bytes) -> bool:
    """Tell whether a file is one of HTML: a page, or the table that portals call a sheet."""
    return WEB_PAGE.match(text[:4096]) is not None


def is_telegram(text: bytes) -> bool:
    """Tell whether a file holds telegrams of a meter's P1 port (DSMR, eSMR, IEC 62056-21)."""
    values = len(OBIS.findall(text))
    return values >= MIN_OBIS and (
        bool(TELEGRAM.match(text)) or values * 2 > len(text.splitlines())
    )
