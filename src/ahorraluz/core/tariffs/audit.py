"""A real recibo recomputed from what it prints, line by line."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from ahorraluz.core.issues import Parameter
from ahorraluz.core.money import IgvRounding, TotalRounding, round_cent
from ahorraluz.core.tariffs.closure import Hint, locate
from ahorraluz.core.tariffs.lines import LineCode
from ahorraluz.core.tariffs.receipt import Receipt, ReceiptLine

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
TOTAL_TOLERANCE = Decimal("0.10")
"""Where a recibo does not itemise its rounding, the largest step seen. [PEN]"""
LOOSE = (LineCode.FIXED, LineCode.CONNECTION, LineCode.LIGHTING, LineCode.INTEREST, LineCode.OTHER)


class Verdict(StrEnum):
    """What the audit says of a printed amount."""

    OK = "ok"
    OFF = "off"
    UNCHECKED = "unchecked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One printed amount beside the recomputed one."""

    code: str
    """A line code, ``subtotal``, ``total_before`` or ``total``."""
    printed: Decimal | None
    computed: Decimal | None
    verdict: Verdict
    why: str
    """Key of the sentence that says how it was checked, such as ``audit.product``."""
    parameters: dict[str, Parameter] = field(default_factory=dict)

    @property
    def difference(self) -> Decimal:
        """Printed minus computed; zero where one is missing. [PEN]"""
        if self.printed is None or self.computed is None:
            return ZERO
        return self.printed - self.computed


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRules:
    """Rules of the distributor and the day that a recibo is held against."""

    igv_rate: Decimal
    igv_rounding: IgvRounding | None
    """``None``: not known; either way of rounding is accepted."""
    total_rounding: TotalRounding | None
    levy: Decimal | None
    first_block_kwh: Decimal
    fose_limit_kwh: Decimal
    fose_discount: Decimal | None
    hints: tuple[Hint, ...] = ()


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
    subtotal = _subtotal(receipt, taxed)
    igv = _igv(receipt, rules, taxed)
    total_before = _total_before(receipt, subtotal, igv, levy)
    rounding, total = _rounding_and_total(receipt, rules, total_before)
    lines = [energy, *loose, igv, levy, rounding]
    return Recomputed(
        lines=tuple(line for line in lines if line.printed is not None),
        subtotal=subtotal,
        total_before=total_before,
        total=total,
    )


def energy_candidates(receipt: Receipt, rules: AuditRules) -> tuple[Decimal, ...]:
    """Return the energy charges that the printed price allows, likeliest first. [PEN]

    Between the first block and the limit a recibo may print the price of the second
    block alone, the first block being discounted by the FOSE.
    """
    if receipt.kwh is None or receipt.unit_price is None:
        return ()
    candidates = [round_cent(receipt.kwh * receipt.unit_price)]
    first = rules.first_block_kwh
    if first < receipt.kwh <= rules.fose_limit_kwh and rules.fose_discount is not None:
        blocks = first * (1 - rules.fose_discount) + (receipt.kwh - first)
        candidates.append(round_cent(blocks * receipt.unit_price))
    return tuple(candidates)


def _energy(receipt: Receipt, rules: AuditRules) -> Checked:
    code = LineCode.ENERGY.value
    printed = receipt.amount(LineCode.ENERGY)
    candidates = energy_candidates(receipt, rules)
    if printed is None or not candidates or any(line.recovered for line in receipt.lines):
        return _unchecked(code, printed, "audit.no-price")
    computed = min(candidates, key=lambda amount: abs(amount - printed))
    return _compared(
        code,
        printed,
        computed,
        "audit.energy",
        kwh=receipt.kwh,
        price=receipt.unit_price,
    )


