"""Imports in SQL: keep a file whole, list files, let one count no more, forget a home."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from ahorraluz.core.readings.channels import Channel, MeterFile
from ahorraluz.store.blocks import Block, blocks_of
from ahorraluz.store.comparing import Changes, changes, raw_kwh, read_sha256
from ahorraluz.store.errors import HomeUnknownError, StoreError
from ahorraluz.store.records import ImportReceipt, ImportRecord, ImportState, Outcome, StoredHome
from ahorraluz.store.tables import BLOCKS, HOMES, IMPORTS, QUARANTINE
from ahorraluz.store.taking import Key, key_of, stored_channels

MAX_FILE_NAME = 255
"""Longest file name kept. [characters]"""
MAX_SHOWN = 20
"""Most homes or imports that a message names."""


class NewImport:
    """A file made ready before the database is held: nothing of this needs it."""

    def __init__(self, file: MeterFile, *, sha256: str, file_name: str) -> None:
        self.channels = tuple(channel for channel in file.channels if len(channel))
        if not self.channels:
            raise StoreError("import-without-readings", file=file_name)
        self.zone = file.zone
        self.blocks: list[tuple[Channel, Block]] = [
            (channel, block) for channel in self.channels for block in blocks_of(channel)
        ]
        self.first_s = min(block.first_s for _, block in self.blocks)
        self.last_s = max(block.last_s for _, block in self.blocks)
        self.columns: dict[str, Any] = {
            "channels": json.dumps(
                sorted({channel.id for channel in self.channels}), ensure_ascii=False
            ),
            "sha256": sha256,
            "read_sha256": read_sha256(self.channels),
            # A database takes no NUL in a text, and a name has no folders.
            "file_name": file_name.replace("\0", "")
            .replace("\\", "/")
            .rpartition("/")[2][-MAX_FILE_NAME:],
            "format": file.format,
            "rows": sum(len(channel) for channel in self.channels),
            "start_s": self.first_s,
            "end_s": max(int(channel.end_s.max()) for channel in self.channels),
            "kwh": raw_kwh(self.channels),
        }


def add(connection: Connection, home: str, new: NewImport, *, as_of: datetime) -> ImportReceipt:
    """Keep a file for a home, which is made if it is new; the lock of the home is held."""
    if connection.execute(select(HOMES.c.id).where(HOMES.c.id == home)).first() is None:
        connection.execute(insert(HOMES).values(id=home, zone=new.zone, created_s=seconds(as_of)))
    same_file = connection.execute(
        select(IMPORTS.c.id, IMPORTS.c.read_sha256)
        .where(IMPORTS.c.home == home, IMPORTS.c.undone_s.is_(None))
        .where(IMPORTS.c.sha256 == new.columns["sha256"])
        .order_by(IMPORTS.c.id)
    ).all()
    for found in same_file:
        if found.read_sha256 == new.columns["read_sha256"]:
            return ImportReceipt(
                import_id=found.id,
                outcome=Outcome.UNCHANGED,
                added=0,
                changed=0,
                unchanged=new.columns["rows"],
            )
    found_changes = _changes(connection, home, new)
    if not same_file and not found_changes.added and not found_changes.changed:
        return ImportReceipt(import_id=None, outcome=Outcome.UNCHANGED, **asdict(found_changes))
    for former in same_file:
        _set_undone(connection, former.id, as_of)
    return ImportReceipt(
        import_id=_write(connection, home, new, as_of=as_of),
        outcome=Outcome.STORED,
        **asdict(found_changes),
        replaced=same_file[-1].id if same_file else None,
    )


def _changes(connection: Connection, home: str, new: NewImport) -> Changes:
    known: dict[Key, Channel] = {
        key_of(channel): channel
        for channel in stored_channels(connection, home, between=(new.first_s, new.last_s))
    }
    return sum(
        (changes(channel, known.get(key_of(channel))) for channel in new.channels),
        start=Changes(added=0, changed=0, unchanged=0),
    )


def _write(connection: Connection, home: str, new: NewImport, *, as_of: datetime) -> int:
    made = connection.execute(
        insert(IMPORTS)
        .values(home=home, created_s=seconds(as_of), **new.columns)
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
                "last_s": block.last_s,
                "payload": block.payload,
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


def imports(connection: Connection, home: str) -> tuple[ImportRecord, ...]:
    """Return every import of a home, oldest first, those undone as well."""
    rows = connection.execute(select(IMPORTS).where(IMPORTS.c.home == home).order_by(IMPORTS.c.id))
    return tuple(_record(row) for row in rows)


def set_state(
    connection: Connection, home: str, import_id: int, state: ImportState, *, as_of: datetime
) -> ImportRecord:
    """Let an import count or not, and return it; the same state again keeps its moment.

    Raises
    ------
    StoreError
        ``import-unknown``: the home has no such import.
    """
    found = {record.id: record for record in imports(connection, home)}
    if import_id not in found:
        allowed = [str(known) for known in list(found)[-MAX_SHOWN:]]
        raise StoreError("import-unknown", value=import_id, home=home, allowed=allowed)
    if found[import_id].state is not state:
        _set_undone(connection, import_id, as_of if state is ImportState.UNDONE else None)
    row = connection.execute(select(IMPORTS).where(IMPORTS.c.id == import_id)).one()
    return _record(row)


def _set_undone(connection: Connection, import_id: int, as_of: datetime | None) -> None:
    undone = None if as_of is None else seconds(as_of)
    connection.execute(update(IMPORTS).where(IMPORTS.c.id == import_id).values(undone_s=undone))


def forget(connection: Connection, home: str) -> None:
    """Delete everything of a home."""
    of_home = select(IMPORTS.c.id).where(IMPORTS.c.home == home)
    connection.execute(delete(BLOCKS).where(BLOCKS.c.import_id.in_(of_home)))
    connection.execute(delete(IMPORTS).where(IMPORTS.c.home == home))
    connection.execute(delete(QUARANTINE).where(QUARANTINE.c.home == home))
    connection.execute(delete(HOMES).where(HOMES.c.id == home))


def _record(row: Row[Any]) -> ImportRecord:
    channels: Sequence[str] = json.loads(row.channels)
    return ImportRecord(
        id=row.id,
        home=row.home,
        channels=tuple(channels),
        sha256=row.sha256,
        file_name=row.file_name,
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
