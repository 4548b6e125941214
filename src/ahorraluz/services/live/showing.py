"""A home as it is now, for pages and programs: figures, the curve of a day, devices, events."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from ahorraluz.core.live.arrivals import Tick
from ahorraluz.core.live.days import day_at, midnight_ms
from ahorraluz.core.live.outlook import Now, now_of
from ahorraluz.core.live.quarters import QUARTER_S
from ahorraluz.core.live.readings import LiveChannel, LiveError, LiveReading
from ahorraluz.core.live.state import State, read_state
from ahorraluz.core.live.step import fresh, run
from ahorraluz.services.live.healing import go_on, heal
from ahorraluz.services.live.home_rules import roles_of, rules_of
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.store.live.records import Device, LiveEvent, Refused, Span, Sum

HomeDevice = Device
"""A device of a home, for whoever shows it."""
SpanName = Span
"""How long stretches are, for whoever shows them."""
FRESH_MS = 15 * 60_000
"""A device that spoke within it is there. [ms]"""
LATEST_EVENTS = 8
LATEST_REFUSED = 5
MOST_SUMS = 10_000
"""Sums of a series that are told at once."""
SPANS: Mapping[Span, int] = {Span.QUARTER: QUARTER_S, Span.HOUR: 3_600, Span.DAY: 86_400}
UJ_PER_KWH = 3.6e12
MS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """What a device measures."""

    channel: LiveChannel
    counts: bool
    """Whether its people let it count."""
    in_use: bool
    """Whether the home's energy, power or a circuit is told by it."""
    latest: LiveReading | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenDevice:
    """A device as it stands."""

    device: Device
    measures: tuple[Measure, ...]
    refused: tuple[Refused, ...]
    """Latest messages that could not be taken, newest first."""
    is_fresh: bool


@dataclass(frozen=True, slots=True)
class Slice:
    """Energy of the home in a stretch of time."""

    start_s: int
    end_s: int
    energy_uj: int
    measured_ms: int

    @property
    def mean_w(self) -> float:
        """Mean power of the time that was measured. [W]"""
        return self.energy_uj / self.measured_ms / MS if self.measured_ms else 0.0

    @property
    def kwh(self) -> float:
        """Energy. [kWh]"""
        return self.energy_uj / UJ_PER_KWH


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeLive:
    """A home as it is now."""

    zone: str
    at_ms: int
    figures: Now | None
    """``None``: nothing was heard of it yet."""
    curve: tuple[Slice, ...]
    """Quarter hours of today that ended."""
    midnight_s: int
    devices: tuple[SeenDevice, ...]
    events: tuple[LiveEvent, ...]

    @property
    def names(self) -> Mapping[str, str]:
        """What people call its devices."""
        return {seen.device.id: seen.device.name for seen in self.devices}


