"""Tax and sums of an audited recibo: subtotal, IGV, total of the month, rounding, total."""

from collections.abc import Sequence
from decimal import Decimal

from ahorraluz.core.money import IgvRounding, round_cent
from ahorraluz.core.tariffs.checks import (
    CENT,
    ZERO,
    AuditRules,
    Checked,
    Verdict,
    compared,
    unchecked,
)
from ahorraluz.core.tariffs.lines import LineCode
from ahorraluz.core.tariffs.receipt import Receipt, ReceiptLine

TOTAL_TOLERANCE = Decimal("0.10")
"""Where a recibo does not itemise its rounding, the largest step seen. [PEN]"""


def levied(receipt: Receipt) -> tuple[ReceiptLine, ...]:
    """Return the lines after the tax that are no rounding."""
    return tuple(line for line in receipt.untaxed if line.code is not LineCode.ROUNDING)


def subtotal_check(receipt: Receipt, taxed: Sequence[Decimal]) -> Checked:
    """Return the check of the subtotal: the sum of the taxed lines as they should be."""
    if receipt.subtotal is None:
        return unchecked("subtotal", None, "audit.no-subtotal")
    return compared("subtotal", receipt.subtotal, sum(taxed, ZERO), "audit.sum")


def igv_check(receipt: Receipt, rules: AuditRules, taxed: Sequence[Decimal]) -> Checked:
    """Return the check of the tax on the taxed lines, rounded as the distributor does."""
    rate = rules.igv_rate
    by_line = sum((round_cent(amount * rate) for amount in taxed), ZERO)
    at_once = round_cent(sum(taxed, ZERO) * rate)
    if rules.igv_rounding is None:
        printed = receipt.igv if receipt.igv is not None else at_once
        computed = min((at_once, by_line), key=lambda amount: abs(amount - printed))
    else:
        computed = by_line if rules.igv_rounding is IgvRounding.PER_LINE else at_once
    if receipt.igv is None:
        return Checked(
            code=LineCode.IGV.value,
            printed=None,
            computed=computed,
            verdict=Verdict.UNCHECKED,
            why="audit.not-printed",
        )
    percent = (rate * 100).normalize()
    return compared(LineCode.IGV.value, receipt.igv, computed, "audit.igv", percent=percent)


def untaxed_others(receipt: Receipt, subtotal: Checked, igv: Checked, levy: Checked) -> Checked:
    """Return the check of late interest, debts and compensations.

    Nothing recomputes them; but where the total to pay confirms the total of the
    month, a single such line must fill what is between it and the rest.
    """
    code = LineCode.OTHER.value
    lines = [line for line in levied(receipt) if line.code is LineCode.OTHER]
    printed = sum((line.amount for line in lines), ZERO) if lines else None
    base = _before_others(receipt, subtotal, igv, levy)
    if printed is None or base is None or receipt.total_before is None:
        return unchecked(code, printed, "audit.no-product")
    computed = receipt.total_before - base
    confirmed = _total_confirms(receipt) and receipt.igv is not None and levy.printed is not None
    if abs(printed - computed) <= CENT:
        return compared(code, printed, printed, "audit.adds-up")
    if confirmed and len(lines) == 1:
        return compared(code, printed, computed, "audit.closure")
    return unchecked(code, printed, "audit.no-product")


def _before_others(
    receipt: Receipt, subtotal: Checked, igv: Checked, levy: Checked
) -> Decimal | None:
    """Return the total of the month without the untaxed other lines, if it can be told."""
    base = subtotal.computed if subtotal.computed is not None else receipt.subtotal
    if base is None or igv.computed is None:
        return None
    return base + igv.computed + _best(levy)


def _best(checked: Checked) -> Decimal:
    if checked.computed is not None:
        return checked.computed
    return checked.printed if checked.printed is not None else ZERO


def _total_confirms(receipt: Receipt) -> bool:
    """Tell whether total to pay and rounding agree with the printed total of the month."""
    rounding = receipt.amount(LineCode.ROUNDING)
    if receipt.total is None or receipt.total_before is None or rounding is None:
        return False
    return receipt.total - receipt.total_before == rounding


