"""A consultant's pages: clients in, in order, told, out again; and what may not be done there."""

import io
import re
import zipfile

import pytest
from openpyxl import load_workbook  # type: ignore[import-untyped]
from tests.signed_people import Service, Signed, text_of

from ahorraluz.security.roles import Role
from ahorraluz.services.accounts.trail import trail_of_home
from ahorraluz.services.portfolio.clients import portfolio
from ahorraluz.services.portfolio.importing import client_book
from ahorraluz.web.portfolio.asking import bare_page
from ahorraluz.web.portfolio.taking_out import report_of

CLIENTS = (
    "Cliente;Departamento;Distrito;Distribuidora;Sistema;kWh;Total;Personas;Aparatos\n"
    "Ana Quispe;Lima;Surquillo;Luz del Sur;lima-sur;352;300;4;ducha eléctrica\n"
    "Beto Mamani;Puno;Juliaca;Electro Puno;;60;40;3;\n"
)
EVIL = "<script>alert(1)</script>"


def brought(person: Signed, text: str, name: str = "clientes.csv") -> str:
    """Bring a file and return the address of its preview."""
    response = person.post("/cartera/importar", {"archivo": (io.BytesIO(text.encode()), name)})
    assert response.status_code == 303, text_of(response)
    assert response.location is not None
    return response.location


def columns_of(html: str) -> list[tuple[str, str]]:
    """Return the hidden fields by which a page hands its columns on."""
    hidden = re.compile(r'<input type="hidden" name="m" value="([^"]*)"')
    return [("m", value) for value in hidden.findall(html)]


def kept(person: Signed, text: str) -> list[str]:
    """Bring a file, keep what is good of it, and return its homes."""
    address = brought(person, text)
    _, html = person.get(address)
    response = person.post(f"{address}/guardar", {"sin-errores": "1"}, lists=columns_of(html))
    assert response.status_code == 303, text_of(response)
    _, html = person.get("/cartera")
    return re.findall(r'href="/cartera/(h-[0-9a-f]+)"', html)


def test_an_empty_portfolio_says_how_to_begin(consultant: Signed) -> None:
    status, html = consultant.get("/cartera")

    assert status == 200
    assert "Aún no tienes clientes" in html


def test_a_file_is_shown_row_by_row_before_anything_is_kept(
    service: Service, consultant: Signed
) -> None:
    wrong = f"{CLIENTS}Caro;Lima;Surquillo;Luz del Sur;lima-sur;mucho;;;\n"
    _, html = consultant.get(brought(consultant, wrong))

    assert "2 filas sin errores y 1 con errores" in html
    assert "clientes.csv, fila 4" in html
    assert "mucho" in html
    assert service.tools.store.people.households.homes_of(consultant.id) == ()


def test_columns_can_be_set_right(consultant: Signed) -> None:
    address = brought(consultant, "Persona rara;Lo que gasta;Quién vende\nAna;152;Luz del Sur\n")
    _, guessed = consultant.get(address)

    _, mended = consultant.get(f"{address}?m=label&m=k&m=d")

    assert "0 filas sin errores y 1 con errores" in guessed
    assert "1 fila sin errores y 0 con errores" in mended


def test_two_columns_for_one_thing_are_refused_in_words(consultant: Signed) -> None:
    address = brought(consultant, "Cliente;kWh;Mes pasado\nAna;152;140\n")

    status, html = consultant.get(f"{address}?m=label&m=k&m=k")

    assert status == 422
    assert "Dos columnas llenan el mismo dato" in html


def test_rows_with_errors_keep_all_out_unless_they_are_left_out(
    service: Service, consultant: Signed
) -> None:
    address = brought(consultant, f"{CLIENTS}Caro;;;;;;;;\n")
    _, html = consultant.get(address)

    response = consultant.post(f"{address}/guardar", lists=columns_of(html))

    assert response.status_code == 422
    assert "1 fila con errores" in text_of(response)
    assert service.tools.store.people.households.homes_of(consultant.id) == ()


def test_clients_come_in_and_are_ordered_by_what_they_would_save(consultant: Signed) -> None:
    homes = kept(consultant, CLIENTS)
    ana, beto = sorted(homes, key=lambda home: "Ana" not in consultant.get(f"/cartera/{home}")[1])
    consultant.post("/cartera/calcular")

    _, html = consultant.get("/cartera")

    assert html.index(ana) < html.index(beto)
    assert "Surquillo, Lima" in html
    _, html = consultant.get("/cartera?orden=nombre&texto=juliaca")
    assert beto in html
    assert ana not in html


