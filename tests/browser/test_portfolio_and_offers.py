"""The ways of a consultant and of a provider in a real browser, with the residents they meet."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from tests.browser.conftest import context_of, follow, serving
from tests.browser.test_access import beyond_the_edge, open_everything, serious_barriers
from tests.signed_people import BEGIN

from ahorraluz.security.passwords import hash_password
from ahorraluz.security.roles import NEEDS_SECOND_FACTOR, Role
from ahorraluz.services.accounts.sessions import open_session
from ahorraluz.services.households.keeping import keep_home
from ahorraluz.services.renewables.proposals import proposals, publish
from ahorraluz.services.toolbox import Toolbox, open_toolbox
from ahorraluz.settings import Settings
from ahorraluz.store.accounts import NewAccount
from ahorraluz.web.page import this_moment

pytestmark = pytest.mark.browser

WAYS = [("phone", "es"), ("desk", "en")]
CLIENTS = (
    "Cliente;Departamento;Distrito;Distribuidora;Sistema;kWh;Total;Personas;Aparatos\n"
    "Ana Quispe;Lima;Surquillo;Luz del Sur;lima-sur;352;300;4;ducha eléctrica\n"
    "Beto Mamani;Puno;Juliaca;Electro Puno;;60;40;3;\n"
    "Caro Flores;Atlantis;;Luz del Sur;lima-sur;mucho;;;\n"
)
PAIRS = (("d", "luz-del-sur"), ("s", "lima-sur"), ("k", "352"), ("dep", "lima"), ("di", "150141"))
KILOBYTE = 1024
MOST_KB = 60

PASSWORD = "tres focos y un perro"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
"""Of the second step, where a role needs one."""


@dataclass
class Town:
    """A service that is served, and its store beside it."""

    address: str
    tools: Toolbox
    people: int = 0

    def person(self, role: Role, language: str, *, organisation: str = "") -> tuple[str, str]:
        """Return a new account and the token of a session of it."""
        self.people += 1
        new = NewAccount(
            id=f"a-{self.people:024d}",
            name=f"{role.value}{self.people}@ejemplo.pe",
            password=hash_password(PASSWORD),
            role=role,
            language=language,
            organisation=organisation,
        )
        accounts = self.tools.store.people.accounts
        accounts.add(new, as_of=BEGIN)
        if role in NEEDS_SECOND_FACTOR:
            accounts.set_second_factor(new.id, SECRET)
        opened = open_session(
            accounts.get(new.id),
            device="test",
            complete=True,
            tools=self.tools,
            as_of=this_moment(),
        )
        return new.id, opened.token


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    settings = Settings(data_dir=tmp_path_factory.mktemp("town"))
    with serving(settings) as address:
        yield Town(address=address, tools=open_toolbox(settings))


@contextmanager
def signed(browser: Browser, town: Town, token: str, *, size: str) -> Iterator[Page]:
    """Open a browser in which somebody is signed in."""
    with context_of(browser, size=size) as context:
        context.add_cookies([{"name": "ahorraluz", "value": token, "url": town.address}])
        yield context.new_page()


def is_for_everybody(page: Page) -> None:
    """Check that nobody is kept out of a page, and that it is light."""
    open_everything(page)
    assert serious_barriers(page) == [], page.url
    assert beyond_the_edge(page) == [], page.url
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url
    size = page.evaluate("performance.getEntriesByType('navigation')[0].encodedBodySize")
    assert size < MOST_KB * KILOBYTE, page.url


@pytest.mark.parametrize(("size", "language"), WAYS)
def test_the_whole_way_of_a_consultant(
    browser: Browser, town: Town, tmp_path: Path, size: str, language: str
) -> None:
    file = tmp_path / "clientes.csv"
    file.write_text(CLIENTS, encoding="utf-8")
    _, token = town.person(Role.CONSULTANT, language, organisation="Sol y Ahorro SAC")
    _, resident = town.person(Role.RESIDENT, language)
    with signed(browser, town, token, size=size) as page:
        _bring(page, town, file)
        first = page.locator("tbody tr").first
        assert "Ana Quispe" in first.inner_text()
        is_for_everybody(page)
        with page.expect_download() as book:
            page.locator("form[action*='/exportar'] button").click()
        assert book.value.suggested_filename.endswith(".xlsx")
        with page.expect_download() as reports:
            page.locator("form[action*='/informes'] button").click()
        assert reports.value.suggested_filename.endswith(".zip")
        for path in ("/cartera/cuadros", "/cartera/invitaciones"):
            page.goto(f"{town.address}{path}")
            is_for_everybody(page)
        page.goto(f"{town.address}/cartera")
        follow(page, page.get_by_role("link", name="Ana Quispe"))
        page.fill("#nota", "Llamar en marzo")
        follow(page, "form[action*='/notas'] button")
        assert "Llamar en marzo" in page.inner_text("main")
        is_for_everybody(page)
        client = page.url
        follow(page, "form[action*='/invitar'] button")
        code = page.inner_text("#codigo")
        is_for_everybody(page)
        _take_over_and_withdraw(browser, town, resident, code, size=size)
        assert page.goto(client).status == 404  # type: ignore[union-attr]


def _bring(page: Page, town: Town, file: Path) -> None:
    """Bring a file of clients, look at it, keep what is good of it and reckon."""
    page.goto(f"{town.address}/cartera")
    is_for_everybody(page)
    follow(page, "a[href*='/cartera/importar']")
    is_for_everybody(page)
    page.set_input_files("#archivo", file)
    page.locator("form.card button[type=submit]").click()
    page.wait_for_url("**/cartera/importar/*")
    assert "clientes.csv" in page.inner_text("main")
    assert "mucho" in page.inner_text("main")
    is_for_everybody(page)
    page.locator("form[action*='/guardar'] button").click()
    page.wait_for_url("**/cartera")
    follow(page, "form[action*='/calcular'] button")


def _take_over_and_withdraw(
    browser: Browser, town: Town, token: str, code: str, *, size: str
) -> None:
    with signed(browser, town, token, size=size) as page:
        page.goto(f"{town.address}/invitacion")
        is_for_everybody(page)
        page.fill("#codigo", code.lower())
        follow(page, "form.card button[type=submit]")
        assert "Sol y Ahorro SAC" in page.inner_text("main")
        assert "Ana Quispe" in page.inner_text("main")
        is_for_everybody(page)
        page.locator("form.card button[type=submit]").click()
        page.wait_for_url("**/acceso*")
        assert "Sol y Ahorro SAC" in page.inner_text("main")
        is_for_everybody(page)
        follow(page, "form[action*='/quitar'] button")
        assert page.locator("form[action*='/quitar']").count() == 0


@pytest.mark.parametrize(("size", "language"), WAYS)
def test_the_whole_way_of_a_provider(
    browser: Browser, town: Town, size: str, language: str
) -> None:
    _, token = town.person(Role.PROVIDER, language, organisation="Sol Norte SAC")
    owner, resident = town.person(Role.RESIDENT, language)
    home = keep_home(PAIRS, account=owner, tools=town.tools, as_of=this_moment()).id
    with (
        signed(browser, town, token, size=size) as page,
        signed(browser, town, resident, size=size) as own,
    ):
        page.goto(f"{town.address}/ofertas")
        is_for_everybody(page)
        page.goto(f"{town.address}/ofertas/nueva")
        is_for_everybody(page)
        page.fill("#name", f"Paneles {size}")
        page.check("input[value='rooftop-pv']")
        page.fill("#source", "Lista de precios")
        page.fill("#source_date", "20/11/2026")
        page.locator("form.card button[type=submit]").click()
        page.wait_for_url("**/ofertas*")
        newest = proposals(tools=town.tools)[-1].proposal.id
        publish(newest, actor="jefa", tools=town.tools, as_of=this_moment())
        page.goto(f"{town.address}/ofertas/demanda")
        is_for_everybody(page)

        own.goto(f"{town.address}/hogares/{home}/ofertas")
        is_for_everybody(own)
        card = own.locator("section[aria-labelledby='h-rooftop-pv']")
        card.locator("input[value='90']").check()
        follow(own, card.locator("button[type=submit]"))

        page.goto(f"{town.address}/ofertas/interesados")
        assert "Surquillo" in page.inner_text("main")
        is_for_everybody(page)
        follow(page, "form[action*='/interesados/'] button")
        assert "@ejemplo.pe" in page.inner_text("#contacto")
        is_for_everybody(page)

        own.goto(f"{town.address}/hogares/{home}/ofertas")
        assert "Sol Norte SAC" in own.inner_text("main")
        is_for_everybody(own)
        follow(own, "form[action*='/ofertas/quitar'] button")
        page.goto(f"{town.address}/ofertas/interesados")
        assert page.locator("form[action*='/interesados/']").count() == 0
