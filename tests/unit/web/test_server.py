"""What every answer carries, and what is refused before anything is read."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from tests.unit.web.conftest import unpacked
from waitress.adjustments import Adjustments

from ahorraluz.security.throttle import Throttle
from ahorraluz.server import server_options
from ahorraluz.settings import Settings
from ahorraluz.web.assets import asset_address, load_assets

ROUTES = {
    "/": 200,
    "/?lang=en": 200,
    "/respuesta?d=luz-del-sur&k=152&t=130": 200,
    "/respuesta": 422,
    "/recibo": 200,
    "/hogar": 200,
    "/revision?d=luz-del-sur&k=152&p=0.6403&e=97.33": 200,
    "/reclamo?d=luz-del-sur&k=152&p=0.6403&e=99.33": 200,
    "/ejemplos": 200,
    "/acerca": 200,
    "/medidor": 200,
    "/medidor/unknown": 422,
    "/consumo/unknown": 404,
    "/salud": 200,
    "/no-existe": 404,
    "/static/app.css": 404,
}
CSP = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; worker-src 'self'; manifest-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)


def assert_guarded(headers: dict[str, str]) -> None:
    assert headers["Content-Security-Policy"] == CSP
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "geolocation=()" in headers["Permissions-Policy"]
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Cache-Control"]
    assert "Set-Cookie" not in headers


@pytest.mark.parametrize(("address", "status"), ROUTES.items(), ids=list(ROUTES))
def test_every_answer_is_guarded(client: FlaskClient, address: str, status: int) -> None:
    response = client.get(address)

    assert response.status_code == status
    assert_guarded(dict(response.headers))


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_pages_take_no_other_method(client: FlaskClient, method: str) -> None:
    response = getattr(client, method)("/respuesta")

    assert response.status_code == 405
    assert "GET" in response.headers["Allow"]
    assert_guarded(dict(response.headers))
    assert "Así no se puede abrir" in unpacked(response)


def test_too_large_a_body_is_refused_unread(make_app: Callable[..., Flask]) -> None:
    client = make_app(max_upload_kb=1).test_client()

    response = client.post("/", data=b"x" * 2000)

    assert response.status_code == 413
    assert_guarded(dict(response.headers))


def test_too_long_an_address_is_refused(client: FlaskClient) -> None:
    response = client.get("/respuesta?d=" + "x" * 17_000)

    assert response.status_code == 414
    assert_guarded(dict(response.headers))


def test_too_many_pages_are_refused_with_when_to_come_again(
    make_app: Callable[..., Flask],
) -> None:
    client = make_app(throttle=Throttle(burst=2, pages_a_second=0.25)).test_client()
    statuses = [client.get("/acerca").status_code for _ in range(2)]

    refused = client.get("/acerca?lang=en")

    assert statuses == [200, 200]
    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "4"
    assert "Too many pages" in unpacked(refused)
    assert_guarded(dict(refused.headers))


def test_style_and_health_do_not_count(make_app: Callable[..., Flask]) -> None:
    client = make_app(throttle=Throttle(burst=1, pages_a_second=0.1)).test_client()

    statuses = [
        client.get(path).status_code
        for path in ("/salud", asset_address("app.css"), "/salud", "/acerca")
    ]

    assert statuses == [200, 200, 200, 200]


@pytest.mark.parametrize(
    ("proxies", "statuses"),
    [
        pytest.param(1, [200, 200], id="the proxy may name the visitor"),
        pytest.param(0, [200, 429], id="nobody may"),
    ],
)
def test_the_visitor_is_named_by_trusted_proxies_only(
    make_app: Callable[..., Flask], proxies: int, statuses: list[int]
) -> None:
    app = make_app(throttle=Throttle(burst=1, pages_a_second=0.1), trusted_proxies=proxies)
    client = app.test_client()

    seen = [
        client.get("/acerca", headers={"X-Forwarded-For": address}).status_code
        for address in ("192.0.2.1", "192.0.2.2")
    ]

    assert seen == statuses


@pytest.mark.parametrize("proxies", [0, 2])
def test_the_server_keeps_the_headers_of_proxies_which_say_that_somebody_is_elsewhere(
    tmp_path: Path, proxies: int
) -> None:
    settings = Settings(data_dir=tmp_path, trusted_proxies=proxies, max_meter_file_mb=3)

    options = server_options(settings)

    assert options["clear_untrusted_proxy_headers"] is False
    assert options["max_request_body_size"] == 4 * 1024 * 1024
    assert Adjustments(**options).max_request_body_size == 4 * 1024 * 1024


def test_https_behind_a_proxy_is_asked_for_again(make_app: Callable[..., Flask]) -> None:
    client = make_app(trusted_proxies=1).test_client()

    secure = client.get("/acerca", headers={"X-Forwarded-Proto": "https"})
    plain = client.get("/acerca")

    assert secure.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert "Strict-Transport-Security" not in plain.headers


@pytest.mark.parametrize(("language", "words"), [("es", "Algo falló"), ("en", "Something failed")])
def test_a_failure_shows_a_page_and_no_traceback(
    make_app: Callable[..., Flask],
    monkeypatch: pytest.MonkeyPatch,
    language: str,
    words: str,
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("a secret path")

    app = make_app()
    app.logger.disabled = True
    monkeypatch.setattr("ahorraluz.web.residents.source_groups", fail)

    response = app.test_client().get(f"/acerca?lang={language}")

    assert response.status_code == 500
    assert words in unpacked(response)
    assert "Traceback" not in unpacked(response)
    assert "secret" not in unpacked(response)
    assert response.headers["Cache-Control"] == "no-store"
    assert_guarded(dict(response.headers))


@pytest.mark.parametrize("name", ["app.css", "app.js", "icon.svg"])
def test_static_files_are_kept_for_a_year_under_the_hash_of_their_content(
    client: FlaskClient, name: str
) -> None:
    plain = client.get(asset_address(name))
    squeezed = client.get(asset_address(name), headers={"Accept-Encoding": "gzip"})

    assert plain.data == load_assets()[name].content
    assert unpacked(squeezed).encode() == plain.data
    assert plain.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert plain.headers["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize("name", ["app.000000000000.css", "../server.py", "%2e%2e/page.py", "x"])
def test_nothing_but_static_files_is_served(client: FlaskClient, name: str) -> None:
    assert client.get(f"/static/{name}").status_code == 404


@pytest.mark.parametrize(
    ("accepted", "squeezed"),
    [
        pytest.param("gzip", True, id="gzip"),
        pytest.param("br, gzip;q=0.5", True, id="gzip among others"),
        pytest.param("gzip;q=0", False, id="gzip refused"),
        pytest.param("", False, id="nothing said"),
    ],
)
def test_pages_are_squeezed_for_who_takes_it(
    client: FlaskClient, accepted: str, squeezed: bool
) -> None:
    response = client.get("/", headers={"Accept-Encoding": accepted})

    assert ("Content-Encoding" in response.headers) is squeezed
    assert response.headers["Vary"] == "Accept-Encoding"
    assert int(response.headers["Content-Length"]) == len(response.data)
    assert "</html>" in unpacked(response)


@contextmanager
def listening(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Hear the access log, wherever the program sends it."""
    logger = logging.getLogger("ahorraluz.access")
    logger.addHandler(caplog.handler)
    propagates, logger.propagate = logger.propagate, False
    with caplog.at_level(logging.INFO, logger=logger.name):
        yield
    logger.propagate = propagates
    logger.removeHandler(caplog.handler)


