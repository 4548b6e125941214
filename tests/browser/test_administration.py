"""The way of an administrator in a real browser: people, a price sheet, proposals, the trail."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Browser
from tests.browser.conftest import follow, serving
from tests.browser.test_portfolio_and_offers import (
    PASSWORD,
    SECRET,
    Town,
    is_for_everybody,
    signed,
)
from tests.price_sheets import sheet_text
from tests.signed_people import Clock, make_service

from ahorraluz.security.roles import Role
from ahorraluz.services.renewables.proposals import propose_entry
from ahorraluz.services.toolbox import open_toolbox
from ahorraluz.settings import Settings
from ahorraluz.web.page import this_moment

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    folder = tmp_path_factory.mktemp("administration")
    service = make_service(folder, Clock(this_moment()))
    settings = Settings(data_dir=folder)
    with serving(settings) as address:
        yield Town(address=address, tools=open_toolbox(settings), people=service.people)


@pytest.mark.parametrize(("size", "language"), [("phone", "es"), ("desk", "en")])
def test_the_whole_way_of_an_administrator(
    browser: Browser, town: Town, tmp_path: Path, size: str, language: str
) -> None:
    sheet = tmp_path / "pliego.txt"
    sheet.write_text(sheet_text(), encoding="utf-8")
    number = _propose(town, size)
    _, token = town.person(Role.ADMINISTRATOR, language, organisation="")
    with signed(browser, town, token, size=size) as page:
        page.goto(f"{town.address}/administracion")
        is_for_everybody(page)
        for path in ("catalogo", "modelos"):
            page.goto(f"{town.address}/administracion/{path}")
            is_for_everybody(page)
        page.goto(f"{town.address}/administracion/personas")
        is_for_everybody(page)
        page.fill("#nombre", f"nueva-{size}@ejemplo.pe")
        page.select_option("#rol", "agency")
        follow(page, "form.card button[type=submit]")
        assert "/recuperar/" in page.locator("code").inner_text()
        is_for_everybody(page)
        page.goto(f"{town.address}/administracion/pliegos")
        page.set_input_files("#archivo", sheet)
        follow(page, "form.card button[type=submit]")
        assert page.locator("tbody tr").count() > 3
        is_for_everybody(page)
        keep = page.locator("form[action*='guardar'] button")
        drop = page.locator("form[action*='descartar'] button")
        follow(page, keep if keep.count() else drop)
        is_for_everybody(page)
        page.goto(f"{town.address}/administracion/propuestas")
        is_for_everybody(page)
        follow(page, f"form[action*='propuestas/{number}'] button[value=publicar]")
        page.fill(f"#motivo-{number}", "Ya no se vende")
        follow(page, f"form[action*='propuestas/{number}'] button[value=rechazar]")
        assert "Ya no se vende" in page.content()
        page.goto(f"{town.address}/administracion/registro")
        assert "ejemplo.pe" not in page.content()
        is_for_everybody(page)
        page.goto(f"{town.address}/trabajos")
        page.fill("#clave", PASSWORD)
        page.fill("#clave-segundo", pyotp.TOTP(SECRET).now())
        follow(page, "button[name=que]")
        assert page.locator("section.card").count() == 1
        is_for_everybody(page)


def _propose(town: Town, name: str) -> int:
    said = {
        "name": f"Terma de 150 litros {name}",
        "kind": "product",
        "technologies": ["solar-water-heater"],
        "provider": "Sol SAC",
        "source": f"https://sol.example/{name}",
        "source_date": date(2026, 11, 1),
    }
    proposed = propose_entry(said, actor="Sol SAC", tools=town.tools, as_of=this_moment())
    return proposed.proposal.id
