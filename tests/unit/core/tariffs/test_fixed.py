"""Charges per month: what is known, what is none, and what nobody stated."""

from decimal import Decimal

from ahorraluz.core.home import FixedCharges
from ahorraluz.core.tariffs.fixed import fixed_lines
from ahorraluz.core.tariffs.lines import BillLine, LineCode
from ahorraluz.core.tariffs.schedule import Bracket

D = Decimal


def test_the_four_lines_stand_in_the_order_of_a_recibo() -> None:
    charges = FixedCharges(connection=D("1.405"), lighting=None, interest=D(0))

    lines = fixed_lines(Bracket(limit_kwh=None, fixed=D("2.055"), blocks=()), charges)

    assert lines == (
        BillLine(
            code=LineCode.FIXED,
            amount=D("2.06"),
            label="line.fixed",
            basis="basis.fixed",
            taxed=True,
        ),
        BillLine(
            code=LineCode.CONNECTION,
            amount=D("1.41"),
            label="line.connection",
            basis="basis.from-receipt",
            taxed=True,
        ),
        BillLine(
            code=LineCode.LIGHTING,
            amount=D("0.00"),
            label="line.lighting",
            basis="basis.not-known",
            taxed=True,
        ),
        BillLine(
            code=LineCode.INTEREST,
            amount=D("0.00"),
            label="line.interest",
            basis="basis.none-stated",
            taxed=True,
        ),
    )
    assert [str(line.amount) for line in lines] == ["2.06", "1.41", "0.00", "0.00"]
