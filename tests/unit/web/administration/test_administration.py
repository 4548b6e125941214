"""What administrators do, through its pages."""

import io
import re
from datetime import date

import pytest
from tests.price_sheets import sheet_text
from tests.signed_people import Service, Signed, text_of

from ahorraluz.security.roles import Role
from ahorraluz.services.renewables.proposals import propose_entry

PAGES = ("", "/personas", "/pliegos", "/catalogo", "/propuestas", "/modelos", "/registro")
ENTRY = {
    "name": "Terma de 150 litros",
    "kind": "product",
    "technologies": ["solar-water-heater"],
    "provider": "Sol SAC",
    "source": "https://sol.example/terma",
    "source_date": date(2026, 11, 1),
}


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["", "?lang=en"])
def test_every_page_opens_to_an_administrator(
    administrator: Signed, path: str, language: str
) -> None:
    status, text = administrator.get(f"/administracion{path}{language}")

    assert status == 200
    assert len(text) > 1000
    assert "web.admin" not in text


def test_the_number_of_people_is_held_against_the_law(
    service: Service, administrator: Signed
) -> None:
    service.home_of(service.signed(Role.RESIDENT))

    _, text = administrator.get("/administracion")

    assert "Aún no llegan a 10" in text
    assert re.search(r"Personas con datos aquí</dt><dd>2</dd>", text)


def test_an_account_is_as_old_as_it_is_in_peru(service: Service) -> None:
    service.clock.go_on(hours=11)
    administrator = service.signed(Role.ADMINISTRATOR)

    _, text = administrator.get("/administracion/personas")

    assert "desde el 24 nov. 2026" in text


def test_somebody_is_invited_and_gets_in_with_the_link(
    service: Service, administrator: Signed
) -> None:
    asked: dict[str, object] = {
        "nombre": "nueva@ejemplo.pe",
        "rol": "agency",
        "empresa": "Osinergmin",
    }

    answer = administrator.post("/administracion/personas", asked)

    found = re.search(r"https?://[^/\s<]+(/recuperar/[A-Za-z0-9_-]+)", text_of(answer))
    assert found is not None
    assert service.app.test_client().get(found.group(1)).status_code == 200
    account = service.tools.store.people.accounts.find("nueva@ejemplo.pe")
    assert account is not None
    assert (account.role, account.organisation) == (Role.AGENCY, "Osinergmin")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"nombre": "no es un correo", "rol": "agency"}, "correo"),
        ({"nombre": "", "rol": "agency"}, "correo"),
        ({"nombre": "jefa@ejemplo.pe", "rol": "agency"}, "cuenta"),
        ({"nombre": "x@ejemplo.pe", "rol": "agency", "empresa": "x" * 200}, "100"),
    ],
)
def test_who_cannot_be_invited_is_said(
    service: Service, administrator: Signed, fields: dict[str, object], words: str
) -> None:
    answer = administrator.post("/administracion/personas", fields)

    assert answer.status_code == 422
    assert words in text_of(answer)
    assert len(service.tools.store.people.accounts.all()) == 1


def test_a_role_is_changed_and_its_sessions_end(service: Service, administrator: Signed) -> None:
    consultant = service.signed(Role.CONSULTANT)

    answer = administrator.post(
        f"/administracion/personas/{consultant.id}/rol", {"rol": "provider"}
    )

    assert answer.status_code == 303
    assert service.tools.store.people.accounts.get(consultant.id).role is Role.PROVIDER
    assert consultant.client.get("/cuenta").headers["Location"] == "/entrar"


def test_an_owner_of_homes_gets_no_role_that_could_not_see_them(
    service: Service, administrator: Signed
) -> None:
    owner = service.signed(Role.RESIDENT)
    service.home_of(owner)

    answer = administrator.post(f"/administracion/personas/{owner.id}/rol", {"rol": "agency"})

    assert answer.status_code == 422
    assert service.tools.store.people.accounts.get(owner.id).role is Role.RESIDENT


@pytest.mark.parametrize("act", ["rol", "suspender", "enlace"])
def test_nobody_changes_their_own_account_here(administrator: Signed, act: str) -> None:
    path = f"/administracion/personas/{administrator.id}/{act}"

    assert administrator.post(path, {"rol": "resident"}).status_code == 422
    assert administrator.get("/administracion")[0] == 200


