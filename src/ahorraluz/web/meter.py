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
from ahorraluz.services.pending_files import drop_file, hold_file, pending_file
from ahorraluz.services.receive_readings import (
    CheckedFile,
    FileHints,
    check_bytes,
    keep_file,
)
from ahorraluz.web.choices import distributor_options, system_options
from ahorraluz.web.meter_view import check_view
from ahorraluz.web.page import Page, door, go_to, show, this_moment, this_page

HOME_BYTES = 16
HOME_PREFIX = "h-"
"""Homes kept through the pages: a name nobody can guess stands for an account."""
HINTS: Mapping[str, tuple[str, ...]] = {
    "unit": ("Wh", "kWh", "MWh", "W", "kW"),
    "measure": ("energy", "register", "power"),
    "stamp": ("start", "end"),
}
"""What the page of a file may ask about it, with the answers."""
TYPED_HINTS = ("zone", "time_column", "value_column", "sheet")
LONGEST_HINT = 120
DAY_FIRST = {"day": True, "month": False}
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
    drop_file(token, tools=door().tools)
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
    """Hold a meter file until it is decided about; raises what refuses it."""
    # Read once before it is held: a file that is no meter file is refused here.
    check_bytes(content, name=name)
    token = hold_file(
        content, name=name, visitor=_visitor(page), tools=door().tools, as_of=this_moment()
    )
    return go_to(page.url(f"/medidor/{token}"))


def _visitor(page: Page) -> str:
    """Return whose the files of this request are: an account's, or a stranger's address's.

    A cookie would not do: who throws it away would be somebody else every time.
    """
    return page.who.account.id if page.who is not None else sender_of(request.remote_addr or "")


def look_at_file(page: Page, token: str) -> Response:
    """Show what is in a waiting file and how good it is, as the address hints."""
    try:
        waiting = pending_file(token, tools=door().tools, as_of=this_moment())
    except AhorraLuzError as error:
        return ask_for_file(page, issues=error.issues)
    hints, given = _hints(request.args)
    try:
        checked = check_bytes(waiting.content, name=waiting.name, hints=hints)
    except AhorraLuzError as error:
        return _quality(page, token, None, given, issues=error.issues)
    return _quality(page, token, checked, given)


def keep_waiting(page: Page, token: str, *, home: str) -> Response | None:
    """Keep a waiting file for a home; return the page of what refused it, ``None`` without."""
    hints, given = _hints(request.form)
    checked = None
    try:
        waiting = pending_file(token, tools=door().tools, as_of=this_moment())
        checked = check_bytes(waiting.content, name=waiting.name, hints=hints)
        keep_file(checked, home=home, tools=door().tools, as_of=this_moment(), keep_rest=True)
    except AhorraLuzError as error:
        return _quality(page, token, checked, given, issues=error.issues)
    drop_file(token, tools=door().tools)
    return None


def sent_file(sent: FileStorage | None) -> tuple[bytes, str]:
    """Return content and name of an uploaded file; raises ``upload-missing``."""
    if sent is None or not sent.filename:
        raise AhorraLuzError("upload-missing")
    with closing(sent):
        return sent.stream.read(), sent.filename


def _hints(given: Mapping[str, str]) -> tuple[FileHints, Mapping[str, str]]:
    """Return what was said about the file; answers that no form offers are left out."""
    chosen = {name: given[name] for name in HINTS if given.get(name) in HINTS[name]}
    typed = {
        name: given[name].strip()[:LONGEST_HINT]
        for name in TYPED_HINTS
        if given.get(name, "").strip()
    }
    order = {"order": given["order"]} if given.get("order") in DAY_FIRST else {}
    said = {**chosen, **typed}
    day_first = DAY_FIRST[order["order"]] if order else None
    return FileHints(day_first=day_first, **said), {**said, **order}


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
        homes=_own_homes(page),
        limit_mb=door().tools.settings.max_meter_file_mb,
    )


def _own_homes(page: Page) -> list[tuple[str, str]]:
    """Return name and id of the homes that a file may go to instead of a new one."""
    if page.who is None or page.base:
        return []
    kept = homes_of(page.who.account.id, tools=door().tools)
    return [(home.label or page.t("home.yours"), home.id) for home in kept]


def _quality(
    page: Page,
    token: str,
    checked: CheckedFile | None,
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
        shown=None if checked is None else check_view(checked, page.texts),
        given=given,
        choices=HINTS,
        supply=[(name, page.query.raw[name]) for name in SUPPLY if name in page.query.raw],
    )
