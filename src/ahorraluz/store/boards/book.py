"""Logins that read boards, in SQL: made and taken away on a PostgreSQL server."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from ahorraluz.store.boards.views import Audience
from ahorraluz.store.errors import StoreError
from ahorraluz.store.opened import Opened

if TYPE_CHECKING:
    from sqlalchemy import Connection

PASSWORD_BYTES = 24
NAME_BYTES = 5
MOST_CONNECTIONS = 10
LONGEST_QUERY = "30s"
NOT_ALLOWED = "42501"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Whom a login is for."""

    audience: Audience
    account: str | None = None
    home: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeLogin:
    """A login that was made just now."""

    name: str
    password: str = field(repr=False)
    """Kept nowhere: the server has a verifier of it."""
    sql: str = field(repr=False)
    """What an administrator has to run, as our user may not make it; empty: it is made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """A login that is on record."""

    name: str
    reader: Reader
    made_at: datetime
    there: bool
    """Whether the server knows it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardBook:
    """Who may read boards; every method is one transaction.

    What changes or makes something raises ``boards-need-postgresql`` where the store is another
    database.
    """

    reading: Opened
    writing: Opened

    def are_made(self) -> bool:
        """Tell whether there are views to read."""
        with self.reading() as connection:
            return connection.dialect.name == "postgresql" and _are_made(connection)

    def roles_sql(self) -> str:
        """Return what an administrator runs where our user may not make roles."""
        from ahorraluz.store.boards.building import roles_sql

        with self.reading() as connection:
            _check(connection)
            query = "SELECT current_user, current_database()"
            user, database = connection.exec_driver_sql(query).one()
        return roles_sql(str(user), str(database))

    def build(self) -> None:
        """Make views, policies and roles anew.

        Raises
        ------
        StoreError
            As :func:`ahorraluz.store.boards.building.build`.
        """
        from ahorraluz.store.boards.building import build
        from ahorraluz.store.connections import SCHEMA_LOCK, lock

        with self.writing() as connection:
            _check(connection)
            lock(connection, SCHEMA_LOCK)
            build(connection)

    def make_login(self, reader: Reader, *, as_of: datetime) -> MadeLogin:
        """Make a login with a random password.

        Raises
        ------
        StoreError
            ``boards-not-made``: there are no views yet.
        """
        from sqlalchemy import insert
        from sqlalchemy.exc import ProgrammingError

        from ahorraluz.store.imports import seconds
        from ahorraluz.store.live_tables import BOARD_LOGINS

        name = f"ahorraluz_{reader.audience.value}_{secrets.token_hex(NAME_BYTES)}"
        password = secrets.token_urlsafe(PASSWORD_BYTES)
        with self.writing() as connection:
            _check(connection)
            if not _are_made(connection):
                raise StoreError("boards-not-made")
            statements = _statements(connection, name, password, reader.audience)
            connection.execute(
                insert(BOARD_LOGINS).values(
                    role_name=name,
                    audience=reader.audience.value,
                    account=reader.account,
                    home=reader.home,
                    made_s=seconds(as_of),
                )
            )
            try:
                with connection.begin_nested():
                    for statement in statements:
                        connection.exec_driver_sql(statement)
            except ProgrammingError as error:
                if getattr(error.orig, "sqlstate", "") != NOT_ALLOWED:
                    raise
                sql = "\n".join(f"{statement};" for statement in statements)
                return MadeLogin(name=name, password=password, sql=sql)
        return MadeLogin(name=name, password=password, sql="")

    def logins(self) -> Sequence[Login]:
        """Return every login, oldest first."""
        from sqlalchemy import select

        from ahorraluz.store.imports import moment
        from ahorraluz.store.live_tables import BOARD_LOGINS

        rows = BOARD_LOGINS.c
        with self.reading() as connection:
            there = _there(connection) if connection.dialect.name == "postgresql" else ()
            found = connection.execute(select(BOARD_LOGINS).order_by(rows.made_s, rows.role_name))
            return [
                Login(
                    name=row.role_name,
                    reader=Reader(
                        audience=Audience(row.audience), account=row.account, home=row.home
                    ),
                    made_at=moment(row.made_s),
                    there=row.role_name in there,
                )
                for row in found
            ]

    def revoke(self, name: str) -> None:
        """Take a login away: from now on it sees nothing.

        Raises
        ------
        StoreError
            ``boards-login-unknown``.
        """
        from sqlalchemy import delete

        from ahorraluz.store.live_tables import BOARD_LOGINS

        with self.writing() as connection:
            _check(connection)
            same = BOARD_LOGINS.c.role_name == name
            if not connection.execute(delete(BOARD_LOGINS).where(same)).rowcount:
                raise StoreError("boards-login-unknown", value=name[:80])
            _drop(connection, [name] if name in _there(connection) else [])

    def sweep(self) -> int:
        """Take logins away from the server that are on record no more; return how many went.

        They see nothing since their home or account is gone; this takes their names away too.
        """
        from sqlalchemy import select

        from ahorraluz.store.live_tables import BOARD_LOGINS

        with self.writing() as connection:
            if connection.dialect.name != "postgresql":
                return 0
            kept = set(connection.execute(select(BOARD_LOGINS.c.role_name)).scalars())
            return _drop(connection, sorted(_there(connection) - kept))