def test_a_file_is_kept_once_even_if_its_form_is_sent_twice(consultant: Signed) -> None:
    address = brought(consultant, CLIENTS)
    _, html = consultant.get(address)
    consultant.post(f"{address}/guardar", lists=columns_of(html))

    again = consultant.post(f"{address}/guardar", lists=columns_of(html))

    assert again.status_code == 422
    assert consultant.get("/cartera")[1].count('href="/cartera/h-') == 2


def test_a_discarded_file_is_gone(consultant: Signed) -> None:
    address = brought(consultant, CLIENTS)

    consultant.post(f"{address}/descartar")

    assert consultant.get(address)[0] == 404


def test_nobody_else_sees_or_keeps_a_waiting_file(service: Service, consultant: Signed) -> None:
    address = brought(consultant, CLIENTS)
    other = service.signed(Role.CONSULTANT)

    assert other.get(address)[0] == 404
    assert other.post(f"{address}/guardar", lists=[("m", "label")]).status_code == 422
    other.post(f"{address}/descartar")
    assert consultant.get(address)[0] == 200


def test_a_waiting_file_cannot_be_read_on_the_disk(service: Service, consultant: Signed) -> None:
    brought(consultant, CLIENTS)

    waiting = list((service.tools.settings.data_dir / "pending").iterdir())

    assert waiting
    assert all(b"Ana Quispe" not in path.read_bytes() for path in waiting)


def test_a_consultant_meets_no_home_of_another(service: Service, consultant: Signed) -> None:
    (home, *_) = kept(consultant, CLIENTS)
    other = service.signed(Role.CONSULTANT)

    assert other.get(f"/cartera/{home}")[0] == 404
    assert other.post(f"/cartera/{home}/notas", {"nota": "mía"}).status_code == 404
    assert other.post(f"/cartera/{home}/invitar").status_code == 404
    assert other.post(f"/cartera/{home}/quitar", {"seguro": "1"}).status_code == 404
    assert home not in other.get("/cartera")[1]
    book = load_workbook(io.BytesIO(other.post("/cartera/exportar").data))
    assert book.worksheets[0].max_row == 1
    assert consultant.get(f"/cartera/{home}")[0] == 200


@pytest.mark.parametrize("role", [Role.RESIDENT, Role.PROVIDER, Role.AGENCY, Role.ADMINISTRATOR])
def test_other_roles_have_no_portfolio(service: Service, role: Role) -> None:
    person = service.signed(role)

    for path in ("/cartera", "/cartera/importar", "/cartera/cuadros", "/cartera/invitaciones"):
        assert person.get(path)[0] == 403
    for path in ("/cartera/importar", "/cartera/exportar", "/cartera/informes"):
        assert person.post(path).status_code == 403


def test_a_form_without_its_token_is_refused(service: Service, consultant: Signed) -> None:
    (home, *_) = kept(consultant, CLIENTS)

    for path in ("/cartera/importar", f"/cartera/{home}/quitar", "/cartera/invitaciones"):
        assert consultant.client.post(path, data={"seguro": "1"}).status_code == 403
    assert service.tools.store.people.households.reach(home, consultant.id) is not None


def test_a_note_is_kept_for_who_wrote_it(service: Service, consultant: Signed) -> None:
    (home, *_) = kept(consultant, CLIENTS)
    consultant.post(f"/cartera/{home}/notas", {"nota": "Llamar en marzo"})

    assert "Llamar en marzo" in consultant.get(f"/cartera/{home}")[1]
    empty = consultant.post(f"/cartera/{home}/notas", {"nota": "  "})
    assert empty.status_code == 422
    long = consultant.post(f"/cartera/{home}/notas", {"nota": "x" * 2_001})
    assert long.status_code == 422


def test_taking_out_a_home_that_nobody_owns_erases_it(service: Service, consultant: Signed) -> None:
    (home, *_) = kept(consultant, CLIENTS)

    unsure = consultant.post(f"/cartera/{home}/quitar")
    there = consultant.get(f"/cartera/{home}")[0]
    consultant.post(f"/cartera/{home}/quitar", {"seguro": "1"})

    assert (unsure.status_code, there) == (422, 200)
    assert consultant.get(f"/cartera/{home}")[0] == 404
    assert client_book(service.tools).answers_of([home]) == ()


def test_pictures_and_tables_of_the_group_say_the_same(consultant: Signed) -> None:
    kept(consultant, CLIENTS)
    consultant.post("/cartera/calcular")

    status, html = consultant.get("/cartera/cuadros")

    assert status == 200
    assert html.count("<rect") >= 2
    assert "Surquillo, Lima" in html
    assert "Electro Puno · BT5B" in html