def _levy(receipt: Receipt, rules: AuditRules) -> Checked:
    code = LineCode.RURAL_ELECTRIFICATION.value
    printed = receipt.amount(LineCode.RURAL_ELECTRIFICATION)
    if printed is None or receipt.kwh is None or rules.levy is None:
        return _unchecked(code, printed, "audit.no-levy")
    computed = round_cent(receipt.kwh * rules.levy)
    return _compared(code, printed, computed, "audit.levy", kwh=receipt.kwh, price=rules.levy)


def _loose_lines(receipt: Receipt, rules: AuditRules, energy: Checked) -> tuple[Checked, ...]:
    """Return the taxed lines that no product explains, checked by how the sheet adds up."""
    amounts = {
        code: amount for code in LOOSE if (amount := _taxed_amount(receipt, code)) is not None
    }
    factored = _factored(receipt)
    residual = _residual(receipt, amounts, energy, factored, rules)
    free = {code: amount for code, amount in amounts.items() if code not in factored}
    suspects = locate(free, residual, rules.hints).codes if residual and free else ()
    checked = []
    for code, amount in amounts.items():
        if code in factored:
            checked.append(_compared(code.value, amount, factored[code], "audit.lighting-factor"))
        elif suspects == (code,):
            checked.append(_compared(code.value, amount, amount - residual, "audit.closure"))
        elif code in suspects:
            checked.append(
                _unchecked(code.value, amount, "audit.closure-ambiguous", residual=residual)
            )
        elif receipt.subtotal is None:
            checked.append(_unchecked(code.value, amount, "audit.no-subtotal"))
        else:
            checked.append(_compared(code.value, amount, amount, "audit.adds-up"))
    return tuple(checked)


def _factored(receipt: Receipt) -> dict[LineCode, Decimal]:
    """Return the lines whose amount is a printed factor: lighting from its alícuota."""
    return {line.code: round_cent(line.factor) for line in receipt.taxed if line.factor is not None}


