"""What a recibo says of itself, and what it does not."""

from dataclasses import replace

from tests.invented import D
from tests.invented_recibos import LINES, RECIBO, line

from ahorraluz.core.tariffs.lines import LineCode
from ahorraluz.core.tariffs.receipt import ReceiptLine


def test_lines_of_one_code_are_added_to_the_centimo() -> None:
    twice = (*LINES, line("fixed", "3"))
    recibo = replace(RECIBO, lines=twice)

    assert str(recibo.amount(LineCode.FIXED)) == "5.00"
    assert str(replace(RECIBO, lines=twice[-1:]).amount(LineCode.FIXED)) == "3.00"
    assert recibo.amount(LineCode.IGV) is None


def test_lines_stand_before_or_after_the_tax() -> None:
    codes = [printed.code.value for printed in RECIBO.taxed]

    assert codes == ["energy", "fixed", "connection", "lighting", "interest"]
    assert (*RECIBO.taxed, *RECIBO.untaxed) == RECIBO.lines


def test_what_a_recibo_does_not_show_is_not_there() -> None:
    assert (RECIBO.previous_rounding, RECIBO.current_rounding, RECIBO.days_printed) == (
        None,
        None,
        None,
    )
    assert (RECIBO.estimated_reading, RECIBO.history_kwh, RECIBO.band_prices) == (False, (), {})
    bare = ReceiptLine(code=LineCode.FIXED, name="-", amount=D(1), taxed=True)
    assert (bare.factor, bare.recovered) == (None, False)
