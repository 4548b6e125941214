"""Pages of a meter file: send it, look at its quality, keep it or not."""

import secrets
from collections.abc import Mapping
from contextlib import closing

from flask import Blueprint, Response, request
from werkzeug.datastructures import FileStorage

from ahorraluz.core.issues import AhorraLuzError, Issue, Severity
from ahorraluz.security.throttle import sender_of
from ahorraluz.services.households.keeping import homes_of
from ahorraluz.services.inquiries.query import read_query
from ahorraluz.services.jobs import KeptJob, failure_of
from ahorraluz.services.pending_files import drop_file, hold_file, pending_file
from ahorraluz.services.receive_readings import check_bytes, keep_file
from ahorraluz.services.waiting_jobs import (
    FileJob,
    drop_jobs,
    has_failed,
    is_open,
    job_of,
    set_to_work,
    takes_long,
    told,
)
from ahorraluz.web.choices import distributor_options, system_options
from ahorraluz.web.meter_hints import HINTS, hints_of
from ahorraluz.web.meter_jobs import CHECK, HOME, KEEP, OWNED, looked_at
from ahorraluz.web.meter_jobs import HINTS as SAID
from ahorraluz.web.meter_view import CheckView, check_view
from ahorraluz.web.page import Page, door, go_to, show, this_moment, this_page
from ahorraluz.web.progress import progress

HOME_BYTES = 16
HOME_PREFIX = "h-"
"""Homes kept through the pages: a name nobody can guess stands for an account."""
SUPPLY = ("d", "s")
"""The connection, carried from page to page so that findings have a price."""
FILE_FIELD = "archivo"
UPLOAD = "/medidor"
UNPROCESSABLE = 422

meter = Blueprint("meter", __name__)


@meter.get(UPLOAD)
def upload_form() -> Response:
    """Ask for a meter file."""
    return ask_for_file(this_page())


@meter.post(UPLOAD)
def upload() -> Response:
    """Take a file in, and show its quality before anything is kept."""
    return take_file(this_page(read_query(request.form.to_dict(flat=False))))


@meter.get("/medidor/<token>")
def quality(token: str) -> Response:
    """Show what is in a waiting file and how good it is."""
    return look_at_file(this_page(), token)


@meter.post("/medidor/<token>/guardar")
def keep(token: str) -> Response:
    """Keep a waiting file for a new home, and show the home's use."""
    page = this_page(read_query(request.form.to_dict(flat=False)))
    home = HOME_PREFIX + secrets.token_hex(HOME_BYTES)
    return keep_waiting(page, token, home=home) or go_to(page.url(f"/consumo/{home}"))


@meter.post("/medidor/<token>/descartar")
def discard(token: str) -> Response:
    """Delete a waiting file."""
    drop_waiting(token)
    page = this_page(read_query(request.form.to_dict(flat=False)))
    return go_to(page.url("/medidor"))


def take_file(page: Page) -> Response:
    """Take the file of the present form in, and go to the page of its quality."""
    sent = request.files.get(FILE_FIELD)
    try:
        content, name = sent_file(sent)
        return hold(page, content, name=name)
    except AhorraLuzError as error:
        return ask_for_file(page, issues=error.issues)


def hold(page: Page, content: bytes, *, name: str) -> Response:
    """Hold a meter file until it is decided about; raises what refuses it.

    One that takes long to read is read by a worker; any other once before it is held, so that a
    file that is no meter file is refused here.
    """
    large = takes_long(content)
    if not large:
        check_bytes(content, name=name)
    token = hold_file(
        content, name=name, visitor=_visitor(page), tools=door().tools, as_of=this_moment()
    )
    if large:
        _let_read(page, token, {})
    return go_to(page.url(f"/medidor/{token}"))


def _visitor(page: Page) -> str:
    """Return whose the files of this request are: an account's, or a stranger's address's.

    A cookie would not do: who throws it away would be somebody else every time.
    """
    return page.who.account.id if page.who is not None else sender_of(request.remote_addr or "")


def look_at_file(page: Page, token: str) -> Response:
    """Show what is in a waiting file and how good it is, as the address hints."""
    tools = door().tools
    issues: tuple[Issue, ...] = ()
    keeping = job_of(KEEP, token, tools=tools)
    if keeping is not None:
        if is_open(keeping):
            return progress(page, "keeping")
        if not has_failed(keeping):
            return go_to(_kept_at(page, str(told(keeping)[HOME])))
        issues = failure_of(keeping)
    hints, given = hints_of(request.args)
    checked = None
    try:
        waiting = pending_file(token, tools=tools, as_of=this_moment())
    except AhorraLuzError as error:
        return ask_for_file(page, issues=error.issues)
    try:
        if takes_long(waiting.content):
            return _look_again(page, token, given, issues=issues)
        checked = check_bytes(waiting.content, name=waiting.name, hints=hints)
    except AhorraLuzError as error:
        issues = error.issues
    shown = None if checked is None else check_view(checked, page.texts)
    return _quality(page, token, shown, given, issues=issues)


