"""From the bytes of any file to a price sheet: the content decides what it is, not its name."""

import re
from email import policy
from email.errors import MessageError
from email.parser import BytesParser
from plistlib import FMT_BINARY, InvalidFileException, loads

from ahorraluz.ingest.price_sheets.html import parse_page
from ahorraluz.ingest.price_sheets.lines import text_lines
from ahorraluz.ingest.price_sheets.pdf import pdf_texts
from ahorraluz.ingest.price_sheets.recognise import recognise
from ahorraluz.ingest.price_sheets.sheet import (
    MAX_BYTES,
    Page,
    PriceSheet,
    PriceSheetError,
    SheetKind,
    SheetNames,
)
from ahorraluz.ingest.price_sheets.table import parse_grid, parse_list, split_table

HEAD = 4_096
"""How much of a file is looked at to tell what it is. [byte]"""
CONTROL_SHARE = 0.02
"""A text holds next to no control characters; more of them mean a binary file."""

_OTHER_KINDS = (
    (b"PK\x03\x04", "xlsx, docx, zip"),
    (b"\xd0\xcf\x11\xe0", "xls, doc"),
    (b"\x89PNG", "png"),
    (b"\xff\xd8\xff", "jpg"),
    (b"GIF8", "gif"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"\x1f\x8b", "gzip"),
)
_CHARSET = re.compile(rb"charset\s{0,4}=\s{0,4}[\"']?\s{0,4}([A-Za-z0-9_-]{2,20})")
_HTML = re.compile(r"<(?:!doctype html|html|head|body|table|form|div|meta|script)\b", re.IGNORECASE)
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f\ufffd]")
CHARSETS = ("utf-8", "cp1252")


def parse_price_sheet(content: bytes, *, names: SheetNames) -> PriceSheet:
    """Return everything recognised in a price sheet.

    Parameters
    ----------
    content
        A saved page (HTML, MHTML, Safari's web archive), a PDF with text, a text
        copied from one, or a table parted by commas, semicolons, bars or tabs.
    names
        Distributors and systems to look for.

    Raises
    ------
    PriceSheetError
        ``sheet-too-large``, ``sheet-empty``, ``sheet-kind-unsupported``,
        ``sheet-not-text``, what :func:`~.pdf.pdf_texts`,
        :func:`~.recognise.recognise` and :func:`~.table.parse_list` refuse.
    """
    if len(content) > MAX_BYTES:
        raise _too_large()
    if not content.strip(b"\x00 \t\r\n"):
        raise PriceSheetError("sheet-empty")
    if b"%PDF-" in content[:1_024]:
        return _from_pdf(content, names)
    for magic, kind in _OTHER_KINDS:
        if content.startswith(magic):
            raise PriceSheetError("sheet-kind-unsupported", kind=kind)
    if content.startswith(b"bplist00"):
        return recognise(_web_archive(content), names)
    if _is_mhtml(content):
        return recognise(_mhtml(content), names)
    text = decode(content)
    if _HTML.search(text[: HEAD * 4]):
        return recognise(parse_page(text), names)
    return _from_text(text, names)


def _too_large() -> PriceSheetError:
    return PriceSheetError("sheet-too-large", limit_mb=MAX_BYTES // 1_000_000)


def _from_text(text: str, names: SheetNames) -> PriceSheet:
    table = split_table(text)
    if table is not None:
        rows, delimiter = table
        sheet = parse_list(rows, names)
        return sheet or recognise(parse_grid(rows, delimiter=delimiter), names)
    return recognise(Page(kind=SheetKind.TEXT, lines=text_lines(text)), names)


def _from_pdf(content: bytes, names: SheetNames) -> PriceSheet:
    """Return the sheet of a PDF by the first of its texts that holds together."""
    refused: PriceSheetError | None = None
    for text in pdf_texts(content):
        try:
            return recognise(Page(kind=SheetKind.PDF, lines=text_lines(text)), names)
        except PriceSheetError as error:
            refused = refused or error
    assert refused is not None  # noqa: S101 - pdf_texts returns one text at least
    raise refused


def decode(content: bytes) -> str:
    """Return the text of a file: by its mark or its own word, else UTF-8, else Windows-1252.

    Raises
    ------
    PriceSheetError
        ``sheet-not-text``: too many control characters for a text.
    """
    text = _decoded(content)
    if len(_CONTROL.findall(text)) > max(2, len(text) * CONTROL_SHARE):
        raise PriceSheetError("sheet-not-text")
    return text


def _decoded(content: bytes) -> str:
    for mark, charset in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if content.startswith(mark):
            return content.decode(charset, errors="replace")
    said = _CHARSET.search(content[:HEAD])
    wanted = said[1].decode("ascii").lower() if said else ""
    if wanted.startswith(("iso-8859-1", "latin", "windows-125")):
        wanted = "cp1252"
    for charset in (*((wanted,) if wanted in CHARSETS else ()), *CHARSETS):
        try:
            return content.decode(charset)
        except UnicodeDecodeError:
            continue
    # Windows-1252 leaves five bytes undefined; such a file is text in all the others.
    return content.decode("cp1252", errors="replace")


def _is_mhtml(content: bytes) -> bool:
    head = content[:HEAD].lower()
    return b"multipart/related" in head and (b"mime-version:" in head or head.startswith(b"from:"))


def _mhtml(content: bytes) -> Page:
    """Return the pages of a file that Chrome or Edge saved as one file."""
    try:
        message = BytesParser(policy=policy.compat32).parsebytes(content)
        pages = [
            (part.get_payload(decode=True), str(part.get("Content-Location", "")))
            for part in message.walk()
            if part.get_content_type() == "text/html"
        ]
        url = str(message.get("Snapshot-Content-Location", ""))
    except (MessageError, LookupError, ValueError, TypeError, AttributeError) as error:
        raise PriceSheetError("sheet-not-text") from error
    return _joined([(body, where or url) for body, where in pages if isinstance(body, bytes)])


def _web_archive(content: bytes) -> Page:
    """Return the pages of a file that Safari saved as a web archive."""
    pages: list[tuple[bytes, str]] = []
    try:
        archive = loads(content, fmt=FMT_BINARY)
        resources = [archive["WebMainResource"]]
        resources += [frame["WebMainResource"] for frame in archive.get("WebSubframeArchives", [])]
        pages += [
            (bytes(resource["WebResourceData"]), str(resource.get("WebResourceURL", "")))
            for resource in resources
        ]
    except (InvalidFileException, LookupError, ValueError, TypeError, AttributeError) as error:
        raise PriceSheetError("sheet-not-text") from error
    except (OverflowError, RecursionError, MemoryError) as error:
        raise PriceSheetError("sheet-not-text") from error
    return _joined(pages)


def _joined(pages: list[tuple[bytes, str]]) -> Page:
    """Return the page with the prices among a page and its frames: the longest one."""
    parsed = [parse_page(decode(body), url=_web_address(url)) for body, url in pages]
    if not parsed:
        raise PriceSheetError("sheet-empty")
    return max(parsed, key=lambda page: sum(bool(line.values) for line in page.lines))


def _web_address(url: str) -> str:
    address = url.strip()[:500]
    return address if re.match(r"https?://", address) else ""
