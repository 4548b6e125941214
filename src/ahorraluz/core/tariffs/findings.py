"""What an audited recibo says to its household: what is off, why it may be, what to do."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from ahorraluz.core.consumption import Band
from ahorraluz.core.home import CustomerClass, Fose, Supply
from ahorraluz.core.issues import Parameter
from ahorraluz.core.money import round_cent
from ahorraluz.core.periods import Period
from ahorraluz.core.tariffs.audit import Recomputed
from ahorraluz.core.tariffs.checks import AuditRules, Checked, Verdict
from ahorraluz.core.tariffs.lines import LineCode
from ahorraluz.core.tariffs.receipt import Receipt
from ahorraluz.core.tariffs.schedule import NoScheduleError, ScheduleError, TariffBook
from ahorraluz.core.tariffs.terms import priced_days, weighted_brackets

PRICE_STEP = Decimal("0.0001")
USUAL_DAYS = range(27, 34)
HISTORY_FOR_MEAN = 6
MEAN_TOLERANCE = Decimal("0.5")
JUST_ABOVE_KWH = Decimal(10)
UNUSUAL = Decimal("1.5")
"""Times the mean of six months from which a month is worth a look; no legal threshold."""
LINES = tuple(c.value for c in LineCode if c not in (LineCode.IGV, LineCode.ROUNDING))
TAXED = (LineCode.ENERGY, LineCode.FIXED, LineCode.CONNECTION, LineCode.LIGHTING, LineCode.INTEREST)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing the household should know about its recibo."""

    code: str
    """``finding.<code>.text`` says it, ``finding.<code>.do`` what to do."""
    claimable: bool
    """Whether it is a ground for a claim to the distributor."""
    amount: Decimal | None = None
    """Soles at stake, IGV included; positive: charged too much. [PEN]"""
    lines: tuple[str, ...] = ()
    """Codes of the lines it is about."""
    parameters: dict[str, Parameter] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetPrice:
    """Energy price of one bracket under the sheets on file, whichever end day counts."""

    limit_kwh: Decimal | None
    low: Decimal
    high: Decimal
    """[PEN/kWh, before IGV]"""

    def holds(self, price: Decimal) -> bool:
        """Tell whether ``price`` is this bracket's, within its last decimal."""
        return self.low - PRICE_STEP <= price <= self.high + PRICE_STEP


def sheet_prices(book: TariffBook, supply: Supply, period: Period | None) -> tuple[SheetPrice, ...]:
    """Return the price of each bracket where sheets on file cover the whole period.

    Which end day of a period counts is not settled, so the days are tried one to
    either side. Empty where a day has no sheet known to hold.
    """
    if period is None:
        return ()
    tried = []
    for shift in (-1, 0, 1):
        try:
            days = priced_days(book, supply, period.shift(days=shift))
            if any(part.origin.value != "sheet" for part in days):
                return ()
            tried.append(weighted_brackets(days))
        except (NoScheduleError, ScheduleError):
            return ()
    prices = []
    for versions in zip(*tried, strict=True):
        values = [version.blocks[-1].prices.get(Band.TOTAL) for version in versions]
        known = [value for value in values if value is not None]
        if known:
            prices.append(
                SheetPrice(limit_kwh=versions[0].limit_kwh, low=min(known), high=max(known))
            )
    return tuple(prices)


def findings(
    receipt: Receipt,
    recomputed: Recomputed,
    *,
    supply: Supply,
    rules: AuditRules,
    prices: Sequence[SheetPrice] = (),
) -> tuple[Finding, ...]:
    """Return what is worth saying of an audited recibo, grounds for a claim first.

    Parameters
    ----------
    receipt, recomputed
        The recibo and its audit.
    supply
        Its connection.
    rules
        Rules it was held against.
    prices
        Prices on file for its period (:func:`sheet_prices`); empty: none.
    """
    found = [
        *_lines_off(recomputed, rules),
        *_sum_does_not_close(recomputed),
        *_price(receipt, supply, prices, rules),
        *_reading(receipt),
        *_extra_lines(receipt, recomputed),
        *_days(receipt),
        *_cliff(receipt, rules, supply),
    ]
    return tuple(sorted(found, key=lambda finding: not finding.claimable))


