"""Jobs in SQL: what is to be done and what came of it, sealed for whose job it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from ahorraluz.store.errors import StoreError
from ahorraluz.store.opened import Opened
from ahorraluz.store.sealing import open_json, seal_json
from ahorraluz.store.vault import Vault, account_owner

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
    account: str
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

    def add(self, job: Job) -> None:
        """Keep a new job."""
        from sqlalchemy import insert

        from ahorraluz.store.account_tables import JOBS
        from ahorraluz.store.imports import seconds

        key = self.vault.get(account_owner(job.account))
        with self.writing() as connection:
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
        self, job: Job, state: JobState, said: Mapping[str, object], *, as_of: datetime
    ) -> bool:
        """Keep what came of a running job; ``False`` where it was deleted meanwhile."""
        from sqlalchemy import update

        from ahorraluz.store.account_tables import JOBS
        from ahorraluz.store.imports import seconds

        key = self.vault.find(account_owner(job.account))
        if key is None:
            return False
        of_it = (JOBS.c.id == job.id, JOBS.c.state == JobState.RUNNING.value)
        sealed = seal_json(key, said, context=JOB)
        with self.writing() as connection:
            changed = connection.execute(
                update(JOBS)
                .where(*of_it)
                .values(state=state.value, sealed=sealed, finished_s=seconds(as_of))
            )
            return changed.rowcount == 1

    def remove(self, account: str, job: str) -> bool:
        """Delete a job of an account; ``False`` where it has none such."""
        from sqlalchemy import delete

        from ahorraluz.store.account_tables import JOBS

        with self.writing() as connection:
            own = delete(JOBS).where(JOBS.c.id == job, JOBS.c.account == account)
            return connection.execute(own).rowcount == 1

    def drop_finished(self, *, before: datetime) -> int:
        """Delete jobs that were finished before a moment; return how many."""
        from sqlalchemy import delete

        from ahorraluz.store.account_tables import JOBS
        from ahorraluz.store.imports import seconds

        with self.writing() as connection:
            old = delete(JOBS).where(JOBS.c.finished_s < seconds(before))
            return connection.execute(old).rowcount

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

        key = self.vault.find(account_owner(row.account))
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
