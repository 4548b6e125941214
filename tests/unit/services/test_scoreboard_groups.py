"""The scoreboard is told with the tables of agencies: the same homes, those that agreed."""

import json
from datetime import date
from pathlib import Path

import pytest
from tests.signed_people import Clock, make_service
from tests.town import Town

from ahorraluz.security.roles import Role
from ahorraluz.services.accounts.consents import holding, withdraw_consent
from ahorraluz.services.documents.verification import scoreboard_document
from ahorraluz.services.keep_promises import make_promise
from ahorraluz.services.learn_savings import read_learnt
from ahorraluz.services.outlets import latest_snapshot
from ahorraluz.services.portfolio.importing import client_book
from ahorraluz.services.publish_aggregates import latest_aggregates
from ahorraluz.services.scoreboard import scoreboard
from ahorraluz.store.promise_records import MonthResult, PromiseTerms
from ahorraluz.texts import open_texts

STEPS = ("shorter-showers", "led", "thermo-timer", "tank")
EVERY_STEP = (*STEPS, *(f"other-{n}" for n in range(8)))


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return Town(make_service(tmp_path, Clock()))


def measure(town: Town, home: str, *, step: str = STEPS[0], soles: int = 6) -> None:
    """Note a promise of a home, and two months that were measured of it."""
    tools, now = town.service.tools, town.service.clock.at
    terms = PromiseTerms(
        step=step, distributor="luz-del-sur", region="lima", wh_month=9_000, cents_month=700
    )
    promise = make_promise(home, terms, tools=tools, as_of=now)
    cents = soles * 100
    months = [
        MonthResult(
            month=f"2026-0{month}",
            days=30.4375,
            kwh=soles * 1.25,
            error_kwh=1.0,
            cents=cents,
            cents_low=cents - 300,
            cents_high=cents + 300,
            measured_s=int(now.timestamp()),
        )
        for month in (8, 9)
    ]
    tools.store.promises.keep_results(promise.id, months)


def shown(town: Town) -> list[tuple[str, str, int, float]]:
    """Publish, and return the scoreboard."""
    town.publish()
    found = scoreboard(tools=town.service.tools)
    return [(s.step, s.distributor, s.homes, s.measured) for s in found.scores]


def test_homes_that_agreed_are_told_in_soles_and_in_kwh(town: Town) -> None:
    for at, home in enumerate(town.settle(12)):
        measure(town, home, soles=at - 1)

    rows = shown(town)

    assert rows[0][:3] == ("", "", 12)
    assert rows[0][3] == pytest.approx(sum(range(-1, 11)), abs=0.01)
    assert {homes for *_, homes, _ in rows} == {12}
    found = latest_aggregates(tools=town.service.tools)
    assert found is not None
    assert {(p.verified_homes, str(p.verified_kwh)) for p in found.places} == {(12, "5.6")}
    board = scoreboard(tools=town.service.tools)
    assert (board.promises, board.measured_on) == (10, date(2026, 11, 24))
    assert {score.gained for score in board.scores} == {10}


def test_the_range_adds_the_months_of_a_home_and_takes_homes_as_independent(town: Town) -> None:
    for home in town.settle(16):
        measure(town, home, soles=6)
    shown(town)

    total = scoreboard(tools=town.service.tools).scores[0]

    assert total.measured - total.low == pytest.approx(3 * 16**0.5)


def test_homes_that_did_not_agree_are_not_told(town: Town) -> None:
    homes = town.settle(12)
    tools, now = town.service.tools, town.service.clock.at
    for home in homes:
        measure(town, home)
    for home in homes[:3]:
        owner = tools.store.people.households.reached_by(home)[0].account
        withdraw_consent(
            owner, holding(owner, tools=tools, as_of=now)[0].id, tools=tools, as_of=now
        )

    assert shown(town) == []
    assert scoreboard(tools=tools).measured_on is None


def test_the_clients_of_a_consultant_are_not_told(town: Town) -> None:
    consultant = town.service.account(Role.CONSULTANT)
    names = [f"h-{n:032x}" for n in range(12)]
    client_book(town.service.tools).keep_all(
        {name: {"pairs": []} for name in names},
        account=consultant.id,
        as_of=town.service.clock.at,
    )
    for name in names:
        measure(town, name)

    assert shown(town) == []


def test_a_home_that_left_came_or_was_measured_again_changes_nothing(town: Town) -> None:
    homes = town.settle(14)
    for home in homes:
        measure(town, home)
    before = shown(town)

    town.service.tools.store.forget(homes[0])
    measure(town, town.settle(1)[0], soles=60)

    assert before == shown(town) != []


def test_many_promises_of_one_home_are_one_home(town: Town) -> None:
    home, *others = town.settle(12)
    for step in EVERY_STEP:
        measure(town, home, step=step)
    for other in others[:8]:
        measure(town, other)

    assert shown(town) == []

    measure(town, others[8])
    assert {homes for *_, homes, _ in shown(town)} == {10}


def test_what_is_told_is_the_layout(town: Town) -> None:
    for home in town.settle(12):
        measure(town, home)
    shown(town)

    document = scoreboard_document(scoreboard(tools=town.service.tools), open_texts("es"))

    assert json.loads(json.dumps(document))["scores"][0] == {
        "measure": None,
        "distributor": None,
        "homes": 12,
        "promised_soles_month": "84.00",
        "measured_soles_month": "72.00",
        "low_soles_month": "61.61",
        "high_soles_month": "82.39",
        "gained_homes": 10,
        "oldest_figure": "2026-11-24",
    }


def test_no_name_of_a_home_is_in_what_is_published(town: Town) -> None:
    homes = town.settle(12)
    for home in homes:
        measure(town, home)
    shown(town)

    latest = latest_snapshot(tools=town.service.tools)

    assert latest is not None
    assert not any(home in json.dumps(dict(latest.parts)) for home in homes)


def test_plans_learn_only_when_the_scoreboard_tells_something_new(town: Town) -> None:
    for at, home in enumerate(town.settle(14)):
        measure(town, home, soles=at)
    town.publish()
    folder = town.service.tools.user_folder
    before = read_learnt(folder)

    measure(town, town.settle(1)[0], soles=40)
    town.publish()
    after_one = read_learnt(folder)
    for home in town.settle(10):
        measure(town, home, soles=40)
    town.publish()

    assert [item.homes for item in before] == [10, 10]
    assert before == after_one
    assert [item.homes for item in read_learnt(folder)] == [20, 20]
