"""What the page of a home hangs on in the database, asked for in one statement each.

A stamp is a digest of everything there that can change what a page shows or who may see it: the
session with the account behind it, and every row about the home, in whatever table has a column
``home`` (but for :data:`NOT_SHOWN`). While stamps are alike so is the page, whichever process made
it.

Every value is quoted by the database, so that no text can look like two. Of sealed bytes the
beginning suffices: it holds the nonce, which is another one each time something is sealed. Of
tables whose rows are never changed, numbers suffice, as one that was given away never comes back.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ahorraluz.store.statements import MOST, Statement
from ahorraluz.store.vault import Vault, account_owner, home_owner

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Dialect, Engine, FromClause, Select

Glancing = Callable[[], "AbstractContextManager[Engine]"]

SEALED_BEGINS = 40
"""Bytes that hold the header of what is sealed, and its nonce."""
OF_ROWS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "imports": ("id", "undone_s"),
        "jobs": ("id", "state", "finished_s"),
    }
)
"""Columns that tell every change of a table; of others all columns do."""
NOT_OF_SESSION = ("hash", "sealed", "seen_s")
"""What it was found by, the name of the device, and when it was last in use."""
NOT_OF_ACCOUNT = (
    "name_index",
    "password",
    "failures",
    "locked_until_s",
    "second_factor_step",
    "created_s",
)
"""What decides about signing in, and neither about a session nor about a page."""
NOT_SHOWN = frozenset(
    {
        "board_logins",
        "live_devices",
        "live_events",
        "live_figures",
        "live_now",
        "live_refused",
        "live_sent",
        "live_states",
        "live_wishes",
        "watched_days",
        "watched_forecasts",
    }
)
"""Tables about homes that no page reads which is kept ready.

