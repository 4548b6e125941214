"""What the forecasts of months share: a month that was, a month to come, a small fitted net.

The nets are plain sums of numbers that a script fitted (``scripts/fit_months.py``); they
come in as values, so that nothing here reads a file.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from typing import cast

import numpy as np

from ahorraluz.core.forecast.forecaster import HIGH, LOW, MEDIAN, QUANTILES, Floats
from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.core.periods import MEAN_MONTH_DAYS, Period

MONTH_DAYS = MEAN_MONTH_DAYS
"""The length that months of known length are brought to. [day]"""
INPUT_LIMIT = 8.0
"""Standard deviations beyond which an input counts no further: a net knows nothing there."""
_MEAN_MONTH = timedelta(days=MEAN_MONTH_DAYS)
_STEP = 0.1
"""Probability between neighbouring quantiles. [1]"""


class MonthsError(AhorraLuzError):
    """Months that cannot be told, or a fitted net that does not fit together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthUse:
    """The energy of one month that was billed or measured."""

    month: date
    """First day of the month that the energy is said to belong to."""
    kwh: float
    """Energy, not negative. [kWh]"""
    days: int | None = None
    """Days that it covers, ``None`` where nobody told: it then counts as a month like the
    others, since the day of a meter reading is not the end of a calendar month. [day]"""
    until: date | None = None
    """Day of the reading that ended it, from which the months to come run; ``None``: nobody
    told, and they are calendar months."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthForecast:
    """What is said of one month to come."""

    period: Period
    quantiles_kwh: tuple[float, ...]
    """Energy at each of the nine ``QUANTILES``, rising, not negative. [kWh]"""
    mean_kwh: float
    """Expected energy: what money is made of. [kWh]"""
    basis: str
    """What it rests on: ``recibos``, ``months`` of readings, ``daily`` or ``register``."""
    model: str
    version: str

    @property
    def median_kwh(self) -> float:
        """The energy that is as likely exceeded as not. [kWh]"""
        return self.quantiles_kwh[MEDIAN]

    @property
    def band_kwh(self) -> tuple[float, float]:
        """Ends of the band that holds the month four times in five. [kWh]"""
        return self.quantiles_kwh[LOW], self.quantiles_kwh[HIGH]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class QuantileNet:
    """A net of one hidden layer beside a straight line, with an output for each quantile."""

    name: str
    version: str
    """Hash of the numbers."""
    centre: Floats
    """Mean of each input where the net was fitted, shape (k,)."""
    scale: Floats
    """Standard deviation of each input there, shape (k,)."""
    hidden: Floats
    """Weights of the inputs in the hidden units, shape (k, m)."""
    hidden_bias: Floats
    output: Floats
    """Weights of the hidden units in the quantiles, shape (m, 9)."""
    output_bias: Floats
    line: Floats
    """Weights of the inputs in the quantiles, shape (k, 9)."""
    widen: float = 1.0
    """How much wider than fitted the quantiles lie, by homes that the fit did not see. [1]"""
    tail: float = field(default=0.5)
    """Steps of a quantile by which the mean of a tail lies beyond its edge. [1]"""

    def __post_init__(self) -> None:
        """Refuse numbers that do not belong together (``months-net-shape``)."""
        inputs, units, heads = len(self.centre), len(self.hidden_bias), len(QUANTILES)
        shapes = {
            "scale": (self.scale.shape, (inputs,)),
            "hidden": (self.hidden.shape, (inputs, units)),
            "output": (self.output.shape, (units, heads)),
            "output_bias": (self.output_bias.shape, (heads,)),
            "line": (self.line.shape, (inputs, heads)),
        }
        wrong = [name for name, (shape, wanted) in shapes.items() if shape != wanted]
        if wrong:
            raise MonthsError("months-net-shape", names=wrong)

    def quantiles(self, inputs: Floats) -> Floats:
        """Return the nine quantiles, rising, of each row of inputs.

        Parameters
        ----------
        inputs
            Known numbers, shape (n, k).
        """
        unit = np.clip((inputs - self.centre) / self.scale, -INPUT_LIMIT, INPUT_LIMIT)
        units = np.tanh(unit @ self.hidden + self.hidden_bias)
        raw = np.sort(units @ self.output + self.output_bias + unit @ self.line, axis=-1)
        middle = raw[..., [MEDIAN]]
        return np.asarray(middle + (raw - middle) * self.widen, dtype=np.float64)


def net_from(document: Mapping[str, object]) -> QuantileNet:
    """Return the net that a document holds, as ``scripts/fit_months.py`` writes it.

    Raises
    ------
    MonthsError
        ``months-net-shape``: tables of numbers that do not belong together.
    """
    tables = ("centre", "scale", "hidden", "hidden_bias", "output", "output_bias", "line")
    arrays = {
        name: np.array(cast(Sequence[float], document[name]), dtype=np.float64) for name in tables
    }
    return QuantileNet(
        name=str(document["name"]),
        version=str(document["version"]),
        widen=float(str(document["widen"])),
        tail=float(str(document["tail"])),
        **arrays,
    )


def mean_of(quantiles: Floats, *, tail: float) -> Floats:
    """Return the expected value of distributions by their nine quantiles.

    Between quantiles the value is taken as straight; each tenth beyond the ends is taken to
    lie ``tail`` steps further out, never below zero.

    Parameters
    ----------
    quantiles
        Rising, not negative, shape (..., 9). [kWh]
    """
    inner = (quantiles[..., :-1] + quantiles[..., 1:]).sum(axis=-1) * (_STEP / 2)
    below = np.maximum(quantiles[..., 0] - tail * (quantiles[..., 1] - quantiles[..., 0]), 0.0)
    above = quantiles[..., -1] + tail * (quantiles[..., -1] - quantiles[..., -2])
    return np.asarray(inner + _STEP * (below + above), dtype=np.float64)


def month_number(day: date) -> int:
    """Return months since year 0, so that months can be counted apart."""
    return day.year * 12 + day.month - 1


def month_period(number: int) -> Period:
    """Return the calendar month of a number of ``month_number``.

    Examples
    --------
    >>> month_period(month_number(date(2026, 12, 9))).days
    31
    """
    first, following = (date(n // 12, n % 12 + 1, 1) for n in (number, number + 1))
    return Period(first, following)


def in_a_row(recibos: Iterable[tuple[Period, float]]) -> tuple[MonthUse, ...]:
    """Return recibos as months in a row, by rising date, each under a month of its own.

    The newest counts as the month that its middle falls in, and the others as so many months
    before it as their middles lie before its middle. Two readings about the middle of a month
    may put two recibos into one month: the older one is then the month before.

    Parameters
    ----------
    recibos
        From one reading of the meter to the next, with the energy between. [kWh]
    """
    newest_first = sorted(recibos, key=lambda item: item[0], reverse=True)
    uses: list[MonthUse] = []
    for period, kwh in newest_first:
        if uses:
            months = round((_middle(newest_first[0][0]) - _middle(period)) / _MEAN_MONTH)
            number = min(month_number(uses[0].month) - months, month_number(uses[-1].month) - 1)
        else:
            number = month_number(_middle(period))
        month = month_period(number).start
        uses.append(MonthUse(month=month, kwh=kwh, days=period.days, until=period.end))
    return tuple(reversed(uses))


def _middle(period: Period) -> date:
    return period.start + timedelta(days=period.days // 2)


def reading_periods(day: date, *, months: int) -> tuple[Period, ...]:
    """Return the months to come from a meter reading on, each to the same day of the next.

    Where a month has no such day its last one stands for it, and the later ones keep the day.

    Examples
    --------
    >>> [str(period.end) for period in reading_periods(date(2027, 1, 31), months=2)]
    ['2027-02-28', '2027-03-31']
    """
    ends = [day]
    for ahead in range(1, months + 1):
        month = month_period(month_number(day) + ahead)
        ends.append(month.start + timedelta(days=min(day.day, month.days) - 1))
    return tuple(Period(start, end) for start, end in pairwise(ends))
