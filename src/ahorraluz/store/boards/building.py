"""Making the views of boards, the roles that read them, and the policies of row security.

Everything in the schema belongs to a role of its own that may read some columns and nothing else.
Row security holds for that role, as it does not own the tables, and asks who began the session:
neither ``SET ROLE`` nor a setting changes that.
"""

# ruff: noqa: S608 - no statement here holds a word of anybody but this program

import logging
from collections.abc import Sequence

from sqlalchemy import Connection
from sqlalchemy.exc import ProgrammingError

from ahorraluz.store.boards.views import COLUMNS, OF_CHANNELS, OF_HOMES, VIEWS, Audience
from ahorraluz.store.errors import StoreError

SCHEMA = "boards"
OWNER = "ahorraluz_boards"
LEAST_VERSION = 160_000
"""Of PostgreSQL: before it, a membership does not say apart whether its role may be set."""
POLICY = "boards"
NOT_ALLOWED = "42501"
"""What PostgreSQL calls it."""

log = logging.getLogger("ahorraluz.store")

AUDIENCE = """
CREATE FUNCTION boards.audience() RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER
BEGIN ATOMIC
  SELECT l.audience FROM {board_logins} l LEFT JOIN {accounts} a ON a.id = l.account
  WHERE l.role_name = session_user::text AND a.suspended_s IS NULL
  AND (l.account IS NULL OR l.audience = 'home'
    OR a.role = CASE WHEN l.audience IN ('service', 'model') THEN 'administrator'
      ELSE l.audience END);
END
"""
"""For whom a session was begun; nothing for one that was not, or whose account is suspended."""

REACH = """
CREATE FUNCTION boards.reach() RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER ROWS 10
BEGIN ATOMIC
  SELECT l.home FROM {board_logins} l
  WHERE l.role_name = session_user::text AND boards.audience() = 'home'
  AND l.home IS NOT NULL AND l.account IS NULL
  AND NOT EXISTS (SELECT 1 FROM {reaches} o WHERE o.home = l.home AND o.reach = 'owner')
  UNION
  SELECT r.home FROM {board_logins} l JOIN {reaches} r
    ON r.account = l.account AND r.home = coalesce(l.home, r.home)
  WHERE l.role_name = session_user::text AND boards.audience() = 'home'
  AND r.reach = 'owner'
  UNION
  SELECT r.home FROM {board_logins} l JOIN {reaches} r ON r.account = l.account
  WHERE l.role_name = session_user::text AND boards.audience() = 'consultant'
  AND r.reach = 'consultant'
  AND (NOT EXISTS (SELECT 1 FROM {reaches} o WHERE o.home = r.home AND o.reach = 'owner')
    OR EXISTS (SELECT 1 FROM {reaches} o JOIN {consents} c
      ON c.account = o.account AND c.home = o.home
      WHERE o.home = r.home AND o.reach = 'owner' AND c.purpose = 'consultant'
      AND c.subject = l.account AND c.withdrawn_s IS NULL
      AND (c.until_s IS NULL OR c.until_s > extract(epoch FROM now()))));
END
"""
"""Homes that a session may see: by the same rules as the pages, asked with every query."""

CHANNELS = """
CREATE FUNCTION boards.channels() RETURNS SETOF integer
LANGUAGE sql STABLE SECURITY DEFINER ROWS 50
BEGIN ATOMIC
  SELECT c.id FROM {live_channels} c;
END
"""
"""Channels that a session may see: row security leaves no others."""


def group(audience: Audience) -> str:
    """Return the role that logins of an audience are members of."""
    return f"ahorraluz_{audience.value}"


GROUPS: Sequence[str] = (OWNER, *(group(audience) for audience in Audience))
"""Every role that is shared by logins or owns views; none can log in."""


def roles_sql(user: str, database: str) -> str:
    """Return what an administrator of the server runs where our user may not make roles."""
    made = [
        f"DO $$ BEGIN CREATE ROLE {name} NOLOGIN;"
        " EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;"
        for name in GROUPS
    ]
    return "\n".join(
        (
            *made,
            f"GRANT {OWNER} TO {quoted(user)};",
            f"GRANT CREATE ON DATABASE {quoted(database)} TO {quoted(user)};",
        )
    )


