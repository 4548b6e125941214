"""Residents with homes of their own, in browsers without scripts."""

import io
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import count

import pytest
from flask import Flask
from flask.testing import FlaskClient
from tests.meter_samples import csv_of, rows
from tests.unit.web.conftest import unpacked
from werkzeug.test import TestResponse

from ahorraluz.security.roles import NEEDS_SECOND_FACTOR, Reach, Role
from ahorraluz.security.throttle import Throttle
from ahorraluz.server import create_app
from ahorraluz.services.accounts.consents import Asked, Purpose, give_consent
from ahorraluz.services.accounts.sessions import open_session
from ahorraluz.services.households.keeping import KeptHome, keep_home, kept_home
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.settings import Settings
from ahorraluz.store.accounts import NewAccount
from ahorraluz.texts import open_texts
from ahorraluz.web.page import EXTENSION, this_moment

TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 15, tzinfo=UTC)
PAIRS = (("dep", "lima"), ("d", "luz-del-sur"), ("s", "lima-sur"), ("k", "152"), ("t", "130"))
_TOKEN = re.compile(r'name="csrf" value="([^"]+)"')


@dataclass
class Resident:
    """Somebody signed in, with a browser."""

    id: str
    client: FlaskClient
    tools: Toolbox
    home: str = ""

    def get(self, path: str) -> tuple[int, str]:
        """Return status and text of a page."""
        response = self.client.get(path)
        return response.status_code, unpacked(response)

    def page(self, path: str = "") -> str:
        """Return a page of the own home, which is there."""
        status, html = self.get(f"/hogares/{self.home}{path}")
        assert status == 200, (path, status)
        return html

    def post(self, path: str, **fields: object) -> TestResponse:
        """Send a form of the own home, with the token and the version it was made from."""
        data = {"csrf": self.token(), "version": str(self.kept.version), **fields}
        return self.client.post(f"/hogares/{self.home}{path}", data=data)

    def token(self) -> str:
        """Return a token of this visitor's forms."""
        found = _TOKEN.search(unpacked(self.client.get("/hogares?todos=1")))
        assert found is not None
        return found.group(1)

    def adds_meter(self, *, days: int = 325) -> TestResponse:
        """Send a meter file of the home and keep it."""
        content = csv_of(rows(days=days)).encode()
        sent = self.post("/medidor", archivo=(io.BytesIO(content), "medidor.csv"))
        return self.post(
            sent.headers["Location"].removeprefix(f"/hogares/{self.home}") + "/guardar"
        )

    @property
    def kept(self) -> KeptHome:
        """The home as it is kept."""
        return kept_home(self.home, tools=self.tools)


@dataclass
class Town:
    """A service with people in it."""

    app: Flask
    numbers: "count[int]"

    @property
    def tools(self) -> Toolbox:
        """What the service works with."""
        tools: Toolbox = self.app.extensions[EXTENSION].tools
        return tools

    def person(self, role: Role = Role.RESIDENT) -> Resident:
        """Return somebody signed in who keeps no home."""
        number = next(self.numbers)
        id_ = f"a-{number:024d}"
        new = NewAccount(
            id=id_,
            name=f"persona{number}@ejemplo.pe",
            password="no hash",
            role=role,
            language="es",
            organisation="",
        )
        accounts = self.tools.store.people.accounts
        accounts.add(new, as_of=NOW)
        if role in NEEDS_SECOND_FACTOR:
            accounts.set_second_factor(id_, "JBSWY3DPEHPK3PXP")
        # Sessions end by the real clock, which the pages ask.
        opened = open_session(
            accounts.get(id_),
            device="test",
            complete=True,
            tools=self.tools,
            as_of=this_moment(),
        )
        client = self.app.test_client()
        client.set_cookie("ahorraluz", opened.token)
        return Resident(id=id_, client=client, tools=self.tools)

    def resident(self, *pairs: tuple[str, str]) -> Resident:
        """Return somebody signed in who keeps a home."""
        person = self.person()
        kept = keep_home(pairs or PAIRS, account=person.id, tools=self.tools, as_of=NOW)
        person.home = kept.id
        return person

    def helper_of(self, owner: Resident) -> Resident:
        """Return a consultant whom the owner of a home let in."""
        helper = self.person(Role.CONSULTANT)
        helper.home = owner.home
        reaches = self.tools.store.people.households
        reaches.grant(owner.home, helper.id, Reach.CONSULTANT, as_of=NOW)
        asked = Asked(
            account=owner.id, home=owner.home, purpose=Purpose.CONSULTANT, subject=helper.id
        )
        give_consent(asked, texts=open_texts("es"), channel="web", tools=self.tools, as_of=NOW)
        return helper


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """Return a service of which every test takes people of its own."""
    app = create_app(
        Settings(data_dir=tmp_path_factory.mktemp("town")),
        today=lambda: TODAY,
        throttle=Throttle(burst=1e9, pages_a_second=1e9),
    )
    app.config["TESTING"] = True
    return Town(app, count(1))


@pytest.fixture
def rosa(town: Town) -> Resident:
    """Return a resident with a home."""
    return town.resident()


def words_of(html: str) -> str:
    """Return the words of the main part of a page."""
    main = html[html.index("<main") :]
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", main))


def steps_in(html: str) -> list[str]:
    """Return the steps of the plan on a page, in order."""
    return re.findall(r'id="paso-([a-z0-9-]+)"', html)
