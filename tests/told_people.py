"""Somebody who is told of a home, for tests: events of it, and what was sent."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from tests.signed_people import Clock, Service, Signed, make_service

from ahorraluz.core.live.events import Event, Kind, Weight
from ahorraluz.security.roles import Role
from ahorraluz.services.live.notifying import Notifying
from ahorraluz.services.live.sending import Message, Outcome, Result
from ahorraluz.services.live.watching import new_event
from ahorraluz.services.live.wishing import Way, Wishes, read_wishes, wishes_of
from ahorraluz.store.live.records import LiveEvent
from ahorraluz.store.live.records import Told as Became
from ahorraluz.store.live.watching import Watched

SECRET = "tema-que-nadie-adivina"


@dataclass
class Post:
    """Stands for what sends messages, and writes them down."""

    sent: list[tuple[Message, tuple[str, ...]]] = field(default_factory=list)
    """Messages with the addresses that they went to."""
    outcomes: dict[str, list[Outcome]] = field(default_factory=dict)
    """What becomes of the next ones, by address."""
    breaks: bool = False

    def send(
        self, message: Message, ways: Mapping[str, str], *, inside: str
    ) -> Mapping[str, Result]:
        """Take a message."""
        self.sent.append((message, tuple(ways.values())))
        if self.breaks:
            raise KeyboardInterrupt
        return {
            name: Result(outcome=(self.outcomes.get(url) or [Outcome.SENT]).pop(0))
            for name, url in ways.items()
        }

    @property
    def bodies(self) -> list[str]:
        """What was sent."""
        return [message.body for message, _ in self.sent]


@dataclass
class Told:
    """A service with one home, whose owner is told."""

    service: Service
    clock: Clock
    rosa: Signed
    home: str
    post: Post = field(default_factory=Post)

    def wishes(self, account: Signed | None = None, **changes: object) -> Wishes:
        """Keep what somebody wishes, without looking the address up."""
        who = account or self.rosa
        tools = self.service.tools
        wishes = wishes_of(self.home, who.id, tools=tools)
        changed = read_wishes({**wishes.said(), **changes})
        tools.store.live.telling.wish(who.id, self.home, changed.said(), as_of=self.clock.at)
        return changed

    def way(self, name: str = "Mi celular", *, topic: str = SECRET) -> dict[str, object]:
        """Return a way as it is kept."""
        way = Way(id=f"w-{name}", name=name, url=f"ntfys://{topic}", added_ms=self.now_ms)
        return {name: getattr(way, name) for name in Way.__slots__}

    @property
    def now_ms(self) -> int:
        """The moment."""
        return int(self.clock.at.timestamp() * 1_000)

    def happens(
        self, *kinds: Kind, weight: Weight = Weight.NOTICE, device: str = "Plancha"
    ) -> None:
        """Let the watch of the home find something now."""
        on: dict[str, int | str] = {
            "power_w": 1_100,
            "since_ms": self.now_ms,
            "on_min": 95,
            "circuit": device,
        }
        month: dict[str, int | str] = {
            "limit_wh": 140_000,
            "used_wh": 118_000,
            "middle_wh": 151_000,
            "day_wh": 3_100,
        }
        today = self.clock.at.date().toordinal()
        figures: Mapping[Kind, Mapping[str, int | str]] = {
            Kind.LEFT_ON: on,
            Kind.LIMIT_NEAR: month,
            Kind.NIGHT_LOAD: {"power_w": 900, "usual_w": 80},
            Kind.DAY: {"day": today, "energy_wh": 4_000, "month_wh": 90_000},
            Kind.WEEK: {"first_day": today - 7, "last_day": today, "energy_wh": 28_000},
        }
        events = tuple(
            new_event(
                Event(
                    kind=kind,
                    key=str(self.now_ms),
                    at_ms=self.now_ms,
                    weight=weight,
                    due_ms=self.now_ms,
                    figures=figures[kind],
                    cents=85,
                    basis="hour",
                )
            )
            for kind in kinds
        )
        watched = Watched(home=self.home, version=1, state=b"{}", events=events)
        self.service.tools.store.live.watches.keep([watched], at_ms=self.now_ms)

    def tell(self) -> int:
        """Let a new teller look once."""
        return self.teller().tell()

    def teller(self) -> Notifying:
        """Return a new teller."""
        return Notifying(self.service.tools, self.clock.now, sender=self.post.send)

    def events(self) -> tuple[LiveEvent, ...]:
        """Return the events of the home, newest first."""
        return self.service.tools.store.live.watches.events(self.home)


def make_told(folder: Path, **settings: str) -> Told:
    """Return a service with one home at ten in the morning of a November day in Lima."""
    clock = Clock()
    service = make_service(folder, clock, **settings)
    rosa = service.signed(Role.RESIDENT)
    return Told(service=service, clock=clock, rosa=rosa, home=service.home_of(rosa))


def nears_a_limit(home: str, now: datetime) -> Watched:
    """Return that a home will probably pass its limit, as its watch keeps it."""
    now_ms = int(now.timestamp() * 1_000)
    event = Event(
        kind=Kind.LIMIT_NEAR,
        key="month",
        at_ms=now_ms,
        weight=Weight.WARNING,
        due_ms=now_ms,
        cents=1_840,
        basis="limit",
        figures={"limit_wh": 140_000, "used_wh": 118_000, "middle_wh": 151_000, "day_wh": 3_100},
    )
    return Watched(home=home, version=1, state=b"{}", events=(new_event(event),))


def became(told: Told) -> list[Became]:
    """Return what became of each event of the home."""
    return [event.told for event in told.events()]
