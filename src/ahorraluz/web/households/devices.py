"""Pages of a home's devices: let one in, say how it writes, try a message, take it out."""

import json
from collections.abc import Sequence

from flask import Blueprint, Response, abort, request

from ahorraluz.core.issues import AhorraLuzError, Issue
from ahorraluz.security.roles import Act, Permission
from ahorraluz.security.totp import qr_svg
from ahorraluz.services.accounts.confirming import confirm
from ahorraluz.services.accounts.trail import note_home
from ahorraluz.services.live.device_settings import OWN_MAPPING, Reached, reached_by, recipes_of
from ahorraluz.services.live.devices import (
    MAX_MAPPING,
    MAX_NAME,
    DeviceWish,
    LetIn,
    Tried,
    change_device,
    let_in,
    new_key,
    own_device,
    shut_out,
    take_out,
    topic_of,
    try_message,
)
from ahorraluz.services.live.showing import HomeDevice, count_channels, seen_devices
from ahorraluz.web.account.landing import proof, who_asks
from ahorraluz.web.guard import needs
from ahorraluz.web.households.devices_view import (
    EXAMPLES,
    MEASURES,
    PAGE_KINDS,
    device_cards,
    sample_words,
)
from ahorraluz.web.households.kept import MY_HOMES, NOTHING, actor, kept_or_404, page_of
from ahorraluz.web.page import Page, door, go_to, show, this_moment

DEVICES = f"{MY_HOMES}/<home>/aparatos"
ONE = f"{DEVICES}/<device>"
UNPROCESSABLE = 422
MAX_TOPIC, MAX_TRIED = 200, 20_000
MOST_CODED = 800
"""Longest text that is drawn as a code for a phone. [characters]"""
MOST_TICKED = 500

devices = Blueprint("devices", __name__)


@devices.get(DEVICES)
@needs(Permission.OWN_HOMES, act=Act.GRANT)
def listed(home: str) -> Response:
    """Show the devices of a home, and ask for another one."""
    return _list(home)


@devices.post(DEVICES)
@needs(Permission.OWN_HOMES, act=Act.GRANT)
def added(home: str) -> Response:
    """Let a device in, and show its key this once."""
    kept_or_404(home)
    tools, now = door().tools, this_moment()
    try:
        new = let_in(home, _wish(), tools=tools, as_of=now)
    except AhorraLuzError as error:
        return _list(home, issues=error.issues)
    note_home("device-added", home, tools=tools, as_of=now, actor=actor())
    return _key(home, new)


@devices.get(ONE)
@needs(Permission.OWN_HOMES, act=Act.GRANT)
def one(home: str, device: str) -> Response:
    """Show one device."""
    return _one(home, _device(home, device))


@devices.post(ONE)
@needs(Permission.OWN_HOMES, act=Act.GRANT)
def changed(home: str, device: str) -> Response:
    """Keep what is said now of a device."""
    found, tools = _device(home, device), door().tools
    try:
        change_device(found, _wish(), tools=tools)
    except AhorraLuzError as error:
        return _one(home, found, issues=error.issues)
    note_home("device-changed", home, tools=tools, as_of=this_moment(), actor=actor())
    return _back(home, device)


@devices.post(f"{ONE}/probar")
@needs(Permission.OWN_HOMES, act=Act.GRANT)
def tried(home: str, device: str) -> Response:
    """Say what a message would tell; nothing is kept."""
    found = _device(home, device)
    wish = _wish(of=found)
    topic = request.form.get("tema", "")[:MAX_TOPIC].removeprefix(f"{topic_of(found)}/")
    body = request.form.get("mensaje", "")
    if len(body) > MAX_TRIED:
        abort(413)
    zone = door().tools.store.zone(home)
    try:
        told = try_message(wish, topic=topic, body=body, zone=zone)
    except AhorraLuzError as error:
        return _one(home, found, issues=error.issues)
    return _one(home, found, told=told)


@devices.post(f"{ONE}/llave")
@needs(Permission.OWN_HOMES, act=Act.GRANT)
def renewed(home: str, device: str) -> Response:
    """Give a device another key, and show it this once."""
    tools = door().tools
    new = new_key(_device(home, device), tools=tools)
    note_home("device-key", home, tools=tools, as_of=this_moment(), actor=actor())
    return _key(home, new)


@devices.post(f"{ONE}/cerrar")
@needs(Permission.OWN_HOMES, act=Act.GRANT)
def shut(home: str, device: str) -> Response:
    """Let a device write no more; what it said stays."""
    tools, now = door().tools, this_moment()
    shut_out(_device(home, device), tools=tools, as_of=now)
    note_home("device-shut", home, tools=tools, as_of=now, actor=actor())
    return _back(home, device)


@devices.post(f"{ONE}/medidas")
@needs(Permission.OWN_HOMES, act=Act.GRANT)
def counted(home: str, device: str) -> Response:
    """Let the ticked measures of a device count, and no other of it."""
    found, tools = _device(home, device), door().tools
    ticked = [
        int(text)
        for text in request.form.getlist("medida")[:MOST_TICKED]
        if text.isascii() and text.isdigit() and len(text) < 16
    ]
    count_channels(found, ticked, tools=tools)
    note_home("device-measures", home, tools=tools, as_of=this_moment(), actor=actor())
    return _back(home, device)


