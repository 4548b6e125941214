"""Meter files that take long to read: what workers do of them, and what their page is told."""

import json
from collections.abc import Mapping
from dataclasses import asdict

from ahorraluz.security.roles import Act, reach_allows
from ahorraluz.services.accounts.trail import note_home
from ahorraluz.services.forget_home import forget_home
from ahorraluz.services.jobs import Call, JobError, KeptJob, Made, made_by, register
from ahorraluz.services.receive_readings import CheckedFile, check_bytes, keep_file
from ahorraluz.services.waiting_jobs import TOKEN, drop_when_done, file_of, job_of
from ahorraluz.texts import languages, open_texts
from ahorraluz.web.meter_hints import hints_of
from ahorraluz.web.meter_view import CheckView, check_view, view_of

CHECK, KEEP = "meter-check", "meter-keep"
HOME, HINTS, OWNED = "home", "hints", "owned"
JSON, TEXT = "application/json", "text/plain"


@register(CHECK)
def look_through(call: Call) -> Made:
    """Read a meter file, and say what its page shows, in every language."""
    checked = _checked(call)
    views = {name: asdict(check_view(checked, open_texts(name))) for name in languages()}
    return Made(name="lecturas.json", media=JSON, content=json.dumps(views).encode())


@register(KEEP, after=drop_when_done)
def keep_for_home(call: Call) -> Made:
    """Keep a meter file for a home; done again it changes nothing, as the store knows the file."""
    home, tools = str(call.arguments[HOME]), call.tools
    _check_reach(call, home)
    kept = keep_file(_checked(call), home=home, tools=tools, as_of=call.as_of, keep_rest=True)
    if not _still_wanted(call, home):
        # The home, or the job that makes it, was deleted meanwhile: nobody would find it again.
        forget_home(home, tools=tools)
        raise JobError("job-failed")
    if call.account is not None and call.arguments.get(OWNED):
        detail = kept.receipt.outcome.value
        actor = call.account.id
        note_home("readings-added", home, tools=tools, as_of=call.as_of, actor=actor, detail=detail)
    return Made(name=home, media=TEXT, content=home.encode(), home=home)


def looked_at(job: KeptJob, language: str) -> CheckView | None:
    """Return what a job that is done says of a file."""
    made = made_by(job)
    return None if made is None else view_of(json.loads(made.content)[language])


def _checked(call: Call) -> CheckedFile:
    waiting, said = file_of(call), call.arguments.get(HINTS)
    hints, _ = hints_of(said if isinstance(said, Mapping) else {})
    return check_bytes(waiting.content, name=waiting.name, hints=hints)


def _check_reach(call: Call, home: str) -> None:
    """Refuse a home that who asked may not change (any more)."""
    if call.arguments.get(OWNED) and not _may_change(call, home):
        raise JobError("job-failed")


def _may_change(call: Call, home: str) -> bool:
    if call.account is None:
        return False
    reach = call.tools.store.people.households.reach(home, call.account.id)
    return reach is not None and reach_allows(reach, Act.EDIT)


def _still_wanted(call: Call, home: str) -> bool:
    if call.arguments.get(OWNED):
        # Whoever asked may have lost the right meanwhile: the home is its owner's all the same.
        return bool(call.tools.store.people.households.reached_by(home))
    return job_of(KEEP, str(call.arguments[TOKEN]), tools=call.tools) is not None
