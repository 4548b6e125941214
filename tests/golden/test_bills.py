"""Real recibos: they come out clean as printed, and a changed line is named.

Adding a file to ``bills/`` adds its tests; its layout is described in
``docs/reference/receipt-json.md``.
"""

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ahorraluz.core.tariffs.checks import Verdict
from ahorraluz.ingest.receipt import line_code, parse_receipt
from ahorraluz.services.audit_receipt import ReceiptAudit, audit_receipt
from ahorraluz.services.toolbox import Toolbox, open_toolbox
from ahorraluz.settings import Settings

AS_OF = date(2026, 11, 24)
FOLDER = Path(__file__).parent / "bills"
BILLS = {path.stem: path for path in sorted(FOLDER.glob("*.json"))}
FULL = [
    name for name, path in BILLS.items() if json.loads(path.read_text())["completeness"] == "full"
]
CHANGES = (Decimal("0.05"), Decimal("-0.05"), Decimal("0.37"), Decimal(3), Decimal("-1.20"))
SUMS = {"igv_18": "igv", "subtotal": "subtotal", "total_to_pay": "total"}


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Toolbox:
    return open_toolbox(Settings(data_dir=tmp_path_factory.mktemp("data")))


def _raw(name: str) -> dict[str, Any]:
    raw: dict[str, Any] = json.loads(BILLS[name].read_text(), parse_float=Decimal)
    return raw


def _audit(raw: dict[str, Any], tools: Toolbox) -> ReceiptAudit:
    receipt = parse_receipt(json.dumps(raw, default=float).encode())
    return audit_receipt(receipt, tools=tools, as_of=AS_OF)


@pytest.mark.parametrize("name", BILLS)
def test_a_real_recibo_has_nothing_off(name: str, tools: Toolbox) -> None:
    audit = _audit(_raw(name), tools)

    assert audit.recomputed.off == ()
    assert not audit.claimable


@pytest.mark.parametrize("name", FULL)
def test_a_full_recibo_is_recomputed_to_the_centimo(name: str, tools: Toolbox) -> None:
    audit = _audit(_raw(name), tools)

    whole = (*audit.recomputed.lines, audit.recomputed.subtotal, audit.recomputed.total)
    assert {checked.verdict for checked in whole} == {Verdict.OK}
    assert all(abs(checked.difference) <= Decimal("0.01") for checked in whole[:-1])
    assert abs(audit.recomputed.total.difference) <= Decimal("0.10")


def _places(raw: dict[str, Any]) -> Iterator[tuple[str, int | None]]:
    for part in ("items", "after_igv"):
        yield from ((part, row) for row in range(len(raw.get(part, ()))))
    yield from ((name, None) for name in SUMS)


@pytest.mark.parametrize("change", CHANGES, ids=str)
@pytest.mark.parametrize("name", FULL)
def test_a_changed_line_is_named_and_no_other(name: str, change: Decimal, tools: Toolbox) -> None:
    for part, row in _places(_raw(name)):
        raw = _raw(name)
        if row is None:
            raw[part] = Decimal(raw[part]) + change
            expected = SUMS[part]
        else:
            item = raw[part][row]
            item["amount"] = Decimal(item["amount"]) + change
            expected = line_code(item["name"]).value

        named = [checked.code for checked in _audit(raw, tools).recomputed.off]

        assert named == [expected], f"{part} {row} changed by {change}"


def test_what_nothing_can_tell_apart_is_not_accused(tools: Toolbox) -> None:
    """Without any hint, a sum that does not close names its candidates, not a culprit."""
    raw = _raw("lds-2026-05")
    raw |= {"distributor": "Electro Puno", "system": None}
    raw["items"][2]["amount"] += Decimal("0.50")

    audit = _audit(raw, tools)

    assert audit.recomputed.off == ()
    (finding,) = [f for f in audit.findings if f.code == "sum-does-not-close"]
    assert set(finding.lines) == {"fixed", "connection", "lighting", "interest"}
    assert finding.amount == Decimal("0.50")


