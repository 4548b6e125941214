"""How somebody wants to be told of a home: in which ways, of what, when, and how often."""

import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from ahorraluz.core.issues import InvalidInputError
from ahorraluz.core.live.days import Hours
from ahorraluz.core.live.events import Kind
from ahorraluz.core.live.rules import QUIET
from ahorraluz.services.accounts.trail import note_home
from ahorraluz.services.limits import Budget, spend
from ahorraluz.services.live.sending import Message, Outcome, Result, is_understood, send
from ahorraluz.services.live.ways import check_address, inside_of, shown
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.texts import Texts, languages

MOST_WAYS = 6
"""Ways of one account for one home."""
LONGEST_NAME = 40
USUAL_MOST_DAY, MOST_DAY = 5, 20
"""Messages a day in each way."""
HOURS = 24
ID_BYTES = 4
GROUPS: Mapping[str, tuple[Kind, ...]] = {
    "limits": (Kind.LIMIT_NEAR, Kind.LIMIT_PASSED),
    "peak": (Kind.PEAK_LOAD,),
    "night": (Kind.NIGHT_LOAD,),
    "left-on": (Kind.LEFT_ON,),
    "shift": (Kind.SHIFT,),
    "devices": (Kind.SILENT, Kind.BACK, Kind.CLOCK),
    "day": (Kind.DAY,),
    "week": (Kind.WEEK,),
}
"""What somebody may be told of, by kinds of events; ``day`` and ``week`` are the summaries."""
USUAL_GROUPS = tuple(group for group in GROUPS if group != "day")
TESTS = Budget(name="notice-test", burst=3, a_second=1 / 600)
"""Messages on trial of one account: they reach people, and cost their services something."""
CHECKS = Budget(name="notice-way", burst=10, a_second=1 / 120)
"""Addresses that one account may have looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A way to be told."""

    id: str
    name: str
    """What its people call it."""
    url: str = field(repr=False)
    """Holds secrets: :attr:`shown` is what may be shown of it."""
    added_ms: int
    """Nothing of before is told. [ms since 1970 UTC]"""
    agreed: str = ""
    """Hash of the words that were agreed to with it."""

    @property
    def shown(self) -> str:
        """What may be shown of the address."""
        return shown(self.url)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """How an account wants to be told of a home."""

    ways: tuple[Way, ...] = ()
    groups: tuple[str, ...] = USUAL_GROUPS
    quiet: Hours | None = QUIET
    """What comes up meanwhile is told when they end."""
    most_day: int = USUAL_MOST_DAY
    """Messages a day in each way; what comes up beyond is told together the day after."""
    language: str = "es"

    @property
    def kinds(self) -> frozenset[str]:
        """Kinds of events that are told."""
        return frozenset(kind.value for group in self.groups for kind in GROUPS.get(group, ()))

    def said(self) -> dict[str, object]:
        """Return them as they are kept."""
        return {
            "ways": [{name: getattr(way, name) for name in Way.__slots__} for way in self.ways],
            "groups": list(self.groups),
            "quiet": None if self.quiet is None else [self.quiet.first, self.quiet.after],
            "most_day": self.most_day,
            "language": self.language,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class NewWay:
    """A way as somebody asks for it."""

    name: str
    url: str = field(repr=False)
    agreed: bool
    """Whether they said that what they are told may pass by that service."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What somebody chose beside the ways; what was typed is checked as a whole."""

    groups: Sequence[str]
    quiet: tuple[int, int] | None
    most_day: int
    language: str


def read_wishes(said: Mapping[str, object]) -> Wishes:
    """Return wishes of what was kept."""
    ways, groups, quiet = said.get("ways"), said.get("groups"), said.get("quiet")
    most_day = said.get("most_day")
    return Wishes(
        ways=tuple(Way(**way) for way in ways) if isinstance(ways, list) else (),
        groups=tuple(map(str, groups)) if isinstance(groups, list) else USUAL_GROUPS,
        quiet=Hours(*map(int, quiet)) if isinstance(quiet, list) else None,
        most_day=most_day if isinstance(most_day, int) else USUAL_MOST_DAY,
        language=str(said.get("language", "es")),
    )


def wishes_of(home: str, account: str, *, tools: Toolbox) -> Wishes:
    """Return how an account wants to be told of a home; the usual, where it never said."""
    said = tools.store.live.telling.wishes(home).get(account)
    if said is not None:
        return read_wishes(said)
    return Wishes(language=tools.store.people.accounts.get(account).language)


def without_addresses(said: Mapping[str, object]) -> dict[str, object]:
    """Return wishes as they are kept, of addresses only what may be shown."""
    ways = read_wishes(said).ways
    told = [
        {"id": way.id, "name": way.name, "service": way.shown, "added_ms": way.added_ms}
        for way in ways
    ]
    return {**said, "ways": told}


def agreement(texts: Texts) -> str:
    """Return the words that are agreed to with a way."""
    return texts.text("notices.agreement")


def add_way(
    home: str, account: str, new: NewWay, *, texts: Texts, tools: Toolbox, as_of: datetime
) -> Way:
    """Keep a way for an account, once its service knows the address; nobody is told by that.

    Raises
    ------
    InvalidInputError
        ``way-name-long``, ``way-not-agreed``, ``way-too-many``, ``way-there-already``,
        ``way-checks-too-many``, ``way-address-not-known``, ``way-readers-several``,
        and those of :func:`.ways.check_address`.
    """
    inside = tools.settings.notice_hosts
    name = " ".join(new.name.split())
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise InvalidInputError("way-name-long", value=name[:LONGEST_NAME], most=LONGEST_NAME)
    url = check_address(new.url, inside=inside_of(inside))
    if not new.agreed:
        raise InvalidInputError("way-not-agreed")
    wishes = wishes_of(home, account, tools=tools)
    if len(wishes.ways) >= MOST_WAYS:
        raise InvalidInputError("way-too-many", most=MOST_WAYS)
    if any(way.url == url for way in wishes.ways):
        raise InvalidInputError("way-there-already")
    if not spend(CHECKS, account, tools=tools, as_of=as_of):
        raise InvalidInputError("way-checks-too-many")
    match is_understood(url, inside=inside):
        case None:
            pass
        case Outcome.SEVERAL:
            raise InvalidInputError("way-readers-several")
        case _:
            raise InvalidInputError("way-address-not-known")
    way = Way(
        id=secrets.token_hex(ID_BYTES),
        name=name or shown(url).partition(" · ")[0],
        url=url,
        added_ms=int(as_of.timestamp() * 1_000),
        agreed=hashlib.sha256(agreement(texts).encode()).hexdigest(),
    )
    _keep(home, account, replace(wishes, ways=(*wishes.ways, way)), tools=tools, as_of=as_of)
    detail = url.partition("://")[0]
    note_home("way-added", home, tools=tools, as_of=as_of, actor=account, detail=detail)
    return way


def remove_way(home: str, account: str, way: str, *, tools: Toolbox, as_of: datetime) -> None:
    """Tell nothing more in a way, and erase its address; raises ``way-unknown``."""
    wishes = wishes_of(home, account, tools=tools)
    gone = _one(wishes, way)
    rest = tuple(one for one in wishes.ways if one is not gone)
    _keep(home, account, replace(wishes, ways=rest), tools=tools, as_of=as_of)
    note_home("way-removed", home, tools=tools, as_of=as_of, actor=account)


def change_wishes(
    home: str, account: str, choice: Choice, *, tools: Toolbox, as_of: datetime
) -> Wishes:
    """Keep of what, when and how often to tell.

    Raises
    ------
    InvalidInputError
        ``notices-group-unknown``, ``notices-hour-wrong``, ``notices-most-wrong``,
        ``notices-language-unknown``.
    """
    for group in choice.groups:
        if group not in GROUPS:
            raise InvalidInputError(
                "notices-group-unknown", value=group[:LONGEST_NAME], allowed=list(GROUPS)
            )
    if choice.quiet is not None and not all(0 <= hour < HOURS for hour in choice.quiet):
        raise InvalidInputError("notices-hour-wrong")
    if not 1 <= choice.most_day <= MOST_DAY:
        raise InvalidInputError("notices-most-wrong", value=choice.most_day, most=MOST_DAY)
    if choice.language not in languages():
        raise InvalidInputError(
            "notices-language-unknown", value=choice.language[:LONGEST_NAME], allowed=languages()
        )
    quiet = choice.quiet
    wishes = replace(
        wishes_of(home, account, tools=tools),
        groups=tuple(group for group in GROUPS if group in choice.groups),
        quiet=None if quiet is None or quiet[0] == quiet[1] else Hours(*quiet),
        most_day=choice.most_day,
        language=choice.language,
    )
    _keep(home, account, wishes, tools=tools, as_of=as_of)
    note_home("notices-chosen", home, tools=tools, as_of=as_of, actor=account)
    return wishes


def try_way(
    home: str, account: str, way: str, *, texts: Texts, tools: Toolbox, as_of: datetime
) -> Result:
    """Send a message on trial.

    Raises
    ------
    InvalidInputError
        ``way-unknown``; ``way-tests-too-many``: some minutes have to pass.
    """
    chosen = _one(wishes_of(home, account, tools=tools), way)
    if not spend(TESTS, account, tools=tools, as_of=as_of):
        raise InvalidInputError("way-tests-too-many")
    message = Message(title=texts.text("notices.test-title"), body=texts.text("notices.test-body"))
    inside = tools.settings.notice_hosts
    return send(message, {chosen.id: chosen.url}, inside=inside)[chosen.id]


def mark_of(way: Way, account: str, *, tools: Toolbox) -> str:
    """Return what is noted of a way: the same for the same address, and tells nobody of it."""
    key = tools.keyring.derive("notices")
    return hmac.digest(key, f"{account}\n{way.url}".encode(), "sha256").hex()[:32]


def forget_wishes(home: str, account: str, *, tools: Toolbox) -> None:
    """Erase how an account that may not see a home any more wanted to be told of it."""
    tools.store.live.telling.unwish(account, home)


def _one(wishes: Wishes, way: str) -> Way:
    found = next((one for one in wishes.ways if one.id == way), None)
    if found is None:
        raise InvalidInputError("way-unknown")
    return found


def _keep(home: str, account: str, wishes: Wishes, *, tools: Toolbox, as_of: datetime) -> None:
    tools.store.live.telling.wish(account, home, wishes.said(), as_of=as_of)