@devices.get(f"{ONE}/quitar")
@needs(Permission.OWN_HOMES, act=Act.DELETE)
def removal(home: str, device: str) -> Response:
    """Say what is erased with a device, and ask for the password."""
    return _removal(home, _device(home, device))


@devices.post(f"{ONE}/quitar")
@needs(Permission.OWN_HOMES, act=Act.DELETE)
def removed(home: str, device: str) -> Response:
    """Erase a device with everything it said."""
    found, tools, now = _device(home, device), door().tools, this_moment()
    try:
        confirm(who_asks(), proof(), tools=tools, as_of=now)
    except AhorraLuzError as error:
        return _removal(home, found, issues=error.issues)
    take_out(found, tools=tools)
    note_home("device-removed", home, tools=tools, as_of=now, actor=actor())
    return go_to(page_of(home, NOTHING).url("/aparatos"))


# --- what is shown ---------------------------------------------------------------------------


def _list(home: str, *, issues: Sequence[Issue] = ()) -> Response:
    kept = kept_or_404(home)
    page = page_of(home, NOTHING)
    seen = seen_devices(home, tools=door().tools, as_of=this_moment())
    return _shown(
        "devices.html",
        page,
        issues,
        kept=kept,
        devices=device_cards(seen, page, now=this_moment()),
        kinds=PAGE_KINDS,
        measures=MEASURES,
        example=EXAMPLES[OWN_MAPPING].mapping,
        typed=request.form if request.method == "POST" else {},
        longest=MAX_NAME,
    )


def _one(
    home: str, device: HomeDevice, *, issues: Sequence[Issue] = (), told: Tried | None = None
) -> Response:
    page, tools, now = page_of(home, NOTHING), door().tools, this_moment()
    seen = [s for s in seen_devices(home, tools=tools, as_of=now) if s.device.id == device.id]
    example = EXAMPLES.get(device.dialect, EXAMPLES["auto"])
    typed = request.form if request.method == "POST" else {}
    return _shown(
        "device.html",
        page,
        issues,
        device=device,
        card=device_cards(seen, page, now=now)[0],
        kinds=PAGE_KINDS,
        measures=MEASURES,
        topic=topic_of(device),
        mapping=_mapping_text(device) or EXAMPLES[OWN_MAPPING].mapping,
        example=example,
        typed=typed,
        longest=MAX_NAME,
        found=None if told is None else [sample_words(one, page.texts) for one in told.samples],
        not_found=() if told is None else [page.issue(issue) for issue in told.issues],
    )


def _key(home: str, new: LetIn) -> Response:
    page = page_of(home, NOTHING)
    recipes = recipes_of(new.device, new.key, _reached())
    return _shown(
        "device_key.html",
        page,
        (),
        device=new.device,
        key=new.key,
        topic=topic_of(new.device),
        reached=_reached(),
        recipes=[
            (recipe, qr_svg(recipe.text) if len(recipe.text) <= MOST_CODED else "")
            for recipe in recipes
        ],
    )


def _removal(home: str, device: HomeDevice, *, issues: Sequence[Issue] = ()) -> Response:
    coded = who_asks().account.has_second_factor
    page = page_of(home, NOTHING)
    return _shown("device_remove.html", page, issues, device=device, coded=coded)


def _shown(template: str, page: Page, issues: Sequence[Issue], **context: object) -> Response:
    return show(
        f"households/{template}",
        page,
        status=UNPROCESSABLE if issues else 200,
        wrong=[page.issue(issue) for issue in issues],
        **context,
    )


# --- what was sent ---------------------------------------------------------------------------


def _device(home: str, device: str) -> HomeDevice:
    kept_or_404(home)
    try:
        return own_device(home, device, tools=door().tools)
    except AhorraLuzError:
        abort(404)


def _wish(*, of: HomeDevice | None = None) -> DeviceWish:
    """Return what a form says of a device; ``of``: what it does not say is as it was."""
    form = request.form
    usual = DeviceWish(name="") if of is None else _said(of)
    mapping = form.get("mapa")
    return DeviceWish(
        name=form.get("nombre", usual.name)[: MAX_NAME + 1],
        dialect=form.get("tipo", usual.dialect)[:MAX_NAME],
        measures=form.get("mide", usual.measures)[:MAX_NAME],
        mapping=usual.mapping if mapping is None else mapping[: MAX_MAPPING + 1],
    )


def _said(device: HomeDevice) -> DeviceWish:
    return DeviceWish(
        name=device.name,
        dialect=device.dialect,
        measures=str(device.settings.get("measures", "home")),
        mapping=_mapping_text(device),
    )


def _mapping_text(device: HomeDevice) -> str:
    if not device.mapping:
        return ""
    return json.dumps(device.mapping, ensure_ascii=False, indent=1)


def _reached() -> Reached:
    host = request.host.rsplit(":", 1)[0].strip("[]")
    return reached_by(door().tools.settings, host=host, pages=request.host_url.rstrip("/"))


def _back(home: str, device: str) -> Response:
    return go_to(page_of(home, NOTHING).url(f"/aparatos/{device}"))
