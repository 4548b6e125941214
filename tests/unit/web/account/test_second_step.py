"""The second step: codes of an app, recovery codes and passkeys; what half a session may do."""

import json
import re
from collections.abc import Callable
from html import unescape

import pyotp
import pytest
from tests.authenticator import Authenticator
from tests.unit.web.account.conftest import HOME, NAME, PASSWORD, Clock, Person, Service
from tests.unit.web.conftest import unpacked
from werkzeug.test import TestResponse

from ahorraluz.security.roles import Role

STEP, APP, KEY = "/cuenta/segundo-paso", "/cuenta/codigo", "/cuenta/llaves/nueva"
CODE = re.compile(r"<code>([0-9a-z-]{29})</code>")
SECRET = re.compile(r'<code class="secret">([A-Z2-7 ]+)</code>')
OFFER = re.compile(r'name="oferta" value="([^"]+)"')
OPTIONS = re.compile(r'data-options="([^"]+)"')
CREDENTIAL = re.compile(r"/cuenta/llaves/([^/\"]+)/quitar")


def set_up(person: Person, clock: Clock) -> tuple[pyotp.TOTP, list[str]]:
    """Add an authenticator app; return it with the recovery codes shown."""
    html = person.get(APP)
    app = pyotp.TOTP(found(SECRET, html).replace(" ", ""))
    done = person.post(APP, form=APP, oferta=found(OFFER, html), codigo=app.at(clock.at))
    assert done.status_code == 200
    clock.go_on(seconds=60)
    return app, CODE.findall(unpacked(done))


def found(pattern: re.Pattern[str], html: str) -> str:
    match = pattern.search(html)
    assert match is not None, pattern.pattern
    return unescape(match.group(1))


@pytest.fixture
def local(make_service: Callable[..., Service]) -> Service:
    """Return a service with an address that passkeys can be made for."""
    return make_service(public_url="https://ahorraluz.example")


def with_passkey(person: Person, device: Authenticator) -> TestResponse:
    options = found(OPTIONS, person.get(KEY))
    answer = json.dumps(device.register(options))
    return person.post(KEY, form=KEY, respuesta=answer, nombre="Mi celular")


def test_with_an_app_the_password_alone_opens_nothing(
    service: Service, rosa: Person, clock: Clock
) -> None:
    app, codes = set_up(rosa, clock)
    again = service.browser()

    first = again.signs_in()
    before = again.client.get("/cuenta").location
    second = again.post(STEP, form=STEP, codigo=app.at(clock.at))

    assert len(codes) == 10
    assert first.location == STEP
    assert before == STEP
    assert second.location == "/hogares"
    assert again.client.get("/cuenta").status_code == 200


def test_a_code_is_taken_once(service: Service, rosa: Person, clock: Clock) -> None:
    app, _ = set_up(rosa, clock)
    one, two = service.browser(), service.browser()
    one.signs_in()
    two.signs_in()
    code = app.at(clock.at)

    taken = one.post(STEP, form=STEP, codigo=code)
    again = two.post(STEP, form=STEP, codigo=code)

    assert (taken.status_code, again.status_code) == (303, 422)
    assert two.client.get("/cuenta").location == STEP


def test_a_recovery_code_is_taken_once(service: Service, rosa: Person, clock: Clock) -> None:
    _, codes = set_up(rosa, clock)
    one, two = service.browser(), service.browser()
    one.signs_in()
    two.signs_in()

    taken = one.post(STEP, form=STEP, codigo=codes[0].upper())
    again = two.post(STEP, form=STEP, codigo=codes[0])

    assert (taken.status_code, again.status_code) == (303, 422)


def test_wrong_codes_make_the_next_one_wait_and_a_new_sign_in_does_not_help(
    service: Service, rosa: Person, clock: Clock
) -> None:
    app, _ = set_up(rosa, clock)
    thief = service.browser()
    for _ in range(5):
        # Whoever has the password signs in anew for each code, to be counted from nought.
        thief = service.browser()
        thief.signs_in()
        thief.post(STEP, form=STEP, codigo="000000")

    right = thief.post(STEP, form=STEP, codigo=app.at(clock.at))
    signed = service.browser().signs_in()
    clock.go_on(minutes=2)
    later = service.browser()
    later.signs_in()

    assert right.status_code == 422
    assert signed.status_code == 422
    assert later.post(STEP, form=STEP, codigo=app.at(clock.at)).status_code == 303


def test_half_a_session_sets_up_no_factor_of_its_own(
    service: Service, rosa: Person, clock: Clock
) -> None:
    set_up(rosa, clock)
    thief = service.browser()
    thief.signs_in()
    other = service.browser()
    other.joins("otra@ejemplo.pe", PASSWORD)
    html = other.get(APP)
    code = pyotp.TOTP(found(SECRET, html).replace(" ", "")).at(clock.at)

    shown = [thief.client.get(path) for path in (APP, KEY)]
    posted = thief.post(APP, form=STEP, oferta=found(OFFER, html), codigo=code)

    assert [response.location for response in shown] == [STEP, STEP]
    assert posted.status_code == 403
    assert thief.post(KEY, form=STEP, respuesta="{}").status_code == 403


