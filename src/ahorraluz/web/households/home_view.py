"""What the page of a kept home shows: the month, its plan by choices, and what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, Decimal

from ahorraluz.core.advice.forecast_bills import Crossing
from ahorraluz.core.issues import AhorraLuzError, Issue
from ahorraluz.services.documents.forecast import month_sentences, month_title
from ahorraluz.services.documents.verification import verdict_text
from ahorraluz.services.forecast_home import ForecastRequest, forecast_home, month_of
from ahorraluz.services.households.asking import AskedHome
from ahorraluz.services.households.beside_others import beside_others
from ahorraluz.services.households.choosing import Choice
from ahorraluz.services.households.results import StepResult, step_results
from ahorraluz.services.predict_usage import MonthAhead
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.services.understand_usage import PricedFinding
from ahorraluz.texts import Texts
from ahorraluz.web.answer import Answer
from ahorraluz.web.fan_picture import FanPicture
from ahorraluz.web.steps import StepCard
from ahorraluz.web.usage_view import ShownFinding, UsageView, fan_of, shown_finding, usage_view

MOST_AHEAD = 24
MONTH_DAYS = 28
MOST_FINDINGS = 5
PEERS = "peers-"
WITHOUT_READINGS = "home-without-readings"


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthView:
    """The present month: how it goes and where it will end."""

    title: str
    kwh: str
    low: str
    high: str
    soles: str
    """Empty: no prices are known."""
    soles_low: str
    soles_high: str
    limit: str
    """Next energy above which the whole month costs more; empty: there is none. [kWh]"""
    a_day: str
    """Energy a day that stays under it from now on. [kWh/day]"""
    sentences: tuple[str, ...]
    fan: FanPicture | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DoneView:
    """A step that was taken, and what came of it."""

    id: str
    title: str
    day: date
    promised: str
    """Soles a month; empty: nothing had been promised."""
    verdict: str
    saved: str
    """Soles in all since the day; empty: not known."""
    low: str
    high: str
    issues: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanView:
    """The plan parted by what the household chose."""

    cards: tuple[StepCard, ...]
    more: tuple[StepCard, ...]
    later: tuple[StepCard, ...]
    refused: tuple[tuple[str, str], ...]
    """Id and title."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeView:
    """Everything the page of a kept home shows beside its answer."""

    month: MonthView | None
    month_issue: str
    """Why the end of the month is not told; empty: it is."""
    plan: PlanView | None
    done: tuple[DoneView, ...]
    findings: tuple[ShownFinding, ...]
    peers: tuple[ShownFinding, ...]
    usage: UsageView | None


def home_view(
    asked: AskedHome, answer: Answer | None, texts: Texts, *, tools: Toolbox, today: date
) -> HomeView:
    """Return what the page of a kept home shows beside its answer."""
    known = asked.understanding
    usage = None if known is None else usage_view(known, texts)
    ahead, issues = month_ahead(asked, tools=tools, today=today)
    results = step_results(asked.kept.id, connection=asked.connection, tools=tools, today=today)
    findings = () if usage is None or known is None else usage.findings
    ids = () if known is None else tuple(item.finding.id for item in known.findings)
    of_peers = tuple(
        shown for shown, id_ in zip(findings, ids, strict=True) if id_.startswith(PEERS)
    )
    if known is None and asked.inquiry is not None:
        home = asked.inquiry.home
        told = beside_others(asked.kept.id, home, tools=tools, as_of=today)
        of_peers = tuple(shown_finding(PricedFinding(finding=f, cost=None), texts) for f in told)
    of_home = tuple(shown for shown in findings if shown not in of_peers)
    return HomeView(
        month=None if ahead is None else month_view(ahead, issues, texts),
        month_issue="" if ahead or not issues else texts.issue(issues[0]),
        plan=None if answer is None else plan_view(answer, asked, texts),
        done=tuple(done_view(result, texts) for result in results),
        findings=of_home[:MOST_FINDINGS],
        peers=of_peers,
        usage=usage,
    )


