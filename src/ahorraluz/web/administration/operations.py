"""Pages of how the service runs: the models in use, and the audit trail by pseudonyms."""

from flask import Blueprint, Response, request

from ahorraluz.security.roles import Permission
from ahorraluz.services.administration.operations import model_cards, trail_page
from ahorraluz.services.scoreboard import scoreboard
from ahorraluz.web.account.own import moment_of
from ahorraluz.web.administration.asking import ADMINISTRATION, bare_page, told
from ahorraluz.web.guard import needs
from ahorraluz.web.page import door

MOST_DIGITS = 12
LONGEST_ACT = 60

operations = Blueprint("administration_operations", __name__)


@operations.get(f"{ADMINISTRATION}/modelos")
@needs(Permission.SEE_OPERATIONS)
def models() -> Response:
    """Show the models in use, and what was found of them."""
    found = scoreboard(tools=door().tools)
    return told("models.html", bare_page(), cards=model_cards(), measured_on=found.measured_on)


@operations.get(f"{ADMINISTRATION}/registro")
@needs(Permission.SEE_OPERATIONS)
def trail() -> Response:
    """Show the trail, the newest lines first."""
    page = bare_page()
    act = request.args.get("acto", "")[:LONGEST_ACT]
    before = request.args.get("antes", "")
    known = before.isascii() and before.isdigit() and len(before) <= MOST_DIGITS
    found = trail_page(act=act, before=int(before) if known else None, tools=door().tools)
    acts = sorted(
        key.removeprefix("trail.") for key in page.texts.messages if key.startswith("trail.")
    )
    return told(
        "trail.html",
        page,
        found=found,
        lines=[(line, moment_of(page, line.at), _words(line.act)) for line in found.lines],
        act=act,
        acts=sorted((_words(act), act) for act in acts),
        altered=None if found.altered is None else page.issue(found.altered),
    )


def _words(act: str) -> str:
    texts, key = bare_page().texts, f"trail.{act}"
    return texts.text(key) if texts.has(key) else act
