"""What the pages of residents say, and how they refuse what cannot be."""

import re
from html import unescape
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from tests.unit.web.conftest import ANSWER, Elements, fetch

NOT_KEPT = ("te", "a")
"""Choices that only a changed address can get wrong: there is no place to show them."""


@pytest.mark.parametrize(
    ("changes", "name", "words"),
    [
        pytest.param({"k": "abc"}, "k", ("Consumo", "abc", "180.5"), id="kWh in words"),
        pytest.param({"k": "-5"}, "k", ("Consumo", "-5", "0"), id="negative kWh"),
        pytest.param({"k": "1234567890123"}, "k", ("1234567890123",), id="thirteen digits"),
        pytest.param({"k": "200000"}, "k", ("200,000", "100,000"), id="more than a meter takes"),
        pytest.param({"k": "1.23456"}, "k", ("1.23456", "3"), id="too many decimals"),
        pytest.param({"k": ""}, "k", ("Consumo",), id="no kWh"),
        pytest.param({"d": ""}, "d", ("Distribuidora",), id="no distributor"),
        pytest.param({"d": "enel-x"}, "d", ("enel-x",), id="unknown distributor"),
        pytest.param({"d": "", "dep": "narnia"}, "dep", ("narnia",), id="unknown department"),
        pytest.param({"s": "arequipa"}, "s", ("arequipa", "Lima Sur"), id="unknown system"),
        pytest.param({"t": "mucho"}, "t", ("Total", "mucho"), id="total in words"),
        pytest.param({"f": "2026-02-30", "h": "2026-03-10"}, "f", ("2026-02-30",), id="no day"),
        pytest.param({"f": "2026-09-03", "h": "2026-08-05"}, "h", ("agosto",), id="turned round"),
        pytest.param({"f": "2026-01-01", "h": "2026-09-01"}, "h", ("243",), id="too long"),
        pytest.param({"f": "2026-08-05"}, "h", ("Lectura actual",), id="one day of two"),
        pytest.param({"p": "6403"}, "p", ("Precio", "6,403"), id="a price without its point"),
        pytest.param({"o": "BT9"}, "o", ("BT9",), id="unknown option"),
        pytest.param({"ph": "2.5"}, "ph", ("Personas", "2.5"), id="half a person"),
        pytest.param({"ph": "0"}, "ph", ("Personas",), id="nobody at home"),
        pytest.param({"te": "okupa"}, "te", ("okupa",), id="unknown tenure"),
        pytest.param({"a": "reactor"}, "a", ("reactor",), id="unknown appliance"),
        pytest.param(
            {"a": "ventilador", "hd.ventilador": "30"},
            "hd.ventilador",
            ("Horas", "30", "24"),
            id="thirty hours a day",
        ),
        pytest.param({"u": "x"}, "u", ("x",), id="meter in words"),
        pytest.param(
            {"x.cost-led-lamp": "caro"}, "x.cost-led-lamp", ("caro",), id="a price in words"
        ),
    ],
)
def test_bad_input_is_named_beside_its_field_with_what_was_typed(
    client: FlaskClient, changes: dict[str, str], name: str, words: tuple[str, ...]
) -> None:
    given = {"d": "luz-del-sur", "k": "152", **changes}

    status, html = fetch(client, f"/respuesta?{urlencode(given)}")
    summary = re.search(r'<div class="summary".*?</div>', html, re.DOTALL)
    message = re.search(rf'id="error-{re.escape(name)}".*?<span>(.*?)</span>', html, re.DOTALL)

    assert status == 422
    assert summary is not None
    assert f'href="#{name}"' in summary[0]
    assert f'id="{name}"' in html
    if message is not None:
        said = unescape(message[1])
        assert [word for word in words if word not in said] == []
    else:
        assert [word for word in words if word not in unescape(summary[0])] == []
    kept = {field: typed for field, typed in changes.items() if typed and field not in NOT_KEPT}
    assert {f: t for f, t in kept.items() if f'value="{t}"' not in html} == {}


