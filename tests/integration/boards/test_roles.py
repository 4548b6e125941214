"""Each login reads what is its own and nothing else, whatever it tries."""

import json
from collections.abc import Iterator
from datetime import timedelta
from itertools import count

import psycopg
import pytest
from tests.board_town import BoardTown, asked, let_in, logged_in, newest_publication, refused
from tests.integration.postgres import Server
from tests.live_homes import NOW, add_channel, add_device, add_home
from tests.signed_people import Clock, Service, make_service

from ahorraluz.core.live.readings import Quantity
from ahorraluz.security.roles import Role
from ahorraluz.services.accounts.administering import suspend
from ahorraluz.services.forget_home import forget_home
from ahorraluz.services.households.keeping import keep_home
from ahorraluz.services.live.board_logins import grant, logins, revoke
from ahorraluz.services.publish_aggregates import latest_aggregates
from ahorraluz.store.boards.views import VIEWS, Audience
from ahorraluz.store.live.records import Figure
from ahorraluz.store.live_tables import METADATA

pytestmark = pytest.mark.integration
DENIED = "42501"
NUMBERS = count()
OF_LOGIN = {
    "rosa": Audience.HOME,
    "consultant": Audience.CONSULTANT,
    "agency": Audience.AGENCY,
    "service": Audience.SERVICE,
    "model": Audience.MODEL,
}
SECRET_KWH = 7_777.125
"""A figure that only one home has."""


@pytest.mark.parametrize("whom", OF_LOGIN)
def test_a_login_reads_the_views_of_its_audience_and_no_others(town: BoardTown, whom: str) -> None:
    for view in VIEWS:
        query = f"SELECT count(*) FROM boards.{view.name}"
        if OF_LOGIN[whom] in view.audiences:
            assert town.ask(whom, query)[0][0] > 0, view.name
        else:
            assert town.refuses(whom, query) == DENIED, view.name


@pytest.mark.parametrize("whom", OF_LOGIN)
def test_a_login_reads_no_table_at_all(town: BoardTown, whom: str) -> None:
    with psycopg.connect(town.url) as connection:
        found = connection.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = "
            "'public'::regnamespace"
        ).fetchall()
    tables = {row[0] for row in found}

    readable = {
        name
        for name in tables
        for act in ("SELECT 1 FROM", "DELETE FROM", "TABLE")
        if town.refuses(whom, f"{act} public.{name}") != DENIED
    }

    assert {table.name for table in METADATA.sorted_tables} <= tables
    assert readable == set()
    assert town.refuses(whom, "INSERT INTO public.live_figures DEFAULT VALUES") == DENIED


def test_a_home_sees_its_own_rows_only(town: BoardTown) -> None:
    for view in (view for view in VIEWS if Audience.HOME in view.audiences):
        query = f"SELECT DISTINCT home FROM boards.{view.name}"
        assert town.ask("rosa", query) == [(town.home,)], view.name
        assert town.ask("other", query) == [(town.other_home,)], view.name
        assert town.ask("consultant", query) == [(town.home,)], view.name


ATTACKS = (
    "SET ROLE ahorraluz_boards",
    "SET ROLE ahorraluz_agency",
    "SET ROLE postgres",
    "SET SESSION AUTHORIZATION postgres",
    "ALTER VIEW boards.home_figures SET (security_barrier = false)",
    "CREATE OR REPLACE FUNCTION boards.reach() RETURNS SETOF text LANGUAGE sql AS 'SELECT 1::text'",
    "CREATE TABLE public.mine (a int)",
    "CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE SCHEMA mine",
    "GRANT ahorraluz_boards TO session_user",
    "INSERT INTO board_logins VALUES (session_user, 'home', NULL, 'x', 0)",
    "COPY live_figures TO STDOUT",
    "COPY (SELECT 1) TO PROGRAM 'id'",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT lo_import('/etc/passwd')",
    "SELECT query_to_xml('SELECT * FROM public.live_figures', true, true, '')",
    "SELECT * FROM pg_statistic",
    "SELECT rolpassword FROM pg_authid",
)


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_that_gives_more_is_allowed(town: BoardTown, attack: str) -> None:
    assert town.refuses("rosa", attack) == DENIED


def test_settings_and_roles_of_a_session_change_nothing_of_what_it_sees(town: BoardTown) -> None:
    with psycopg.connect(logged_in(town.url, town.logins["rosa"]), autocommit=True) as connection:
        connection.execute("SET default_transaction_read_only = off")
        connection.execute("CREATE TEMP TABLE board_logins (role_name text, home text)")
        connection.execute("CREATE TEMP TABLE reaches AS SELECT 'x' AS home, 'y' AS account")
        connection.execute(
            "CREATE FUNCTION pg_temp.reach() RETURNS SETOF text LANGUAGE sql AS $$SELECT 'x'$$"
        )
        for setting in (
            "SET search_path = pg_temp, public, boards",
            "SET row_security = off",
            "SET ROLE ahorraluz_home",
        ):
            connection.execute(setting.encode())
            # With row security off PostgreSQL would refuse rather than give more.
            try:
                seen = connection.execute("SELECT DISTINCT home FROM boards.home_now").fetchall()
            except psycopg.errors.InsufficientPrivilege:
                seen = [(town.home,)]
                connection.execute("SET row_security = on")
            assert seen == [(town.home,)], setting


