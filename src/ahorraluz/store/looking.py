"""One look at the databases: everything that a request reads comes over one connection each.

Without a look every reading opens a connection of its own and begins a transaction. Within one
they share it, and what was looked up once is remembered; a writing ends what was seen, so that
whatever is read after it is new.
"""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar, cast

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine, PoolProxiedConnection

T = TypeVar("T")


@dataclass(slots=True)
class _Seen:
    """What a look holds of one database."""

    connection: "Connection"
    readers: int = 0
    over: bool = False

    def leave(self) -> None:
        """Close the connection, at once or when its last reader has left."""
        self.over = True
        if self.readers == 0:
            self.connection.close()


@dataclass(slots=True)
class _Look:
    seen: "dict[Engine, _Seen]" = field(default_factory=dict)
    remembered: dict[Hashable, object] = field(default_factory=dict)

    def end(self) -> None:
        for one in self.seen.values():
            one.leave()
        self.seen.clear()
        self.remembered.clear()


_PRESENT: ContextVar[_Look | None] = ContextVar("ahorraluz_look", default=None)


@contextmanager
def one_look() -> Iterator[None]:
    """Let everything inside that is read in this thread share its connections."""
    look = _Look()
    token = _PRESENT.set(look)
    try:
        yield
    finally:
        _PRESENT.reset(token)
        look.end()


@contextmanager
def apart() -> Iterator[None]:
    """Let something be written, or freed bytes be wiped: what was seen before counts no more."""
    look = _PRESENT.get()
    if look is None:
        yield
        return
    look.end()
    try:
        yield
    finally:
        look.end()


@contextmanager
def reading(engine: "Engine") -> "Iterator[Connection]":
    """Give a connection to read from: that of the present look, or one of its own."""
    look = _PRESENT.get()
    if look is None:
        with engine.connect() as connection:
            yield connection
        return
    if engine not in look.seen:
        look.seen[engine] = _Seen(engine.connect())
    seen = look.seen[engine]
    seen.readers += 1
    failed = True
    try:
        yield seen.connection
        failed = False
    finally:
        seen.readers -= 1
        if failed and look.seen.get(engine) is seen:
            # A transaction in which something failed can be asked nothing more.
            del look.seen[engine]
            seen.over = True
        if seen.over and seen.readers == 0:
            seen.connection.close()


@contextmanager
def glancing(engine: "Engine") -> "Iterator[PoolProxiedConnection]":
    """Give the connection of the driver itself for a single question: it costs a third.

    What the driver cannot do is its own error, not one of SQLAlchemy.
    """
    connection = engine.raw_connection()
    try:
        yield connection
    finally:
        connection.close()


def once(key: Hashable, make: Callable[[], T]) -> T:
    """Return what was made for a key in the present look, or make it; without a look make it."""
    look = _PRESENT.get()
    if look is None:
        return make()
    if key not in look.remembered:
        look.remembered[key] = make()
    return cast(T, look.remembered[key])
