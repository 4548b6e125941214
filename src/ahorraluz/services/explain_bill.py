"""What a period costs, where its prices come from, and how near the next cliff is."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from ahorraluz.core.consumption import Band, Consumption, check_kwh
from ahorraluz.core.home import FixedCharges, Supply
from ahorraluz.core.issues import InvalidInputError, Issue
from ahorraluz.core.periods import Period
from ahorraluz.core.tariffs.billing import Bill, price_bill
from ahorraluz.core.tariffs.curve import BillCurve, bill_curve
from ahorraluz.core.tariffs.energy import EnergyPriceError
from ahorraluz.core.tariffs.learning import (
    PRICE_TOLERANCE,
    LearntTariff,
    check_against,
    discount_from,
    fose_rule,
    learn_tariff,
)
from ahorraluz.core.tariffs.lines import LineCode
from ahorraluz.core.tariffs.receipt import Receipt
from ahorraluz.core.tariffs.schedule import OPTION_BANDS, Origin, TariffBook
from ahorraluz.core.tariffs.terms import BillTerms, bill_terms
from ahorraluz.services.receipts import is_of
from ahorraluz.services.toolbox import Toolbox

SAME_PRICES_DAYS = 7
"""Recibos that start within a week of each other bill nearly the same days."""
SAME_RANGE = Decimal("0.1")
"""Relative difference of energy up to which street lighting is taken for the same range."""
MAX_DAYS = 124
"""A recibo of a home bills a month; four can be billed together, more is a slip."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What else a household knows of its prices."""

    discount: Decimal | None = None
    """Its FOSE discount. [0 to 1]"""
    others: tuple[Receipt, ...] = ()
    """More recibos of the same supply."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BillRequest:
    """A period to price."""

    supply: Supply
    period: Period
    kwh: Decimal
    bands_kwh: Mapping[Band, Decimal] = field(default_factory=dict)
    charges: FixedCharges = field(default_factory=FixedCharges)
    """Charges typed for this period; what is missing is taken from ``receipt``."""
    receipt: Receipt | None = None
    """A recibo of the supply, for its prices and charges."""
    others: tuple[Receipt, ...] = ()
    """More recibos of the supply: they confirm or contradict the prices learnt."""
    fose_discount: Decimal | None = None
    """FOSE discount of the supply where it is known to its household. [0 to 1]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedBill:
    """A bill with its curve and what was learnt from the household's recibo."""

    bill: Bill
    curve: BillCurve | None
    """``None`` where the prices of some bracket are not known."""
    learnt: LearntTariff | None
    issues: tuple[Issue, ...]
    data_hash: str


def explain_bill(request: BillRequest, *, tools: Toolbox, as_of: date) -> ExplainedBill:
    """Return the bill of a period, line by line, with the curve it lies on.

    Raises
    ------
    InvalidInputError
        ``period-too-long``, ``bands-not-of-option``.
    ConsumptionError
        Energy that cannot be.
    NoScheduleError, EnergyPriceError
        No prices for this supply, day or energy.
    """
    _check(request)
    book = tools.book(request.supply.distributor)
    learnt = learn(
        request.receipt,
        request.supply,
        book,
        as_of=as_of,
        evidence=Evidence(discount=request.fose_discount, others=request.others),
    )
    terms = bill_terms(
        book,
        request.supply,
        request.period,
        charges=with_receipt_charges(request.charges, request.receipt),
        receipt=learnt.schedule if learnt else None,
    )
    bill = price_bill(
        Consumption(period=request.period, energy_kwh=request.kwh, bands_kwh=request.bands_kwh),
        terms,
    )
    return ExplainedBill(
        bill=bill,
        curve=curve_of(terms, request.bands_kwh),
        learnt=learnt,
        issues=(*bill.issues, *_receipt_issues(request, bill, learnt)),
        data_hash=tools.data_hash(request.supply.distributor),
    )


def learn(
    receipt: Receipt | None,
    supply: Supply,
    book: TariffBook,
    *,
    as_of: date,
    evidence: Evidence | None = None,
) -> LearntTariff | None:
    """Return what a recibo tells of its prices, ``None`` where it prints no price.

    A second recibo of the same prices confirms or contradicts what was learnt, and
    tells the FOSE discount where no source has it.
    """
    if receipt is None or receipt.kwh is None:
        return None
    if receipt.unit_price is None and not receipt.band_prices:
        return None
    evidence = evidence or Evidence()
    day = receipt.period.end if receipt.period else as_of
    rule = fose_rule(book.figures, supply, day, discount=evidence.discount)
    if rule.discount is None:
        told = (discount_from(receipt, other, rule) for other in evidence.others)
        rule = replace(rule, discount=next(filter(None, told), None))
    learnt = learn_tariff(receipt, supply=supply, rule=rule, as_of=as_of)
    checks = [
        check_against(learnt.schedule, other, homes=supply.collective_homes)
        for other in evidence.others
        if _can_check(learnt, other)
    ]
    return replace(learnt, issues=(*learnt.issues, *checks))


