"""What can go wrong with a database, told in one place: its errors to issues."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from ahorraluz.core.issues import AhorraLuzError


class StoreError(AhorraLuzError):
    """The store cannot do what it was asked to; nothing was written."""


class HomeUnknownError(StoreError):
    """A home that the store does not know."""


@contextmanager
def database_errors(place: str) -> Iterator[None]:
    """Turn what SQLAlchemy raises inside into a :class:`StoreError`.

    Parameters
    ----------
    place
        File or server of the database for the message, without user or password.

    Raises
    ------
    StoreError
        ``database-busy``, ``database-full``, ``database-not-opened``, ``database-damaged``,
        ``database-unreachable``, ``database-refused`` or, for what has no name of its own,
        ``database-failed``.
    """
    from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
    from sqlalchemy.exc import TimeoutError as PoolTimeoutError

    try:
        yield
    except DBAPIError as error:
        # `from None`: the message of a driver repeats statements, values and addresses.
        if isinstance(error.orig, sqlite3.Error):
            raise _of_sqlite(error.orig, place) from None
        lost = error.connection_invalidated or isinstance(error, OperationalError)
        raise _of_postgresql(error.orig, place, lost=lost) from None
    except sqlite3.Error as error:
        raise _of_sqlite(error, place) from None
    except PoolTimeoutError:
        # Every connection of the pool is taken by other threads.
        raise StoreError("database-busy", place=place) from None
    except SQLAlchemyError as error:
        raise StoreError(
            "database-failed", place=place, reason=error.code or type(error).__name__
        ) from None


def _of_sqlite(error: sqlite3.Error, place: str) -> StoreError:
    name = str(getattr(error, "sqlite_errorname", "") or type(error).__name__)
    match name.split("_")[1:2]:
        case ["BUSY"] | ["LOCKED"]:
            return StoreError("database-busy", place=place)
        case ["FULL"]:
            return StoreError("database-full", place=place)
        case ["CANTOPEN"] | ["READONLY"] | ["PERM"] | ["AUTH"]:
            return StoreError("database-not-opened", place=place)
        case ["CORRUPT"] | ["NOTADB"]:
            return StoreError("database-damaged", place=place)
        case _:
            return StoreError("database-failed", place=place, reason=name)


_CLASSES: Mapping[str, str] = {
    "53100": "full",
    "55P03": "busy",
    "40001": "busy",
    "40P01": "busy",
    "57014": "busy",
    "53300": "busy",
    "42501": "refused",
    "25006": "refused",
    "28": "refused",
    "57P": "unreachable",
    "08": "unreachable",
}
"""Kinds of PostgreSQL's errors by the beginning of their SQLSTATE."""


def _of_postgresql(error: BaseException | None, place: str, *, lost: bool) -> StoreError:
    state = getattr(error, "sqlstate", None)
    kind = next((_CLASSES[s] for s in _CLASSES if (state or "").startswith(s)), None)
    # Without a state no server has answered, or it is there no more.
    match "unreachable" if lost and state is None else kind:
        case "full":
            return StoreError("database-full", place=place)
        case "busy":
            return StoreError("database-busy", place=place)
        case "refused":
            return StoreError("database-refused", place=place)
        case "unreachable":
            return StoreError("database-unreachable", place=place)
        case _:
            reason = str(state or type(error).__name__)
            return StoreError("database-failed", place=place, reason=reason)
