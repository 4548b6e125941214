"""Keys of programs, as their person makes and ends them."""

import re

import pytest
from tests.unit.web.account.conftest import PASSWORD, Clock, Person, Service
from tests.unit.web.conftest import unpacked

from ahorraluz.api import door as api_door

PROGRAMS = "/cuenta/programas"
_KEY = re.compile(r"ahorraluz_[A-Za-z0-9_-]{43}")
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture(autouse=True)
def one_clock(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    monkeypatch.setattr(api_door, "datetime", clock)


def make(person: Person, *, label: str = "Medidor de la azotea", days: str = "90") -> str:
    response = person.post(
        PROGRAMS, form=PROGRAMS, para=label, permiso="account:read", dias=days, clave=PASSWORD
    )
    found = _KEY.search(unpacked(response))
    assert response.status_code == 200
    assert found is not None
    return found.group()


def asks(service: Service, key: str) -> int:
    headers = {"Authorization": f"Bearer {key}"}
    return service.app.test_client().get("/api/v1/account", headers=headers).status_code


def test_a_key_is_shown_once_and_opens_what_was_ticked(service: Service, rosa: Person) -> None:
    key = make(rosa)

    listed = rosa.get(PROGRAMS)

    assert asks(service, key) == 200
    assert "Medidor de la azotea" in listed
    assert _KEY.search(listed) is None
    headers = {"Authorization": f"Bearer {key}"}
    assert service.app.test_client().get("/api/v1/homes", headers=headers).status_code == 403


def test_a_key_is_ended_by_its_person_and_nobody_else(
    service: Service, rosa: Person, stranger: Person
) -> None:
    key = make(rosa)
    path = re.findall(rf"{PROGRAMS}/\d+/quitar", rosa.get(PROGRAMS))[0]

    stolen = stranger.post(path, form=PROGRAMS)
    still = asks(service, key)
    ended = rosa.post(path, form=PROGRAMS)

    assert (stolen.status_code, still, ended.status_code) == (404, 200, 303)
    assert asks(service, key) == 401
    assert "Medidor de la azotea" not in rosa.get(PROGRAMS)


def test_a_key_is_over_when_its_time_is(service: Service, rosa: Person, clock: Clock) -> None:
    key = make(rosa, days="30")

    clock.go_on(days=31)

    assert asks(service, key) == 401


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"para": "", "permiso": "homes:read", "dias": "90"}, "para qué"),
        ({"para": "x" * 61, "permiso": "homes:read", "dias": "90"}, "60 letras"),
        ({"para": "Uno", "dias": "90"}, "al menos un permiso"),
        ({"para": "Uno", "permiso": "all", "dias": "90"}, "No hay un permiso"),
        ({"para": "Uno", "permiso": "homes:read", "dias": "99999"}, "366 días"),
        ({"para": "Uno", "permiso": "homes:read", "dias": "-1"}, "366 días"),
    ],
)
def test_a_key_that_cannot_be_is_told(rosa: Person, fields: dict[str, str], word: str) -> None:
    response = rosa.post(PROGRAMS, form=PROGRAMS, clave=PASSWORD, **fields)

    assert response.status_code == 422
    assert word in unpacked(response)
    assert "No tienes llaves" in rosa.get(PROGRAMS)


def test_the_name_of_a_key_is_text_wherever_it_is_shown(rosa: Person) -> None:
    response = rosa.post(
        PROGRAMS, form=PROGRAMS, para=SCRIPT, permiso="homes:read", dias="90", clave=PASSWORD
    )

    assert SCRIPT not in unpacked(response)
    assert SCRIPT not in rosa.get(PROGRAMS)
    assert "&lt;script&gt;" in rosa.get(PROGRAMS)


def test_a_key_is_not_made_by_a_form_of_another_site(rosa: Person) -> None:
    form = {"para": "Uno", "permiso": "homes:read", "dias": "90"}

    assert rosa.client.post(PROGRAMS, data=form).status_code == 403
    assert "No tienes llaves" in rosa.get(PROGRAMS)


def test_a_stranger_is_sent_to_sign_in(service: Service) -> None:
    response = service.browser().client.get(PROGRAMS)

    assert response.status_code == 303
    assert response.location.startswith("/entrar")


def test_making_and_ending_are_on_the_record(rosa: Person) -> None:
    make(rosa)
    path = re.findall(rf"{PROGRAMS}/\d+/quitar", rosa.get(PROGRAMS))[0]
    rosa.post(path, form=PROGRAMS)

    record = rosa.get("/cuenta/registro")

    assert "Se creó una llave" in record
    assert "Se quitó una llave" in record
