"""What ``ahorraluz backtest --bills`` and ``--month-end`` print for people."""

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from ahorraluz.cli.session import Session
from ahorraluz.cli.tables import heading, issue_lines, table
from ahorraluz.cli.words import Given
from ahorraluz.core.issues import InvalidInputError
from ahorraluz.texts import Texts

if TYPE_CHECKING:
    from ahorraluz.core.forecast.bill_backtest import PointScores
    from ahorraluz.services.backtest_months import (
        BillBacktest,
        BillScores,
        DayScores,
        MonthEndBacktest,
    )
    from ahorraluz.services.panel_homes import Progress

MISSING = "–"


def run_bills(session: Session, given: Given, progress: "Progress") -> None:
    """Show how well the months of a table of bills would have been told."""
    from ahorraluz.services.backtest_months import backtest_bills
    from ahorraluz.services.documents.backtest_months import bills_document

    path = given.file("bill_table")
    if path is None:
        raise InvalidInputError("option-missing", option="--bills")
    found = backtest_bills(path, progress=progress)
    session.show(bills_document(found, session.texts), _bill_lines(found, session.texts))


def run_month_end(session: Session, given: Given, progress: "Progress") -> None:
    """Show how well months would have been told on each of their days."""
    from ahorraluz.services.backtest_months import backtest_month_end
    from ahorraluz.services.documents.backtest_months import month_end_document

    path = given.file("panel")
    if path is None:
        raise InvalidInputError("option-missing", option="--readings")
    found = backtest_month_end(
        path,
        as_of=session.day(given.day("as_of")),
        zone=given.text("panel_zone"),
        progress=progress,
    )
    session.show(month_end_document(found, session.texts), _month_end_lines(found, session.texts))


def _bill_lines(found: "BillBacktest", texts: Texts) -> Iterator[str]:
    yield texts.text("backtest-months.bills", file=found.name, homes=found.homes)
    yield from heading(texts.text("backtest-months.next", months=found.year.months))
    yield from _rules_table(found.year.rules, texts)
    yield texts.text(
        "backtest-months.band",
        held=_share(found.year.coverage80, texts),
        zero=found.year.zero_months,
    )
    if found.ets is not None:
        yield from heading(texts.text("backtest-months.ets", months=found.ets.months))
        yield from _rules_table(found.ets.rules, texts)
    yield from heading(texts.text("backtest-months.on-record"))
    yield from _parts_table(found.by_history, texts)
    yield from heading(texts.text("backtest-months.ahead"))
    yield from _parts_table({str(k): part for k, part in found.by_horizon.items()}, texts)
    yield from issue_lines(found.issues, texts)


def _month_end_lines(found: "MonthEndBacktest", texts: Texts) -> Iterator[str]:
    yield texts.text(
        "backtest-months.span", file=found.name, homes=found.homes, months=found.home_months
    )
    for key, days in (
        ("backtest-months.by-day", found.days),
        ("backtest-months.by-day-year", found.days_with_year),
    ):
        if days:
            yield from heading(texts.text(key))
            yield from _day_table(days, texts)
    yield from issue_lines(found.issues, texts)


def _rules_table(rules: "Mapping[str, PointScores]", texts: Texts) -> Iterator[str]:
    head = ["", *(texts.text(f"backtest-months.{key}") for key in ("mean", "median", "total"))]
    rows = [
        [
            texts.text(f"month-rule.{name}"),
            _percent(scores.mean_ape, texts),
            _percent(scores.median_ape, texts),
            _percent(scores.total_ape, texts),
        ]
        for name, scores in rules.items()
    ]
    yield from table([head, *rows], right=range(1, len(head)))


def _parts_table(parts: "Mapping[str, BillScores]", texts: Texts) -> Iterator[str]:
    from ahorraluz.services.backtest_months import MODEL

    keys = ("months", "median", "median-last", "held")
    head = ["", *(texts.text(f"backtest-months.{key}") for key in keys)]
    rows = [
        [
            name,
            str(part.months),
            _percent(part.rules[MODEL].median_ape, texts),
            _percent(part.rules["last-month"].median_ape, texts),
            _share(part.coverage80, texts),
        ]
        for name, part in parts.items()
    ]
    yield from table([head, *rows], right=range(1, len(head)))


def _day_table(days: "tuple[DayScores, ...]", texts: Texts) -> Iterator[str]:
    names = list(days[-1].rules)
    head = [
        texts.text("backtest-months.day"),
        *(texts.text(f"month-rule.{name}") for name in names),
        texts.text("backtest-months.held"),
    ]
    rows = [
        [
            str(day.day),
            *(
                _percent(day.rules[name].mean_ape, texts) if name in day.rules else MISSING
                for name in names
            ),
            _share(day.coverage80, texts),
        ]
        for day in days
    ]
    yield from table([head, *rows], right=range(1, len(head)))


def _percent(error: float, texts: Texts) -> str:
    return MISSING if math.isnan(error) else texts.percent(error / 100, places=1)


def _share(share: float, texts: Texts) -> str:
    return MISSING if math.isnan(share) else texts.percent(share, places=1)
