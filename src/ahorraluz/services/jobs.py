"""Work that outlasts a request: kept in the database, and called up by a queue of bare ids.

The table of jobs is the truth: what a job is about and what came of it are sealed there for its
account, and go with it or with its home. The queue (Huey on a SQLite file) only holds ids, as
JSON, and tells nothing of anybody; an id whose job was deleted does nothing. A job that was
running when its worker was killed is called up again by the next one.
"""

import base64
import json
import logging
import os
import secrets
import socket
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from ahorraluz.core.issues import AhorraLuzError, Issue
from ahorraluz.services.job_queue import QueueError, call_up, keep_calls, opened_queue, waiting_ids
from ahorraluz.services.sealed_issues import issues_in, issues_said
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.store.account_records import Account
from ahorraluz.store.jobs import Job, JobState

if TYPE_CHECKING:
    from huey.api import Huey

KeptJob = Job
"""What doors call it, which know no store."""
ID_BYTES = 16
MOST_OPEN = 5
"""Jobs of one account that may wait or run at once."""
KEPT = timedelta(days=7)
"""What came of a job is deleted after it."""
LEASE = timedelta(minutes=30)
"""A job that has run for longer is taken from a worker on another machine."""
CLOCK_SLACK = timedelta(minutes=5)
"""By how much clocks of two machines may differ."""
LARGEST = 64 * 1024 * 1024
"""Of a file that a job makes. [byte]"""
ARGUMENTS, RESULT, FAILURE = "arguments", "result", "failure"

log = logging.getLogger("ahorraluz.jobs")


class JobError(AhorraLuzError):
    """A job that cannot be had."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A file that a job made."""

    name: str
    media: str
    content: bytes
    home: str | None = None
    """A home that was made of it, with which the job is deleted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What a kind of job is called with."""

    account: Account | None
    """Whose job it is; ``None``: a visitor's."""
    arguments: Mapping[str, Any]
    tools: Toolbox
    as_of: datetime


def account_of(call: Call) -> Account:
    """Return whose job it is; raises ``job-failed`` for a visitor's."""
    if call.account is None:
        raise JobError("job-failed")
    return call.account


Work = Callable[[Call], Made]
After = Callable[[Call, JobState], None]
_KINDS: dict[str, Work] = {}
_AFTER: dict[str, After] = {}


def register(kind: str, *, after: After | None = None) -> Callable[[Work], Work]:
    """Register a plain function as what a kind of job does; its words are ``job.<kind>``.

    Parameters
    ----------
    kind
        Its name.
    after
        What is to be done once what came of it is kept. A worker may be killed before: then the
        work is done again, so that it has to find all it needs, and do nothing twice.
    """

    def keep(work: Work) -> Work:
        if kind in _KINDS:
            raise ValueError(f"two kinds of jobs are called {kind}")
        _KINDS[kind] = work
        if after is not None:
            _AFTER[kind] = after
        return work

    return keep


def enqueue(
    kind: str,
    arguments: Mapping[str, Any],
    *,
    account: str,
    tools: Toolbox,
    as_of: datetime,
    home: str | None = None,
) -> str:
    """Keep a job for a worker; return its id.

    Parameters
    ----------
    kind
        Registered by :func:`register`.
    arguments
        Values of JSON.
    account
        Whose job it is: nobody else sees what came of it.
    tools
        The store.
    as_of
        The moment.
    home
        A home it is about; it is deleted with it.

    Raises
    ------
    JobError
        ``jobs-too-many``: that many of the account's wait already.
    """
    job = Job(
        id=f"j-{secrets.token_hex(ID_BYTES)}",
        account=account,
        home=home,
        kind=kind,
        state=JobState.WAITING,
        said={ARGUMENTS: dict(arguments)},
        created_at=as_of,
        finished_at=None,
    )
    keep_job(job, tools=tools)
    return job.id


def keep_job(job: Job, *, tools: Toolbox) -> None:
    """Keep a job that waits; one that is called so already stays as it is.

    Raises
    ------
    JobError
        ``jobs-too-many``: that many of its account's wait already.
    """
    if job.kind not in _KINDS:
        raise ValueError(f"no kind of job is called {job.kind}")
    book = tools.store.people.jobs
    known = () if job.account is None else book.of_account(job.account)
    if sum(one.state in _OPEN and one.id != job.id for one in known) >= MOST_OPEN:
        raise JobError("jobs-too-many", limit=MOST_OPEN)
    if book.add(job):
        _call_up(job.id, tools)


def own_job(job: str, *, account: str, tools: Toolbox) -> Job:
    """Return a job of an account; raises ``job-unknown``."""
    found = tools.store.people.jobs.find(job)
    if found is None or found.account != account:
        raise JobError("job-unknown")
    return found


def jobs_of(account: str, *, tools: Toolbox) -> tuple[Job, ...]:
    """Return the jobs of an account, the newest first."""
    return tools.store.people.jobs.of_account(account)


def jobs_counted(*, tools: Toolbox) -> tuple[tuple[str, str, int], ...]:
    """Return how many jobs of each kind are in each state, of everybody."""
    return tuple((kind, state.value, n) for kind, state, n in tools.store.people.jobs.counted())


def made_by(job: Job) -> Made | None:
    """Return the file that a job made, ``None``: it made none (yet)."""
    result = job.said.get(RESULT)
    if not isinstance(result, dict):
        return None
    content = base64.b64decode(result["content"])
    return Made(name=result["name"], media=result["media"], content=content)


def failure_of(job: Job) -> tuple[Issue, ...]:
    """Return why a job failed; nothing where it did not."""
    return issues_in(job.said.get(FAILURE))


