"""Where a home stands on its curve, and the drawing of it."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ahorraluz.core.home import FixedCharges
from ahorraluz.core.periods import Period
from ahorraluz.services.explain_bill import BillRequest, ExplainedBill, explain_bill
from ahorraluz.services.supplies import SupplyFields, find_supply
from ahorraluz.services.toolbox import Toolbox, open_toolbox
from ahorraluz.settings import Settings
from ahorraluz.web.curve_picture import HEIGHT, WIDTH, draw_curve
from ahorraluz.web.situation import Gap, Place, Situation, situation

DAY = date(2026, 9, 3)
AUGUST = Period(date(2026, 8, 5), DAY)
LIMA_SUR = find_supply(SupplyFields(distributor="luz-del-sur", system="lima-sur"))


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Toolbox:
    return open_toolbox(Settings(data_dir=tmp_path_factory.mktemp("data")))


def priced(tools: Toolbox, kwh: str, *, whole: bool = False) -> ExplainedBill:
    charges = FixedCharges(connection=Decimal("1.42"), lighting=Decimal("5")) if whole else None
    request = BillRequest(
        supply=LIMA_SUR, period=AUGUST, kwh=Decimal(kwh), charges=charges or FixedCharges()
    )
    return explain_bill(request, tools=tools, as_of=DAY)


def standing(
    tools: Toolbox, kwh: str, *, printed: Decimal | None = None, whole: bool = False
) -> Situation:
    explained = priced(tools, kwh, whole=whole)
    figures = tools.book("luz-del-sur").figures
    return situation(
        explained.bill, curve=explained.curve, printed_total=printed, figures=figures, as_of=DAY
    )


@pytest.mark.parametrize(
    ("kwh", "place"),
    [
        ("60", Place.FAR),
        ("95", Place.JUST_BELOW),
        ("140", Place.JUST_BELOW),
        ("140.1", Place.JUST_ABOVE),
        ("189", Place.JUST_ABOVE),
        ("400", Place.FAR),
    ],
)
def test_a_cliff_is_spoken_of_where_it_is_near(tools: Toolbox, kwh: str, place: Place) -> None:
    assert standing(tools, kwh).place is place


def test_the_way_back_is_the_difference_of_two_bills(tools: Toolbox) -> None:
    where = standing(tools, "152.3")

    difference = priced(tools, "152.3").bill.total - priced(tools, "140").bill.total
    assert where.kwh_over == Decimal("12.3")
    assert where.saving_under == difference


def test_the_next_kilowatt_hour_at_the_edge_costs_the_jump(tools: Toolbox) -> None:
    where = standing(tools, "140")

    assert where.cliff is not None
    assert where.cliff.next_kwh_energy == Decimal("9.78")
    assert where.kwh_left == 0
    assert where.saving_under == 0


def test_a_whole_period_at_the_cliff_is_its_days(tools: Toolbox) -> None:
    where = standing(tools, "152")

    assert where.daily is not None
    assert round(where.daily.kwh_a_day, 3) == round(Decimal(140) / AUGUST.days, 3)


@pytest.mark.parametrize(
    ("printed", "whole", "gap"),
    [
        pytest.param("0.05", False, Gap.SAME, id="a rounding"),
        pytest.param("10", False, Gap.CHARGES, id="what lighting usually is"),
        pytest.param("10", True, Gap.MORE, id="lighting was typed already"),
        pytest.param("90", False, Gap.MORE, id="more than charges can be"),
        pytest.param("-10", False, Gap.LESS, id="less"),
    ],
)
def test_a_total_that_differs_means_something(
    tools: Toolbox, printed: str, whole: bool, gap: Gap
) -> None:
    total = priced(tools, "152", whole=whole).bill.total

    assert standing(tools, "152", printed=total + Decimal(printed), whole=whole).gap is gap


@pytest.mark.parametrize(("kwh", "left", "matters"), [("62", 8, True), ("152", -82, False)])
def test_the_voucher_matters_to_whom_it_can_reach(
    tools: Toolbox, kwh: str, left: int, matters: bool
) -> None:
    fise = standing(tools, kwh).fise

    assert fise is not None
    assert fise.kwh_left == left
    assert fise.matters is matters


def test_nothing_used_has_no_last_kilowatt_hour(tools: Toolbox) -> None:
    assert standing(tools, "0").last_kwh is None
    assert standing(tools, "152").last_kwh == Decimal("0.6403") * Decimal("1.18") + Decimal("0.011")


@pytest.fixture(scope="module")
def curve(tools: Toolbox) -> ExplainedBill:
    return priced(tools, "152")


@given(kwh=st.decimals(0, 100_000, places=1))
def test_everything_drawn_is_inside_the_drawing(curve: ExplainedBill, kwh: Decimal) -> None:
    assert curve.curve is not None
    picture = draw_curve(curve.curve, kwh=kwh, limits_kwh=[Decimal(70)])

    xs = [mark.x for mark in (picture.home, *picture.cliffs, *picture.limits)]
    ys = [y for mark in (picture.home, *picture.cliffs) for y in (mark.low_y, mark.high_y)]
    assert all(picture.left <= x <= picture.right for x in xs)
    assert all(picture.top <= y <= picture.bottom for y in ys)
    assert all(0 <= label.x <= WIDTH and 0 <= label.y <= HEIGHT for label in picture.labels)
    assert 2 <= len(picture.x_ticks) <= 6


def test_the_table_has_the_home_the_edges_and_the_kwh_above_the_cliff(
    curve: ExplainedBill,
) -> None:
    assert curve.curve is not None

    rows = dict(draw_curve(curve.curve, kwh=Decimal(152), limits_kwh=[Decimal(70)]).rows)

    assert {Decimal(0), Decimal(30), Decimal(70), Decimal(140), Decimal(141), Decimal(152)} <= set(
        rows
    )
    assert rows[Decimal(141)] - rows[Decimal(140)] > 9
