"""The page of a home's notices: what happened, and in which ways, of what and when to be told."""

from flask import Blueprint, Response, request

from ahorraluz.core.issues import AhorraLuzError, InvalidInputError, Issue
from ahorraluz.security.roles import Act, Permission
from ahorraluz.services.live.noticed import last_events
from ahorraluz.services.live.ways import LONGEST_ADDRESS
from ahorraluz.services.live.wishing import (
    GROUPS,
    HOURS,
    LONGEST_NAME,
    MOST_WAYS,
    Choice,
    NewWay,
    add_way,
    agreement,
    change_wishes,
    remove_way,
    try_way,
    wishes_of,
)
from ahorraluz.texts import offered_languages
from ahorraluz.web.guard import needs
from ahorraluz.web.households.homes import name_of
from ahorraluz.web.households.kept import MY_HOMES, NOTHING, actor, kept_or_404, page_of
from ahorraluz.web.page import Page, door, go_to, show, this_moment

UNPROCESSABLE = 422
NOTICES = "/avisos"
SUMMARIES = ("day", "week")
MOST_CHOICES = (1, 2, 3, 5, 10, 20)
EXAMPLES = ("ntfy", "telegram", "mail", "whatsapp", "gotify", "matrix")

notices = Blueprint("notices", __name__)


@notices.get(f"{MY_HOMES}/<home>{NOTICES}")
@needs(Permission.OWN_HOMES, act=Act.READ)
def notices_of(home: str) -> Response:
    """Show what happened in a home, and how who asks wants to be told of it."""
    return _show(home)


@notices.post(f"{MY_HOMES}/<home>{NOTICES}")
@needs(Permission.OWN_HOMES, act=Act.READ)
def notices_chosen(home: str) -> Response:
    """Keep of what, when and how often to tell who asks."""
    kept_or_404(home)
    try:
        change_wishes(home, actor(), _choice(), tools=door().tools, as_of=this_moment())
    except AhorraLuzError as error:
        return _show(home, issues=error.issues)
    return go_to(_page(home).url(f"{NOTICES}") + "#que")


@notices.post(f"{MY_HOMES}/<home>{NOTICES}/formas")
@needs(Permission.OWN_HOMES, act=Act.READ)
def way_added(home: str) -> Response:
    """Keep a way to tell who asks."""
    kept_or_404(home)
    new = NewWay(
        name=request.form.get("nombre", ""),
        url=request.form.get("direccion", ""),
        agreed=request.form.get("acuerdo") == "si",
    )
    tools, texts = door().tools, _page(home).texts
    try:
        add_way(home, actor(), new, texts=texts, tools=tools, as_of=this_moment())
    except AhorraLuzError as error:
        return _show(home, issues=error.issues, typed_name=new.name[:LONGEST_NAME])
    return go_to(_page(home).url(NOTICES) + "#formas")


@notices.post(f"{MY_HOMES}/<home>{NOTICES}/formas/<way>/probar")
@needs(Permission.OWN_HOMES, act=Act.READ)
def way_tried(home: str, way: str) -> Response:
    """Send who asks a message on trial, and show what became of it."""
    kept_or_404(home)
    tools, texts = door().tools, _page(home).texts
    try:
        result = try_way(home, actor(), way, texts=texts, tools=tools, as_of=this_moment())
    except AhorraLuzError as error:
        return _show(home, issues=error.issues)
    said = texts.text(f"notices.outcome.{result.outcome.value}", status=result.status or "?")
    return _show(home, tried=(way, said, result.outcome.value))


@notices.post(f"{MY_HOMES}/<home>{NOTICES}/formas/<way>/quitar")
@needs(Permission.OWN_HOMES, act=Act.READ)
def way_removed(home: str, way: str) -> Response:
    """Erase a way."""
    kept_or_404(home)
    try:
        remove_way(home, actor(), way, tools=door().tools, as_of=this_moment())
    except AhorraLuzError as error:
        return _show(home, issues=error.issues)
    return go_to(_page(home).url(NOTICES) + "#formas")


def _page(home: str) -> Page:
    return page_of(home, NOTHING)


def _choice() -> Choice:
    form = request.form
    first, after = form.get("desde", ""), form.get("hasta", "")
    quiet = None if form.get("silencio") != "si" else (_hour(first), _hour(after))
    most = form.get("maximo", "")
    if not (most.isascii() and most.isdigit() and len(most) <= 3):
        raise InvalidInputError("notices-most-wrong", value=most[:LONGEST_NAME], most=20)
    return Choice(
        groups=form.getlist("aviso"),
        quiet=quiet,
        most_day=int(most),
        language=form.get("idioma", ""),
    )


def _hour(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 2):
        raise InvalidInputError("notices-hour-wrong")
    return int(text)


def _show(
    home: str,
    *,
    issues: tuple[Issue, ...] = (),
    typed_name: str = "",
    tried: tuple[str, str, str] | None = None,
) -> Response:
    kept, page, tools = kept_or_404(home), _page(home), door().tools
    wishes = wishes_of(home, actor(), tools=tools)
    return show(
        "households/notices.html",
        page,
        status=UNPROCESSABLE if issues else 200,
        wrong=[page.issue(issue) for issue in issues],
        home_name=name_of(kept, page),
        wishes=wishes,
        tried=tried,
        events=last_events(home, actor(), texts=page.texts, tools=tools),
        groups=[group for group in GROUPS if group not in SUMMARIES],
        summaries=SUMMARIES,
        hours=range(HOURS),
        most_choices=sorted({*MOST_CHOICES, wishes.most_day}),
        chosen_languages=[(code, page.language_name(code)) for code in offered_languages()],
        agreement=agreement(page.texts),
        typed_name=typed_name,
        may_add=len(wishes.ways) < MOST_WAYS,
        examples=EXAMPLES,
        longest=(LONGEST_NAME, LONGEST_ADDRESS),
    )
