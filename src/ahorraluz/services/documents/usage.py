"""Where the energy and the soles of a home go, as a document."""

from ahorraluz.core.usage.account import ApplianceUse, EndUse, UsageAccount
from ahorraluz.core.usage.shares import BillShares, UseCost
from ahorraluz.core.usage.sharing import MeterPart
from ahorraluz.services.documents.parts import Document, estimate_document, plain, rounded, soles
from ahorraluz.texts import Texts


def usage_document(account: UsageAccount, shares: BillShares | None, texts: Texts) -> Document:
    """Return every use with its range, its soles and its appliances.

    ``soles`` are shared so that they stay fair where prices rise with use
    (:mod:`~ahorraluz.core.usage.shares`); they and ``connected`` add up to the bill.
    """
    costs = {cost.id: cost for cost in shares.uses} if shares is not None else {}
    return {
        "total_kwh_month": rounded(account.total_kwh_month),
        "basis": texts.text(account.basis),
        "uses": [_use(use, costs.get(use.id.value), texts) for use in account.uses],
        "connected": soles(shares.connected_pen) if shares is not None else None,
    }


def split_documents(parts: tuple[MeterPart, ...]) -> list[Document]:
    """Return what each home of a shared meter uses and owes."""
    return [
        {
            "home": part.home,
            "kwh": plain(part.kwh),
            "total": soles(part.total_pen),
            "connected": soles(part.connected_pen),
            "energy": soles(part.energy_pen),
            "avoided": soles(part.avoided_pen),
        }
        for part in parts
    ]


def _use(use: EndUse, cost: UseCost | None, texts: Texts) -> Document:
    return {
        "id": use.id.value,
        "label": texts.text(f"end-use.{use.id.value}"),
        "kwh_month": estimate_document(use.estimate, texts),
        "share": rounded(use.share, places=3),
        "soles": None if cost is None else soles(cost.share_pen),
        "avoided": None if cost is None else soles(cost.avoided_pen),
        "appliances": [_appliance(item, texts) for item in use.appliances],
    }


def _appliance(item: ApplianceUse, texts: Texts) -> Document:
    return {
        "id": item.id,
        "label": texts.text(f"appliance.{item.id}"),
        "count": rounded(item.count, places=2),
        "standby": item.standby,
        "owned": rounded(item.owned, places=2),
        "kwh_month": estimate_document(item.estimate, texts),
    }
