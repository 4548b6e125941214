"""A real recibo recomputed from what it prints, line by line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ahorraluz.core.money import round_cent, round_price
from ahorraluz.core.tariffs.checks import (
    CENT,
    ZERO,
    AuditRules,
    Checked,
    Verdict,
    compared,
    unchecked,
)
from ahorraluz.core.tariffs.closure import locate
from ahorraluz.core.tariffs.lines import LineCode
from ahorraluz.core.tariffs.receipt import Receipt
from ahorraluz.core.tariffs.sums import (
    igv_check,
    levied,
    rounding_and_total,
    subtotal_check,
    total_before_check,
    untaxed_others,
)

LOOSE = (LineCode.FIXED, LineCode.CONNECTION, LineCode.LIGHTING, LineCode.INTEREST, LineCode.OTHER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recomputed:
    """Every printed amount with its verdict."""

    lines: tuple[Checked, ...]
    subtotal: Checked
    total_before: Checked
    total: Checked

    @property
    def off(self) -> tuple[Checked, ...]:
        """Everything that is off, in the order of the recibo."""
        whole = (*self.lines, self.subtotal, self.total_before, self.total)
        return tuple(checked for checked in whole if checked.verdict is Verdict.OFF)


def recompute(receipt: Receipt, rules: AuditRules) -> Recomputed:
    """Return each printed amount of ``receipt`` beside the recomputed one.

    An amount is ``ok`` within a céntimo (the total within its rounding), ``off``
    beyond, and ``unchecked`` where the recibo does not print what it takes.
    """
    energy = _energy(receipt, rules)
    levy = _levy(receipt, rules)
    loose = _loose_lines(receipt, rules, energy)
    taxed = _taxed_amounts(energy, loose)
    subtotal = subtotal_check(receipt, taxed)
    igv = igv_check(receipt, rules, taxed)
    others = untaxed_others(receipt, subtotal, igv, levy)
    total_before = total_before_check(receipt, (subtotal, igv, levy, others))
    rounding, total = rounding_and_total(receipt, rules, total_before)
    lines = [energy, *loose, igv, levy, others, rounding]
    return Recomputed(
        lines=tuple(line for line in lines if line.printed is not None),
        subtotal=subtotal,
        total_before=total_before,
        total=total,
    )


def energy_candidates(receipt: Receipt, rules: AuditRules) -> tuple[Decimal, ...]:
    """Return the energy charges that the printed price allows, likeliest first. [PEN]

    A recibo between the first block and the limit may print the mean of both blocks,
    the price of the second, or that of the first, which the FOSE discounts.
    """
    kwh, price = receipt.kwh, receipt.unit_price
    if kwh is None or price is None:
        return ()
    candidates = [round_cent(kwh * price)]
    discount = rules.fose_discount
    if _is_middle(receipt, rules) and discount is not None:
        first, rest = rules.first_block_kwh, kwh - rules.first_block_kwh
        candidates.append(round_cent((first * (1 - discount) + rest) * price))
        candidates.append(round_cent(first * price + rest * round_price(price / (1 - discount))))
    return tuple(candidates)


def _is_middle(receipt: Receipt, rules: AuditRules) -> bool:
    """Tell whether the energy lies between the first block and the FOSE limit."""
    kwh = receipt.kwh or ZERO
    return rules.first_block_kwh < kwh <= rules.fose_limit_kwh


def _energy(receipt: Receipt, rules: AuditRules) -> Checked:
    code = LineCode.ENERGY.value
    printed = receipt.amount(LineCode.ENERGY)
    candidates = energy_candidates(receipt, rules)
    if printed is None or not candidates or any(line.recovered for line in receipt.lines):
        return unchecked(code, printed, "audit.no-price")
    computed = min(candidates, key=lambda amount: abs(amount - printed))
    checked = compared(
        code, printed, computed, "audit.energy", kwh=receipt.kwh, price=receipt.unit_price
    )
    if checked.verdict is Verdict.OFF and _discount_may_tell(receipt, rules, printed):
        return unchecked(code, printed, "audit.discount-unknown")
    return checked


def _discount_may_tell(receipt: Receipt, rules: AuditRules, printed: Decimal) -> bool:
    """Tell whether a discount that no source has could make the printed charge right."""
    if rules.discount_is_sure or not _is_middle(receipt, rules):
        return False
    assert receipt.kwh is not None and receipt.unit_price is not None  # noqa: S101, PT018
    rest = (receipt.kwh - rules.first_block_kwh) * receipt.unit_price
    return rest < printed < receipt.kwh * receipt.unit_price


def _levy(receipt: Receipt, rules: AuditRules) -> Checked:
    """Return the levy; where it is not printed, what it would be, unchecked."""
    code = LineCode.RURAL_ELECTRIFICATION.value
    printed = receipt.amount(LineCode.RURAL_ELECTRIFICATION)
    if receipt.kwh is None or rules.levy is None:
        return unchecked(code, printed, "audit.no-levy")
    computed = round_cent(receipt.kwh * rules.levy)
    if printed is None:
        return Checked(
            code=code,
            printed=None,
            computed=computed,
            verdict=Verdict.UNCHECKED,
            why="audit.not-printed",
        )
    return compared(code, printed, computed, "audit.levy", kwh=receipt.kwh, price=rules.levy)


def _loose_lines(receipt: Receipt, rules: AuditRules, energy: Checked) -> tuple[Checked, ...]:
    """Return the taxed lines that no product explains, checked by how the sheet adds up."""
    amounts = {
        code: amount for code in LOOSE if (amount := _taxed_amount(receipt, code)) is not None
    }
    factored = _factored(receipt)
    residual = _residual(receipt, amounts, energy, factored, rules)
    free = {code: amount for code, amount in amounts.items() if code not in factored}
    suspects = locate(free, residual, rules.hints, sure=_sums_confirm(receipt)).codes
    suspects = suspects if residual and free else ()
    checked = []
    for code, amount in amounts.items():
        if code in factored:
            checked.append(compared(code.value, amount, factored[code], "audit.lighting-factor"))
        elif suspects == (code,):
            checked.append(compared(code.value, amount, amount - residual, "audit.closure"))
        elif code in suspects:
            checked.append(
                unchecked(code.value, amount, "audit.closure-ambiguous", residual=residual)
            )
        elif receipt.subtotal is None:
            checked.append(unchecked(code.value, amount, "audit.no-subtotal"))
        else:
            checked.append(compared(code.value, amount, amount, "audit.adds-up"))
    return tuple(checked)


def _factored(receipt: Receipt) -> dict[LineCode, Decimal]:
    """Return the lines whose amount is a printed factor: lighting from its alícuota."""
    return {line.code: round_cent(line.factor) for line in receipt.taxed if line.factor is not None}


def _residual(
    receipt: Receipt,
    amounts: Mapping[LineCode, Decimal],
    energy: Checked,
    factored: Mapping[LineCode, Decimal],
    rules: AuditRules,
) -> Decimal:
    """Return by how much the lines exceed a subtotal that the rest of the recibo confirms."""
    if receipt.subtotal is None:
        return ZERO
    as_printed = (energy.printed or ZERO) + sum(amounts.values(), ZERO)
    if abs(as_printed - receipt.subtotal) <= CENT:
        # The sums follow what is printed, whether or not a line of it is right.
        return ZERO
    best = {code: factored.get(code, amount) for code, amount in amounts.items()}
    base = energy.computed if energy.computed is not None else (energy.printed or ZERO)
    residual = base + sum(best.values(), ZERO) - receipt.subtotal
    if abs(residual) <= CENT or _subtotal_is_the_odd_one(receipt, residual, rules):
        return ZERO
    return residual


def _sums_confirm(receipt: Receipt) -> bool:
    """Tell whether tax or total stand beside the subtotal, so that it can be believed."""
    return receipt.igv is not None


def _subtotal_is_the_odd_one(receipt: Receipt, residual: Decimal, rules: AuditRules) -> bool:
    """Tell whether total and IGV side with the lines against the printed subtotal."""
    assert receipt.subtotal is not None  # noqa: S101 - the caller has looked
    lines = receipt.subtotal + residual
    rate = rules.igv_rate
    after = sum((line.amount for line in levied(receipt)), ZERO)
    if receipt.total_before is not None and receipt.igv is not None:
        rest = receipt.total_before - receipt.igv - after
        return abs(lines - rest) <= CENT < abs(receipt.subtotal - rest)
    if receipt.igv is not None:
        return abs(lines * rate - receipt.igv) < abs(receipt.subtotal * rate - receipt.igv)
    if receipt.total_before is not None:
        # Without the tax line, what the total has over the lines is late interest at
        # most: never negative, and the less the likelier.
        over_lines = receipt.total_before - after - lines * (1 + rate)
        over_printed = receipt.total_before - after - receipt.subtotal * (1 + rate)
        return over_printed < -CENT <= over_lines or (
            min(over_lines, over_printed) >= -CENT and over_lines < over_printed
        )
    return False


def _taxed_amount(receipt: Receipt, code: LineCode) -> Decimal | None:
    amounts = [line.amount for line in receipt.taxed if line.code is code]
    return sum(amounts, ZERO) if amounts else None


def _taxed_amounts(energy: Checked, loose: Sequence[Checked]) -> tuple[Decimal, ...]:
    """Return the taxed amounts as they should be, for the tax and the subtotal.

    Where several lines may hold a difference, it is taken off the largest of them,
    so that the sums below are not accused of what lies above.
    """
    best = [
        line.computed if line.computed is not None else line.printed
        for line in (energy, *loose)
        if line.printed is not None
    ]
    amounts = [amount for amount in best if amount is not None]
    doubtful = [line for line in loose if line.why == "audit.closure-ambiguous"]
    if doubtful:
        residual = doubtful[0].parameters["residual"]
        largest = max(doubtful, key=lambda line: line.printed or ZERO)
        if isinstance(residual, Decimal) and largest.printed is not None:
            amounts[amounts.index(largest.printed)] -= residual
    return tuple(amounts)
