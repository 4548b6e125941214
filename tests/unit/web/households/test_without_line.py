"""Homes that no line reaches, on the page: the same answer as by command."""

from pathlib import Path

import pytest
from tests.unit.web.conftest import Elements, unpacked
from tests.unit.web.households.conftest import TODAY, Town, words_of

from ahorraluz.core.advice.lineless_home import HomeWithoutLine
from ahorraluz.services.advise_without_line import advise_without_line
from ahorraluz.services.homes import home_without_line
from ahorraluz.services.inquiries.query import read_query
from ahorraluz.services.inquiries.without_line import USUAL, lineless_home, read_spending

ASKED = (
    "dep=puno&ph=4&fu=firewood&gasto-luz=25&gasto-carga=8"
    "&a=foco-led-10&n.foco-led-10=3&hd.foco-led-10=4&a=cargador-celular&a=radio"
)
FILE = """
[without_line]
light = 25
charging = 8
[home]
department = "puno"
people = 4
cooking = "firewood"
[[appliances]]
id = "foco-led-10"
count = 3
hours_day = 4
[[appliances]]
id = "cargador-celular"
[[appliances]]
id = "radio"
"""


def page(town: Town, query: str = "") -> tuple[int, str]:
    response = town.app.test_client().get(f"/sin-luz?{query}")
    return response.status_code, unpacked(response)


def test_the_start_page_leads_to_it(town: Town) -> None:
    assert 'href="/sin-luz"' in unpacked(town.app.test_client().get("/"))


def test_it_asks_first_and_answers_what_was_said(town: Town) -> None:
    status, asked = page(town)
    answered_status, answered = page(town, ASKED)

    assert (status, answered_status) == (200, 200)
    assert 'id="h-plan"' not in asked
    assert 'id="h-plan"' in answered
    assert "Hoy gastas S/ 33.00 al mes" in words_of(answered)
    assert 'value="25"' in answered
    assert "noindex" in answered


def test_the_page_and_the_file_of_a_home_are_answered_alike(town: Town, tmp_path: Path) -> None:
    file = tmp_path / "casa.toml"
    file.write_text(FILE, "utf-8")
    query = read_query(
        {
            "dep": ["puno"],
            "ph": ["4"],
            "fu": ["firewood"],
            "a": ["foco-led-10", "cargador-celular", "radio"],
            "n.foco-led-10": ["3"],
            "hd.foco-led-10": ["4"],
        }
    )
    spending, errors = read_spending({"gasto-luz": "25", "gasto-carga": "8"})

    of_page = lineless_home(query, spending)
    of_file = home_without_line(file, as_of=TODAY)

    assert errors == {}
    assert of_file is not None
    assert plan_of(of_page, town) == plan_of(of_file, town)


def plan_of(home: HomeWithoutLine, town: Town) -> tuple[object, ...]:
    advice = advise_without_line(home, tools=town.tools, as_of=TODAY)
    steps = [step.measure.id for step in advice.plan.steps]
    return steps, advice.plan.net_pen_month, advice.need_wh_day, advice.spending_month


def test_every_step_of_the_plan_is_on_the_page(town: Town) -> None:
    home = lineless_home(
        read_query({"dep": ["puno"], "a": ["foco-led-10", "cargador-celular"]}),
        read_spending({"gasto-luz": "25", "gasto-carga": "8"})[0],
    )
    plan = advise_without_line(home, tools=town.tools, as_of=TODAY).plan
    _, html = page(town, "dep=puno&gasto-luz=25&gasto-carga=8&a=foco-led-10&a=cargador-celular")

    shown = words_of(html)
    for step in (*plan.steps, *plan.options, *plan.checks):
        assert page_title(step.measure.id) in shown


def test_a_price_that_was_given_turns_what_may_be_into_a_step(town: Town) -> None:
    _, without = page(town, ASKED)
    _, priced = page(
        town,
        f"{ASKED}&x.cost-offgrid-kit=900&x.offgrid-kit-wp=60&x.wood-kg-month=90&x.wood-pen-kg=1",
    )

    assert "ningún paso te deja más" in words_of(without)
    assert "Con estos pasos" in words_of(priced)
    untold = "sin saber cuánto gastas hoy en leña"
    assert 0 < words_of(without).count(untold) > words_of(priced).count(untold)


def page_title(measure: str) -> str:
    from ahorraluz.texts import open_texts

    return open_texts("es").text(f"measure.{measure}.title")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("gasto-luz=mucho", "gasto-luz"),
        ("gasto-luz=-3", "gasto-luz"),
        ("gasto-otro=99999999", "gasto-otro"),
        ("gasto-luz=NaN", "gasto-luz"),
        ("gasto-luz=20&ph=-2", "ph"),
        ("gasto-luz=20&fu=plasma", "fu"),
        ("gasto-luz=20&a=foco-led-10&hd.foco-led-10=40", "hd.foco-led-10"),
        ("gasto-luz=20&dep=atlantida", "dep"),
        ("gasto-luz=20&x.wood-kg-month=9000", "x.wood-kg-month"),
        ("gasto-luz=20&x.cost-offgrid-kit=poco", "x.cost-offgrid-kit"),
    ],
)
def test_what_cannot_be_is_told_beside_its_field(town: Town, query: str, field: str) -> None:
    status, html = page(town, query)

    assert status == 422
    assert f'id="error-{field}"' in html
    assert 'id="h-plan"' not in html


def test_nothing_typed_is_run_as_html(town: Town) -> None:
    evil = "%3Cscript%3Ealert(1)%3C/script%3E"
    fields = ("gasto-luz", "gasto-carga", "gasto-otro", "dep", "ph", "fu", "gl", "bu", "a")

    for name in fields:
        _, html = page(town, f"gasto-luz=20&{name}={evil}")
        assert "<script>alert" not in html, name


def test_the_other_language_keeps_what_was_typed(town: Town) -> None:
    _, html = page(town, ASKED)
    english = next(
        link.get("href") or "" for link in Elements(html).all("a") if link.get("hreflang") == "en"
    )

    answered = unpacked(town.app.test_client().get(english.replace("&amp;", "&")))

    assert "gasto-luz=25" in english
    assert "What is best for you" in answered


def test_appliances_that_are_asked_for_are_in_the_catalogue(town: Town) -> None:
    _, html = page(town)

    ticks = [box.get("value") for box in Elements(html).all("input") if box.get("name") == "a"]
    assert ticks == list(USUAL)
