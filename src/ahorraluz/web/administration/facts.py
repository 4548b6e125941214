"""Pages of facts: price sheets taken in by sight of what changes, the catalogue, and proposals."""

from collections.abc import Mapping, Sequence
from datetime import date

from flask import Blueprint, Response, abort, request

from ahorraluz.core.issues import AhorraLuzError, InvalidInputError, Issue
from ahorraluz.security.roles import Permission
from ahorraluz.services.accounts.trail import note, of_account
from ahorraluz.services.administration.facts import (
    Told,
    catalogue,
    drop_sheet,
    hold_sheet,
    keep_sheet,
    preview_sheet,
    sheets,
)
from ahorraluz.services.import_tariffs import ImportedSheet, sheet_names
from ahorraluz.services.renewables.proposals import proposals, publish, reject
from ahorraluz.web.account.landing import typed, who_asks
from ahorraluz.web.administration.asking import ADMINISTRATION, bare_page, told
from ahorraluz.web.guard import needs
from ahorraluz.web.page import door, go_to, this_moment

SHEETS = f"{ADMINISTRATION}/pliegos"
PROPOSALS = f"{ADMINISTRATION}/propuestas"
FILE = "archivo"
GONE = "upload-gone"

facts = Blueprint("administration_facts", __name__)


@facts.get(SHEETS)
@needs(Permission.MANAGE_FACTS)
def listed() -> Response:
    """Show the price sheets on file, and ask for a new one."""
    return _sheets()


@facts.post(SHEETS)
@needs(Permission.MANAGE_FACTS)
def brought() -> Response:
    """Hold a sheet, and lead to what it would change."""
    file = request.files.get(FILE)
    if file is None or not file.filename:
        return _sheets(InvalidInputError("sheet-missing").issues)
    try:
        token = hold_sheet(
            file.read(),
            name=file.filename,
            actor=who_asks().account.id,
            tools=door().tools,
            as_of=this_moment(),
        )
    except AhorraLuzError as error:
        return _sheets(error.issues)
    return go_to(bare_page().plain_url(f"{SHEETS}/{token}"))


@facts.get(f"{SHEETS}/<token>")
@needs(Permission.MANAGE_FACTS)
def looked_at(token: str) -> Response:
    """Show a waiting sheet beside what is on file."""
    return _look(token)


@facts.post(f"{SHEETS}/<token>/guardar")
@needs(Permission.MANAGE_FACTS)
def kept(token: str) -> Response:
    """Take a waiting sheet in."""
    try:
        keep_sheet(
            token,
            _told(request.form),
            actor=who_asks().account.id,
            tools=door().tools,
            as_of=this_moment(),
        )
    except AhorraLuzError as error:
        return _look(token, error)
    return go_to(bare_page().plain_url(SHEETS))


@facts.post(f"{SHEETS}/<token>/descartar")
@needs(Permission.MANAGE_FACTS)
def dropped(token: str) -> Response:
    """Delete a waiting sheet."""
    drop_sheet(token, tools=door().tools)
    return go_to(bare_page().plain_url(SHEETS))


@facts.get(f"{ADMINISTRATION}/catalogo")
@needs(Permission.MANAGE_FACTS)
def on_file() -> Response:
    """Show figures and measures with their history, and documents that grow old."""
    page = bare_page()
    found = catalogue(as_of=this_moment())
    return told(
        "catalogue.html",
        page,
        found=found,
        faults=[page.issue(issue) for issue in found.report.issues],
    )


@facts.get(PROPOSALS)
@needs(Permission.DECIDE_PROPOSALS)
def proposed() -> Response:
    """Show what providers proposed, those that wait first."""
    return _proposals()


@facts.post(f"{PROPOSALS}/<int:number>")
@needs(Permission.DECIDE_PROPOSALS)
def decided(number: int) -> Response:
    """Publish a proposal, or reject it with the reason."""
    choice, tools, now = typed("decision", most=10), door().tools, this_moment()
    actor, reason = who_asks().account.id, typed("motivo").strip()
    # What is published outlives an account, so that it names nobody.
    known_as = of_account(actor, tools=tools)
    try:
        if choice == "publicar":
            publish(number, actor=known_as, tools=tools, as_of=now)
        elif choice == "rechazar" and reason:
            reject(number, actor=known_as, reason=reason, tools=tools, as_of=now)
        elif choice == "rechazar":
            return _proposals(InvalidInputError("proposal-reason-missing", field="motivo").issues)
        else:
            abort(404)
    except AhorraLuzError as error:
        if error.issue.code == "proposal-unknown":
            abort(404)
        return _proposals(error.issues)
    act = "entry-published" if choice == "publicar" else "entry-rejected"
    note(act, tools=tools, as_of=now, actor=actor, detail=str(number))
    return go_to(bare_page().plain_url(PROPOSALS))


def _sheets(issues: Sequence[Issue] = ()) -> Response:
    return told("sheets.html", bare_page(), issues=issues, sheets=sheets(tools=door().tools))


def _look(token: str, error: AhorraLuzError | None = None) -> Response:
    page = bare_page()
    shown: ImportedSheet | None = None
    said = _told(request.form if error else request.args)
    if error is None or error.issue.code != GONE:
        try:
            shown = preview_sheet(token, said, tools=door().tools, as_of=this_moment())
        except AhorraLuzError as refused:
            error = refused
    if error is not None and error.issue.code == GONE:
        abort(404)
    return told(
        "sheet.html",
        page,
        issues=error.issues if error else (),
        token=token,
        said=said,
        sheet=shown,
        notes=[page.issue(issue) for issue in shown.issues] if shown else [],
        distributors=sorted(
            (names[0], id_)
            for id_, names in sheet_names(door().tools.user_folder).distributors.items()
        ),
    )


def _told(fields: Mapping[str, str]) -> Told:
    day = fields.get("desde", "")
    try:
        start = date.fromisoformat(day) if day else None
    except ValueError:
        start = None
    return Told(
        distributor=fields.get("empresa", "")[:60],
        system=fields.get("sistema", "")[:60],
        valid_from=start,
        accept_large_change=fields.get("grande") == "1",
        replace=fields.get("reemplazar") == "1",
    )


def _proposals(issues: Sequence[Issue] = ()) -> Response:
    found = sorted(
        proposals(tools=door().tools),
        key=lambda one: (one.proposal.state.value != "proposed", -one.proposal.id),
    )
    return told("proposals.html", bare_page(), issues=issues, proposals=found)
