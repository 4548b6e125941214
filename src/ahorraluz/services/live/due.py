"""What of a home is told to whom, and when: quiet hours, messages a day, further attempts."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ahorraluz.core.live.days import DAY_MS, day_at, end_of_quiet, midnight_ms
from ahorraluz.core.live.events import Weight
from ahorraluz.services.live.sending import Outcome
from ahorraluz.services.live.wishing import Way, Wishes
from ahorraluz.store.live.records import LiveEvent, Sent

MINUTE_MS = 60_000
BACK_OFF_MIN = (1, 5, 15, 60, 180, 360)
"""After the first, the second … failure. [min]"""
MOST_ATTEMPTS = len(BACK_OFF_MIN) + 1
OLDEST_MS = 2 * DAY_MS
"""What is older is told no more: nobody can act on it. [ms]"""
LOST_MS = 10 * MINUTE_MS
"""An attempt of which nothing was heard for so long was broken off. [ms]"""
TOLD = (Weight.NOTICE.value, Weight.WARNING.value)
ARRIVED = (Outcome.SENT.value, Outcome.UNKNOWN.value, Outcome.SENDING.value)
"""Outcomes of what arrived, or may have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Somebody who is told of a home."""

    account: str
    wishes: Wishes
    zone: str
    marks: Mapping[str, str]
    """What is noted of each way, by its id."""


@dataclass(frozen=True, slots=True)
class Past:
    """What a reader was told of a home lately: by mark of the way, and event."""

    rows: Mapping[str, Mapping[int, Sent]] = field(default_factory=dict)

    def of(self, mark: str, event: int) -> Sent | None:
        """Return what became of an event in a way."""
        return self.rows.get(mark, {}).get(event)

    def messages(self, mark: str, *, since_ms: int) -> int:
        """Return how many messages went in a way since a moment."""
        rows = self.rows.get(mark, {}).values()
        return len({r.at_ms for r in rows if r.outcome in ARRIVED and r.at_ms >= since_ms})


def past_of(rows: Iterable[Sent], home: str) -> Past:
    """Return what was told of one home, of all that an account was told."""
    found = defaultdict[str, dict[int, Sent]](dict)
    for row in rows:
        if row.home == home:
            found[row.way][row.event] = row
    return Past(found)


def wants(reader: Reader, way: Way, event: LiveEvent) -> bool:
    """Tell whether somebody wishes to be told of an event in a way: of none before it was there."""
    matters = event.content.get("weight") in TOLD
    return matters and event.kind in reader.wishes.kinds and event.made_ms >= way.added_ms


def due_ms(reader: Reader, way: Way, event: LiveEvent, past: Past, now_ms: int) -> int | None:
    """Return when to tell somebody of an event in a way, ``None``: no more. [ms]"""
    mark = reader.marks[way.id]
    last = past.of(mark, event.id)
    due = now_ms if last is None else _after(last, now_ms)
    if due is None or due - event.at_ms > OLDEST_MS:
        return None
    zone, quiet = reader.zone, reader.wishes.quiet
    due = end_of_quiet(zone, quiet, due)
    day = day_at(zone, due)
    if past.messages(mark, since_ms=midnight_ms(zone, day)) >= reader.wishes.most_day:
        # Told together, with whatever else comes up today, when the next day's messages may go.
        return end_of_quiet(zone, quiet, midnight_ms(zone, day + 1))
    return due


def _after(last: Sent, now_ms: int) -> int | None:
    """Return when to try again what was tried before, ``None``: never."""
    if last.outcome == Outcome.SENDING.value:
        # Somebody may be at it; and who was broken off may have sent it.
        again = last.at_ms + LOST_MS
        return again if again > now_ms else None
    if last.outcome != Outcome.FAILED.value or last.attempts >= MOST_ATTEMPTS:
        return None
    return max(now_ms, last.at_ms + BACK_OFF_MIN[last.attempts - 1] * MINUTE_MS)
