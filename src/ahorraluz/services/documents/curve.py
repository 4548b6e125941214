"""The document of a bill curve: slopes, kinks, cliffs, and where a home stands on it."""

from decimal import Decimal

from ahorraluz.core.tariffs.curve import BillCurve, Cliff, Headroom
from ahorraluz.services.documents.parts import (
    Document,
    exact,
    issue_documents,
    period_document,
    plain,
    soles,
    supply_document,
)
from ahorraluz.services.explain_bill import ExplainedBill
from ahorraluz.texts import Texts

CURVE_SCHEMA = "ahorraluz.curve.1"


def curve_document(
    explained: ExplainedBill,
    curve: BillCurve,
    texts: Texts,
    *,
    here_kwh: Decimal | None,
    headrooms: tuple[Headroom, ...] = (),
    fise_limit_kwh: Decimal | None = None,
) -> Document:
    """Return a curve; layout in ``docs/reference/schemas/curve.json``.

    Parameters
    ----------
    explained
        The bill whose terms the curve has.
    curve
        Its curve.
    texts
        Language of the issues.
    here_kwh
        Energy of the home, if it was given. [kWh/month]
    headrooms
        What the home may still use a day without crossing each line ahead.
    fise_limit_kwh
        Twelve-month mean above which no FISE gas voucher is given. [kWh/month]
    """
    return {
        "schema": CURVE_SCHEMA,
        **curve_body(curve),
        "here": None if here_kwh is None else here_document(curve, here_kwh),
        "headroom": [
            {
                "limit_kwh": plain(room.cliff_kwh),
                "days_left": room.days_left,
                "kwh_left": plain(room.kwh_left),
                "kwh_a_day": f"{room.kwh_a_day:.2f}",
            }
            for room in headrooms
        ],
        "fise_limit_kwh": plain(fise_limit_kwh),
        "period": period_document(curve.terms.period),
        "supply": supply_document(curve.terms.supply),
        "tariff_origin": curve.terms.origin.value,
        "issues": issue_documents(explained.issues, texts),
        "data_hash": explained.data_hash,
    }


def curve_body(curve: BillCurve) -> Document:
    """Return segments, kinks and cliffs."""
    return {
        "segments": [
            {
                "from_kwh": plain(segment.start_kwh),
                "to_kwh": plain(segment.end_kwh),
                "start_cost": exact(segment.start_cost),
                "slope": exact(segment.slope),
            }
            for segment in curve.segments
        ],
        "kinks": [plain(kwh) for kwh in curve.kinks],
        "cliffs": [_cliff(cliff) for cliff in curve.cliffs],
    }


def here_document(curve: BillCurve, kwh: Decimal) -> Document:
    """Return what a home's energy costs and the cliffs about it."""
    ahead, behind = curve.next_cliff(kwh), curve.last_cliff(kwh)
    return {
        "kwh": plain(kwh),
        "cost": soles(curve.cost(kwh)),
        "marginal_price": exact(curve.marginal_price(kwh)),
        "next_cliff_kwh": plain(ahead.at_kwh) if ahead else None,
        "last_cliff_kwh": plain(behind.at_kwh) if behind else None,
    }


def _cliff(cliff: Cliff) -> Document:
    return {
        "at_kwh": plain(cliff.at_kwh),
        "jump": exact(cliff.jump),
        "next_kwh_energy": soles(cliff.next_kwh_energy),
        "next_kwh_total": soles(cliff.next_kwh_total),
    }
