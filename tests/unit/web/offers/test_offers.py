"""Providers propose, see many homes as one number, and meet those alone that said yes."""

import re

import pytest
from tests.signed_people import Service, Signed, text_of
from tests.unit.web.offers.conftest import ENTRY, publish_newest

from ahorraluz.security.roles import Role
from ahorraluz.services.accounts.consents import hash_of, holding
from ahorraluz.services.accounts.trail import trail_of_home

EVIL = "<script>alert(1)</script>"
PANELS: dict[str, object] = {"tecnologia": "rooftop-pv", "dias": "30"}


def agreed(service: Service, owner: Signed, **changes: object) -> str:
    """Let an owner agree to be met about panels, and return the home."""
    home = service.home_of(owner)
    response = owner.post(f"/hogares/{home}/ofertas", {**PANELS, **changes})
    assert response.status_code == 303, text_of(response)
    return home


def leads_of(provider: Signed) -> list[str]:
    """Return the numbers of the homes that a provider may meet."""
    _, html = provider.get("/ofertas/interesados")
    return re.findall(r'action="/ofertas/interesados/(\d+)"', html)


def acts(service: Service, home: str) -> list[str]:
    """Return what the trail of a home tells, newest first."""
    return [line.act for line in trail_of_home(home, tools=service.tools)]


def test_an_entry_is_reviewed_before_anybody_sees_it(service: Service) -> None:
    someone = service.signed(Role.PROVIDER, organisation="Luz Andina")
    someone.post("/ofertas/nueva", {**ENTRY, "name": "Termas Luz Andina"})
    before = someone.get("/ofertas")[1]
    stranger = service.app.test_client()
    hidden = text_of(stranger.get("/energias"))

    publish_newest(service, someone)

    assert "En revisión" in before
    assert "Termas Luz Andina" not in hidden
    assert "Publicada" in someone.get("/ofertas")[1]
    assert "Termas Luz Andina" in text_of(stranger.get("/energias"))


def test_an_entry_bears_the_name_of_its_own_organisation(service: Service) -> None:
    someone = service.signed(Role.PROVIDER, organisation="Luz Andina")

    someone.post("/ofertas/nueva", {**ENTRY, "provider": "Ministerio de Energía"})

    assert "Ministerio" not in service.tools.store.proposals.all()[0].entry


def test_a_provider_sees_its_own_entries_alone(service: Service, provider: Signed) -> None:
    other = service.signed(Role.PROVIDER, organisation="Otra SAC")

    assert "Paneles Sol Norte" not in other.get("/ofertas")[1]
    assert "Paneles Sol Norte" in provider.get("/ofertas")[1]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": ""}, "Nombre de lo que ofreces"),
        ({"name": "x" * 121}, "Nombre de lo que ofreces"),
        ({"kind": "technology"}, "Qué es"),
        ({"technologies": []}, "Tecnologías"),
        ({"technologies": ["cold-fusion"]}, "Tecnologías"),
        ({"departments": ["atlantis"]}, "Dónde atiendes"),
        ({"web": "javascript:alert(1)"}, "Página web"),
        ({"price": "gratis"}, "Precio en soles"),
        ({"price": "-5"}, "Precio en soles"),
        ({"source": ""}, "De dónde sale el dato"),
        ({"source_date": "24/11/2036"}, "Fecha del dato"),
        ({"source_date": "ayer"}, "Fecha del dato"),
    ],
)
def test_what_is_wrong_with_an_entry_is_said_by_its_field(
    service: Service, changes: dict[str, object], words: str
) -> None:
    someone = service.signed(Role.PROVIDER, organisation="Luz Andina")

    response = someone.post("/ofertas/nueva", {**ENTRY, **changes})

    assert response.status_code == 422
    found = re.search(r'role="alert".*?</div>', text_of(response), re.DOTALL)
    assert found is not None
    assert words in found.group(0)
    assert service.tools.store.proposals.all() == ()


