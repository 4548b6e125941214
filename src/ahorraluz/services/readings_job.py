"""Readings that a program sent in one large body: kept by a worker, whole or not at all."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ahorraluz.security.roles import Act, Permission, may, reach_allows
from ahorraluz.services.accounts.trail import note_home
from ahorraluz.services.documents.readings import import_document
from ahorraluz.services.forget_home import forget_home
from ahorraluz.services.jobs import (
    Call,
    JobError,
    KeptJob,
    Made,
    account_of,
    made_by,
    own_job,
    register,
)
from ahorraluz.services.pending_files import drop_file, hold_file
from ahorraluz.services.receive_readings import FileHints, KeptFile, check_bytes, keep_file
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.services.waiting_jobs import FileJob, drop_in_any_case, file_of, set_to_work
from ahorraluz.texts import Texts, languages, open_texts

API_READINGS = "api-readings"
HOME, HINTS = "home", "hints"
FILE_NAME = "api"


@dataclass(frozen=True, slots=True, kw_only=True)
class SentReadings:
    """Readings of a home as a program sent them."""

    home: str
    content: bytes
    account: str
    hints: Mapping[str, Any] = field(default_factory=dict)


def keep_sent(
    sent: SentReadings, *, texts: Texts, tools: Toolbox, as_of: datetime
) -> Mapping[str, Any]:
    """Keep readings now; return the document of what was kept."""
    return import_document(_kept(sent, tools=tools, as_of=as_of), texts)


def keep_sent_later(sent: SentReadings, *, tools: Toolbox, as_of: datetime) -> KeptJob:
    """Let a worker keep readings; they wait sealed meanwhile.

    Raises
    ------
    JobError
        ``jobs-too-many``.
    PendingFileError
        ``upload-not-kept``, ``uploads-too-many``.
    """
    token = hold_file(sent.content, name=FILE_NAME, visitor=sent.account, tools=tools, as_of=as_of)
    wanted = FileJob(
        kind=API_READINGS,
        token=token,
        arguments={HOME: sent.home, HINTS: dict(sent.hints)},
        account=sent.account,
        home=sent.home,
    )
    try:
        return set_to_work(wanted, tools=tools, as_of=as_of, once=True)
    except JobError:
        drop_file(token, tools=tools)
        raise


@register(API_READINGS, after=drop_in_any_case)
def keep_readings(call: Call) -> Made:
    """Keep what was sent; done again it changes nothing, as the store knows the readings."""
    home = str(call.arguments[HOME])
    if not _may(call, home):
        raise JobError("job-failed")
    sent = SentReadings(
        home=home,
        content=file_of(call).content,
        account=account_of(call).id,
        hints=call.arguments[HINTS],
    )
    kept = _kept(sent, tools=call.tools, as_of=call.as_of)
    if not call.tools.store.people.households.reached_by(home):
        # The home was deleted meanwhile: nobody would find it again. Where the right of whoever
        # sent them has ended alone, it is its owner's all the same.
        forget_home(home, tools=call.tools)
        raise JobError("job-failed")
    told = {name: import_document(kept, open_texts(name)) for name in languages()}
    return Made(name="lecturas.json", media="application/json", content=json.dumps(told).encode())


def sent_job(job: str, *, account: str, tools: Toolbox) -> KeptJob:
    """Return a job of readings that an account's program sent; raises ``job-unknown``."""
    found = own_job(job, account=account, tools=tools)
    if found.kind != API_READINGS:
        raise JobError("job-unknown")
    return found


def kept_by(job: KeptJob, language: str) -> Mapping[str, Any] | None:
    """Return the document of what a job kept, ``None`` where it is not done."""
    made = made_by(job)
    return None if made is None else json.loads(made.content)[language]


def _kept(sent: SentReadings, *, tools: Toolbox, as_of: datetime) -> KeptFile:
    hints = FileHints(**dict(sent.hints))
    checked = check_bytes(sent.content, name=FILE_NAME, hints=hints)
    kept = keep_file(checked, home=sent.home, tools=tools, as_of=as_of)
    detail = kept.receipt.outcome.value
    note_home(
        "readings-kept", sent.home, tools=tools, as_of=as_of, actor=sent.account, detail=detail
    )
    return kept


def _may(call: Call, home: str) -> bool:
    account = account_of(call)
    reach = call.tools.store.people.households.reach(home, account.id)
    allowed = may(account.role, Permission.OWN_HOMES)
    return allowed and reach is not None and reach_allows(reach, Act.EDIT)
