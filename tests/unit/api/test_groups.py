"""What programs of agencies are told of groups of homes, and what nobody else is."""

import json
from pathlib import Path

import pytest
from tests.programs import Program
from tests.signed_people import Clock, Service, Signed, make_service
from tests.town import Town
from tests.unit.cli.running import faults

from ahorraluz.api import door as api_door
from ahorraluz.security.roles import Role
from ahorraluz.security.scopes import Scope
from ahorraluz.services.accounts.tokens import TokenRequest, make_token
from ahorraluz.web import page as web_page


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Service:
    """Return a service whose pages and API take the clock of the test for now."""
    clock = Clock()
    for module in (web_page, api_door):
        monkeypatch.setattr(module, "datetime", clock)
    return make_service(tmp_path, clock)


def program(service: Service, who: Signed, *scopes: Scope) -> Program:
    asked = TokenRequest(label="prueba", scopes=frozenset(scopes or Scope), days=30)
    account = service.tools.store.people.accounts.get(who.id)
    made = make_token(asked, account=account, tools=service.tools, as_of=service.clock.at)
    return Program(client=service.app.test_client(), key=made.text)


def test_programs_are_told_what_the_page_gives_as_open_data(service: Service) -> None:
    agency, town = service.signed(Role.AGENCY), Town(service)
    town.settle(12)
    town.publish()

    told = program(service, agency).get("/aggregates?lang=en")

    assert told.status_code == 200
    assert told.json == json.loads(agency.get("/agregados.json?lang=en")[1])
    assert faults(told.json, "aggregates") == []
    assert "public" not in told.headers["Cache-Control"]
    assert not any(home in told.text for home in town.homes)


def test_before_the_first_publication_there_are_no_places(service: Service) -> None:
    told = program(service, service.signed(Role.PROVIDER)).get("/aggregates").json

    assert told is not None
    assert (told["published"], told["places"]) == (None, [])
    assert faults(told, "aggregates") == []


def test_what_was_not_published_anew_is_not_sent_again(service: Service) -> None:
    asking, town = program(service, service.signed(Role.AGENCY)), Town(service)
    before = {"If-None-Match": asking.get("/aggregates").headers["ETag"]}

    same = asking.get("/aggregates", headers=before)
    town.settle(12)
    town.publish()
    anew = asking.get("/aggregates", headers=before)

    assert (same.status_code, same.data) == (304, b"")
    assert anew.status_code == 200


@pytest.mark.parametrize("role", [Role.RESIDENT, Role.CONSULTANT, Role.ADMINISTRATOR])
def test_programs_of_others_are_told_nothing(service: Service, role: Role) -> None:
    town = Town(service)
    town.settle(12)
    town.publish()

    refused = program(service, service.signed(role)).get("/aggregates")

    assert refused.status_code == 403
    assert "places" not in refused.text


def test_a_key_needs_the_scope_and_a_stranger_a_key(service: Service) -> None:
    agency = service.signed(Role.AGENCY)
    others = frozenset(Scope) - {Scope.AGGREGATES_READ}

    bare = program(service, agency, *others).get("/aggregates")
    stranger = Program(client=service.app.test_client(), key=None).get("/aggregates")
    wrong = program(service, agency).get("/aggregates?level=district")

    assert (bare.status_code, stranger.status_code, wrong.status_code) == (403, 401, 400)
    assert 'scope="aggregates:read"' in bare.headers["WWW-Authenticate"]
