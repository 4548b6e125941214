"""Why a bill changed: parts that add up to the difference."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ahorraluz.core.periods import Period
from ahorraluz.core.tariffs.comparison import Cause, ComparisonError, compare
from ahorraluz.core.tariffs.lines import LineCode
from ahorraluz.core.tariffs.receipt import Receipt, ReceiptLine

D = Decimal
AMOUNT = st.decimals("0.01", 300, places=2)
START = date(2026, 5, 1)


def month(
    kwh: str,
    energy: str,
    *,
    days: int = 30,
    lighting: str = "10.00",
    late: str = "0.00",
    total: str = "100.00",
) -> Receipt:
    """Return an invented recibo."""
    amounts = (
        (LineCode.ENERGY, energy, True),
        (LineCode.FIXED, "2.00", True),
        (LineCode.LIGHTING, lighting, True),
        (LineCode.OTHER, late, False),
        (LineCode.RURAL_ELECTRIFICATION, str(D(kwh) * D("0.01")), False),
    )
    return Receipt(
        id="invented",
        distributor="Light",
        system=None,
        option=None,
        segment=None,
        label=None,
        period=Period(START, START + timedelta(days=days)),
        kwh=D(kwh),
        unit_price=None,
        lines=tuple(
            ReceiptLine(code=code, name=code.value, amount=D(amount), taxed=taxed)
            for code, amount, taxed in amounts
        ),
        subtotal=None,
        igv=None,
        total_before=None,
        total=D(total),
    )


def _no_base(_: Receipt) -> Decimal | None:
    return None


def test_more_days_at_the_same_use_are_days() -> None:
    before = month("120", "60.00", days=30, total="100.00")
    after = month("128", "64.00", days=32, total="104.80")

    change = compare(before, after, base_price=_no_base, igv_rate=D("0.18"))

    assert change.parts[Cause.DAYS] == D("4.80")
    assert change.parts[Cause.KWH] == change.parts[Cause.PRICE] == 0


def test_a_lost_discount_is_told_apart_from_the_price() -> None:
    # Base price 0.60 in both months; 9 soles of discount below the limit, none above.
    before = month("138", "73.80", total="120.00")
    after = month("142", "85.20", total="133.49")

    change = compare(before, after, base_price=lambda _: D("0.60"), igv_rate=D("0.18"))

    assert change.parts[Cause.PRICE] == 0
    assert D("10.00") < change.parts[Cause.DISCOUNT] < D("11.00")


def test_arrears_and_lighting_stand_alone() -> None:
    before = month("100", "50.00", total="100.00")
    after = month("100", "50.00", lighting="20.00", late="3.00", total="114.80")

    change = compare(before, after, base_price=_no_base, igv_rate=D("0.18"))

    assert change.parts[Cause.LIGHTING] == D("11.80")
    assert change.parts[Cause.ARREARS] == D("3.00")
    assert change.parts[Cause.ROUNDING] == 0


@given(
    kwh=st.tuples(st.decimals(1, 900, places=1), st.decimals(1, 900, places=1)),
    energy=st.tuples(AMOUNT, AMOUNT),
    total=st.tuples(AMOUNT, AMOUNT),
    days=st.tuples(st.integers(20, 40), st.integers(20, 40)),
)
def test_the_parts_add_up_to_the_difference(
    kwh: tuple[Decimal, Decimal],
    energy: tuple[Decimal, Decimal],
    total: tuple[Decimal, Decimal],
    days: tuple[int, int],
) -> None:
    before, after = (
        month(str(kwh[n]), str(energy[n]), days=days[n], total=str(total[n])) for n in (0, 1)
    )

    change = compare(before, after, base_price=lambda _: D("0.55"), igv_rate=D("0.18"))

    assert sum(change.parts.values(), D(0)) == change.difference == total[1] - total[0]
    assert all(amount == amount.quantize(D("0.01")) for amount in change.parts.values())


@pytest.mark.parametrize(
    "hole", [{"kwh": None}, {"total": None}, {"lines": ()}], ids=["kwh", "total", "energy"]
)
def test_a_recibo_that_lacks_something_is_refused(hole: dict[str, object]) -> None:
    whole = month("100", "50.00")

    with pytest.raises(ComparisonError) as caught:
        compare(
            whole,
            replace(whole, **hole),  # type: ignore[arg-type]
            base_price=_no_base,
            igv_rate=D("0.18"),
        )

    assert caught.value.issue.code == "receipt-lacks"
