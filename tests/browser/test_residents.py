"""Residents in a real browser: phone and desk, with and without scripts, in both languages."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browser.conftest import ANSWER, PRINTED, context_of, follow

pytestmark = pytest.mark.browser


@pytest.fixture(params=["phone", "desk"])
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    """Return a page of each size with scripts."""
    with context_of(browser, size=request.param) as context:
        yield context.new_page()


@pytest.fixture(params=["phone", "desk"])
def plain_page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    """Return a page of each size without scripts."""
    with context_of(browser, size=request.param, scripts=False) as context:
        yield context.new_page()


def journey(page: Page, site: str) -> None:
    """Go from the start page through the three steps to the letter."""
    page.goto(site)
    page.get_by_label("Distribuidora", exact=True).select_option("luz-del-sur")
    page.get_by_label("Consumo", exact=True).fill("152")
    page.get_by_label("Total a pagar").fill("130,00")
    page.get_by_role("button", name="Ver mi respuesta").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Con 12 kWh menos al mes")
    expect(page.get_by_text("Precios supuestos", exact=True)).to_be_visible()

    page.get_by_role("link", name=re.compile("Copiar mi recibo")).click()
    expect(page.get_by_label("Consumo", exact=True)).to_have_value("152")
    page.get_by_label("Precio de la energía").fill("0,6403")
    page.get_by_label("Cargo por energía").fill("S/ 107.33")
    page.get_by_role("button", name="Ver mi respuesta").click()
    expect(page.get_by_text("Precios de tu propio recibo", exact=True)).to_be_visible()

    page.get_by_role("link", name=re.compile("Contar de mi casa")).click()
    page.get_by_label("Personas en casa").fill("4")
    page.get_by_label("Es alquilada").check()
    page.get_by_text("Agua caliente", exact=True).click()
    page.get_by_role("checkbox", name="Ducha eléctrica", exact=True).check()
    page.get_by_label("Minutos por ducha").locator("visible=true").first.fill("9")
    page.get_by_role("button", name="Ver mi respuesta").click()
    expect(page.locator("#usos")).to_contain_text("Ducha eléctrica")
    expect(page.locator("#pasos")).to_contain_text("Baja cada ducha de 9")

    page.get_by_role("link", name=re.compile("Revisar mi recibo")).click()
    expect(page.get_by_text("No cuadra", exact=True)).to_be_visible()
    page.get_by_role("link", name=re.compile("carta de reclamo")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Reclamo")


def test_the_whole_way_with_scripts(page: Page, site: str) -> None:
    journey(page, site)

    # Scripts keep the address short; nothing typed is lost for it.
    assert "=&" not in page.url
    assert "mi.ducha-electrica=9" in page.url


def test_the_whole_way_without_scripts(plain_page: Page, site: str) -> None:
    journey(plain_page, site)

    assert "mi.ducha-electrica=9" in plain_page.url
    expect(plain_page.get_by_role("button", name="Imprimir")).to_be_hidden()


def test_a_mistake_is_told_and_mended_in_place(plain_page: Page, site: str) -> None:
    plain_page.goto(site)
    plain_page.get_by_label("Distribuidora", exact=True).select_option("seal")
    plain_page.get_by_label("Consumo", exact=True).fill("15o")
    plain_page.get_by_role("button", name="Ver mi respuesta").click()

    expect(plain_page.get_by_role("alert")).to_contain_text("15o")
    expect(plain_page.get_by_label("Consumo", exact=True)).to_have_value("15o")
    expect(plain_page.get_by_label("Distribuidora", exact=True)).to_have_value("seal")
    plain_page.get_by_role("alert").get_by_role("link").click()
    plain_page.get_by_label("Consumo", exact=True).fill("150")
    plain_page.get_by_role("button", name="Ver mi respuesta").click()
    expect(plain_page.get_by_role("heading", level=1)).to_contain_text("150 kWh")


def test_a_mistake_is_read_out_at_once_where_scripts_run(page: Page, site: str) -> None:
    page.goto(f"{site}/respuesta?d=seal&k=abc")

    expect(page.locator("#errors")).to_be_focused()


def test_a_department_leads_to_its_distributors(plain_page: Page, site: str) -> None:
    plain_page.goto(site)
    plain_page.get_by_text("No sé cuál es mi empresa").click()
    plain_page.get_by_label("Departamento").select_option("ica")
    plain_page.get_by_label("Consumo", exact=True).fill("90")
    follow(plain_page, plain_page.get_by_role("button", name="Ver mi respuesta"))

    offered = plain_page.get_by_label("Distribuidora", exact=True).locator("option")
    assert 2 < offered.count() < 8
    plain_page.get_by_label("Distribuidora", exact=True).select_option("electro-dunas")
    plain_page.get_by_role("button", name="Ver mi respuesta").click()
    expect(plain_page.locator(".eyebrow")).to_contain_text("Electro Dunas")


def test_the_language_changes_and_the_answer_stays(plain_page: Page, site: str) -> None:
    plain_page.goto(site + ANSWER)
    plain_page.get_by_role("link", name="English").click()

    expect(plain_page.get_by_role("heading", level=1)).to_contain_text("You paid S/ 130.00")
    expect(plain_page.locator("html")).to_have_attribute("lang", "en")
    plain_page.get_by_role("link", name="Change my figures").click()
    expect(plain_page.get_by_label("Energy used", exact=True)).to_have_value("152")
    plain_page.get_by_role("button", name="See my answer").click()
    expect(plain_page.get_by_role("heading", level=1)).to_contain_text("You paid")


def test_the_keyboard_alone_gets_an_answer(page: Page, site: str) -> None:
    page.goto(site)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Ir al contenido")).to_be_focused()
    page.keyboard.press("Enter")
    while not page.get_by_label("Distribuidora", exact=True).evaluate(
        "e => e === document.activeElement"
    ):
        page.keyboard.press("Tab")
    page.keyboard.type("Luz")
    for _ in range(2):
        page.keyboard.press("Tab")
    page.keyboard.type("152")
    focus = page.evaluate("getComputedStyle(document.activeElement.closest('.box')).outlineStyle")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_contain_text("152 kWh")
    assert focus == "solid"


def test_a_line_of_the_bill_opens_to_what_it_is_made_of(plain_page: Page, site: str) -> None:
    plain_page.goto(site + ANSWER)
    plain_page.locator("#recibo summary").first.click()

    expect(plain_page.get_by_text("152 kWh × S/ 0.6403")).to_be_visible()


def test_a_price_told_on_a_card_updates_the_plan(plain_page: Page, site: str) -> None:
    plain_page.goto(f"{site}/respuesta?d=seal&k=300&a=foco-ahorrador-20&n.foco-ahorrador-20=8")
    price = plain_page.locator("[name='x.cost-led-lamp']")
    card = plain_page.locator(".step-card", has=price)
    if not price.is_visible():
        plain_page.locator("summary", has_text="Otros").click()
    price.fill("9")
    follow(plain_page, card.get_by_role("button", name="Actualizar"))

    assert "x.cost-led-lamp=9" in plain_page.url
    expect(plain_page.locator(".step-card", has=price)).to_contain_text("S/ 72")


def test_the_letter_prints_without_the_site_around_it(page: Page, site: str) -> None:
    page.goto(f"{site}/reclamo?{PRINTED}")
    page.emulate_media(media="print")

    expect(page.locator(".top")).to_be_hidden()
    expect(page.get_by_role("button", name="Imprimir")).to_be_hidden()
    expect(page.locator(".letter")).to_be_visible()


@pytest.mark.parametrize(
    ("example", "kwh"), [("lima", 133), ("arequipa", 133), ("andina-rural", 27)]
)
def test_an_example_answers_and_can_be_made_ones_own(
    plain_page: Page, site: str, example: str, kwh: int
) -> None:
    plain_page.goto(f"{site}/ejemplos")
    plain_page.locator(f"a[href^='/ejemplos/{example}']").click()
    expect(plain_page.locator(".step-card").first).to_be_visible()
    plain_page.get_by_role("link", name="Cambiar mis datos").click()
    plain_page.get_by_label("Consumo", exact=True).fill(str(kwh))
    plain_page.get_by_role("button", name="Ver mi respuesta").click()

    expect(plain_page.get_by_role("heading", level=1)).to_contain_text(f"{kwh} kWh")
