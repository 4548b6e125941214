"""A service with a clock that is set, and people signed in to it."""

from pathlib import Path

import pytest
from tests.signed_people import Clock, Service, Signed, make_service

from ahorraluz.api import door as api_door
from ahorraluz.security.roles import Role
from ahorraluz.web import page as web_page


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Service:
    """Return a service of its own; its pages take the clock of the test for now."""
    clock = Clock()
    for module in (web_page, api_door):
        monkeypatch.setattr(module, "datetime", clock)
    return make_service(tmp_path, clock)


@pytest.fixture
def agency(service: Service) -> Signed:
    """Return somebody of an agency."""
    return service.signed(Role.AGENCY, organisation="Ministerio")
