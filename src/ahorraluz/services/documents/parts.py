"""Pieces that several documents share: amounts, prices, issues, sources, estimates."""

from collections.abc import Iterable
from decimal import Decimal

from ahorraluz.core.estimate import Estimate
from ahorraluz.core.history import Source
from ahorraluz.core.home import Supply
from ahorraluz.core.issues import Issue
from ahorraluz.core.money import round_cent
from ahorraluz.core.periods import Period
from ahorraluz.core.tariffs.schedule import Bracket
from ahorraluz.core.tariffs.terms import BillTerms
from ahorraluz.texts import Texts

Document = dict[str, object]
"""What ``json.dumps`` writes: amounts and kWh as text, days as ISO text."""

EXACT = Decimal("0.0001")
"""Costs that no recibo prints, such as a slope, keep four decimals. [PEN]"""


def soles(amount: Decimal | None) -> str | None:
    """Return an amount to the céntimo, never ``-0.00``. [PEN]"""
    return None if amount is None else str(round_cent(amount) + 0)


def exact(amount: Decimal) -> str:
    """Return a cost with four decimals. [PEN]"""
    return str(amount.quantize(EXACT) + 0)


def plain(value: Decimal | None) -> str | None:
    """Return a number with the digits it has and no exponent.

    Examples
    --------
    >>> plain(Decimal("1.40E+2")), plain(Decimal("706.80"))
    ('140', '706.8')
    """
    if value is None:
        return None
    return f"{value.normalize():f}" if value else "0"


def rounded(value: float, *, places: int = 1) -> str:
    """Return a measurement with ``places`` decimals."""
    return f"{value:.{places}f}"


def period_document(period: Period) -> Document:
    """Return a span of days; ``to`` is the later reading day and is not billed."""
    return {
        "from": period.start.isoformat(),
        "to": period.end.isoformat(),
        "days": period.days,
    }


def supply_document(supply: Supply) -> Document:
    """Return a connection by its ids."""
    return {
        "distributor": supply.distributor,
        "system": supply.system,
        "option": supply.option.value,
        "customer": supply.customer.value,
        "fose": supply.fose.value,
        "sector": supply.sector.value if supply.sector else None,
        "collective_homes": supply.collective_homes,
    }


def issue_documents(issues: Iterable[Issue], texts: Texts) -> list[Document]:
    """Return issues with their sentences, each sentence once."""
    said = {texts.issue(issue): issue for issue in issues}
    return [
        {"code": issue.code, "severity": issue.severity.value, "text": text}
        for text, issue in said.items()
    ]


def source_documents(sources: Iterable[Source]) -> list[Document]:
    """Return documents behind the figures."""
    return [
        {
            "id": source.id,
            "title": source.title,
            "issuer": source.issuer,
            "url": source.url,
            "published": source.published.isoformat() if source.published else None,
            "consulted": source.consulted.isoformat(),
            "grade": source.grade.value,
        }
        for source in sources
    ]


def bracket_documents(brackets: Iterable[Bracket]) -> list[Document]:
    """Return prices by bracket; a bracket whose prices are not known has no blocks."""
    return [
        {
            "limit_kwh": plain(bracket.limit_kwh),
            "fixed": soles(bracket.fixed),
            "blocks": [
                {
                    "limit_kwh": plain(block.limit_kwh),
                    "prices": {band.value: str(price) for band, price in block.prices.items()},
                }
                for block in bracket.blocks
            ],
        }
        for bracket in brackets
    ]


def tariff_document(terms: BillTerms) -> Document:
    """Return where the prices of a period come from, and the prices."""
    return {
        "days": [
            {
                **period_document(part.period),
                "origin": part.origin.value,
                "distributor": part.schedule.distributor,
                "system": part.schedule.system,
                "start": part.schedule.start.isoformat(),
                "source": part.schedule.source.id or part.schedule.source.title,
            }
            for part in terms.days
        ],
        "brackets": bracket_documents(terms.brackets),
        "igv_rate": plain(terms.igv_rate),
        "rural_levy": plain(terms.levy),
    }


def estimate_document(estimate: Estimate, texts: Texts, *, places: int = 1) -> Document:
    """Return a range with its level and what it rests on."""
    return {
        "low": rounded(estimate.low, places=places),
        "middle": rounded(estimate.middle, places=places),
        "high": rounded(estimate.high, places=places),
        "unit": estimate.unit,
        "level": rounded(estimate.level, places=2),
        "basis": texts.text(estimate.basis),
    }
