"""Alive, ready, counted: for whoever runs the service, and about nobody."""

import io
import json
import logging
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from tests.unit.web.conftest import unpacked

from ahorraluz.security.throttle import Throttle
from ahorraluz.telemetry import JSON, METRICS, LiveMeters, start_logging
from ahorraluz.web.page import EXTENSION, Door

TOKEN = "0123456789abcdef0123"


def test_a_service_that_nobody_used_is_ready(client: FlaskClient) -> None:
    response = client.get("/listo")

    assert (response.status_code, response.data) == (200, b"ok\n")


def test_a_service_whose_database_is_damaged_is_alive_and_not_ready(
    make_app: Callable[..., Flask], tmp_path: Path
) -> None:
    (tmp_path / "ahorraluz.db").write_bytes(b"no database at all, though long enough for one")
    client = make_app().test_client()

    response = client.get("/listo")

    assert response.status_code == 503
    assert b"database" in response.data
    assert str(tmp_path).encode() not in response.data
    assert client.get("/salud").status_code == 200


def test_the_counters_are_those_that_are_documented(client: FlaskClient) -> None:
    client.get("/")

    text = unpacked(client.get("/metrics")) + LiveMeters().text().decode()

    page = (Path(__file__).parents[3] / "docs" / "reference" / "metrics.md").read_text("utf-8")
    told = set(re.findall(r"^# TYPE (\w+) ", text, flags=re.MULTILINE))
    shipped = {name for name in told if not name.endswith("_created")}
    assert shipped == set(METRICS)
    assert re.findall(r"^\| `(\w+)`", page, flags=re.MULTILINE) == list(METRICS)
    assert all(meaning in page for meaning in METRICS.values())


def test_the_counters_tell_how_things_stand(client: FlaskClient) -> None:
    before = unpacked(client.get("/metrics"))

    opened: Door = client.application.extensions[EXTENSION]
    opened.tools.store.live.begin()
    after = unpacked(client.get("/metrics"))

    assert "ahorraluz_ready 1.0" in before
    assert "ahorraluz_database_bytes 0.0" in before
    size = re.search(r"^ahorraluz_database_bytes (\S+)$", after, flags=re.MULTILINE)
    assert size is not None
    assert float(size[1]) > 10_000
    assert 'ahorraluz_jobs{state="waiting"} 0.0' in after


def test_the_counters_name_routes_and_no_home_nor_path_of_anybodys_making(
    client: FlaskClient,
) -> None:
    client.get("/consumo/h-0123456789abcdef")
    client.get("/secret-of-rosa")

    text = unpacked(client.get("/metrics"))

    assert 'route="/consumo/<home>"' in text
    assert 'route="unknown"' in text
    assert "0123456789abcdef" not in text
    assert "rosa" not in text


@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("192.0.2.7", {}, 404),
        ("127.0.0.1", {"X-Forwarded-For": "192.0.2.7"}, 404),
        ("127.0.0.1", {"Forwarded": "for=192.0.2.7"}, 404),
        ("127.0.0.1", {"X-Real-IP": "192.0.2.7"}, 404),
        ("127.0.0.1", {"Via": "1.1 varnish"}, 404),
        ("127.0.0.1", {"X-Forwarded-Proto": "https"}, 404),
        ("127.0.0.1", {"Host": "luz.example"}, 404),
        ("127.0.0.1", {"Host": "localhost.evil.pe"}, 404),
        ("127.0.0.1", {"Host": "127.0.0.1:8000"}, 200),
    ],
    ids=[
        "this machine",
        "another machine",
        "another machine behind a proxy here",
        "behind a proxy of the standard",
        "behind a proxy that names the real address",
        "behind a cache",
        "behind a proxy that ends TLS",
        "by the name of the service",
        "by a name that begins like ours",
        "by the address of this machine",
    ],
)
def test_without_a_token_this_machine_alone_reads_the_counters(
    client: FlaskClient, address: str, headers: dict[str, str], status: int
) -> None:
    asked = client.get("/metrics", headers=headers, environ_base={"REMOTE_ADDR": address})

    assert asked.status_code == status


@pytest.mark.parametrize(
    "settings",
    [{"trusted_proxies": 1}, {"public_url": "https://luz.example"}],
    ids=["a proxy is trusted", "the service is reached by HTTPS"],
)
def test_where_there_is_a_proxy_nobody_reads_the_counters_without_a_token(
    make_app: Callable[..., Flask], settings: dict[str, object]
) -> None:
    # A proxy that says nothing of itself: what it passes on looks as if it came from here.
    asked = make_app(**settings).test_client().get("/metrics")
    token = make_app(**settings, metrics_token=TOKEN).test_client()

    assert asked.status_code == 404
    assert token.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200


@pytest.mark.parametrize(
    ("sent", "status"),
    [(f"Bearer {TOKEN}", 200), ("Bearer x", 404), (TOKEN, 404), ("", 404)],
    ids=["the token", "another token", "no bearer", "none"],
)
def test_with_a_token_only_the_token_opens_the_counters(
    make_app: Callable[..., Flask], sent: str, status: int
) -> None:
    client = make_app(metrics_token=TOKEN).test_client()

    asked = client.get("/metrics", headers={"Authorization": sent})

    assert asked.status_code == status


def test_a_line_of_the_log_and_its_answer_hold_the_same_name(client: FlaskClient) -> None:
    stream = io.StringIO()
    logger = start_logging(stream, level=logging.INFO, form=JSON)
    try:
        response = client.get("/consumo/h-0123456789abcdef?k=77.7")
        other = client.get("/salud", headers={"X-Request-Id": "mine"})
    finally:
        logger.handlers.clear()

    said = [json.loads(line) for line in stream.getvalue().splitlines()]
    line = next(one for one in said if one.get("route") == "/consumo/<home>")
    assert line["request_id"] == response.headers["X-Request-Id"]
    assert other.headers["X-Request-Id"] not in ("mine", line["request_id"])
    assert (line["method"], line["status"]) == ("GET", 404)
    assert "0123456789abcdef" not in stream.getvalue()
    assert "77.7" not in stream.getvalue()


@pytest.mark.parametrize(
    "path", ["/entrar", "/crear-cuenta", "/recuperar", "/recuperar/codigo", "/cuenta/segundo-paso"]
)
def test_names_and_codes_are_tried_less_often_than_pages_are_read(
    make_app: Callable[..., Flask], path: str
) -> None:
    client = make_app(throttle=Throttle(burst=60)).test_client()

    statuses = [client.post(path).status_code for _ in range(12)]
    page = client.get("/")
    elsewhere = client.post(path, environ_base={"REMOTE_ADDR": "192.0.2.9"})

    assert statuses[:10].count(429) == 0
    assert statuses[10:] == [429, 429]
    assert page.status_code == 200
    assert elsewhere.status_code != 429
