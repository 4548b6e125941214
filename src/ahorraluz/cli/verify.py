"""``ahorraluz verify``, ``promise`` and ``done``: whether a step worked, from its day on."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from ahorraluz.cli.compare import connection_of, connection_options
from ahorraluz.cli.meter_options import hints_of, meter_options
from ahorraluz.cli.session import Session
from ahorraluz.cli.supply_options import as_of_option
from ahorraluz.cli.tables import heading, issue_lines, period_text, table
from ahorraluz.cli.typed import Day, File, Number
from ahorraluz.cli.words import Given, TextCommand, TextOption
from ahorraluz.core.issues import InvalidInputError
from ahorraluz.texts import NOTHING, Texts

if TYPE_CHECKING:
    from ahorraluz.core.verification.panel import PeerHomes
    from ahorraluz.services.connection import Connection
    from ahorraluz.services.verify_savings import HomeSeries, Verified

PERU = "America/Lima"
STATED = {
    "kwh_month": "--kwh-month",
    "soles": "--soles-month",
    "distributor": "--distributor",
    "department": "--department",
}
"""Options by which a promise is stated by hand."""


def _word(given: Given, name: str, option: str) -> str:
    word = given.text(name)
    if word is None:
        raise InvalidInputError("option-missing", option=option)
    return word


def _verify(session: Session, given: Given) -> None:
    from ahorraluz.services.documents.verification import verify_document
    from ahorraluz.services.keep_promises import day_of_step
    from ahorraluz.services.understand_usage import read_daily_temperatures
    from ahorraluz.services.verify_savings import (
        Beside,
        StepTaken,
        check_metered_step,
        series_of,
        verify_savings,
    )

    step = _word(given, "step", "--step")
    check_metered_step(step)
    as_of = session.day(given.day("as_of"))
    target = given.text("verified")
    assert target is not None  # noqa: S101 - a required argument
    series, own = series_of(target, tools=session.tools, hints=hints_of(given), as_of=as_of)
    since = given.day("since")
    if since is None and series.home is not None:
        since = day_of_step(series.home, step, tools=session.tools)
    if since is None:
        raise InvalidInputError("option-missing", option="--since")
    path = given.file("temperatures")
    verified = verify_savings(
        series,
        StepTaken(step=step, since=since),
        beside=Beside(
            peers=_peers(series, session, given),
            temperatures=None if path is None else read_daily_temperatures(path),
            connection=_connection(session, given, own),
        ),
        tools=session.tools,
        as_of=as_of,
    )
    session.show(verify_document(verified, session.texts), _lines(verified, session.texts))


def _peers(series: "HomeSeries", session: Session, given: Given) -> "PeerHomes | None":
    """Return the homes of a table, or those of the store that agreed to be compared."""
    from ahorraluz.services.kept_peers import kept_peers
    from ahorraluz.services.peer_homes import read_peers

    path = given.file("peers")
    if path is not None:
        return read_peers(path, zone=given.text("zone") or PERU).readings
    return None if series.home is None else kept_peers(series.home, tools=session.tools)


def _connection(session: Session, given: Given, own: "Connection | None") -> "Connection | None":
    told = given.has("distributor") or given.has("home") or bool(given.files("receipt"))
    return connection_of(session, given) if told else own


def _lines(verified: "Verified", texts: Texts) -> Iterator[str]:
    from ahorraluz.services.documents.verification import (
        forecast_text,
        kwh_difference,
        soles_difference,
        verdict_text,
    )

    found = verified.found
    yield texts.text(
        "verify.title",
        step=texts.text(f"measure.{verified.step}.title"),
        since=verified.since,
        home=verified.series.name,
    )
    yield ""
    yield verdict_text(verified, texts)
    kwh = found.saved_kwh
    yield texts.text(
        "verify.kwh",
        expected=texts.number(found.expected_kwh, places=0),
        metered=texts.number(found.metered_kwh, places=0),
        saved=kwh_difference(kwh.middle, texts),
        low=kwh_difference(kwh.low, texts),
        high=kwh_difference(kwh.high, texts),
        days=round(found.days),
    )
    if verified.soles is not None:
        soles = verified.soles
        ends = {"low": soles.low, "middle": soles.middle, "high": soles.high}
        shown = {name: soles_difference(end, texts) for name, end in ends.items()}
        yield texts.text("verify.soles", **shown)
    if verified.promise is not None and verified.kept is not None:
        yield texts.text(
            "verify.promised",
            kwh=texts.number(verified.promise.terms.wh_month / 1000, places=1),
            day=verified.promise.made_on,
        )
        yield texts.text(f"verify.promise-{verified.kept.value}")
    yield texts.text("verify.method", basis=texts.text(kwh.basis))
    foreseen = forecast_text(verified, texts)
    if foreseen is not None:
        yield foreseen
    yield from _months(verified, texts)
    yield from issue_lines(verified.issues, texts)


def _months(verified: "Verified", texts: Texts) -> Iterator[str]:
    yield from heading(texts.text("verify.months"))
    titles = ("month", "expected", "metered", "saved", "soles", "so-far")
    rows = [[texts.text(f"verify.column-{name}") for name in titles]]
    for item in verified.months:
        month, so_far = item.month, item.month.so_far
        rows.append(
            [
                period_text(month.period, texts),
                texts.number(month.expected_kwh, places=0),
                texts.number(month.metered_kwh, places=0),
                _rounded(month.expected_kwh - month.metered_kwh, texts),
                NOTHING if item.soles is None else _rounded(item.soles, texts, places=2),
                NOTHING
                if so_far is None
                else texts.text(
                    "verify.range",
                    low=_rounded(so_far.saved_kwh.low, texts),
                    high=_rounded(so_far.saved_kwh.high, texts),
                ),
            ]
        )
    yield from table(rows, right=range(1, len(titles)))


def _rounded(value: float, texts: Texts, *, places: int = 0) -> str:
    """Return a number of a table; what rounds to zero has no sign."""
    shown = texts.number(value, places=places)
    return shown if shown.strip("-0.,") else shown.removeprefix("-")


def _promise(session: Session, given: Given) -> None:
    from decimal import Decimal

    from ahorraluz.services.documents.verification import promise_document
    from ahorraluz.services.homes import home_from_file
    from ahorraluz.services.keep_promises import make_promise, promised_by_hand, promised_by_plan

    home, step = given.text("kept_home") or "", _word(given, "step", "--step")
    if given.flag("promise_undo"):
        _promise_taken_back(session, given, home, step)
        return
    path, kwh, soles = (given.file("plan_of"), given.number("kwh_month"), given.number("soles"))
    _refuse_unused(given, by_plan=path is not None)
    if path is not None:
        as_of = session.day(given.day("as_of"))
        known = home_from_file(path, as_of=as_of, user_folder=session.tools.user_folder)
        terms = promised_by_plan(known, step, tools=session.tools, as_of=as_of)
    elif kwh is None or soles is None:
        raise InvalidInputError("promise-of-what")
    else:
        terms = promised_by_hand(
            step,
            kwh_month=kwh,
            soles_month=soles,
            distributor=_word(given, "distributor", "--distributor"),
            region=given.text("department"),
        )
    made = make_promise(home, terms, tools=session.tools, as_of=_now())
    texts = session.texts
    lines = [
        texts.text(
            "promise.made",
            step=texts.text(f"measure.{step}.title"),
            home=home,
            kwh=texts.number(made.terms.wh_month / 1000, places=1),
            soles=texts.soles(Decimal(made.terms.cents_month) / 100),
        ),
        texts.text("promise.stays", day=made.made_on, hash=made.hash[:12]),
    ]
    session.show(promise_document(home, made, texts), lines)


def _promise_taken_back(session: Session, given: Given, home: str, step: str) -> None:
    from ahorraluz.services.documents.verification import promise_document
    from ahorraluz.services.keep_promises import take_back_promise

    for name, option in (("plan_of", "--plan-of"), *STATED.items()):
        if given.has(name):
            raise InvalidInputError("undo-alone", option=option)
    promise = take_back_promise(home, step, tools=session.tools)
    texts = session.texts
    line = texts.text(
        "promise.taken-back",
        step=texts.text(f"measure.{step}.title"),
        home=home,
        hash=promise.hash[:12],
    )
    session.show(promise_document(home, promise, texts), [line])


def _refuse_unused(given: Given, *, by_plan: bool) -> None:
    """Refuse options that would say nothing: a promise is dated when it is made."""
    if not by_plan and given.has("as_of"):
        raise InvalidInputError("promise-as-of-without-plan")
    for name, option in STATED.items():
        if by_plan and given.has(name):
            raise InvalidInputError("promise-option-beside-plan", option=option)


def _done(session: Session, given: Given) -> None:
    from ahorraluz.services.documents.verification import done_document
    from ahorraluz.services.keep_promises import mark_done

    day = given.day("date")
    step, home = _word(given, "step", "--step"), given.text("kept_home") or ""
    if given.flag("done_undo"):
        _done_taken_back(session, given, home, step)
        return
    if day is None:
        raise InvalidInputError("option-missing", option="--date")
    today = session.day(given.day("as_of"))
    marked = mark_done(home, step, day=day, tools=session.tools, today=today, as_of=_now())
    texts = session.texts
    lines = [
        texts.text(
            "done.marked", step=texts.text(f"measure.{step}.title"), home=home, day=marked.done.day
        )
    ]
    if marked.promise is None:
        lines.append(texts.text("done.no-promise"))
    elif not marked.in_time:
        lines.append(texts.text("done.late-promise", made=marked.promise.made_on))
    if marked.counted is not None and marked.counted != marked.done.day:
        lines.append(texts.text("done.mended-late", day=marked.counted))
    session.show(done_document(marked, texts), lines)


def _done_taken_back(session: Session, given: Given, home: str, step: str) -> None:
    from ahorraluz.services.documents.verification import taken_back_document
    from ahorraluz.services.keep_promises import take_back_done

    if given.has("date"):
        raise InvalidInputError("undo-alone", option="--date")
    taken_back = take_back_done(home, step, tools=session.tools, as_of=_now())
    texts = session.texts
    title = texts.text(f"measure.{step}.title")
    lines = [texts.text("done.taken-back", step=title, home=home)]
    if taken_back.counted is not None:
        lines.append(texts.text("done.mended-late", day=taken_back.counted))
    session.show(taken_back_document(taken_back, texts), lines)


def _now() -> datetime:
    return datetime.now(tz=UTC)


def _step_option() -> click.Parameter:
    return TextOption(["--step"], metavar="ID")


verify = TextCommand(
    "verify",
    params=[
        click.Argument(["verified"], metavar="HOME|FILE"),
        _step_option(),
        TextOption(["--since"], type=Day(), metavar="AAAA-MM-DD"),
        TextOption(["--peers"], type=File(), metavar="FILE"),
        TextOption(["--temperatures"], type=File(), metavar="FILE"),
        *connection_options(),
        *meter_options(),
        as_of_option(),
    ],
    run=_verify,
)

promise = TextCommand(
    "promise",
    params=[
        click.Argument(["kept_home"], metavar="HOME"),
        _step_option(),
        TextOption(["--plan-of"], type=File(), metavar="FILE"),
        TextOption(["--kwh-month"], type=Number(low=0), metavar="KWH"),
        TextOption(["--soles-month", "soles"], type=Number(), metavar="S/"),
        TextOption(["--distributor"], metavar="ID"),
        TextOption(["--department"], metavar="ID"),
        TextOption(["--undo", "promise_undo"], is_flag=True),
        as_of_option(),
    ],
    run=_promise,
)

done = TextCommand(
    "done",
    params=[
        click.Argument(["kept_home"], metavar="HOME"),
        _step_option(),
        TextOption(["--date"], type=Day(), metavar="AAAA-MM-DD"),
        TextOption(["--undo", "done_undo"], is_flag=True),
        as_of_option(),
    ],
    run=_done,
)
