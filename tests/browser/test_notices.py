"""Being told of one's home, in a real browser: without scripts, on a phone and at a desk."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browser.conftest import context_of, follow, serving
from tests.browser.test_access import beyond_the_edge, serious_barriers
from tests.browser.test_households import joins
from tests.telling_servers import Receiver, receiving
from tests.told_people import nears_a_limit

from ahorraluz.services.toolbox import open_toolbox
from ahorraluz.settings import Settings
from ahorraluz.web.page import this_moment

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Return the settings of a service that may tell this computer."""
    return Settings(data_dir=tmp_path_factory.mktemp("notices"), notice_hosts="127.0.0.1")


@pytest.fixture(scope="module")
def told_site(settings: Settings) -> Iterator[str]:
    """Run the service."""
    with serving(settings) as site:
        yield site


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Run a server like ntfy."""
    with receiving() as running:
        yield running


def happens(settings: Settings, home: str) -> None:
    """Let the watch of a home find that it nears a limit."""
    tools, now = open_toolbox(settings), this_moment()
    watched = nears_a_limit(home, now)
    tools.store.live.watches.keep([watched], at_ms=int(now.timestamp() * 1_000))
    tools.store.close()


def is_well(page: Page) -> None:
    assert beyond_the_edge(page) == []
    small = page.locator("main button, main label.tick, main select").evaluate_all(
        "all => all.filter(e => e.offsetHeight && e.offsetHeight < 40).map(e => e.outerHTML)"
    )
    assert small == []


@pytest.mark.parametrize("size", ["phone", "desk"])
def test_the_whole_way_without_scripts(
    browser: Browser, told_site: str, settings: Settings, receiver: Receiver, size: str
) -> None:
    with context_of(browser, size=size, scripts=False) as context:
        page = context.new_page()
        home = joins(page, told_site, f"avisos-{size}@ejemplo.pe")
        happens(settings, home.rpartition("/")[2])
        page.goto(f"{home}/avisos")
        expect(page.locator("#ultimos")).to_contain_text("Cerca de un límite")
        expect(page.locator("#ultimos .tag").first).to_contain_text("S/")

        page.get_by_label(re.compile("Cómo la llamas")).fill("Mi celular")
        page.get_by_label("Dirección del servicio").fill("file:///etc/passwd")
        page.get_by_label(re.compile("Estoy de acuerdo")).check()
        page.get_by_role("button", name="Agregar", exact=True).click()
        expect(page.get_by_role("alert")).to_contain_text("No enviamos avisos por «file»")
        expect(page.get_by_label("Dirección del servicio")).to_have_value("")
        expect(page.get_by_label(re.compile("Cómo la llamas"))).to_have_value("Mi celular")

        page.get_by_label("Dirección del servicio").fill(receiver.url())
        page.get_by_label(re.compile("Estoy de acuerdo")).check()
        page.get_by_role("button", name="Agregar", exact=True).click()
        expect(page.locator("#formas .ways")).to_contain_text("Mi celular")
        page.get_by_role("button", name="Probar Mi celular").click()
        expect(page.get_by_role("status")).to_contain_text("Enviado. Mira si te llegó.")
        assert receiver.told[0]["message"] == "Si lees esto, tus avisos llegan bien."

        page.get_by_label("Algo sigue prendido hace mucho").uncheck()
        page.get_by_label("Desde").select_option("23")
        page.get_by_label(re.compile("Mensajes por día")).select_option("10")
        page.get_by_role("button", name="Guardar").click()
        expect(page.get_by_label("Algo sigue prendido hace mucho")).not_to_be_checked()
        expect(page.get_by_label("Desde")).to_have_value("23")
        is_well(page)

        page.get_by_role("button", name="Quitar Mi celular").click()
        expect(page.locator("#formas")).to_contain_text("Todavía no elegiste ninguna.")


@pytest.mark.parametrize(
    ("size", "language", "dark"),
    [("phone", "es", False), ("desk", "en", False), ("phone", "es", True)],
)
def test_nobody_is_kept_out(
    browser: Browser, told_site: str, settings: Settings, size: str, language: str, dark: bool
) -> None:
    with context_of(browser, size=size, dark=dark) as context:
        page = context.new_page()
        home = joins(page, told_site, f"acceso-{size}-{language}-{dark}@ejemplo.pe")
        happens(settings, home.rpartition("/")[2])
        page.goto(f"{home}/avisos?lang={language}")
        page.locator("form.added summary").click()
        page.locator("#direccion").fill("nada")
        page.locator("form.added input[type=checkbox]").check()
        follow(page, "form.added button")

        expect(page.get_by_role("alert")).to_be_visible()
        assert serious_barriers(page) == []
        is_well(page)
