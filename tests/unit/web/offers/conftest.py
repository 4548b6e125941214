"""A service with a clock that is set, a provider whose entry was published, and a resident."""

from pathlib import Path

import pytest
from tests.signed_people import Clock, Service, Signed, make_service

from ahorraluz.security.roles import Role
from ahorraluz.services.offers.entries import own_entries
from ahorraluz.services.renewables.proposals import publish
from ahorraluz.web import page as web_page

ENTRY: dict[str, object] = {
    "name": "Paneles Sol Norte",
    "kind": "provider",
    "technologies": ["rooftop-pv"],
    "source": "Lista de precios",
    "source_date": "20/11/2026",
}


def publish_newest(service: Service, provider: Signed) -> None:
    """Publish what a provider proposed last."""
    newest = own_entries(provider.id, tools=service.tools)[0]
    publish(newest.proposal.id, actor="jefa", tools=service.tools, as_of=service.clock.at)


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Service:
    """Return a service of its own; its pages take the clock of the test for now."""
    clock = Clock()
    monkeypatch.setattr(web_page, "datetime", clock)
    return make_service(tmp_path, clock)


@pytest.fixture
def provider(service: Service) -> Signed:
    """Return a provider of panels anywhere in the country."""
    someone = service.signed(Role.PROVIDER, organisation="Sol Norte SAC")
    assert someone.post("/ofertas/nueva", ENTRY).status_code == 303
    publish_newest(service, someone)
    return someone


@pytest.fixture
def resident(service: Service) -> Signed:
    """Return a resident."""
    return service.signed(Role.RESIDENT, name="rosa@ejemplo.pe")
