"""Pages of how the service runs: the models in use, and the audit trail by pseudonyms."""

from flask import Blueprint, Response, request

from ahorraluz.core.issues import AhorraLuzError, Issue
from ahorraluz.security.roles import Permission
from ahorraluz.services.administration.operations import model_cards, trail_page
from ahorraluz.services.duties import UNKNOWN, KeptDuty, duties, outcome_of
from ahorraluz.services.jobs import jobs_counted
from ahorraluz.services.models.book import book_of
from ahorraluz.services.models.registering import Listed, known_models
from ahorraluz.services.scoreboard import scoreboard
from ahorraluz.services.sealed_issues import issues_in
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.web.account.own import moment_of
from ahorraluz.web.administration.asking import ADMINISTRATION, bare_page, told
from ahorraluz.web.administration.watch_view import watch_view
from ahorraluz.web.guard import needs
from ahorraluz.web.page import Page, door

MOST_DIGITS = 12
LONGEST_ACT = 60
SHOWN_CHANGES = 20
"""Changes of the served model that the page tells, the newest."""

operations = Blueprint("administration_operations", __name__)


@operations.get(f"{ADMINISTRATION}/modelos")
@needs(Permission.SEE_OPERATIONS)
def models() -> Response:
    """Show the models in use, and what was found of them."""
    page, tools = bare_page(), door().tools
    found = scoreboard(tools=tools)
    registry, wrong = _registry(tools)
    return told(
        "models.html",
        page,
        cards=model_cards(),
        watch=watch_view(page),
        measured_on=found.measured_on,
        registry=registry,
        changes=[
            (act, moment_of(page, act.moment))
            for act in (() if registry is None else registry.acts[: -SHOWN_CHANGES - 1 : -1])
        ],
        registry_wrong="" if wrong is None else page.issue(wrong),
    )


def _registry(tools: Toolbox) -> tuple[Listed | None, Issue | None]:
    """Return the versions that are known here, or why they cannot be read."""
    try:
        return known_models(book_of(tools)), None
    except AhorraLuzError as error:
        return None, error.issue


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


@operations.get(f"{ADMINISTRATION}/tareas")
@needs(Permission.SEE_OPERATIONS)
def tasks() -> Response:
    """Show what the service does by itself, and how many jobs wait; nothing of anybody."""
    page, tools = bare_page(), door().tools
    return told(
        "tasks.html",
        page,
        duties=[(duty, *_times(page, duty), _outcome(page, duty)) for duty in duties(tools=tools)],
        counted=jobs_counted(tools=tools),
        daily=tools.settings.daily_time.isoformat("minutes"),
    )


def _times(page: Page, duty: KeptDuty) -> tuple[str, str]:
    """Return when a duty was done last, and when it is done next."""
    last = "" if duty.began_at is None else moment_of(page, duty.began_at)
    return last, moment_of(page, duty.due_at)


def _outcome(page: Page, duty: KeptDuty) -> str:
    """Return what came of a duty, in words."""
    outcome = outcome_of(duty)
    if duty.began_at is not None and duty.ended_at is None:
        return page.t("admin.task-now")
    if outcome is None:
        return ""
    if outcome.failure:
        known = outcome.failure if page.texts.has(f"issue.{outcome.failure}") else UNKNOWN
        why = " ".join(page.issue(issue) for issue in issues_in(known))
        return page.t("admin.task-failed", why=why)
    return page.t(f"admin.task-done-{duty.name}", **outcome.numbers)


def _words(act: str) -> str:
    texts, key = bare_page().texts, f"trail.{act}"
    return texts.text(key) if texts.has(key) else act
