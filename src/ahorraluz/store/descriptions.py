"""What homes are like, in SQL: the few traits by which homes are comparable."""

from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from ahorraluz.store.imports import seconds
from ahorraluz.store.records import Description
from ahorraluz.store.tables import DESCRIPTIONS

SEPARATOR = " "


def describe(
    connection: Connection, home: str, description: Description, *, as_of: datetime
) -> None:
    """Keep what a home is like, over what was kept before."""
    withdraw(connection, home)
    connection.execute(
        insert(DESCRIPTIONS).values(
            home=home,
            department=description.department,
            people=description.people,
            altitude_m=description.altitude_m,
            end_uses=SEPARATOR.join(sorted(description.end_uses)),
            kwh_month=description.kwh_month,
            changed_s=seconds(as_of),
        )
    )


def withdraw(connection: Connection, home: str) -> None:
    """Erase what a home is like."""
    connection.execute(delete(DESCRIPTIONS).where(DESCRIPTIONS.c.home == home))


def descriptions(connection: Connection) -> dict[str, Description]:
    """Return what every home is like that agreed to be compared, by its name."""
    rows = connection.execute(select(DESCRIPTIONS).order_by(DESCRIPTIONS.c.home))
    return {
        row.home: Description(
            department=row.department,
            people=row.people,
            altitude_m=row.altitude_m,
            end_uses=frozenset(row.end_uses.split()),
            kwh_month=row.kwh_month,
        )
        for row in rows
    }
