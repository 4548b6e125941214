"""Every route, asked for by everybody: who is let in is written down, route by route.

The table (``tests/route_table.py``) is by hand, and not read from what the views say of
themselves: a route that nobody wrote down fails, and so does one that lets somebody in who is not
in its line. Views are replaced by one that answers ``REACHED``: only the doors are looked at.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import wraps

import pytest
from flask import Response
from flask.testing import FlaskClient
from tests.route_table import (
    ADMINISTRATOR,
    AGENCY,
    ALL,
    BARE,
    COLLEAGUE,
    CONSULTANT,
    DEVICES,
    HALF,
    IN,
    NOT_FOUND,
    OF_API,
    OF_PAGES,
    OTHER,
    OWNER,
    PROVIDER,
    REFUSED,
    SECOND,
    SIGN_IN,
    STRANGER,
    SUSPENDED,
    UNFINISHED,
    VIEWER,
    VISITORS,
    WITHDRAWN,
)
from tests.signed_people import Clock, Service, Signed, make_service, text_of
from werkzeug.routing import Rule

from ahorraluz.api.door import EXTENSION as API
from ahorraluz.security.roles import Reach, Role
from ahorraluz.security.scopes import Scope
from ahorraluz.security.throttle import Throttle
from ahorraluz.services.accounts.sessions import open_session
from ahorraluz.services.accounts.tokens import TokenRequest, make_token
from ahorraluz.services.portfolio.invitations import Accepting, invite, share_home
from ahorraluz.store.account_records import Account
from ahorraluz.texts import open_texts
from ahorraluz.web import forged

REACHED = 299
"""What a view answers here: no door does."""
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
API_PREFIX = "/api/"


@dataclass(kw_only=True)
class World:
    """A service in which everybody is signed in, with every view replaced."""

    service: Service
    home: str
    accounts: dict[str, Account]
    clients: dict[str, FlaskClient]
    tokens: dict[str, str]
    """Of forms."""
    keys: dict[str, str]

    def rules(self) -> list[Rule]:
        """Return every rule of the application."""
        return list(self.service.app.url_map.iter_rules())

    def address(self, rule: Rule) -> str:
        """Return an address that a rule matches."""
        values = dict.fromkeys(rule.arguments, "1")
        if "home" in values:
            values["home"] = self.home
        with self.service.app.test_request_context():
            built = rule.build(values, append_unknown=False)
        assert built is not None
        return str(built[1])

    def page(self, visitor: str, method: str, address: str) -> str:
        """Return what a visitor gets of a page."""
        headers = {forged.HEADER: self.tokens[visitor]}
        answer = self.clients[visitor].open(address, method=method, headers=headers)
        return _said(answer.status_code, answer.headers.get("Location", ""))

    def program(self, key: str | None, method: str, address: str) -> str:
        """Return what a program gets of the API."""
        headers = {} if key is None else {"Authorization": f"Bearer {key}"}
        client = self.service.app.test_client()
        answer = client.open(address, method=method, headers=headers, json={})
        # What is wrong with a request is told only to who was let in.
        known = {401: SIGN_IN, 403: REFUSED, 404: NOT_FOUND}
        return known.get(answer.status_code, IN)


def _said(status: int, location: str) -> str:
    if status == 303:
        return {"/entrar": SIGN_IN, "/cuenta/segundo-paso": SECOND}[location]
    return {REACHED: IN, 401: SIGN_IN, 403: REFUSED, 404: NOT_FOUND}[status]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Give a service with everybody in it."""
    clock = Clock()
    patch = pytest.MonkeyPatch()
    for module in ("ahorraluz.web.page", "ahorraluz.api.door"):
        patch.setattr(f"{module}.datetime", clock)
    service = make_service(tmp_path_factory.mktemp("roles"), clock)
    limits = service.app.extensions[API].limits
    limits.strangers = limits.programs = Throttle(burst=1e9)
    try:
        yield _everybody(service)
    finally:
        patch.undo()


