"""Tax, sums, rounding and total of a recibo that is held against its rules."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

import pytest
from tests.invented_recibos import LINES, RECIBO, RULES, line, with_lines
from tests.unit.core.tariffs.test_audit import NOT_THERE, _differs

from ahorraluz.core.money import IgvRounding, TotalRounding
from ahorraluz.core.tariffs.checks import AuditRules, Checked, Verdict
from ahorraluz.core.tariffs.lines import LineCode
from ahorraluz.core.tariffs.receipt import Receipt
from ahorraluz.core.tariffs.sums import igv_check, levied, rounding_and_total, total_before_check

D = Decimal
UNKNOWN_STEP = replace(RULES, total_rounding=None)


@pytest.mark.parametrize(
    ("recibo", "differs"),
    [
        pytest.param(
            replace(RECIBO, igv=D("12.40")),
            {"igv": "off audit.igv 12.40 12.29 percent=18"},
            id="another tax",
        ),
        pytest.param(replace(RECIBO, igv=None), {"igv": NOT_THERE}, id="no tax line"),
        pytest.param(
            replace(RECIBO, total_before=None),
            {
                "other": "unchecked audit.no-product 0.12 None",
                "total_before": "unchecked audit.not-printed None 81.71",
            },
            id="no total of the month",
        ),
        pytest.param(
            replace(RECIBO, total_before=D("82.71")),
            {
                "other": "unchecked audit.no-product 0.12 None",
                "total_before": "off audit.sum 82.71 81.71",
            },
            id="another total of the month",
        ),
        pytest.param(
            with_lines(other="0.52"),
            {"other": "off audit.closure 0.52 0.12"},
            id="late interest that the total does not have",
        ),
        pytest.param(
            with_lines(other=None),
            {
                "other": NOT_THERE,
                "total_before": "off audit.sum 81.71 81.59",
                "total": "off audit.sum 81.70 81.58",
            },
            id="late interest that is not printed",
        ),
        pytest.param(
            replace(with_lines(other=None), igv=None),
            {
                "other": NOT_THERE,
                "igv": NOT_THERE,
                "total_before": "unchecked audit.unexplained 81.71 81.59 amount=0.12",
            },
            id="with the tax cut off, what is over may be anything",
        ),
        pytest.param(
            with_lines(other=None, rural_electrification=None),
            {
                "other": NOT_THERE,
                "rural_electrification": NOT_THERE,
                "total_before": "unchecked audit.unexplained 81.71 81.59 amount=0.12",
            },
            id="with the levy cut off as well",
        ),
        pytest.param(
            replace(
                RECIBO,
                lines=(*with_lines(other="0.52").lines, line("other", "0.10", taxed=False)),
            ),
            {
                "other": "unchecked audit.no-product 0.62 None",
                "total_before": "off audit.sum 81.71 82.21",
                "total": "off audit.sum 81.70 82.20",
            },
            id="two other lines cannot be told apart",
        ),
    ],
)
def test_tax_and_total_of_the_month(recibo: Receipt, differs: Mapping[str, str]) -> None:
    assert _differs(recibo) == differs


@pytest.mark.parametrize(
    ("recibo", "rules", "differs"),
    [
        pytest.param(
            replace(RECIBO, total=None),
            RULES,
            {
                "rounding": "unchecked audit.no-total -0.01 None",
                "total": "unchecked audit.no-total None None",
            },
            id="no total to pay",
        ),
        pytest.param(
            with_lines(rounding=None),
            RULES,
            {"rounding": NOT_THERE, "total": "ok audit.total-rounded 81.70 81.71 step=0.10"},
            id="rounding not itemised",
        ),
        pytest.param(
            with_lines(rounding=None),
            UNKNOWN_STEP,
            {"rounding": NOT_THERE, "total": "ok audit.total-rounded 81.70 81.71 step=0.10"},
            id="nor its step known",
        ),
        pytest.param(
            replace(with_lines(rounding=None), total=D("81.61")),
            UNKNOWN_STEP,
            {"rounding": NOT_THERE, "total": "ok audit.total-rounded 81.61 81.71 step=0.10"},
            id="ten céntimos off are still a step",
        ),
        pytest.param(
            replace(with_lines(rounding=None), total=D("81.60")),
            UNKNOWN_STEP,
            {"rounding": NOT_THERE, "total": "off audit.total-rounded 81.60 81.71 step=0.10"},
            id="eleven are not",
        ),
        pytest.param(
            replace(with_lines(rounding=None), total=D("81.40")),
            replace(RULES, total_rounding=TotalRounding.DOWN_50),
            {"rounding": NOT_THERE, "total": "off audit.total-rounded 81.40 81.71 step=0.50"},
            id="a total that is no multiple of its step",
        ),
        pytest.param(
            replace(with_lines(rounding=None), total=D("81.50")),
            replace(RULES, total_rounding=TotalRounding.DOWN_50),
            {"rounding": NOT_THERE, "total": "ok audit.total-rounded 81.50 81.71 step=0.50"},
            id="a multiple within its step",
        ),
        pytest.param(
            replace(RECIBO, total=D("81.80")),
            RULES,
            {"total": "off audit.sum 81.80 81.70"},
            id="the adjustment leads to a multiple by itself",
        ),
        pytest.param(
            replace(RECIBO, total=D("81.75")),
            RULES,
            {"total": "off audit.sum 81.75 81.70"},
            id="the total is no multiple",
        ),
        pytest.param(
            with_lines(rounding="-0.05"),
            RULES,
            {"rounding": "off audit.rounding -0.05 -0.01"},
            id="the total is a multiple, with its adjustment it would be none",
        ),
        pytest.param(
            with_lines(rounding="-0.50"),
            RULES,
            {"rounding": "off audit.rounding -0.50 -0.01"},
            id="an adjustment of more than a step",
        ),
        pytest.param(
            replace(with_lines(rounding="-0.11"), total=D("81.60")),
            UNKNOWN_STEP,
            {
                "rounding": "ok audit.rounding -0.11 -0.11",
                "total": "ok audit.sum 81.60 81.60",
            },
            id="an adjustment that leads to the total is believed",
        ),
        pytest.param(
            replace(with_lines(rounding="-0.06"), total=D("81.75")),
            UNKNOWN_STEP,
            {
                "rounding": "off audit.rounding -0.06 0.04",
                "total": "ok audit.sum 81.75 81.75",
            },
            id="without a step, a total with céntimos may be right",
        ),
        pytest.param(
            replace(
                RECIBO,
                total=D("81.60"),
                previous_rounding=D("0.04"),
                current_rounding=D("-0.05"),
            ),
            RULES,
            {"total": "off audit.sum 81.60 81.70"},
            id="the itemised roundings side with the adjustment",
        ),
        pytest.param(
            replace(
                with_lines(rounding="0.00"),
                previous_rounding=D("0.04"),
                current_rounding=D("-0.05"),
            ),
            RULES,
            {"rounding": "off audit.rounding 0.00 -0.01"},
            id="the itemised roundings side with the total",
        ),
        pytest.param(
            replace(with_lines(rounding="-0.01"), total_before=D("82.71")),
            RULES,
            {
                "other": "unchecked audit.no-product 0.12 None",
                "total_before": "off audit.sum 82.71 81.71",
            },
            id="a total of the month that is off does not count",
        ),
    ],
)
def test_rounding_and_total_to_pay(
    recibo: Receipt, rules: AuditRules, differs: Mapping[str, str]
) -> None:
    assert _differs(recibo, rules) == differs


TAXED = (D("0.25"), D("0.25"))


@pytest.mark.parametrize(
    ("rounding", "printed", "computed"),
    [
        pytest.param(IgvRounding.PER_LINE, "0.10", "0.10", id="line by line"),
        pytest.param(IgvRounding.SUBTOTAL, "0.10", "0.09", id="at once"),
        pytest.param(None, "0.10", "0.10", id="not known: as it is printed, line by line"),
        pytest.param(None, "0.09", "0.09", id="not known: as it is printed, at once"),
    ],
)
def test_the_tax_is_rounded_as_the_distributor_does(
    rounding: IgvRounding | None, printed: str, computed: str
) -> None:
    rules = replace(RULES, igv_rounding=rounding)

    found = igv_check(replace(RECIBO, igv=D(printed)), rules, TAXED)

    assert str(found.computed) == computed
    assert str(found.parameters["percent"]) == "18"


@pytest.mark.parametrize("rounding", [None, IgvRounding.SUBTOTAL])
def test_a_tax_that_is_not_printed_is_reckoned(rounding: IgvRounding | None) -> None:
    rules = replace(RULES, igv_rounding=rounding)

    found = igv_check(replace(RECIBO, igv=None), rules, TAXED)

    assert found == Checked(
        code="igv",
        printed=None,
        computed=D("0.09"),
        verdict=Verdict.UNCHECKED,
        why="audit.not-printed",
    )


def test_a_rate_of_tens_is_told_in_plain_digits() -> None:
    found = igv_check(RECIBO, replace(RULES, igv_rate=D("0.105")), TAXED)

    assert str(found.parameters["percent"]) == "10.5"


def test_the_rounding_is_no_levied_line() -> None:
    assert [line.code for line in levied(RECIBO)] == [
        LineCode.RURAL_ELECTRIFICATION,
        LineCode.OTHER,
    ]
    assert len(LINES) == 8


def _of(code: str, printed: str | None, computed: str | None) -> Checked:
    return Checked(
        code=code,
        printed=None if printed is None else D(printed),
        computed=None if computed is None else D(computed),
        verdict=Verdict.UNCHECKED,
        why="-",
    )


def test_a_levy_nobody_can_reckon_counts_as_it_is_printed() -> None:
    parts = (
        _of("subtotal", "68.30", "68.30"),
        _of("igv", "12.29", "12.29"),
        _of("rural_electrification", "1.20", None),
        _of("other", None, None),
    )

    assert total_before_check(RECIBO, parts).computed == D("81.79")


def test_a_printed_subtotal_stands_in_for_one_that_cannot_be_reckoned() -> None:
    parts = (
        _of("subtotal", "68.30", None),
        _of("igv", "12.29", "12.29"),
        _of("rural_electrification", "1.00", "1.00"),
        _of("other", "0.12", None),
    )

    assert total_before_check(RECIBO, parts).computed == D("81.71")
    without_tax = (parts[0], _of("igv", "12.29", None), *parts[2:])
    assert total_before_check(RECIBO, without_tax).why == "audit.no-subtotal"


def test_without_any_total_of_the_month_the_total_to_pay_is_not_told() -> None:
    rounding, total = rounding_and_total(RECIBO, RULES, _of("total_before", None, None))

    assert (rounding.verdict, rounding.why, rounding.printed) == (
        Verdict.UNCHECKED,
        "audit.no-total",
        D("-0.01"),
    )
    assert (total.code, total.verdict, total.why, total.printed) == (
        "total",
        Verdict.UNCHECKED,
        "audit.no-total",
        D("81.70"),
    )


def test_a_rounding_that_is_not_printed_is_told_as_such() -> None:
    rounding, _ = rounding_and_total(
        with_lines(rounding=None), RULES, _of("total_before", "81.71", "81.71")
    )

    assert (rounding.code, rounding.why, rounding.printed) == (
        "rounding",
        "audit.not-printed",
        None,
    )
