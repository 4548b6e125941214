"""What every page of a portfolio asks: who is there, what is typed, and how amounts are told."""

from collections.abc import Sequence
from decimal import Decimal

from flask import Response, request

from ahorraluz.core.issues import Issue
from ahorraluz.services.inquiries.query import read_query
from ahorraluz.services.portfolio.clients import (
    FIRST_ORDER,
    ORDERS,
    ClientHome,
    Portfolio,
    portfolio,
)
from ahorraluz.services.portfolio.exporting import findings_of
from ahorraluz.web.account.landing import who_asks
from ahorraluz.web.page import Page, door, show, this_moment, this_page

PORTFOLIO = "/cartera"
UNPROCESSABLE = 422
ORDER, WORDS, NUMBER = "orden", "texto", "pagina"
LONGEST_WORDS = 60
PAGE_OF = 50
"""Homes of one page of the list, and reports of one download."""

LONGEST_NUMBER = 6
"""Of a page, in digits."""


def bare_page() -> Page:
    """Return the page of this request; nothing of a home stands in its address."""
    return this_page(read_query({}))


def sought() -> tuple[str, str]:
    """Return the order and the words that the address asks for."""
    order = request.args.get(ORDER, FIRST_ORDER)
    words = request.args.get(WORDS, "").strip()[:LONGEST_WORDS]
    return (order if order in ORDERS else FIRST_ORDER), words


def asked_portfolio() -> Portfolio:
    """Return the portfolio of who asks, in the order and with the words of the address."""
    order, words = sought()
    return portfolio(
        who_asks().account.id, tools=door().tools, as_of=this_moment(), order=order, words=words
    )


def part_of(clients: Sequence[ClientHome]) -> tuple[int, int, Sequence[ClientHome]]:
    """Return the number of the page that is asked for, how many there are, and its homes."""
    pages = max(1, -(-len(clients) // PAGE_OF))
    number = min(number_of(request.args.get(NUMBER, "1")), pages)
    return number, pages, clients[(number - 1) * PAGE_OF : number * PAGE_OF]


def number_of(typed: str) -> int:
    """Return the page that an address or a form names; the first where it names none."""
    plain = typed.isascii() and typed.isdigit() and len(typed) <= LONGEST_NUMBER
    return max(int(typed), 1) if plain else 1


def soles(page: Page, amount: Decimal | None) -> str:
    """Return an amount in whole soles, empty where none is known."""
    return "" if amount is None else page.texts.soles(amount, places=0)


def findings(client: ClientHome, page: Page) -> tuple[str, ...]:
    """Return what was found of a home, in the language of a page."""
    return findings_of(client, page.texts)


def told(template: str, page: Page, *, issues: Sequence[Issue] = (), **context: object) -> Response:
    """Return a page; with issues it says what is wrong."""
    return show(
        f"portfolio/{template}",
        page,
        status=UNPROCESSABLE if issues else 200,
        wrong=[page.issue(issue) for issue in issues],
        **context,
    )
