"""``ahorraluz database``: which tables the databases have, and running what they lack."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from ahorraluz.cli.session import Session
from ahorraluz.cli.tables import table
from ahorraluz.cli.words import Given, TextCommand, TextGroup
from ahorraluz.texts import Texts

if TYPE_CHECKING:
    from ahorraluz.services.database_steps import DatabaseState, DatabaseUpgrade

NOT_USABLE = 3
"""Exit code where a database lacks steps, or has too many; 1 and 2 say that nobody could look."""
COLUMNS = ("database", "place", "version", "state")


def _status(session: Session, given: Given) -> None:
    from ahorraluz.services.database_steps import database_states, newest_step

    found = database_states(session.settings)
    usable = all(one.is_usable for one in found)
    document = {
        "schema": "ahorraluz.database-status.1",
        "program": newest_step(),
        "usable": usable,
        "databases": [
            {
                "database": one.database,
                "place": one.place,
                "state": one.state,
                "version": one.version,
                "missing": list(one.missing),
            }
            for one in found
        ],
    }
    session.show(document, _status_lines(found, session.texts))
    if not usable:
        raise click.exceptions.Exit(NOT_USABLE)


def _status_lines(found: "Sequence[DatabaseState]", texts: Texts) -> Iterator[str]:
    rows = [[texts.text(f"cli.database-column-{name}") for name in COLUMNS]]
    rows += [
        [
            texts.text(f"cli.database-{one.database}"),
            one.place,
            one.version or "—",
            texts.text(f"cli.database-state-{one.state}"),
        ]
        for one in found
    ]
    yield from table(rows)
    missing = [step for one in found for step in one.missing]
    if missing:
        yield texts.text("cli.database-missing", steps=", ".join(missing))
    if any(one.state in ("none", "behind") for one in found):
        yield texts.text("cli.database-mend")


def _upgrade(session: Session, given: Given) -> None:
    from ahorraluz.services.database_steps import newest_step, upgrade_databases

    done = upgrade_databases(session.settings)
    document = {
        "schema": "ahorraluz.database-upgrade.1",
        "program": newest_step(),
        "databases": [
            {"database": one.database, "place": one.place, "steps": list(one.steps)} for one in done
        ],
    }
    session.show(document, _upgrade_lines(done, session.texts))


def _upgrade_lines(done: "Sequence[DatabaseUpgrade]", texts: Texts) -> Iterator[str]:
    for one in done:
        named = texts.text(f"cli.database-{one.database}")
        if one.steps:
            steps = ", ".join(one.steps)
            yield texts.text("cli.database-upgraded", name=named, place=one.place, steps=steps)
        else:
            yield texts.text("cli.database-was-current", name=named, place=one.place)


status = TextCommand("database-status", params=[], run=_status)
upgrade = TextCommand("database-upgrade", params=[], run=_upgrade)
database = TextGroup(
    "database",
    commands={
        "status": "ahorraluz.cli.database:status",
        "upgrade": "ahorraluz.cli.database:upgrade",
    },
)