def _check(connection: "Connection") -> None:
    if connection.dialect.name != "postgresql":
        raise StoreError("boards-need-postgresql")


def _are_made(connection: "Connection") -> bool:
    made = "SELECT to_regclass('boards.home_now') IS NOT NULL"
    return bool(connection.exec_driver_sql(made).scalar())


def _statements(
    connection: "Connection", name: str, password: str, audience: Audience
) -> Sequence[str]:
    from ahorraluz.store.boards.building import group

    # Only what the password can be checked by goes to the server and its log.
    pgconn = connection.connection.driver_connection.pgconn  # type: ignore[union-attr]
    verifier = pgconn.encrypt_password(password.encode(), name.encode(), b"scram-sha-256").decode()
    mark = _mark(connection).replace("'", "''")
    return (
        f"CREATE ROLE {name} LOGIN CONNECTION LIMIT {MOST_CONNECTIONS} PASSWORD '{verifier}'"
        f" IN ROLE {group(audience)}",
        f"ALTER ROLE {name} SET default_transaction_read_only = on",
        f"ALTER ROLE {name} SET statement_timeout = '{LONGEST_QUERY}'",
        f"COMMENT ON ROLE {name} IS '{mark}'",
    )


def _mark(connection: "Connection") -> str:
    """Return what logins of this database are marked by: a server may hold several."""
    database = connection.exec_driver_sql("SELECT current_database()").scalar()
    return f"ahorraluz boards of {database}"


def _there(connection: "Connection") -> set[str]:
    """Return the logins of this database that the server knows."""
    query = (
        "SELECT r.rolname FROM pg_roles r JOIN pg_shdescription d"
        " ON d.objoid = r.oid AND d.classoid = 'pg_authid'::regclass"
        " WHERE r.rolcanlogin AND r.rolname LIKE 'ahorraluz\\_%%' AND d.description = %s"
    )
    found = connection.exec_driver_sql(query, (_mark(connection),))
    return {str(row[0]) for row in found}


def _drop(connection: "Connection", names: Sequence[str]) -> int:
    """Drop logins of the server; those we may not drop stay, and see nothing."""
    from sqlalchemy.exc import DBAPIError

    from ahorraluz.store.boards.building import quoted

    dropped = 0
    for name in names:
        try:
            with connection.begin_nested():
                connection.exec_driver_sql(f"GRANT {quoted(name)} TO CURRENT_USER")
                connection.exec_driver_sql(f"DROP OWNED BY {quoted(name)}")
                connection.exec_driver_sql(f"DROP ROLE {quoted(name)}")
        except DBAPIError:
            continue
        dropped += 1
    return dropped
