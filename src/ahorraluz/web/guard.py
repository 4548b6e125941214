"""Who may ask for what: said beside each view, and checked here, in one place.

A view that says nothing is refused, so that none is open by mistake. A home is not found
by who may not even read it, and refused to who may read it but not do this.
"""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import TypeVar, cast

from flask import Blueprint, Flask, Response, abort, current_app, g, redirect, request

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.security.roles import Act, Permission, Reach, may, reach_allows
from ahorraluz.services.accounts.sessions import SignedIn
from ahorraluz.services.portfolio.access import lets_in, looking, note_look_of_consultant
from ahorraluz.web.forged import is_ours
from ahorraluz.web.page import door, this_moment
from ahorraluz.web.signed import session_token, signed_in

View = TypeVar("View", bound=Callable[..., object])
MARK = "ahorraluz_rule"
HOME = "home"
"""Argument of an address that names a home."""
SAFE = ("GET", "HEAD", "OPTIONS")
SIGN_IN = "/entrar"
SECOND_FACTOR = "/cuenta/segundo-paso"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What a view asks of who wants it."""

    permission: Permission | None = None
    """``None``: open to everybody."""
    act: Act | None = None
    """What is done with the home in the address."""
    unfinished: bool = False
    """Whether a session suffices that still lacks its second factor."""
    form: bool = False
    """Whether a stranger's form must hold a token, too."""
    elsewhere: bool = False
    """Whether another door checks all of it: the API, which knows no cookies."""


OPEN = Rule()


def needs(
    permission: Permission, *, act: Act | None = None, unfinished: bool = False
) -> Callable[[View], View]:
    """Let only accounts with a permission in, and only those who may do this with the home."""
    return _marked(Rule(permission=permission, act=act, unfinished=unfinished))


def open_to_all(*, act: Act | None = None, form: bool = False) -> Callable[[View], View]:
    """Let everybody in; with ``act`` only to homes that belong to nobody, or by who may."""
    return _marked(Rule(act=act, form=form))


def open_blueprint(blueprint: Blueprint) -> Blueprint:
    """Let everybody see all views of a blueprint that do not say otherwise."""
    setattr(blueprint, MARK, OPEN)
    return blueprint


def guarded_elsewhere(blueprint: Blueprint) -> Blueprint:
    """Leave all views of a blueprint to the guard of its own door."""
    setattr(blueprint, MARK, Rule(elsewhere=True))
    return blueprint


def _marked(rule: Rule) -> Callable[[View], View]:
    def mark(view: View) -> View:
        setattr(view, MARK, rule)
        return view

    return mark


def rule_for(app: Flask, endpoint: str) -> Rule | None:
    """Return the rule of an endpoint, ``None`` where neither view nor blueprint says one."""
    own: Rule | None = getattr(app.view_functions.get(endpoint), MARK, None)
    if own is not None:
        return own
    blueprint = app.blueprints.get(endpoint.rpartition(".")[0])
    rule: Rule | None = getattr(blueprint, MARK, None)
    return rule


def guard(app: Flask) -> None:
    """Check every request of an application against the rule of its view."""

    @app.before_request
    def _check() -> Response | None:
        if request.endpoint is None or request.url_rule is None:
            return None
        rule = rule_for(current_app, request.endpoint)
        if rule is None:
            abort(HTTPStatus.FORBIDDEN)
        return None if rule.elsewhere else _refused(rule)


def _refused(rule: Rule) -> Response | None:
    """Return where to send somebody first, ``None`` to let them in; abort to refuse."""
    who = signed_in()
    if request.method not in SAFE and (rule.form or rule.permission or who) and not is_ours():
        abort(HTTPStatus.FORBIDDEN)
    if rule.permission is not None:
        if who is None:
            return _to(SIGN_IN)
        if not rule.unfinished and not who.complete:
            return _to(SECOND_FACTOR)
        if not may(who.account.role, rule.permission):
            abort(HTTPStatus.FORBIDDEN)
    home = (request.view_args or {}).get(HOME)
    if rule.act is not None and home is not None:
        _check_home(str(home), rule, who)
    return None


def _to(path: str) -> Response:
    if request.method not in SAFE:
        abort(HTTPStatus.FORBIDDEN if session_token() else HTTPStatus.UNAUTHORIZED)
    return redirect(path, HTTPStatus.SEE_OTHER)  # type: ignore[return-value]


def _check_home(home: str, rule: Rule, who: SignedIn | None) -> None:
    if who is not None and not who.complete:
        # Pages that ask for no account would open to a password alone.
        who = None
    try:
        reached = door().tools.store.people.households.reached_by(home)
    except AhorraLuzError as error:
        if error.issue.code != "database-none":
            raise
        # Nothing was ever kept, so nobody keeps this home.
        reached = ()
    if not reached and rule.permission is None:
        return
    own = next((r.reach for r in reached if who is not None and r.account == who.account.id), None)
    if own is None or who is None or not reach_allows(own, Act.READ):
        abort(HTTPStatus.NOT_FOUND)
    g.reach = (home, own)
    if own is Reach.CONSULTANT and not _still_let_in(home, who):
        abort(HTTPStatus.NOT_FOUND)
    if rule.act is not None and not reach_allows(own, rule.act):
        abort(HTTPStatus.FORBIDDEN)
    if own is Reach.CONSULTANT and request.method in SAFE:
        note_look_of_consultant(home, who=looking(who), tools=door().tools, as_of=this_moment())


def _still_let_in(home: str, who: SignedIn) -> bool:
    """Tell whether a consultant may look at a home now: its owner may have said no since."""
    return lets_in(home, who.account.id, tools=door().tools, as_of=this_moment())


def reach_of(home: str) -> Reach | None:
    """Return what who asks may do with a home."""
    checked, own = g.get("reach", (None, None))
    if checked == home:
        return cast(Reach, own)
    who = signed_in()
    if who is None:
        return None
    return door().tools.store.people.households.reach(home, who.account.id)