@pytest.fixture
def pair(postgres_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Give a service with a database of its own, that may be changed."""
    url = postgres_server.make_database(f"boards_{next(NUMBERS)}")
    made = make_service(tmp_path_factory.mktemp("boards"), Clock(at=NOW), database_url=url)
    made.tools.store.live.begin()
    yield made
    made.tools.store.close()


def url_of(service: Service) -> str:
    return service.tools.settings.database_url


def two_homes(service: Service) -> tuple[str, str]:
    """Keep two homes without an account, each with figures; return the login of the first."""
    store = service.tools.store
    for home, kwh in (("mine", 1.0), ("secret", SECRET_KWH)):
        add_home(store, home)
        service.tools.store.people.vault.make(f"home:{home}")
        figures = [
            Figure(day=f"2026-11-{day:02d}", name="energy", middle=kwh + day, unit="kWh")
            for day in range(1, 28)
        ]
        store.live.figures.keep(home, figures)
        device = add_device(store, home, as_of=NOW)
        add_channel(store, device, Quantity.POWER, as_of=NOW, name=f"of {home}")
    return grant("mine", tools=service.tools, as_of=NOW).name, url_of(service)


def test_functions_and_casts_in_a_condition_see_no_row_of_others(pair: Service) -> None:
    login, url = two_homes(pair)
    with psycopg.connect(logged_in(url, login), autocommit=True) as connection:
        heard: list[str] = []
        connection.add_notice_handler(lambda notice: heard.append(notice.message_primary or ""))
        connection.execute("SET default_transaction_read_only = off")
        connection.execute(
            "CREATE FUNCTION pg_temp.tell(text, float8) RETURNS bool LANGUAGE plpgsql"
            " COST 0.0000000001 AS"
            " $$BEGIN RAISE NOTICE 'row % %', $1, $2; RETURN true; END$$"
        )
        connection.execute("SELECT * FROM boards.home_figures WHERE pg_temp.tell(home, middle)")
        # An error in a condition would tell the value it failed at.
        connection.execute(
            f"SELECT * FROM boards.home_figures WHERE 1 / (middle - {SECRET_KWH + 5}) > -2"
        )
        connection.execute(
            "SELECT * FROM boards.home_figures"
            " WHERE CASE WHEN home = 'secret' THEN home::int ELSE 0 END = 0"
        )

    assert len(heard) == 27
    assert not any("secret" in line or "7" * 4 in line for line in heard)


def test_plans_tell_nothing_of_the_values_of_others(pair: Service) -> None:
    login, url = two_homes(pair)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("ANALYZE")

    def guess(condition: str) -> object:
        query = f"EXPLAIN (FORMAT JSON) SELECT * FROM boards.home_figures WHERE {condition}"
        [(plan,)] = asked(url, login, query)
        return plan[0]["Plan"]["Plan Rows"]

    # What there is and what there is not is guessed alike: values of tables are not looked at.
    assert guess("home = 'secret'") == guess("home = 'nobody at all'")
    assert guess(f"middle > {SECRET_KWH}") == guess("middle > 1e9") == guess("middle > 0")
    assert guess("day = '2026-11-05'") == guess("day = '1999-01-01'")


def test_catalogues_tell_neither_statistics_nor_columns_of_tables(pair: Service) -> None:
    login, url = two_homes(pair)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("ANALYZE")

    statistics = asked(
        url, login, "SELECT * FROM pg_stats WHERE schemaname IN ('public', 'boards')"
    )
    columns = asked(
        url,
        login,
        "SELECT DISTINCT table_schema, table_name FROM information_schema.columns"
        " WHERE table_schema NOT IN ('pg_catalog', 'information_schema')",
    )

    assert statistics == []
    seen = {f"boards.{view.name}" for view in VIEWS if Audience.HOME in view.audiences}
    assert {f"{schema}.{name}" for schema, name in columns} == seen


def test_a_home_that_is_forgotten_takes_its_login_along(pair: Service) -> None:
    login, url = two_homes(pair)
    query = "SELECT count(*) FROM boards.home_figures"
    before = asked(url, login, query)

    forget_home("mine", tools=pair.tools)

    assert (before, asked(url, login, query)) == ([(27,)], [(0,)])
    assert logins(tools=pair.tools) == []
    assert pair.tools.store.boards.sweep() == 1
    assert refused(url, login, query) != ""


def test_a_login_that_is_revoked_is_gone(pair: Service) -> None:
    login, url = two_homes(pair)

    revoke(login, tools=pair.tools, as_of=NOW)

    assert logins(tools=pair.tools) == []
    assert refused(url, login, "SELECT 1") != ""
    trail = pair.tools.store.people.trail.newest(limit=2)
    assert [line.act for line in trail] == ["board-login-removed", "board-login-made"]


def test_a_home_without_an_account_is_its_logins_until_somebody_owns_it(pair: Service) -> None:
    login, url = two_homes(pair)
    owner = pair.account(Role.RESIDENT)

    pair.tools.store.people.households.make_owner("mine", owner.id, as_of=NOW)

    assert asked(url, login, "SELECT count(*) FROM boards.home_figures") == [(0,)]


def test_a_consultant_sees_a_home_as_long_as_its_owner_agrees(pair: Service) -> None:
    owner, consultant = pair.account(Role.RESIDENT), pair.account(Role.CONSULTANT)
    home = keep_home((), account=owner.id, tools=pair.tools, as_of=NOW).id
    figure = Figure(day="2026-11-20", name="energy", middle=1.0, unit="kWh")
    pair.tools.store.live.figures.keep(home, [figure])
    login, url = grant(consultant.name, tools=pair.tools, as_of=NOW).name, url_of(pair)
    query = "SELECT count(*) FROM boards.home_figures"
    seen = [asked(url, login, query)]

    consent = let_in(pair, home, owner, consultant)
    seen.append(asked(url, login, query))
    # The right to the home itself is still on record: what counts is that nobody agrees.
    pair.tools.store.people.consents.withdraw(owner.id, consent, as_of=NOW)
    seen.append(asked(url, login, query))
    let_in(pair, home, owner, consultant)
    seen.append(asked(url, login, query))
    suspend(consultant, tools=pair.tools, as_of=NOW)
    seen.append(asked(url, login, query))

    assert [rows[0][0] for rows in seen] == [0, 1, 0, 1, 0]


def test_access_for_a_time_ends_with_it(pair: Service) -> None:
    owner, consultant = pair.account(Role.RESIDENT), pair.account(Role.CONSULTANT)
    home = keep_home((), account=owner.id, tools=pair.tools, as_of=NOW).id
    login, url = grant(consultant.name, tools=pair.tools, as_of=NOW).name, url_of(pair)
    pair.clock.at = NOW - timedelta(days=400)

    let_in(pair, home, owner, consultant)

    assert asked(url, login, "SELECT count(*) FROM boards.reach()") == [(0,)]


def test_an_account_that_is_deleted_takes_its_login_along(pair: Service) -> None:
    agency = pair.account(Role.AGENCY)
    login, url = grant(agency.name, tools=pair.tools, as_of=NOW).name, url_of(pair)

    pair.tools.store.people.accounts.remove(agency.id)

    assert asked(url, login, "SELECT boards.audience()") == [(None,)]
    assert asked(url, login, "SELECT count(*) FROM boards.peru_places") == [(0,)]


def test_agencies_read_what_the_page_of_aggregates_tells(town: BoardTown) -> None:
    told = latest_aggregates(tools=town.service.tools)
    assert told is not None

    rows = town.ask(
        "agency",
        "SELECT place, homes, consumption_kwh, forecast_kwh, fose_share, potential_pen,"
        " coalesce(verified_homes, 0), verified_kwh FROM boards.peru_places WHERE newest"
        " ORDER BY place",
    )

    expected = [
        (
            place.code,
            place.homes,
            float(place.consumption_kwh),
            float(place.forecast_kwh),
            float(place.fose_share),
            float(place.potential_pen),
            place.verified_homes,
            None if place.verified_kwh is None else float(place.verified_kwh),
        )
        for place in sorted(told.places, key=lambda place: place.code)
    ]
    assert rows == expected
    assert min(row[1] for row in rows) >= told.least


def test_no_row_of_an_agency_names_a_home_or_tells_a_sum(town: BoardTown) -> None:
    content = newest_publication(town.url)
    sums = {str(value) for row in content["use"] for value in row["sums"].values()}

    told = json.dumps(
        town.ask("agency", "SELECT * FROM boards.peru_places")
        + town.ask("agency", "SELECT * FROM boards.peru_demand"),
        default=str,
    )

    assert town.home not in told
    assert not sums & set(told.replace('"', "").replace(",", "").split())


def test_passwords_reach_the_server_as_verifiers_only(pair: Service) -> None:
    made = grant("service", tools=pair.tools, as_of=NOW)

    with psycopg.connect(url_of(pair)) as connection:
        row = connection.execute(
            "SELECT rolpassword, rolsuper, rolcreaterole, rolbypassrls, rolcreatedb"
            " FROM pg_authid WHERE rolname = %s",
            (made.name,),
        ).fetchone()

    assert row is not None
    assert row[0].startswith("SCRAM-SHA-256$")
    assert made.password not in row[0]
    assert row[1:] == (False, False, False, False)
    assert made.password not in repr(made)
