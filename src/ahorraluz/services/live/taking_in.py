"""Messages of devices, taken in: parsed, set right, numbered, and kept as one."""

import logging
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
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
from ahorraluz.store.errors import HomeUnknownError, StoreError
from ahorraluz.store.live.records import AppendResult, Device, Refused
from ahorraluz.store.live.watching import Watched

FRESH_S = 30
"""How long a device is believed to be as it was. [s]"""
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

    def take(self, messages: Sequence[Message]) -> Result:
        """Keep what messages tell, all or nothing; a message that tells nothing is noted.

        Raises
        ------
        StoreError
            The store cannot keep them now: the same messages are to come again.
        """
        now = self._clock()
        batch = _Batch()
        for message in messages:
            self._one(message, batch, now)
        watched = () if self._watcher is None else self._watcher.watch(batch.readings, now)
        appended = self._tools.store.live.append(
            batch.readings, as_of=now, seen=batch.seen, refused=batch.refused, watched=watched
        )
        if self._watcher is not None:
            self._watcher.kept()
        if appended.gone:
            # A home was forgotten meanwhile: what is remembered of its devices is wrong.
            self._known.clear()
        return Result(appended=appended, refused=tuple(batch.refused), unknown=batch.unknown)

    def _one(self, message: Message, batch: _Batch, now: datetime) -> None:
        parts = message.topic.split("/")
        if len(parts) > 2 and parts[2] in OURS:
            return
        name = parts[1] if len(parts) > 1 and parts[0] == ROOT else ""
        known = self._device(name, now)
        device = known.device if known is not None else None
        if known is None or device is None:
            batch.unknown += 1
            return
        below = "/".join(parts[2:])
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

    def _device(self, name: str, now: datetime) -> _Known | None:
        if not name:
            return None
        known = self._known.get(name)
        if known is not None and known.until_s > now.timestamp():
            self._known.move_to_end(name)
            return known
        fresh = self._look_up(name, now, clock=known.clock if known is not None else None)
        self._known[name] = fresh
        self._known.move_to_end(name)
        while len(self._known) > MOST_REMEMBERED:
            self._known.popitem(last=False)
        return fresh

    def _look_up(self, name: str, now: datetime, *, clock: Clock | None) -> _Known:
        until_s = now.timestamp() + FRESH_S
        devices = self._tools.store.live.devices
        device = devices.get(name) if name.isascii() and name.isalnum() else None
        if device is None or device.revoked_at is not None:
            return _Known(device=None, until_s=until_s)
        told = clock.ahead_ms if clock is not None else None
        if clock is None or told != (device.clock_ms or 0):
            clock = Clock(ahead_ms=device.clock_ms or 0)
        try:
            zone = self._tools.store.zone(device.home)
        except HomeUnknownError:
            return _Known(device=None, until_s=until_s)
        channels = {
            (channel.name, channel.flow, channel.quantity): channel.id
            for channel in devices.channels(device.home)
            if channel.device == device.id
        }
        known = _Known(device=None, until_s=until_s, zone=zone, clock=clock, channels=channels)
        known.is_now(device)
        return known

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


def _texts(value: object) -> Mapping[str, str]:
    return value if isinstance(value, dict) else {}
