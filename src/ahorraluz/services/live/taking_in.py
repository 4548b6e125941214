"""Messages of devices, taken in: parsed, set right, numbered, and kept as one."""

import logging
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from ahorraluz.core.live.clocks import Clock
from ahorraluz.core.live.readings import LiveReading, Quantity, Sample
from ahorraluz.core.readings.channels import Flow
from ahorraluz.ingest.payloads.mapping import UserMapping
from ahorraluz.ingest.payloads.message import Message as Payload
from ahorraluz.ingest.payloads.reading import read_payload
from ahorraluz.services.live.devices import ROOT, flow_of, mapping_of
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.store.errors import StoreError
from ahorraluz.store.live.records import AppendResult, Device, Refused
from ahorraluz.store.live.speaking import Speaker
from ahorraluz.store.live.watching import Watched

FRESH_S = 30
"""How long a device is believed to be as it was. [s]"""
SEEN_EVERY_MS = 15_000
"""How often it is noted at most that a device was heard of. [ms]"""
MOST_CHANNELS = 240
"""Channels that a device can have: topics without end make no rows without end."""
MOST_REMEMBERED = 50_000
"""Devices whose data is held in memory; those heard longest ago give way."""
MOST_UNITS = 200
OURS = frozenset({"home", "discovery"})
"""Below the topic of a device: what we tell it ourselves."""

log = logging.getLogger("ahorraluz.live")


class Message(Protocol):
    """One message of a device, as a door takes it."""

    @property
    def topic(self) -> str:
        """All of it, with the root and the device."""

    @property
    def body(self) -> bytes:
        """What it says."""

    @property
    def arrived_ms(self) -> int:
        """When it arrived. [ms since 1970 UTC]"""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message of a door that has no form of its own."""

    topic: str
    body: bytes
    arrived_ms: int


@dataclass(slots=True, kw_only=True)
class _Known:
    """What is remembered of a device."""

    device: Device | None
    """``None``: there is none with this id."""
    until_s: float
    zone: str = "America/Lima"
    own: UserMapping | None = None
    flow: Flow = Flow.IMPORT
    units: Mapping[str, str] = field(default_factory=dict)
    clock: Clock = field(default_factory=Clock)
    seen_ms: int = 0
    """When it was noted last that it was heard of."""
    channels: dict[tuple[str, Flow, Quantity], int] = field(default_factory=dict)

    def is_now(self, device: Device) -> None:
        """Remember a device as it is kept now."""
        self.device, self.own, self.flow = device, mapping_of(device), flow_of(device)
        self.units = _texts(device.settings.get("units"))


class Watcher(Protocol):
    """Who looks at readings as they come."""

    def watch(self, readings: Sequence[LiveReading], now: datetime) -> Sequence[Watched]:
        """Return what follows from readings, in their order, to be kept with them."""

    def kept(self) -> None:
        """Note that this and its readings are kept; else the same come again."""


@dataclass(slots=True)
class _Batch:
    readings: list[LiveReading] = field(default_factory=list)
    seen: dict[str, int] = field(default_factory=dict)
    refused: list[Refused] = field(default_factory=list)
    unknown: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What became of messages."""

    appended: AppendResult
    refused: tuple[Refused, ...]
    unknown: int
    """Messages of no device of ours."""


