"""Jobs in another process that is killed, and what is left of those of who is gone."""

import os
import signal
import subprocess
import sys
import textwrap
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.signed_people import Clock, Service, make_service
from tests.started import started

from ahorraluz.cli.main import cli
from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.security.roles import Role
from ahorraluz.services.forget_home import forget_home
from ahorraluz.services.job_kinds import ACCOUNT_EXPORT
from ahorraluz.services.job_queue import FILE, open_queue
from ahorraluz.services.jobs import (
    MOST_OPEN,
    Call,
    JobError,
    Made,
    drop_calls,
    enqueue,
    jobs_of,
    made_by,
    own_job,
    register,
    run_job,
    take_up,
    try_again,
)
from ahorraluz.store.jobs import JobState

NOW = datetime(2026, 11, 24, 15, tzinfo=UTC)
SECRET = "la casa amarilla de Rosa"
KILLED = """
    import sys, time
    from datetime import UTC, datetime
    from pathlib import Path

    from ahorraluz.services import jobs
    from ahorraluz.services.job_worker import Worker
    from ahorraluz.services.toolbox import open_toolbox
    from ahorraluz.settings import Settings

    def stay(call):
        print("at work", flush=True)
        time.sleep(600)

    jobs._KINDS["account-export"] = stay
    tools = open_toolbox(Settings(data_dir=Path(sys.argv[1])))
    worker = Worker(tools, clock=lambda: datetime(2026, 11, 24, 15, tzinfo=UTC))
    worker.start()
    time.sleep(600)
"""


@register("test-forget")
def forget_at_work(call: Call) -> Made:
    """Delete a home after it was packed."""
    forget_home(str(call.arguments["home"]), tools=call.tools)
    return Made(name="home.txt", media="text/plain", content=SECRET.encode())


@register("test-echo")
def echo(call: Call) -> Made:
    """Give back what a job was asked with."""
    if call.arguments.get("break"):
        raise RuntimeError(SECRET)
    return Made(name="eco.txt", media="text/plain", content=str(call.arguments["text"]).encode())


@pytest.fixture
def service(tmp_path: Path) -> Service:
    """Return a service of its own."""
    return make_service(tmp_path, Clock(at=NOW))


def test_a_job_is_done_and_its_file_kept_for_its_account_alone(service: Service) -> None:
    owner, other = service.account(Role.RESIDENT), service.account(Role.RESIDENT)

    job = enqueue("test-echo", {"text": "ñ"}, account=owner.id, tools=service.tools, as_of=NOW)
    done = run_job(job, tools=service.tools, as_of=NOW)
    again = run_job(job, tools=service.tools, as_of=NOW)

    made = made_by(own_job(job, account=owner.id, tools=service.tools))
    assert (done, again) == (True, False)
    assert made is not None
    assert made.content == "ñ".encode()
    with pytest.raises(JobError):
        own_job(job, account=other.id, tools=service.tools)


