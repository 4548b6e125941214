"""How much waits in the store, and how large it is: counts that are about nobody."""

from collections.abc import Mapping
from dataclasses import dataclass

from ahorraluz.store.opened import Opened


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingBook:
    """Counts of the whole store; every method is one transaction."""

    reading: Opened

    def jobs(self) -> Mapping[str, int]:
        """Return how many jobs there are, by state."""
        from sqlalchemy import func, select

        from ahorraluz.store.account_tables import JOBS

        query = select(JOBS.c.state, func.count().label("jobs")).group_by(JOBS.c.state)
        with self.reading() as connection:
            return {row.state: row.jobs for row in connection.execute(query)}

    def size(self) -> int:
        """Return how large the database is. [B]"""
        query = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
        with self.reading() as connection:
            if connection.dialect.name == "postgresql":
                query = "SELECT pg_database_size(current_database())"
            return int(connection.exec_driver_sql(query).scalar_one())
