"""The API put into an application."""

from collections.abc import Callable
from datetime import date

from apiflask import APIFlask

# Importing a module of views registers its endpoints.
from ahorraluz.api import pages
from ahorraluz.api.door import EXTENSION, ApiDoor, Limits
from ahorraluz.api.emoncms import under_our_paths
from ahorraluz.api.endpoints import api
from ahorraluz.api.views import (
    account,
    advice,
    forecasts,
    groups,
    homes,
    inquiries,
    live,
    notices,
    prices,
    public,
    readings,
    steps,
)
from ahorraluz.services.limits import share
from ahorraluz.services.toolbox import Toolbox

STRANGERS_LEASE, PROGRAMS_LEASE = 5, 10
"""Requests for which a process asks the shared count at once."""
VIEWS = (
    pages,
    public,
    inquiries,
    account,
    homes,
    advice,
    prices,
    readings,
    steps,
    groups,
    notices,
    live,
    forecasts,
)


def open_api(
    app: APIFlask,
    tools: Toolbox,
    *,
    language: str,
    today: Callable[[], date],
    clock: Callable[[], float],
    limits: Limits | None = None,
) -> None:
    """Register the API in an application.

    Parameters
    ----------
    app
        The application.
    tools
        What the services work with.
    language
        Language where nobody asks for one.
    today
        The local day.
    clock
        A clock that never goes back. [s]
    limits
        How much may be asked for; ``None``: the usual.
    """
    if limits is None:
        limits = Limits()
        share(limits.strangers, name="strangers", tools=tools, lease=STRANGERS_LEASE)
        share(limits.programs, name="programs", tools=tools, lease=PROGRAMS_LEASE)
    app.extensions[EXTENSION] = ApiDoor(
        tools=tools, language=language, today=today, clock=clock, limits=limits
    )
    app.register_blueprint(api)
    app.wsgi_app = under_our_paths(app.wsgi_app)  # type: ignore[assignment,method-assign]
