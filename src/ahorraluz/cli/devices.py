"""``ahorraluz devices``: let devices in, say how they write, try a message, take them out."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import click

from ahorraluz.cli.serve import now
from ahorraluz.cli.session import Session
from ahorraluz.cli.tables import table
from ahorraluz.cli.typed import File, OneOf
from ahorraluz.cli.words import Given, TextCommand, TextGroup, TextOption
from ahorraluz.core.issues import InvalidInputError
from ahorraluz.texts import Texts

if TYPE_CHECKING:
    from ahorraluz.services.live.devices import DeviceWish, LetIn
    from ahorraluz.services.live.showing import HomeDevice, SeenDevice

COLUMNS = ("id", "name", "kind", "seen", "state")
MEASURES = ("home", "part", "panels")
LARGEST = 64 * 1024
MS = 1_000


def _list(session: Session, given: Given) -> None:
    from ahorraluz.services.live.showing import seen_devices

    home = _home(session, given)
    seen = seen_devices(home, tools=session.tools, as_of=now())
    document = {
        "schema": "ahorraluz.devices.1",
        "devices": [
            {
                "id": one.device.id,
                "name": one.device.name,
                "kind": one.device.dialect,
                "measures": one.device.settings.get("measures"),
                "seen_at": _seen(one),
                "is_shut_out": one.device.revoked_at is not None,
                "clock_ahead_s": (one.device.clock_ms or 0) // MS,
                "refused": [{"reason": r.reason, "topic": r.topic} for r in one.refused],
            }
            for one in seen
        ],
    }
    session.show(document, _lines(seen, session.texts))


def _lines(seen: "Sequence[SeenDevice]", texts: Texts) -> list[str]:
    if not seen:
        return [texts.text("cli.devices-none")]
    rows = [[texts.text(f"cli.devices-column-{name}") for name in COLUMNS]]
    for one in seen:
        state = "shut" if one.device.revoked_at else "here" if one.is_fresh else "silent"
        state = "new" if state == "silent" and one.device.last_seen_ms is None else state
        rows.append(
            [
                one.device.id,
                one.device.name,
                one.device.dialect,
                _seen(one) or "-",
                texts.text(f"web.devices.tag-{state}"),
            ]
        )
    return list(table(rows))


def _seen(one: "SeenDevice") -> str | None:
    from datetime import UTC, datetime

    seen_ms = one.device.last_seen_ms
    if seen_ms is None:
        return None
    return datetime.fromtimestamp(seen_ms // MS, tz=UTC).isoformat()


def _add(session: Session, given: Given) -> None:
    from ahorraluz.services.live.devices import let_in

    home = _home(session, given)
    _key(session, let_in(home, _wish(given), tools=session.tools, as_of=now()))


def _change(session: Session, given: Given) -> None:
    from ahorraluz.services.live.devices import change_device

    device = _device(session, given)
    changed = change_device(device, _wish(given, of=device), tools=session.tools)
    _say(session, "devices-changed", changed)


def _try(session: Session, given: Given) -> None:
    from ahorraluz.services.live.devices import try_message

    device = _device(session, given)
    tried = try_message(
        _wish(given, of=device),
        topic=given.text("message_topic") or "",
        body=_read(_needed(given, "message")).decode("utf-8", "replace"),
        zone=session.tools.store.zone(device.home),
    )
    texts = session.texts
    lines = [
        f"{one.name}: "
        + texts.text(f"web.devices.what-{one.flow.value}-{one.quantity.value}")
        + f", {one.value} {'mW' if one.quantity.value == 'power' else 'mWh'}"
        for one in tried.samples
    ]
    issues = [texts.issue(issue) for issue in tried.issues]
    document = {
        "schema": "ahorraluz.devices-try.1",
        "samples": [
            {
                "name": one.name,
                "flow": one.flow.value,
                "quantity": one.quantity.value,
                "value": one.value,
                "at_ms": one.at_ms,
            }
            for one in tried.samples
        ],
        "issues": [issue.code for issue in tried.issues],
    }
    session.show(document, [*lines, *issues] or [texts.text("web.devices.found-nothing")])
    if not tried.samples:
        click.get_current_context().exit(1)


def _new_key(session: Session, given: Given) -> None:
    from ahorraluz.services.live.devices import new_key

    _key(session, new_key(_device(session, given), tools=session.tools))


def _shut(session: Session, given: Given) -> None:
    from ahorraluz.services.live.devices import shut_out

    device = _device(session, given)
    shut_out(device, tools=session.tools, as_of=now())
    _say(session, "devices-shut", device)


def _remove(session: Session, given: Given) -> None:
    from ahorraluz.services.live.devices import take_out

    device = _device(session, given)
    if not given.flag("erase"):
        raise InvalidInputError("device-erase-unsaid", value=device.name)
    take_out(device, tools=session.tools)
    _say(session, "devices-removed", device)


def _broker_files(session: Session, given: Given) -> None:
    from ahorraluz.services.live.broker_files import WORKER, write_broker_files

    folder = given.file("folder")
    assert folder is not None  # noqa: S101 - a required argument
    file = given.file("worker_key_file")
    if file is not None:
        key = _read(file).decode("utf-8", "replace").strip()
    else:
        key = unquote(urlsplit(session.settings.broker_url).password or "")
    if not key or not key.isprintable():
        raise InvalidInputError("worker-key-missing")
    try:
        changed = write_broker_files(folder, tools=session.tools, worker_key=key, anew=True)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InvalidInputError("folder-not-written", file=str(folder), reason=reason) from None
    assert changed  # noqa: S101 - written anew
    text = session.texts.text("cli.devices-files", folder=str(folder), user=WORKER)
    document = {"schema": "ahorraluz.devices-files.1", "folder": str(folder), "user": WORKER}
    session.show(document, [text])


# --- what was given --------------------------------------------------------------------------


def _home(session: Session, given: Given) -> str:
    home = given.text("device_home")
    assert home is not None  # noqa: S101 - a required argument
    # One that is not there is told as such, and not as one without devices.
    session.tools.store.zone(home)
    return home


def _device(session: Session, given: Given) -> "HomeDevice":
    from ahorraluz.services.live.devices import own_device

    return own_device(_home(session, given), given.text("device") or "", tools=session.tools)


def _wish(given: Given, *, of: "HomeDevice | None" = None) -> "DeviceWish":
    from ahorraluz.services.live.device_settings import FOUND_OUT
    from ahorraluz.services.live.devices import DeviceWish

    file = given.file("mapping")
    mapping = _read(file).decode("utf-8", "replace") if file is not None else None
    usual = {"name": "", "dialect": FOUND_OUT, "measures": "home", "mapping": ""}
    if of is not None:
        usual = {
            "name": of.name,
            "dialect": of.dialect,
            "measures": str(of.settings.get("measures", "home")),
            "mapping": json.dumps(of.mapping, ensure_ascii=False) if of.mapping else "",
        }
    return DeviceWish(
        name=given.text("device_name") or usual["name"],
        dialect=given.text("device_kind") or usual["dialect"],
        measures=given.text("device_measures") or usual["measures"],
        mapping=usual["mapping"] if mapping is None else mapping,
    )


def _needed(given: Given, name: str) -> Path:
    file = given.file(name)
    if file is None:
        raise InvalidInputError("option-missing", option=f"--{name}")
    return file


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(LARGEST)
    except FileNotFoundError:
        raise InvalidInputError("file-missing", file=str(file)) from None
    except OSError:
        raise InvalidInputError("file-forbidden", file=str(file)) from None


def _key(session: Session, new: "LetIn") -> None:
    from ahorraluz.services.live.device_settings import reached_by, recipes_of

    reached = reached_by(session.settings, host="localhost", pages=session.settings.public_url)
    recipe = recipes_of(new.device, new.key, reached)[0]
    texts = session.texts
    lines = [
        texts.text("cli.devices-key", name=new.device.name, id=new.device.id, secret=new.key),
        texts.text(f"web.devices.recipe-{recipe.kind}-told"),
        recipe.text,
    ]
    document = {
        "schema": "ahorraluz.devices-key.1",
        "id": new.device.id,
        "key": new.key,
        "server": reached.url,
        "settings": recipe.text,
    }
    session.show(document, lines)


def _say(session: Session, key: str, device: "HomeDevice") -> None:
    text = session.texts.text(f"cli.{key}", name=device.name)
    session.show({"schema": f"ahorraluz.{key}.1", "id": device.id, "text": text}, [text])


_HOME = click.Argument(["device_home"], metavar="HOME")
_DEVICE = click.Argument(["device"], metavar="DEVICE")
_KINDS = TextOption(["--kind", "device_kind"], metavar="KIND")
_NAME = TextOption(["--name", "device_name"], metavar="NAME")
_MEASURES = TextOption(["--measures", "device_measures"], type=OneOf(MEASURES))
_MAPPING = TextOption(["--mapping"], type=File(), metavar="FILE")
_WISH = (_NAME, _KINDS, _MEASURES, _MAPPING)

list_ = TextCommand("devices-list", params=[_HOME], run=_list)
add = TextCommand("devices-add", params=[_HOME, *_WISH], run=_add)
change = TextCommand("devices-change", params=[_HOME, _DEVICE, *_WISH], run=_change)
try_ = TextCommand(
    "devices-try",
    params=[
        _HOME,
        _DEVICE,
        TextOption(["--message"], type=File(), metavar="FILE"),
        TextOption(["--topic", "message_topic"], metavar="TOPIC"),
        _KINDS,
        _MAPPING,
    ],
    run=_try,
)
key = TextCommand("devices-key", params=[_HOME, _DEVICE], run=_new_key)
shut = TextCommand("devices-shut", params=[_HOME, _DEVICE], run=_shut)
remove = TextCommand(
    "devices-remove", params=[_HOME, _DEVICE, TextOption(["--erase"], is_flag=True)], run=_remove
)
broker_files = TextCommand(
    "devices-broker-files",
    params=[
        click.Argument(["folder"], type=File(), metavar="FOLDER"),
        TextOption(["--worker-key-file"], type=File(), metavar="FILE"),
    ],
    run=_broker_files,
)
devices = TextGroup(
    "devices",
    commands={
        "list": "ahorraluz.cli.devices:list_",
        "add": "ahorraluz.cli.devices:add",
        "change": "ahorraluz.cli.devices:change",
        "try": "ahorraluz.cli.devices:try_",
        "key": "ahorraluz.cli.devices:key",
        "shut": "ahorraluz.cli.devices:shut",
        "remove": "ahorraluz.cli.devices:remove",
        "broker-files": "ahorraluz.cli.devices:broker_files",
    },
)
