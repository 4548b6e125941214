"""Documents of the backtests of months; layouts in ``docs/reference/schemas``."""

import math
from collections.abc import Mapping, Sequence

from ahorraluz.core.forecast.bill_backtest import PointScores
from ahorraluz.services.backtest_months import (
    MODEL,
    BillBacktest,
    BillScores,
    DayScores,
    MonthEndBacktest,
)
from ahorraluz.services.documents.parts import Document, issue_documents
from ahorraluz.texts import Texts

BILLS_SCHEMA = "ahorraluz.backtest-bills.1"
MONTH_END_SCHEMA = "ahorraluz.backtest-month-end.1"
PLACES = 4
"""Decimals of a score."""


def bills_document(found: BillBacktest, texts: Texts) -> Document:
    """Return how well months were told from recibos; scores are numbers or null."""
    return {
        "schema": BILLS_SCHEMA,
        "file": found.name,
        "homes": found.homes,
        "model": found.model,
        "version": found.version,
        "one_month_ahead": _scores(found.year),
        "by_swing": {name: _scores(part) for name, part in found.by_swing.items()},
        "by_months_on_record": {name: _scores(part) for name, part in found.by_history.items()},
        "by_months_ahead": {str(ahead): _scores(part) for ahead, part in found.by_horizon.items()},
        "sample_with_auto_ets": None if found.ets is None else _scores(found.ets),
        "issues": issue_documents(found.issues, texts),
    }


def month_end_document(found: MonthEndBacktest, texts: Texts) -> Document:
    """Return how well months were told on each of their days."""
    return {
        "schema": MONTH_END_SCHEMA,
        "file": found.name,
        "zone": found.zone,
        "homes": found.homes,
        "home_months": found.home_months,
        "model": found.model,
        "version": found.version,
        "days": _days(found.days),
        "days_with_last_year": _days(found.days_with_year),
        "issues": issue_documents(found.issues, texts),
    }


def _scores(scores: BillScores) -> Document:
    return {
        "months": scores.months,
        "zero_months": scores.zero_months,
        "rules": _rules(scores.rules),
        "ratio_to_best_rule": _ratios(scores.rules),
        "coverage80": _number(scores.coverage80),
        "width80": _number(scores.width80),
        "mean_bias": _number(scores.mean_bias),
    }


def _days(days: Sequence[DayScores]) -> list[Document]:
    return [
        {
            "day": day.day,
            "months": day.months,
            "rules": _rules(day.rules),
            "ratio_to_best_rule": _ratios(day.rules),
            "coverage80": _number(day.coverage80),
            "width80": _number(day.width80),
        }
        for day in days
    ]


def _rules(rules: Mapping[str, PointScores]) -> Document:
    return {
        name: {
            "months": scores.months,
            "mean_ape": _number(scores.mean_ape),
            "median_ape": _number(scores.median_ape),
            "total_ape": _number(scores.total_ape),
        }
        for name, scores in rules.items()
    }


def _ratios(rules: Mapping[str, PointScores]) -> Document:
    """Return the own error over that of the rule that did best by each measure."""
    own = rules[MODEL]
    others = [scores for name, scores in rules.items() if name != MODEL]
    return {
        name: _number(_ratio(getattr(own, name), [getattr(other, name) for other in others]))
        for name in ("mean_ape", "median_ape")
    }


def _ratio(own: float, others: Sequence[float]) -> float:
    best = min((error for error in others if error > 0), default=math.nan)
    return own / best


def _number(value: float) -> float | None:
    return None if math.isnan(value) else round(value, PLACES)
