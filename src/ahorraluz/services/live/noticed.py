"""The last events of a home in words, with the soles at stake and whether they were told."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from ahorraluz.core.live.days import local
from ahorraluz.core.live.ladder import CENTS
from ahorraluz.services.live.due import ARRIVED
from ahorraluz.services.live.saying import event_sentence, event_title
from ahorraluz.services.live.sending import Outcome
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.texts import Texts

MOST_SHOWN = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Noticed:
    """Something that the watch of a home found."""

    id: int
    at: datetime
    """On the clock of the home."""
    kind: str
    weight: str
    title: str
    text: str
    cents: int | None
    """What is at stake; ``None``: nothing, or no price is known. [céntimo]"""
    soles: str
    """The same in words; empty: nothing."""
    told: str
    """To who asks: ``sent``, ``unsure`` or ``failed``; empty: not at all."""

    def said(self) -> dict[str, object]:
        """Return it as programs read it."""
        return {
            "id": self.id,
            "at": self.at.isoformat(),
            "kind": self.kind,
            "weight": self.weight,
            "title": self.title,
            "text": self.text,
            "soles": None if self.cents is None else float(Decimal(self.cents) / CENTS),
            "told": self.told or None,
        }


def last_events(
    home: str, account: str | None, *, texts: Texts, tools: Toolbox, most: int = 30
) -> tuple[Noticed, ...]:
    """Return the last events of a home, newest first.

    Parameters
    ----------
    home
        Of which.
    account
        Who asks, to tell whether they were told; ``None``: the operator.
    texts
        Language.
    tools
        The store.
    most
        How many at most.
    """
    live = tools.store.live
    events = live.watches.events(home, most=most)
    if not events:
        return ()
    zone = tools.store.zone(home)
    names = {device.id: device.name for device in live.devices.of_home(home)}
    told = {} if account is None else _told(home, account, tools=tools)
    return tuple(
        Noticed(
            id=event.id,
            at=local(zone, event.at_ms),
            kind=event.kind,
            weight=str(event.content.get("weight", "")),
            title=event_title(event, texts),
            text=event_sentence(event, texts, zone=zone, names=names),
            cents=event.cents,
            soles=texts.soles(Decimal(event.cents) / CENTS) if event.cents else "",
            told=told.get(event.id, ""),
        )
        for event in events
    )


def _told(home: str, account: str, *, tools: Toolbox) -> Mapping[int, str]:
    """Return what became of events for an account: in several ways, the best of it."""
    found = defaultdict[int, set[str]](set)
    for row in tools.store.live.telling.sent(account=account):
        if row.home == home:
            found[row.event].add(row.outcome)
    return {event: _best(outcomes) for event, outcomes in found.items()}


def _best(outcomes: set[str]) -> str:
    if Outcome.SENT.value in outcomes:
        return "sent"
    return "unsure" if outcomes & set(ARRIVED) else "failed"
