"""Tax, levy and what the recibo only informs, to the céntimo."""

from dataclasses import replace
from decimal import Decimal

import pytest

from ahorraluz.core.consumption import Band
from ahorraluz.core.money import IgvRounding
from ahorraluz.core.tariffs.levies import (
    igv,
    informed_discount,
    informed_surcharge,
    rural_electrification,
    with_tax,
)
from ahorraluz.core.tariffs.lines import BillLine, LineCode, LinePart

D = Decimal
RATE = D("0.18")


def line(amount: str, *, taxed: bool = True) -> BillLine:
    """Return an invented line."""
    return BillLine(code=LineCode.OTHER, amount=D(amount), label="-", basis="-", taxed=taxed)


def test_each_taxed_line_gets_its_tax_and_no_other() -> None:
    # 18 % of 0.25 are 4.5 céntimos: half up.
    taxed, untaxed = with_tax((line("0.25"), line("9.99", taxed=False)), RATE)

    assert taxed == replace(line("0.25"), tax=D("0.05"))
    assert untaxed == line("9.99", taxed=False)
    assert (taxed.with_tax, untaxed.with_tax) == (D("0.30"), D("9.99"))


@pytest.mark.parametrize(
    ("rounding", "tax"),
    [
        pytest.param(IgvRounding.PER_LINE, "0.10", id="twice 4.5 céntimos are twice 5"),
        pytest.param(IgvRounding.SUBTOTAL, "0.09", id="18 % of 0.50"),
    ],
)
def test_igv_by_line_and_at_once(rounding: IgvRounding, tax: str) -> None:
    lines = (line("0.25"), line("0.25"), line("50.00", taxed=False))

    assert str(igv(lines, rate=RATE, rounding=rounding)) == tax


@pytest.mark.parametrize("rounding", IgvRounding)
def test_no_taxed_line_is_no_igv(rounding: IgvRounding) -> None:
    tax = igv((line("50.00", taxed=False),), rate=RATE, rounding=rounding)

    assert str(tax) == "0.00"


def test_the_levy_is_every_kwh_times_its_price_untaxed() -> None:
    levy = rural_electrification(D("100.5"), D("0.0110"))

    assert levy == BillLine(
        code=LineCode.RURAL_ELECTRIFICATION,
        amount=D("1.11"),
        label="line.rural_electrification",
        basis="basis.rural-levy",
        taxed=False,
        parts=(LinePart(quantity=D("100.5"), unit="kWh", price=D("0.0110"), band=Band.TOTAL),),
    )


def test_a_levy_nobody_has_published_is_named_and_not_guessed() -> None:
    levy = rural_electrification(D(100), None)

    assert (str(levy.amount), levy.basis, levy.parts) == ("0.00", "basis.not-known", ())


def test_a_levy_of_zero_is_known() -> None:
    levy = rural_electrification(D(100), D(0))

    assert (str(levy.amount), levy.basis, len(levy.parts)) == ("0.00", "basis.rural-levy", 1)


def test_the_discount_is_what_the_first_block_would_cost_more() -> None:
    # 30 kWh at 0.42 are 12.60; without a discount of 30 % they would be 18.00.
    block = LinePart(quantity=D(30), unit="kWh", price=D("0.42"))

    assert str(informed_discount(block, D("0.30"))) == "-5.40"


def test_the_surcharge_is_the_part_of_the_charge_above_the_base() -> None:
    # 102.50 are 100 and 2.5 % on top.
    assert str(informed_surcharge(D("102.50"), D("0.025"))) == "2.50"
