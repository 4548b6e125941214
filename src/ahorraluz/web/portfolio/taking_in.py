"""Pages by which a consultant brings clients in: a file, its columns, a look, a decision."""

from collections.abc import Sequence

from flask import Blueprint, Response, abort, request

from ahorraluz.core.issues import AhorraLuzError, InvalidInputError, Issue
from ahorraluz.security.roles import Permission
from ahorraluz.services.jobs import KeptJob, drop_job, failure_of
from ahorraluz.services.portfolio.columns import APPLIANCES, FIELDS, LABEL, PROVINCE
from ahorraluz.services.portfolio.import_jobs import (
    KEEP,
    LARGE,
    LOOK,
    Told,
    let_keep,
    let_look,
    looked_at,
    told_of,
)
from ahorraluz.services.portfolio.importing import (
    drop_clients,
    held_clients,
    hold_clients,
    keep_clients,
    preview_clients,
)
from ahorraluz.services.waiting_jobs import has_failed, is_open, job_of, takes_long
from ahorraluz.web.account.landing import who_asks
from ahorraluz.web.guard import needs
from ahorraluz.web.page import Page, door, go_to, this_moment
from ahorraluz.web.portfolio.asking import PORTFOLIO, bare_page, told
from ahorraluz.web.progress import progress

IMPORT = f"{PORTFOLIO}/importar"
FILE, COLUMN, LEAVE_WRONG = "archivo", "m", "sin-errores"
KILOBYTE = 1024
GONE = "upload-gone"

taking_in = Blueprint("taking_in", __name__)


@taking_in.get(IMPORT)
@needs(Permission.KEEP_PORTFOLIO)
def ask() -> Response:
    """Ask for a file of clients."""
    return _form()


@taking_in.post(IMPORT)
@needs(Permission.KEEP_PORTFOLIO)
def brought() -> Response:
    """Hold a file, and lead to what it says."""
    file = request.files.get(FILE)
    if file is None or not file.filename:
        return _form(InvalidInputError("client-file-missing").issues)
    content, account = file.read(), who_asks().account.id
    large = takes_long(content, large=LARGE)
    try:
        token = hold_clients(
            content,
            name=file.filename,
            account=account,
            tools=door().tools,
            as_of=this_moment(),
            look=not large,
        )
        if large:
            let_look(token, None, account=account, tools=door().tools, as_of=this_moment())
    except AhorraLuzError as error:
        return _form(error.issues)
    return go_to(bare_page().plain_url(f"{IMPORT}/{token}"))


@taking_in.get(f"{IMPORT}/<token>")
@needs(Permission.KEEP_PORTFOLIO)
def look(token: str) -> Response:
    """Show what a waiting file says, row by row."""
    mapping = request.args.getlist(COLUMN) or None
    return _look(token, mapping)


@taking_in.post(f"{IMPORT}/<token>/guardar")
@needs(Permission.KEEP_PORTFOLIO)
def kept(token: str) -> Response:
    """Keep the homes of a waiting file, all or none."""
    mapping, account = request.form.getlist(COLUMN), who_asks().account.id
    without_wrong = request.form.get(LEAVE_WRONG) == "1"
    tools, now = door().tools, this_moment()
    try:
        content = held_clients(token, account=account, tools=tools, as_of=now)
        asked = keep_clients if not takes_long(content, large=LARGE) else let_keep
        asked(token, mapping, without_wrong=without_wrong, account=account, tools=tools, as_of=now)
    except AhorraLuzError as error:
        return _form(error.issues) if error.issue.code == GONE else _look(token, mapping, error)
    if asked is let_keep:
        return go_to(bare_page().plain_url(f"{IMPORT}/{token}"))
    drop_clients(token, account=account, tools=tools, as_of=now)
    return go_to(bare_page().plain_url(PORTFOLIO))


@taking_in.post(f"{IMPORT}/<token>/descartar")
@needs(Permission.KEEP_PORTFOLIO)
def dropped(token: str) -> Response:
    """Delete a waiting file, with what was read in it."""
    keeping = _job(KEEP, token)
    if keeping is not None and is_open(keeping):
        return go_to(bare_page().plain_url(f"{IMPORT}/{token}"))
    for kind in (LOOK, KEEP):
        if (found := _job(kind, token)) is not None:
            drop_job(found.id, account=who_asks().account.id, tools=door().tools)
    drop_clients(token, account=who_asks().account.id, tools=door().tools, as_of=this_moment())
    return go_to(bare_page().plain_url(IMPORT))


def _form(issues: Sequence[Issue] = ()) -> Response:
    limit = door().tools.settings.max_upload_kb // KILOBYTE or 1
    return told("import.html", bare_page(), issues=issues, limit_mb=limit)


def _look(
    token: str, mapping: Sequence[str] | None, error: AhorraLuzError | None = None
) -> Response:
    page, issues = bare_page(), error.issues if error else ()
    keeping = _job(KEEP, token)
    if keeping is not None:
        if is_open(keeping):
            return progress(page, "keeping")
        if not has_failed(keeping):
            return go_to(page.plain_url(PORTFOLIO))
        issues = failure_of(keeping)
    try:
        shown = _told(token, mapping)
    except AhorraLuzError as refused:
        if refused.issue.code == GONE:
            abort(404)
        # Columns that cannot be so: shown as they were guessed, with what is wrong.
        issues = refused.issues
        try:
            shown = _told(token, None)
        except AhorraLuzError:
            # It is no file of clients: it took long to find out.
            return _form(issues)
    if shown is None:
        return progress(page, "reading")
    return _preview(page, token, shown, issues)


def _job(kind: str, token: str) -> KeptJob | None:
    """Return the job of a kind about a file of who asks."""
    found = job_of(kind, token, tools=door().tools)
    return found if found is not None and found.account == who_asks().account.id else None


def _told(token: str, mapping: Sequence[str] | None) -> Told | None:
    """Return what is in a file; ``None``: a worker is at it."""
    account, tools, now = who_asks().account.id, door().tools, this_moment()
    content = held_clients(token, account=account, tools=tools, as_of=now)
    if not takes_long(content, large=LARGE):
        return told_of(preview_clients(token, mapping, account=account, tools=tools, as_of=now))
    reading = let_look(token, mapping, account=account, tools=tools, as_of=now)
    if has_failed(reading):
        raise InvalidInputError.of(failure_of(reading))
    return looked_at(reading)


def _preview(page: Page, token: str, shown: Told, issues: Sequence[Issue]) -> Response:
    return told(
        "preview.html",
        page,
        issues=issues,
        token=token,
        file=shown.file,
        columns=list(zip(shown.columns, shown.mapping, strict=True)),
        fields=_fields(page),
        good=shown.good,
        first=[(label, _words(pairs, page)) for label, pairs in shown.first],
        wrong_rows=[
            (row.file, row.line, row.label, [page.issue(issue) for issue in row.issues])
            for row in shown.wrong_rows
        ],
        wrong_count=shown.wrong,
        mapping=shown.mapping,
    )


def _fields(page: Page) -> list[tuple[str, str]]:
    return [(field, _label(field, page)) for field in FIELDS]


def _label(field: str, page: Page) -> str:
    own = {
        LABEL: "portfolio.field-label",
        APPLIANCES: "portfolio.field-appliances",
        PROVINCE: "portfolio.field-province",
    }
    return page.t(own[field]) if field in own else page.label(field)


def _words(pairs: Sequence[tuple[str, str]], page: Page) -> str:
    return " · ".join(f"{_label(name, page)}: {value}" for name, value in pairs)
