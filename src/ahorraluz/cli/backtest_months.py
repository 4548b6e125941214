"""What ``ahorraluz backtest --bills`` and ``--month-end`` print for people."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from ahorraluz.cli.compare import connection_of
from ahorraluz.cli.session import Session
from ahorraluz.cli.tables import heading, issue_lines, table
from ahorraluz.cli.words import Given
from ahorraluz.core.issues import InvalidInputError
from ahorraluz.texts import Texts

if TYPE_CHECKING:
    from ahorraluz.core.forecast.bill_backtest import PointScores
    from ahorraluz.core.forecast.recibo_backtest import CrossingScores, ReciboScores
    from ahorraluz.services.backtest_months import (
        BillBacktest,
        DayScores,
        MonthEndBacktest,
        MonthsAsked,
    )
    from ahorraluz.services.month_scores import Better, MonthScores
    from ahorraluz.services.panel_homes import Progress

CONNECTION = (
    *("distributor", "home", "system", "option", "customer", "fose", "sector"),
    *("collective_homes", "igv_exempt"),
)
"""Options that say how a home is billed: with one of them nothing is assumed."""
MISSING = "–"
MONEY = ("error", "total", "median")
"""Columns of soles."""
COHORT_DAYS = (1, 7, 14, 21, 28)
"""Days of the month that groups of homes are printed for; the document has all."""


def run_bills(session: Session, given: Given, progress: "Progress") -> None:
    """Show how well the months of a table of bills would have been told."""
    from ahorraluz.services.backtest_months import backtest_bills
    from ahorraluz.services.documents.backtest_months import bills_document

    path = given.file("bill_table")
    if path is None:
        raise InvalidInputError("option-missing", option="--bills")
    found = backtest_bills(path, _asked(session, given), progress=progress)
    session.show(bills_document(found, session.texts), _bill_lines(found, session.texts))


def run_month_end(session: Session, given: Given, progress: "Progress") -> None:
    """Show how well months would have been told on each of their days."""
    from ahorraluz.services.backtest_months import backtest_month_end
    from ahorraluz.services.documents.backtest_months import month_end_document

    path = given.file("panel")
    if path is None:
        raise InvalidInputError("option-missing", option="--readings")
    found = backtest_month_end(path, _asked(session, given), progress=progress)
    session.show(month_end_document(found, session.texts), _month_end_lines(found, session.texts))


def names_supply(given: Given) -> bool:
    """Tell whether a connection was typed or given as a file."""
    return bool(given.files("receipt")) or any(map(given.has, CONNECTION))


def _asked(session: Session, given: Given) -> "MonthsAsked":
    from ahorraluz.services.backtest_months import MonthsAsked

    return MonthsAsked(
        as_of=session.day(given.day("as_of")),
        tools=session.tools,
        connection=connection_of(session, given) if names_supply(given) else None,
        cohorts=given.file("cohorts"),
        zone=given.text("panel_zone"),
        first=given.day("origins_from"),
    )


def _bill_lines(found: "BillBacktest", texts: Texts) -> Iterator[str]:
    yield texts.text("backtest-months.bills", file=found.name, homes=found.homes)
    yield from _pricing(found, texts)
    yield from heading(texts.text("backtest-months.next", months=found.year.months))
    yield from _rules_table(found.year, texts)
    yield texts.text(
        "backtest-months.band",
        held=_share(found.year.coverage80, texts),
        zero=found.year.zero_months,
    )
    if found.year.recibos is not None:
        yield from _money_lines(found.year.recibos, texts)
    yield from _better_lines(found.year.better, texts)
    if found.ets is not None:
        yield from heading(texts.text("backtest-months.ets", months=found.ets.months))
        yield from _rules_table(found.ets, texts)
    if found.by_cohort:
        yield from heading(texts.text("backtest-months.by-cohort"))
        every = {texts.text("backtest.all-homes"): found.every, **found.by_cohort}
        yield from _parts_table(every, texts)
    yield from heading(texts.text("backtest-months.on-record"))
    yield from _parts_table({_span(name): x for name, x in found.by_history.items()}, texts)
    yield from heading(texts.text("backtest-months.ahead"))
    yield from _parts_table({str(k): part for k, part in found.by_horizon.items()}, texts)
    yield from issue_lines(found.issues, texts)


def _month_end_lines(found: "MonthEndBacktest", texts: Texts) -> Iterator[str]:
    yield texts.text(
        "backtest-months.span", file=found.name, homes=found.homes, months=found.home_months
    )
    yield from _pricing(found, texts)
    for key, days in (
        ("backtest-months.by-day", found.days),
        ("backtest-months.by-day-year", found.days_with_year),
    ):
        if days:
            yield from heading(texts.text(key))
            yield from _day_table(days, texts)
            yield from _never_wrong(days, texts)
    if found.pricing is not None:
        yield from heading(texts.text("backtest-money.by-day"))
        yield from _money_table(found.days, texts)
    if found.by_cohort:
        yield from heading(texts.text("backtest-months.by-cohort"))
        yield from _cohort_table(
            {texts.text("backtest.all-homes"): found.days, **found.by_cohort}, texts
        )
    yield from issue_lines(found.issues, texts)


def _pricing(found: "BillBacktest | MonthEndBacktest", texts: Texts) -> Iterator[str]:
    from ahorraluz.core.forecast.backtest import INTERVAL
    from ahorraluz.services.documents.backtest_months import pricing_sentence
    from ahorraluz.services.month_scores import SEED

    if found.pricing is not None:
        yield pricing_sentence(found.pricing, texts)
    yield texts.text("backtest.bootstrap", interval=texts.percent(INTERVAL), seed=SEED)


def _rules_table(scores: "MonthScores", texts: Texts) -> Iterator[str]:
    from ahorraluz.services.backtest_money import MEDIAN_OF_MODEL

    keys = ["mean", "median", "total", "kwh"]
    recibos = scores.recibos
    titles = [texts.text(f"backtest-months.{key}") for key in keys]
    if recibos is not None:
        titles += [texts.text(f"backtest-money.{key}") for key in MONEY]
    rows = [
        [
            texts.text(f"month-rule.{name}"),
            _percent(of_rule.mean_ape, texts),
            _percent(of_rule.median_ape, texts),
            _percent(of_rule.total_ape, texts),
            _plain(of_rule.mean_error, texts),
            *([] if recibos is None else _money_cells(recibos.rules[name], texts)),
        ]
        for name, of_rule in scores.rules.items()
    ]
    if recibos is not None and MEDIAN_OF_MODEL in recibos.rules:
        median = _money_cells(recibos.rules[MEDIAN_OF_MODEL], texts)
        name = texts.text(f"month-rule.{MEDIAN_OF_MODEL}")
        rows.insert(1, [name, *[MISSING] * len(keys), *median])
    yield from table([["", *titles], *rows], right=range(1, len(titles) + 1))


def _money_cells(scores: "PointScores", texts: Texts) -> list[str]:
    """Return the error in soles, over the sum of the recibos, and of the recibo in the middle.

    A mean percentage would be made by the few soles that an empty month costs.
    """
    return [
        _plain(scores.mean_error, texts, places=2),
        _percent(scores.total_ape, texts),
        _percent(scores.median_ape, texts),
    ]


def _money_lines(recibos: "ReciboScores", texts: Texts) -> Iterator[str]:
    yield texts.text("backtest-money.band", held=_share(recibos.coverage80, texts))
    for crossing in recibos.crossings:
        yield texts.text(
            "backtest-money.crossing",
            limit=texts.number(crossing.limit_kwh),
            brier=_plain(crossing.brier, texts, places=3),
            rate=_share(crossing.base_rate, texts),
            base=_plain(crossing.brier_base, texts, places=3),
            rule=_plain(_least_wrong(crossing), texts, places=3),
        )


def _least_wrong(crossing: "CrossingScores") -> float:
    """Return the Brier score of the simple rule that was wrong least often."""
    from ahorraluz.services.backtest_money import MODEL

    said = [value for name, value in crossing.brier_rules.items() if name != MODEL]
    return min(said, default=math.nan)


def _better_lines(better: "Mapping[str, Better]", texts: Texts) -> Iterator[str]:
    for measure, found in better.items():
        said = {
            "measure": texts.text(f"backtest-months.measure-{measure.replace('_', '-')}"),
            "rule": texts.text(f"month-rule.{found.rule}"),
            "ratio": texts.number(found.ratio.value, places=3),
        }
        if found.ratio.low is None or found.ratio.high is None:
            yield texts.text("backtest-months.better-one-home", **said)
        else:
            low, high = (texts.number(v, places=3) for v in (found.ratio.low, found.ratio.high))
            yield texts.text("backtest-months.better", **said, low=low, high=high)


def _never_wrong(days: "Sequence[DayScores]", texts: Texts) -> Iterator[str]:
    """Yield on which days there is no ratio since a simple rule made no error."""
    from ahorraluz.services.month_scores import no_ratio_reasons

    right = [day.day for day in days if "never-wrong" in no_ratio_reasons(day.scores).values()]
    if right:
        yield texts.text("backtest-months.never-wrong", days=[str(day) for day in right])


def _money_table(days: "Sequence[DayScores]", texts: Texts) -> Iterator[str]:
    """Yield the recibo's error by days seen, beside the best rule of each day."""
    keys = (*MONEY, "best", "best-error", "held", "brier", "base")
    rows = [[texts.text("backtest-months.day"), *(texts.text(f"backtest-money.{k}") for k in keys)]]
    rows += [
        [str(day.day), *_money_row(day.scores.recibos, texts)]
        for day in days
        if day.scores.recibos is not None
    ]
    yield from table(rows, right=[1, 2, 3, 5, 6, 7, 8])


