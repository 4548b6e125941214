"""Tables of clients that take long: what workers read in them and keep of them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ahorraluz.core.issues import Issue
from ahorraluz.security.roles import Permission, may
from ahorraluz.services.jobs import Call, JobError, KeptJob, Made, account_of, made_by, register
from ahorraluz.services.portfolio.importing import Preview, keep_clients, preview_clients
from ahorraluz.services.sealed_issues import issues_in, issues_said
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.services.waiting_jobs import TOKEN, FileJob, drop_when_done, set_to_work

LOOK, KEEP = "clients-look", "clients-keep"
LARGE = 100 * 1024
"""Text of clients that takes about a second: each row is checked as a page would. [byte]"""
GOOD, WRONG = 10, 100
"""Rows that are shown."""
MAPPING, WITHOUT_WRONG = "mapping", "without_wrong"
JSON = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongRow:
    """A row with something wrong."""

    file: str
    line: int
    label: str
    issues: tuple[Issue, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a page shows of a file of clients before any of it is kept."""

    file: str
    columns: tuple[tuple[str, tuple[str, ...]], ...]
    """Name and examples of each."""
    mapping: tuple[str, ...]
    """Parameter that each column fills; empty: none."""
    good: int
    first: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    """Name, and what is said, of the first good rows."""
    wrong: int
    wrong_rows: tuple[WrongRow, ...]


def told_of(shown: Preview) -> Told:
    """Return what a page shows of a preview."""
    good, wrong = shown.good, shown.wrong
    return Told(
        file=shown.file,
        columns=tuple((column.name, tuple(column.samples)) for column in shown.table.columns),
        mapping=shown.mapping,
        good=len(good),
        first=tuple((row.label, row.pairs) for row in good[:GOOD]),
        wrong=len(wrong),
        wrong_rows=tuple(
            WrongRow(file=row.file, line=row.line, label=row.label, issues=row.issues)
            for row in wrong[:WRONG]
        ),
    )


@register(LOOK)
def look_through(call: Call) -> Made:
    """Read a file of clients."""
    shown = preview_clients(
        str(call.arguments[TOKEN]),
        call.arguments.get(MAPPING),
        account=_consultant(call),
        tools=call.tools,
        as_of=call.as_of,
    )
    content = json.dumps(_json(told_of(shown))).encode()
    return Made(name="clientes.json", media=JSON, content=content)


@register(KEEP, after=drop_when_done)
def keep_all(call: Call) -> Made:
    """Keep the homes of a file of clients; done again it changes nothing."""
    homes = keep_clients(
        str(call.arguments[TOKEN]),
        call.arguments[MAPPING],
        without_wrong=bool(call.arguments[WITHOUT_WRONG]),
        account=_consultant(call),
        tools=call.tools,
        as_of=call.as_of,
    )
    return Made(name="clientes.json", media=JSON, content=json.dumps(len(homes)).encode())


def let_look(
    token: str, mapping: Sequence[str] | None, *, account: str, tools: Toolbox, as_of: datetime
) -> KeptJob:
    """Let a worker read a file of clients; return the job."""
    said = {MAPPING: None if mapping is None else list(mapping)}
    wanted = FileJob(kind=LOOK, token=token, arguments=said, account=account)
    return set_to_work(wanted, tools=tools, as_of=as_of)


def let_keep(
    token: str,
    mapping: Sequence[str],
    *,
    without_wrong: bool,
    account: str,
    tools: Toolbox,
    as_of: datetime,
) -> KeptJob:
    """Let a worker keep the homes of a file of clients; return the job."""
    said = {MAPPING: list(mapping), WITHOUT_WRONG: without_wrong}
    wanted = FileJob(kind=KEEP, token=token, arguments=said, account=account)
    return set_to_work(wanted, tools=tools, as_of=as_of, once=True)


def looked_at(job: KeptJob) -> Told | None:
    """Return what a job that is done read in a file."""
    made = made_by(job)
    return None if made is None else _told(json.loads(made.content))


def _consultant(call: Call) -> str:
    account = account_of(call)
    if not may(account.role, Permission.KEEP_PORTFOLIO):
        raise JobError("job-failed")
    return account.id


def _json(told: Told) -> dict[str, object]:
    return {
        "file": told.file,
        "columns": told.columns,
        "mapping": told.mapping,
        "good": told.good,
        "first": told.first,
        "wrong": told.wrong,
        "wrong_rows": [
            [row.file, row.line, row.label, issues_said(row.issues)] for row in told.wrong_rows
        ],
    }


def _told(said: Mapping[str, Any]) -> Told:
    return Told(
        file=said["file"],
        columns=tuple((name, tuple(samples)) for name, samples in said["columns"]),
        mapping=tuple(said["mapping"]),
        good=said["good"],
        first=tuple((label, tuple((n, v) for n, v in pairs)) for label, pairs in said["first"]),
        wrong=said["wrong"],
        wrong_rows=tuple(
            WrongRow(file=file, line=line, label=label, issues=issues_in(issues))
            for file, line, label, issues in said["wrong_rows"]
        ),
    )
