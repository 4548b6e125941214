"""How a book of the store comes to its database: a transaction to read in, or to write in."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from sqlalchemy import Connection

Opened: TypeAlias = Callable[..., "AbstractContextManager[Connection]"]
