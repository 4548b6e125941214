"""The tariff itself: limits to stay under, other options, discounts a home has a right to."""

from collections.abc import Mapping
from decimal import ROUND_CEILING, Decimal

from ahorraluz.core.advice.catalogue.answers import (
    COOKING,
    TENANT,
    for_owner,
    price,
)
from ahorraluz.core.advice.context import Otherwise, PlanContext
from ahorraluz.core.advice.hourly import HourlyError, in_hundred, prospect
from ahorraluz.core.advice.measures import (
    Answer,
    Ask,
    Certainty,
    Effort,
    Kind,
    Measure,
    NotHere,
    Proposal,
    Question,
)
from ahorraluz.core.advice.savings import REACH, cliffs
from ahorraluz.core.consumption import Band
from ahorraluz.core.home import CookingFuel, Tenure
from ahorraluz.core.renewables.economics import MoneyRange
from ahorraluz.core.tariffs.figures import FISE_LIMIT_KWH, FISE_VOUCHER
from ahorraluz.core.usage.peak_uses import told_share

PEAK_SHARE = Question(id="peak-share", field="assumptions.peak-share")
BASE_SHARE = Question(id="base-share", field="assumptions.base-share")
FISE = Question(id="fise-voucher", field="fise_voucher")
COOKING_FOR_VOUCHER = Question(id="cooking-for-voucher", field=COOKING.field, instead_of=COOKING.id)
VOUCHER_IF_UNDER = Question(id="voucher-if-under", field="assumptions.voucher-if-under")
FISE_HIGHEST = f"{FISE_VOUCHER}.zone-3"
LIMIT_BASIS = "basis.limit"
GUESSED_HOURS = "basis.hours-of-other-homes"
TENTH = Decimal("0.1")


def _stay_under_the_cliff(context: PlanContext) -> Answer:
    limits = cliffs(context.year[0])
    if not limits:
        return NotHere(reason="reason.no-cliff")
    over = [limit for limit in limits if any(kwh > limit for kwh in context.kwh_by_month)]
    if not over:
        return NotHere(reason="reason.under-cliff", parameters={"limit": limits[0]})
    limit = over[-1]
    months = [
        (terms.period.days, kwh - limit)
        for terms, kwh in zip(context.year, context.kwh_by_month, strict=True)
        if limit < kwh <= limit * REACH
    ]
    if not months:
        return NotHere(reason="reason.far-from-cliff", parameters={"limit": limit})
    # The month that lies highest sets the pace, and never a tenth too little.
    daily = max(kwh / number for number, kwh in months)
    return Proposal(
        certainty=Certainty.TARGET,
        stay_under_kwh=limit,
        basis=LIMIT_BASIS,
        parameters={
            "limit": limit,
            "months": len(months),
            "kwh_a_day": daily.quantize(TENTH, ROUND_CEILING),
        },
    )


def _hourly_tariff(context: PlanContext) -> Answer:
    return _hours(context, Otherwise.BT5F, {Band.PEAK: PEAK_SHARE})


def _three_band_tariff(context: PlanContext) -> Answer:
    return _hours(context, Otherwise.BT5I, {Band.PEAK: PEAK_SHARE, Band.BASE: BASE_SHARE})


def _hours(context: PlanContext, name: Otherwise, questions: Mapping[Band, Question]) -> Answer:
    """Return today's option against hours, in the sheet that has both."""
    if context.home.tenure is Tenure.TENANT:
        return TENANT
    if context.home.homes_on_meter > 1:
        return NotHere(reason="reason.shared-meter")
    pair = context.otherwise.get(name)
    if pair is None:
        return NotHere(reason="reason.no-hourly-sheet")
    typed = {band: context.typed(question.id) for band, question in questions.items()}
    shares = {band: share for band, share in typed.items() if share is not None}
    if sum(shares.values()) > 1:
        return Ask(questions=tuple(questions.values()))
    told = told_share(context.home, context.at_meter, context.facts.hours)
    try:
        one = prospect(pair, context.kwh_by_month, told.belief)
    except HourlyError:
        return NotHere(reason="reason.price-unknown")
    asked = tuple(question for band, question in questions.items() if band not in shares)
    proposal = Proposal(
        switch=pair,
        # Off-peak hours that nobody told are priced in the dearest of their bands.
        band_shares=shares if not asked else one.shares(shares.get(Band.PEAK)),
        cost=price(context, "cost-hourly-meter"),
        certainty=Certainty.IF_GRANTED,
        basis=GUESSED_HOURS if PEAK_SHARE in asked else "basis.two-sheets",
        parameters={
            "sheet_start": pair.now[0].days[0].schedule.start,
            "chance": in_hundred(one.chance),
        },
        questions=asked,
    )
    if PEAK_SHARE in asked and one.expected <= 0:
        return Ask(questions=asked, proposal=proposal)
    return for_owner(context, proposal)


def _claim_the_discount(context: PlanContext) -> Answer:
    return _granted(context, Otherwise.WITH_FOSE, otherwise="reason.fose-reaches")


def _collective_supply(context: PlanContext) -> Answer:
    return _granted(context, Otherwise.COLLECTIVE, otherwise="reason.own-meter")


