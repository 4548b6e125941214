"""A meter file from upload to report, as people with a phone, a desk, or no scripts do it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browser.conftest import context_of
from tests.browser.test_access import beyond_the_edge, open_everything, serious_barriers
from tests.meter_samples import write_broken, write_meter, write_months

pytestmark = pytest.mark.browser

WAYS = [
    pytest.param("phone", True, id="phone with scripts"),
    pytest.param("phone", False, id="phone without scripts"),
    pytest.param("desk", True, id="desk with scripts"),
    pytest.param("desk", False, id="desk without scripts"),
]
QUALITY = re.compile(r"/medidor/[\w-]{32}")
USAGE = re.compile(r"/consumo/h-[0-9a-f]{32}")


@pytest.fixture
def meter(tmp_path: Path) -> Path:
    return write_meter(tmp_path / "medidor.csv")


@pytest.fixture(params=["es", "en"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def send(page: Page, site: str, path: Path, *, language: str = "es") -> None:
    """Choose a file and a distributor, and send them."""
    page.goto(f"{site}/medidor?lang={language}")
    page.locator("#archivo").set_input_files(path)
    page.locator("select[name=d]").select_option("luz-del-sur")
    page.locator("form.ask button[type=submit]").click()


def keep(page: Page) -> None:
    page.wait_for_url(QUALITY)
    page.locator("form[action*='/guardar'] button").click()
    page.wait_for_url(USAGE)


def sideways(page: Page) -> bool:
    return not page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize(("size", "scripts"), WAYS)
def test_a_file_is_sent_looked_at_kept_and_understood(
    browser: Browser, site: str, meter: Path, size: str, scripts: bool
) -> None:
    with context_of(browser, size=size, scripts=scripts) as context:
        page = context.new_page()
        send(page, site, meter)

        page.wait_for_url(QUALITY)
        expect(page.locator("main")).to_contain_text("medidor.csv")
        keep(page)

        expect(page.locator("main")).to_contain_text("BT5F")
        expect(page.locator("main")).to_contain_text("S/")
        expect(page.locator("image")).to_have_count(1)


@pytest.mark.parametrize(("size", "scripts"), WAYS)
def test_a_wrong_file_shows_its_error_and_keeps_the_form(
    browser: Browser, site: str, tmp_path: Path, size: str, scripts: bool
) -> None:
    wrong = tmp_path / "nota.txt"
    wrong.write_text("una nota cualquiera\n", "utf-8")
    with context_of(browser, size=size, scripts=scripts) as context:
        page = context.new_page()
        send(page, site, wrong)

        expect(page.locator("[role=alert]")).to_contain_text("nota.txt")
        expect(page.locator("#archivo")).to_be_visible()
        assert page.locator("select[name=d]").input_value() == "luz-del-sur"
        assert page.locator("button[type=submit]").first.is_enabled()

        write_meter(wrong)
        page.locator("#archivo").set_input_files(wrong)
        page.locator("form.ask button[type=submit]").click()
        page.wait_for_url(QUALITY)


@pytest.mark.parametrize("size", ["phone", "desk"])
def test_no_page_of_a_file_has_a_serious_barrier_or_scrolls_sideways(
    browser: Browser, site: str, meter: Path, size: str, language: str
) -> None:
    with context_of(browser, size=size) as context:
        page = context.new_page()
        for step in ("form", "quality", "usage"):
            match step:
                case "form":
                    page.goto(f"{site}/medidor?lang={language}")
                case "quality":
                    send(page, site, meter, language=language)
                    page.wait_for_url(QUALITY)
                case _:
                    keep(page)
            open_everything(page)

            assert serious_barriers(page) == [], step
            assert beyond_the_edge(page) == [], step
            assert not sideways(page), step


def kinds(tmp_path: Path) -> Iterator[Path]:
    """Yield files of days, of months, and with a broken row."""
    yield write_meter(tmp_path / "dias.csv", days=120, step_minutes=1440)
    yield write_months(tmp_path / "meses.csv")
    yield write_broken(tmp_path / "fila-rota.csv")


def test_days_months_and_broken_rows_fit_a_phone_in_the_dark_too(
    browser: Browser, site: str, tmp_path: Path
) -> None:
    with context_of(browser, dark=True) as context:
        page = context.new_page()
        for path in kinds(tmp_path):
            send(page, site, path)
            page.wait_for_url(QUALITY)
            open_everything(page)
            assert serious_barriers(page) == [], path.name
            assert not sideways(page), path.name
            keep(page)
            open_everything(page)
            assert serious_barriers(page) == [], path.name
            assert beyond_the_edge(page) == [], path.name
            assert not sideways(page), path.name


def test_targets_of_a_thumb_are_large(browser: Browser, site: str, meter: Path) -> None:
    with context_of(browser) as context:
        page = context.new_page()
        for step in ("form", "quality", "usage"):
            if step == "form":
                page.goto(f"{site}/medidor")
            elif step == "quality":
                send(page, site, meter)
                page.wait_for_url(QUALITY)
            else:
                keep(page)
            small = page.evaluate(
                """() => [...document.querySelectorAll('button, select, summary, .button, .box')]
                    .filter(e => e.offsetParent && e.getBoundingClientRect().height < 43.5
                                 && !e.closest('.box select, .numbers'))
                    .map(e => e.outerHTML.slice(0, 100))"""
            )
            assert small == [], step


def test_the_keyboard_alone_reaches_the_use(browser: Browser, site: str, meter: Path) -> None:
    with context_of(browser, size="desk") as context:
        page = context.new_page()
        page.goto(f"{site}/medidor")
        page.locator("#archivo").set_input_files(meter)
        page.locator("#archivo").focus()
        reached = []
        for _ in range(6):
            page.keyboard.press("Tab")
            reached.append(page.evaluate("document.activeElement.type || ''"))
            if reached[-1] == "submit":
                break
        page.keyboard.press("Enter")
        page.wait_for_url(QUALITY)
        page.locator("form[action*='/guardar'] button").focus()
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        page.keyboard.press("Enter")
        page.wait_for_url(USAGE)

    assert reached[-1] == "submit"
    assert outline != "none"


def test_another_reading_is_asked_for_on_the_page(browser: Browser, site: str, meter: Path) -> None:
    with context_of(browser, scripts=False) as context:
        page = context.new_page()
        send(page, site, meter)
        page.wait_for_url(QUALITY)
        page.locator("details.more summary").click()
        page.locator("#zone").fill("Lima")
        page.locator("form[method=get] button[type=submit]").last.click()

        expect(page.locator("[role=alert]")).to_contain_text("America/Lima")
        page.locator("#zone").fill("America/Bogota")
        page.locator("#unit").select_option("Wh")
        page.locator("form[method=get] button[type=submit]").last.click()

        expect(page.locator("main")).to_contain_text("America/Bogota")
        keep(page)
        expect(page.locator("main")).to_contain_text("America/Bogota")


def test_the_report_is_a_file_and_the_home_can_be_erased(
    browser: Browser, site: str, meter: Path, tmp_path: Path
) -> None:
    with context_of(browser) as context:
        page = context.new_page()
        send(page, site, meter)
        keep(page)
        address = page.url
        with page.expect_download() as waited:
            page.locator("a[href*='/informe']").click()
        report = tmp_path / waited.value.suggested_filename
        waited.value.save_as(report)
        with page.expect_download() as waited:
            page.locator("a[href*='/datos.csv']").click()
        assert waited.value.suggested_filename == "lecturas.csv"

        page.locator("form[action*='/borrar'] button").click()
        page.wait_for_url(re.compile(r"/medidor"))
        gone = page.goto(address)

        assert gone is not None
        assert gone.status == 404
        assert report.name == "ahorraluz.html"


@pytest.mark.parametrize("size", ["phone", "desk"])
def test_the_report_alone_fits_and_has_no_serious_barrier(
    browser: Browser, site: str, meter: Path, tmp_path: Path, size: str
) -> None:
    with context_of(browser, size=size) as context:
        page = context.new_page()
        send(page, site, meter)
        keep(page)
        with page.expect_download() as waited:
            page.locator("a[href*='/informe']").click()
        report = tmp_path / "informe.html"
        waited.value.save_as(report)
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(report.as_uri())
        open_everything(page)

        assert serious_barriers(page) == []
        assert beyond_the_edge(page) == []
        assert not sideways(page)
        assert [url for url in asked if not url.startswith(("file:", "data:"))] == []


def test_the_pages_of_a_file_ask_nobody_else_and_leave_no_cookie(
    browser: Browser, site: str, meter: Path
) -> None:
    asked: list[str] = []
    said: list[str] = []
    with context_of(browser) as context:
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        send(page, site, meter)
        keep(page)
        cookies = context.cookies()

    assert [url for url in asked if not url.startswith((site, "data:"))] == []
    assert said == []
    assert cookies == []
