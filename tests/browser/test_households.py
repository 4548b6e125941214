"""A resident's way in a real browser: from an answer to a report that is shared and taken back."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from tests.browser.conftest import context_of, serving
from tests.browser.test_access import beyond_the_edge, open_everything, serious_barriers
from tests.meter_samples import write_meter

from ahorraluz.settings import Settings

pytestmark = pytest.mark.browser

PASSWORD = "tres gatos verdes en la puna"
Cookies = list[dict[str, object]]
Metered = tuple[str, Cookies]
BUDGET_KB = 100
"""Most that any page may take on its first load, squeezed."""


@pytest.fixture(scope="module")
def own_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of an application of these tests' own."""
    with serving(Settings(data_dir=tmp_path_factory.mktemp("households"))) as address:
        yield address


@pytest.fixture(scope="module")
def meter_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a meter file of the invented home."""
    return write_meter(tmp_path_factory.mktemp("meter") / "medidor.csv", days=325)


def joins(page: Page, site: str, name: str, *, language: str = "es") -> str:
    """Answer as a stranger, make an account to keep the answer, and return the home's address."""
    page.goto(f"{site}/respuesta?d=luz-del-sur&s=lima-sur&k=152&t=130&dep=lima&lang={language}")
    page.get_by_role("link", name=re.compile("Guardar mi respuesta|Keep my answer")).click()
    page.locator("input[name=nombre]").fill(name)
    page.locator("input[name=clave]").fill(PASSWORD)
    page.locator("main form button[type=submit]").click()
    page.wait_for_url("**/hogares/h-*")
    return page.url.partition("?")[0]


@pytest.mark.parametrize(("size", "scripts"), [("phone", False), ("desk", True)])
def test_the_whole_way_of_a_resident(
    browser: Browser, own_site: str, meter_file: Path, size: str, scripts: bool
) -> None:
    with context_of(browser, size=size, scripts=scripts) as context:
        page = context.new_page()
        home = joins(page, own_site, f"camino-{size}@ejemplo.pe")
        expect(page.get_by_role("heading", level=1)).to_contain_text("Tu recibo será de unos")

        page.get_by_role("link", name=re.compile("Contar más de mi hogar")).first.click()
        page.get_by_label("Nombre para este hogar").fill("Casa de Rosa")
        page.get_by_role("button", name="Guardar y ver qué cambió").click()
        page.get_by_role("link", name="Recibos", exact=True).click()
        page.locator("#m-10").fill("149")
        page.locator("#m-9").fill("161")
        page.get_by_role("button", name="Guardar y ver qué cambió").click()
        page.get_by_role("link", name="Artefactos", exact=True).click()
        page.get_by_role("checkbox", name="Ducha eléctrica", exact=True).check()
        page.get_by_role("button", name="Guardar y ver qué cambió").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Ahora tu plan ahorra")

        page.goto(f"{home}/medidor")
        page.locator("input[type=file]").set_input_files(meter_file)
        page.locator("main form button[type=submit]").first.click()
        page.get_by_role("button", name=re.compile("^Guardar")).click()
        page.wait_for_url("**/consumo")
        page.get_by_role("link", name="Mes", exact=True).click()
        page.get_by_role("link", name="Antes", exact=True).click()
        expect(page.locator("#por h3")).to_contain_text("octubre de 2026")

        page.goto(home)
        expect(page.locator("#mes")).to_contain_text("van 108.6 kWh")
        card = page.locator("#paso-shorter-showers")
        card.get_by_text("Ya lo hice").click()
        card.locator("input[type=date]").fill("2026-09-07")
        card.get_by_role("button", name="Marcar como hecho").click()
        expect(page.locator("#logrado")).to_contain_text("7 de setiembre de 2026")
        expect(page.locator("#paso-shorter-showers")).to_have_count(0)

        report = context.request.get(f"{home}/informe.pdf")
        assert report.headers["content-type"] == "application/pdf"
        _share_and_take_back(browser, page, home)


def _share_and_take_back(browser: Browser, page: Page, home: str) -> None:
    page.goto(home)
    page.get_by_role("button", name="Crear un enlace").click()
    link = page.get_by_label("Enlace").input_value()
    with context_of(browser) as stranger:
        other = stranger.new_page()
        other.goto(link)
        expect(other.get_by_text("Informe compartido por su dueño")).to_be_visible()
        expect(other.get_by_text("Casa de Rosa")).to_have_count(0)
        page.goto(home)
        page.get_by_role("button", name="Quitar").click()
        assert other.goto(link).status == 404  # type: ignore[union-attr]


@pytest.fixture(scope="module")
def metered_home(browser: Browser, own_site: str, meter_file: Path) -> Iterator[Metered]:
    """Return the address of a home with a meter, and the cookies that open it."""
    with context_of(browser, scripts=False) as context:
        page = context.new_page()
        home = joins(page, own_site, "barreras@ejemplo.pe")
        page.goto(f"{home}/medidor")
        page.locator("input[type=file]").set_input_files(meter_file)
        page.locator("main form button[type=submit]").first.click()
        page.get_by_role("button", name=re.compile("^Guardar")).click()
        page.wait_for_url("**/consumo")
        yield home, context.cookies()  # type: ignore[misc]


PAGES = (
    "",
    "?k=400",
    "/consumo",
    "/consumo?ver=dia",
    "/consumo?ver=ano",
    "/medidor",
    "/informe",
    "/pasos/siguiente?antes=1.2.3",
    "/pasos/lugar",
    "/pasos/recibos",
    "/pasos/casa",
    "/pasos/medidor",
    "/pasos/artefactos",
    "/pasos/metas",
)


