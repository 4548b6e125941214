"""Jobs about an uploaded file that waits: whoever holds the token of the file sees what came of it.

A file that takes long to read is read by a worker. The job is called by a hash of the token, and
has the token sealed in it, so that neither the queue nor the database tells what waits where.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ahorraluz.services.jobs import ARGUMENTS, Call, JobError, keep_job
from ahorraluz.services.pending_files import PendingFile, drop_file, pending_file
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.store.jobs import Job, JobState

TOKEN = "token"  # noqa: S105 - the name of an argument
ID_DIGITS = 32
LARGE = 2 * 1024 * 1024
"""Text that takes about a second to read, the slowest kind of it. [byte]"""
PACKED_TIMES = 8
"""How much of a packed file's size its text has."""
PACKED = (b"PK\x03\x04", b"\x1f\x8b", b"BZh", b"PAR1", b"\xd0\xcf\x11\xe0")
"""Beginnings of files that unpack to more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileJob:
    """What is to be done with a waiting file."""

    kind: str
    token: str
    arguments: Mapping[str, Any]
    """Values of JSON."""
    account: str | None = None
    """``None``: a visitor's without an account."""
    home: str | None = None
    """A home there is, that it is about."""


def takes_long(content: bytes, *, large: int = LARGE) -> bool:
    """Tell whether a file takes longer than about a second to read.

    Parameters
    ----------
    content
        The file.
    large
        Text that takes a second. [byte]
    """
    times = PACKED_TIMES if content.startswith(PACKED) else 1
    return len(content) * times > large


def name_of(kind: str, token: str) -> str:
    """Return the id of the job of a kind about a file; it does not tell the token."""
    return f"j-{hashlib.sha256(f'{kind}:{token}'.encode()).hexdigest()[:ID_DIGITS]}"


def job_of(kind: str, token: str, *, tools: Toolbox) -> Job | None:
    """Return the job of a kind about a file, ``None``: there is none."""
    return tools.store.people.jobs.find(name_of(kind, token))


def is_open(job: Job) -> bool:
    """Tell whether a job still waits or runs."""
    return job.state in (JobState.WAITING, JobState.RUNNING)


def has_failed(job: Job) -> bool:
    """Tell whether a job has failed."""
    return job.state is JobState.FAILED


def told(job: Job) -> Mapping[str, Any]:
    """Return the arguments of a job."""
    arguments = job.said.get(ARGUMENTS)
    return arguments if isinstance(arguments, dict) else {}


def set_to_work(wanted: FileJob, *, tools: Toolbox, as_of: datetime, once: bool = False) -> Job:
    """Let a worker do something with a waiting file; return the job.

    One that is not over yet stays, and is returned.

    Parameters
    ----------
    wanted
        What is to be done.
    tools
        The store.
    as_of
        The moment.
    once
        Whether it is done once only, however it is asked for again, and again where it failed;
        else one that is over stays where the same is asked, and gives way to something else.

    Raises
    ------
    JobError
        ``jobs-too-many``.
    """
    arguments = {**wanted.arguments, TOKEN: wanted.token}
    found = job_of(wanted.kind, wanted.token, tools=tools)
    if found is not None:
        stays = not has_failed(found) if once else told(found) == arguments
        if is_open(found) or stays:
            return found
        tools.store.people.jobs.remove(found.account, found.id)
    job = Job(
        id=name_of(wanted.kind, wanted.token),
        account=wanted.account,
        home=wanted.home,
        kind=wanted.kind,
        state=JobState.WAITING,
        said={ARGUMENTS: arguments},
        created_at=as_of,
        finished_at=None,
    )
    keep_job(job, tools=tools)
    return job


def drop_jobs(kinds: tuple[str, ...], token: str, *, tools: Toolbox) -> None:
    """Delete what jobs know of a file."""
    for kind in kinds:
        job = job_of(kind, token, tools=tools)
        if job is not None:
            tools.store.people.jobs.remove(job.account, job.id)


def file_of(call: Call) -> PendingFile:
    """Return the file that a job is about; raises ``upload-gone``."""
    token = call.arguments.get(TOKEN)
    if not isinstance(token, str):
        raise JobError("job-failed")
    return pending_file(token, tools=call.tools, as_of=call.as_of)


def drop_when_done(call: Call, state: JobState) -> None:
    """Delete the file of a job that is done; after a failure it waits on, to be tried again."""
    if state is JobState.DONE:
        drop_file(str(call.arguments[TOKEN]), tools=call.tools)


def drop_in_any_case(call: Call, _: JobState) -> None:
    """Delete the file of a job, done or not: nobody can ask for it again."""
    drop_file(str(call.arguments[TOKEN]), tools=call.tools)
