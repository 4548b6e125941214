"""The report of a kept home, on paper and by link, and its claim."""

from dataclasses import replace
from functools import cache
from importlib.resources import files

from flask import Blueprint, Response, abort, render_template, request

from ahorraluz.core.issues import AhorraLuzError, Issue
from ahorraluz.security.roles import Act, Permission
from ahorraluz.services.accounts.trail import note_home
from ahorraluz.services.audit_receipt import ReceiptAudit, audit_receipt
from ahorraluz.services.households.printing import pdf_of, pdf_within
from ahorraluz.services.households.sharing import end_share, share_report, shared_home
from ahorraluz.services.inquiries.checking import checked
from ahorraluz.services.inquiries.inquiry import (
    PRINTED,
    issues_by_parameter,
    printed_receipt,
    stated_period,
    supply_of,
)
from ahorraluz.services.write_claim import ClaimLetter, write_claim
from ahorraluz.web.audit_view import shown_audit
from ahorraluz.web.guard import needs, open_to_all
from ahorraluz.web.households.kept import MY_HOMES, OwnHome, actor, kept_or_404, own_home, view_of
from ahorraluz.web.households.report_pictures import MOST_CURVES, report_pictures
from ahorraluz.web.households.steps import first_missing
from ahorraluz.web.page import Page, door, go_to, show, this_moment

UNPROCESSABLE = 422
SHARED = "/c"
SHEETS = 2
"""Of paper that the report takes, whatever it has to tell."""
PDF = "application/pdf"
STYLE = "report.css"
NO_INDEX = "noindex, nofollow, noarchive"

reports = Blueprint("reports", __name__)


@reports.get(f"{MY_HOMES}/<home>/informe")
@needs(Permission.OWN_HOMES, act=Act.READ)
def report(home: str) -> Response:
    """Show the report of a home, ready to print."""
    own = own_home(kept_or_404(home))
    return _sheet(own) if own.answer is not None else _ask_first(own)


@reports.get(f"{MY_HOMES}/<home>/informe.pdf")
@needs(Permission.OWN_HOMES, act=Act.READ)
def report_pdf(home: str) -> Response:
    """Hand out the report of a home as PDF; where none can be made, the page to print."""
    own = own_home(kept_or_404(home))
    if own.answer is None:
        return _ask_first(own)
    try:
        sizes = (_html(own, style=_style(), printed=True, tight=tight) for tight in (False, True))
        pdf = pdf_within(SHEETS, sizes)
    except AhorraLuzError as error:
        return _sheet(own, issues=error.issues)
    note_home("report-printed", home, tools=door().tools, as_of=this_moment(), actor=actor())
    return _file(pdf, "ahorraluz-informe.pdf")


@reports.get(f"{MY_HOMES}/<home>/revision")
@needs(Permission.OWN_HOMES, act=Act.READ)
def own_audit(home: str) -> Response:
    """Show the recibo of a home recomputed, line by line."""
    own = own_home(kept_or_404(home))
    found = _audited(own)
    if isinstance(found, Response):
        return found
    return show("audit.html", own.page, audit=shown_audit(found, own.page.texts))


@reports.get(f"{MY_HOMES}/<home>/reclamo")
@needs(Permission.OWN_HOMES, act=Act.READ)
def own_claim(home: str) -> Response:
    """Show the claim letter of a home, ready to print."""
    own = own_home(kept_or_404(home))
    found = _audited(own)
    if isinstance(found, Response):
        return found
    letter = _letter(found, own.page)
    return show("claim.html", own.page, letter=letter, claimable=found.claimable)


@reports.get(f"{MY_HOMES}/<home>/reclamo.pdf")
@needs(Permission.OWN_HOMES, act=Act.READ)
def claim_pdf(home: str) -> Response:
    """Hand out the claim letter of a home as PDF; where none can be made, the page to print."""
    own = own_home(kept_or_404(home))
    found = _audited(own)
    if isinstance(found, Response):
        return found
    try:
        pdf = pdf_of(_letter(found, own.page).to_html())
    except AhorraLuzError:
        return go_to(own.page.url("/reclamo"))
    return _file(pdf, "ahorraluz-reclamo.pdf")


