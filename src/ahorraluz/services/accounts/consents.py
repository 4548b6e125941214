"""Consents by purpose: each with its exact words, given with a tap and taken back with a tap.

None holds unless somebody gave it. What was shown is kept as the hash of its words, with the
moment, the language and the door; the words themselves are in the catalogue of the program.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.security.roles import Reach
from ahorraluz.services.accounts.comparing import compare_home, compare_no_more
from ahorraluz.services.accounts.trail import note_home
from ahorraluz.services.jobs import drop_files
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.store.account_records import Consent
from ahorraluz.texts import Texts

HeldConsent = Consent
"""What doors call it, which know no store."""
PAGES, COMMAND = "web", "cli"
"""Doors by which a consent is given."""


class ConsentError(AhorraLuzError):
    """A consent that cannot be given or taken back."""


class Purpose(StrEnum):
    """What somebody may agree to; the service itself needs none of them."""

    COMPARE = "compare"
    """Compare with homes like it, which are compared with it."""
    AGGREGATES = "aggregates"
    """Count in the anonymous statistics of agencies."""
    CONTACT = "contact"
    """Be seen by providers of one technology, for a time."""
    CONSULTANT = "consultant"
    """Share with one consultant, until it is taken back."""
    RESEARCH = "research"
    """Train and measure models of this service."""


BY_HAND = (Purpose.COMPARE, Purpose.AGGREGATES, Purpose.RESEARCH)
"""Purposes with neither a subject nor an end."""
TECHNOLOGIES = (
    "rooftop-pv",
    "solar-water-heater",
    "battery",
    "offgrid-pv",
    "small-wind",
    "improved-stove",
    "biodigester",
)
"""What a home may be contacted about."""
CONTACT_DAYS = (30, 90, 180)
"""How long providers may see a home: one of these. [day]"""
_SPACE = "\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One consent as it is asked for."""

    account: str
    home: str
    purpose: Purpose
    subject: str = ""
    """Technology of a contact, account of a consultant; else empty."""
    days: int | None = None
    """How long it is to hold; ``None``: until it is taken back. [day]"""


def words_of(purpose: Purpose, texts: Texts, *, subject: str = "", days: int | None = None) -> str:
    """Return the exact words of a consent: what is asked, and what follows from it.

    Parameters
    ----------
    purpose
        What for.
    texts
        The language.
    subject
        Technology of a contact.
    days
        How long, for a contact. [day]
    """
    said: dict[str, str] = {}
    if purpose is Purpose.CONTACT:
        said = {"technology": texts.text(f"technology.{subject}"), "days": str(days)}
    return _SPACE.join(
        texts.text(f"consent.{purpose.value}{part}", **said) for part in ("", "-text")
    )


def hash_of(words: str) -> str:
    """Return what is kept of words: their SHA-256, as 64 hexadecimal digits."""
    return hashlib.sha256(words.encode()).hexdigest()


def give_consent(
    asked: Asked, *, texts: Texts, channel: str, tools: Toolbox, as_of: datetime
) -> None:
    """Keep that somebody agreed, with a tap beside the words, and let it have its effect.

    Raises
    ------
    ConsentError
        ``consent-not-offered``: no such technology or time, or the home is not the account's;
        ``consent-there-already``: the same one holds.
    ReadingsRefusedError
        ``describe-needs``: the home does not state what it would be compared by.
    """
    _check(asked)
    if tools.store.people.households.reach(asked.home, asked.account) is not Reach.OWNER:
        raise ConsentError("consent-not-offered", value=asked.purpose.value)
    for held in holding(asked.account, tools=tools, as_of=as_of):
        if _key(held) == (asked.home, asked.purpose.value, asked.subject):
            raise ConsentError("consent-there-already")
    if asked.purpose is Purpose.COMPARE:
        compare_home(asked.home, tools=tools, as_of=as_of)
    words = words_of(asked.purpose, texts, subject=asked.subject, days=asked.days)
    given = Consent(
        id=0,
        account=asked.account,
        home=asked.home,
        purpose=asked.purpose.value,
        subject=asked.subject,
        text_sha256=hash_of(words),
        language=texts.locale,
        channel=channel,
        given_at=as_of,
        until=None if asked.days is None else as_of + timedelta(days=asked.days),
        withdrawn_at=None,
    )
    tools.store.people.consents.give(given)
    _note("consent-given", asked.home, given, tools=tools, as_of=as_of)


def withdraw_consent(account: str, consent: int, *, tools: Toolbox, as_of: datetime) -> None:
    """Take a consent back: at once, for any reason or none.

    Raises
    ------
    ConsentError
        ``consent-unknown``: the account has none such that holds.
    """
    held = {given.id: given for given in holding(account, tools=tools, as_of=as_of)}
    given = held.get(consent)
    if given is None or not tools.store.people.consents.withdraw(account, consent, as_of=as_of):
        raise ConsentError("consent-unknown")
    if given.home is None:
        return
    if given.purpose == Purpose.COMPARE:
        compare_no_more(given.home, tools=tools)
    if given.purpose == Purpose.CONSULTANT:
        tools.store.people.households.end_reach(given.home, given.subject)
        # What a job packed for them while they might look is not handed out any more.
        drop_files([given.subject], tools=tools)
    _note("consent-withdrawn", given.home, given, tools=tools, as_of=as_of)


def renew_comparison(home: str, *, tools: Toolbox, as_of: datetime) -> None:
    """Let what a home is compared by follow its answers and readings, where its owner agreed.

    What it no longer tells enough of is erased, until it tells it again: others are not compared
    with what is not so any more. The consent holds on.
    """
    agreed = tools.store.people.consents.of_home(home)
    if not any(given.purpose == Purpose.COMPARE and given.holds(as_of) for given in agreed):
        return
    try:
        compare_home(home, tools=tools, as_of=as_of)
    except AhorraLuzError:
        compare_no_more(home, tools=tools)


def holding(account: str, *, tools: Toolbox, as_of: datetime) -> tuple[Consent, ...]:
    """Return what an account agreed to that holds now, newest first."""
    given = tools.store.people.consents.of_account(account)
    return tuple(consent for consent in given if consent.holds(as_of))


def homes_that_agreed(
    purpose: Purpose, *, tools: Toolbox, as_of: datetime, subject: str | None = None
) -> Mapping[str, Consent]:
    """Return the homes whose owners agreed to a purpose, each with its newest consent.

    Parameters
    ----------
    purpose
        What for.
    tools
        The store.
    as_of
        The moment: what has ended or was taken back is not there.
    subject
        Technology of a contact; ``None``: any.
    """
    found = tools.store.people.consents.that_hold(purpose.value, at=as_of, subject=subject)
    return MappingProxyType(
        {given.home: given for given in reversed(found) if given.home is not None}
    )


def _key(consent: Consent) -> tuple[str | None, str, str]:
    return consent.home, consent.purpose, consent.subject


def _check(asked: Asked) -> None:
    contact = asked.purpose is Purpose.CONTACT
    if contact != (asked.days is not None) or (
        contact and (asked.subject not in TECHNOLOGIES or asked.days not in CONTACT_DAYS)
    ):
        raise ConsentError("consent-not-offered", value=asked.purpose.value)


def _note(act: str, home: str, given: Consent, *, tools: Toolbox, as_of: datetime) -> None:
    technology = f" {given.subject}" if given.purpose == Purpose.CONTACT else ""
    detail = f"{given.purpose}{technology}"
    note_home(act, home, tools=tools, as_of=as_of, actor=given.account, detail=detail)
