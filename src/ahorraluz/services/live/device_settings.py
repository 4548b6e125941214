"""What to type into a device so that it writes to us: ready to copy, for each kind of device."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import urlsplit

from ahorraluz.ingest.payloads.reading import AUTO, MAPPED, NAMES
from ahorraluz.services.live.devices import topic_of
from ahorraluz.settings import Settings
from ahorraluz.store.live.records import Device

FOUND_OUT, OWN_MAPPING, KINDS = AUTO, MAPPED, NAMES
"""Kinds of devices for whoever asks: the two that are none, and all."""
PLAIN_PORT, TLS_PORT = 1883, 8883
PUSH, EMONCMS = "/api/v1/live/readings", "/input/post"
EVERY_S = 30
"""How often a device that can be told so is told to write. [s]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """How devices reach us."""

    host: str
    port: int
    tls: bool
    pages: str
    """Address of the pages, such as ``https://luz.example``: what is pushed by HTTP goes there."""

    @property
    def url(self) -> str:
        """Address of the broker."""
        return f"{'mqtts' if self.tls else 'mqtt'}://{self.host}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """One way to set a device up."""

    kind: str
    """Its words are ``web.devices.recipe-<kind>``: where the text goes."""
    text: str


def reached_by(settings: Settings, *, host: str, pages: str) -> Reached:
    """Return how devices reach us: as the settings say, else on the machine of the pages.

    Parameters
    ----------
    settings
        Of the program.
    host
        Name of the machine as the visitor's browser knows it.
    pages
        Beginning of the address of the pages.
    """
    url = settings.broker_public_url or settings.broker_url
    if not url:
        return Reached(host=host, port=PLAIN_PORT, tls=False, pages=pages)
    parts = urlsplit(url)
    tls = parts.scheme == "mqtts"
    port = parts.port or (TLS_PORT if tls else PLAIN_PORT)
    return Reached(host=parts.hostname or host, port=port, tls=tls, pages=pages)


def recipes_of(device: Device, key: str, reached: Reached) -> tuple[Recipe, ...]:
    """Return how to set a device up, the way that suits its kind first."""
    own = _RECIPES.get(device.dialect, (_mqtt, _push))
    return tuple(make(device, key, reached) for make in own)


def _mqtt(device: Device, key: str, reached: Reached) -> Recipe:
    topic = f"{topic_of(device)}/power"
    lines = {
        "server": reached.host,
        "port": reached.port,
        "tls": "yes" if reached.tls else "no",
        "user": device.id,
        "password": key,
        "topic": topic,
    }
    return Recipe(kind="mqtt", text="\n".join(f"{name}: {value}" for name, value in lines.items()))


def _tasmota(device: Device, key: str, reached: Reached) -> Recipe:
    commands = [
        f"MqttHost {reached.host}",
        f"MqttPort {reached.port}",
        f"MqttUser {device.id}",
        f"MqttPassword {key}",
        f"FullTopic {topic_of(device)}/%prefix%/",
        f"TelePeriod {EVERY_S}",
    ]
    if reached.tls:
        commands.append("SetOption103 1")
    return Recipe(kind="tasmota", text=f"Backlog {'; '.join(commands)}")


def _shelly(device: Device, key: str, reached: Reached) -> Recipe:
    config: dict[str, object] = {
        "enable": True,
        "server": f"{reached.host}:{reached.port}",
        "user": device.id,
        "pass": key,
        "topic_prefix": topic_of(device),
        "rpc_ntf": True,
        "status_ntf": True,
    }
    if reached.tls:
        config["ssl_ca"] = "ca.pem"
    body = json.dumps({"config": config})
    text = (
        f"curl -X POST -d '{body}' http://SHELLY/rpc/Mqtt.SetConfig\n"
        "curl http://SHELLY/rpc/Shelly.Reboot"
    )
    return Recipe(kind="shelly", text=text)


def _zigbee(device: Device, key: str, reached: Reached) -> Recipe:
    text = (
        "mqtt:\n"
        f"  base_topic: {topic_of(device)}\n"
        f"  server: {reached.url}\n"
        f"  user: '{device.id}'\n"
        f"  password: '{key}'"
    )
    return Recipe(kind="zigbee2mqtt", text=text)


def _esphome(device: Device, key: str, reached: Reached) -> Recipe:
    text = (
        "mqtt:\n"
        f"  broker: {reached.host}\n"
        f"  port: {reached.port}\n"
        f"  username: '{device.id}'\n"
        f"  password: '{key}'\n"
        f"  topic_prefix: {topic_of(device)}\n"
        "  discovery: false"
    )
    return Recipe(kind="esphome", text=text)


def _home_assistant(device: Device, key: str, reached: Reached) -> Recipe:
    text = (
        "mqtt_statestream:\n"
        f"  base_topic: {topic_of(device)}\n"
        "  publish_attributes: true\n"
        "  publish_timestamps: false\n"
        "  include:\n"
        "    entity_globs:\n"
        "      - sensor.*_power\n"
        "      - sensor.*_energy"
    )
    return Recipe(kind="home-assistant", text=text)


def _emon(device: Device, key: str, reached: Reached) -> Recipe:
    text = (
        "[[emoncmsorg]]\n"
        "    Type = EmonHubEmoncmsHTTPInterfacer\n"
        "    [[[init_settings]]]\n"
        "    [[[runtimesettings]]]\n"
        "        pubchannels = ToRFM12,\n"
        "        subchannels = ToEmonCMS,\n"
        f"        url = {reached.pages}\n"
        f"        apikey = {key}\n"
        "        senddata = 1\n"
        f"        sendinterval = {EVERY_S}"
    )
    return Recipe(kind="emon", text=text)


def _emon_esp(device: Device, key: str, reached: Reached) -> Recipe:
    text = f'{reached.pages}{EMONCMS}?node=emontx&fulljson={{"power1":250}}&apikey={key}'
    return Recipe(kind="emon-esp", text=text)


def _polled(kind: str, source: str) -> Callable[[Device, str, Reached], Recipe]:
    def make(device: Device, key: str, reached: Reached) -> Recipe:
        text = (
            f"* * * * * {source} | curl -s -X POST -H 'Authorization: Bearer {key}' "
            f"-H 'Content-Type: application/json' --data-binary @- {reached.pages}{PUSH}"
        )
        return Recipe(kind=kind, text=text)

    return make


def _push(device: Device, key: str, reached: Reached) -> Recipe:
    text = (
        f"curl -X POST -H 'Authorization: Bearer {key}' -H 'Content-Type: application/json' "
        f"""-d '{{"time": "2026-01-31T18:00:00-05:00", "power_w": 250}}' {reached.pages}{PUSH}"""
    )
    return Recipe(kind="push", text=text)


def _telegram(device: Device, key: str, reached: Reached) -> Recipe:
    text = (
        f"curl -X POST -H 'Authorization: Bearer {key}' -H 'Content-Type: text/plain' "
        f"--data-binary @telegram.txt {reached.pages}{PUSH}"
    )
    return Recipe(kind="dsmr", text=text)


_HOMEWIZARD = _polled("homewizard", "curl -s http://HOMEWIZARD/api/v1/data")
_ENPHASE = _polled(
    "enphase", "curl -sk -H 'Authorization: Bearer TOKEN' https://ENVOY/production.json?details=1"
)
_FRONIUS = _polled("fronius", "curl -s http://FRONIUS/solar_api/v1/GetPowerFlowRealtimeData.fcgi")
_RECIPES: Mapping[str, tuple[Callable[[Device, str, Reached], Recipe], ...]] = MappingProxyType(
    {
        "tasmota": (_tasmota, _mqtt),
        "shelly": (_shelly, _mqtt),
        "zigbee2mqtt": (_zigbee,),
        "esphome": (_esphome,),
        "home-assistant": (_home_assistant, _mqtt),
        "emon": (_emon, _emon_esp, _mqtt),
        "dsmr": (_telegram, _mqtt),
        "homewizard": (_HOMEWIZARD,),
        "enphase": (_ENPHASE,),
        "fronius": (_FRONIUS,),
    }
)
"""By dialect; of others both ways are told: MQTT and HTTP."""
