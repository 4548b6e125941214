"""Documents of the backtests of months; layouts in ``docs/reference/schemas``."""

import math
from collections.abc import Mapping, Sequence

from ahorraluz.core.forecast.bill_backtest import PointScores
from ahorraluz.core.forecast.recibo_backtest import CrossingScores, ReciboScores
from ahorraluz.services.backtest_money import Pricing
from ahorraluz.services.backtest_months import BillBacktest, DayScores, MonthEndBacktest
from ahorraluz.services.documents.backtest import bootstrap_document, ratio_document
from ahorraluz.services.documents.parts import Document, issue_documents
from ahorraluz.services.month_scores import (
    Better,
    MonthScores,
    no_ratio_reasons,
    ratios_to_best,
)
from ahorraluz.services.supplies import supply_name
from ahorraluz.texts import Texts

BILLS_SCHEMA = "ahorraluz.backtest-bills.2"
MONTH_END_SCHEMA = "ahorraluz.backtest-month-end.2"
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
        "pricing": _pricing(found.pricing, texts),
        "bootstrap": bootstrap_document(),
        "one_month_ahead": _scores(found.year),
        "every_next_month": _scores(found.every),
        "by_cohort": {name: _scores(part) for name, part in found.by_cohort.items()},
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
        "homes_by_day": found.daily_homes,
        "home_months": found.home_months,
        "model": found.model,
        "version": found.version,
        "pricing": _pricing(found.pricing, texts),
        "bootstrap": bootstrap_document(),
        "days": _days(found.days),
        "days_with_last_year": _days(found.days_with_year),
        "by_cohort": {name: _days(days) for name, days in found.by_cohort.items()},
        "issues": issue_documents(found.issues, texts),
    }


def pricing_sentence(pricing: Pricing, texts: Texts) -> str:
    """Return as whom all homes were priced, and that homes of elsewhere are a stand-in."""
    key = "backtest-money.assumed" if pricing.is_assumed else "backtest-money.named"
    return texts.text(
        key,
        supply=supply_name(pricing.supply),
        month=texts.month(pricing.terms.period.start),
        sheet=max(days.schedule.start for days in pricing.terms.days),
    )


def _pricing(pricing: Pricing | None, texts: Texts) -> Document | None:
    if pricing is None:
        return None
    terms = pricing.terms
    return {
        "supply": supply_name(pricing.supply),
        "distributor": pricing.supply.distributor,
        "system": pricing.supply.system,
        "option": pricing.supply.option.value,
        "assumed": pricing.is_assumed,
        "month": terms.period.start.isoformat()[:7],
        "sheet_from": max(days.schedule.start for days in terms.days).isoformat(),
        "text": pricing_sentence(pricing, texts),
    }


def _scores(scores: MonthScores) -> Document:
    return {
        "homes": scores.homes,
        "months": scores.months,
        "zero_months": scores.zero_months,
        "rules": _rules(scores.rules, unit="kwh"),
        "ratio_to_best_rule": {name: _number(of) for name, of in ratios_to_best(scores).items()},
        "ratio_reasons": no_ratio_reasons(scores),
        "better": {name: _better(better) for name, better in scores.better.items()},
        "coverage80": _number(scores.coverage80),
        "width80": _number(scores.width80),
        "mean_bias": _number(scores.mean_bias),
        "recibo": None if scores.recibos is None else _recibos(scores.recibos),
    }


def _days(days: Sequence[DayScores]) -> list[Document]:
    return [{"day": day.day, **_scores(day.scores)} for day in days]


def _rules(rules: Mapping[str, PointScores], *, unit: str) -> Document:
    return {
        name: {
            "months": scores.months,
            "mean_ape": _number(scores.mean_ape),
            "median_ape": _number(scores.median_ape),
            "total_ape": _number(scores.total_ape),
            f"mean_error_{unit}": _number(scores.mean_error),
        }
        for name, scores in rules.items()
    }


def _better(better: Better) -> Document:
    return {"rule": better.rule, **ratio_document(better.ratio)}


def _recibos(scores: ReciboScores) -> Document:
    return {
        "months": scores.months,
        "mean_pen": _number(scores.mean_pen),
        "rules": _rules(scores.rules, unit="pen"),
        "coverage80": _number(scores.coverage80),
        "width_pen": _number(scores.width_pen),
        "crossings": [_crossing(crossing) for crossing in scores.crossings],
    }


def _crossing(crossing: CrossingScores) -> Document:
    return {
        "limit_kwh": float(crossing.limit_kwh),
        "base_rate": _number(crossing.base_rate),
        "brier": _number(crossing.brier),
        "brier_base_rate": _number(crossing.brier_base),
        "skill": _number(crossing.skill),
        "brier_rules": {name: _number(value) for name, value in crossing.brier_rules.items()},
    }


def _number(value: float) -> float | None:
    return round(value, PLACES) if math.isfinite(value) else None
