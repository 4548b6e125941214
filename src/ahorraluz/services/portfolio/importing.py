"""Take a table of clients in: hold it sealed, show what it says, keep it when it is right."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.ingest.client_tables import read_sheets
from ahorraluz.security.roles import Reach
from ahorraluz.services.accounts.trail import note
from ahorraluz.services.households.keeping import HOME_BYTES, HOME_PREFIX, KeptHome
from ahorraluz.services.pending_files import (
    PendingFileError,
    drop_file,
    hold_file,
    pending_file,
)
from ahorraluz.services.portfolio.columns import FIELDS, HISTORY, Table, guess, join_sheets
from ahorraluz.services.portfolio.rows import ClientRow, read_rows
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.store.client_homes import ClientBook
from ahorraluz.store.vault import account_owner

UPLOAD = "client-upload"
HELD_NAME = "clients"
MOST_CLIENTS = 2_000
"""Homes of one portfolio."""
PERU_TIME = timezone(timedelta(hours=-5))


class ClientsError(AhorraLuzError):
    """Clients that cannot be taken in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a file would bring, before any of it is kept."""

    file: str
    table: Table
    mapping: tuple[str, ...]
    """Parameter that each column fills; empty: none."""
    rows: tuple[ClientRow, ...]

    @property
    def good(self) -> tuple[ClientRow, ...]:
        """Rows that can be homes."""
        return tuple(row for row in self.rows if not row.issues)

    @property
    def wrong(self) -> tuple[ClientRow, ...]:
        """Rows with something wrong."""
        return tuple(row for row in self.rows if row.issues)


def client_book(tools: Toolbox) -> ClientBook:
    """Return the book of many homes at once."""
    people = tools.store.people
    return ClientBook(reading=people.reading, writing=people.writing, vault=people.vault)


def hold_clients(
    content: bytes, *, name: str, account: str, tools: Toolbox, as_of: datetime, look: bool = True
) -> str:
    """Keep a file until it is decided about, sealed for who brought it; return its token.

    Parameters
    ----------
    content, name
        The file.
    account
        Who brought it.
    tools
        The store.
    as_of
        The moment.
    look
        Whether it is looked through first, so that what is no such file is refused here.

    Raises
    ------
    ClientFileError, MeterFileError
        It is no such file, or is not to be opened.
    PendingFileError
        ``upload-not-kept``, ``uploads-too-many``.
    """
    if look:
        read_sheets(content, name=name)
    head = json.dumps({"name": name[-120:]}).encode("ascii") + b"\n"
    key = tools.store.people.vault.get(account_owner(account))
    sealed = key.seal(head + content, context=UPLOAD)
    return hold_file(sealed, name=HELD_NAME, visitor=account, tools=tools, as_of=as_of)


def held_clients(token: str, *, account: str, tools: Toolbox, as_of: datetime) -> bytes:
    """Return a file that an account brought; raises ``upload-gone``."""
    return _held(token, account=account, tools=tools, as_of=as_of)[1]


def preview_clients(
    token: str,
    mapping: Sequence[str] | None,
    *,
    account: str,
    tools: Toolbox,
    as_of: datetime,
) -> Preview:
    """Return what a waiting file says, row by row.

    Parameters
    ----------
    token
        What :func:`hold_clients` gave.
    mapping
        Parameter that each column fills, as it was set right; ``None``: as guessed.
    account
        Who asks: what somebody else brought is not there.
    tools
        The store.
    as_of
        The moment.

    Raises
    ------
    PendingFileError
        ``upload-gone``.
    ClientsError
        ``client-field-unknown`` or ``client-field-twice``.
    """
    name, content = _held(token, account=account, tools=tools, as_of=as_of)
    table = join_sheets(read_sheets(content, name=name))
    chosen = guess(table.columns) if mapping is None else _checked(mapping, len(table.columns))
    rows = read_rows(
        table,
        chosen,
        known_labels=[label for _, label in labels_of(account, tools=tools)],
        as_of=as_of.astimezone(PERU_TIME).date(),
    )
    return Preview(file=name, table=table, mapping=chosen, rows=rows)


def keep_clients(
    token: str,
    mapping: Sequence[str],
    *,
    without_wrong: bool,
    account: str,
    tools: Toolbox,
    as_of: datetime,
) -> tuple[str, ...]:
    """Keep the homes of a waiting file, all of them or none and once; return their names.

    The file waits on: :func:`drop_clients` deletes it.

    Parameters
    ----------
    without_wrong
        Whether rows with something wrong are left out; else one such row refuses all.

    Raises
    ------
    ClientsError
        ``clients-wrong-rows``, ``clients-none`` or ``clients-too-many``, beside what
        :func:`preview_clients` raises.
    """
    shown = preview_clients(token, mapping, account=account, tools=tools, as_of=as_of)
    first = _home_name(token, 0)
    if tools.store.people.households.reach(first, account) is not None:
        return tuple(_home_name(token, number) for number in range(len(shown.good)))
    if shown.wrong and not without_wrong:
        raise ClientsError("clients-wrong-rows", count=len(shown.wrong))
    if not shown.good:
        raise ClientsError("clients-none", file=shown.file)
    if len(labels_of(account, tools=tools)) + len(shown.good) > MOST_CLIENTS:
        raise ClientsError("clients-too-many", limit=MOST_CLIENTS)
    homes = {}
    for number, row in enumerate(shown.good):
        name = _home_name(token, number)
        label = row.label or f"{row.file} {row.line}"
        homes[name] = KeptHome(id=name, version=0, pairs=row.pairs, label=label).said()
    # The same names each time: two of the same form sent at once, and a worker that takes up
    # what another one left, bring the homes once.
    if not client_book(tools).keep_all(homes, account=account, as_of=as_of):
        return tuple(homes)
    note(
        "clients-imported",
        tools=tools,
        as_of=as_of,
        actor=account,
        account=account,
        detail=str(len(homes)),
    )
    return tuple(homes)


def _home_name(token: str, number: int) -> str:
    """Return the name of a home of a waiting file, which nobody can guess without its token."""
    digest = hashlib.sha256(f"{UPLOAD}:{token}:{number}".encode()).hexdigest()
    return f"{HOME_PREFIX}{digest[: 2 * HOME_BYTES]}"


def drop_clients(token: str, *, account: str, tools: Toolbox, as_of: datetime) -> None:
    """Delete a waiting file of an account; one that is gone already is no error."""
    try:
        _held(token, account=account, tools=tools, as_of=as_of)
    except PendingFileError:
        return
    drop_file(token, tools=tools)


def labels_of(account: str, *, tools: Toolbox) -> tuple[tuple[str, str], ...]:
    """Return the names of an account's clients by their homes."""
    reached = tools.store.people.households.homes_of(account)
    homes = [r.home for r in reached if r.reach is Reach.CONSULTANT]
    kept = client_book(tools).answers_of(homes)
    return tuple((answers.home, str(answers.said.get("label", ""))) for answers in kept)


def _held(token: str, *, account: str, tools: Toolbox, as_of: datetime) -> tuple[str, bytes]:
    waiting = pending_file(token, tools=tools, as_of=as_of)
    key = tools.store.people.vault.get(account_owner(account))
    try:
        opened = key.unseal(waiting.content, context=UPLOAD)
    except AhorraLuzError:
        # Sealed for somebody else, or no file of clients: to who asks, it is not there.
        raise PendingFileError("upload-gone") from None
    head, _, content = opened.partition(b"\n")
    return str(json.loads(head)["name"]), content


def _checked(mapping: Sequence[str], columns: int) -> tuple[str, ...]:
    chosen = tuple(mapping)[:columns] + ("",) * max(0, columns - len(mapping))
    for field in chosen:
        if field and field not in FIELDS:
            raise ClientsError("client-field-unknown", value=field[:40])
        if field and field != HISTORY and chosen.count(field) > 1:
            raise ClientsError("client-field-twice", field=f"web-{field}")
    return chosen
