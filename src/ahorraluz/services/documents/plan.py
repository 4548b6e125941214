"""The document of a plan: every step with the twelve bills its saving is the difference of."""

from decimal import Decimal

from ahorraluz.core.advice.measures import Cost
from ahorraluz.core.advice.recommendation import (
    LeftOut,
    MonthRow,
    OpenQuestion,
    Plan,
    PlannedMonth,
    Recommendation,
)
from ahorraluz.core.estimate import Estimate
from ahorraluz.core.home import FixedCharges, Home
from ahorraluz.core.renewables.economics import MoneyRange
from ahorraluz.services.advise import Advice
from ahorraluz.services.documents.bill import bill_body
from ahorraluz.services.documents.curve import curve_body, here_document
from ahorraluz.services.documents.optimum import (
    frontier_documents,
    optimum_document,
    reason_text,
)
from ahorraluz.services.documents.options_tried import tried_documents
from ahorraluz.services.documents.own_sun import own_sun_document
from ahorraluz.services.documents.parts import (
    Document,
    estimate_document,
    issue_documents,
    period_document,
    plain,
    soles,
    source_documents,
    supply_document,
)
from ahorraluz.services.documents.uncertainty import uncertainty_document
from ahorraluz.services.documents.usage import split_documents, usage_document
from ahorraluz.texts import Texts

PLAN_SCHEMA = "ahorraluz.plan.1"
MONTHS = 12


def plan_document(advice: Advice, texts: Texts) -> Document:
    """Return the advice for a home; layout in ``docs/reference/schemas/plan.json``.

    Each step's ``rows`` can be recomputed with ``ahorraluz bill``: same supply, same
    charges, the row's days and kWh.
    """
    bill, curve = advice.bill, advice.curve
    kwh = bill.consumption.energy_kwh
    return {
        "schema": PLAN_SCHEMA,
        "home": _home(advice.home),
        "bill": bill_body(bill, texts),
        "curve": None
        if curve is None
        else {**curve_body(curve), "here": here_document(curve, kwh)},
        "usage": usage_document(advice.usage, advice.shares, texts),
        "own_sun": own_sun_document(advice, texts),
        "split": split_documents(advice.split),
        "charges": _charges(advice.year[0].charges),
        "months": [_month(month) for month in advice.plan.months],
        **_plan(advice.plan, texts),
        "issues": issue_documents((*advice.issues, *advice.plan.issues), texts),
        "sources": source_documents(bill.terms.sources),
        "data_hash": advice.data_hash,
    }


def _home(home: Home) -> Document:
    return {
        "supply": supply_document(home.supply),
        "people": home.people,
        "department": home.department,
        "city": home.city,
        "tenure": home.tenure.value if home.tenure else None,
        "roof": home.roof.value if home.roof else None,
        "panels_kwp": home.panels_kwp,
        "cooking": home.cooking.value if home.cooking else None,
        "homes_on_meter": home.homes_on_meter,
        "recibos": [
            {
                **period_document(month.period),
                "kwh": plain(month.kwh),
                "total": soles(month.total_pen),
            }
            for month in home.history
        ],
    }


def _charges(charges: FixedCharges) -> Document:
    """Return the charges of every month to come, as options of ``ahorraluz bill``."""
    return {
        "connection": soles(charges.connection),
        "lighting": plain(charges.lighting),
        "interest": soles(charges.interest),
        "late_interest": soles(charges.late_interest),
        "other_taxed": soles(charges.other_taxed),
        "other_untaxed": soles(charges.other_untaxed),
    }


def _month(month: PlannedMonth) -> Document:
    return {
        **period_document(month.period),
        "tariff_origin": month.terms.origin.value,
        "kwh_now": plain(month.kwh_now),
        "kwh_then": plain(month.kwh_then),
        "total_now": soles(month.total_now),
        "total_then": soles(month.total_then),
    }


def _ranked(plan: Plan, texts: Texts) -> list[Document]:
    """Return everything the plan tells in one order, each in short."""
    everything = len(plan.steps) + len(plan.options) + len(plan.targets) + len(plan.checks)
    return [
        {
            "rank": rank,
            "measure": item.measure,
            "title": texts.text(f"measure.{item.measure}.title"),
            "standing": item.standing.value,
            "saving_year": soles(item.saving_pen_year),
            "low_year": soles(item.low_pen_year),
            "high_year": soles(item.high_pen_year),
            **_year_range(item),
            "cost": soles(item.cost.middle),
        }
        for rank, item in enumerate(plan.best(everything), start=1)
    ]


