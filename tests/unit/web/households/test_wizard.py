"""The steps by which a home is told: what is kept, what changed, what is asked next."""

import io
import re
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.meter_samples import csv_of, rows
from tests.recibo_sheets import sheet_of
from tests.recibos import luz_del_sur
from tests.unit.web.conftest import Elements, unpacked
from tests.unit.web.households.conftest import NOW, Resident, Town, words_of

from ahorraluz.services.accounts.consents import holding
from ahorraluz.services.households.keeping import change_home

STEPS = ("lugar", "recibos", "casa", "medidor", "artefactos", "metas")


def strip(*kwh: str) -> dict[str, object]:
    """Return a strip with the newest months filled in."""
    empty = [""] * (12 - len(kwh))
    return {f"m-{place}": value for place, value in enumerate([*empty, *kwh])}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("language", ["es", "en"])
def test_every_step_has_a_page_in_both_languages(rosa: Resident, step: str, language: str) -> None:
    html = rosa.page(f"/pasos/{step}?lang={language}")

    labels = {attributes.get("for") for attributes in Elements(html).all("label")}
    inputs = [
        attributes
        for tag in ("input", "select")
        for attributes in Elements(html).all(tag)
        if attributes.get("type") not in ("hidden", "radio")
        and attributes.get("name") != "comparar"
    ]
    assert [i for i in inputs if i.get("id") not in labels] == []


def test_a_step_there_is_not_is_not_found(rosa: Resident) -> None:
    assert rosa.get(f"/hogares/{rosa.home}/pasos/otra")[0] == 404


def test_answers_are_kept_and_the_rest_stays(rosa: Resident) -> None:
    response = rosa.post("/pasos/casa", ph="4", te="owner", ro="own", fu="lpg")

    said = dict(rosa.kept.pairs)
    assert response.status_code == 303
    assert {"ph": "4", "te": "owner", "ro": "own", "fu": "lpg"}.items() <= said.items()
    assert said["k"] == "152"


def test_an_answer_that_is_taken_back_is_gone(rosa: Resident) -> None:
    rosa.post("/pasos/casa", ph="4", te="owner")
    rosa.post("/pasos/casa", te="owner")

    assert "ph" not in dict(rosa.kept.pairs)


def test_after_a_step_the_page_says_what_changed(rosa: Resident) -> None:
    rosa.post("/pasos/artefactos", a=["ducha-electrica"])
    response = rosa.post("/pasos/casa", ph="7")

    before = parse_qs(urlsplit(response.headers["Location"]).query)["antes"]
    html = rosa.page(response.headers["Location"].removeprefix(f"/hogares/{rosa.home}"))
    assert re.fullmatch(r"-?\d+\.-?\d+\.-?\d+", before[0])
    assert "Ahora tu plan ahorra" in words_of(html)
    assert "Antes de tu respuesta: S/" in words_of(html)


@pytest.mark.parametrize("before", ["1.2", "a.b.c", "1.2.3.4", "<b>.1.2", "9999999.1.2"])
def test_a_made_up_before_is_left_aside(rosa: Resident, before: str) -> None:
    html = rosa.page(f"/pasos/siguiente?antes={before}")

    assert "Antes de tu respuesta" not in html


def test_the_next_question_leads_to_the_place_that_takes_it(town: Town) -> None:
    rosa = town.resident(
        ("dep", "lima"), ("d", "luz-del-sur"), ("s", "lima-sur"), ("k", "250"), ("te", "owner")
    )

    html = rosa.page("/pasos/siguiente")

    asked = "Lo que más ayudaría saber ahora" in html
    assert asked != ("Ninguna otra respuesta cambiaría tu plan" in html)


def test_a_wrong_answer_is_told_with_everything_typed_and_keeps_nothing(rosa: Resident) -> None:
    before = rosa.kept

    response = rosa.post("/pasos/casa", ph="cuatro", te="owner")

    html = unpacked(response)
    assert response.status_code == 422
    assert "cuatro" in html
    assert 'aria-invalid="true"' in html
    assert rosa.kept == before


def test_a_strip_becomes_the_recibos(rosa: Resident) -> None:
    rosa.post("/pasos/recibos", **strip("150", "149", "160", "155"), t="131")

    said = dict(rosa.kept.pairs)
    assert said["k"] == "155"
    assert said["hk"] == "150 149 160"
    assert 'value="149"' in rosa.page("/pasos/recibos")


def test_a_hole_in_the_strip_is_told_and_nothing_kept(rosa: Resident) -> None:
    before = rosa.kept

    response = rosa.post("/pasos/recibos", **strip("150", "", "160"))

    assert response.status_code == 422
    assert "el lugar 2 contando" in words_of(unpacked(response))
    assert 'value="150"' in unpacked(response)
    assert rosa.kept == before


