"""A service with an administrator in it."""

from pathlib import Path

import pytest
from tests.signed_people import Clock, Service, Signed, make_service

from ahorraluz.security.roles import Role
from ahorraluz.web import page as web_page


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Service:
    """Return a service of its own; its pages take the clock of the test for now."""
    clock = Clock()
    monkeypatch.setattr(web_page, "datetime", clock)
    return make_service(tmp_path, clock)


@pytest.fixture
def administrator(service: Service) -> Signed:
    """Return an administrator."""
    return service.signed(Role.ADMINISTRATOR, name="jefa@ejemplo.pe")
