"""A measured year under every tariff option that the home may choose."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ahorraluz.core.advice.context import Otherwise, priced_alone
from ahorraluz.core.advice.measured_months import MonthUse, latest_year, months_of
from ahorraluz.core.advice.option_years import (
    OptionPriceError,
    OptionYear,
    compare_option,
    price_months,
)
from ahorraluz.core.advice.pricing import HOURLY, other_terms
from ahorraluz.core.home import Option
from ahorraluz.core.issues import AhorraLuzError, Issue, Severity
from ahorraluz.core.readings.grid import local_seconds
from ahorraluz.core.readings.schema import MAX_FIXED_S, Readings, Step
from ahorraluz.core.tariffs.hours import peak_mask
from ahorraluz.core.tariffs.terms import BillTerms
from ahorraluz.services.connection import Connection, Prices, month_to_come, prices_of
from ahorraluz.services.shared_terms import stand_ins
from ahorraluz.services.toolbox import Toolbox

NOT_ON_FILE = (Option.BT5A, Option.BT7, Option.BT8)
"""Options of low voltage a home might have whose present sheet nobody has on file."""
YEAR = 12


class ComparisonError(AhorraLuzError):
    """Readings that no option can be compared with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TariffComparison:
    """A measured year under today's option and the others."""

    connection: Connection
    months: tuple[MonthUse, ...]
    """Whole measured months, at most twelve, by rising date."""
    terms: tuple[BillTerms, ...]
    """Today's option in the same months to come."""
    totals: tuple[Decimal, ...]
    """Recibo of each month under today's option, at its own prices. [PEN/month]"""
    options: tuple[OptionYear, ...]
    """Options with hours, each against today's in the same sheet; the best first."""
    not_on_file: tuple[Option, ...]
    issues: tuple[Issue, ...]
    data_hash: str

    @property
    def total(self) -> Decimal:
        """All months under today's option. [PEN]"""
        return sum(self.totals, Decimal(0))

    @property
    def peak_share(self) -> float:
        """Part of the energy in hora punta. [0 to 1]"""
        kwh = sum(month.kwh for month in self.months)
        return sum(month.peak_kwh or 0.0 for month in self.months) / kwh if kwh else 0.0

    @property
    def best(self) -> OptionYear | None:
        """The option that costs less than today's, if any does."""
        cheaper = [option for option in self.options if option.saving > 0]
        return cheaper[0] if cheaper else None


def compare_tariffs(
    readings: Readings, connection: Connection, *, tools: Toolbox, as_of: date
) -> TariffComparison:
    """Return what the measured months would cost under each option.

    Each measured month is priced as the same calendar month of the year to come.

    Parameters
    ----------
    readings
        Clean series of intervals of an hour at most.
    connection
        How the home is billed today, under an option with one register.
    tools
        Sheets on file.
    as_of
        Day of the answer.

    Raises
    ------
    ComparisonError
        ``compare-needs-hours``, ``compare-needs-a-month``, ``compare-from-one-register``.
    AhorraLuzError
        No prices reach the home.
    """
    if readings.step is not Step.FIXED or readings.interval_s > MAX_FIXED_S:
        raise ComparisonError("compare-needs-hours", seconds=readings.interval_s)
    if connection.supply.option is not Option.BT5B:
        option = connection.supply.option.value
        raise ComparisonError("compare-from-one-register", field="option", value=option)
    prices = prices_of(connection, tools=tools, as_of=as_of)
    peak = peak_mask(
        local_seconds(readings.starts_s, zone=readings.zone),
        supply=connection.supply,
        figures=prices.book.figures,
        day=as_of,
    )
    months = latest_year(months_of(readings, peak=peak))
    if not months:
        raise ComparisonError("compare-needs-a-month")
    measured = [month.measured() for month in months]
    terms = tuple(
        priced_alone(prices.terms(month_to_come(month.period, as_of))) for month in months
    )
    try:
        totals = price_months(measured, terms)
    except OptionPriceError as error:
        raise ComparisonError("saving-price-unknown") from error
    options = _options(months, terms, prices)
    return TariffComparison(
        connection=connection,
        months=months,
        terms=terms,
        totals=totals,
        options=tuple(sorted(options, key=lambda option: -option.saving)),
        not_on_file=_not_on_file(options),
        issues=_issues(months, terms, options),
        data_hash=tools.data_hash(connection.supply.distributor),
    )


def _options(
    months: tuple[MonthUse, ...], terms: tuple[BillTerms, ...], prices: Prices
) -> tuple[OptionYear, ...]:
    supply = prices.connection.supply
    pairs = other_terms(prices.book, terms, stand_ins=stand_ins(supply.distributor))
    hourly: Mapping[Otherwise, Option] = HOURLY
    measured = [month.measured() for month in months]
    found = []
    for name in hourly:
        if name in pairs:
            try:
                found.append(compare_option(measured, pairs[name]))
            except OptionPriceError:
                continue
    return tuple(found)


def _not_on_file(options: tuple[OptionYear, ...]) -> tuple[Option, ...]:
    priced = {option.option for option in options}
    hourly = tuple(option for option in HOURLY.values() if option not in priced)
    return (*hourly, *NOT_ON_FILE)


def _issues(
    months: tuple[MonthUse, ...], terms: tuple[BillTerms, ...], options: tuple[OptionYear, ...]
) -> tuple[Issue, ...]:
    issues = [issue for term in terms for issue in term.issues]
    if len(months) < YEAR:
        issues.append(Issue(code="compare-part-of-a-year", parameters={"months": len(months)}))
    if any(option.low != option.total for option in options):
        issues.append(Issue(code="option-hours-unknown", severity=Severity.NOTE))
    once: dict[tuple[str, str], Issue] = {}
    for issue in issues:
        once.setdefault((issue.code, str(issue.parameters.get("charge", ""))), issue)
    return tuple(once.values())
