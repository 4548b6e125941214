"""From the readings of a home to an understanding of its use, with a price on every finding."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np

from ahorraluz.catalog.appliances import load_appliances, load_ownership
from ahorraluz.catalog.assumptions import load_usage_assumptions
from ahorraluz.catalog.national import load_national
from ahorraluz.catalog.peers import load_peers
from ahorraluz.catalog.solar import find_city, load_climate
from ahorraluz.core.advice.context import priced_alone
from ahorraluz.core.advice.measured_months import MonthUse, latest_year, months_of, year_to_come
from ahorraluz.core.advice.pricing import YearPrices
from ahorraluz.core.advice.savings import PriceUnknownError, in_range, save_energy
from ahorraluz.core.consumption import Band
from ahorraluz.core.estimate import Estimate
from ahorraluz.core.history import NotInForceError
from ahorraluz.core.home import Home, MonthlyUse, Supply
from ahorraluz.core.issues import Issue, Severity
from ahorraluz.core.periods import months_from
from ahorraluz.core.readings.schema import Readings
from ahorraluz.core.readings.sufficiency import Sufficiency, answers
from ahorraluz.core.tariffs.figures import PEAK_END_HOUR, PEAK_START_HOUR, NationalFigures
from ahorraluz.core.tariffs.terms import BillTerms
from ahorraluz.core.usage.account import UsageAccount, account_for_usage
from ahorraluz.core.usage.facts import Zone
from ahorraluz.core.usage.findings import Finding
from ahorraluz.core.usage.merged_account import merge_account
from ahorraluz.core.usage.peers import PeerComparison, compare_with_peers, peer_findings
from ahorraluz.core.usage.profile import (
    DailyTemperatures,
    UsageContext,
    UsageProfile,
    profile_usage,
)
from ahorraluz.ingest.temperatures import read_temperatures
from ahorraluz.services.advise import city_of
from ahorraluz.services.connection import Connection, prices_of
from ahorraluz.services.describe_home import like_this
from ahorraluz.services.find_readings import FoundReadings
from ahorraluz.services.toolbox import Toolbox

MONTHS = 12
WH = 1000
TOO_SHORT = "-too-few-days"
COST_UNIT = "PEN/month"
NOT_STATED = Supply(distributor="")
"""Stands for the connection of a home that did not say how it is billed; nothing prices it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedFinding:
    """A finding with what it costs."""

    finding: Finding
    cost: Estimate | None
    """The bill less the bill without its energy, mean month of the year to come; negative
    where it saves. [PEN/month] ``None``: it is about no energy, or no price is known."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Understanding:
    """What the readings of a home say, and what it costs."""

    name: str
    """File or home."""
    found: FoundReadings
    profile: UsageProfile
    months: tuple[MonthUse, ...]
    findings: tuple[PricedFinding, ...]
    account: UsageAccount | None
    """Where the energy goes, readings and survey together; ``None``: no whole month."""
    peers: PeerComparison | None
    connection: Connection | None
    terms: tuple[BillTerms, ...]
    """The twelve months to come; empty without a connection."""
    kwh_by_month: tuple[Decimal, ...]
    """Energy of those months if nothing changes. [kWh/month]"""
    peak_hours: tuple[int, int] | None
    enough: Sufficiency
    """Which questions the readings are enough for, and why not for the others."""
    issues: tuple[Issue, ...]

    @property
    def readings(self) -> Readings:
        """The clean series."""
        return self.found.cleaned.readings


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What is known of a home besides its readings."""

    connection: Connection | None = None
    home: Home | None = None
    """Its file, if at hand: people, place and appliances."""
    city: str | None = None
    """City of the climate, by id; the home's own where it has one."""
    temperatures: DailyTemperatures | None = None


def understand_usage(
    found: FoundReadings, *, about: About, tools: Toolbox, as_of: date
) -> Understanding:
    """Return what the readings say, with the cost of each finding where prices are known.

    Raises
    ------
    AhorraLuzError
        What was stated of the home cannot be, or no prices reach its connection.
    """
    readings = found.cleaned.readings
    figures = load_national(user_folder=tools.user_folder)
    peak_hours = _peak_hours(figures, as_of)
    profile = profile_usage(readings, context=_context(about, peak_hours))
    months = months_of(readings)
    terms = _terms(about.connection, tools, as_of)
    periods = [term.period for term in terms] or list(months_from(as_of, months=MONTHS))
    kwh_by_month = year_to_come(months, periods) or ()
    home = _home(about, months)
    account = None if home is None else _account(home, profile, about)
    peers = None
    if home is not None:
        others: Sequence[float] = ()
        if found.home is not None:
            home, others = like_this(found.home, home, tools=tools)
        peers = compare_with_peers(
            float(sum(kwh_by_month)) / MONTHS,
            home=home,
            peers=load_peers(figures, as_of=as_of),
            own_homes=others,
        )
    findings = (*profile.findings, *(peer_findings(peers) if peers else ()))
    return Understanding(
        name=found.name,
        found=found,
        profile=profile,
        months=months,
        findings=_priced(findings, terms, kwh_by_month),
        account=account,
        peers=peers,
        connection=about.connection,
        terms=terms,
        kwh_by_month=kwh_by_month,
        peak_hours=peak_hours,
        enough=answers(readings),
        issues=_issues(found, profile, account, about, terms),
    )


