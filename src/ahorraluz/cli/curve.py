"""``ahorraluz curve``: cost against energy, and how far the next cliff is."""

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from ahorraluz.cli.bill import request_of
from ahorraluz.cli.session import Session
from ahorraluz.cli.supply_options import (
    as_of_option,
    charge_options,
    energy_options,
    period_options,
    printed_options,
    supply_options,
)
from ahorraluz.cli.tables import issue_lines, kwh_text, period_text, table
from ahorraluz.cli.typed import Number
from ahorraluz.cli.words import Given, TextCommand, TextOption
from ahorraluz.core.issues import InvalidInputError
from ahorraluz.texts import Texts

if TYPE_CHECKING:
    from ahorraluz.core.tariffs.curve import BillCurve, Headroom
    from ahorraluz.services.explain_bill import ExplainedBill

MAX_DAYS_LEFT = 124


def _run(session: Session, given: Given) -> None:
    from ahorraluz.core.tariffs.figures import FISE_LIMIT_KWH
    from ahorraluz.services.documents.curve import curve_document
    from ahorraluz.services.explain_bill import explain_bill

    as_of = session.day(given.day("as_of"))
    request = request_of(given, session=session, kwh=Decimal(0))
    explained = explain_bill(request, tools=session.tools, as_of=as_of)
    curve = explained.curve
    if curve is None:
        raise InvalidInputError("curve-unknown", option=request.supply.option.value)
    here = request.kwh if given.number("kwh") is not None or request.bands_kwh else None
    figures = session.tools.book(request.supply.distributor).figures
    fise = figures.known(FISE_LIMIT_KWH, as_of)
    rooms = _headrooms(given, curve)
    texts = session.texts
    document = curve_document(
        explained, curve, texts, here_kwh=here, headrooms=rooms, fise_limit_kwh=fise
    )
    session.show(document, _lines(explained, curve, texts, here=here, rooms=rooms, fise=fise))


def _headrooms(given: Given, curve: "BillCurve") -> tuple["Headroom", ...]:
    """Return what may still be used a day without crossing each cliff."""
    from ahorraluz.core.tariffs.curve import headroom

    used, days = given.number("used"), given.number("days_left")
    if used is None and days is None:
        return ()
    for option, value in (("--used", used), ("--days-left", days)):
        if value is None:
            raise InvalidInputError("option-missing", option=option)
    assert used is not None and days is not None  # noqa: S101, PT018 - refused above
    return tuple(
        headroom(cliff.at_kwh, used_kwh=used, days_left=int(days)) for cliff in curve.cliffs
    )


def _lines(
    explained: "ExplainedBill",
    curve: "BillCurve",
    texts: Texts,
    *,
    here: Decimal | None,
    rooms: tuple["Headroom", ...],
    fise: Decimal | None,
) -> Iterator[str]:
    yield period_text(curve.terms.period, texts)
    yield ""
    yield from _segments(curve, texts)
    yield ""
    for cliff in curve.cliffs:
        yield texts.text(
            "cli.curve-cliff",
            limit=kwh_text(cliff.at_kwh, texts),
            energy=texts.soles(cliff.next_kwh_energy),
            total=texts.soles(cliff.next_kwh_total),
        )
    if here is not None:
        yield texts.text(
            "cli.curve-here",
            kwh=kwh_text(here, texts),
            cost=texts.soles(curve.cost(here)),
            slope=texts.soles(curve.marginal_price(here), places=4),
        )
    for room in rooms:
        yield _room(room, texts)
    if fise is not None:
        yield texts.text("cli.curve-fise", limit=kwh_text(fise, texts))
    yield texts.text("cli.prices-from", origin=texts.text(f"origin.{curve.terms.origin.value}"))
    yield from issue_lines(explained.issues, texts)


def _segments(curve: "BillCurve", texts: Texts) -> Iterator[str]:
    titles = tuple(texts.text(f"cli.curve-{column}") for column in ("from", "to", "cost", "slope"))
    rows = [
        (
            kwh_text(segment.start_kwh, texts),
            "…" if segment.end_kwh is None else kwh_text(segment.end_kwh, texts),
            texts.soles(segment.start_cost),
            texts.soles(segment.slope, places=4),
        )
        for segment in curve.segments
    ]
    yield from table([titles, *rows], right=[0, 1, 2, 3])


def _room(room: "Headroom", texts: Texts) -> str:
    limit, days = kwh_text(room.cliff_kwh, texts), room.days_left
    left = kwh_text(abs(room.kwh_left), texts)
    if room.kwh_left < 0:
        return texts.text("cli.curve-crossed", limit=limit, left=left)
    daily = texts.number(room.kwh_a_day, places=2)
    return texts.text("cli.curve-room", limit=limit, left=left, days=days, daily=daily)


curve = TextCommand(
    "curve",
    params=[
        *supply_options(),
        *period_options(),
        *energy_options(),
        TextOption(["--used"], type=Number(low=0), metavar="KWH"),
        TextOption(
            ["--days-left"], type=Number(low=1, high=MAX_DAYS_LEFT, whole=True), metavar="N"
        ),
        *charge_options(),
        *printed_options(),
        as_of_option(),
    ],
    run=_run,
)
