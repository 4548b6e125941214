"""An audited recibo in words: lines with their verdict, findings with what to do."""

from dataclasses import dataclass
from decimal import Decimal

from ahorraluz.core.tariffs.checks import Checked
from ahorraluz.core.tariffs.findings import Finding
from ahorraluz.services.audit_receipt import ReceiptAudit
from ahorraluz.services.wording import finding_mend, finding_text, line_name, why
from ahorraluz.texts import Texts

NOTHING = "—"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRow:
    """One printed amount beside the recomputed one."""

    name: str
    printed: str
    computed: str
    verdict: str
    verdict_words: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFinding:
    """One thing to know and what to do about it."""

    text: str
    mend: str
    claimable: bool
    amount: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownAudit:
    """An audit in words."""

    rows: tuple[AuditRow, ...]
    findings: tuple[AuditFinding, ...]
    claimable: bool
    overcharge: str | None
    issues: tuple[str, ...]
    off: int
    ok: int
    unchecked: int


def shown_audit(audit: ReceiptAudit, texts: Texts) -> ShownAudit:
    """Return an audit in the words of a language."""
    sums = (audit.recomputed.subtotal, audit.recomputed.total_before, audit.recomputed.total)
    checked = [*audit.recomputed.lines, *(item for item in sums if item.printed is not None)]
    verdicts = [item.verdict.value for item in checked]
    return ShownAudit(
        rows=tuple(_row(item, texts) for item in checked),
        findings=tuple(_finding(finding, texts) for finding in audit.findings),
        claimable=audit.claimable,
        overcharge=texts.soles(audit.overcharge) if audit.overcharge > 0 else None,
        issues=tuple(texts.issue(issue) for issue in audit.issues),
        off=verdicts.count("off"),
        ok=verdicts.count("ok"),
        unchecked=verdicts.count("unchecked"),
    )


def _row(checked: Checked, texts: Texts) -> AuditRow:
    def soles(amount: Decimal | None) -> str:
        return NOTHING if amount is None else texts.soles(amount)

    return AuditRow(
        name=line_name(checked.code, texts),
        printed=soles(checked.printed),
        computed=soles(checked.computed),
        verdict=checked.verdict.value,
        verdict_words=texts.text(f"verdict.{checked.verdict.value}"),
        why=why(checked, texts),
    )


def _finding(finding: Finding, texts: Texts) -> AuditFinding:
    return AuditFinding(
        text=finding_text(finding, texts),
        mend=finding_mend(finding, texts),
        claimable=finding.claimable,
        amount=texts.soles(finding.amount) if finding.amount else None,
    )
