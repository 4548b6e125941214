"""The tables of what was told of groups; none of them names a home.

A member is a pseudonym under the key of its home, and what was told of it is sealed under the
same key: once the key is gone, neither can be traced to anybody.
"""

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, LargeBinary, Table, Text

from ahorraluz.store.account_tables import TRAIL

AGGREGATE_BLOCKS = Table(
    "aggregate_blocks",
    TRAIL.metadata,
    Column("id", Integer, primary_key=True),
    Column("topic", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("live", Integer, nullable=False),
    Column("content", Text, nullable=False),
    sqlite_autoincrement=True,
)
"""Homes told together: sums, their days and bounds, as JSON."""

AGGREGATE_MEMBERS = Table(
    "aggregate_members",
    TRAIL.metadata,
    Column("block", Integer, ForeignKey("aggregate_blocks.id"), primary_key=True),
    Column("mark", Text, primary_key=True),
    Column("core", Integer, nullable=False),
    Column("sealed", LargeBinary),
)

PUBLICATIONS = Table(
    "publications",
    TRAIL.metadata,
    Column("id", Integer, primary_key=True),
    Column("at_s", BigInteger, nullable=False),
    Column("content", Text, nullable=False),
    sqlite_autoincrement=True,
)
"""Everything that was ever told, as JSON."""
