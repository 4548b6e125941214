"""What strangers and other people try with a home; each test fails without its defence."""

import io
import re

import pytest
from tests.meter_samples import csv_of, rows
from tests.unit.web.conftest import unpacked
from tests.unit.web.households.conftest import Resident, Town

from ahorraluz.services.households.sharing import share_report
from ahorraluz.web.households.pages import takes_files
from ahorraluz.web.page import this_moment

READ = ("", "/informe", "/informe.pdf", "/revision", "/reclamo", "/consumo", "/pasos/siguiente")
EDITED = ("/pasos/casa", "/medidor")
SENT = (
    "/plan/standby-off",
    "/pasos/casa",
    "/pasos/cifras",
    "/pasos/recibos/archivo",
    "/medidor",
    "/medidor/x/guardar",
    "/medidor/x/descartar",
    "/compartir",
    "/compartir/1/quitar",
)
SCRIPT = '"><script>alert(1)</script>'


@pytest.mark.parametrize("path", [*READ, *EDITED])
def test_the_home_of_another_is_not_found(town: Town, rosa: Resident, path: str) -> None:
    other = town.resident()

    assert other.client.get(f"/hogares/{rosa.home}{path}").status_code == 404


@pytest.mark.parametrize("path", SENT)
def test_the_home_of_another_takes_no_form(town: Town, rosa: Resident, path: str) -> None:
    other, before = town.resident(), rosa.kept

    response = other.client.post(
        f"/hogares/{rosa.home}{path}",
        data={"csrf": other.token(), "version": str(before.version), "que": "no", "ph": "9"},
    )

    assert response.status_code == 404
    assert rosa.kept == before


@pytest.mark.parametrize("path", [*READ, *EDITED])
def test_a_stranger_is_sent_to_sign_in(town: Town, rosa: Resident, path: str) -> None:
    response = town.app.test_client().get(f"/hogares/{rosa.home}{path}")

    assert response.status_code == 303
    assert response.headers["Location"].startswith("/entrar")


@pytest.mark.parametrize("path", SENT)
def test_a_form_without_a_token_is_refused(rosa: Resident, path: str) -> None:
    before = rosa.kept

    response = rosa.client.post(
        f"/hogares/{rosa.home}{path}", data={"version": str(before.version), "que": "no"}
    )

    assert response.status_code == 403
    assert rosa.kept == before


def test_the_token_of_another_counts_for_nothing(town: Town, rosa: Resident) -> None:
    stolen = town.resident().token()

    response = rosa.post("/plan/standby-off", que="no", csrf=stolen)

    assert response.status_code == 403


@pytest.mark.parametrize("path", ["/compartir", "/compartir/1/quitar"])
def test_a_consultant_shares_nothing(town: Town, rosa: Resident, path: str) -> None:
    helper = town.helper_of(rosa)

    assert "compartir" not in helper.page()
    assert helper.post(path).status_code == 403


def test_a_link_of_one_home_is_not_taken_back_from_another(town: Town, rosa: Resident) -> None:
    other = town.resident()
    made = share_report(rosa.home, actor=rosa.id, tools=town.tools, as_of=this_moment())

    response = other.post(f"/compartir/{made.share.id}/quitar")

    assert response.status_code == 422
    assert town.app.test_client().get(f"/c/{made.token}").status_code == 200


@pytest.mark.parametrize(
    "token", ["x", "c_" + "a" * 43, "c_" + "a" * 500, "..%2f..%2fetc", "%00", "' OR 1=1 --"]
)
def test_a_link_nobody_made_opens_nothing(town: Town, token: str) -> None:
    assert town.app.test_client().get(f"/c/{token}").status_code == 404


def test_whoever_holds_a_link_can_do_nothing_but_read(town: Town, rosa: Resident) -> None:
    made = share_report(rosa.home, actor=rosa.id, tools=town.tools, as_of=this_moment())

    response = town.app.test_client().get(f"/c/{made.token}")

    html = unpacked(response)
    assert rosa.home not in html
    assert "<form" not in html
    assert "<script" not in html
    assert response.headers["Cache-Control"] == "no-store"
    assert "noindex" in response.headers["X-Robots-Tag"]
    assert response.headers["Referrer-Policy"] == "no-referrer"


def test_the_name_of_a_home_is_not_told_by_its_link(town: Town, rosa: Resident) -> None:
    rosa.post("/pasos/lugar", dep="lima", d="luz-del-sur", s="lima-sur", nombre="Casa de Rosa Q.")
    made = share_report(rosa.home, actor=rosa.id, tools=town.tools, as_of=this_moment())

    assert "Rosa Q." not in unpacked(town.app.test_client().get(f"/c/{made.token}"))


def test_no_text_field_brings_a_script_into_a_page(rosa: Resident) -> None:
    names = ("k", "t", "f", "ph", "gl", "bu", "hm", "nombre", "m-11", "p", "dep", "d", "x.led-lamp")
    for step in ("lugar", "recibos", "casa", "medidor", "metas", "cifras"):
        response = rosa.post(f"/pasos/{step}", **dict.fromkeys(names, SCRIPT))
        assert "<script>alert" not in unpacked(response), step
    rosa.post("/pasos/lugar", dep="lima", d="luz-del-sur", s="lima-sur", nombre=SCRIPT)

    for path in ("", "/informe", "/pasos/lugar", "/pasos/siguiente"):
        assert "<script>alert" not in rosa.page(path), path
    assert "<script>alert" not in rosa.get("/hogares?todos=1")[1]
    assert SCRIPT in rosa.kept.label


