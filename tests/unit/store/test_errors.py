"""Errors of both drivers become issues, and nothing of theirs is repeated."""

import sqlite3

import psycopg.errors
import pytest
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from ahorraluz.store.errors import StoreError, database_errors
from ahorraluz.texts import open_texts

SECRET = "host=db user=ana password=s3cr3t"


def sqlite_error(name: str) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError(SECRET)
    error.sqlite_errorname = name
    return error


def told(error: Exception) -> StoreError:
    with pytest.raises(StoreError) as refused, database_errors("db/readings"):
        raise error
    for language in ("es", "en"):
        assert "s3cr3t" not in open_texts(language).issue(refused.value.issue)
    assert refused.value.__suppress_context__
    return refused.value


@pytest.mark.parametrize(
    ("name", "code"),
    [
        pytest.param("SQLITE_BUSY", "database-busy", id="another writer"),
        pytest.param("SQLITE_BUSY_SNAPSHOT", "database-busy", id="a kind of busy"),
        pytest.param("SQLITE_FULL", "database-full", id="full disk"),
        pytest.param("SQLITE_READONLY_DIRECTORY", "database-not-opened", id="read-only folder"),
        pytest.param("SQLITE_CORRUPT_INDEX", "database-damaged", id="damaged"),
        pytest.param("SQLITE_IOERR_WRITE", "database-failed", id="a disk that fails"),
    ],
)
def test_errors_of_sqlite_are_told_by_kind(name: str, code: str) -> None:
    error = sqlite_error(name)

    assert told(error).issue.code == code
    assert told(OperationalError("SELECT 1", {}, error)).issue.code == code


@pytest.mark.parametrize(
    ("error", "code"),
    [
        pytest.param(psycopg.errors.DiskFull(SECRET), "database-full", id="full disk"),
        pytest.param(psycopg.errors.LockNotAvailable(SECRET), "database-busy", id="lock"),
        pytest.param(psycopg.errors.DeadlockDetected(SECRET), "database-busy", id="deadlock"),
        pytest.param(psycopg.errors.AdminShutdown(SECRET), "database-unreachable", id="shutdown"),
        pytest.param(psycopg.errors.InvalidPassword(SECRET), "database-refused", id="password"),
        pytest.param(psycopg.errors.DataCorrupted(SECRET), "database-failed", id="anything else"),
    ],
)
def test_errors_of_postgresql_are_told_by_kind(error: psycopg.Error, code: str) -> None:
    assert told(DBAPIError("SELECT 1", {}, error)).issue.code == code


def test_a_server_that_said_nothing_is_away() -> None:
    error = psycopg.OperationalError(SECRET)

    assert told(OperationalError("", {}, error)).issue.code == "database-unreachable"


def test_what_has_no_name_is_told_by_its_kind_alone() -> None:
    error = psycopg.ProgrammingError(SECRET)

    issue = told(ProgrammingError("SELECT 1", {}, error)).issue

    assert (issue.code, issue.parameters["reason"]) == ("database-failed", "ProgrammingError")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        pytest.param(PoolTimeoutError(SECRET), "database-busy", id="no connection free"),
        pytest.param(ArgumentError(SECRET), "database-failed", id="anything else"),
    ],
)
def test_errors_of_the_library_are_told(error: Exception, code: str) -> None:
    assert told(error).issue.code == code


def test_other_errors_are_not_touched() -> None:
    with pytest.raises(ValueError, match="mine"), database_errors("db"):
        raise ValueError("mine")
