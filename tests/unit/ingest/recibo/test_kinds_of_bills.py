"""Bills that differ from the usual one: blocks, no tax, no subtotal, commas, estimates."""

import io
from decimal import Decimal

import pytest
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]
from tests.recibo_sheets import KNOWN

from ahorraluz.ingest.receipt import receipt_from_fields
from ahorraluz.ingest.recibo.found import Status, Why
from ahorraluz.ingest.recibo.reading import ReciboReading, parse_recibo

D = Decimal
Row = str | tuple[str, str]
HEAD: tuple[Row, ...] = ("Hidrandina S.A.", "Tarifa BT5B Residencial")
FOOT: tuple[Row, ...] = (
    "Conserve este recibo como constancia de pago para cualquier consulta",
    "Central de emergencias las 24 horas del dia los siete dias de la semana",
)
ENERGY: Row = ("Energía Activa 100 x 0.7000", "70.00")


def read(*rows: Row) -> ReciboReading:
    buffer = io.BytesIO()
    canvas = Canvas(buffer)
    for at, row in enumerate((*HEAD, *rows, *FOOT)):
        label, value = row if isinstance(row, tuple) else (row, "")
        canvas.drawString(40, 800 - at * 15, label)
        canvas.drawRightString(540, 800 - at * 15, value)
    canvas.save()
    return parse_recibo(buffer.getvalue(), known=KNOWN, name="recibo.pdf")


def test_a_bill_without_a_subtotal_closes_on_its_total() -> None:
    reading = read(
        "Consumo del mes 100 kWh",
        ENERGY,
        ("Cargo Fijo", "3.00"),
        ("Alumbrado Público", "7.00"),
        ("IGV 18%", "14.40"),
        ("Aporte Ley 28749", "1.10"),
        ("Total a pagar", "95.50"),
    )

    assert reading.asked == ()
    assert receipt_from_fields(reading.form).total == D("95.50")


def test_energy_in_blocks_is_the_sum_of_the_blocks() -> None:
    reading = read(
        "Consumo total 100.00 kWh",
        ("Energía Activa primeros 30 kWh 30.00 x 0.4948", "14.84"),
        ("Energía Activa exceso 30 kWh 70.00 x 0.7068", "49.48"),
        ("Cargo Fijo", "3.00"),
        ("Sub Total", "67.32"),
        ("IGV", "12.12"),
        ("Ley 28749", "1.10"),
        ("Total del mes", "80.54"),
        ("Redondeo", "-0.04"),
        ("Total a pagar", "80.50"),
    )

    assert reading.asked == ()
    assert reading.field("kwh").value == D(100)
    assert reading.field("unit_price").status is Status.MISSING
    receipt = receipt_from_fields(reading.form)
    assert [line.amount for line in receipt.lines][:2] == [D("14.84"), D("49.48")]


@pytest.mark.parametrize(
    ("kwh", "price", "amounts"),
    [
        pytest.param(
            "1.323,5", "0,7000", ("926,45", "3,00", "929,45", "167,30", "14,56", "1.111,31"),
            id="decimal comma",
        ),
        pytest.param(
            "1,323.5", "0.7000", ("926.45", "3.00", "929.45", "167.30", "14.56", "1,111.31"),
            id="decimal point",
        ),
    ],
)  # fmt: skip
def test_thousands_and_decimals_are_told_apart(
    kwh: str, price: str, amounts: tuple[str, ...]
) -> None:
    energy, fixed, subtotal, igv, rural, total = amounts

    reading = read(
        f"Consumo del mes {kwh} kWh",
        (f"Energía Activa {kwh} x {price}", energy),
        ("Cargo Fijo", fixed),
        ("Subtotal", subtotal),
        ("IGV", igv),
        ("Ley 28749", rural),
        ("Total a pagar", total),
    )

    assert reading.asked == ()
    assert reading.field("kwh").value == D("1323.5")
    assert reading.field("total").value == D("1111.31")


@pytest.mark.parametrize(
    "tax",
    [pytest.param((), id="no line"), pytest.param((("IGV", "0.00"),), id="a line of nothing")],
)
def test_a_supply_without_tax_closes_without_it(tax: tuple[Row, ...]) -> None:
    reading = read(
        "Consumo del mes 100 kWh",
        ENERGY,
        ("Cargo Fijo", "3.00"),
        ("Subtotal", "73.00"),
        *tax,
        ("Ley 28749", "1.10"),
        ("Total a pagar", "74.10"),
    )

    assert reading.asked == ()
    assert reading.field("total").value == D("74.10")


def test_a_discount_that_is_a_line_of_its_own_is_counted() -> None:
    reading = read(
        "Consumo del mes 100 kWh",
        ENERGY,
        ("Cargo Fijo", "3.00"),
        ("Descuento FOSE (Ley 27510)", "-6.00"),
        ("Subtotal", "67.00"),
        ("IGV", "12.06"),
        ("Ley 28749", "1.10"),
        ("Total a pagar", "80.16"),
    )

    assert reading.asked == ()
    receipt = receipt_from_fields(reading.form)
    assert sum(line.amount for line in receipt.taxed) == D("67.00")


def test_an_estimated_reading_is_told() -> None:
    reading = read("Lectura estimada por falta de acceso", "Consumo del mes 100 kWh", ENERGY)

    assert reading.form["reading_type"] == "estimada"


def test_a_span_of_days_without_their_count_is_asked_for() -> None:
    """Nobody knows whether *from … to* counts its last day."""
    reading = read("Periodo de consumo: 16/02/2026 al 18/03/2026", "Consumo 100 kWh", ENERGY)

    assert {"reading_from", "reading_to"} <= set(reading.asked)


def test_what_nothing_confirms_is_asked_for() -> None:
    reading = read(
        "Consumo 100 kWh",
        ("Energía Activa", "70.00"),
        ("Cargo Fijo", "3.00"),
        ("Total a pagar", "86.14"),
    )

    assert {"kwh", "energy", "fixed", "total"} <= set(reading.asked)
    assert reading.field("kwh").why is Why.UNCHECKED
    assert reading.form["items"] == [
        {"name": "Energía Activa", "amount": None, "code": "energy"},
        {"name": "Cargo Fijo", "amount": None, "code": "fixed"},
    ]


def test_a_bill_with_another_tax_rate_does_not_have_a_sure_tax() -> None:
    reading = read(
        "Consumo 100 kWh", ENERGY, ("Cargo Fijo", "3.00"), ("Subtotal", "73.00"), ("IGV", "14.60")
    )

    assert "igv" in reading.asked
    assert reading.field("subtotal").value == D("73.00")
