"""Watches of homes: what readings make of a home, kept in the transaction that keeps them.

A watch goes on from the state that is kept. States, events and figures are handed to the store
together with the readings, so that a crash leaves all of them or none. Of very many homes at once a
state that has nothing to say is kept once a minute: where the store has more readings than a state
has seen, the watch goes on from the newest that it has, and tells what it would have told.

One process watches a home: two that step the same state would each keep half of it. Where several
take in messages of the same homes, one of them watches, by :meth:`Watching.follow`.
"""

import logging
from collections import OrderedDict, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from ahorraluz.core.live.arrivals import Arrival, Tick
from ahorraluz.core.live.days import HOUR_MS, day_at
from ahorraluz.core.live.events import Event, Kind, Weight
from ahorraluz.core.live.outlook import Now as NowFigures
from ahorraluz.core.live.outlook import now_of, power_w
from ahorraluz.core.live.readings import LiveError, LiveReading
from ahorraluz.core.live.rules import Rules
from ahorraluz.core.live.state import VERSION, State, read_state, write_state
from ahorraluz.core.live.step import fresh, run
from ahorraluz.services.live.healing import Healed, go_on, heal
from ahorraluz.services.live.home_rules import roles_of, rules_of
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.store.errors import HomeUnknownError
from ahorraluz.store.live.records import NewEvent, Now
from ahorraluz.store.live.watching import Watched

MOST_REMEMBERED = 20_000
"""Homes whose state is held in memory; those heard of longest ago give way."""
KEPT_AT_ONCE = 50
"""Homes of a batch whose states are kept with it; of more only those with something to say."""
KEEP_EVERY_MS = 60_000
"""After which a state is kept all the same: what a crash would have to step again. [ms]"""
FOLLOW_MARGIN_MS = 120_000
"""How far back from its last call a follower looks for devices that spoke. [ms]"""
NOW_UNITS = {
    "power_w": ("power", "W"),
    "today_wh": ("today_energy", "Wh"),
    "today_cents": ("today_cost", "cents"),
    "month_wh": ("month_energy", "Wh"),
    "month_cents": ("month_cost", "cents"),
    "low_wh": ("end_energy_low", "Wh"),
    "middle_wh": ("end_energy", "Wh"),
    "high_wh": ("end_energy_high", "Wh"),
    "low_cents": ("end_cost_low", "cents"),
    "middle_cents": ("end_cost", "cents"),
    "high_cents": ("end_cost_high", "cents"),
    "limit_wh": ("limit", "Wh"),
    "limit_left_wh": ("limit_left", "Wh"),
    "limit_day_wh": ("limit_day", "Wh"),
    "next_kwh_milli": ("next_kwh", "PEN/1000"),
    "ends_day": ("month_ends", "day"),
}
"""Name and unit of each latest figure, by the name that the core gives it."""

log = logging.getLogger("ahorraluz.live")


@dataclass(frozen=True, slots=True)
class _Begun:
    """A home that is ready for what arrives."""

    state: State
    events: tuple[Event, ...] = ()
    """What making it ready told."""


