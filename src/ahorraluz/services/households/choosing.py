"""What a household decides about the steps of its plan: done, not for me, later."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.services.accounts.trail import note_home
from ahorraluz.services.homes import KnownHome
from ahorraluz.services.households.keeping import KeptHome, change_home
from ahorraluz.services.keep_promises import (
    Marked,
    TakenBack,
    check_done,
    day_of_step,
    make_promise,
    mark_done,
    promised_by_plan,
    take_back_done,
    take_back_promise,
)
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.services.verify_savings import check_step
from ahorraluz.store.promise_records import Promise

NOTHING_TO_PROMISE = (
    "verify-step-is-tariff",
    "verify-step-is-fuel",
    "promise-step-not-in-plan",
    "promise-made-already",
)
"""Why a step that is taken promises nothing a meter could tell, or nothing more."""


class Choice(StrEnum):
    """What a household wants with a step that it did not take."""

    LATER = "later"
    NO = "no"


@dataclass(frozen=True, slots=True, kw_only=True)
class Doing:
    """A step that somebody says a home took."""

    home: str
    step: str
    day: date
    actor: str
    """Account that says so."""


def choose(
    home: KeptHome,
    step: str,
    choice: Choice | None,
    *,
    actor: str,
    tools: Toolbox,
    as_of: datetime,
) -> KeptHome:
    """Keep what a household wants with a step; ``None`` takes back what it wanted.

    Raises
    ------
    InvalidInputError
        ``verify-step-unknown``.
    StoreError
        ``home-changed-meanwhile``.
    """
    check_step(step)
    choices = {name: kept for name, kept in home.choices.items() if name != step}
    if choice is not None:
        choices[step] = choice.value
    changed = change_home(replace(home, choices=choices), tools=tools, as_of=as_of)
    detail = f"{step} {choice.value if choice else '-'}"
    note_home("step-chosen", home.id, tools=tools, as_of=as_of, actor=actor, detail=detail)
    return changed


def take_step(
    doing: Doing, known: KnownHome | None, *, tools: Toolbox, today: date, as_of: datetime
) -> Marked:
    """Note the day on which a home took a step, and keep what its plan promised of it until now.

    A day noted before is mended so; what was promised before stays as it was.

    Parameters
    ----------
    doing
        Home, step, day, and who says so.
    known
        What is known of the home; ``None``: too little for a plan, so nothing is promised.
    tools
        The store.
    today, as_of
        The local day and the moment.

    Raises
    ------
    InvalidInputError
        What :func:`.keep_promises.check_done` refuses; nothing is written then.
    """
    check_done(doing.home, doing.step, day=doing.day, tools=tools, today=today)
    former = day_of_step(doing.home, doing.step, tools=tools)
    if known is not None and former is None:
        try:
            terms = promised_by_plan(known, doing.step, tools=tools, as_of=today)
            make_promise(doing.home, terms, tools=tools, as_of=as_of)
        except AhorraLuzError as error:
            if error.issue.code not in NOTHING_TO_PROMISE:
                raise
    marked = mark_done(doing.home, doing.step, day=doing.day, tools=tools, today=today, as_of=as_of)
    detail = f"{doing.step} {doing.day.isoformat()}"
    act = "step-done"
    if former is not None:
        act, detail = "step-mended", f"{doing.step} {former.isoformat()} {doing.day.isoformat()}"
    note_home(act, doing.home, tools=tools, as_of=as_of, actor=doing.actor, detail=detail)
    return marked


def step_not_taken(
    home: str, step: str, *, actor: str, tools: Toolbox, as_of: datetime
) -> TakenBack:
    """Note that a step was marked by mistake; it comes back into the plan.

    Raises
    ------
    InvalidInputError
        What :func:`.keep_promises.take_back_done` refuses.
    """
    taken_back = take_back_done(home, step, tools=tools, as_of=as_of)
    note_home("step-taken-back", home, tools=tools, as_of=as_of, actor=actor, detail=step)
    return taken_back


def promise_not_meant(
    home: str, step: str, *, actor: str, tools: Toolbox, as_of: datetime
) -> Promise:
    """Let go of a promise made by mistake.

    Raises
    ------
    InvalidInputError
        What :func:`.keep_promises.take_back_promise` refuses.
    """
    promise = take_back_promise(home, step, tools=tools)
    detail = f"{step} {promise.hash[:12]}"
    note_home("promise-taken-back", home, tools=tools, as_of=as_of, actor=actor, detail=detail)
    return promise


def unwanted(home: KeptHome, *, tools: Toolbox) -> frozenset[str]:
    """Return the steps that the plan of a home leaves out: refused, or taken already."""
    taken = {done.step for done in tools.store.promises.done(home.id)}
    refused = {step for step, choice in home.choices.items() if choice == Choice.NO}
    return frozenset(taken | refused)