def test_a_job_that_breaks_has_failed_and_can_be_tried_again(
    service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    owner = service.account(Role.RESIDENT)
    job = enqueue("test-echo", {"break": 1}, account=owner.id, tools=service.tools, as_of=NOW)

    run_job(job, tools=service.tools, as_of=NOW)
    failed = own_job(job, account=owner.id, tools=service.tools)
    try_again(job, account=owner.id, tools=service.tools)

    assert failed.state is JobState.FAILED
    assert SECRET not in caplog.text
    assert own_job(job, account=owner.id, tools=service.tools).state is JobState.WAITING


def test_a_file_is_asked_for_on_the_page_and_taken_away(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ahorraluz.web.page.datetime", service.clock)
    consultant = service.signed(Role.CONSULTANT)
    monkeypatch.setattr("ahorraluz.web.jobs.confirm", lambda *_, **__: None)

    sent = [
        consultant.post("/trabajos", {"que": kind}).status_code
        for kind in (ACCOUNT_EXPORT, "portfolio-workbook", "portfolio-reports", "test-echo")
    ]
    with service.app.app_context():
        for job in jobs_of(consultant.id, tools=service.tools):
            run_job(job.id, tools=service.tools, as_of=NOW)
    jobs = jobs_of(consultant.id, tools=service.tools)
    status, text = consultant.get("/trabajos")

    assert sent == [303, 303, 303, 404]
    assert [job.state for job in jobs] == [JobState.DONE] * 3
    assert (status, text.count("/archivo")) == (200, 3)
    assert consultant.post(f"/trabajos/{jobs[0].id}/borrar").status_code == 303
    assert len(jobs_of(consultant.id, tools=service.tools)) == 2
    assert service.signed(Role.RESIDENT).post(f"/trabajos/{jobs[1].id}/borrar").status_code == 404


def test_an_account_has_few_jobs_at_once(service: Service) -> None:
    owner = service.account(Role.RESIDENT)
    for _ in range(MOST_OPEN):
        enqueue("test-echo", {"text": ""}, account=owner.id, tools=service.tools, as_of=NOW)

    with pytest.raises(AhorraLuzError, match="jobs-too-many"):
        enqueue("test-echo", {"text": ""}, account=owner.id, tools=service.tools, as_of=NOW)


def test_an_id_that_the_queue_lost_is_called_up_again(service: Service) -> None:
    owner = service.account(Role.RESIDENT)
    enqueue("test-echo", {"text": ""}, account=owner.id, tools=service.tools, as_of=NOW)
    known = take_up(tools=service.tools, as_of=NOW)
    (service.tools.settings.data_dir / FILE).unlink()

    assert known == 0
    assert take_up(tools=service.tools, as_of=NOW) == 1


def test_a_job_of_a_worker_that_was_killed_is_done_by_the_next(service: Service) -> None:
    owner, folder = service.account(Role.RESIDENT), service.tools.settings.data_dir
    job = enqueue(ACCOUNT_EXPORT, {}, account=owner.id, tools=service.tools, as_of=NOW)
    command = [sys.executable, "-c", textwrap.dedent(KILLED), str(folder)]

    with started(command, stdout=subprocess.PIPE) as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "at work\n"
        running = own_job(job, account=owner.id, tools=service.tools).state
        left = take_up(tools=service.tools, as_of=NOW)
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
    found = take_up(tools=service.tools, as_of=NOW)
    done = run_job(job, tools=service.tools, as_of=NOW)

    assert (running, left, found, done) == (JobState.RUNNING, 0, 1, True)
    assert made_by(own_job(job, account=owner.id, tools=service.tools)) is not None


def test_nothing_of_a_job_outlives_its_home_or_its_account(service: Service) -> None:
    owner = service.signed(Role.RESIDENT)
    home, tools = service.home_of(owner), service.tools
    arguments = {"text": SECRET}
    of_home = enqueue("test-echo", arguments, account=owner.id, home=home, tools=tools, as_of=NOW)
    of_account = enqueue("test-echo", arguments, account=owner.id, tools=tools, as_of=NOW)
    run_job(of_account, tools=tools, as_of=NOW)
    folder = tools.settings.data_dir

    sealed = SECRET.encode() in _bytes_of(folder)
    tools.store.forget(home)
    left = [job.id for job in jobs_of(owner.id, tools=tools)]
    tools.store.people.accounts.remove(owner.id)
    tools.store.wipe()

    assert not sealed
    assert left == [of_account]
    # The queue never knew whose an id was, nor what it was about.
    queue = _bytes_of(folder, only=FILE)
    assert of_home.encode() in queue
    assert not any(word.encode() in queue for word in (home, owner.id, SECRET, "test-echo"))
    drop_calls(tools=tools)
    raw = _bytes_of(folder)
    assert of_home.encode() not in raw
    assert of_account.encode() not in raw
    assert not run_job(of_home, tools=tools, as_of=NOW)


def test_no_file_of_a_job_outlives_a_home_that_it_holds(service: Service) -> None:
    tools, owner = service.tools, service.signed(Role.RESIDENT)
    other = service.account(Role.RESIDENT)
    home = service.home_of(owner)
    made = []
    for account in (owner.id, other.id):
        made.append(enqueue(ACCOUNT_EXPORT, {}, account=account, tools=tools, as_of=NOW))
        assert run_job(made[-1], tools=tools, as_of=NOW)

    forget_home(home, tools=tools)

    assert tools.store.people.jobs.find(made[0]) is None
    assert tools.store.people.jobs.find(made[1]) is not None


def test_a_file_that_is_packed_while_its_home_is_deleted_is_not_kept(service: Service) -> None:
    tools, owner = service.tools, service.signed(Role.RESIDENT)
    home = service.home_of(owner)
    job = enqueue("test-forget", {"home": home}, account=owner.id, tools=tools, as_of=NOW)

    assert not run_job(job, tools=tools, as_of=NOW)
    assert tools.store.people.jobs.find(job) is None


def test_calls_of_jobs_that_are_left_stay_in_the_queue(service: Service) -> None:
    owner, other = service.account(Role.RESIDENT), service.account(Role.RESIDENT)
    gone, kept = (
        enqueue("test-echo", {"text": ""}, account=one.id, tools=service.tools, as_of=NOW)
        for one in (owner, other)
    )

    service.tools.store.people.accounts.remove(owner.id)
    drop_calls(tools=service.tools)

    waiting = open_queue(service.tools).storage.enqueued_items()
    assert [kept.encode() in bytes(message) for message in waiting] == [True]
    assert not any(gone.encode() in bytes(message) for message in waiting)


def test_the_pages_show_own_jobs_alone(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ahorraluz.web.page.datetime", service.clock)
    owner, other = service.signed(Role.RESIDENT), service.signed(Role.RESIDENT)
    job = enqueue("test-echo", {"text": "hola"}, account=owner.id, tools=service.tools, as_of=NOW)
    run_job(job, tools=service.tools, as_of=NOW)

    own, stranger = (one.client.get(f"/trabajos/{job}/archivo") for one in (owner, other))

    assert (own.status_code, own.data) == (200, b"hola")
    assert stranger.status_code == 404
    assert "test-echo" not in other.get("/trabajos")[1]
    assert own.headers["Cache-Control"] == "no-store"


def _bytes_of(folder: Path, *, only: str = "") -> bytes:
    return b"".join(
        path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name.startswith(only)
    )


def test_the_command_that_forgets_a_home_drops_what_jobs_packed(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    tools, owner = service.tools, service.signed(Role.RESIDENT)
    home = service.home_of(owner)
    arguments = {"text": SECRET}
    packed = enqueue(ACCOUNT_EXPORT, {}, account=owner.id, tools=tools, as_of=NOW)
    assert run_job(packed, tools=tools, as_of=NOW)
    waits = enqueue("test-echo", arguments, account=owner.id, home=home, tools=tools, as_of=NOW)
    monkeypatch.setenv("AHORRALUZ_DATA_DIR", str(tools.settings.data_dir))

    done = CliRunner().invoke(cli, ["readings", "forget", "--home", home, "--yes"])

    assert done.exit_code == 0, done.output
    assert jobs_of(owner.id, tools=tools) == ()
    raw = _bytes_of(tools.settings.data_dir)
    assert not any(word.encode() in raw for word in (packed, waits, home))