def try_again(job: str, *, account: str, tools: Toolbox) -> None:
    """Call a failed job up once more; raises ``job-unknown``."""
    own_job(job, account=account, tools=tools)
    if tools.store.people.jobs.move(job, before=JobState.FAILED, after=JobState.WAITING):
        _call_up(job, tools)


def drop_job(job: str, *, account: str, tools: Toolbox) -> None:
    """Delete a job and what it made; raises ``job-unknown``."""
    if not tools.store.people.jobs.remove(account, job):
        raise JobError("job-unknown")


def drop_files(accounts: Iterable[str], *, tools: Toolbox) -> int:
    """Delete jobs of some accounts that made a file, or are about to; return how many.

    For when a home goes out of their reach, which may be in those files: their bytes go, too.
    """
    book, count = tools.store.people.jobs, 0
    for account in accounts:
        for job in book.of_account(account):
            if job.state in (JobState.DONE, JobState.RUNNING):
                count += book.remove(account, job.id)
    if count:
        tools.store.wipe()
    return count


def drop_calls(*, tools: Toolbox) -> None:
    """Take the ids of jobs that are gone out of the queue."""
    try:
        keep_calls(set(tools.store.people.jobs.unfinished()), tools=tools)
    except QueueError as error:
        # They are bare random words, and do nothing when a worker takes them.
        log.warning("ids of jobs that are gone stay in the queue: %s", error.issue.code)


def run_job(job: str, *, tools: Toolbox, as_of: datetime) -> bool:
    """Do a waiting job now; ``False`` where there is none such."""
    book = tools.store.people.jobs
    if not book.move(job, before=JobState.WAITING, after=JobState.RUNNING):
        return False
    found = book.find(job)
    if found is None:
        return False
    said: dict[str, object] = {ARGUMENTS: found.said.get(ARGUMENTS, {})}
    state, made = JobState.DONE, None
    try:
        call = _call(found, tools=tools, as_of=as_of)
        made = _do(found, call)
        said[RESULT] = _told(made)
    except AhorraLuzError as error:
        state, said[FAILURE] = JobState.FAILED, issues_said(error.issues)
    except Exception as error:  # noqa: BLE001 - a worker outlives whatever a job does
        # Neither its message nor its trace: they may hold what somebody typed.
        log.error("job of kind %s failed: %s", found.kind, type(error).__name__)  # noqa: TRY400
        state, said[FAILURE] = JobState.FAILED, issues_said(JobError("job-failed").issues)
    kept = book.finish(found, state, said, as_of=as_of, home=made.home if made else None)
    if found.kind in _AFTER:
        _AFTER[found.kind](_bare(found, tools=tools, as_of=as_of), state)
    return kept


def take_up(*, tools: Toolbox, as_of: datetime) -> int:
    """Call up what nobody works at: jobs of workers that are gone, and lost ids.

    Returns
    -------
    int
        How many were called up.

    Raises
    ------
    QueueError
        ``queue-unreachable``, ``extra-missing``.
    """
    book, count = tools.store.people.jobs, 0
    with opened_queue(tools) as queue:
        known = waiting_ids(queue)
        for job in book.unfinished():
            if job in known or is_at_work(queue, job, as_of):
                continue
            book.move(job, before=JobState.RUNNING, after=JobState.WAITING)
            call_up(job, tools)
            count += 1
    return count


_OPEN = (JobState.WAITING, JobState.RUNNING)


def _bare(job: Job, *, tools: Toolbox, as_of: datetime) -> Call:
    arguments = job.said.get(ARGUMENTS)
    given = arguments if isinstance(arguments, dict) else {}
    return Call(account=None, arguments=given, tools=tools, as_of=as_of)


def _call(job: Job, *, tools: Toolbox, as_of: datetime) -> Call:
    bare = _bare(job, tools=tools, as_of=as_of)
    if job.account is None:
        return bare
    account = tools.store.people.accounts.get(job.account)
    if account.suspended_at is not None:
        raise JobError("job-failed")
    return replace(bare, account=account)


def _do(job: Job, call: Call) -> Made:
    work = _KINDS.get(job.kind)
    if work is None:
        raise JobError("job-failed")
    made = work(call)
    if len(made.content) > LARGEST:
        raise JobError("job-too-large", limit_mb=LARGEST // 1024**2)
    return made


def _told(made: Made) -> dict[str, str]:
    content = base64.b64encode(made.content).decode()
    return {"name": made.name, "media": made.media, "content": content}


def _call_up(job: str, tools: Toolbox) -> None:
    """Call a job up; where the queue is away, the next look of a worker does."""
    try:
        call_up(job, tools)
    except QueueError as error:
        log.warning("a job is called up later: %s", error.issue.code)


def is_at_work(queue: "Huey", job: str, now: datetime) -> bool:
    """Tell whether a worker that is still there holds a job."""
    from huey.constants import EmptyData

    kept = queue.storage.peek_data(job)
    if kept is EmptyData:
        return False
    host, process, until = json.loads(bytes(kept))
    # Held until later than anybody can hold it now: the clock was set back since.
    if not now.timestamp() < until <= (now + LEASE + CLOCK_SLACK).timestamp():
        return False
    if host != socket.gethostname():
        return True
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        # It is there, and somebody else's.
        return True
    return True


def take_lease(queue: "Huey", job: str, now: datetime) -> bool:
    """Say that this process works at a job; ``False`` where another one does."""
    until = (now + LEASE).timestamp()
    lease = json.dumps([socket.gethostname(), os.getpid(), until]).encode()
    if queue.storage.put_if_empty(job, lease):
        return True
    if is_at_work(queue, job, now):
        return False
    queue.storage.put_data(job, lease)
    return True


def end_lease(queue: "Huey", job: str) -> None:
    """Say that this process is done with a job."""
    queue.storage.pop_data(job)
