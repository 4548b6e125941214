"""Steps of a home: promised, taken, and what they came to."""

from dataclasses import replace
from datetime import date
from http import HTTPStatus

from flask import Response

from ahorraluz.api.advising import inquiry_of
from ahorraluz.api.answering import answer, nothing
from ahorraluz.api.door import door, this_moment
from ahorraluz.api.endpoints import Endpoint, Given, endpoint
from ahorraluz.api.guard import asked
from ahorraluz.api.language import texts
from ahorraluz.api.models import StepDone, StepPromised
from ahorraluz.api.parameters import IDEMPOTENCY, STEP, day, text
from ahorraluz.api.repeating import once
from ahorraluz.core.issues import InvalidInputError
from ahorraluz.security.roles import Act, Permission
from ahorraluz.security.scopes import Scope
from ahorraluz.services.accounts.trail import note_home
from ahorraluz.services.documents.parts import issue_documents
from ahorraluz.services.documents.verification import (
    done_document,
    promise_document,
    taken_back_document,
    verify_document,
)
from ahorraluz.services.households.asking import AskedHome, ask_home
from ahorraluz.services.households.choosing import (
    Doing,
    promise_not_meant,
    step_not_taken,
    take_step,
)
from ahorraluz.services.households.keeping import kept_home
from ahorraluz.services.households.results import StepResult, step_results
from ahorraluz.services.keep_promises import day_of_step, make_promise, promised_by_plan
from ahorraluz.services.kept_peers import kept_peers
from ahorraluz.services.verify_savings import (
    Beside,
    StepTaken,
    check_metered_step,
    series_of,
    verify_savings,
)

LONGEST_STEP = 60


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


@endpoint(
    Endpoint(
        name="takeBackStep",
        method="DELETE",
        path="/homes/<home>/steps/<step>",
        tag="steps",
        scope=Scope.PLAN_WRITE,
        permission=Permission.OWN_HOMES,
        act=Act.EDIT,
        gives=Given(schema="promise"),
    )
)
def take_back(home: str, step: str) -> Response:
    """Note that a step was noted by mistake; what was noted stays on record."""
    actor = asked().who.account.id
    taken_back = step_not_taken(
        home, step[:LONGEST_STEP], actor=actor, tools=door().tools, as_of=this_moment()
    )
    return answer(taken_back_document(taken_back, texts()))


@endpoint(
    Endpoint(
        name="takeBackPromise",
        method="DELETE",
        path="/homes/<home>/promises/<step>",
        tag="steps",
        scope=Scope.PLAN_WRITE,
        permission=Permission.OWN_HOMES,
        act=Act.EDIT,
        gives=Given(status=204, media=()),
    )
)
def promise_taken_back(home: str, step: str) -> Response:
    """Let go of a promise made by mistake; it stays in the chain, as nobody's."""
    actor = asked().who.account.id
    promise_not_meant(
        home, step[:LONGEST_STEP], actor=actor, tools=door().tools, as_of=this_moment()
    )
    return nothing()


@endpoint(
    Endpoint(
        name="verifyStep",
        method="GET",
        path="/homes/<home>/verification",
        tag="steps",
        scope=Scope.READINGS_READ,
        permission=Permission.OWN_HOMES,
        act=Act.READ,
        query=(
            text("step", pattern=STEP, required=True),
            replace(day("since"), words="since-step"),
        ),
        gives=Given(schema="verify", headers=("ETag",)),
    )
)
def verify(home: str) -> Response:
    """Return what a step saved from any day on, noted or not."""
    query, tools, today = asked().query, door().tools, door().today()
    step, since = str(query["step"]), query.get("since")
    check_metered_step(step)
    noted = since if isinstance(since, date) else day_of_step(home, step, tools=tools)
    if noted is None:
        raise InvalidInputError("api-since-needed", field="since", step=step)
    series, _ = series_of(home, tools=tools, hints=None, as_of=today)
    beside = Beside(peers=kept_peers(home, tools=tools), connection=_asked_home(home).connection)
    taken = StepTaken(step=step, since=noted)
    found = verify_savings(series, taken, beside=beside, tools=tools, as_of=today)
    return answer(verify_document(found, texts()))
