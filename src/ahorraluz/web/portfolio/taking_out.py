"""What a consultant takes out of a portfolio: a workbook, and reports under their own name."""

import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, render_template, request

from ahorraluz.core.accents import without_accents
from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.security.roles import Permission
from ahorraluz.services.households.printing import pdf_of
from ahorraluz.services.portfolio.access import note_exports
from ahorraluz.services.portfolio.clients import ClientHome, portfolio
from ahorraluz.services.portfolio.exporting import workbook_of
from ahorraluz.web.account.landing import typed, who_asks
from ahorraluz.web.guard import needs
from ahorraluz.web.page import Page, door, this_moment
from ahorraluz.web.portfolio.asking import (
    LONGEST_WORDS,
    NUMBER,
    ORDER,
    PAGE_OF,
    PORTFOLIO,
    WORDS,
    bare_page,
    findings,
    number_of,
    soles,
    told,
)

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ZIP = "application/zip"
LONGEST_SLUG = 40
_FIRST_MOMENT = (1980, 1, 1, 0, 0, 0)
"""Of the files of an archive: the same homes give the same bytes."""

taking_out = Blueprint("taking_out", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """Under whose name a report is."""

    name: str
    contact: str


def _brand() -> Brand:
    account = who_asks().account
    return Brand(name=account.organisation or account.name, contact=account.name)


@taking_out.post(f"{PORTFOLIO}/exportar")
@needs(Permission.KEEP_PORTFOLIO)
def exported() -> Response:
    """Give all homes that were sought as a workbook; owners see that theirs went along."""
    page, chosen = bare_page(), _chosen()
    _note(chosen)
    return _file(workbook_of(chosen, page.texts), XLSX, f"{page.t('portfolio.file-name')}.xlsx")


@taking_out.post(f"{PORTFOLIO}/informes")
@needs(Permission.KEEP_PORTFOLIO)
def reports() -> Response:
    """Give a report of each home of one page of the list, packed together."""
    page = bare_page()
    first = (number_of(request.form.get(NUMBER, "1")) - 1) * PAGE_OF
    chosen = _chosen()[first:][:PAGE_OF]
    try:
        packed = reports_of(chosen, page, _brand())
    except AhorraLuzError as error:
        return told("import.html", page, issues=error.issues, limit_mb=1)
    _note(chosen)
    return _file(packed, ZIP, f"{page.t('portfolio.reports-name')}.zip")


def reports_of(chosen: Sequence[ClientHome], page: Page, brand: Brand) -> bytes:
    """Return a ZIP with a report of each home."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for place, client in enumerate(chosen, start=1):
            name = f"{place:03d}-{_slug(client.label)}.pdf"
            info = zipfile.ZipInfo(name, date_time=_FIRST_MOMENT)
            archive.writestr(info, pdf_of(report_of(client, page, brand)))
    return packed.getvalue()


def report_of(client: ClientHome, page: Page, brand: Brand | None = None) -> str:
    """Return the report of one home as a page that stands alone, under its consultant's name."""
    brand = brand or _brand()
    steps = client.figures.steps if client.figures else ()
    return render_template(
        "portfolio/report.html",
        t=page.t,
        texts=page.texts,
        client=client,
        brand=brand.name,
        contact=brand.contact,
        day=page.texts.date(door().today()),
        soles=lambda amount: soles(page, amount),
        steps=[
            (
                page.texts.text(f"measure.{step.measure}.title"),
                soles(page, step.saving_pen_year),
                soles(page, step.cost_pen),
            )
            for step in steps
        ],
        findings=findings(client, page),
    )


def _chosen() -> Sequence[ClientHome]:
    found = portfolio(
        who_asks().account.id,
        tools=door().tools,
        as_of=this_moment(),
        order=typed(ORDER, most=20),
        words=typed(WORDS, most=LONGEST_WORDS).strip(),
    )
    return found.clients


def _note(chosen: Sequence[ClientHome]) -> None:
    owned = [client.home for client in chosen if client.owned]
    account = who_asks().account.id
    note_exports(owned, account=account, count=len(chosen), tools=door().tools, as_of=this_moment())


def _file(content: bytes, kind: str, name: str) -> Response:
    response = Response(content, content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _slug(label: str) -> str:
    plain = without_accents(label).casefold()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST_SLUG] or "hogar"
