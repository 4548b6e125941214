"""Readings that devices push by HTTP, taken in as those that come by MQTT."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from ahorraluz.security.tokens import hash_token
from ahorraluz.services.live.devices import topic_of
from ahorraluz.services.live.taking_in import Incoming, Intake
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.store.live.records import Device

Pusher = Device
"""Who pushes."""
MOST_MESSAGES = 5_000
"""Messages of one push."""
LONGEST_KEY = 100


@dataclass(frozen=True, slots=True)
class Pushed:
    """One message as a device pushed it."""

    topic: str
    """Below that of the device; empty: none."""
    body: bytes


@dataclass(frozen=True, slots=True)
class RefusedPush:
    """A message that could not be taken, or only in part."""

    place: int
    """Its place among those of the push, from one on."""
    code: str
    """Code of the issue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PushResult:
    """What became of a push."""

    messages: int
    new: int
    same: int
    """There already: a push that came again changes nothing."""
    corrected: int
    outside: int
    """Of a moment too long ago or to come: not taken."""
    refused: tuple[RefusedPush, ...]

    @property
    def taken(self) -> int:
        """Readings that are kept now."""
        return self.new + self.same + self.corrected


def device_of_key(key: str, *, tools: Toolbox) -> Pusher | None:
    """Return the device that a key belongs to; ``None``: it opens nothing."""
    if not 0 < len(key) <= LONGEST_KEY or not key.isascii():
        return None
    device = tools.store.live.devices.by("key_hash", hash_token(key))
    return None if device is None or device.revoked_at is not None else device


class Pushing:
    """Takes pushes in, one after the other; each is kept as a whole or not at all."""

    def __init__(self, tools: Toolbox, *, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._tools = tools
        self._lock = threading.Lock()

    def take(self, device: Pusher, messages: Sequence[Pushed]) -> PushResult:
        """Keep what the messages of a device tell.

        Raises
        ------
        StoreError
            The store cannot keep them now: the same are to be pushed again.
        """
        now = self._clock()
        arrived_ms = int(now.timestamp() * 1_000)
        root = topic_of(device)
        incoming = [
            Incoming(f"{root}/{one.topic}" if one.topic else root, one.body, arrived_ms)
            for one in messages
        ]
        with self._lock:
            # Known anew each time: what its people changed counts from the next push on.
            result = Intake(self._tools, clock=lambda: now).take(incoming)
        places = {id(one.body): place for place, one in enumerate(incoming, start=1)}
        return PushResult(
            messages=len(messages),
            new=result.appended.new,
            same=result.appended.same,
            corrected=result.appended.corrected,
            outside=result.appended.outside + result.appended.gone,
            refused=tuple(
                RefusedPush(places.get(id(one.payload), 0), one.reason) for one in result.refused
            ),
        )
