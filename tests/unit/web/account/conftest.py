"""People at their browsers: a service of their own, a clock that is set, and cheap hashing."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from tests.unit.web.conftest import unpacked
from werkzeug.test import TestResponse

from ahorraluz.security import passwords
from ahorraluz.security.roles import Role
from ahorraluz.security.throttle import Throttle
from ahorraluz.server import create_app
from ahorraluz.services.accounts.entering import Joining, join
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.settings import Settings
from ahorraluz.store.account_records import Account
from ahorraluz.web import page as web_page
from ahorraluz.web.page import EXTENSION

NAME, PASSWORD = "rosa@ejemplo.pe", "tres gatos verdes"
OTHER, OTHER_PASSWORD = "987654321", "lluvia en la puna"
HOME = {"d": "luz-del-sur", "s": "lima-sur", "k": "152", "ph": "4", "dep": "lima"}
BEGIN = datetime(2026, 11, 26, 12, tzinfo=UTC)
_TOKEN = re.compile(r'name="csrf" value="([^"]+)"')


@dataclass
class Clock:
    """What the service takes for now."""

    at: datetime = BEGIN

    def go_on(self, **span: float) -> None:
        """Let time pass."""
        self.at += timedelta(**span)

    def now(self, zone: tzinfo | None = None) -> datetime:
        """Return the moment that was set."""
        return self.at.astimezone(zone)


@dataclass
class Person:
    """Somebody with a browser."""

    client: FlaskClient

    def get(self, path: str, **more: str) -> str:
        """Return a page that is there."""
        response = self.client.get(path, headers=more)
        assert response.status_code == 200, (path, response.status_code, response.location)
        return unpacked(response)

    def token(self, path: str = "/privacidad") -> str:
        """Return a token of the forms of a page."""
        found = _TOKEN.search(unpacked(self.client.get(path)))
        assert found is not None, path
        return found.group(1)

    def post(self, path: str, *, form: str = "/cuenta", **fields: str) -> TestResponse:
        """Send a form of a page."""
        return self.client.post(path, data={"csrf": self.token(form), **fields})

    def joins(self, name: str = NAME, password: str = PASSWORD, **home: str) -> TestResponse:
        """Make an account."""
        form = "/crear-cuenta"
        return self.post(form, form=form, nombre=name, clave=password, **home)

    def signs_in(self, name: str = NAME, password: str = PASSWORD, **home: str) -> TestResponse:
        """Sign in."""
        return self.post("/entrar", form="/entrar", nombre=name, clave=password, **home)

    @property
    def cookie(self) -> str | None:
        """Token of the session, as the browser keeps it."""
        found = self.client.get_cookie("ahorraluz")
        return None if found is None else found.value


@dataclass
class Service:
    """One service with its own data folder."""

    app: Flask
    clock: Clock

    @property
    def tools(self) -> Toolbox:
        """What the service works with."""
        tools: Toolbox = self.app.extensions[EXTENSION].tools
        return tools

    def browser(self) -> Person:
        """Return a browser that was never here."""
        return Person(self.app.test_client())

    def staff(self, role: Role, name: str = "jefe@ejemplo.pe") -> Account:
        """Make an account of a staff role."""
        joining = Joining(name=name, password=PASSWORD, language="es", role=role)
        return join(joining, tools=self.tools, as_of=self.clock.at)

    def account(self, name: str = NAME) -> Account:
        """Return the account of a name."""
        found = self.tools.store.people.accounts.find(name)
        assert found is not None
        return found


@pytest.fixture(autouse=True)
def cheap_hashing(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_HASHER", cheap)
    passwords._decoy.cache_clear()
    yield
    passwords._decoy.cache_clear()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(web_page, "datetime", clock)
    return clock


@pytest.fixture
def make_service(tmp_path: Path, clock: Clock) -> Callable[..., Service]:
    def make(throttle: Throttle | None = None, **changes: object) -> Service:
        settings = Settings(data_dir=tmp_path, **changes)  # type: ignore[arg-type]
        limits = throttle or Throttle(burst=1e9)
        app = create_app(settings, today=lambda: date(2026, 11, 26), throttle=limits)
        app.config["TESTING"] = True
        return Service(app, clock)

    return make


@pytest.fixture
def service(make_service: Callable[..., Service]) -> Service:
    return make_service()


@pytest.fixture
def rosa(service: Service) -> Person:
    """Return somebody with an account and a home."""
    person = service.browser()
    assert person.joins(**HOME).status_code == 303
    return person


@pytest.fixture
def stranger(service: Service) -> Person:
    """Return somebody else with an account and a home."""
    person = service.browser()
    assert person.joins(OTHER, OTHER_PASSWORD, **HOME).status_code == 303
    return person
