"""The client of the docs, against a service that runs."""

import importlib.util
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType

import pytest
from tests.programs import ANSWERS, World, served

from ahorraluz.api.door import this_moment
from ahorraluz.services.jobs import run_job

SOURCE = Path(__file__).resolve().parents[3] / "examples" / "api_client.py"
BEGIN = datetime(2026, 9, 1, 5, tzinfo=UTC)


@pytest.fixture(scope="module")
def client_module() -> ModuleType:
    spec = importlib.util.spec_from_file_location("api_client", SOURCE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def address(world: World) -> Iterator[str]:
    with served(world) as found:
        yield found


def test_the_client_of_the_docs_does_what_they_say(
    world: World, address: str, client_module: ModuleType
) -> None:
    client = client_module.Client(address, key=world.key(world.join()), language="en")
    hours = [
        client_module.Reading(
            BEGIN + timedelta(hours=h), BEGIN + timedelta(hours=h + 1), 0.2 + 0.1 * (h % 24 > 18)
        )
        for h in range(48)
    ]

    bill = client_module.Client(address).bill(ANSWERS)
    home = client.keep_home(ANSWERS, once="first-home")
    again = client.keep_home(ANSWERS, once="first-home")
    added = client.send(home, hours)
    plan = client.plan(home, budget=500)

    assert bill["schema"] == "ahorraluz.bill.1"
    assert again == home
    assert added == 48
    assert plan["budget"] == "500.00"


def test_the_client_waits_for_what_is_kept_later(
    world: World, address: str, client_module: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_module, "PAUSE_S", 0.05)
    client = client_module.Client(address, key=world.key(world.join()))
    home = client.keep_home(ANSWERS, once="large-home")
    minutes = [
        client_module.Reading(
            BEGIN + timedelta(minutes=m), BEGIN + timedelta(minutes=m + 1), 0.005 + m % 7 / 1000
        )
        for m in range(25_000)
    ]

    with ThreadPoolExecutor(1) as pool:
        added = pool.submit(client.send, home, minutes)
        while not added.done():
            for job in world.tools.store.people.jobs.unfinished():
                run_job(job, tools=world.tools, as_of=this_moment())

    assert added.result() == 25_000


def test_the_client_tells_what_the_api_refuses(address: str, client_module: ModuleType) -> None:
    with pytest.raises(client_module.ProblemError, match="Consumo") as refused:
        client_module.Client(address).bill({"distributor": "luz-del-sur"})
    with pytest.raises(client_module.ProblemError) as stranger:
        client_module.Client(address, key="nothing").plan("h-0")

    assert refused.value.status == 422
    assert refused.value.codes == ("typed-missing",)
    assert stranger.value.status == 401
