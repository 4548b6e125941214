"""A question that is put into SQL once: SQLAlchemy's way to it costs more than the answer."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ahorraluz.store.looking import glancing

if TYPE_CHECKING:
    from sqlalchemy import Dialect, Engine, Select


MOST = 4
"""Ways of databases that are remembered: a program has one or two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """SQL of one database, whose parameters are texts, numbers and bytes as they are."""

    sql: str
    order: tuple[str, ...] | None
    """Names of the parameters by place; ``None``: they go by name."""

    @classmethod
    def of(cls, query: "Select[Any]", dialect: "Dialect") -> "Statement":
        """Return the SQL of a query in the way of a database and its driver."""
        compiled = query.compile(dialect=dialect)
        places = getattr(compiled, "positiontup", None)
        return cls(sql=str(compiled), order=None if places is None else tuple(places))

    def ask(self, engine: "Engine", asked: Mapping[str, Any]) -> "Sequence[tuple[Any, ...]]":
        """Return every row of the answer, as it is at this moment.

        Raises
        ------
        sqlalchemy.exc.DBAPIError
            What the database cannot do, as from every other question.
        """
        from sqlalchemy.exc import DBAPIError

        base = engine.dialect.loaded_dbapi.Error
        given = asked if self.order is None else tuple(asked[name] for name in self.order)
        try:
            with glancing(engine) as connection, closing(connection.cursor()) as cursor:
                cursor.execute(self.sql, given)
                return cursor.fetchall()
        except base as error:
            dialect = engine.dialect
            raise DBAPIError.instance(self.sql, None, error, base, dialect=dialect) from error
