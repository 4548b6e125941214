"""The application as tests ask it: a folder of its own, one day, no limit unless asked for."""

import gzip
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from ahorraluz.server import create_app
from ahorraluz.settings import Settings
from ahorraluz.web.throttle import Throttle

TODAY = date(2026, 11, 24)

Fetch = Callable[[str], TestResponse]


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
