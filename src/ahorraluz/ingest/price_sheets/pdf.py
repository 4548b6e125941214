"""The text layer of a PDF; what a hostile or broken file does ends as an issue.

pypdf is the one door to PDF. It fetches nothing; its own limits bound what a
compressed stream may grow to.
"""

from io import BytesIO
from typing import TYPE_CHECKING

from ahorraluz.ingest.broken_pdf import BROKEN, silent_pypdf
from ahorraluz.ingest.price_sheets.sheet import MAX_PAGES, PriceSheetError

if TYPE_CHECKING:
    from pypdf import PdfReader

MAX_PAGE_TEXT = 400_000
"""Longest text of one page. [char]"""


def pdf_texts(content: bytes) -> tuple[str, ...]:
    """Return the text of a PDF twice: laid out as on the page, and in the file's own order.

    Which of the two keeps labels and prices together depends on the program that wrote
    the file, so the reader tries both.

    Raises
    ------
    PriceSheetError
        ``sheet-pdf-unreadable``, ``sheet-pdf-locked``, ``sheet-pdf-too-long`` or
        ``sheet-pdf-no-text``.
    """
    from pypdf.errors import PyPdfError

    with silent_pypdf():
        try:
            reader = _open(content)
            texts = [_text(reader, mode) for mode in ("layout", "plain")]
        except PriceSheetError:
            raise
        except (PyPdfError, *BROKEN) as error:
            raise PriceSheetError("sheet-pdf-unreadable", reason=type(error).__name__) from error
    found = tuple(text for text in texts if text.strip())
    if not found:
        raise PriceSheetError("sheet-pdf-no-text")
    return found


def _open(content: bytes) -> "PdfReader":
    from pypdf import PdfReader

    reader = PdfReader(BytesIO(content), strict=False)
    if reader.is_encrypted and not reader.decrypt(""):
        raise PriceSheetError("sheet-pdf-locked")
    pages = len(reader.pages)
    if pages > MAX_PAGES:
        raise PriceSheetError("sheet-pdf-too-long", pages=pages, limit=MAX_PAGES)
    return reader


def _text(reader: "PdfReader", mode: str) -> str:
    """Return the text of every page in one mode; a page it fails on has none in it."""
    from pypdf.errors import PyPdfError

    pages = []
    for page in reader.pages:
        try:
            text = page.extract_text(extraction_mode="layout" if mode == "layout" else "plain")
        except (PyPdfError, *BROKEN):
            text = ""
        pages.append(text[:MAX_PAGE_TEXT])
    return "\n".join(pages)