def _look_again(
    page: Page, token: str, given: Mapping[str, str], *, issues: tuple[Issue, ...]
) -> Response:
    """Show what a worker read in a file, or that it is still at it."""
    reading = _let_read(page, token, given)
    if is_open(reading):
        return progress(page, "reading")
    if has_failed(reading):
        return _quality(page, token, None, given, issues=failure_of(reading))
    return _quality(page, token, looked_at(reading, page.language), given, issues=issues)


def _let_read(page: Page, token: str, given: Mapping[str, str]) -> KeptJob:
    account = None if page.who is None else page.who.account.id
    wanted = FileJob(kind=CHECK, token=token, arguments={SAID: dict(given)}, account=account)
    return set_to_work(wanted, tools=door().tools, as_of=this_moment())


def keep_waiting(page: Page, token: str, *, home: str) -> Response | None:
    """Keep a waiting file for a home; return the page of what refused it, ``None`` without.

    One that takes long is kept by a worker, and the page of that is returned.
    """
    hints, given = hints_of(request.form)
    tools, checked = door().tools, None
    try:
        waiting = pending_file(token, tools=tools, as_of=this_moment())
        if takes_long(waiting.content):
            _let_keep(page, token, given, home=home)
            return go_to(page.url(f"/medidor/{token}"))
        checked = check_bytes(waiting.content, name=waiting.name, hints=hints)
        keep_file(checked, home=home, tools=tools, as_of=this_moment(), keep_rest=True)
    except AhorraLuzError as error:
        shown = None if checked is None else check_view(checked, page.texts)
        return _quality(page, token, shown, given, issues=error.issues)
    drop_file(token, tools=tools)
    return None


def _let_keep(page: Page, token: str, given: Mapping[str, str], *, home: str) -> None:
    owned = bool(page.base)
    wanted = FileJob(
        kind=KEEP,
        token=token,
        arguments={SAID: dict(given), HOME: home, OWNED: owned},
        account=None if page.who is None else page.who.account.id,
        home=home if owned else None,
    )
    set_to_work(wanted, tools=door().tools, as_of=this_moment(), once=True)


def _kept_at(page: Page, home: str) -> str:
    """Return the address of what was kept."""
    if page.base:
        return page.url("/consumo")
    return page.url(f"/consumo/{home}")


def drop_waiting(token: str) -> None:
    """Delete a waiting file with what was read of it, unless it is being kept right now."""
    tools = door().tools
    keeping = job_of(KEEP, token, tools=tools)
    if keeping is None or not is_open(keeping):
        drop_jobs((CHECK, KEEP), token, tools=tools)
        drop_file(token, tools=tools)


def sent_file(sent: FileStorage | None) -> tuple[bytes, str]:
    """Return content and name of an uploaded file; raises ``upload-missing``."""
    if sent is None or not sent.filename:
        raise AhorraLuzError("upload-missing")
    with closing(sent):
        return sent.stream.read(), sent.filename


def ask_for_file(page: Page, *, issues: tuple[Issue, ...] = ()) -> Response:
    """Show the form that asks for a meter file, with what was wrong with one."""
    return show(
        "meter_form.html",
        page,
        status=UNPROCESSABLE if issues else 200,
        wrong=[page.issue(issue) for issue in issues],
        distributors=distributor_options(None),
        systems=system_options(page.query.text("d")),
        field=FILE_FIELD,
        homes=own_homes(page),
        limit_mb=door().tools.settings.max_meter_file_mb,
    )


def own_homes(page: Page) -> list[tuple[str, str]]:
    """Return name and id of the homes that a file may go to instead of a new one."""
    if page.who is None or page.base:
        return []
    kept = homes_of(page.who.account.id, tools=door().tools)
    return [(home.label or page.t("home.yours"), home.id) for home in kept]


def _quality(
    page: Page,
    token: str,
    shown: CheckView | None,
    given: Mapping[str, str],
    *,
    issues: tuple[Issue, ...] = (),
) -> Response:
    wrong = [page.issue(issue) for issue in issues if issue.severity is Severity.ERROR]
    return show(
        "meter_check.html",
        page,
        status=UNPROCESSABLE if issues else 200,
        wrong=wrong,
        token=token,
        shown=shown,
        given=given,
        choices=HINTS,
        supply=[(name, page.query.raw[name]) for name in SUPPLY if name in page.query.raw],
    )
