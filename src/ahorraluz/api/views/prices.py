"""The price of the next kWh of a home, hour by hour, in the forms that planners of loads read."""

from flask import Response

from ahorraluz.api.answering import answer
from ahorraluz.api.door import door, this_moment
from ahorraluz.api.endpoints import Endpoint, Given, endpoint
from ahorraluz.api.guard import asked
from ahorraluz.api.parameters import choice, flag, whole
from ahorraluz.core.live.price_series import MOST_HOURS, Form
from ahorraluz.security.roles import Act, Permission
from ahorraluz.security.scopes import Scope
from ahorraluz.services.live.prices import USUAL_HOURS, next_prices

FORMS = tuple(form.value for form in Form if form is not Form.EMHASS_CSV)
"""Those that are JSON; the file is for people who keep one."""


@endpoint(
    Endpoint(
        name="showPrices",
        method="GET",
        path="/homes/<home>/prices",
        tag="advice",
        scope=Scope.READINGS_READ,
        permission=Permission.OWN_HOMES,
        act=Act.READ,
        query=(
            choice("form", *FORMS, words="price-form"),
            whole("hours", 1, MOST_HOURS),
            flag("cliff"),
        ),
        gives=Given(schema="prices", headers=("ETag",)),
    )
)
def prices(home: str) -> Response:
    """Return the price of the next kWh for the hours to come."""
    query = asked().query
    hours = query.get("hours", USUAL_HOURS)
    found = next_prices(
        home,
        hours=hours if isinstance(hours, int) else USUAL_HOURS,
        tools=door().tools,
        as_of=this_moment(),
    )
    form = Form(str(query.get("form", Form.PLAIN.value)))
    written = found.written(form, cliff=query.get("cliff") is not False)
    assert not isinstance(written, str)  # noqa: S101 - no form of FORMS is text
    return answer(written)