@pytest.mark.parametrize("language", ["es", "en"])
def test_a_message_is_in_the_language_of_the_page(client: FlaskClient, language: str) -> None:
    _, html = fetch(client, f"/respuesta?d=luz-del-sur&k=abc&lang={language}")

    assert ("no es un número" in html) is (language == "es")
    assert ("is not a number" in html) is (language == "en")


def test_figures_of_an_appliance_nobody_ticks_are_dropped(client: FlaskClient) -> None:
    _, html = fetch(client, f"{ANSWER}&hd.ventilador=5")

    assert "hd.ventilador" not in html


def test_a_department_with_one_distributor_is_enough(client: FlaskClient) -> None:
    status, html = fetch(client, "/respuesta?dep=puno&k=80")

    assert status == 200
    assert "Electro Puno" in html


def test_a_department_with_several_asks_which(client: FlaskClient) -> None:
    status, html = fetch(client, "/respuesta?dep=ica&k=80")
    offered = [a["value"] for a in Elements(html).all("option")]

    assert status == 422
    assert "electro-dunas" in offered
    assert "seal" not in offered


def test_the_first_thing_said_is_one_sentence_with_the_way_back(client: FlaskClient) -> None:
    _, html = fetch(client, "/respuesta?d=luz-del-sur&s=lima-sur&k=152&f=2026-08-05&h=2026-09-03")
    heading = re.search(r"<h1[^>]*>(.*?)</h1>", html, re.DOTALL)

    assert heading is not None
    said = re.sub(r"<[^>]*>", "", heading[1])
    assert re.fullmatch(
        r"Tu recibo de 152 kWh cuesta S/ [\d.]+\. "
        r"Con 12 kWh menos al mes pagarías S/ [\d.]+ menos\.",
        said,
    )


def test_a_sheet_on_file_makes_the_bill_exact(client: FlaskClient) -> None:
    _, html = fetch(client, "/respuesta?d=luz-del-sur&s=lima-sur&k=141&f=2026-08-05&h=2026-09-03")

    assert "Precios del pliego de tu distribuidora" in html
    assert "Precios supuestos" not in html


def test_the_price_printed_on_the_recibo_is_used(client: FlaskClient) -> None:
    _, html = fetch(client, "/respuesta?d=seal&k=152&p=0.7001")

    assert "Precios de tu propio recibo" in html
    assert "0.7001" in html


@pytest.mark.parametrize(
    ("total", "words"),
    [
        pytest.param("119.10", "coincide con nuestro cálculo", id="as computed"),
        pytest.param("130", "suelen ser el alumbrado", id="by what charges usually are"),
        pytest.param("260", "Puede haber una deuda", id="far more"),
        pytest.param("60", "saldo a favor", id="less"),
    ],
)
def test_a_typed_total_that_differs_is_explained(
    client: FlaskClient, total: str, words: str
) -> None:
    _, html = fetch(client, f"/respuesta?d=luz-del-sur&s=lima-sur&k=152&t={total}")

    assert words in html


def test_the_meter_of_this_month_says_what_is_left_a_day(client: FlaskClient) -> None:
    _, html = fetch(client, f"{ANSWER}&u=80&y=12")

    assert "puedes usar <strong>5.0</strong> kWh por día" in html


def test_an_audit_names_the_line_that_is_off_and_offers_the_letter(client: FlaskClient) -> None:
    _, html = fetch(client, "/revision?d=luz-del-sur&s=lima-sur&k=152&p=0.6403&e=107.33")

    assert "No cuadra" in html
    assert "Puedes reclamar" in html
    assert "/reclamo?" in html


def test_an_audit_without_anything_printed_asks_for_it(client: FlaskClient) -> None:
    status, html = fetch(client, "/revision?d=luz-del-sur&k=152")

    assert status == 422
    assert 'href="#p"' in html