class Watching:
    """The watches of the homes of one process; used by the thread of its intake."""

    def __init__(self, tools: Toolbox) -> None:
        self._tools = tools
        self._homes: OrderedDict[str, State] = OrderedDict()
        self._of_channel: dict[int, str] = {}
        self._pending: dict[str, State] = {}
        self._keeping: dict[str, int] = {}
        self._kept_ms: dict[str, int] = {}
        self._loaded: set[str] = set()
        self._followed_ms = 0

    # --- with every batch --------------------------------------------------------------------

    def watch(self, readings: Sequence[LiveReading], now: datetime) -> Sequence[Watched]:
        """Return what readings make of their homes, to be kept with them.

        Call :meth:`kept` once it is; what was not kept is forgotten with the next call.

        Parameters
        ----------
        readings
            In the order in which they came.
        now
            The moment, with its zone.
        """
        self._pending, self._keeping = {}, {}
        by_home = self._by_home(readings)
        self._load(list(by_home))
        found = []
        for home, some in by_home.items():
            try:
                begun = self._begun(home, now, {reading.channel for reading in some})
            except HomeUnknownError:
                continue
            tick = Tick(_ms(now))
            late = _has_late(begun.state, some)
            state, events = run(begun.state, [tick, *some, tick])
            self._pending[home] = state
            events = (*begun.events, *events)
            told = any(event.weight is not Weight.FIGURE for event in events)
            due = _ms(now) - self._kept_ms.get(home, 0) >= KEEP_EVERY_MS
            if late or told or due or len(by_home) <= KEPT_AT_ONCE:
                found.append(watched_of(home, state, events))
                self._keeping[home] = _ms(now)
        return found

    def kept(self) -> None:
        """Note that the store has what the last call of :meth:`watch` returned."""
        for home, state in self._pending.items():
            self._remember(home, state)
        self._kept_ms.update(self._keeping)
        self._pending, self._keeping = {}, {}

    # --- with time ---------------------------------------------------------------------------

    def tick(self, now: datetime) -> int:
        """Tell every home in memory the time; keep those with something to say.

        Mends totals that a late reading left open. Once a minute is enough.

        Returns
        -------
        int
            Events that were kept.
        """
        self._pending = {}
        found = []
        for home in list(self._homes):
            try:
                begun = self._begun(home, now, set())
            except HomeUnknownError:
                del self._homes[home]
                continue
            made_anew = begun.state is not self._homes[home]
            watched = self._step(home, begun, [Tick(_ms(now))])
            if watched.events or made_anew:
                found.append(watched)
            else:
                # Nothing to keep: what time alone did is done again after a crash.
                self._remember(home, self._pending.pop(home))
        self._keep(found, now)
        return sum(len(one.events) for one in found)

    def catch_up(self, now: datetime) -> int:
        """Bring every home with channels up to what the store has; for the beginning.

        Returns
        -------
        int
            Events that were kept: each once, also where this was broken off before.
        """
        live = self._tools.store.live
        channels = defaultdict[str, list[int]](list)
        for channel in live.devices.channels():
            channels[channel.home].append(channel.id)
            self._of_channel[channel.id] = channel.home
        told = 0
        for home, ids in channels.items():
            self._load([home])
            state = self._homes.get(home)
            newest = live.latest(ids)
            if not newest or (state is not None and not _is_behind(state, newest)):
                continue
            try:
                rules = rules_of(home, tools=self._tools, as_of=now)
            except HomeUnknownError:
                continue
            watched = self._healed(home, state or fresh(), rules, now)
            self._keep([watched], now)
            told += len(watched.events)
        return told

    def follow(self, now: datetime, *, heard: Mapping[str, int] | None = None) -> int:
        """Step what others kept: for the one process that watches beside several that take in.

        Homes whose devices spoke since the last call go on from the newest readings that their
        states have seen. Readings of longer ago come into the totals within the hour.

        Parameters
        ----------
        now
            The moment, with its zone.
        heard
            When this process heard devices last, by their id: what it heard itself is stepped
            already. [ms since 1970 UTC]

        Returns
        -------
        int
            Events that were kept.
        """
        live = self._tools.store.live
        since, self._followed_ms = self._followed_ms - FOLLOW_MARGIN_MS, _ms(now)
        spoke = {
            device.home
            for device in live.devices.everything()
            if device.last_seen_ms is not None
            and device.last_seen_ms >= since
            and device.last_seen_ms > (heard or {}).get(device.id, 0)
        }
        self._pending = {}
        found = []
        for home in sorted(spoke):
            self._load([home])
            state = self._homes.get(home)
            try:
                if state is None or state.plan is None or _hour(now) != _hour_of(state):
                    begun = self._anew(home, state or fresh(), now)
                else:
                    begun = self._begun(home, now, set())
                    plan = begun.state.plan
                    rules = plan.rules if plan is not None else state.plan.rules
                    begun = _more(begun, go_on(begun.state, rules, tools=self._tools, as_of=now))
            except HomeUnknownError:
                continue
            found.append(self._step(home, begun, [Tick(_ms(now))]))
        self._keep(found, now)
        return sum(len(one.events) for one in found)

    def now(self, home: str, at: datetime) -> NowFigures | None:
        """Return the figures of a home at this moment; ``None``: nothing is known."""
        self._load([home])
        state = self._homes.get(home)
        return None if state is None else now_of(run(state, [Tick(_ms(at))])[0])

    # --- inside ------------------------------------------------------------------------------

    def _by_home(self, readings: Sequence[LiveReading]) -> dict[str, list[LiveReading]]:
        if any(reading.channel not in self._of_channel for reading in readings):
            for channel in self._tools.store.live.devices.channels():
                self._of_channel[channel.id] = channel.home
        found: dict[str, list[LiveReading]] = {}
        for reading in readings:
            home = self._of_channel.get(reading.channel)
            if home is not None:
                found.setdefault(home, []).append(reading)
        return found

    def _load(self, homes: Sequence[str]) -> None:
        missing = [home for home in homes if home not in self._homes]
        if not missing:
            return
        for home, (version, content) in self._tools.store.live.watches.states(missing).items():
            try:
                self._remember(home, read_state(content))
                self._loaded.add(home)
            except LiveError:
                # Counted anew from the store, which has everything.
                log.warning("the state of a watch of version %d is not read", version)

    def _remember(self, home: str, state: State) -> None:
        self._homes[home] = state
        self._homes.move_to_end(home)
        while len(self._homes) > MOST_REMEMBERED:
            forgotten, _ = self._homes.popitem(last=False)
            self._kept_ms.pop(forgotten, None)

    def _begun(self, home: str, now: datetime, channels: set[int]) -> _Begun:
        """Return a home whose totals are right, whose rules are of today and know its channels."""
        state = self._homes.get(home)
        if state is None or state.plan is None:
            return self._anew(home, state or fresh(), now)
        plan = state.plan
        if state.recount:
            return self._anew(home, state, now)
        events: tuple[Event, ...] = ()
        if home in self._loaded:
            # What came after it was kept may have been stepped, and forgotten since.
            gone_on = go_on(state, plan.rules, tools=self._tools, as_of=now)
            state, events = gone_on.state, gone_on.events
            self._loaded.discard(home)
        unknown = not channels <= plan.roles.keys()
        if unknown and roles_of(home, tools=self._tools) != plan.rules.roles:
            return self._anew(home, state, now)
        if day_at(plan.rules.zone, _ms(now)) != day_at(plan.rules.zone, plan.rules.made_ms):
            rules = rules_of(home, tools=self._tools, as_of=now)
            state, more = run(state, [Tick(_ms(now)), rules])
            events = (*events, *more)
        return _Begun(state, events)

    def _anew(self, home: str, state: State, now: datetime) -> _Begun:
        rules = rules_of(home, tools=self._tools, as_of=now)
        healed = heal(state, rules, tools=self._tools, as_of=now)
        return _Begun(healed.state, healed.events)

    def _step(self, home: str, begun: _Begun, arrivals: Sequence[Arrival]) -> Watched:
        state, events = run(begun.state, arrivals)
        self._pending[home] = state
        return watched_of(home, state, (*begun.events, *events))

    def _healed(self, home: str, state: State, rules: Rules, now: datetime) -> Watched:
        healed = heal(state, rules, tools=self._tools, as_of=now)
        self._pending[home] = healed.state
        return watched_of(home, healed.state, healed.events)

    def _keep(self, watched: Sequence[Watched], now: datetime) -> None:
        if watched:
            self._tools.store.live.watches.keep(watched, at_ms=_ms(now))
        self.kept()


