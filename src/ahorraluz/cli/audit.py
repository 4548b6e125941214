"""``ahorraluz audit``: a recibo recomputed, and the letter to claim with."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ahorraluz.cli.session import Session
from ahorraluz.cli.supply_options import as_of_option
from ahorraluz.cli.tables import heading, issue_lines, table
from ahorraluz.cli.typed import File
from ahorraluz.cli.words import Given, TextCommand, TextOption
from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.texts import Texts

if TYPE_CHECKING:
    from ahorraluz.core.tariffs.checks import Checked
    from ahorraluz.core.tariffs.findings import Finding
    from ahorraluz.services.audit_receipt import ReceiptAudit

SUFFIXES = (".txt", ".html")
MARKS = {"ok": "✓", "off": "✗", "unchecked": "·"}


class ClaimFileError(AhorraLuzError):
    """A letter that cannot be written where it was asked for."""


def _run(session: Session, given: Given) -> None:
    from ahorraluz.services.audit_receipt import audit_receipt
    from ahorraluz.services.documents.audit import audit_document
    from ahorraluz.services.receipts import receipt_from_file
    from ahorraluz.services.write_file import write_whole

    path, claim = given.file("file"), given.file("claim")
    assert path is not None  # noqa: S101 - a required argument
    if claim is not None:
        check_claim_file(claim, force=bool(given.flag("force")))
    as_of = session.day(given.day("as_of"))
    audited = audit_receipt(
        receipt_from_file(path),
        tools=session.tools,
        as_of=as_of,
        previous=[receipt_from_file(earlier) for earlier in given.files("previous")],
    )
    if claim is not None:
        from ahorraluz.services.write_claim import write_claim

        letter = write_claim(audited, tools=session.tools, as_of=as_of, texts=session.texts)
        is_page = claim.suffix.casefold() == ".html"
        write_whole(claim, letter.to_html() if is_page else letter.to_text())
    texts = session.texts
    document = audit_document(
        audited, texts, data_hash=session.tools.data_hash(audited.supply.distributor)
    )
    session.show(
        document | {"claim_file": None if claim is None else str(claim)},
        _lines(audited, texts, claim=claim),
    )


def check_claim_file(path: Path, *, force: bool) -> None:
    """Refuse a letter that would not be readable, or would stand over another file.

    Raises
    ------
    ClaimFileError
        ``claim-suffix`` or ``claim-exists``.
    """
    if path.suffix.casefold() not in SUFFIXES:
        raise ClaimFileError("claim-suffix", value=path.name, choices=", ".join(SUFFIXES))
    if path.exists() and not force:
        raise ClaimFileError("claim-exists", file=path.name)


def _lines(audited: "ReceiptAudit", texts: Texts, *, claim: Path | None) -> Iterator[str]:
    from ahorraluz.services.supplies import supply_name

    receipt, recomputed = audited.receipt, audited.recomputed
    yield " · ".join(filter(None, (supply_name(audited.supply), receipt.label)))
    yield ""
    sums = (recomputed.subtotal, recomputed.total_before, recomputed.total)
    shown = [*recomputed.lines, *(checked for checked in sums if checked.printed is not None)]
    columns = ("line", "printed", "computed", "why")
    titles = ("", *(texts.text(f"claim.column-{column}") for column in columns))
    yield from table([titles, *(_row(checked, texts) for checked in shown)], right=[2, 3])
    yield ""
    yield _summary(audited, texts)
    for finding in audited.findings:
        yield from _finding(finding, texts)
    yield from issue_lines(audited.issues, texts)
    if claim is not None:
        yield ""
        yield texts.text("cli.claim-written", file=claim.name)
    elif audited.claimable:
        yield ""
        yield texts.text("cli.claim-hint")


def _row(checked: "Checked", texts: Texts) -> tuple[str, ...]:
    from ahorraluz.services.wording import line_name, why

    printed, computed = checked.printed, checked.computed
    return (
        MARKS[checked.verdict.value],
        line_name(checked.code, texts),
        "—" if printed is None else texts.soles(printed),
        "—" if computed is None else texts.soles(computed),
        why(checked, texts),
    )


def _summary(audited: "ReceiptAudit", texts: Texts) -> str:
    off = len(audited.recomputed.off)
    if off == 0:
        return texts.text("cli.audit-fine")
    return texts.text("cli.audit-off", count=off, amount=texts.soles(audited.overcharge))


def _finding(finding: "Finding", texts: Texts) -> Iterator[str]:
    from ahorraluz.services.wording import finding_mend, finding_text

    yield from heading(finding_text(finding, texts))
    if finding.amount is not None:
        yield texts.text("cli.at-stake", amount=texts.soles(finding.amount))
    yield finding_mend(finding, texts)


audit = TextCommand(
    "audit",
    params=[
        click.Argument(["file"], type=File()),
        TextOption(["--previous"], type=File(), multiple=True, metavar="FILE"),
        TextOption(["--claim"], type=File(), metavar="FILE"),
        TextOption(["--force"], is_flag=True),
        as_of_option(),
    ],
    run=_run,
)