def test_text_of_an_entry_is_text_on_every_page(service: Service) -> None:
    someone = service.signed(Role.PROVIDER, organisation=EVIL)
    evil = {**ENTRY, "name": EVIL, "remark": EVIL, "source": EVIL}
    wrong = text_of(someone.post("/ofertas/nueva", {**evil, "price": EVIL}))
    someone.post("/ofertas/nueva", evil)
    publish_newest(service, someone)
    pages = [wrong, someone.get("/ofertas")[1], text_of(service.app.test_client().get("/energias"))]

    assert all(EVIL not in page for page in pages)
    assert all("&lt;script&gt;" in page for page in pages)


def test_only_who_agreed_is_seen_and_only_what_the_words_say(
    service: Service, provider: Signed, resident: Signed
) -> None:
    service.home_of(service.signed(Role.RESIDENT, name="callada@ejemplo.pe"))
    home = agreed(service, resident)

    (lead,) = leads_of(provider)
    _, listed = provider.get("/ofertas/interesados")
    met = text_of(provider.post(f"/ofertas/interesados/{lead}"))

    assert "Surquillo" not in listed
    assert "Santiago de Surco" in listed
    assert "rosa@ejemplo.pe" not in listed
    assert "rosa@ejemplo.pe" in met
    assert home not in listed + met
    assert "150 a 200 kWh" in met
    assert "152" not in listed + met


def test_the_words_that_were_shown_are_what_was_agreed_to(
    service: Service, resident: Signed
) -> None:
    home = service.home_of(resident)
    _, html = resident.get(f"/hogares/{home}/ofertas")
    card = html[html.index('id="h-rooftop-pv"') :]
    title = re.findall(r"<summary>([^<]+)<", card)[0]
    words = re.findall(r'value="30"[^>]*><span>([^<]+)</span>', card)[0]
    resident.post(f"/hogares/{home}/ofertas", PANELS)

    (given,) = holding(resident.id, tools=service.tools, as_of=service.clock.at)

    assert given.text_sha256 == hash_of(f"{title}\n{words}")


def test_a_consent_taken_back_while_the_page_is_open_shows_nothing_more(
    service: Service, provider: Signed, resident: Signed
) -> None:
    home = agreed(service, resident)
    (lead,) = leads_of(provider)
    agreed(service, service.signed(Role.RESIDENT, name="otra@ejemplo.pe"))
    (given,) = holding(resident.id, tools=service.tools, as_of=service.clock.at)
    resident.post(f"/hogares/{home}/ofertas/quitar", {"permiso": str(given.id)})

    response = provider.post(f"/ofertas/interesados/{lead}")

    assert response.status_code == 422
    assert "@ejemplo.pe" not in text_of(response)
    assert len(leads_of(provider)) == 1
    assert lead not in leads_of(provider)
    assert "lead-contact" not in acts(service, home)


def test_a_consent_that_ran_out_shows_nothing_more(
    service: Service, provider: Signed, resident: Signed
) -> None:
    agreed(service, resident)
    (lead,) = leads_of(provider)
    service.clock.go_on(days=30)
    later = service.browser_of(provider.account)

    assert leads_of(later) == []
    assert later.post(f"/ofertas/interesados/{lead}").status_code == 422


def test_a_home_that_changed_hands_is_met_no_more(
    service: Service, provider: Signed, resident: Signed
) -> None:
    home = agreed(service, resident)
    service.tools.store.people.households.end_reach(home, resident.id)

    assert leads_of(provider) == []


def test_a_provider_of_something_else_meets_nobody(
    service: Service, provider: Signed, resident: Signed
) -> None:
    agreed(service, resident)
    (lead,) = leads_of(provider)
    other = service.signed(Role.PROVIDER, organisation="Termas SAC")
    other.post("/ofertas/nueva", {**ENTRY, "technologies": ["solar-water-heater"]})
    unpublished = leads_of(other)
    publish_newest(service, other)

    assert unpublished == leads_of(other) == []
    response = other.post(f"/ofertas/interesados/{lead}")
    assert response.status_code == 422
    assert "rosa@ejemplo.pe" not in text_of(response)


