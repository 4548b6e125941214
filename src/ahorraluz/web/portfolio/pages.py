"""The blueprints of a portfolio, and of those who let a consultant in."""

import time

from flask import Blueprint, current_app, request

from ahorraluz.services.portfolio.access import end_lapsed_access
from ahorraluz.web.operations import QUIET
from ahorraluz.web.page import door, this_moment
from ahorraluz.web.portfolio.clients import clients
from ahorraluz.web.portfolio.sharing import sharing
from ahorraluz.web.portfolio.taking_in import taking_in
from ahorraluz.web.portfolio.taking_out import taking_out

LAPSED = "ahorraluz-lapsed"
LAPSE_EVERY_S = 60.0


@sharing.before_app_request
def _end_lapsed() -> None:
    """End access whose time is over, once a minute; any visit is an occasion.

    The pages themselves ask at every visit: this is for every other way into a home.
    """
    if request.path in QUIET:
        # A process is alive, and says what is wrong, also while its database is not.
        return
    now = time.monotonic()
    last = current_app.extensions.get(LAPSED)
    if last is None or now - last >= LAPSE_EVERY_S:
        current_app.extensions[LAPSED] = now
        end_lapsed_access(tools=door().tools, as_of=this_moment())


PORTFOLIO_PAGES: tuple[Blueprint, ...] = (clients, taking_in, taking_out, sharing)
