"""What happened in a home, and how somebody is told of it, as programs ask."""

from collections.abc import Mapping
from typing import Any

import pytest
from tests.programs import Program, World
from tests.told_people import nears_a_limit

from ahorraluz.api.door import this_moment
from ahorraluz.security.scopes import Scope
from ahorraluz.services.live import wishing
from ahorraluz.services.live.sending import Message, Outcome, Result

WAY = {"name": "Mi celular", "address": "ntfys://u:secreto@ntfy.ejemplo.pe/t", "agreed": True}
CHOICE = {
    "events": ["limits", "day"],
    "quiet": {"first": 23, "after": 6},
    "most_a_day": 3,
    "language": "en",
}


@pytest.fixture(autouse=True)
def _quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    def send(message: Message, ways: Mapping[str, str], *, inside: str) -> Mapping[str, Result]:
        return {name: Result(outcome=Outcome.SENT, status=200) for name in ways}

    monkeypatch.setattr(wishing, "send", send)
    monkeypatch.setattr(wishing, "is_understood", lambda url, *, inside: None)


@pytest.fixture
def home(world: World, owner: Program) -> str:
    found = owner.home()
    now = this_moment()
    watched = nears_a_limit(found, now)
    world.tools.store.live.watches.keep([watched], at_ms=int(now.timestamp() * 1_000))
    return found


def notices(owner: Program, home: str) -> Any:
    return owner.get(f"/homes/{home}/notices").json


def test_events_are_told_with_the_soles_at_stake(owner: Program, home: str) -> None:
    document: Any = owner.get(f"/homes/{home}/events").json

    (near,) = document["events"]
    assert near["kind"] == "limit-near"
    assert "140 kWh" in near["text"]
    assert near["soles"] == 18.4
    assert near["told"] is None


@pytest.mark.parametrize("count", ["0", "201", "x"])
def test_a_count_that_cannot_be_is_refused(owner: Program, home: str, count: str) -> None:
    assert owner.get(f"/homes/{home}/events?count={count}").status_code in (400, 422)


def test_a_way_is_added_tried_and_removed_and_its_address_never_told(
    owner: Program, home: str
) -> None:
    added = owner.post(f"/homes/{home}/notices/ways", json=WAY)
    assert added.status_code == 201
    way: Any = added.json
    assert way == {"id": way["id"], "name": "Mi celular", "service": "ntfy · ntfy.ejemplo.pe"}

    shown = owner.get(f"/homes/{home}/notices")
    assert notices(owner, home)["ways"] == [way]
    assert "secreto" not in shown.text + added.text
    tried = owner.post(f"/homes/{home}/notices/ways/{way['id']}/trial")
    assert tried.json == {"outcome": "sent", "status": 200}
    assert owner.ask("DELETE", f"/homes/{home}/notices/ways/{way['id']}").status_code == 204
    assert notices(owner, home)["ways"] == []
    assert owner.ask("DELETE", f"/homes/{home}/notices/ways/{way['id']}").status_code == 422


def test_a_choice_is_kept(owner: Program, home: str) -> None:
    kept = owner.ask("PUT", f"/homes/{home}/notices", json=CHOICE)

    assert kept.status_code == 200
    assert kept.json == {**CHOICE, "ways": []}
    assert owner.get(f"/homes/{home}/notices").json == kept.json


@pytest.mark.parametrize(
    "changed",
    [
        {"address": "file:///etc/passwd"},
        {"address": "ntfys://127.0.0.1/secreto"},
        {"address": ""},
        {"agreed": False},
        {"agreed": "yes"},
        {"name": "x" * 41},
        {"inside": "127.0.0.1"},
    ],
)
def test_a_wrong_way_is_refused(owner: Program, home: str, changed: dict[str, object]) -> None:
    answer = owner.post(f"/homes/{home}/notices/ways", json={**WAY, **changed})

    assert answer.status_code in (400, 422)
    assert "secreto" not in answer.text
    assert notices(owner, home)["ways"] == []


@pytest.mark.parametrize(
    "changed",
    [
        {"events": ["everything"]},
        {"quiet": {"first": 24, "after": 0}},
        {"quiet": {"first": 1}},
        {"most_a_day": 0},
        {"most_a_day": 21},
        {"language": "fr"},
    ],
)
def test_a_wrong_choice_is_refused(owner: Program, home: str, changed: dict[str, object]) -> None:
    answer = owner.ask("PUT", f"/homes/{home}/notices", json={**CHOICE, **changed})

    assert answer.status_code in (400, 422)
    assert notices(owner, home)["language"] == "es"


def test_nobody_else_reads_or_changes_it(
    world: World, owner: Program, stranger: Program, home: str
) -> None:
    reader = world.program(world.key(world.join(), scopes=[Scope.HOMES_READ]))

    for path in ("events", "notices"):
        assert stranger.get(f"/homes/{home}/{path}").status_code == 404
        assert world.program().get(f"/homes/{home}/{path}").status_code == 401
    assert stranger.ask("PUT", f"/homes/{home}/notices", json=CHOICE).status_code == 404
    assert stranger.post(f"/homes/{home}/notices/ways", json=WAY).status_code == 404
    assert reader.post(f"/homes/{home}/notices/ways", json=WAY).status_code == 403
    assert notices(owner, home)["ways"] == []
