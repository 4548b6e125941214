"""Pages by which a home is told step by step, each with what its answer changed."""

import re
from dataclasses import replace

from flask import Blueprint, Response, abort, request

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.security.roles import Act, Permission
from ahorraluz.services.accounts.consents import (
    PAGES,
    Asked,
    Purpose,
    give_consent,
    withdraw_consent,
)
from ahorraluz.services.households.asking import query_of
from ahorraluz.services.households.keeping import KeptHome
from ahorraluz.services.households.recibos import read_document
from ahorraluz.services.households.telling import (
    Told,
    differing,
    tell_home,
    unknown_appliances,
    with_answers,
)
from ahorraluz.services.inquiries.checking import with_distributor
from ahorraluz.services.inquiries.query import Query, read_query
from ahorraluz.services.read_recibo import is_document
from ahorraluz.web.guard import needs
from ahorraluz.web.households.homes import show_home
from ahorraluz.web.households.kept import MY_HOMES, actor, kept_or_404, own_home, page_of
from ahorraluz.web.households.steps import (
    APPLIANCES,
    BILLS,
    FIELDS,
    FIGURES,
    GOALS,
    PLACE,
    STEPS,
    first_missing,
    next_up,
    told_steps,
)
from ahorraluz.web.households.strip import energies_in, typed_strip
from ahorraluz.web.households.wizard_forms import (
    COMPARE,
    FILE_FIELD,
    NAME,
    VERSION,
    Shown,
    may_consent,
    own_consent,
    read_lines,
    show_step,
)
from ahorraluz.web.meter import hold, sent_file
from ahorraluz.web.page import Page, door, go_to, show, this_moment

UNPROCESSABLE, CONFLICT = 422, 409
CHANGED = "home-changed-meanwhile"
BEFORE = "antes"
SPAN = re.compile(r"(-?\d{1,5})\.(-?\d{1,5})\.(-?\d{1,5})", re.ASCII)
"""Low end, middle and high end of a saving, as an address tells it. [PEN/month]"""

wizard = Blueprint("wizard", __name__)


@wizard.get(f"{MY_HOMES}/<home>/pasos/siguiente")
@needs(Permission.OWN_HOMES, act=Act.READ)
def following(home: str) -> Response:
    """Show what the last answer changed, and ask the next question, if any helps."""
    own = own_home(kept_or_404(home))
    missing = first_missing(own.asked.query) if own.answer is None else None
    if missing is not None:
        return go_to(own.page.url(f"/pasos/{missing}"))
    told = told_steps(own.page.query)
    return show(
        "households/next.html",
        own.page,
        a=own.answer,
        kept=own.kept,
        before=_before(),
        up=next_up(own.answer, own.page.texts),
        steps=[(step, step in told) for step in STEPS],
    )


@wizard.post(f"{MY_HOMES}/<home>/pasos/cifras")
@needs(Permission.OWN_HOMES, act=Act.EDIT)
def figures(home: str) -> Response:
    """Keep figures that only the household knows: a price of its own, how far it would go."""
    names = tuple(name for name in request.form if name.startswith(("x.", "pc.")))
    return _tell(home, FIGURES, names, read_query(request.form.to_dict(flat=False)))


@wizard.post(f"{MY_HOMES}/<home>/pasos/recibos/archivo")
@needs(Permission.OWN_HOMES, act=Act.EDIT)
def file_told(home: str) -> Response:
    """Read a recibo to look through, or take a meter file in; nothing is kept yet."""
    kept = kept_or_404(home)
    page = page_of(home, query_of(kept.pairs))
    try:
        content, name = sent_file(request.files.get(FILE_FIELD))
        if not is_document(content):
            return hold(page, content, name=name)
        found = read_document(content, name=name)
    except AhorraLuzError as error:
        return show_step(kept, BILLS, page, Shown(issues=error.issues, status=UNPROCESSABLE))
    filled = page_of(home, query_of(kept.pairs, changes=found.pairs.items()))
    return show_step(kept, BILLS, filled, Shown(read=read_lines(found, page)))


@wizard.get(f"{MY_HOMES}/<home>/pasos/<step>")
@needs(Permission.OWN_HOMES, act=Act.EDIT)
def step_form(home: str, step: str) -> Response:
    """Ask for what belongs to one step."""
    _check_step(step)
    kept = kept_or_404(home)
    query = query_of(kept.pairs)
    # What the catalogue no longer has stops the answers of a home: it is named where it is told.
    gone = unknown_appliances(query.appliances) if step == APPLIANCES else []
    return show_step(kept, step, page_of(home, query), Shown(issues=tuple(gone)))


