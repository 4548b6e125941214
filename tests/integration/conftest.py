"""Real servers for the tests that need one."""

from collections.abc import Iterator

import pytest
from tests.integration.postgres import Server, running_server


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """Give a running PostgreSQL of its own."""
    with running_server() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_url(postgres_server: Server) -> str:
    """Return the URL of a database of that server, shared by the tests that ask for it."""
    return postgres_server.make_database("shared")