@reports.post(f"{MY_HOMES}/<home>/compartir")
@needs(Permission.OWN_HOMES, act=Act.SHARE)
def share(home: str) -> Response:
    """Make a link to the report of a home; its address is shown this once."""
    own = own_home(kept_or_404(home))
    try:
        made = share_report(home, actor=actor(), tools=door().tools, as_of=this_moment())
    except AhorraLuzError as error:
        return _refused(own.page, error.issues)
    root = door().tools.settings.public_url or request.host_url.rstrip("/")
    address = f"{root}{SHARED}/{made.token}"
    until = own.page.day(made.share.expires_at)
    return show("households/shared.html", own.page, address=address, until=until)


@reports.post(f"{MY_HOMES}/<home>/compartir/<int:link>/quitar")
@needs(Permission.OWN_HOMES, act=Act.SHARE)
def share_ended(home: str, link: int) -> Response:
    """Take a link back."""
    own = own_home(kept_or_404(home))
    try:
        end_share(home, link, actor=actor(), tools=door().tools, as_of=this_moment())
    except AhorraLuzError as error:
        return _refused(own.page, error.issues)
    return go_to(f"{own.page.url('/respuesta')}#compartir")


@reports.get(f"{SHARED}/<token>")
@open_to_all()
def shared_report(token: str) -> Response:
    """Show the report that a link opens, to read and no more."""
    home = shared_home(token, tools=door().tools, as_of=this_moment())
    if home is None:
        abort(404)
    own = own_home(kept_or_404(home))
    if own.answer is None:
        abort(404)
    # Whoever holds the link is told nothing of the addresses of the home.
    stranger = replace(own, page=replace(own.page, base="", who=None))
    return _sheet(stranger, shared=True)


def _sheet(own: OwnHome, *, issues: tuple[Issue, ...] = (), shared: bool = False) -> Response:
    html = _html(own, shared=shared, wrong=[own.page.issue(issue) for issue in issues])
    response = Response(html, content_type="text/html; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = NO_INDEX
    return response


def _html(
    own: OwnHome,
    *,
    style: str | None = None,
    printed: bool = False,
    shared: bool = False,
    tight: bool = False,
    wrong: list[str] | None = None,
) -> str:
    from ahorraluz.web.assets import asset_address

    page = own.page
    view = view_of(own)
    return render_template(
        "households/report.html",
        page=page,
        t=page.t,
        texts=page.texts,
        asset=asset_address,
        a=own.answer,
        view=view,
        pictures=report_pictures(own, view),
        most_curves=MOST_CURVES,
        kept=own.kept,
        today=door().today(),
        style=style,
        printed=printed,
        shared=shared,
        tight=tight,
        wrong=wrong or [],
    )


@cache
def _style() -> str:
    return (files("ahorraluz") / "web" / "static" / STYLE).read_text("utf-8")


def _audited(own: OwnHome) -> ReceiptAudit | Response:
    """Return the audit of a home's recibo, or the form that asks for what it needs."""
    query = checked(own.page.query, needs_printed=True)
    if not query.has(PRINTED) or query.errors:
        return go_to(own.page.url("/pasos/recibos"))
    try:
        # Dates that nobody typed are left out, as in the audit of an anonymous recibo.
        receipt = printed_receipt(query, period=stated_period(query))
        supply, tools = supply_of(query), door().tools
        return audit_receipt(receipt, tools=tools, as_of=door().today(), supply=supply)
    except AhorraLuzError as error:
        return _refused(own.page, tuple(issues_by_parameter(error, otherwise="p").values()))


def _letter(found: ReceiptAudit, page: Page) -> ClaimLetter:
    return write_claim(found, tools=door().tools, as_of=door().today(), texts=page.texts)


def _ask_first(own: OwnHome) -> Response:
    return go_to(own.page.url(f"/pasos/{first_missing(own.page.query) or 'recibos'}"))


def _refused(page: Page, issues: tuple[Issue, ...]) -> Response:
    wrong = [page.issue(issue) for issue in issues]
    return show("households/refused.html", page, status=UNPROCESSABLE, wrong=wrong)


def _file(content: bytes, name: str) -> Response:
    response = Response(content, content_type=PDF)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response