def test_the_log_tells_neither_what_was_typed_nor_who_asked(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    with listening(caplog):
        client.get("/respuesta?d=luz-del-sur&k=152.7", environ_base={"REMOTE_ADDR": "192.0.2.77"})

    logged = " ".join(record.getMessage() for record in caplog.records)
    assert "GET /respuesta 200" in logged
    assert "152.7" not in logged
    assert "192.0.2.77" not in logged


def test_a_path_cannot_write_a_line_of_its_own_into_the_log(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    with listening(caplog):
        client.get("/x%0aGET%20/forged%20200")

    assert [record.getMessage().count("\n") for record in caplog.records] == [0]


def test_health_says_ok_and_reads_nothing(client: FlaskClient) -> None:
    response = client.get("/salud")

    assert response.data == b"ok\n"
    assert response.headers["Cache-Control"] == "no-store"


def test_the_language_of_the_settings_is_the_one_without_a_word(
    make_app: Callable[..., Flask],
) -> None:
    client = make_app(language="en").test_client()

    assert '<html lang="en">' in unpacked(client.get("/"))
    assert '<html lang="es-PE">' in unpacked(client.get("/?lang=es"))


def test_the_static_folder_holds_no_map_of_sources() -> None:
    names = sorted(path.name for path in Path("src/ahorraluz/web/static").iterdir())

    assert names
    assert [name for name in names if name.endswith((".map", ".ts", ".scss"))] == []
