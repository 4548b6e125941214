"""Jobs whose ids lie on a Redis server, and on one that is away."""

import os
import pickle
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.redis_server import PASSWORD, redis_address
from tests.signed_people import Clock, Service, make_service
from tests.waiting import free_port, until
from typing_extensions import override

from ahorraluz.security.roles import Role
from ahorraluz.services.job_kinds import ACCOUNT_EXPORT
from ahorraluz.services.job_queue import FILE, NAME, QueueError, open_queue
from ahorraluz.services.job_worker import Worker
from ahorraluz.services.jobs import drop_calls, end_lease, enqueue, own_job, take_lease, take_up
from ahorraluz.store.jobs import JobState

NOW = datetime(2026, 11, 24, 15, tzinfo=UTC)
QUEUE = f"huey.redis.{NAME}"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of a Redis server of its own."""
    with redis_address(tmp_path_factory.mktemp("redis")) as found:
        yield found


@pytest.fixture
def service(address: str, tmp_path: Path) -> Service:
    """Return a service whose queue is empty, on Redis."""
    made = make_service(tmp_path, Clock(at=NOW), queue_url=address)
    open_queue(made.tools).storage.flush_all()
    return made


@pytest.fixture
def away(tmp_path: Path) -> Service:
    """Return a service whose Redis does not answer."""
    pytest.importorskip("redis")
    url = f"redis://:{PASSWORD}@127.0.0.1:{free_port()}"
    return make_service(tmp_path, Clock(at=NOW), queue_url=url)


def export_of(service: Service) -> tuple[str, str]:
    """Ask for the export of a new account; return the account and the job."""
    owner = service.account(Role.RESIDENT).id
    return owner, enqueue(ACCOUNT_EXPORT, {}, account=owner, tools=service.tools, as_of=NOW)


def state(service: Service, owner: str, job: str) -> JobState:
    return own_job(job, account=owner, tools=service.tools).state


def test_a_worker_does_what_is_called_up_on_redis(service: Service, tmp_path: Path) -> None:
    before = export_of(service)
    worker = Worker(service.tools, clock=lambda: NOW)

    worker.start()
    after = export_of(service)
    done = until(lambda: {state(service, *one) for one in (before, after)} == {JobState.DONE})
    worker.stop()

    assert done
    assert open_queue(service.tools).storage.queue_size() == 0
    assert open_queue(service.tools).storage.result_store_size() == 0
    assert not (tmp_path / FILE).exists()


def test_redis_is_told_bare_ids_alone(service: Service) -> None:
    owner, job = export_of(service)

    told = b"".join(open_queue(service.tools).storage.enqueued_items())

    assert job.encode() in told
    assert not any(word.encode() in told for word in (owner, ACCOUNT_EXPORT))


def test_what_redis_lost_is_called_up_again(service: Service) -> None:
    export_of(service)
    known = take_up(tools=service.tools, as_of=NOW)
    open_queue(service.tools).storage.flush_all()

    assert (known, take_up(tools=service.tools, as_of=NOW)) == (0, 1)


def test_a_job_at_work_is_not_called_up_twice(service: Service) -> None:
    _, job = export_of(service)
    queue = open_queue(service.tools)
    queue.storage.flush_queue()

    taken = take_lease(queue, job, NOW)
    at_work = take_up(tools=service.tools, as_of=NOW)
    end_lease(queue, job)

    assert (taken, at_work) == (True, 0)
    assert take_up(tools=service.tools, as_of=NOW) == 1


def test_ids_of_who_is_gone_are_taken_out_of_redis(service: Service) -> None:
    (gone, job), (_, kept) = export_of(service), export_of(service)

    service.tools.store.people.accounts.remove(gone)
    drop_calls(tools=service.tools)

    waiting = open_queue(service.tools).storage.enqueued_items()
    assert [kept.encode() in message for message in waiting] == [True]
    assert not any(job.encode() in message for message in waiting)


class Evil:
    """Something that runs a command when it is unpickled."""

    def __init__(self, file: Path) -> None:
        self.file = file

    @override
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self.file),)


def test_what_others_put_into_the_queue_runs_no_code(service: Service, tmp_path: Path) -> None:
    made = tmp_path / "made"
    storage = open_queue(service.tools).storage
    for message in (pickle.dumps(Evil(made)), b"7", b"[]", b"\xff"):
        storage.enqueue(message)
    one = export_of(service)
    worker = Worker(service.tools, clock=lambda: NOW)

    worker.start()
    done = until(lambda: state(service, *one) is JobState.DONE)
    worker.stop()

    assert done
    assert not made.exists()


def test_a_job_is_kept_while_redis_is_away(away: Service, caplog: pytest.LogCaptureFixture) -> None:
    one = export_of(away)

    drop_calls(tools=away.tools)

    assert state(away, *one) is JobState.WAITING
    assert "queue-unreachable" in caplog.text
    assert PASSWORD not in caplog.text
    with pytest.raises(QueueError, match="queue-unreachable"):
        take_up(tools=away.tools, as_of=NOW)


def test_a_missing_client_is_told_with_its_extra(
    away: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "redis", None)

    with pytest.raises(QueueError, match="extra-missing") as refused:
        Worker(away.tools, clock=lambda: NOW)

    assert refused.value.issue.parameters == {"extra": "redis"}
