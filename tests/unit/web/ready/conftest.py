"""A resident with a home, and how often its page was made."""

import re
from pathlib import Path

import pytest
from tests.signed_people import Clock, Service, Signed, make_service

from ahorraluz.security.roles import Role
from ahorraluz.web.households import homes
from ahorraluz.web.households.kept import OwnHome

GZIP = {"Accept-Encoding": "gzip"}
TOKEN = re.compile(r'name="csrf" value="([^"]+)"')


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("ahorraluz.web.page.datetime", clock)
    return clock


@pytest.fixture
def service(tmp_path: Path, clock: Clock) -> Service:
    return make_service(tmp_path, clock)


@pytest.fixture
def rosa(service: Service) -> Signed:
    return service.signed(Role.RESIDENT)


@pytest.fixture
def home(service: Service, rosa: Signed) -> str:
    return service.home_of(rosa)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the homes whose pages were made, one for each time."""
    made: list[str] = []
    show = homes.show_home

    def shown(own: OwnHome, **given: object) -> object:
        made.append(own.kept.id)
        return show(own, **given)  # type: ignore[arg-type]

    monkeypatch.setattr(homes, "show_home", shown)
    return made