def quoted(name: str) -> str:
    """Return a name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def build_if_allowed(connection: Connection) -> bool:
    """Make everything anew where the database lets us; tell whether it is made."""
    if connection.dialect.name != "postgresql":
        return False
    try:
        with connection.begin_nested():
            build(connection)
    except StoreError as error:
        log.warning("boards are not made: %s", error.issue.code)
        return False
    return True


def clear(connection: Connection) -> None:
    """Take views, functions and policies away, so that tables can change."""
    if connection.dialect.name != "postgresql":
        return
    for name in _asked(
        connection,
        "SELECT c.relname FROM pg_class c WHERE c.relkind = 'v'"
        f" AND c.relnamespace = to_regnamespace('{SCHEMA}')",
    ):
        _run(connection, f"DROP VIEW {SCHEMA}.{quoted(name)} CASCADE")
    for name in _asked(
        connection,
        "SELECT p.oid::regprocedure::text FROM pg_proc p"
        f" WHERE p.pronamespace = to_regnamespace('{SCHEMA}')",
    ):
        # With the policies that ask it: until they are made anew, nobody sees a row.
        _run(connection, f"DROP FUNCTION IF EXISTS {name} CASCADE")


def build(connection: Connection) -> None:
    """Make roles that lack, and everything in the schema anew.

    Raises
    ------
    StoreError
        ``boards-server-old``; ``boards-roles-lacking``: an administrator has to make roles;
        ``boards-schema-open``: everybody may make things where our tables are.
    """
    if int(_asked(connection, "SHOW server_version_num")[0]) < LEAST_VERSION:
        raise StoreError("boards-server-old")
    try:
        with connection.begin_nested():
            _make_roles(connection)
            clear(connection)
            _make_schema(connection)
    except ProgrammingError as error:
        if getattr(error.orig, "sqlstate", "") != NOT_ALLOWED:
            raise
        raise StoreError("boards-roles-lacking") from None
    _refuse_open_schema(connection)
    _let_read(connection)
    _run(connection, f"SET LOCAL ROLE {OWNER}")
    _make_functions(connection)
    _run(connection, "RESET ROLE")
    _make_policies(connection)
    _run(connection, f"SET LOCAL ROLE {OWNER}")
    _make_views(connection)
    _run(connection, "RESET ROLE")


def _make_roles(connection: Connection) -> None:
    there = set(_asked(connection, "SELECT rolname FROM pg_roles"))
    for name in GROUPS:
        if name not in there:
            # Roles belong to all databases of a server: another one may make it right now.
            _run(
                connection,
                f"DO $$ BEGIN CREATE ROLE {name} NOLOGIN; EXCEPTION"
                " WHEN duplicate_object OR unique_violation THEN NULL; END $$",
            )
    if not _asked(connection, f"SELECT 1 WHERE pg_has_role(current_user, '{OWNER}', 'SET')"):
        _run(connection, f"GRANT {OWNER} TO CURRENT_USER")


def _make_schema(connection: Connection) -> None:
    if not _asked(connection, f"SELECT 1 WHERE to_regnamespace('{SCHEMA}') IS NOT NULL"):
        _run(connection, f"CREATE SCHEMA {SCHEMA} AUTHORIZATION {OWNER}")


def _refuse_open_schema(connection: Connection) -> None:
    may = f"SELECT 1 WHERE has_schema_privilege('{group(Audience.HOME)}', '{{}}', 'CREATE')"
    if _asked(connection, may.format(_schema(connection))):
        raise StoreError("boards-schema-open", schema=_schema(connection))


def _let_read(connection: Connection) -> None:
    schema = _schema(connection)
    _run(connection, f"GRANT USAGE ON SCHEMA {quoted(schema)} TO {OWNER}")
    for table, columns in COLUMNS.items():
        # What an earlier version was let read and this one needs no more.
        _run(connection, f"REVOKE ALL ON {_named(connection, table)} FROM {OWNER}")
        _run(
            connection,
            f"GRANT SELECT ({', '.join(columns)}) ON {_named(connection, table)} TO {OWNER}",
        )


def _make_functions(connection: Connection) -> None:
    for text in (AUDIENCE, REACH, CHANNELS):
        _run(connection, _with_tables(connection, text))
    readers = ", ".join(group(audience) for audience in Audience)
    for name in ("audience", "reach", "channels"):
        _run(connection, f"REVOKE ALL ON FUNCTION {SCHEMA}.{name}() FROM PUBLIC")
        _run(connection, f"GRANT EXECUTE ON FUNCTION {SCHEMA}.{name}() TO {readers}")


def _make_policies(connection: Connection) -> None:
    asked = {
        **dict.fromkeys(OF_HOMES, f"home = ANY (ARRAY(SELECT {SCHEMA}.reach()))"),
        **dict.fromkeys(OF_CHANNELS, f"channel = ANY (ARRAY(SELECT {SCHEMA}.channels()))"),
    }
    for table, condition in asked.items():
        name = _named(connection, table)
        _run(connection, f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")
        _run(connection, f"DROP POLICY IF EXISTS {POLICY} ON {name}")
        _run(
            connection,
            f"CREATE POLICY {POLICY} ON {name} FOR SELECT TO {OWNER} USING ({condition})",
        )


def _make_views(connection: Connection) -> None:
    for view in VIEWS:
        name = f"{SCHEMA}.{view.name}"
        allowed = ", ".join(f"'{audience.value}'" for audience in view.audiences)
        query = _with_tables(connection, view.query)
        _run(
            connection,
            f"CREATE VIEW {name} WITH (security_barrier) AS SELECT q.* FROM ({query}) q"
            f" WHERE (SELECT {SCHEMA}.audience()) IN ({allowed}) OFFSET 0",
        )
        says = view.says.replace("'", "''")
        _run(connection, f"COMMENT ON VIEW {name} IS '{says}'")
        readers = ", ".join(group(audience) for audience in view.audiences)
        _run(connection, f"GRANT SELECT ON {name} TO {readers}")
    readers = ", ".join(group(audience) for audience in Audience)
    _run(connection, f"GRANT USAGE ON SCHEMA {SCHEMA} TO {readers}")


def _with_tables(connection: Connection, text: str) -> str:
    names = {table: _named(connection, table) for table in COLUMNS}
    return text.format(schema=quoted(_schema(connection)), **names)


def _named(connection: Connection, table: str) -> str:
    return f"{quoted(_schema(connection))}.{table}"


def _schema(connection: Connection) -> str:
    """Return the schema that the tables lie in."""
    return _asked(
        connection,
        "SELECT n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE c.oid = 'board_logins'::regclass",
    )[0]


def _asked(connection: Connection, query: str) -> list[str]:
    return [str(row[0]) for row in connection.exec_driver_sql(query)]


def _run(connection: Connection, statement: str) -> None:
    # The driver reads a percent sign as a place for a value only where values are given.
    connection.exec_driver_sql(statement)
