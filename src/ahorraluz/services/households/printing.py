"""From a page that stands alone to a PDF on A4."""

import threading
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, Protocol

from ahorraluz.core.issues import AhorraLuzError

_FONTS = threading.Lock()
"""Held while a document is set or written: Pango's fonts are for one thread at a time."""


class PrintError(AhorraLuzError):
    """A PDF that cannot be made here."""


class _Document(Protocol):
    """Sheets that are set."""

    pages: Sequence[object]

    def write_pdf(self) -> bytes:
        """Return them as a file."""
        ...


def pdf_of(html: str) -> bytes:
    """Return a page as PDF; nothing is loaded for it, whatever it names.

    Parameters
    ----------
    html
        A page with its style and pictures in it.

    Raises
    ------
    PrintError
        ``pdf-not-here``: the libraries that set text (Pango) are not installed.
    """
    with _FONTS:
        return _set(html).write_pdf()


def pdf_within(pages: int, html: Iterable[str]) -> bytes:
    """Return the first of some pages that takes no more sheets than it may, else the last.

    Parameters
    ----------
    pages
        Sheets it may take.
    html
        The same in ever smaller type, as :func:`pdf_of` takes it; made when it is its turn.

    Raises
    ------
    PrintError
        ``pdf-not-here``.
    """
    document = None
    with _FONTS:
        for page in html:
            document = _set(page)
            if len(document.pages) <= pages:
                break
        if document is None:
            raise ValueError("nothing to print")
        return document.write_pdf()


def _set(html: str) -> _Document:
    try:
        html_class, fetcher_class = _weasyprint()
    except (ImportError, OSError):
        raise PrintError("pdf-not-here") from None
    # Pictures in the page itself, and nothing of this machine or the net.
    only_inside = fetcher_class(allowed_protocols=("data",), allow_redirects=False)
    page = html_class(string=html, url_fetcher=only_inside)
    document: _Document = page.render(font_config=_fonts())
    return document


@cache
def _fonts() -> object:
    # One for all: each that is made keeps a fifth of a megabyte for ever.
    from weasyprint.text.fonts import FontConfiguration

    return FontConfiguration()


def _weasyprint() -> tuple[Any, Any]:
    from PIL import ImageFile

    # Importing it lets Pillow read broken pictures everywhere, photos of recibos as well.
    before = ImageFile.LOAD_TRUNCATED_IMAGES
    try:
        from weasyprint import HTML
        from weasyprint.urls import URLFetcher
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = before
    return HTML, URLFetcher