def _granted(context: PlanContext, name: Otherwise, *, otherwise: str) -> Answer:
    pair = context.otherwise.get(name)
    if pair is None:
        return NotHere(reason=otherwise)
    if context.band_shares:
        return NotHere(reason="reason.not-compared-by-hours")
    return Proposal(switch=pair, certainty=Certainty.IF_GRANTED, basis="basis.two-sheets")


def _fise_line(context: PlanContext) -> Answer | Decimal:
    """Return the twelve-month mean up to which the voucher is given, or why it is no question."""
    if context.home.homes_on_meter > 1:
        return NotHere(reason="reason.shared-meter")
    limit = context.facts.figures.known(FISE_LIMIT_KWH, context.as_of)
    if limit is None:
        return NotHere(reason="reason.price-unknown")
    if context.home.cooking is None:
        near = context.mean_kwh <= limit * REACH
        return Ask(questions=(COOKING_FOR_VOUCHER if near else COOKING,))
    return limit if context.home.cooking is CookingFuel.LPG else NotHere(reason="reason.no-lpg")


def _gas_voucher(context: PlanContext) -> Answer:
    limit = _fise_line(context)
    if not isinstance(limit, Decimal):
        return limit
    if context.home.fise_voucher:
        return NotHere(reason="reason.has-voucher")
    if context.mean_kwh > limit:
        return NotHere(reason="reason.above-voucher", parameters={"limit": limit})
    proposal = Proposal(
        other=_voucher(context),
        certainty=Certainty.IF_GRANTED,
        basis=LIMIT_BASIS,
        parameters={"limit": limit},
    )
    if context.home.fise_voucher is None:
        return Ask(questions=(FISE,), proposal=proposal)
    return proposal


def _stay_under_the_voucher_line(context: PlanContext) -> Answer:
    limit = _fise_line(context)
    if not isinstance(limit, Decimal):
        return limit
    mean = context.mean_kwh
    if mean <= limit:
        return NotHere(reason="reason.under-voucher-line", parameters={"limit": limit})
    if max(context.kwh_by_month) > limit * REACH:
        return NotHere(reason="reason.far-from-voucher", parameters={"limit": limit})
    sure = context.home.fise_voucher or context.typed(VOUCHER_IF_UNDER.id) is not None
    return Proposal(
        certainty=Certainty.TARGET,
        stay_under_kwh=limit,
        other=_voucher(context),
        questions=() if sure else (VOUCHER_IF_UNDER,),
        basis=LIMIT_BASIS,
        parameters={"limit": limit, "kwh": (mean - limit).quantize(TENTH)},
    )


def _voucher(context: PlanContext) -> MoneyRange:
    """Return the voucher of most of the country, up to that of the best zone. [PEN/month]"""
    figures, day = context.facts.figures, context.as_of
    general = figures.value(FISE_VOUCHER, day)
    highest = figures.known(FISE_HIGHEST, day) or general
    return MoneyRange(
        low=general,
        middle=general,
        high=max(highest, general),
        unit="PEN/month",
        basis=LIMIT_BASIS,
    )


STAY_UNDER_THE_CLIFF = Measure(
    id="stay-under-the-cliff",
    kind=Kind.TARGET,
    effort=Effort.DAILY,
    evidence=("fose-bracket",),
    judge=_stay_under_the_cliff,
    parameters=("limit", "months", "kwh_a_day"),
)
STAY_UNDER_THE_VOUCHER_LINE = Measure(
    id="stay-under-the-voucher-line",
    kind=Kind.TARGET,
    effort=Effort.DAILY,
    evidence=("fise-voucher",),
    judge=_stay_under_the_voucher_line,
    parameters=("limit", "kwh"),
)
GAS_VOUCHER = Measure(
    id="gas-voucher",
    kind=Kind.TARIFF,
    effort=Effort.ERRAND,
    evidence=("fise-voucher",),
    judge=_gas_voucher,
    parameters=("limit",),
)
HOURLY_TARIFF = Measure(
    id="hourly-tariff",
    kind=Kind.TARIFF,
    effort=Effort.ERRAND,
    evidence=("tariff-option", "smart-meter-tou"),
    judge=_hourly_tariff,
    needs_owner=True,
    parameters=("sheet_start", "chance"),
)
THREE_BAND_TARIFF = Measure(
    id="three-band-tariff",
    kind=Kind.TARIFF,
    effort=Effort.ERRAND,
    evidence=("tariff-option", "smart-meter-tou"),
    judge=_three_band_tariff,
    needs_owner=True,
    parameters=("sheet_start", "chance"),
)
CLAIM_THE_DISCOUNT = Measure(
    id="claim-the-discount",
    kind=Kind.TARIFF,
    effort=Effort.ERRAND,
    evidence=("fose-bracket",),
    judge=_claim_the_discount,
)
COLLECTIVE_SUPPLY = Measure(
    id="collective-supply",
    kind=Kind.TARIFF,
    effort=Effort.ERRAND,
    evidence=("fose-bracket",),
    judge=_collective_supply,
)
MEASURES = (
    STAY_UNDER_THE_CLIFF,
    STAY_UNDER_THE_VOUCHER_LINE,
    GAS_VOUCHER,
    HOURLY_TARIFF,
    THREE_BAND_TARIFF,
    CLAIM_THE_DISCOUNT,
    COLLECTIVE_SUPPLY,
)
