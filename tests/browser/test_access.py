"""Every page in a real browser, as people who see, move or read otherwise meet it."""

import pytest
from playwright.sync_api import Browser, Page
from tests.browser.barriers import violations
from tests.browser.conftest import ANSWER, PRINTED, context_of

pytestmark = pytest.mark.browser

PAGES = (
    "/",
    "/respuesta?k=-5",
    ANSWER,
    "/respuesta?d=seal&k=620",
    "/respuesta?d=electro-puno&k=62",
    f"{ANSWER}&u=80&y=12",
    f"/recibo?{PRINTED}",
    "/respuesta?d=luz-del-sur&k=152&p=6403",
    "/hogar?d=luz-del-sur&k=152&a=ducha-electrica&a=terma-electrica",
    f"/revision?{PRINTED}",
    f"/reclamo?{PRINTED}",
    "/ejemplos",
    "/ejemplos/lima",
    "/ejemplos/arequipa",
    "/ejemplos/andina-rural",
    "/acerca",
    "/energias",
    "/energias?region=puno&necesidad=hot-water",
    "/energias?region=atlantis",
    "/energias/yacusol",
    "/no-existe",
)
SERIOUS = ("serious", "critical")


def open_everything(page: Page) -> None:
    """Open every part that can be opened, as a reader would."""
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")


def serious_barriers(page: Page) -> list[tuple[str, list[str]]]:
    """Return what axe finds that keeps people out: the rule, and where."""
    return [
        (found["id"], [node["html"][:120] for node in found["nodes"]][:3])
        for found in violations(page)
        if found["impact"] in SERIOUS
    ]


def beyond_the_edge(page: Page) -> list[str]:
    """Return the elements that reach past the right edge of the window."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll('main *, header *, footer *')]
            .filter(e => e.getBoundingClientRect().right > innerWidth + 1
                         && !e.closest('.unseen, .stack thead, .wide-table table'))
            .map(e => e.outerHTML.slice(0, 100))"""
    )
    return found


@pytest.mark.parametrize(("size", "language"), [("phone", "es"), ("desk", "en")])
@pytest.mark.parametrize("address", PAGES)
def test_no_page_has_a_serious_barrier_or_scrolls_sideways(
    browser: Browser, site: str, address: str, size: str, language: str
) -> None:
    joint = "&" if "?" in address else "?"
    with context_of(browser, size=size) as context:
        page = context.new_page()
        page.goto(f"{site}{address}{joint}lang={language}")
        open_everything(page)

        assert serious_barriers(page) == []
        assert beyond_the_edge(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("address", ["/", ANSWER, f"/revision?{PRINTED}", "/respuesta?k=-5"])
def test_the_dark_colours_have_no_serious_barrier_either(
    browser: Browser, site: str, address: str
) -> None:
    with context_of(browser, dark=True) as context:
        page = context.new_page()
        page.goto(site + address)
        open_everything(page)

        assert serious_barriers(page) == []


@pytest.mark.parametrize("address", ["/", ANSWER, f"/recibo?{PRINTED}", "/hogar?d=seal&k=9"])
def test_targets_of_a_thumb_are_large(browser: Browser, site: str, address: str) -> None:
    with context_of(browser) as context:
        page = context.new_page()
        page.goto(site + address)
        small = page.evaluate(
            """() => [...document.querySelectorAll('button, select, summary, .chip, .button, .box')]
                .filter(e => e.offsetParent && e.getBoundingClientRect().height < 43.5
                             && !e.closest('.box select, .numbers'))
                .map(e => e.outerHTML.slice(0, 100))"""
        )

    assert small == []


def test_no_page_loads_or_asks_for_anything_else(browser: Browser, site: str) -> None:
    asked: list[str] = []
    said: list[str] = []
    with context_of(browser) as context:
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        for address in ("/", ANSWER, f"/reclamo?{PRINTED}"):
            page.goto(site + address)
        cookies = context.cookies()

    assert all(url.startswith(site) for url in asked)
    assert said == []
    assert cookies == []
