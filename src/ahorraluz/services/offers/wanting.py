"""What an owner agreed to be met about, and who looked."""

from dataclasses import dataclass
from datetime import datetime

from ahorraluz.services.accounts.consents import (
    CONTACT_DAYS,
    TECHNOLOGIES,
    Purpose,
    holding,
    words_of,
)
from ahorraluz.services.accounts.own import called
from ahorraluz.services.accounts.trail import trail_of_home
from ahorraluz.services.households.figures import kept_figures, reckon_and_keep
from ahorraluz.services.offers.leads import MET, SEEN
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.store.account_records import Consent
from ahorraluz.texts import Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One technology, and what an owner agreed to about it."""

    technology: str
    given: Consent | None
    """The consent that holds; ``None``: none."""
    words: tuple[tuple[int, str], ...]
    """Days, with the exact words of agreeing for them."""
    in_plan: bool
    """Whether the plan of the home proposes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Somebody looked."""

    at: datetime
    act: str
    who: str
    """Organisation; empty: it is gone."""


def wanted(
    home: str, account: str, *, texts: Texts, tools: Toolbox, as_of: datetime
) -> tuple[Wanted, ...]:
    """Return every technology that a home may be met about, those of its plan first."""
    held = {
        given.subject: given
        for given in holding(account, tools=tools, as_of=as_of)
        if given.home == home and given.purpose == Purpose.CONTACT
    }
    figures = kept_figures(tools.store.people.households.answers(home))
    if figures is None:
        figures = reckon_and_keep(home, tools=tools, as_of=as_of)
    found = [
        Wanted(
            technology=technology,
            given=held.get(technology),
            words=tuple(
                (days, words_of(Purpose.CONTACT, texts, subject=technology, days=days))
                for days in CONTACT_DAYS
            ),
            in_plan=technology in figures.renewables,
        )
        for technology in TECHNOLOGIES
    ]
    return tuple(sorted(found, key=lambda one: (one.given is None, not one.in_plan)))


def looks(home: str, *, tools: Toolbox) -> tuple[Look, ...]:
    """Return who looked at a home as a provider, newest first."""
    return tuple(
        Look(at=line.at, act=line.act, who=called(line.actor, tools=tools) if line.actor else "")
        for line in trail_of_home(home, tools=tools)
        if line.act in (SEEN, MET)
    )
