"""What an audit says of single lines: the rest of its findings."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from tests.invented import MAY, bt5b, bt5f, tariff_book
from tests.invented_recibos import RECIBO, RULES
from tests.unit.core.tariffs.test_findings import PRICES, SUPPLY, D, _price, of, said

from ahorraluz.core.consumption import Band
from ahorraluz.core.home import CustomerClass, Fose, Option, Supply
from ahorraluz.core.periods import Period
from ahorraluz.core.tariffs.findings import Finding, SheetPrice, sheet_prices
from ahorraluz.core.tariffs.schedule import Block, Bracket


def test_an_estimated_reading_says_so_alone() -> None:
    recibo = replace(RECIBO, estimated_reading=True, history_kwh=tuple(map(D, [60] * 5 + [70])))

    assert [finding.code for finding in said(recibo)] == ["estimated-reading"]


@pytest.mark.parametrize(
    ("days", "unusual"), [(26, True), (27, False), (33, False), (34, True), (28, False)]
)
def test_a_month_has_27_to_33_days(days: int, unusual: bool) -> None:
    start = date(2026, 5, 1)
    by_dates = replace(RECIBO, period=Period(start, start + timedelta(days=days)))
    by_print = replace(RECIBO, period=None, days_printed=days)

    for recibo in (by_dates, by_print):
        finding = of("unusual-days", recibo)
        expected = Finding(code="unusual-days", claimable=False, parameters={"days": days})
        assert finding == (expected if unusual else None)


def test_days_nobody_printed_are_not_unusual() -> None:
    assert of("unusual-days", replace(RECIBO, period=None)) is None


@pytest.mark.parametrize(
    ("kwh", "over"),
    [("140", None), ("140.001", "0.001"), ("150", "10"), ("150.001", None)],
)
def test_a_home_just_above_the_limit_is_told_by_how_much(kwh: str, over: str | None) -> None:
    finding = of("just-above-limit", replace(RECIBO, kwh=D(kwh)))

    assert finding == (
        None
        if over is None
        else Finding(
            code="just-above-limit",
            claimable=False,
            parameters={"kwh": D(kwh), "limit": D(140), "over": D(over)},
        )
    )


@pytest.mark.parametrize(
    "supply",
    [
        pytest.param(replace(SUPPLY, fose=Fose.EXCLUDED), id="excluded from FOSE"),
        pytest.param(replace(SUPPLY, customer=CustomerClass.NON_RESIDENTIAL), id="no home"),
    ],
)
def test_the_limit_is_nothing_to_a_supply_without_fose(supply: Supply) -> None:
    assert of("just-above-limit", replace(RECIBO, kwh=D(145)), supply=supply) is None
    assert of("just-above-limit", replace(RECIBO, kwh=None)) is None


@pytest.mark.parametrize(
    ("kwh", "price"),
    [
        pytest.param("100", "0.6001", id="one last digit above"),
        pytest.param("100", "0.5989", id="one last digit below"),
        pytest.param("30", "0.4000", id="the first bracket inclusive"),
        pytest.param("140", "0.6000", id="the second bracket inclusive"),
        pytest.param("140.1", "0.6150", id="above the limit"),
    ],
)
def test_a_price_of_its_bracket_is_fine(kwh: str, price: str) -> None:
    assert _price(kwh, price) is None


@pytest.mark.parametrize(
    ("kwh", "price", "code", "claimable", "amount", "expected"),
    [
        # 100 kWh at 0.615, less 91 at 0.60 (30 of them at 70 %), with IGV.
        ("100", "0.6150", "fose-not-applied", True, "8.14", "0.6000"),
        ("140", "0.6150", "fose-not-applied", True, "8.85", "0.6000"),
        # 20 kWh at 0.615 less 20 at 0.40, with IGV.
        ("20", "0.6150", "fose-not-applied", True, "5.07", "0.4000"),
        ("30", "0.6150", "fose-not-applied", True, "7.61", "0.4000"),
        ("100", "0.6002", "price-differs-from-sheet", True, None, "0.6000"),
        ("100", "0.5988", "price-differs-from-sheet", False, None, "0.6000"),
        ("200", "0.6500", "price-differs-from-sheet", True, "8.26", "0.6150"),
        ("200", "0.5500", "price-differs-from-sheet", False, "-15.34", "0.6150"),
    ],
)
def test_a_price_of_another_bracket(
    kwh: str, price: str, code: str, claimable: bool, amount: str | None, expected: str
) -> None:
    assert _price(kwh, price) == Finding(
        code=code,
        claimable=claimable,
        amount=None if amount is None else D(amount),
        lines=("energy",),
        parameters={
            "printed": D(price),
            "expected": D(expected),
            "kwh": D(kwh),
            "limit": D(140),
        },
    )


def test_the_upper_price_is_right_for_a_supply_excluded_from_fose_by_its_rules() -> None:
    finding = _price("100", "0.6150", supply=replace(SUPPLY, fose=Fose.EXCLUDED))

    assert finding is not None
    assert (finding.code, finding.amount) == ("price-differs-from-sheet", None)


def test_without_a_known_discount_the_whole_energy_is_compared() -> None:
    finding = _price("100", "0.6150", rules=replace(RULES, fose_discount=None))

    # 100 kWh at 0.615 less 100 at 0.60, with IGV.
    assert finding is not None
    assert finding.amount == D("1.77")


@pytest.mark.parametrize("hole", [{"kwh": None}, {"unit_price": None}], ids=["kWh", "price"])
def test_a_price_needs_what_it_is_of(hole: dict[str, None]) -> None:
    recibo = replace(RECIBO, **hole)  # type: ignore[arg-type]

    assert of("price-differs-from-sheet", recibo, prices=PRICES) is None
    assert of("fose-not-applied", recibo, prices=PRICES) is None


def test_prices_of_homes_are_not_held_against_a_shop() -> None:
    shop = replace(SUPPLY, customer=CustomerClass.NON_RESIDENTIAL)

    assert _price("100", "0.9", supply=shop) is None
    assert _price("100", "0.9", prices=()) is None


def test_sheets_tell_the_price_of_each_bracket_whichever_end_day_counts() -> None:
    june = bt5b("2026-06-04", "0.4100", "0.6100", "0.6250")
    book = tariff_book()
    both = replace(book, schedules=(*book.schedules, june))
    # From 19 May to 18 June: 16 days under May's sheet and 14 under June's, one more or less.
    period = Period(date(2026, 5, 19), date(2026, 6, 18))

    assert sheet_prices(both, SUPPLY, period) == (
        SheetPrice(limit_kwh=D(30), low=D("0.4043"), high=D("0.4050")),
        SheetPrice(limit_kwh=D(140), low=D("0.6043"), high=D("0.6050")),
        SheetPrice(limit_kwh=None, low=D("0.6193"), high=D("0.6200")),
    )


def test_sheets_that_may_not_hold_a_day_earlier_or_later_tell_nothing() -> None:
    book = tariff_book()

    assert len(sheet_prices(book, SUPPLY, MAY)) == 3
    assert sheet_prices(book, SUPPLY, MAY.shift(days=-1)) == ()
    assert sheet_prices(book, SUPPLY, MAY.shift(days=1)) == ()
    assert sheet_prices(book, SUPPLY, None) == ()
    assert sheet_prices(book, replace(SUPPLY, option=Option.BT6), MAY) == ()


def test_a_change_of_shape_within_the_period_tells_nothing() -> None:
    book = tariff_book()
    flat = bt5b("2026-05-20", "0.4", "0.6", "0.615").without_fose()

    assert sheet_prices(replace(book, schedules=(*book.schedules, flat)), SUPPLY, MAY) == ()


def test_options_with_hours_have_no_one_price() -> None:
    hourly = replace(tariff_book(), schedules=(bt5f("2026-05-04"),))

    assert sheet_prices(hourly, replace(SUPPLY, option=Option.BT5F), MAY) == ()


def test_the_price_of_a_bracket_is_that_of_its_last_block() -> None:
    price = Block(limit_kwh=None, prices={Band.TOTAL: D("0.50")})
    one = replace(
        bt5b("2026-05-04", "0.4", "0.6", "0.615"),
        brackets=(Bracket(limit_kwh=None, fixed=D(2), blocks=(price,)),),
    )

    assert sheet_prices(replace(tariff_book(), schedules=(one,)), SUPPLY, MAY) == (
        SheetPrice(limit_kwh=None, low=D("0.50"), high=D("0.50")),
    )
