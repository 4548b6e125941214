"""The page on which an owner says by whom a home may be met, for how long, and who looked."""

from flask import Blueprint, Response

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.security.roles import Act, Permission
from ahorraluz.services.accounts.consents import (
    PAGES,
    Asked,
    Purpose,
    give_consent,
    withdraw_consent,
)
from ahorraluz.services.offers.wanting import Wanted, looks, wanted
from ahorraluz.web.account.landing import typed, who_asks
from ahorraluz.web.guard import needs
from ahorraluz.web.offers.asking import told
from ahorraluz.web.page import Page, door, go_to, this_moment
from ahorraluz.web.portfolio.asking import bare_page
from ahorraluz.web.portfolio.days import local_day, local_minute

PATH = "/hogares/<home>/ofertas"

wishes = Blueprint("wishes", __name__)


@wishes.get(PATH)
@needs(Permission.OWN_HOMES, act=Act.GRANT)
def asked(home: str) -> Response:
    """Show what may be agreed to, what is, and who looked."""
    return _shown(home)


@wishes.post(PATH)
@needs(Permission.OWN_HOMES, act=Act.GRANT)
def agreed(home: str) -> Response:
    """Keep that an owner agreed to be met about one technology for a time."""
    page = bare_page()
    days = typed("dias", most=6)
    given = Asked(
        account=who_asks().account.id,
        home=home,
        purpose=Purpose.CONTACT,
        subject=typed("tecnologia", most=40),
        days=int(days) if days.isascii() and days.isdigit() else 0,
    )
    try:
        give_consent(
            given, texts=page.texts, channel=PAGES, tools=door().tools, as_of=this_moment()
        )
    except AhorraLuzError as error:
        return _shown(home, error)
    return go_to(page.plain_url(f"/hogares/{home}/ofertas"))


@wishes.post(f"{PATH}/quitar")
@needs(Permission.OWN_HOMES, act=Act.GRANT)
def taken_back(home: str) -> Response:
    """Take what was agreed to back, at once."""
    number = typed("permiso", most=18)
    try:
        withdraw_consent(
            who_asks().account.id,
            int(number) if number.isascii() and number.isdigit() else 0,
            tools=door().tools,
            as_of=this_moment(),
        )
    except AhorraLuzError as error:
        return _shown(home, error)
    return go_to(bare_page().plain_url(f"/hogares/{home}/ofertas"))


def _shown(home: str, error: AhorraLuzError | None = None) -> Response:
    page, tools = bare_page(), door().tools
    found = wanted(home, who_asks().account.id, texts=page.texts, tools=tools, as_of=this_moment())
    seen = [
        (local_minute(page, look.at), page.texts.text(f"trail.{look.act}"), look.who)
        for look in looks(home, tools=tools)
    ]
    return told(
        "wishes.html",
        page,
        issues=error.issues if error else (),
        home=home,
        found=[_one(one, page) for one in found],
        looks=seen,
    )


def _one(one: Wanted, page: Page) -> dict[str, object]:
    given = one.given
    until = local_day(page, given.until) if given is not None and given.until else ""
    return {
        "id": one.technology,
        "name": page.texts.text(f"technology.{one.technology}"),
        "in_plan": one.in_plan,
        "consent": given.id if given else None,
        "until": until,
        # The first line of the words is what is asked, the others what follows from it.
        "words": [(days, words.partition("\n")[2]) for days, words in one.words],
        "title": one.words[0][1].partition("\n")[0],
    }