def _money_row(recibos: "ReciboScores", texts: Texts) -> list[str]:
    from ahorraluz.services.backtest_money import MEDIAN_OF_MODEL, MODEL

    rules = {n: s for n, s in recibos.rules.items() if n not in (MODEL, MEDIAN_OF_MODEL)}
    best = min(rules, key=lambda name: rules[name].mean_error, default=None)
    first = recibos.crossings[0] if recibos.crossings else None
    return [
        *_money_cells(recibos.rules[MODEL], texts),
        MISSING if best is None else texts.text(f"month-rule.{best}"),
        MISSING if best is None else _plain(rules[best].mean_error, texts, places=2),
        _share(recibos.coverage80, texts),
        MISSING if first is None else _plain(first.brier, texts, places=3),
        MISSING if first is None else _plain(first.brier_base, texts, places=3),
    ]


def _cohort_table(cohorts: "Mapping[str, Sequence[DayScores]]", texts: Texts) -> Iterator[str]:
    """Yield the mean error of each group after some days, with its ratio to the best rule."""
    from ahorraluz.services.backtest_money import MODEL

    head = [texts.text("backtest.cohort"), texts.text("backtest.homes")]
    head += [texts.text("backtest-months.after", days=day) for day in COHORT_DAYS]
    rows = []
    for name, days in cohorts.items():
        scores = {day.day: day.scores for day in days}
        cells = [
            _with_ratio(scores[day].rules[MODEL].mean_ape, scores[day].better, texts)
            if day in scores
            else MISSING
            for day in COHORT_DAYS
        ]
        rows.append([name, str(max(part.homes for part in scores.values())), *cells])
    yield from table([head, *rows], right=range(1, len(head)))


