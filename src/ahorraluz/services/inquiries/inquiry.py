"""From what a person typed to what a service asks for: supply, period, recibo, home."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal

from ahorraluz.core.advice.asked import ASKED
from ahorraluz.core.advice.wishes import NO_WISHES, Objective, Wishes
from ahorraluz.core.home import (
    Appliance,
    CookingFuel,
    FixedCharges,
    Home,
    MonthlyUse,
    Roof,
    Supply,
    Tenure,
)
from ahorraluz.core.issues import AhorraLuzError, Issue, Parameter, Severity
from ahorraluz.core.periods import Period
from ahorraluz.core.tariffs.receipt import Receipt
from ahorraluz.services.explain_bill import MAX_DAYS, Evidence
from ahorraluz.services.homes import KnownHome
from ahorraluz.services.inquiries.fields import (
    COST_PLACES,
    NO,
    PERCENT,
    YES,
    asks_percent,
    figure_parameter,
    has_no_unit,
)
from ahorraluz.services.inquiries.past import check_recibos, earlier_recibos
from ahorraluz.services.inquiries.query import Query
from ahorraluz.services.inquiries.typed import TypedValueError, check_range
from ahorraluz.services.receipts import receipt_from_form
from ahorraluz.services.supplies import SupplyFields, find_supply
from ahorraluz.services.what_if import effort_of

USUAL_DAYS = 30
"""Days of a recibo whose dates nobody typed; the answer says that they are supposed."""

# Printed lines by parameter: code, whether the IGV is charged on it.
TAXED_LINES = {
    "e": "energy",
    "c": "fixed",
    "r": "connection",
    "al": "lighting",
    "i": "interest",
}
UNTAXED_LINES = {"lr": "rural_electrification", "im": "other", "ot": "other"}
PRINTED = ("p", *TAXED_LINES, *UNTAXED_LINES, "st", "ig", "tm", "rp", "ra", "est")
"""Parameters that only a recibo in the hand can fill."""

PARAMETER_OF = {
    "distributor": "d",
    "system": "s",
    "department": "dep",
    "kwh": "k",
    "total": "t",
    "option": "o",
    "people": "ph",
    "homes_on_meter": "hm",
    "people_on_meter": "pm",
    "share_of_meter": "pm",
    "days_left": "y",
}
"""Parameter by the field that an issue of a service names."""
PARAMETER_OF_CODE = {
    "option-not-priced": "o",
    "no-sheet-at-all": "p",
    "bracket-price-unknown": "p",
    "period-empty": "h",
    "period-too-long": "h",
    "figure-not-in-force": "f",
    "appliance-unknown": "a",
}
APPLIANCE_PARAMETER = {
    "count": "n",
    "hours_day": "hd",
    "power_w": "w",
    "label_kwh_year": "ly",
    "minutes_shower": "mi",
    "showers_day": "sd",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """What a person asks, checked and ready for the services."""

    supply: Supply
    period: Period
    period_stated: bool
    """Whether the dates were typed; else the last thirty days stand in."""
    kwh: Decimal
    printed_total: Decimal | None
    """Total to pay as typed. [PEN]"""
    receipt: Receipt | None
    """The recibo, where anything printed was typed; with the period supposed if need be."""
    home: Home
    evidence: Evidence = field(default_factory=Evidence)
    """What else is known of its prices: other recibos, a FOSE discount."""
    wishes: Wishes = NO_WISHES
    """What the household wants of its plan."""

    @property
    def known(self) -> KnownHome:
        """The home as other services take it."""
        return KnownHome(home=self.home, receipt=self.receipt, evidence=self.evidence)


def missing(query: Query, *, names: Sequence[str]) -> dict[str, Issue]:
    """Return the issue of each field that has to be filled in and is not."""
    return {
        name: Issue(
            code="typed-missing", severity=Severity.ERROR, parameters={"field": f"web-{name}"}
        )
        for name in names
        if name not in query.raw
    }


def issues_by_parameter(error: AhorraLuzError, *, otherwise: str) -> dict[str, Issue]:
    """Return each issue of an error beside the parameter it is about."""
    return {parameter_of(issue, otherwise=otherwise): issue for issue in reversed(error.issues)}


def parameter_of(issue: Issue, *, otherwise: str) -> str:
    """Return the parameter an issue is about."""
    field = str(issue.parameters.get("field", ""))
    appliance = issue.parameters.get("appliance")
    if appliance and field in APPLIANCE_PARAMETER:
        return f"{APPLIANCE_PARAMETER[field]}.{appliance}"
    return PARAMETER_OF.get(field) or PARAMETER_OF_CODE.get(issue.code) or otherwise


def inquire(query: Query, *, as_of: date) -> Inquiry:
    """Return what a checked query asks.

    Parameters
    ----------
    query
        Parameters without errors, with a distributor and kWh.
    as_of
        Today.

    Raises
    ------
    AhorraLuzError
        What was typed cannot be, as a service sees it.
    """
    supply = supply_of(query)
    period = stated_period(query)
    used = period or Period(as_of - timedelta(days=USUAL_DAYS), as_of)
    kwh = query.number("k") or Decimal(0)
    receipt = printed_receipt(query, period=used) if query.has(PRINTED) else None
    return Inquiry(
        supply=supply,
        period=used,
        period_stated=period is not None,
        kwh=kwh,
        printed_total=query.number("t"),
        receipt=receipt,
        home=_home(query, supply=supply, latest=used, kwh=kwh),
        wishes=wishes_of(query),
    )


def wishes_of(query: Query) -> Wishes:
    """Return what a query wants of the plan."""
    objective, effort = query.text("ob"), query.text("ef")
    return Wishes(
        objective=Objective(objective) if objective else Objective.SAVINGS,
        instalment_pen=query.number("cu"),
        effort_pen_month=effort_of(effort) if effort else Decimal(0),
        any_option=query.text("ao") == YES,
    )


def inquiry_of(known: KnownHome) -> Inquiry:
    """Return what a home on file asks."""
    latest = known.home.history[-1]
    return Inquiry(
        supply=known.home.supply,
        period=latest.period,
        period_stated=True,
        kwh=latest.kwh,
        printed_total=latest.total_pen,
        receipt=known.receipt,
        home=known.home,
        evidence=known.evidence,
    )


def supply_of(query: Query) -> Supply:
    """Return the connection that a query describes; raises like :func:`find_supply`."""
    exempt = query.text("ie")
    return find_supply(
        SupplyFields(
            distributor=query.text("d") or "",
            system=query.text("s"),
            option=query.text("o"),
            fose=query.text("fo"),
            sector=query.text("se"),
            igv_exempt={YES: True, NO: False}.get(exempt or ""),
        )
    )


def stated_period(query: Query) -> Period | None:
    """Return the days billed as typed; raises ``period-empty`` where they are turned round."""
    start, end = query.day("f"), query.day("h")
    return Period(start, end) if start and end else None


def printed_receipt(query: Query, *, period: Period | None) -> Receipt:
    """Return the recibo that a query transcribes.

    Parameters
    ----------
    query
        Parameters without errors.
    period
        Days billed; ``None``: not known.
    """

    def line(name: str, code: str, *, taxed: bool) -> dict[str, object]:
        amount = query.number(name)
        return {"name": f"web-{name}", "amount": amount, "code": code, "igv_affected": taxed}

    above = [line(n, code, taxed=True) for n, code in TAXED_LINES.items() if n in query.values]
    below = [line(n, code, taxed=False) for n, code in UNTAXED_LINES.items() if n in query.values]
    rounding = [query.number(name) for name in ("rp", "ra") if name in query.values]
    if rounding:
        amount = sum((part for part in rounding if part is not None), Decimal(0))
        below.append(
            {"name": "web-ra", "amount": amount, "code": "rounding", "igv_affected": False}
        )
    fields: dict[str, object] = {
        "distributor": query.text("d"),
        "system": query.text("s"),
        "kwh": query.number("k"),
        "tariff_option": query.text("o") or "BT5B",
        "unit_price_printed_s_per_kwh_without_igv": query.number("p"),
        "items": above,
        "after_igv": below,
        "subtotal": query.number("st"),
        "igv": query.number("ig"),
        "total_before_adjustments": query.number("tm"),
        "total_to_pay": query.number("t"),
        "adjustments_detail": {
            "previous_month_rounding": query.number("rp"),
            "current_month_rounding": query.number("ra"),
        },
        "reading_type": "estimada" if query.text("est") else None,
        "history_kwh": query.numbers("hk"),
    }
    if period is not None:
        fields |= {
            "reading_from": period.start,
            "reading_to": period.end,
            "period": f"{period.end:%Y-%m}",
        }
    return receipt_from_form(fields)


def charges(query: Query) -> FixedCharges:
    """Return the charges that no price sheet holds, as typed off the recibo."""
    zero = Decimal(0)
    return FixedCharges(
        connection=query.number("r"),
        lighting=query.number("al"),
        interest=query.number("i") or zero,
        late_interest=query.number("im") or zero,
        previous_rounding=query.number("rp") or zero,
        other_untaxed=query.number("ot") or zero,
    )


def _home(query: Query, *, supply: Supply, latest: Period, kwh: Decimal) -> Home:
    tenure, roof, fuel = query.text("te"), query.text("ro"), query.text("fu")
    return Home(
        supply=supply,
        history=(
            *earlier_recibos(query, latest=latest),
            MonthlyUse(period=latest, kwh=kwh, total_pen=query.number("t")),
        ),
        people=query.whole("ph"),
        department=query.text("dep"),
        tenure=Tenure(tenure) if tenure else None,
        roof=Roof(roof) if roof else None,
        panels_kwp=query.real("pk"),
        cooking=CookingFuel(fuel) if fuel else None,
        appliances=tuple(appliance_of(query, id_) for id_ in query.appliances),
        homes_on_meter=query.whole("hm") or 1,
        people_on_meter=query.whole("pm"),
        budget_pen=query.number("bu"),
        lpg_cylinder_pen=query.number("gl"),
        fise_voucher={YES: True, NO: False}.get(query.text("fi") or ""),
        charges=charges(query),
        assumptions=_figures(query),
    )


def _figures(query: Query) -> Mapping[str, Decimal]:
    """Return the figures typed on cards, parts as parts of one."""
    plain = {
        id_: value
        for id_, value in query.under("x").items()
        if id_ in ASKED and not asks_percent(id_)
    }
    parts = {id_: value / PERCENT for id_, value in query.under("pc").items() if asks_percent(id_)}
    return {**plain, **parts}


def appliance_of(query: Query, id_: str) -> Appliance:
    """Return a ticked appliance with what was said of it."""
    left_on = query.text(f"on.{id_}")
    return Appliance(
        id=id_,
        count=query.whole(f"n.{id_}") or 1,
        power_w=query.real(f"w.{id_}"),
        hours_day=query.real(f"hd.{id_}"),
        label_kwh_year=query.real(f"ly.{id_}"),
        minutes_shower=query.real(f"mi.{id_}"),
        showers_day=query.real(f"sd.{id_}"),
        always_on={YES: True, NO: False}.get(left_on or ""),
    )


def check_pairs(query: Query) -> Mapping[str, Issue]:
    """Return the issues of fields that need each other: both dates or none, in order."""
    return {**check_recibos(query), **_check_dates(query)}


def _check_dates(query: Query) -> Mapping[str, Issue]:
    if ("f" in query.raw) != ("h" in query.raw):
        return missing(query, names=("f", "h"))
    start, end = query.day("f"), query.day("h")
    if start is None or end is None:
        return {}
    if end <= start:
        return {"h": _wrong("period-empty", start=start, end=end)}
    days = (end - start).days
    if days > MAX_DAYS:
        return {"h": _wrong("period-too-long", start=start, end=end, days=days)}
    return {}


def check_costs(query: Query) -> Mapping[str, Issue]:
    """Return the issues of figures typed on a card that lie outside what can be."""
    issues = {}
    for name in filter(has_no_unit, query.raw):
        told: dict[str, Parameter] = {"value": query.raw[name]}
        issues[figure_parameter(name.partition(".")[2])] = Issue(
            code="part-without-unit", severity=Severity.ERROR, parameters=told
        )
    for id_, value in query.under("x").items():
        asked = ASKED.get(id_)
        if asked is None or asks_percent(id_):
            continue
        try:
            check_range(value, low=asked.least, high=asked.most, places=COST_PLACES)
        except TypedValueError as wrong:
            named: dict[str, Parameter] = {"field": "web-x", **wrong.issue.parameters}
            issues[f"x.{id_}"] = replace(wrong.issue, parameters=named)
    return issues


def _wrong(code: str, *, start: date, end: date, days: int = 0) -> Issue:
    parameters: dict[str, Parameter] = {"start": start, "end": end, "days": days, "limit": MAX_DAYS}
    return Issue(code=code, severity=Severity.ERROR, parameters=parameters)