def _everybody(service: Service) -> World:
    owner, other = service.signed(Role.RESIDENT), service.signed(Role.RESIDENT)
    service.home_of(other)
    home = service.home_of(owner)
    accounts = {
        OWNER: owner.account,
        OTHER: other.account,
        VIEWER: service.account(Role.RESIDENT),
        HALF: owner.account,
        SUSPENDED: service.account(Role.RESIDENT),
        CONSULTANT: service.account(Role.CONSULTANT),
        BARE: service.account(Role.CONSULTANT),
        COLLEAGUE: service.account(Role.CONSULTANT),
        WITHDRAWN: service.account(Role.CONSULTANT),
        PROVIDER: service.account(Role.PROVIDER),
        AGENCY: service.account(Role.AGENCY),
        ADMINISTRATOR: service.account(Role.ADMINISTRATOR),
    }
    people, now = service.tools.store.people, service.clock.at
    for visitor in (CONSULTANT, BARE):
        _invite(service, owner, accounts[visitor], home)
    people.households.grant(home, accounts[WITHDRAWN].id, Reach.CONSULTANT, as_of=now)
    people.households.grant(home, accounts[VIEWER].id, Reach.VIEWER, as_of=now)
    people.households.grant(home, accounts[SUSPENDED].id, Reach.VIEWER, as_of=now)
    keys = {visitor: _key(service, account) for visitor, account in accounts.items()}
    clients = {visitor: _client(service, account, visitor) for visitor, account in accounts.items()}
    clients[STRANGER] = service.app.test_client()
    people.accounts.set_second_factor(accounts[BARE].id, None)
    tokens = {visitor: _form_token(client) for visitor, client in clients.items()}
    people.accounts.suspend(accounts[SUSPENDED].id, at=now)
    _replace_views(service)
    return World(
        service=service,
        home=home,
        accounts=accounts,
        clients=clients,
        tokens=tokens,
        keys=keys,
    )


def _invite(service: Service, owner: Signed, consultant: Account, home: str) -> None:
    tools, now = service.tools, service.clock.at
    code = invite(consultant.id, home=None, tools=tools, as_of=now).code
    accepting = Accepting(code=code, account=owner.id, texts=open_texts("es"))
    share_home(accepting, home=home, days=90, tools=tools, as_of=now)


def _key(service: Service, account: Account, scopes: frozenset[Scope] = frozenset(Scope)) -> str:
    asked = TokenRequest(label="prueba", scopes=scopes, days=30)
    return make_token(asked, account=account, tools=service.tools, as_of=service.clock.at).text


def _client(service: Service, account: Account, visitor: str) -> FlaskClient:
    opened = open_session(
        account,
        device="test",
        complete=visitor not in UNFINISHED,
        tools=service.tools,
        as_of=service.clock.at,
    )
    client = service.app.test_client()
    client.set_cookie("ahorraluz", opened.token)
    return client


def _form_token(client: FlaskClient) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', text_of(client.get("/invitacion")))
    assert found is not None
    return found.group(1)


def _replace_views(service: Service) -> None:
    views = service.app.view_functions
    for name, view in views.items():

        @wraps(view)
        def reached(**_: object) -> Response:
            return Response(status=REACHED)

        views[name] = reached


def _methods(rule: Rule) -> set[str]:
    return set(rule.methods or ()) - {"HEAD", "OPTIONS"}


def test_every_route_is_written_down(world: World) -> None:
    made = {(method, rule.rule) for rule in world.rules() for method in _methods(rule)}

    assert made - set(OF_PAGES) - set(OF_API) == set()
    assert (set(OF_PAGES) | set(OF_API)) - made == set()


