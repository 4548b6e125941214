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


FLAT = D("0.60")


def _change(before: Receipt, after: Receipt, base: Decimal | None = FLAT) -> dict[str, str]:
    """Return the causes that moved something."""
    change = compare(before, after, base_price=lambda _: base, igv_rate=D("0.18"))
    return {cause.value: str(soles) for cause, soles in change.parts.items() if soles}


@pytest.mark.parametrize(
    ("after", "moved"),
    [
        # 10 kWh more at 0.60 with IGV and 0.01 of levy.
        pytest.param(month("110", "66.00", total="107.18"), {"kwh": "7.18"}, id="more a day"),
        # 100 kWh at 0.06 with IGV, all of it a discount that is lost.
        pytest.param(month("100", "66.00", total="107.08"), {"discount": "7.08"}, id="discount"),
        pytest.param(
            month("100", "60.00", lighting="12.50", total="102.95"),
            {"lighting": "2.95"},
            id="lighting with its IGV",
        ),
        pytest.param(
            month("100", "60.00", late="1.25", total="101.25"),
            {"arrears": "1.25"},
            id="late interest without IGV",
        ),
        pytest.param(month("100", "60.00", total="100.07"), {"rounding": "0.07"}, id="rounding"),
        pytest.param(month("100", "60.00", total="99.95"), {"rounding": "-0.05"}, id="less"),
    ],
)
def test_each_cause_alone(after: Receipt, moved: dict[str, str]) -> None:
    assert _change(month("100", "60.00"), after) == moved


def test_a_price_that_nobody_can_tell_apart_takes_it_all() -> None:
    after = month("100", "66.00", total="107.08")

    assert _change(month("100", "60.00"), after, None) == {"price": "7.08"}


def test_the_levy_moves_with_the_price() -> None:
    dearer = month("100", "60.00", total="101.00")
    lines = (*dearer.lines[:-1], replace(dearer.lines[-1], amount=D("2.00")))

    assert _change(month("100", "60.00"), replace(dearer, lines=lines)) == {"price": "1.00"}


def test_the_fixed_charge_is_that_of_the_connection_too() -> None:
    before = month("100", "60.00")
    fixed = replace(before.lines[1], amount=D("3.00"))
    connection = ReceiptLine(code=LineCode.CONNECTION, name="-", amount=D("0.50"), taxed=True)
    after = replace(
        before,
        lines=(before.lines[0], fixed, *before.lines[2:], connection),
        total=D("101.77"),
    )

    assert _change(before, after) == {"fixed": "1.77"}


def test_interest_is_arrears_with_its_igv() -> None:
    before = month("100", "60.00")
    interest = ReceiptLine(code=LineCode.INTEREST, name="-", amount=D("1.00"), taxed=True)

    after = replace(before, lines=(*before.lines, interest), total=D("101.18"))

    assert _change(before, after) == {"arrears": "1.18"}


def test_causes_that_move_together_share_what_they_do_together() -> None:
    # From 30 days of 4 kWh to 33 of 5: by days alone 12 kWh or 15, by kWh alone 30 or 33.
    after = month("165", "99.00", days=33, total="132.31")

    moved = _change(month("120", "72.00"), after)

    # 13.5 and 31.5 kWh at 0.60 with IGV and 0.01 of levy.
    assert moved == {"days": "9.69", "kwh": "22.62"}


def test_what_a_change_says_of_the_months() -> None:
    before, after = month("120", "72.00"), month("165", "99.00", days=33, total="132.31")

    change = compare(before, after, base_price=_no_base, igv_rate=D("0.18"))

    assert (change.before, change.after) == (before, after)
    assert change.difference == D("32.31")
    assert change.kwh_a_day == (D(4), D(5))


@pytest.mark.parametrize("whose", ["before", "after"])
def test_days_that_are_not_printed_are_not_told(whose: str) -> None:
    months = {"before": month("120", "72.00"), "after": month("120", "72.00")}
    months[whose] = replace(months[whose], period=None)

    assert compare(**months, base_price=_no_base, igv_rate=D(0)).kwh_a_day is None


def test_days_may_be_printed_without_dates() -> None:
    before = replace(month("120", "72.00"), period=None, days_printed=30)
    after = replace(month("132", "79.20", total="108.62"), period=None, days_printed=33)

    assert _change(before, after) == {"days": "8.62"}
    change = compare(before, after, base_price=_no_base, igv_rate=D(0))
    assert change.kwh_a_day == (D(4), D(4))


def test_a_levy_that_is_not_printed_is_none() -> None:
    before = month("100", "60.00")
    bare = replace(before, lines=before.lines[:-1])

    assert _change(bare, replace(bare, total=D("100.10"))) == {"rounding": "0.10"}


@pytest.mark.parametrize(
    ("hole", "field"),
    [
        ({"kwh": None}, "kwh"),
        ({"kwh": D(0)}, "kwh"),
        ({"total": None}, "total"),
        ({"lines": ()}, "energy"),
    ],
    ids=["no kWh", "zero kWh", "no total", "no energy"],
)
def test_what_a_recibo_lacks_is_named(hole: dict[str, object], field: str) -> None:
    whole = month("100", "50.00")
    holed = replace(whole, **hole)  # type: ignore[arg-type]

    for pair in ((whole, holed), (holed, whole)):
        with pytest.raises(ComparisonError) as caught:
            compare(*pair, base_price=_no_base, igv_rate=D("0.18"))

        assert caught.value.issue.parameters == {"field": field, "receipt": "invented"}


def test_causes_keep_the_names_that_catalogues_have() -> None:
    assert [cause.value for cause in Cause] == [
        "days",
        "kwh",
        "price",
        "discount",
        "fixed",
        "lighting",
        "arrears",
        "rounding",
    ]
