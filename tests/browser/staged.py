"""A service as the pictures show it: one fixed moment, invented people, the same everywhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pyotp
import pytest
from playwright.sync_api import Page
from tests.browser.camera import Camera
from tests.browser.conftest import follow, serving
from tests.signed_people import BEGIN, Clock, make_service
from tests.town import Town

from ahorraluz.security.roles import NEEDS_SECOND_FACTOR, Role
from ahorraluz.services.accounts.sessions import open_session
from ahorraluz.services.toolbox import Toolbox, open_toolbox
from ahorraluz.settings import Settings
from ahorraluz.store.accounts import NewAccount

PASSWORD = "tres gatos verdes en la puna"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
CLOCKS = ("ahorraluz.web.page.datetime", "ahorraluz.api.door.datetime")
NEIGHBOURS = (
    ("150140", 120, 14, ("rooftop-pv",)),
    ("150140", 130, 11, ()),
    ("210101", 45, 11, ()),
    ("040101", 150, 11, ()),
)
"""Districts in which homes agreed to be counted: what the first of them uses [kWh/month], how many
there are, and what their plans propose to them."""


@dataclass
class Stage:
    """The service, served, and what takes the pictures."""

    address: str
    tools: Toolbox
    camera: Camera
    folder: Path
    """For files that people bring."""
    people: int = 0

    def goes(self, page: Page, path: str) -> None:
        """Go to a page of the service."""
        page.goto(f"{self.address}{path}")

    def shoot(self, page: Page, name: str, part: str | None = None, *, margin: int = 0) -> None:
        """Take a picture."""
        self.camera.shoot(page, name, part, margin=margin)

    def cookies(self, role: Role, name: str, organisation: str = "") -> list[dict[str, object]]:
        """Make an account at the machine, as ``ahorraluz accounts add`` does; return who it is."""
        self.people += 1
        new = NewAccount(
            id=f"a-{900 + self.people:024d}",
            name=name,
            password="no hash",
            role=role,
            language="es",
            organisation=organisation,
        )
        accounts = self.tools.store.people.accounts
        accounts.add(new, as_of=BEGIN)
        if role in NEEDS_SECOND_FACTOR:
            accounts.set_second_factor(new.id, SECRET)
        opened = open_session(
            accounts.get(new.id), device="test", complete=True, tools=self.tools, as_of=BEGIN
        )
        return [{"name": "ahorraluz", "value": opened.token, "url": self.address}]


@contextmanager
def staged(camera: Camera, folder: Path) -> Iterator[Stage]:
    """Serve the application at the moment of the pictures, with the homes of a small town."""
    data, files = folder / "data", folder / "files"
    data.mkdir()
    files.mkdir()
    clock = Clock(BEGIN)
    with pytest.MonkeyPatch.context() as patch:
        for name in CLOCKS:
            patch.setattr(name, clock)
        homes = Town(make_service(data, clock))
        for district, kwh, count, wants in NEIGHBOURS:
            homes.settle(count, kwh=kwh, district=district, wants=wants)
        homes.publish()
        settings = Settings(data_dir=data)
        with serving(settings) as address:
            yield Stage(address=address, tools=open_toolbox(settings), camera=camera, folder=files)


def invite(stage: Stage, page: Page, name: str, role: Role, organisation: str) -> str:
    """As an administrator, invite somebody; return the link for them."""
    stage.goes(page, "/administracion/personas")
    page.fill("#nombre", name)
    page.fill("#empresa", organisation)
    page.select_option("#rol", role.value)
    follow(page, "form.card button[type=submit]")
    return page.locator("code").inner_text()


def first_entry(stage: Stage, page: Page, link: str, name: str, *, shown: bool = False) -> None:
    """Take an invitation up: a password, the code of an app, and in."""
    stage.goes(page, urlsplit(link).path)
    if shown:
        stage.shoot(page, "entrar-enlace")
    page.locator("input[type=password]").first.fill(PASSWORD)
    follow(page, "main form button[type=submit]")
    stage.goes(page, "/entrar")
    page.fill("#nombre", name)
    page.fill("#clave", PASSWORD)
    if shown:
        stage.shoot(page, "entrar-clave")
    follow(page, "main form button[type=submit]")
    secret = page.inner_text(".secret").replace(" ", "")
    page.fill("#codigo", pyotp.TOTP(secret).at(BEGIN))
    if shown:
        page.fill("#codigo", "123456")
        stage.shoot(page, "entrar-codigo")
        page.fill("#codigo", pyotp.TOTP(secret).at(BEGIN))
    follow(page, "main form button[type=submit]")
    if shown:
        stage.shoot(page, "entrar-rescate")