@wizard.post(f"{MY_HOMES}/<home>/pasos/<step>")
@needs(Permission.OWN_HOMES, act=Act.EDIT)
def step_told(home: str, step: str) -> Response:
    """Keep the answers to one step."""
    _check_step(step)
    answers = request.form.to_dict(flat=False)
    fields: tuple[str, ...] = FIELDS[step]
    if step == BILLS and "d" in answers:
        fields = (*fields, "d")
    if step != BILLS:
        return _tell(home, step, fields, with_distributor(read_query(answers)))
    values = typed_strip(request.form)
    energies, hole = energies_in(values)
    query = read_query({**answers, **{name: [value] for name, value in energies.items()}})
    if hole is not None:
        query = query.with_errors({"hk": hole})
    kept = kept_or_404(home)
    if _same_energies(query, query_of(kept.pairs)):
        return _tell(home, step, fields, query, strip=values)
    # Other energies than those whose days are known: the days are of nothing any more.
    return _tell(home, step, (*fields, "hn", "hg"), query, strip=values)


def _tell(
    home: str,
    step: str,
    fields: tuple[str, ...],
    answers: Query,
    *,
    strip: tuple[str, ...] | None = None,
) -> Response:
    kept = kept_or_404(home)
    told = Told(fields=fields, answers=answers, actor=actor(), step=step)
    mine = query_of(with_answers(kept, told).pairs)
    page = page_of(home, replace(mine, errors={**mine.errors, **answers.errors}))
    was = own_home(kept)
    if _version() != kept.version:
        return _changed_meanwhile(kept, told, page, strip)
    try:
        if step == GOALS and not answers.errors:
            _consent(home, page)
        named = replace(kept, label=_name_typed()) if step == PLACE else kept
        tell_home(named, told, tools=door().tools, as_of=this_moment())
    except AhorraLuzError as error:
        if error.issue.code == CHANGED:
            return _changed_meanwhile(kept_or_404(home), told, page, strip)
        if step == FIGURES:
            return show_home(replace(was, page=page), issues=error.issues)
        shown = Shown(issues=error.issues, status=UNPROCESSABLE, strip=strip)
        return show_step(kept, step, page, shown)
    before = None
    if was.answer is not None and was.answer.plan.saving:
        before = ".".join(map(str, was.answer.plan.span))
    return go_to(page.url("/pasos/siguiente", {BEFORE: before}))


def _changed_meanwhile(
    kept: KeptHome, told: Told, page: Page, strip: tuple[str, ...] | None
) -> Response:
    """Show what was typed beside what somebody else kept meanwhile: neither is lost."""
    now = dict(kept.pairs)
    mine = with_answers(kept, told)
    theirs = tuple(
        (page.label(name), now.get(name, page.t("home.nothing")))
        for name in differing(kept.pairs, mine.pairs)
    )
    if told.step == FIGURES:
        return go_to(f"{page.url('/respuesta')}#pasos")
    shown = Shown(theirs=theirs, conflict=True, status=CONFLICT, strip=strip)
    return show_step(kept, told.step, page, shown)


def _consent(home: str, page: Page) -> None:
    """Give or take back the consent to be compared, as its box says."""
    if not may_consent(home):
        return
    held, wanted = own_consent(home, actor()), COMPARE in request.form
    tools, now = door().tools, this_moment()
    if wanted and held is None:
        asked = Asked(account=actor(), home=home, purpose=Purpose.COMPARE)
        give_consent(asked, texts=page.texts, channel=PAGES, tools=tools, as_of=now)
    if held is not None and not wanted:
        withdraw_consent(actor(), held, tools=tools, as_of=now)


def _same_energies(one: Query, other: Query) -> bool:
    """Tell whether two queries hold the same recibos, however they are written."""
    names = ("k", "hk")
    return all(one.values.get(name) == other.values.get(name) for name in names)


def _name_typed() -> str:
    """Return how the home is to be called, on one line, of letters that can be seen."""
    return "".join(c if c.isprintable() else " " for c in request.form.get(NAME, "")).strip()


def _version() -> int:
    """Return the version of the home that the form was made from; -1 for none."""
    typed = request.form.get(VERSION, "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else -1


def _before() -> tuple[str, ...] | None:
    """Return what the plan saved before the last answer, of three whole soles."""
    found = SPAN.fullmatch(request.args.get(BEFORE, ""))
    return None if found is None else found.groups()


def _check_step(step: str) -> None:
    if step not in STEPS:
        abort(404)
