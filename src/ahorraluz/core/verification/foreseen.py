"""What a forecast made on the day of the step expected: one more counterfactual.

The net of monthly recibos is told the home's months before the day, and nothing of what came
after. What it could not know, homes like this one show: how far their own forecasts of the same
day went wrong together is put right in this one's, as a drift of the district would be.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import cast

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.forecast.bills_only import MAX_AHEAD, PAST_MONTHS, month_quantiles
from ahorraluz.core.forecast.forecaster import MEDIAN
from ahorraluz.core.forecast.months import QuantileNet
from ahorraluz.core.periods import MEAN_MONTH_DAYS
from ahorraluz.core.verification.baseline import Baseline, Foreseen
from ahorraluz.core.verification.cells import Cells, Floats, Grain, VerificationError
from ahorraluz.core.verification.comparison import Compared, moved_together

Ints = NDArray[np.int64]

MOST_APART = 4.0
"""A forecast further from the baseline than this factor counts as this far: a home that stood
empty on the day is foretold to stay so."""
OWN, PEERS = "own", "peers"
"""Kinds of counterfactuals: by the home alone, or put right by comparison homes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Foresight:
    """A net that tells months, and how much it counts beside the baseline."""

    net: QuantileNet
    weights: Mapping[str, Mapping[Grain, float]]
    """By kind and length of cells, from the errors of both where nothing was done. [0 to 1]"""


def foresight_from(document: Mapping[str, object], net: QuantileNet) -> Foresight:
    """Return how much a net counts by a document that ``scripts/fit_verification.py`` wrote.

    Raises
    ------
    VerificationError
        ``verify-model-broken``: the document does not hold what it should.
    """
    try:
        said = cast(Mapping[str, Mapping[str, Mapping[str, float]]], document["forecast"])
        weights = {
            kind: {grain: float(said["weights"][kind][grain.value]) for grain in Grain}
            for kind in (OWN, PEERS)
        }
    except (KeyError, TypeError, ValueError) as error:
        raise VerificationError("verify-model-broken") from error
    return Foresight(net=net, weights=weights)


def with_forecast(
    cells: Cells, baseline: Baseline, compared: Compared | None, foresight: Foresight
) -> Baseline:
    """Return a baseline that the forecast of the day of the step is part of.

    The two are put together in logarithms, in which their errors are alike on both sides.

    Parameters
    ----------
    cells, baseline
        The home, and what was expected of it without a forecast.
    compared
        Comparison homes; ``None``: there are none.
    foresight
        The net and its weight.
    """
    net = foresight.net
    kwh_day = foresee(cells, np.where(cells.used, cells.kwh_day, np.nan)[None, :], net)[0]
    if compared is not None:
        told = foresee(cells, compared.kwh_day, net)
        kwh_day = kwh_day * moved_together(compared, told)
    after = cells.used & ~cells.is_before
    if bool(np.isnan(kwh_day[after]).any()):
        return baseline
    own = baseline.expected_kwh_day
    ends = own / MOST_APART, own * MOST_APART
    kwh_day = np.where(after, np.clip(np.nan_to_num(kwh_day), *ends), own)
    kind = OWN if compared is None else PEERS
    weight = foresight.weights[kind][cells.grain]
    energies = [float((column * cells.days)[after].sum()) for column in (own, kwh_day)]
    return replace(
        baseline,
        expected_kwh_day=own ** (1 - weight) * kwh_day**weight,
        foreseen=Foreseen(
            without_kwh_day=own,
            kwh_day=kwh_day,
            weight=weight,
            apart=abs(float(np.log(energies[1] / energies[0]))),
        ),
    )


def foresee(cells: Cells, kwh_day: Floats, net: QuantileNet) -> Floats:
    """Return the median that a net expects of homes after the step, from the cells before it.

    Parameters
    ----------
    cells
        Their cells.
    kwh_day
        Energy of homes, NaN where it is unknown or nobody was there, shape (h, n). [kWh/day]
    net
        Of monthly recibos.

    Returns
    -------
    Shape (h, n), NaN before the step and for homes of which nothing before it is known. [kWh/day]
    """
    month = _months_of(cells)
    newest = int(month[cells.before - 1])
    past = _past(cells, kwh_day, newest - month[: cells.before])
    expected = np.full(kwh_day.shape, np.nan)
    known = ~np.isnan(past)
    age = np.where(known.any(axis=1), known.argmax(axis=1), -1)
    ahead = month[cells.before :] - newest
    for lost in np.unique(age[age >= 0]):
        homes = np.flatnonzero(age == lost)
        shifted = np.full((len(homes), PAST_MONTHS), np.nan)
        shifted[:, : PAST_MONTHS - lost] = past[homes, lost:]
        for horizon in np.unique(ahead):
            step = np.full(len(homes), np.clip(horizon + lost, 1, MAX_AHEAD))
            quantiles, _ = month_quantiles(shifted, step, net)
            places = cells.before + np.flatnonzero(ahead == horizon)
            a_day = quantiles[:, MEDIAN] / MEAN_MONTH_DAYS
            expected[np.ix_(homes, places)] = a_day[:, None]
    return expected


def _months_of(cells: Cells) -> Ints:
    """Return the month each cell lies in, shape (n,).

    Recibos lie in the calendar month of their middle. Weeks lie in months that are counted from
    the day of the step, so that none lies on both sides of it.
    """
    middle = cells.start + (cells.end - cells.start) // 2
    if cells.grain is Grain.MONTHS:
        return np.asarray(middle.astype("datetime64[M]").astype(np.int64))
    since = cells.end[cells.before - 1]
    days = (middle - since).astype(np.float64)
    return np.asarray(np.floor(days / MEAN_MONTH_DAYS).astype(np.int64))


def _past(cells: Cells, kwh_day: Floats, lag: Ints) -> Floats:
    """Return the energy of the months before the step, newest first, shape (h, 38). [kWh]"""
    before = np.maximum(kwh_day[:, : cells.before], 0.0)
    weight = np.where(np.isnan(before), 0.0, np.maximum(cells.days[: cells.before], 1.0))
    total, days = np.zeros((2, len(kwh_day), PAST_MONTHS))
    for place in np.flatnonzero((lag >= 0) & (lag < PAST_MONTHS)):
        total[:, lag[place]] += np.nan_to_num(before[:, place]) * weight[:, place]
        days[:, lag[place]] += weight[:, place]
    return np.where(days > 0, total / np.maximum(days, 1.0) * MEAN_MONTH_DAYS, np.nan)
