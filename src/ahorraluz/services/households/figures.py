"""What a home's plan comes to, in a few figures kept beside its answers: long lists open fast."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from decimal import Decimal

from ahorraluz.core.advice.recommendation import Plan, Recommendation
from ahorraluz.core.issues import AhorraLuzError, Issue
from ahorraluz.services.advise import Advice, advise
from ahorraluz.services.households.asking import ask_home
from ahorraluz.services.households.keeping import KeptHome, kept_home
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.setting_values import LANGUAGES
from ahorraluz.store.account_records import Answers
from ahorraluz.store.client_homes import ClientBook
from ahorraluz.texts import open_texts

BESIDE = "figures"
"""Under which they lie beside the answers."""
FORM = 1
"""Raised whenever what is kept changes its form."""
MONTHS = Decimal(12)
CENTIMOS, TENTHS = Decimal("0.01"), Decimal("0.1")
PERU_TIME = timezone(timedelta(hours=-5))
MOST_FINDINGS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class StepFigure:
    """One step of a plan in short."""

    measure: str
    saving_pen_year: Decimal
    cost_pen: Decimal | None
    """``None``: its price is to be asked."""
    payback_months: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeFigures:
    """What the plan of a home comes to, as of one day."""

    day: str
    """Day of the advice, ISO 8601."""
    kwh_month: Decimal | None = None
    """Mean of the twelve months to come, if nothing changes. [kWh/month]"""
    bill_pen: Decimal | None = None
    """Of the latest recibo. [PEN]"""
    saving_pen_year: Decimal | None = None
    """The potential: what the home itself saves with all steps. [PEN/year]"""
    low_pen_year: Decimal | None = None
    high_pen_year: Decimal | None = None
    cost_pen: Decimal | None = None
    """Of all steps. [PEN]"""
    more_pen_year: Decimal | None = None
    """The most that one more measure would save if the home had what it is about, which it did
    not say, or once its price is known. [PEN/year]"""
    steps: tuple[StepFigure, ...] = ()
    renewables: tuple[str, ...] = ()
    """Technologies that the plan proposes or would, if something were answered."""
    findings: tuple[tuple[str, str], ...] = ()
    """Sentences, each with the language it is in."""
    refused: tuple[tuple[str, str], ...] = ()
    """Why there is no advice, each with its language; empty: there is."""

    @property
    def known(self) -> bool:
        """Whether there is a plan."""
        return self.saving_pen_year is not None


RENEWABLE_OF: Mapping[str, str] = {
    "rooftop-panels": "rooftop-pv",
    "panels-with-battery": "battery",
    "home-battery": "battery",
    "peak-battery": "battery",
    "solar-water-heater": "solar-water-heater",
    "improved-stove": "improved-stove",
    "biodigester": "biodigester",
}
"""Technology by the measure that proposes it."""


def reckon(kept: KeptHome, *, tools: Toolbox, as_of: datetime) -> HomeFigures:
    """Return the figures of a home by the same advice that its page shows.

    A home that no advice can be given for has none but the reason.
    """
    today = as_of.astimezone(PERU_TIME).date()
    asked = ask_home(kept, tools=tools, as_of=today)
    if asked.inquiry is None:
        return HomeFigures(day=today.isoformat(), refused=_told(tuple(asked.query.errors.values())))
    inquiry = asked.inquiry
    try:
        advice = advise(
            inquiry.home,
            tools=tools,
            as_of=today,
            receipt=inquiry.receipt,
            evidence=inquiry.evidence,
            wishes=inquiry.wishes,
        )
    except AhorraLuzError as error:
        return HomeFigures(day=today.isoformat(), refused=_told(error.issues))
    return _figures(advice, day=today.isoformat())


def reckon_and_keep(home: str, *, tools: Toolbox, as_of: datetime) -> HomeFigures:
    """Return the figures of a home, and keep them beside its answers."""
    kept = kept_home(home, tools=tools)
    figures = reckon(kept, tools=tools, as_of=as_of)
    people = tools.store.people
    book = ClientBook(reading=people.reading, writing=people.writing, vault=people.vault)
    book.keep_beside(home, BESIDE, _written(figures), version=kept.version)
    return figures


def kept_figures(answers: Answers) -> HomeFigures | None:
    """Return the figures kept beside the answers; ``None``: none of this version of them."""
    kept = answers.said.get(BESIDE)
    if not isinstance(kept, dict) or kept.get("form") != FORM:
        return None
    return HomeFigures(
        day=str(kept["day"]),
        kwh_month=_amount(kept["kwh_month"]),
        bill_pen=_amount(kept["bill"]),
        saving_pen_year=_amount(kept["saving"]),
        low_pen_year=_amount(kept["low"]),
        high_pen_year=_amount(kept["high"]),
        cost_pen=_amount(kept["cost"]),
        more_pen_year=_amount(kept["more"]),
        steps=tuple(
            StepFigure(
                measure=step["measure"],
                saving_pen_year=Decimal(step["saving"]),
                cost_pen=_amount(step["cost"]),
                payback_months=step["payback"],
            )
            for step in kept["steps"]
        ),
        renewables=tuple(kept["renewables"]),
        findings=tuple((language, sentence) for language, sentence in kept["findings"]),
        refused=tuple((language, sentence) for language, sentence in kept["refused"]),
    )


def _figures(advice: Advice, *, day: str) -> HomeFigures:
    plan = advice.plan
    part = Decimal(1) if not plan.saving_pen_year else plan.home_pen_year / plan.saving_pen_year
    return HomeFigures(
        day=day,
        kwh_month=(sum(advice.kwh_by_month, Decimal(0)) / len(advice.kwh_by_month)).quantize(
            TENTHS
        ),
        bill_pen=advice.bill.total,
        saving_pen_year=plan.home_pen_year.quantize(CENTIMOS),
        low_pen_year=(Decimal(str(plan.saving.low)) * MONTHS * part).quantize(CENTIMOS),
        high_pen_year=(Decimal(str(plan.saving.high)) * MONTHS * part).quantize(CENTIMOS),
        cost_pen=plan.cost_pen,
        more_pen_year=max((o.home_pen_year for o in plan.options), default=Decimal(0)).quantize(
            CENTIMOS
        ),
        steps=tuple(map(_step, plan.steps)),
        renewables=_renewables(plan),
        findings=(*_titles(plan), *_told(advice.issues[:MOST_FINDINGS])),
    )


def _step(item: Recommendation) -> StepFigure:
    return StepFigure(
        measure=item.measure,
        saving_pen_year=item.home_pen_year.quantize(CENTIMOS),
        cost_pen=item.cost.middle,
        payback_months=item.payback_months,
    )


def _renewables(plan: Plan) -> tuple[str, ...]:
    measures = [item.measure for item in (*plan.steps, *plan.options)]
    return tuple(dict.fromkeys(RENEWABLE_OF[name] for name in measures if name in RENEWABLE_OF))


def _titles(plan: Plan) -> tuple[tuple[str, str], ...]:
    """Return the limits to stay under and the checks to make, which claim no soles of a plan."""
    measures = dict.fromkeys(item.measure for item in (*plan.targets, *plan.checks))
    return tuple(
        (language, open_texts(language).text(f"measure.{measure}.title"))
        for measure in measures
        for language in LANGUAGES
    )


def _told(issues: tuple[Issue, ...]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (language, open_texts(language).issue(issue)) for issue in issues for language in LANGUAGES
    )


def _written(figures: HomeFigures) -> dict[str, object]:
    return {
        "form": FORM,
        "day": figures.day,
        "kwh_month": _text(figures.kwh_month),
        "bill": _text(figures.bill_pen),
        "saving": _text(figures.saving_pen_year),
        "low": _text(figures.low_pen_year),
        "high": _text(figures.high_pen_year),
        "cost": _text(figures.cost_pen),
        "more": _text(figures.more_pen_year),
        "steps": [
            {
                "measure": step.measure,
                "saving": str(step.saving_pen_year),
                "cost": _text(step.cost_pen),
                "payback": step.payback_months,
            }
            for step in figures.steps
        ],
        "renewables": list(figures.renewables),
        "findings": [list(pair) for pair in figures.findings],
        "refused": [list(pair) for pair in figures.refused],
    }


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else str(amount)


def _amount(text: object) -> Decimal | None:
    return None if text is None else Decimal(str(text))