class Intake:
    """Takes messages in; used by one thread at a time."""

    def __init__(
        self,
        tools: Toolbox,
        *,
        clock: Callable[[], datetime],
        watcher: Watcher | None = None,
    ) -> None:
        self._tools, self._clock, self._watcher = tools, clock, watcher
        self._known: OrderedDict[str, _Known] = OrderedDict()

    @property
    def heard(self) -> Mapping[str, int]:
        """When devices were last noted as heard here, by their id. [ms since 1970 UTC]"""
        return {name: known.seen_ms for name, known in self._known.items() if known.seen_ms}

    def take(self, messages: Sequence[Message]) -> Result:
        """Keep what messages tell, all or nothing; a message that tells nothing is noted.

        Raises
        ------
        StoreError
            The store cannot keep them now: the same messages are to come again.
        """
        now = self._clock()
        batch = _Batch()
        topics = [message.topic.split("/", 2) for message in messages]
        self._meet({topic[1] for topic in topics if len(topic) > 1 and topic[0] == ROOT}, now)
        for message, topic in zip(messages, topics, strict=True):
            self._one(message, topic, batch)
        watched = () if self._watcher is None else self._watcher.watch(batch.readings, now)
        appended = self._tools.store.live.append(
            batch.readings, as_of=now, seen=batch.seen, refused=batch.refused, watched=watched
        )
        if self._watcher is not None:
            self._watcher.kept()
        for name, seen_ms in batch.seen.items():
            self._known[name].seen_ms = seen_ms
        if appended.gone:
            # A home was forgotten meanwhile: what is remembered of its devices is wrong.
            self._known.clear()
        return Result(appended=appended, refused=tuple(batch.refused), unknown=batch.unknown)

    def _one(self, message: Message, topic: Sequence[str], batch: _Batch) -> None:
        below = topic[2] if len(topic) > 2 else ""
        if below.partition("/")[0] in OURS:
            return
        known = self._known.get(topic[1]) if len(topic) > 1 and topic[0] == ROOT else None
        device = known.device if known is not None else None
        if known is None or device is None:
            batch.unknown += 1
            return
        if message.arrived_ms - known.seen_ms >= SEEN_EVERY_MS:
            batch.seen[device.id] = max(message.arrived_ms, batch.seen.get(device.id, 0))
        taken = read_payload(
            Payload(
                topic=below,
                body=message.body,
                zone=known.zone,
                flow=known.flow,
                units=known.units,
            ),
            device.dialect,
            own=known.own,
        )
        if taken.units:
            self._learn(known, device, taken.units)
        codes = [issue.code for issue in taken.issues]
        for sample in taken.samples:
            if (code := self._reading(sample, known, device, message, batch)) is not None:
                codes.append(code)
        if codes:
            batch.refused.append(
                Refused(
                    device=device.id,
                    at_ms=message.arrived_ms,
                    reason=codes[0],
                    topic=below,
                    payload=message.body,
                )
            )

    def _reading(
        self, sample: Sample, known: _Known, device: Device, message: Message, batch: _Batch
    ) -> str | None:
        """Add what a sample is in the store; return the code of why it is nothing, if so."""
        key = (sample.name, sample.flow, sample.quantity)
        channel = known.channels.get(key)
        if channel is None:
            if len(known.channels) >= MOST_CHANNELS:
                return "live-too-many-channels"
            channel = self._channel(sample, known, device)
            if channel is None:
                return None
        at_ms = message.arrived_ms
        if sample.at_ms is not None:
            before = known.clock.ahead_ms
            known.clock, at_ms = known.clock.right(sample.at_ms, message.arrived_ms)
            if known.clock.ahead_ms != before:
                self._set_clock(known, device)
        batch.readings.append(LiveReading(channel, at_ms, sample.value))
        return None

    # --- what is remembered of devices ---------------------------------------------------------

    def _meet(self, names: Collection[str], now: datetime) -> None:
        """Remember all devices of these names as they are, or that there is none."""
        now_s = now.timestamp()
        stale = list[str]()
        for name in names:
            known = self._known.get(name)
            if known is None or known.until_s <= now_s:
                stale.append(name)
            else:
                self._known.move_to_end(name)
        if not stale:
            return
        asked = [name for name in stale if name.isascii() and name.isalnum()]
        speakers = self._tools.store.live.devices.speakers(asked) if asked else {}
        for name in stale:
            self._known[name] = _meet(speakers.get(name), self._known.get(name), now_s + FRESH_S)
            self._known.move_to_end(name)
        while len(self._known) > max(MOST_REMEMBERED, len(names)):
            self._known.popitem(last=False)

    def _channel(self, sample: Sample, known: _Known, device: Device) -> int | None:
        try:
            made = self._tools.store.live.devices.channel(
                device, sample.name, sample.flow, sample.quantity, as_of=self._clock()
            )
        except StoreError as error:
            if error.issue.code not in ("live-device-unknown", "home-unknown"):
                raise
            known.device = None
            return None
        known.channels[(made.name, made.flow, made.quantity)] = made.id
        return made.id

    def _set_clock(self, known: _Known, device: Device) -> None:
        """Keep by how much a clock is off before a reading is kept by it.

        A message that comes again is then set right in the same way, and is the same reading.
        """
        log.info("the clock of a device is off by %d s", known.clock.ahead_ms // 1000)
        self._change(known, device, clock_ms=known.clock.ahead_ms)

    def _learn(self, known: _Known, device: Device, units: Mapping[str, str]) -> None:
        before = _texts(device.settings.get("units"))
        if units.items() <= before.items() or len(before) >= MOST_UNITS:
            return
        self._change(known, device, units=units)

    def _change(
        self,
        known: _Known,
        device: Device,
        *,
        clock_ms: int | None = None,
        units: Mapping[str, str] | None = None,
    ) -> None:
        devices = self._tools.store.live.devices
        try:
            known.is_now(devices.learn(device, clock_ms=clock_ms, units=units or {}))
        except StoreError as error:
            if error.issue.code not in ("live-device-unknown", "home-unknown"):
                raise
            known.device = None


def _meet(speaker: Speaker | None, before: _Known | None, until_s: float) -> _Known:
    """Return what is remembered of a device from now on."""
    if speaker is None:
        return _Known(device=None, until_s=until_s)
    ahead_ms = speaker.device.clock_ms or 0
    clock = before.clock if before is not None else Clock(ahead_ms=ahead_ms)
    if clock.ahead_ms != ahead_ms:
        clock = Clock(ahead_ms=ahead_ms)
    channels = {
        (channel.name, channel.flow, channel.quantity): channel.id for channel in speaker.channels
    }
    known = _Known(device=None, until_s=until_s, zone=speaker.zone, clock=clock, channels=channels)
    known.seen_ms = before.seen_ms if before is not None else 0
    known.is_now(speaker.device)
    return known


def _texts(value: object) -> Mapping[str, str]:
    return value if isinstance(value, dict) else {}
