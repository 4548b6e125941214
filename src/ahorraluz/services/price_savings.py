"""Energy saved month by month, at the tariff of each month: the bill without, less the bill."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from ahorraluz.core.advice.context import priced_alone
from ahorraluz.core.advice.measured_months import MonthUse
from ahorraluz.core.estimate import Estimate
from ahorraluz.core.history import NotInForceError
from ahorraluz.core.issues import AhorraLuzError, Issue, Severity
from ahorraluz.core.periods import Period, month_after
from ahorraluz.core.tariffs.arrays import price_bills, to_milli
from ahorraluz.core.tariffs.energy import EnergyPriceError
from ahorraluz.core.tariffs.schedule import NoScheduleError
from ahorraluz.core.tariffs.terms import BillTerms
from ahorraluz.core.verification.avoided import AvoidedMonth
from ahorraluz.core.verification.doubt import LEVEL
from ahorraluz.services.connection import Connection, Prices, prices_of
from ahorraluz.services.toolbox import Toolbox

CENTS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedMonth:
    """One month since a step, with its soles."""

    month: AvoidedMonth
    soles: float | None
    """Bill without the step less the bill, this month; ``None``: no price. [PEN]"""
    soles_so_far: Estimate | None
    """From the step to the end of the month. [PEN]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Priced:
    """A month whose bill can be worked out."""

    month: AvoidedMonth
    terms: BillTerms
    whole_kwh: float
    """Energy of the whole month. [kWh]"""
    known: float
    """Part of the month that is known. [0 to 1]"""

    def saved(self, factors: Sequence[float]) -> np.ndarray:
        """Return the bills without the step less the bill, one for each factor. [céntimo]

        Factors are on the energy that was expected. A month of which a part is known is
        priced whole, as a recibo would be, and counted in part.
        """
        expected = self.month.expected_kwh * np.array(factors)
        without = self.whole_kwh + (expected - self.month.metered_kwh) / self.known
        energy = to_milli(np.maximum(np.append(without, self.whole_kwh), 0.0))
        totals = price_bills(energy, self.terms).total.astype(np.float64)
        return np.asarray((totals[:-1] - totals[-1]) * self.known)


def price_months(
    months: Sequence[AvoidedMonth],
    *,
    uses: Sequence[MonthUse],
    connection: Connection | None,
    tools: Toolbox,
    as_of: date,
) -> tuple[tuple[SavedMonth, ...], tuple[Issue, ...]]:
    """Return each month with its soles, and what was assumed of prices.

    Parameters
    ----------
    months
        What was avoided.
    uses
        The same months as metered, whole.
    connection
        How the home is billed; ``None``: nothing is priced.
    tools
        Sheets on file.
    as_of
        Today.
    """
    if connection is None:
        note = Issue(code="verify-without-tariff", severity=Severity.NOTE)
        return _unpriced(months), (note,)
    by_start = {use.period.start: use for use in uses}
    prices = prices_of(connection, tools=tools, as_of=as_of)
    priced, issues = [], list[Issue]()
    for month in months:
        use = by_start[month.period.start]
        found = _terms(prices, month.period)
        if found is None:
            return _unpriced(months), (*issues, _no_price(month.period))
        terms, noted = found
        issues += [*noted, *terms.issues]
        priced.append(
            _Priced(month=month, terms=terms, whole_kwh=use.whole_kwh, known=use.known or 1.0)
        )
    try:
        return _saved(priced), _once(issues)
    except EnergyPriceError as error:
        return _unpriced(months), (*_once(issues), error.issue)


def _terms(prices: Prices, period: Period) -> tuple[BillTerms, list[Issue]] | None:
    """Return the terms of a month; of one without sheets, those of today's month."""
    try:
        return priced_alone(prices.terms(period)), []
    except (NotInForceError, NoScheduleError):
        pass
    try:
        now = prices.as_of.replace(day=1)
        terms = priced_alone(prices.terms(Period(now, month_after(now))))
    except AhorraLuzError:
        return None
    note = Issue(code="verify-priced-as-now", parameters={"month": period.start})
    return terms, [note]


def _no_price(period: Period) -> Issue:
    return Issue(code="verify-no-price", parameters={"month": period.start})


def _saved(priced: Sequence[_Priced]) -> tuple[SavedMonth, ...]:
    found = []
    for place, item in enumerate(priced):
        so_far, sums = item.month.so_far, None
        if so_far is not None:
            ends = np.exp([so_far.error.low, 0.0, so_far.error.high]).tolist()
            total = sum((other.saved(ends) for other in priced[: place + 1]), np.zeros(3))
            low, middle, high = (float(cents) / CENTS for cents in np.sort(total))
            sums = Estimate(
                low=low,
                middle=middle,
                high=high,
                unit="PEN",
                basis=so_far.saved_kwh.basis,
                level=LEVEL,
            )
        alone = float(item.saved([1.0])[0]) / CENTS
        found.append(SavedMonth(month=item.month, soles=alone, soles_so_far=sums))
    return tuple(found)


def _unpriced(months: Sequence[AvoidedMonth]) -> tuple[SavedMonth, ...]:
    return tuple(SavedMonth(month=month, soles=None, soles_so_far=None) for month in months)


def _once(issues: Sequence[Issue]) -> tuple[Issue, ...]:
    """Return every issue once, the first of each code."""
    return tuple({issue.code: issue for issue in reversed(issues)}.values())[::-1]