@pytest.mark.parametrize("visitor", VISITORS)
def test_nobody_gets_further_than_the_table_says(world: World, visitor: str) -> None:
    wrong = []

    for rule in world.rules():
        if rule.rule.startswith(API_PREFIX):
            continue
        address = world.address(rule)
        for method in _methods(rule):
            line = OF_PAGES.get((method, rule.rule))
            if line is None:
                # The test above tells of it.
                continue
            expected = line.answer(visitor)
            # A form of a stranger cannot be sent again after signing in, so nobody is led there.
            if method != "GET" and expected in (SIGN_IN, SECOND):
                expected = SIGN_IN if visitor == STRANGER else REFUSED
            found = world.page(visitor, method, address)
            if found != expected:
                wrong.append((method, rule.rule, f"{found}, not {expected}"))

    assert wrong == []


@pytest.mark.parametrize("visitor", VISITORS)
def test_no_program_gets_further_than_its_account(world: World, visitor: str) -> None:
    wrong = []

    for (method, path), (line, _) in OF_API.items():
        expected = line.answer(visitor)
        if visitor == HALF:
            # A key was made by who had shown everything.
            expected = line.answer(OWNER)
        if visitor in (SUSPENDED, BARE) or line is DEVICES:
            # Their keys count for nothing, not even where none is needed; those of people
            # count for nothing where devices speak.
            expected = SIGN_IN
        found = world.program(world.keys.get(visitor), method, _of_home(path, world.home))
        if found != expected:
            wrong.append((method, path, f"{found}, not {expected}"))

    assert wrong == []


@pytest.mark.parametrize("scope", list(Scope))
def test_a_key_without_a_scope_opens_nothing_of_it(world: World, scope: Scope) -> None:
    visitor = AGENCY if scope is Scope.AGGREGATES_READ else OWNER
    key = _key(world.service, world.accounts[visitor], frozenset(Scope) - {scope})
    own = {pair: needed for pair, (line, needed) in OF_API.items() if visitor in line.lets_in}

    found = {pair: world.program(key, pair[0], _of_home(pair[1], world.home)) for pair in own}

    assert scope in own.values()
    assert {pair for pair, said in found.items() if said == REFUSED} == {
        pair for pair, needed in own.items() if needed == scope
    }


def test_a_session_opens_nothing_of_the_api(world: World) -> None:
    client = world.clients[OWNER]

    found = {
        client.open(_of_home(path, world.home), method=method, json={}).status_code
        for (method, path), (line, _) in OF_API.items()
        if line is not ALL
    }

    assert found == {401}


@pytest.mark.parametrize("visitor", [OWNER, ADMINISTRATOR, STRANGER])
def test_a_method_that_a_route_does_not_take_is_refused_to_all(world: World, visitor: str) -> None:
    routes = world.service.app.url_map.bind("localhost")
    taken = {
        address: routes.allowed_methods(address) for address in map(world.address, world.rules())
    }
    headers = {forged.HEADER: world.tokens[visitor]}

    found = {
        (method, address)
        for address, methods in taken.items()
        for method in METHODS
        if method not in methods
        if world.clients[visitor].open(address, method=method, headers=headers).status_code != 405
    }

    assert found == set()


@pytest.mark.parametrize("visitor", [OTHER, STRANGER])
def test_asking_for_the_head_alone_opens_no_more(world: World, visitor: str) -> None:
    client = world.clients[visitor]
    addresses = [world.address(rule) for rule in world.rules() if "GET" in _methods(rule)]

    found = [a for a in addresses if client.head(a).status_code != client.get(a).status_code]

    assert found == []


def test_no_form_is_taken_without_the_token_of_its_visitor(world: World) -> None:
    client = world.clients[OWNER]
    forms = [
        (method, world.address(rule))
        for rule in world.rules()
        for method in _methods(rule)
        if method != "GET" and not rule.rule.startswith(API_PREFIX)
    ]

    found = {
        (method, address, client.open(address, method=method, headers=headers).status_code)
        for method, address in forms
        for headers in ({}, {forged.HEADER: world.tokens[OTHER]}, {forged.HEADER: "A" * 86})
    }

    assert len(forms) > 40
    assert {said for said in found if said[2] != 403} == set()


def _of_home(path: str, home: str) -> str:
    return re.sub(r"<[^>]+>", "1", path.replace("<home>", home))
