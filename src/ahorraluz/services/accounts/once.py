"""Requests that programs may repeat without anything being done twice."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.store.once import WORKING, Once

KEPT = timedelta(hours=24)
"""How long a key is remembered."""
ABANDONED = timedelta(minutes=5)
"""A request without an answer for so long was cut off."""
LONGEST_KEY = 100


class OnceError(AhorraLuzError):
    """A key that cannot be used for this request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What was answered to a request."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    home: str | None = None
    """The home it is about, with which it is forgotten."""
    repeated: bool = False
    """Whether this is the answer of an earlier time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OnceKey:
    """A key that a program chose for one request."""

    account: str
    name: str
    request: bytes
    """Everything that was asked."""


def do_once(
    key: OnceKey, work: Callable[[], Answered], *, tools: Toolbox, as_of: datetime
) -> Answered:
    """Do something, or return what was answered when it was done.

    What fails gives the key back, since nothing was done.

    Raises
    ------
    OnceError
        ``once-key-of-another``: the key was used for another request; ``once-in-progress``: the
        same request is being done right now; ``once-gone``: what it was about was deleted.
    """
    book = tools.store.people.once
    request = hashlib.sha256(key.request).hexdigest()
    book.tidy(before=as_of - KEPT)
    found = book.begin(key.account, key.name, request, as_of=as_of, abandoned=ABANDONED)
    if found is not None:
        return _again(found, request)
    try:
        answered = work()
    except BaseException:
        book.drop(key.account, key.name)
        raise
    once = Once(
        request=request,
        status=answered.status,
        headers=dict(answered.headers),
        body=answered.body,
        created_at=as_of,
    )
    book.finish(key.account, key.name, once, home=answered.home)
    return answered


def _again(found: Once, request: str) -> Answered:
    if found.request != request:
        raise OnceError("once-key-of-another")
    if found.status == WORKING:
        raise OnceError("once-in-progress")
    if found.body is None:
        raise OnceError("once-gone")
    return Answered(status=found.status, body=found.body, headers=found.headers, repeated=True)
