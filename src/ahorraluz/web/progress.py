"""The page of work that goes on: it looks again by itself, with or without script."""

from flask import Response

from ahorraluz.web.page import Page, show

AGAIN_S = 3
"""How long a browser without script waits before it looks again. [s]"""


def progress(page: Page, what: str) -> Response:
    """Show that something goes on.

    Parameters
    ----------
    page
        The page whose address shows what came of it, once it is over.
    what
        ``reading`` or ``keeping``.
    """
    return show("progress.html", page, what=what, again_s=AGAIN_S)
