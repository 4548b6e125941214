"""Documents of the hours ahead of series, and of the model that tells them."""

from ahorraluz.core.forecast.forecaster import (
    CONTEXT_DAYS,
    HIGH,
    HORIZON_DAYS,
    HOURS_DAY,
    LOW,
    MEDIAN,
    ForecastError,
)
from ahorraluz.learning.served import Serving
from ahorraluz.services.documents.forecast import PLACES, basis_of_hours
from ahorraluz.services.documents.parts import Document
from ahorraluz.services.predict_hours import HoursAhead, clock_hours
from ahorraluz.texts import Texts

SHOWN = (("q10", LOW), ("q50", MEDIAN), ("q90", HIGH))
"""Quantiles by their names."""


def series_document(ahead: HoursAhead, name: str, texts: Texts) -> Document:
    """Return the hours ahead of one series.

    Parameters
    ----------
    ahead
        What was told.
    name
        How whoever asked calls the series.
    texts
        In the language of the answer.
    """
    quantiles, mean = ahead.hours.quantiles[0], ahead.hours.mean[0]
    starts = list(clock_hours(ahead))
    return {
        "id": name,
        "as_of": ahead.origin.isoformat(),
        "zone": ahead.zone,
        "days_seen": ahead.days_seen,
        "basis": basis_of_hours(ahead, texts),
        "kwh": round(sum(float(mean[slot]) for _, slot in starts), PLACES),
        "hours": [
            {
                "start": start.isoformat(),
                **{label: round(float(quantiles[slot, at]), PLACES) for label, at in SHOWN},
                "mean": round(float(mean[slot]), PLACES),
            }
            for start, slot in starts
        ],
    }


def model_document(serving: Serving) -> Document:
    """Return which model is in use; where none runs here, that it is the climatology."""
    found: Document = {
        "model": "climatology-28",
        "version": "core",
        "number": None,
        "trained": None,
        "context_days": CONTEXT_DAYS,
        "horizon_hours": HORIZON_DAYS * HOURS_DAY,
    }
    try:
        model = serving.model()
    except ForecastError:
        return found
    return {
        **found,
        "model": str(model.card["name"]),
        "version": model.version,
        "number": model.number,
        "trained": str(model.card["trained"]),
    }
