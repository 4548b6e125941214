"""Tells people what watches of homes found: each event once in each way that somebody wished.

An attempt is kept before it is made. Where a process ends in between, or a service takes a message
and never answers, nobody knows whether it arrived, and it is not sent again: a message that comes
twice, perhaps at night, costs more trust than one that its reader finds on the page of the home,
where every event is.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.core.live.days import DAY_MS
from ahorraluz.security.roles import Act, Reach, reach_allows
from ahorraluz.services.live.composing import Composer
from ahorraluz.services.live.due import ARRIVED, OLDEST_MS, Past, Reader, due_ms, past_of, wants
from ahorraluz.services.live.sending import Message, Outcome, Result, SendingError, send
from ahorraluz.services.live.wishing import Way, forget_wishes, mark_of, read_wishes
from ahorraluz.services.portfolio.access import lets_in
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.store.live.records import LiveEvent, Sent, Told

AT_ONCE = 4
"""Accounts whose messages are sent at the same time."""
MOST_EVENTS = 500
"""Events of one look."""
PUT_OFF_MS = 300_000
"""How long events of a home wait that cannot be looked at. [ms]"""
KEPT_MS = 400 * DAY_MS
"""Events are kept so long. [ms]"""

log = logging.getLogger("ahorraluz.notices")
Sender = Callable[..., Mapping[str, Result]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """Events that go to somebody in one way, each with its attempt."""

    reader: Reader
    way: Way
    events: tuple[LiveEvent, ...]
    attempts: tuple[Sent, ...]


class Notifying:
    """Tells what is waiting.

    Parameters
    ----------
    tools
        The store.
    clock
        What is taken for now.
    sender
        What sends a message; ``None``: :func:`.sending.send`.
    """

    def __init__(
        self, tools: Toolbox, clock: Callable[[], datetime], *, sender: Sender = send
    ) -> None:
        self._tools, self._clock, self._send = tools, clock, sender
        self._tidied_day = 0

    def tell(self) -> int:
        """Tell whoever wishes it what is due; return how many messages arrived, or may have."""
        now_ms = _ms(self._clock())
        self._tidy(now_ms)
        by_home = defaultdict[str, list[LiveEvent]](list)
        for event in self._tools.store.live.watches.waiting(at_ms=now_ms, most=MOST_EVENTS):
            by_home[event.home].append(event)
        parcels = list[Parcel]()
        looked: dict[str, tuple[Reader, ...]] = {}
        for home, events in by_home.items():
            try:
                looked[home] = self._readers(home)
                for reader in looked[home]:
                    parcels += self._parcels(reader, events, self._past(home, reader, now_ms))
            except AhorraLuzError as error:
                # Those of other homes are told all the same.
                looked.pop(home, None)
                log.warning("a home could not be told: %s", error.issue.code)
                self._put_off(events, now_ms)
        arrived = self._hand_out([one for one in parcels if one.events[0].home in looked])
        for home, readers in looked.items():
            self._settle(by_home[home], readers)
        return arrived

    # --- who ---------------------------------------------------------------------------------

    def _readers(self, home: str) -> tuple[Reader, ...]:
        """Return who wished to be told of a home and may still see it."""
        tools = self._tools
        wished = tools.store.live.telling.wishes(home)
        if not wished:
            return ()
        reaches = {one.account: one.reach for one in tools.store.people.households.reached_by(home)}
        zone = tools.store.zone(home)
        found = []
        for account, said in wished.items():
            reach = reaches.get(account)
            if reach is None or not reach_allows(reach, Act.READ):
                forget_wishes(home, account, tools=tools)
            elif self._may_see(home, account, reach):
                wishes = read_wishes(said)
                marks = {way.id: mark_of(way, account, tools=tools) for way in wishes.ways}
                found.append(Reader(account=account, wishes=wishes, zone=zone, marks=marks))
        return tuple(found)

    def _may_see(self, home: str, account: str, reach: Reach) -> bool:
        if self._tools.store.people.accounts.get(account).suspended_at is not None:
            return False
        if reach is not Reach.CONSULTANT:
            return True
        return lets_in(home, account, tools=self._tools, as_of=self._clock())

    # --- what --------------------------------------------------------------------------------

    def _past(self, home: str, reader: Reader, now_ms: int) -> Past:
        since = now_ms - 2 * OLDEST_MS
        rows = self._tools.store.live.telling.sent(account=reader.account, since_ms=since)
        return past_of(rows, home)

    def _parcels(self, reader: Reader, events: Sequence[LiveEvent], past: Past) -> Iterable[Parcel]:
        now_ms = _ms(self._clock())
        for way in reader.wishes.ways:
            due = [
                event
                for event in events
                if wants(reader, way, event)
                and (at := due_ms(reader, way, event, past, now_ms)) is not None
                and at <= now_ms
            ]
            if due:
                mark = reader.marks[way.id]
                before = [past.of(mark, event.id) for event in due]
                attempts = tuple(
                    Sent(
                        event=event.id,
                        home=event.home,
                        account=reader.account,
                        way=mark,
                        at_ms=now_ms,
                        outcome=Outcome.SENDING.value,
                        attempts=1 if last is None else last.attempts + 1,
                    )
                    for event, last in zip(due, before, strict=True)
                )
                yield Parcel(reader=reader, way=way, events=tuple(due), attempts=attempts)

    # --- telling -----------------------------------------------------------------------------

    def _hand_out(self, parcels: Sequence[Parcel]) -> int:
        by_reader = defaultdict[tuple[str, str], list[Parcel]](list)
        for parcel in parcels:
            by_reader[parcel.reader.account, parcel.events[0].home].append(parcel)
        if not by_reader:
            return 0
        with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
            return sum(pool.map(self._hand_to, by_reader.values()))

    def _hand_to(self, parcels: Sequence[Parcel]) -> int:
        """Send one reader what is due of a home; ways with the same events in one go."""
        arrived = 0
        composer = Composer(self._tools, parcels[0].reader, parcels[0].events[0].home)
        try:
            by_events = defaultdict[tuple[int, ...], list[Parcel]](list)
            for parcel in map(self._claimed, parcels):
                if parcel.events:
                    by_events[tuple(event.id for event in parcel.events)].append(parcel)
            for alike in by_events.values():
                arrived += self._send_alike(alike, composer.message(alike[0].events))
        except AhorraLuzError as error:
            log.warning("somebody could not be told: %s", error.issue.code)
        return arrived

    def _claimed(self, parcel: Parcel) -> Parcel:
        """Return what of a parcel nobody else sends; it is kept as being sent from now on."""
        telling = self._tools.store.live.telling
        own = telling.claim(parcel.attempts, former=Outcome.FAILED.value)
        numbers = {one.event for one in own}
        events = tuple(event for event in parcel.events if event.id in numbers)
        return replace(parcel, events=events, attempts=own)

    def _send_alike(self, parcels: Sequence[Parcel], message: Message) -> int:
        ways = {parcel.way.id: parcel.way.url for parcel in parcels}
        try:
            results = self._send(message, ways, inside=self._tools.settings.notice_hosts)
        except SendingError as error:
            log.warning("nothing could be sent: %s", error.issue.code)
            results = {name: Result(outcome=Outcome.FAILED) for name in ways}
        arrived = 0
        for parcel in parcels:
            outcome = results[parcel.way.id].outcome
            arrived += outcome.value in ARRIVED
            if outcome is not Outcome.SENT:
                log.info("a notice in one way: %s", outcome.value)
            for attempt in parcel.attempts:
                self._tools.store.live.telling.note(replace(attempt, outcome=outcome.value))
        return arrived

    # --- what became of it -------------------------------------------------------------------

    def _settle(self, events: Sequence[LiveEvent], readers: Sequence[Reader]) -> None:
        """Keep of each event whether it is over, or else when to look at it again."""
        now_ms, watches = _ms(self._clock()), self._tools.store.live.watches
        pasts = [(one, self._past(events[0].home, one, now_ms)) for one in readers]
        for event in events:
            rows, later = [], []
            for reader, past in pasts:
                for way in reader.wishes.ways:
                    if not wants(reader, way, event):
                        continue
                    rows.append(past.of(reader.marks[way.id], event.id))
                    at_ms = due_ms(reader, way, event, past, now_ms)
                    if at_ms is not None:
                        later.append(at_ms)
            if later:
                watches.settle(event.id, Told.WAITING, not_before_ms=min(later))
            elif any(row is not None and row.outcome in ARRIVED for row in rows):
                watches.settle(event.id, Told.TOLD)
            else:
                # Of what nobody wanted there is no trace of an attempt.
                tried = any(row is not None for row in rows)
                watches.settle(event.id, Told.FAILED if tried else Told.DROPPED)

    def _put_off(self, events: Sequence[LiveEvent], now_ms: int) -> None:
        """Let events wait behind the others, and give up those that are too old."""
        for event in events:
            if now_ms - event.at_ms > OLDEST_MS:
                self._tools.store.live.watches.settle(event.id, Told.FAILED)
            else:
                later = now_ms + PUT_OFF_MS
                self._tools.store.live.watches.settle(event.id, Told.WAITING, not_before_ms=later)

    def _tidy(self, now_ms: int) -> None:
        if now_ms // DAY_MS != self._tidied_day:
            self._tools.store.live.watches.drop_events(before_ms=now_ms - KEPT_MS)
            self._tidied_day = now_ms // DAY_MS


def _ms(moment: datetime) -> int:
    return int(moment.astimezone(UTC).timestamp() * 1_000)
