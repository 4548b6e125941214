"""What was noted of a kept home by mistake, taken back: history stays, the latest note counts."""

from flask import Blueprint, Response

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.security.roles import Act, Permission
from ahorraluz.services.households.choosing import step_not_taken
from ahorraluz.web.guard import needs
from ahorraluz.web.households.homes import show_home
from ahorraluz.web.households.kept import MY_HOMES, actor, kept_or_404, own_home
from ahorraluz.web.page import door, go_to, this_moment

LONGEST_STEP = 60

taking_back = Blueprint("taking_back", __name__)


@taking_back.post(f"{MY_HOMES}/<home>/plan/<step>/quitar")
@needs(Permission.OWN_HOMES, act=Act.EDIT)
def step_taken_back(home: str, step: str) -> Response:
    """Keep that a step was marked by mistake; it comes back into the plan."""
    own = own_home(kept_or_404(home))
    tools, now = door().tools, this_moment()
    try:
        step_not_taken(home, step[:LONGEST_STEP], actor=actor(), tools=tools, as_of=now)
    except AhorraLuzError as error:
        return show_home(own, issues=error.issues)
    return go_to(f"{own.page.url('/respuesta')}#pasos")
