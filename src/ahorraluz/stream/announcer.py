"""Tells smart homes how their month stands, over the broker that their devices write to."""

from typing import TYPE_CHECKING

from ahorraluz.services.live.announcing import Told, figures_of, listeners, sensors_of, state_of
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.stream.broker import KEEPALIVE_S, Broker, end_client, make_client
from ahorraluz.texts import Texts

if TYPE_CHECKING:
    from paho.mqtt.client import Client

SENSORS_EVERY = 10
"""Sensors are told with every tenth state."""


class Announcer:
    """Publishes sensors and their states; nothing of it is retained.

    Parameters
    ----------
    tools
        Whose homes.
    broker
        Where to.
    texts
        Names of the sensors.
    prefix
        Prefix of discovery on a broker that is one home's; empty: each device is told below its
        own topic, where nobody else reads.
    """

    def __init__(self, tools: Toolbox, broker: Broker, texts: Texts, *, prefix: str = "") -> None:
        self._tools, self._texts, self._prefix = tools, texts, prefix
        self._broker = broker
        self._client: Client = make_client(broker, "ahorraluz-announcer")
        self._turn = 0

    def start(self) -> None:
        """Connect, as soon as the broker is there."""
        self._client.connect_async(self._broker.host, self._broker.port, keepalive=KEEPALIVE_S)
        self._client.loop_start()

    def stop(self) -> None:
        """Go."""
        end_client(self._client)

    def tell(self) -> int:
        """Tell every listener how its home stands; return how many were told."""
        if not self._client.is_connected():
            self._turn = 0
            return 0
        devices = listeners(self._tools, everybody=bool(self._prefix))
        for device in devices:
            if self._turn % SENSORS_EVERY == 0:
                for told in sensors_of(device, self._texts, prefix=self._prefix):
                    self._publish(told)
            self._publish(state_of(device, figures_of(device.home, tools=self._tools)))
        self._turn += 1
        return len(devices)

    def _publish(self, told: Told) -> None:
        self._client.publish(told.topic, told.body, qos=1)
