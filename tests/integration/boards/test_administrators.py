"""Where our user may not make roles, whoever runs the server does, by what we print."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest
from tests.board_town import asked, refused
from tests.integration.postgres import Server
from tests.live_homes import NOW, add_home
from tests.signed_people import Clock, Service, make_service

from ahorraluz.services.live.board_logins import build, grant, logins, revoke, roles_sql
from ahorraluz.store.errors import StoreError
from ahorraluz.store.live.records import Figure

pytestmark = pytest.mark.integration
NUMBERS = count()


def run(url: str, statements: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statements.encode())


@pytest.fixture
def plain(postgres_server: Server, tmp_path: Path) -> Iterator[tuple[Service, str]]:
    """Give a service whose database belongs to a user that may do nothing else, and the URL."""
    name = f"plain_{next(NUMBERS)}"
    url = postgres_server.make_database(name)
    run(url, f'CREATE ROLE "{name}" LOGIN; ALTER DATABASE "{name}" OWNER TO "{name}"')
    run(url, f'REVOKE CREATE ON DATABASE "{name}" FROM PUBLIC')
    own = url.replace("postgres@", f"{name}@")
    made = make_service(tmp_path, Clock(at=NOW), database_url=own)
    made.tools.store.live.begin()
    yield made, url
    made.tools.store.close()


def issue_of(error: pytest.ExceptionInfo[StoreError]) -> str:
    return error.value.issue.code


def test_a_user_that_may_make_no_roles_is_told_what_to_do(plain: tuple[Service, str]) -> None:
    service, url = plain
    add_home(service.tools.store, "casa")
    service.tools.store.people.vault.make("home:casa")
    figure = Figure(day="2026-11-20", name="energy", middle=1.0, unit="kWh")
    service.tools.store.live.figures.keep("casa", [figure])
    query = "SELECT middle FROM boards.home_figures"

    with pytest.raises(StoreError) as lacking:
        build(tools=service.tools)
    with pytest.raises(StoreError) as not_made:
        grant("casa", tools=service.tools, as_of=NOW)
    run(url, roles_sql(tools=service.tools))
    build(tools=service.tools)
    made = grant("casa", tools=service.tools, as_of=NOW)
    before = refused(url, made.name, query)
    run(url, made.sql)

    assert (issue_of(lacking), issue_of(not_made)) == ("boards-roles-lacking", "boards-not-made")
    assert before != ""
    assert made.password not in made.sql
    assert asked(url, made.name, query) == [(1.0,)]
    # Our user may not drop the login; it sees nothing any more.
    revoke(made.name, tools=service.tools, as_of=NOW)
    assert asked(url, made.name, query) == []
    assert logins(tools=service.tools) == []


def test_views_are_made_anew_as_often_as_one_likes(plain: tuple[Service, str]) -> None:
    service, url = plain
    run(url, roles_sql(tools=service.tools))

    for _ in range(3):
        build(tools=service.tools)

    with psycopg.connect(url) as connection:
        owners = connection.execute(
            "SELECT DISTINCT pg_get_userbyid(relowner) FROM pg_class"
            " WHERE relnamespace = 'boards'::regnamespace"
        ).fetchall()
        policies = connection.execute("SELECT count(*) FROM pg_policies").fetchone()
    assert owners == [("ahorraluz_boards",)]
    assert policies == (7,)


def test_a_schema_where_everybody_makes_things_is_refused(plain: tuple[Service, str]) -> None:
    service, url = plain
    run(url, f"{roles_sql(tools=service.tools)}; GRANT CREATE ON SCHEMA public TO PUBLIC")

    with pytest.raises(StoreError) as error:
        build(tools=service.tools)

    assert issue_of(error) == "boards-schema-open"


def test_a_store_in_a_file_has_no_boards(tmp_path: Path) -> None:
    service = make_service(tmp_path, Clock(at=NOW))
    service.tools.store.live.begin()

    for act in (
        lambda: build(tools=service.tools),
        lambda: roles_sql(tools=service.tools),
        lambda: grant("service", tools=service.tools, as_of=NOW),
    ):
        with pytest.raises(StoreError) as error:
            act()
        assert issue_of(error) == "boards-need-postgresql"
    assert service.tools.store.boards.sweep() == 0
