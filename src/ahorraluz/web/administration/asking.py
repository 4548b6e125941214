"""What every page of administrators shares."""

from collections.abc import Sequence

from flask import Response

from ahorraluz.core.issues import Issue
from ahorraluz.services.inquiries.query import read_query
from ahorraluz.web.page import Page, show, this_page

ADMINISTRATION = "/administracion"
UNPROCESSABLE = 422


def bare_page() -> Page:
    """Return the page of this request; its address holds no answers."""
    return this_page(read_query({}))


def told(template: str, page: Page, *, issues: Sequence[Issue] = (), **context: object) -> Response:
    """Return a page; with issues it says what is wrong, and that nothing was done."""
    return show(
        f"administration/{template}",
        page,
        status=UNPROCESSABLE if issues else 200,
        wrong=[page.issue(issue) for issue in issues],
        **context,
    )
