"""One's own account in a real browser: guarded, permitted, taken away and deleted."""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Browser, Page
from tests.browser.conftest import context_of, follow, serving
from tests.browser.test_access import beyond_the_edge, open_everything, serious_barriers

from ahorraluz.settings import Settings

pytestmark = pytest.mark.browser

PASSWORD = "tres gatos verdes"
HOME = "d=luz-del-sur&s=lima-sur&k=152&ph=4&dep=lima"
PAGES = ("", "/permisos", "/codigo", "/llaves/nueva", "/registro", "/borrar")
NUMBER = iter(range(10_000))


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return a service under the one name that passkeys are made for without HTTPS."""
    with serving(Settings(data_dir=tmp_path_factory.mktemp("accounts"))) as address:
        yield address.replace("127.0.0.1", "localhost")


def join(page: Page, site: str, *, language: str = "es") -> str:
    name = f"rosa{next(NUMBER)}@ejemplo.pe"
    page.goto(f"{site}/crear-cuenta?{HOME}&lang={language}")
    page.fill("#nombre", name)
    page.fill("#clave", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url("**/hogares/**")
    return name


def sign_in(page: Page, site: str, name: str) -> None:
    page.goto(f"{site}/cuenta")
    page.click("text=Salir")
    page.goto(f"{site}/entrar")
    page.fill("#nombre", name)
    page.fill("#clave", PASSWORD)
    page.click("main button[type=submit]")


@pytest.mark.parametrize(("size", "language"), [("phone", "es"), ("desk", "en")])
def test_no_page_of_an_account_has_a_serious_barrier_or_scrolls_sideways(
    browser: Browser, local: str, size: str, language: str
) -> None:
    with context_of(browser, size=size) as context:
        page = context.new_page()
        join(page, local, language=language)
        found = {}
        for path in (*(f"/cuenta{part}" for part in PAGES), "/privacidad", "/recuperar"):
            page.goto(f"{local}{path}")
            open_everything(page)
            found[path] = (serious_barriers(page), beyond_the_edge(page))

    assert {path: wrong for path, wrong in found.items() if wrong != ([], [])} == {}


def test_a_code_app_guards_the_account_without_scripts(browser: Browser, local: str) -> None:
    with context_of(browser, scripts=False) as context:
        page = context.new_page()
        name = join(page, local)
        page.goto(f"{local}/cuenta/codigo")
        app = pyotp.TOTP(page.inner_text(".secret").replace(" ", ""))
        page.fill("#codigo", app.now())
        follow(page, "main button[type=submit]")
        codes = page.locator(".codes code").all_inner_texts()
        sign_in(page, local, name)
        page.wait_for_url("**/cuenta/segundo-paso*")
        page.fill("#codigo", codes[0])
        page.click("main form.card button[type=submit]")

        page.wait_for_url("**/hogares**")

    assert len(codes) == 10


def test_a_passkey_guards_the_account(browser: Browser, local: str) -> None:
    with context_of(browser) as context:
        page = context.new_page()
        devices = context.new_cdp_session(page)
        devices.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        name = join(page, local)
        page.goto(f"{local}/cuenta/llaves/nueva")
        page.fill("#nombre", "Mi celular")
        page.click("text=Crear la llave")
        page.wait_for_url("**/cuenta?hecho=factor")
        listed = page.inner_text("main")
        sign_in(page, local, name)
        page.click("text=Entrar con mi llave de acceso")

        page.wait_for_url("**/hogares**")

    assert "Mi celular" in listed


def test_permission_export_and_deletion(browser: Browser, local: str, tmp_path: Path) -> None:
    with context_of(browser, scripts=False) as context:
        page = context.new_page()
        name = join(page, local)
        page.goto(f"{local}/cuenta/permisos")
        page.get_by_role("button", name=re.compile("Permitir: Usar mis lecturas")).click()
        page.get_by_role("button", name=re.compile("Quitar el permiso: Usar mis")).click()
        page.goto(f"{local}/cuenta/registro")
        record = page.inner_text("main")
        page.goto(f"{local}/cuenta")
        page.click("summary:has-text('Descargar todo lo mío')")
        page.fill("#clave-datos", PASSWORD)
        with page.expect_download() as download:
            page.click("form[action*='mis-datos'] button")
        download.value.save_as(tmp_path / "mine.zip")
        page.click("text=Borrar un hogar o mi cuenta")
        page.fill("#clave", PASSWORD)
        page.click("text=Borrar mi cuenta para siempre")
        page.wait_for_url(f"{local}/")
        page.goto(f"{local}/entrar")
        page.fill("#nombre", name)
        page.fill("#clave", PASSWORD)
        follow(page, "main button[type=submit]")
        after = page.inner_text("main")

    with zipfile.ZipFile(tmp_path / "mine.zip") as archive:
        assert {"cuenta.json", "hogares/1/hogar.json"} <= set(archive.namelist())
    assert "Diste un permiso" in record
    assert "Quitaste un permiso" in record
    assert "no coinciden" in after