def live_home(home: str, *, tools: Toolbox, as_of: datetime) -> HomeLive:
    """Return a home as it is now."""
    zone, now_ms = tools.store.zone(home), _ms(as_of)
    midnight_s = midnight_ms(zone, day_at(zone, now_ms)) // MS
    curve = home_series(home, Span.QUARTER, first_s=midnight_s, end_s=now_ms // MS + 1, tools=tools)
    return HomeLive(
        zone=zone,
        at_ms=now_ms,
        figures=figures_now(home, tools=tools, as_of=as_of),
        curve=curve,
        midnight_s=midnight_s,
        devices=seen_devices(home, tools=tools, as_of=as_of),
        events=tools.store.live.watches.events(home, most=LATEST_EVENTS),
    )


def figures_now(home: str, *, tools: Toolbox, as_of: datetime) -> Now | None:
    """Return the figures of a home at a moment, ``None`` where nothing was heard of it.

    Readings that its watch has not stepped yet are stepped here, and nothing is kept: whoever
    watches does that.
    """
    state = _kept_state(home, tools)
    if state is None or state.plan is None:
        return _counted_now(home, tools, as_of)
    state = go_on(state, state.plan.rules, tools=tools, as_of=as_of).state
    return now_of(run(state, [Tick(_ms(as_of))])[0])


def home_series(
    home: str, span: Span, *, first_s: int, end_s: int, tools: Toolbox
) -> tuple[Slice, ...]:
    """Return the energy that a home took, by the channels that its watch counts.

    Parameters
    ----------
    home
        Its name.
    span
        Quarter hours, hours or local days.
    first_s, end_s
        Stretches that begin in ``[first_s, end_s)``. [s since 1970 UTC]
    tools
        The store.

    Raises
    ------
    LiveError
        ``live-series-long``: more stretches than are told at once.
    """
    if (end_s - first_s) // SPANS[span] > MOST_SUMS:
        raise LiveError("live-series-long", field="since", most=MOST_SUMS)
    counted = [role.channel for role in roles_of(home, tools=tools) if role.energy]
    sums = tools.store.live.sums(counted, span, first_s=first_s, end_s=end_s)
    zone = tools.store.zone(home)
    starts = dict[int, list[Sum]]()
    for one in sums:
        starts.setdefault(one.start_s, []).append(one)
    return tuple(
        Slice(
            start_s,
            _end_s(start_s, span, zone),
            sum(one.energy_uj for one in of_start),
            max(one.measured_ms for one in of_start),
        )
        for start_s, of_start in sorted(starts.items())
    )


def seen_devices(home: str, *, tools: Toolbox, as_of: datetime) -> tuple[SeenDevice, ...]:
    """Return the devices of a home as they stand, the oldest first."""
    book, now_ms = tools.store.live.devices, _ms(as_of)
    channels = book.channels(home)
    measures = _measures(home, channels, tools) if channels else {}
    return tuple(
        SeenDevice(
            device=device,
            measures=tuple(measures.get(device.id, ())),
            refused=book.refused(device)[:LATEST_REFUSED],
            is_fresh=device.last_seen_ms is not None and now_ms - device.last_seen_ms < FRESH_MS,
        )
        for device in book.of_home(home)
    )


def count_channels(device: Device, counting: Sequence[int], *, tools: Toolbox) -> tuple[int, ...]:
    """Let those channels of a device count that are named, and no other of it.

    Returns
    -------
    tuple
        Channels of the device that count now; what belongs to others is not touched.
    """
    book = tools.store.live.devices
    ignored = book.ignored(device.home)
    mine = [one.id for one in book.channels(device.home) if one.device == device.id]
    for channel in mine:
        wanted = channel in counting
        if wanted == (channel in ignored):
            book.ignore(device.home, channel, ignored=not wanted)
    return tuple(channel for channel in mine if channel in counting)


def _measures(
    home: str, channels: Sequence[LiveChannel], tools: Toolbox
) -> dict[str, list[Measure]]:
    live = tools.store.live
    ignored = live.devices.ignored(home)
    used = {role.channel for role in roles_of(home, tools=tools)}
    latest = {reading.channel: reading for reading in live.latest([one.id for one in channels])}
    found = dict[str, list[Measure]]()
    for channel in channels:
        found.setdefault(channel.device, []).append(
            Measure(
                channel=channel,
                counts=channel.id not in ignored,
                in_use=channel.id in used,
                latest=latest.get(channel.id),
            )
        )
    return found


def _end_s(start_s: int, span: Span, zone: str) -> int:
    if span is not Span.DAY:
        return start_s + SPANS[span]
    # A local day is not always as long as others.
    return midnight_ms(zone, day_at(zone, start_s * MS) + 1) // MS


def _kept_state(home: str, tools: Toolbox) -> State | None:
    found = tools.store.live.watches.state(home)
    if found is None:
        return None
    try:
        return read_state(found[1])
    except LiveError:
        # Of another version: counted anew from the store.
        return None


def _counted_now(home: str, tools: Toolbox, as_of: datetime) -> Now | None:
    """Return the figures of a home that nobody watched; ``None``: it has no readings."""
    live = tools.store.live
    if not live.latest([channel.id for channel in live.devices.channels(home)]):
        return None
    rules = rules_of(home, tools=tools, as_of=as_of)
    state = heal(fresh(), rules, tools=tools, as_of=as_of).state
    found = now_of(run(state, [Tick(_ms(as_of))])[0])
    # A state that begins with totals has seen no power yet: what was said last is told.
    said = live.latest([role.channel for role in rules.roles if role.power and not role.register])
    powers = [one.value for one in said if one.at_ms > _ms(as_of) - FRESH_MS]
    power_w = sum(powers) // MS if powers else None
    return None if found is None else replace(found, power_w=power_w)


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * MS)
