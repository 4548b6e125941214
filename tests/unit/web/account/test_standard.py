"""Lines of the security standard that no other test shows: fields, types and the way out."""

import re
from collections.abc import Callable

import pytest
from tests.unit.web.account.conftest import Person, Service

PUBLIC = ("/", "/entrar", "/crear-cuenta", "/recuperar", "/privacidad", "/respuesta?d=seal&k=99")
OWN = ("/cuenta", "/cuenta/permisos", "/cuenta/registro", "/cuenta/programas", "/hogares")
WITHOUT_CHARSET = {"application/json", "application/problem+json", "image/svg+xml"}
"""Their standards fix UTF-8."""
SECRET_FIELD = re.compile(r'<input[^>]*name="(?:clave|nueva)"[^>]*>')
BY_MANAGERS = re.compile(r'autocomplete="(?:current|new)-password"')


def test_every_password_is_typed_unseen_and_may_be_pasted_by_a_manager(
    service: Service, rosa: Person
) -> None:
    fields = [
        field
        for path in ("/entrar", "/crear-cuenta", "/cuenta", "/cuenta/borrar")
        for field in SECRET_FIELD.findall(
            (rosa if path.startswith("/cuenta") else service.browser()).get(path)
        )
    ]

    assert len(fields) >= 5
    assert all('type="password"' in field for field in fields)
    assert all(BY_MANAGERS.search(field) for field in fields)
    assert not any("onpaste" in field or "readonly" in field for field in fields)


@pytest.mark.parametrize("path", [*PUBLIC, *OWN, "/api/v1/openapi.json", "/nada", "/salud"])
def test_every_answer_says_what_it_is_and_in_which_letters(rosa: Person, path: str) -> None:
    response = rosa.client.get(path)

    kind = response.content_type
    assert "charset=utf-8" in kind.lower() or kind in WITHOUT_CHARSET, (path, kind)
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", OWN)
def test_the_way_out_is_a_tap_from_every_page_of_somebody_signed_in(
    rosa: Person, path: str
) -> None:
    response = rosa.client.get(path, follow_redirects=True)

    assert 'href="/cuenta"' in rosa.get(response.request.path)
    assert 'action="/salir"' in rosa.get("/cuenta")


def test_no_answer_repeats_a_request_or_lets_other_origins_read_it(service: Service) -> None:
    client = service.app.test_client()

    traced = client.open("/", method="TRACE", headers={"Cookie": "ahorraluz=x"})
    asked = client.get("/api/v1/openapi.json", headers={"Origin": "https://otra.example"})

    assert traced.status_code == 405
    assert b"ahorraluz=x" not in traced.data
    assert not [name for name in dict(asked.headers) if name.startswith("Access-Control")]


def test_debugging_is_off_whatever_the_environment_says(
    make_service: Callable[..., Service], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLASK_DEBUG", "1")

    assert not make_service().app.debug
