"""Imports in SQL: keep a file whole, list files, let one count no more, forget a home."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from ahorraluz.core.readings.channels import Channel
from ahorraluz.core.readings.merging import Changes, changes
from ahorraluz.store import live_tables, promises
from ahorraluz.store.blocks import sealed
from ahorraluz.store.errors import HomeUnknownError, StoreError
from ahorraluz.store.live import forgetting
from ahorraluz.store.new_import import NewImport
from ahorraluz.store.records import ImportReceipt, ImportRecord, ImportState, Outcome, StoredHome
from ahorraluz.store.sealing import open_text, seal_text
from ahorraluz.store.tables import BLOCKS, HOMES, IMPORTS
from ahorraluz.store.taking import Key, key_of, stored_channels

if TYPE_CHECKING:
    from ahorraluz.security.keyring import DataKey

FILE_NAME_COLUMN = "file_name"
MAX_SHOWN = 20
"""Most homes or imports that a message names."""


def add(
    connection: Connection,
    home: str,
    new: NewImport,
    *,
    key: "DataKey | None",
    as_of: datetime,
) -> ImportReceipt:
    """Keep a file for a home, which is made if it is new; the lock of the home is held."""
    if connection.execute(select(HOMES.c.id).where(HOMES.c.id == home)).first() is None:
        connection.execute(insert(HOMES).values(id=home, zone=new.zone, created_s=seconds(as_of)))
    same_file = connection.execute(
        select(IMPORTS.c.id, IMPORTS.c.read_sha256)
        .where(IMPORTS.c.home == home, IMPORTS.c.undone_s.is_(None))
        .where(IMPORTS.c.sha256 == new.columns["sha256"])
        .order_by(IMPORTS.c.id)
    ).all()
    for former in same_file:
        if former.read_sha256 == new.columns["read_sha256"]:
            return ImportReceipt(
                import_id=former.id,
                outcome=Outcome.UNCHANGED,
                added=0,
                changed=0,
                unchanged=new.columns["rows"],
            )
    found = _changes(connection, home, new, key=key)
    if not same_file and not any(
        change.added or change.changed or change.replaced for change in found
    ):
        receipt = _receipt(found, outcome=Outcome.UNCHANGED)
        return replace(receipt, unchanged=new.columns["rows"])
    for former in same_file:
        _set_undone(connection, former.id, as_of)
    return replace(
        _receipt(found, outcome=Outcome.STORED),
        import_id=_write(connection, home, new, key=key, as_of=as_of),
        replaced=same_file[-1].id if same_file else None,
    )


def _changes(
    connection: Connection, home: str, new: NewImport, *, key: "DataKey | None"
) -> list[Changes]:
    """Return what each channel of a file would change."""
    known: dict[Key, Channel] = {
        key_of(channel): channel
        for channel in stored_channels(connection, home, key=key, between=(new.start_s, new.end_s))
    }
    return [
        changes(known[key_of(channel)], channel)
        if key_of(channel) in known
        else Changes(added=len(channel), changed=0, unchanged=0, replaced=0)
        for channel in new.channels
    ]


def _receipt(found: Sequence[Changes], *, outcome: Outcome) -> ImportReceipt:
    return ImportReceipt(
        import_id=None,
        outcome=outcome,
        added=sum(change.added for change in found),
        changed=sum(change.changed for change in found),
        unchanged=sum(change.unchanged for change in found),
    )


def _write(
    connection: Connection,
    home: str,
    new: NewImport,
    *,
    key: "DataKey | None",
    as_of: datetime,
) -> int:
    columns = {**new.columns, FILE_NAME_COLUMN: seal_text(key, new.columns[FILE_NAME_COLUMN])}
    made = connection.execute(
        insert(IMPORTS)
        .values(home=home, created_s=seconds(as_of), **columns)
        .returning(IMPORTS.c.id)
    )
    import_id = int(made.scalar_one())
    connection.execute(
        insert(BLOCKS),
        [
            {
                "import_id": import_id,
                "channel": channel.id,
                "flow": channel.flow.value,
                "measure": channel.measure.value,
                "month": block.month,
                "rows": block.rows,
                "first_s": block.first_s,
                "end_s": block.end_s,
                "payload": sealed(block.payload, key),
            }
            for channel, block in new.blocks
        ],
    )
    return import_id


def known_home(connection: Connection, home: str) -> str:
    """Return the zone of a home.

    Raises
    ------
    HomeUnknownError
        ``home-unknown``, with the homes there are.
    """
    zone = connection.execute(select(HOMES.c.zone).where(HOMES.c.id == home)).scalar()
    if zone is None:
        known = connection.execute(select(HOMES.c.id).order_by(HOMES.c.id).limit(MAX_SHOWN))
        raise HomeUnknownError("home-unknown", value=home[:60], allowed=list(known.scalars()))
    return str(zone)


def homes(connection: Connection) -> tuple[StoredHome, ...]:
    """Return every home by its name, with the imports that count."""
    rows = connection.execute(
        select(
            HOMES.c.id,
            HOMES.c.zone,
            HOMES.c.created_s,
            func.count(IMPORTS.c.id).label("imports"),
            func.min(IMPORTS.c.start_s).label("start_s"),
            func.max(IMPORTS.c.end_s).label("end_s"),
        )
        .outerjoin(IMPORTS, (IMPORTS.c.home == HOMES.c.id) & IMPORTS.c.undone_s.is_(None))
        .group_by(HOMES.c.id, HOMES.c.zone, HOMES.c.created_s)
        .order_by(HOMES.c.id)
    )
    return tuple(
        StoredHome(
            id=row.id,
            zone=row.zone,
            created_at=moment(row.created_s),
            imports=row.imports,
            start_s=row.start_s,
            end_s=row.end_s,
        )
        for row in rows
    )


def imports(
    connection: Connection, home: str, *, key: "DataKey | None"
) -> tuple[ImportRecord, ...]:
    """Return every import of a home, oldest first, those undone as well."""
    rows = connection.execute(select(IMPORTS).where(IMPORTS.c.home == home).order_by(IMPORTS.c.id))
    return tuple(_record(row, key) for row in rows)


def set_state(
    connection: Connection,
    home: str,
    import_id: int,
    state: ImportState,
    *,
    key: "DataKey | None",
    as_of: datetime,
) -> ImportRecord:
    """Let an import count or not, and return it; the same state again keeps its moment.

    Raises
    ------
    StoreError
        ``import-unknown``: the home has no such import.
    """
    found = {record.id: record for record in imports(connection, home, key=key)}
    if import_id not in found:
        allowed = [str(known) for known in list(found)[-MAX_SHOWN:]]
        raise StoreError("import-unknown", value=import_id, home=home, allowed=allowed)
    if found[import_id].state is not state:
        _set_undone(connection, import_id, as_of if state is ImportState.UNDONE else None)
    row = connection.execute(select(IMPORTS).where(IMPORTS.c.id == import_id)).one()
    return _record(row, key)


def _set_undone(connection: Connection, import_id: int, as_of: datetime | None) -> None:
    undone = None if as_of is None else seconds(as_of)
    connection.execute(update(IMPORTS).where(IMPORTS.c.id == import_id).values(undone_s=undone))


def forget(connection: Connection, home: str) -> bool:
    """Delete everything of a home; tell whether there was anything of its devices."""
    promises.forget(connection, home)
    of_home = select(IMPORTS.c.id).where(IMPORTS.c.home == home)
    connection.execute(delete(BLOCKS).where(BLOCKS.c.import_id.in_(of_home)))
    of_devices = forgetting.forget_readings(connection, home)
    # Whatever refers to a home goes with it, in tables that are yet to come as well.
    for table in reversed(live_tables.METADATA.sorted_tables):
        if "home" in table.c:
            connection.execute(delete(table).where(table.c.home == home))
    connection.execute(delete(HOMES).where(HOMES.c.id == home))
    return of_devices


def _record(row: Row[Any], key: "DataKey | None") -> ImportRecord:
    channels: Sequence[str] = json.loads(row.channels)
    return ImportRecord(
        id=row.id,
        home=row.home,
        channels=tuple(channels),
        sha256=row.sha256,
        file_name=open_text(key, row.file_name),
        format=row.format,
        rows=row.rows,
        start_s=row.start_s,
        end_s=row.end_s,
        kwh=row.kwh,
        created_at=moment(row.created_s),
        state=ImportState.ACTIVE if row.undone_s is None else ImportState.UNDONE,
        undone_at=None if row.undone_s is None else moment(row.undone_s),
    )


def seconds(at: datetime) -> int:
    """Return a moment as the tables keep it. [s since 1970 UTC]"""
    return int(at.timestamp())


def moment(at_s: int) -> datetime:
    """Return a moment of the tables, in UTC."""
    return datetime.fromtimestamp(at_s, tz=UTC)