@pytest.mark.parametrize(("size", "language"), [("phone", "es"), ("desk", "en")])
@pytest.mark.parametrize("path", PAGES)
def test_no_page_of_a_home_has_a_serious_barrier_or_scrolls_sideways(
    browser: Browser, metered_home: Metered, path: str, size: str, language: str
) -> None:
    home, cookies = metered_home
    joint = "&" if "?" in path else "?"
    with signed(browser, cookies, size=size) as context:
        page = context.new_page()
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(f"{home}{path}{joint}lang={language}")
        open_everything(page)

        assert serious_barriers(page) == []
        assert beyond_the_edge(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert [text for text in said if "422" not in text] == []


def test_bars_say_what_they_are_by_key_and_by_finger(
    browser: Browser, metered_home: Metered
) -> None:
    home, cookies = metered_home
    with signed(browser, cookies, size="phone") as context:
        page = context.new_page()
        # Where the numbers do not come, the drawing of the server stays.
        page.route("**/serie.json*", lambda route: route.abort())
        page.goto(f"{home}/consumo?ver=ano")
        picture = page.locator("figure[data-bars] svg")
        said = page.locator("figure[data-bars] .reading")
        expect(said).to_be_hidden()

        picture.focus()
        page.keyboard.press("ArrowRight")
        expect(said).to_contain_text("enero de 2026")
        page.keyboard.press("End")
        expect(said).to_contain_text("diciembre de 2026")
        page.locator("[data-says]").nth(2).hover(force=True)
        expect(said).to_contain_text("marzo de 2026")
        assert serious_barriers(page) == []


@pytest.mark.parametrize("path", ["", "/pasos/artefactos", "/consumo"])
def test_pages_of_a_home_stay_light(browser: Browser, metered_home: Metered, path: str) -> None:
    home, cookies = metered_home
    with signed(browser, cookies, size="phone") as context:
        page = context.new_page()
        page.goto(f"{home}{path}")
        page.wait_for_load_state("networkidle")
        sizes = page.evaluate(
            """() => [...performance.getEntriesByType('navigation'),
                      ...performance.getEntriesByType('resource')].map(e => e.encodedBodySize)"""
        )

    assert sum(sizes) < BUDGET_KB * 1024


def test_the_main_path_needs_the_keyboard_only(browser: Browser, own_site: str) -> None:
    with context_of(browser, size="desk") as context:
        page = context.new_page()
        home = joins(page, own_site, "teclado@ejemplo.pe")
        page.goto(f"{home}/pasos/casa")

        _tab_to(page, "#ph")
        page.keyboard.type("4")
        _tab_to(page, "button.button[type=submit]")
        page.keyboard.press("Enter")
        page.wait_for_url("**/pasos/siguiente*")
        _tab_to(page, f"main p a.button[href='{urlsplit(home).path}']")
        page.keyboard.press("Enter")
        page.wait_for_url(home)
        _tab_to(page, "#paso-standby-off summary.button")
        page.keyboard.press("Enter")
        _tab_to(page, "#paso-standby-off button[value=hecho]")
        page.keyboard.press("Enter")
        page.wait_for_url("**#pasos")

        expect(page.locator("#logrado")).to_be_visible()


def _tab_to(page: Page, selector: str) -> None:
    """Move the focus on with the tabulator until it is on an element, where it can be seen."""
    for _ in range(200):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            seen = page.evaluate(
                """() => [document.activeElement, document.activeElement.closest('.box')]
                    .some(e => e && getComputedStyle(e).outlineStyle !== 'none')"""
            )
            assert seen, selector
            return
    raise AssertionError(f"the tabulator does not reach {selector}")


def test_the_last_page_of_a_home_opens_without_net(browser: Browser, own_site: str) -> None:
    with context_of(browser) as context:
        page = context.new_page()
        home = joins(page, own_site, "sin-red@ejemplo.pe")
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        page.reload()
        page.reload()
        context.set_offline(True)
        page.goto(home)
        expect(page.get_by_role("heading", level=1)).to_contain_text("Tu recibo será de unos")
        page.goto(f"{own_site}/acerca")
        expect(page.get_by_role("heading", level=1)).to_have_text("No hay internet")
        context.set_offline(False)
        page.goto(f"{own_site}/hogares?todos=1")
        token = page.locator("input[name=csrf]").first.input_value()
        page.evaluate(
            """token => fetch('/salir', {method: 'POST', body: new URLSearchParams({csrf: token})})
                .then(() => true)""",
            token,
        )
        kept = page.evaluate("caches.keys()")

        assert "homes" not in kept


def test_nothing_is_kept_of_a_home_once_its_session_is_over(
    browser: Browser, own_site: str
) -> None:
    with context_of(browser) as context:
        page = context.new_page()
        home = joins(page, own_site, "sesion-acabada@ejemplo.pe")
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        page.reload()
        page.reload()
        before = page.evaluate("caches.keys()")
        context.clear_cookies()
        page.goto(home)
        expect(page).to_have_url(f"{own_site}/entrar")
        after = page.evaluate("caches.keys()")

        assert "homes" in before
        assert "homes" not in after


@contextmanager
def signed(browser: Browser, cookies: Cookies, *, size: str) -> Iterator[BrowserContext]:
    """Open a browser in which somebody is signed in."""
    with context_of(browser, size=size) as context:
        context.add_cookies(cookies)  # type: ignore[arg-type]
        yield context
