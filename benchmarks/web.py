"""Requests per second and time of the pages, beside a bare Flask page in the same run.

    apt install wrk
    python benchmarks/web.py [--seconds 5] [--connections 4]

Two servers run on free ports of this machine, both waitress with four threads: AhorraLuz with a
new data folder and the limit of visits out of the way, and a Flask application of one line. One
resident has joined, told of a home and looked at it once. ``wrk`` asks for one page after another
over kept connections, from one thread. The home page is asked for as the resident, unchanged
between two looks; every what-if moves another figure, so that nothing can be remembered. Prints a
table; asserts nothing.
"""

import argparse
import json
import logging
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl
from urllib.request import Request, urlopen

from flask import Flask
from waitress.server import create_server

from ahorraluz.security.throttle import Throttle
from ahorraluz.server import create_app, server_options
from ahorraluz.services.accounts.entering import Joining, join
from ahorraluz.services.accounts.sessions import open_session
from ahorraluz.services.households.keeping import keep_home
from ahorraluz.services.toolbox import open_toolbox
from ahorraluz.settings import Settings
from ahorraluz.web.page import this_moment

THREADS = 4
ANSWER = "d=luz-del-sur&s=lima-sur&k=152&t=130&ph=4&a=ducha-electrica&a=hervidor"
WARM_UP_S = 1
REPORT = """
done = function(summary, latency, requests)
  io.write(string.format('\\n{"p50": %f, "p95": %f, "rps": %f, "bad": %d}\\n',
    latency:percentile(50) / 1000, latency:percentile(95) / 1000,
    summary.requests / (summary.duration / 1e6),
    summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.timeout))
end
"""
WHAT_IF = """
local number = 0
request = function()
  number = number + 1
  return wrk.format("GET", "{path}" .. string.format("%.2f", 5 + number % 2000 / 100))
end
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One row of the table."""

    name: str
    address: str
    path: str
    cookie: str = ""
    moves: bool = False
    """Whether a figure at the end of the path is another one each time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What wrk told of a page."""

    p50_ms: float
    p95_ms: float
    per_second: float
    bad: int


@contextmanager
def serving(app: Flask, options: dict[str, Any]) -> Iterator[str]:
    """Serve an application on a free port and give its address."""
    server = create_server(app, host="127.0.0.1", port=0, threads=THREADS, **options)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"  # type: ignore[union-attr]
    finally:
        server.close()
        thread.join(timeout=10)


def bare() -> Flask:
    """Return a Flask application of one line."""
    app = Flask("bare")
    app.add_url_rule("/", view_func=lambda: "<!doctype html><title>Hola</title><p>Hola")
    return app


def resident(settings: Settings) -> tuple[str, str]:
    """Return the cookie of somebody who joined, and the path of their home."""
    tools, now = open_toolbox(settings), this_moment()
    joining = Joining(name="rosa@ejemplo.pe", password="tres focos y un perro", language="es")
    account = join(joining, tools=tools, as_of=now)
    pairs = parse_qsl(ANSWER)
    home = keep_home(pairs, account=account.id, tools=tools, as_of=now)
    opened = open_session(account, device="wrk", complete=True, tools=tools, as_of=now)
    return f"ahorraluz={opened.token}", f"/hogares/{home.id}"


def measure(page: Page, *, seconds: int, connections: int, folder: Path) -> Measured:
    """Ask for a page again and again, and return how long it took."""
    script = folder / "wrk.lua"
    script.write_text(REPORT + (WHAT_IF.replace("{path}", page.path) if page.moves else ""))
    command = ["wrk", "-t1", f"-c{connections}", "-s", str(script)]
    if page.cookie:
        command += ["-H", f"Cookie: {page.cookie}"]
    command += ["-H", "Accept-Encoding: gzip", page.address + ("" if page.moves else page.path)]
    # The first look loads what the page needs; it is no part of what is measured.
    first = Request(page.address + page.path, headers={"Cookie": page.cookie})
    with urlopen(first) as answer:
        answer.read()
    subprocess.run([*command, f"-d{WARM_UP_S}s"], check=True, capture_output=True)
    ran = subprocess.run([*command, f"-d{seconds}s"], check=True, capture_output=True, text=True)
    told = json.loads(ran.stdout.strip().splitlines()[-1])
    return Measured(
        p50_ms=told["p50"], p95_ms=told["p95"], per_second=told["rps"], bad=int(told["bad"])
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--connections", type=int, default=4)
    asked = parser.parse_args()
    if shutil.which("wrk") is None:
        sys.exit("wrk is not installed: apt install wrk")
    # A server that ends while its last connections close says so at length.
    logging.getLogger("waitress").setLevel(logging.CRITICAL + 1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settings = Settings(data_dir=folder)
        app = create_app(settings, throttle=Throttle(burst=1e12))
        options = dict(server_options(settings))
        with serving(bare(), {}) as plain, serving(app, options) as ours:
            cookie, home = resident(settings)
            pages = (
                Page(name="bare Flask page", address=plain, path="/"),
                Page(name="start page", address=ours, path="/"),
                Page(name="home page", address=ours, path=home, cookie=cookie),
                Page(name="answer", address=ours, path=f"/respuesta?{ANSWER}"),
                Page(
                    name="what-if",
                    address=ours,
                    path=f"/respuesta?{ANSWER}&x.led-lamp=",
                    moves=True,
                ),
            )
            print("| page | p50 [ms] | p95 [ms] | per second | p50, times bare | refused |")
            print("| --- | ---: | ---: | ---: | ---: | ---: |")
            base = None
            for page in pages:
                found = measure(
                    page, seconds=asked.seconds, connections=asked.connections, folder=folder
                )
                base = base or found.p50_ms
                print(
                    f"| {page.name} | {found.p50_ms:.1f} | {found.p95_ms:.1f} "
                    f"| {found.per_second:.0f} | {found.p50_ms / base:.1f} | {found.bad} |"
                )


if __name__ == "__main__":
    main()
