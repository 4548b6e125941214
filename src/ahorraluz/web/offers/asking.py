"""What every page of offers is shown with."""

from collections.abc import Sequence

from flask import Response

from ahorraluz.core.issues import Issue
from ahorraluz.web.page import Page, show

OFFERS = "/ofertas"
UNPROCESSABLE = 422


def told(template: str, page: Page, *, issues: Sequence[Issue] = (), **context: object) -> Response:
    """Return a page; with issues it says what is wrong."""
    return show(
        f"offers/{template}",
        page,
        status=UNPROCESSABLE if issues else 200,
        wrong=[page.issue(issue) for issue in issues],
        **context,
    )