def test_other_energies_forget_days_that_were_of_the_former_ones(town: Town) -> None:
    rosa = town.resident(
        *(("d", "luz-del-sur"), ("s", "lima-sur"), ("k", "152"), ("hk", "140 150")),
        *(("hn", "30 31"), ("hg", "0 0")),
    )

    rosa.post("/pasos/recibos", **strip("140", "150", "152"))
    same = dict(rosa.kept.pairs)
    rosa.post("/pasos/recibos", **strip("140", "150", "153"))

    assert same["hn"] == "30 31"
    assert "hn" not in dict(rosa.kept.pairs)


def test_a_shared_meter_is_split_fairly(rosa: Resident) -> None:
    response = rosa.post("/pasos/medidor", hm="3", pm="9")

    html = rosa.page(response.headers["Location"].removeprefix(f"/hogares/{rosa.home}"))
    assert response.status_code == 303
    assert "Tu casa" in html
    assert "Lo fijo se divide igual" in html


def test_appliances_have_pictures(rosa: Resident) -> None:
    html = rosa.page("/pasos/artefactos")

    symbols = set(re.findall(r'id="(t-[a-z]+)"', html))
    used = set(re.findall(r'href="#(t-[a-z]+)"', html))
    assert len(used) > 20
    assert used <= symbols


def test_goals_change_the_plan(rosa: Resident) -> None:
    rosa.post("/pasos/metas", bu="2000", ob="co2", ef="low", cu="20")

    assert {"bu": "2000", "ob": "co2", "ef": "low", "cu": "20"}.items() <= dict(
        rosa.kept.pairs
    ).items()
    assert rosa.get(f"/hogares/{rosa.home}")[0] == 200


def test_being_compared_is_agreed_to_and_taken_back_by_its_box(rosa: Resident) -> None:
    rosa.post("/pasos/casa", ph="4")
    rosa.post("/pasos/metas", comparar="1")
    given = holding(rosa.id, tools=rosa.tools, as_of=NOW.replace(year=2030))
    described = rosa.home in rosa.tools.store.descriptions()
    rosa.post("/pasos/metas")
    after = holding(rosa.id, tools=rosa.tools, as_of=NOW.replace(year=2030))

    assert [c.purpose for c in given] == ["compare"]
    assert described
    assert after == ()
    assert rosa.home not in rosa.tools.store.descriptions()


def test_who_cannot_be_compared_keeps_nothing_of_the_step(rosa: Resident) -> None:
    response = rosa.post("/pasos/metas", comparar="1", bu="900")

    assert response.status_code == 422
    assert "bu" not in dict(rosa.kept.pairs)


def test_a_consultant_is_not_asked_to_agree_for_the_owner(town: Town, rosa: Resident) -> None:
    helper = town.helper_of(rosa)

    html = helper.page("/pasos/metas")
    helper.post("/pasos/metas", comparar="1")

    assert 'name="comparar"' not in html
    assert holding(helper.id, tools=town.tools, as_of=NOW.replace(year=2030)) == ()


def test_two_who_change_a_home_at_once_lose_nothing(rosa: Resident) -> None:
    version = str(rosa.kept.version)
    rosa.post("/pasos/casa", ph="4", te="owner")

    response = rosa.post("/pasos/casa", version=version, ph="5", te="owner")

    html = unpacked(response)
    assert response.status_code == 409
    assert dict(rosa.kept.pairs)["ph"] == "4"
    assert 'id="ph" name="ph"' in html
    assert 'value="5"' in html
    assert "<strong>4</strong>" in html
    assert f'name="version" value="{rosa.kept.version}"' in html


@pytest.mark.parametrize("version", ["", "x", "-1", "99999999999", "²"])
def test_a_form_without_its_version_replaces_nothing(rosa: Resident, version: str) -> None:
    before = rosa.kept

    response = rosa.post("/pasos/casa", version=version, ph="5")

    assert response.status_code == 409
    assert rosa.kept == before


def test_figures_of_the_household_are_kept_from_the_cards(rosa: Resident) -> None:
    html = rosa.page()
    figure = re.search(r'name="(x\.[a-z0-9-]+)" form="costs"', html)
    assert figure is not None

    response = rosa.post("/pasos/cifras", **{figure.group(1): "8"})
    wrong = rosa.post("/pasos/cifras", **{figure.group(1): "ocho"})

    assert response.status_code == 303
    assert dict(rosa.kept.pairs)[figure.group(1)] == "8"
    assert wrong.status_code == 422


