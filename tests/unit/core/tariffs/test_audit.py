"""A recibo held against its rules, amount by amount: what is off, and what cannot be told."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

import pytest
from tests.invented_recibos import LINES, RECIBO, RULES, line, with_lines

from ahorraluz.core.money import IgvRounding, TotalRounding
from ahorraluz.core.tariffs.audit import energy_candidates, recompute
from ahorraluz.core.tariffs.checks import AuditRules, Checked, Verdict, compared, unchecked
from ahorraluz.core.tariffs.closure import Hint
from ahorraluz.core.tariffs.lines import LineCode
from ahorraluz.core.tariffs.receipt import Receipt

D = Decimal
HINTS = tuple(
    Hint(code=LineCode(code), low=D(seen), high=D(seen), spread=D("0.02"))
    for code, seen in (
        ("fixed", "2.00"),
        ("connection", "1.40"),
        ("lighting", "10.00"),
        ("interest", "0.30"),
    )
)
FINE = {
    "energy": "ok audit.energy 54.60 54.60 kwh=100 price=0.5460",
    "fixed": "ok audit.adds-up 2.00 2.00",
    "connection": "ok audit.adds-up 1.40 1.40",
    "lighting": "ok audit.adds-up 10.00 10.00",
    "interest": "ok audit.adds-up 0.30 0.30",
    "igv": "ok audit.igv 12.29 12.29 percent=18",
    "rural_electrification": "ok audit.levy 1.00 1.00 kwh=100 price=0.01",
    "other": "ok audit.adds-up 0.12 0.12",
    "rounding": "ok audit.rounding -0.01 -0.01",
    "subtotal": "ok audit.sum 68.30 68.30",
    "total_before": "ok audit.sum 81.71 81.71",
    "total": "ok audit.sum 81.70 81.70",
}
NOT_THERE = ""
UNSURE = replace(RULES, discount_is_sure=False)


def factored(factor: str) -> Receipt:
    """Return the recibo with an alícuota printed beside its lighting."""
    lines = (
        replace(printed, factor=D(factor)) if printed.code is LineCode.LIGHTING else printed
        for printed in LINES
    )
    return replace(RECIBO, lines=tuple(lines))


def told(recibo: Receipt, rules: AuditRules = RULES) -> dict[str, str]:
    """Return what an audit says of every amount, in one line each."""
    found = recompute(recibo, rules)
    every = (*found.lines, found.subtotal, found.total_before, found.total)
    return {checked.code: _in_words(checked) for checked in every}


def _in_words(checked: Checked) -> str:
    words = [checked.verdict.value, checked.why, checked.printed, checked.computed]
    named = [f"{name}={value}" for name, value in checked.parameters.items()]
    return " ".join(map(str, [*words, *named]))


def _differs(recibo: Receipt, rules: AuditRules = RULES) -> Mapping[str, str]:
    """Return what an audit says otherwise than of the recibo that is fine."""
    found = told(recibo, rules)
    codes = [*FINE, *(code for code in found if code not in FINE)]
    return {c: found.get(c, NOT_THERE) for c in codes if found.get(c) != FINE.get(c)}


def test_a_recibo_that_adds_up_is_fine_line_by_line() -> None:
    assert told(RECIBO) == FINE
    assert list(told(RECIBO)) == list(FINE)
    assert recompute(RECIBO, RULES).off == ()


@pytest.mark.parametrize(
    ("recibo", "differs"),
    [
        pytest.param(
            replace(RECIBO, kwh=None),
            {
                "energy": "unchecked audit.no-price 54.60 None",
                "rural_electrification": "unchecked audit.no-levy 1.00 None",
            },
            id="without kWh",
        ),
        pytest.param(
            replace(RECIBO, unit_price=None),
            {"energy": "unchecked audit.no-price 54.60 None"},
            id="without a price",
        ),
        pytest.param(
            replace(RECIBO, unit_price=D("0.60")),
            {"energy": "ok audit.energy 54.60 54.60 kwh=100 price=0.60"},
            id="the price of the second block is printed",
        ),
        pytest.param(
            replace(RECIBO, unit_price=D("0.42")),
            {"energy": "ok audit.energy 54.60 54.60 kwh=100 price=0.42"},
            id="the price of the first block is printed",
        ),
        pytest.param(
            with_lines(energy="54.61"),
            {"energy": "ok audit.energy 54.61 54.60 kwh=100 price=0.5460"},
            id="a céntimo is let pass",
        ),
        pytest.param(
            with_lines(energy="54.62"),
            {"energy": "off audit.energy 54.62 54.60 kwh=100 price=0.5460"},
            id="two céntimos are not",
        ),
        pytest.param(
            replace(with_lines(energy="55.60"), subtotal=D("69.30")),
            {
                "energy": "off audit.energy 55.60 54.60 kwh=100 price=0.5460",
                "subtotal": "off audit.sum 69.30 68.30",
            },
            id="a sol too much of energy, in the subtotal too",
        ),
        pytest.param(
            replace(RECIBO, lines=(*LINES, line("energy", "0.00", recovered=True))),
            {"energy": "unchecked audit.no-price 54.60 None"},
            id="with energy of earlier months",
        ),
        pytest.param(
            with_lines(rural_electrification="1.50"),
            {"rural_electrification": "off audit.levy 1.50 1.00 kwh=100 price=0.01"},
            id="another levy",
        ),
        pytest.param(
            with_lines(rural_electrification=None),
            {"rural_electrification": NOT_THERE},
            id="a levy that is not printed is reckoned all the same",
        ),
        pytest.param(
            factored("10.004"),
            {"lighting": "ok audit.lighting-factor 10.00 10.00"},
            id="an alícuota that is the amount",
        ),
        pytest.param(
            factored("9.5"),
            {
                "lighting": "off audit.lighting-factor 10.00 9.50",
                "igv": "off audit.igv 12.29 12.20 percent=18",
                "other": "off audit.closure 0.12 0.71",
                "subtotal": "off audit.sum 68.30 67.80",
            },
            id="an alícuota that is not the amount",
        ),
    ],
)
def test_lines_are_held_against_what_they_follow_from(
    recibo: Receipt, differs: Mapping[str, str]
) -> None:
    assert _differs(recibo) == differs


@pytest.mark.parametrize(
    ("recibo", "rules", "differs"),
    [
        pytest.param(
            RECIBO,
            replace(RULES, levy=None),
            {"rural_electrification": "unchecked audit.no-levy 1.00 None"},
            id="nobody knows the levy",
        ),
        pytest.param(
            replace(RECIBO, unit_price=D("0.60")),
            replace(RULES, fose_discount=None),
            {
                "energy": "off audit.energy 54.60 60.00 kwh=100 price=0.60",
                "subtotal": "off audit.sum 68.30 73.70",
                "igv": "off audit.igv 12.29 13.27 percent=18",
                "other": "off audit.closure 0.12 -6.26",
            },
            id="no discount at all",
        ),
        pytest.param(
            replace(with_lines(energy="56.60"), unit_price=D("0.60"), subtotal=D("70.30")),
            UNSURE,
            {
                "energy": "unchecked audit.discount-unknown 56.60 None",
                "subtotal": "ok audit.sum 70.30 70.30",
                "igv": "off audit.igv 12.29 12.65 percent=18",
                "other": "off audit.closure 0.12 -2.24",
            },
            id="another discount may make the charge right",
        ),
        pytest.param(
            replace(with_lines(energy="60.02"), unit_price=D("0.60")),
            UNSURE,
            {
                "energy": "off audit.energy 60.02 60.00 kwh=100 price=0.60",
                "lighting": "off audit.closure 10.00 4.60",
            },
            id="no discount makes it dearer than without one",
        ),
    ],
)
def test_what_is_not_known_accuses_nobody(
    recibo: Receipt, rules: AuditRules, differs: Mapping[str, str]
) -> None:
    assert _differs(recibo, rules) == differs


@pytest.mark.parametrize(
    ("kwh", "charge", "verdict"),
    [
        pytest.param("100", "42.01", "unchecked", id="dearer than with the first block for free"),
        pytest.param("100", "42.00", "off", id="no dearer"),
        pytest.param("100", "59.98", "unchecked", id="cheaper than without a discount"),
        pytest.param("30", "15.00", "off", id="within the first block there is one price"),
        pytest.param("141", "80.00", "off", id="above the limit there is no discount"),
        pytest.param("140", "80.00", "unchecked", id="at the limit there is"),
    ],
)
def test_a_discount_can_only_tell_between_the_blocks(kwh: str, charge: str, verdict: str) -> None:
    recibo = replace(with_lines(energy=charge), kwh=D(kwh), unit_price=D("0.60"))

    assert recompute(recibo, UNSURE).lines[0].verdict.value == verdict


def test_a_sure_discount_is_held_against() -> None:
    recibo = replace(with_lines(energy="56.60"), unit_price=D("0.60"))

    assert told(recibo)["energy"].startswith("off audit.energy 56.60 54.60")


@pytest.mark.parametrize(
    ("kwh", "charges"),
    [
        pytest.param("30", ["18.00"], id="30: one price"),
        pytest.param("30.1", ["18.06", "12.66", "18.09"], id="above 30: three"),
        pytest.param("140", ["84.00", "78.60", "112.28"], id="140: three"),
        pytest.param("140.1", ["84.06"], id="above 140: one"),
    ],
)
def test_one_printed_price_may_mean_three_charges(kwh: str, charges: list[str]) -> None:
    # All at 0.60; the first 30 kWh at 0.42; the rest at 0.60 / 0.70.
    recibo = replace(RECIBO, kwh=D(kwh), unit_price=D("0.60"))

    assert [str(charge) for charge in energy_candidates(recibo, RULES)] == charges


def test_no_price_or_no_energy_is_no_charge() -> None:
    assert energy_candidates(replace(RECIBO, kwh=None), RULES) == ()
    assert energy_candidates(replace(RECIBO, unit_price=None), RULES) == ()
    assert len(energy_candidates(RECIBO, replace(RULES, fose_discount=None))) == 1


def _off(recibo: Receipt, rules: AuditRules = RULES) -> dict[str, str]:
    return dict(_differs(recibo, rules))


def test_where_nothing_is_known_of_a_line_several_stay_in_doubt() -> None:
    doubt = "unchecked audit.closure-ambiguous"

    assert _off(with_lines(lighting="10.50")) == {
        "fixed": f"{doubt} 2.00 None residual=0.50",
        "connection": f"{doubt} 1.40 None residual=0.50",
        "lighting": f"{doubt} 10.50 None residual=0.50",
    }


def test_a_line_that_its_hint_speaks_against_is_named() -> None:
    known = replace(RULES, hints=HINTS)

    assert _off(with_lines(lighting="10.50"), known) == {
        "lighting": "off audit.closure 10.50 10.00"
    }


def test_a_single_line_is_named_without_any_hint() -> None:
    alone = with_lines(fixed=None, connection=None, interest=None, lighting="14.20")

    assert _off(alone)["lighting"] == "off audit.closure 14.20 13.70"


def test_the_lines_without_a_subtotal_are_not_told() -> None:
    assert _off(replace(RECIBO, subtotal=None)) == {
        "fixed": "unchecked audit.no-subtotal 2.00 None",
        "connection": "unchecked audit.no-subtotal 1.40 None",
        "lighting": "unchecked audit.no-subtotal 10.00 None",
        "interest": "unchecked audit.no-subtotal 0.30 None",
        "other": "unchecked audit.no-product 0.12 None",
        "subtotal": "unchecked audit.no-subtotal None None",
        "total_before": "unchecked audit.no-subtotal 81.71 None",
    }


@pytest.mark.parametrize(
    ("recibo", "differs"),
    [
        pytest.param(
            replace(RECIBO, subtotal=D("68.80")),
            {"subtotal": "off audit.sum 68.80 68.30"},
            id="tax and total side with the lines",
        ),
        pytest.param(
            replace(RECIBO, subtotal=D("68.80"), total_before=None),
            {
                "subtotal": "off audit.sum 68.80 68.30",
                "total_before": "unchecked audit.not-printed None 81.71",
                "other": "unchecked audit.no-product 0.12 None",
            },
            id="the tax alone sides with the lines",
        ),
        pytest.param(
            replace(RECIBO, subtotal=D("68.80"), igv=None),
            {"subtotal": "off audit.sum 68.80 68.30", "igv": NOT_THERE},
            id="the total alone sides with the lines",
        ),
    ],
)
def test_a_subtotal_that_stands_alone_is_the_odd_one(
    recibo: Receipt, differs: Mapping[str, str]
) -> None:
    assert _off(recibo) == differs


def test_what_is_off_is_told_in_the_order_of_the_recibo() -> None:
    recibo = replace(with_lines(energy="55.60"), subtotal=D("69.30"), total=D("81.80"))

    assert [checked.code for checked in recompute(recibo, RULES).off] == [
        "energy",
        "subtotal",
        "total",
    ]


@pytest.mark.parametrize(
    ("printed", "verdict"),
    [("1.00", Verdict.OK), ("1.01", Verdict.OK), ("0.99", Verdict.OK), ("1.02", Verdict.OFF)],
)
def test_a_centimo_of_difference_is_no_difference(printed: str, verdict: Verdict) -> None:
    checked = compared("fixed", D(printed), D("1.00"), "audit.sum", of="them")

    assert checked == Checked(
        code="fixed",
        printed=D(printed),
        computed=D("1.00"),
        verdict=verdict,
        why="audit.sum",
        parameters={"of": "them"},
    )
    assert checked.difference == D(printed) - 1


def test_a_difference_needs_both_amounts() -> None:
    alone = unchecked("fixed", D("2.00"), "audit.no-price", of="them")

    assert alone == Checked(
        code="fixed",
        printed=D("2.00"),
        computed=None,
        verdict=Verdict.UNCHECKED,
        why="audit.no-price",
        parameters={"of": "them"},
    )
    assert str(alone.difference) == "0.00"
    assert str(replace(alone, printed=None, computed=D("2.00")).difference) == "0.00"


def test_rules_are_sure_of_the_discount_unless_they_say_otherwise() -> None:
    plain = AuditRules(
        igv_rate=D("0.18"),
        igv_rounding=IgvRounding.SUBTOTAL,
        total_rounding=TotalRounding.DOWN_10,
        levy=D("0.01"),
        first_block_kwh=D(30),
        fose_limit_kwh=D(140),
        fose_discount=D("0.30"),
    )

    assert plain.discount_is_sure is True
    assert plain.hints == ()
    assert [verdict.value for verdict in Verdict] == ["ok", "off", "unchecked"]
