"""Every panel's SQL, asked as the login of its audience, is answered with something plausible."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import psycopg
import pytest
from tests.board_town import BoardTown, logged_in
from tests.boards_as_grafana import Asked, board_of, every_query, sql_of

pytestmark = pytest.mark.integration
LOGINS = {
    "ahorraluz-home": "rosa",
    "ahorraluz-consultant": "consultant",
    "ahorraluz-agency": "agency",
    "ahorraluz-service": "service",
    "ahorraluz-model": "model",
}
QUERIES = [asked for asked in every_query() if "rawSql" in asked.target]
YEAR = 366


def frame(town: BoardTown, asked: Asked) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Return the columns and rows that Grafana would be given."""
    text = sql_of(asked, days=YEAR, variables={"hogar": town.home})
    login = town.logins[LOGINS[asked.source]]
    with psycopg.connect(logged_in(town.url, login)) as connection:
        found = connection.execute(text.encode())
        return [column.name for column in found.description or ()], found.fetchall()


@pytest.mark.parametrize("asked", QUERIES, ids=lambda asked: asked.name)
def test_a_panel_is_answered(town: BoardTown, asked: Asked) -> None:
    columns, rows = frame(town, asked)

    assert rows, "no rows"
    assert any(value is not None for row in rows for value in row)
    assert len(columns) == len(set(columns))
    if asked.target["format"] == "time_series":
        assert_course(columns, rows)
    assert_plausible(rows)


def assert_course(columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Check what Grafana makes series of: moments in order, names, and numbers."""
    assert columns[0] == "time"
    moments = [row[0] for row in rows]
    assert all(isinstance(moment, datetime) and moment.tzinfo for moment in moments)
    assert moments == sorted(moments)
    kinds = [str] if columns[1] == "metric" else []
    assert len(columns) == 2 + len(kinds)
    assert all(isinstance(row[1], str) for row in rows if kinds)
    assert all(isinstance(row[-1], int | float) for row in rows)


def assert_plausible(rows: Sequence[tuple[Any, ...]]) -> None:
    """Check that no number is beyond what a home, a country or this database could have."""
    for row in rows:
        for value in row:
            assert value is None or isinstance(value, int | float | str | datetime | date), value
            if isinstance(value, int | float):
                assert -200 <= value < 1e10


def test_every_column_of_a_table_is_known_of_some_row(town: BoardTown) -> None:
    empty = {
        (asked.name, column)
        for asked in QUERIES
        if asked.target["format"] == "table"
        for columns, rows in [frame(town, asked)]
        for number, column in enumerate(columns)
        if all(row[number] is None for row in rows)
    }

    # Readings of the town are too young to be past their time, and its events cost nothing.
    assert empty <= {
        ("ahorraluz-servicio: Lecturas en la base A", "Lecturas desde"),
        ("ahorraluz-hogar: Avisos A", "Soles en juego"),
        ("ahorraluz-portafolio: Avisos A", "Soles en juego"),
    }


def test_figures_of_a_panel_are_those_of_the_home(town: BoardTown) -> None:
    answers = {
        asked.panel: frame(town, asked)[1]
        for asked in QUERIES
        if asked.board == "ahorraluz-hogar" and asked.target["refId"] == "A"
    }

    [(_, watts)] = answers["Potencia ahora"]
    assert watts == 400
    assert sum(row[1] for row in answers["Usos finales"]) == pytest.approx(152, abs=40)
    quarters = {round(row[2]) for row in answers["Potencia por cuarto de hora"]}
    assert quarters == {400}
    [saved] = answers["Soles verificados y prometidos"]
    assert saved[2] <= saved[1] <= saved[3]
    assert saved[4] == 19
    full_day = max(row[1] for row in answers["Energía por día"])
    assert full_day == pytest.approx(0.4 * 24, abs=0.01)


def test_the_choice_of_a_home_holds_the_homes_of_the_login_alone(town: BoardTown) -> None:
    from tests.boards_as_grafana import GRAFANA

    [variable] = board_of(GRAFANA / "home" / "boards" / "ahorraluz-hogar.json")["templating"][
        "list"
    ]

    assert town.ask("rosa", variable["query"]) == [(town.home,)]
    assert town.ask("other", variable["query"]) == [(town.other_home,)]
