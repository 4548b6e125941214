"""A real Prometheus reads the real program, and every panel that asks it is answered."""

import json
import math
import os
import shutil
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.boards_as_grafana import ROOT, every_query, promql_of
from tests.programs import PASSWORD
from tests.started import started
from tests.waiting import answers, free_port, until

from ahorraluz.security.scopes import Scope
from ahorraluz.services.accounts.entering import Joining, join
from ahorraluz.services.accounts.tokens import TokenRequest, make_token
from ahorraluz.services.duties import do_due
from ahorraluz.services.toolbox import open_toolbox
from ahorraluz.settings import Settings

SERVER = shutil.which("prometheus")
pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(SERVER is None, reason="prometheus, of Debian's package, is not installed"),
]
TOKEN = "0123456789abcdef0123456789"
QUERIES = [asked for asked in every_query() if "expr" in asked.target]
MESSAGES = 20_000
START_S = 300.0
"""How long programs may take to start on a busy machine. [s]"""


def running(words: list[str], environment: dict[str, str]) -> Any:
    """Run a program while the block lasts."""
    null = subprocess.DEVNULL
    return started(words, env=environment, stdout=null, stderr=null)


def did_duties(folder: Path) -> None:
    """Let the service do its duties, which are due from the second day on."""
    tools = open_toolbox(Settings(data_dir=folder))
    now = datetime.fromtimestamp(time.time(), UTC)
    tools.store.live.begin()
    for days in (2, 1):
        moment = now - timedelta(days=days)
        do_due(worker="w", tools=tools, clock=lambda moment=moment: moment)  # type: ignore[misc]
    tools.store.close()


def key_of(folder: Path) -> str:
    """Return the key of a program that may ask for the hours ahead."""
    tools = open_toolbox(Settings(data_dir=folder))
    now = datetime.fromtimestamp(time.time(), UTC)
    joining = Joining(name="programa@ejemplo.pe", password=PASSWORD, language="es")
    account = join(joining, tools=tools, as_of=now)
    asked = TokenRequest(label="prueba", scopes=frozenset({Scope.PLAN_READ}), days=30)
    text = make_token(asked, account=account, tools=tools, as_of=now).text
    tools.store.close()
    return text