def _plan(plan: Plan, texts: Texts) -> Document:
    return {
        "recommendations": _ranked(plan, texts),
        "steps": [_recommendation(item, texts) for item in plan.steps],
        "options": [_recommendation(item, texts) for item in plan.options],
        "targets": [_recommendation(item, texts) for item in plan.targets],
        "checks": [_recommendation(item, texts) for item in plan.checks],
        "left_out": [_left_out(item, texts) for item in plan.left_out],
        "questions": [_question(question, texts) for question in plan.questions],
        "saving_month": estimate_document(plan.saving, texts, places=2),
        "saving_year": soles(plan.saving_pen_year),
        "bill_saving_year": soles(plan.bill_saving_pen_year),
        "other_year": soles(plan.other_pen_year),
        "home_year": soles(plan.home_pen_year),
        "kwh_year": plain(plan.kwh_year),
        "cost": soles(plan.cost_pen),
        "budget": soles(plan.budget_pen),
        "optimum": optimum_document(plan.optimum, texts),
        "uncertainty": uncertainty_document(plan, texts),
        "frontier": frontier_documents(plan.frontier, texts),
        "options_tried": tried_documents(plan, texts),
    }


def year_range(saving: Estimate) -> tuple[Decimal, Decimal]:
    """Return low and high of a saving in a year. [PEN/year]"""
    low, high = (Decimal(str(value * MONTHS)) for value in (saving.low, saving.high))
    return low, high


def _year_range(item: Recommendation) -> Document:
    """Return the range of a year as people are told it, prices to come included. [PEN/year]"""
    ends = (None, None) if item.saving is None else year_range(item.saving)
    return {"saving_low_year": soles(ends[0]), "saving_high_year": soles(ends[1])}


def _recommendation(item: Recommendation, texts: Texts) -> Document:
    return {
        "rank": item.rank,
        "measure": item.measure,
        "title": texts.text(f"measure.{item.measure}.title"),
        "how": texts.text(f"measure.{item.measure}.how", **item.parameters),
        "why": texts.text(f"measure.{item.measure}.why"),
        "kind": item.kind.value,
        "standing": item.standing.value,
        "end_uses": [use.value for use in item.end_uses],
        "saving_month": None
        if item.saving is None
        else estimate_document(item.saving, texts, places=2),
        "saving_year": soles(item.saving_pen_year),
        "bill_saving_year": soles(item.bill_saving_pen_year),
        "low_year": soles(item.low_pen_year),
        "high_year": soles(item.high_pen_year),
        **_year_range(item),
        "other_year": soles(item.other_pen_year),
        "home_year": soles(item.home_pen_year),
        "kwh_year": None if item.kwh_year is None else estimate_document(item.kwh_year, texts),
        "cost": _cost(item.cost, texts),
        "later_cost": soles(item.later_pen),
        "payback_months": item.payback_months,
        "net_present_value": _range(item.net_present_value),
        "life_years": item.life_years,
        "pays_below": soles(item.pays_below_pen),
        "pays_within_years": item.pays_within_years,
        "effort": item.effort.value,
        "confidence": item.confidence.value,
        "basis": texts.text(item.basis),
        "use_basis": None if item.use_basis is None else texts.text(item.use_basis),
        "evidence": source_documents(evidence.source for evidence in item.evidence),
        "rows": [_row(row) for row in item.rows],
        "supply_without": supply_document(item.rows[0].terms_without.supply) if item.rows else None,
        "supply_with": supply_document(item.rows[0].terms_with.supply) if item.rows else None,
        "crosses": [
            {"limit_kwh": plain(crossing.limit_kwh), "months": crossing.months}
            for crossing in item.crosses
        ],
        "needs_owner": item.needs_owner,
        "needs_roof": item.needs_roof,
        "start_month": item.start_month,
        "place": reason_text(item.place, texts),
        "fallen": {name: soles(amount) for name, amount in item.fallen.items()},
        "issues": issue_documents(item.issues, texts),
    }


def _row(row: MonthRow) -> Document:
    return {
        **period_document(row.period),
        "kwh_without": plain(row.kwh_without),
        "kwh_with": plain(row.kwh_with),
        "bands_without": {band.value: plain(kwh) for band, kwh in row.bands_without.items()},
        "bands_with": {band.value: plain(kwh) for band, kwh in row.bands_with.items()},
        "total_without": soles(row.total_without),
        "total_with": soles(row.total_with),
        "saving": soles(row.saving),
    }


def _cost(cost: Cost, texts: Texts) -> Document:
    return {
        "kind": cost.kind.value,
        "label": texts.text(f"cost.{cost.kind.value}"),
        "amount": soles(cost.middle),
        "range": _range(cost.amount),
        "figure": cost.figure,
        "source": cost.source,
    }


def _range(amount: MoneyRange | None) -> Document | None:
    if amount is None:
        return None
    ends: tuple[Decimal, ...] = (amount.low, amount.middle, amount.high)
    low, middle, high = map(soles, ends)
    return {"low": low, "middle": middle, "high": high}


def _left_out(item: LeftOut, texts: Texts) -> Document:
    return {
        "measure": item.measure,
        "title": texts.text(f"measure.{item.measure}.title"),
        "reason": texts.text(item.reason, **item.parameters),
        "enters_with_budget": soles(item.enters_with_pen),
        "enters_below": soles(item.enters_below_pen),
        "would": reason_text(item.would, texts),
    }


def _question(question: OpenQuestion, texts: Texts) -> Document:
    return {
        "id": question.id,
        "text": texts.text(f"question.{question.id}"),
        "field": question.field,
        "measures": list(question.measures),
        "worth_year": soles(question.worth_pen_year),
    }
