"""A device is connected, writes, and is seen live, in a browser."""

import re

import pytest
from playwright.sync_api import Browser, Page
from tests.browser.conftest import context_of, follow
from tests.browser.test_access import beyond_the_edge, open_everything, serious_barriers

HOME = "d=luz-del-sur&s=lima-sur&dep=lima&k=152&t=130"


def keep_home(page: Page, site: str, name: str, language: str) -> str:
    """Join with an answer, which is kept as a home; return its address."""
    page.goto(f"{site}/crear-cuenta?{HOME}&lang={language}")
    page.fill("#nombre", name)
    page.fill("#clave", "tres gatos verdes")
    page.click("form.card button[type=submit]")
    page.goto(f"{site}/hogares?lang={language}")
    found = re.search(r"/hogares/(h-[0-9a-f]+)", page.url + page.content())
    assert found is not None
    return f"{site}/hogares/{found.group(1)}"


def no_barrier(page: Page) -> None:
    open_everything(page)
    assert (serious_barriers(page), beyond_the_edge(page)) == ([], [])


@pytest.mark.browser
@pytest.mark.parametrize(("size", "language"), [("phone", "es"), ("desk", "en")])
def test_a_device_is_connected_and_seen_live(
    browser: Browser, site: str, size: str, language: str
) -> None:
    with context_of(browser, size=size) as context:
        page = context.new_page()
        home = keep_home(page, site, f"aparato-{size}@ejemplo.pe", language)
        page.goto(f"{home}/aparatos?lang={language}")
        no_barrier(page)
        page.fill("#nombre", "Medidor")
        page.check("input[name=tipo][value=plain]")
        follow(page, "#nuevo button[type=submit]")
        no_barrier(page)
        key = re.search(r"ald_[A-Za-z0-9_-]{43}", page.content())
        assert key is not None
        pushed = context.request.post(
            f"{site}/api/v1/live/readings",
            headers={"Authorization": f"Bearer {key.group()}"},
            data={"power_w": 321},
        )
        follow(page, "main a.button")
        no_barrier(page)
        page.goto(f"{home}/en-vivo?lang={language}")
        no_barrier(page)

        assert pushed.status == 200
        assert "321" in page.inner_text(".watts")


@pytest.mark.browser
def test_the_live_page_renews_itself_and_can_be_paused(browser: Browser, site: str) -> None:
    with context_of(browser, size="desk", scripts=True) as context:
        page = context.new_page()
        refused: list[str] = []
        page.on("console", lambda message: refused.append(message.text))
        home = keep_home(page, site, "renueva@ejemplo.pe", "es")
        page.goto(f"{home}/en-vivo")
        with page.expect_response(re.compile(r"/en-vivo/ahora\.json"), timeout=30_000) as asked:
            page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

        page.click(".renewing button")

        assert asked.value.status == 200
        assert page.get_attribute(".renewing button", "aria-pressed") == "true"
        assert [text for text in refused if "Content Security Policy" in text] == []