@pytest.mark.parametrize(
    "path", ["/cuenta/rescate", f"{APP}/quitar", "/cuenta/clave", "/cuenta/mis-datos"]
)
def test_half_a_session_changes_and_takes_nothing(
    service: Service, rosa: Person, clock: Clock, path: str
) -> None:
    set_up(rosa, clock)
    thief = service.browser()
    thief.signs_in()

    refused = thief.post(path, form=STEP, clave=PASSWORD, nueva="cinco llamas azules")

    assert refused.status_code == 403


def test_half_a_session_keeps_no_home(service: Service, rosa: Person, clock: Clock) -> None:
    app, _ = set_up(rosa, clock)
    again = service.browser()
    homes = service.tools.store.people.households

    first = again.signs_in(**HOME)
    before = homes.homes_of(service.account().id)
    again.post(STEP, form=first.location, codigo=app.at(clock.at), **HOME)

    assert first.location.startswith(f"{STEP}?")
    assert len(before) == 1
    assert len(homes.homes_of(service.account().id)) == 2


def test_the_offer_of_one_account_does_not_fit_another(
    rosa: Person, stranger: Person, clock: Clock
) -> None:
    html = stranger.get(APP)
    code = pyotp.TOTP(found(SECRET, html).replace(" ", "")).at(clock.at)

    refused = rosa.post(APP, form=APP, oferta=found(OFFER, html), codigo=code)

    assert refused.status_code == 422
    assert "empieza" in unpacked(refused).casefold()


def test_an_offer_is_over_after_half_an_hour(rosa: Person, clock: Clock) -> None:
    html = rosa.get(APP)
    app = pyotp.TOTP(found(SECRET, html).replace(" ", ""))
    clock.go_on(minutes=31)

    late = rosa.post(APP, form=APP, oferta=found(OFFER, html), codigo=app.at(clock.at))

    assert late.status_code == 422


def test_the_session_is_another_one_after_every_change_of_rights(
    service: Service, rosa: Person, clock: Clock
) -> None:
    tokens = [rosa.cookie]
    app, _ = set_up(rosa, clock)
    tokens.append(rosa.cookie)
    again = service.browser()
    again.signs_in()
    tokens.append(again.cookie)
    again.post(STEP, form=STEP, codigo=app.at(clock.at))
    tokens.append(again.cookie)
    clock.go_on(seconds=60)
    again.post(f"{APP}/quitar", clave=PASSWORD, segundo=app.at(clock.at))
    tokens.append(again.cookie)

    assert None not in tokens
    assert len(set(tokens)) == len(tokens)


def test_staff_without_a_second_factor_can_only_set_one_up(service: Service, clock: Clock) -> None:
    service.staff(Role.ADMINISTRATOR)
    boss = service.browser()

    boss.signs_in("jefe@ejemplo.pe")
    sent = boss.client.get("/cuenta").location
    then = boss.client.get(STEP).location
    app, _ = set_up(boss, clock)

    assert (sent, then) == (STEP, APP)
    assert boss.client.get("/cuenta").status_code == 200
    assert len(app.secret) == 32


def test_staff_keeps_its_last_factor(service: Service, clock: Clock) -> None:
    service.staff(Role.AGENCY)
    boss = service.browser()
    boss.signs_in("jefe@ejemplo.pe")
    app, _ = set_up(boss, clock)

    refused = boss.post(f"{APP}/quitar", clave=PASSWORD, segundo=app.at(clock.at))

    assert refused.status_code == 422
    assert "este es el único" in unpacked(refused)
    assert service.account("jefe@ejemplo.pe").has_second_factor


def test_an_app_is_removed_with_password_and_code_and_nothing_less(
    rosa: Person, clock: Clock
) -> None:
    app, codes = set_up(rosa, clock)
    path = f"{APP}/quitar"

    refused = [
        rosa.post(path, clave="otra cosa larga", segundo=codes[0]),
        rosa.post(path, clave=PASSWORD),
        rosa.post(path, clave=PASSWORD, segundo="000000"),
    ]
    removed = rosa.post(path, clave=PASSWORD, segundo=app.at(clock.at))

    assert [response.status_code for response in refused] == [422] * 3
    assert removed.status_code == 303


def test_residents_get_recovery_codes_without_an_app(service: Service, rosa: Person) -> None:
    made = rosa.post("/cuenta/rescate", clave=PASSWORD)

    assert len(CODE.findall(unpacked(made))) == 10
    assert made.headers["Cache-Control"] == "no-store"
    assert "10" in rosa.get("/cuenta")