def _peak_hours(figures: NationalFigures, day: date) -> tuple[int, int] | None:
    try:
        return int(figures.value(PEAK_START_HOUR, day)), int(figures.value(PEAK_END_HOUR, day))
    except NotInForceError:
        return None


def _context(about: About, peak_hours: tuple[int, int] | None) -> UsageContext:
    city = _city(about)
    return UsageContext(
        appliances=load_appliances(),
        owned=_owned(about.home),
        peak_hours=peak_hours,
        climate=load_climate(city) if city else None,
        temperatures=about.temperatures,
    )


def _city(about: About) -> str | None:
    """Return the city of the climate; raises ``city-unknown``."""
    if about.city is not None:
        return find_city(about.city).id
    return city_of(about.home) if about.home else None


def _owned(home: Home | None) -> Mapping[str, float]:
    """Return how probable each appliance is: sure where listed, else as published."""
    owned = {item.appliance: item.shares[Zone.ALL] for item in load_ownership()}
    listed = {item.id: 1.0 for item in home.appliances} if home else {}
    return {**owned, **listed}


def _terms(connection: Connection | None, tools: Toolbox, as_of: date) -> tuple[BillTerms, ...]:
    if connection is None:
        return ()
    return tuple(map(priced_alone, prices_of(connection, tools=tools, as_of=as_of).year))


def _home(about: About, months: tuple[MonthUse, ...]) -> Home | None:
    """Return the home of the file, or one of which only the measured months are known."""
    if about.home is not None:
        return about.home
    whole = latest_year(months)
    if not whole:
        return None
    supply = about.connection.supply if about.connection else NOT_STATED
    history = tuple(MonthlyUse(period=month.period, kwh=month.measured().kwh) for month in whole)
    return Home(supply=supply, history=history)


def _account(home: Home, profile: UsageProfile, about: About) -> UsageAccount:
    appliances = load_appliances()
    city = _city(about)
    account = account_for_usage(
        home,
        appliances=appliances,
        ownership=load_ownership(),
        climate=load_climate(city) if city else None,
        assumptions=load_usage_assumptions(),
    )
    if profile.uses is None:
        return account
    return merge_account(home, account, profile.uses, appliances=appliances)


def _priced(
    findings: Sequence[Finding], terms: tuple[BillTerms, ...], kwh_by_month: tuple[Decimal, ...]
) -> tuple[PricedFinding, ...]:
    # Under an option with hours a kWh has no price without its hour.
    if not terms or not kwh_by_month or has_hours(terms):
        return tuple(PricedFinding(finding=finding, cost=None) for finding in findings)
    prices = YearPrices(terms)
    before = np.array([int(kwh * WH) for kwh in kwh_by_month], dtype=np.int64)
    return tuple(
        PricedFinding(finding=finding, cost=_cost(finding, prices, before)) for finding in findings
    )


def has_hours(terms: tuple[BillTerms, ...]) -> bool:
    """Tell whether a kWh has another price at another hour."""
    return any(term.bands != (Band.TOTAL,) for term in terms)


def _cost(finding: Finding, prices: YearPrices, before: np.ndarray) -> Estimate | None:
    """Return the bill less the bill without the energy of a finding. [PEN/month]"""
    energy = finding.energy
    if energy is None:
        return None
    low, middle, high = (
        np.minimum(before, round(kwh * WH)) for kwh in (energy.low, energy.middle, energy.high)
    )
    try:
        saving = save_energy(prices, before=before, low=low, middle=middle, high=high)
    except PriceUnknownError:
        return None
    zero = Decimal(0)
    least, mean, most = in_range(saving, prices.year, other=(zero, zero, zero))
    return Estimate(low=least, middle=mean, high=most, unit=COST_UNIT, basis=energy.basis)


def _issues(
    found: FoundReadings,
    profile: UsageProfile,
    account: UsageAccount | None,
    about: About,
    terms: tuple[BillTerms, ...],
) -> tuple[Issue, ...]:
    """Return every issue once, the first of each code."""
    # Why a series is too short is said once, question by question, by ``enough``.
    told = [issue for issue in profile.issues if not issue.code.endswith(TOO_SHORT)]
    issues = [*found.issues, *told, *(account.issues if account else ())]
    issues += [issue for term in terms for issue in term.issues]
    if about.connection is None:
        issues.append(Issue(code="usage-without-tariff", severity=Severity.NOTE))
    if has_hours(terms):
        option = terms[0].supply.option.value
        issues.append(
            Issue(
                code="usage-option-with-hours",
                severity=Severity.NOTE,
                parameters={"option": option},
            )
        )
    once: dict[tuple[str, str], Issue] = {}
    for issue in issues:
        once.setdefault((issue.code, str(issue.parameters.get("charge", ""))), issue)
    return tuple(once.values())


def read_daily_temperatures(path: Path) -> DailyTemperatures:
    """Return the daily temperatures of a CSV; raises like the reader of such files."""
    return read_temperatures(path)