@pytest.mark.parametrize("name", FULL)
def test_an_overcharge_that_the_sums_follow_is_named_with_them(name: str, tools: Toolbox) -> None:
    raw = _raw(name)
    raw["items"][0]["amount"] += 100
    raw["subtotal"] += 100
    for total in ("total_before_adjustments", "total_to_pay"):
        raw[total] += 118
    raw["igv_18"] += 18

    audit = _audit(raw, tools)

    named = [checked.code for checked in audit.recomputed.off]
    assert named == ["energy", "igv", "subtotal", "total_before", "total"]
    assert audit.overcharge == Decimal("118.00")


def _one(named: ReceiptAudit) -> list[str]:
    return [checked.code for checked in named.recomputed.off]


def test_the_itemised_roundings_tell_which_of_adjustment_and_total_is_off(tools: Toolbox) -> None:
    raw = _raw("lds-2026-08")
    raw["after_igv"][1]["amount"] = Decimal(raw["after_igv"][1]["amount"]) - Decimal("0.10")

    assert _one(_audit(raw, tools)) == ["rounding"]


def test_a_subtotal_alone_is_a_misprint_and_no_claim(tools: Toolbox) -> None:
    raw = _raw("lds-2026-08")
    raw["subtotal"] += 1

    audit = _audit(raw, tools)

    assert _one(audit) == ["subtotal"]
    assert [f.code for f in audit.findings if f.lines == ("subtotal",)] == ["line-misprinted"]
    assert not audit.claimable


def test_late_interest_is_named_where_the_total_confirms_the_rest(tools: Toolbox) -> None:
    raw = _raw("lds-2026-08")
    raw["after_igv"].insert(1, {"name": "Interés Moratorio", "amount": 0.15})
    for total in ("total_before_adjustments", "total_to_pay"):
        raw[total] += Decimal("0.15")
    clean = _one(_audit(raw, tools))
    raw["after_igv"][1]["amount"] = 0.20

    assert clean == []
    assert _one(_audit(raw, tools)) == ["other"]


def test_lines_the_sheet_does_not_show_are_left_unchecked(tools: Toolbox) -> None:
    raw = _raw("lds-2026-08")
    raw["after_igv"] = None

    audit = _audit(raw, tools)

    assert _one(audit) == []
    assert not audit.claimable


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        pytest.param(
            {"distributor": "Pluz", "kwh": 90, "unit_price_printed_s_per_kwh_without_igv": 0.49},
            "audit.energy",
            id="the printed price is that of the discounted block",
        ),
        pytest.param(
            {"distributor": "SEAL", "kwh": 71, "unit_price_printed_s_per_kwh_without_igv": 0.6924},
            "audit.discount-unknown",
            id="the discount of that kind of system is not known",
        ),
    ],
)
def test_a_middle_bracket_is_not_accused_for_how_it_prints_its_price(
    changes: dict[str, Any], why: str, tools: Toolbox
) -> None:
    energy = 56.70 if changes["kwh"] == 90 else 38.78
    raw = {"items": [{"name": "Energía", "amount": energy}], "subtotal": energy} | changes

    (line,) = [c for c in _audit(raw, tools).recomputed.lines if c.code == "energy"]

    assert line.verdict is not Verdict.OFF
    assert line.why == why


def test_a_discount_printed_as_a_line_counts_where_the_sum_needs_it(tools: Toolbox) -> None:
    raw = {
        "distributor": "SEAL",
        "kwh": 90,
        "unit_price_printed_s_per_kwh_without_igv": 0.70,
        "items": [
            {"name": "Energía", "amount": 63.00},
            {"name": "Descuento FOSE", "amount": -6.30},
        ],
        "subtotal": 56.70,
    }

    audit = _audit(raw, tools)

    assert _one(audit) == []
    assert not audit.claimable
