"""The way of an agency in a real browser: groups, open data, and a policy."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from tests.browser.conftest import follow, serving
from tests.browser.test_portfolio_and_offers import Town as Served
from tests.browser.test_portfolio_and_offers import is_for_everybody, signed
from tests.signed_people import Clock, Service, make_service
from tests.town import Town

from ahorraluz.security.roles import Role
from ahorraluz.services.toolbox import open_toolbox
from ahorraluz.settings import Settings
from ahorraluz.web.page import this_moment

pytestmark = pytest.mark.browser

BILLS = "kwh,distributor,department\n25,pluz,Lima\n120,luz-del-sur,Lima\n300,luz-del-sur,Puno\n"
PLACES = (("150140", 120), ("210101", 45), ("040101", 150))


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("agencies")
    service: Service = make_service(folder, Clock(this_moment()))
    homes = Town(service)
    for district, kwh in PLACES:
        homes.settle(11, kwh=kwh, district=district)
    homes.publish()
    settings = Settings(data_dir=folder)
    with serving(settings) as address:
        yield Served(address=address, tools=open_toolbox(settings), people=service.people)


@pytest.mark.parametrize(("size", "language"), [("phone", "es"), ("desk", "en")])
def test_the_whole_way_of_an_agency(
    browser: Browser, town: Served, tmp_path: Path, size: str, language: str
) -> None:
    bills = tmp_path / "bills.csv"
    bills.write_text(BILLS, encoding="utf-8")
    _, token = town.person(Role.AGENCY, language, organisation="Ministerio")
    with signed(browser, town, token, size=size) as page:
        page.goto(f"{town.address}/agregados")
        assert page.locator("circle.disc").count() == len(PLACES)
        is_for_everybody(page)
        follow(page, "a[href*='nivel=district']")
        assert page.locator("tbody tr").count() == len(PLACES) + 1
        is_for_everybody(page)
        with page.expect_download() as table:
            page.locator("a[href*='/agregados.csv']").click()
        assert len(table.value.path().read_text("utf-8").splitlines()) == 11
        follow(page, "a[href*='/politicas']")
        is_for_everybody(page)
        page.fill("#limite", "100")
        page.set_input_files("#archivo", bills)
        follow(page, "form button[type=submit]")
        assert "3" in page.locator("#h-found + p").inner_text()
        assert page.locator("caption").count() == 4
        is_for_everybody(page)
        page.fill("#limite", "mucho")
        follow(page, "form button[type=submit]")
        assert "mucho" in page.locator("[role=alert]").inner_text()
        is_for_everybody(page)
