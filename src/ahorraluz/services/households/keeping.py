"""Keep an answer as a home of an account, change it, and find it again."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.security.roles import Reach
from ahorraluz.services.accounts.trail import note_home
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.store.account_records import Answers

HOME_PREFIX = "h-"
HOME_BYTES = 16
"""A home of the pages has a name that nobody can guess."""
MOST_HOMES = 20
"""Homes of one resident."""
LONGEST_LABEL = 60

Pairs = Sequence[tuple[str, str]]


class HomeRefusedError(AhorraLuzError):
    """A home that cannot be kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptHome:
    """A home as its people described it."""

    id: str
    version: int
    pairs: tuple[tuple[str, str], ...] = ()
    """What was typed, field by field, in the form of the pages' addresses."""
    label: str = ""
    """How they call it."""
    choices: Mapping[str, str] = field(default_factory=dict)
    """By step of the plan: ``later`` or ``no``."""

    def said(self) -> dict[str, object]:
        """Return it as it is kept."""
        return {
            "pairs": [list(pair) for pair in self.pairs],
            "label": self.label,
            "choices": dict(self.choices),
        }


def keep_home(
    pairs: Iterable[tuple[str, str]],
    *,
    account: str,
    tools: Toolbox,
    as_of: datetime,
    home: str | None = None,
    reach: Reach = Reach.OWNER,
) -> KeptHome:
    """Keep an answer for an account.

    Parameters
    ----------
    pairs
        What was typed.
    account
        Whose home it is to be.
    tools
        The store.
    as_of
        The moment.
    home
        A home of the store that belongs to nobody yet; ``None``: a new one.
    reach
        What the account may do with it.

    Raises
    ------
    HomeRefusedError
        ``homes-too-many``.
    StoreError
        ``home-taken``.
    """
    households = tools.store.people.households
    owned = [r for r in households.homes_of(account) if r.reach is Reach.OWNER]
    if reach is Reach.OWNER and len(owned) >= MOST_HOMES:
        raise HomeRefusedError("homes-too-many", limit=MOST_HOMES)
    name = home or new_home_name()
    new = KeptHome(id=name, version=0, pairs=tuple(pairs))
    kept = households.keep(name, new.said(), account=account, reach=reach, as_of=as_of)
    note_home("home-kept", name, tools=tools, as_of=as_of, actor=account)
    return _kept(kept)


def new_home_name() -> str:
    """Return a name for a new home, which nobody can guess."""
    return HOME_PREFIX + secrets.token_hex(HOME_BYTES)


def kept_home(home: str, *, tools: Toolbox) -> KeptHome:
    """Return a home as it was described; raises ``home-without-answers`` or ``home-unknown``."""
    return _kept(tools.store.people.households.answers(home))


def homes_of(account: str, *, tools: Toolbox) -> tuple[KeptHome, ...]:
    """Return the homes that an account owns, the oldest first."""
    households = tools.store.people.households
    owned = [r.home for r in households.homes_of(account) if r.reach is Reach.OWNER]
    return tuple(_kept(households.answers(home)) for home in owned)


def change_home(home: KeptHome, *, tools: Toolbox, as_of: datetime) -> KeptHome:
    """Keep a home as it is now described, over the version that was read.

    Raises
    ------
    StoreError
        ``home-changed-meanwhile``: somebody kept another version since.
    """
    home = replace(home, label=home.label[:LONGEST_LABEL])
    households = tools.store.people.households
    return _kept(households.say(home.id, home.said(), version=home.version, as_of=as_of))


def _kept(answers: Answers) -> KeptHome:
    said = answers.said
    pairs, choices = said.get("pairs"), said.get("choices")
    return KeptHome(
        id=answers.home,
        version=answers.version,
        pairs=tuple((str(n), str(v)) for n, v in pairs) if isinstance(pairs, list) else (),
        label=str(said.get("label", "")),
        choices={str(k): str(v) for k, v in choices.items()} if isinstance(choices, dict) else {},
    )
