"""The picture of use that moves: by mouse, by finger, by key, and not at all without scripts."""

import gzip
import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browser.conftest import context_of, serving
from tests.browser.test_access import serious_barriers
from tests.browser.test_households import BUDGET_KB, Metered, joins, signed
from tests.meter_samples import write_meter

from ahorraluz.settings import Settings

pytestmark = pytest.mark.browser

WEEK = "/consumo?ver=semana"
FRAMES = (
    "document.documentElement.dataset.seen = 0;"
    "const asked = window.requestAnimationFrame;"
    "window.requestAnimationFrame = f => {"
    "document.documentElement.dataset.seen++; return asked(f)}; 0"
)


@pytest.fixture(scope="module")
def home(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Metered]]:
    """Return a service, and a home of it with a meter file."""
    folder = tmp_path_factory.mktemp("lively")
    file: Path = write_meter(folder / "medidor.csv", days=325)
    with serving(Settings(data_dir=folder)) as site, context_of(browser, size="desk") as context:
        page = context.new_page()
        address = joins(page, site, "figuras@ejemplo.pe")
        page.goto(f"{address}/medidor")
        page.locator("input[type=file]").set_input_files(file)
        page.locator("main form button[type=submit]").first.click()
        page.wait_for_url("**/medidor/*")
        page.locator("form[action*=guardar] button").click()
        page.wait_for_url("**/consumo")
        yield site, (address, context.cookies())  # type: ignore[misc]


def says(page: Page) -> str:
    return page.locator(".lively .told").inner_text()


def opened(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.locator(".lively.ready")).to_be_visible()


@pytest.mark.parametrize(("size", "language"), [("phone", "es"), ("desk", "en")])
def test_values_are_reached_by_key_in_kwh_and_soles(
    browser: Browser, home: tuple[str, Metered], size: str, language: str
) -> None:
    address, cookies = home[1]
    with signed(browser, cookies, size=size) as context:
        page = context.new_page()
        broken: list[str] = []
        page.on("console", lambda message: broken.append(message.text))
        page.on("pageerror", lambda error: broken.append(str(error)))
        opened(page, f"{address}{WEEK}&lang={language}")
        said = page.locator(".lively .reading")

        page.locator(".lively .stage").focus()
        page.keyboard.press("ArrowRight")
        first = said.inner_text()
        page.keyboard.press("ArrowRight")
        second = said.inner_text()
        page.keyboard.press("Home")
        expect(said).to_contain_text("2026")
        at_start = said.inner_text()
        page.keyboard.press("End")

        assert "16" in first
        assert "17" in second
        assert "kWh" in second
        assert "S/" in second
        assert "1 ene. 2026" in at_start or "Jan 1, 2026" in at_start
        assert "21" in said.inner_text()
        expect(page.locator("figure[data-bars]")).to_be_hidden()
        assert serious_barriers(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert broken == []


def test_it_comes_nearer_down_to_hours_and_goes_back_to_everything(
    browser: Browser, home: tuple[str, Metered]
) -> None:
    address, cookies = home[1]
    with signed(browser, cookies, size="desk") as context:
        page = context.new_page()
        opened(page, f"{address}{WEEK}")
        over = page.locator(".lively .u-over")

        over.hover()
        of_day = says(page)
        page.get_by_role("button", name="Ver de más cerca").click()
        page.get_by_role("button", name="Ver de más cerca").click()
        over.hover()
        of_hour = says(page)
        page.get_by_role("button", name="Ver todo").click()
        over.hover()

        assert ":00–" not in of_day
        assert ":00–" in of_hour
        assert ":00–" not in says(page)
        assert "nov" not in says(page)


def test_it_is_dragged_to_earlier_days_by_the_mouse(
    browser: Browser, home: tuple[str, Metered]
) -> None:
    address, cookies = home[1]
    with signed(browser, cookies, size="desk") as context:
        page = context.new_page()
        opened(page, f"{address}{WEEK}")
        box = page.locator(".lively .u-over").bounding_box()
        assert box is not None
        left, right = box["x"] + 40, box["x"] + box["width"] - 40
        middle = box["y"] + box["height"] / 2

        page.mouse.move(left, middle)
        before = says(page)
        page.mouse.down()
        page.mouse.move(right, middle, steps=5)
        page.mouse.up()
        page.mouse.move(left, middle)

        assert "16 nov" in before
        assert "10 nov" in says(page) or "9 nov" in says(page)


def test_two_fingers_bring_it_nearer(browser: Browser, home: tuple[str, Metered]) -> None:
    address, cookies = home[1]
    with signed(browser, cookies, size="phone") as context:
        page = context.new_page()
        opened(page, f"{address}{WEEK}")
        box = page.locator(".lively .u-over").bounding_box()
        assert box is not None
        y, middle = box["y"] + 60, box["x"] + box["width"] / 2
        session = context.new_cdp_session(page)

        def fingers(kind: str, apart: float | None) -> None:
            ends = [] if apart is None else [middle - apart, middle + apart]
            points = [{"x": x, "y": y, "id": n} for n, x in enumerate(ends)]
            session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

        fingers("touchStart", 20)
        for apart in (30, 50, 70, 90):
            fingers("touchMove", apart)
        fingers("touchEnd", None)
        page.locator(".lively .stage").focus()
        page.keyboard.press("ArrowRight")

        expect(page.locator(".lively .reading")).to_contain_text(":00–")


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_nothing_glides_where_people_asked_for_less_motion(
    browser: Browser, home: tuple[str, Metered], motion: Literal["reduce", "no-preference"]
) -> None:
    address, cookies = home[1]
    with signed(browser, cookies, size="desk") as context:
        page = context.new_page()
        page.emulate_media(reduced_motion=motion)
        opened(page, f"{address}{WEEK}")
        page.evaluate(FRAMES)

        page.get_by_role("button", name="Ver de más lejos").click()
        page.wait_for_timeout(400)

        frames = int(page.evaluate("document.documentElement.dataset.seen"))
        assert frames == 0 if motion == "reduce" else frames > 1


def test_without_scripts_the_drawing_and_the_table_stay(
    browser: Browser, home: tuple[str, Metered]
) -> None:
    address, cookies = home[1]
    with context_of(browser, size="phone", scripts=False) as context:
        context.add_cookies(cookies)  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(f"{address}{WEEK}")

        expect(page.locator("figure[data-bars] svg")).to_be_visible()
        expect(page.locator(".lively")).to_be_hidden()


def test_a_year_of_uneven_hours_stays_light(browser: Browser, home: tuple[str, Metered]) -> None:
    address, cookies = home[1]
    wh = [round(300 + 250 * math.sin(n * 0.7) + (n * 7919) % 400) for n in range(366 * 24)]
    said = {
        "hours": {"start": "2025-11-21", "wh": wh},
        "days": {"start": "2025-11-21", "wh": [sum(wh[d * 24 : d * 24 + 24]) for d in range(366)]},
        "soles_kwh": 0.77,
    }
    squeezed = len(gzip.compress(json.dumps(said, separators=(",", ":")).encode()))
    with signed(browser, cookies, size="phone") as context:
        page = context.new_page()
        opened(page, f"{address}{WEEK}")
        page.wait_for_load_state("networkidle")
        sizes = page.evaluate(
            """() => [...performance.getEntriesByType('navigation'),
                      ...performance.getEntriesByType('resource')].map(e => e.encodedBodySize)"""
        )

    assert sum(sizes) + squeezed < BUDGET_KB * 1024
