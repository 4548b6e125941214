"""Jobs in SQL: what is to be done and what came of it, sealed for whose job it is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from ahorraluz.store.errors import StoreError
from ahorraluz.store.opened import Opened
from ahorraluz.store.sealing import open_json, seal_json
from ahorraluz.store.vault import Vault, account_owner, job_owner

if TYPE_CHECKING:
    from sqlalchemy import Row

JOB = "job"


class JobState(StrEnum):
    """How far a job is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Work that outlasts a request."""

    id: str
    account: str | None
    """Whose it is; ``None``: a visitor's, who is known by what they hold alone."""
    home: str | None
    kind: str
    state: JobState
    said: Mapping[str, object]
    """What it is about and what came of it, as JSON: the service reads it."""
    created_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobBook:
    """Jobs by account; every method is one transaction."""

    reading: Opened
    writing: Opened
    vault: Vault

    def add(self, job: Job) -> bool:
        """Keep a new job; ``False`` where one is called so already."""
        from sqlalchemy import insert, select

        from ahorraluz.store.account_tables import JOBS
        from ahorraluz.store.connections import JOBS_LOCK, lock
        from ahorraluz.store.imports import seconds

        if job.account is None:
            key = self.vault.make(job_owner(job.id))
        else:
            key = self.vault.get(account_owner(job.account))
        with self.writing(create=True) as connection:
            lock(connection, JOBS_LOCK)
            if connection.execute(select(JOBS.c.id).where(JOBS.c.id == job.id)).first():
                return False
            connection.execute(
                insert(JOBS).values(
                    id=job.id,
                    account=job.account,
                    home=job.home,
                    kind=job.kind,
                    state=job.state.value,
                    sealed=seal_json(key, job.said, context=JOB),
                    created_s=seconds(job.created_at),
                )
            )
            return True

    def find(self, job: str) -> Job | None:
        """Return a job, ``None`` where there is none such, or its account is gone."""
        from ahorraluz.store.account_tables import JOBS

        found = self._where(JOBS.c.id == job)
        return found[0] if found else None

    def of_account(self, account: str) -> tuple[Job, ...]:
        """Return the jobs of an account, the newest first."""
        from ahorraluz.store.account_tables import JOBS

        return self._where(JOBS.c.account == account)

    def unfinished(self) -> tuple[str, ...]:
        """Return the ids of jobs that wait or run, the oldest first."""
        from sqlalchemy import select

        from ahorraluz.store.account_tables import JOBS

        open_ = JOBS.c.state.in_((JobState.WAITING.value, JobState.RUNNING.value))
        query = select(JOBS.c.id).where(open_).order_by(JOBS.c.created_s, JOBS.c.id)
        try:
            with self.reading() as connection:
                return tuple(connection.execute(query).scalars())
        except StoreError as error:
            if error.issue.code == "database-none":
                return ()
            raise

    def move(self, job: str, *, before: JobState, after: JobState) -> bool:
        """Put a job from one state into another; ``False`` where it is in none such."""
        from sqlalchemy import update

        from ahorraluz.store.account_tables import JOBS

        of_it = (JOBS.c.id == job, JOBS.c.state == before.value)
        with self.writing() as connection:
            changed = connection.execute(
                update(JOBS).where(*of_it).values(state=after.value, finished_s=None)
            )
            return changed.rowcount == 1

    def finish(
        self,
        job: Job,
        state: JobState,
        said: Mapping[str, object],
        *,
        as_of: datetime,
        home: str | None = None,
    ) -> bool:
        """Keep what came of a running job; ``False`` where it was deleted meanwhile.

        With the home that it made it is deleted from then on.
        """
        from sqlalchemy import update

        from ahorraluz.store.account_tables import JOBS
        from ahorraluz.store.imports import seconds

        key = self.vault.find(_owner_of(job.id, job.account))
        if key is None:
            return False
        of_it = (JOBS.c.id == job.id, JOBS.c.state == JobState.RUNNING.value)
        sealed = seal_json(key, said, context=JOB)
        with self.writing() as connection:
            changed = connection.execute(
                update(JOBS)
                .where(*of_it)
                .values(
                    state=state.value,
                    sealed=sealed,
                    finished_s=seconds(as_of),
                    home=job.home if home is None else home,
                )
            )
            return changed.rowcount == 1

    def remove(self, account: str | None, job: str) -> bool:
        """Delete a job of an account, or of nobody; ``False`` where there is none such."""
        from sqlalchemy import delete

        from ahorraluz.store.account_tables import JOBS

        of_it = JOBS.c.account.is_(None) if account is None else JOBS.c.account == account
        with self.writing() as connection:
            gone = connection.execute(delete(JOBS).where(JOBS.c.id == job, of_it)).rowcount == 1
        if gone and account is None:
            self.drop_keys([job])
        return gone

    def of_nobody(self, home: str) -> tuple[str, ...]:
        """Return the ids of jobs about a home that belong to no account."""
        from sqlalchemy import select

        from ahorraluz.store.account_tables import JOBS

        query = select(JOBS.c.id).where(JOBS.c.home == home, JOBS.c.account.is_(None))
        with self.reading() as connection:
            return tuple(connection.execute(query).scalars())

    def counted(self) -> tuple[tuple[str, JobState, int], ...]:
        """Return how many jobs of each kind are in each state, of everybody."""
        from sqlalchemy import func, select

        from ahorraluz.store.account_tables import JOBS

        query = select(JOBS.c.kind, JOBS.c.state, func.count()).group_by(JOBS.c.kind, JOBS.c.state)
        with self.reading() as connection:
            rows = connection.execute(query.order_by(JOBS.c.kind, JOBS.c.state)).all()
        return tuple((kind, JobState(state), count) for kind, state, count in rows)

    def drop_keys(self, jobs: Iterable[str]) -> None:
        """Destroy the keys of jobs of nobody."""
        for job in jobs:
            self.vault.destroy(job_owner(job))

    def drop_finished(self, *, before: datetime) -> int:
        """Delete jobs that were finished before a moment; return how many."""
        from sqlalchemy import delete

        from ahorraluz.store.account_tables import JOBS
        from ahorraluz.store.imports import seconds

        old = delete(JOBS).where(JOBS.c.finished_s < seconds(before))
        with self.writing() as connection:
            gone = connection.execute(old.returning(JOBS.c.id, JOBS.c.account)).all()
        self.drop_keys(row.id for row in gone if row.account is None)
        return len(gone)

    def _where(self, condition: object) -> tuple[Job, ...]:
        from sqlalchemy import select

        from ahorraluz.store.account_tables import JOBS

        query = select(JOBS).where(condition)  # type: ignore[arg-type]
        query = query.order_by(JOBS.c.created_s.desc(), JOBS.c.id)
        try:
            with self.reading() as connection:
                rows = connection.execute(query).all()
        except StoreError as error:
            if error.issue.code == "database-none":
                return ()
            raise
        return tuple(job for job in map(self._job, rows) if job is not None)

    def _job(self, row: "Row[tuple[object, ...]]") -> Job | None:
        from ahorraluz.store.imports import moment

        key = self.vault.find(_owner_of(row.id, row.account))
        if key is None:
            return None
        return Job(
            id=row.id,
            account=row.account,
            home=row.home,
            kind=row.kind,
            state=JobState(row.state),
            said=open_json(key, row.sealed, context=JOB),
            created_at=moment(row.created_s),
            finished_at=None if row.finished_s is None else moment(row.finished_s),
        )


def _owner_of(job: str, account: str | None) -> str:
    return job_owner(job) if account is None else account_owner(account)