def _can_check(learnt: LearntTariff, other: Receipt) -> bool:
    """Tell whether a recibo bills the same prices, so that it can confirm them."""
    period = learnt.schedule.period
    same_days = (
        period is not None
        and other.period is not None
        and (abs((other.period.start - period.start).days) <= SAME_PRICES_DAYS)
    )
    if not same_days or other.kwh is None or other.unit_price is None:
        return False
    brackets = learnt.schedule.brackets
    return all(bracket.blocks for bracket in brackets) and learnt.schedule.bands == (Band.TOTAL,)


def with_receipt_charges(charges: FixedCharges, receipt: Receipt | None) -> FixedCharges:
    """Return ``charges`` with connection and lighting of the recibo where none are typed."""
    if receipt is None:
        return charges
    connection, lighting = charges.connection, charges.lighting
    return replace(
        charges,
        connection=receipt.amount(LineCode.CONNECTION) if connection is None else connection,
        lighting=receipt.amount(LineCode.LIGHTING) if lighting is None else lighting,
    )


def curve_of(terms: BillTerms, bands_kwh: Mapping[Band, Decimal]) -> BillCurve | None:
    """Return the curve of ``terms``; the bands keep their proportion along it."""
    total = sum(bands_kwh.values(), Decimal(0))
    if bands_kwh and total == 0:
        return None
    shares = {band: kwh / total for band, kwh in bands_kwh.items()} or None
    try:
        return bill_curve(terms, shares=shares)
    except EnergyPriceError:
        return None


def _receipt_issues(
    request: BillRequest, bill: Bill, learnt: LearntTariff | None
) -> tuple[Issue, ...]:
    """Return what to know of the recibo that prices and charges were taken from."""
    receipt = request.receipt
    if receipt is None:
        return ()
    issues: list[Issue] = []
    if learnt is not None and any(d.origin is Origin.RECEIPT for d in bill.terms.days):
        issues += learnt.issues
    elif receipt.unit_price is not None:
        issues += _sheet_preferred(bill, receipt.unit_price)
    took_lighting = request.charges.lighting is None and receipt.amount(LineCode.LIGHTING)
    if took_lighting and receipt.kwh is not None and _is_other_use(receipt.kwh, request.kwh):
        parameters = {"kwh": receipt.kwh, "asked": request.kwh}
        issues.append(Issue(code="lighting-of-other-kwh", parameters=parameters))
    return tuple(issues)


def _sheet_preferred(bill: Bill, printed: Decimal) -> list[Issue]:
    """Return that a sheet on file was used and not the printed price, where they differ."""
    price = bill.bracket.blocks[-1].prices.get(Band.TOTAL)
    if price is None or abs(price - printed) <= PRICE_TOLERANCE:
        return []
    return [Issue(code="sheet-preferred", parameters={"printed": printed, "used": price})]


def _is_other_use(kwh: Decimal, asked: Decimal) -> bool:
    return abs(kwh - asked) > kwh * SAME_RANGE


def _check(request: BillRequest) -> None:
    receipt = request.receipt
    if receipt is not None and not is_of(receipt, request.supply):
        raise InvalidInputError(
            "receipts-of-two-distributors",
            before=receipt.distributor,
            after=request.supply.distributor,
        )
    check_kwh(request.kwh)
    if request.period.days > MAX_DAYS:
        raise InvalidInputError(
            "period-too-long",
            start=request.period.start,
            end=request.period.end,
            days=request.period.days,
            limit=MAX_DAYS,
        )
    bands = OPTION_BANDS.get(request.supply.option)
    lacking = [band.value for band in bands or () if band not in request.bands_kwh]
    if request.bands_kwh and lacking and set(request.bands_kwh) <= set(bands or ()):
        raise InvalidInputError("bands-needed", missing=lacking)
    if request.bands_kwh and (bands is None or set(request.bands_kwh) != set(bands)):
        raise InvalidInputError(
            "bands-not-of-option",
            option=request.supply.option.value,
            bands=[band.value for band in bands or ()],
        )
