"""Keys of programs and the page of the API, in a browser."""

import re

import pytest
from playwright.sync_api import Browser, Page
from tests.browser.conftest import context_of, follow
from tests.browser.test_access import beyond_the_edge, serious_barriers

PROGRAMS = "/cuenta/programas"


def join(page: Page, site: str, name: str, language: str) -> None:
    page.goto(f"{site}/crear-cuenta?lang={language}")
    page.fill("#nombre", name)
    page.fill("#clave", "tres gatos verdes")
    page.click("form.card button[type=submit]")


@pytest.mark.browser
@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize("size", ["phone", "desk"])
def test_a_key_is_made_used_and_ended(
    browser: Browser, site: str, size: str, language: str
) -> None:
    with context_of(browser, size=size) as context:
        page = context.new_page()
        join(page, site, f"programa-{size}-{language}@ejemplo.pe", language)

        page.goto(f"{site}{PROGRAMS}?lang={language}")
        assert (serious_barriers(page), beyond_the_edge(page)) == ([], [])
        page.fill("#para", "Medidor de la azotea")
        page.check("input[value='account:read']")
        page.fill("#clave", "tres gatos verdes")
        follow(page, "form[aria-labelledby=new] button")
        key = page.inner_text("code.secret").strip()
        assert (serious_barriers(page), beyond_the_edge(page)) == ([], [])
        headers = {"Authorization": f"Bearer {key}"}
        used = context.request.get(f"{site}/api/v1/account", headers=headers)
        page.goto(f"{site}{PROGRAMS}?lang={language}")
        listed = page.content()
        assert (serious_barriers(page), beyond_the_edge(page)) == ([], [])
        follow(page, "form[action*=quitar] button")
        ended = context.request.get(f"{site}/api/v1/account", headers=headers)

        assert re.fullmatch(r"ahorraluz_[A-Za-z0-9_-]{43}", key)
        assert used.status == 200
        assert key not in listed
        assert ended.status == 401


@pytest.mark.browser
@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize("size", ["phone", "desk"])
def test_the_page_of_the_api_reads_well_and_asks_nobody_else(
    browser: Browser, site: str, size: str, language: str
) -> None:
    with context_of(browser, size=size, scripts=True) as context:
        page = context.new_page()
        asked: list[str] = []
        refused: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: refused.append(message.text))

        page.goto(f"{site}/api/v1/docs?lang={language}")
        page.click("#sendReadings summary")

        assert page.is_visible("#sendReadings table")
        assert (serious_barriers(page), beyond_the_edge(page)) == ([], [])
        assert all(url.startswith(site) for url in asked)
        assert [text for text in refused if "Content Security Policy" in text] == []
