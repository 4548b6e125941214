"""Steps of a home: promised, taken, and what they came to."""

from http import HTTPStatus

from flask import Response

from ahorraluz.api.advising import inquiry_of
from ahorraluz.api.answering import answer
from ahorraluz.api.door import door, this_moment
from ahorraluz.api.endpoints import Endpoint, Given, endpoint
from ahorraluz.api.guard import asked
from ahorraluz.api.language import texts
from ahorraluz.api.models import StepDone, StepPromised
from ahorraluz.api.parameters import IDEMPOTENCY
from ahorraluz.api.repeating import once
from ahorraluz.security.roles import Act, Permission
from ahorraluz.security.scopes import Scope
from ahorraluz.services.accounts.trail import note_home
from ahorraluz.services.documents.parts import issue_documents
from ahorraluz.services.documents.verification import (
    done_document,
    promise_document,
    verify_document,
)
from ahorraluz.services.households.asking import AskedHome, ask_home
from ahorraluz.services.households.choosing import Doing, take_step
from ahorraluz.services.households.keeping import kept_home
from ahorraluz.services.households.results import StepResult, step_results
from ahorraluz.services.keep_promises import make_promise, promised_by_plan


def _asked_home(home: str) -> AskedHome:
    kept = kept_home(home, tools=door().tools)
    return ask_home(kept, tools=door().tools, as_of=door().today())


@endpoint(
    Endpoint(
        name="listSteps",
        method="GET",
        path="/homes/<home>/steps",
        tag="steps",
        scope=Scope.PLAN_READ,
        permission=Permission.OWN_HOMES,
        act=Act.READ,
        gives=Given(schema="steps", headers=("ETag",)),
    )
)
def steps(home: str) -> Response:
    """Return the steps that a home took, what was promised of each and what was measured."""
    connection = _asked_home(home).connection
    results = step_results(home, connection=connection, tools=door().tools, today=door().today())
    return answer({"steps": [_document(home, result) for result in results]})


def _document(home: str, result: StepResult) -> dict[str, object]:
    promised = None
    if result.promise is not None:
        promised = promise_document(home, result.promise, texts())["promise"]
    return {
        "step": result.step,
        "name": texts().text(f"measure.{result.step}.title"),
        "done_on": result.day.isoformat(),
        "promise": promised,
        "verified": None if result.verified is None else verify_document(result.verified, texts()),
        "issues": issue_documents(result.issues, texts()),
    }


@endpoint(
    Endpoint(
        name="promiseStep",
        method="POST",
        path="/homes/<home>/promises",
        tag="steps",
        scope=Scope.PLAN_WRITE,
        permission=Permission.OWN_HOMES,
        act=Act.EDIT,
        headers=(IDEMPOTENCY,),
        takes=lambda: StepPromised,
        gives=Given(schema="promise", status=201),
    )
)
def promise(home: str) -> Response:
    """Keep what the plan promises of a step, before it is taken."""
    return once(lambda: _promise(home))


def _promise(home: str) -> tuple[Response, str]:
    step, tools, now = str(getattr(asked().body, "step", "")), door().tools, this_moment()
    found = _asked_home(home)
    known = (found.inquiry or inquiry_of(found.query)).known
    terms = promised_by_plan(known, step, tools=tools, as_of=door().today())
    made = make_promise(home, terms, tools=tools, as_of=now)
    actor = asked().who.account.id
    note_home("step-promised", home, tools=tools, as_of=now, actor=actor, detail=step)
    return answer(promise_document(home, made, texts()), status=HTTPStatus.CREATED), home


@endpoint(
    Endpoint(
        name="takeStep",
        method="POST",
        path="/homes/<home>/steps",
        tag="steps",
        scope=Scope.PLAN_WRITE,
        permission=Permission.OWN_HOMES,
        act=Act.EDIT,
        headers=(IDEMPOTENCY,),
        takes=lambda: StepDone,
        gives=Given(schema="promise", status=201),
    )
)
def take(home: str) -> Response:
    """Note the day on which a home took a step, with what its plan promised of it."""
    return once(lambda: _take(home))


def _take(home: str) -> tuple[Response, str]:
    body, tools = asked().body, door().tools
    if not isinstance(body, StepDone):
        raise TypeError("a step comes as JSON")
    doing = Doing(home=home, step=body.step, day=body.day, actor=asked().who.account.id)
    inquiry = _asked_home(home).inquiry
    known = None if inquiry is None else inquiry.known
    marked = take_step(doing, known, tools=tools, today=door().today(), as_of=this_moment())
    return answer(done_document(marked, texts()), status=HTTPStatus.CREATED), home
