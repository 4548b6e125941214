"""From a page that stands alone to a PDF on A4."""

from typing import Any

from ahorraluz.core.issues import AhorraLuzError


class PrintError(AhorraLuzError):
    """A PDF that cannot be made here."""


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
    try:
        html_class, fetcher_class = _weasyprint()
    except (ImportError, OSError):
        raise PrintError("pdf-not-here") from None
    # Pictures in the page itself, and nothing of this machine or the net.
    only_inside = fetcher_class(allowed_protocols=("data",), allow_redirects=False)
    printed: bytes = html_class(string=html, url_fetcher=only_inside).write_pdf()
    return printed


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
