"""What an open browser alone does not do: password, and second factor, are asked for again."""

import json
import re
from collections.abc import Callable

import pyotp
import pytest
from tests.authenticator import Authenticator
from tests.unit.web.account.conftest import NAME, PASSWORD, Clock, Person, Service
from tests.unit.web.account.test_programs import PROGRAMS, asks, make
from tests.unit.web.account.test_second_step import (
    APP,
    KEY,
    OFFER,
    OPTIONS,
    SECRET,
    STEP,
    found,
    set_up,
    with_passkey,
)
from tests.unit.web.conftest import unpacked
from werkzeug.test import TestResponse

from ahorraluz.api import door as api_door

NEW = "cinco llamas azules"
ACTS = {
    "a key of a program": (PROGRAMS, {"para": "x", "permiso": "homes:read", "dias": "30"}),
    "the export": ("/cuenta/mis-datos", {}),
    "the export later": ("/trabajos", {"que": "account-export"}),
    "deletion of the account": ("/cuenta/borrar", {}),
    "deletion of a home": ("/cuenta/hogares/HOME/borrar", {}),
    "recovery codes": ("/cuenta/rescate", {}),
    "no code app": (f"{APP}/quitar", {}),
    "another password": ("/cuenta/clave", {"nueva": NEW}),
    "another name": ("/cuenta/nombre", {"nombre": "otra@ejemplo.pe"}),
}