def test_a_home_gets_a_name_of_its_own(rosa: Resident) -> None:
    rosa.post("/pasos/lugar", dep="lima", d="luz-del-sur", s="lima-sur", nombre="Casa de mamá")

    assert rosa.kept.label == "Casa de mamá"
    assert "Casa de mamá" in rosa.page()


def test_a_name_has_only_letters_that_can_be_seen(rosa: Resident) -> None:
    rosa.post("/pasos/lugar", d="luz-del-sur", s="lima-sur", nombre=" Casa\r\n\x00\ue002\u202e1 ")

    assert rosa.kept.label.split() == ["Casa", "1"]


def test_a_recibo_is_read_and_looked_through_before_it_is_kept(rosa: Resident) -> None:
    sheet = sheet_of("lds-2026-05")
    before = rosa.kept
    sent = rosa.post("/pasos/recibos/archivo", archivo=(io.BytesIO(luz_del_sur(sheet)), "r.pdf"))

    html = unpacked(sent)
    assert sent.status_code == 200
    assert "Esto se leyó de tu recibo" in html
    totals = [i["value"] for i in Elements(html).all("input") if i.get("name") == "t"]
    assert totals == [sheet.total]
    assert rosa.kept == before


def test_a_meter_file_sent_with_the_recibos_goes_to_its_own_page(rosa: Resident) -> None:
    content = csv_of(rows(days=40)).encode()
    sent = rosa.post("/pasos/recibos/archivo", archivo=(io.BytesIO(content), "m.csv"))

    assert sent.status_code == 303
    assert sent.headers["Location"].startswith(f"/hogares/{rosa.home}/medidor/")


@pytest.mark.parametrize(
    ("content", "name"), [(b"", ""), (b"hola", "a.txt"), (b"%PDF-1.4 broken", "r.pdf")]
)
def test_a_file_that_is_neither_is_refused(rosa: Resident, content: bytes, name: str) -> None:
    response = rosa.post("/pasos/recibos/archivo", archivo=(io.BytesIO(content), name))

    assert response.status_code == 422


def test_an_appliance_that_is_on_no_list_is_refused_in_words(rosa: Resident) -> None:
    before = rosa.kept

    response = rosa.post("/pasos/artefactos", a=["tv-de-nadie"])

    assert response.status_code == 422
    assert "No conocemos el aparato «tv-de-nadie»" in unpacked(response)
    assert rosa.kept == before


def test_an_appliance_that_left_the_list_breaks_no_page_and_is_named(rosa: Resident) -> None:
    rosa.adds_meter(days=60)
    kept = rosa.kept
    pairs = (*kept.pairs, ("a", "tv-de-nadie"))
    change_home(replace(kept, pairs=pairs), tools=rosa.tools, as_of=NOW)

    assert "No conocemos el aparato «tv-de-nadie»" in rosa.page("/pasos/artefactos")
    answers = {path: rosa.get(f"/hogares/{rosa.home}{path}")[0] for path in ("", "/consumo")}

    assert answers == {"": 303, "/consumo": 200}


def test_a_home_is_compared_by_what_it_says_now(rosa: Resident) -> None:
    rosa.post("/pasos/casa", ph="3", fu="electricity")
    rosa.post("/pasos/metas", comparar="1")
    before = rosa.tools.store.descriptions()[rosa.home]

    rosa.post("/pasos/casa", ph="6", fu="lpg")
    after = rosa.tools.store.descriptions()[rosa.home]
    rosa.post("/pasos/casa")
    silent = rosa.tools.store.descriptions()
    rosa.post("/pasos/casa", ph="2")
    again = rosa.tools.store.descriptions()[rosa.home]
    rosa.adds_meter(days=90)
    measured = rosa.tools.store.descriptions()[rosa.home]

    assert (before.people, after.people, again.people) == (3, 6, 2)
    assert "cooking" in before.end_uses
    assert "cooking" not in after.end_uses
    assert rosa.home not in silent
    assert before.kwh_month == 152
    assert measured.kwh_month != 152


def test_who_agreed_to_nothing_is_not_described_by_answers(rosa: Resident) -> None:
    rosa.post("/pasos/casa", ph="3")

    assert rosa.home not in rosa.tools.store.descriptions()


def test_who_took_it_back_is_not_described_again_by_answers(rosa: Resident) -> None:
    rosa.post("/pasos/casa", ph="3")
    rosa.post("/pasos/metas", comparar="1")
    rosa.post("/pasos/metas")
    rosa.post("/pasos/casa", ph="4")

    assert rosa.home not in rosa.tools.store.descriptions()
