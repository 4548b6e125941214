"""``ahorraluz fleet clients``: bring the homes of a fleet into a consultant's portfolio."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ahorraluz.cli.fleet_score import shown
from ahorraluz.cli.session import Session
from ahorraluz.cli.tables import heading, table
from ahorraluz.cli.typed import File
from ahorraluz.cli.words import Given, TextCommand, TextOption
from ahorraluz.core.issues import InvalidInputError
from ahorraluz.texts import Texts

if TYPE_CHECKING:
    from ahorraluz.services.portfolio.from_fleet import Brought

MOST_SHOWN = 10


def _run(session: Session, given: Given) -> None:
    from ahorraluz.security.roles import Permission, may
    from ahorraluz.services.accounts.administering import named
    from ahorraluz.services.portfolio.from_fleet import bring_fleet

    homes, readings = _file(given, "score_homes"), _file(given, "score_readings")
    account = named(_text(given, "clients_of"), tools=session.tools)
    if not may(account.role, Permission.KEEP_PORTFOLIO):
        raise InvalidInputError(
            "account-no-consultant", value=account.name, role=account.role.value
        )
    with shown(session) as progress:
        brought = bring_fleet(
            homes,
            readings,
            account=account.id,
            tools=session.tools,
            as_of=datetime.now(tz=UTC),
            progress=progress,
        )
    session.show(_document(account.name, brought), _lines(account.name, brought, session.texts))


def _text(given: Given, name: str) -> str:
    text = given.text(name)
    if text is None:
        raise InvalidInputError("option-missing", option="--for")
    return text


def _file(given: Given, name: str) -> Path:
    path = given.file(name)
    if path is None:
        raise InvalidInputError("option-missing", option=f"--{name.removeprefix('score_')}")
    return path


def _document(name: str, brought: "Brought") -> dict[str, object]:
    return {
        "schema": "ahorraluz.fleet-clients.1",
        "account": name,
        "new": brought.new,
        "renewed": brought.renewed,
        "same": brought.same,
        "aside": [
            {"home": dead.home, "stage": dead.stage, "code": dead.code, "reason": dead.reason}
            for dead in brought.aside
        ],
    }


def _lines(name: str, brought: "Brought", texts: Texts) -> Iterator[str]:
    counts = {"new": brought.new, "renewed": brought.renewed, "same": brought.same}
    yield texts.text("fleet-clients.brought", name=name, **counts)
    if brought.aside:
        yield from heading(texts.text("fleet-clients.aside", count=len(brought.aside)))
        first = brought.aside[:MOST_SHOWN]
        yield from table([[dead.home, dead.code, dead.reason] for dead in first])
        rest = len(brought.aside) - len(first)
        if rest:
            yield texts.text("fleet-clients.more", count=rest)


clients = TextCommand(
    "fleet-clients",
    params=[
        TextOption(["--homes", "score_homes"], type=File(), metavar="PATH"),
        TextOption(["--readings", "score_readings"], type=File(), metavar="PATH"),
        TextOption(["--for", "clients_of"], metavar="NAME"),
    ],
    run=_run,
)
