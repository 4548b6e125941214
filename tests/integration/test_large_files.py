"""Meter files that take long are read and kept by a worker, once, whatever happens to it."""

import os
import re
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from flask.testing import FlaskClient
from tests.redis_server import redis_address
from tests.signed_people import Clock, Service, Signed, make_service, text_of
from tests.started import started

from ahorraluz.security.roles import Reach, Role
from ahorraluz.services import readings_job
from ahorraluz.services.jobs import run_job, take_up
from ahorraluz.services.pending_files import FOLDER, hold_file
from ahorraluz.services.receive_readings import KeptFile
from ahorraluz.services.waiting_jobs import LARGE, FileJob, set_to_work, takes_long
from ahorraluz.web import meter_jobs

NOW = datetime(2026, 11, 24, 15, tzinfo=UTC)
FIRST = datetime(2026, 3, 1)  # noqa: DTZ001 - the local clock of a file
MINUTES = 90_000
WORKER = """
    import os, signal, sys, threading, time
    from datetime import UTC, datetime
    from pathlib import Path

    from ahorraluz.server import create_app
    from ahorraluz.store.jobs import JobBook
    from ahorraluz.services.job_worker import Worker
    from ahorraluz.services.toolbox import open_toolbox
    from ahorraluz.settings import Settings

    settings = Settings(data_dir=Path(sys.argv[1]), queue_url=sys.argv[2])
    app = create_app(settings)

    def killed(*args, **kwargs):
        print("kept", flush=True)
        time.sleep(600)

    JobBook.finish = killed
    Worker(open_toolbox(settings), clock=lambda: datetime(2026, 11, 24, 15, tzinfo=UTC)).start()
    time.sleep(600)
"""
"""A worker that stands still when all is kept, and nobody was told yet."""


def minutes(count: int = MINUTES, *, broken: bool = False) -> bytes:
    """Return invented readings of every minute."""
    lines = ["inicio;consumo kWh"]
    for minute in range(count):
        lines.append(f"{FIRST + timedelta(minutes=minute)};{0.005 + minute % 7 / 1000:.3f}")
    if broken:
        lines[-1] = "ayer;0,1"
    return "\n".join(lines).encode()


@pytest.fixture(scope="module")
def large() -> bytes:
    """Return a file that takes long."""
    content = minutes()
    assert takes_long(content)
    return content


@pytest.fixture(params=["sqlite", "redis"])
def service(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Service]:
    """Return a service whose queue is a file, or on a Redis server."""
    clock = Clock(at=NOW)
    monkeypatch.setattr("ahorraluz.web.page.datetime", clock)
    if request.param == "sqlite":
        yield make_service(tmp_path, clock)
        return
    with redis_address(tmp_path / "redis") as address:
        yield make_service(tmp_path, clock, queue_url=address)


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Service:
    """Return a service with its queue in a file."""
    clock = Clock(at=NOW)
    monkeypatch.setattr("ahorraluz.web.page.datetime", clock)
    return make_service(tmp_path, clock)


