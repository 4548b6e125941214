"""The price of the next kWh, as programs ask for it."""

from typing import Any

import pytest
from tests.programs import Program, World
from tests.watched_home import near_a_limit

from ahorraluz.api.door import this_moment
from ahorraluz.api.views.prices import FORMS
from ahorraluz.security.scopes import Scope
from ahorraluz.services.live.watching import watched_of


def watch(world: World, home: str) -> None:
    """Keep a watch of a home that took 138 of the 140 kWh of its month."""
    now = this_moment()
    state, events = near_a_limit(now)
    watched = watched_of(home, state, events)
    world.tools.store.live.watches.keep([watched], at_ms=int(now.timestamp() * 1_000))


@pytest.fixture
def home(world: World, owner: Program) -> str:
    found = owner.home()
    watch(world, found)
    return found


@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_told(owner: Program, home: str, form: str) -> None:
    answer = owner.get(f"/homes/{home}/prices?form={form}&hours=30")

    assert answer.status_code == 200
    document: Any = answer.json
    match form:
        case "evcc":
            assert len(document) == 30
        case "emhass":
            assert len(document["load_cost_forecast"]) == 30
        case "predbat":
            assert document["count"] == 30
        case "home-assistant":
            assert document["raw_today"]
        case _:
            assert len(document["hours"]) == 30


def test_two_days_with_their_cliff_are_told_where_nothing_is_asked(
    owner: Program, home: str
) -> None:
    document: Any = owner.get(f"/homes/{home}/prices").json

    assert len(document["hours"]) == 48
    assert [hour["edge_kwh"] for hour in document["hours"]].count("140") == 1


def test_the_cliff_can_be_left_out(owner: Program, home: str) -> None:
    with_it: Any = owner.get(f"/homes/{home}/prices?form=evcc").json
    without: Any = owner.get(f"/homes/{home}/prices?form=evcc&cliff=false").json

    assert max(rate["value"] for rate in with_it) > max(rate["value"] for rate in without)


def test_nobody_else_is_told(world: World, owner: Program, stranger: Program, home: str) -> None:
    reader = world.program(world.key(world.join(), scopes=[Scope.READINGS_READ]))
    account = world.join()
    planner = world.program(world.key(account, scopes=[Scope.PLAN_READ]))

    assert stranger.get(f"/homes/{home}/prices").status_code == 404
    assert reader.get(f"/homes/{home}/prices").status_code == 404
    assert planner.get(f"/homes/{home}/prices").status_code == 403
    assert world.program().get(f"/homes/{home}/prices").status_code == 401


@pytest.mark.parametrize("query", ["form=csv", "hours=0", "hours=169", "hours=x", "cliff=perhaps"])
def test_what_cannot_be_is_refused(owner: Program, home: str, query: str) -> None:
    assert owner.get(f"/homes/{home}/prices?{query}").status_code in (400, 422)


def test_a_home_that_nothing_was_heard_of_is_told_so(owner: Program) -> None:
    answer = owner.get(f"/homes/{owner.home()}/prices")

    assert answer.status_code == 422
    document: Any = answer.json
    assert document["issues"][0]["code"] == "live-prices-nothing"
