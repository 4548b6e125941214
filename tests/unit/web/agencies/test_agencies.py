"""What agencies see, what they may try, and what nobody else may."""

import io
import json

import pytest
from tests.signed_people import Service, Signed, text_of
from tests.town import Town
from tests.unit.cli.running import faults

from ahorraluz.security.roles import Role

PAGES = ("/agregados", "/agregados.csv", "/agregados.json", "/politicas")
TABLE = b"kwh,distributor,department\n25,pluz,Lima\n120,luz-del-sur,Lima\n300,luz-del-sur,\n"


def tried(
    agency: Signed, table: bytes | None = TABLE, fields: dict[str, str] | None = None
) -> tuple[int, str]:
    sent: dict[str, object] = dict(fields or {})
    if table is not None:
        sent["archivo"] = (io.BytesIO(table), "recibos.csv")
    response = agency.post("/politicas", sent)
    return response.status_code, text_of(response)


@pytest.mark.parametrize("path", PAGES)
def test_residents_consultants_and_strangers_see_none_of_it(service: Service, path: str) -> None:
    stranger = service.app.test_client().get(path)

    assert stranger.status_code == 303
    for role in (Role.RESIDENT, Role.CONSULTANT, Role.ADMINISTRATOR):
        assert service.signed(role).get(path)[0] == 403


def test_providers_see_groups_and_try_no_policies(service: Service) -> None:
    provider = service.signed(Role.PROVIDER)

    status, page = provider.get("/agregados")

    assert status == 200
    assert "/politicas" not in page
    assert provider.get("/politicas")[0] == 403


def test_before_the_first_publication_the_page_says_so(agency: Signed) -> None:
    status, page = agency.get("/agregados")

    assert status == 200
    assert "Todavía no se publicó" in page


@pytest.mark.parametrize("level", ["department", "province", "district", "<script>"])
@pytest.mark.parametrize("indicator", ["consumption", "fose", "verified", "'"])
def test_groups_are_told_as_map_and_table(
    service: Service, agency: Signed, level: str, indicator: str
) -> None:
    town = Town(service)
    town.settle(12)
    town.publish()

    status, page = agency.get(f"/agregados?nivel={level}&dato={indicator}")

    assert status == 200
    assert "<svg viewBox" in page
    assert '<td class="num">12</td>' in page
    assert not any(home in page for home in town.homes)
    assert "<script>" not in page


def test_open_data_say_what_each_column_means(service: Service, agency: Signed) -> None:
    town = Town(service)
    town.settle(12)
    town.publish()

    table = agency.get("/agregados.csv")[1].splitlines()
    document = json.loads(agency.get("/agregados.json?lang=en")[1])

    assert faults(document, "aggregates") == []
    assert table[0].split(",") == list(document["columns"])
    assert table[1].startswith("country,,Perú,12,")
    assert len(table) == 5
    assert document["least_homes"] == 10
    assert document["published"].startswith("2026-11-24")


def test_a_home_that_goes_changes_no_byte_of_the_open_data(
    service: Service, agency: Signed
) -> None:
    town = Town(service)
    town.settle(15)
    town.publish()
    before = agency.get("/agregados.csv")[1], agency.get("/agregados.json")[1]

    service.tools.store.forget(town.homes[7])
    service.clock.go_on(minutes=5)
    town.publish()

    assert before == (agency.get("/agregados.csv")[1], agency.get("/agregados.json")[1])


def test_a_policy_is_tried_on_a_table(agency: Signed) -> None:
    status, page = tried(agency, fields={"limite": "100", "descuento": "40", "igv": "16"})

    assert status == 200
    assert "De 3 hogares" in page
    assert "Sin departamento" in page


def test_nothing_of_a_table_is_kept(service: Service, agency: Signed) -> None:
    tried(agency, b"kwh,distributor,department\n123.457,pluz,Lima\n")

    assert b"123.457" not in Town(service).bytes_of_store()


def test_without_a_table_the_published_groups_are_used(service: Service, agency: Signed) -> None:
    assert tried(agency, None)[0] == 422
    town = Town(service)
    town.settle(12)
    town.publish()

    status, page = tried(agency, None, {"limite": "100"})

    assert status == 200
    assert "De 12 hogares, 0 pagan menos y 12 pagan más" in page


def test_narrow_policies_tell_no_more_than_what_was_published(
    service: Service, agency: Signed
) -> None:
    """Moving the limit by one kWh would otherwise count the homes between."""
    town = Town(service)
    town.settle(12)
    town.publish()

    counts = {
        text.split("De 12 hogares, ")[1].split(".")[0]
        for text in (tried(agency, None, {"limite": f"{kwh}"})[1] for kwh in range(110, 139, 4))
    }

    assert counts <= {"0 pagan menos y 12 pagan más", "0 pagan menos y 0 pagan más"}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"limite": "abc"}, "abc"),
        ({"limite": "-1"}, "fuera de lo que se puede probar"),
        ({"descuento": "101"}, "fuera de lo que se puede probar"),
        ({"bloque": "150"}, "no puede ser mayor"),
        ({"energia": "1e400"}, "1e400"),
    ],
)
def test_what_cannot_be_moved_is_said(agency: Signed, fields: dict[str, str], words: str) -> None:
    status, page = tried(agency, fields=fields)

    assert status == 422
    assert words in page


@pytest.mark.parametrize(
    "table",
    [
        b"",
        b"\x00\xff",
        b"kwh,distributor\nx,pluz\n",
        b"kwh,distributor\n5,<script>alert(1)</script>\n",
        b"kwh,distributor,department\n5,pluz,' OR 1=1 --\n",
        b"kwh,distributor,system\n5,pluz,../../etc/passwd\n",
        b'kwh,distributor\n"5,pluz\n',
    ],
)
def test_wrong_tables_are_refused_and_their_words_are_no_markup(
    agency: Signed, table: bytes
) -> None:
    status, page = tried(agency, table)

    assert status == 422
    assert "<script>alert" not in page


def test_a_form_without_the_token_is_refused(agency: Signed) -> None:
    assert agency.client.post("/politicas", data={"limite": "100"}).status_code == 403
