"""Who may ask for what: every request is checked here, in one place, against its endpoint.

In order: how much its address may ask for, the token, how much the token may ask for, its scope,
the role of its account, and what that may do with the home in the address. A home is not found by
who may not even read it. Only then is the request itself looked at. Cookies mean nothing here, so
no other site can send anything in a visitor's name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from math import ceil
from typing import cast

from apiflask import APIFlask
from flask import Response, current_app, g, request
from pydantic import BaseModel

from ahorraluz.api.bodies import read_body
from ahorraluz.api.device_keys import device_behind, sent_key
from ahorraluz.api.door import door, this_moment
from ahorraluz.api.endpoints import Endpoint, api, endpoint_of
from ahorraluz.api.parameters import Parameter
from ahorraluz.api.problems import of_error, problem
from ahorraluz.core.issues import AhorraLuzError, InvalidInputError, Issue, Severity
from ahorraluz.security.roles import Act, Reach, may, reach_allows
from ahorraluz.security.throttle import Allowance, Throttle
from ahorraluz.services.accounts.tokens import Bearer, bearer_of
from ahorraluz.services.portfolio.access import Looking, lets_in, note_look_of_consultant

HOME = "home"
"""Argument of an address that names a home."""
SCHEME = "bearer"
REALM = 'Bearer realm="ahorraluz"'
ONE_LOOK = timedelta(hours=1)
"""What a program of a consultant asks of a home within it is one look to its owner."""


class MalformedError(InvalidInputError):
    """A request that is not what the document describes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request that was let in and read."""

    endpoint: Endpoint
    bearer: Bearer | None
    query: Mapping[str, object] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: BaseModel | None = None
    content: bytes = b""
    """Body that is no JSON, as it was sent."""

    @property
    def who(self) -> Bearer:
        """Who asks, of an endpoint that is not open."""
        if self.bearer is None:
            raise RuntimeError("an open endpoint knows nobody")
        return self.bearer


def asked() -> Asked:
    """Return the present request."""
    return cast(Asked, g.api_asked)


@api.before_request
def _check() -> Response | None:
    made = endpoint_of(cast(APIFlask, current_app), request.endpoint)
    if made is None:
        # What does not say who may use it, nobody may.
        return problem(HTTPStatus.FORBIDDEN)
    try:
        return _let_in(made) or _read(made)
    except MalformedError as error:
        return problem(HTTPStatus.BAD_REQUEST, issues=error.issues)
    except AhorraLuzError as error:
        return of_error(error)


@api.errorhandler(AhorraLuzError)
def _refused(error: AhorraLuzError) -> Response:
    return of_error(error)


@api.after_request
def _tell_limits(response: Response) -> Response:
    known: tuple[Throttle, Allowance] | None = g.get("api_allowance")
    if known is not None:
        throttle, left = known
        window = ceil(throttle.burst / throttle.pages_a_second)
        response.headers["RateLimit-Policy"] = f'"default";q={int(throttle.burst)};w={window}'
        response.headers["RateLimit"] = f'"default";r={left.left};t={ceil(left.full_s)}'
    return response


def _let_in(made: Endpoint) -> Response | None:
    """Return why somebody is not let in, ``None`` to let them in."""
    if made.device:
        return _let_device_in(made)
    limits = door().limits
    token = _token()
    bearer = None
    if token is not None:
        bearer = bearer_of(token, tools=door().tools, as_of=this_moment())
    g.api_bearer = bearer
    refused = (
        _spend(limits.strangers, request.remote_addr or "")
        if bearer is None
        else _spend(limits.programs, f"token {bearer.token.id}")
    )
    if refused is not None:
        return refused
    if bearer is None and (not made.open or "Authorization" in request.headers):
        # A token that does not count is told, also where none is needed.
        error = ', error="invalid_token"' if "Authorization" in request.headers else ""
        headers = {"WWW-Authenticate": f"{REALM}{error}"}
        return problem(HTTPStatus.UNAUTHORIZED, headers=headers)
    return None if bearer is None else _may(made, bearer)


def _let_device_in(made: Endpoint) -> Response | None:
    """Return why a device is not let in; the key of an account opens nothing here."""
    limits, key = door().limits, sent_key(in_fields=made.form)
    device = device_behind(key)
    g.api_bearer, g.api_device = None, device
    refused = (
        _spend(limits.strangers, request.remote_addr or "")
        if device is None
        else _spend(limits.programs, f"device {device.id}")
    )
    if refused is not None or device is not None:
        return refused
    error = "" if key is None else ', error="invalid_token"'
    return problem(HTTPStatus.UNAUTHORIZED, headers={"WWW-Authenticate": f"{REALM}{error}"})


def _may(made: Endpoint, bearer: Bearer) -> Response | None:
    if made.scope is not None and made.scope not in bearer.token.scopes:
        scope = made.scope.value
        headers = {"WWW-Authenticate": f'{REALM}, error="insufficient_scope", scope="{scope}"'}
        return problem(
            HTTPStatus.FORBIDDEN, issues=[_issue("api-scope-missing", scope)], headers=headers
        )
    if made.permission is not None and not may(bearer.account.role, made.permission):
        return problem(HTTPStatus.FORBIDDEN)
    home = (request.view_args or {}).get(HOME)
    return None if home is None else _may_with(str(home), made.act, bearer)


def _may_with(home: str, act: Act | None, bearer: Bearer) -> Response | None:
    refused = refused_home(home, act, bearer)
    return None if refused is None else problem(refused)


def refused_home(home: str, act: Act | None, bearer: Bearer) -> HTTPStatus | None:
    """Return by which status somebody may not do something with a home, ``None`` where they may."""
    reach = door().tools.store.people.households.reach(home, bearer.account.id)
    if act is None or reach is None or not reach_allows(reach, Act.READ):
        return HTTPStatus.NOT_FOUND
    if reach is Reach.CONSULTANT and not _still_let_in(home, bearer):
        return HTTPStatus.NOT_FOUND
    return None if reach_allows(reach, act) else HTTPStatus.FORBIDDEN


def _still_let_in(home: str, bearer: Bearer) -> bool:
    """Tell whether a consultant may look at a home now; its owner sees that its program did."""
    tools, now = door().tools, this_moment()
    if not lets_in(home, bearer.account.id, tools=tools, as_of=now):
        return False
    who = Looking(account=bearer.account.id, since=now - ONE_LOOK)
    note_look_of_consultant(home, who=who, tools=tools, as_of=now)
    return True


def _spend(throttle: Throttle, name: str) -> Response | None:
    left = throttle.take(name, now=door().clock())
    g.api_allowance = (throttle, left)
    if left.wait_s <= 0:
        return None
    return problem(HTTPStatus.TOO_MANY_REQUESTS, headers={"Retry-After": str(ceil(left.wait_s))})


def spend_more(times: int) -> Response | None:
    """Count the present request as several more; return the problem of too many, else ``None``."""
    name = f"token {asked().who.token.id}"
    for _ in range(times):
        refused = _spend(door().limits.programs, name)
        if refused is not None:
            return refused
    return None


def _token() -> str | None:
    """Return the token of the request; one that cannot be is empty, and opens nothing."""
    sent = request.headers.get("Authorization")
    if sent is None:
        return None
    scheme, _, token = sent.partition(" ")
    return token.strip() if scheme.casefold() == SCHEME and token.isascii() else ""


def _read(made: Endpoint) -> Response | None:
    """Read what is asked; return what is wrong with the form of it."""
    query, headers = _query(made), _headers(made)
    if isinstance(headers, Response):
        return headers
    # A form is read by its view, within the same size.
    found = (None, b"") if made.form else read_body(made)
    if isinstance(found, Response):
        return found
    body, content = found
    g.api_asked = Asked(
        endpoint=made,
        bearer=g.api_bearer,
        query=query,
        headers=headers,
        body=body,
        content=content,
    )
    return None


def _query(made: Endpoint) -> Mapping[str, object]:
    known = {parameter.name: parameter for parameter in made.parameters}
    issues: list[Issue] = []
    values: dict[str, object] = {}
    for name, given in request.args.lists():
        if name not in known:
            issues.append(_issue("api-parameter-unknown", name[:60], known=list(known)))
        elif len(given) > 1:
            issues.append(_issue("api-parameter-twice", name))
        else:
            _put(values, known[name], given[0], issues)
    issues += [
        _issue("api-parameter-missing", parameter.name)
        for parameter in known.values()
        if parameter.required and parameter.name not in request.args
    ]
    if issues:
        raise MalformedError.of(issues)
    return values


def _put(values: dict[str, object], parameter: Parameter, text: str, issues: list[Issue]) -> None:
    try:
        values[parameter.name] = parameter.read(text)
    except InvalidInputError as error:
        issues += error.issues


def _headers(made: Endpoint) -> Mapping[str, str] | Response:
    values: dict[str, str] = {}
    for parameter in made.headers:
        sent = request.headers.get(parameter.name)
        if sent is not None:
            try:
                values[parameter.name] = str(parameter.read(sent))
            except InvalidInputError as error:
                raise MalformedError.of(error.issues) from None
        elif parameter.required:
            missing = [_issue("api-header-missing", parameter.name)]
            return problem(HTTPStatus.PRECONDITION_REQUIRED, issues=missing)
    return values


def _issue(code: str, name: str, *, known: list[str] | None = None) -> Issue:
    return Issue(
        code=code, severity=Severity.ERROR, parameters={"field": name, "known": known or []}
    )