def _residual(
    receipt: Receipt,
    amounts: dict[LineCode, Decimal],
    energy: Checked,
    factored: dict[LineCode, Decimal],
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


def _subtotal_is_the_odd_one(receipt: Receipt, residual: Decimal, rules: AuditRules) -> bool:
    """Tell whether total and IGV side with the lines against the printed subtotal."""
    assert receipt.subtotal is not None  # noqa: S101 - the caller has looked
    lines = receipt.subtotal + residual
    if receipt.total_before is not None and receipt.igv is not None:
        after = receipt.igv + sum((line.amount for line in _levied(receipt)), ZERO)
        with_subtotal = abs(receipt.subtotal + after - receipt.total_before)
        with_lines = abs(lines + after - receipt.total_before)
        return with_lines <= CENT < with_subtotal
    if receipt.igv is not None:
        rate = rules.igv_rate
        return abs(lines * rate - receipt.igv) < abs(receipt.subtotal * rate - receipt.igv)
    return False


def _levied(receipt: Receipt) -> tuple[ReceiptLine, ...]:
    return tuple(line for line in receipt.untaxed if line.code is not LineCode.ROUNDING)


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


def _subtotal(receipt: Receipt, taxed: Sequence[Decimal]) -> Checked:
    if receipt.subtotal is None:
        return _unchecked("subtotal", None, "audit.no-subtotal")
    return _compared("subtotal", receipt.subtotal, sum(taxed, ZERO), "audit.sum")


def _igv(receipt: Receipt, rules: AuditRules, taxed: Sequence[Decimal]) -> Checked:
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
    return _compared(LineCode.IGV.value, receipt.igv, computed, "audit.igv", percent=percent)


def _total_before(receipt: Receipt, subtotal: Checked, igv: Checked, levy: Checked) -> Checked:
    if receipt.subtotal is None or igv.computed is None:
        return _unchecked("total_before", receipt.total_before, "audit.no-subtotal")
    others = [line.amount for line in _levied(receipt) if line.code is LineCode.OTHER]
    levy_amount = levy.computed if levy.computed is not None else (levy.printed or ZERO)
    base = subtotal.computed if subtotal.computed is not None else receipt.subtotal
    computed = base + igv.computed + levy_amount + sum(others, ZERO)
    if receipt.total_before is None:
        return Checked(
            code="total_before",
            printed=None,
            computed=computed,
            verdict=Verdict.UNCHECKED,
            why="audit.not-printed",
        )
    if receipt.igv is None and abs(receipt.total_before - computed) > CENT:
        # With the IGV line missing, what is over can be an unprinted line as well.
        return Checked(
            code="total_before",
            printed=receipt.total_before,
            computed=computed,
            verdict=Verdict.UNCHECKED,
            why="audit.unexplained",
            parameters={"amount": receipt.total_before - computed},
        )
    return _compared("total_before", receipt.total_before, computed, "audit.sum")


def _rounding_and_total(
    receipt: Receipt, rules: AuditRules, before: Checked
) -> tuple[Checked, Checked]:
    code = LineCode.ROUNDING.value
    printed = receipt.amount(LineCode.ROUNDING)
    if receipt.total is None:
        return _unchecked(code, printed, "audit.no-total"), _unchecked(
            "total", None, "audit.no-total"
        )
    base = before.computed
    if before.verdict is not Verdict.OFF and before.printed is not None:
        base = before.printed
    if base is None:
        return _unchecked(code, printed, "audit.no-total"), _unchecked(
            "total", receipt.total, "audit.no-total"
        )
    if printed is None:
        total = _rounded_total(receipt.total, base, rules)
        return _unchecked(code, None, "audit.not-printed"), total
    needed = receipt.total - base
    if printed == needed:
        fits = _compared(code, printed, needed, "audit.rounding")
        return fits, _compared("total", receipt.total, base + printed, "audit.sum")
    if _total_is_the_odd_one(receipt.total, base, printed, rules):
        fits = _compared(code, printed, printed, "audit.rounding")
        return fits, _compared("total", receipt.total, base + printed, "audit.sum", tolerance=ZERO)
    off = _compared(code, printed, needed, "audit.rounding", tolerance=ZERO)
    return off, _compared("total", receipt.total, receipt.total, "audit.sum")


def _rounded_total(total: Decimal, base: Decimal, rules: AuditRules) -> Checked:
    """Return the check of a total whose rounding the recibo does not itemise."""
    step = rules.total_rounding.step if rules.total_rounding else TOTAL_TOLERANCE
    no_multiple = rules.total_rounding is not None and total % step != 0
    return _compared(
        "total",
        total,
        base,
        "audit.total-rounded",
        tolerance=ZERO if no_multiple else step,
        step=step,
    )


def _total_is_the_odd_one(
    total: Decimal, base: Decimal, printed: Decimal, rules: AuditRules
) -> bool:
    """Tell whether the total is off rather than the printed adjustment.

    An adjustment of a whole step or more is off itself. A total that is no multiple
    of its step, or that would take a carry of a whole step, is the odd one; and so
    it is when the printed adjustment leads to a multiple by itself.
    """
    step = rules.total_rounding.step if rules.total_rounding else TOTAL_TOLERANCE
    if abs(printed) >= step:
        return False
    return (
        (rules.total_rounding is not None and total % step != 0)
        or abs(total - base) >= step
        or (base + printed) % step == 0
    )


def _compared(
    code: str,
    printed: Decimal,
    computed: Decimal,
    why: str,
    *,
    tolerance: Decimal = CENT,
    **parameters: Parameter,
) -> Checked:
    verdict = Verdict.OK if abs(printed - computed) <= tolerance else Verdict.OFF
    return Checked(
        code=code,
        printed=printed,
        computed=computed,
        verdict=verdict,
        why=why,
        parameters=parameters,
    )


def _unchecked(code: str, printed: Decimal | None, why: str, **parameters: Parameter) -> Checked:
    return Checked(
        code=code,
        printed=printed,
        computed=None,
        verdict=Verdict.UNCHECKED,
        why=why,
        parameters=parameters,
    )
