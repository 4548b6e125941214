"""Devices of a home: let one in, give it another key, say how it writes, take it out."""

import base64
import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from ahorraluz.core.issues import InvalidInputError, Issue
from ahorraluz.core.live.readings import LiveError, Sample
from ahorraluz.core.readings.channels import Flow
from ahorraluz.ingest.payloads.mapping import UserMapping, read_mapping
from ahorraluz.ingest.payloads.message import Message
from ahorraluz.ingest.payloads.reading import AUTO, MAPPED, NAMES, read_payload
from ahorraluz.security.tokens import hash_token, new_token
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.store.live.records import Device

ROOT = "ahorraluz"
"""First part of every topic."""
MOST_DEVICES = 30
"""Devices that a home can have."""
MAX_NAME = 60
MAX_MAPPING = 20_000
"""Longest mapping. [characters]"""
KEY = "ald"
"""Beginning of a key of a device."""
ID_BYTES = 10
MEASURED: Mapping[str, Flow] = {
    "home": Flow.IMPORT,
    "part": Flow.CIRCUIT,
    "panels": Flow.PRODUCTION,
}
"""What a device measures that does not say it itself."""
ITERATIONS = 101
"""As the broker's own tool uses. A key has 256 random bits: nobody tries them out."""
SALT_BYTES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class LetIn:
    """A device with the key that is shown this once."""

    device: Device
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceWish:
    """What people say of a device; checked as a whole."""

    name: str
    dialect: str = AUTO
    measures: str = "home"
    mapping: str = ""
    """JSON, for the dialect ``mapped``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What a message would tell."""

    samples: tuple[Sample, ...]
    issues: tuple[Issue, ...]


def topic_of(device: Device) -> str:
    """Return the topic below which a device writes: nobody else can."""
    return f"{ROOT}/{device.id}"


def let_in(home: str, wish: DeviceWish, *, tools: Toolbox, as_of: datetime) -> LetIn:
    """Make a device of a home.

    Raises
    ------
    InvalidInputError
        ``device-name-missing``, ``device-name-long``, ``device-dialect-unknown``,
        ``device-measures-unknown``, ``device-too-many``, and those of a mapping.
    """
    checked = _checked(wish)
    if len(tools.store.live.devices.of_home(home)) >= MOST_DEVICES:
        raise InvalidInputError("device-too-many", most=MOST_DEVICES)
    key = new_token(KEY)
    device = Device(
        id=secrets.token_hex(ID_BYTES),
        home=home,
        made_at=as_of,
        key_hash=hash_token(key),
        broker_password=broker_hash(key),
        name=checked.name,
        dialect=checked.dialect,
        mapping=checked.mapping,
        settings=checked.settings,
    )
    tools.store.live.devices.add(device)
    return LetIn(device=device, key=key)


def own_device(home: str, device: str, *, tools: Toolbox) -> Device:
    """Return a device of a home.

    Raises
    ------
    LiveError
        ``device-unknown``: the home has none with this id.
    """
    found = tools.store.live.devices.get(device)
    if found is None or found.home != home:
        raise LiveError("device-unknown", value=device[:MAX_NAME])
    return found


def change_device(device: Device, wish: DeviceWish, *, tools: Toolbox) -> Device:
    """Keep what people say now of a device; raises as :func:`let_in`."""
    checked = _checked(wish)
    changed = replace(
        device,
        name=checked.name,
        dialect=checked.dialect,
        mapping=checked.mapping,
        # Units that it told stay known.
        settings={**device.settings, **checked.settings},
    )
    tools.store.live.devices.change(changed)
    return changed


def new_key(device: Device, *, tools: Toolbox) -> LetIn:
    """Give a device another key; the former one opens nothing from now on."""
    key = new_token(KEY)
    changed = replace(
        device, key_hash=hash_token(key), broker_password=broker_hash(key), revoked_at=None
    )
    tools.store.live.devices.change(changed)
    return LetIn(device=changed, key=key)


def shut_out(device: Device, *, tools: Toolbox, as_of: datetime) -> Device:
    """Let a device write no more; what it said stays."""
    changed = replace(device, key_hash=None, broker_password=None, revoked_at=as_of)
    tools.store.live.devices.change(changed)
    return changed


def take_out(device: Device, *, tools: Toolbox) -> None:
    """Erase a device and everything it said."""
    tools.store.live.devices.remove(device.home, device.id)


def try_message(wish: DeviceWish, *, topic: str, body: str, zone: str) -> Tried:
    """Return what a message would tell of a device like this; nothing is kept.

    Raises
    ------
    InvalidInputError
        As :func:`let_in`.
    """
    checked = _checked(replace(wish, name=wish.name or "?"))
    message = Message(
        topic=topic.strip("/"), body=body.encode(), zone=zone, flow=MEASURED[wish.measures]
    )
    own = read_mapping(checked.mapping) if wish.dialect == MAPPED else None
    taken = read_payload(message, wish.dialect, own=own)
    return Tried(samples=tuple(taken.samples), issues=tuple(taken.issues))


def flow_of(device: Device) -> Flow:
    """Return what a device measures that does not say it itself."""
    return MEASURED.get(str(device.settings.get("measures")), Flow.IMPORT)


def mapping_of(device: Device) -> UserMapping | None:
    """Return the mapping of a device that has one."""
    return read_mapping(device.mapping) if device.dialect == MAPPED else None


def broker_hash(key: str) -> str:
    """Return a key as the password file of Mosquitto holds it: PBKDF2 with SHA-512."""
    salt = secrets.token_bytes(SALT_BYTES)
    digest = hashlib.pbkdf2_hmac("sha512", key.encode(), salt, ITERATIONS)
    parts = (base64.b64encode(part).decode() for part in (salt, digest))
    return f"$7${ITERATIONS}${'$'.join(parts)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Checked:
    name: str
    dialect: str
    mapping: Mapping[str, object]
    settings: Mapping[str, object]


def _checked(wish: DeviceWish) -> _Checked:
    name = " ".join(wish.name.split())
    if not name:
        raise InvalidInputError("device-name-missing")
    if len(name) > MAX_NAME or not name.isprintable():
        raise InvalidInputError("device-name-long", value=name[:MAX_NAME], most=MAX_NAME)
    if wish.dialect not in NAMES:
        raise InvalidInputError(
            "device-dialect-unknown", value=wish.dialect[:MAX_NAME], allowed=list(NAMES)
        )
    if wish.measures not in MEASURED:
        raise InvalidInputError(
            "device-measures-unknown", value=wish.measures[:MAX_NAME], allowed=list(MEASURED)
        )
    return _Checked(
        name=name,
        dialect=wish.dialect,
        mapping=_mapping(wish.mapping) if wish.dialect == MAPPED else {},
        settings={"measures": wish.measures},
    )


def _mapping(text: str) -> Mapping[str, object]:
    if len(text) > MAX_MAPPING:
        raise InvalidInputError("mapping-not-an-object")
    try:
        given = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidInputError("mapping-not-an-object") from error
    read_mapping(given)
    return dict(given)
