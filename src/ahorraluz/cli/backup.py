"""``ahorraluz backup``: data, keys and ring copied, looked at, and brought back."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from ahorraluz.cli.session import Session
from ahorraluz.cli.tables import issue_lines, table
from ahorraluz.cli.typed import File, Number
from ahorraluz.cli.words import Given, TextCommand, TextGroup, TextOption
from ahorraluz.texts import Texts

if TYPE_CHECKING:
    from ahorraluz.services.backup.making import BackupMade
    from ahorraluz.services.backup.parts import Part
    from ahorraluz.services.backup.reading import Looked
    from ahorraluz.services.backup.restoring import Restored

MOST_DAYS = 3_660
MEGABYTE = 1_000_000


def _make(session: Session, given: Given) -> None:
    from ahorraluz.services.backup.making import Asked, make_backup

    asked = Asked(
        data=given.file("place"),
        keys=given.file("keys_in"),
        ring=given.file("ring_in"),
        passphrase=_passphrase(given),
        keep_days=_days(given, "keep_data_days"),
        keep_keys_days=_days(given, "keep_keys_days"),
    )
    made = make_backup(asked, settings=session.settings, as_of=datetime.now(tz=UTC))
    document = {
        "schema": "ahorraluz.backup-made.1",
        "parts": [
            {"part": one.part, "file": str(one.file), "bytes": one.size} for one in made.parts
        ],
        "removed": [str(path) for path in made.removed],
        "issues": [session.texts.issue(issue) for issue in made.issues],
    }
    session.show(document, _made_lines(made, session.texts))


def _made_lines(made: "BackupMade", texts: Texts) -> Iterator[str]:
    for one in made.parts:
        size = f"{one.size / MEGABYTE:.1f}"
        kind = texts.text(f"cli.backup-part-{one.part}")
        yield texts.text("cli.backup-written", part=kind, file=str(one.file), size=size)
    if made.removed:
        yield texts.text("cli.backup-removed", count=len(made.removed))
    lacking = {"data", "keys", "ring"} - {one.part for one in made.parts}
    if lacking:
        named = ", ".join(texts.text(f"cli.backup-part-{kind}") for kind in sorted(lacking))
        yield texts.text("cli.backup-not-in-it", parts=named)
    yield from issue_lines(made.issues, texts)


def _check(session: Session, given: Given) -> None:
    from ahorraluz.services.backup.reading import looked_at

    with looked_at(given.files("parts"), passphrase=_passphrase(given)) as looked:
        document = {
            "schema": "ahorraluz.backup-check.1",
            "parts": [_part(one) for one in looked.parts.values()],
            "trail": None if looked.data is None else _trail(looked),
            "keys": None if looked.keys is None else len(looked.keys),
            "deleted_since": None if looked.deleted is None else len(looked.deleted),
        }
        session.show(document, _check_lines(looked, session.texts))


def _part(part: "Part") -> Mapping[str, Any]:
    return {
        "part": part.manifest.part,
        "file": str(part.file),
        "made_at": part.manifest.made_at.isoformat(),
        "content": dict(part.manifest.content),
    }


def _trail(looked: "Looked") -> Mapping[str, Any] | None:
    data = looked.data
    return None if data is None else {"count": data.trail_count, "head": data.trail_head}


def _check_lines(looked: "Looked", texts: Texts) -> Iterator[str]:
    yield from _part_lines(tuple(looked.parts.values()), texts)
    if looked.data is not None:
        data = looked.data
        rows = sum(data.tables.values())
        said: dict[str, str | int] = {"step": data.version, "rows": rows}
        yield texts.text("cli.backup-data-whole", **said, count=data.trail_count)
    if looked.keys is not None:
        key = "cli.backup-keys-open" if looked.ring else "cli.backup-keys-untried"
        yield texts.text(key, count=len(looked.keys))
    if looked.deleted:
        yield texts.text("cli.backup-deleted-since", count=len(looked.deleted))


def _part_lines(parts: "Sequence[Part]", texts: Texts) -> Iterator[str]:
    yield from table(
        [
            [
                texts.text(f"cli.backup-part-{one.manifest.part}"),
                one.manifest.made_at.isoformat(timespec="seconds"),
                one.file.name,
            ]
            for one in parts
        ]
    )


def _restore(session: Session, given: Given) -> None:
    from ahorraluz.services.backup.restoring import restore_backup

    done = restore_backup(
        given.files("parts"), settings=session.settings, passphrase=_passphrase(given)
    )
    document = {
        "schema": "ahorraluz.backup-restored.1",
        "parts": [_part(one) for one in done.parts],
        "steps": list(done.steps),
        "homes_deleted": done.homes_deleted,
        "accounts_deleted": done.accounts_deleted,
    }
    session.show(document, _restored_lines(done, session.texts))


def _restored_lines(done: "Restored", texts: Texts) -> Iterator[str]:
    yield from _part_lines(done.parts, texts)
    yield texts.text("cli.backup-restored")
    if done.steps:
        yield texts.text("cli.backup-upgraded", steps=", ".join(done.steps))
    if done.homes_deleted or done.accounts_deleted:
        yield texts.text(
            "cli.backup-deleted-again", homes=done.homes_deleted, accounts=done.accounts_deleted
        )


def _passphrase(given: Given) -> bytes | None:
    from ahorraluz.security.sealed_files import read_passphrase

    path = given.file("passphrase_file")
    return None if path is None else read_passphrase(path)


def _days(given: Given, name: str) -> int | None:
    number = given.number(name)
    return None if number is None else int(number)


def _passphrase_option() -> click.Parameter:
    return TextOption(["--passphrase-file"], type=File(), metavar="FILE")


def _keep(name: str) -> click.Parameter:
    return TextOption([name], type=Number(low=1, high=MOST_DAYS, whole=True), metavar="DAYS")


def _folder(name: str, field: str) -> click.Parameter:
    return TextOption([name, field], type=File(), metavar="FOLDER")


make = TextCommand(
    "backup-make",
    params=[
        click.Argument(["place"], type=File(), metavar="FOLDER", required=False),
        _folder("--keys", "keys_in"),
        _folder("--ring", "ring_in"),
        _passphrase_option(),
        _keep("--keep-data-days"),
        _keep("--keep-keys-days"),
    ],
    run=_make,
)
check = TextCommand(
    "backup-check",
    params=[
        click.Argument(["parts"], type=File(), metavar="PART...", nargs=-1, required=True),
        _passphrase_option(),
    ],
    run=_check,
)
restore = TextCommand(
    "backup-restore",
    params=[
        click.Argument(["parts"], type=File(), metavar="PART...", nargs=-1, required=True),
        _passphrase_option(),
    ],
    run=_restore,
)
backup = TextGroup(
    "backup",
    commands={
        "make": "ahorraluz.cli.backup:make",
        "check": "ahorraluz.cli.backup:check",
        "restore": "ahorraluz.cli.backup:restore",
    },
)
