"""One town in one PostgreSQL for all tests that only look at it."""

from collections.abc import Iterator

import pytest
from tests.board_town import BoardTown, build_town
from tests.integration.postgres import Server


@pytest.fixture(scope="session")
def town(postgres_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BoardTown]:
    """Give a town that nobody changes."""
    url = postgres_server.make_database("boards_town")
    made = build_town(tmp_path_factory.mktemp("boards_town"), url)
    yield made
    made.service.tools.store.close()
