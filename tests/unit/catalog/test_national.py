"""National figures by day: in force, ended, announced, and the user's over the shipped."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from ahorraluz.catalog.national import COLUMNS, load_national
from ahorraluz.catalog.tables import CatalogError
from ahorraluz.core.history import Grade, NotInForceError
from ahorraluz.core.home import Sector
from ahorraluz.core.tariffs import figures as names

HEADER = ",".join(COLUMNS) + "\n"
AUGUST = date(2026, 8, 17)


def test_the_rural_levy_of_2026_is_what_real_bills_charge() -> None:
    assert load_national().rural_levy(AUGUST) == Decimal("0.0110")


@pytest.mark.parametrize(
    ("day", "limit"),
    [
        pytest.param(date(2022, 11, 3), 100, id="the day before the wider bracket"),
        pytest.param(date(2022, 11, 4), 140, id="its first day"),
    ],
)
def test_the_fose_limit_follows_the_law(day: date, limit: int) -> None:
    assert load_national().value(names.FOSE_LIMIT_KWH, day) == limit


def test_the_discount_of_rural_and_isolated_systems_is_not_known() -> None:
    figures = load_national()

    assert figures.fose_discount(Sector.URBAN_INTERCONNECTED, AUGUST) == Decimal("0.30")
    assert figures.fose_discount(Sector.RURAL_INTERCONNECTED, AUGUST) is None


def test_a_uit_ends_with_its_year_and_the_next_is_only_expected() -> None:
    uit = load_national().histories[names.UIT]

    assert uit.value_at(date(2026, 12, 31)) == 5500
    assert uit.value_at(date(2027, 1, 1), expected=True) == 5500
    with pytest.raises(NotInForceError):
        uit.value_at(date(2027, 1, 1))


def test_a_voucher_that_was_paid_once_has_ended() -> None:
    figures = load_national()

    assert figures.known("fise-voucher.extra", date(2026, 4, 1)) == 10
    assert figures.known("fise-voucher.extra", date(2026, 6, 1)) is None


def test_every_figure_the_core_asks_for_is_on_file() -> None:
    figures = load_national()
    asked = [
        value
        for name, value in vars(names).items()
        if name.isupper() and isinstance(value, str) and value != names.FOSE_DISCOUNT
    ]

    assert [name for name in asked if figures.known(name, AUGUST) is None] == []


def test_assumptions_are_marked_as_ours() -> None:
    assumed = [h for name, h in load_national().histories.items() if name.startswith("assumption.")]

    assert assumed
    assert {entry.source.grade for one in assumed for entry in one.entries} == {Grade.INFERENCE}


def test_the_users_figure_wins_on_the_same_day_and_leaves_the_rest(tmp_path: Path) -> None:
    (tmp_path / "national.csv").write_text(
        HEADER + "2026-01-01,uit,PEN,5600,in-force,uit-2026\n", encoding="utf-8"
    )

    figures = load_national(user_folder=tmp_path)

    assert figures.value(names.UIT, AUGUST) == 5600
    assert figures.value(names.UIT, date(2025, 8, 1)) == 5350
    assert load_national().value(names.UIT, AUGUST) == 5500


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        pytest.param(
            ["2026-01-01,uit,PEN,1,in-force,ley-31429", "2026-01-01,uit,PEN,2,in-force,ley-31429"],
            "data-duplicate",
            id="one figure twice on a day",
        ),
        pytest.param(
            ["2026-01-01,uit,soles,1,in-force,ley-31429"], "data-value-unknown", id="unknown unit"
        ),
        pytest.param(
            ["2026-01-01,uit,PEN,1,maybe,ley-31429"], "data-value-unknown", id="unknown status"
        ),
        pytest.param(
            ["2026-01-01,uit,PEN,1,in-force,nobody"], "data-source-unknown", id="unknown source"
        ),
    ],
)
def test_a_wrong_row_is_refused(tmp_path: Path, rows: list[str], code: str) -> None:
    (tmp_path / "national.csv").write_text(HEADER + "\n".join(rows) + "\n", encoding="utf-8")

    with pytest.raises(CatalogError) as refused:
        load_national(user_folder=tmp_path)

    assert refused.value.issue.code == code
