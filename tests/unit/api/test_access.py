"""Who may ask for what: each test would fail without the guard of the API."""

from collections.abc import Callable

import pytest
from tests.programs import ANSWERS, PASSWORD, Program, World, readings

from ahorraluz.api.door import Limits, this_moment
from ahorraluz.api.endpoints import MARK, Endpoint, endpoints
from ahorraluz.security.roles import Role, may
from ahorraluz.security.scopes import Scope
from ahorraluz.security.throttle import Throttle
from ahorraluz.services.accounts.tokens import revoke_token, tokens_of
from ahorraluz.web.guard import rule_for

BODIES: dict[str, dict[str, object]] = {
    "keepHome": {"json": {"answers": ANSWERS}},
    "replaceHome": {"json": {"answers": ANSWERS}, "headers": {"If-Match": "*"}},
    "tryPlan": {"json": {"answers": {"kwh": 90}}},
    "sendReadings": {"data": readings(48), "content_type": "application/x-ndjson"},
    "promiseStep": {"json": {"step": "shorter-showers"}},
    "takeStep": {"json": {"step": "shorter-showers", "day": "2026-11-01"}},
}


def guarded(world: World) -> list[Endpoint]:
    return [made for made in endpoints(world.app) if not made.open]  # type: ignore[arg-type]


def ask(program: Program, made: Endpoint, home: str) -> int:
    path = made.path.replace("<home>", home).replace("<int:number>", "1")
    return program.ask(made.method, path, **BODIES.get(made.name, {})).status_code


def test_every_address_of_the_api_says_who_may_use_it(world: World) -> None:
    found = {
        rule.endpoint
        for rule in world.app.url_map.iter_rules()
        if rule.rule.startswith("/api/") and rule.endpoint.partition(".")[0] == "api"
    }

    assert found == {f"api.{made.name}" for made in endpoints(world.app)}  # type: ignore[arg-type]
    assert all((rule := rule_for(world.app, name)) and rule.elsewhere for name in found)


def test_an_endpoint_that_does_not_say_it_is_refused(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(world.app.view_functions["api.listDistributors"], MARK)

    assert world.program().get("/distributors").status_code == 403


def test_whoever_has_no_key_gets_in_nowhere(world: World, owner: Program) -> None:
    home = owner.home()

    answers = {made.name: ask(world.program(), made, home) for made in guarded(world)}

    assert set(answers.values()) == {401}
    assert len(answers) > 15


@pytest.mark.parametrize(
    "sent",
    [
        "Bearer nothing",
        "Bearer ",
        "Basic cm9zYTpjbGF2ZQ==",
        "Bearer " + "a" * 5_000,
        "bearer ñandú",
    ],
)
def test_a_key_that_is_none_opens_nothing(world: World, sent: str) -> None:
    headers = {"Authorization": sent.encode().decode("latin-1")}

    response = world.program().get("/account", headers=headers)

    assert response.status_code == 401
    assert "invalid_token" in response.headers["WWW-Authenticate"]


def test_a_key_is_good_until_it_is_over(world: World) -> None:
    account = world.join()

    assert world.program(world.key(account, ago=29, days=30)).get("/account").status_code == 200
    assert world.program(world.key(account, ago=31, days=30)).get("/account").status_code == 401


def test_a_revoked_key_opens_nothing_any_more(world: World) -> None:
    account = world.join()
    program, now = world.program(world.key(account)), this_moment()
    assert program.get("/account").status_code == 200

    (token,) = tokens_of(account, tools=world.tools, as_of=now)
    stolen = revoke_token(token.id, account=world.join(), tools=world.tools, as_of=now)
    still = program.get("/account").status_code
    revoked = revoke_token(token.id, account=account, tools=world.tools, as_of=now)

    assert (stolen, still, revoked) == (False, 200, True)
    assert program.get("/account").status_code == 401


def test_a_key_is_kept_as_its_hash_only(world: World, owner: Program) -> None:
    owner.get("/account")

    held = b"".join(path.read_bytes() for path in world.tools.settings.data_dir.rglob("*.db*"))

    assert owner.key is not None
    assert owner.key.encode() not in held
    assert b"prueba" not in held


@pytest.mark.parametrize("scope", list(Scope))
def test_a_key_does_what_its_scope_says_and_no_more(world: World, scope: Scope) -> None:
    account = world.join()
    home = world.program(world.key(account)).home()
    program = world.program(world.key(account, scopes=[scope]))

    for made in guarded(world):
        if made.scope is not scope:
            # Those of devices take no key of an account at all.
            assert ask(program, made, home) == (401 if made.device else 403), made.name
    mine = [
        made
        for made in guarded(world)
        if made.scope is scope
        and made.name != "deleteHome"
        and (made.permission is None or may(account.role, made.permission))
    ]
    assert {ask(program, made, home) for made in mine} & {401, 403} == set()


def test_a_home_is_not_found_by_who_has_nothing_to_do_with_it(
    world: World, owner: Program, stranger: Program
) -> None:
    home = owner.home()
    of_homes = [made for made in guarded(world) if "<home>" in made.path]

    answers = {made.name: ask(stranger, made, home) for made in of_homes}
    invented = {made.name: ask(stranger, made, "h-" + "0" * 32) for made in of_homes}

    assert answers == dict.fromkeys(answers, 404) == invented
    assert len(answers) > 12
    assert owner.get(f"/homes/{home}").headers["ETag"] == '"2"'
    assert stranger.get("/homes").json == {"homes": [], "next": None}


@pytest.mark.parametrize("role", [Role.PROVIDER, Role.AGENCY, Role.ADMINISTRATOR])
def test_staff_without_a_second_factor_gets_in_nowhere(world: World, role: Role) -> None:
    assert world.program(world.key(world.join(role))).get("/account").status_code == 401


def test_the_cookie_of_a_session_means_nothing_here(world: World, owner: Program) -> None:
    home = owner.home()
    client = world.app.test_client()
    joined = client.get("/crear-cuenta")
    token = joined.text.split('name="csrf" value="')[1].split('"')[0]
    form = {"csrf": token, "nombre": "otra@example.pe", "clave": PASSWORD}
    assert client.post("/crear-cuenta", data=form).status_code == 303

    assert client.get("/api/v1/homes").status_code == 401
    assert client.delete(f"/api/v1/homes/{home}").status_code == 401


def test_too_many_requests_are_told_when_to_come_again(make: Callable[..., World]) -> None:
    limits = Limits(strangers=Throttle(2, 0.5), programs=Throttle(3, 1))
    world = make(limits=limits)
    program, other = (world.program(world.key(world.join())) for _ in range(2))

    strangers = [world.program().get("/distributors") for _ in range(3)]
    programs = [program.get("/account") for _ in range(4)]

    assert [r.status_code for r in strangers] == [200, 200, 429]
    assert strangers[2].headers["Retry-After"] == "2"
    assert strangers[0].headers["RateLimit"] == '"default";r=1;t=2'
    assert strangers[0].headers["RateLimit-Policy"] == '"default";q=2;w=4'
    assert [r.status_code for r in programs] == [200, 200, 200, 429]
    assert other.get("/account").status_code == 200
    assert strangers[2].mimetype == "application/problem+json"


def test_guessing_keys_is_held_back(make: Callable[..., World]) -> None:
    world = make(limits=Limits(strangers=Throttle(5, 0.1)))

    tried = [world.program(f"ahorraluz_{n:043}").get("/account").status_code for n in range(7)]

    assert tried == [401] * 5 + [429] * 2
