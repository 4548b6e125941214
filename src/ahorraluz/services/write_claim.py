"""The claim file: a letter ready to print for the distributor."""

from dataclasses import dataclass
from datetime import date
from html import escape

from ahorraluz.catalog.evidence import load_contacts
from ahorraluz.core.tariffs.checks import Checked
from ahorraluz.services.audit_receipt import ReceiptAudit, rules_day
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.services.wording import finding_text, line_name, why
from ahorraluz.texts import Texts

ANSWER_DAYS = "claim-answer-working-days"
APPEAL_DAYS = "claim-appeal-working-days"
PAID_YEARS = "claim-paid-years"
PHONE_LIMA = "osinergmin-phone-lima"
PHONE_REGIONS = "osinergmin-phone-regions"
BLANKS = ("name", "document", "supply", "address")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimRow:
    """One line of the recibo in the letter."""

    line: str
    printed: str
    computed: str
    verdict: str
    is_off: bool
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimSection:
    """A heading with its paragraphs."""

    heading: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimLetter:
    """A claim as plain data; doors print it as they like."""

    language: str
    title: str
    opening: tuple[str, ...]
    """Date, addressee, and blanks for what only the claimant knows."""
    intro: str
    table_heading: str
    columns: tuple[str, ...]
    rows: tuple[ClaimRow, ...]
    sections: tuple[ClaimSection, ...]
    closing: tuple[str, ...]
    caveat: str

    def to_text(self) -> str:
        """Return the letter as plain text."""
        parts = [self.title, "=" * len(self.title), "", *self.opening, "", self.intro, ""]
        parts += [self.table_heading, "-" * len(self.table_heading)]
        for row in self.rows:
            mark = "!" if row.is_off else " "
            parts.append(f"{mark} {row.line}: {row.printed} / {row.computed} ({row.verdict})")
            parts.append(f"    {row.why}")
        for section in self.sections:
            parts += ["", section.heading, "-" * len(section.heading)]
            parts += [f"{number}. {text}" for number, text in enumerate(section.paragraphs, 1)]
        return "\n".join([*parts, "", *self.closing, "", self.caveat, ""])

    def to_html(self) -> str:
        """Return the letter as one HTML page that needs nothing else to print."""
        head = "".join(f'<th scope="col">{escape(column)}</th>' for column in self.columns)
        body = "".join(_html_row(row) for row in self.rows)
        opening = "".join(f"<p>{escape(text)}</p>" for text in self.opening)
        sections = "".join(_html_section(section) for section in self.sections)
        closing = "".join(f"<p>{escape(text)}</p>" for text in self.closing)
        return (
            f'<!doctype html>\n<html lang="{escape(self.language)}"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f"<title>{escape(self.title)}</title><style>{_STYLE}</style></head><body>"
            f"<h1>{escape(self.title)}</h1>{opening}<p>{escape(self.intro)}</p>"
            f"<h2>{escape(self.table_heading)}</h2><table><thead><tr>{head}</tr></thead>"
            f"<tbody>{body}</tbody></table>{sections}{closing}"
            f"<p><small>{escape(self.caveat)}</small></p></body></html>\n"
        )


_STYLE = (
    "body{font:11pt/1.5 serif;max-width:44rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse;width:100%}th,td{border:1px solid #999;padding:.3rem;"
    "text-align:left;vertical-align:top}tr.off{font-weight:bold}h2{font-size:1.1rem}"
)


