"""From a page that stands alone to a PDF on A4."""

from collections.abc import Mapping

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
        from weasyprint import HTML
    except (ImportError, OSError):
        raise PrintError("pdf-not-here") from None
    printed: bytes = HTML(string=html, url_fetcher=_fetch).write_pdf()
    return printed


def _fetch(url: str) -> Mapping[str, object]:
    """Return what an address inside a page holds: pictures in the page itself, and no other."""
    from weasyprint import default_url_fetcher

    if not url.startswith("data:"):
        raise ValueError("only what is in the page itself")
    fetched: Mapping[str, object] = default_url_fetcher(url)
    return fetched
