"""Every route, asked for by everybody: who is let in is written down here, route by route.

The table is by hand, and not read from what the views say of themselves: a route that nobody
wrote down fails, and so does one that lets somebody in who is not in its line. Views are replaced
by one that answers ``REACHED``, so that only the doors are looked at.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import wraps

import pytest
from flask import Response
from flask.testing import FlaskClient
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
IN, NOT_FOUND, REFUSED, SIGN_IN, SECOND = "in", "not found", "refused", "sign in", "second factor"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
API_PREFIX = "/api/"

OWNER = "owner"
HALF = "owner before the second factor"
SUSPENDED = "viewer who is suspended"
OTHER = "resident of another home"
VIEWER = "resident who may view"
CONSULTANT = "consultant of the home"
BARE = "consultant of the home without a second factor"
COLLEAGUE = "consultant of other homes"
WITHDRAWN = "consultant who may no more"
PROVIDER, AGENCY, ADMINISTRATOR, STRANGER = "provider", "agency", "administrator", "stranger"
RESIDENTS = frozenset({OWNER, OTHER, VIEWER})
CONSULTANTS = frozenset({CONSULTANT, COLLEAGUE, WITHDRAWN})
SIGNED = RESIDENTS | CONSULTANTS | {PROVIDER, AGENCY, ADMINISTRATOR}
UNFINISHED = frozenset({HALF, BARE})
VISITORS = (*sorted(SIGNED), HALF, BARE, SUSPENDED, STRANGER)


@dataclass(frozen=True, kw_only=True)
class Line:
    """Who gets in, and what the others are told; whoever is in neither is refused."""

    lets_in: frozenset[str]
    not_found: frozenset[str] = frozenset()
    """Who is told that there is no such home."""
    unfinished: bool = False
    """Whether a session without its second factor gets in, too."""
    open: bool = False
    """Whether nobody is sent away to sign in."""

    def answer(self, visitor: str) -> str:
        """Return what a visitor of the pages gets."""
        if visitor in self.lets_in:
            return IN
        if visitor in self.not_found:
            return NOT_FOUND
        if self.open:
            return REFUSED
        if visitor in UNFINISHED:
            return IN if self.unfinished else SECOND
        return SIGN_IN if visitor in (STRANGER, SUSPENDED) else REFUSED


EVERYBODY = frozenset(VISITORS)
STRANGE = frozenset({OTHER, COLLEAGUE, WITHDRAWN})
"""Who may keep homes, and not reach this one."""
ALL = Line(lets_in=EVERYBODY, open=True)
ACCOUNT = Line(lets_in=SIGNED)
BEGUN = Line(lets_in=SIGNED, unfinished=True)
KEEPERS = Line(lets_in=RESIDENTS | CONSULTANTS)
READ = Line(lets_in=frozenset({OWNER, VIEWER, CONSULTANT}), not_found=STRANGE)
EDIT = Line(lets_in=frozenset({OWNER, CONSULTANT}), not_found=STRANGE)
OWN = Line(lets_in=frozenset({OWNER}), not_found=STRANGE)
PORTFOLIO = Line(lets_in=CONSULTANTS)
CLIENT = Line(lets_in=frozenset({CONSULTANT}), not_found=frozenset({COLLEAGUE, WITHDRAWN}))
QUICK_READ = Line(lets_in=READ.lets_in, not_found=EVERYBODY - READ.lets_in, open=True)
QUICK_OWN = Line(lets_in=OWN.lets_in, not_found=EVERYBODY - READ.lets_in, open=True)
OFFERS = Line(lets_in=frozenset({PROVIDER}))
GROUPS = Line(lets_in=frozenset({PROVIDER, AGENCY}))
POLICIES = Line(lets_in=frozenset({AGENCY}))
OPERATIONS = Line(lets_in=frozenset({ADMINISTRATOR}))

PAGES: Mapping[Line, str] = {
    ALL: """
        GET /                           GET /acerca
        GET /c/<token>                  GET /crear-cuenta
        POST /crear-cuenta              GET /ejemplos
        GET /ejemplos/<example>         GET /energias
        GET /energias/<name>            GET /entrar
        POST /entrar                    GET /hogar
        GET /invitacion                 POST /invitacion
        GET /manifest.webmanifest       GET /medidor
        POST /medidor                   GET /medidor/<token>
        POST /medidor/<token>/descartar POST /medidor/<token>/guardar
        GET /privacidad                 GET /recibo
        GET /reclamo                    GET /recuperar
        POST /recuperar                 GET /recuperar/<token>
        POST /recuperar/<token>         POST /recuperar/codigo
        GET /respuesta                  GET /resultados
        GET /resultados-huellas.txt     GET /resultados.csv
        GET /resultados.json            GET /revision
        GET /salud                      GET /sin-conexion
        GET /static/<name>              GET /sw.js
        GET /metrics                    GET /listo
    """,
    BEGUN: """
        GET /cuenta/codigo              POST /cuenta/codigo
        GET /cuenta/llaves/nueva        POST /cuenta/llaves/nueva
        GET /cuenta/segundo-paso        POST /cuenta/segundo-paso
        POST /cuenta/segundo-paso/llave POST /salir
    """,
    ACCOUNT: """
        GET /cuenta                     GET /cuenta/borrar
        POST /cuenta/borrar             POST /cuenta/clave
        POST /cuenta/codigo/quitar      POST /cuenta/equipos
        POST /cuenta/equipos/<handle>   POST /cuenta/idioma
        POST /cuenta/mis-datos          POST /cuenta/nombre
        GET /cuenta/registro            POST /cuenta/rescate
        GET /hogares                    POST /cuenta/llaves/<credential>/quitar
        GET /cuenta/programas           POST /cuenta/programas
        POST /cuenta/programas/<int:key>/quitar
    """,
    KEEPERS: """
        POST /consumo/<home>/guardar    GET /cuenta/permisos
        POST /cuenta/permisos           POST /cuenta/permisos/<int:consent>/quitar
        POST /hogares                   POST /invitacion/aceptar
    """,
    READ: """
        GET /hogares/<home>                     GET /hogares/<home>/consumo
        GET /hogares/<home>/consumo/datos.csv   GET /hogares/<home>/consumo/tabla.csv
        GET /hogares/<home>/informe             GET /hogares/<home>/informe.pdf
        GET /hogares/<home>/pasos/siguiente     GET /hogares/<home>/reclamo
        GET /hogares/<home>/reclamo.pdf         GET /hogares/<home>/revision
    """,
    EDIT: """
        GET /hogares/<home>/medidor             POST /hogares/<home>/medidor
        GET /hogares/<home>/medidor/<token>     POST /hogares/<home>/medidor/<token>/descartar
        GET /hogares/<home>/pasos/<step>        POST /hogares/<home>/medidor/<token>/guardar
        POST /hogares/<home>/pasos/<step>       POST /hogares/<home>/pasos/cifras
        POST /hogares/<home>/plan/<step>        POST /hogares/<home>/pasos/recibos/archivo
    """,
    OWN: """
        GET /hogares/<home>/acceso              POST /hogares/<home>/acceso/quitar
        GET /hogares/<home>/ofertas             POST /hogares/<home>/ofertas
        POST /hogares/<home>/ofertas/quitar     POST /hogares/<home>/compartir
        POST /hogares/<home>/compartir/<int:link>/quitar
        GET /cuenta/hogares/<home>/borrar       POST /cuenta/hogares/<home>/borrar
    """,
    QUICK_READ: """
        GET /consumo/<home>         GET /consumo/<home>/datos.csv
        GET /consumo/<home>/informe
    """,
    QUICK_OWN: "POST /consumo/<home>/borrar",
    PORTFOLIO: """
        GET /cartera                    POST /cartera/calcular
        GET /cartera/cuadros            POST /cartera/exportar
        GET /cartera/importar           POST /cartera/importar
        GET /cartera/importar/<token>   POST /cartera/importar/<token>/descartar
        POST /cartera/informes          POST /cartera/importar/<token>/guardar
        GET /cartera/invitaciones       POST /cartera/invitaciones
        POST /cartera/invitaciones/anular
    """,
    CLIENT: """
        GET /cartera/<home>             POST /cartera/<home>/invitar
        POST /cartera/<home>/notas      POST /cartera/<home>/quitar
    """,
    OFFERS: """
        GET /ofertas                    GET /ofertas/demanda
        GET /ofertas/nueva              POST /ofertas/nueva
        GET /ofertas/interesados        POST /ofertas/interesados/<int:lead>
    """,
    GROUPS: "",
    POLICIES: "",
    OPERATIONS: "",
}
"""Who gets to which page."""

ENDPOINTS: Mapping[tuple[Line, Scope | None], str] = {
    (ALL, None): """
        POST /api/v1/audit              POST /api/v1/bill
        GET /api/v1/distributors        GET /api/v1/docs
        GET /api/v1/docs.css            POST /api/v1/forecast
        GET /api/v1/openapi.json        POST /api/v1/plan
        GET /api/v1/renewables          GET /api/v1/renewables/<entry>
        GET /api/v1/scoreboard
    """,
    (ACCOUNT, Scope.ACCOUNT_READ): "GET /api/v1/account",
    (KEEPERS, Scope.HOMES_READ): "GET /api/v1/homes",
    (KEEPERS, Scope.HOMES_WRITE): "POST /api/v1/homes",
    (READ, Scope.HOMES_READ): """
        GET /api/v1/homes/<home>        GET /api/v1/homes/<home>/audit
        GET /api/v1/homes/<home>/bill
    """,
    (READ, Scope.PLAN_READ): """
        GET /api/v1/homes/<home>/forecast   GET /api/v1/homes/<home>/plan
        POST /api/v1/homes/<home>/plan      GET /api/v1/homes/<home>/steps
    """,
    (READ, Scope.READINGS_READ): """
        GET /api/v1/homes/<home>/imports    GET /api/v1/homes/<home>/readings
        GET /api/v1/homes/<home>/tariffs    GET /api/v1/homes/<home>/usage
    """,
    (EDIT, Scope.HOMES_WRITE): "PUT /api/v1/homes/<home>",
    (EDIT, Scope.READINGS_WRITE): """
        DELETE /api/v1/homes/<home>/imports/<int:number>
        POST /api/v1/homes/<home>/readings
    """,
    (EDIT, Scope.PLAN_WRITE): """
        POST /api/v1/homes/<home>/promises  POST /api/v1/homes/<home>/steps
    """,
    (OWN, Scope.HOMES_WRITE): "DELETE /api/v1/homes/<home>",
}
"""Which program gets to what of the API, and by which scope of its key."""


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    words = text.split()
    return zip(words[::2], words[1::2], strict=True)


OF_PAGES = {pair: line for line, text in PAGES.items() for pair in _pairs(text)}
OF_API = {pair: said for said, text in ENDPOINTS.items() for pair in _pairs(text)}


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
        if visitor in (SUSPENDED, BARE):
            # Their keys count for nothing, not even where none is needed.
            expected = SIGN_IN
        if visitor == HALF:
            # A key was made by who had shown everything.
            expected = line.answer(OWNER)
        found = world.program(world.keys.get(visitor), method, _of_home(path, world.home))
        if found != expected:
            wrong.append((method, path, f"{found}, not {expected}"))

    assert wrong == []


@pytest.mark.parametrize("scope", list(Scope))
def test_a_key_without_a_scope_opens_nothing_of_it(world: World, scope: Scope) -> None:
    key = _key(world.service, world.accounts[OWNER], frozenset(Scope) - {scope})

    found = {
        pair: world.program(key, pair[0], _of_home(pair[1], world.home))
        for pair, (_, needed) in OF_API.items()
    }

    assert {pair for pair, said in found.items() if said == REFUSED} == {
        pair for pair, (_, needed) in OF_API.items() if needed == scope
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
