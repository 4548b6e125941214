"""Figures of homes by day, and of forecast models, for boards: from the services that pages ask.

What a service cannot tell of a home is left out; nothing is made up for a board.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from ahorraluz.core.estimate import Estimate
from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.core.tariffs.figures import FOSE_LIMIT_KWH
from ahorraluz.services.advise import whole_account
from ahorraluz.services.households.asking import AskedHome, ask_home
from ahorraluz.services.households.figures import kept_figures, reckon_and_keep
from ahorraluz.services.households.keeping import kept_home
from ahorraluz.services.households.results import StepResult, step_results
from ahorraluz.services.live.home_rules import UJ_PER_WH, roles_of
from ahorraluz.services.live.model_figures import model_figures
from ahorraluz.services.outlets import PERU_TIME
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.store.live.records import Figure, Now, Span

KEPT_DAYS = 800
"""How long figures are kept: two years beside each other. [day]"""
DAYS_BACK = 40
"""Days whose energy is told again: late readings may have changed it. [day]"""
MONTHS = 12
WH, CENTS = 1_000, 100
SINGLE: Mapping[str, tuple[str, float, str]] = {
    "today_energy": ("today", WH, "kWh"),
    "today_cost": ("today_cost", CENTS, "PEN"),
    "month_energy": ("month", WH, "kWh"),
    "month_cost": ("month_cost", CENTS, "PEN"),
    "limit": ("limit", WH, "kWh"),
    "limit_left": ("limit_left", WH, "kWh"),
    "limit_day": ("limit_day", WH, "kWh/day"),
}
"""Name, divisor and unit of each latest figure, by its name among those."""
RANGES: Mapping[str, tuple[str, float, str]] = {
    "end_energy": ("month_forecast", WH, "kWh"),
    "end_cost": ("month_cost_forecast", CENTS, "PEN"),
}
"""The same of those that have a low and a high."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What came of filling."""

    homes: int
    """Homes with figures."""
    left_out: int
    """Homes of which nothing is known."""
    of_models: int
    """Figures of models."""


def fill_figures(*, tools: Toolbox, as_of: datetime) -> Filled:
    """Keep the figures of every home as they are today, and of the models; drop what is too old.

    Parameters
    ----------
    tools
        The store and the sheets on file.
    as_of
        The moment, with its zone.
    """
    book = tools.store.live.figures
    homes = left_out = 0
    for home in tools.store.homes():
        try:
            found = tuple(home_figures(home.id, tools=tools, as_of=as_of))
            book.keep(home.id, found)
        except AhorraLuzError:
            # Somebody deleted it meanwhile, or its key.
            found = ()
        homes += bool(found)
        left_out += not found
    oldest = as_of.astimezone(PERU_TIME).date() - timedelta(days=KEPT_DAYS)
    book.drop(before_day=oldest.isoformat())
    of_models = model_figures()
    book.keep_of_models(of_models)
    return Filled(homes=homes, left_out=left_out, of_models=len(of_models))


def home_figures(home: str, *, tools: Toolbox, as_of: datetime) -> Iterator[Figure]:
    """Yield what can be told of a home today, and the energy of its last days."""
    today = as_of.astimezone(PERU_TIME).date()
    yield from _days(home, tools=tools, as_of=as_of)
    yield from _latest(tools.store.live.watches.now(home), today)
    try:
        asked = ask_home(kept_home(home, tools=tools), tools=tools, as_of=today)
    except AhorraLuzError as error:
        if error.issue.code == "key-gone":
            raise
        # A home that nobody described: what its meter says is all there is.
        return
    yield from _limit(asked, today, tools=tools)
    yield from _uses(asked, today)
    yield from _plan(home, today, tools=tools, as_of=as_of)
    for result in step_results(home, connection=asked.connection, tools=tools, today=today):
        yield from _result(result, today)


def _days(home: str, *, tools: Toolbox, as_of: datetime) -> Iterator[Figure]:
    """Yield the energy that a home took on each local day, of the channels that make it."""
    channels = [role.channel for role in roles_of(home, tools=tools) if role.energy]
    if not channels:
        return
    since, until = (int((as_of + timedelta(days=days)).timestamp()) for days in (-DAYS_BACK, 1))
    zone = tools.store.zone(home)
    energy: dict[str, int] = {}
    for one in tools.store.live.sums(channels, Span.DAY, first_s=since, end_s=until):
        day = _local_day(one.start_s, zone)
        energy[day] = energy.get(day, 0) + one.energy_uj
    for day, energy_uj in energy.items():
        kwh = energy_uj / UJ_PER_WH / WH
        yield Figure(day=day, name="energy", middle=kwh, unit="kWh")


