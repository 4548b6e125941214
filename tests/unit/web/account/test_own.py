"""One's own account: name, language, password, and the devices it is open on."""

import re

from tests.unit.web.account.conftest import NAME, PASSWORD, Clock, Person, Service
from tests.unit.web.conftest import unpacked

from ahorraluz.security.roles import Role

NEW = "cinco llamas azules"


def test_the_account_says_how_one_signs_in_and_where_it_is_open(rosa: Person) -> None:
    html = rosa.get("/cuenta")

    assert NAME in html
    assert "Este equipo" in html


def test_a_new_password_counts_and_ends_every_other_session(service: Service, rosa: Person) -> None:
    elsewhere = service.browser()
    elsewhere.signs_in()

    changed = rosa.post("/cuenta/clave", clave=PASSWORD, nueva=NEW)

    assert changed.status_code == 303
    assert rosa.client.get("/cuenta").status_code == 200
    assert elsewhere.client.get("/cuenta").location == "/entrar"
    assert service.browser().signs_in().status_code == 422
    assert service.browser().signs_in(password=NEW).status_code == 303


def test_a_password_is_changed_with_the_old_one_alone(service: Service, rosa: Person) -> None:
    refused = rosa.post("/cuenta/clave", clave="otra cosa larga", nueva=NEW)

    assert refused.status_code == 422
    assert "La clave no es la de esta cuenta" in unpacked(refused)
    assert service.browser().signs_in().status_code == 303


def test_a_weak_new_password_is_refused_and_the_old_one_stays(
    service: Service, rosa: Person
) -> None:
    refused = rosa.post("/cuenta/clave", clave=PASSWORD, nueva="corta")

    assert refused.status_code == 422
    assert service.browser().signs_in().status_code == 303


def test_whoever_finds_an_open_browser_cannot_try_passwords_for_long(
    service: Service, rosa: Person, clock: Clock
) -> None:
    for _ in range(5):
        rosa.post("/cuenta/clave", clave="otra cosa larga", nueva=NEW)

    held = rosa.post("/cuenta/clave", clave=PASSWORD, nueva=NEW)
    clock.go_on(minutes=2)
    later = rosa.post("/cuenta/clave", clave=PASSWORD, nueva=NEW)

    assert held.status_code == 422
    assert later.status_code == 303


def test_another_name_is_taken_over_and_the_former_is_free(service: Service, rosa: Person) -> None:
    changed = rosa.post("/cuenta/nombre", nombre="987 654 321", clave=PASSWORD)

    assert changed.status_code == 303
    assert service.browser().signs_in(name="987654321").status_code == 303
    assert service.browser().signs_in().status_code == 422


def test_the_name_of_somebody_else_is_not_given(rosa: Person, stranger: Person) -> None:
    refused = rosa.post("/cuenta/nombre", nombre="987654321", clave=PASSWORD)

    assert refused.status_code == 422
    assert stranger.client.get("/cuenta").status_code == 200


def test_a_name_that_would_begin_a_header_is_refused(service: Service, rosa: Person) -> None:
    for name in ("rosa@ejemplo.pe\r\nBcc: otra@ejemplo.pe", "rosa\n@ejemplo.pe"):
        refused = rosa.post("/cuenta/nombre", nombre=name, clave=PASSWORD)

        assert refused.status_code == 422
    assert service.account().name == NAME


def test_the_language_stays_with_the_account(rosa: Person) -> None:
    rosa.post("/cuenta/idioma", idioma="en")

    assert "My account" in rosa.get("/cuenta")


def test_an_unknown_language_is_refused(rosa: Person) -> None:
    assert rosa.post("/cuenta/idioma", idioma="fr").status_code == 422


def test_one_device_is_closed_and_the_others_stay(service: Service, rosa: Person) -> None:
    second, third = service.browser(), service.browser()
    second.signs_in()
    third.signs_in()
    [first_handle, *_] = re.findall(r"/cuenta/equipos/([0-9a-f]+)", second.get("/cuenta"))

    ended = second.post(f"/cuenta/equipos/{first_handle}")

    assert ended.status_code == 303
    open_ones = [p for p in (rosa, third) if p.client.get("/cuenta").status_code == 200]
    assert len(open_ones) == 1
    assert second.client.get("/cuenta").status_code == 200


def test_all_other_devices_are_closed_at_once(service: Service, rosa: Person) -> None:
    others = [service.browser() for _ in range(2)]
    for other in others:
        other.signs_in()

    rosa.post("/cuenta/equipos")

    assert rosa.client.get("/cuenta").status_code == 200
    assert [other.client.get("/cuenta").status_code for other in others] == [303, 303]


def test_a_device_of_somebody_else_is_not_found(rosa: Person, stranger: Person) -> None:
    stranger.get("/cuenta")
    other = rosa.client.application.extensions["ahorraluz"].tools.store.people
    session = other.sessions.of_account(other.accounts.find("+51987654321").id, at=Clock().at)[0]

    refused = rosa.post(f"/cuenta/equipos/{session.hash[:16]}")

    assert refused.status_code == 404
    assert stranger.client.get("/cuenta").status_code == 200


def test_the_record_tells_what_was_done(service: Service, rosa: Person) -> None:
    rosa.post("/cuenta/clave", clave=PASSWORD, nueva=NEW)
    service.browser().signs_in()

    html = rosa.get("/cuenta/registro")

    assert "Se cambió la clave" in html
    assert "Alguien falló al entrar" in html


def test_a_device_is_told_as_people_know_it(service: Service, rosa: Person) -> None:
    other = service.browser()
    agent = (
        "Mozilla/5.0 (Linux; Android 14; SM-A546E) AppleWebKit/537.36 (KHTML, like Gecko) "
        "SamsungBrowser/25.0 Chrome/121.0 Mobile Safari/537.36"
    )
    sent = {"csrf": other.token("/entrar"), "nombre": NAME, "clave": PASSWORD}

    other.client.post("/entrar", data=sent, headers={"User-Agent": agent})

    assert "Samsung Internet en Android" in rosa.get("/cuenta")


def test_staff_is_led_to_its_work_and_not_to_homes(service: Service) -> None:
    service.staff(Role.AGENCY)
    boss = service.browser()
    boss.signs_in("jefe@ejemplo.pe")

    html = boss.get("/privacidad")

    assert "Mi trabajo" in html
    assert 'href="/hogares"' not in html