def test_the_letter_leaves_blanks_for_what_is_personal(client: FlaskClient) -> None:
    _, html = fetch(client, "/reclamo?d=luz-del-sur&s=lima-sur&k=152&p=0.6403&e=107.33")

    assert "Nombre: ____" in html
    assert "30 días hábiles" in html


@pytest.mark.parametrize("example", ["lima", "arequipa"])
def test_every_step_of_the_plan_stands_open_and_only_they_are_numbered(
    client: FlaskClient, example: str
) -> None:
    _, html = fetch(client, f"/ejemplos/{example}")
    plan = html[html.index('id="pasos"') :]
    shown, _, rest = plan.partition('<details class="origin wide-open">')
    summed = re.search(r"(\d+)(?:</strong>)? pasos juntos", shown)

    assert summed is not None
    assert shown.count('class="card step-card counted"') == int(summed[1])
    assert shown.count('class="step" aria-hidden') == int(summed[1])
    assert 'class="card step-card counted"' not in rest
    assert 'class="step" aria-hidden' not in rest
    assert rest.count('class="card step-card"') >= 1


def test_the_steps_come_first_and_the_rest_and_what_is_left_out_can_be_opened(
    client: FlaskClient,
) -> None:
    _, html = fetch(client, "/ejemplos/arequipa")
    best, _, rest = html.partition('<details class="origin wide-open">')

    assert best.count('class="card step-card') >= 5
    assert rest.count('class="card step-card') >= 1
    assert "Lo que dejamos fuera y por qué" in rest
    assert re.search(r"entre S/ [\d.,]+ y S/ [\d.,]+ al mes", best)
    assert "Tus recibos del año que viene, con y sin este paso" in best


def test_the_recibos_of_a_step_name_their_days_with_one_decimal(client: FlaskClient) -> None:
    _, html = fetch(client, "/ejemplos/lima")
    rows = re.findall(r'<tr><th scope="row">([^<]+)</th><td class="num kwh">([^<]+) <span', html)

    assert len(rows) >= 12
    assert all(re.fullmatch(r"\d+ \w+\. – \d+ \w+\.", days) for days, _ in rows)
    assert all(re.fullmatch(r"[\d,]+\.\d", kwh) for _, kwh in rows)


def test_a_price_told_on_a_card_is_used_and_kept(client: FlaskClient) -> None:
    _, asked = fetch(client, ANSWER)
    _, told = fetch(client, f"{ANSWER}&x.cost-led-lamp=6,50")

    assert 'name="x.cost-led-lamp"' in asked
    assert "Tu precio:" not in asked
    assert "Tu precio:" in told
    assert 'value="6,50"' in told


def test_a_tenant_is_told_nothing_for_the_roof(client: FlaskClient) -> None:
    _, html = fetch(client, f"{ANSWER}&te=tenant&ro=own")
    proposed = html[: html.index("Lo que dejamos fuera")]

    assert "Pon una terma solar" not in proposed
    assert "Pon una terma solar" in html


def test_a_shared_meter_is_split(client: FlaskClient) -> None:
    _, html = fetch(client, f"{ANSWER}&hm=3&ph=4&pm=8")

    assert "Tu casa" in html
    assert "Casa 3" in html


@pytest.mark.parametrize("example", ["lima", "arequipa", "andina-rural"])
def test_an_example_can_be_changed_from_what_it_states(client: FlaskClient, example: str) -> None:
    status, html = fetch(client, f"/ejemplos/{example}")
    change = next(
        href for a in Elements(html).all("a") if (href := a.get("href") or "").startswith("/hogar?")
    )

    assert status == 200
    assert client.get(change.replace("/hogar", "/respuesta")).status_code == 200


def test_an_example_that_does_not_exist_is_not_found(client: FlaskClient) -> None:
    assert client.get("/ejemplos/marte").status_code == 404
