"""Where the broker is, and how to speak to it: the one place that knows the MQTT client."""

import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from ahorraluz.core.live.readings import LiveError

if TYPE_CHECKING:
    from paho.mqtt.client import Client

    from ahorraluz.settings import Settings
    from ahorraluz.stream.bulk_client import Arrived, BulkClient

PLAIN_PORT, TLS_PORT = 1883, 8883
KEEPALIVE_S = 30
LONGEST_WAIT_S = 60
"""Longest wait between two attempts to reach a broker that is away. [s]"""
WEEK_S = 7 * 86_400
"""How long a broker keeps what comes while nobody of ours is there. [s]"""


class Version(StrEnum):
    """Version of MQTT to speak."""

    V311 = "3.1.1"
    V5 = "5"


@dataclass(frozen=True, slots=True, kw_only=True)
class Broker:
    """An MQTT broker and what it asks of whom it lets in."""

    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)
    tls: bool = False
    authority: str = ""
    """File of the authority behind its certificate; empty: those the system trusts."""
    certificate: str = ""
    key: str = ""
    """Files of a certificate of ours, for a broker that asks for one."""
    version: Version = Version.V5


def broker_of(url: str, settings: "Settings") -> Broker:
    """Return the broker at a URL that the settings took.

    Raises
    ------
    LiveError
        ``broker-file-missing``: a file of the settings that is not there.
    """
    parts = urlsplit(url)
    tls = parts.scheme == "mqtts"
    files = (settings.broker_ca, settings.broker_certificate, settings.broker_key)
    for file in files if tls else ():
        if file and not Path(file).is_file():
            raise LiveError("broker-file-missing", file=file)
    return Broker(
        host=parts.hostname or "localhost",
        port=parts.port or (TLS_PORT if tls else PLAIN_PORT),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        tls=tls,
        authority=files[0],
        certificate=files[1],
        key=files[2],
    )


def make_client(broker: Broker, name: str) -> "Client":
    """Return a client of a broker, not yet connected.

    Parameters
    ----------
    broker
        Where, and with what.
    name
        Of the client; the broker keeps a session under it.

    Raises
    ------
    LiveError
        ``broker-file-wrong``: a certificate or key that is none.
    """
    from paho.mqtt.client import Client
    from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

    five = broker.version is Version.V5
    client = Client(
        CallbackAPIVersion.VERSION2,
        client_id=name,
        clean_session=None if five else False,
        protocol=MQTTProtocolVersion.MQTTv5 if five else MQTTProtocolVersion.MQTTv311,
    )
    _set_up(client, broker)
    return client


def make_bulk_client(broker: Broker, name: str, arrived: "Arrived") -> "BulkClient":
    """Return a client that takes many messages in at once, not yet connected.

    Parameters
    ----------
    broker
        Where, and with what.
    name
        Of the client; the broker keeps a session under it.
    arrived
        What takes messages; they are acknowledged by :meth:`BulkClient.acknowledge` alone.

    Raises
    ------
    LiveError
        ``broker-file-wrong``: a certificate or key that is none.
    """
    from ahorraluz.stream.bulk_client import BulkClient

    client = BulkClient(name, five=broker.version is Version.V5, arrived=arrived)
    _set_up(client, broker)
    return client


def end_client(client: "Client") -> None:
    """Part from the broker, and end the thread of a client."""
    client.disconnect()
    # That thread forgets itself when it ends, be it just when paho is about to wait for it.
    with suppress(AttributeError):
        client.loop_stop()


def _set_up(client: "Client", broker: Broker) -> None:
    if broker.user:
        client.username_pw_set(broker.user, broker.password or None)
    if broker.tls:
        client.tls_set_context(_context(broker))
    client.reconnect_delay_set(min_delay=1, max_delay=LONGEST_WAIT_S)


def _context(broker: Broker) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=broker.authority or None)
        if broker.certificate:
            context.load_cert_chain(broker.certificate, broker.key or None)
    except (OSError, ssl.SSLError) as error:
        raise LiveError("broker-file-wrong", reason=type(error).__name__) from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