def month_ahead(
    asked: AskedHome, *, tools: Toolbox, today: date
) -> tuple[MonthAhead | None, tuple[Issue, ...]]:
    """Return where the present month will end, from readings or else from recibos."""
    if asked.understanding is not None:
        month = month_of(asked.understanding, tools=tools, today=today)
        if month.ahead is not None:
            return month.ahead, month.issues
    if asked.inquiry is None:
        return None, ()
    home = asked.inquiry.home
    days = (today - home.history[-1].period.end).days
    request = ForecastRequest(months=min(MOST_AHEAD, max(1, days // MONTH_DAYS + 1)))
    try:
        told = forecast_home(
            request,
            found=None,
            home=home,
            connection=asked.connection,
            tools=tools,
            today=today,
        )
    except AhorraLuzError as error:
        return None, error.issues
    now = [m for m in told.months if m.forecast.period.start <= today < m.forecast.period.end]
    return (now or list(told.months))[-1], told.issues


def month_view(ahead: MonthAhead, issues: Sequence[Issue], texts: Texts) -> MonthView:
    """Return a month to come in words, with its picture where days of it are known."""
    low, high = ahead.forecast.band_kwh
    soles = ("", "", "")
    if ahead.bill is not None:
        cost = ahead.bill.cost
        soles = (
            texts.soles(Decimal(str(cost.low)), places=0),
            texts.soles(Decimal(str(cost.middle)), places=0),
            texts.soles(Decimal(str(cost.high)), places=0),
        )
    near = _next_limit(ahead)
    return MonthView(
        title=month_title(ahead, texts),
        kwh=texts.number(ahead.forecast.mean_kwh, places=0),
        low=texts.number(low, places=0),
        high=texts.number(high, places=0),
        soles=soles[1],
        soles_low=soles[0],
        soles_high=soles[2],
        limit="" if near is None else texts.number(near.limit_kwh),
        a_day="" if near is None else _down(near, texts),
        sentences=(*map(texts.issue, issues), *month_sentences(ahead, texts)),
        fan=fan_of(ahead) if ahead.used_by_day else None,
    )


def _next_limit(ahead: MonthAhead) -> Crossing | None:
    """Return the lowest limit that the month has not passed."""
    crossings = ahead.bill.crossings if ahead.bill else ()
    ahead_of = [c for c in crossings if c.kwh_left >= 0 and c.kwh_a_day is not None]
    return min(ahead_of, key=lambda crossing: crossing.limit_kwh, default=None)


def _down(near: Crossing, texts: Texts) -> str:
    """Return the energy a day under a limit; rounded up it would cross."""
    daily = near.kwh_a_day or Decimal(0)
    return texts.number(daily.quantize(Decimal("0.1"), ROUND_DOWN), places=1)


def plan_view(answer: Answer, asked: AskedHome, texts: Texts) -> PlanView:
    """Return the plan with what was put off at its end, and what was refused by name."""
    choices = asked.kept.choices
    later = {step for step, choice in choices.items() if choice == Choice.LATER}
    cards = (*answer.plan.best, *answer.plan.more)
    refused = [step for step, choice in choices.items() if choice == Choice.NO]
    return PlanView(
        cards=tuple(card for card in answer.plan.best if card.id not in later),
        more=tuple(card for card in answer.plan.more if card.id not in later),
        later=tuple(card for card in cards if card.id in later),
        refused=tuple(
            (step, texts.text(f"measure.{step}.title"))
            for step in refused
            if texts.has(f"measure.{step}.title")
        ),
    )


def done_view(result: StepResult, texts: Texts) -> DoneView:
    """Return a step that was taken as its row shows it."""
    verified, promise = result.verified, result.promise
    soles = None if verified is None else verified.soles
    saved = low = high = ""
    if soles is not None:
        low, saved, high = (
            texts.soles(Decimal(str(end)), places=0)
            for end in (soles.low, soles.middle, soles.high)
        )
    return DoneView(
        id=result.step,
        title=texts.text(f"measure.{result.step}.title"),
        day=result.day,
        promised=""
        if promise is None
        else texts.soles(Decimal(promise.terms.cents_month) / 100, places=0),
        verdict="" if verified is None else verdict_text(verified, texts),
        saved=saved,
        low=low,
        high=high,
        issues=tuple(_needs_words(issue, texts) for issue in result.issues),
    )


def _needs_words(issue: Issue, texts: Texts) -> str:
    """Return why a step cannot be measured; where nothing was read, what it would take."""
    if issue.code == WITHOUT_READINGS:
        return texts.text("web.home.measure-needs")
    return texts.issue(issue)
