"""Messages of a broker, in batches, acknowledged once somebody has kept them.

Nothing is acknowledged that was not kept: what was taken and not kept when the process dies comes
again. While nothing can be kept, nothing is acknowledged, and the broker sends no more than the
window: memory does not grow, and the messages wait where they are safe.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ahorraluz.stream.broker import (
    KEEPALIVE_S,
    WEEK_S,
    Broker,
    Version,
    end_client,
    make_bulk_client,
)

if TYPE_CHECKING:
    from paho.mqtt.client import Client

    from ahorraluz.stream.bulk_client import BulkClient, Received

WINDOW = 8_000
"""Most messages that the broker sends before one of them is acknowledged."""
BATCH = 4_000
"""About the most messages that are kept at once."""
MOST_BYTES = 64 * 2**20
"""About the most bytes of messages that wait in memory."""
LINGER_S = 0.2
"""How long a batch waits for more. [s]"""
PAUSES_S = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
"""Waits between attempts to keep a batch. [s]"""

log = logging.getLogger("ahorraluz.stream")


@dataclass(frozen=True, slots=True)
class _Group:
    """Messages that were read at once, and the numbers by which to acknowledge them."""

    messages: list["Received"]
    numbers: list[int]
    connection: int

    @property
    def size(self) -> int:
        """Bytes of what the messages say."""
        return sum(len(message.body) for message in self.messages)


class _Waiting:
    """Messages that wait to be kept: only so many, then nothing more is read."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._groups: deque[_Group] = deque()
        self._changed = threading.Condition()
        self.count = self.size = 0

    def put(self, group: _Group, over: threading.Event) -> None:
        """Add some messages, once there is room; where it is over they come again another time."""
        with self._changed:
            while (self.count >= self._most or self.size >= MOST_BYTES) and not over.is_set():
                self._changed.wait(1.0)
            if over.is_set():
                return
            self._groups.append(group)
            self.count += len(group.messages)
            self.size += group.size
            self._changed.notify_all()

    def take(self, most: int, linger_s: float) -> list[_Group]:
        """Return what came, once it is enough or has waited long enough."""
        with self._changed:
            self._changed.wait_for(lambda: self.count > 0, linger_s)
            if not self.count:
                return []
            enough = MOST_BYTES // 2
            self._changed.wait_for(lambda: self.count >= most or self.size >= enough, linger_s)
            found: list[_Group] = []
            taken = 0
            while self._groups and taken < most:
                found.append(self._groups.popleft())
                taken += len(found[-1].messages)
            self.count -= taken
            self.size -= sum(group.size for group in found)
            self._changed.notify_all()
            return found


Keep = Callable[[Sequence["Received"]], bool]
"""Keeps a batch; false where it cannot now, and the same batch is to be tried again."""