def test_the_name_of_a_file_brings_no_script_into_a_page(rosa: Resident) -> None:
    content = csv_of(rows(days=30)).encode()
    sent = rosa.post("/medidor", archivo=(io.BytesIO(content), "<img src=x>.csv"))

    html = unpacked(rosa.client.get(sent.headers["Location"]))
    assert "<img src=x" not in html
    assert "&lt;img src=x&gt;.csv" in html


@pytest.mark.parametrize("field", ["dep", "d", "s", "k", "ph"])
@pytest.mark.parametrize(
    "value", ["' OR '1'='1", "1; DROP TABLE homes", "../../etc/passwd", "\r\nX: y"]
)
def test_what_looks_like_a_command_is_only_text(rosa: Resident, field: str, value: str) -> None:
    step = {"dep": "lugar", "d": "lugar", "s": "lugar", "ph": "casa"}.get(field, "recibos")

    response = rosa.post(f"/pasos/{step}", **{field: value})

    assert response.status_code in (303, 422)
    assert "X" not in response.headers
    assert rosa.get("/hogares?todos=1")[0] == 200


def test_an_adopted_meter_is_no_longer_open_to_who_knows_its_address(
    town: Town, rosa: Resident
) -> None:
    stranger = town.app.test_client()
    content = csv_of(rows(days=40)).encode()
    waiting = stranger.post("/medidor", data={"archivo": (io.BytesIO(content), "m.csv")})
    kept = stranger.post(waiting.headers["Location"] + "/guardar")
    address = kept.headers["Location"]

    taken = rosa.client.post(f"{address}/guardar", data={"csrf": rosa.token(), "d": "seal"})

    home = address.removeprefix("/consumo/")
    assert taken.headers["Location"] == f"/hogares/{home}"
    for path in ("", "/informe", "/datos.csv"):
        assert stranger.get(address + path).status_code == 404, path
        assert town.resident().client.get(address + path).status_code == 404, path
    assert stranger.post(f"{address}/borrar").status_code == 404
    assert rosa.client.get(f"/hogares/{home}/consumo").status_code == 200


def test_a_home_of_somebody_is_adopted_by_nobody_else(town: Town, rosa: Resident) -> None:
    rosa.adds_meter(days=40)
    other = town.resident()

    response = other.client.post(f"/consumo/{rosa.home}/guardar", data={"csrf": other.token()})

    assert response.status_code == 404


@pytest.mark.parametrize("name", ["casa", "h-" + "0" * 32, "h-x", "..", "h-" + "z" * 32])
def test_adopting_makes_no_home_that_was_not_there(rosa: Resident, name: str) -> None:
    before = len(rosa.tools.store.homes())

    response = rosa.client.post(f"/consumo/{name}/guardar", data={"csrf": rosa.token()})

    assert response.status_code in (404, 308)
    assert len(rosa.tools.store.homes()) == before


def test_the_log_names_neither_home_nor_link(
    rosa: Resident, town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    made = share_report(rosa.home, actor=rosa.id, tools=town.tools, as_of=this_moment())
    with caplog.at_level("INFO", logger="ahorraluz.access"):
        rosa.page()
        town.app.test_client().get(f"/c/{made.token}")
        town.app.test_client().get(f"/c/{made.token}/")
        rosa.client.get(f"/hogares/{rosa.home}/nada")

    assert rosa.home not in caplog.text
    assert made.token not in caplog.text
    assert "/c/<token>" in caplog.text


def test_only_the_forms_of_files_take_large_bodies() -> None:
    home = "/hogares/h-0"

    assert takes_files(f"{home}/medidor")
    assert takes_files(f"{home}/pasos/recibos/archivo")
    assert not takes_files(f"{home}/pasos/casa")
    assert not takes_files("/otra/medidor")


def test_pages_of_a_home_are_kept_by_no_cache_on_the_way(rosa: Resident) -> None:
    for path in ("", "/informe", "/consumo", "/pasos/casa"):
        response = rosa.client.get(f"/hogares/{rosa.home}{path}")
        assert "no-store" in response.headers["Cache-Control"], path


def test_no_page_of_a_home_has_script_or_style_in_it(rosa: Resident) -> None:
    rosa.adds_meter(days=60)
    for path in ("", "/informe", "/consumo", "/pasos/recibos", "/pasos/artefactos", "/medidor"):
        html = rosa.page(path)
        assert re.search(r"<script(?![^>]* src=)", html) is None, path
        assert "<style" not in html, path
        assert re.search(r"\son[a-z]+=", html) is None, path
        assert " style=" not in html, path


def test_a_page_that_is_remembered_holds_a_token_of_its_own_each_time(
    town: Town, rosa: Resident
) -> None:
    first, second = (set(re.findall(r'name="csrf" value="([^"]+)"', rosa.page())) for _ in "ab")

    assert len(first) == len(second) == 1
    assert first != second
    for token in (*first, *second):
        assert rosa.post("/plan/leak-check", que="luego", csrf=token).status_code == 303


def test_what_is_remembered_for_the_owner_is_not_shown_to_a_consultant(
    town: Town, rosa: Resident
) -> None:
    helper = town.helper_of(rosa)

    assert "Crear un enlace" in rosa.page()
    assert "Crear un enlace" not in helper.page()
    assert "Crear un enlace" in rosa.page()
