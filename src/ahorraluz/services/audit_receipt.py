"""A real recibo held against the rules, the sheets on file, and what is known of its charges."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from ahorraluz.catalog.observed import ObservedAmount, load_observed
from ahorraluz.core.home import Supply
from ahorraluz.core.issues import Issue
from ahorraluz.core.money import round_cent
from ahorraluz.core.tariffs.audit import Recomputed, recompute
from ahorraluz.core.tariffs.checks import AuditRules
from ahorraluz.core.tariffs.closure import Hint
from ahorraluz.core.tariffs.figures import FOSE_FIRST_BLOCK_KWH, FOSE_LIMIT_KWH, IGV, UIT
from ahorraluz.core.tariffs.findings import Finding, findings, sheet_prices
from ahorraluz.core.tariffs.lines import LineCode
from ahorraluz.core.tariffs.receipt import Receipt
from ahorraluz.core.tariffs.schedule import NoScheduleError, ScheduleError, TariffBook
from ahorraluz.core.tariffs.terms import bill_terms
from ahorraluz.services.receipts import supply_of
from ahorraluz.services.toolbox import Toolbox

HINT_SPREAD = Decimal("0.015")
"""Charges of one month differ by a céntimo or so between recibos of one kind. [PEN]"""
SAME_KIND = Decimal("0.08")
"""Relative distance up to which two amounts can be of one kind. [0 to 1]"""
HINT_DAYS = 45
"""Days around a recibo within which amounts seen elsewhere say something of it."""
MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])\b")
MIDDLE_OF_MONTH = 15
LONGEST_MONTH = 31
HINTED = (LineCode.FIXED, LineCode.CONNECTION, LineCode.LIGHTING)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptAudit:
    """A recibo, recomputed, with what its household should know."""

    receipt: Receipt
    supply: Supply
    rules: AuditRules
    recomputed: Recomputed
    findings: tuple[Finding, ...]
    overcharge: Decimal
    """Soles of the grounds for a claim, IGV included. [PEN]"""
    issues: tuple[Issue, ...]

    @property
    def claimable(self) -> bool:
        """Whether there is a ground for a claim."""
        return any(finding.claimable for finding in self.findings)


def audit_receipt(
    receipt: Receipt,
    *,
    tools: Toolbox,
    as_of: date,
    previous: Sequence[Receipt] = (),
    supply: Supply | None = None,
) -> ReceiptAudit:
    """Return the audit of ``receipt``.

    Parameters
    ----------
    receipt
        The recibo.
    tools
        Facts on file.
    as_of
        Day of the audit; also the day of the rules where the recibo prints no dates.
    previous
        Earlier recibos of the same supply: they tell what its charges usually are.
    supply
        Its connection; ``None``: as the recibo prints it.

    Raises
    ------
    InvalidInputError
        ``distributor-unknown``.
    """
    supply = supply or supply_of(receipt, user_folder=tools.user_folder)
    book = tools.book(supply.distributor)
    day = rules_day(receipt, as_of)
    rules = _rules(receipt, supply, book, day=day, previous=previous)
    recomputed = recompute(receipt, rules)
    found = findings(
        receipt,
        recomputed,
        supply=supply,
        rules=rules,
        prices=sheet_prices(book, supply, receipt.period),
    )
    claimed = [f.amount for f in found if f.claimable and f.amount is not None]
    return ReceiptAudit(
        receipt=receipt,
        supply=supply,
        rules=rules,
        recomputed=recomputed,
        findings=found,
        overcharge=round_cent(sum(claimed, Decimal(0))),
        issues=_issues(receipt, book, supply, day),
    )


def rules_day(receipt: Receipt, as_of: date) -> date:
    """Return the day whose rules a recibo is held against: its last, or that of its month."""
    if receipt.period is not None:
        return receipt.period.end - timedelta(days=1)
    month = MONTH.match(receipt.label or "")
    if month is None:
        return as_of
    return date(int(month[1]), int(month[2]), MIDDLE_OF_MONTH)


def _rules(
    receipt: Receipt,
    supply: Supply,
    book: TariffBook,
    *,
    day: date,
    previous: Sequence[Receipt],
) -> AuditRules:
    settings = book.settings(supply.distributor)
    figures = book.figures
    exempt = supply.igv_exempt if supply.igv_exempt is not None else settings.igv_exempt
    if exempt is None:
        # Part of this distributor's systems are exempt: the recibo itself tells.
        exempt = receipt.igv is not None and receipt.igv == 0
    return AuditRules(
        igv_rate=Decimal(0) if exempt else figures.value(IGV, day),
        igv_rounding=settings.igv_rounding,
        total_rounding=settings.total_rounding,
        levy=_levy(book, day),
        first_block_kwh=figures.value(FOSE_FIRST_BLOCK_KWH, day),
        fose_limit_kwh=figures.value(FOSE_LIMIT_KWH, day),
        fose_discount=figures.fose_discount(supply.sector, day),
        discount_is_sure=supply.sector is not None
        and figures.fose_discount(supply.sector, day) is not None,
        hints=(
            *_hints_of_previous(previous),
            *_hints_on_file(receipt, supply, day),
            *_hint_of_sheet(receipt, supply, book),
        ),
    )


def _levy(book: TariffBook, day: date) -> Decimal | None:
    if book.figures.known(UIT, day) is None:
        return None
    return book.figures.rural_levy(day)


def _hints_of_previous(previous: Sequence[Receipt]) -> list[Hint]:
    return [
        _hint(code, amount)
        for earlier in previous
        for code in HINTED
        if (amount := earlier.amount(code)) is not None
    ]


def _hints_on_file(receipt: Receipt, supply: Supply, day: date) -> list[Hint]:
    """Return the amounts seen on other recibos of this distributor about that day.

    Amounts far from the printed one are of another kind of connection or another
    range. Those of the very month come alone; neighbouring months stand in for them,
    as the range between them, since charges move from one month to the next.
    """
    hints = []
    residual = _open_residual(receipt)
    for code in HINTED:
        printed = receipt.amount(code)
        amounts = () if printed is None else (printed, printed - residual)
        near = [
            seen
            for seen in load_observed()
            if seen.distributor == supply.distributor
            and seen.name == code.value
            and any(abs(seen.value - a) <= seen.value * SAME_KIND for a in amounts)
            and _tells(seen, receipt, supply, day)
        ]
        same_month = [seen.value for seen in near if seen.start <= day < seen.end]
        if same_month:
            hints += [_hint(code, value) for value in same_month]
        elif near:
            values = [seen.value for seen in near]
            hints.append(_hint(code, min(values), high=max(values)))
    return hints


def _open_residual(receipt: Receipt) -> Decimal:
    """Return the printed lines minus the printed subtotal, zero where there is none."""
    if receipt.subtotal is None:
        return Decimal(0)
    return sum((line.amount for line in receipt.taxed), Decimal(0)) - receipt.subtotal


def _hint(code: LineCode, low: Decimal, *, high: Decimal | None = None) -> Hint:
    return Hint(code=code, low=low, high=low if high is None else high, spread=HINT_SPREAD)


def _tells(seen: ObservedAmount, receipt: Receipt, supply: Supply, day: date) -> bool:
    near = seen.start <= day + timedelta(days=HINT_DAYS) and (
        day - timedelta(days=HINT_DAYS) < seen.end
    )
    same_system = seen.system is None or supply.system in (None, seen.system)
    kwh = receipt.kwh
    low, high = seen.range_low_kwh, seen.range_high_kwh
    in_range = (low is None or (kwh is not None and kwh >= low)) and (
        high is None or (kwh is not None and kwh < high + 1)
    )
    # An amount of which only the year is known says too little of one month.
    of_a_month = (seen.end - seen.start).days <= LONGEST_MONTH
    return of_a_month and near and same_system and in_range


def _hint_of_sheet(receipt: Receipt, supply: Supply, book: TariffBook) -> list[Hint]:
    """Return the fixed charge of the sheet on file, where one is near the period."""
    if receipt.period is None or receipt.kwh is None:
        return []
    try:
        terms = bill_terms(book, supply, receipt.period)
    except (NoScheduleError, ScheduleError):
        return []
    starts = [part.schedule.start for part in terms.days]
    far = max(abs((receipt.period.end - start).days) for start in starts)
    others = any(part.schedule.distributor != supply.distributor for part in terms.days)
    if far > HINT_DAYS or others:
        return []
    fixed = next(
        bracket.fixed
        for bracket in terms.brackets
        if bracket.limit_kwh is None or receipt.kwh <= bracket.limit_kwh
    )
    return [_hint(LineCode.FIXED, fixed)]


def _issues(receipt: Receipt, book: TariffBook, supply: Supply, day: date) -> tuple[Issue, ...]:
    """Return what limits the audit: the rules of this distributor that nobody has found."""
    settings = book.settings(supply.distributor)
    unknown = []
    if settings.igv_rounding is None and receipt.igv is not None:
        unknown.append(Issue(code="igv-rounding-unknown", parameters={"name": settings.name}))
    if settings.total_rounding is None and receipt.total is not None:
        unknown.append(Issue(code="total-rounding-unknown", parameters={"name": settings.name}))
    if _levy(book, day) is None:
        unknown.append(Issue(code="levy-unknown", parameters={"year": day.year}))
    return tuple(unknown)
