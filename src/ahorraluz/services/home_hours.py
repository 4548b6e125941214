"""The hours of a home that is billed by them, where its recibos tell kWh alone."""

from collections.abc import Callable, Mapping
from decimal import Decimal

from ahorraluz.catalog.band_shares import load_hour_facts
from ahorraluz.core.advice.context import PlanContext
from ahorraluz.core.advice.pricing import band_split
from ahorraluz.core.consumption import Band, Consumption
from ahorraluz.core.home import Home
from ahorraluz.core.issues import InvalidInputError, Issue, Severity
from ahorraluz.core.periods import Period
from ahorraluz.core.tariffs.band_arrays import whole_shares
from ahorraluz.core.tariffs.billing import Bill, price_bill
from ahorraluz.core.tariffs.schedule import OPTION_BANDS, NoScheduleError
from ahorraluz.core.tariffs.terms import BillTerms
from ahorraluz.core.usage.account import UsageAccount
from ahorraluz.core.usage.peak_uses import PEAK_SHARE, told_share

BASE_SHARE = "base-share"
"""Figure under which a home says what part of its energy is in the cheapest hours."""


def band_shares_of(home: Home, account: UsageAccount) -> Mapping[Band, Decimal]:
    """Return the part of a home's energy in every band but one; empty with one register.

    What it did not type of hora punta is what is believed of homes like it; what it did
    not type of the cheapest band is taken for none.
    """
    bands = OPTION_BANDS.get(home.supply.option)
    if bands is None:
        return {}
    peak = told_share(home, account, load_hour_facts()).belief.mean
    shares = {Band.PEAK: Decimal(repr(peak))}
    if Band.BASE in bands:
        shares[Band.BASE] = home.assumptions.get(BASE_SHARE, Decimal(0))
    if sum(shares.values()) > 1:
        raise InvalidInputError("shares-above-one", field=f"[assumptions] {BASE_SHARE}")
    return whole_shares(shares)


def latest_bill(
    home: Home,
    terms_of: Callable[[Period], BillTerms],
    hours: Mapping[Band, Decimal],
    *,
    today: BillTerms,
) -> tuple[Bill, tuple[Issue, ...]]:
    """Return the latest recibo, its energy in the bands that the home is believed to use.

    Parameters
    ----------
    home
        With its recibos.
    terms_of
        What a period is billed by.
    hours
        Believed part of the energy in each band; empty: not billed by hours.
    today
        The month that now begins. Its terms price the energy of a recibo that is so old, as of
        an old meter file, that no sheet reaches it, and an issue says so.
    """
    latest = home.history[-1]
    issues: tuple[Issue, ...] = ()
    try:
        terms = terms_of(latest.period)
    except NoScheduleError as error:
        if error.issue.code != "no-sheet-at-all" or latest.period.end > today.period.start:
            raise
        terms, issues = today, (_old(latest.period, today.period),)
    bands = band_split(latest.kwh, shares=hours, bands=terms.bands) if hours else {}
    used = Consumption(period=terms.period, energy_kwh=latest.kwh, bands_kwh=bands)
    return price_bill(used, terms), issues


def _old(period: Period, today: Period) -> Issue:
    parameters = {"start": period.start, "end": period.end, "day": today.start}
    return Issue(code="bill-at-todays-prices", severity=Severity.WARNING, parameters=parameters)


def issues_of_hours(context: PlanContext) -> tuple[Issue, ...]:
    """Return what a plan takes of the hours of a home that is billed by them."""
    if not context.band_shares:
        return ()
    part = round(float(context.band_shares[Band.PEAK]) * 100)
    if context.typed(PEAK_SHARE) is not None:
        return (Issue(code="hours-told", severity=Severity.NOTE, parameters={"part": part}),)
    return (Issue(code="hours-believed", parameters={"part": part}),)
