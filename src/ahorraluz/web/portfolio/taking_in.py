"""Pages by which a consultant brings clients in: a file, its columns, a look, a decision."""

from collections.abc import Sequence

from flask import Blueprint, Response, abort, request

from ahorraluz.core.issues import AhorraLuzError, InvalidInputError, Issue
from ahorraluz.security.roles import Permission
from ahorraluz.services.portfolio.columns import APPLIANCES, FIELDS, LABEL, PROVINCE
from ahorraluz.services.portfolio.importing import (
    Preview,
    drop_clients,
    hold_clients,
    keep_clients,
    preview_clients,
)
from ahorraluz.web.account.landing import who_asks
from ahorraluz.web.guard import needs
from ahorraluz.web.page import Page, door, go_to, this_moment
from ahorraluz.web.portfolio.asking import PORTFOLIO, bare_page, told

IMPORT = f"{PORTFOLIO}/importar"
FILE, COLUMN, LEAVE_WRONG = "archivo", "m", "sin-errores"
SHOWN_GOOD, SHOWN_WRONG = 10, 100
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
    try:
        token = hold_clients(
            file.read(),
            name=file.filename,
            account=who_asks().account.id,
            tools=door().tools,
            as_of=this_moment(),
        )
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
    mapping = request.form.getlist(COLUMN)
    try:
        keep_clients(
            token,
            mapping,
            without_wrong=request.form.get(LEAVE_WRONG) == "1",
            account=who_asks().account.id,
            tools=door().tools,
            as_of=this_moment(),
        )
    except AhorraLuzError as error:
        return _form(error.issues) if error.issue.code == GONE else _look(token, mapping, error)
    return go_to(bare_page().plain_url(PORTFOLIO))


@taking_in.post(f"{IMPORT}/<token>/descartar")
@needs(Permission.KEEP_PORTFOLIO)
def dropped(token: str) -> Response:
    """Delete a waiting file."""
    drop_clients(token, account=who_asks().account.id, tools=door().tools, as_of=this_moment())
    return go_to(bare_page().plain_url(IMPORT))


def _form(issues: Sequence[Issue] = ()) -> Response:
    limit = door().tools.settings.max_upload_kb // KILOBYTE or 1
    return told("import.html", bare_page(), issues=issues, limit_mb=limit)


def _look(
    token: str, mapping: Sequence[str] | None, error: AhorraLuzError | None = None
) -> Response:
    page = bare_page()
    try:
        shown = _preview(token, mapping)
    except AhorraLuzError as refused:
        if refused.issue.code == GONE:
            abort(404)
        # Columns that cannot be so: shown as they were guessed, with what is wrong.
        shown, error = _preview(token, None), refused
    return told(
        "preview.html",
        page,
        issues=error.issues if error else (),
        token=token,
        file=shown.file,
        columns=list(zip(shown.table.columns, shown.mapping, strict=True)),
        fields=_fields(page),
        good=len(shown.good),
        first=[(row.label, _words(row.pairs, page)) for row in shown.good[:SHOWN_GOOD]],
        wrong_rows=[
            (row.file, row.line, row.label, [page.issue(issue) for issue in row.issues])
            for row in shown.wrong[:SHOWN_WRONG]
        ],
        wrong_count=len(shown.wrong),
        mapping=shown.mapping,
    )


def _preview(token: str, mapping: Sequence[str] | None) -> Preview:
    return preview_clients(
        token,
        mapping,
        account=who_asks().account.id,
        tools=door().tools,
        as_of=this_moment(),
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
