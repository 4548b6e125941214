"""Meters of made-up homes that publish, each over a connection of its own."""

import contextlib
import json
import queue
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TextIO

from ahorraluz.core.live.readings import LiveError
from ahorraluz.services.live.simulating import Sent, SimulatedHome, says
from ahorraluz.stream.broker import KEEPALIVE_S, Broker, Version, end_client, make_client

if TYPE_CHECKING:
    from paho.mqtt.client import Client, MQTTMessageInfo

READINGS = 2
"""A message tells power and register."""
PATIENCE_S = 60.0
CONNECT_S = 15.0
LAST_S = 5.0
"""How long to wait for the broker once it is over. [s]"""
STEP_S = 0.2
WAITING = 200
"""Messages of a meter that wait for the broker at most: then it waits, too."""


@dataclass(slots=True)
class Published:
    """What a simulation did."""

    messages: int = 0
    unsure: int = 0
    """Messages that the broker did not acknowledge in time; they may have arrived."""
    seconds: float = 0.0


@dataclass(slots=True)
class _Meter:
    home: SimulatedHome
    client: "Client"
    taken: set[int]
    """Numbers of messages that the broker acknowledged."""
    says: Iterator[Sent]
    waiting: "list[tuple[Sent, MQTTMessageInfo]]" = field(default_factory=list)


class Simulator:
    """Publishes what meters of made-up homes say.

    Parameters
    ----------
    homes
        Whose meters.
    broker
        Where to; each meter enters with its own name and key.
    enters
        Whether the broker asks for names and keys.
    """

    def __init__(
        self, homes: tuple[SimulatedHome, ...], broker: Broker, *, enters: bool = True
    ) -> None:
        self._homes, self._broker, self._enters = homes, broker, enters
        self.over = threading.Event()
        """Set it to end."""

    def run(
        self,
        *,
        clock: Callable[[], float],
        every_s: float,
        rate: float | None = None,
        messages: int | None = None,
        note: TextIO | None = None,
    ) -> Published:
        """Publish until it is over.

        Parameters
        ----------
        clock
            What is taken for now. [s since 1970 UTC]
        every_s
            Time between two messages of a meter. [s]
        rate
            Readings a second of all meters, as fast as this of a time that is over by the end;
            ``None``: each at its own moment from now on. [1/s]
        messages
            So many in all; ``None``: without end, where there is no rate.
        note
            Where to note what the broker acknowledged, a line of JSON each.

        Raises
        ------
        LiveError
            ``broker-silent``; ``broker-refuses``: it does not let a meter in.
        """
        every_ms = round(every_s * 1000)
        per_meter = None if messages is None else -(-messages // len(self._homes))
        start_ms = round(clock() * 1000)
        if per_meter is not None and rate is not None:
            start_ms -= (per_meter + 1) * every_ms
        meters: list[_Meter] = []
        done, began = Published(), time.monotonic()
        try:
            for home in self._homes:
                connected = self._connect(home)
                if connected is None:
                    return done
                told = says(home.made_up, start_ms=start_ms, every_ms=every_ms)
                meters.append(_Meter(home, *connected, told))
            began = time.monotonic()
            for number, (meter, sent) in enumerate(_by_turns(meters)):
                if messages is not None and number >= messages:
                    break
                due = began + number * READINGS / rate if rate else None
                wait = due - time.monotonic() if due else sent.at_ms / 1000 - clock()
                if (wait > 0 and self.over.wait(wait)) or self.over.is_set():
                    break
                self._publish(meter, sent, note, done)
        finally:
            for meter in meters:
                self._confirm(meter, note, done, least=0)
                end_client(meter.client)
        done.seconds = time.monotonic() - began
        return done

    def _connect(self, home: SimulatedHome) -> "tuple[Client, set[int]] | None":
        """Return a client that the broker let in; ``None``: it was over before."""
        device = home.let_in.device.id
        # MQTT 3.1.1, as plugs speak it: not every broker knows 5.
        broker = replace(self._broker, version=Version.V311)
        known = replace(broker, user=device, password=home.let_in.key)
        client = make_client(known if self._enters else broker, device)
        client.max_queued_messages_set(0)
        taken = set[int]()
        client.on_publish = lambda _c, _d, number, _r, _p: taken.add(number)
        client.max_inflight_messages_set(WAITING)
        client.connect_async(self._broker.host, self._broker.port, keepalive=KEEPALIVE_S)
        entered = queue.SimpleQueue[str]()
        client.on_connect = lambda _c, _d, _f, code, _p: entered.put(
            str(code) if code.is_failure else ""
        )
        client.loop_start()
        # A broker may be about to hear of a new meter: it is asked again until it must have.
        refused, end = None, time.monotonic() + CONNECT_S
        while refused != "" and (left := end - time.monotonic()) > 0:
            if self.over.is_set():
                end_client(client)
                return None
            with contextlib.suppress(queue.Empty):
                refused = entered.get(timeout=min(left, STEP_S))
        if refused == "":
            return client, taken
        end_client(client)
        if refused is None:
            raise LiveError("broker-silent", host=self._broker.host, port=self._broker.port)
        raise LiveError("broker-refuses", host=self._broker.host, reason=refused)

    def _publish(self, meter: _Meter, sent: Sent, note: TextIO | None, done: Published) -> None:
        info = meter.client.publish(meter.home.topic, sent.body(), qos=1)
        meter.waiting.append((sent, info))
        if len(meter.waiting) >= WAITING:
            self._confirm(meter, note, done, least=WAITING // 2)

    def _confirm(self, meter: _Meter, note: TextIO | None, done: Published, *, least: int) -> None:
        """Wait for the broker until no more than ``least`` messages of a meter wait."""
        patience_s = PATIENCE_S
        while len(meter.waiting) > least:
            sent, info = meter.waiting.pop(0)
            if not self._acknowledged(info.mid, meter.taken, patience_s):
                done.unsure += 1
                # They were sent before the others: where one is late, the next is not waited for.
                patience_s = 0.0
                continue
            done.messages += 1
            if note is not None:
                row = {
                    "device": meter.home.let_in.device.id,
                    "at_ms": sent.at_ms,
                    "power_mw": sent.power_mw,
                    "register_mwh": sent.register_mwh,
                }
                note.write(json.dumps(row, separators=(",", ":")) + "\n")

    def _acknowledged(self, number: int, taken: set[int], patience_s: float) -> bool:
        """Wait until the broker has a message, whether the line was down meanwhile or not."""
        end, last = time.monotonic() + patience_s, None
        while number not in taken and time.monotonic() < end:
            if last is None and self.over.is_set():
                last = time.monotonic() + LAST_S
                end = min(end, last)
            time.sleep(0.01)
        found = number in taken
        # Numbers come again.
        taken.discard(number)
        return found


def _by_turns(meters: list[_Meter]) -> Iterator[tuple[_Meter, Sent]]:
    """Yield what meters say, always the one whose message is the earliest."""
    import heapq

    first = [(next(meter.says), place) for place, meter in enumerate(meters)]
    heap = [(sent.at_ms, place, sent) for sent, place in first]
    heapq.heapify(heap)
    while heap:
        _, place, sent = heapq.heappop(heap)
        yield meters[place], sent
        following = next(meters[place].says)
        heapq.heappush(heap, (following.at_ms, place, following))
