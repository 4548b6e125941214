"""Jobs in the database: the same on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from ahorraluz.security.keyring import open_keyring
from ahorraluz.security.roles import Role
from ahorraluz.store.accounts import NewAccount
from ahorraluz.store.database import open_store
from ahorraluz.store.jobs import Job, JobBook, JobState
from ahorraluz.store.people import People
from ahorraluz.store.vault import Vault

NOW = datetime(2026, 11, 24, 15, tzinfo=UTC)
NUMBERS = count()


@pytest.fixture(
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.integration)],
)
def people(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[People]:
    """Return the people of a new database with two accounts."""
    url = f"sqlite:///{tmp_path / 'ahorraluz.db'}"
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres_server")
        url = str(server.make_database(f"jobs_{next(NUMBERS)}"))
    ring = open_keyring(tmp_path / "keyring.json")
    vault = Vault(f"sqlite:///{tmp_path / 'keys.db'}", keyring=lambda: ring)
    store = open_store(url, vault=vault)
    for name in ("a-1", "a-2"):
        new = NewAccount(
            id=name, name=f"{name}@e.pe", password="x", role=Role.RESIDENT, language="es"
        )
        store.people.accounts.add(new, as_of=NOW)
    yield store.people
    store.close()


def _add(book: JobBook, id_: str, *, account: str = "a-1") -> Job:
    job = Job(
        id=id_,
        account=account,
        home=None,
        kind="test",
        state=JobState.WAITING,
        said={"arguments": {"n": 1}},
        created_at=NOW,
        finished_at=None,
    )
    book.add(job)
    return job


def test_a_waiting_job_is_taken_once(people: People) -> None:
    job = _add(people.jobs, "j-1")

    taken = [
        people.jobs.move(job.id, before=JobState.WAITING, after=JobState.RUNNING) for _ in range(2)
    ]

    assert taken == [True, False]
    assert people.jobs.unfinished() == ("j-1",)


def test_what_came_of_a_job_is_read_as_it_was_kept(people: People) -> None:
    job = _add(people.jobs, "j-1")
    people.jobs.move(job.id, before=JobState.WAITING, after=JobState.RUNNING)

    kept = people.jobs.finish(job, JobState.DONE, {"result": "ñ"}, as_of=NOW)

    found = people.jobs.find(job.id)
    assert kept
    assert found is not None
    assert (found.state, found.said, found.finished_at) == (JobState.DONE, {"result": "ñ"}, NOW)
    assert people.jobs.unfinished() == ()


def test_what_came_of_a_job_that_was_deleted_meanwhile_is_not_kept(people: People) -> None:
    job = _add(people.jobs, "j-1")
    people.jobs.move(job.id, before=JobState.WAITING, after=JobState.RUNNING)

    others = people.jobs.remove("a-2", job.id)
    own = people.jobs.remove("a-1", job.id)

    assert (others, own) == (False, True)
    assert not people.jobs.finish(job, JobState.DONE, {}, as_of=NOW)


def test_jobs_go_with_their_account_and_with_time(people: People) -> None:
    for number, account in enumerate(("a-1", "a-2", "a-2")):
        _add(people.jobs, f"j-{number}", account=account)
    done = people.jobs.of_account("a-2")[0]
    people.jobs.move(done.id, before=JobState.WAITING, after=JobState.RUNNING)
    people.jobs.finish(done, JobState.FAILED, {}, as_of=NOW)

    people.accounts.remove("a-1")
    early = people.jobs.drop_finished(before=NOW)
    late = people.jobs.drop_finished(before=NOW + timedelta(seconds=1))

    assert people.jobs.find("j-0") is None
    assert (early, late) == (0, 1)
    assert len(people.jobs.of_account("a-2")) == 1