def _interval(better: "Mapping[str, Better]", texts: Texts) -> str:
    """Return the ratio of the mean error to that of the best rule, with its interval."""
    found = better.get("mean_ape")
    if found is None:
        return MISSING
    low, high = found.ratio.low, found.ratio.high
    ends = "" if low is None or high is None else _ends(low, high, texts)
    return f"{texts.number(found.ratio.value, places=3)}{ends}"


def _ends(low: float, high: float, texts: Texts) -> str:
    return f" ({texts.number(low, places=3)}–{texts.number(high, places=3)})"


def _with_ratio(error: float, better: "Mapping[str, Better]", texts: Texts) -> str:
    found = better.get("mean_ape")
    said = "" if found is None else f" (× {texts.number(found.ratio.value, places=2)})"
    return f"{_percent(error, texts)}{said}"


def _parts_table(parts: "Mapping[str, MonthScores]", texts: Texts) -> Iterator[str]:
    from ahorraluz.services.backtest_money import MODEL

    keys = ("months", "mean", "mean-last", "median", "median-last", "held")
    head = ["", *(texts.text(f"backtest-months.{key}") for key in keys)]
    priced = any(part.recibos is not None for part in parts.values())
    if priced:
        head += [texts.text(f"backtest-money.{key}") for key in MONEY]
    rows = [
        [
            name,
            str(part.months),
            _percent(part.rules[MODEL].mean_ape, texts),
            _percent(part.rules["last-month"].mean_ape, texts),
            _percent(part.rules[MODEL].median_ape, texts),
            _percent(part.rules["last-month"].median_ape, texts),
            _share(part.coverage80, texts),
            *([] if part.recibos is None else _money_cells(part.recibos.rules[MODEL], texts)),
        ]
        for name, part in parts.items()
    ]
    yield from table([head, *rows], right=range(1, len(head)))


def _span(name: str) -> str:
    """Return a span such as ``3-5`` as it is read: from one month to the same it is that month."""
    least, _, most = name.partition("-")
    return least if least == most else name


def _day_table(days: "Sequence[DayScores]", texts: Texts) -> Iterator[str]:
    names = list(days[-1].scores.rules)
    head = [
        texts.text("backtest-months.day"),
        *(texts.text(f"month-rule.{name}") for name in names),
        texts.text("backtest-months.held"),
        texts.text("backtest-months.beside-best"),
    ]
    rows = [
        [
            str(day.day),
            *(
                _percent(day.scores.rules[name].mean_ape, texts)
                if name in day.scores.rules
                else MISSING
                for name in names
            ),
            _share(day.scores.coverage80, texts),
            _interval(day.scores.better, texts),
        ]
        for day in days
    ]
    yield from table([head, *rows], right=range(1, len(head)))


def _percent(error: float, texts: Texts) -> str:
    return MISSING if math.isnan(error) else texts.percent(error / 100, places=1)


def _share(share: float, texts: Texts) -> str:
    return MISSING if math.isnan(share) else texts.percent(share, places=1)


def _plain(value: float, texts: Texts, *, places: int = 1) -> str:
    return MISSING if math.isnan(value) else texts.number(value, places=places)
