"""What the kitchen of a home that burns wood would spare: an improved stove, or a biodigester."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from math import ceil

from ahorraluz.catalog.evidence import EquipmentFacts
from ahorraluz.catalog.solar import load_solar
from ahorraluz.core.advice.recommendation import Confidence
from ahorraluz.core.estimate import Estimate
from ahorraluz.core.history import Source
from ahorraluz.core.issues import InvalidInputError, Issue, Severity
from ahorraluz.core.money import round_cent
from ahorraluz.core.renewables.economics import MoneyRange
from ahorraluz.core.renewables.facts import SolarAssumptions
from ahorraluz.services.renewables.size_others import MONTHS, Terms, rows_of

STOVE, DIGESTER = "improved-stove", "biodigester"
DUNG_KG_DAY = "dung-day"
PROJECT_CITY = "cajamarca"
"""Of the only project that tells what a digester of a family gives."""
LEAST_FULL = 0.5
"""Part of its dung below which the smallest digester on file is mostly empty."""
_TENTH = Decimal("0.1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wood:
    """The wood a home burns today, as far as it told."""

    kg_month: float | None = None
    pen_kg: Decimal | None = None

    @property
    def spending_month(self) -> Decimal | None:
        """What all of it costs; ``None``: not told. [PEN/month]"""
        if self.kg_month is None or self.pen_kg is None:
            return None
        return round_cent(self.pen_kg * Decimal(str(self.kg_month)))


@dataclass(frozen=True, slots=True, kw_only=True)
class SizedKitchen:
    """An improved stove, or a biodigester."""

    technology: str
    spared_share: Estimate | None
    """Part of the wood that is not burnt. [0 to 1]"""
    wood_kg_month: Estimate | None
    """Not burnt. [kg/month]"""
    gas_h_day: Estimate | None
    """Hours of one burner. [h/day]"""
    saving_month: MoneyRange | None
    most_saving_month: Decimal | None = None
    """All the wood of the home, where nobody measured which part gas replaces. [PEN/month]"""
    least_payback_years: Decimal | None = None
    """With :attr:`most_saving_month`, and the cost; the life is not known. [year]"""
    cost: Decimal | None
    cost_source: Source | None
    confidence: Confidence
    issues: tuple[Issue, ...]


def size_stove(
    *,
    assumptions: SolarAssumptions,
    wood: Wood,
    terms: Terms,
) -> SizedKitchen:
    """Return what an improved stove spares a home that cooks with wood."""
    share = assumptions.stove_wood_saving
    spared = None if wood.kg_month is None else share.scaled(wood.kg_month, unit="kg/month")
    issues = [Issue(code="cost-unknown", severity=Severity.NOTE)] if terms.cost is None else []
    saving = None
    if spared is not None and wood.pen_kg is not None:
        low, middle, high = (
            round_cent(wood.pen_kg * Decimal(str(kg)))
            for kg in (spared.low, spared.middle, spared.high)
        )
        saving = MoneyRange(low=low, middle=middle, high=high, unit="PEN/month", basis=share.basis)
    else:
        issues.append(Issue(code="wood-unknown", severity=Severity.NOTE))
    return SizedKitchen(
        technology=STOVE,
        spared_share=share,
        wood_kg_month=spared,
        gas_h_day=None,
        saving_month=saving,
        cost=terms.cost,
        cost_source=None,
        confidence=Confidence.MEDIUM if saving is not None else Confidence.LOW,
        issues=tuple(issues),
    )


def size_digester(
    *,
    assumptions: SolarAssumptions,
    dung_kg_day: float | None,
    wood: Wood,
    altitude_m: float | None = None,
    terms: Terms,
) -> SizedKitchen:
    """Return the hours of gas that the dung of a home's animals gives.

    What part of the wood the gas replaces nobody measured in Peru, nor how long a digester
    lasts: soles are told as what they cannot exceed, and years as what they cannot fall short
    of.

    Parameters
    ----------
    altitude_m
        Of the home; ``None``: not told. [m]

    Raises
    ------
    InvalidInputError
        ``dung-needed``.
    """
    if dung_kg_day is None or not 0 < dung_kg_day < float("inf"):
        raise InvalidInputError("dung-needed", field="dung")
    whole, (row, price) = _dung_of_family(), _family_digester()
    count = ceil(dung_kg_day / whole)
    cost, most, note = terms.cost or price * count, wood.spending_month, Severity.NOTE
    issues = [
        Issue(code="digester-evidence-thin", severity=note),
        *_digester_doubts(dung_kg_day, whole, altitude_m),
        *([] if terms.cost else [Issue(code="digester-price-of-a-project", severity=note)]),
        *([] if most else [Issue(code="wood-unknown", severity=note)]),
    ]
    return SizedKitchen(
        technology=DIGESTER,
        spared_share=None,
        wood_kg_month=None,
        gas_h_day=assumptions.digester_gas_h_day.scaled(dung_kg_day / whole),
        saving_month=None,
        most_saving_month=most or None,
        least_payback_years=_years_to_return(cost, most) if most else None,
        cost=cost,
        cost_source=None if terms.cost else row.source,
        confidence=Confidence.LOW,
        issues=tuple(issues),
    )


def _digester_doubts(dung: float, whole: float, altitude_m: float | None) -> list[Issue]:
    issues = []
    if dung < whole * LEAST_FULL:
        issues.append(
            Issue(
                code="digester-mostly-empty",
                severity=Severity.WARNING,
                parameters={"dung": dung, "whole": whole},
            )
        )
    if dung > whole:
        issues.append(
            Issue(
                code="digesters-several",
                severity=Severity.NOTE,
                parameters={"count": ceil(dung / whole), "whole": whole},
            )
        )
    height = load_solar(PROJECT_CITY).altitude_m
    if altitude_m is not None and height is not None and altitude_m > height:
        issues.append(
            Issue(
                code="digester-colder",
                severity=Severity.WARNING,
                parameters={"altitude": altitude_m, "known": height},
            )
        )
    return issues


def _years_to_return(cost: Decimal, spending_month: Decimal) -> Decimal:
    return (cost / (spending_month * MONTHS)).quantize(_TENTH, rounding=ROUND_HALF_UP)


def _dung_of_family() -> float:
    return float(next(r.central for r in rows_of(DIGESTER, DUNG_KG_DAY) if r.central is not None))


def _family_digester() -> tuple[EquipmentFacts, Decimal]:
    rows = rows_of(DIGESTER, "family-biodigester")
    row = next(row for row in rows if row.central is not None)
    return row, row.central or Decimal(0)
