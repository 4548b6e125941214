"""Homes that agreed to be met by providers of one technology: what the words say, and no longer.

What is shown of a home is wide ranges. Whoever sees nine homes of a group to the kWh, and the sum
of the group elsewhere, would know the tenth, which agreed to nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from ahorraluz.catalog.districts import load_districts
from ahorraluz.catalog.places import departments
from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.services.accounts.consents import Purpose, homes_that_agreed
from ahorraluz.services.accounts.sessions import SignedIn
from ahorraluz.services.accounts.trail import note_home
from ahorraluz.services.households.figures import kept_figures, reckon_and_keep
from ahorraluz.services.offers.demand import place_of
from ahorraluz.services.offers.entries import serving
from ahorraluz.services.portfolio.access import looking, note_looks
from ahorraluz.services.portfolio.importing import client_book
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.store.account_records import Answers, Consent

SEEN, MET = "lead-seen", "lead-contact"
KWH_WIDE, SOLES_WIDE = 50, 200
"""How wide the ranges are. [kWh/month, PEN/year]"""
PAGE_OF = 20
"""Homes of one page: a provider meets them one by one."""


class LeadError(AhorraLuzError):
    """A home that is not to be seen."""


Range = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """What a provider may see of a home, as its owner was told."""

    id: int
    """Of the consent."""
    technology: str
    place: str
    """District, or the department alone where no district was told."""
    kwh_month: Range | None
    """Within ``KWH_WIDE``. [kWh/month]"""
    saving_pen_year: Range | None
    """Within ``SOLES_WIDE``. [PEN/year]"""
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """A home whose contact was asked for."""

    lead: Lead
    contact: str
    """E-mail address or number of its owner."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leads:
    """One page of homes."""

    shown: tuple[Lead, ...]
    count: int
    technologies: tuple[str, ...]
    """What the provider may meet homes about: what of its entries was published."""


def leads(who: SignedIn, *, page: int, tools: Toolbox, as_of: datetime) -> Leads:
    """Return homes that agreed to be met about what a provider offers where they are.

    Each owner sees in the trail that the home was shown: once in a session.

    Parameters
    ----------
    who
        The provider.
    page
        Number of the page, from one.
    tools
        The store.
    as_of
        The moment: a consent that was taken back or ran out is not there.
    """
    offered = serving(who.account.id, tools=tools)
    found = _open(who, tools=tools, as_of=as_of)
    part = found[(page - 1) * PAGE_OF : page * PAGE_OF]
    note_looks(
        [answers.home for _, answers in part], act=SEEN, who=looking(who), tools=tools, as_of=as_of
    )
    return Leads(
        shown=tuple(_lead(given, answers, tools=tools, as_of=as_of) for given, answers in part),
        count=len(found),
        technologies=tuple(offered.departments),
    )


def meet(who: SignedIn, lead: int, *, tools: Toolbox, as_of: datetime) -> Met:
    """Return how to reach the owner of a home; every time is written in the owner's trail.

    Raises
    ------
    LeadError
        ``lead-gone``: there is none such for this provider, or its owner said no since.
    """
    for given, answers in _open(who, tools=tools, as_of=as_of):
        if given.id == lead:
            note_home(
                MET,
                answers.home,
                tools=tools,
                as_of=as_of,
                actor=who.account.id,
                detail=given.subject,
            )
            contact = tools.store.people.accounts.get(given.account).name
            return Met(lead=_lead(given, answers, tools=tools, as_of=as_of), contact=contact)
    raise LeadError("lead-gone")


def _open(who: SignedIn, *, tools: Toolbox, as_of: datetime) -> Sequence[tuple[Consent, Answers]]:
    """Return the consents that hold for a provider, newest first, each with its home."""
    offered = serving(who.account.id, tools=tools)
    book = client_book(tools)
    found: list[tuple[Consent, Answers]] = []
    for technology in offered.departments:
        agreed = homes_that_agreed(Purpose.CONTACT, tools=tools, as_of=as_of, subject=technology)
        owners = book.owners_of(list(agreed))
        own = [home for home, given in agreed.items() if owners.get(home) == given.account]
        found += [
            (agreed[answers.home], answers)
            for answers in book.answers_of(own)
            if offered.serves(technology, place_of(answers)[0])
        ]
    return sorted(found, key=lambda pair: -pair[0].id)


def _lead(given: Consent, answers: Answers, *, tools: Toolbox, as_of: datetime) -> Lead:
    figures = kept_figures(answers)
    if figures is None:
        figures = reckon_and_keep(answers.home, tools=tools, as_of=as_of)
    department, code = place_of(answers)
    district = load_districts().get(code)
    return Lead(
        id=given.id,
        technology=given.subject,
        place=district.name if district else departments().get(department, ""),
        kwh_month=_range(figures.kwh_month, KWH_WIDE),
        saving_pen_year=_range(figures.saving_pen_year, SOLES_WIDE),
        since=given.given_at,
        until=given.until,
    )


def _range(amount: Decimal | None, wide: int) -> Range | None:
    """Return the ends of the range of fixed width that an amount lies in."""
    if amount is None:
        return None
    low = int(amount // wide) * wide
    return low, low + wide