def test_a_provider_elsewhere_meets_nobody(service: Service, resident: Signed) -> None:
    agreed(service, resident)
    far = service.signed(Role.PROVIDER, organisation="Lejos SAC")
    far.post("/ofertas/nueva", {**ENTRY, "departments": ["puno"]})
    publish_newest(service, far)

    assert leads_of(far) == []


def test_every_look_is_in_the_owners_record(
    service: Service, provider: Signed, resident: Signed
) -> None:
    home = agreed(service, resident)
    (lead,) = leads_of(provider)
    leads_of(provider)
    listed = acts(service, home).count("lead-seen")
    provider.post(f"/ofertas/interesados/{lead}")
    provider.post(f"/ofertas/interesados/{lead}")

    _, html = resident.get(f"/hogares/{home}/ofertas")

    assert listed == 1
    assert acts(service, home).count("lead-contact") == 2
    assert html.count("Una empresa vio tu contacto · Sol Norte SAC") == 2


def test_nobody_agrees_for_the_home_of_somebody_else(service: Service, resident: Signed) -> None:
    other = service.signed(Role.RESIDENT)
    home = service.home_of(other)
    consultant = service.signed(Role.CONSULTANT)

    for person in (resident, consultant):
        assert person.get(f"/hogares/{home}/ofertas")[0] == 404
        assert person.post(f"/hogares/{home}/ofertas", PANELS).status_code == 404
    assert holding(other.id, tools=service.tools, as_of=service.clock.at) == ()


def test_nobody_takes_back_what_somebody_else_agreed_to(service: Service, resident: Signed) -> None:
    agreed(service, resident)
    (given,) = holding(resident.id, tools=service.tools, as_of=service.clock.at)
    other = service.signed(Role.RESIDENT)
    own = service.home_of(other)

    response = other.post(f"/hogares/{own}/ofertas/quitar", {"permiso": str(given.id)})

    assert response.status_code == 422
    assert len(holding(resident.id, tools=service.tools, as_of=service.clock.at)) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"tecnologia": "cold-fusion"},
        {"tecnologia": EVIL},
        {"dias": "31"},
        {"dias": ""},
        {"dias": "x"},
    ],
)
def test_only_what_is_offered_can_be_agreed_to(
    service: Service, resident: Signed, wrong: dict[str, object]
) -> None:
    home = service.home_of(resident)

    response = resident.post(f"/hogares/{home}/ofertas", {**PANELS, **wrong})

    assert response.status_code == 422
    assert EVIL not in text_of(response)
    assert holding(resident.id, tools=service.tools, as_of=service.clock.at) == ()


@pytest.mark.parametrize("role", [Role.RESIDENT, Role.CONSULTANT, Role.AGENCY, Role.ADMINISTRATOR])
def test_other_roles_have_no_offers(service: Service, role: Role) -> None:
    person = service.signed(role)

    for path in ("/ofertas", "/ofertas/nueva", "/ofertas/demanda", "/ofertas/interesados"):
        assert person.get(path)[0] == 403
    assert person.post("/ofertas/interesados/1").status_code == 403
    assert person.post("/ofertas/nueva", ENTRY).status_code == 403


def test_a_form_without_its_token_is_refused(
    service: Service, provider: Signed, resident: Signed
) -> None:
    home = agreed(service, resident)
    (lead,) = leads_of(provider)

    assert provider.client.post(f"/ofertas/interesados/{lead}").status_code == 403
    assert provider.client.post("/ofertas/nueva", data=ENTRY).status_code == 403
    assert resident.client.post(f"/hogares/{home}/ofertas", data=PANELS).status_code == 403
    assert "lead-contact" not in acts(service, home)


def test_more_homes_come_page_by_page(service: Service, provider: Signed) -> None:
    for _ in range(21):
        agreed(service, service.signed(Role.RESIDENT))

    first = leads_of(provider)
    _, second = provider.get("/ofertas/interesados?pagina=2")

    assert len(first) == 20
    assert len(re.findall(r'action="/ofertas/interesados/(\d+)"', second)) == 1
    for odd in ("0", "-1", "x", "99999999999", "%00"):
        assert provider.get(f"/ofertas/interesados?pagina={odd}")[0] == 200
