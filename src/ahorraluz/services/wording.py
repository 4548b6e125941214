"""Sentences for findings and checked lines, with names and soles as the reader writes them."""

from decimal import Decimal

from ahorraluz.core.issues import Parameter
from ahorraluz.core.tariffs.checks import Checked
from ahorraluz.core.tariffs.findings import Finding
from ahorraluz.texts import Texts

SOLES = ("printed", "computed", "residual", "amount", "step")
"""Parameters that are amounts and are shown with two decimals."""
PRICE_FINDINGS = ("fose-not-applied", "price-differs-from-sheet")
"""Findings whose ``printed`` is a price of four decimals, not an amount."""


def line_name(code: str, texts: Texts) -> str:
    """Return the name of a line, subtotal or total of a recibo."""
    return texts.text(f"line.{code}")


def why(checked: Checked, texts: Texts) -> str:
    """Return how a printed amount was checked."""
    return texts.text(checked.why, **_shown(checked.parameters, texts))


def finding_text(finding: Finding, texts: Texts) -> str:
    """Return what a finding says."""
    parameters = dict(finding.parameters)
    if finding.code not in PRICE_FINDINGS:
        parameters = _shown(parameters, texts)
    return texts.text(f"finding.{finding.code}.text", **_named(parameters, texts))


def finding_mend(finding: Finding, texts: Texts) -> str:
    """Return what the household can do about a finding."""
    return texts.text(f"finding.{finding.code}.do")


def _shown(parameters: dict[str, Parameter], texts: Texts) -> dict[str, Parameter]:
    return {
        name: texts.number(value, places=2)
        if name in SOLES and isinstance(value, Decimal)
        else value
        for name, value in parameters.items()
    }


def _named(parameters: dict[str, Parameter], texts: Texts) -> dict[str, Parameter]:
    """Return the parameters with line codes replaced by their names."""
    named = dict(parameters)
    line, lines = named.get("line"), named.get("lines")
    if isinstance(line, str):
        named["line"] = line_name(line, texts)
    if isinstance(lines, list):
        named["lines"] = [line_name(str(code), texts) for code in lines]
    return named