def test_an_account_is_kept_out_and_let_in_again(service: Service, administrator: Signed) -> None:
    other = service.signed(Role.RESIDENT)
    path = f"/administracion/personas/{other.id}"

    administrator.post(f"{path}/suspender")
    out = service.tools.store.people.accounts.get(other.id).suspended_at
    administrator.post(f"{path}/reanudar")

    assert out is not None
    assert service.tools.store.people.accounts.get(other.id).suspended_at is None


def test_an_account_that_is_not_there_is_not_found(administrator: Signed) -> None:
    for act in ("rol", "suspender", "reanudar", "enlace"):
        answer = administrator.post(f"/administracion/personas/a-none/{act}", {"rol": "agency"})
        assert answer.status_code == 404


def test_the_trail_names_nobody_and_its_chain_is_checked(
    service: Service, administrator: Signed
) -> None:
    service.signed(Role.RESIDENT, name="rosa@ejemplo.pe")

    status, text = administrator.get("/administracion/registro")
    _, of_one = administrator.get("/administracion/registro?acto=account-made")

    assert status == 200
    assert "Se revisó la cadena" in text
    assert "rosa" not in text
    assert "ejemplo.pe" not in text
    assert "No hay líneas" in of_one


@pytest.mark.parametrize("before", ["x", "-1", "9" * 40, "٣", ""])
def test_a_place_of_the_trail_that_cannot_be_is_the_beginning(
    administrator: Signed, before: str
) -> None:
    assert administrator.get(f"/administracion/registro?antes={before}")[0] == 200


def test_a_file_that_is_no_price_sheet_is_refused_with_words(administrator: Signed) -> None:
    sent = administrator.post(
        "/administracion/pliegos", {"archivo": (io.BytesIO(b"hola"), "../../etc/pliego.html")}
    )
    status, text = administrator.get(sent.headers["Location"])
    kept = administrator.post(f"{sent.headers['Location']}/guardar")

    assert sent.status_code == 303
    assert (status, kept.status_code) == (422, 422)
    assert 'role="alert"' in text
    assert administrator.post("/administracion/pliegos").status_code == 422
    assert administrator.get("/administracion/pliegos/nada")[0] == 404


def test_a_proposal_is_published_and_rejected_with_a_reason(
    service: Service, administrator: Signed
) -> None:
    proposed = propose_entry(ENTRY, actor="Sol SAC", tools=service.tools, as_of=service.clock.at)
    path = f"/administracion/propuestas/{proposed.proposal.id}"

    published = administrator.post(path, {"decision": "publicar"})
    without = administrator.post(path, {"decision": "rechazar"})
    rejected = administrator.post(path, {"decision": "rechazar", "motivo": "No existe"})
    _, text = administrator.get("/administracion/propuestas")

    assert [r.status_code for r in (published, without, rejected)] == [303, 422, 303]
    assert "Sol SAC" in text
    assert "No existe" in text
    unknown = administrator.post("/administracion/propuestas/99", {"decision": "publicar"})
    assert unknown.status_code == 404


def test_a_price_sheet_is_shown_beside_what_is_on_file_before_it_is_kept(
    service: Service, administrator: Signed
) -> None:
    content = io.BytesIO(sheet_text().encode())

    sent = administrator.post("/administracion/pliegos", {"archivo": (content, "pliego.txt")})
    look = sent.headers["Location"]
    status, text = administrator.get(look)
    before = administrator.get("/administracion/pliegos")[1]
    kept = administrator.post(f"{look}/guardar")
    after = administrator.get("/administracion/pliegos")[1]
    _, trail = administrator.get("/administracion/registro?acto=sheet-imported")

    assert (sent.status_code, status, kept.status_code) == (303, 200, 303), text
    assert "Antes</th>" in text
    assert "BT5B" in text
    assert "PEN/kWh" in text
    assert "energy-above" not in text
    assert "traído aquí" not in before
    assert "traído aquí" in after
    assert "Se guardó un pliego" in trail
    assert administrator.get(look)[0] == 404
