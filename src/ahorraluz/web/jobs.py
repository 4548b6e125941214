"""Pages of the jobs of one's own account: what waits, what came of it, and its file."""

from collections.abc import Sequence

from flask import Blueprint, Response, abort

from ahorraluz.core.issues import AhorraLuzError, Issue
from ahorraluz.security.roles import Permission, may
from ahorraluz.services.accounts.confirming import confirm
from ahorraluz.services.inquiries.query import read_query
from ahorraluz.services.job_kinds import ACCOUNT_EXPORT, PORTFOLIO_WORKBOOK, ZIP
from ahorraluz.services.jobs import (
    Call,
    JobError,
    Made,
    account_of,
    drop_job,
    enqueue,
    failure_of,
    jobs_of,
    made_by,
    own_job,
    register,
    try_again,
)
from ahorraluz.services.portfolio import import_jobs
from ahorraluz.services.portfolio.access import note_exports
from ahorraluz.services.portfolio.clients import portfolio, reckon_waiting
from ahorraluz.services.readings_job import API_READINGS
from ahorraluz.texts import open_texts
from ahorraluz.web import meter_jobs
from ahorraluz.web.account.landing import proof, typed, who_asks
from ahorraluz.web.account.own import moment_of
from ahorraluz.web.guard import needs
from ahorraluz.web.page import Page, door, go_to, show, this_moment, this_page
from ahorraluz.web.portfolio.taking_out import Brand, reports_of

JOBS = "/trabajos"
PORTFOLIO_REPORTS = "portfolio-reports"
UNPROCESSABLE = 422
KINDS = {
    ACCOUNT_EXPORT: Permission.USE_OWN_ACCOUNT,
    PORTFOLIO_WORKBOOK: Permission.KEEP_PORTFOLIO,
    PORTFOLIO_REPORTS: Permission.KEEP_PORTFOLIO,
}
"""What may be asked for here, and by whom."""

INNER = frozenset(
    {meter_jobs.CHECK, meter_jobs.KEEP, import_jobs.LOOK, import_jobs.KEEP, API_READINGS}
)
"""Kinds whose result is shown by pages of their own, and is no file for people."""

jobs = Blueprint("jobs", __name__)


@register(PORTFOLIO_REPORTS)
def print_portfolio(call: Call) -> Made:
    """Reckon the plan of every home of a portfolio, and print a report of each."""
    account = account_of(call)
    if not may(account.role, Permission.KEEP_PORTFOLIO):
        raise JobError("job-failed")
    for _ in reckon_waiting(account.id, tools=call.tools, as_of=call.as_of):
        pass
    chosen = portfolio(account.id, tools=call.tools, as_of=call.as_of).clients
    page = Page(
        texts=open_texts(account.language),
        query=read_query({}),
        path=JOBS,
        language=account.language,
        default_language=account.language,
    )
    brand = Brand(name=account.organisation or account.name, contact=account.name)
    content = reports_of(chosen, page, brand)
    owned = [client.home for client in chosen if client.owned]
    note_exports(owned, account=account.id, count=len(chosen), tools=call.tools, as_of=call.as_of)
    return Made(name="informes.zip", media=ZIP, content=content)


@jobs.get(JOBS)
@needs(Permission.USE_OWN_ACCOUNT)
def listed() -> Response:
    """Show one's own jobs."""
    return _list()


@jobs.post(JOBS)
@needs(Permission.USE_OWN_ACCOUNT)
def asked() -> Response:
    """Keep a job for later."""
    kind, who = typed("que", most=40), who_asks()
    account = who.account
    if kind not in KINDS or not may(account.role, KINDS[kind]):
        abort(404)
    try:
        if kind == ACCOUNT_EXPORT:
            confirm(who, proof(), tools=door().tools, as_of=this_moment())
        enqueue(kind, {}, account=account.id, tools=door().tools, as_of=this_moment())
    except AhorraLuzError as error:
        return _list(error.issues)
    return go_to(_page().plain_url(JOBS))


@jobs.get(f"{JOBS}/<job>/archivo")
@needs(Permission.USE_OWN_ACCOUNT)
def file_of(job: str) -> Response:
    """Hand out the file that a job made."""
    try:
        found = own_job(job, account=who_asks().account.id, tools=door().tools)
        made = None if found.kind in INNER else made_by(found)
    except JobError:
        made = None
    if made is None:
        abort(404)
    response = Response(made.content, content_type=made.media)
    response.headers["Content-Disposition"] = f'attachment; filename="{made.name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


@jobs.post(f"{JOBS}/<job>/repetir")
@needs(Permission.USE_OWN_ACCOUNT)
def repeated(job: str) -> Response:
    """Try a failed job once more."""
    return _done(job, again=True)


@jobs.post(f"{JOBS}/<job>/borrar")
@needs(Permission.USE_OWN_ACCOUNT)
def dropped(job: str) -> Response:
    """Delete a job with its file."""
    return _done(job, again=False)


def _done(job: str, *, again: bool) -> Response:
    act = try_again if again else drop_job
    try:
        act(job, account=who_asks().account.id, tools=door().tools)
    except JobError:
        abort(404)
    return go_to(_page().plain_url(JOBS))


def _page() -> Page:
    return this_page(read_query({}))


def _list(issues: Sequence[Issue] = ()) -> Response:
    page, account = _page(), who_asks().account
    return show(
        "jobs.html",
        page,
        status=UNPROCESSABLE if issues else 200,
        wrong=[page.issue(issue) for issue in issues],
        kinds=[kind for kind, needed in KINDS.items() if may(account.role, needed)],
        export=ACCOUNT_EXPORT,
        coded=account.has_second_factor,
        jobs=[
            (
                job,
                moment_of(page, job.created_at),
                _why(page, failure_of(job)),
                job.kind not in INNER and made_by(job) is not None,
            )
            for job in jobs_of(account.id, tools=door().tools)
        ],
    )


def _why(page: Page, failure: Sequence[Issue]) -> str:
    """Return why a job failed in words, empty where it did not."""
    return " ".join(dict.fromkeys(page.issue(issue) for issue in failure))