def write_claim(audit: ReceiptAudit, *, tools: Toolbox, as_of: date, texts: Texts) -> ClaimLetter:
    """Return the letter for an audited recibo.

    Nothing personal is known here: name, document, supply number and address are
    blanks to fill by hand.

    Parameters
    ----------
    audit
        The audit; a recibo with no ground for a claim gets a letter that says so.
    tools
        Deadlines and contacts on file.
    as_of
        Day of the letter.
    texts
        Language of the letter.
    """
    receipt = audit.receipt
    name = tools.book(audit.supply.distributor).settings(audit.supply.distributor).name
    total = receipt.total if receipt.total is not None else receipt.total_before
    blanks = [texts.text(f"claim.blank-{blank}") for blank in BLANKS]
    return ClaimLetter(
        language=texts.language,
        title=texts.text("claim.title"),
        opening=(
            texts.text("claim.date", day=as_of),
            texts.text("claim.to", distributor=name),
            *blanks,
        ),
        intro=texts.text(
            "claim.intro",
            month=receipt.label or texts.text("claim.month-not-stated"),
            option=audit.supply.option.value,
            kwh=receipt.kwh,
            total=texts.soles(total) if total is not None else "—",
        ),
        table_heading=texts.text("claim.lines-heading"),
        columns=tuple(
            texts.text(f"claim.column-{column}")
            for column in ("line", "printed", "computed", "verdict", "why")
        ),
        rows=tuple(_row(checked, texts) for checked in _checked(audit)),
        sections=tuple(_sections(audit, tools, as_of, texts)),
        closing=(texts.text("claim.attach"), texts.text("claim.signature")),
        caveat=texts.text("claim.caveat"),
    )


def _checked(audit: ReceiptAudit) -> list[Checked]:
    sums = (audit.recomputed.subtotal, audit.recomputed.total_before, audit.recomputed.total)
    return [*audit.recomputed.lines, *(checked for checked in sums if checked.printed is not None)]


def _row(checked: Checked, texts: Texts) -> ClaimRow:
    def soles(amount: object) -> str:
        return "—" if amount is None else texts.soles(amount)  # type: ignore[arg-type]

    return ClaimRow(
        line=line_name(checked.code, texts),
        printed=soles(checked.printed),
        computed=soles(checked.computed),
        verdict=texts.text(f"verdict.{checked.verdict.value}"),
        is_off=checked.verdict.value == "off",
        why=why(checked, texts),
    )


def _sections(audit: ReceiptAudit, tools: Toolbox, as_of: date, texts: Texts) -> list[ClaimSection]:
    grounds = [finding_text(f, texts) for f in audit.findings if f.claimable]
    asks = [texts.text("claim.ask-correct")]
    if audit.overcharge > 0:
        asks.append(texts.text("claim.ask-refund", amount=texts.soles(audit.overcharge)))
    asks.append(texts.text("claim.ask-no-cut"))
    figures = tools.book(audit.supply.distributor).figures
    contacts = load_contacts()
    sections = {
        "claim.grounds-heading": grounds or [texts.text("claim.no-grounds")],
        "claim.asks-heading": asks if grounds else [],
        "claim.rules-heading": _rules(audit, as_of, texts),
        "claim.deadlines-heading": [
            texts.text("claim.deadline-answer", days=int(figures.value(ANSWER_DAYS, as_of))),
            texts.text("claim.deadline-appeal", days=int(figures.value(APPEAL_DAYS, as_of))),
            texts.text("claim.deadline-paid", years=int(figures.value(PAID_YEARS, as_of))),
        ],
        "claim.next-heading": [
            texts.text(
                "claim.next", lima=contacts[PHONE_LIMA].value, regions=contacts[PHONE_REGIONS].value
            )
        ],
    }
    return [
        ClaimSection(heading=texts.text(heading), paragraphs=tuple(paragraphs))
        for heading, paragraphs in sections.items()
        if paragraphs
    ]


def _rules(audit: ReceiptAudit, as_of: date, texts: Texts) -> list[str]:
    rules = audit.rules
    day = rules_day(audit.receipt, as_of)
    said = [texts.text("claim.rule-fose", limit=rules.fose_limit_kwh)]
    if rules.levy is not None:
        said.append(texts.text("claim.rule-levy", levy=rules.levy, year=day.year))
    if rules.igv_rate:
        said.append(texts.text("claim.rule-igv", percent=(rules.igv_rate * 100).normalize()))
    return [*said, texts.text("claim.rule-charges"), texts.text("claim.rule-precedents")]


def _html_row(row: ClaimRow) -> str:
    cells = (row.printed, row.computed, row.verdict, row.why)
    mark = ' class="off"' if row.is_off else ""
    inner = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
    return f'<tr{mark}><th scope="row">{escape(row.line)}</th>{inner}</tr>'


def _html_section(section: ClaimSection) -> str:
    items = "".join(f"<li>{escape(text)}</li>" for text in section.paragraphs)
    return f"<h2>{escape(section.heading)}</h2><ol>{items}</ol>"
