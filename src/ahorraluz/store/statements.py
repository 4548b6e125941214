"""A question that is put into SQL once: SQLAlchemy's way to it costs more than the answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy import Connection, CursorResult, Dialect, Row, Select


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

    def first(self, connection: "Connection", asked: Mapping[str, Any]) -> "Row[Any] | None":
        """Return the first row of the answer, ``None`` where there is none."""
        return self._ask(connection, asked).first()

    def all(self, connection: "Connection", asked: Mapping[str, Any]) -> "Sequence[Row[Any]]":
        """Return every row of the answer."""
        return self._ask(connection, asked).all()

    def _ask(self, connection: "Connection", asked: Mapping[str, Any]) -> "CursorResult[Any]":
        if self.order is None:
            return connection.exec_driver_sql(self.sql, dict(asked))
        return connection.exec_driver_sql(self.sql, tuple(asked[name] for name in self.order))