def _has_late(state: State, readings: Sequence[LiveReading]) -> bool:
    """Tell whether a reading is not newer than what is known: stepping on would not find it."""
    channels = state.channels
    return any(
        (known := channels.get(reading.channel)) is not None and reading.at_ms <= known.at
        for reading in readings
    )


def _more(begun: _Begun, healed: Healed) -> _Begun:
    return _Begun(healed.state, (*begun.events, *healed.events))


def _hour(now: datetime) -> int:
    return _ms(now) // HOUR_MS


def _hour_of(state: State) -> int:
    """Return the hour in which a state was told the time last."""
    return state.clock // HOUR_MS


def watched_of(home: str, state: State, events: Sequence[Event]) -> Watched:
    """Return what is kept of a step: the state, what people may be told, and latest figures."""
    all_figures = any(event.kind in (Kind.NOW, Kind.MONTH) for event in events)
    return Watched(
        home=home,
        version=VERSION,
        state=write_state(state),
        events=tuple(new_event(event) for event in events if event.weight is not Weight.FIGURE),
        now=_now(state) if all_figures else _power(state),
    )


def new_event(event: Event) -> NewEvent:
    """Return an event as the store keeps it."""
    return NewEvent(
        kind=event.kind.value,
        at_ms=event.at_ms,
        cents=event.cents,
        not_before_ms=event.due_ms,
        content={
            "key": event.key,
            "weight": event.weight.value,
            "basis": event.basis,
            "figures": dict(event.figures),
        },
    )


def _now(state: State) -> tuple[Now, ...]:
    now = now_of(state)
    if now is None:
        return ()
    return tuple(
        Now(name=NOW_UNITS[name][0], at_ms=now.at_ms, value=value, unit=NOW_UNITS[name][1])
        for name, value in now.plain().items()
        if name in NOW_UNITS
    )


def _power(state: State) -> tuple[Now, ...]:
    """Return the power of this moment alone: it is another one with every reading."""
    watts = power_w(state, state.plan) if state.plan is not None else None
    name, unit = NOW_UNITS["power_w"]
    return () if watts is None else (Now(name=name, at_ms=state.now, value=watts, unit=unit),)


def _is_behind(state: State, newest: Sequence[LiveReading]) -> bool:
    """Tell whether the store has a reading that a state has not seen."""
    if state.plan is None:
        return True
    for reading in newest:
        known = state.channels.get(reading.channel)
        if reading.channel in state.plan.roles and (known is None or reading.at_ms > known.at):
            return True
    return any(reading.channel not in state.plan.roles for reading in newest) and not state.channels


def _ms(moment: datetime) -> int:
    return int(moment.astimezone(UTC).timestamp() * 1_000)