def test_a_passkey_completes_a_session(local: Service) -> None:
    rosa, device = local.browser(), Authenticator()
    rosa.joins()
    added = with_passkey(rosa, device)
    again = local.browser()

    first = again.signs_in()
    answer = json.dumps(device.sign(found(OPTIONS, again.get(STEP))))
    second = again.post(f"{STEP}/llave", form=STEP, respuesta=answer)

    assert added.status_code == 303
    assert first.location == STEP
    assert second.status_code == 303
    assert again.client.get("/cuenta").status_code == 200
    assert "Mi celular" in again.get("/cuenta")


def test_an_answer_of_a_passkey_is_good_for_its_session_and_once(local: Service) -> None:
    rosa, device = local.browser(), Authenticator()
    rosa.joins()
    with_passkey(rosa, device)
    one, two = local.browser(), local.browser()
    one.signs_in()
    two.signs_in()
    answer = json.dumps(device.sign(found(OPTIONS, one.get(STEP))))

    elsewhere = two.post(f"{STEP}/llave", form=STEP, respuesta=answer)
    used = one.post(f"{STEP}/llave", form=STEP, respuesta=answer)

    assert elsewhere.status_code == 422
    assert used.status_code == 303


def test_the_passkey_of_somebody_else_completes_nothing(local: Service) -> None:
    rosa, hers, other, his = local.browser(), Authenticator(), local.browser(), Authenticator()
    rosa.joins()
    with_passkey(rosa, hers)
    other.joins("otra@ejemplo.pe", PASSWORD)
    with_passkey(other, his)
    thief = local.browser()
    thief.signs_in()

    answer = json.dumps(his.sign(found(OPTIONS, thief.get(STEP))))
    refused = thief.post(f"{STEP}/llave", form=STEP, respuesta=answer)

    assert refused.status_code == 422
    assert thief.client.get("/cuenta").location == STEP


def test_a_passkey_of_somebody_else_is_not_removed(local: Service) -> None:
    rosa, device, other = local.browser(), Authenticator(), local.browser()
    rosa.joins()
    with_passkey(rosa, device)
    credential = found(CREDENTIAL, rosa.get("/cuenta"))
    other.joins("otra@ejemplo.pe", PASSWORD)

    refused = other.post(f"/cuenta/llaves/{credential}/quitar", clave=PASSWORD)
    removed = rosa.post(f"/cuenta/llaves/{credential}/quitar", clave=PASSWORD)

    assert (refused.status_code, removed.status_code) == (404, 303)
    assert not local.account().has_second_factor


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "https://ahorraluz.example.evil.pe"},
        {"party_id": "evil.pe"},
        {"cross_origin": True},
    ],
    ids=["another origin", "another site", "within a frame"],
)
def test_a_passkey_for_another_site_is_not_taken(local: Service, wrong: dict[str, object]) -> None:
    rosa = local.browser()
    rosa.joins()

    refused = with_passkey(rosa, Authenticator(**wrong))  # type: ignore[arg-type]

    assert refused.status_code == 422
    assert not local.account().has_second_factor


def test_the_address_in_a_header_makes_no_site_for_passkeys(service: Service) -> None:
    rosa = service.browser()
    rosa.joins()

    html = unpacked(rosa.client.get(KEY, headers={"Host": "evil.pe"}))

    assert "data-options" not in html
    assert "evil.pe" not in html


@pytest.mark.parametrize("answer", ["", "{}", "[]", "null", '{"response": 3}', "x" * 70_000])
def test_whatever_is_no_answer_of_a_passkey_is_refused(local: Service, answer: str) -> None:
    rosa = local.browser()
    rosa.joins()

    assert rosa.post(KEY, form=KEY, respuesta=answer).status_code == 422


def test_a_label_of_a_passkey_runs_nothing(local: Service) -> None:
    rosa, device = local.browser(), Authenticator()
    rosa.joins()
    options = found(OPTIONS, rosa.get(KEY))
    label = "<script>alert(1)</script>"

    rosa.post(KEY, form=KEY, respuesta=json.dumps(device.register(options)), nombre=label)

    assert "<script>alert" not in rosa.get("/cuenta")
    assert "&lt;script&gt;" in rosa.get("/cuenta")
    assert NAME in rosa.get("/cuenta")


def test_the_token_of_half_a_session_is_worthless_once_it_is_whole(
    service: Service, rosa: Person, clock: Clock
) -> None:
    app, _ = set_up(rosa, clock)
    victim = service.browser()
    victim.signs_in()
    half = str(victim.cookie)

    victim.post(STEP, form=STEP, codigo=app.at(clock.at))

    thief = service.browser()
    thief.client.set_cookie("ahorraluz", half)
    assert thief.client.get(STEP).location == "/entrar"
    assert victim.client.get("/cuenta").status_code == 200
