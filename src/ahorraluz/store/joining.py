"""Two homes become one, in SQL: what was kept of a meter alone goes to the home it belongs to."""

from typing import TYPE_CHECKING, Any

from ahorraluz.store.errors import StoreError

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from ahorraluz.security.keyring import DataKey
    from ahorraluz.store.people import People


def join_homes(people: "People", source: str, target: str) -> int:
    """Move everything kept of a home of nobody to another home; return how many files moved.

    Files come over those of the target, as if they were sent now; one that it has already stays
    there once. Promises and days noted go along, where the target has none of its own for the
    step. Then the source is gone, with its key. All of it is done, or none.

    Raises
    ------
    HomeUnknownError
        ``home-unknown``.
    StoreError
        ``home-taken``: the source belongs to somebody.
    """
    from sqlalchemy import select

    from ahorraluz.store import imports
    from ahorraluz.store.account_tables import ANSWERS, REACHES
    from ahorraluz.store.connections import lock_home
    from ahorraluz.store.vault import home_owner

    with people.writing() as connection:
        for home in sorted((source, target)):
            lock_home(connection, home)
        zone = imports.known_home(connection, source)
        imports.known_home(connection, target)
        # Not before: somebody may delete either, and its key, until both are locked.
        old, new = people.vault.find(home_owner(source)), people.vault.make(home_owner(target))
        for table in (REACHES, ANSWERS):
            if connection.execute(select(table.c.home).where(table.c.home == source)).first():
                raise StoreError("home-taken")
        _take_zone(connection, target, zone)
        moved = _move_files(connection, source, target, keys=(old, new))
        _move_aside(connection, source, target)
        _move_promises(connection, source, target)
        _move_days(connection, source, target)
        imports.forget(connection, source)
    people.vault.destroy(home_owner(source))
    return moved


def _take_zone(connection: "Connection", home: str, zone: str) -> None:
    """Let a home without files count in the zone of its first one."""
    from sqlalchemy import select, update

    from ahorraluz.store.tables import HOMES, IMPORTS

    known = select(IMPORTS.c.id).where(IMPORTS.c.home == home)
    if connection.execute(known).first() is None:
        connection.execute(update(HOMES).where(HOMES.c.id == home).values(zone=zone))


def _move_files(
    connection: "Connection",
    source: str,
    target: str,
    *,
    keys: "tuple[DataKey | None, DataKey]",
) -> int:
    from sqlalchemy import insert, select

    from ahorraluz.store.sealing import open_text, seal_text
    from ahorraluz.store.tables import IMPORTS

    old, new = keys
    there = {
        (row.sha256, row.read_sha256)
        for row in connection.execute(
            select(IMPORTS).where(IMPORTS.c.home == target, IMPORTS.c.undone_s.is_(None))
        )
    }
    moved = 0
    query = select(IMPORTS).where(IMPORTS.c.home == source).order_by(IMPORTS.c.id)
    for row in connection.execute(query).all():
        if row.undone_s is None and (row.sha256, row.read_sha256) in there:
            continue
        values = {**_without_id(row), "home": target}
        values["file_name"] = seal_text(new, open_text(old, row.file_name))
        made = connection.execute(insert(IMPORTS).values(**values).returning(IMPORTS.c.id))
        _move_blocks(connection, row.id, int(made.scalar_one()), keys=keys)
        moved += 1
    return moved


def _move_blocks(
    connection: "Connection", former: int, import_id: int, *, keys: "tuple[DataKey | None, DataKey]"
) -> None:
    """Copy the blocks of an import, from under one key to under another."""
    from sqlalchemy import insert, select

    from ahorraluz.store.blocks import is_sealed, sealed, unsealed
    from ahorraluz.store.tables import BLOCKS

    old, new = keys
    query = select(BLOCKS).where(BLOCKS.c.import_id == former).order_by(BLOCKS.c.id)
    rows = []
    for row in connection.execute(query):
        payload = unsealed(row.payload, old) if is_sealed(row.payload) else row.payload
        rows.append({**_without_id(row), "import_id": import_id, "payload": sealed(payload, new)})
    if rows:
        connection.execute(insert(BLOCKS), rows)


def _move_aside(connection: "Connection", source: str, target: str) -> None:
    """Copy which readings were put aside."""
    from sqlalchemy import insert, select

    from ahorraluz.store.tables import QUARANTINE

    query = select(QUARANTINE).where(QUARANTINE.c.home == source).order_by(QUARANTINE.c.id)
    rows = [{**_without_id(row), "home": target} for row in connection.execute(query)]
    if rows:
        connection.execute(insert(QUARANTINE), rows)


def _move_promises(connection: "Connection", source: str, target: str) -> None:
    """Let promises be those of the other home, for steps it has no promise of."""
    from sqlalchemy import delete, insert, select

    from ahorraluz.store.tables import PROMISE_HOMES

    of_home = PROMISE_HOMES.c.home
    own = set(connection.execute(select(PROMISE_HOMES.c.step).where(of_home == target)).scalars())
    for row in connection.execute(select(PROMISE_HOMES).where(of_home == source)).all():
        if row.step in own:
            continue
        same = PROMISE_HOMES.c.promise_id == row.promise_id
        connection.execute(delete(PROMISE_HOMES).where(same))
        connection.execute(
            insert(PROMISE_HOMES).values(promise_id=row.promise_id, home=target, step=row.step)
        )


def _move_days(connection: "Connection", source: str, target: str) -> None:
    """Copy days noted after the last one that the other home has of the step."""
    from sqlalchemy import func, insert, select

    from ahorraluz.store.tables import DONE_STEPS

    of_home = DONE_STEPS.c.home
    latest = select(DONE_STEPS.c.step, func.max(DONE_STEPS.c.created_s)).where(of_home == target)
    found = connection.execute(latest.group_by(DONE_STEPS.c.step))
    known: dict[str, int] = {step: created_s for step, created_s in found}  # noqa: C416 - typed
    query = select(DONE_STEPS).where(of_home == source).order_by(DONE_STEPS.c.id)
    rows = [
        {**_without_id(row), "home": target}
        for row in connection.execute(query)
        if row.created_s > known.get(row.step, -1)
    ]
    if rows:
        connection.execute(insert(DONE_STEPS), rows)


def _without_id(row: Any) -> dict[str, Any]:  # noqa: ANN401 - a row of whatever table
    return {name: value for name, value in row._mapping.items() if name != "id"}