def configured(folder: Path, *, serve: int, live: int) -> Path:
    """Write the configuration that is shipped, with these ports and a second's patience."""
    deploy = ROOT / "deploy" / "prometheus"
    text = (deploy / "prometheus.yml").read_text("utf-8")
    content = yaml.safe_load(text)
    content["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
    targets = {"ahorraluz": serve, "ahorraluz-live": live}
    for job in content["scrape_configs"]:
        job["static_configs"] = [{"targets": [f"127.0.0.1:{targets[job['job_name']]}"]}]
    shutil.copy(deploy / "rules.yml", folder)
    (folder / "metrics-token").write_text(TOKEN, "utf-8")
    path = folder / "prometheus.yml"
    path.write_text(yaml.safe_dump(content), "utf-8")
    return path


class Asking:
    """What answers queries."""

    def __init__(self, port: int) -> None:
        self._url = f"http://127.0.0.1:{port}/api/v1/"

    def get(self, path: str, **values: str) -> Any:
        """Return what is answered."""
        asked = f"{self._url}{path}?{urllib.parse.urlencode(values)}"
        with urllib.request.urlopen(asked, timeout=10) as answer:
            return json.load(answer)["data"]

    def numbers(self, expression: str) -> list[float]:
        """Return what is answered to an expression now."""
        found = self.get("query", query=expression)["result"]
        return [float(each["value"][1]) for each in found]


def visit(port: int, key: str, over: threading.Event) -> None:
    """Look at pages now and then, and ask the model in use."""
    series = {"id": "casa", "kwh": [0.1] * 24 * 30, "origin": "2026-11-24"}
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    address = f"http://127.0.0.1:{port}"
    asked = [urllib.request.Request(f"{address}{path}") for path in ("/", "/plan", "/no-hay")]
    asked.append(
        urllib.request.Request(
            f"{address}/api/v1/forecasts", data=json.dumps(series).encode(), headers=headers
        )
    )
    while not over.wait(0.2):
        for one in asked:
            try:
                urllib.request.urlopen(one, timeout=10).close()
            except OSError:
                # An answer of another kind than 200, or a machine that is busy.
                continue


@contextmanager
def visited(pages: int, key: str) -> Iterator[None]:
    """Ask for pages all the time, until the end."""
    over = threading.Event()
    visitor = threading.Thread(target=visit, args=(pages, key, over))
    visitor.start()
    try:
        yield
    finally:
        over.set()
        visitor.join()


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asking]:
    """Give a Prometheus that has read the program for some seconds."""
    folder = tmp_path_factory.mktemp("prometheus")
    pages, broker, live, server = (free_port() for _ in range(4))
    did_duties(folder / "data")
    key = key_of(folder / "data")
    environment = {
        "PATH": os.environ["PATH"],
        "AHORRALUZ_DATA_DIR": str(folder / "data"),
        "AHORRALUZ_METRICS_TOKEN": TOKEN,
    }
    program = [sys.executable, "-m", "ahorraluz"]
    config = configured(folder, serve=pages, live=live)
    address = f"127.0.0.1:{broker}"
    with ExitStack() as stack:
        for words in (
            [*program, "serve", "--port", str(pages)],
            [*program, "live", "--listen", address, "--metrics-port", str(live)],
            [
                str(SERVER),
                f"--config.file={config}",
                f"--storage.tsdb.path={folder / 'tsdb'}",
                f"--web.listen-address=127.0.0.1:{server}",
            ],
        ):
            stack.enter_context(running(words, environment))
        for port in (pages, live, server):
            assert until(lambda port=port: answers(port), patience_s=START_S)  # type: ignore[misc]
        # Also where something does not come that is waited for below.
        stack.enter_context(visited(pages, key))
        simulated = [*program, "simulate", "--homes", "2", "--rate", "100"]
        more = ["--messages", str(MESSAGES), "--broker", f"mqtt://{address}"]
        stack.enter_context(running([*simulated, *more], environment))
        asking = Asking(server)
        read = 'ahorraluz_live_messages_total{outcome="read"}'
        assert until(lambda: sum(asking.numbers(f"rate({read}[30s])")) > 0, patience_s=START_S)
        # A rate is there from the second time on that a counter was read.
        assert until(
            lambda: bool(asking.numbers("rate(ahorraluz_live_readings_total[30s])")),
            patience_s=START_S,
        )
        model = "rate(ahorraluz_model_call_homes_count[30s])"
        assert until(lambda: sum(asking.numbers(model)) > 0, patience_s=START_S)
        # Gauges of sums are set every few seconds.
        assert until(
            lambda: sum(asking.numbers("ahorraluz_live_summed_seconds")) > 0, patience_s=START_S
        )
        yield asking


def test_everything_that_is_read_is_up(prometheus: Asking) -> None:
    targets = prometheus.get("targets")["activeTargets"]

    assert {target["labels"]["job"]: target["health"] for target in targets} == {
        "ahorraluz": "up",
        "ahorraluz-live": "up",
    }


@pytest.mark.parametrize("asked", QUERIES, ids=lambda asked: asked.name)
def test_a_panel_is_answered(prometheus: Asking, asked: Any) -> None:
    numbers = prometheus.numbers(promql_of(asked))

    assert numbers, "no data"
    assert any(not math.isnan(number) for number in numbers)
    assert all(number >= 0 for number in numbers if not math.isnan(number))


def test_rules_are_loaded_and_none_of_a_sound_service_warns_of_it(prometheus: Asking) -> None:
    [group] = prometheus.get("rules")["groups"]

    health = {rule["name"]: rule["health"] for rule in group["rules"]}
    assert set(health.values()) <= {"ok", "unknown"}
    states = {rule["name"]: rule["state"] for rule in group["rules"]}
    quiet = ("AhorraLuzDown", "AhorraLuzNotReady", "LiveBrokerLost", "LiveBatchesWait")
    # For a moment anything may be: a rule warns once it has been so for its time.
    assert "firing" not in {states[name] for name in quiet}
