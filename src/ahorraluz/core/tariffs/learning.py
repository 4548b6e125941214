"""Prices learnt from a household's own recibo.

A recibo prints the price of the bracket it was billed in. The rules of FOSE tie the
brackets together: base price ``B``, discount ``d`` on the first block up to the limit,
surcharge ``s`` on everything above it. So one price gives the others, as far as ``d``
and ``s`` are known for that kind of system on that day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ahorraluz.core.consumption import Band
from ahorraluz.core.history import Grade, Source
from ahorraluz.core.home import CustomerClass, Fose, Option, Supply
from ahorraluz.core.issues import AhorraLuzError, Issue, Severity
from ahorraluz.core.money import round_cent, round_price
from ahorraluz.core.tariffs.energy import bracket_of
from ahorraluz.core.tariffs.figures import (
    FOSE_FIRST_BLOCK_KWH,
    FOSE_LIMIT_KWH,
    FOSE_SURCHARGE,
    NationalFigures,
)
from ahorraluz.core.tariffs.lines import LineCode
from ahorraluz.core.tariffs.receipt import Receipt
from ahorraluz.core.tariffs.schedule import OPTION_BANDS, Block, Bracket, Origin, Schedule

PRICE_TOLERANCE = Decimal("0.0002")
"""Two roundings to four decimals may lie this far apart. [PEN/kWh]"""
CHARGE_TOLERANCE = Decimal("0.02")
"""A charge rounded to the céntimo, from prices rounded to four decimals. [PEN]"""


class LearningError(AhorraLuzError):
    """A recibo that does not print what its prices are learnt from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LearntTariff:
    """Prices of a supply read off its recibo, with what is uncertain about them."""

    schedule: Schedule
    issues: tuple[Issue, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FoseRule:
    """How the brackets hang together on one day for one kind of system."""

    limit_kwh: Decimal
    first_block_kwh: Decimal
    discount: Decimal | None
    """``None``: not known for this kind of system. [0 to 1]"""
    surcharge: Decimal | None
    """[0 to 1]"""


def fose_rule(
    figures: NationalFigures, supply: Supply, day: date, *, discount: Decimal | None = None
) -> FoseRule:
    """Return the rule on ``day``; ``discount`` overrides what is on file."""
    return FoseRule(
        limit_kwh=figures.value(FOSE_LIMIT_KWH, day),
        first_block_kwh=figures.value(FOSE_FIRST_BLOCK_KWH, day),
        discount=discount if discount is not None else figures.fose_discount(supply.sector, day),
        surcharge=figures.known(FOSE_SURCHARGE, day),
    )


def learn_tariff(receipt: Receipt, *, supply: Supply, rule: FoseRule, as_of: date) -> LearntTariff:
    """Return the prices that one recibo tells.

    Parameters
    ----------
    receipt
        A recibo with its kWh and unit price.
    supply
        Its connection.
    rule
        FOSE rule at the end of its period.
    as_of
        Day the recibo was read, for its source; also its date where it prints none.

    Raises
    ------
    LearningError
        ``receipt-lacks``: no kWh or no unit price is printed.
    """
    bands = OPTION_BANDS.get(supply.option)
    missing = _missing(receipt, bands)
    if missing:
        raise LearningError("receipt-lacks", field=missing, receipt=receipt.id)
    fixed = receipt.amount(LineCode.FIXED)
    issues = []
    if fixed is None:
        issues.append(Issue(code="receipt-lacks-fixed"))
        fixed = Decimal("0.00")
    flat = supply.customer is CustomerClass.NON_RESIDENTIAL or supply.fose is Fose.EXCLUDED
    brackets: tuple[Bracket, ...]
    if bands is not None:
        brackets = _by_bands(receipt, fixed, rule=rule, flat=flat or supply.option is Option.BT5A)
        issues.extend(_unknown_brackets(brackets))
    elif flat or supply.option is Option.BT8 or receipt.kwh is None or not receipt.unit_price:
        brackets = (_flat(None, receipt.unit_price, fixed),)
    else:
        base, found = _printed_base(receipt, receipt.kwh, receipt.unit_price, rule)
        issues.extend(found)
        brackets = _brackets(receipt, fixed, base=base, rule=rule)
        issues.extend(_unknown_brackets(brackets))
    return LearntTariff(schedule=_schedule(receipt, supply, brackets, as_of), issues=tuple(issues))


def check_against(learnt: Schedule, receipt: Receipt, *, homes: int = 1) -> Issue:
    """Return whether a second recibo of the same prices confirms what was learnt.

    Raises
    ------
    LearningError
        ``receipt-lacks``: the second recibo has no kWh or no unit price.
    EnergyPriceError
        ``bracket-price-unknown``: its bracket could not be learnt.
    """
    if receipt.kwh is None or receipt.unit_price is None:
        raise LearningError("receipt-lacks", field="kwh")
    bracket = bracket_of(receipt.kwh, learnt.brackets, homes=homes)
    expected = bracket.blocks[-1].prices[Band.TOTAL]
    parameters = {"expected": expected, "printed": receipt.unit_price}
    if abs(expected - receipt.unit_price) <= PRICE_TOLERANCE:
        return Issue(code="second-receipt-confirms", severity=Severity.NOTE, parameters=parameters)
    return Issue(code="second-receipt-differs", parameters=parameters)


def discount_from(first: Receipt, second: Receipt, rule: FoseRule) -> Decimal | None:
    """Return the FOSE discount that two recibos of the same prices tell, if they do. [0 to 1]

    One must lie within the first block and the other above it.
    """
    pair = sorted((first, second), key=lambda receipt: receipt.kwh or Decimal(0))
    low, high = pair
    if low.kwh is None or high.kwh is None or not low.unit_price or not high.unit_price:
        return None
    if low.kwh > rule.first_block_kwh or high.kwh <= rule.limit_kwh or rule.surcharge is None:
        return None
    base = high.unit_price / (1 + rule.surcharge)
    return (1 - low.unit_price / base).quantize(Decimal("0.001"))


def base_price(receipt: Receipt, rule: FoseRule) -> Decimal | None:
    """Return the price before FOSE behind a recibo's energy charge, if it can be told.

    Read off the charge, so it holds whichever price of the bracket the recibo prints.
    """
    energy = receipt.amount(LineCode.ENERGY)
    if not receipt.kwh or energy is None:
        return None
    factor = _fose_factor(receipt.kwh, rule)
    return None if factor is None else energy / receipt.kwh / factor


def _fose_factor(kwh: Decimal, rule: FoseRule) -> Decimal | None:
    """Return a month's mean price over the price before FOSE, if the rule is known. [ratio]"""
    if kwh > rule.limit_kwh:
        return None if rule.surcharge is None else 1 + rule.surcharge
    if rule.discount is None or kwh == 0:
        return None if rule.discount is None else 1 - rule.discount
    return 1 - min(kwh, rule.first_block_kwh) * rule.discount / kwh


def _missing(receipt: Receipt, bands: Sequence[Band] | None) -> str | None:
    """Return the name of the first thing the prices cannot be learnt without."""
    if receipt.kwh is None:
        return "kwh"
    if bands is None:
        return "unit_price" if receipt.unit_price is None else None
    lacking = [band.value for band in bands if band not in receipt.band_prices]
    return f"unit_price_{lacking[0]}" if lacking else None


def _by_bands(
    receipt: Receipt, fixed: Decimal, *, rule: FoseRule, flat: bool
) -> tuple[Bracket, ...]:
    """Return the bracket that a recibo with hours prints; it tells no other."""
    printed = (Block(limit_kwh=None, prices=receipt.band_prices),)
    if flat:
        return (Bracket(limit_kwh=None, fixed=fixed, blocks=printed),)
    limits = (rule.first_block_kwh, rule.limit_kwh, None)
    kwh = receipt.kwh or Decimal(0)
    own = next(limit for limit in limits if limit is None or kwh <= limit)
    return tuple(
        Bracket(limit_kwh=limit, fixed=fixed, blocks=printed if limit == own else ())
        for limit in limits
    )


def _printed_base(
    receipt: Receipt, kwh: Decimal, price: Decimal, rule: FoseRule
) -> tuple[Decimal | None, list[Issue]]:
    """Return the price before FOSE that the printed price comes from, if it can be told.

    Between the first block and the limit a recibo may print the price of either block,
    or one for all of it; the energy charge tells which. One price for all of it can
    still be the mean of both blocks or a supply without discount: that is said.
    """
    factor = _fose_factor(kwh, rule)
    if factor is None:
        return None, [Issue(code="fose-discount-unknown")] if kwh <= rule.limit_kwh else []
    if not rule.first_block_kwh < kwh <= rule.limit_kwh or rule.discount is None:
        return price / factor, []
    energy = receipt.amount(LineCode.ENERGY)
    if energy is not None:
        for base in (price, price / (1 - rule.discount)):
            if abs(base * factor * kwh - energy) <= CHARGE_TOLERANCE:
                return base, []
    issue = Issue(code="single-price-mid-bracket", parameters={"kwh": kwh, "price": price})
    return price / factor, [issue]


def _brackets(
    receipt: Receipt, fixed: Decimal, *, base: Decimal | None, rule: FoseRule
) -> tuple[Bracket, ...]:
    assert receipt.kwh is not None and receipt.unit_price is not None  # noqa: S101, PT018
    above = receipt.kwh > rule.limit_kwh
    within_first = receipt.kwh <= rule.first_block_kwh
    uplift = 1 + (rule.surcharge or Decimal(0))
    fixed_low = round_cent(fixed / uplift) if above else fixed
    fixed_high = fixed if above else round_cent(fixed * uplift)

    discounted = None
    if within_first:
        discounted = receipt.unit_price
    elif base is not None and rule.discount is not None:
        discounted = round_price(base * (1 - rule.discount))
    full = None if base is None else round_price(base)
    if above:
        over: Decimal | None = receipt.unit_price
    else:
        over = None if base is None or rule.surcharge is None else round_price(base * uplift)

    first, limit = rule.first_block_kwh, rule.limit_kwh
    middle: tuple[Block, ...] = ()
    if discounted is not None and full is not None:
        middle = (_block(first, discounted), _block(None, full))
    return (
        _flat(first, discounted, fixed_low),
        Bracket(limit_kwh=limit, fixed=fixed_low, blocks=middle),
        _flat(None, over, fixed_high),
    )


def _block(limit: Decimal | None, price: Decimal) -> Block:
    return Block(limit_kwh=limit, prices={Band.TOTAL: price})


def _flat(limit: Decimal | None, price: Decimal | None, fixed: Decimal) -> Bracket:
    blocks = () if price is None else (_block(None, price),)
    return Bracket(limit_kwh=limit, fixed=fixed, blocks=blocks)


def _unknown_brackets(brackets: Sequence[Bracket]) -> list[Issue]:
    unknown = [
        "∞" if bracket.limit_kwh is None else str(bracket.limit_kwh)
        for bracket in brackets
        if not bracket.blocks
    ]
    return [Issue(code="brackets-unknown", parameters={"limits": unknown})] if unknown else []


def _schedule(
    receipt: Receipt, supply: Supply, brackets: tuple[Bracket, ...], as_of: date
) -> Schedule:
    return Schedule(
        distributor=supply.distributor,
        system=supply.system,
        option=supply.option,
        customer=supply.customer,
        start=receipt.period.start if receipt.period else as_of,
        brackets=brackets,
        source=Source(
            title=f"Recibo {receipt.label or receipt.id}".strip(),
            issuer=receipt.distributor,
            url="",
            published=receipt.period.end if receipt.period else None,
            consulted=as_of,
            grade=Grade.BILL,
        ),
        origin=Origin.RECEIPT,
        period=receipt.period,
    )