class Subscriber:
    """Takes messages of some topics in; ``stop`` or the end of the process loses none.

    Parameters
    ----------
    broker
        Where.
    name
        Of the client, the same after every start: the broker keeps its session under it.
    topics
        Filters; ``$share/GROUP/FILTER`` divides the messages among several workers.
    keep
        What keeps a batch. It is called by one thread at a time, in the order of arrival.
    """

    def __init__(
        self,
        broker: Broker,
        name: str,
        topics: Sequence[str],
        keep: Keep,
        *,
        window: int = WINDOW,
        linger_s: float = LINGER_S,
    ) -> None:
        self._broker, self._topics, self._keep = broker, tuple(topics), keep
        self._window, self._linger_s = window, linger_s
        # Twice the window: after a reconnection the old ones still wait beside the new ones.
        self._waiting = _Waiting(2 * window)
        self._over = threading.Event()
        self._connection = 0
        self._acknowledging = threading.Lock()
        self.connected = threading.Event()
        """Set while the broker has taken the subscription."""
        self.kept = 0
        """Messages that were kept and acknowledged since the start."""
        self.refused = ""
        """Why the broker does not let us in or does not give us the topics; empty otherwise."""
        self._client: BulkClient = self._make(name)
        self._writer = threading.Thread(target=self._write, daemon=True, name="stream-writer")

    @property
    def waiting(self) -> int:
        """How many messages came that nobody has begun to keep."""
        return self._waiting.count

    # --- beginning and ending ----------------------------------------------------------------

    def start(self) -> None:
        """Begin, also while the broker is away: it is tried until it answers."""
        from paho.mqtt.client import MQTT_CLEAN_START_FIRST_ONLY as CLEAN_START_BY_VERSION
        from paho.mqtt.packettypes import PacketTypes
        from paho.mqtt.properties import Properties

        properties = None
        if self._broker.version is Version.V5:
            properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
            properties.SessionExpiryInterval = WEEK_S
            properties.ReceiveMaximum = self._window
        self._client.connect_async(
            self._broker.host,
            self._broker.port,
            keepalive=KEEPALIVE_S,
            # Of MQTT 5; the session of 3.1.1 is asked for where the client is made.
            clean_start=False if properties else CLEAN_START_BY_VERSION,
            properties=properties,
        )
        self._writer.start()
        self._client.loop_start()

    def stop(self) -> None:
        """End: what waits is kept if it can be, and else comes again."""
        self._over.set()
        self._writer.join()
        end_client(self._client)

    # --- called by the client's own thread -----------------------------------------------------

    def _make(self, name: str) -> "BulkClient":
        client = make_bulk_client(self._broker, name, self._arrived)
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_disconnect = self._on_disconnect
        return client

    def _on_connect(self, client: "Client", _data: Any, _flags: Any, code: Any, _more: Any) -> None:  # noqa: ANN401  as the client calls it
        if code.is_failure:
            self.refused = str(code)
            log.warning("the broker refuses us: %s", code)
            return
        self.refused = ""
        client.subscribe([(topic, self._options()) for topic in self._topics])

    def _options(self) -> Any:  # noqa: ANN401  a number or options, after the version
        if self._broker.version is not Version.V5:
            return 1
        from paho.mqtt.subscribeoptions import SubscribeOptions

        # What a broker retains is old: it would be taken for a reading of now.
        return SubscribeOptions(qos=1, retainHandling=SubscribeOptions.RETAIN_DO_NOT_SEND)

    def _on_subscribe(
        self,
        _client: "Client",
        _data: Any,  # noqa: ANN401  as the client calls it
        _number: int,
        codes: Sequence[Any],
        _more: Any,  # noqa: ANN401  as the client calls it
    ) -> None:
        refused = [str(code) for code in codes if code.is_failure]
        if refused:
            self.refused = refused[0]
            log.warning("the broker refuses the topics: %s", refused[0])
        else:
            self.connected.set()

    def _on_disconnect(self, *_about: object) -> None:
        with self._acknowledging:
            # Numbers of messages belong to a connection: those of the old one mean nothing now.
            self._connection += 1
        self.connected.clear()

    def _arrived(self, messages: list["Received"], numbers: list[int]) -> None:
        # While it waits here, nothing more is read of the connection.
        self._waiting.put(_Group(messages, numbers, self._connection), self._over)

    # --- the thread that keeps -----------------------------------------------------------------

    def _write(self) -> None:
        while not self._over.is_set() or self._waiting.count:
            groups = self._waiting.take(BATCH, self._linger_s)
            if not groups:
                continue
            messages = [message for group in groups for message in group.messages]
            if not self._keep_until_over(messages):
                return
            self._acknowledge(groups)
            self.kept += len(messages)

    def _keep_until_over(self, messages: Sequence["Received"]) -> bool:
        """Keep a batch, trying until it works; false where the end came first."""
        attempt = 0
        while not self._keep(messages):
            if self._over.wait(PAUSES_S[min(attempt, len(PAUSES_S) - 1)]):
                return False
            attempt += 1
        return True

    def _acknowledge(self, groups: Sequence[_Group]) -> None:
        with self._acknowledging:
            self._client.acknowledge(
                [
                    number
                    for group in groups
                    if group.connection == self._connection
                    for number in group.numbers
                ]
            )
