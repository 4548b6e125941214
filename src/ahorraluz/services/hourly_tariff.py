"""Whether an option with hours would pay a home, before its meter is changed, and afterwards."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from ahorraluz.catalog.appliances import load_appliances
from ahorraluz.catalog.band_shares import load_hour_facts
from ahorraluz.catalog.evidence import load_measure_facts
from ahorraluz.core.advice.context import PlanContext
from ahorraluz.core.advice.hourly import (
    HIGH,
    LOW,
    HourlyError,
    MovableUse,
    OptionProspect,
    movable_uses,
    prospect,
)
from ahorraluz.core.advice.measured_months import latest_year, months_of
from ahorraluz.core.advice.option_years import OptionYear
from ahorraluz.core.advice.pricing import HOURLY
from ahorraluz.core.history import Source
from ahorraluz.core.home import CustomerClass, Home, MonthlyUse, Option, Supply, Tenure
from ahorraluz.core.issues import Issue, Severity
from ahorraluz.core.readings.schema import Readings
from ahorraluz.core.tariffs.figures import PEAK_END_HOUR, PEAK_START_HOUR
from ahorraluz.core.usage.hour_share import known
from ahorraluz.core.usage.peak_uses import ANSWERS, HourFacts, ToldShare, told_share
from ahorraluz.services.advise import plan_context
from ahorraluz.services.compare_tariffs import TariffComparison, compare_tariffs
from ahorraluz.services.connection import Connection
from ahorraluz.services.explain_bill import Evidence
from ahorraluz.services.homes import KnownHome
from ahorraluz.services.toolbox import Toolbox

METER = "cost-hourly-meter"
"""Figure under which a household types what the meter costs."""
METER_ROW = "smart-meter-tou"
"""Row of ``data/measures.csv`` that says what was published of such a meter."""
YEAR = 12
EVEN = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterCost:
    """What the meter for hours costs, as far as anybody said."""

    stated: Decimal | None
    """Typed by the household, paid once; ``None``: to be asked of the distributor. [PEN]"""
    published_low: Decimal | None
    published_high: Decimal | None
    """What was published of a smart meter. [PEN/year]"""
    source: Source
    """Who published it."""

    def payback_months(self, one: OptionProspect) -> float | None:
        """Return after how long the stated cost is paid back, as expected. [month]

        ``None``: no cost was stated, or nothing is expected to be spared.
        """
        if self.stated is None or one.expected <= 0:
            return None
        return YEAR * float(self.stated / one.expected)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPromise:
    """What a meter says of an option, beside what had been promised."""

    year: OptionYear
    """The measured months under the option, exact."""
    chance: float
    """Chance that had been stated. [0 to 1]"""
    chance_now: float
    """Chance for the year to come, the share measured. [0 to 1]"""

    @property
    def costs_less(self) -> bool:
        """Whether the measured months cost less under the option."""
        return self.year.saving > 0

    @property
    def was_right(self) -> bool:
        """Whether what was called likelier came true."""
        return (self.chance >= EVEN) == self.costs_less


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredCheck:
    """The promise held against readings."""

    comparison: TariffComparison
    place: float
    """Where the measured share lies in what was believed, as a probability. [0 to 1]"""
    options: tuple[KeptPromise, ...]

    @property
    def in_range(self) -> bool:
        """Whether the measured share lies in the range of 80 % that was stated."""
        return LOW <= self.place <= HIGH


@dataclass(frozen=True, slots=True, kw_only=True)
class HourlyAnswer:
    """What options with hours promise a home."""

    home: Home
    kwh_by_month: tuple[Decimal, ...]
    """Energy of the twelve months to come if nothing changes. [kWh/month]"""
    facts: HourFacts
    told: ToldShare
    prospects: tuple[OptionProspect, ...]
    """By falling chance; empty where no sheet prices hours."""
    not_on_file: tuple[Option, ...]
    movable: tuple[MovableUse, ...]
    meter: MeterCost
    unanswered: tuple[str, ...]
    """Questions whose answer would tell more, by id."""
    measured: MeasuredCheck | None
    issues: tuple[Issue, ...]
    data_hash: str

    @property
    def movable_kwh(self) -> float:
        """What could leave hora punta. [kWh/month]"""
        return sum(use.peak_kwh_month for use in self.movable)


def hourly_tariff(
    home: KnownHome, *, tools: Toolbox, as_of: date, readings: Readings | None = None
) -> HourlyAnswer:
    """Return the chance that an option with hours costs a home less, and what would help.

    Parameters
    ----------
    home
        The home with its recibos; one kWh is enough. Its list of appliances and its answers
        narrow what is believed.
    tools
        Sheets on file.
    as_of
        Day of the answer; the twelve months to come start on it.
    readings
        What its meter measured since, if it is there: the promise is then checked.

    Raises
    ------
    HourlyError
        ``hourly-only-homes``, ``hourly-from-one-register``, ``hourly-other-hours``.
    ComparisonError
        The readings tell no hours, or no whole month.
    AhorraLuzError
        What the home states cannot be, or no prices reach it.
    """
    supply = home.home.supply
    if supply.customer is not CustomerClass.RESIDENTIAL:
        raise HourlyError("hourly-only-homes", field="customer", value=supply.customer.value)
    if supply.option is not Option.BT5B:
        raise HourlyError("hourly-from-one-register", field="option", value=supply.option.value)
    context = plan_context(
        home.home, tools=tools, as_of=as_of, receipt=home.receipt, evidence=home.evidence
    ).prepared()
    facts = load_hour_facts().edited(home.home.assumptions)
    _check_hours(context, facts)
    told = told_share(home.home, context.at_meter, facts)
    prospects, refused = _prospects(context, told)
    priced = {one.option for one in prospects}
    return HourlyAnswer(
        home=home.home,
        kwh_by_month=context.kwh_by_month,
        facts=facts,
        told=told,
        prospects=prospects,
        not_on_file=tuple(option for option in HOURLY.values() if option not in priced),
        movable=movable_uses(
            context.at_meter, load_appliances(), answers=told.answers, facts=facts
        ),
        meter=_meter(home.home),
        unanswered=_unanswered(told),
        measured=None
        if readings is None
        else check_promise(
            prospects,
            told,
            facts,
            compare_tariffs(readings, _connection(home), tools=tools, as_of=as_of),
        ),
        issues=(*refused, *_issues(home.home, context, prospects)),
        data_hash=tools.data_hash(supply.distributor),
    )


def check_promise(
    prospects: tuple[OptionProspect, ...],
    told: ToldShare,
    facts: HourFacts,
    comparison: TariffComparison,
) -> MeasuredCheck:
    """Return what was promised beside what a meter measured.

    Parameters
    ----------
    prospects
        Promises made from recibos.
    told
        What was believed then.
    facts
        Fitted shares: how far a measured share moves from one half-year to the next.
    comparison
        The measured months under every option.
    """
    share = comparison.peak_share
    promised = {one.option: one for one in prospects}
    measured = known(share, facts.shares)
    return MeasuredCheck(
        comparison=comparison,
        place=told.belief.below(share),
        options=tuple(
            KeptPromise(
                year=year,
                chance=promised[year.option].chance,
                chance_now=replace(promised[year.option], belief=measured).chance,
            )
            for year in comparison.options
            if year.option in promised
        ),
    )


def home_of_readings(supply: Supply, readings: Readings, *, discount: Decimal | None) -> KnownHome:
    """Return the home of which a meter tells the months, as its recibos would.

    Raises
    ------
    HourlyError
        ``hourly-no-month``: no month was measured nearly whole.
    """
    months = [month.measured() for month in latest_year(months_of(readings))]
    if not months:
        raise HourlyError("hourly-no-month")
    history = tuple(MonthlyUse(period=month.period, kwh=month.kwh) for month in months)
    return KnownHome(
        home=Home(supply=supply, history=history), evidence=Evidence(discount=discount)
    )


def _prospects(
    context: PlanContext, told: ToldShare
) -> tuple[tuple[OptionProspect, ...], list[Issue]]:
    """Return what can be promised, and why an option of the sheet cannot."""
    found, refused = [], []
    for name in HOURLY:
        pair = context.otherwise.get(name)
        if pair is None:
            continue
        try:
            found.append(prospect(pair, context.kwh_by_month, told.belief))
        except HourlyError as error:
            refused.append(replace(error.issue, severity=Severity.WARNING))
    return tuple(sorted(found, key=lambda one: -one.chance)), refused


def _check_hours(context: PlanContext, facts: HourFacts) -> None:
    """Refuse a belief about other hours than those of the tariff."""
    first, after = (
        int(context.facts.figures.value(name, context.as_of))
        for name in (PEAK_START_HOUR, PEAK_END_HOUR)
    )
    if (first, after) != (facts.shares.first_hour, facts.shares.after_hour):
        raise HourlyError(
            "hourly-other-hours",
            first=first,
            after=after,
            known_first=facts.shares.first_hour,
            known_after=facts.shares.after_hour,
        )


def _connection(home: KnownHome) -> Connection:
    receipts = (*([home.receipt] if home.receipt else ()), *home.evidence.others)
    return Connection(
        supply=home.home.supply,
        charges=home.home.charges,
        receipts=receipts,
        fose_discount=home.evidence.discount,
    )


def _meter(home: Home) -> MeterCost:
    row = load_measure_facts()[METER_ROW]
    yearly = row.cost_unit == "PEN/year"
    return MeterCost(
        stated=home.assumptions.get(METER),
        published_low=row.cost_low if yearly else None,
        published_high=row.cost_high if yearly else None,
        source=row.source,
    )


def _unanswered(told: ToldShare) -> tuple[str, ...]:
    if told.typed is not None:
        return ()
    return tuple(name for name in ANSWERS if name not in told.answers)


def _issues(
    home: Home, context: PlanContext, prospects: tuple[OptionProspect, ...]
) -> tuple[Issue, ...]:
    told: list[Issue] = []
    if not any(context.kwh_by_month):
        told.append(Issue(code="hourly-no-energy"))
    if not prospects:
        told.append(
            Issue(code="hourly-no-sheet", parameters={"distributor": home.supply.distributor})
        )
    told += _notes(home)
    if prospects:
        told.append(Issue(code="hourly-who-may", severity=Severity.NOTE))
    if any(one.hours_unknown for one in prospects):
        told.append(Issue(code="option-hours-unknown", severity=Severity.NOTE))
    sheets = [issue for one in prospects for terms in one.pair.then for issue in terms.issues]
    once: dict[tuple[str, str], Issue] = {}
    for issue in (*told, *sheets):
        once.setdefault((issue.code, str(issue.parameters.get("charge", ""))), issue)
    return tuple(once.values())


def _notes(home: Home) -> list[Issue]:
    """Return what of the home itself limits the answer."""
    notes: list[Issue] = []
    months = len(home.history)
    if months < YEAR:
        few = {"months": months}
        notes.append(Issue(code="hourly-few-recibos", severity=Severity.NOTE, parameters=few))
    if home.homes_on_meter > 1:
        homes = {"homes": home.homes_on_meter}
        notes.append(Issue(code="hourly-shared-meter", severity=Severity.NOTE, parameters=homes))
    if home.tenure is Tenure.TENANT:
        notes.append(Issue(code="hourly-tenant", severity=Severity.NOTE))
    return notes
