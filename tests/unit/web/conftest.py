"""The application as tests ask it: a folder of its own, one day, no limit unless asked for."""

import gzip
from collections.abc import Callable, Iterator
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from typing_extensions import override
from werkzeug.test import TestResponse

from ahorraluz.security.throttle import Throttle
from ahorraluz.server import create_app
from ahorraluz.settings import Settings

TODAY = date(2026, 11, 24)


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """Return the application with the limits out of the way."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("data"))
    app = create_app(settings, today=lambda: TODAY, throttle=Throttle(burst=1e9))
    app.config["TESTING"] = True
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Return a browser without scripts."""
    return app.test_client()


@pytest.fixture
def make_app(tmp_path: Path) -> Callable[..., Flask]:
    """Return a maker of applications with settings of their own."""

    def make(throttle: Throttle | None = None, **changes: object) -> Flask:
        settings = Settings(data_dir=tmp_path, **changes)  # type: ignore[arg-type]
        return create_app(settings, today=lambda: TODAY, throttle=throttle, clock=iter_clock())

    return make


def iter_clock() -> Callable[[], float]:
    """Return a clock that stands still."""
    return lambda: 1000.0


def unpacked(response: TestResponse) -> str:
    """Return the text of a response, unpacked if it was squeezed."""
    data = response.data
    return (gzip.decompress(data) if response.headers.get("Content-Encoding") else data).decode()


ANSWER = "/respuesta?d=luz-del-sur&s=lima-sur&k=152&t=130"
FULL = (
    "/respuesta?d=luz-del-sur&s=lima-sur&k=152&t=130&f=2026-08-05&h=2026-09-03&p=0.6403&e=97.33"
    "&c=2.25&r=1.42&al=5.10&hk=150+149+160&ph=4&te=owner&ro=own&fu=lpg&bu=500"
    "&a=ducha-electrica&mi.ducha-electrica=8&sd.ducha-electrica=4"
    "&a=refrigeradora-mediana&ly.refrigeradora-mediana=320"
)


class Elements(HTMLParser):
    """Every element of a page with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take one element."""
        self.elements.append((tag, dict(attrs)))

    def all(self, tag: str) -> Iterator[dict[str, str | None]]:
        """Return the attributes of every element of one kind."""
        return (attributes for name, attributes in self.elements if name == tag)


def fetch(client: FlaskClient, address: str) -> tuple[int, str]:
    response = client.get(address)
    return response.status_code, unpacked(response)
