"""What an audited recibo says to its household, and what may be claimed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from tests.invented_recibos import LINES, RECIBO, RULES, line, with_lines

from ahorraluz.core.home import Supply
from ahorraluz.core.periods import Period
from ahorraluz.core.tariffs.audit import recompute
from ahorraluz.core.tariffs.checks import AuditRules
from ahorraluz.core.tariffs.findings import Finding, SheetPrice, findings
from ahorraluz.core.tariffs.receipt import Receipt

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