Live readings come into pages by the sums of quarter hours: ``live_versions`` tells of each change.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageStamp:
    """What a page hung on at a moment."""

    digest: bytes
    """Of the session with its account, and of the home where the page shows one."""
    seen_s: int
    """When the session was last noted as in use; nothing hangs on it."""
    expires_s: int
    """When the session ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StampBook:
    """Stamps of pages and homes."""

    glancing: Glancing
    vault: Vault

    def page(self, session: str, home: str | None, *, at: datetime) -> PageStamp | None:
        """Return what a page hangs on, ``None`` where there is no such session.

        Parameters
        ----------
        session
            Hash of the token of a session.
        home
            The home that the page shows, ``None`` for one that shows none.
        at
            The moment, for links that end by themselves.
        """
        from ahorraluz.store.imports import seconds

        asked = {"session": session, "home": home, "at_s": seconds(at)}
        with self.glancing() as engine:
            rows = _of_page(engine.dialect, with_home=home is not None).ask(engine, asked)
        if not rows:
            return None
        seen_s, expires_s, account, *told = rows[0]
        owners = [account_owner(account), *([] if home is None else [home_owner(home)])]
        digest = self._digest(owners, told)
        return PageStamp(digest=digest, seen_s=int(seen_s), expires_s=int(expires_s))

    def home(self, home: str, *, at: datetime) -> bytes:
        """Return what hangs on a home, on one that is not kept as well."""
        from ahorraluz.store.imports import seconds

        with self.glancing() as engine:
            rows = _of_home(engine.dialect).ask(engine, {"home": home, "at_s": seconds(at)})
        return self._digest([home_owner(home)], rows)

    def _digest(self, owners: "list[str]", told: "Iterable[object]") -> bytes:
        """Return a digest of what was told, and of the keys without which nobody can read it."""
        said = repr((owners, tuple(told), self.vault.wrapped(owners)))
        return hashlib.sha256(said.encode("utf-8", "surrogatepass")).digest()


@lru_cache(maxsize=2 * MOST)
def _of_page(dialect: "Dialect", *, with_home: bool) -> Statement:
    from sqlalchemy import bindparam, func, select

    from ahorraluz.store.account_tables import ACCOUNTS, PASSKEYS, RESETS, SESSIONS

    told = _Telling(dialect)
    passkeys = select(func.count()).select_from(PASSKEYS).where(PASSKEYS.c.account == ACCOUNTS.c.id)
    asked_for = select(RESETS.c.expires_s).where(RESETS.c.account == ACCOUNTS.c.id)
    columns: list[ColumnElement[Any]] = [
        SESSIONS.c.seen_s,
        SESSIONS.c.expires_s,
        SESSIONS.c.account,
        told.row([c for c in SESSIONS.c if c.name not in NOT_OF_SESSION]),
        told.row([c for c in ACCOUNTS.c if c.name not in NOT_OF_ACCOUNT]),
        passkeys.scalar_subquery(),
        asked_for.scalar_subquery(),
    ]
    if with_home:
        columns.append(_about_home(told))
    query = (
        select(*columns)
        .select_from(SESSIONS.join(ACCOUNTS, ACCOUNTS.c.id == SESSIONS.c.account))
        .where(SESSIONS.c.hash == bindparam("session"))
    )
    return Statement.of(query, dialect)


@lru_cache(maxsize=MOST)
def _of_home(dialect: "Dialect") -> Statement:
    from sqlalchemy import select

    return Statement.of(select(_about_home(_Telling(dialect))), dialect)


def _about_home(told: "_Telling") -> "ColumnElement[Any]":
    """Return everything about a home as one value: a part for each table."""
    from sqlalchemy import bindparam, func, select

    from ahorraluz.store.account_tables import SHARES
    from ahorraluz.store.live_tables import METADATA
    from ahorraluz.store.tables import BLOCKS, HOMES, IMPORTS, PROMISE_HOMES, STEP_RESULTS

    home: ColumnElement[Any] = bindparam("home")
    ended = select(func.count()).select_from(SHARES)
    blocks = BLOCKS.join(IMPORTS, BLOCKS.c.import_id == IMPORTS.c.id)
    results = STEP_RESULTS.join(
        PROMISE_HOMES, STEP_RESULTS.c.promise_id == PROMISE_HOMES.c.promise_id
    )
    parts: list[Select[Any]] = [
        ended.where(SHARES.c.home == home, SHARES.c.expires_s <= bindparam("at_s")),
        # A block that is added has a number above all others, and one that goes is one fewer.
        *(
            select(number).select_from(blocks).where(IMPORTS.c.home == home)
            for number in (func.count(BLOCKS.c.id), func.max(BLOCKS.c.id))
        ),
        told.rows(HOMES.c, HOMES.c.id == home),
        told.rows(STEP_RESULTS.c, PROMISE_HOMES.c.home == home, among=results),
    ]
    for table in METADATA.sorted_tables:
        if "home" in table.c and table.name not in NOT_SHOWN:
            names = OF_ROWS.get(table.name)
            of_rows = [c for c in table.c if names is None or c.name in names]
            parts.append(told.rows(of_rows, table.c.home == home))
    return told.row([part.scalar_subquery() for part in parts])


class _Telling:
    """How a database puts the values of rows into one text that stands for no others."""

    def __init__(self, dialect: "Dialect") -> None:
        from sqlalchemy import func

        lite = dialect.name == "sqlite"
        self._quoted = func.quote if lite else func.quote_nullable
        self._joined = func.group_concat if lite else func.string_agg

    def row(self, columns: "Iterable[ColumnElement[Any]]") -> "ColumnElement[Any]":
        """Return the values of one row."""
        from sqlalchemy import LargeBinary, Text, cast, func, literal_column

        parts = [
            self._quoted(
                func.substr(column, literal_column("1"), literal_column(str(SEALED_BEGINS)))
                if isinstance(column.type, LargeBinary)
                else column
            )
            for column in columns
        ]
        told: ColumnElement[Any] = cast(parts[0], Text)
        for part in parts[1:]:
            told = told.op("||")(literal_column("','")).op("||")(part)
        return told

    def rows(
        self,
        columns: "Iterable[ColumnElement[Any]]",
        condition: "ColumnElement[bool]",
        *,
        among: "FromClause | None" = None,
    ) -> "Select[Any]":
        """Return the values of all rows for which a condition holds."""
        from sqlalchemy import literal_column, select

        query = select(self._joined(self.row(columns), literal_column("';'"))).where(condition)
        return query if among is None else query.select_from(among)
