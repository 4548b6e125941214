"""A consultant's portfolio: homes with the figures kept beside them, in any order."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from decimal import Decimal

from ahorraluz.catalog.distributors import load_distributors, squeeze
from ahorraluz.catalog.districts import load_districts
from ahorraluz.catalog.places import departments
from ahorraluz.security.roles import Reach
from ahorraluz.services.households.figures import HomeFigures, kept_figures, reckon_and_keep
from ahorraluz.services.portfolio.access import open_homes
from ahorraluz.services.portfolio.importing import client_book
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.store.account_records import Answers

PERU_TIME = timezone(timedelta(hours=-5))
USUAL_OPTION = "BT5B"
LOWEST = Decimal(-1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientHome:
    """One home of a portfolio."""

    home: str
    label: str
    department: str
    district: str
    """Names, empty where not told."""
    distributor: str
    option: str
    owned: bool
    """Whether a resident owns it, who shares it."""
    figures: HomeFigures | None
    """``None``: not reckoned since it changed."""

    @property
    def potential(self) -> Decimal | None:
        """What all steps save the home. [PEN/year]"""
        return None if self.figures is None else self.figures.saving_pen_year

    @property
    def place(self) -> str:
        """District and department as people say them."""
        return ", ".join(filter(None, (self.district, self.department)))


Key = Callable[[ClientHome], tuple[object, ...]]


def _down(amount: Callable[[HomeFigures], Decimal | None]) -> Key:
    """Return a key that puts large amounts first and what is not known last."""

    def key(client: ClientHome) -> tuple[object, ...]:
        known = None if client.figures is None else amount(client.figures)
        return (-(LOWEST if known is None else known), squeeze(client.label), client.home)

    return key


ORDERS: Mapping[str, Key] = {
    "ahorro": lambda client: (
        *_down(lambda figures: figures.saving_pen_year)(client)[:1],
        *_down(lambda figures: figures.more_pen_year)(client),
    ),
    "consumo": _down(lambda figures: figures.kwh_month),
    "recibo": _down(lambda figures: figures.bill_pen),
    "costo": _down(lambda figures: figures.cost_pen),
    "nombre": lambda client: (squeeze(client.label), client.home),
    "lugar": lambda client: (squeeze(client.place), squeeze(client.label), client.home),
}
"""Orders of a portfolio by the name that an address gives them."""
FIRST_ORDER = "ahorro"


@dataclass(frozen=True, slots=True, kw_only=True)
class Portfolio:
    """All homes of a portfolio, in order."""

    clients: tuple[ClientHome, ...]

    @property
    def waiting(self) -> int:
        """Homes whose figures are still to be reckoned."""
        return sum(client.figures is None for client in self.clients)

    @property
    def potential(self) -> Decimal:
        """What all steps of all homes save, as far as known. [PEN/year]"""
        return sum((c.potential or Decimal(0) for c in self.clients), Decimal(0))


def portfolio(
    account: str,
    *,
    tools: Toolbox,
    as_of: datetime,
    order: str = FIRST_ORDER,
    words: str = "",
) -> Portfolio:
    """Return the homes that a consultant may look at now.

    Parameters
    ----------
    account
        The consultant.
    tools
        The store.
    as_of
        The moment: figures of an earlier month are to be reckoned again.
    order
        One of :data:`ORDERS`.
    words
        Part of a name or place; empty: all homes.
    """
    sought = squeeze(words)
    clients = [
        client
        for client in map(_client_of(as_of), *_answers(account, tools=tools, as_of=as_of))
        if sought in squeeze(f"{client.label} {client.place} {client.distributor}")
    ]
    clients.sort(key=ORDERS.get(order, ORDERS[FIRST_ORDER]))
    return Portfolio(clients=tuple(clients))


def client(home: str, *, tools: Toolbox, as_of: datetime) -> ClientHome:
    """Return one home as its portfolio shows it, its figures reckoned if they wait."""
    households, owned = tools.store.people.households, bool(client_book(tools).owners_of([home]))
    answers = households.answers(home)
    if _fresh(answers, as_of=as_of) is None:
        reckon_and_keep(home, tools=tools, as_of=as_of)
        answers = households.answers(home)
    return _client_of(as_of)(answers, owned)


def reckon_waiting(account: str, *, tools: Toolbox, as_of: datetime) -> Iterator[str]:
    """Reckon the figures of the homes that have none, one with each step; yield their names.

    Whoever asks stops when the time it has is over: what was reckoned is kept.
    """
    for answers in _answers(account, tools=tools, as_of=as_of)[0]:
        if _fresh(answers, as_of=as_of) is None:
            reckon_and_keep(answers.home, tools=tools, as_of=as_of)
            yield answers.home


def _answers(
    account: str, *, tools: Toolbox, as_of: datetime
) -> tuple[Sequence[Answers], Sequence[bool]]:
    """Return what was said of each home of a portfolio, and whether somebody owns it."""
    reached = tools.store.people.households.homes_of(account)
    homes = [r.home for r in reached if r.reach is Reach.CONSULTANT]
    seen = open_homes(homes, account, tools=tools, as_of=as_of)
    kept = client_book(tools).answers_of(list(seen))
    return kept, [seen[answers.home] for answers in kept]


def _fresh(answers: Answers, *, as_of: datetime) -> HomeFigures | None:
    """Return figures of this month: prices change with the month."""
    figures = kept_figures(answers)
    month = as_of.astimezone(PERU_TIME).date().isoformat()[:7]
    return figures if figures is not None and figures.day.startswith(month) else None


def _client_of(as_of: datetime) -> Callable[[Answers, bool], ClientHome]:
    names, districts, distributors = departments(), load_districts(), load_distributors()

    def client_of(answers: Answers, owned: bool) -> ClientHome:
        said = _pairs(answers)
        district = districts.get(said.get("di", ""))
        department, sold_by = said.get("dep", ""), distributors.get(said.get("d", ""))
        return ClientHome(
            home=answers.home,
            label=str(answers.said.get("label", "")),
            department=names.get(department, department),
            district=said.get("di", "") if district is None else district.name,
            distributor=said.get("d", "") if sold_by is None else sold_by.name,
            option=said.get("o", USUAL_OPTION),
            owned=owned,
            figures=_fresh(answers, as_of=as_of),
        )

    return client_of


def _pairs(answers: Answers) -> dict[str, str]:
    pairs = answers.said.get("pairs")
    return {str(n): str(v) for n, v in pairs} if isinstance(pairs, list) else {}