def _lines_off(recomputed: Recomputed, rules: AuditRules) -> list[Finding]:
    found = []
    for checked in _roots(recomputed):
        rate = rules.igv_rate if checked.code in TAXED else Decimal(0)
        # Where the sums agree with the recomputed line, it is misprinted, not overcharged.
        charged = not _sums_agree(recomputed, checked.code)
        found.append(
            Finding(
                code="line-off" if charged else "line-misprinted",
                claimable=charged and checked.difference > 0,
                amount=round_cent(checked.difference * (1 + rate)) if charged else None,
                lines=(checked.code,),
                parameters={
                    "line": checked.code,
                    "printed": checked.printed,
                    "computed": checked.computed,
                },
            )
        )
    return found


def _roots(recomputed: Recomputed) -> tuple[Checked, ...]:
    """Return what is off by itself: where a line is, tax and sums only follow it."""
    lines = [c for c in recomputed.off if c.code in LINES]
    tax = [c for c in recomputed.off if c.code == LineCode.IGV.value]
    return tuple(lines or tax or recomputed.off)


def _sums_agree(recomputed: Recomputed, code: str) -> bool:
    """Tell whether what is paid follows the recomputed line and not the printed one."""
    sums = (recomputed.subtotal, recomputed.total_before, recomputed.total)
    place = next((n for n, checked in enumerate(sums) if checked.code == code), None)
    if code == LineCode.ROUNDING.value:
        later: tuple[Checked, ...] = sums[2:]
    elif place is not None:
        later = sums[place + 1 :]
    else:
        later = sums if code in TAXED else sums[1:]
    confirmed = [checked for checked in later if checked.verdict is not Verdict.UNCHECKED]
    return bool(confirmed) and all(checked.verdict is Verdict.OK for checked in confirmed)


def _sum_does_not_close(recomputed: Recomputed) -> list[Finding]:
    doubtful = [c for c in recomputed.lines if c.why == "audit.closure-ambiguous"]
    if not doubtful:
        return []
    residual = doubtful[0].parameters["residual"]
    return [
        Finding(
            code="sum-does-not-close",
            claimable=True,
            amount=residual if isinstance(residual, Decimal) else None,
            lines=tuple(checked.code for checked in doubtful),
            parameters={"residual": residual, "lines": [c.code for c in doubtful]},
        )
    ]


def _price(
    receipt: Receipt, supply: Supply, prices: Sequence[SheetPrice], rules: AuditRules
) -> list[Finding]:
    """Return whether the printed price is that of the right bracket of the sheet."""
    if not prices or receipt.unit_price is None or receipt.kwh is None:
        return []
    if supply.customer is not CustomerClass.RESIDENTIAL:
        return []
    limits = [price for price in prices if price.limit_kwh is not None]
    own = next((p for p in limits if p.limit_kwh and receipt.kwh <= p.limit_kwh), prices[-1])
    if own.holds(receipt.unit_price):
        return []
    top = prices[-1]
    parameters: dict[str, Parameter] = {
        "printed": receipt.unit_price,
        "expected": own.high,
        "kwh": receipt.kwh,
        "limit": rules.fose_limit_kwh,
    }
    if own is not top and top.holds(receipt.unit_price) and supply.fose is Fose.ELIGIBLE:
        return [
            Finding(
                code="fose-not-applied",
                claimable=True,
                amount=_overcharge(receipt, own, rules),
                lines=(LineCode.ENERGY.value,),
                parameters=parameters,
            )
        ]
    return [
        Finding(
            code="price-differs-from-sheet",
            claimable=receipt.unit_price > own.high,
            amount=_overcharge(receipt, own, rules) if own is top else None,
            lines=(LineCode.ENERGY.value,),
            parameters=parameters,
        )
    ]


