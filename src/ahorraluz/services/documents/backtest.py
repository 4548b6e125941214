"""Document of a backtest; layout in ``docs/reference/schemas/backtest.json``."""

import math
from collections.abc import Mapping

from ahorraluz.core.forecast.backtest import DRAWS, INTERVAL, Ratio
from ahorraluz.services.backtest_models import Backtest, ColdScore
from ahorraluz.services.documents.parts import Document, issue_documents
from ahorraluz.services.model_scores import (
    BestRatio,
    Cohort,
    HorizonScore,
    ModelScore,
    NamedCohort,
)
from ahorraluz.services.month_scores import SEED
from ahorraluz.texts import Texts

BACKTEST_SCHEMA = "ahorraluz.backtest.1"
PLACES = 6
"""Decimals of a score."""
THIRDS = ("low", "middle", "high")


def backtest_document(found: Backtest, texts: Texts) -> Document:
    """Return how the models would have done; scores are numbers, never ``NaN``."""
    return {
        "schema": BACKTEST_SCHEMA,
        "file": found.name,
        "zone": found.zone,
        "from": found.first.isoformat(),
        "to": found.last.isoformat(),
        "homes": found.homes,
        "windows": found.windows,
        "bootstrap": bootstrap_document(),
        "models": _models(found.models),
        "cold_start": [_cold(cold) for cold in found.cold],
        "issues": issue_documents(found.issues, texts),
    }


def bootstrap_document() -> Document:
    """Return how the intervals of ratios were made."""
    return {"over": "homes", "samples": DRAWS, "interval": INTERVAL, "seed": SEED}


def _models(models: tuple[ModelScore, ...]) -> Document:
    return {
        model.name: {
            "version": model.version,
            "calibrated": model.calibrated,
            "horizons": {str(horizon.hours): _horizon(horizon) for horizon in model.horizons},
        }
        for model in models
    }


def _horizon(horizon: HorizonScore) -> Document:
    return {
        **_scores(horizon.averages),
        "windows": horizon.windows,
        "homes": horizon.homes,
        "reasons": dict(horizon.reasons),
        "ratios": {
            bar: {metric: _ratio(value) for metric, value in ratios.items()}
            for bar, ratios in horizon.ratios.items()
        },
        "ratio_reasons": {bar: dict(why) for bar, why in horizon.ratio_reasons.items()},
        "ratio_to_best_baseline": _best(horizon.best),
        "cohorts": [_cohort(cohort) for cohort in horizon.cohorts],
        "by_cohort": [_named(cohort) for cohort in horizon.named],
    }


def _best(best: Mapping[str, BestRatio]) -> Document:
    return {
        metric: {"baseline": found.bar, **ratio_document(found.ratio)}
        for metric, found in best.items()
    }


def _named(cohort: NamedCohort) -> Document:
    return {
        "cohort": cohort.name,
        "homes": cohort.homes,
        "windows": cohort.windows,
        **_scores(cohort.averages),
        "ratio_to_best_baseline": _best(cohort.best),
    }


def _cohort(cohort: Cohort) -> Document:
    return {
        "level": THIRDS[cohort.third],
        "homes": cohort.homes,
        "low_kwh_day": round(cohort.low_kwh_day, PLACES),
        "high_kwh_day": round(cohort.high_kwh_day, PLACES),
        **_scores(cohort.averages),
    }


def _cold(cold: ColdScore) -> Document:
    return {"seen_days": cold.seen_days, "models": _models(cold.models)}


def _scores(averages: Mapping[str, float]) -> Document:
    return {name: number(value) for name, value in averages.items()}


def _ratio(value: Ratio | None) -> Document | None:
    return None if value is None else ratio_document(value)


def ratio_document(value: Ratio) -> Document:
    """Return a ratio with the ends of its interval, null with a single home."""
    return {"ratio": number(value.value), "low": number(value.low), "high": number(value.high)}


def number(value: float | None) -> float | None:
    """Return a score with six decimals; ``None`` where there is none."""
    return None if value is None or not math.isfinite(value) else round(value, PLACES)
