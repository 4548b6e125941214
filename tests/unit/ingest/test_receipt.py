"""Recibos as JSON: names of lines, exact numbers, and what is refused."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ahorraluz.core.issues import AhorraLuzError, InvalidInputError, Issue
from ahorraluz.core.tariffs.lines import LineCode
from ahorraluz.ingest.receipt import (
    line_code,
    parse_receipt,
)

D = Decimal


def _sheet(**changes: Any) -> bytes:
    sheet = {
        "distributor": "Luz del Sur",
        "kwh": 100.5,
        "items": [{"name": "Consumo de energía", "amount": 60.1, "igv_affected": True}],
    }
    return json.dumps(sheet | changes).encode()


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Consumo de energía", LineCode.ENERGY),
        ("Ene.Activa", LineCode.ENERGY),
        ("Cargo Fijo", LineCode.FIXED),
        ("Mant. y Reposición de Conexión", LineCode.CONNECTION),
        ("Reposición y Mant. Conex.", LineCode.CONNECTION),
        ("AlumbradoPublico", LineCode.LIGHTING),
        ("Interés Compensatorio", LineCode.INTEREST),
        ("INTERES MORATORIO", LineCode.OTHER),
        ("Electrificación Rural (Ley N° 28749)", LineCode.RURAL_ELECTRIFICATION),
        ("Redondeo mes anterior", LineCode.ROUNDING),
        ("Ajustes (net)", LineCode.ROUNDING),
        ("Recupero de energía", LineCode.ENERGY),
        ("Algo nunca visto", LineCode.OTHER),
    ],
)
def test_printed_names_tell_what_a_line_is(name: str, code: LineCode) -> None:
    assert line_code(name) is code


def test_numbers_are_exact() -> None:
    receipt = parse_receipt(_sheet(kwh=323.7, unit_price_printed_s_per_kwh_without_igv=0.5814))

    assert receipt.kwh == D("323.7")
    assert receipt.unit_price == D("0.5814")


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        pytest.param({"kwh": "many"}, "number-invalid", "kwh", id="kwh in words"),
        pytest.param({"kwh": -1}, "kwh-negative", "kwh", id="negative kwh"),
        pytest.param({"kwh": 1234567890123}, "field-too-large", "kwh", id="13 digits"),
        pytest.param({"distributor": None}, "field-invalid", "distributor", id="no name"),
        pytest.param({"reading_from": "2026-13-01"}, "date-invalid", "reading_from", id="month 13"),
        pytest.param({"days": 0}, "field-too-small", "days", id="no days"),
        pytest.param({"items": [{"name": "x"}]}, "field-missing", "items.0.amount", id="no amount"),
        pytest.param({"kwh": True}, "number-invalid", "kwh", id="a truth value"),
    ],
)
def test_what_cannot_be_is_refused_by_field(changes: dict[str, Any], code: str, field: str) -> None:
    with pytest.raises(AhorraLuzError) as caught:
        parse_receipt(_sheet(**changes))

    assert caught.value.issue.code == code
    assert caught.value.issue.parameters["field"] == field


def test_a_number_that_no_decimal_holds_is_refused() -> None:
    content = _sheet().replace(b"100.5", b"1e99999999999999999999")

    with pytest.raises(InvalidInputError) as caught:
        parse_receipt(content)

    assert caught.value.issue.code == "number-invalid"


def test_every_wrong_field_is_named_at_once() -> None:
    with pytest.raises(InvalidInputError) as caught:
        parse_receipt(_sheet(kwh="x", days=0, subtotal="y"))

    assert [i.parameters["field"] for i in caught.value.issues] == ["days", "kwh", "subtotal"]


def test_readings_in_the_wrong_order_are_refused() -> None:
    with pytest.raises(InvalidInputError) as caught:
        parse_receipt(_sheet(reading_from="2026-05-05", reading_to="2026-05-05"))

    assert caught.value.issue.code == "period-empty"


@pytest.mark.parametrize(
    "content",
    [b"", b"not json", b"\xff\xfe\x00", b"[1, 2]", b'"text"', b"[" * 100_000, b'{"kwh": NaN}'],
    ids=["empty", "words", "binary", "a list", "a string", "deep", "no number"],
)
def test_what_is_no_recibo_is_refused(content: bytes) -> None:
    with pytest.raises(AhorraLuzError):
        parse_receipt(content)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)
FIELDS = ("distributor", "kwh", "items", "after_igv", "period", "total_to_pay", "segment")


@given(st.dictionaries(st.sampled_from(FIELDS), JSON))
def test_any_json_is_read_or_refused_with_an_issue(fields: dict[str, Any]) -> None:
    refused: tuple[Issue, ...] = ()
    receipt = None
    try:
        receipt = parse_receipt(json.dumps(fields).encode())
    except AhorraLuzError as error:
        refused = error.issues

    assert (receipt is None) == bool(refused)