def test_a_workbook_holds_homes_plans_and_findings(consultant: Signed) -> None:
    kept(consultant, CLIENTS)
    consultant.post("/cartera/calcular")

    response = consultant.post("/cartera/exportar")

    book = load_workbook(io.BytesIO(response.data))
    assert book.sheetnames == ["Hogares", "Planes", "Hallazgos"]
    assert {row[0] for row in book["Hogares"].iter_rows(min_row=2, values_only=True)} == {
        "Ana Quispe",
        "Beto Mamani",
    }
    assert book["Hallazgos"].max_row > 2
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("sign", ["=", "+", "-", "@"])
def test_no_cell_of_a_workbook_is_a_formula(consultant: Signed, sign: str) -> None:
    label = f"{sign}HYPERLINK(A1)"
    kept(consultant, f"Cliente;Distribuidora;kWh\n{label};Electro Puno;60\n")

    response = consultant.post("/cartera/exportar")

    sheet = load_workbook(io.BytesIO(response.data))["Hogares"]
    cell = sheet["A2"]
    assert (cell.value, cell.data_type) == (label, "s")
    assert cell.quotePrefix or cell.style_array.quotePrefix


@pytest.mark.usefixtures("printer")
def test_reports_come_under_the_name_of_the_consultant(consultant: Signed) -> None:
    kept(consultant, CLIENTS)
    consultant.post("/cartera/calcular")

    response = consultant.post("/cartera/informes")

    with zipfile.ZipFile(io.BytesIO(response.data)) as archive:
        names = archive.namelist()
        first = archive.read(names[0])
    assert names == ["001-ana-quispe.pdf", "002-beto-mamani.pdf"]
    assert first.startswith(b"%PDF")


def test_text_of_a_file_is_text_on_every_page(service: Service) -> None:
    evil = service.signed(Role.CONSULTANT, organisation=f"Sol {EVIL}")
    text = (
        f"Cliente;Distribuidora;kWh;{EVIL}\n"
        f"{EVIL};Electro Puno;60;{EVIL}\n"
        f'"><img src=x onerror=alert(1)>;{EVIL};60;x\n'
    )
    address = brought(evil, text, name=f"{EVIL}.csv")
    _, preview = evil.get(address)
    response = evil.post(f"{address}/guardar", {"sin-errores": "1"}, lists=columns_of(preview))
    (home,) = re.findall(r'href="/cartera/(h-[0-9a-f]+)"', evil.get("/cartera")[1])
    evil.post(f"/cartera/{home}/notas", {"nota": EVIL})
    pages = [preview, text_of(response)]
    pages += [
        evil.get(path)[1]
        for path in ("/cartera", f"/cartera?texto={EVIL}", f"/cartera/{home}", "/cartera/cuadros")
    ]

    assert "&lt;script&gt;" in preview
    assert all(EVIL not in page and "<img src=x" not in page for page in pages)


def test_a_report_takes_no_markup_from_anybody(service: Service) -> None:
    evil = service.signed(Role.CONSULTANT, organisation=f"Sol {EVIL}")
    kept(evil, f"Cliente;Distribuidora;kWh\n{EVIL};Electro Puno;60\n")
    found = portfolio(evil.id, tools=service.tools, as_of=service.clock.at)
    with service.app.test_request_context(
        "/cartera",
        headers={"Cookie": f"ahorraluz={evil.client.get_cookie('ahorraluz').value}"},  # type: ignore[union-attr]
    ):
        html = report_of(found.clients[0], bare_page())

    assert "<script>" not in html
    assert html.count("&lt;script&gt;") >= 2


def test_two_hundred_homes_open_from_figures_that_were_kept(
    service: Service, consultant: Signed, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = "".join(f"Cliente {n};Electro Puno;{40 + n}\n" for n in range(200))
    kept(consultant, f"Cliente;Distribuidora;kWh\n{rows}")
    monkeypatch.setattr("ahorraluz.services.households.figures.advise", None)

    status, html = consultant.get("/cartera")

    assert status == 200
    assert html.count('href="/cartera/h-') == 50
    assert "Página 1 de 4" in html
    assert len(consultant.client.get("/cartera").data) < 60_000


def test_a_look_at_a_home_without_an_owner_is_told_to_nobody(
    service: Service, consultant: Signed
) -> None:
    (home, *_) = kept(consultant, CLIENTS)
    consultant.get(f"/cartera/{home}")

    acts = [line.act for line in trail_of_home(home, tools=service.tools)]

    assert "consultant-looked" not in acts
