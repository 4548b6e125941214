"""The one table of the database of keys; it has no steps, and is made where it is missing."""

from sqlalchemy import Column, LargeBinary, MetaData, Table, Text

DATA_KEYS = Table(
    "data_keys",
    MetaData(),
    Column("owner", Text, primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
)
"""A key by its owner, ``home:…`` or ``account:…``, wrapped by the key ring."""
