"""What a service keeps on the disk is its owner's alone to read."""

import io
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.signed_people import Clock, Service, make_service

from ahorraluz.security.roles import Role
from ahorraluz.services.accounts.tidying import tidy
from ahorraluz.services.job_kinds import ACCOUNT_EXPORT
from ahorraluz.services.job_queue import FILE
from ahorraluz.services.job_worker import Worker
from ahorraluz.services.jobs import enqueue

NOW = datetime(2026, 11, 24, 15, tzinfo=UTC)
METER = "inicio;kWh\n" + "\n".join(
    f"2026-{month:02d}-{day:02d} {hour:02d}:00;0,3"
    for month in (9, 10)
    for day in range(1, 31)
    for hour in range(24)
)


@pytest.fixture(autouse=True)
def usual_umask() -> Iterator[None]:
    """Let new files be readable by all, as on most machines."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture
def service(tmp_path: Path) -> Service:
    """Return a service whose folder is yet to be made."""
    return make_service(tmp_path / "datos", Clock(at=NOW))


def test_every_file_of_a_served_session_is_its_owners_alone(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ahorraluz.web.page.datetime", service.clock)
    folder, tools = service.tools.settings.data_dir, service.tools
    resident = service.signed(Role.RESIDENT)
    service.home_of(resident)
    stranger = service.app.test_client()
    sent = {"archivo": (io.BytesIO(METER.encode()), "medidor.csv")}
    path = stranger.post("/medidor", data=sent).headers["Location"]
    stranger.post("/medidor", data={"archivo": (io.BytesIO(METER.encode()), "otro.csv")})
    kept = stranger.post(f"{path}/guardar")
    enqueue(ACCOUNT_EXPORT, {}, account=resident.id, tools=tools, as_of=NOW)
    worker = Worker(tools, clock=lambda: NOW, around=service.app.app_context)
    worker.start()
    worker.stop()
    tidy(tools=tools, as_of=NOW)

    files = {path: path.stat().st_mode & 0o777 for path in folder.rglob("*") if path.is_file()}
    folders = {path: path.stat().st_mode & 0o777 for path in folder.rglob("*") if path.is_dir()}

    assert kept.status_code == 303
    assert {FILE, "ahorraluz.db", "keys.db", "keyring.json"} <= {path.name for path in files}
    assert {path: mode for path, mode in files.items() if mode != 0o600} == {}
    assert {path: mode for path, mode in folders.items() if mode != 0o700} == {}
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_queue_of_a_former_version_is_closed_to_others(service: Service) -> None:
    path = service.tools.settings.data_dir / FILE
    path.parent.mkdir(parents=True)
    path.touch(0o644)
    owner = service.account(Role.RESIDENT)

    enqueue(ACCOUNT_EXPORT, {}, account=owner.id, tools=service.tools, as_of=NOW)

    assert path.stat().st_mode & 0o777 == 0o600