def _overcharge(receipt: Receipt, own: SheetPrice, rules: AuditRules) -> Decimal:
    """Return the energy charge printed minus that of the right bracket. [PEN, with IGV]"""
    assert receipt.kwh is not None and receipt.unit_price is not None  # noqa: S101, PT018
    discounted = Decimal(0)
    if own.limit_kwh is not None and rules.fose_discount is not None:
        discounted = min(receipt.kwh, rules.first_block_kwh) * rules.fose_discount
        if receipt.kwh <= rules.first_block_kwh:
            discounted = Decimal(0)
    right = (receipt.kwh - discounted) * own.high
    return round_cent((receipt.kwh * receipt.unit_price - right) * (1 + rules.igv_rate))


def _reading(receipt: Receipt) -> list[Finding]:
    if receipt.estimated_reading:
        return [Finding(code="estimated-reading", claimable=True)]
    recent = receipt.history_kwh[-HISTORY_FOR_MEAN:]
    if len(recent) == HISTORY_FOR_MEAN and receipt.kwh is not None:
        mean = sum(recent, Decimal(0)) / HISTORY_FOR_MEAN
        if len(set(recent)) > 1 and abs(receipt.kwh - mean) <= MEAN_TOLERANCE:
            return [
                Finding(
                    code="reading-looks-estimated",
                    claimable=False,
                    parameters={"kwh": receipt.kwh, "mean": round(mean, 1)},
                )
            ]
        if mean and receipt.kwh > mean * UNUSUAL:
            return [
                Finding(
                    code="unusual-use",
                    claimable=False,
                    parameters={
                        "kwh": receipt.kwh,
                        "mean": round(mean, 1),
                        "times": round(receipt.kwh / mean, 1),
                    },
                )
            ]
    return []


def _extra_lines(receipt: Receipt, recomputed: Recomputed) -> list[Finding]:
    found = []
    recovered = [line for line in receipt.lines if line.recovered]
    if recovered:
        amount = sum((line.amount for line in recovered), Decimal("0.00"))
        found.append(
            Finding(
                code="recovered-consumption",
                claimable=True,
                amount=amount,
                lines=(LineCode.ENERGY.value,),
                parameters={"name": recovered[0].name},
            )
        )
    late = receipt.amount(LineCode.INTEREST)
    if late:
        found.append(
            Finding(
                code="interest-charged",
                claimable=False,
                amount=late,
                lines=(LineCode.INTEREST.value,),
            )
        )
    amount_over = recomputed.total_before.parameters.get("amount")
    if isinstance(amount_over, Decimal) and amount_over > 0:
        found.append(
            Finding(
                code="total-unexplained",
                claimable=False,
                amount=amount_over,
                lines=("total_before",),
                parameters={"amount": amount_over},
            )
        )
    return found


def _days(receipt: Receipt) -> list[Finding]:
    days = receipt.period.days if receipt.period else receipt.days_printed
    if days is None or days in USUAL_DAYS:
        return []
    return [Finding(code="unusual-days", claimable=False, parameters={"days": days})]


def _cliff(receipt: Receipt, rules: AuditRules, supply: Supply) -> list[Finding]:
    limit = rules.fose_limit_kwh
    eligible = supply.fose is Fose.ELIGIBLE and supply.customer is CustomerClass.RESIDENTIAL
    if receipt.kwh is None or not eligible:
        return []
    if limit < receipt.kwh <= limit + JUST_ABOVE_KWH:
        over = receipt.kwh - limit
        return [
            Finding(
                code="just-above-limit",
                claimable=False,
                parameters={"kwh": receipt.kwh, "limit": limit, "over": over},
            )
        ]
    return []
