"""The desk where agencies try other rules of the FOSE, the IGV and prices."""

from collections.abc import Sequence
from decimal import Decimal

from flask import Blueprint, Response, request

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.core.tariffs.policy import Group, Policy
from ahorraluz.security.roles import Permission
from ahorraluz.services.inquiries.query import read_query
from ahorraluz.services.try_policy import Tried, try_policy
from ahorraluz.services.typed_numbers import read_number
from ahorraluz.texts import Texts
from ahorraluz.web.account.landing import UNPROCESSABLE, typed
from ahorraluz.web.guard import needs
from ahorraluz.web.page import Page, door, show, this_page

POLICIES = "/politicas"
FILE = "archivo"
FIELDS = {
    "limite": "limit_kwh",
    "bloque": "first_kwh",
    "descuento": "discount",
    "recargo": "surcharge",
    "igv": "igv",
    "energia": "energy",
}
"""What is moved, by the name of its field."""
PERCENTS = ("descuento", "recargo", "igv", "energia")
LONGEST = 20
CENTS, HUNDRED = Decimal(100), Decimal(100)

policies = Blueprint("policies", __name__)


@policies.get(POLICIES)
@needs(Permission.TRY_POLICIES)
def desk() -> Response:
    """Show what can be moved."""
    return _desk(this_page(read_query({})))


@policies.post(POLICIES)
@needs(Permission.TRY_POLICIES)
def tried() -> Response:
    """Show what a policy does to the bills of a table, which is not kept."""
    page = this_page(read_query({}))
    upload = request.files.get(FILE)
    table = upload.read() if upload is not None and upload.filename else None
    try:
        found = try_policy(_policy(), table=table, tools=door().tools, as_of=door().today())
    except AhorraLuzError as error:
        return _desk(page, error)
    return _desk(page, found=found)


def _policy() -> Policy:
    values: dict[str, Decimal] = {}
    for field, name in FIELDS.items():
        text = typed(field, most=LONGEST).strip()
        if text:
            number = read_number(text, field=field)
            values[name] = number / HUNDRED if field in PERCENTS else number
    return Policy(**values)


def _desk(
    page: Page, error: AhorraLuzError | None = None, *, found: Tried | None = None
) -> Response:
    return show(
        "agencies/policies.html",
        page,
        status=UNPROCESSABLE if error else 200,
        wrong=[page.issue(issue) for issue in error.issues] if error else [],
        fields=[(name, typed(name, most=LONGEST), name in PERCENTS) for name in FIELDS],
        found=None if found is None else _shown(found, page),
    )


def _shown(found: Tried, page: Page) -> dict[str, object]:
    texts, outcome = page.texts, found.outcome
    whole = outcome.whole
    edges = ["0", *(group.name for group in outcome.brackets)]
    named = [
        page.t("policy.above", kwh=edges[at]) if not group.name else f"{edges[at]} – {group.name}"
        for at, group in enumerate(outcome.brackets)
    ]
    places = [found.departments[int(group.name)] for group in outcome.departments]
    funds = [
        (
            page.t(f"policy.fund-{when}"),
            texts.soles(fund.cost, places=0),
            texts.soles(fund.income, places=0),
            "" if fund.balancing is None else texts.percent(fund.balancing, places=2),
        )
        for when, fund in (("before", outcome.fund_before), ("after", outcome.fund_after))
    ]
    return {
        "published": found.published,
        "issues": [page.issue(issue) for issue in found.issues],
        "homes": texts.number(whole.homes),
        "gain": texts.number(whole.gain),
        "pay": texts.number(whole.pay),
        "change": _soles(whole.change, texts),
        "funds": funds,
        "tables": [
            (page.t("policy.by-kwh"), _rows(outcome.brackets, named, texts)),
            (
                page.t("policy.by-tenth"),
                _rows(outcome.deciles, [group.name for group in outcome.deciles], texts),
            ),
            (
                page.t("policy.by-department"),
                _rows(
                    outcome.departments,
                    [name or page.t("policy.nowhere") for name in places],
                    texts,
                ),
            ),
        ],
    }


def _rows(groups: Sequence[Group], names: Sequence[str], texts: Texts) -> list[tuple[str, ...]]:
    return [
        (
            name,
            texts.number(group.homes),
            texts.number(group.gain),
            texts.number(group.pay),
            _soles(group.change, texts),
            texts.soles(Decimal(group.change) / CENTS / group.homes),
        )
        for group, name in zip(groups, names, strict=True)
        if group.homes
    ]


def _soles(centimos: int, texts: Texts) -> str:
    return texts.soles(Decimal(centimos) / CENTS, places=0)
