"""Every layout in every way of setting it: all fields sure, right, and nothing personal."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from tests.recibo_sheets import (
    ADDRESS,
    FULL,
    HISTORY,
    KNOWN,
    PERSON,
    SUPPLY_NUMBER,
    Sheet,
    printed_values,
    sheet_of,
)
from tests.recibos import LAYOUTS, STYLES, luz_del_sur, pluz, seal
from typing_extensions import override

from ahorraluz.ingest.receipt import receipt_from_fields
from ahorraluz.ingest.recibo.reading import ReciboReading, Way, parse_recibo

D = Decimal
Draw = Callable[..., bytes]


def read(pdf: bytes) -> ReciboReading:
    return parse_recibo(pdf, known=KNOWN, name="recibo.pdf")


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("bill", FULL)
def test_every_field_is_sure_and_right(bill: str, layout: str, style: str) -> None:
    draw, distributor = LAYOUTS[layout]
    sheet = sheet_of(bill, distributor=distributor)

    reading = read(draw(sheet, style))

    assert (reading.way, reading.asked) == (Way.TEXT, ())
    expected = printed_values(sheet)
    assert {name: reading.field(name).value for name in expected} == expected


@pytest.mark.parametrize("layout", LAYOUTS)
def test_nothing_personal_is_kept(layout: str) -> None:
    draw, distributor = LAYOUTS[layout]

    kept = repr(read(draw(sheet_of("lds-2026-08", distributor=distributor))))

    personal = (*PERSON.split(), *ADDRESS.split()[1:], SUPPLY_NUMBER, "20331898008")
    assert [word for word in personal if word in kept] == []


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_form_is_the_recibo_that_commands_take(layout: str) -> None:
    draw, distributor = LAYOUTS[layout]

    receipt = receipt_from_fields(read(draw(sheet_of("lds-2026-08", distributor=distributor))).form)

    assert receipt.distributor == distributor
    assert receipt.period is not None
    assert (receipt.period.start, receipt.period.end) == (date(2026, 7, 16), date(2026, 8, 17))
    assert (receipt.kwh, receipt.unit_price, receipt.option) == (D("706.8"), D("0.6234"), "BT5B")
    assert sum(line.amount for line in receipt.taxed) == receipt.subtotal == D("480.40")
    assert (receipt.igv, receipt.total_before, receipt.total) == (
        D("86.47"),
        D("574.64"),
        D("574.70"),
    )
    assert (receipt.previous_rounding, receipt.current_rounding) == (D("0.09"), D("-0.03"))
    assert receipt.history_kwh == tuple(D(kwh) for kwh in HISTORY)


def changed(draw: Draw, **fields: object) -> ReciboReading:
    return read(draw(replace(sheet_of("lds-2026-08"), **fields)))  # type: ignore[arg-type]


def test_a_charge_that_nobody_knows_is_counted_where_the_sum_asks_for_it() -> None:
    reading = changed(
        pluz,
        extra={"Aporte del comité vecinal": "15.20"},
        total_before="589.84",
        total="589.90",
    )

    assert reading.asked == ()
    assert reading.form["after_igv"][1] == {  # type: ignore[index]
        "name": "Otro cargo",
        "amount": "15.20",
        "code": "other",
    }
    assert "vecinal" not in repr(reading)


@pytest.mark.parametrize("label", ["Deuda anterior", "Cuota convenio 3/12", "Interés moratorio"])
def test_a_debt_is_a_line_after_the_tax(label: str) -> None:
    reading = changed(luz_del_sur, extra={label: "120.50"}, total_before="695.14", total="695.20")

    assert reading.asked == ()
    assert reading.form["total_to_pay"] == "695.20"
    names = [(line["name"], line["code"]) for line in reading.form["after_igv"]]  # type: ignore[attr-defined]
    assert (label.partition(" 3/")[0], "other") in names


def test_a_surcharge_that_is_inside_the_prices_is_not_added_again() -> None:
    reading = read(luz_del_sur(sheet_of("lds-2026-08")))

    codes = [line["code"] for line in reading.form["items"]]  # type: ignore[attr-defined]
    assert codes == ["energy", "fixed", "connection", "lighting", "interest"]


def test_a_count_of_days_that_does_not_agree_makes_the_dates_a_question() -> None:
    reading = changed(luz_del_sur, days="31")

    assert {"reading_from", "reading_to"} <= set(reading.asked)
    assert reading.form["reading_from"] is None


def test_two_distributors_on_one_sheet_are_a_question() -> None:
    reading = changed(luz_del_sur, option="BT5B SEAL")

    assert reading.asked == ("distributor",)
    assert [c.value for c in reading.field("distributor").candidates] == ["Luz del Sur", "SEAL"]


def test_the_longer_name_of_a_distributor_wins() -> None:
    reading = read(seal(sheet_of("lds-2026-08", distributor="Electro Sur Este")))

    assert reading.field("distributor").value == "Electro Sur Este"


@pytest.mark.parametrize(
    ("history", "asked"),
    [
        pytest.param((*HISTORY, 650), "unsure", id="ends with another energy than billed"),
        pytest.param(HISTORY[:2], "missing", id="two months are no history"),
    ],
)
def test_a_history_that_does_not_fit_is_left_out(history: tuple[int, ...], asked: str) -> None:
    reading = changed(pluz, history=history)

    assert reading.field("history_kwh").status.value == asked
    assert "history_kwh" not in reading.form


def test_a_history_that_ends_with_this_month_is_cut_before_it() -> None:
    reading = changed(pluz, history=(*HISTORY, 707))

    assert reading.field("history_kwh").value == tuple(D(kwh) for kwh in HISTORY)


def test_a_month_whose_number_is_not_printed_leaves_the_history_out() -> None:
    sheet = sheet_of("lds-2026-08")

    class Gap(Sheet):
        @property
        @override
        def past(self) -> list[tuple[str, int]]:
            return [pair for pair in sheet.past if pair[0] != "DIC"]

    gap = Gap(**{name: getattr(sheet, name) for name in Sheet.__dataclass_fields__})

    reading = read(luz_del_sur(gap))

    assert reading.field("history_kwh").status.value == "unsure"
