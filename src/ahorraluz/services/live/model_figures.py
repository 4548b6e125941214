"""Figures of the forecast models that are shipped, as their cards tell them.

Drift, retraining and promotions are figures of the same table, by names of their own, once
somebody measures them.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from ahorraluz.learning.shipped_cards import shipped_cards
from ahorraluz.store.live.records import ModelFigure

HOURS_DAY = 24
COVERAGE = "coverage80"
ERRORS: Mapping[str, str] = {
    "nmae": "1",
    "nrmse": "1",
    "mase": "1",
    "wql": "1",
    "day_kwh_error": "%",
    "week_kwh_error": "%",
}
"""Units of the errors that are told."""
NAIVE = ("seasonal-naive-24", "seasonal-naive-168")
OVER = "over"
"""Between an error and the name of the baseline whose error it is divided by."""
SEEN, UNSEEN, COLD = "seen", "unseen", "cold_start"


def model_figures() -> tuple[ModelFigure, ...]:
    """Return errors, those over the naive ones, and coverage, by horizon and group of homes."""
    return tuple(figure for card in shipped_cards() for figure in of_card(card))


def of_card(card: Mapping[str, Any]) -> Iterator[ModelFigure]:
    """Yield the figures of a card; homes of the cold start are those that were held out."""
    learnt = sum(int(place["learnt"]) for place in card["homes"])
    held_out = sum(int(place["held_out"]) for place in card["homes"])
    cohorts = [(SEEN, learnt, card["scores"][SEEN]), (UNSEEN, held_out, card["scores"][UNSEEN])]
    cohorts += [
        (f"{COLD}_{days}", held_out, scores) for days, scores in card["scores"][COLD].items()
    ]
    at_s = int(datetime.fromisoformat(card["trained"]).replace(tzinfo=UTC).timestamp())
    for cohort, homes, by_days in cohorts:
        for days, scores in by_days.items():
            own = scores[card["name"]]
            for name, value, unit in _values(own, scores):
                yield ModelFigure(
                    at_s=at_s,
                    model=card["name"],
                    name=name,
                    cohort=cohort,
                    horizon_h=int(days) * HOURS_DAY,
                    value=value,
                    homes=homes,
                    unit=unit,
                )


def _values(own: Mapping[str, Any], scores: Mapping[str, Any]) -> Iterator[tuple[str, float, str]]:
    if own.get(COVERAGE) is not None:
        yield COVERAGE, float(own[COVERAGE]), "1"
    for error, unit in ERRORS.items():
        if own.get(error) is None:
            continue
        yield error, float(own[error]), unit
        for naive in NAIVE:
            theirs = scores.get(naive, {}).get(error)
            if theirs:
                yield f"{error}_{OVER}_{naive}", float(own[error]) / float(theirs), "1"
