"""Who asks with the key of a device: it opens what devices push, and nothing else of the API."""

from typing import cast

from flask import current_app, g, request

from ahorraluz.api.door import door, this_moment
from ahorraluz.services.live.pushing import Pusher, Pushing, device_of_key

FIELD = "apikey"
"""Where emoncms has the key of a device, in the address or in the form."""
EXTENSION = "ahorraluz-pushing"
SCHEME = "bearer"


def sent_key(*, in_fields: bool) -> str | None:
    """Return the key that was sent, ``None`` without one.

    Parameters
    ----------
    in_fields
        Whether the address or the form may hold it, where the header does not.
    """
    sent = request.headers.get("Authorization")
    if sent is not None:
        scheme, _, key = sent.partition(" ")
        return key.strip() if scheme.casefold() == SCHEME else ""
    if not in_fields:
        return None
    return request.args.get(FIELD) or request.form.get(FIELD)


def device_behind(key: str | None) -> Pusher | None:
    """Return the device of a key, ``None`` where it opens nothing."""
    return None if key is None else device_of_key(key, tools=door().tools)


def pushing_device() -> Pusher:
    """Return the device that asks; the guard let nobody else in."""
    found = g.get("api_device")
    if found is None:
        raise RuntimeError("this endpoint is not one of devices")
    return cast(Pusher, found)


def pushing() -> Pushing:
    """Return what takes pushes of this process in."""
    made = current_app.extensions.setdefault(EXTENSION, Pushing(door().tools, clock=this_moment))
    return cast(Pushing, made)