def total_before_check(
    receipt: Receipt, parts: tuple[Checked, Checked, Checked, Checked]
) -> Checked:
    """Return the check of the month's total from subtotal, IGV, levy and other lines."""
    subtotal, igv, levy, others = parts
    base = _before_others(receipt, subtotal, igv, levy)
    if base is None:
        return unchecked("total_before", receipt.total_before, "audit.no-subtotal")
    computed = base + _best(others)
    if receipt.total_before is None:
        return Checked(
            code="total_before",
            printed=None,
            computed=computed,
            verdict=Verdict.UNCHECKED,
            why="audit.not-printed",
        )
    over = receipt.total_before - computed
    if abs(over) > CENT and (receipt.igv is None or levy.printed is None):
        # With a line missing on the sheet, what is over can be another one as well.
        return Checked(
            code="total_before",
            printed=receipt.total_before,
            computed=computed,
            verdict=Verdict.UNCHECKED,
            why="audit.unexplained",
            parameters={"amount": over},
        )
    return compared("total_before", receipt.total_before, computed, "audit.sum")


def rounding_and_total(
    receipt: Receipt, rules: AuditRules, before: Checked
) -> tuple[Checked, Checked]:
    """Return the checks of the adjustments and of the total to pay."""
    code = LineCode.ROUNDING.value
    printed = receipt.amount(LineCode.ROUNDING)
    if receipt.total is None:
        return unchecked(code, printed, "audit.no-total"), unchecked(
            "total", None, "audit.no-total"
        )
    base = before.computed
    if before.verdict is not Verdict.OFF and before.printed is not None:
        base = before.printed
    if base is None:
        return unchecked(code, printed, "audit.no-total"), unchecked(
            "total", receipt.total, "audit.no-total"
        )
    if printed is None:
        total = _rounded_total(receipt.total, base, rules)
        return unchecked(code, None, "audit.not-printed"), total
    needed = receipt.total - base
    if printed == needed:
        fits = compared(code, printed, needed, "audit.rounding")
        return fits, compared("total", receipt.total, base + printed, "audit.sum")
    if _total_is_the_odd_one(receipt, base, printed, rules):
        fits = compared(code, printed, printed, "audit.rounding")
        return fits, compared("total", receipt.total, base + printed, "audit.sum", tolerance=ZERO)
    off = compared(code, printed, needed, "audit.rounding", tolerance=ZERO)
    return off, compared("total", receipt.total, receipt.total, "audit.sum")


def _rounded_total(total: Decimal, base: Decimal, rules: AuditRules) -> Checked:
    """Return the check of a total whose rounding the recibo does not itemise."""
    step = rules.total_rounding.step if rules.total_rounding else TOTAL_TOLERANCE
    no_multiple = rules.total_rounding is not None and total % step != 0
    return compared(
        "total",
        total,
        base,
        "audit.total-rounded",
        tolerance=ZERO if no_multiple else step,
        step=step,
    )


def _total_is_the_odd_one(
    receipt: Receipt, base: Decimal, printed: Decimal, rules: AuditRules
) -> bool:
    """Tell whether the total is off rather than the printed adjustment.

    The two roundings, where the recibo itemises them, side with one of the two. Else
    an adjustment of a whole step or more is off itself; a total that is no multiple of
    its step, or that would take a carry of a whole step, is the odd one; and so it is
    when the printed adjustment leads to a multiple by itself.
    """
    total = receipt.total or ZERO
    step = rules.total_rounding.step if rules.total_rounding else TOTAL_TOLERANCE
    if receipt.previous_rounding is not None and receipt.current_rounding is not None:
        itemised = receipt.previous_rounding + receipt.current_rounding
        if itemised in (printed, total - base):
            return itemised == printed
    if abs(printed) >= step:
        return False
    return (
        (rules.total_rounding is not None and total % step != 0)
        or abs(total - base) >= step
        or (base + printed) % step == 0
    )
