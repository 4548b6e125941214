"""From the readings of a home and the day of a step to what the step saved."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from ahorraluz.catalog.placebos import load_doubt, load_foresight
from ahorraluz.core.advice.catalogue.every import ALL_MEASURES
from ahorraluz.core.advice.measured_months import MonthUse, months_of
from ahorraluz.core.estimate import Estimate
from ahorraluz.core.issues import InvalidInputError, Issue, Severity
from ahorraluz.core.readings.channels import Flow
from ahorraluz.core.readings.quality import QualityFinding
from ahorraluz.core.readings.schema import Readings, Step
from ahorraluz.core.usage.profile import DailyTemperatures
from ahorraluz.core.usage.robust import DAYS_MONTH
from ahorraluz.core.verification.avoided import (
    Avoided,
    avoided_by_month,
    expect,
    pieces_after,
)
from ahorraluz.core.verification.baseline import Baseline, MovementBasis, Weather
from ahorraluz.core.verification.cells import (
    Cells,
    Days,
    Floats,
    Grain,
    check_cells,
    months_around,
    weeks_around,
)
from ahorraluz.core.verification.panel import MonthlyHomes, PeerHomes, days_of
from ahorraluz.core.verification.verdict import Judgement, Kept, against_promise, judge
from ahorraluz.services.connection import Connection
from ahorraluz.services.find_readings import find_readings
from ahorraluz.services.homes import home_from_file
from ahorraluz.services.price_savings import SavedMonth, price_months
from ahorraluz.services.receive_readings import FileHints
from ahorraluz.services.steps_apart import TARIFFS, alone, other_steps
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.store.promise_records import Promise

HOME_FILE = ".toml"
OTHER_FUELS = frozenset(
    {"biodigester", "financed-gas-connection", "improved-stove", "induction-instead-of-lpg"}
)
"""Measures that save gas or firewood: the electricity of the home stays, or grows."""
YEAR_DAYS = 330
"""Days before the step from which a season is known. [day]"""

CONSTANT = 1e-6
"""Difference between weeks, as a part of the largest, below which a series is no use of a home."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HomeSeries:
    """What was metered of a home: days where they are known, else months."""

    name: str
    home: str | None
    """The home in the store; ``None``: a file."""
    months: tuple[MonthUse, ...]
    """Calendar months, or recibos, by rising date."""
    days: Days | None = None
    kwh: Floats | None = None
    """Energy of each day, NaN unknown, shape (d,). [kWh]"""
    solar: bool = False
    """Whether the home also gives energy to the grid."""
    issues: tuple[Issue, ...] = ()

    @property
    def first(self) -> date:
        """First day known."""
        return self.months[0].period.start if self.days is None else _day(self.days[0])

    @property
    def last(self) -> date:
        """Last day known."""
        if self.days is None:
            return self.months[-1].period.end - timedelta(days=1)
        return _day(self.days[-1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What is known besides a home's own history."""

    peers: PeerHomes | None = None
    temperatures: DailyTemperatures | None = None
    connection: Connection | None = None
    """How the home is billed; ``None``: nothing is priced."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTaken:
    """A measure, and the first day with it."""

    step: str
    since: date


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Verified:
    """What a step saved, as far as it can be told."""

    series: HomeSeries
    step: str
    since: date
    cells: Cells
    baseline: Baseline
    found: Avoided
    """All days since the step."""
    judgement: Judgement
    months: tuple[SavedMonth, ...]
    soles: Estimate | None
    """Saved in all; ``None``: no price is known. [PEN]"""
    promise: Promise | None
    kept: Kept | None
    issues: tuple[Issue, ...]

    @property
    def kwh_month(self) -> Estimate:
        """Saved in a mean month. [kWh/month]"""
        return self.found.saved_kwh.scaled(DAYS_MONTH / self.found.days, unit="kWh/month")


def verify_savings(
    series: HomeSeries, taken: StepTaken, *, beside: Beside, tools: Toolbox, as_of: date
) -> Verified:
    """Return what a step saved since a day.

    Parameters
    ----------
    series
        What was metered (:func:`series_of`).
    taken
        Id of the measure, and the first day with it.
    beside
        Comparison homes, temperatures and prices, as far as they are known.
    tools
        Sheets and store.
    as_of
        Today.

    Raises
    ------
    InvalidInputError
        ``verify-step-unknown``, ``verify-step-is-tariff``, ``verify-step-is-fuel``,
        ``verify-since-future``, ``verify-since-before``, ``verify-since-after``.
    VerificationError
        What :func:`~.cells.check_cells` and :func:`.steps_apart.alone` refuse.
    """
    since = taken.since
    check_metered_step(taken.step)
    _check_day(series, since, as_of)
    cells = _cells(series, since, beside)
    check_cells(cells, since=since)
    gaps = int(np.isnan(cells.kwh_day).sum())
    lone = alone(cells, other_steps(series.home, taken.step, tools=tools), since=since)
    cells = lone.cells
    peers = None if beside.peers is None else beside.peers.on(cells)
    baseline = expect(cells, peers=peers, weather=_weather(beside), foresight=load_foresight())
    pieces = pieces_after(cells, baseline, daily=_daily(series, cells))
    months = avoided_by_month(
        cells,
        baseline,
        pieces,
        periods=[month.period for month in series.months],
        doubt=load_doubt(),
    )
    found = next(month.so_far for month in reversed(months) if month.so_far is not None)
    priced, price_issues = price_months(
        months, uses=series.months, connection=beside.connection, tools=tools, as_of=as_of
    )
    promise = None
    if series.home is not None:
        promise = tools.store.promises.of_home(series.home, taken.step)
    verified = Verified(
        series=series,
        step=taken.step,
        since=since,
        cells=cells,
        baseline=baseline,
        found=found,
        judgement=judge(found),
        months=priced,
        soles=next((m.soles_so_far for m in reversed(priced) if m.soles_so_far), None),
        promise=promise,
        kept=None,
        issues=(
            *series.issues,
            *lone.issues,
            *_issues(series, cells, baseline, beside, gaps=gaps),
            *price_issues,
        ),
    )
    return _with_promise(verified)


def _with_promise(verified: Verified) -> Verified:
    promise = verified.promise
    if promise is None:
        return verified
    if promise.made_on > verified.since:
        late = Issue(
            code="verify-promise-late",
            parameters={"made": promise.made_on, "since": verified.since},
        )
        return replace(verified, promise=None, issues=(*verified.issues, late))
    kept = against_promise(verified.kwh_month, promise.terms.wh_month / 1000)
    return replace(verified, kept=kept)


def check_step(step: str) -> None:
    """Refuse what is no measure (``verify-step-unknown``)."""
    known = [measure.id for measure in ALL_MEASURES]
    if step not in known:
        close = difflib.get_close_matches(step, known, n=3, cutoff=0.4)
        raise InvalidInputError(
            "verify-step-unknown", value=step[:60], suggestion=close or sorted(known)
        )


def check_metered_step(step: str) -> None:
    """Refuse what no meter of electricity can tell of.

    Raises
    ------
    InvalidInputError
        ``verify-step-unknown``; ``verify-step-is-tariff``: it changes the price;
        ``verify-step-is-fuel``: it saves another fuel.
    """
    check_step(step)
    if step in TARIFFS:
        raise InvalidInputError("verify-step-is-tariff", value=step)
    if step in OTHER_FUELS:
        raise InvalidInputError("verify-step-is-fuel", value=step)


def _check_day(series: HomeSeries, since: date, as_of: date) -> None:
    if since > as_of:
        raise InvalidInputError("verify-since-future", since=since, today=as_of)
    if since <= series.first:
        raise InvalidInputError("verify-since-before", since=since, first=series.first)
    if since > series.last:
        raise InvalidInputError("verify-since-after", since=since, last=series.last)


def _cells(series: HomeSeries, since: date, beside: Beside) -> Cells:
    """Return weeks where days are known and peers know them too, else months."""
    if series.days is None or series.kwh is None or isinstance(beside.peers, MonthlyHomes):
        months = [(m.period, m.whole_kwh if m.is_whole else float("nan")) for m in series.months]
        return months_around(months, since=since)
    return weeks_around(series.days, series.kwh, since=since)


def _daily(series: HomeSeries, cells: Cells) -> tuple[Days, Floats] | None:
    if series.days is None or series.kwh is None or cells.grain is Grain.MONTHS:
        return None
    return series.days, series.kwh


def _weather(beside: Beside) -> Weather | None:
    known = beside.temperatures
    return None if known is None else Weather(days=known.days, temp_c=known.temp_c)


def _issues(
    series: HomeSeries, cells: Cells, baseline: Baseline, beside: Beside, *, gaps: int
) -> list[Issue]:
    issues = []
    basis = baseline.movement.basis
    if beside.peers is not None and basis is not MovementBasis.PEERS:
        issues.append(Issue(code="verify-too-few-peers"))
    if basis is MovementBasis.LEVEL or (
        basis is MovementBasis.WEATHER and cells.days_used(before=True) < YEAR_DAYS
    ):
        days = round(cells.days_used(before=True))
        issues.append(Issue(code="verify-season-unknown", parameters={"days": days}))
    absent = int(cells.absent.sum())
    if absent:
        code = "verify-absent-weeks" if cells.grain is Grain.WEEKS else "verify-absent-months"
        issues.append(Issue(code=code, severity=Severity.NOTE, parameters={"count": absent}))
    if gaps:
        issues.append(Issue(code="verify-gaps", severity=Severity.NOTE, parameters={"count": gaps}))
    used = cells.kwh_day[cells.used]
    if len(used) > 2 and float(np.ptp(used)) <= CONSTANT * float(used.max()):
        issues.append(Issue(code="verify-constant"))
    if series.solar:
        issues.append(Issue(code="verify-solar"))
    return issues


def series_of(
    target: str, *, tools: Toolbox, hints: FileHints | None, as_of: date
) -> tuple[HomeSeries, Connection | None]:
    """Return what was metered of a home, and how it is billed if its file says so.

    Parameters
    ----------
    target
        A home file with recibos, a meter file, or a home of the store.
    tools
        The store.
    hints
        What was said of a meter file.
    as_of
        Today.

    Raises
    ------
    AhorraLuzError
        The file cannot be read, or the home is not known.
    """
    if Path(target).suffix.casefold() == HOME_FILE:
        known = home_from_file(Path(target), as_of=as_of, user_folder=tools.user_folder)
        months = tuple(
            MonthUse(period=month.period, kwh=float(month.kwh), peak_kwh=None, known=1.0)
            for month in known.home.history
        )
        connection = Connection(
            supply=known.home.supply,
            charges=known.home.charges,
            receipts=tuple(r for r in (known.receipt, *known.evidence.others) if r),
            fose_discount=known.evidence.discount,
        )
        return HomeSeries(name=Path(target).name, home=None, months=months), connection
    found = find_readings(target, tools=tools, hints=hints)
    readings = found.cleaned.readings
    findings = found.cleaned.report.findings
    exported = any(channel.flow is Flow.EXPORT for channel in found.channels)
    netted = any(finding.code == "net-metering" for finding in findings)
    return series_from(
        readings,
        name=found.name,
        home=found.home,
        solar=exported or netted,
        issues=(*found.issues, *_below_zero(findings)),
    ), None


def _below_zero(findings: Sequence[QualityFinding]) -> list[Issue]:
    """Return what became of values below zero, which cleaning takes out before anything else."""
    issues = []
    for finding in findings:
        told = {"count": finding.count}
        if finding.code == "net-metering":
            issues.append(Issue(code="verify-below-zero", severity=Severity.NOTE, parameters=told))
        if finding.code == "negative":
            issues.append(Issue(code="verify-negative", severity=Severity.NOTE, parameters=told))
    return issues


def series_from(
    readings: Readings,
    *,
    name: str,
    home: str | None = None,
    solar: bool = False,
    issues: Sequence[Issue] = (),
) -> HomeSeries:
    """Return a clean series as days and months."""
    months = months_of(readings)
    if readings.step is Step.MONTH:
        return HomeSeries(name=name, home=home, months=months, solar=solar, issues=tuple(issues))
    days, kwh = days_of(readings)
    return HomeSeries(
        name=name,
        home=home,
        months=months,
        days=days,
        kwh=kwh,
        solar=solar or bool(np.nanmin(readings.energy_kwh, initial=0.0) < 0),
        issues=tuple(issues),
    )


def _day(day: np.datetime64) -> date:
    found: date = day.astype("datetime64[D]").astype(date)
    return found
