"""A large meter file in a real browser: the page of its progress, with script and without."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from tests.browser.conftest import context_of, serving
from tests.browser.test_access import beyond_the_edge, serious_barriers

from ahorraluz.api.door import this_moment
from ahorraluz.services.jobs import run_job
from ahorraluz.services.toolbox import Toolbox, open_toolbox
from ahorraluz.settings import Settings

pytestmark = pytest.mark.browser

FIRST = datetime(2026, 3, 1, tzinfo=UTC)
MINUTES = 100_000


@dataclass(frozen=True)
class Slow:
    """A service whose worker works when a test says so."""

    address: str
    tools: Toolbox

    def work(self) -> None:
        """Do every job that waits."""
        for job in self.tools.store.people.jobs.unfinished():
            assert run_job(job, tools=self.tools, as_of=this_moment())


@pytest.fixture(scope="module")
def slow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slow]:
    """Return a service without a worker."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("slow"))
    with serving(settings) as address:
        yield Slow(address=address, tools=open_toolbox(settings))


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file that takes long."""
    path = tmp_path_factory.mktemp("meter") / "minutos.csv"
    rows = (
        f"{FIRST + timedelta(minutes=m):%Y-%m-%d %H:%M};{0.005 + m % 7 / 1000:.6f}"
        for m in range(MINUTES)
    )
    path.write_text("\n".join(("inicio;consumo kWh", *rows)), encoding="ascii")
    return path


def send(page: Page, slow: Slow, large: Path, query: str = "") -> None:
    page.goto(f"{slow.address}/medidor{query}")
    page.set_input_files("#archivo", str(large))
    page.click("form[enctype] button[type=submit]")
    page.wait_for_selector("[data-progress]")


@pytest.mark.parametrize("size", ["phone", "desk"])
@pytest.mark.parametrize(("query", "words"), [("", "Leemos tu"), ("?lang=en", "Reading your")])
def test_the_page_goes_on_by_itself(
    browser: Browser, slow: Slow, large: Path, size: str, query: str, words: str
) -> None:
    with context_of(browser, size=size) as context:
        page = context.new_page()
        send(page, slow, large, query)

        assert words in page.inner_text("h1")
        assert serious_barriers(page) == []
        assert beyond_the_edge(page) == []
        slow.work()
        page.wait_for_selector("form[action*='/guardar']")
        page.click("form[action*='/guardar'] button")
        page.wait_for_selector("[data-progress]")
        slow.work()
        page.wait_for_url("**/consumo/h-*")
        assert page.locator("h1").count() == 1


def test_the_page_goes_on_without_script(browser: Browser, slow: Slow, large: Path) -> None:
    with context_of(browser, scripts=False) as context:
        page = context.new_page()
        send(page, slow, large)

        slow.work()
        page.wait_for_selector("form[action*='/guardar']")
        page.click("form[action*='/guardar'] button")
        page.wait_for_selector("[data-progress]")
        slow.work()
        page.wait_for_url("**/consumo/h-*")
