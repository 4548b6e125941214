"""From a page that stands alone to a PDF on A4."""

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
        from weasyprint.urls import URLFetcher
    except (ImportError, OSError):
        raise PrintError("pdf-not-here") from None
    # Pictures in the page itself, and nothing of this machine or the net.
    only_inside = URLFetcher(allowed_protocols=("data",), allow_redirects=False)
    printed: bytes = HTML(string=html, url_fetcher=only_inside).write_pdf()
    return printed
