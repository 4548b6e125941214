"""An application with people, homes and keys, as the tests of the API ask it."""

import json
import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from waitress.server import create_server
from werkzeug.test import TestResponse

from ahorraluz.api.door import EXTENSION, Limits, this_moment
from ahorraluz.security.roles import Role
from ahorraluz.security.scopes import Scope
from ahorraluz.security.throttle import Throttle
from ahorraluz.server import create_app
from ahorraluz.services.accounts.entering import Joining, join
from ahorraluz.services.accounts.tokens import TokenRequest, make_token
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.settings import Settings
from ahorraluz.store.account_records import Account

TODAY = date(2026, 11, 24)
ANSWERS: dict[str, Any] = {
    "distributor": "luz-del-sur",
    "system": "lima-sur",
    "kwh": 180,
    "total": 150,
    "period_from": "2026-10-01",
    "period_to": "2026-10-31",
    "people": 4,
    "appliances": [{"id": "ducha-electrica", "minutes_shower": 8}],
}
PASSWORD = "tres caballos cruzan el puente 83"


@dataclass(kw_only=True)
class World:
    """An application, and what a test needs to ask it."""

    app: Flask
    tools: Toolbox
    joined: int = field(default=0)

    def join(self, role: Role = Role.RESIDENT) -> Account:
        """Return a new account."""
        self.joined += 1
        name = f"persona{self.joined}@example.pe"
        joining = Joining(name=name, password=PASSWORD, language="es", role=role)
        return join(joining, tools=self.tools, as_of=this_moment())

    def key(
        self,
        account: Account,
        *,
        scopes: Iterable[Scope] = tuple(Scope),
        ago: int = 0,
        days: int = 30,
    ) -> str:
        """Return a new key of an account, made some days ago."""
        asked = TokenRequest(label="prueba", scopes=frozenset(scopes), days=days)
        as_of = this_moment() - timedelta(days=ago)
        return make_token(asked, account=account, tools=self.tools, as_of=as_of).text

    def program(self, key: str | None = None) -> "Program":
        """Return a program that comes with a key, or without one."""
        return Program(client=self.app.test_client(), key=key)


@dataclass(frozen=True, kw_only=True)
class Program:
    """A client of the API."""

    client: FlaskClient
    key: str | None

    def ask(self, method: str, path: str, **options: Any) -> TestResponse:
        """Return the answer to a request."""
        headers = {"Accept-Encoding": "identity", **options.pop("headers", {})}
        if self.key is not None:
            headers.setdefault("Authorization", f"Bearer {self.key}")
        return self.client.open(f"/api/v1{path}", method=method, headers=headers, **options)

    def get(self, path: str, **options: Any) -> TestResponse:
        """Return the answer to a ``GET``."""
        return self.ask("GET", path, **options)

    def post(self, path: str, **options: Any) -> TestResponse:
        """Return the answer to a ``POST``."""
        return self.ask("POST", path, **options)

    def home(self, **answers: object) -> str:
        """Return the id of a new home."""
        made = self.post("/homes", json={"answers": {**ANSWERS, **answers}, "label": "Casa"})
        assert made.status_code == 201, made.text
        return str(made.json["id"])  # type: ignore[index]


def make_world(
    folder: Path, *, limits: Limits | None = None, language: str = "es", **changes: Any
) -> World:
    """Return an application with a folder of its own, without limits unless they are asked for."""
    settings = Settings(data_dir=folder, language=language, **changes)
    free = Limits(strangers=Throttle(burst=1e9), programs=Throttle(burst=1e9))
    app = create_app(
        settings,
        today=lambda: TODAY,
        throttle=Throttle(burst=1e9),
        clock=lambda: 1000.0,
        limits=limits or free,
    )
    return World(app=app, tools=app.extensions[EXTENSION].tools)


def readings(hours: int, *, start: datetime = datetime(2026, 9, 1, 5, tzinfo=UTC)) -> str:
    """Return hours of use as NDJSON."""
    lines = []
    for hour in range(hours):
        begin = start + timedelta(hours=hour)
        kwh = round(0.15 + 0.2 * (hour % 24 > 18), 3)
        end = begin + timedelta(hours=1)
        lines.append({"start": begin.isoformat(), "end": end.isoformat(), "kwh": kwh})
    return "".join(json.dumps(line) + "\n" for line in lines)


@contextmanager
def served(world: World) -> Iterator[str]:
    """Serve an application as in production, and give its address."""
    bound = socket.create_server(("127.0.0.1", 0))
    server = create_server(world.app, sockets=[bound], threads=2)

    def run() -> None:
        # Closing the server takes the socket from under its loop.
        with suppress(OSError):
            server.run()

    thread = Thread(target=run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"
    finally:
        server.close()
        thread.join(timeout=2)
