"""``ahorraluz accounts``: the first administrator, roles, ways back in, keys, and what is over."""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from ahorraluz.cli.session import Session
from ahorraluz.cli.tables import table
from ahorraluz.cli.words import Given, TextCommand, TextGroup, TextOption
from ahorraluz.core.issues import AhorraLuzError, InvalidInputError
from ahorraluz.security.roles import Role
from ahorraluz.texts import Texts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ahorraluz.services.accounts.administering import ListedAccount

BROKEN = ("trail-altered", "trail-head-unknown")
ALTERED = 1
"""Exit code of a trail that is not as it was written; 2 is for what could not be looked at."""
COLUMNS = ("name", "role", "since", "factor", "state")


def _now() -> datetime:
    return datetime.now(tz=UTC)


def _add(session: Session, given: Given) -> None:
    from ahorraluz.services.accounts.entering import Joining, join

    name, role = _text(given, "account_name"), _role(given.text("role") or Role.RESIDENT.value)
    joining = Joining(
        name=name,
        password=_password(session.texts),
        language=session.settings.language,
        role=role,
        organisation=given.text("organisation") or "",
    )
    account = join(joining, tools=session.tools, as_of=_now())
    _say(session, "accounts.added", name=account.name, role=role.value)


def _set_role(session: Session, given: Given) -> None:
    from ahorraluz.services.accounts.administering import named, set_role

    role = _role(_text(given, "role"))
    account = named(_text(given, "account_name"), tools=session.tools)
    set_role(account, role, tools=session.tools, as_of=_now())
    _say(session, "accounts.role-set", name=account.name, role=role.value)


def _suspend(session: Session, given: Given) -> None:
    from ahorraluz.services.accounts.administering import named, resume, suspend

    account = named(_text(given, "account_name"), tools=session.tools)
    if given.flag("undo"):
        resume(account, tools=session.tools, as_of=_now())
        _say(session, "accounts.resumed", name=account.name)
        return
    suspend(account, tools=session.tools, as_of=_now())
    _say(session, "accounts.suspended", name=account.name)


def _reset(session: Session, given: Given) -> None:
    from ahorraluz.services.accounts.administering import clear_factors, named
    from ahorraluz.services.accounts.resetting import ask_reset

    account = named(_text(given, "account_name"), tools=session.tools)
    if given.flag("factors"):
        clear_factors(account, tools=session.tools, as_of=_now())
    way = ask_reset(account, tools=session.tools, as_of=_now())
    if way.link is None:
        _say(session, "accounts.reset-mailed", name=account.name)
        return
    opens = way.opens_at.astimezone().isoformat(sep=" ", timespec="minutes")
    _say(session, "accounts.reset", name=account.name, address=way.link, opens=opens)


def _list(session: Session, given: Given) -> None:
    from ahorraluz.services.accounts.administering import list_accounts

    accounts = list_accounts(tools=session.tools)
    document = {
        "schema": "ahorraluz.accounts.1",
        "accounts": [
            {
                "id": account.id,
                "name": account.name,
                "organisation": account.organisation,
                "role": account.role.value,
                "created_at": account.created_at.isoformat(),
                "second_factor": account.second_factor,
                "suspended": account.suspended,
            }
            for account in accounts
        ],
    }
    session.show(document, _lines(accounts, session.texts))


def _lines(accounts: "Sequence[ListedAccount]", texts: Texts) -> Iterator[str]:
    if not accounts:
        yield texts.text("accounts.none")
        return
    rows = [[texts.text(f"accounts.column-{name}") for name in COLUMNS]]
    for account in accounts:
        factor = "yes" if account.second_factor else "no"
        state = "suspended" if account.suspended else "open"
        rows.append(
            [
                account.name,
                texts.text(f"role.{account.role.value}"),
                account.created_at.date().isoformat(),
                texts.text(f"accounts.factor-{factor}"),
                texts.text(f"accounts.state-{state}"),
            ]
        )
    yield from table(rows)


def _tidy(session: Session, given: Given) -> None:
    from ahorraluz.services.accounts.tidying import tidy

    done = tidy(tools=session.tools, as_of=_now())
    _say(
        session,
        "accounts.tidied",
        sessions=done.sessions,
        blocks=done.blocks,
        compared=done.compared,
        day=done.kept_since.date().isoformat(),
    )


def _trail(session: Session, given: Given) -> None:
    from ahorraluz.services.accounts.trail import check_trail

    head = given.text("head")
    try:
        found = check_trail(tools=session.tools, head=head)
    except AhorraLuzError as error:
        if error.issue.code not in BROKEN:
            raise
        session.report(error.issues)
        raise click.exceptions.Exit(ALTERED) from None
    _say(session, "accounts.trail", count=found.count, head=found.head)


def _rotate(session: Session, given: Given) -> None:
    from ahorraluz.services.accounts.administering import rotate_keys

    wrapped = rotate_keys(tools=session.tools, as_of=_now())
    _say(session, "accounts.keys-rotated", count=wrapped)


def _say(session: Session, key: str, **said: str | int) -> None:
    text = session.texts.text(key, **said)
    schema = f"ahorraluz.{key.replace('.', '-')}.1"
    session.show({"schema": schema, **said, "text": text}, text.split("\n"))


def _password(texts: Texts) -> str:
    """Ask for a password where somebody can type it unseen, else take a line of the input."""
    if sys.stdin.isatty():
        asked: str = click.prompt(texts.text("accounts.password"), hide_input=True, err=True)
        return asked
    return sys.stdin.readline().rstrip("\r\n")


def _role(text: str) -> Role:
    if text not in {role.value for role in Role}:
        known = [role.value for role in Role]
        raise InvalidInputError("role-unknown", value=text[:40], allowed=known)
    return Role(text)


def _text(given: Given, name: str) -> str:
    text = given.text(name)
    assert text is not None  # noqa: S101 - a required argument
    return text


def _name() -> click.Parameter:
    return click.Argument(["account_name"], metavar="NAME")


add = TextCommand(
    "accounts-add",
    params=[
        _name(),
        TextOption(["--role"], metavar="ROLE"),
        TextOption(["--organisation"], metavar="TEXT"),
    ],
    run=_add,
)
role = TextCommand(
    "accounts-role", params=[_name(), click.Argument(["role"], metavar="ROLE")], run=_set_role
)
suspend = TextCommand(
    "accounts-suspend", params=[_name(), TextOption(["--undo"], is_flag=True)], run=_suspend
)
reset = TextCommand(
    "accounts-reset", params=[_name(), TextOption(["--factors"], is_flag=True)], run=_reset
)
list_ = TextCommand("accounts-list", params=[], run=_list)
tidy = TextCommand("accounts-tidy", params=[], run=_tidy)
trail = TextCommand("accounts-trail", params=[TextOption(["--head"], metavar="HASH")], run=_trail)
rotate = TextCommand("accounts-keys-rotate", params=[], run=_rotate)
keys = TextGroup("accounts-keys", commands={"rotate": "ahorraluz.cli.accounts:rotate"})

accounts = TextGroup(
    "accounts",
    commands={
        "add": "ahorraluz.cli.accounts:add",
        "role": "ahorraluz.cli.accounts:role",
        "suspend": "ahorraluz.cli.accounts:suspend",
        "reset": "ahorraluz.cli.accounts:reset",
        "list": "ahorraluz.cli.accounts:list_",
        "tidy": "ahorraluz.cli.accounts:tidy",
        "trail": "ahorraluz.cli.accounts:trail",
        "keys": "ahorraluz.cli.accounts:keys",
    },
)