def send(client: FlaskClient, content: bytes, *, path: str = "/medidor", **fields: str) -> str:
    """Send a file; return the address of its page."""
    # By hand: the client of the tests would leave the file of so large a form open.
    parts = [
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    head = 'Content-Disposition: form-data; name="archivo"; filename="minutos.csv"'
    parts.append(f"--x\r\n{head}\r\n\r\n".encode() + content + b"\r\n--x--\r\n")
    kind = "multipart/form-data; boundary=x"
    answer = client.post(path, data=b"".join(parts), content_type=kind)
    assert answer.status_code == 303, text_of(answer)
    return answer.headers["Location"]


def send_as(signed: Signed, content: bytes, path: str) -> str:
    """Send a file as somebody who is signed in."""
    found = re.search(r'name="csrf" value="([^"]+)"', signed.get("/invitacion")[1])
    assert found is not None
    return send(signed.client, content, path=path, csrf=found.group(1))


def work(service: Service) -> int:
    """Do every job that waits, in this process; return how many were done."""
    with service.app.app_context():
        waiting = service.tools.store.people.jobs.unfinished()
        return sum(run_job(job, tools=service.tools, as_of=NOW) for job in waiting)


def waiting_files(service: Service) -> list[Path]:
    return list((service.tools.settings.data_dir / FOLDER).iterdir())


def test_small_and_packed_files_are_told_apart() -> None:
    assert not takes_long(b"a" * LARGE)
    assert takes_long(b"a" * (LARGE + 1))
    assert takes_long(b"PK\x03\x04" + b"a" * (LARGE // 8))


def test_a_large_file_of_a_stranger_goes_all_the_way(own: Service, large: bytes) -> None:
    client = own.app.test_client()

    address = send(client, large)
    waits = client.get(address)
    read = work(own)
    seen = client.get(f"{address}?lang=en")
    kept = client.post(f"{address}/guardar")
    keeping = client.get(address)
    done = work(own)
    there = client.get(address)

    assert (read, done) == (1, 1)
    html = text_of(waits)
    assert "Leemos tu archivo" in html
    assert '<noscript><meta http-equiv="refresh"' in html
    assert "minutos.csv" in text_of(seen)
    assert "This is in your file" in text_of(seen)
    assert kept.headers["Location"] == address
    assert "Guardamos tu archivo" in text_of(keeping)
    assert there.status_code == 303
    assert re.fullmatch(r"/consumo/h-[0-9a-f]{32}", there.headers["Location"])
    assert client.get(there.headers["Location"]).status_code == 200
    assert waiting_files(own) == []


def test_a_large_file_waits_sealed_and_its_job_tells_nothing(own: Service, large: bytes) -> None:
    address = send(own.app.test_client(), large)
    token = address.rpartition("/")[2]

    raw = b"".join(path.read_bytes() for path in own.tools.settings.data_dir.rglob("*.*"))

    assert not any(word in raw for word in (b"minutos.csv", b"consumo kWh", token.encode()))


def test_what_is_wrong_with_a_large_file_is_told_in_the_language_of_who_asks(own: Service) -> None:
    client = own.app.test_client()

    address = send(client, b"esto no es un medidor\n" * 100_000)
    work(own)
    spanish, english = client.get(address), client.get(f"{address}?lang=en")

    assert (spanish.status_code, english.status_code) == (422, 422)
    told = [re.search(r'id="errors".*?</', text_of(one), re.DOTALL) for one in (spanish, english)]
    assert told[0] is not None
    assert told[1] is not None
    assert told[0].group() != told[1].group()
    assert "minutos.csv" in text_of(spanish)


def test_a_hint_lets_a_large_file_be_read_anew(own: Service, large: bytes) -> None:
    client = own.app.test_client()
    address = send(client, large)
    work(own)
    before = text_of(client.get(address))

    waits = text_of(client.get(f"{address}?unit=Wh"))
    work(own)
    after = text_of(client.get(f"{address}?unit=Wh"))

    assert "Leemos tu archivo" in waits
    assert before != after
    assert 'value="Wh" selected' in after


def test_a_file_kept_twice_at_once_makes_one_home(own: Service, large: bytes) -> None:
    client = own.app.test_client()
    address = send(client, large)

    for _ in range(3):
        client.post(f"{address}/guardar")
    work(own)
    client.post(f"{address}/guardar")
    work(own)

    assert len(own.tools.store.homes()) == 1


def test_a_large_file_goes_to_the_home_it_was_sent_to(own: Service, large: bytes) -> None:
    owner, other = own.signed(Role.RESIDENT), own.signed(Role.RESIDENT)
    home = own.home_of(owner)

    path = send_as(owner, large, f"/hogares/{home}/medidor")
    work(own)
    owner.post(f"{path}/guardar")
    work(own)
    there = owner.client.get(path)

    assert there.headers["Location"] == f"/hogares/{home}/consumo"
    assert [known.imports for known in own.tools.store.homes()] == [1]
    assert other.client.get(path).status_code == 404


def test_a_home_that_is_deleted_meanwhile_stays_deleted(own: Service, large: bytes) -> None:
    owner = own.signed(Role.RESIDENT)
    home = own.home_of(owner)
    path = send_as(owner, large, f"/hogares/{home}/medidor")
    owner.post(f"{path}/guardar")
    jobs = own.tools.store.people.jobs.unfinished()

    own.tools.store.forget(home)
    with own.app.app_context():
        done = [run_job(job, tools=own.tools, as_of=NOW) for job in jobs]

    assert own.tools.store.homes() == ()
    assert sum(done) <= 1


@pytest.mark.parametrize(
    ("kind", "module"), [(meter_jobs.KEEP, meter_jobs), (readings_job.API_READINGS, readings_job)]
)
def test_a_home_outlives_the_right_of_who_sent_a_file(
    own: Service, monkeypatch: pytest.MonkeyPatch, kind: str, module: ModuleType
) -> None:
    owner, consultant = own.signed(Role.RESIDENT), own.signed(Role.CONSULTANT)
    home, households = own.home_of(owner), own.tools.store.people.households
    households.grant(home, consultant.id, Reach.CONSULTANT, as_of=NOW)
    token = hold_file(minutes(600), name="m", visitor=consultant.id, tools=own.tools, as_of=NOW)
    said = {meter_jobs.HOME: home, meter_jobs.HINTS: {}, meter_jobs.OWNED: True}
    wanted = FileJob(kind=kind, token=token, arguments=said, account=consultant.id, home=home)
    job = set_to_work(wanted, tools=own.tools, as_of=NOW)
    keep = module.keep_file

    def withdrawn_meanwhile(*given: Any, **named: Any) -> KeptFile:
        households.end_reach(home, consultant.id)
        kept: KeptFile = keep(*given, **named)
        return kept

    monkeypatch.setattr(module, "keep_file", withdrawn_meanwhile)
    with own.app.app_context():
        run_job(job.id, tools=own.tools, as_of=NOW)

    assert [reached.account for reached in households.reached_by(home)] == [owner.id]
    assert owner.get(f"/hogares/{home}")[0] == 200


def test_a_worker_killed_when_all_was_kept_doubles_nothing(service: Service, large: bytes) -> None:
    tools, client = service.tools, service.app.test_client()
    address = send(client, large)
    work(service)
    client.post(f"{address}/guardar")
    [job] = tools.store.people.jobs.unfinished()
    command = [sys.executable, "-c", textwrap.dedent(WORKER), str(tools.settings.data_dir)]

    with started([*command, tools.settings.queue_url], stdout=subprocess.PIPE) as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "kept\n"
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
    files = len(waiting_files(service))
    found = take_up(tools=tools, as_of=NOW)
    done = work(service)

    assert (files, found, done) == (1, 1, 1)
    [home] = tools.store.homes()
    assert len(tools.store.imports(home.id)) == 1
    assert sum(len(channel) for channel in tools.store.channels(home.id)) == MINUTES
    assert client.get(address).headers["Location"] == f"/consumo/{home.id}"
    assert waiting_files(service) == []
    assert tools.store.people.jobs.find(job) is not None


def test_nothing_of_a_strangers_job_outlives_its_home(own: Service, large: bytes) -> None:
    client = own.app.test_client()
    address = send(client, large)
    client.post(f"{address}/guardar")
    work(own)
    path = client.get(address).headers["Location"]
    home = path.rpartition("/")[2]

    gone = client.post(f"{path}/borrar")

    assert gone.status_code == 303
    raw = b"".join(f.read_bytes() for f in own.tools.settings.data_dir.rglob("*") if f.is_file())
    assert home.encode() not in raw
    assert own.tools.store.people.jobs.of_nobody(home) == ()
    assert "Guardamos" not in text_of(client.get(address))


# --- clients of a consultant -----------------------------------------------------------------


def clients(count: int = 2_000, *, wrong: int = 0) -> bytes:
    """Return a table of clients, some of them with something wrong."""
    lines = ["Cliente;Empresa;Sistema;Departamento;kWh"]
    for number in range(count):
        kwh = "mucho" if number < wrong else 100 + number % 200
        lines.append(f"Cliente con un nombre largo {number};luz-del-sur;lima-sur;lima;{kwh}")
    return "\n".join(lines).encode()


def test_a_large_list_of_clients_is_read_and_kept_by_a_worker(own: Service) -> None:
    consultant, other = own.signed(Role.CONSULTANT), own.signed(Role.CONSULTANT)

    path = send_as(consultant, clients(wrong=3), "/cartera/importar")
    waits = consultant.get(path)[1]
    work(own)
    _, seen = consultant.get(path)
    fields = {"sin-errores": "1"}
    lists = [("m", value) for value in ("label", "d", "s", "dep", "k")]
    sent = [consultant.post(f"{path}/guardar", fields, lists=lists) for _ in range(2)]
    keeping = consultant.get(path)[1]
    work(own)
    there = consultant.client.get(path)

    assert "Leemos tu archivo" in waits
    assert "1997" in seen.replace(".", "").replace("\u202f", "")
    assert "mucho" in seen
    assert [answer.headers["Location"] for answer in sent] == [path, path]
    assert "Guardamos tu archivo" in keeping
    assert there.headers["Location"] == "/cartera"
    assert len(own.tools.store.people.households.homes_of(consultant.id)) == 1_997
    assert other.client.get(path).status_code == 404
    assert waiting_files(own) == []


def test_clients_of_a_worker_that_was_killed_are_there_once_and_readable(own: Service) -> None:
    consultant = own.signed(Role.CONSULTANT)
    path = send_as(consultant, clients(), "/cartera/importar")
    work(own)
    lists = [("m", value) for value in ("label", "d", "s", "dep", "k")]
    consultant.post(f"{path}/guardar", lists=lists)
    [job] = own.tools.store.people.jobs.unfinished()
    command = [sys.executable, "-c", textwrap.dedent(WORKER), str(own.tools.settings.data_dir)]

    with started([*command, ""], stdout=subprocess.PIPE) as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "kept\n"
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
    take_up(tools=own.tools, as_of=NOW)
    done = work(own)

    found = own.tools.store.people.jobs.find(job)
    assert done == 1
    assert found is not None
    assert found.state.value == "done"
    reached = own.tools.store.people.households.homes_of(consultant.id)
    assert len(reached) == 2_000
    assert own.tools.store.people.households.answers(reached[0].home).said["label"]


def test_a_large_file_that_is_no_list_of_clients_is_refused_in_words(own: Service) -> None:
    consultant = own.signed(Role.CONSULTANT)

    path = send_as(consultant, b"%PDF-1.7 " + b"x" * 200_000, "/cartera/importar")
    work(own)
    answer = consultant.client.get(path)

    assert answer.status_code == 422
    assert 'id="errors"' in text_of(answer)
