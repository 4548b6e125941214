"""People who are signed in to a service of their own, for tests of pages that only they see."""

import gzip
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from ahorraluz.security.roles import NEEDS_SECOND_FACTOR, Role
from ahorraluz.security.throttle import Throttle
from ahorraluz.server import create_app
from ahorraluz.services.accounts.sessions import open_session
from ahorraluz.services.households.keeping import keep_home
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.settings import Settings
from ahorraluz.store.account_records import Account
from ahorraluz.store.accounts import NewAccount
from ahorraluz.web.page import EXTENSION

BEGIN = datetime(2026, 11, 24, 15, tzinfo=UTC)
PAIRS = (("d", "luz-del-sur"), ("s", "lima-sur"), ("k", "152"), ("dep", "lima"), ("di", "150140"))
_TOKEN = re.compile(r'name="csrf" value="([^"]+)"')


@dataclass
class Clock:
    """What the service takes for now."""

    at: datetime = BEGIN

    def go_on(self, **span: float) -> None:
        """Let time pass."""
        self.at += timedelta(**span)

    def now(self, zone: tzinfo | None = None) -> datetime:
        """Return the moment that was set."""
        return self.at.astimezone(zone)


@dataclass
class Signed:
    """Somebody who is signed in, with a browser."""

    account: Account
    client: FlaskClient

    @property
    def id(self) -> str:
        """Name of the account in the store."""
        return self.account.id

    def get(self, path: str) -> tuple[int, str]:
        """Return the status and the text of a page."""
        response = self.client.get(path)
        return response.status_code, text_of(response)

    def post(
        self,
        path: str,
        fields: Mapping[str, object] | None = None,
        *,
        lists: Sequence[tuple[str, str]] = (),
    ) -> TestResponse:
        """Send a form that holds the token of its visitor."""
        found = _TOKEN.search(text_of(self.client.get("/invitacion")))
        assert found is not None
        data: dict[str, object] = {"csrf": found.group(1), **(fields or {})}
        for name, value in lists:
            known = data.setdefault(name, [])
            assert isinstance(known, list)
            known.append(value)
        return self.client.post(path, data=data)


@dataclass
class Service:
    """One service with its own data folder."""

    app: Flask
    clock: Clock = field(default_factory=Clock)
    people: int = 0

    @property
    def tools(self) -> Toolbox:
        """What the service works with."""
        tools: Toolbox = self.app.extensions[EXTENSION].tools
        return tools

    def account(self, role: Role, *, name: str = "", organisation: str = "") -> Account:
        """Make an account; nobody's password is looked at here."""
        self.people += 1
        new = NewAccount(
            id=f"a-{self.people:024d}",
            name=name or f"{role.value}{self.people}@ejemplo.pe",
            password="no hash",
            role=role,
            language="es",
            organisation=organisation,
        )
        accounts = self.tools.store.people.accounts
        accounts.add(new, as_of=self.clock.at)
        if role in NEEDS_SECOND_FACTOR:
            accounts.set_second_factor(new.id, "JBSWY3DPEHPK3PXP")
        return accounts.get(new.id)

    def signed(self, role: Role, *, name: str = "", organisation: str = "") -> Signed:
        """Return somebody of a role who is signed in with every factor."""
        return self.browser_of(self.account(role, name=name, organisation=organisation))

    def browser_of(self, account: Account) -> Signed:
        """Return a new browser in which an account is signed in."""
        opened = open_session(
            account, device="test", complete=True, tools=self.tools, as_of=self.clock.at
        )
        client = self.app.test_client()
        client.set_cookie("ahorraluz", opened.token)
        return Signed(account=account, client=client)

    def home_of(self, owner: Signed, pairs: Sequence[tuple[str, str]] = PAIRS) -> str:
        """Keep a home of somebody."""
        return keep_home(pairs, account=owner.id, tools=self.tools, as_of=self.clock.at).id


def make_service(folder: Path, clock: Clock, **settings: Any) -> Service:
    """Return a service whose pages take the clock for now."""
    app = create_app(
        Settings(data_dir=folder, **settings),
        today=lambda: date(2026, 11, 24),
        throttle=Throttle(burst=1e9, pages_a_second=1e9),
    )
    app.config["TESTING"] = True
    return Service(app=app, clock=clock)


def text_of(response: TestResponse) -> str:
    """Return the text of a response, unpacked if it was squeezed."""
    data = response.data
    return (gzip.decompress(data) if response.headers.get("Content-Encoding") else data).decode()
