"""What an audited recibo says to its household, and what may be claimed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from tests.invented import MAY, bt5b, bt5f, tariff_book
from tests.invented_recibos import LINES, RECIBO, RULES, line, with_lines

from ahorraluz.core.consumption import Band
from ahorraluz.core.home import CustomerClass, Fose, Option, Supply
from ahorraluz.core.periods import Period
from ahorraluz.core.tariffs.audit import recompute
from ahorraluz.core.tariffs.checks import AuditRules
from ahorraluz.core.tariffs.findings import Finding, SheetPrice, findings, sheet_prices
from ahorraluz.core.tariffs.receipt import Receipt
from ahorraluz.core.tariffs.schedule import Block, Bracket

D = Decimal
SUPPLY = Supply(distributor="light", system="here")
PRICES = (
    SheetPrice(limit_kwh=D(30), low=D("0.4000"), high=D("0.4000")),
    SheetPrice(limit_kwh=D(140), low=D("0.5990"), high=D("0.6000")),
    SheetPrice(limit_kwh=None, low=D("0.6150"), high=D("0.6150")),
)
QUIET = with_lines(interest="0.00", lighting="10.30")
"""A recibo of which nothing is to be said."""


def said(
    recibo: Receipt,
    *,
    rules: AuditRules = RULES,
    supply: Supply = SUPPLY,
    prices: Sequence[SheetPrice] = (),
) -> tuple[Finding, ...]:
    """Return what is said of a recibo, but for its interest."""
    audit = recompute(recibo, rules)
    every = findings(recibo, audit, supply=supply, rules=rules, prices=prices)
    return tuple(finding for finding in every if finding.code != "interest-charged")


def of(code: str, recibo: Receipt, **more: object) -> Finding | None:
    """Return the finding of a code, ``None`` where it is not said."""
    found = [finding for finding in said(recibo, **more) if finding.code == code]  # type: ignore[arg-type]
    return found[0] if found else None


def test_nothing_is_said_of_a_recibo_that_is_fine() -> None:
    assert said(RECIBO) == ()


@pytest.mark.parametrize(
    ("recibo", "finding"),
    [
        pytest.param(
            replace(with_lines(energy="55.60"), subtotal=D("69.30")),
            Finding(
                code="line-off",
                claimable=True,
                amount=D("1.18"),
                lines=("energy",),
                parameters={"line": "energy", "printed": D("55.60"), "computed": D("54.60")},
            ),
            id="a sol too much that the subtotal has: with its tax",
        ),
        pytest.param(
            replace(with_lines(energy="53.60"), subtotal=D("67.30")),
            Finding(
                code="line-off",
                claimable=False,
                amount=D("-1.18"),
                lines=("energy",),
                parameters={"line": "energy", "printed": D("53.60"), "computed": D("54.60")},
            ),
            id="a sol too little is nothing to claim",
        ),
        pytest.param(
            with_lines(energy="55.60"),
            Finding(
                code="line-misprinted",
                claimable=False,
                lines=("energy",),
                parameters={"line": "energy", "printed": D("55.60"), "computed": D("54.60")},
            ),
            id="a sol too much that no sum has is a misprint",
        ),
        pytest.param(
            with_lines(rural_electrification="1.50"),
            Finding(
                code="line-misprinted",
                claimable=False,
                lines=("rural_electrification",),
                parameters={
                    "line": "rural_electrification",
                    "printed": D("1.50"),
                    "computed": D("1.00"),
                },
            ),
            id="a levy that the total does not have",
        ),
        pytest.param(
            replace(
                with_lines(rural_electrification="1.50", other=None),
                subtotal=D("68.30"),
                total_before=D("82.09"),
                total=D("82.08"),
            ),
            Finding(
                code="line-off",
                claimable=True,
                amount=D("0.50"),
                lines=("rural_electrification",),
                parameters={
                    "line": "rural_electrification",
                    "printed": D("1.50"),
                    "computed": D("1.00"),
                },
            ),
            id="a levy that the total has: without tax",
        ),
        pytest.param(
            replace(RECIBO, igv=D("12.40")),
            Finding(
                code="line-misprinted",
                claimable=False,
                lines=("igv",),
                parameters={"line": "igv", "printed": D("12.40"), "computed": D("12.29")},
            ),
            id="a tax that the total does not have",
        ),
        pytest.param(
            replace(RECIBO, total=D("81.80")),
            Finding(
                code="line-off",
                claimable=True,
                amount=D("0.10"),
                lines=("total",),
                parameters={"line": "total", "printed": D("81.80"), "computed": D("81.70")},
            ),
            id="a total that nothing above it has",
        ),
        pytest.param(
            with_lines(rounding="-0.50"),
            Finding(
                code="line-misprinted",
                claimable=False,
                lines=("rounding",),
                parameters={"line": "rounding", "printed": D("-0.50"), "computed": D("-0.01")},
            ),
            id="an adjustment that the total does not have",
        ),
        pytest.param(
            replace(RECIBO, subtotal=D("68.80")),
            Finding(
                code="line-misprinted",
                claimable=False,
                lines=("subtotal",),
                parameters={"line": "subtotal", "printed": D("68.80"), "computed": D("68.30")},
            ),
            id="a subtotal that no total has",
        ),
        pytest.param(
            replace(RECIBO, total_before=D("82.71")),
            Finding(
                code="line-misprinted",
                claimable=False,
                lines=("total_before",),
                parameters={"line": "total_before", "printed": D("82.71"), "computed": D("81.71")},
            ),
            id="a total of the month that is not paid",
        ),
        pytest.param(
            with_lines(lighting="10.50"),
            Finding(
                code="sum-does-not-close",
                claimable=True,
                amount=D("0.50"),
                lines=("fixed", "connection", "lighting"),
                parameters={
                    "residual": D("0.50"),
                    "lines": ["fixed", "connection", "lighting"],
                },
            ),
            id="several lines may hold a difference",
        ),
        pytest.param(
            replace(with_lines(other=None), igv=None),
            Finding(
                code="total-unexplained",
                claimable=False,
                amount=D("0.12"),
                lines=("total_before",),
                parameters={"amount": D("0.12")},
            ),
            id="more than the printed lines explain",
        ),
        pytest.param(
            replace(RECIBO, estimated_reading=True),
            Finding(code="estimated-reading", claimable=True),
            id="a reading that the recibo calls estimated",
        ),
    ],
)
def test_one_thing_is_said(recibo: Receipt, finding: Finding) -> None:
    assert said(recibo) == (finding,)


def test_less_than_the_printed_lines_explain_is_not_told() -> None:
    cut = replace(with_lines(other="0.42"), igv=None)

    assert of("total-unexplained", cut) is None


def test_a_line_that_is_off_covers_the_sums_that_follow_it() -> None:
    twice = replace(with_lines(energy="55.60"), subtotal=D("69.30"), igv=D("12.47"))

    assert [finding.lines for finding in said(twice)] == [("energy",)]


def test_grounds_for_a_claim_come_first() -> None:
    recibo = replace(RECIBO, period=Period(date(2026, 5, 1), date(2026, 6, 9)), total=D("81.80"))

    every = findings(recibo, recompute(recibo, RULES), supply=SUPPLY, rules=RULES)

    assert [finding.code for finding in every] == ["line-off", "interest-charged", "unusual-days"]


def test_interest_is_told_with_its_amount() -> None:
    audit = recompute(RECIBO, RULES)

    assert findings(RECIBO, audit, supply=SUPPLY, rules=RULES) == (
        Finding(code="interest-charged", claimable=False, amount=D("0.30"), lines=("interest",)),
    )
    assert findings(QUIET, recompute(QUIET, RULES), supply=SUPPLY, rules=RULES) == ()


def test_energy_of_earlier_months_may_be_claimed() -> None:
    lines = (
        *LINES,
        line("energy", "3.00", recovered=True),
        line("energy", "-1.00", recovered=True),
    )

    assert of("recovered-consumption", replace(RECIBO, lines=lines)) == Finding(
        code="recovered-consumption",
        claimable=True,
        amount=D("2.00"),
        lines=("energy",),
        parameters={"name": "energy"},
    )


@pytest.mark.parametrize(
    ("history", "finding"),
    [
        pytest.param(
            "1 99 101 99 101 99 100",
            Finding(
                code="reading-looks-estimated",
                claimable=False,
                parameters={"kwh": D(100), "mean": D("99.8")},
            ),
            id="the mean of the six months before, not of seven",
        ),
        pytest.param(
            "97 102 99 101 99 99",
            Finding(
                code="reading-looks-estimated",
                claimable=False,
                parameters={"kwh": D(100), "mean": D("99.5")},
            ),
            id="half a kWh from the mean",
        ),
        pytest.param("97 102 99 101 99 98.9", None, id="a little more than half a kWh"),
        pytest.param("100 100 100 100 100 100", None, id="a home that always uses the same"),
        pytest.param("99 101 99 101 100", None, id="five months are too few"),
        pytest.param(
            "60 70 60 70 60 70",
            Finding(
                code="unusual-use",
                claimable=False,
                parameters={"kwh": D(100), "mean": D("65.0"), "times": D("1.5")},
            ),
            id="more than one and a half times the mean",
        ),
        pytest.param("66 68 66 68 66 66", None, id="exactly one and a half times"),
        pytest.param("0 0 0 0 0 0", None, id="a home that stood empty"),
    ],
)
def test_a_reading_is_held_against_the_months_before(history: str, finding: Finding | None) -> None:
    recibo = replace(RECIBO, history_kwh=tuple(map(D, history.split())))

    found = [f for f in said(recibo) if f.code in ("reading-looks-estimated", "unusual-use")]

    assert found == ([] if finding is None else [finding])


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


def _price(kwh: str, price: str, **more: object) -> Finding | None:
    recibo = replace(RECIBO, kwh=D(kwh), unit_price=D(price))
    given = {"prices": PRICES, **more}
    found = [
        finding
        for finding in said(recibo, **given)  # type: ignore[arg-type]
        if finding.code in ("fose-not-applied", "price-differs-from-sheet")
    ]
    assert len(found) < 2
    return found[0] if found else None


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
