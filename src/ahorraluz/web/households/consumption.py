"""Pages of a kept home's meter: its files, and its energy by day, week, month and year."""

import json
from datetime import date

from flask import Blueprint, Response, abort, request

from ahorraluz.security.roles import Act, Permission
from ahorraluz.services.accounts.consents import renew_comparison
from ahorraluz.services.accounts.trail import note_home
from ahorraluz.services.forecast_home import month_of
from ahorraluz.services.households.asking import query_of
from ahorraluz.services.households.series import Numbers, has_series, numbers_of
from ahorraluz.services.households.spans import Span, SpanUse, csv_of_span, spans_of, use_over
from ahorraluz.services.inquiries.query import read_query
from ahorraluz.services.manage_readings import csv_of_readings
from ahorraluz.services.understand_usage import Understanding
from ahorraluz.web.guard import needs
from ahorraluz.web.households.kept import MY_HOMES, OwnHome, actor, kept_or_404, own_home, page_of
from ahorraluz.web.households.span_picture import draw_span, title_of
from ahorraluz.web.meter import ask_for_file, drop_waiting, keep_waiting, look_at_file, take_file
from ahorraluz.web.page import Page, door, go_to, show, this_moment
from ahorraluz.web.usage import comparing
from ahorraluz.web.usage_view import usage_view

SPAN, DAY_SEEN = "ver", "dia"
CSV = "text/csv; charset=utf-8"

consumption = Blueprint("consumption", __name__)


@consumption.get(f"{MY_HOMES}/<home>/consumo")
@needs(Permission.OWN_HOMES, act=Act.READ)
def own_usage(home: str) -> Response:
    """Show the energy of a home over one span, and what its readings say."""
    own = own_home(kept_or_404(home))
    known = own.asked.understanding
    if known is None:
        return go_to(own.page.url("/medidor"))
    use = _use(known)
    month = month_of(known, tools=door().tools, today=door().today())
    return show(
        "households/usage.html",
        own.page,
        kept=own.kept,
        use=use,
        picture=draw_span(use, own.page.texts),
        spans=[span.value for span in spans_of(known.readings)],
        title_of=title_of,
        view=usage_view(known, own.page.texts, month=month),
        compare=comparing(known, own.page),
        lively=has_series(known.readings),
    )


@consumption.get(f"{MY_HOMES}/<home>/consumo/serie.json")
@needs(Permission.OWN_HOMES, act=Act.READ)
def span_series(home: str) -> Response:
    """Hand out the numbers of the picture that moves."""
    known = _known(own_home(kept_or_404(home)))
    if not has_series(known.readings):
        abort(404)
    series = numbers_of(known, _day())
    document = {
        "hours": None if series.hours is None else _numbers(series.hours),
        "days": _numbers(series.days),
        "soles_kwh": None if series.soles_kwh is None else round(series.soles_kwh, 4),
    }
    text = json.dumps(document, separators=(",", ":"))
    response = Response(text, content_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response


@consumption.get(f"{MY_HOMES}/<home>/consumo/tabla.csv")
@needs(Permission.OWN_HOMES, act=Act.READ)
def span_table(home: str) -> Response:
    """Hand out the bars of a span as a table."""
    use = _use(_known(own_home(kept_or_404(home))))
    return _file(csv_of_span(use), f"consumo-{use.span.value}-{use.start}.csv")


@consumption.get(f"{MY_HOMES}/<home>/consumo/datos.csv")
@needs(Permission.OWN_HOMES, act=Act.READ)
def all_readings(home: str) -> Response:
    """Hand out the clean series as a table."""
    known = _known(own_home(kept_or_404(home)))
    return _file(csv_of_readings(known.readings), "lecturas.csv")


@consumption.get(f"{MY_HOMES}/<home>/medidor")
@needs(Permission.OWN_HOMES, act=Act.EDIT)
def file_form(home: str) -> Response:
    """Ask for a meter file of a home."""
    return ask_for_file(_page(home))


@consumption.post(f"{MY_HOMES}/<home>/medidor")
@needs(Permission.OWN_HOMES, act=Act.EDIT)
def file_sent(home: str) -> Response:
    """Take a meter file of a home in."""
    return take_file(_page(home))


@consumption.get(f"{MY_HOMES}/<home>/medidor/<token>")
@needs(Permission.OWN_HOMES, act=Act.EDIT)
def file_seen(home: str, token: str) -> Response:
    """Show what is in a waiting file and how good it is."""
    return look_at_file(_page(home), token)


@consumption.post(f"{MY_HOMES}/<home>/medidor/<token>/guardar")
@needs(Permission.OWN_HOMES, act=Act.EDIT)
def file_kept(home: str, token: str) -> Response:
    """Keep a waiting file for a home."""
    page = _page(home)
    refused = keep_waiting(page, token, home=home)
    if refused is not None:
        return refused
    tools, now = door().tools, this_moment()
    note_home("readings-added", home, tools=tools, as_of=now, actor=actor())
    renew_comparison(home, tools=tools, as_of=now)
    return go_to(page.url("/consumo"))


@consumption.post(f"{MY_HOMES}/<home>/medidor/<token>/descartar")
@needs(Permission.OWN_HOMES, act=Act.EDIT)
def file_dropped(home: str, token: str) -> Response:
    """Delete a waiting file."""
    drop_waiting(token)
    return go_to(_page(home).url("/medidor"))


def _page(home: str) -> Page:
    return page_of(home, query_of(kept_or_404(home).pairs))


def _known(own: OwnHome) -> Understanding:
    known = own.asked.understanding
    if known is None:
        abort(404)
    return known


def _use(known: Understanding) -> SpanUse:
    offered = spans_of(known.readings)
    asked = request.args.get(SPAN, "")
    span = Span(asked) if asked in offered else offered[min(1, len(offered) - 1)]
    return use_over(known.readings, span, _day())


def _day() -> date | None:
    return read_query({"f": [request.args.get(DAY_SEEN, "")]}).day("f")


def _numbers(numbers: Numbers) -> dict[str, object]:
    return {"start": numbers.start.isoformat(), "wh": list(numbers.wh)}


def _file(text: str | bytes, name: str) -> Response:
    response = Response(text, content_type=CSV)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response