def _local_day(start_s: int, zone: str) -> str:
    from zoneinfo import ZoneInfo

    return datetime.fromtimestamp(start_s, UTC).astimezone(ZoneInfo(zone)).date().isoformat()


def _latest(now: tuple[Now, ...], today: date) -> Iterator[Figure]:
    """Yield the latest figures of a watch, if it is of today or the day before."""
    known = {
        one.name: one.value
        for one in now
        if datetime.fromtimestamp(one.at_ms / 1000, UTC).astimezone(PERU_TIME).date()
        >= today - timedelta(days=1)
    }
    day = today.isoformat()
    for name, (told, divisor, unit) in SINGLE.items():
        if name in known:
            yield Figure(day=day, name=told, middle=known[name] / divisor, unit=unit)
    for name, (told, divisor, unit) in RANGES.items():
        if name in known:
            low, high = known.get(f"{name}_low"), known.get(f"{name}_high")
            yield Figure(
                day=day,
                name=told,
                low=None if low is None else low / divisor,
                middle=known[name] / divisor,
                high=None if high is None else high / divisor,
                unit=unit,
            )


def _limit(asked: AskedHome, today: date, *, tools: Toolbox) -> Iterator[Figure]:
    if asked.connection is None:
        return
    book = tools.book(asked.connection.supply.distributor)
    limit = book.figures.known(FOSE_LIMIT_KWH, today)
    if limit is not None:
        yield Figure(day=today.isoformat(), name="fose_limit", middle=float(limit), unit="kWh")


def _uses(asked: AskedHome, today: date) -> Iterator[Figure]:
    """Yield end uses, and what is always on where a meter tells it."""
    account = None if asked.understanding is None else asked.understanding.account
    if account is None and asked.inquiry is not None and asked.inquiry.home.history:
        account = whole_account(asked.inquiry.home)[0]
    for use in () if account is None else account.uses:
        yield _figure(today, "end_use", use.id.value, use.estimate)
    base = None if asked.understanding is None else asked.understanding.profile.base
    if base is not None:
        yield _figure(today, "base_load", "", base.power_w)


def _plan(home: str, today: date, *, tools: Toolbox, as_of: datetime) -> Iterator[Figure]:
    """Yield what the plan comes to: reckoned anew once a month, and whenever its home changed."""
    figures = kept_figures(tools.store.people.households.answers(home))
    if figures is None or not figures.day.startswith(today.isoformat()[:7]):
        figures = reckon_and_keep(home, tools=tools, as_of=as_of)
    day = today.isoformat()
    if figures.kwh_month is not None:
        kwh = float(figures.kwh_month)
        yield Figure(day=day, name="mean_month_forecast", middle=kwh, unit="kWh/month")
    if figures.bill_pen is not None:
        yield Figure(day=day, name="bill", middle=float(figures.bill_pen), unit="PEN")
    if figures.saving_pen_year is not None:
        yield Figure(
            day=day,
            name="plan_saving",
            low=_monthly(figures.low_pen_year),
            middle=float(figures.saving_pen_year) / MONTHS,
            high=_monthly(figures.high_pen_year),
            unit="PEN/month",
        )


def _monthly(yearly: Decimal | None) -> float | None:
    return None if yearly is None else float(yearly) / MONTHS


def _result(result: StepResult, today: date) -> Iterator[Figure]:
    """Yield what a step was to save and did: month by month, and all since it was taken."""
    day = today.isoformat()
    if result.promise is not None:
        terms = result.promise.terms
        for name, amount, unit in (
            ("promised_energy", terms.wh_month / WH, "kWh/month"),
            ("promised_soles", terms.cents_month / CENTS, "PEN/month"),
        ):
            yield Figure(day=day, name=name, label=result.step, middle=amount, unit=unit)
    verified = result.verified
    if verified is None:
        return
    yield _figure(today, "verified_energy", result.step, verified.kwh_month)
    if verified.soles is not None:
        yield _figure(today, "verified_soles", result.step, verified.soles)
    for saved in verified.months:
        month = saved.month
        ends = (month.period.end - timedelta(days=1)).isoformat()
        for name, kwh in (
            ("counterfactual", month.expected_kwh),
            ("metered", month.metered_kwh),
        ):
            yield Figure(day=ends, name=name, label=result.step, middle=kwh, unit="kWh")


def _figure(day: date, name: str, label: str, estimate: Estimate) -> Figure:
    return Figure(
        day=day.isoformat(),
        name=name,
        label=label,
        low=estimate.low,
        middle=estimate.middle,
        high=estimate.high,
        unit=estimate.unit,
    )
