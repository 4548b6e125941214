"""The answer: one sentence first, then the bill, the cliff, the uses and the steps."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from markupsafe import Markup

from ahorraluz.core.issues import Issue
from ahorraluz.core.tariffs.curve import Headroom, headroom
from ahorraluz.core.tariffs.schedule import Origin
from ahorraluz.core.usage.sharing import THIS_HOME, MeterPart
from ahorraluz.services.advise import Advice, advise
from ahorraluz.services.documents.own_sun import own_sun_texts
from ahorraluz.services.inquiries.inquiry import Inquiry
from ahorraluz.services.inquiries.query import Query
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.web.bill_lines import ShownBill, shown_bill
from ahorraluz.web.choices import Options, distributor_name, system_options
from ahorraluz.web.curve_picture import CurvePicture, draw_curve
from ahorraluz.web.page import Page
from ahorraluz.web.situation import Gap, Place, Situation, situation
from ahorraluz.web.steps import ShownPlan, shown_plan
from ahorraluz.web.usage_bars import UseRow, use_rows

HIDDEN_ISSUES = ("charge-missing",)
"""Issues that the page says in a better place: beside the line that is missing."""


HASH_SHOWN = 12
WORTH_SAYING = 1
MONTHS = 12
"""Least saving of the whole plan that goes into the one sentence. [PEN/month]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterShare:
    """One home of a shared meter."""

    name: str
    kwh: str
    total: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Everything the answer page shows."""

    sentence: Markup
    eyebrow: str
    gap: Markup | None
    gap_kind: Gap | None
    bill: ShownBill
    origin: Origin
    origin_words: str
    issues: tuple[str, ...]
    """Limits of the bill and its prices."""
    usage_issues: tuple[str, ...]
    plan_issues: tuple[str, ...]
    """Limits of the plan and of the year it is reckoned for."""
    situation: Situation
    picture: CurvePicture | None
    picture_words: str
    """What the picture shows, for who does not see it."""
    daily: Headroom | None
    """Energy a day for the days left, where both were typed."""
    uses: tuple[UseRow, ...]
    connected: str | None
    """What being connected costs; ``None``: not known."""
    usage_basis: str
    own_sun: tuple[str, ...]
    """What the panels do that the home has already; empty: it has none."""
    plan: ShownPlan
    parts: tuple[MeterShare, ...]
    """Who pays what of a shared meter; empty for a meter of one home."""
    systems: Options
    period_stated: bool
    days: int
    data_hash: str
    """Hash of the data files behind the answer."""


def make_answer(inquiry: Inquiry, page: Page, *, tools: Toolbox, as_of: date) -> Answer:
    """Return the answer to an inquiry.

    Raises
    ------
    AhorraLuzError
        What the services refuse.
    """
    texts = page.texts
    advice = _advice(inquiry, tools=tools, as_of=as_of)
    where = situation(
        advice.bill,
        curve=advice.curve,
        printed_total=inquiry.printed_total,
        figures=tools.book(inquiry.supply.distributor).figures,
        as_of=as_of,
    )
    shown = shown_bill(advice.bill, texts)
    of_bill = _issues((*advice.bill.issues, *(advice.learnt.issues if advice.learnt else ())), page)
    of_usage = _issues(advice.usage.issues, page)
    return Answer(
        sentence=_sentence(inquiry, advice, where, page),
        eyebrow=_eyebrow(inquiry, page),
        gap=_gap(where, shown, page),
        gap_kind=where.gap,
        bill=shown,
        origin=advice.bill.origin,
        origin_words=texts.text(f"origin.{advice.bill.origin.value}"),
        issues=of_bill,
        usage_issues=of_usage,
        plan_issues=tuple(
            issue
            for issue in _issues(advice.issues, page)
            if issue not in of_bill and issue not in of_usage
        ),
        situation=where,
        picture=_picture(advice, inquiry.kwh, where),
        picture_words=_picture_words(inquiry.kwh, where, page),
        daily=_daily(page.query, where),
        uses=use_rows(advice.usage, advice.shares, texts),
        connected=texts.soles(advice.shares.connected_pen) if advice.shares else None,
        usage_basis=texts.text(advice.usage.basis),
        own_sun=tuple(own_sun_texts(advice, texts)),
        plan=shown_plan(advice.plan, texts),
        parts=tuple(_part(part, page) for part in advice.split),
        systems=system_options(inquiry.supply.distributor) if not inquiry.supply.system else [],
        period_stated=inquiry.period_stated,
        days=inquiry.period.days,
        data_hash=advice.data_hash[:HASH_SHOWN],
    )


def _advice(inquiry: Inquiry, *, tools: Toolbox, as_of: date) -> Advice:
    return advise(
        inquiry.home,
        tools=tools,
        as_of=as_of,
        receipt=inquiry.receipt,
        evidence=inquiry.evidence,
        wishes=replace(inquiry.wishes, frontier=True),
    )


def _sentence(inquiry: Inquiry, advice: Advice, where: Situation, page: Page) -> Markup:
    """Return the one sentence that is read first."""
    texts, kwh = page.texts, page.texts.number(inquiry.kwh)
    printed = inquiry.printed_total
    total = texts.soles(advice.bill.total if printed is None else printed)
    verb = "costs" if printed is None else "paid"
    if where.place is Place.JUST_ABOVE:
        return page.rich(
            f"sentence.{verb}-above",
            kwh=kwh,
            total=total,
            less=texts.number(where.kwh_over),
            saving=texts.soles(where.saving_under),
        )
    if where.place is Place.JUST_BELOW and where.cliff is not None:
        return page.rich(
            f"sentence.{verb}-below",
            kwh=kwh,
            total=total,
            left=texts.number(where.kwh_left),
            limit=texts.number(where.cliff.at_kwh),
            jump=texts.soles(where.cliff.next_kwh_total),
        )
    plan = advice.plan
    month = plan.saving_pen_year / MONTHS
    if plan.steps and month >= WORTH_SAYING:
        saving = Decimal(round(month))
        return page.rich(
            f"sentence.{verb}-plan", kwh=kwh, total=total, saving=texts.soles(saving, places=0)
        )
    if where.last_kwh is None:
        return page.rich(f"sentence.{verb}", kwh=kwh, total=total)
    price = texts.soles(where.last_kwh)
    return page.rich(f"sentence.{verb}-far", kwh=kwh, total=total, price=price)


def _part(part: MeterPart, page: Page) -> MeterShare:
    texts = page.texts
    if part.home == THIS_HOME:
        name = texts.text("usage.this-home")
    else:
        name = texts.text("usage.another-home", number=part.home.rpartition("-")[2])
    return MeterShare(
        name=name, kwh=texts.number(part.kwh, places=0), total=texts.soles(part.total_pen)
    )


def _eyebrow(inquiry: Inquiry, page: Page) -> str:
    name = distributor_name(inquiry.supply.distributor)
    option = inquiry.supply.option.value
    return f"{name} · {option} · {page.t('answer.days', days=inquiry.period.days)}"


def _gap(where: Situation, shown: ShownBill, page: Page) -> Markup | None:
    if where.gap is None:
        return None
    return page.rich(
        f"gap.{where.gap.value}",
        computed=shown.total,
        difference=page.texts.soles(abs(where.gap_pen)),
    )


def _issues(issues: tuple[Issue, ...], page: Page) -> tuple[str, ...]:
    shown = [page.issue(issue) for issue in issues if issue.code not in HIDDEN_ISSUES]
    return tuple(dict.fromkeys(shown))


def _picture(advice: Advice, kwh: Decimal, where: Situation) -> CurvePicture | None:
    if advice.curve is None:
        return None
    limits = [where.fise.limit_kwh] if where.fise else []
    return draw_curve(advice.curve, kwh=kwh, limits_kwh=limits)


def _picture_words(kwh: Decimal, where: Situation, page: Page) -> str:
    if where.cliff is None:
        return page.t("curve.desc", kwh=kwh)
    jump = page.texts.soles(where.cliff.next_kwh_total)
    return page.t("curve.desc-cliff", kwh=kwh, jump=jump, limit=where.cliff.at_kwh)


def _daily(query: Query, where: Situation) -> Headroom | None:
    used, days = query.number("u"), query.whole("y")
    if where.cliff is None or used is None or days is None:
        return None
    return headroom(where.cliff.at_kwh, used_kwh=used, days_left=days)