@pytest.fixture(autouse=True)
def one_clock(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    monkeypatch.setattr(api_door, "datetime", clock)


def does(service: Service, person: Person, act: str, **proof: str) -> TestResponse:
    path, fields = ACTS[act]
    homes = service.tools.store.people.households.homes_of(service.account().id)
    return person.post(path.replace("HOME", homes[0].home), **fields, **proof)


@pytest.mark.parametrize("act", ACTS)
def test_nothing_is_done_without_the_password(service: Service, rosa: Person, act: str) -> None:
    missing = does(service, rosa, act)
    wrong = does(service, rosa, act, clave="otra cosa larga")

    assert (missing.status_code, wrong.status_code) == (422, 422)
    assert missing.mimetype == "text/html"
    assert service.account().name == NAME


@pytest.mark.parametrize("act", ACTS)
def test_nothing_is_done_without_the_second_factor_where_there_is_one(
    service: Service, rosa: Person, clock: Clock, act: str
) -> None:
    app, _ = set_up(rosa, clock)

    missing = does(service, rosa, act, clave=PASSWORD)
    wrong = does(service, rosa, act, clave=PASSWORD, segundo="000000")
    right = does(service, rosa, act, clave=PASSWORD, segundo=app.at(clock.at))

    assert (missing.status_code, wrong.status_code) == (422, 422)
    assert "segundo paso" in unpacked(missing)
    assert right.status_code in (200, 303)


def test_a_code_for_it_is_taken_once(service: Service, rosa: Person, clock: Clock) -> None:
    app, _ = set_up(rosa, clock)
    code = app.at(clock.at)

    first = does(service, rosa, "the export", clave=PASSWORD, segundo=code)
    again = does(service, rosa, "the export", clave=PASSWORD, segundo=code)

    assert (first.status_code, again.status_code) == (200, 422)


def test_wrong_codes_for_it_make_the_next_wait(
    service: Service, rosa: Person, clock: Clock
) -> None:
    app, _ = set_up(rosa, clock)
    for _ in range(5):
        does(service, rosa, "the export", clave=PASSWORD, segundo="000000")

    held = does(service, rosa, "the export", clave=PASSWORD, segundo=app.at(clock.at))

    assert held.status_code == 422


def test_who_has_passkeys_alone_has_shown_one_shortly_before(
    make_service: Callable[..., Service], clock: Clock
) -> None:
    service = make_service(public_url="https://ahorraluz.example")
    rosa, device = service.browser(), Authenticator()
    rosa.joins()
    with_passkey(rosa, device)
    back = service.browser()
    back.signs_in()
    answer = json.dumps(device.sign(found(OPTIONS, back.get(STEP))))
    back.post(f"{STEP}/llave", form=STEP, respuesta=answer)
    path = "/cuenta/mis-datos"

    fresh = back.post(path, clave=PASSWORD)
    clock.go_on(minutes=14)
    renamed = back.post("/cuenta/nombre", nombre="r@ejemplo.pe", clave=PASSWORD)
    clock.go_on(minutes=2)
    late = back.post(path, clave=PASSWORD)

    # Another session in place of this one does not make what was shown any newer.
    assert (fresh.status_code, renamed.status_code, late.status_code) == (200, 303, 422)
    assert "15 minutos" in unpacked(late)


def test_an_open_browser_adds_no_factor_of_somebody_elses(rosa: Person, clock: Clock) -> None:
    clock.go_on(minutes=16)
    html = rosa.get(APP)
    code = pyotp.TOTP(found(SECRET, html).replace(" ", "")).at(clock.at)
    offer = found(OFFER, html)

    alone = rosa.post(APP, form=APP, oferta=offer, codigo=code)
    proved = rosa.post(APP, form=APP, oferta=offer, codigo=code, clave=PASSWORD)

    assert (alone.status_code, proved.status_code) == (422, 200)


def test_an_open_browser_replaces_no_app_without_its_code(
    service: Service, rosa: Person, clock: Clock
) -> None:
    app, _ = set_up(rosa, clock)
    html = rosa.get(APP)
    code = pyotp.TOTP(found(SECRET, html).replace(" ", "")).at(clock.at)
    offer = found(OFFER, html)

    alone = rosa.post(APP, form=APP, oferta=offer, codigo=code, clave=PASSWORD)
    key = rosa.post(KEY, form=APP, respuesta="{}", clave=PASSWORD)
    proved = rosa.post(
        APP, form=APP, oferta=offer, codigo=code, clave=PASSWORD, segundo=app.at(clock.at)
    )

    assert (alone.status_code, key.status_code, proved.status_code) == (422, 422, 200)


def test_another_password_ends_the_keys_of_programs(service: Service, rosa: Person) -> None:
    key = make(rosa)

    rosa.post("/cuenta/clave", clave=PASSWORD, nueva=NEW)

    assert asks(service, key) == 401
    assert "Se quitó una llave" in rosa.get("/cuenta/registro")


def test_keys_of_programs_stay_where_their_person_says_so(service: Service, rosa: Person) -> None:
    key = make(rosa)
    told = rosa.get("/cuenta")

    rosa.post("/cuenta/clave", clave=PASSWORD, nueva=NEW, llaves="quedan")

    assert re.search(r'name="llaves" value="quedan">', told)
    assert "checked" not in told
    assert asks(service, key) == 200


def test_where_there_are_no_keys_nothing_is_said_of_them(rosa: Person) -> None:
    assert 'name="llaves"' not in rosa.get("/cuenta")


def test_who_has_learnt_of_several_names_learns_of_no_more(
    service: Service, rosa: Person, clock: Clock
) -> None:
    prober = service.browser()
    for number in range(5):
        service.browser().joins(f"persona{number}@ejemplo.pe", "siete zorros lentos")
    told = [
        unpacked(prober.joins(f"persona{number}@ejemplo.pe", "siete zorros lentos"))
        for number in range(5)
    ]

    taken = prober.joins(NAME, "siete zorros lentos")
    free = prober.joins("nadie@ejemplo.pe", "siete zorros lentos")
    clock.go_on(minutes=10)
    later = prober.joins("nadie@ejemplo.pe", "siete zorros lentos")

    def bare(response: TestResponse) -> str:
        return re.sub(r'value="[^"]*"', "", unpacked(response))

    assert all("Ya hay una cuenta" in page for page in told)
    assert (taken.status_code, free.status_code) == (422, 422)
    assert bare(taken) == bare(free)
    assert "varios nombres" in unpacked(free)
    assert later.status_code == 303


def test_one_name_is_not_asked_for_again_and_again(service: Service, rosa: Person) -> None:
    from ahorraluz.core.issues import AhorraLuzError
    from ahorraluz.services.accounts.entering import Joining, join

    def asked(number: int) -> str:
        joining = Joining(
            name=NAME, password="siete zorros lentos", language="es", asker=f"192.0.2.{number}"
        )
        try:
            join(joining, tools=service.tools, as_of=service.clock.at)
        except AhorraLuzError as error:
            return error.issue.code
        return "joined"

    codes = [asked(number) for number in range(8)]

    assert codes[0] == "account-there-already"
    assert codes[-1] == "names-asked-too-often"


def test_who_changes_their_name_learns_of_few_names_as_well(service: Service, rosa: Person) -> None:
    for number in range(6):
        service.browser().joins(f"persona{number}@ejemplo.pe", "siete zorros lentos")

    pages = [
        unpacked(rosa.post("/cuenta/nombre", nombre=f"persona{n}@ejemplo.pe", clave=PASSWORD))
        for n in range(6)
    ]

    assert "Ya hay una cuenta" in pages[0]
    assert "varios nombres" in pages[-1]
