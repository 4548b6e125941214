"""``ahorraluz boards``: who reads boards in PostgreSQL, and the figures that boards show."""

from datetime import UTC, datetime

import click

from ahorraluz.cli.session import Session
from ahorraluz.cli.tables import table
from ahorraluz.cli.words import Given, TextCommand, TextGroup

COLUMNS = ("name", "audience", "since", "there")


def _now() -> datetime:
    return datetime.now(tz=UTC)


def _roles(session: Session, given: Given) -> None:
    from ahorraluz.services.live.board_logins import roles_sql

    sql = roles_sql(tools=session.tools)
    session.show({"schema": "ahorraluz.boards-roles.1", "sql": sql}, sql.split("\n"))


def _build(session: Session, given: Given) -> None:
    from ahorraluz.services.live.board_logins import build

    build(tools=session.tools)
    _say(session, "boards-built")


def _grant(session: Session, given: Given) -> None:
    from ahorraluz.services.live.board_logins import grant

    made = grant(given.text("whom") or "", tools=session.tools, as_of=_now())
    lines = session.texts.text("cli.boards-granted", name=made.name, password=made.password)
    if made.sql:
        lines += "\n" + session.texts.text("cli.boards-granted-sql", sql=made.sql)
    document = {
        "schema": "ahorraluz.boards-granted.1",
        "name": made.name,
        "password": made.password,
        "sql": made.sql,
    }
    session.show(document, lines.split("\n"))


def _revoke(session: Session, given: Given) -> None:
    from ahorraluz.services.live.board_logins import revoke

    name = given.text("login") or ""
    revoke(name, tools=session.tools, as_of=_now())
    _say(session, "boards-revoked", name=name)


def _list(session: Session, given: Given) -> None:
    from ahorraluz.services.live.board_logins import logins

    found, texts = logins(tools=session.tools), session.texts
    document = {
        "schema": "ahorraluz.boards-list.1",
        "logins": [
            {
                "name": one.name,
                "audience": one.reader.audience.value,
                "account": one.reader.account,
                "home": one.reader.home,
                "made_at": one.made_at.isoformat(),
                "there": one.there,
            }
            for one in found
        ],
    }
    rows = [[texts.text(f"cli.boards-column-{name}") for name in COLUMNS]]
    rows += [
        [
            one.name,
            one.reader.audience.value,
            one.made_at.date().isoformat(),
            texts.text(f"cli.boards-there-{'yes' if one.there else 'no'}"),
        ]
        for one in found
    ]
    session.show(document, table(rows) if found else [texts.text("cli.boards-none")])


def _fill(session: Session, given: Given) -> None:
    from ahorraluz.services.live.figures import fill_figures

    done = fill_figures(tools=session.tools, as_of=_now())
    _say(session, "boards-filled", homes=done.homes, left=done.left_out, models=done.of_models)


def _say(session: Session, key: str, **said: str | int) -> None:
    text = session.texts.text(f"cli.{key}", **said)
    session.show({"schema": f"ahorraluz.{key}.1", **said, "text": text}, [text])


roles = TextCommand("boards-roles", params=[], run=_roles)
build = TextCommand("boards-build", params=[], run=_build)
grant = TextCommand("boards-grant", params=[click.Argument(["whom"], metavar="WHOM")], run=_grant)
revoke = TextCommand(
    "boards-revoke", params=[click.Argument(["login"], metavar="LOGIN")], run=_revoke
)
list_ = TextCommand("boards-list", params=[], run=_list)
fill = TextCommand("boards-fill", params=[], run=_fill)
boards = TextGroup(
    "boards",
    commands={
        "roles": "ahorraluz.cli.boards:roles",
        "build": "ahorraluz.cli.boards:build",
        "grant": "ahorraluz.cli.boards:grant",
        "revoke": "ahorraluz.cli.boards:revoke",
        "list": "ahorraluz.cli.boards:list_",
        "fill": "ahorraluz.cli.boards:fill",
    },
)
