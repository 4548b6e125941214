"""A digit that changes between the meter and the sheet is never surely read as something else.

Each test changes what is printed and holds every sure field against the print and against the
rest of the sheet: a wrong figure may be asked for, and must not be sure.
"""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.recibo_sheets import KNOWN, Sheet, printed_values, sheet_of
from tests.recibos import LAYOUTS

from ahorraluz.ingest.recibo.found import Status
from ahorraluz.ingest.recibo.reading import ReciboReading, parse_recibo

D = Decimal
NUMBERS = (
    *("kwh", "price", "now", "before", "energy", "fixed", "connection", "lighting", "interest"),
    *("subtotal", "igv", "rural", "previous", "current", "total_before", "total"),
)
BILLS = ("lds-2026-05", "lds-2026-08")


@st.composite
def changed_sheets(draw: st.DrawFn) -> tuple[str, Sheet, tuple[str, ...]]:
    """Draw a layout and a sheet with one digit changed in one or two of its numbers."""
    layout = draw(st.sampled_from(sorted(LAYOUTS)))
    sheet = sheet_of(draw(st.sampled_from(BILLS)), distributor=LAYOUTS[layout][1])
    names = draw(st.lists(st.sampled_from(NUMBERS), min_size=1, max_size=2, unique=True))
    for name in names:
        text = getattr(sheet, name)
        at = draw(st.sampled_from([i for i, char in enumerate(text) if char.isdigit()]))
        digit = draw(st.sampled_from([d for d in "0123456789" if d != text[at]]))
        wrong: dict[str, Any] = {name: text[:at] + digit + text[at + 1 :]}
        sheet = replace(sheet, **wrong)
    return layout, sheet, tuple(names)


def _read(layout: str, sheet: Sheet) -> ReciboReading:
    return parse_recibo(LAYOUTS[layout][0](sheet), known=KNOWN, name="recibo.pdf")


@given(changed=changed_sheets())
@settings(max_examples=60)
def test_whatever_is_sure_is_what_is_printed(changed: tuple[str, Sheet, tuple[str, ...]]) -> None:
    layout, sheet, _ = changed
    expected = printed_values(sheet)

    reading = _read(layout, sheet)

    sure = {f.name: f.value for f in reading.fields if f.status is Status.SURE}
    assert {n: v for n, v in sure.items() if n in expected and v != expected[n]} == {}


@given(changed=changed_sheets())
@settings(max_examples=60)
def test_sure_energy_and_total_agree_with_the_sheet(
    changed: tuple[str, Sheet, tuple[str, ...]],
) -> None:
    layout, sheet, _ = changed

    reading = _read(layout, sheet)

    kwh = reading.field("kwh").value
    if kwh is not None:
        by_meter = D(sheet.now) - D(sheet.before) == kwh
        by_money = abs(D(sheet.kwh) * D(sheet.price) - D(sheet.energy)) <= D("0.01")
        assert by_meter or by_money
    total = reading.field("total").value
    if total is not None:
        month = D(sheet.subtotal) + D(sheet.igv) + D(sheet.rural)
        assert total == month + D(sheet.previous) + D(sheet.current)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", ["kwh", "total"])
def test_a_changed_last_digit_is_asked_for(layout: str, name: str) -> None:
    sheet = sheet_of("lds-2026-08", distributor=LAYOUTS[layout][1])
    changed = replace(sheet, kwh="706.30") if name == "kwh" else replace(sheet, total="574.20")

    reading = _read(layout, changed)

    assert name in reading.asked
    assert reading.field(name).status is Status.UNSURE
