"""What comes out the same each time, made once for each process of the tests and then repeated.

The tables of a new database come from the very statements that the migrations ran the first time,
templates and addresses from the code that was compiled from them the first time. Two things are
another than in service: passwords are hashed at little cost, and no file waits for the disk.
"""

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import Connection, event
from typing_extensions import override
from werkzeug.routing import Rule

from ahorraluz.security import passwords
from ahorraluz.store import connections, schema

Statement = tuple[str, Any]

REAL_HASHER = passwords._HASHER
"""What the program itself hashes with; the tests of passwords do so as well."""
CHEAP_HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
_ASKS = ("SELECT", "PRAGMA")


def make_once(patch: pytest.MonkeyPatch) -> None:
    """Let this process repeat what it has made."""
    patch.setattr(Flask, "jinja_options", {"bytecode_cache": Compiled()})
    patch.setattr(Rule, "_compile_builder", build_once(Rule._compile_builder))
    patch.setattr(schema, "_upgrade", Steps(schema._upgrade))
    patch.setattr(connections, "_prepare_sqlite", without_disk(connections._prepare_sqlite))


def hash_with(hasher: PasswordHasher, patch: pytest.MonkeyPatch) -> None:
    """Let passwords be hashed by another hasher, and the decoy be one of its own."""
    patch.setattr(passwords, "_HASHER", hasher)
    passwords._decoy.cache_clear()


class Compiled(BytecodeCache):
    """Templates that were compiled, by their name and text."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], bytes] = {}

    @override
    def load_bytecode(self, bucket: Bucket) -> None:
        """Take what was compiled from the same text."""
        known = self._known.get((bucket.key, bucket.checksum))
        if known is not None:
            bucket.bytecode_from_string(known)

    @override
    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        self._known[bucket.key, bucket.checksum] = bucket.bytecode_to_string()


Builder = Callable[..., tuple[str, str]]


def build_once(compile_builder: Callable[[Rule, bool], Builder]) -> Callable[[Rule, bool], Builder]:
    """Return a maker of the functions that build addresses, which makes each of them once."""
    known: dict[object, Builder] = {}

    def build(rule: Rule, append_unknown: bool = True) -> Builder:
        if rule.defaults:
            return compile_builder(rule, append_unknown)
        made_of = (append_unknown, rule.rule, tuple(rule._trace))
        if made_of not in known:
            known[made_of] = compile_builder(rule, append_unknown)
        return known[made_of]

    return build


class Steps:
    """The migrations, whose statements are repeated where a database is new."""

    def __init__(self, upgrade: Callable[[Connection, str | None, str], None]) -> None:
        self.upgrade = upgrade
        self._known: dict[str, Sequence[Statement]] = {}

    def __call__(self, connection: Connection, version: str | None, place: str) -> None:
        """Bring a database to the newest tables."""
        dialect = connection.dialect.name
        if version is not None:
            self.upgrade(connection, version, place)
        elif dialect not in self._known:
            self._known[dialect] = self._watched(connection, place)
        else:
            for statement, parameters in self._known[dialect]:
                connection.exec_driver_sql(statement, parameters)

    def _watched(self, connection: Connection, place: str) -> Sequence[Statement]:
        said: list[Statement] = []

        def note(_: Connection, __: object, statement: str, parameters: Any, *more: object) -> None:
            if not statement.lstrip().upper().startswith(_ASKS):
                said.append((statement, parameters or None))

        event.listen(connection, "before_cursor_execute", note)
        try:
            self.upgrade(connection, None, place)
        finally:
            event.remove(connection, "before_cursor_execute", note)
        return said


def without_disk(
    prepare: Callable[[sqlite3.Connection, object], None],
) -> Callable[[sqlite3.Connection, object], None]:
    """Return how to prepare a connection that waits for no disk; no test takes the power away."""

    def prepared(connection: sqlite3.Connection, record: object) -> None:
        prepare(connection, record)
        connection.execute("PRAGMA synchronous = OFF")

    return prepared
